// cusum -- cumulative sums of what lies beyond a reference: the quickest way to see a shift of known size.
//
// What      C+ = max(0, C+ + x - mu0 - k), C- = max(0, C- + mu0 - k - x), from 0; alarm when one exceeds h. No reset
//           after an alarm: while the shift lasts the sum stays up.
// NB        k is half the shift that matters, in the unit of x. For independent values: correlation makes alarms.
//           h for a wanted run length: run_length.hpp.
// Source    E. Page, "Continuous inspection schemes", Biometrika 41 (1954) 100-115; golden/README.md, cusum.
// Cost      O(1); no memory.
#pragma once

#include <algorithm>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class cusum {
 public:
  struct params {
    double mu0 = 0, k = 0.5, h = 5;  // in the unit of x; 5 sigma with k = sigma/2: one false alarm in 465 values
  };

  cusum() noexcept : cusum(params{}) {}
  explicit cusum(params const& settings) noexcept : params_(settings) {}

  // true: alarm. A weight counts a value several times.
  bool update(double x, double weight = 1) noexcept {
    if (!math::is_finite(x) || !(weight > 0)) return alarm();
    up_ = std::clamp(up_ + weight * (x - params_.mu0 - params_.k), 0.0, largest);
    down_ = std::clamp(down_ + weight * (params_.mu0 - params_.k - x), 0.0, largest);
    return alarm();
  }
  // The larger sum over h, after x.
  [[nodiscard]] double after(double x) const noexcept {
    cusum next = *this;
    next.update(x);
    return next.statistic();
  }
  [[nodiscard]] double up() const noexcept { return up_; }
  [[nodiscard]] double down() const noexcept { return down_; }
  [[nodiscard]] double statistic() const noexcept { return std::max(up_, down_) / params_.h; }
  [[nodiscard]] bool alarm() const noexcept { return up_ > params_.h || down_ > params_.h; }
  void reset() noexcept { up_ = down_ = 0; }
  void put(archive_writer& w) const noexcept { w.put(up_).put(down_); }
  void get(archive_reader& r) noexcept {
    r.get(up_).get(down_);
    if (!(up_ >= 0 && down_ >= 0 && math::is_finite(up_) && math::is_finite(down_))) r.fail();
  }

 private:
  static constexpr double largest = 1e300;
  params params_;
  double up_ = 0, down_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
