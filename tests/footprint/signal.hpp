// Building blocks of signal and dsp.
#pragma once

#include "footprint/block.hpp"
#include "pdm/dsp/analytic_signal.hpp"
#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/band_kurtogram.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/dsp/cepstrum.hpp"
#include "pdm/dsp/cyclic_spectrum.hpp"
#include "pdm/dsp/discrete_random.hpp"
#include "pdm/dsp/enhanced_envelope.hpp"
#include "pdm/dsp/envelope_spectrum.hpp"
#include "pdm/dsp/fast_kurtogram.hpp"
#include "pdm/dsp/filtfilt.hpp"
#include "pdm/dsp/gear_signals.hpp"
#include "pdm/dsp/integrate.hpp"
#include "pdm/dsp/order_tracking.hpp"
#include "pdm/dsp/percentage_bands.hpp"
#include "pdm/dsp/resample.hpp"
#include "pdm/dsp/spectral_kurtosis.hpp"
#include "pdm/dsp/stft.hpp"
#include "pdm/dsp/synchronous_average.hpp"
#include "pdm/dsp/tacho.hpp"
#include "pdm/dsp/tacholess_speed.hpp"
#include "pdm/dsp/wavelet.hpp"
#include "pdm/dsp/welch.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/signal/chain.hpp"
#include "pdm/signal/operating_state.hpp"

