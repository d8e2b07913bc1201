// message -- sentences for people, by key.
//
// What      A message is a key and its arguments. The words stand in a catalogue (docs/messages/LANG.json), so that
//           a shop can read its own language. Keys are declared here, once; a test holds this list and every
//           catalogue against each other.
// NB        Errors of the programmer are not messages: they are pdm::error. Text in files is data, not a message.
// Shape     Up to six arguments; a catalogue names them {0} to {5}, with an optional format as {0:.1f}.
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

// Every key, in the order of docs/messages/en.json. Format: group.what
namespace messages {
inline constexpr message_key why_not_ready{"why.not_ready"};
inline constexpr message_key why_bad_quality{"why.bad_quality"};
inline constexpr message_key why_not_steady{"why.not_steady"};
inline constexpr message_key why_unseen_regime{"why.unseen_regime"};
inline constexpr message_key why_no_trend{"why.no_trend"};
inline constexpr message_key why_no_limit{"why.no_limit"};
inline constexpr message_key why_no_columns{"why.no_columns"};
inline constexpr message_key needs_more_learning{"needs.more_learning"};
inline constexpr message_key needs_sensor_check{"needs.sensor_check"};
inline constexpr message_key needs_steady_running{"needs.steady_running"};
inline constexpr message_key needs_learning_in_regime{"needs.learning_in_regime"};
inline constexpr message_key needs_more_degradation{"needs.more_degradation"};
inline constexpr message_key needs_limit{"needs.limit"};
}  // namespace messages

}  // namespace pdm::inline PDM_ABI_NAMESPACE
