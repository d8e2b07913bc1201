// unscented_kalman -- the hidden state of smooth physics by a few well-chosen points, and the life from it.
//
// What      The unscented Kalman filter on the physics of particle_filter.hpp: mean and covariance of the state go
// through
//           it on 4 S + 1 points of state and noise together. The life is a normal through the lives of the points.
// NB        One hump: where the state may be one of two things, or the life has a long tail, take the particle filter.
//           The same holds near the limit, where a normal life would begin before now: it is cut off there.
// Formulas  Points m +- sqrt(L) (columns of chol P), L = 2 S with the noise; weights 1/(2 L), the centre's 0 (kappa 0):
//           no negative weight, so the covariance stays positive. Cholesky clips a pivot below 0 to 0.
// Source    S. Julier, J. Uhlmann, Proc. IEEE 92 (2004) 401-422; life from points: M. Daigle, S. Sankararaman, IEEE
//           Aerospace Conf. (2013).
// Cost      4 S steps of the physics a reading, 4 S times the horizon a prediction. No memory but its own.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/prognostics/kalman.hpp"
#include "pdm/prognostics/particle_filter.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// Lower triangle with l l' = m; a pivot that rounding made negative counts as 0.
template <std::size_t S>
[[nodiscard]] inline state_matrix<S> cholesky(state_matrix<S> const& m) noexcept {
  state_matrix<S> l{};
  for (std::size_t j = 0; j < S; ++j) {
    double pivot = m[j][j];
    for (std::size_t k = 0; k < j; ++k) pivot -= l[j][k] * l[j][k];
    l[j][j] = pivot > 0 ? math::sqrt(pivot) : 0;
    for (std::size_t i = j + 1; i < S; ++i) {
      double rest = m[i][j];
      for (std::size_t k = 0; k < j; ++k) rest -= l[i][k] * l[j][k];
      l[i][j] = l[j][j] > 0 ? rest / l[j][j] : 0;
    }
  }
  return l;
}

template <life_physics Physics>
class unscented_kalman {
 public:
  static constexpr std::size_t states = Physics::states;
  using vector = state_vector<states>;
  using matrix = state_matrix<states>;

  struct params {
    Physics physics{};
    vector mean{}, sd{};  // of the state at the beginning
    double sensor_sd = 1;
    double limit = math::not_a_number;  // of damage; not finite: nobody said
    std::int32_t horizon_steps = 500;
    double step = 1;  // time of a step, of the life that comes out
    std::uint32_t least_readings = 1;
    life_clock clock = life_clock::operating;
  };

  explicit unscented_kalman(params const& settings) noexcept : params_(settings) { reset(); }
  void reset() noexcept {
    mean_ = params_.mean;
    covariance_ = {};
    for (std::size_t i = 0; i < states; ++i) covariance_[i][i] = params_.sd[i] * params_.sd[i];
    readings_ = 0;
  }

  // One step and its reading. Not finite: the step is taken and nothing is learned from it.
  void update(double reading) noexcept;
  [[nodiscard]] vector const& mean() const noexcept { return mean_; }
  [[nodiscard]] matrix const& covariance() const noexcept { return covariance_; }

  [[nodiscard]] life_estimate predict() const noexcept;

 private:
  static constexpr std::size_t points = 4 * states;
  using point = double[states];
  void spread(point* x) const noexcept;  // 2 S points of the state, each standing for 1/(2 S) of it
  [[nodiscard]] double life_of(point const& x) const noexcept;

  params params_;
  vector mean_{};
  matrix covariance_{};
  std::uint32_t readings_ = 0;
};

template <life_physics Physics>
void unscented_kalman<Physics>::spread(point* x) const noexcept {
  auto const root = cholesky<states>(covariance_);
  double const wide = math::sqrt(2.0 * static_cast<double>(states));
  for (std::size_t k = 0; k < states; ++k) {
    for (std::size_t i = 0; i < states; ++i) {
      x[2 * k][i] = mean_[i] + wide * root[i][k];
      x[2 * k + 1][i] = mean_[i] - wide * root[i][k];
    }
  }
}

