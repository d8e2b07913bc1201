// population_stability -- has the distribution of a value moved against that of a reference? Two measures of it.
//
// What      population_stability_index: sum over bins of (p - q) ln(p / q), p and q the shares of now and of the
//           reference. kolmogorov_smirnov: the largest distance of the two empirical distribution functions, and the
//           probability of a larger one by chance.
// NB        Advice, never an order to retrain: the machine may do other work. By custom an index below 0.1 is no change
//           and above 0.25 a large one, but with few values in a bin chance alone exceeds that: the index of equal
//           distributions is about (bins - 1)(1/n + 1/m). Correlated values make both look changed.
// Source    N. Siddiqi, Credit Risk Scorecards (2006); N. Smirnov, Ann. Math. Stat. 19 (1948) 279-281; the
// finite-sample
//           factor of M. Stephens, J. R. Stat. Soc. B 32 (1970). C. Raab et al., Neurocomputing 416 (2020) for KSWIN.
// Cost      O(bins); O(n + m) on sorted values. No memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// Counts of equal bins; half a count is added to each, so that an empty bin does not make it infinite. NaN when the
// numbers of bins differ or there are none.
[[nodiscard]] inline double population_stability_index(std::span<double const> reference,
                                                       std::span<double const> now) noexcept {
  if (reference.size() != now.size() || now.empty()) return math::not_a_number;
  double all_reference = 0, all_now = 0, index = 0;
  for (std::size_t i = 0; i < now.size(); ++i) {
    all_reference += reference[i] + 0.5;
    all_now += now[i] + 0.5;
  }
  for (std::size_t i = 0; i < now.size(); ++i) {
    double const q = (reference[i] + 0.5) / all_reference, p = (now[i] + 0.5) / all_now;
    index += (p - q) * math::log(p / q);
  }
  return index;
}

struct two_sample_test {
  double distance = 0, p = 1;
};

// Both sorted. Without values on a side: nothing differs.
[[nodiscard]] inline two_sample_test kolmogorov_smirnov(std::span<double const> a, std::span<double const> b) noexcept {
  if (a.empty() || b.empty()) return {};
  double const n = static_cast<double>(a.size()), m = static_cast<double>(b.size());
  two_sample_test t;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    double const x = std::min(a[i], b[j]);
    while (i < a.size() && a[i] == x) ++i;
    while (j < b.size() && b[j] == x) ++j;
    double const apart = static_cast<double>(i) / n - static_cast<double>(j) / m;
    t.distance = std::max(t.distance, apart < 0 ? -apart : apart);
  }
  double const root = math::sqrt(n * m / (n + m)), z = (root + 0.12 + 0.11 / root) * t.distance;
  if (z < 0.3) return t;  // p is 1 to five digits
  double sum = 0, sign = 1;
  for (int k = 1; k <= 100; ++k, sign = -sign) sum += sign * math::exp(-2.0 * k * k * z * z);
  t.p = std::clamp(2 * sum, 0.0, 1.0);
  return t;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
