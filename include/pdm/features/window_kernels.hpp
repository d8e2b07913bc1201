// window_kernels -- the vectorised float passes behind window_vector.
//
// What      Three passes over one window of float samples or its spectrum: sums for the time features; the Hann
//           spectrum with everything that is summed over its lines; squared magnitudes. Each reads its input once.
// NB        For speed at float precision: the kernels of time_features.hpp and spectral_shape.hpp take double too,
//           any length, and are the definition; these agree with them to about 1e-6 (tests/features/
//           window_vector_test.cpp). Nothing is checked here: window_vector has.
// Sums      Float partial sums in 8 fixed lanes over at most 512 values, then double; moments of a block are taken
//           about a value near the block's mean and merged as in P. Pebay, SAND2008-6212, so a large offset does no
//           harm. The bits are the same on every instruction set.
// Cost      0.64 ns a sample for the sums of the time features (benchmark time_fused; bench/README.md); no memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features::detail {

inline constexpr std::size_t sum_width = 8;    // float lanes of every partial sum
inline constexpr std::size_t sum_block = 512;  // values in a partial sum, at most

// Sums over a window: plain ones, and the powers of the distance from the mean.
struct moment_sums {
  double count = 0, mean = 0, absolute = 0, root = 0;  // absolute: sum |x|; root: sum sqrt |x|
  double m2 = 0, m3 = 0, m4 = 0;                       // sum (x - mean)^k
  float least = 0, greatest = 0;

  // Adds a block of `n` values with sums s1 to s4 of (x - about)^k.
  void merge(double n, double about, double s1, double s2, double s3, double s4) noexcept {
    double const shift = s1 / n;
    double const b2 = s2 - s1 * shift;
    double const b3 = s3 - 3 * shift * s2 + 2 * shift * shift * s1;
    double const b4 = s4 - 4 * shift * s3 + 6 * shift * shift * s2 - 3 * shift * shift * shift * s1;
    double const total = count + n, d = about + shift - mean, d_n = d / total;
    double const cross = d * d_n * count * n;
    m4 += b4 + cross * d_n * d_n * (count * count - count * n + n * n) +
          6 * d_n * d_n * (count * count * b2 + n * n * m2) + 4 * d_n * (count * b3 - n * m3);
    m3 += b3 + cross * d_n * (count - n) + 3 * d_n * (count * b2 - n * m2);
    m2 += b2 + cross;
    mean += d_n * n;
    count = total;
  }
};

// Sums over a run of lines: amplitude A and its moments about line `about`, power P, P log2 P.
struct line_sums {
  double amplitude = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0;
  double power = 0, power_log = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features::detail

#define PDM_SIMD_BODY "pdm/features/window_kernels.inl"
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::features::detail {

#if PDM_SIMD_X86
#define PDM_WINDOW_KERNEL(call) (simd::best() >= simd::level::avx2 ? avx2::call : base::call)
#else
#define PDM_WINDOW_KERNEL(call) base::call
#endif

// Adds n >= 1 samples to the time sums, the first ones to those that begin with them. In pieces of a multiple of
// sum_block the bits are the same.
inline void add_window_moments(float const* x, std::size_t n, moment_sums& sums) noexcept {
  PDM_WINDOW_KERNEL(add_window_moments(x, n, sums));
}
[[nodiscard]] inline moment_sums moments_from(float first) noexcept {
  moment_sums sums;
  sums.least = sums.greatest = first;
  return sums;
}
[[nodiscard]] inline moment_sums window_moments(float const* x, std::size_t n) noexcept {
  moment_sums sums = moments_from(x[0]);
  add_window_moments(x, n, sums);
  return sums;
}

// One-sided Hann amplitudes of lines first .. first + n - 1, into `amplitude`, and their sums; moments about `about`.
//   spectrum  interleaved, without window; lines first - 1 and first + n are read too
//   scale     amplitude of one line of the spectrum of weight 1; the line `first` is multiplied by `first_weight` too
// n is a multiple of 8, at most 512.
[[nodiscard]] inline line_sums hann_lines(float const* spectrum, std::size_t first, std::size_t n, float scale,
                                          float first_weight, float about, float* amplitude) noexcept {
  return PDM_WINDOW_KERNEL(hann_lines(spectrum, first, n, scale, first_weight, about, amplitude));
}

// |z|^2 and |z| times `scale` of n interleaved complex numbers.
inline void squared_magnitudes(float const* z, std::size_t n, float scale, float* out) noexcept {
  PDM_WINDOW_KERNEL(squared_magnitudes(z, n, scale, out));
}
inline void magnitudes(float const* z, std::size_t n, float scale, float* out) noexcept {
  PDM_WINDOW_KERNEL(magnitudes(z, n, scale, out));
}

#undef PDM_WINDOW_KERNEL

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features::detail
