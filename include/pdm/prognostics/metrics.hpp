// metrics -- how good a forecast was, once the truth is known.
//
// What      crps_gaussian and crps_ensemble (plain and fair), coverage of an interval, probability integral transform
// of
//           a life, and the alpha-lambda test.
// NB        A small CRPS and a good coverage are two things: a forecast that is sharp and wrong has neither, one that
//           says "anything" has the second. The metrics say nothing about forecasts that abstained: count those.
// Source    T. Gneiting, A. Raftery, JASA 102 (2007) 359-378; A. Saxena et al., Int. J. Progn. Health Manag. 1 (2010);
//           golden/README.md, group prognostics.
// Cost      crps_ensemble O(n^2) in a fixed order; the others O(n) or O(1).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// Continuous ranked probability score of N(mean, sd^2); |y - mean| for sd = 0.
[[nodiscard]] inline double crps_gaussian(double mean, double sd, double y) noexcept {
  double const off = y < mean ? mean - y : y - mean;
  if (!(sd > 0)) return off;
  double const z = off / sd;
  return sd * (z * (1 - 2 * math::normal_cdf(-z)) + 2 * math::normal_pdf(z) - 0.56418958354775628695);
}

struct ensemble_score {
  double crps = math::not_a_number;
  double fair = math::not_a_number;  // unbiased in the number of members; NaN for one
};

[[nodiscard]] inline ensemble_score crps_ensemble(std::span<double const> members, double y) noexcept {
  std::size_t const n = members.size();
  if (n == 0) return {};
  double off = 0, apart = 0;  // sums of |x - y| and of |x_i - x_j| over i < j
  for (std::size_t i = 0; i < n; ++i) {
    off += members[i] < y ? y - members[i] : members[i] - y;
    for (std::size_t j = 0; j < i; ++j) {
      double const d = members[i] - members[j];
      apart += d < 0 ? -d : d;
    }
  }
  auto const count = static_cast<double>(n);
  ensemble_score s{off / count - apart / (count * count), math::not_a_number};
  if (n > 1) s.fair = off / count - apart / (count * (count - 1));
  return s;
}

// Does the central interval that should hold `level` of the lives hold this one? A bound beyond the horizon counts as
// no bound. Nothing for an abstention.
[[nodiscard]] inline std::optional<bool> covers(life_estimate const& e, double level, double truth) noexcept {
  if (e.abstained()) return std::nullopt;
  auto const low = e.life.quantile(0.5 - 0.5 * level), high = e.life.quantile(0.5 + 0.5 * level);
  bool const above = low ? truth >= *low : truth >= e.life.horizon();
  return above && (!high || truth <= *high);
}

// alpha-lambda: is the estimate within (1 -+ alpha) times the true remaining life?
[[nodiscard]] inline bool within_alpha(double estimate, double truth, double alpha) noexcept {
  return estimate >= (1 - alpha) * truth && estimate <= (1 + alpha) * truth;
}

struct alpha_lambda_result {
  double fraction = math::not_a_number;  // of the estimates that are inside
  std::size_t index = 0;                 // first one at or after t[0] + lambda (t_eol - t[0])
  bool value = false;                    // that one is inside
};

// t rising, one estimate of the remaining life a time; nothing when there is no such index or the sizes differ.
[[nodiscard]] inline std::optional<alpha_lambda_result> alpha_lambda(std::span<double const> t,
                                                                     std::span<double const> estimate, double alpha,
                                                                     double lambda, double t_eol) noexcept {
  if (t.empty() || estimate.size() != t.size()) return std::nullopt;
  double const at = t[0] + lambda * (t_eol - t[0]);
  std::size_t index = t.size(), inside = 0;
  for (std::size_t i = t.size(); i-- > 0;) {
    if (t[i] >= at) index = i;
    inside += within_alpha(estimate[i], t_eol - t[i], alpha) ? 1 : 0;
  }
  if (index == t.size()) return std::nullopt;
  double const fraction = static_cast<double>(inside) / static_cast<double>(t.size());
  return alpha_lambda_result{fraction, index, within_alpha(estimate[index], t_eol - t[index], alpha)};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
