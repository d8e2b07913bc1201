// interpolate -- values between equally spaced samples: straight lines, or a cubic spline through all of them.
//
// What      linear_at(y, t) and spline_at(y, curvature, t) at position t in samples. The spline has not-a-knot ends;
// its
//           curvature (second derivatives) is computed once by spline_curvature.
// NB        Linear interpolation of a vibration signal damps what lies above a tenth of the rate and makes images of
// it;
//           the spline is good to a quarter. Beyond the ends linear holds the end value, the spline goes on.
// Formula   M[i-1] + 4 M[i] + M[i+1] = 6 (y[i-1] - 2 y[i] + y[i+1]); not-a-knot makes M[1] and M[n-2] the second
//           difference there and M linear across the first and last two intervals.
// Source    C. de Boor, A Practical Guide to Splines (2001), IV; golden/README.md, tsa.
// Shape     curvature: as many values as y. Of 3 samples a parabola, of 2 a line, of 1 a constant.
// Cost      O(n) once, constant a value; no memory of its own.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "pdm/core/violation.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

enum class interpolation : std::uint8_t { linear, cubic };

template <sample_type T>
[[nodiscard]] double linear_at(std::span<T const> y, double t) noexcept {
  double const last = static_cast<double>(y.size() - 1);
  if (!(t > 0)) return static_cast<double>(y.front());
  if (t >= last) return static_cast<double>(y.back());
  auto const i = static_cast<std::size_t>(t);
  double const u = t - static_cast<double>(i), a = static_cast<double>(y[i]);
  return a + (static_cast<double>(y[i + 1]) - a) * u;
}

// Fills m with the second derivatives of the spline through y; m.size() is y.size().
template <sample_type T>
void spline_curvature(std::span<T const> y, std::span<double> m) noexcept {
  if (!PDM_EXPECTS(m.size() == y.size())) return;
  std::size_t const n = y.size();
  auto const difference = [&](std::size_t i) noexcept {
    return static_cast<double>(y[i - 1]) - 2 * static_cast<double>(y[i]) + static_cast<double>(y[i + 1]);
  };
  if (n < 4) {
    for (double& v : m) v = n == 3 ? difference(1) : 0.0;
    return;
  }
  m[1] = difference(1);
  m[n - 2] = difference(n - 2);
  // Elimination: the pivots 4 - 1/pivot settle to 2 + sqrt 3 within 32 rows.
  std::array<double, 32> factor{};
  auto const factor_of = [&](std::size_t row) noexcept { return factor[row < 32 ? row : 31]; };
  double previous = 0;
  for (double& f : factor) previous = f = 1 / (4 - previous);
  for (std::size_t i = 2; i + 2 < n; ++i) {
    double const known = i == 2 ? m[1] : m[i - 1];
    m[i] = (6 * difference(i) - known) * factor_of(i - 2);
  }
  for (std::size_t i = n - 2; i-- > 2;) m[i] -= factor_of(i - 2) * m[i + 1];
  m[0] = 2 * m[1] - m[2];
  m[n - 1] = 2 * m[n - 2] - m[n - 3];
}

template <sample_type T>
[[nodiscard]] double spline_at(std::span<T const> y, std::span<double const> m, double t) noexcept {
  std::size_t const n = y.size();
  if (n < 2) return static_cast<double>(y.front());
  double const most = static_cast<double>(n - 2);
  auto const i = static_cast<std::size_t>(!(t > 0) ? 0.0 : t < most ? t : most);
  double const u = t - static_cast<double>(i), v = 1 - u;
  return v * static_cast<double>(y[i]) + u * static_cast<double>(y[i + 1]) +
         ((v * v * v - v) * m[i] + (u * u * u - u) * m[i + 1]) / 6;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
