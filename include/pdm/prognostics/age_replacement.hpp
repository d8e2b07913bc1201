// age_replacement -- does replacing a part at an age, before it fails, cost less than waiting for the failure?
//
// What      The long-run cost of an hour when the part is replaced at age T or at its failure, whichever comes first,
//           as a share of the cost when it always runs to failure, and the age where that share is smallest.
// NB        It pays only where the part wears (a Weibull shape above 1) and a failure costs more than a replacement. It
//           says nothing about replacing on condition, which is what a life that is predicted is for.
// Formulas  share(T) = (planned S(T) + failure F(T)) / (failure G(T)), G(T) the part of the mean life lived before T.
// Source    R. E. Barlow, L. C. Hunter, Operations Research 8 (1960) 90-100.
// Cost      cost_share O(1); best_age 90 of them.
#pragma once

#include "pdm/core/math.hpp"
#include "pdm/prognostics/log_life.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

struct replacement_costs {
  double planned = 1, failure = 1;
};

// Below 1: replacing at e^log_age saves. Infinite at an age by which nothing has been lived.
template <class Law>
[[nodiscard]] double cost_share(replacement_costs const& c, double mu, double sigma, double log_age) noexcept {
  double const z = (log_age - mu) / sigma, lived = Law::lived_share(z, sigma);
  double const survives = math::exp(Law::log_survival(z).value);
  return lived > 0 ? (c.planned * survives + c.failure * (1 - survives)) / (c.failure * lived) : math::infinity;
}

struct replacement_age {
  double log_age = 0, share = math::infinity;
};
// The best age up to e^log_longest.
template <class Law>
[[nodiscard]] replacement_age best_age(replacement_costs const& c, double mu, double sigma,
                                       double log_longest) noexcept {
  replacement_age best;
  double const low = mu + sigma * Law::quantile(1e-4), width = log_longest - low;
  for (int i = 0; width > 0 && i <= 60; ++i) {
    double const age = low + width * i / 60, share = cost_share<Law>(c, mu, sigma, age);
    if (share < best.share) best = {age, share};
  }
  double step = width > 0 ? width / 60 : 0;
  for (int i = 0; i < 15; ++i, step *= 0.5) {
    for (double age : {best.log_age - step, best.log_age + step}) {
      double const share = age <= log_longest ? cost_share<Law>(c, mu, sigma, age) : math::infinity;
      if (share < best.share) best = {age, share};
    }
  }
  return best;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
