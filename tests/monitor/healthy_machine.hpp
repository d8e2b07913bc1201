// A machine that never fails: 16 process values, a row a minute, daily and weekly cycles, three regimes that change
// every few hours, and disturbances of one correlation time. Truth for promised false alarms: every alarm is false.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"

namespace pdm_test {

class healthy_machine {
 public:
  static constexpr std::size_t columns = 16;

  // `correlation_min`: 0 for independent rows.
  healthy_machine(double correlation_min, std::uint64_t seed)
      : draw_(seed),
        keep_(correlation_min > 0 ? std::exp(-1 / correlation_min) : 0),
        fresh_(std::sqrt(1 - keep_ * keep_)) {
    for (auto& c : made_) {
      c.level = 100 * draw_.uniform();
      c.daily = 1.5 * draw_.uniform();
      c.weekly = draw_.uniform();
      c.phase = draw_.uniform();
      c.common = draw_.normal();
      for (double& r : c.regime) r = 2 * draw_.normal();
      c.slow = draw_.normal();
    }
  }

  std::array<double, columns> const& next() {
    double const day = static_cast<double>(minute_) / 1440;
    if (draw_.uniform() < 1.0 / 240) regime_ = draw_.index(3);  // four hours on average
    common_ = keep_ * common_ + fresh_ * draw_.normal();
    for (std::size_t i = 0; i < columns; ++i) {
      column& c = made_[i];
      c.slow = keep_ * c.slow + fresh_ * draw_.normal();
      row_[i] = c.level + c.regime[regime_] + c.daily * std::sin(2 * pdm::math::pi * (day + c.phase)) +
                c.weekly * std::sin(2 * pdm::math::pi * (day / 7 + c.phase)) + c.common * common_ + c.slow +
                0.2 * draw_.normal();
    }
    ++minute_;
    return row_;
  }

 private:
  struct column {
    double level = 0, daily = 0, weekly = 0, phase = 0, common = 0, slow = 0;
    std::array<double, 3> regime{};
  };
  pdm::random_source draw_;
  double keep_, fresh_, common_ = 0;
  std::size_t regime_ = 0;
  std::uint64_t minute_ = 0;
  std::array<column, columns> made_{};
  std::array<double, columns> row_{};
};

}  // namespace pdm_test
