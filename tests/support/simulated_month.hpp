// simulated_month -- four weeks of a machine that works: nights and weekends off, 20 starts, three speeds; one second
// of vibration and one speed value a minute. Each minute is handed out as features with the truth beside them.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "pdm/sim/machine_simulator.hpp"

namespace pdm_test {

struct month_minute {
  static constexpr std::array<std::string_view, 4> names{"log_rms", "log_difference_rms", "kurtosis", "crest_factor"};
  std::size_t number = 0;
  double time_s = 0;
  double speed_hz = 0;             // as a tachometer tells it: 0.1 % noise
  double rms = 0;                  // m/s^2
  std::span<double const> second;  // the samples, valid inside the call
  std::array<double, 4> features{};
  pdm::sim::truth truth;
};

class simulated_month {
 public:
  static constexpr std::size_t minutes = 28 * 24 * 60;
  static constexpr double rate_hz = 1024, nominal_hz = 45;
  static constexpr std::array<double, 3> speeds_hz{20, 30, 45};

  explicit simulated_month(std::uint64_t seed = 1, std::vector<pdm::sim::machine_fault> faults = {},
                           double least_load = 1)
      : plan_(planned(seed, least_load)),
        machine_(built(seed, plan_, std::move(faults))),
        tachometer_(seed ^ 0xA5A5u) {}

  // f(month_minute const&) for every minute, or every `stride`-th.
  template <class F>
  void each_minute(F&& f, std::size_t stride = 1) const {
    std::vector<double> second(static_cast<std::size_t>(rate_hz));
    for (std::size_t i = 0; i < minutes; i += stride) {
      machine_.render(0, i * 60 * second.size(), second);
      f(described(i, second));
    }
  }
  [[nodiscard]] double run_hours() const {
    return plan_.seconds_above(0.05 * nominal_hz, 0, 60.0 * (minutes - 1)) / 3600;
  }
  [[nodiscard]] std::size_t starts() const { return plan_.starts(0.05 * nominal_hz); }
  [[nodiscard]] pdm::sim::machine_simulator const& machine() const { return machine_; }

 private:
  static pdm::sim::schedule planned(std::uint64_t seed, double least_load) {
    pdm::sim::working_weeks weeks;
    weeks.seed = seed;
    weeks.least_load = least_load;
    return *pdm::sim::schedule::make(weeks, speeds_hz);
  }
  static pdm::sim::machine_simulator built(std::uint64_t seed, pdm::sim::schedule const& plan,
                                           std::vector<pdm::sim::machine_fault> faults) {
    pdm::sim::machine_settings s;
    s.seed = seed;
    s.rate.value = rate_hz;
    s.nominal_speed.value = nominal_hz;
    s.schedule = plan;
    s.faults = std::move(faults);
    s.snr_db = 6;
    s.standing_noise = 0.05;  // the sensor's own, 26 dB below the rumble at full speed
    // Rumble reaches its full size with the machine alone, fault or not.
    if (!s.faults.empty()) s.snr_db = 6 + level_over_sound(s);
    return *pdm::sim::machine_simulator::make(std::move(s));
  }
  // By how many dB the faults at their severity raise the reference level.
  static double level_over_sound(pdm::sim::machine_settings s) {
    s.snr_db.reset();
    double const with = pdm::sim::machine_simulator::make(s)->reference_rms();
    s.faults.clear();
    return 20 * std::log10(with / pdm::sim::machine_simulator::make(s)->reference_rms());
  }

  [[nodiscard]] month_minute described(std::size_t i, std::span<double const> x) const {
    double squares = 0, fourth = 0, steps = 0, peak = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      double const v = x[k] * x[k];
      double const d = k > 0 ? x[k] - x[k - 1] : 0;
      squares += v;
      fourth += v * v;
      steps += d * d;
      peak = std::max(peak, v);
    }
    auto const n = static_cast<double>(x.size());
    month_minute m;
    m.number = i;
    m.second = x;
    m.time_s = 60.0 * static_cast<double>(i);
    m.truth = machine_.at(m.time_s);
    m.speed_hz = m.truth.speed_hz * (1 + 0.001 * tachometer_.normal(i));
    m.rms = std::sqrt(squares / n);
    m.features = {0.5 * std::log(squares / n), 0.5 * std::log(steps / n), fourth * n / (squares * squares),
                  std::sqrt(peak) / m.rms};
    return m;
  }

  pdm::sim::schedule plan_;
  pdm::sim::machine_simulator machine_;
  pdm::sim::counter_noise tachometer_;
};

}  // namespace pdm_test
