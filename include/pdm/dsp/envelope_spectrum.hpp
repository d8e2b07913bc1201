// envelope_spectrum -- at which rates the amplitude of a band goes up and down.
//
// What      Amplitude spectrum of the (squared) envelope of a band, its mean removed and given beside it. Bearing
//           faults show as lines at their fault frequencies and harmonics, with sidebands of the speed that loads them.
// NB        Modulation frequencies, not vibration frequencies. The squared envelope is in unit^2.
// Formula   e = |z| or |z|^2 of band_envelope; mean = mean e; amplitude spectrum of e - mean.
// Source    R. Randall, J. Antoni, Mech. Syst. Signal Process. 25 (2011) 485-520; golden/README.md, envelope_spectrum.
// Shape     in: n samples; out: n/2 + 1 lines (points/2 + 1 where the envelope is taken in baseband), f_k = k fs / n.
// Cost      band_envelope and one real transform.
#pragma once

#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/spectrum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct envelope_spectrum_params {
  band_envelope_params band{};
  bool squared = true;
  window_kind window = window_kind::rect;
};

template <sample_type T>
struct envelope_lines {
  amplitude_lines<T> amplitude;
  double mean = 0;  // of the (squared) envelope
};

template <sample_type T, class Fft = default_fft<T>>
class envelope_spectrum {
 public:
  using params = envelope_spectrum_params;
  envelope_spectrum() = default;
  explicit envelope_spectrum(params const& p) noexcept
      : squared_(p.squared),
        band_(p.band),
        spectrum_({band_.size(), p.band.length > 0 ? band_.rate() : hertz{}, p.window, detrend_kind::constant}) {}

  [[nodiscard]] std::size_t footprint() const noexcept {
    return band_.footprint() + arena::bytes<T>(band_.size()) + spectrum_.footprint();
  }
  [[nodiscard]] status prepare(arena& memory) noexcept {
    if (auto s = band_.prepare(memory); !s) return s;
    auto envelope = memory.take<T>(band_.size());
    if (!envelope) return envelope.error();
    envelope_ = *envelope;
    return spectrum_.prepare(memory);
  }
  // x.size() is params.band.length; the lines are valid until the next call.
  [[nodiscard]] envelope_lines<T> apply(std::span<T const> x) noexcept {
    auto const z = band_.analytic(x);
    for (std::size_t i = 0; i < z.size(); ++i) {
      T const square = z[i].real() * z[i].real() + z[i].imag() * z[i].imag();
      envelope_[i] = squared_ ? square : std::sqrt(square);
    }
    double const mean = z.empty() ? math::not_a_number : mean_of<T>(envelope_);
    return {spectrum_.amplitude(envelope_), mean};
  }
  // The (squared) envelope behind the last result.
  [[nodiscard]] std::span<T const> envelope() const noexcept { return envelope_; }

 private:
  bool squared_ = true;
  band_envelope<T, Fft> band_{};
  spectrum<T, Fft> spectrum_{};
  std::span<T> envelope_{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
