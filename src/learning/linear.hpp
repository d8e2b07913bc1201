// linear -- the little linear algebra that fitting needs, with fixed orders of summation.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

// Sum of a[i] b[i] in eight lanes, which are added at the end: the same bits whatever the vector width.
template <class T>
double dot(T const* a, T const* b, std::size_t n) noexcept {
  std::array<T, 8> lane{};
  std::size_t const whole = n / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) lane[k] += a[i + k] * b[i + k];
  }
  double sum = 0;
  for (std::size_t i = whole; i < n; ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  for (T v : lane) sum += static_cast<double>(v);
  return sum;
}

// Lower Cholesky factor of a symmetric n x n matrix in place (lower part read); false where it is not positive.
bool cholesky(std::vector<double>& a, std::size_t n) noexcept;
// Solves L L' x = b in place.
void solve(std::vector<double> const& l, std::size_t n, std::span<double> b) noexcept;
// Inverse of the matrix whose factor is l.
std::vector<double> inverse(std::vector<double> const& l, std::size_t n);
// Eigenvectors (rows) of a symmetric matrix, by falling eigenvalue. Cyclic Jacobi.
std::vector<std::vector<double>> eigenvectors(std::vector<double> a, std::size_t n);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
