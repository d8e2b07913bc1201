// fault -- switches that take a safety measure away, in test builds only.
//
// What      A measure that should prevent a harm is wrapped as
//               if (!fault<"anomaly.learn_in_alarm">() && alarm_stands) return;
//           and a test shows that the harm happens once the measure is switched off: a test that passes with and
//           without the measure proves nothing.
// NB        Without PDM_FAULT_SWITCHES every switch is a constant false, there is no variable and nothing to switch:
//           what is shipped cannot be weakened at run time. With it the namespace differs (pdm/core/version.hpp), so
//           a test build never links with a shipped one.
// Names     "module.what_goes_wrong", said at the place that uses it; a switch nobody reads does nothing.
// Threads   Switch before the line runs. Reading is a relaxed atomic load.
#pragma once

#include <cstddef>

#include "pdm/core/version.hpp"

#if defined(PDM_FAULT_SWITCHES)
#include <atomic>
#endif

namespace pdm::inline PDM_ABI_NAMESPACE {

// A string literal as a template argument.
template <std::size_t N>
struct fault_name {
  char text[N]{};
  // NOLINTNEXTLINE: implicit on purpose, so that fault<"module.what"> reads as it should
  consteval fault_name(char const (&literal)[N]) noexcept {
    for (std::size_t i = 0; i < N; ++i) text[i] = literal[i];
  }
};

#if defined(PDM_FAULT_SWITCHES)

namespace detail {
template <fault_name Name>
inline std::atomic<bool> fault_slot{false};
}

template <fault_name Name>
[[nodiscard]] bool fault() noexcept {
  return detail::fault_slot<Name>.load(std::memory_order_relaxed);
}

// The measure is off for as long as this lives.
template <fault_name Name>
class scoped_fault {
 public:
  scoped_fault() noexcept : before_(detail::fault_slot<Name>.exchange(true)) {}
  ~scoped_fault() { detail::fault_slot<Name>.store(before_); }
  scoped_fault(scoped_fault const&) = delete;
  scoped_fault& operator=(scoped_fault const&) = delete;

 private:
  bool before_;
};

#else

template <fault_name Name>
[[nodiscard]] constexpr bool fault() noexcept {
  return false;
}

#endif

}  // namespace pdm::inline PDM_ABI_NAMESPACE
