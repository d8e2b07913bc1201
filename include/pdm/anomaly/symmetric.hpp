// symmetric -- Cholesky factor and eigenvectors of a small symmetric matrix, in a fixed order of operations.
//
// What      cholesky: A = L L', L by rows of its lower half. eigen_symmetric: A = V diag(w) V' by cyclic Jacobi
//           rotations, values descending, every vector with its largest element positive.
// NB        For p up to some dozens and for limits and models that are fitted once: O(p^3), not blocked. The order of
//           the sums does not depend on the machine, which that of a linear algebra library would.
// Source    G. Golub, C. Van Loan, Matrix Computations, 3rd ed., algorithms 4.2.2 and 8.4.3.
// Cost      p^3/6, and about 40 p^3, multiplications. The caller's memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// Packed lower half, in place. false when a pivot is not above `least` times its diagonal: not positive definite.
[[nodiscard]] inline bool cholesky(std::span<double> packed, std::size_t p, double least = 1e-12) noexcept {
  auto const at = [](std::size_t i, std::size_t j) noexcept { return i * (i + 1) / 2 + j; };
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = packed[at(i, j)];
      double const whole = sum;
      for (std::size_t k = 0; k < j; ++k) sum -= packed[at(i, k)] * packed[at(j, k)];
      if (i == j && !(sum > least * whole)) return false;
      packed[at(i, j)] = i == j ? math::sqrt(sum) : sum / packed[at(j, j)];
    }
  }
  return true;
}

// L y = b, in place.
inline void solve_lower(std::span<double const> packed, std::span<double> b) noexcept {
  for (std::size_t i = 0; i < b.size(); ++i) {
    double sum = b[i];
    for (std::size_t k = 0; k < i; ++k) sum -= packed[i * (i + 1) / 2 + k] * b[k];
    b[i] = sum / packed[i * (i + 1) / 2 + i];
  }
}
// L' x = y, in place.
inline void solve_upper(std::span<double const> packed, std::span<double> y) noexcept {
  for (std::size_t i = y.size(); i-- > 0;) {
    double sum = y[i];
    for (std::size_t k = i + 1; k < y.size(); ++k) sum -= packed[k * (k + 1) / 2 + i] * y[k];
    y[i] = sum / packed[i * (i + 1) / 2 + i];
  }
}

namespace detail {
// One rotation that makes a(p, q) zero; rows of v are the vectors.
inline void jacobi_rotate(std::span<double> a, std::span<double> v, std::size_t n, std::size_t p,
                          std::size_t q) noexcept {
  double const apq = a[p * n + q];
  if (apq == 0) return;
  double const tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  double const t = (tau >= 0 ? 1 : -1) / ((tau < 0 ? -tau : tau) + math::sqrt(1 + tau * tau));
  double const c = 1 / math::sqrt(1 + t * t), s = t * c;
  for (std::size_t k = 0; k < n; ++k) {
    double const kp = a[k * n + p], kq = a[k * n + q];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (std::size_t k = 0; k < n; ++k) {
    double const pk = a[p * n + k], qk = a[q * n + k], vp = v[p * n + k], vq = v[q * n + k];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    v[p * n + k] = c * vp - s * vq;
    v[q * n + k] = s * vp + c * vq;
  }
  a[p * n + q] = a[q * n + p] = 0;
}

inline void swap_vectors(std::span<double> v, std::size_t n, std::size_t i, std::size_t j) noexcept {
  for (std::size_t k = 0; k < n; ++k) std::swap(v[i * n + k], v[j * n + k]);
}
}  // namespace detail

// `a`: n x n, overwritten; `values` descending; row k of `vectors` belongs to values[k].
inline void eigen_symmetric(std::span<double> a, std::size_t n, std::span<double> values,
                            std::span<double> vectors) noexcept {
  for (std::size_t i = 0; i < n * n; ++i) vectors[i] = i % (n + 1) == 0 ? 1 : 0;
  for (int sweep = 0; sweep < 60; ++sweep) {
    double off = 0, diagonal = 0;
    for (std::size_t i = 0; i < n; ++i) {
      diagonal += a[i * n + i] * a[i * n + i];
      for (std::size_t j = i + 1; j < n; ++j) off += a[i * n + j] * a[i * n + j];
    }
    if (off <= 1e-34 * diagonal) break;
    for (std::size_t p = 0; p + 1 < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) detail::jacobi_rotate(a, vectors, n, p, q);
    }
  }
  for (std::size_t i = 0; i < n; ++i) values[i] = a[i * n + i];
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t best = i;
    for (std::size_t j = i + 1; j < n; ++j) best = values[j] > values[best] ? j : best;
    std::swap(values[i], values[best]);
    if (best != i) detail::swap_vectors(vectors, n, i, best);
    auto const v = vectors.subspan(i * n, n);
    auto const largest = std::max_element(
        v.begin(), v.end(), [](double x, double y) noexcept { return (x < 0 ? -x : x) < (y < 0 ? -y : y); });
    if (*largest < 0) {
      for (double& x : v) x = -x;
    }
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
