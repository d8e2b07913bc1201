// resample -- change of sampling rate by a ratio of small integers, on a finished block.
//
// What      Polyphase filtering with a Kaiser-windowed sinc (beta 5, ten lobes a side), delay taken out, zeros outside.
//           Below the lower of the two Nyquist frequencies the gain is 1.
// NB        Block-wise and not causal: output i knows ten lobes of future. The first and the last lobes of a block see
//           zeros where the recording ends.
// Formula   M = max(up, down), L = 10 M, h[i] = up w[i] sinc((i - L)/M) / sum(w sinc), i = 0..2L;
//           y[i] = sum_k x[k] h[L + i down - k up].
// Source    J. Kaiser, R. Schafer, IEEE Trans. ASSP 28 (1980) 105-107; golden/README.md, resample_poly.
// Shape     out: resampler::size(n) = ceil(n up / down) samples.
// Cost      (20 M + 1) / up multiplications an output sample; prepare() takes 20 M + 1 doubles.
// Errors    invalid_argument unless 1 <= up, down <= 4096 after division by their common divisor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/dsp/upfirdn.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

class resampler {
 public:
  resampler(std::size_t up, std::size_t down) noexcept
      : up_(up == 0 || down == 0 ? up : up / std::gcd(up, down)),
        down_(up == 0 || down == 0 ? down : down / std::gcd(up, down)) {}

  [[nodiscard]] std::size_t footprint() const noexcept { return identity() ? 0 : arena::bytes<double>(taps()); }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t size(std::size_t n) const noexcept { return (n * up_ + down_ - 1) / down_; }
  // shape_mismatch unless out.size() == size(in.size()).
  template <sample_type T>
  [[nodiscard]] status apply(std::span<T const> in, std::span<T> out) const noexcept;

  // Empty for 1:1.
  [[nodiscard]] std::span<double const> coefficients() const noexcept { return h_; }

 private:
  [[nodiscard]] bool identity() const noexcept { return up_ == down_; }
  [[nodiscard]] std::size_t half() const noexcept { return 10 * std::max(up_, down_); }
  [[nodiscard]] std::size_t taps() const noexcept { return 2 * half() + 1; }

  std::size_t up_, down_;
  std::span<double> h_{};
};

namespace detail {
// Modified Bessel function of order 0 by its power series (A&S 9.6.12).
inline double bessel_i0(double x) noexcept {
  double term = 1, sum = 1;
  for (int k = 1; k < 200 && term > 1e-18 * sum; ++k) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}
// Kaiser-windowed sinc at i = -L .. L, lobes of width m.
inline double kaiser_sinc(std::size_t from_centre, std::size_t half, std::size_t m) noexcept {
  double const r = static_cast<double>(from_centre) / static_cast<double>(half);
  double const window = bessel_i0(5.0 * math::sqrt(1 - r * r)) / bessel_i0(5.0);
  if (from_centre == 0) return window;
  double const x = math::pi * static_cast<double>(from_centre) / static_cast<double>(m);
  return from_centre % m == 0 ? 0.0 : window * math::sin_turns(from_centre, 2 * m) / x;
}
}  // namespace detail

inline status resampler::prepare(arena& memory) noexcept {
  if (up_ < 1 || down_ < 1 || std::max(up_, down_) > 4096) {
    return error{errc::invalid_argument, "resample", "give a ratio of integers from 1 to 4096"};
  }
  if (identity()) return {};
  auto taken = memory.take<double>(taps());
  if (!taken) return taken.error();
  h_ = *taken;
  std::size_t const l = half(), m = std::max(up_, down_);
  for (std::size_t i = 0; i < h_.size(); ++i) h_[i] = detail::kaiser_sinc(i < l ? l - i : i - l, l, m);
  double const sum = sum_of(h_.size(), [&](std::size_t i) { return h_[i]; });
  for (double& h : h_) h *= static_cast<double>(up_) / sum;
  return {};
}

template <sample_type T>
status resampler::apply(std::span<T const> in, std::span<T> out) const noexcept {
  if (out.size() != size(in.size())) return error{errc::shape_mismatch, "resample", "give room for size(n) samples"};
  if (identity()) {
    std::ranges::copy(in, out.begin());
    return {};
  }
  if (h_.empty()) return error{errc::not_ready, "resample", "call prepare() first"};
  upfirdn<T>(in, h_, up_, down_, out, half());
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
