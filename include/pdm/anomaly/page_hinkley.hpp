// page_hinkley -- a shift against the running mean of everything so far.
//
// What      m_t is the mean including x_t. Up: U += x - m - delta, U - min(0, U_1 .. U_t); down: D += x - m + delta,
//           max(0, D_1 .. D_t) - D. Alarm when one exceeds lambda; no forgetting, no reset.
// NB        The mean follows a shift, so that a late shift is seen and an early one may be absorbed; a fixed reference
//           makes it a CUSUM (cusum.hpp), whose run lengths are known.
// Source    E. Page, Biometrika 41 (1954); D. Hinkley, "Inference about the change-point from cumulative sum tests",
//           Biometrika 58 (1971) 509-523; golden/README.md, page_hinkley.
// Cost      O(1); no memory.
#pragma once

#include <algorithm>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class page_hinkley {
 public:
  struct params {
    double delta = 0.5, lambda = 5;  // in the unit of x
  };

  page_hinkley() noexcept : page_hinkley(params{}) {}
  explicit page_hinkley(params const& settings) noexcept : params_(settings) {}

  // true: alarm.
  bool update(double x, double weight = 1) noexcept {
    if (!math::is_finite(x) || !(weight > 0)) return alarm();
    if (count_ == 0) origin_ = x;
    double const v = x - origin_;
    count_ += weight;
    mean_ += weight * (v - mean_) / count_;
    up_ = std::clamp(up_ + weight * (v - mean_ - params_.delta), -largest, largest);
    down_ = std::clamp(down_ + weight * (v - mean_ + params_.delta), -largest, largest);
    least_ = std::min(least_, up_);
    greatest_ = std::max(greatest_, down_);
    return alarm();
  }
  [[nodiscard]] double after(double x) const noexcept {
    page_hinkley next = *this;
    next.update(x);
    return next.statistic();
  }
  [[nodiscard]] double up() const noexcept { return up_ - least_; }
  [[nodiscard]] double down() const noexcept { return greatest_ - down_; }
  [[nodiscard]] double mean() const noexcept { return origin_ + mean_; }
  [[nodiscard]] double statistic() const noexcept { return std::max(up(), down()) / params_.lambda; }
  [[nodiscard]] bool alarm() const noexcept { return up() > params_.lambda || down() > params_.lambda; }
  void reset() noexcept { *this = page_hinkley(params_); }
  void put(archive_writer& w) const noexcept {
    for (double v : {origin_, count_, mean_, up_, down_, least_, greatest_}) w.put(v);
  }
  void get(archive_reader& r) noexcept {
    for (double* v : {&origin_, &count_, &mean_, &up_, &down_, &least_, &greatest_}) {
      r.get(*v);
      if (!math::is_finite(*v)) r.fail();
    }
    if (!(count_ >= 0) || least_ > std::min(up_, 0.0) || greatest_ < std::max(down_, 0.0)) r.fail();
  }

 private:
  static constexpr double largest = 1e300;
  params params_;
  double origin_ = 0, count_ = 0, mean_ = 0, up_ = 0, down_ = 0, least_ = 0, greatest_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
