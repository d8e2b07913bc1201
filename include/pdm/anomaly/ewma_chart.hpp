// ewma_chart -- a control chart of the exponentially weighted mean: small lasting shifts of one value.
//
// What      z_t = lambda x_t + (1 - lambda) z_(t-1), z_0 = mu0; alarm when |z_t - mu0| exceeds
//           L sigma sqrt(lambda/(2 - lambda) (1 - (1 - lambda)^(2t))).
// NB        The limits are for independent values: with correlated ones the chart alarms far too often (average the
//           values over their correlation time first). L for a wanted run length: run_length.hpp.
// Source    S. Roberts, Technometrics 1 (1959) 239-250; J. Lucas, M. Saccucci, Technometrics 32 (1990) 1-12.
// Cost      O(1); no memory.
#pragma once

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class ewma_chart {
 public:
  struct params {
    double lambda = 0.1;  // weight of the newest value, 0 to 1
    double L = 2.814;     // limit in deviations of z; 2.814 with lambda 0.1: one false alarm in 500 values
    double mu0 = 0, sigma = 1;
  };

  ewma_chart() noexcept : ewma_chart(params{}) {}
  explicit ewma_chart(params const& settings) noexcept : params_(settings), z_(settings.mu0) {}

  // true: alarm.
  bool update(double x, double weight = 1) noexcept {
    if (!math::is_finite(x) || !(weight > 0)) return alarm();
    double const keep = kept(weight);
    z_ = (1 - keep) * x + keep * z_;
    shrink_ *= keep * keep;
    return alarm();
  }
  // What |z - mu0| / half_width would be after x.
  [[nodiscard]] double after(double x) const noexcept {
    ewma_chart next = *this;
    next.update(x);
    return next.statistic();
  }
  [[nodiscard]] double z() const noexcept { return z_; }
  [[nodiscard]] double half_width() const noexcept {
    return params_.L * params_.sigma * math::sqrt(params_.lambda / (2 - params_.lambda) * (1 - shrink_));
  }
  [[nodiscard]] double statistic() const noexcept {
    double const w = half_width();
    return w > 0 ? distance() / w : 0;
  }
  [[nodiscard]] bool alarm() const noexcept { return distance() > half_width(); }
  void reset() noexcept {
    z_ = params_.mu0;
    shrink_ = 1;
  }
  void put(archive_writer& w) const noexcept { w.put(z_).put(shrink_); }
  void get(archive_reader& r) noexcept {
    r.get(z_).get(shrink_);
    if (!math::is_finite(z_) || !(shrink_ >= 0 && shrink_ <= 1)) r.fail();
  }

 private:
  [[nodiscard]] double kept(double weight) const noexcept {
    return weight == 1 ? 1 - params_.lambda : math::pow(1 - params_.lambda, weight);
  }
  [[nodiscard]] double distance() const noexcept { return z_ < params_.mu0 ? params_.mu0 - z_ : z_ - params_.mu0; }

  params params_;
  double z_, shrink_ = 1;  // shrink_: (1 - lambda)^(2t)
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