namespace footprint {

namespace dsp = pdm::dsp;

// The transform takes its use behind the arena.
template <class T, dsp::fft_use Use, std::size_t N>
struct fft_of : dsp::native_fft<T> {
  [[nodiscard]] static std::size_t footprint() noexcept { return dsp::native_fft<T>::footprint(N, Use); }
  [[nodiscard]] pdm::status prepare(pdm::arena& memory) noexcept { return dsp::native_fft<T>::prepare(N, memory, Use); }
};
inline constexpr auto run_real_fft = [](auto& fft, feed& f) noexcept {
  std::span const bins(reinterpret_cast<std::complex<float>*>(f.y.data()), f.x.size() / 2);
  fft.forward(f.x.first(fft.size()), bins.first(fft.size() / 2 + 1));
  fft.inverse(bins.first(fft.size() / 2 + 1), f.y.first(fft.size()));
};
inline constexpr auto run_complex_fft = [](auto& fft, feed& f) noexcept {
  std::span const in(reinterpret_cast<std::complex<float> const*>(f.x.data()), f.x.size() / 2);
  std::span const out(reinterpret_cast<std::complex<float>*>(f.y.data()), f.y.size() / 2);
  fft.forward_complex(in, out);
  fft.inverse_complex(in, out);
};

inline constexpr std::array<std::size_t, 3> kurtogram_levels{1, 2, 3};
inline constexpr dsp::band_envelope_params envelope_band{
    .length = length, .rate = {rate}, .low = {2000}, .high = {5000}, .points = 2048};

inline constexpr std::tuple signal_blocks{
    block{"signal/operating_state.hpp operating_state_finder", "", [] { return pdm::operating_state_finder(); },
          [](auto& b, feed& f) noexcept { seen(b.update({.speed_hz = f.number})); }},
    block{"signal/chain.hpp chain", "high-pass, frame of 4096, three features",
          [] {
            using pdm::features::rms, pdm::features::kurtosis, pdm::features::crest_factor;
            return pdm::chain(dsp::highpass<float>{{.cutoff = {10}}},
                              pdm::features::frame<float>{{.length = length, .hop = length / 2}},
                              pdm::features::extract<rms, kurtosis, crest_factor>{});
          },
          run_stage, std::tuple{stream}},
    block{"dsp/native_fft.hpp native_fft<float>", "real, 4096",
          [] { return fft_of<float, dsp::fft_use::real, 4096>{}; }, run_real_fft},
    block{"dsp/native_fft.hpp native_fft<float>, complex", "2048",
          [] { return fft_of<float, dsp::fft_use::complex, 2048>{}; }, run_complex_fft},
    block{"dsp/native_fft.hpp native_fft<float>, prime length", "real, 1021",
          [] { return fft_of<float, dsp::fft_use::real, 1021>{}; }, run_real_fft},
    block{"dsp/biquad.hpp lowpass<float>", "order 4", [] { return dsp::lowpass<float>({.cutoff = {1000}}); }, run_stage,
          std::tuple{stream}},
    block{"dsp/biquad.hpp highpass<float>", "order 4", [] { return dsp::highpass<float>({.cutoff = {10}}); }, run_stage,
          std::tuple{stream}},
    block{"dsp/biquad.hpp bandpass<float>", "order 4",
          [] { return dsp::bandpass<float>({.low = {500}, .high = {5000}}); }, run_stage, std::tuple{stream}},
    block{"dsp/biquad.hpp bandstop<float>", "order 4", [] { return dsp::bandstop<float>({.low = {45}, .high = {55}}); },
          run_stage, std::tuple{stream}},
    block{"dsp/filtfilt.hpp filtfilt<float>", "order 4, 4096 samples",
          [] {
            auto const filter = dsp::design_butterworth({dsp::filter_band::lowpass, 4, {1000}, {}}, {rate});
            return dsp::filtfilt<float>(filter ? *filter : dsp::biquad_sections{}, 15);
          },
          [](auto& b, feed& f) noexcept { seen(b.apply(f.x, f.y)); }, std::tuple{length}},
    block{"dsp/resample.hpp resampler", "3 to 2", [] { return dsp::resampler(2, 3); },
          [](auto& b, feed& f) noexcept { seen(b.template apply<float>(f.x, f.y.first(b.size(f.x.size())))); }},
    block{"dsp/integrate.hpp integrate_acceleration<float>", "4096 samples",
          [] {
            return dsp::integrate_acceleration<float>({.length = length, .rate = {rate}, .low = {10}, .high = {1000}});
          },
          [](auto& b, feed& f) noexcept { b.apply(f.x, f.y); }},
    block{"dsp/spectrum.hpp spectrum<float>", "4096 samples",
          [] { return dsp::spectrum<float>({.length = length, .rate = {rate}}); },
          [](auto& b, feed& f) noexcept { seen(b.amplitude(f.x)), seen(b.power(f.x)), seen(b.density(f.x)); }},
    block{"dsp/welch.hpp welch<float>", "segments of 1024",
          [] { return dsp::welch<float>({.rate = {rate}, .segment = 1024, .overlap = 512}); },
          [](auto& b, feed& f) noexcept { seen(b.density(f.x)); }},
    block{"dsp/stft.hpp stft<float>", "segments of 1024",
          [] { return dsp::stft<float>({.segment = 1024, .overlap = 512}); },
          [](auto& b, feed& f) noexcept { seen(b.each(f.x, [](auto const& bins, auto...) noexcept { seen(bins); })); }},
    block{"dsp/spectral_kurtosis.hpp spectral_kurtosis<float>", "segments of 256",
          [] { return dsp::spectral_kurtosis<float>({.segment = 256, .overlap = 192}); }, run_apply},
    block{"dsp/analytic_signal.hpp analytic_signal<float>", "2048 samples",
          [] { return dsp::analytic_signal<float>(); },
          [](auto& b, feed& f) noexcept {
            b.apply(f.x.first(2048), std::span(reinterpret_cast<std::complex<float>*>(f.y.data()), 2048));
          },
          std::tuple{std::size_t{2048}}},
    block{"dsp/band_envelope.hpp band_envelope<float>", "4096 samples, 2 to 5 kHz, 2048 points",
          [] { return dsp::band_envelope<float>(envelope_band); },
          [](auto& b, feed& f) noexcept { b.envelope(f.x, f.y.first(b.size())); }},
    block{"dsp/envelope_spectrum.hpp envelope_spectrum<float>", "4096 samples, 2 to 5 kHz, 2048 points",
          [] { return dsp::envelope_spectrum<float>({.band = envelope_band}); }, run_apply},
    block{
        "dsp/enhanced_envelope.hpp enhanced_envelope<float>", "4096 samples, 2 to 8 kHz",
        [] { return dsp::enhanced_envelope<float>({.length = length, .rate = {rate}, .low = {2000}, .high = {8000}}); },
        run_apply},
    block{"dsp/cyclic_spectrum.hpp cyclic_spectrum<float>", "segments of 256",
          [] { return dsp::cyclic_spectrum<float>({.rate = {rate}, .segment = 256, .overlap = 192}); },
          [](auto& b, feed& f) noexcept { seen(b.apply(f.x, {90})); }},
    block{"dsp/band_kurtogram.hpp band_kurtogram<float>", "4096 samples, levels 1 to 3",
          [] { return dsp::band_kurtogram<float>({.length = length, .rate = {rate}, .levels = kurtogram_levels}); },
          [](auto& b, feed& f) noexcept { seen(b.apply(f.x)), seen(b.best()); }},
    block{"dsp/fast_kurtogram.hpp fast_kurtogram<float>", "4096 samples, 5 levels",
          [] { return dsp::fast_kurtogram<float>({.length = length, .rate = {rate}, .levels = 5}); },
          [](auto& b, feed& f) noexcept { seen(b.apply(f.x)), seen(b.best()); }},
    block{"dsp/cepstrum.hpp cepstrum<float>", "4096 samples", [] { return dsp::cepstrum<float>(); },
          [](auto& b, feed& f) noexcept { b.real_cepstrum(f.x, f.y), b.prewhitened(f.x, f.y); }, std::tuple{length}},
    block{"dsp/discrete_random.hpp discrete_random<float>", "segments of 1024",
          [] { return dsp::discrete_random<float>({.segment = 1024, .delay = 512}); },
          [](auto& b, feed& f) noexcept { seen(b.apply(f.x, f.y, f.y)); }},
    block{"dsp/tacho.hpp tacho<float>", "", [] { return dsp::tacho<float>({.threshold = 1, .hysteresis = 0.2}); },
          run_stage, std::tuple{stream}},
    block{"dsp/order_tracking.hpp order_tracking<float>", "4096 samples, 64 pulses",
          [] {
            return dsp::order_tracking<float>(
                {.rate = {rate}, .samples_per_rev = 256, .max_samples = length, .max_pulses = 64});
          },
          [](auto& b, feed& f) noexcept { seen(b.apply(f.x, f.d.first(16), f.y)); }},
    block{
        "dsp/synchronous_average.hpp synchronous_average<float>", "4096 samples, 256 a turn",
        [] { return dsp::synchronous_average<float>({.rate = {rate}, .samples_per_rev = 256, .max_samples = length}); },
        [](auto& b, feed& f) noexcept { seen(b.add(f.x, f.d.first(16))), seen(b.average(f.y.first(256))); }},
    block{"dsp/tacholess_speed.hpp tacholess_speed<float>", "4096 samples, segments of 1024",
          [] {
            return dsp::tacholess_speed<float>(
                {.length = length, .rate = {rate}, .low = {50}, .high = {200}, .segment = 1024, .overlap = 768});
          },
          run_apply},
    block{"dsp/gear_signals.hpp gear_signals<float>", "1024 samples a turn",
          [] { return dsp::gear_signals<float>(1024, {.teeth = 23}); },
          [](auto& b, feed& f) noexcept {
            auto const turn = f.y.first(b.size());
            b.set(f.x.first(b.size())), b.regular(turn), b.residual(turn), b.difference(turn);
          }},
    block{"dsp/wavelet.hpp wavelet_dwt<float>", "4096 samples, db4, 3 levels",
          [] { return dsp::wavelet_dwt<float>({.length = length}); }, [](auto& b, feed& f) noexcept { b.apply(f.x); }},
    block{"dsp/percentage_bands.hpp percentage_bands", "2048 lines", [] { return dsp::percentage_bands(); },
          [](auto& b, feed& f) noexcept {
            std::span const levels(f.y.first(b.size()));
            b.levels(f.x.first(2048), levels, f.number), seen(levels[0]);
          },
          std::tuple{std::size_t{2048}}},
    block{"dsp/wavelet.hpp wavelet_packets<float>", "4096 samples, db4, 3 levels",
          [] { return dsp::wavelet_packets<float>({.length = length}); },
          [](auto& b, feed& f) noexcept { seen(b.energies(f.x)); }}};

}  // namespace footprint
