// life_pool -- one life from several models that disagree.
//
// What      The linear opinion pool: the weighted mean of the distribution functions of those that gave an answer. It
// is
//           wider than its members where they disagree, which is the point.
// NB        Not an average of medians. Members that are each too wide stay too wide. One clock and one event: lives to
// a
//           limit and lives to a failure are never pooled.
// Source    M. Stone, Ann. Math. Stat. 32 (1961) 1339-1342; C. Genest, J. Zidek, Stat. Sci. 1 (1986) 114-135.
// Cost      65 distribution functions of each member.
#pragma once

#include <cstddef>
#include <span>

#include "pdm/core/life.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// Weights are relative, and equal where none are given; an abstention has none. All abstained, or clocks that differ:
// the first member's reason, or not_ready.
[[nodiscard]] inline life_estimate pooled(std::span<life_estimate const> members,
                                          std::span<double const> weights = {}) noexcept {
  life_estimate pool;
  double total = 0, horizon = 0;
  auto const weight = [&](std::size_t i) noexcept {
    double const w = i < weights.size() ? weights[i] : weights.empty() ? 1 : 0;
    return members[i].abstained() || !(w > 0) ? 0 : w;
  };
  if (!members.empty()) pool.why = members[0].why, pool.clock = members[0].clock;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (members[i].clock != pool.clock) {
      pool.why = abstention::not_ready;
      return pool;
    }
    total += weight(i);
    double const h = members[i].life.horizon();
    if (weight(i) > 0 && (horizon == 0 || h < horizon)) horizon = h;  // beyond a member's horizon it knows nothing
  }
  if (!(total > 0)) return pool;
  pool.why = abstention::none;
  pool.life = life_distribution::from_cdf(
      [&](double t) noexcept {
        double sum = 0;
        for (std::size_t i = 0; i < members.size(); ++i) {
          if (double const w = weight(i); w > 0) sum += w * members[i].life.cdf(t);
        }
        return sum / total;
      },
      horizon);
  return pool;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
