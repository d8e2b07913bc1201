// event -- what the line has to say, in one plain record.
//
// What      One record for a change of data quality, of state, an alarm, a diagnosis, a prognosis, advice, or a change
//           of a model. Plain values, no ownership, so that the C interface can hand it out as it is. The JSON form
//           (pdm.event/1) is made in `monitor`.
// NB        `state` speaks of the machine, `measurement` of the measuring chain (NAMUR NE 107): a dead sensor is
//           measurement failure and machine unknown. Passing a limit is never machine failure.
// Identity  event_id is a function of asset, kind, rule, phase, source time and running number: a replay of the
//           same samples gives the same ids.
// Source    Words of the states: OPC 10000-110 device health, NAMUR NE 107. Alarm phases: ISA-18.2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pdm/core/hash.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/message.hpp"
#include "pdm/core/operating.hpp"
#include "pdm/core/quality.hpp"
#include "pdm/core/time.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

enum class event_kind : std::uint8_t { quality = 0, state, alarm, diagnosis, prognosis, advice, model };
inline constexpr std::array<std::string_view, 7> event_kind_names{"quality",   "state",  "alarm", "diagnosis",
                                                                  "prognosis", "advice", "model"};
enum class event_cause : std::uint8_t { machine = 0, measurement, system };
inline constexpr std::array<std::string_view, 3> event_cause_names{"machine", "measurement", "system"};

enum class asset_state : std::uint8_t { unknown = 0, normal, check_function, off_spec, maintenance_required, failure };
inline constexpr std::array<std::string_view, 6> asset_state_names{
    "unknown", "normal", "check_function", "off_spec", "maintenance_required", "failure"};

enum class alarm_phase : std::uint8_t {
  none = 0,
  raised,
  cleared,
  acknowledged,
  shelved,
  unshelved,
  suppressed,
  out_of_service
};
inline constexpr std::array<std::string_view, 8> alarm_phase_names{
    "none", "raised", "cleared", "acknowledged", "shelved", "unshelved", "suppressed", "out_of_service"};

enum class alarm_priority : std::uint8_t { low = 0, medium, high, urgent };
inline constexpr std::array<std::string_view, 4> alarm_priority_names{"low", "medium", "high", "urgent"};

[[nodiscard]] constexpr std::string_view to_string(event_kind v) noexcept {
  return event_kind_names[static_cast<std::size_t>(v)];
}
[[nodiscard]] constexpr std::string_view to_string(event_cause v) noexcept {
  return event_cause_names[static_cast<std::size_t>(v)];
}
[[nodiscard]] constexpr std::string_view to_string(asset_state v) noexcept {
  return asset_state_names[static_cast<std::size_t>(v)];
}
[[nodiscard]] constexpr std::string_view to_string(alarm_phase v) noexcept {
  return alarm_phase_names[static_cast<std::size_t>(v)];
}
[[nodiscard]] constexpr std::string_view to_string(alarm_priority v) noexcept {
  return alarm_priority_names[static_cast<std::size_t>(v)];
}

struct event {
  event_kind kind = event_kind::state;
  event_cause cause = event_cause::system;
  asset_state state = asset_state::unknown;
  asset_state measurement = asset_state::unknown;
  alarm_phase phase = alarm_phase::none;
  alarm_priority priority = alarm_priority::low;
  std::uint16_t rule = 0;       // which rule of the line speaks; 0 is the line itself
  nanoseconds source_time = 0;  // of the sample that decided, since the source's start
  std::uint64_t sequence = 0;   // running number of the row that decided
  pdm::quality quality{};
  pdm::operating operating{};
  double run_hours = 0;             // of the asset, up to here
  double score = 0, threshold = 0;  // of the rule, where it has them
  double p_value = 1;
  double health = 1;  // 1 as new, 0 end of life
};

// Stable identity of an event within an asset's stream.
[[nodiscard]] inline std::uint64_t event_id(std::string_view asset, event const& e) noexcept {
  stable_hash h;
  h.add(asset).add(static_cast<std::uint64_t>(e.kind)).add(static_cast<std::uint64_t>(e.cause));
  h.add(static_cast<std::uint64_t>(e.state)).add(static_cast<std::uint64_t>(e.measurement));
  h.add(static_cast<std::uint64_t>(e.phase)).add(static_cast<std::uint64_t>(e.rule));
  h.add(e.source_time).add(e.sequence);
  return h.value();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
