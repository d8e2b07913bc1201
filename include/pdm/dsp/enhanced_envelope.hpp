// enhanced_envelope -- modulation of all narrow bands at once, each band measured against its own level.
//
// What      The power of every band of a short-time spectrum, divided by its mean, is a row of modulation; its
//           periodogram over time says at which cyclic frequencies that band rises and falls, and the mean over the
//           bands is the spectrum. A weak band with a clear modulation counts as much as a strong one without, which
//           is where the envelope spectrum of one band fails.
// NB        The cyclic modulation spectrum, the p = 0 term of the fast spectral correlation: blind to modulation faster
//           than about rate / segment, and normalised by band power where the spectral coherence of cyclic_spectrum
//           normalises by the two spectra. Lines of the machine beat too: notch shaft and mains before reading it.
// Formula   q_b[s] = |X_s[b]|^2 / mean_s |X_s[b]|^2; P_b[k] = power spectrum of q_b without its mean (Hann over time);
//           out[k] = mean of P_b[k] over low <= f_b <= high. An amplitude 1 + d cos with a small d has P = 2 d^2 in
//           its band.
// Source    J. Antoni, D. Hanson, Mech. Syst. Signal Process. 28 (2012) 175-190; J. Antoni, G. Xin, N. Hamzaoui,
//           Mech. Syst. Signal Process. 92 (2017) 248-277.
// Shape     in: params.length samples; out: frames()/2 + 1 lines at k rate / (hop frames()), valid until the next call.
//           A band without power is left out; no band with power: zeros.
// Cost      frames() transforms of a segment, one of frames() a band; prepare() takes frames() values a band. FFTW (not
//           the native FFT) takes heap memory in a transform where frames() has a large prime factor.
// Errors    prepare: invalid_argument for fewer than 2 frames, a hop of 0 or above the segment, no band in range.
#pragma once

#include <algorithm>

#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/spectrum.hpp"
#include "pdm/dsp/stft.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct enhanced_envelope_params {
  std::size_t length = 0;
  hertz rate{};
  hertz low{}, high{};  // of the bands that count
  std::size_t segment = 64;
  std::size_t hop = 16;
};

template <sample_type T, class Fft = default_fft<T>>
class enhanced_envelope {
 public:
  using params = enhanced_envelope_params;
  enhanced_envelope() = default;
  explicit enhanced_envelope(params const& p) noexcept : params_(p) {
    if (!valid()) return;
    stft_ = stft<T, Fft>({p.segment, p.segment - p.hop, window_kind::hann});
    bands_ = bins_between(p.low, p.high, p.rate, p.segment);
    spectrum_ = spectrum<T, Fft>({frames(), envelope_rate(), window_kind::hann, detrend_kind::constant});
  }

  [[nodiscard]] std::size_t frames() const noexcept { return stft_.segments(params_.length); }
  [[nodiscard]] hertz envelope_rate() const noexcept { return {params_.rate.value / static_cast<double>(params_.hop)}; }
  [[nodiscard]] std::size_t bands() const noexcept { return bands_.count; }
  [[nodiscard]] std::size_t footprint() const noexcept {
    return stft_.footprint() + spectrum_.footprint() + arena::bytes<T>(bands_.count * frames()) +
           arena::bytes<double>(frames() / 2 + 1);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x.size() is params.length.
  [[nodiscard]] result<power_lines<double>> apply(std::span<T const> x) noexcept;

 private:
  [[nodiscard]] bool valid() const noexcept {
    auto const& p = params_;
    return p.segment >= 1 && p.hop >= 1 && p.hop <= p.segment && p.length >= p.segment + p.hop && p.rate.value > 0;
  }

  params params_{};
  stft<T, Fft> stft_{};
  spectrum<T, Fft> spectrum_{};
  band_bins bands_{};
  std::span<T> powers_{};  // a row of frames() for every band
  std::span<double> lines_{};
};

template <sample_type T, class Fft>
status enhanced_envelope<T, Fft>::prepare(arena& memory) noexcept {
  if (!valid() || bands_.count == 0) {
    return error{errc::invalid_argument, "enhanced_envelope", "give a rate, two frames, hop <= segment, low <= high"};
  }
  if (auto s = stft_.prepare(memory); !s) return s;
  if (auto s = spectrum_.prepare(memory); !s) return s;
  auto powers = memory.take<T>(bands_.count * frames());
  auto lines = memory.take<double>(frames() / 2 + 1);
  if (!powers || !lines) return error{errc::out_of_memory, "enhanced_envelope", "give footprint() bytes"};
  powers_ = *powers;
  lines_ = *lines;
  return {};
}

template <sample_type T, class Fft>
result<power_lines<double>> enhanced_envelope<T, Fft>::apply(std::span<T const> x) noexcept {
  if (lines_.empty() || x.size() != params_.length) {
    return error{errc::shape_mismatch, "enhanced_envelope", "give the number of samples prepared for"};
  }
  std::size_t const n = frames();
  stft_.each(x, [&](std::size_t s, std::span<std::complex<T> const> bins) noexcept {
    for (std::size_t b = 0; b < bands_.count; ++b) {
      auto const z = bins[bands_.first + b];
      powers_[b * n + s] = z.real() * z.real() + z.imag() * z.imag();
    }
  });
  std::ranges::fill(lines_, 0.0);
  double used = 0;
  for (std::size_t b = 0; b < bands_.count; ++b) {
    auto const row = powers_.subspan(b * n, n);
    double const mean = mean_of<T>(row);
    if (!(mean > 0) || !math::is_finite(mean)) continue;
    for (T& v : row) v = static_cast<T>(static_cast<double>(v) / mean);
    auto const p = spectrum_.power(row);
    for (std::size_t k = 0; k < lines_.size(); ++k) lines_[k] += static_cast<double>(p.lines[k]);
    used += 1;
  }
  if (used > 0) {
    for (double& v : lines_) v /= used;
  }
  return power_lines<double>{lines_, envelope_rate(), n};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
