#include "learning/linear.hpp"

#include <algorithm>
#include <numeric>

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

bool cholesky(std::vector<double>& a, std::size_t n) noexcept {
  for (std::size_t j = 0; j < n; ++j) {
    double const* const lj = a.data() + j * n;
    double const pivot = lj[j] - dot(lj, lj, j);
    if (!(pivot > 0)) return false;
    double const d = std::sqrt(pivot);
    a[j * n + j] = d;
    for (std::size_t i = j + 1; i < n; ++i) a[i * n + j] = (a[i * n + j] - dot(a.data() + i * n, lj, j)) / d;
  }
  return true;
}

void solve(std::vector<double> const& l, std::size_t n, std::span<double> b) noexcept {
  for (std::size_t i = 0; i < n; ++i) b[i] = (b[i] - dot(l.data() + i * n, b.data(), i)) / l[i * n + i];
  for (std::size_t i = n; i-- > 0;) {
    b[i] /= l[i * n + i];
    for (std::size_t k = 0; k < i; ++k) b[k] -= l[i * n + k] * b[i];
  }
}

std::vector<double> inverse(std::vector<double> const& l, std::size_t n) {
  std::vector<double> out(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    out[i * n + i] = 1;
    solve(l, n, std::span(out).subspan(i * n, n));
  }
  return out;
}

namespace {
// Rotates rows and columns p and q of `a` so that a(p, q) vanishes, and the rows of v with them.
void rotate(std::vector<double>& a, std::vector<double>& v, std::size_t n, std::size_t p, std::size_t q) {
  double const off = a[p * n + q];
  if (off == 0) return;
  double const theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
  double const t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  double const c = 1 / std::sqrt(t * t + 1), s = t * c;
  auto const turn = [c, s](double& x, double& y) {
    double const x0 = x, y0 = y;
    x = c * x0 - s * y0;
    y = s * x0 + c * y0;
  };
  for (std::size_t k = 0; k < n; ++k) turn(a[k * n + p], a[k * n + q]);
  for (std::size_t k = 0; k < n; ++k) turn(a[p * n + k], a[q * n + k]);
  for (std::size_t k = 0; k < n; ++k) turn(v[p * n + k], v[q * n + k]);
}
}  // namespace

std::vector<std::vector<double>> eigenvectors(std::vector<double> a, std::size_t n) {
  std::vector<double> v(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i) v[i * n + i] = 1;
  for (int sweep = 0; sweep < 40; ++sweep) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t q = p + 1; q < n; ++q) rotate(a, v, n, p, q);
    }
  }
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return a[i * n + i] > a[j * n + j]; });
  std::vector<std::vector<double>> rows;
  rows.reserve(n);
  for (std::size_t i : order) {
    rows.emplace_back(v.begin() + static_cast<std::ptrdiff_t>(i * n),
                      v.begin() + static_cast<std::ptrdiff_t>((i + 1) * n));
  }
  return rows;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
