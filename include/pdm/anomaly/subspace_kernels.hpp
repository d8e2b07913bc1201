// subspace_kernels -- the small dense loops behind mahalanobis and oja_subspace.
//
// What      y = A x for a symmetric A, a rank-one update that keeps A symmetric to the bit, and products with a few
//           stacked vectors. Double; rows and vectors `stride` long, a multiple of 4, the rest 0.
// NB        Nothing is checked here. Sums in 4 fixed lanes: the same bits on every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail {

struct projection {
  double t2, spe;  // sum of y[k]^2 / variance[k]; e' e
};
struct turning {
  double step, gain;  // of the directions; of mean and variances
  double most;        // of d' d, above which the step is cut in proportion
  double least;       // variance
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail

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
// y[c] = w_c' d, then e = d - sum y[c] w_c (all y from d), for k directions; k and stride are multiples of 4.
inline projection resolve(double const* w, std::size_t k, std::size_t stride, double const* d, double const* variance,
                          double* y, double* e) noexcept {
  return PDM_SUBSPACE_KERNEL(resolve(w, k, stride, d, variance, y, e));
}
// Oja's step w_c += step y[c] e, mean and variances after it.
inline void turn(double* w, std::size_t k, std::size_t stride, double spe, turning const& t, double* variance,
                 double const* y, double const* e, double* mean, double const* d) noexcept {
  PDM_SUBSPACE_KERNEL(turn(w, k, stride, spe, t, variance, y, e, mean, d));
}
#undef PDM_SUBSPACE_KERNEL

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail
