// index_suitability -- does a quantity deserve to be a health index?
//
// What      Three numbers in [0, 1] over runs to failure: monotonicity (it goes one way), trendability (it goes the
// same
//           way in every run), prognosability (it ends at the same value). Their sum ranks features.
// NB        No smoothing is applied: noise lowers `sign` monotonicity much more than `rank` monotonicity. The reference
//           implementation known as such smooths first, and its figures are higher.
// Formulas  sign: |sum sgn(x_k - x_(k-1))|/(n - 1); rank: |Spearman's correlation with the index|, average ranks; mean
//           over runs. Trendability: least |Pearson's correlation| over pairs of runs, the shorter one interpolated
//           linearly onto the life of the longer. Prognosability: exp(-sd of the last values / mean |first - last|).
// Source    J. Coble, J. W. Hines, Annual Conf. of the PHM Society (2009); golden/README.md, group prognostics.
// Cost      sign O(n), rank O(n^2) without memory, trendability O(runs^2 n).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

using run_to_failure = std::span<double const>;

enum class monotonicity_method : unsigned char { sign = 0, rank };

namespace detail {
// Pearson's correlation from sums of two sequences x(i), y(i), i = 0 .. n-1; NaN where one is constant.
template <class X, class Y>
double correlation(std::size_t n, X&& x, Y&& y) noexcept {
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < n; ++i) mean_x += x(i), mean_y += y(i);
  mean_x /= static_cast<double>(n), mean_y /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const a = x(i) - mean_x, b = y(i) - mean_y;
    xx += a * a, yy += b * b, xy += a * b;
  }
  double const norm = math::sqrt(xx) * math::sqrt(yy);
  return norm > 0 ? xy / norm : math::not_a_number;
}
inline double magnitude(double v) noexcept { return v < 0 ? -v : v; }
}  // namespace detail

// Of one run; NaN for fewer than two samples.
[[nodiscard]] inline double monotonicity_of(run_to_failure r, monotonicity_method method) noexcept {
  std::size_t const n = r.size();
  if (n < 2) return math::not_a_number;
  if (method == monotonicity_method::sign) {
    double sum = 0;
    for (std::size_t i = 1; i < n; ++i) sum += r[i] > r[i - 1] ? 1 : r[i] < r[i - 1] ? -1 : 0;
    return detail::magnitude(sum) / static_cast<double>(n - 1);
  }
  auto const rank = [&](std::size_t i) noexcept {  // average rank
    double below = 0, equal = 0;
    for (double v : r) below += v < r[i] ? 1 : 0, equal += v == r[i] ? 1 : 0;
    return below + 0.5 * (equal + 1);
  };
  return detail::magnitude(detail::correlation(n, rank, [](std::size_t i) { return static_cast<double>(i); }));
}

// Mean over the runs; nothing without runs or where one has fewer than two samples.
[[nodiscard]] inline std::optional<double> monotonicity(std::span<run_to_failure const> runs,
                                                        monotonicity_method method) noexcept {
  double sum = 0;
  for (auto const& r : runs) {
    if (r.size() < 2) return std::nullopt;
    sum += monotonicity_of(r, method);
  }
  if (runs.empty()) return std::nullopt;
  return sum / static_cast<double>(runs.size());
}

// |correlation| of two runs over their life, 0 to 1; NaN for a run that is constant or has fewer than two samples.
[[nodiscard]] inline double life_correlation(run_to_failure a, run_to_failure b) noexcept {
  auto const longer = a.size() >= b.size() ? a : b, shorter = a.size() >= b.size() ? b : a;
  std::size_t const n = longer.size(), m = shorter.size();
  if (m < 2) return math::not_a_number;
  auto const stretched = [&](std::size_t i) noexcept {
    double const at = static_cast<double>(i) * static_cast<double>(m - 1) / static_cast<double>(n - 1);
    auto k = static_cast<std::size_t>(at);
    if (k > m - 2) k = m - 2;
    double const part = at - static_cast<double>(k);
    return shorter[k] + part * (shorter[k + 1] - shorter[k]);
  };
  return detail::magnitude(detail::correlation(
      n, [&](std::size_t i) { return longer[i]; }, stretched));
}

// Nothing for fewer than two runs.
[[nodiscard]] inline std::optional<double> trendability(std::span<run_to_failure const> runs) noexcept {
  if (runs.size() < 2) return std::nullopt;
  double least = math::infinity;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t j = i + 1; j < runs.size(); ++j) {
      double const c = life_correlation(runs[i], runs[j]);
      if (!(c >= least)) least = c;  // also for NaN
    }
  }
  return least;
}

// One run has no spread: 1. Nothing without runs or with an empty one; NaN where no run moves.
[[nodiscard]] inline std::optional<double> prognosability(std::span<run_to_failure const> runs) noexcept {
  double mean = 0, range = 0, squares = 0;
  for (auto const& r : runs) {
    if (r.empty()) return std::nullopt;
    mean += r.back();
    range += detail::magnitude(r.front() - r.back());
  }
  if (runs.empty()) return std::nullopt;
  auto const n = static_cast<double>(runs.size());
  mean /= n, range /= n;
  for (auto const& r : runs) squares += (r.back() - mean) * (r.back() - mean);
  double const sd = runs.size() > 1 ? math::sqrt(squares / (n - 1)) : 0;
  return range > 0 ? math::exp(-sd / range) : math::not_a_number;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
