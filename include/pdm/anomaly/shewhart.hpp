// shewhart -- the plain control chart with run rules: a point far out, or too many in a row on one side.
//
// What      Of z = (x - mu0) / sigma: a point beyond L; 2 of 3 beyond 2 L/3 on one side; 4 of 5 beyond L/3 on one side;
//           8 in a row on one side. statistic(): how much of the nearest rule is fulfilled, 1 is the alarm; the value
//           |z| / L when that is more.
// NB        The rules cost false alarms: at L = 3 all four bring the run length from 370 down to 92 values; each is a
//           switch. For independent values.
// Source    W. Shewhart, Economic Control of Quality (1931); Western Electric, Statistical Quality Control Handbook
//           (1956); C. Champ, W. Woodall, Technometrics 29 (1987) 393-399 for the run lengths.
// Cost      O(1); no memory.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class shewhart {
 public:
  struct params {
    double L = 3, mu0 = 0, sigma = 1;
    bool two_of_three = false, four_of_five = false, eight_in_a_row = false;
  };

  shewhart() noexcept : shewhart(params{}) {}
  explicit shewhart(params const& settings) noexcept : params_(settings) {}

  // true: alarm. A positive weight counts as one value.
  bool update(double x, double weight = 1) noexcept {
    if (!math::is_finite(x) || !(weight > 0)) return alarm();
    double const z = (x - params_.mu0) / params_.sigma;
    last_ = std::clamp((z < 0 ? -z : z) / params_.L, 0.0, 1e300);
    for (int s = 0; s < 2; ++s) {
      double const side = s == 0 ? z : -z;
      push(beyond_two_[s], side > params_.L * (2.0 / 3));
      push(beyond_one_[s], side > params_.L / 3);
      push(beyond_none_[s], side > 0);
    }
    return alarm();
  }
  [[nodiscard]] double after(double x) const noexcept {
    shewhart next = *this;
    next.update(x);
    return next.statistic();
  }
  // The fullest rule; a rule that is not complete counts for less than 1.
  [[nodiscard]] double statistic() const noexcept {
    double most = last_;
    for (int s = 0; s < 2; ++s) {
      if (params_.two_of_three) most = std::max(most, share(beyond_two_[s], 3, 2));
      if (params_.four_of_five) most = std::max(most, share(beyond_one_[s], 5, 4));
      if (params_.eight_in_a_row) most = std::max(most, share(beyond_none_[s], 8, 8));
    }
    return most;
  }
  // A rule ends with the point that completes it, not while that point leaves the window.
  [[nodiscard]] bool alarm() const noexcept {
    bool any = last_ > 1;
    for (int s = 0; s < 2; ++s) {
      any = any || (params_.two_of_three && complete(beyond_two_[s], 3, 2)) ||
            (params_.four_of_five && complete(beyond_one_[s], 5, 4)) ||
            (params_.eight_in_a_row && complete(beyond_none_[s], 8, 8));
    }
    return any;
  }
  void reset() noexcept { *this = shewhart(params_); }
  void put(archive_writer& w) const noexcept {
    w.put(last_);
    for (int s = 0; s < 2; ++s) w.put(beyond_two_[s]).put(beyond_one_[s]).put(beyond_none_[s]);
  }
  void get(archive_reader& r) noexcept {
    r.get(last_);
    for (int s = 0; s < 2; ++s) r.get(beyond_two_[s]).get(beyond_one_[s]).get(beyond_none_[s]);
    if (!(last_ >= 0 && math::is_finite(last_))) r.fail();
  }

 private:
  static void push(std::uint8_t& history, bool beyond) noexcept {
    history = static_cast<std::uint8_t>(history << 1 | (beyond ? 1 : 0));
  }
  [[nodiscard]] static int counted(std::uint8_t history, int window) noexcept {
    return std::popcount(static_cast<unsigned>(history) & ((1U << window) - 1));
  }
  [[nodiscard]] static bool complete(std::uint8_t history, int window, int wanted) noexcept {
    return (history & 1) != 0 && counted(history, window) >= wanted;
  }
  [[nodiscard]] static double share(std::uint8_t history, int window, int wanted) noexcept {
    if (complete(history, window, wanted)) return 1 + 1e-9;
    return std::min(0.999, static_cast<double>(counted(history, window)) / wanted);
  }

  params params_;
  double last_ = 0;
  std::uint8_t beyond_two_[2] = {}, beyond_one_[2] = {}, beyond_none_[2] = {};  // newest in bit 0; upper, lower
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
