// online_change_points -- how long has the present level of a value lasted? Bayesian, with every answer weighed.
//
// What      The probability of each run length (values since the last change), updated with every value, for normal
//           values whose mean and variance are unknown and jump at changes, one in `mean_run` values. change() is the
//           probability that the last change is at most `recent` values old; delay and false alarms follow from the
//           threshold that one sets on it.
// NB        For independent values: drifts and correlation look like many small changes. Its memory are the last
//           `longest` run lengths; longer ones are joined to the longest.
// Formulas  P(r+1) ~ P(r) t(x; r) (1 - 1/mean_run), P(0) ~ sum P(r) t(x; prior) / mean_run; t Student's predictive
// density of
//           the normal-gamma model (mean 0, kappa, alpha, beta of the prior; values in units of the reference).
// Source    R. Adams, D. MacKay, "Bayesian online changepoint detection", arXiv:0710.3742 (2007); K. Murphy, "Conjugate
//           Bayesian analysis of the Gaussian distribution" (2007), eqs. 86-91 and 99.
// Cost      O(longest) a value, with a logarithm and an exponential each. 5 longest doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class online_change_points {
 public:
  struct params {
    double mean_run = 250;                    // values between changes, believed beforehand
    std::size_t longest = 300;                // run lengths that are told apart
    std::size_t recent = 10;                  // values
    double kappa = 0.1, alpha = 2, beta = 2;  // of the prior: values it is worth, and its variance beta / (alpha - 1)
  };

  online_change_points() noexcept : online_change_points(params{}) {}
  explicit online_change_points(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept { return 5 * arena::bytes<double>(params_.longest); }
  void reset() noexcept;

  // A value with about mean 0 and deviation 1 when all is as usual; cut at +-1e6. Not finite: nothing happens.
  void update(double x) noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // Probability that the last change is at most `recent` values old; 0 before there are more values than that.
  [[nodiscard]] double change() const noexcept;
  // Most probable number of values since the last change.
  [[nodiscard]] std::size_t run_length() const noexcept {
    auto const p = probability_.first(used_);
    return static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
  }
  [[nodiscard]] std::span<double const> probability() const noexcept { return probability_.first(used_); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(std::uint64_t) + sizeof(std::uint32_t) + 4 * sizeof(double) * params_.longest;
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'B', 'O', 'C', 'P'};
  // Without the part that depends on x: ln of Gamma(a + 1/2) / Gamma(a) / sqrt(2 pi).
  [[nodiscard]] static double gamma_ratio(double a) noexcept {
    return math::log_gamma(a + 0.5) - math::log_gamma(a) - 0.91893853320467274178;
  }
  [[nodiscard]] double density(std::size_t r, double x) const noexcept {
    double const k = params_.kappa + weight_[r], a = params_.alpha + 0.5 * weight_[r], b = beta_[r];
    double const spread = b * (k + 1) / k, d = x - mean_[r];
    return math::exp(gamma_[r] - 0.5 * math::log(spread) - (a + 0.5) * math::log1p(0.5 * d * d / spread));
  }
  void shift_and_learn(double x) noexcept;

  params params_;
  std::span<double> probability_, mean_, beta_, weight_, gamma_;  // of each run length
  std::size_t used_ = 1;
  std::uint64_t count_ = 0;
};

inline status online_change_points::prepare(arena& memory) noexcept {
  bool const sane = params_.mean_run > 1 && params_.longest > params_.recent + 2 && params_.kappa > 0 &&
                    params_.alpha > 0 && params_.beta > 0;
  if (!sane) return error{errc::invalid_argument, "online_change_points", "a parameter is outside its range"};
  for (auto* part : {&probability_, &mean_, &beta_, &weight_, &gamma_}) {
    auto taken = memory.take<double>(params_.longest);
    if (!taken) return taken.error();
    *part = *taken;
  }
  for (std::size_t r = 0; r < params_.longest; ++r) {
    weight_[r] = static_cast<double>(r);
    gamma_[r] = gamma_ratio(params_.alpha + 0.5 * weight_[r]);
  }
  reset();
  return {};
}

inline void online_change_points::reset() noexcept {
  used_ = 1;
  count_ = 0;
  probability_[0] = 1;
  mean_[0] = 0;
  beta_[0] = params_.beta;
}

// Run length r becomes r + 1 and has learned x; the two longest become one.
inline void online_change_points::shift_and_learn(double x) noexcept {
  if (used_ == params_.longest) probability_[used_ - 2] += probability_[used_ - 1];
  std::size_t const last = std::min(used_, params_.longest - 1);
  for (std::size_t r = last; r-- > 0;) {
    double const k = params_.kappa + weight_[r], d = x - mean_[r];
    probability_[r + 1] = probability_[r];
    mean_[r + 1] = mean_[r] + d / (k + 1);
    beta_[r + 1] = beta_[r] + 0.5 * k * d * d / (k + 1);
  }
  used_ = last + 1;
  mean_[0] = 0;
  beta_[0] = params_.beta;
}

inline void online_change_points::update(double x) noexcept {
  if (!math::is_finite(x) || probability_.empty()) return;
  x = std::clamp(x, -1e6, 1e6);
  double const hazard = 1 / params_.mean_run;
  // A change before x: x is then the first value of the new level.
  double const fresh = hazard * density(0, x);
  double sum = fresh;
  for (std::size_t r = 0; r < used_; ++r) {
    probability_[r] *= (1 - hazard) * density(r, x);
    sum += probability_[r];
  }
  if (!(sum > 1e-300)) {  // nothing explains x: a new level, as far as can be told
    reset();
    return;
  }
  for (std::size_t r = 0; r < used_; ++r) probability_[r] /= sum;
  probability_[0] += fresh / sum;
  shift_and_learn(x);
  probability_[0] = 0;
  ++count_;
}

inline double online_change_points::change() const noexcept {
  if (count_ <= params_.recent) return 0;
  double sum = 0;
  for (std::size_t r = 0; r <= params_.recent && r < used_; ++r) sum += probability_[r];
  return std::min(sum, 1.0);
}

inline result<std::size_t> online_change_points::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(count_).put(static_cast<std::uint32_t>(used_));
  for (auto part : {probability_, mean_, beta_}) {
    for (double v : part.first(used_)) w.put(v);
  }
  return w.finish();
}

inline status online_change_points::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  opened->get(count_);
  used_ = std::clamp<std::size_t>(opened->get<std::uint32_t>(), 1, params_.longest);
  for (auto part : {probability_, mean_, beta_}) {
    for (double& v : part.first(used_)) {
      opened->get(v);
      if (!math::is_finite(v)) opened->fail();
    }
  }
  for (std::size_t r = 0; r < used_; ++r) {
    if (!(probability_[r] >= 0) || !(beta_[r] > 0)) opened->fail();
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
