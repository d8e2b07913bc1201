// weibull -- lives of things that fail sooner, equally or more with age.
//
// What      Two-parameter Weibull distribution of a life: its maximum-likelihood fit from failures and from lives that
//           had not failed yet (right-censored), and what is asked of it: reliability, quantiles (B10), mean, mean
//           residual life at an age.
// NB        shape < 1: infant failures, replacing by age makes it worse; 1: age tells nothing; > 1: wear-out. The
// maximum
//           likelihood shape is biased upwards with few failures: intervals come from elsewhere.
// Formulas  shape b solves sum t^b ln t / sum t^b - 1/b = mean ln t over failures; scale = (sum t^b / r)^(1/b), r
//           failures. Mean residual life: scale/b e^x Gamma(1/b, x), x = (age/scale)^b.
// Source    W. Q. Meeker, L. A. Escobar, Statistical Methods for Reliability Data (1998), ch. 8; incomplete gamma:
//           Abramowitz & Stegun 6.5.29 and 6.5.31; golden/README.md, weibull_mle.
// Units     scale, ages and lives in one unit of time.
// Accuracy  Relative error below 1e-8 against golden/cases/prognostics.json.
// Cost      fit: at most 200 passes over the lives, no memory. The others O(1).
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// e^x Gamma(a, x), the upper incomplete gamma function without its decay; a > 0, x >= 0.
[[nodiscard]] inline double scaled_upper_gamma(double a, double x) noexcept {
  if (x < a + 1) {  // 6.5.29: Gamma(a) less a series of positive terms
    double term = 1 / a, sum = term;
    for (int n = 1; n < 1000 && term > 1e-17 * sum; ++n) sum += term *= x / (a + n);
    double const power = x > 0 ? math::exp(a * math::log(x)) : 0;
    return math::exp(math::log_gamma(a) + x) - power * sum;
  }
  double tail = 0;  // 6.5.31 as an even continued fraction, from its tail
  for (int n = 300; n >= 1; --n) tail = n * (n - a) / (x + 2 * n + 1 - a - tail);
  return math::exp(a * math::log(x)) / (x + 1 - a - tail);
}

struct weibull {
  double shape = 1, scale = 1;

  // Probability of living longer than `age`.
  [[nodiscard]] double reliability(double age) const noexcept {
    return age > 0 ? math::exp(-math::pow(age / scale, shape)) : 1;
  }
  // Age by which the share p has failed.
  [[nodiscard]] double quantile(double p) const noexcept { return scale * math::pow(-math::log1p(-p), 1 / shape); }
  [[nodiscard]] double b10() const noexcept { return quantile(0.1); }
  [[nodiscard]] double mean() const noexcept { return scale * math::exp(math::log_gamma(1 + 1 / shape)); }
  [[nodiscard]] double mean_residual_life(double age) const noexcept {
    double const x = age > 0 ? math::pow(age / scale, shape) : 0;
    return scale / shape * scaled_upper_gamma(1 / shape, x);
  }
};

struct weibull_fit {
  weibull law;
  double log_likelihood = 0;
  std::size_t failures = 0;
};

namespace detail {
struct weibull_sums {
  double power = 0, power_log = 0;  // sum (t/top)^b and sum (t/top)^b ln(t/top)
};
inline weibull_sums sums_of(std::span<double const> t, double top, double b) noexcept {
  weibull_sums s;
  for (double v : t) {
    double const l = math::log(v / top), p = math::exp(b * l);
    s.power += p, s.power_log += p * l;
  }
  return s;
}
}  // namespace detail

// t > 0 and whether each ended in a failure. Nothing where there is no failure, a life is not positive, or all lives
// are one (no finite shape).
[[nodiscard]] inline std::optional<weibull_fit> fit_weibull(std::span<double const> t,
                                                            std::span<bool const> failed) noexcept {
  if (t.size() != failed.size()) return std::nullopt;
  double top = 0, logs = 0;
  std::size_t r = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (!(t[i] > 0 && math::is_finite(t[i]))) return std::nullopt;
    top = t[i] > top ? t[i] : top;
    r += failed[i] ? 1 : 0;
  }
  if (r == 0) return std::nullopt;
  for (std::size_t i = 0; i < t.size(); ++i) logs += failed[i] ? math::log(t[i] / top) : 0;
  double const count = static_cast<double>(r), mean_log = logs / count;
  // Rises with b from -infinity; its limit is -mean_log, which is 0 where every failure is at the longest life.
  auto const slope = [&](double b) noexcept {
    auto const s = detail::sums_of(t, top, b);
    return s.power_log / s.power - 1 / b - mean_log;
  };
  double low = 1e-3, high = 1;
  while (high < 1e4 && slope(high) < 0) low = high, high *= 2;
  if (!(slope(high) >= 0) || slope(low) > 0) return std::nullopt;
  for (int i = 0; i < 100 && high - low > 1e-15 * high; ++i) {
    double const middle = 0.5 * (low + high);
    (slope(middle) < 0 ? low : high) = middle;
  }
  double const b = 0.5 * (low + high), power = detail::sums_of(t, top, b).power;
  weibull_fit f{{b, top * math::pow(power / count, 1 / b)}, 0, r};
  double const relative = math::log(top / f.law.scale);  // ln(t/scale) = ln(t/top) + this
  f.log_likelihood = count * math::log(b / f.law.scale) + (b - 1) * (logs + count * relative) - count;
  return f;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
