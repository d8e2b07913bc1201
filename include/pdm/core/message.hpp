// message -- sentences for people, by key.
//
// What      A message is a key and its arguments. The words stand in a catalogue (docs/messages/LANG.json), so that
//           a shop can read its own language. Keys are declared here, once; a test holds this list and every
//           catalogue against each other.
// NB        Errors of the programmer are not messages: they are pdm::error. Text in files is data, not a message.
// Shape     Up to six arguments; a catalogue names them {0} to {5}, with an optional format as {0:.1f} or {1:duration}
//           (pdm/report/catalogue.hpp lists the formats).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

struct message_key {
  std::string_view name;
  friend constexpr bool operator==(message_key, message_key) = default;
};

struct message_argument {
  double number = 0;
  std::string_view text{};  // used when not empty; must outlive the message
  constexpr message_argument() = default;
  constexpr message_argument(double v) noexcept : number(v) {}          // NOLINT: implicit on purpose
  constexpr message_argument(std::string_view v) noexcept : text(v) {}  // NOLINT
};

struct message {
  message_key key{};
  std::array<message_argument, 6> arguments{};
  std::size_t count = 0;

  constexpr message() = default;
  template <class... A>
  constexpr explicit message(message_key k, A... a) noexcept
      : key(k), arguments{message_argument(a)...}, count(sizeof...(A)) {
    static_assert(sizeof...(A) <= 6);
  }
};

