// time -- two clocks, kept apart.
//
// What      `source_time`: nanoseconds since the start of the source, counted from its samples and time stamps;
//           it orders everything. `receive_time`: nanoseconds of a monotonic clock when the block came in.
//           `wall_time`: nanoseconds since 1970-01-01 UTC; a label for people, never an order.
// NB        The library reads no clock below `acquisition`; times are handed in.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

using nanoseconds = std::int64_t;
inline constexpr nanoseconds no_time = std::numeric_limits<nanoseconds>::min();

[[nodiscard]] constexpr double to_seconds(nanoseconds t) noexcept { return static_cast<double>(t) / 1e9; }

// Rounds to the nearest nanosecond; out of range saturates.
[[nodiscard]] constexpr nanoseconds from_seconds(double s) noexcept {
  double const ns = s * 1e9 + (s < 0 ? -0.5 : 0.5);
  if (!(ns > -9.2e18)) return no_time + 1;
  if (ns > 9.2e18) return std::numeric_limits<nanoseconds>::max();
  return static_cast<nanoseconds>(ns);
}

// Time of sample `index` at `rate_hz`, exact to a nanosecond for any run length (no accumulation).
[[nodiscard]] constexpr nanoseconds sample_time(std::uint64_t index, double rate_hz) noexcept {
  auto const whole = static_cast<std::uint64_t>(static_cast<double>(index) / rate_hz);
  double const rest = static_cast<double>(index) - static_cast<double>(whole) * rate_hz;
  return static_cast<nanoseconds>(whole) * 1000000000 + from_seconds(rest / rate_hz);
}

// RFC 3339 in UTC with milliseconds, as "2026-11-20T08:15:00.000Z"; written into the caller's array.
// Source: days-to-civil by the proleptic Gregorian calendar, eras of 400 years = 146097 days.
inline std::string_view rfc3339(nanoseconds wall, std::array<char, 40>& text) noexcept {
  if (wall == no_time) return {};
  std::int64_t const ms_total = (wall >= 0 ? wall : wall - 999999) / 1000000;
  std::int64_t days = ms_total / 86400000;
  std::int64_t rest = ms_total % 86400000;
  if (rest < 0) {
    rest += 86400000;
    --days;
  }
  std::int64_t const z = days + 719468;
  std::int64_t const era = (z >= 0 ? z : z - 146096) / 146097;
  std::int64_t const day_of_era = z - era * 146097;
  std::int64_t const year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  std::int64_t const day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t const shifted_month = (5 * day_of_year + 2) / 153;
  int const day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  int const month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  int const year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  int const ms = static_cast<int>(rest);
  int const n = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
                              ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
  return {text.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
