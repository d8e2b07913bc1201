// gamma_process -- wear that only ever grows, in steps of gamma size; and its inverse Gaussian sibling.
//
// What      x(t) has independent increments that are never negative: gamma with shape a dt and scale b, or inverse
//           Gaussian with mean m dt and shape l dt^2. Both give the probability that a limit has been reached by t in
//           one line, and are fitted from increments.
// NB        For wear, corrosion, crack length: what cannot heal. Noise of the reading makes increments negative: such
// data
//           are refused, take wiener.hpp. Gamma has many small steps and rare large ones the more the smaller a; the
//           inverse Gaussian has the heavier tail.
// Formulas  Gamma: P(T <= t) = Q(a t, d / b), Q the upper regularised incomplete gamma function, d the distance.
//           Inverse Gaussian: P(T <= t) = 1 - F(d), F the distribution function of mean m t and shape l t^2.
//           Fits with increments y in dt: gamma by moments (mean a b, variance a b^2 per time, corrected for unequal
//           dt); inverse Gaussian by likelihood, m = sum y / sum dt, 1/l = mean of (y - m dt)^2 / (m^2 y).
// Source    J. M. van Noortwijk, Reliab. Eng. Syst. Saf. 94 (2009) 2-21; X. Wang, D. Xu, Technometrics 52 (2010)
// 188-197. Units     distance in the unit of x, t in any one unit of time. Cost      O(1) a probability, O(n) a fit.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/distributions.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

struct gamma_process {
  double shape_rate = 1, scale = 1;  // a per unit of time, b

  [[nodiscard]] double mean_rate() const noexcept { return shape_rate * scale; }
  // Probability that what is `distance` below the limit has reached it t later.
  [[nodiscard]] double passage_cdf(double distance, double t) const noexcept {
    if (distance <= 0) return 1;
    if (!(t > 0)) return 0;
    double const shape = shape_rate * t, x = distance / scale;
    return x < shape + 1 ? 1 - math::gamma_p(shape, x) : math::detail::gamma_fraction(shape, x);
  }
};

struct inverse_gaussian_process {
  double mean_rate = 1, shape = 1;  // m per unit of time, l per its square

  [[nodiscard]] double passage_cdf(double distance, double t) const noexcept {
    if (distance <= 0) return 1;
    if (!(t > 0)) return 0;
    double const mean = mean_rate * t, l = shape * t * t, root = math::sqrt(l / distance);
    double const a = root * (distance / mean - 1), b = -root * (distance / mean + 1);
    double const reflected = math::exp(2 * l / mean + math::normal_log_cdf(b));
    double const f = math::normal_cdf(-a) - reflected;
    return f > 0 ? f : 0;
  }
};

namespace detail {
struct growth_sums {
  double time = 0, growth = 0;
  std::size_t steps = 0;
};
// Rising times, values that never fall, and some growth; else nothing.
[[nodiscard]] inline std::optional<growth_sums> sums_of_growth(std::span<double const> t,
                                                               std::span<double const> x) noexcept {
  if (t.size() != x.size() || t.size() < 3) return std::nullopt;
  for (std::size_t i = 1; i < t.size(); ++i) {
    if (!(t[i] > t[i - 1] && x[i] >= x[i - 1]) || !math::is_finite(t[i]) || !math::is_finite(x[i])) return std::nullopt;
  }
  growth_sums const s{t[t.size() - 1] - t[0], x[x.size() - 1] - x[0], t.size() - 1};
  return s.growth > 0 && math::is_finite(s.growth) && math::is_finite(s.time) ? std::optional(s) : std::nullopt;
}
}  // namespace detail

// Nothing where a value falls, times do not rise, or all increments are alike.
[[nodiscard]] inline std::optional<gamma_process> fit_gamma_process(std::span<double const> t,
                                                                    std::span<double const> x) noexcept {
  auto const s = detail::sums_of_growth(t, x);
  if (!s) return std::nullopt;
  double const rate = s->growth / s->time;
  double squares = 0, weights = 0;
  for (std::size_t i = 1; i < t.size(); ++i) {
    double const dt = t[i] - t[i - 1], rest = x[i] - x[i - 1] - rate * dt;
    squares += rest * rest, weights += dt * dt;
  }
  double const variance = squares / (s->time - weights / s->time);  // unbiased: E squares = v (T - sum dt^2 / T)
  if (!(variance > 1e-18 * rate * rate * s->time)) return std::nullopt;
  return gamma_process{rate * rate / variance, variance / rate};
}

// As above; a step without growth has no likelihood and is refused too.
[[nodiscard]] inline std::optional<inverse_gaussian_process> fit_inverse_gaussian_process(
    std::span<double const> t, std::span<double const> x) noexcept {
  auto const s = detail::sums_of_growth(t, x);
  if (!s) return std::nullopt;
  double const rate = s->growth / s->time;
  double sum = 0;
  for (std::size_t i = 1; i < t.size(); ++i) {
    double const y = x[i] - x[i - 1], rest = y - rate * (t[i] - t[i - 1]);
    if (!(y > 0)) return std::nullopt;
    sum += rest * rest / (rate * rate * y);
  }
  if (!(sum > 1e-18)) return std::nullopt;
  return inverse_gaussian_process{rate, static_cast<double>(s->steps) / sum};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
