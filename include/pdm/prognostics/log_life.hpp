// log_life -- lives whose logarithm has a location and a scale: Weibull and log-normal, from failures and from lives
//             that have not failed yet.
//
// What      ln t = mu + sigma z, z of a fixed law: smallest_extreme_value makes t Weibull (shape 1/sigma, scale e^mu),
//           standard_normal makes it log-normal. Log-likelihood with right-censored lives, its maximum over mu for a
//           given sigma, and over both.
// NB        The maximum takes sigma too small where failures are few (the shape of a Weibull too large): it is a point
//           to start from, not what to plan by. For intervals see pdm/prognostics/life_posterior.hpp.
// Formulas  l = sum over failures (ln f(z) - ln sigma) + sum over the others ln S(z), z = (ln t - mu)/sigma; concave in
//           mu for both laws, so Newton with halving finds the maximum.
// Source    W. Q. Meeker, L. A. Escobar, Statistical Methods for Reliability Data (1998), ch. 4 and 8.
// Units     ln t of any one unit of time.
// Cost      O(lives) an evaluation, some thousand for a fit; no memory.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/distributions.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// First and second derivative of a logarithm beside it.
struct log_term {
  double value = 0, slope = 0, bend = 0;
};

struct smallest_extreme_value {
  [[nodiscard]] static log_term log_density(double z) noexcept {
    double const e = math::exp(z);
    return {z - e, 1 - e, -e};
  }
  [[nodiscard]] static log_term log_survival(double z) noexcept {
    double const e = math::exp(z);
    return {-e, -e, -e};
  }
  [[nodiscard]] static double quantile(double p) noexcept { return math::log(-math::log1p(-p)); }
  // ln of the mean life less mu.
  [[nodiscard]] static double mean_offset(double sigma) noexcept { return math::log_gamma(1 + sigma); }
  // Mean life that is lived before the age at z, as a share of the mean life.
  [[nodiscard]] static double lived_share(double z, double sigma) noexcept {
    return math::gamma_p(sigma, math::exp(z));
  }
};

struct standard_normal {
  [[nodiscard]] static log_term log_density(double z) noexcept {
    return {-0.91893853320467274178 - 0.5 * z * z, -z, -1};
  }
  [[nodiscard]] static log_term log_survival(double z) noexcept {
    double const value = math::normal_log_cdf(-z);
    double const hazard = math::exp(-0.91893853320467274178 - 0.5 * z * z - value);
    return {value, -hazard, hazard * (z - hazard)};
  }
  [[nodiscard]] static double quantile(double p) noexcept { return math::normal_quantile(p); }
  [[nodiscard]] static double mean_offset(double sigma) noexcept { return 0.5 * sigma * sigma; }
  [[nodiscard]] static double lived_share(double z, double sigma) noexcept {
    double const survivors = math::exp(math::normal_log_cdf(-z) + sigma * z - 0.5 * sigma * sigma);
    return survivors + math::normal_cdf(z - sigma);
  }
};

// Logarithms of lives, and whether each ended in a failure.
struct log_lives {
  std::span<double const> log_t;
  std::span<bool const> failed;

  [[nodiscard]] std::size_t failures() const noexcept {
    std::size_t r = 0;
    for (bool f : failed) r += f ? 1 : 0;
    return r;
  }
  [[nodiscard]] double longest() const noexcept {
    double top = -math::infinity;
    for (double l : log_t) top = l > top ? l : top;
    return top;
  }
  // A maximum of likelihood at a finite mu and sigma > 0: a failure, and a life above the shortest failure.
  [[nodiscard]] bool have_maximum() const noexcept {
    double first = math::infinity;
    for (std::size_t i = 0; i < log_t.size(); ++i) first = failed[i] && log_t[i] < first ? log_t[i] : first;
    return first < longest();
  }
};

