// healthy_reference -- what the lines of a machine were like when it was sound.
//
// What      Heights of the combs of the bearing's parts, of lines of no part and of the shaft in the envelope, and the
//           velocity of the shaft's orders, as a diagnoser gathered them (diagnoser::reference). Given to another one,
//           what stood there before counts no more, and the shaft is judged by its growth.
// NB        Sharpens, never accuses alone: a fault must still stand out by itself. A reference taken from a faulty
//           machine hides its fault.
// Source    ISO 20816-1:2016, 6.3 (change of vibration magnitude).
// Units     dB over placebo, mm/s RMS.
#pragma once

#include <algorithm>
#include <array>

#include "pdm/diagnostics/bearing_evidence.hpp"
#include "pdm/diagnostics/shaft_evidence.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct healthy_reference {
  std::array<double, bearing_parts> parts{};
  double stranger = 0, gear = 0;
  double orders_mms = 0;
  bool has_unit = false;  // orders_mms is known
};

// dB over placebo that a part of a sound machine has by chance; only what stood higher was there before.
inline constexpr double by_chance = 2;

// What stands above its own past.
[[nodiscard]] inline bearing_evidence beyond(bearing_evidence e, healthy_reference const& past) noexcept {
  for (std::size_t p = 0; p < bearing_parts; ++p) e[p].score -= std::max(0.0, past.parts[p] - by_chance);
  return e;
}
[[nodiscard]] inline stranger_evidence beyond(stranger_evidence e, healthy_reference const& past) noexcept {
  e.score -= std::max(0.0, past.stranger - by_chance);
  return e;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
