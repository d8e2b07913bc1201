// sensor_fault -- what goes wrong between a machine and the file: seeded, at a known time.
//
// What      Thirteen ways in which samples stop telling the truth, each from a start for a while. A magnitude of 0
// takes
//           the default of its kind:
//             gap         samples are missing, the ones after follow at once   duration 1 s
//             dropout     the cable is off: zeros
//             not_finite  one sample in so many is NaN or infinite             share 0.01
//             stuck       the last sample over and over
//             clipped     nothing beyond a limit                               1.5 times the reference RMS
//             bias        a constant is added                                  5 times the reference RMS
//             drift       a ramp that ends there                               5 times the reference RMS
//             gain        the sensitivity changes                              factor 0.5
//             unit_change m/s^2 become g                                       factor 1/9.80665
//             spikes      five wild samples a second                           20 times the reference RMS
//             rate_off    the converter samples slower than it says            relative 0.02
//             jitter      irregular sampling instants                          0.3 of an interval, either way
//             clock_step  time stamps jump, samples do not                     3600 s
// NB        The machine does not know of it. The reference RMS is that of the machine at nominal speed and load.
// Source    Rows D1 to D7 and T1 of the project's list of bad days: drop-out, not finite, stuck, clipped, bias, drift,
//           gain, unit, spikes, wrong rate, jitter, clock step.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::sim {

enum class sensor_fault_kind : std::uint8_t {
  gap = 0,
  dropout,
  not_finite,
  stuck,
  clipped,
  bias,
  drift,
  gain,
  unit_change,
  spikes,
  rate_off,
  jitter,
  clock_step,
};

inline constexpr std::array<std::string_view, 13> sensor_fault_names{
    "gap",  "dropout",     "not_finite", "stuck",    "clipped", "bias",      "drift",
    "gain", "unit_change", "spikes",     "rate_off", "jitter",  "clock_step"};

[[nodiscard]] constexpr std::string_view to_string(sensor_fault_kind k) noexcept {
  return sensor_fault_names[static_cast<std::size_t>(k)];
}
[[nodiscard]] constexpr std::optional<sensor_fault_kind> parse_sensor_fault(std::string_view name) noexcept {
  for (std::size_t i = 0; i < sensor_fault_names.size(); ++i) {
    if (sensor_fault_names[i] == name) return static_cast<sensor_fault_kind>(i);
  }
  return std::nullopt;
}

struct sensor_fault {
  sensor_fault_kind kind = sensor_fault_kind::dropout;
  double start_s = 0;
  double duration_s = 0;  // 0: to the end; a gap 1 s, a drift 1 h
  double magnitude = 0;   // 0: the default of the kind

  [[nodiscard]] constexpr double length_s() const noexcept {
    if (duration_s > 0) return duration_s;
    if (kind == sensor_fault_kind::gap) return 1;
    return kind == sensor_fault_kind::drift ? 3600 : math::infinity;
  }
  [[nodiscard]] constexpr bool covers(double t) const noexcept { return t >= start_s && t - start_s < length_s(); }
  [[nodiscard]] constexpr double size() const noexcept {
    constexpr std::array<double, 13> defaults{0,  0,    0.01, 0,   1.5, 5, 5, 0.5, 1 / standard_gravity_mps2,
                                              20, 0.02, 0.3,  3600};
    return magnitude != 0 ? magnitude : defaults[static_cast<std::size_t>(kind)];
  }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::sim
