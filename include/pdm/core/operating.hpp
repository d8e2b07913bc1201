// operating -- what the machine was doing while the data were taken.
//
// What      State (off, starting, steady, changing, unknown) and a regime key: a bin of speed and load, or a tag
//           such as a programme number. Nothing learns, compares, judges or counts life outside `steady` unless
//           asked to. A machine that is off is never an anomaly.
// NB        Not the machine's condition (pdm/core/event.hpp: asset_state) and not data quality.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

enum class operating_state : std::uint8_t { unknown = 0, off, starting, steady, changing };

inline constexpr std::array<std::string_view, 5> operating_state_names{"unknown", "off", "starting", "steady",
                                                                       "changing"};
[[nodiscard]] constexpr std::string_view to_string(operating_state s) noexcept {
  return operating_state_names[static_cast<std::size_t>(s)];
}

using regime_key = std::uint32_t;
inline constexpr regime_key any_regime = 0;  // nothing told regimes apart

struct operating {
  operating_state state = operating_state::unknown;
  regime_key regime = any_regime;

  [[nodiscard]] constexpr bool is_steady() const noexcept { return state == operating_state::steady; }
  [[nodiscard]] constexpr bool is_running() const noexcept {
    return state == operating_state::steady || state == operating_state::changing || state == operating_state::starting;
  }
  friend constexpr bool operator==(operating const&, operating const&) = default;
};

// What one gets from data taken under both: steady only when both are and in the same regime.
[[nodiscard]] constexpr operating merged(operating a, operating const& b) noexcept {
  if (a == b) return a;
  if (a.state == b.state) return {a.state == operating_state::steady ? operating_state::changing : a.state, any_regime};
  if (a.state == operating_state::unknown || b.state == operating_state::unknown) return {};
  return {operating_state::changing, any_regime};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
