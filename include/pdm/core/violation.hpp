// violation -- what happens when a precondition is broken.
//
// What      A broken precondition is a mistake in the calling program, not an event of the plant. It goes to
//           one handler that the product chooses; the library itself never prints, throws or aborts.
// NB        Not for what can happen (a gap, a bad file, too little memory): that is a result.
//           If the handler returns, the function that was called wrongly does nothing and returns a neutral value.
// Threads   Set the handler once, before the first line runs. Reading it is a relaxed atomic load.
#pragma once

#include <atomic>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

// what: the broken condition in words; file and line: where it was checked.
using violation_handler = void (*)(char const* what, char const* file, int line) noexcept;

namespace detail {
inline void ignore_violation(char const*, char const*, int) noexcept {}
inline std::atomic<violation_handler> violation_slot{&ignore_violation};
}  // namespace detail

// Installs a handler and returns the one before it. nullptr installs the silent default.
inline violation_handler on_violation(violation_handler handler) noexcept {
  return detail::violation_slot.exchange(handler != nullptr ? handler : &detail::ignore_violation);
}

inline void report_violation(char const* what, char const* file, int line) noexcept {
  detail::violation_slot.load(std::memory_order_relaxed)(what, file, line);
}

// Returns `condition`; a false one is reported first. Use as: if (!PDM_EXPECTS(i < n)) return;
inline bool check_expectation(bool condition, char const* what, char const* file, int line) noexcept {
  if (!condition) report_violation(what, file, line);
  return condition;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE

#define PDM_EXPECTS(condition) ::pdm::check_expectation((condition), #condition, __FILE__, __LINE__)
