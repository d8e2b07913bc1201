// wide_envelope -- modulations of a wide band: the power spectrum of its squared envelope, at low frequencies only.
//
// What      The bins of a band, as they are or pre-whitened (every bin to modulus one), become a complex envelope in
//           baseband; its square is averaged in blocks to a rate just above twice the highest modulation wanted.
// NB        Pre-whitening takes resonances and discrete tones out alike, so a weak impact train far from the strongest
//           resonance is heard; where the impacts are strong it costs some of them.
// Formula   e = |IDFT(Y)|^2 / mean - 1, Y = X or X / |X| over the band; power = |DFT(hann e)|^2.
// Source    P. Borghesani et al., Mech. Syst. Signal Process. 36 (2013) 370-384 (cepstral pre-whitening: X / |X|);
//           R. Randall, J. Antoni, Mech. Syst. Signal Process. 25 (2011) 485-520.
// Shape     in: n/2+1 bins of the transform of n samples; out: lines 0 .. lines()-1, df = rate / n.
// Cost      One complex transform of about n/2 points and a short real one.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/diagnostics/smooth_length.hpp"
#include "pdm/dsp/fft.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct wide_envelope_params {
  std::size_t length = 0;  // n
  hertz rate{};
  hertz low{}, high{};  // of the widest band that will be asked for
  hertz modulation{};   // highest modulation wanted
};

class wide_envelope {
 public:
  using params = wide_envelope_params;
  wide_envelope() = default;
  explicit wide_envelope(params const& p) noexcept : params_(p) { plan(); }

  [[nodiscard]] std::size_t footprint() const noexcept {
    return 2 * arena::bytes<std::complex<float>>(points_) + arena::bytes<std::complex<float>>(short_ / 2 + 1) +
           3 * arena::bytes<float>(short_) + dsp::default_fft<float>::footprint(points_, dsp::fft_use::complex) +
           dsp::default_fft<float>::footprint(short_, dsp::fft_use::real);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;

  // Power of the modulations of bins low..high of X. `weight(k)` scales bin k.
  template <class Weight>
  std::span<float const> apply(std::span<std::complex<float> const> bins, hertz low, hertz high,
                               Weight weight) noexcept;
  std::span<float const> plain(std::span<std::complex<float> const> bins, hertz low, hertz high) noexcept {
    return apply(bins, low, high, [](std::complex<float>) noexcept { return 1.0f; });
  }
  std::span<float const> whitened(std::span<std::complex<float> const> bins, hertz low, hertz high) noexcept {
    return apply(bins, low, high, [](std::complex<float> z) noexcept {
      float const square = z.real() * z.real() + z.imag() * z.imag();
      return square > 1e-30f ? 1 / std::sqrt(square) : 0.0f;
    });
  }

  [[nodiscard]] double df() const noexcept { return params_.rate.value / static_cast<double>(params_.length); }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }

 private:
  void plan() noexcept;

  params params_{};
  std::size_t points_ = 0, block_ = 1, short_ = 0, lines_ = 0;
  std::span<std::complex<float>> band_{}, envelope_{}, short_bins_{};
  std::span<float> squares_{}, window_{}, power_{};
  dsp::default_fft<float> inverse_{}, forward_{};
};

inline void wide_envelope::plan() noexcept {
  if (params_.length < 16 || !(params_.rate.value > 0)) return;
  double const band = (params_.high.value - params_.low.value) / df();
  double const wanted = 2.56 * params_.modulation.value / df();
  if (!(band >= 8) || !(wanted >= 8)) return;
  auto const bins = static_cast<std::size_t>(band) + 2;
  auto const blocks = static_cast<std::size_t>(std::max(1.0, band / wanted));
  block_ = 1;  // a smooth number of envelope samples to a block, so that points_ is smooth
  for (std::size_t d = 1; d <= blocks; ++d) {
    std::size_t rest = d;
    for (std::size_t f : {2u, 3u, 5u}) {
      while (rest % f == 0) rest /= f;
    }
    if (rest == 1) block_ = d;
  }
  short_ = smooth_at_least((bins + block_ - 1) / block_);
  points_ = short_ * block_;
  lines_ = std::min(short_ / 2 + 1, static_cast<std::size_t>(params_.modulation.value / df()) + 2);
}

inline status wide_envelope::prepare(arena& memory) noexcept {
  if (points_ == 0) return error{errc::invalid_argument, "wide_envelope", "give a longer record or a wider band"};
  auto band = memory.take<std::complex<float>>(points_);
  auto envelope = memory.take<std::complex<float>>(points_);
  auto bins = memory.take<std::complex<float>>(short_ / 2 + 1);
  auto squares = memory.take<float>(short_);
  auto window = memory.take<float>(short_);
  auto power = memory.take<float>(short_);
  if (!band || !envelope || !bins || !squares || !window || !power) {
    return error{errc::out_of_memory, "wide_envelope", "give footprint() bytes"};
  }
  band_ = *band, envelope_ = *envelope, short_bins_ = *bins;
  squares_ = *squares, window_ = *window, power_ = *power;
  for (std::size_t i = 0; i < short_; ++i) {
    window_[i] = static_cast<float>(0.5 - 0.5 * math::cos_turns(i, short_));
  }
  if (auto s = inverse_.prepare(points_, memory, dsp::fft_use::complex); !s) return s;
  return forward_.prepare(short_, memory, dsp::fft_use::real);
}

template <class Weight>
std::span<float const> wide_envelope::apply(std::span<std::complex<float> const> bins, hertz low, hertz high,
                                            Weight weight) noexcept {
  auto const from = static_cast<std::size_t>(std::max(1.0, low.value / df()));
  auto const to = std::min({bins.size(), static_cast<std::size_t>(high.value / df()), from + points_});
  std::size_t i = 0;
  for (std::size_t k = from; k < to; ++k, ++i) band_[i] = bins[k] * weight(bins[k]);
  for (; i < points_; ++i) band_[i] = {};
  inverse_.inverse_complex(band_, envelope_);
  double mean = 0;
  for (std::size_t b = 0; b < short_; ++b) {
    float sum = 0;
    for (std::size_t j = b * block_; j < (b + 1) * block_; ++j) {
      sum += envelope_[j].real() * envelope_[j].real() + envelope_[j].imag() * envelope_[j].imag();
    }
    squares_[b] = sum;
    mean += static_cast<double>(sum);
  }
  mean /= static_cast<double>(short_);
  auto const scale = static_cast<float>(mean > 0 ? 1 / mean : 0.0);
  for (std::size_t b = 0; b < short_; ++b) squares_[b] = (squares_[b] * scale - 1) * window_[b];
  forward_.forward(squares_, short_bins_);
  for (std::size_t k = 0; k < lines_; ++k) {
    power_[k] = short_bins_[k].real() * short_bins_[k].real() + short_bins_[k].imag() * short_bins_[k].imag();
  }
  return power_.first(lines_);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
