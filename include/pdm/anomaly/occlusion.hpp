// occlusion -- what each column adds to a score that has no parts of its own: put its usual value there and look.
//
// What      drop_k = score - score with column k at its usual value; the score is shared among the columns with a
//           positive drop in proportion to it. Without any such column there is no evidence: "none".
// NB        A column that only matters together with another gets little; the parts are not exact as those of a sum of
//           squares are. Costs one score a column: not for every row.
// Source    M. Zeiler, R. Fergus, ECCV 2014, for the idea; S. Lundberg, S.-I. Lee, NeurIPS 2017, for its limits.
// Threads   As the scoring function.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/anomaly/shrunk_correlation.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// `score_of()` scores `x`, which is left as it was; false: no evidence.
template <class T, class Score>
[[nodiscard]] bool occlusion_parts(std::span<T> x, T usual, column_mask present, Score&& score_of,
                                   std::span<double> parts) noexcept {
  double const whole = score_of();
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    parts[k] = 0;
    if (!holds(present, k) || x[k] == usual) continue;
    T const own = x[k];
    x[k] = usual;
    parts[k] = std::max(0.0, whole - score_of());
    x[k] = own;
    sum += parts[k];
  }
  if (!(sum > 0)) {
    std::ranges::fill(parts, 0.0);
    return false;
  }
  for (double& p : parts) p *= whole / sum;
  return true;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