// Every key of a sentence that the line itself can say. Format: group.what. The words of the states, reasons, phases
// and features are families: their keys are family.member, and the members stand where the values are declared
// (asset_state_names, quality_reason_names, ...) or below. Captions of the report: pdm/report/captions.hpp.
namespace messages {
// Why there is no answer, and what would decide it.
inline constexpr message_key why_not_ready{"why.not_ready"};
inline constexpr message_key why_bad_quality{"why.bad_quality"};
inline constexpr message_key why_not_steady{"why.not_steady"};
inline constexpr message_key why_unseen_regime{"why.unseen_regime"};
inline constexpr message_key why_no_trend{"why.no_trend"};
inline constexpr message_key why_no_limit{"why.no_limit"};
inline constexpr message_key why_no_columns{"why.no_columns"};
inline constexpr message_key needs_more_learning{"needs.more_learning"};
inline constexpr message_key needs_more_rows{"needs.more_rows"};  // {0} rows still to learn
inline constexpr message_key needs_sensor_check{"needs.sensor_check"};
inline constexpr message_key needs_steady_running{"needs.steady_running"};
inline constexpr message_key needs_learning_in_regime{"needs.learning_in_regime"};
inline constexpr message_key needs_more_degradation{"needs.more_degradation"};
inline constexpr message_key needs_limit{"needs.limit"};

// Reasons of alarms and advice. {0} is a feature unless said otherwise.
inline constexpr message_key reason_times_usual{"reason.times_usual"};     // {1} times
inline constexpr message_key reason_share_of_usual{"reason.share_usual"};  // {1} share of the usual value, 0 to 1
inline constexpr message_key reason_above_limit{"reason.above_limit"};     // {1} value, {2} limit, {3} unit
inline constexpr message_key reason_below_limit{"reason.below_limit"};
inline constexpr message_key reason_rising{"reason.rising"};                // {1} times, {2} seconds
inline constexpr message_key reason_unusual{"reason.unusual"};              // {0} score, {1} threshold
inline constexpr message_key reason_contribution{"reason.contribution"};    // {1} share of the score
inline constexpr message_key reason_severity_zone{"reason.severity_zone"};  // {0} point, {1} mm/s, {2} zone, {3} class
inline constexpr message_key reason_line_found{"reason.line_found"};        // {0} Hz, {1} fault, {2} dB over floor
inline constexpr message_key reason_over_mask{"reason.over_mask"};          // {0} point, {1} Hz, {2} dB
inline constexpr message_key reason_order_over_mask{"reason.order_over_mask"};  // {3} times the shaft speed
inline constexpr message_key reason_life_short{"reason.life_short"};            // {0} s, {1} probability
inline constexpr message_key reason_bad_data{"reason.bad_data"};            // {0} point, {1} share, {2} quality reason
inline constexpr message_key reason_sensor_silent{"reason.sensor_silent"};  // {0} point, {1} seconds
inline constexpr message_key reason_persists{"reason.persists"};            // {0} seconds

// What to do. {0} is a place unless said otherwise, {1} seconds from now.
inline constexpr message_key advice_none{"advice.none"};
inline constexpr message_key advice_watch{"advice.watch"};
inline constexpr message_key advice_inspect{"advice.inspect"};
inline constexpr message_key advice_inspect_within{"advice.inspect_within"};
inline constexpr message_key advice_inspect_now{"advice.inspect_now"};
inline constexpr message_key advice_plan_replacement{"advice.plan_replacement"};
inline constexpr message_key advice_lubricate{"advice.lubricate"};
inline constexpr message_key advice_check_sensor{"advice.check_sensor"};
inline constexpr message_key advice_check_source{"advice.check_source"};

// What an event says in one sentence.
inline constexpr message_key text_state_normal{"text.state_normal"};
inline constexpr message_key text_state_unknown{"text.state_unknown"};      // {0} why
inline constexpr message_key text_state_off{"text.state_off"};              // the machine stands still
inline constexpr message_key text_state_learning{"text.state_learning"};    // {0} rows so far, {1} rows wanted
inline constexpr message_key text_state_changed{"text.state_changed"};      // {0} state, {1} first reason
inline constexpr message_key text_alarm_raised{"text.alarm_raised"};        // {0} reason
inline constexpr message_key text_alarm_cleared{"text.alarm_cleared"};      // {0} seconds it stood
inline constexpr message_key text_measurement_bad{"text.measurement_bad"};  // {0} point, {1} quality reason, {2} share
inline constexpr message_key text_measurement_good{"text.measurement_good"};
inline constexpr message_key text_life{"text.life"};                      // {0} median, {1} p10, {2} p90, in seconds
inline constexpr message_key text_life_open{"text.life_open"};            // {0} p10, {1} horizon, in seconds
inline constexpr message_key text_life_beyond{"text.life_beyond"};        // {0} horizon in seconds
inline constexpr message_key text_life_reached{"text.life_reached"};      // no arguments
inline constexpr message_key text_life_abstained{"text.life_abstained"};  // {0} why
inline constexpr message_key text_learning_started{"text.learning_started"};
inline constexpr message_key text_learned{"text.learned"};                // {0} rows
inline constexpr message_key text_regime_learned{"text.regime_learned"};  // {0} regime, {1} rows
inline constexpr message_key text_restored{"text.restored"};              // {0} rows

// What a prognosis stands on.
inline constexpr message_key basis_pace{"basis.pace"};  // {0} seconds from the first alarm to the limit, {1} share
inline constexpr message_key basis_limit{
    "basis.limit"};  // {0} times the usual level at the limit, {1} and {2} its range
inline constexpr message_key assumes_same_duty{"assumes.same_duty"};
inline constexpr message_key assumes_trend_goes_on{"assumes.trend_goes_on"};
inline constexpr message_key assumes_limit_is_end{"assumes.limit_is_end"};  // {0} limit
inline constexpr message_key assumes_no_repair{"assumes.no_repair"};

// Commissioning: what a first recording can show, why its speed was not taken, and what is missing.
inline constexpr message_key sees_growth{"sees.growth"};
inline constexpr message_key sees_severity{"sees.severity"};
inline constexpr message_key sees_shaft{"sees.shaft"};  // {0} Hz
inline constexpr message_key sees_nothing{"sees.nothing"};
inline constexpr message_key speed_too_short{"speed.too_short"};  // {0} s there are
inline constexpr message_key speed_nothing{"speed.nothing"};
inline constexpr message_key speed_lower{"speed.lower"};    // {0} Hz that looked best
inline constexpr message_key speed_half{"speed.half"};      // {0} Hz
inline constexpr message_key speed_mains{"speed.mains"};    // {0} Hz
inline constexpr message_key speed_rivals{"speed.rivals"};  // {0} Hz
inline constexpr message_key needs_running_machine{"needs.running_machine"};
inline constexpr message_key needs_machine_class{"needs.machine_class"};
inline constexpr message_key needs_full_scale{"needs.full_scale"};
inline constexpr message_key needs_unit_check{"needs.unit_check"};  // {0} RMS, {1} unit
inline constexpr message_key needs_unclipped{"needs.unclipped"};    // {0} share
inline constexpr message_key rate_no_filter{"rate.no_filter"};
inline constexpr message_key rate_empty_above{"rate.empty_above"};  // {0} Hz

// A diagnosis: why there is none, and what would decide it. Numbers are those of diagnostics::obstacle_note.
inline constexpr message_key why_speed_missing{"why.speed_missing"};
inline constexpr message_key why_bearing_missing{"why.bearing_missing"};
inline constexpr message_key why_unit_missing{"why.unit_missing"};
inline constexpr message_key why_above_nyquist{"why.above_nyquist"};  // {0} Hz of the line, {1} Hz that can be seen
inline constexpr message_key why_record_short{"why.record_short"};    // {0} s there are, {1} s needed
inline constexpr message_key why_data_bad{"why.data_bad"};
inline constexpr message_key why_label_wrong{"why.label_wrong"};        // {0} factor
inline constexpr message_key why_speed_unclear{"why.speed_unclear"};    // {0} and {1} Hz
inline constexpr message_key why_lines_coincide{"why.lines_coincide"};  // {0} Hz of the fault, {1} Hz of the other
inline constexpr message_key why_rivals{"why.rivals"};                  // {0} and {1} dB
inline constexpr message_key why_rolling_or_cage{"why.rolling_or_cage"};
inline constexpr message_key why_faint{"why.faint"};                      // {0} probability
inline constexpr message_key why_speed_off{"why.speed_off"};              // {0} Hz found, {1} Hz declared
inline constexpr message_key why_lines_elsewhere{"why.lines_elsewhere"};  // {0} Hz, {1} times the shaft
inline constexpr message_key why_class_missing{"why.class_missing"};      // {0} mm/s, {1} mm/s that is too much for all
inline constexpr message_key needs_speed{"needs.speed_missing"};
inline constexpr message_key needs_bearing{"needs.bearing_missing"};
inline constexpr message_key needs_unit{"needs.unit_missing"};
inline constexpr message_key needs_above_nyquist{"needs.above_nyquist"};  // {0} Hz of the line
inline constexpr message_key needs_record_short{"needs.record_short"};    // {1} s
inline constexpr message_key needs_data_bad{"needs.data_bad"};
inline constexpr message_key needs_label_wrong{"needs.label_wrong"};
inline constexpr message_key needs_speed_unclear{"needs.speed_unclear"};
inline constexpr message_key needs_lines_coincide{"needs.lines_coincide"};
inline constexpr message_key needs_rivals{"needs.rivals"};
inline constexpr message_key needs_rolling_or_cage{"needs.rolling_or_cage"};
inline constexpr message_key needs_faint{"needs.faint"};
inline constexpr message_key needs_speed_off{"needs.speed_off"};
inline constexpr message_key needs_lines_elsewhere{"needs.lines_elsewhere"};
inline constexpr message_key needs_class_missing{"needs.class_missing"};
inline constexpr message_key text_diagnosis_fault{"text.diagnosis_fault"};        // {0} fault, {1} probability
inline constexpr message_key text_diagnosis_also{"text.diagnosis_also"};          // {0} fault, {1} probability
inline constexpr message_key text_diagnosis_line{"text.diagnosis_line"};          // {0} Hz, {1} times the shaft, {2} dB
inline constexpr message_key text_diagnosis_velocity{"text.diagnosis_velocity"};  // {0} mm/s at the shaft's orders
inline constexpr message_key text_diagnosis_normal{"text.diagnosis_normal"};
inline constexpr message_key text_diagnosis_unknown{"text.diagnosis_unknown"};  // {0} why, {1} what is needed
inline constexpr message_key check_bearing{"check.bearing"};
inline constexpr message_key check_cage{"check.cage"};
inline constexpr message_key check_unbalance{"check.unbalance"};
inline constexpr message_key check_misalignment{"check.misalignment"};
inline constexpr message_key check_looseness{"check.looseness"};
inline constexpr message_key check_gear{"check.gear"};
inline constexpr message_key check_other{"check.other"};

// Members of the families fault.* and feature.*; an unknown feature is written by its own name.
inline constexpr std::array<std::string_view, 15> fault_words{
    "normal",    "unknown", "inner_race",  "outer_race", "ball", "cage",       "unbalance", "misalignment",
    "looseness", "gear",    "lubrication", "cavitation", "belt", "electrical", "resonance"};
inline constexpr std::array<std::string_view, 24> feature_words{"mean",
                                                                "std",
                                                                "variance",
                                                                "rms",
                                                                "velocity_rms",
                                                                "peak",
                                                                "peak_to_peak",
                                                                "kurtosis",
                                                                "skewness",
                                                                "crest_factor",
                                                                "shape_factor",
                                                                "impulse_factor",
                                                                "clearance_factor",
                                                                "energy",
                                                                "envelope_rms",
                                                                "envelope_peak",
                                                                "envelope_kurtosis",
                                                                "band_power",
                                                                "temperature",
                                                                "current",
                                                                "pressure",
                                                                "speed",
                                                                "flow",
                                                                "power"};
}  // namespace messages

}  // namespace pdm::inline PDM_ABI_NAMESPACE
