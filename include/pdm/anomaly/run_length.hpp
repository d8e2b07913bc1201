// run_length -- how many values a control chart lets pass, on the average, before it alarms: and the limit for a wanted
// number.
//
// What      Average run length (ARL) of the two-sided CUSUM and EWMA chart and of the Shewhart chart, for independent
//           normal values shifted by `shift` standard deviations; 0 is the in-control run length, the mean time between
//           false alarms. *_limit_for(run_length) is its inverse.
// NB        Correlated values shorten the run length by an order of magnitude: average them over their correlation time
//           first. A Page-Hinkley test with a known mean has the run length of a CUSUM with k = delta, h = lambda.
// Formulas  The chart's statistic as a Markov chain: `cells` states between the limits, transition by the normal
//           distribution, ARL = 1' (I - Q)^-1 from the state of the start. Two-sided CUSUM: 1/ARL = 1/ARL+ + 1/ARL-.
// Source    D. Brook, D. Evans, Biometrika 59 (1972) 539-549; J. Lucas, M. Saccucci, Technometrics 32 (1990) 1-12;
//           K. Kemp, J. R. Stat. Soc. B 23 (1961) for the two sides; Richardson's extrapolation over the cells.
// Accuracy  Within 1 % of the published tables (tests/anomaly/run_length_test.cpp) for run lengths up to 10^5.
// Cost      Set-up only: about a millisecond an ARL. 80 kB of stack.
#pragma once

#include <array>
#include <cstddef>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

namespace detail {
inline constexpr std::size_t most_cells = 100;

// (I - Q) a = 1 by Gaussian elimination; diagonally dominant, so without pivoting.
struct run_length_system {
  std::array<std::array<double, most_cells>, most_cells> q;
  std::array<double, most_cells> a;

  void solve(std::size_t n) noexcept {
    for (std::size_t i = 0; i < n; ++i) a[i] = 1;
    for (std::size_t k = 0; k < n; ++k) {
      for (std::size_t i = k + 1; i < n; ++i) {
        double const f = q[i][k] / q[k][k];
        for (std::size_t j = k; j < n; ++j) q[i][j] -= f * q[k][j];
        a[i] -= f * a[k];
      }
    }
    for (std::size_t k = n; k-- > 0;) {
      for (std::size_t j = k + 1; j < n; ++j) a[k] -= q[k][j] * a[j];
      a[k] /= q[k][k];
    }
  }
};

// One side; cell 0 is the state 0, the others have width w around i w.
inline double cusum_side(double k, double h, double shift, std::size_t n) noexcept {
  run_length_system s;
  double const w = 2 * h / (2 * static_cast<double>(n) - 1);
  for (std::size_t i = 0; i < n; ++i) {
    double const at = static_cast<double>(i) * w;
    for (std::size_t j = 0; j < n; ++j) {
      double const to = static_cast<double>(j) * w - at + k - shift;
      double const p = math::normal_cdf(to + w / 2) - (j == 0 ? 0 : math::normal_cdf(to - w / 2));
      s.q[i][j] = (i == j ? 1 : 0) - p;
    }
  }
  s.solve(n);
  return s.a[0];
}
inline double ewma_cells(double lambda, double L, double shift, std::size_t n) noexcept {
  run_length_system s;
  double const limit = L * math::sqrt(lambda / (2 - lambda)), w = 2 * limit / static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const from = -limit + (static_cast<double>(i) + 0.5) * w;
    for (std::size_t j = 0; j < n; ++j) {
      double const low = -limit + static_cast<double>(j) * w;
      auto const at = [&](double z) noexcept { return math::normal_cdf((z - (1 - lambda) * from) / lambda - shift); };
      s.q[i][j] = (i == j ? 1 : 0) - (at(low + w) - at(low));
    }
  }
  s.solve(n);
  return s.a[n / 2];
}
// The error of a chain of n cells falls with 1/n^2.
inline double extrapolated(double coarse, double n1, double fine, double n2) noexcept {
  double const r = (n2 / n1) * (n2 / n1);
  return (r * fine - coarse) / (r - 1);
}
// Limit at which a rising run length is the wanted one.
template <class Arl>
double limit_for(double wanted, double low, double high, Arl&& arl) noexcept {
  if (!(wanted > 1)) return low;
  for (int i = 0; i < 40; ++i) {
    double const middle = 0.5 * (low + high);
    (arl(middle) < wanted ? low : high) = middle;
  }
  return 0.5 * (low + high);
}
}  // namespace detail

// k and h in standard deviations.
[[nodiscard]] inline double cusum_run_length(double k, double h, double shift = 0) noexcept {
  auto const side = [&](double s) noexcept {
    return detail::extrapolated(detail::cusum_side(k, h, s, 40), 40, detail::cusum_side(k, h, s, 80), 80);
  };
  double const up = side(shift), down = shift == 0 ? up : side(-shift);
  return 1 / (1 / up + 1 / down);
}
[[nodiscard]] inline double ewma_run_length(double lambda, double L, double shift = 0) noexcept {
  return detail::extrapolated(detail::ewma_cells(lambda, L, shift, 49), 49, detail::ewma_cells(lambda, L, shift, 99),
                              99);
}
[[nodiscard]] inline double shewhart_run_length(double L, double shift = 0) noexcept {
  return 1 / (math::normal_cdf(-L - shift) + math::normal_cdf(-L + shift));
}

[[nodiscard]] inline double cusum_limit_for(double run_length, double k) noexcept {
  return detail::limit_for(run_length, 0.05, 60, [&](double h) noexcept { return cusum_run_length(k, h); });
}
[[nodiscard]] inline double ewma_limit_for(double run_length, double lambda) noexcept {
  return detail::limit_for(run_length, 0.1, 7, [&](double l) noexcept { return ewma_run_length(lambda, l); });
}
[[nodiscard]] inline double shewhart_limit_for(double run_length) noexcept {
  return math::normal_quantile(1 - 0.5 / run_length);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
