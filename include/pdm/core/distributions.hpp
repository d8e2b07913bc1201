// distributions -- chi-square, F and beta: distribution functions and quantiles for control limits.
//
// What      Regularised incomplete gamma P(a, x) and beta I_x(a, b), and the quantiles made from them. Real degrees of
//           freedom.
// NB        Quantiles are found by bisection: for limits that are computed once, not for every row.
// Accuracy  Relative 1e-10 for parameters in [0.5, 1e4] and probabilities in [1e-6, 1 - 1e-6] (tests/core/
//           distributions_test.cpp). NaN for parameters that are not positive.
// Source    Abramowitz & Stegun 6.5.29, 6.5.31 (gamma), 26.5.8 (beta), 26.6.2 (F from beta); Lentz's evaluation of
//           continued fractions, Appl. Opt. 15 (1976) 668.
#pragma once

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::math {

namespace detail {
inline constexpr double tiny_fraction = 1e-300;
inline double away_from_zero(double x) noexcept { return x < tiny_fraction && x > -tiny_fraction ? tiny_fraction : x; }

// The quantile of a rising distribution function on (low, high).
template <class Cdf>
double bisected(Cdf&& cdf, double p, double low, double high) noexcept {
  for (int i = 0; i < 200; ++i) {
    double const middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;
    (cdf(middle) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

inline double gamma_series(double a, double x) noexcept {
  double term = 1 / a, sum = term;
  for (double k = a + 1; term > sum * 1e-17; k += 1) sum += term *= x / k;
  return sum * exp(a * log(x) - x - log_gamma(a));
}
inline double gamma_fraction(double a, double x) noexcept {  // the upper part
  double b = x + 1 - a, c = 1 / tiny_fraction, d = 1 / away_from_zero(b), h = d;
  for (int i = 1; i < 100000; ++i) {
    double const an = -i * (i - a);
    b += 2;
    d = 1 / away_from_zero(an * d + b);
    c = away_from_zero(b + an / c);
    double const step = c * d;
    h *= step;
    if (step - 1 < 1e-16 && 1 - step < 1e-16) break;
  }
  return h * exp(a * log(x) - x - log_gamma(a));
}
inline double beta_fraction(double a, double b, double x) noexcept {
  double c = 1, d = 1 / away_from_zero(1 - (a + b) * x / (a + 1)), h = d;
  for (int i = 1; i < 100000; ++i) {
    double const m = i, even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    h *= d * c;
    double const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    double const step = d * c;
    h *= step;
    if (step - 1 < 1e-16 && 1 - step < 1e-16) break;
  }
  return h;
}
}  // namespace detail

// Lower regularised incomplete gamma function; a > 0.
[[nodiscard]] inline double gamma_p(double a, double x) noexcept {
  if (!(a > 0) || x != x) return not_a_number;
  if (x <= 0) return 0;
  if (x == infinity) return 1;
  return x < a + 1 ? detail::gamma_series(a, x) : 1 - detail::gamma_fraction(a, x);
}

// Regularised incomplete beta function; a, b > 0.
[[nodiscard]] inline double beta_i(double a, double b, double x) noexcept {
  if (!(a > 0) || !(b > 0) || x != x) return not_a_number;
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  double const front = exp(a * log(x) + b * log1p(-x) + log_gamma(a + b) - log_gamma(a) - log_gamma(b));
  return x < (a + 1) / (a + b + 2) ? front * detail::beta_fraction(a, b, x) / a
                                   : 1 - front * detail::beta_fraction(b, a, 1 - x) / b;
}

// Quantiles for 0 < p < 1; NaN otherwise.
[[nodiscard]] inline double beta_quantile(double p, double a, double b) noexcept {
  if (!(p > 0 && p < 1) || !(a > 0) || !(b > 0)) return not_a_number;
  return detail::bisected([&](double x) noexcept { return beta_i(a, b, x); }, p, 0, 1);
}
[[nodiscard]] inline double chi_square_quantile(double p, double freedom) noexcept {
  if (!(p > 0 && p < 1) || !(freedom > 0)) return not_a_number;
  double high = freedom + 10;
  while (gamma_p(freedom / 2, high / 2) < p) high *= 2;
  return detail::bisected([&](double x) noexcept { return gamma_p(freedom / 2, x / 2); }, p, 0, high);
}
[[nodiscard]] inline double f_quantile(double p, double d1, double d2) noexcept {
  double const y = beta_quantile(p, d1 / 2, d2 / 2);
  return d2 * y / (d1 * (1 - y));
}
[[nodiscard]] inline double chi_square_cdf(double x, double freedom) noexcept { return gamma_p(freedom / 2, x / 2); }

}  // namespace pdm::inline PDM_ABI_NAMESPACE::math
