// quantile -- order statistics of a sample that is held in memory.
//
// What      quantile_of_sorted: linear interpolation at q (n - 1) of the sorted sample. median and
//           median_absolute_deviation sort the caller's scratch; median_deviation_of_sorted needs none.
// NB        The customary "type 7"; other packages have eight more. The deviation is raw: times 1.4826 it estimates
//           the standard deviation of a normal sample.
// Source    R. Hyndman, Y. Fan, "Sample quantiles in statistical packages", Am. Stat. 50 (1996), definition 7.
// Cost      O(1) on sorted data (O(n) the deviation), O(n log n) to sort. No allocation.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// NaN for an empty sample or q outside [0, 1].
[[nodiscard]] inline double quantile_of_sorted(std::span<double const> sorted, double q) noexcept {
  if (sorted.empty() || !(q >= 0 && q <= 1)) return math::not_a_number;
  double const place = q * static_cast<double>(sorted.size() - 1);
  auto const below = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
  auto const above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

// Sorts `scratch`, which must hold no NaN.
[[nodiscard]] inline double median(std::span<double> scratch) noexcept {
  std::sort(scratch.begin(), scratch.end());
  return quantile_of_sorted(scratch, 0.5);
}

// Median of |x - centre|; overwrites `scratch`.
[[nodiscard]] inline double median_absolute_deviation(std::span<double> scratch, double centre) noexcept {
  for (double& x : scratch) x = x < centre ? centre - x : x - centre;
  return median(scratch);
}

// The same of a sorted sample, in O(log n); nothing is overwritten. NaN for an empty one. The values nearest to the
// centre, one more than half of them, lie side by side: [first, last]; the farthest of these is at one of the ends.
[[nodiscard]] inline double median_deviation_of_sorted(std::span<double const> sorted, double centre) noexcept {
  std::size_t const n = sorted.size(), nearest = n / 2 + 1;
  if (n == 0) return math::not_a_number;
  std::size_t first = 0;
  for (std::size_t end = n - std::min(n, nearest); first < end;) {
    std::size_t const middle = first + (end - first) / 2;
    bool const right = centre - sorted[middle] > sorted[middle + nearest] - centre;
    first = right ? middle + 1 : first;
    end = right ? end : middle;
  }
  std::size_t const last = std::min(n, first + nearest) - 1;
  auto const farther = [&](std::size_t i, std::size_t k) noexcept {
    double const down = centre - sorted[i], up = sorted[k] - centre;
    return down > up ? down : up;
  };
  double const farthest = farther(first, last);
  if (n % 2 == 1) return farthest;
  bool const below = farthest == centre - sorted[first];
  double const next = n < 2 ? farthest : below ? farther(first + 1, last) : farther(first, last - 1);
  return next + 0.5 * (farthest - next);
}

// What makes the deviation of a normal sample its standard deviation: 1 / normal quantile of 3/4.
inline constexpr double mad_to_sigma = 1.4826022185056018;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