// Log-likelihood of mu for one sigma, with its derivatives.
template <class Law>
class location_likelihood {
 public:
  location_likelihood(log_lives const& d, double sigma) noexcept : d_(d), sigma_(sigma) {
    constant_ = -static_cast<double>(d.failures()) * math::log(sigma);
  }
  [[nodiscard]] log_term at(double mu) const noexcept {
    log_term sum;
    double const inverse = 1 / sigma_;
    for (std::size_t i = 0; i < d_.log_t.size(); ++i) {
      double const z = (d_.log_t[i] - mu) * inverse;
      log_term const t = d_.failed[i] ? Law::log_density(z) : Law::log_survival(z);
      sum.value += t.value, sum.slope -= t.slope, sum.bend += t.bend;
    }
    return {sum.value + constant_, sum.slope * inverse, sum.bend * inverse * inverse};
  }
  // Where it is largest; at least one failure. `start` is a first guess.
  [[nodiscard]] double best(double start) const noexcept;

 private:
  log_lives const& d_;
  double sigma_, constant_;
};

template <class Law>
double location_likelihood<Law>::best(double mu) const noexcept {
  log_term here = at(mu);
  for (int i = 0; i < 200; ++i) {
    double step = here.bend < 0 ? -here.slope / here.bend : 0;
    if (!(step < 2 * sigma_)) step = 2 * sigma_;  // also where nothing is finite
    if (!(step > -2 * sigma_)) step = -2 * sigma_;
    log_term next = at(mu + step);
    for (int k = 0; k < 40 && !(next.value >= here.value); ++k) step *= 0.5, next = at(mu + step);
    if (!(next.value >= here.value)) break;
    mu += step, here = next;
    if (step < 1e-7 * sigma_ && step > -1e-7 * sigma_) break;
  }
  return mu;
}

// Weibull: with S = sum e^(l / sigma), l = ln t less that of the longest life, all is in closed form.
template <>
class location_likelihood<smallest_extreme_value> {
 public:
  location_likelihood(log_lives const& d, double sigma) noexcept : sigma_(sigma), top_(d.longest()) {
    for (std::size_t i = 0; i < d.log_t.size(); ++i) {
      double const l = (d.log_t[i] - top_) / sigma;
      sum_ += math::exp(l);
      if (d.failed[i]) failures_ += 1, logs_ += l;
    }
    constant_ = logs_ - failures_ * math::log(sigma);
  }
  [[nodiscard]] log_term at(double mu) const noexcept {
    double const z = (top_ - mu) / sigma_, s = sum_ * math::exp(z);
    return {constant_ + failures_ * z - s, (s - failures_) / sigma_, -s / (sigma_ * sigma_)};
  }
  [[nodiscard]] double best(double) const noexcept { return top_ + sigma_ * math::log(sum_ / failures_); }

 private:
  double sigma_, top_, sum_ = 0, failures_ = 0, logs_ = 0, constant_ = 0;
};

struct log_life_fit {
  double mu = 0, sigma = 1;
  double log_likelihood = 0;  // of the lives themselves, not of their logarithms: comparable between laws
};

// Maximum likelihood. Nothing where there is none: no failure, or no life above the shortest failure.
template <class Law>
[[nodiscard]] std::optional<log_life_fit> fit_log_life(log_lives const& d) noexcept {
  if (d.log_t.size() != d.failed.size() || !d.have_maximum()) return std::nullopt;
  double mu = d.longest();
  auto const profile = [&](double s) noexcept {
    location_likelihood<Law> const l(d, math::exp(s));
    return l.at(mu = l.best(mu)).value;  // the last one is a good first guess
  };
  double best = -9, most = -math::infinity;
  for (double s = -9; s <= 6; s += 0.5) {
    double const l = profile(s);
    if (l > most) most = l, best = s;
  }
  double low = best - 0.5, high = best + 0.5;
  for (int i = 0; i < 45; ++i) {  // thirds: the profile has one maximum in here
    double const a = low + (high - low) / 3, b = high - (high - low) / 3;
    if (profile(a) < profile(b)) {
      low = a;
    } else {
      high = b;
    }
  }
  double const sigma = math::exp(0.5 * (low + high));
  location_likelihood<Law> const at(d, sigma);
  mu = at.best(mu);
  double jacobian = 0;
  for (std::size_t i = 0; i < d.log_t.size(); ++i) jacobian += d.failed[i] ? d.log_t[i] : 0;
  return log_life_fit{mu, sigma, at.at(mu).value - jacobian};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
