// line_life -- the life model of a line: Wiener first passage towards a growth limit that is itself uncertain.
//
// What      From the first alarm on, the growth of the level is a random walk with drift; what the settings say about
//           the pace is the prior, every row updates it.
// NB        Time is operating hours. Before start() there is nothing to predict.
#pragma once

#include "pdm/monitor/config.hpp"
#include "pdm/prognostics/wiener.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

using line_life = prognostics::wiener_degradation;

// Settings of the process; time in operating hours.
[[nodiscard]] inline line_life::params life_of(prognosis_settings const& s) {
  line_life::params w;
  w.drift_mean = s.limit / s.hours_to_limit;
  w.drift_sd = s.hours_to_limit_spread * w.drift_mean;
  w.sigma = s.noise * s.limit / math::sqrt(s.hours_to_limit);
  w.limit_mean = s.limit;
  w.limit_sd = s.limit_sd;
  w.reached = 0.01 * s.limit;
  w.horizon = s.horizon_factor * s.hours_to_limit;
  return w;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
