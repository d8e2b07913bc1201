// quality -- how far a piece of data may be trusted, and why not further.
//
// What      A level (good, uncertain, bad), the reasons as bits, and the share of samples that are bad. It
//           travels with every block, row, score, verdict and event. Merging takes the worst and all reasons.
// NB        Quality is about the data, not about the machine: a clipped signal of a healthy pump is bad.
//           Bad data never update a state; a verdict from bad data is "unknown", never "healthy".
// Source    Levels after OPC UA Part 8 severity (good, uncertain, bad).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

enum class quality_level : std::uint8_t { good = 0, uncertain = 1, bad = 2 };

// The order and the meaning of the bits are kept for ever: they are stored in archives and events.
enum class quality_reason : std::uint32_t {
  gap = 1u << 0,             // samples are missing before this data
  duplicate = 1u << 1,       // came twice
  out_of_order = 1u << 2,    // came before an earlier one
  late = 1u << 3,            // came too late to be put in order
  stuck = 1u << 4,           // the same value over and over
  clipped = 1u << 5,         // at the rail of the sensor
  spikes = 1u << 6,          // single wild samples
  bias = 1u << 7,            // mean has left its place, or a ski-slope at low frequency
  rate_of_change = 1u << 8,  // faster than the quantity can move
  out_of_range = 1u << 9,    // beyond the sensor's range
  not_finite = 1u << 10,     // NaN or infinity
  clock_step = 1u << 11,     // source time jumped
  rate_off = 1u << 12,       // sampling rate is not the declared one
  jitter = 1u << 13,         // sampling instants are irregular
  speed_off = 1u << 14,      // shaft speed is not the declared one
  out_of_band = 1u << 15,    // outside the usable band of the measuring point
  repaired = 1u << 16,       // a repair stage touched it
};
inline constexpr int quality_reason_count = 17;

inline constexpr std::array<std::string_view, quality_reason_count> quality_reason_names{
    "gap",      "duplicate", "out_of_order",   "late",         "stuck",      "clipped",
    "spikes",   "bias",      "rate_of_change", "out_of_range", "not_finite", "clock_step",
    "rate_off", "jitter",    "speed_off",      "out_of_band",  "repaired"};

[[nodiscard]] constexpr std::string_view to_string(quality_level level) noexcept {
  return level == quality_level::good ? "good" : level == quality_level::uncertain ? "uncertain" : "bad";
}

struct quality {
  quality_level level = quality_level::good;
  std::uint32_t reasons = 0;  // bits of quality_reason
  float bad_share = 0;        // share of bad samples, 0 to 1

  [[nodiscard]] constexpr bool has(quality_reason r) const noexcept {
    return (reasons & static_cast<std::uint32_t>(r)) != 0;
  }
  [[nodiscard]] constexpr bool is_bad() const noexcept { return level == quality_level::bad; }
  [[nodiscard]] constexpr bool is_good() const noexcept { return level == quality_level::good; }

  // Adds a reason; the level only ever gets worse.
  constexpr void mark(quality_reason r, quality_level at_least) noexcept {
    reasons |= static_cast<std::uint32_t>(r);
    level = std::max(level, at_least);
  }

  friend constexpr bool operator==(quality const&, quality const&) = default;
};

// The quality of something made from both. bad_share is the larger of the two (a mean needs lengths).
[[nodiscard]] constexpr quality merged(quality a, quality const& b) noexcept {
  a.level = std::max(a.level, b.level);
  a.reasons |= b.reasons;
  a.bad_share = std::max(a.bad_share, b.bad_share);
  return a;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
