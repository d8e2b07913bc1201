// kalman -- the hidden state of linear physics with normal noise, exactly.
//
// What      x' = F x + w, w ~ N(0, Q); z = h'x + v, v ~ N(0, r^2): mean and covariance of x after every reading.
// NB        Exact only for what it says. Its use here is mostly as the truth that particle_filter.hpp and
//           unscented_kalman.hpp are tested against; take it where the physics is linear.
// Formulas  P' = F P F' + Q; K = P' h / (h'P'h + r^2); x += K (z - h'x); P = (I - K h') P' (I - K h')' + K r^2 K'
//           (Joseph's form: stays symmetric and positive, also for tiny r).
// Source    R. E. Kalman, J. Basic Eng. 82 (1960) 35-45; D. Simon, Optimal State Estimation (2006), ch. 5.
// Cost      O(S^3) a reading. No memory but its own.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <cstddef>

#include "pdm/core/math.hpp"
#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

template <std::size_t S>
using state_vector = std::array<double, S>;
template <std::size_t S>
using state_matrix = std::array<std::array<double, S>, S>;

// a b a' of square matrices.
template <std::size_t S>
[[nodiscard]] constexpr state_matrix<S> sandwich(state_matrix<S> const& a, state_matrix<S> const& b) noexcept {
  state_matrix<S> left{}, out{};
  for (std::size_t i = 0; i < S; ++i) {
    for (std::size_t j = 0; j < S; ++j) {
      for (std::size_t k = 0; k < S; ++k) left[i][j] += a[i][k] * b[k][j];
    }
  }
  for (std::size_t i = 0; i < S; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      for (std::size_t k = 0; k < S; ++k) out[i][j] += left[i][k] * a[j][k];
      out[j][i] = out[i][j];
    }
  }
  return out;
}

template <std::size_t S>
class kalman {
 public:
  struct params {
    state_matrix<S> transition{}, noise{};  // F, Q
    state_vector<S> sensor{};               // h
    double sensor_sd = 1;                   // r
    state_vector<S> mean{};
    state_matrix<S> covariance{};
  };

  explicit kalman(params const& settings) noexcept
      : params_(settings), mean_(settings.mean), covariance_(settings.covariance) {}

  // One step and its reading. Not finite: the step is taken and nothing is learned from it.
  void update(double reading) noexcept {
    advance();
    if (math::is_finite(reading)) learn(reading);
  }
  [[nodiscard]] state_vector<S> const& mean() const noexcept { return mean_; }
  [[nodiscard]] state_matrix<S> const& covariance() const noexcept { return covariance_; }

 private:
  void advance() noexcept;
  void learn(double reading) noexcept;

  params params_;
  state_vector<S> mean_;
  state_matrix<S> covariance_;
};

template <std::size_t S>
void kalman<S>::advance() noexcept {
  state_vector<S> next{};
  for (std::size_t i = 0; i < S; ++i) {
    for (std::size_t j = 0; j < S; ++j) next[i] += params_.transition[i][j] * mean_[j];
  }
  mean_ = next;
  covariance_ = sandwich<S>(params_.transition, covariance_);
  for (std::size_t i = 0; i < S; ++i) {
    for (std::size_t j = 0; j < S; ++j) covariance_[i][j] += params_.noise[i][j];
  }
}

template <std::size_t S>
void kalman<S>::learn(double reading) noexcept {
  auto const& h = params_.sensor;
  double const noise = params_.sensor_sd * params_.sensor_sd;
  state_vector<S> gain{};
  double seen = 0, total = noise;
  for (std::size_t i = 0; i < S; ++i) {
    for (std::size_t j = 0; j < S; ++j) gain[i] += covariance_[i][j] * h[j];
    seen += h[i] * mean_[i];
  }
  for (std::size_t i = 0; i < S; ++i) total += h[i] * gain[i];
  if (!(total > 0)) return;  // all is known already
  state_matrix<S> keep{};
  for (std::size_t i = 0; i < S; ++i) gain[i] /= total;
  for (std::size_t i = 0; i < S; ++i) {
    mean_[i] += gain[i] * (reading - seen);
    for (std::size_t j = 0; j < S; ++j) keep[i][j] = (i == j ? 1 : 0) - gain[i] * h[j];
  }
  covariance_ = sandwich<S>(keep, covariance_);
  for (std::size_t i = 0; i < S; ++i) {
    for (std::size_t j = 0; j < S; ++j) covariance_[i][j] += noise * (gain[i] * gain[j]);
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
