// units -- what a number is measured in.
//
// What      `unit` is a value that travels with streams and features, so a stage can refuse mm/s where it wants
//           m/s^2. `hertz`, `seconds`, `hours` are types for the few quantities that settings are made of.
// NB        Not a dimensional-analysis library: units are named and compared, and converted only where pdm has
//           use for it (g to m/s^2).
// Source    1 g = 9.80665 m/s^2 exactly (3rd CGPM, 1901).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

enum class unit : std::uint8_t {
  unknown = 0,  // nobody said; features carry no unit, no severity is judged
  none,         // a ratio
  metre_per_second_squared,
  standard_gravity,  // g
  millimetre_per_second,
  micrometre,
  hertz,
  revolution_per_minute,
  second,
  ampere,
  volt,
  watt,
  kelvin,
  degree_celsius,
  bar,
  pascal,
  litre_per_minute,
  percent,
  decibel,
  newton,
  newton_metre,
  ampere_hour,
  count,
};

namespace detail {
struct unit_name {
  unit value;
  std::string_view symbol;
};
inline constexpr std::array<unit_name, 23> unit_names{{
    {unit::unknown, "unknown"},
    {unit::none, "1"},
    {unit::metre_per_second_squared, "m/s2"},
    {unit::standard_gravity, "g"},
    {unit::millimetre_per_second, "mm/s"},
    {unit::micrometre, "um"},
    {unit::hertz, "Hz"},
    {unit::revolution_per_minute, "rpm"},
    {unit::second, "s"},
    {unit::ampere, "A"},
    {unit::volt, "V"},
    {unit::watt, "W"},
    {unit::kelvin, "K"},
    {unit::degree_celsius, "degC"},
    {unit::bar, "bar"},
    {unit::pascal, "Pa"},
    {unit::litre_per_minute, "l/min"},
    {unit::percent, "%"},
    {unit::decibel, "dB"},
    {unit::newton, "N"},
    {unit::newton_metre, "Nm"},
    {unit::ampere_hour, "Ah"},
    {unit::count, "count"},
}};
}  // namespace detail

[[nodiscard]] constexpr std::string_view symbol(unit u) noexcept {
  for (auto const& n : detail::unit_names) {
    if (n.value == u) return n.symbol;
  }
  return "unknown";
}

// Accepts the symbols above and the usual spellings of acceleration; anything else is unit::unknown.
[[nodiscard]] constexpr unit parse_unit(std::string_view text) noexcept {
  for (auto const& n : detail::unit_names) {
    if (n.symbol == text) return n.value;
  }
  if (text == "m/s^2" || text == "m/s²" || text == "mps2") return unit::metre_per_second_squared;
  if (text == "°C" || text == "C") return unit::degree_celsius;
  if (text == "µm") return unit::micrometre;
  return unit::unknown;
}

inline constexpr double standard_gravity_mps2 = 9.80665;

// Factor that turns a value in `u` into m/s^2, or 0 where `u` is not an acceleration.
[[nodiscard]] constexpr double to_mps2(unit u) noexcept {
  if (u == unit::metre_per_second_squared) return 1.0;
  return u == unit::standard_gravity ? standard_gravity_mps2 : 0.0;
}

struct hertz {
  double value = 0;
  friend constexpr bool operator==(hertz, hertz) = default;
  friend constexpr auto operator<=>(hertz, hertz) = default;
};
struct seconds {
  double value = 0;
  friend constexpr bool operator==(seconds, seconds) = default;
  friend constexpr auto operator<=>(seconds, seconds) = default;
};
struct hours {
  double value = 0;
  friend constexpr bool operator==(hours, hours) = default;
  friend constexpr auto operator<=>(hours, hours) = default;
};

inline namespace literals {
constexpr hertz operator""_Hz(long double v) noexcept { return {static_cast<double>(v)}; }
constexpr hertz operator""_Hz(unsigned long long v) noexcept { return {static_cast<double>(v)}; }
constexpr hertz operator""_kHz(long double v) noexcept { return {static_cast<double>(v) * 1e3}; }
constexpr hertz operator""_kHz(unsigned long long v) noexcept { return {static_cast<double>(v) * 1e3}; }
constexpr seconds operator""_s(long double v) noexcept { return {static_cast<double>(v)}; }
constexpr seconds operator""_s(unsigned long long v) noexcept { return {static_cast<double>(v)}; }
}  // namespace literals

}  // namespace pdm::inline PDM_ABI_NAMESPACE
