// metrics -- how good a forecast was, once the truth is known.
//
// What      Errors of point forecasts (rul_errors, the asymmetric phm08_score), crps_gaussian and crps_ensemble (plain
//           and fair), coverage of an interval, the alpha-lambda test and the prognostic horizon.
// NB        A small CRPS and a good coverage are two things: a forecast that is sharp and wrong has neither, one that
//           says "anything" has the second. The metrics say nothing about forecasts that abstained: count those.
// Source    T. Gneiting, A. Raftery, JASA 102 (2007) 359-378; A. Saxena et al., Int. J. Progn. Health Manag. 1 (2010);
//           phm08_score: A. Saxena et al., Proc. PHM (2008);
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

// Penalty of an error d = estimate - truth: late (d > 0) costs more than early.
[[nodiscard]] inline double phm08_penalty(double d) noexcept {
  return d < 0 ? math::exp(-d / 13) - 1 : math::exp(d / 10) - 1;
}
[[nodiscard]] inline double phm08_score(std::span<double const> estimate, std::span<double const> truth) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < estimate.size() && i < truth.size(); ++i) sum += phm08_penalty(estimate[i] - truth[i]);
  return sum;
}

// Share of the truth that the estimate does not miss; negative for an error above the truth, NaN for a truth of 0.
[[nodiscard]] inline double relative_accuracy(double estimate, double truth) noexcept {
  double const off = estimate < truth ? truth - estimate : estimate - truth;
  return truth != 0 ? 1 - off / truth : math::not_a_number;
}

// mape in percent; it and cumulative_relative_accuracy are NaN where a truth is 0. All NaN without estimates.
struct rul_error_summary {
  double rmse = math::not_a_number, mae = math::not_a_number, bias = math::not_a_number, mape = math::not_a_number,
         cumulative_relative_accuracy = math::not_a_number;
};
[[nodiscard]] inline rul_error_summary rul_errors(std::span<double const> estimate,
                                                  std::span<double const> truth) noexcept {
  std::size_t const n = estimate.size() < truth.size() ? estimate.size() : truth.size();
  if (n == 0) return {};
  double squares = 0, sizes = 0, sum = 0, accuracy = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double const d = estimate[i] - truth[i];
    squares += d * d, sizes += d < 0 ? -d : d, sum += d;
    accuracy += relative_accuracy(estimate[i], truth[i]);
  }
  auto const count = static_cast<double>(n);
  double const cra = accuracy / count;
  return {math::sqrt(squares / count), sizes / count, sum / count, 100 * (1 - cra), cra};
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

// How long before the end the estimate is within alpha t_eol of the truth: for the first time, and from then on always.
// 0: never.
struct prognostic_horizon_result {
  double first_entry = 0, lasting = 0;
};
[[nodiscard]] inline prognostic_horizon_result prognostic_horizon(std::span<double const> t,
                                                                  std::span<double const> estimate, double alpha,
                                                                  double t_eol) noexcept {
  prognostic_horizon_result r;
  bool last = true;  // every later estimate is inside
  for (std::size_t i = t.size() < estimate.size() ? t.size() : estimate.size(); i-- > 0;) {
    double const off = estimate[i] - (t_eol - t[i]);
    bool const inside = off <= alpha * t_eol && off >= -alpha * t_eol;
    last = last && inside;
    if (inside) r.first_entry = t_eol - t[i];
    if (last) r.lasting = t_eol - t[i];
  }
  return r;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
