// laws -- what every prediction of life must be, whatever made it.
//
// What      life_laws checks one estimate and reports each claim through check(bool, char const* claim): a
//           distribution function that never falls and stays in [0, 1], quantiles in order, mass beyond the horizon
//           that fits, a mean inside, nothing negative, nothing that is not a number.
// NB        The laws do not say that a prediction is right: see the calibration tests for that.
#pragma once

#include <cstddef>

#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

template <class Check>
void life_laws(life_estimate const& e, Check&& check) {
  if (e.abstained()) return;  // an abstention is an answer
  auto const& life = e.life;
  double const horizon = life.horizon();
  check(horizon > 0 && math::is_finite(horizon), "the horizon is a positive number");

  bool rises = true, bounded = true;
  double before = 0;
  for (int i = -1; i <= 220; ++i) {
    double const f = life.cdf(horizon * i / 200);
    bounded = bounded && f >= 0 && f <= 1;
    rises = rises && f >= before;
    before = f;
  }
  check(bounded, "the distribution function lies in [0, 1]");
  check(rises, "the distribution function never falls");
  check(life.cdf(-1) == 0, "nothing ends before now");

  double const beyond = life.mass_beyond();
  check(beyond >= 0 && beyond <= 1, "the mass beyond the horizon is a probability");
  double const sum = life.cdf(horizon) + beyond;
  check(sum > 1 - 1e-15 && sum < 1 + 1e-15 && life.cdf(2 * horizon) == life.cdf(horizon),
        "the mass beyond the horizon is what the distribution function leaves");

  bool ordered = true, inside = true, consistent = true;
  double last = 0;
  for (int i = 1; i < 100; ++i) {
    double const p = i / 100.0;
    auto const q = life.quantile(p);
    consistent = consistent && q.has_value() == (p <= life.cdf(horizon));
    if (!q) continue;
    ordered = ordered && *q >= last;
    inside = inside && *q >= 0 && *q <= horizon;
    double const back = life.cdf(*q);
    consistent = consistent && back >= p - 1e-9;
    last = *q;
  }
  check(ordered, "quantiles come in order");
  check(inside, "quantiles lie between now and the horizon");
  check(consistent, "a quantile exists exactly where its mass lies within the horizon");

  double const mean = life.mean();
  check(mean >= 0 && mean <= horizon, "the restricted mean lies between now and the horizon");
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
