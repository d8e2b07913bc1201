// fault -- the faults that a diagnosis can name.
//
// What      The thirteen names of the contract, in the order in which they are written.
// NB        Urgency is another order: what breaks soonest stands first when several are named (urgency).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

enum class fault_kind : std::uint8_t {
  inner_race = 0,
  outer_race,
  ball,
  cage,
  unbalance,
  misalignment,
  looseness,
  gear,
  lubrication,
  cavitation,
  belt,
  electrical,
  resonance
};
inline constexpr std::size_t fault_count = 13;
inline constexpr std::array<std::string_view, fault_count> fault_names{
    "inner_race", "outer_race",  "ball",       "cage", "unbalance",  "misalignment", "looseness",
    "gear",       "lubrication", "cavitation", "belt", "electrical", "resonance"};

[[nodiscard]] constexpr std::string_view to_string(fault_kind f) noexcept {
  return fault_names[static_cast<std::size_t>(f)];
}

// Lower is more urgent. A cage that breaks locks the bearing; a bearing spall grows in weeks; what shakes the machine
// wears it in months; what is wrong with its supply or its oil comes after.
[[nodiscard]] constexpr int urgency(fault_kind f) noexcept {
  constexpr std::array<int, fault_count> order{1, 2, 3, 0, 6, 7, 5, 4, 9, 8, 11, 10, 12};
  return order[static_cast<std::size_t>(f)];
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
