// subspace_kernels -- the small dense loops behind mahalanobis and oja_subspace.
//
// What      y = A x for a symmetric A, a rank-one update that keeps A symmetric to the bit, and products with a few
//           stacked vectors. Double; rows and vectors `stride` long, a multiple of 4, the rest 0.
// NB        Nothing is checked here. Sums in 4 fixed lanes: the same bits on every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pdm/core/simd.hpp"

#define PDM_SIMD_BODY "pdm/anomaly/subspace_kernels.inl"
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail {

#if PDM_SIMD_X86
#define PDM_SUBSPACE_KERNEL(call) (simd::best() >= simd::level::avx2 ? avx2::call : base::call)
#else
#define PDM_SUBSPACE_KERNEL(call) base::call
#endif

// d = (x - centre) inverse - mean, cut at +-limit, of n columns. true: d was that already.
inline bool deviations(std::size_t n, double const* x, double const* centre, double const* inverse, double const* mean,
                       double limit, double* d) noexcept {
  return PDM_SUBSPACE_KERNEL(deviations(n, x, centre, inverse, mean, limit, d));
}
// y = A x, and x' y.
inline double symmetric_times(double const* a, std::size_t n, std::size_t stride, double const* x, double* y) noexcept {
  return PDM_SUBSPACE_KERNEL(symmetric_times(a, n, stride, x, y));
}
// A = keep A - u u', u = factor v.
inline void rank_one(double* a, std::size_t n, std::size_t stride, double keep, double factor,
                     double const* v) noexcept {
  PDM_SUBSPACE_KERNEL(rank_one(a, n, stride, keep, factor, v));
}
// mean += gain d.
inline void follow(double* mean, std::size_t stride, double gain, double const* d) noexcept {
  PDM_SUBSPACE_KERNEL(follow(mean, stride, gain, d));
}
// y[k] = w_k' x, then r = x - sum y[k] w_k (all y from x); returns r' r.
inline double residual(double const* w, std::size_t k, std::size_t stride, double const* x, double* y,
                       double* r) noexcept {
  return PDM_SUBSPACE_KERNEL(residual(w, k, stride, x, y, r));
}
// x is the row that d came from, and no deviation of it is cut at +-limit.
inline bool learned_as_scored(std::size_t n, double const* x, double const* last, double const* d,
                              double limit) noexcept {
  return PDM_SUBSPACE_KERNEL(learned_as_scored(n, x, last, d, limit));
}
// Sum of y[k]^2 / variance[k]; `padded` is a multiple of 4.
inline double scaled_squares(double const* y, double const* variance, std::size_t padded) noexcept {
  return PDM_SUBSPACE_KERNEL(scaled_squares(y, variance, padded));
}
// variance[k] += gain (y[k]^2 - variance[k]), not below `least`; returns the sum of y[k]^2.
inline double follow_squares(double const* y, double* variance, std::size_t padded, double gain,
                             double least) noexcept {
  return PDM_SUBSPACE_KERNEL(follow_squares(y, variance, padded, gain, least));
}
// w_k += step y[k] r, and mean += gain d.
inline void turn(double* w, std::size_t k, std::size_t stride, double step, double const* y, double const* r,
                 double* mean, double gain, double const* d) noexcept {
  PDM_SUBSPACE_KERNEL(turn(w, k, stride, step, y, r, mean, gain, d));
}
#undef PDM_SUBSPACE_KERNEL

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail
