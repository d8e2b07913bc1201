// combined_p -- one p-value from those of several detectors of the same row.
//
// What      The weighted harmonic mean p = sum w / sum (w / p). For small p it hardly depends on how the detectors
//           depend on each other, which all see the same row.
// NB        Not Fisher's sum of logarithms, which takes the detectors for independent and proves too much. A detector
//           alone in being sure is diluted by the size of the committee, no more. The mean is a little smaller than a
//           p-value should be: with five independent detectors 0.05 is 0.06 in truth, 0.001 is itself.
// Source    D. Wilson, "The harmonic mean p-value for combining dependent tests", PNAS 116 (2019) 1195-1200.
// Cost      O(detectors). No memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// p-values outside [0, 1], and NaN, of detectors that abstain, have no say; 1 when all abstain. Without weights all
// are alike.
[[nodiscard]] inline double combined_p(std::span<double const> p, std::span<double const> weights = {}) noexcept {
  double whole = 0, sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    double const w = i < weights.size() ? weights[i] : weights.empty() ? 1 : 0;
    if (!(p[i] >= 0 && p[i] <= 1) || !(w > 0)) continue;
    whole += w;
    sum += w / std::max(p[i], 1e-300);
  }
  return whole > 0 ? whole / sum : 1;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
