// kurtogram_kernels -- the vectorised passes behind fast_kurtogram: a band cut in two, in three, and its kurtosis.
//
// What      Both filter banks modulate one real low-pass to the middle of a band. In phases (every second or third
//           sample) the modulation is a power of j, so that a tap is a multiplication by a real number and perhaps an
//           exchange of parts; the two halves share their loads, the three thirds their sums.
//           Low half:  a[m] = e^(-j pi/4) sum_k j^k p[2k] o[m-k] + sum_k j^k p[2k+1] e[m-k]
//           High half: d[m] = e^(j 3 pi/4) sum_k (-j)^k p[2k+1] o[m-k] + sum_k (-j)^(k+1) p[2k+2] e[m-k], times (-1)^m
//           with e, o the even and odd samples. Each has a constant phase more than the definition, which no
//           kurtosis sees.
//           Thirds:    t_q[m] = sum_r e^(2 pi j r (1 + 2q)/12) sum_k (+-j)^k p[3k+r] x[3(m-k)+2-r], minus for q = 1
// NB        The bits are the same on every instruction set. Nothing is checked here: fast_kurtogram has. Outputs are
//           written, and inputs read, up to `slack` values beyond the last.
// Source    J. Antoni, Mech. Syst. Signal Process. 21 (2007) 108-124; golden/README.md, fast_kurtogram. Polyphase
//           form: P. P. Vaidyanathan, Multirate Systems and Filter Banks (1993), 4.3.
// Cost      A complex tap is 4 operations for a half (8 done plainly), 4/3 for a third. No memory.
#pragma once

#include <cstddef>
#include <utility>

#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::kurtogram {

inline constexpr std::size_t slack = 16;        // values before and after a phase, and after an output
inline constexpr std::size_t sum_lanes = 8;     // of every partial sum
inline constexpr std::size_t sum_block = 1024;  // values in a partial sum, at most

// Real and imaginary parts of a complex signal.
template <class T>
struct parts {
  T* re = nullptr;
  T* im = nullptr;
};
// Phases of a signal, every one after at least `slack` zeros; the imaginary parts of a real signal are not read.
template <class T>
struct phases {
  T const* re[3] = {};
  T const* im[3] = {};
};
template <class T>
struct half_taps_of {
  T even[9] = {}, odd[9] = {};  // p[2k] and p[2k+1]; odd[8] is 0
};
template <class T>
struct third_taps_of {
  T tap[3][9] = {};  // p[3k+r]
};
struct power_sums {
  double second = 0, fourth = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::kurtogram

#define PDM_SIMD_BODY "pdm/dsp/kurtogram_kernels.inl"
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::kurtogram {

#if PDM_SIMD_X86
#define PDM_KURTOGRAM_KERNEL(...) (simd::best() >= simd::level::avx2 ? avx2::__VA_ARGS__ : base::__VA_ARGS__)
#else
#define PDM_KURTOGRAM_KERNEL(...) base::__VA_ARGS__
#endif

template <class T, bool Real>
void halves(phases<T> const& x, half_taps_of<T> const& h, std::size_t n, parts<T> low, parts<T> high) noexcept {
  PDM_KURTOGRAM_KERNEL(halves<T, Real>(x, h, n, low, high));
}
template <class T, bool Real>
void thirds(phases<T> const& x, third_taps_of<T> const& h, std::size_t n, parts<T> const* out) noexcept {
  PDM_KURTOGRAM_KERNEL(thirds<T, Real>(x, h, n, out));
}
template <class T>
[[nodiscard]] double mean(T const* x, std::size_t n) noexcept {
  return PDM_KURTOGRAM_KERNEL(mean<T>(x, n));
}
template <class T, bool Real>
[[nodiscard]] power_sums powers(T const* re, T const* im, std::size_t n, T mean_re, T mean_im) noexcept {
  return PDM_KURTOGRAM_KERNEL(powers<T, Real>(re, im, n, mean_re, mean_im));
}
template <class T>
void split_in_two(T const* x, std::size_t n, T* p0, T* p1) noexcept {
  PDM_KURTOGRAM_KERNEL(split_in_two<T>(x, n, p0, p1));
}
template <class T>
void split_in_three(T const* x, std::size_t n, T* p0, T* p1, T* p2) noexcept {
  PDM_KURTOGRAM_KERNEL(split_in_three<T>(x, n, p0, p1, p2));
}

#undef PDM_KURTOGRAM_KERNEL

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::kurtogram
