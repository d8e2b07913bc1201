// first_passage -- when a Wiener process with drift first reaches a limit.
//
// What      x(t) = mu t + sigma W(t) starts at 0 and the limit is at distance d: density and distribution function of
//           the passage time (inverse Gaussian for mu > 0), also for a drift that is itself N(mu, s^2).
// NB        With mu < 0 (or a random drift) some paths never arrive: the distribution function stays below 1.
//           The textbook form adds Phi(a) and e^E Phi(-b) with E up to thousands. Here the second term is written as
//           phi(a) M(b), M the Mills ratio: E - b^2/2 = -a^2/2 exactly, and nothing overflows or cancels.
// Formulas  a = (mu t - d)/w, b = (mu t + d + 2 s^2 d t / sigma^2)/w, w^2 = s^2 t^2 + sigma^2 t;
//           F = Phi(a) + e^E Phi(-b), E = 2 mu d/sigma^2 + 2 s^2 d^2/sigma^4.
// Source    R. Chhikara, J. Folks, The Inverse Gaussian Distribution (1989), ch. 3; random drift: X.-S. Si et al.,
//           Mech. Syst. Signal Process. 35 (2013) 219-237; golden/README.md, wiener_first_hitting, wiener_random_drift.
// Units     d in the unit of x, t in any unit of time, mu in unit/time, sigma in unit/sqrt(time), s as mu.
// Accuracy  Relative error below 1e-9 against golden/cases/prognostics.json.
#pragma once

#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// Upper tail of the standard normal over its density, (1 - Phi(z)) / phi(z), for z >= 0.
[[nodiscard]] inline double mills_ratio(double z) noexcept {
  if (z < 8) return math::normal_cdf(-z) / math::normal_pdf(z);
  double t = 0;  // Laplace's continued fraction
  for (int n = 40; n >= 1; --n) t = n / (z + t);
  return 1 / (z + t);
}

struct wiener_path {
  double distance = 1;  // to the limit; at or below 0 it is reached
  double drift = 0;     // mean of the drift
  double drift_sd = 0;  // of the drift; 0: the drift is known
  double sigma = 1;     // diffusion
};

// Probability that the limit has been reached by t.
[[nodiscard]] inline double passage_cdf(wiener_path const& p, double t) noexcept {
  if (p.distance <= 0) return 1;
  if (!(t > 0)) return 0;
  double const spread = math::sqrt(p.drift_sd * p.drift_sd * t * t + p.sigma * p.sigma * t);
  double const gap = p.drift * t - p.distance;
  if (!(spread > 0)) return gap >= 0 ? 1 : 0;
  double const a = gap / spread;
  double const first = math::normal_cdf(a);
  if (!(p.sigma > 0)) return first;
  double const ratio = p.drift_sd / p.sigma;
  double const b = (p.drift * t + p.distance + 2 * ratio * ratio * p.distance * t) / spread;
  // b < 0 needs a drift away from the limit: then (b^2 - a^2)/2 = E is negative and can be taken as it is.
  double const returned =
      b >= 0 ? math::normal_pdf(a) * mills_ratio(b) : math::exp(0.5 * (b - a) * (b + a) + math::normal_log_cdf(-b));
  double const f = first + returned;
  return f < 1 ? f : 1;
}

// Density of the passage time; 0 at t <= 0 and where the limit is already reached.
[[nodiscard]] inline double passage_pdf(wiener_path const& p, double t) noexcept {
  double const variance = p.drift_sd * p.drift_sd * t + p.sigma * p.sigma;
  if (p.distance <= 0 || !(t > 0) || !(variance > 0)) return 0;
  double const gap = p.distance - p.drift * t;
  return p.distance / math::sqrt(2 * math::pi * t * t * t * variance) * math::exp(-gap * gap / (2 * t * variance));
}

// The inverse Gaussian that the passage time of a known positive drift follows.
struct inverse_gaussian {
  double mean = 0, shape = 0, variance = 0;
};
[[nodiscard]] inline inverse_gaussian passage_law(double distance, double drift, double sigma) noexcept {
  return {distance / drift, distance * distance / (sigma * sigma), distance * sigma * sigma / (drift * drift * drift)};
}

// Maximum-likelihood drift and diffusion from a path at rising times; n >= 2 of equal length, else NaN.
struct wiener_fit {
  double drift = math::not_a_number, sigma = math::not_a_number;
};
[[nodiscard]] inline wiener_fit fit_wiener(std::span<double const> t, std::span<double const> x) noexcept {
  std::size_t const n = t.size();
  if (n < 2 || x.size() != n || !(t[n - 1] > t[0])) return {};
  double const drift = (x[n - 1] - x[0]) / (t[n - 1] - t[0]);
  double sum = 0;
  for (std::size_t i = 1; i < n; ++i) {
    double const dt = t[i] - t[i - 1], rest = x[i] - x[i - 1] - drift * dt;
    sum += rest * rest / dt;
  }
  return {drift, math::sqrt(sum / static_cast<double>(n - 1))};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