template <life_physics Physics>
void unscented_kalman<Physics>::update(double reading) noexcept {
  // Half of the points move the state, half the noise.
  double x[points][states], z[points];
  double const wide = math::sqrt(2.0 * static_cast<double>(states));
  spread(x);
  for (std::size_t p = 0; p < points; ++p) {
    double w[states] = {};
    if (p >= 2 * states) {
      for (std::size_t i = 0; i < states; ++i) x[p][i] = mean_[i];
      w[(p - 2 * states) / 2] = p % 2 == 0 ? wide : -wide;
    }
    params_.physics.advance(x[p], w);
    params_.physics.observe(x[p], z[p]);
  }
  constexpr double share = 1.0 / static_cast<double>(points);
  vector mean{}, cross{};
  matrix covariance{};
  double seen = 0, total = params_.sensor_sd * params_.sensor_sd;
  for (std::size_t p = 0; p < points; ++p) {
    for (std::size_t i = 0; i < states; ++i) mean[i] += share * x[p][i];
    seen += share * z[p];
  }
  for (std::size_t p = 0; p < points; ++p) {
    for (std::size_t i = 0; i < states; ++i) {
      cross[i] += share * (x[p][i] - mean[i]) * (z[p] - seen);
      for (std::size_t j = 0; j < states; ++j) covariance[i][j] += share * (x[p][i] - mean[i]) * (x[p][j] - mean[j]);
    }
    total += share * (z[p] - seen) * (z[p] - seen);
  }
  bool const learns = math::is_finite(reading) && total > 0 && math::is_finite(total);
  for (std::size_t i = 0; learns && i < states; ++i) {
    mean[i] += cross[i] / total * (reading - seen);
    for (std::size_t j = 0; j < states; ++j) covariance[i][j] -= cross[i] * cross[j] / total;
  }
  for (std::size_t i = 0; i < states; ++i) {
    if (!math::is_finite(mean[i]) || !math::is_finite(covariance[i][i])) return;  // the physics left the numbers
  }
  mean_ = mean, covariance_ = covariance;
  readings_ += learns ? 1 : 0;
}

template <life_physics Physics>
double unscented_kalman<Physics>::life_of(point const& from) const noexcept {
  double x[states], w[states] = {}, damage = 0;
  for (std::size_t i = 0; i < states; ++i) x[i] = from[i];
  std::int32_t steps = 0;
  for (; steps < params_.horizon_steps; ++steps) {
    params_.physics.damage(x, damage);
    if (!(damage < params_.limit)) break;
    params_.physics.advance(x, w);
  }
  return params_.step * steps;
}

template <life_physics Physics>
life_estimate unscented_kalman<Physics>::predict() const noexcept {
  life_estimate e;
  e.clock = params_.clock;
  if (!math::is_finite(params_.limit)) {
    e.why = abstention::no_limit;
  } else if (readings_ >= params_.least_readings) {
    e.why = abstention::none;
  }
  if (e.abstained()) return e;
  double x[2 * states][states], life[2 * states], mean = 0, square = 0;
  spread(x);
  constexpr double share = 0.5 / static_cast<double>(states);
  for (std::size_t p = 0; p < 2 * states; ++p) mean += share * (life[p] = life_of(x[p]));
  for (double l : life) square += share * (l - mean) * (l - mean);
  double const sd = square > 0 ? math::sqrt(square) : 0.5 * params_.step;
  double const before = math::normal_cdf(-mean / sd);
  auto const cdf = [&](double t) noexcept { return (math::normal_cdf((t - mean) / sd) - before) / (1 - before); };
  e.life = life_distribution::from_cdf(cdf, params_.step * params_.horizon_steps);
  return e;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
