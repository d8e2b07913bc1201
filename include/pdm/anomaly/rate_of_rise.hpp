// rate_of_rise -- how fast a level rises now, and whether that is more than chance.
//
// What      The slope of a straight line through the past, whose weight fades with exp(-age / memory): weighted least
//           squares by running sums about the newest time. significance() is the slope over its standard error.
// Formulas  b = sum w (t - tm)(x - xm) / T, T = sum w (t - tm)^2; its variance s^2 sum w^2 (t - tm)^2 / T^2, s^2 the
//           weighted mean square of the residuals times n / (n - 2), n = (sum w)^2 / sum w^2.
// NB        The error is for independent values; correlated ones rise and fall by themselves, so take a memory of many
//           correlation times. A step looks like a rise for about one memory. Levels that grow by shares (vibration)
//           belong here as logarithms or decibels.
// Source    N. Draper, H. Smith, Applied Regression Analysis, 3rd ed. (1998), ch. 1 and 9; fading weights: R. G. Brown,
//           Smoothing, Forecasting and Prediction of Discrete Time Series (1963).
// Units     Slope in units of the value a second. Cost O(1); no memory.
#pragma once

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class rate_of_rise {
 public:
  struct params {
    seconds memory{86400};
    double least_weight = 5;  // of the past, in values, before there is a slope
  };

  rate_of_rise() = default;
  explicit rate_of_rise(params const& settings) noexcept : params_(settings) {}

  // A value at a time; what is not finite, or not later than the last one, is ignored.
  void update(double t_s, double x) noexcept;
  [[nodiscard]] bool ready() const noexcept { return weight_ >= params_.least_weight && tt() > 0; }
  // NaN while not ready.
  [[nodiscard]] double slope() const noexcept { return ready() ? tx() / tt() : math::not_a_number; }
  [[nodiscard]] double significance() const noexcept;
  void reset() noexcept { *this = rate_of_rise(params_); }

  void put(archive_writer& w) const noexcept {
    for (double v : {last_, origin_, weight_, squares_, st_, stt_, t_, x_, tt_, tx_, xx_}) w.put(v);
  }
  void get(archive_reader& r) noexcept {
    for (double* v : {&last_, &origin_, &weight_, &squares_, &st_, &stt_, &t_, &x_, &tt_, &tx_, &xx_}) {
      if (!math::is_finite(r.get(*v).ok() ? *v : math::infinity)) r.fail();
    }
    if (!r.ok()) reset();
  }

 private:
  // Sums about the weighted means.
  [[nodiscard]] double tt() const noexcept { return tt_ - t_ * t_ / weight_; }
  [[nodiscard]] double tx() const noexcept { return tx_ - t_ * x_ / weight_; }
  [[nodiscard]] double xx() const noexcept { return xx_ - x_ * x_ / weight_; }

  params params_{};
  double last_ = 0, origin_ = 0;  // time of the newest value; first value, so that an offset costs no digits
  double weight_ = 0;
  double squares_ = 0, st_ = 0, stt_ = 0;            // sums of w^2, w^2 t and w^2 t^2
  double t_ = 0, x_ = 0, tt_ = 0, tx_ = 0, xx_ = 0;  // sums of w t and so on, t in seconds after the newest value
};

inline void rate_of_rise::update(double t_s, double x) noexcept {
  if (!math::is_finite(t_s) || !math::is_finite(x) || (weight_ > 0 && !(t_s > last_))) return;
  if (weight_ == 0) origin_ = x;
  double const v = x - origin_, d = weight_ > 0 ? t_s - last_ : 0, keep = math::exp(-d / params_.memory.value);
  tt_ = keep * (tt_ - 2 * d * t_ + d * d * weight_);
  tx_ = keep * (tx_ - d * x_);  // the newest value is at time 0
  t_ = keep * (t_ - d * weight_);
  x_ = keep * x_ + v;
  xx_ = keep * xx_ + v * v;
  weight_ = keep * weight_ + 1;
  double const twice = keep * keep;
  stt_ = twice * (stt_ - 2 * d * st_ + d * d * squares_);
  st_ = twice * (st_ - d * squares_);
  squares_ = twice * squares_ + 1;
  last_ = t_s;
}

inline double rate_of_rise::significance() const noexcept {
  double const independent = weight_ * weight_ / squares_;  // values that the weights are worth
  if (!ready() || !(independent > 3)) return 0;
  double const rest = xx() - tx() * tx() / tt(), mean = t_ / weight_;
  double const variance = (rest > 0 ? rest : 0) / weight_ * independent / (independent - 2);
  double const spread = stt_ - 2 * mean * st_ + mean * mean * squares_;
  double const error = math::sqrt(variance * (spread > 0 ? spread : 0)) / tt();
  double const least = 1e-12 * math::sqrt(xx() / tt());  // a line without any noise
  return error > least ? slope() / error : slope() == 0 ? 0 : slope() > 0 ? 1e12 : -1e12;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
