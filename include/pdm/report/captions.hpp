// captions -- keys of the words that only a page of the report says.
//
// What      Headings, captions, column heads and axis words; the language's own settings; the units of durations.
//           Together with pdm/core/message.hpp these are all keys of docs/messages/LANG.json.
// NB        Not for the line: edge modules do not include this.
#pragma once

#include "pdm/core/message.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report::captions {

// The language itself.
inline constexpr message_key language_tag{"language.tag"};
inline constexpr message_key language_name{"language.name"};
inline constexpr message_key number_decimal{"number.decimal"};
inline constexpr message_key number_percent{"number.percent"};  // {0} percentage

// Spans of time: singular for exactly one, and short forms for axes.
inline constexpr message_key duration_second{"duration.second"};
inline constexpr message_key duration_seconds{"duration.seconds"};
inline constexpr message_key duration_minute{"duration.minute"};
inline constexpr message_key duration_minutes{"duration.minutes"};
inline constexpr message_key duration_hour{"duration.hour"};
inline constexpr message_key duration_hours{"duration.hours"};
inline constexpr message_key duration_day{"duration.day"};
inline constexpr message_key duration_days{"duration.days"};
inline constexpr message_key duration_week{"duration.week"};
inline constexpr message_key duration_weeks{"duration.weeks"};
inline constexpr message_key duration_month{"duration.month"};
inline constexpr message_key duration_months{"duration.months"};

// Names of features.
inline constexpr message_key feature_at{"feature_name.at"};      // {0} feature, {1} point
inline constexpr message_key feature_band{"feature_name.band"};  // {0} feature, {1} Hz, {2} Hz
inline constexpr message_key feature_log{"feature_name.log"};    // {0} feature

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report::captions
