// spectral_kurtosis -- how impulsive every frequency of a record is.
//
// What      Kurtosis of the short-time spectrum of every line over the segments of a record, minus 2: 0 for
//           stationary Gaussian noise, -1 for a steady sine, large where impacts ring.
// NB        Depends on the segment: shorter than the distance of the impacts and longer than their ringing. Not the
//           kurtosis of the shape of a spectrum (features/spectral_shape.hpp). The lines at 0 and Nyquist are real, so
//           noise gives 1 there. For the choice of a band the kurtogram tries all segment lengths.
// Formula   K[k] = mean |X_s[k]|^4 / (mean |X_s[k]|^2)^2 - 2 over segments s, no mean removal.
// Source    J. Antoni, Mech. Syst. Signal Process. 20 (2006) 282-307; golden/README.md, spectral_kurtosis_stft.
// Shape     in: n >= segment samples; out: segment/2 + 1 lines, valid until the next call. A line without any power is
//           NaN.
// Cost      One real transform a segment; prepare() takes 2 (segment/2 + 1) doubles besides those of stft.
#pragma once

#include <algorithm>

#include "pdm/dsp/stft.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <sample_type T, class Fft = default_fft<T>>
class spectral_kurtosis {
 public:
  using params = stft_params;
  spectral_kurtosis() = default;
  explicit spectral_kurtosis(params const& p) noexcept : stft_(p) {}

  [[nodiscard]] std::size_t segments(std::size_t n) const noexcept { return stft_.segments(n); }
  [[nodiscard]] std::size_t footprint() const noexcept {
    return stft_.footprint() + 2 * arena::bytes<double>(stft_.lines());
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // shape_mismatch for fewer samples than one segment.
  [[nodiscard]] result<std::span<double const>> apply(std::span<T const> x) noexcept;

 private:
  stft<T, Fft> stft_{};
  std::span<double> second_{}, fourth_{};
};

template <sample_type T, class Fft>
status spectral_kurtosis<T, Fft>::prepare(arena& memory) noexcept {
  if (auto s = stft_.prepare(memory); !s) return s;
  auto second = memory.take<double>(stft_.lines());
  auto fourth = memory.take<double>(stft_.lines());
  if (!second || !fourth) return error{errc::out_of_memory, "spectral_kurtosis", "give footprint() bytes"};
  second_ = *second;
  fourth_ = *fourth;
  return {};
}

template <sample_type T, class Fft>
result<std::span<double const>> spectral_kurtosis<T, Fft>::apply(std::span<T const> x) noexcept {
  if (second_.empty() || segments(x.size()) == 0) {
    return error{errc::shape_mismatch, "spectral_kurtosis", "give at least one whole segment"};
  }
  std::ranges::fill(second_, 0.0);
  std::ranges::fill(fourth_, 0.0);
  std::size_t const count = stft_.each(x, [&](std::size_t, std::span<std::complex<T> const> bins) noexcept {
    for (std::size_t k = 0; k < bins.size(); ++k) {
      double const re = static_cast<double>(bins[k].real()), im = static_cast<double>(bins[k].imag());
      double const square = re * re + im * im;
      second_[k] += square;
      fourth_[k] += square * square;
    }
  });
  for (std::size_t k = 0; k < second_.size(); ++k) {
    double const s = second_[k];
    fourth_[k] = s > 0 ? fourth_[k] / s * static_cast<double>(count) / s - 2 : math::not_a_number;
  }
  return std::span<double const>(fourth_);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
