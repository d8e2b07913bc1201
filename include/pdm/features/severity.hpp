// severity -- zones A to D of a vibration velocity, by a cited table that the user can replace.
//
// What      A zone table is three limits in mm/s RMS with the document they follow and the machines they are for.
//           A: as newly commissioned; B: for unrestricted long-term running; C: not for long-term running;
//           D: damaging.
// NB        A label for a machine class, not a diagnosis and not a state: passing a limit is never failure. Where no
//           document fits (spindles, machines below 15 kW), judge growth against the machine's own past instead.
// Source    Style of ISO 20816-3, broad band 10 to 1000 Hz; compare with the edition in force before claiming
//           compliance. golden/README.md, severity_zone.
// Cost      Constant.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "pdm/core/machine.hpp"
#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

enum class severity_zone : std::uint8_t { a, b, c, d };

[[nodiscard]] constexpr std::string_view to_string(severity_zone z) noexcept {
  constexpr std::array<std::string_view, 4> names{"A", "B", "C", "D"};
  return names[static_cast<std::size_t>(z)];
}

struct severity_table {
  double ab = 0, bc = 0, cd = 0;  // mm/s RMS; a value on a limit belongs to the lower zone
  std::string_view citation;      // document and row
  std::string_view applies_to;    // machines it is for
};

inline constexpr std::string_view severity_citation = "ISO 20816-3 (style of), velocity RMS 10-1000 Hz";
inline constexpr std::array<severity_table, 4> severity_tables{{
    {2.3, 4.5, 7.1, severity_citation, "group 1, above 300 kW, rigid foundation"},
    {3.5, 7.1, 11.0, severity_citation, "group 1, above 300 kW, flexible foundation"},
    {1.4, 2.8, 4.5, severity_citation, "group 2, 15 to 300 kW, rigid foundation"},
    {2.3, 4.5, 7.1, severity_citation, "group 2, 15 to 300 kW, flexible foundation"},
}};

// The default table; not_found for a group that no document covers here.
[[nodiscard]] inline result<severity_table> severity_table_of(int group, foundation f) noexcept {
  if (group != 1 && group != 2) return error{errc::not_found, "severity", "no table for this group; give your own"};
  return severity_tables[static_cast<std::size_t>(2 * (group - 1) + static_cast<int>(f))];
}

// Below 15 kW, where ISO 20816-3 does not reach.
inline constexpr severity_table small_machines{0.71, 1.8, 4.5, "ISO 10816-1:1995, annex B, class I",
                                               "small machines, up to 15 kW"};

struct severity_class {
  std::string_view name;
  severity_table table;
};
inline constexpr std::array<severity_class, 5> severity_classes{{
    {"small", small_machines},
    {"medium_rigid", severity_tables[2]},
    {"medium_flexible", severity_tables[3]},
    {"large_rigid", severity_tables[0]},
    {"large_flexible", severity_tables[1]},
}};

// invalid_argument for a velocity that is not a number >= 0 or limits that do not rise.
[[nodiscard]] inline result<severity_zone> zone_of(double v_rms, severity_table const& t) noexcept {
  if (!(v_rms >= 0) || !(t.ab > 0) || !(t.bc > t.ab) || !(t.cd > t.bc)) {
    return error{errc::invalid_argument, "severity", "give a velocity >= 0 and limits 0 < AB < BC < CD"};
  }
  if (v_rms <= t.ab) return severity_zone::a;
  if (v_rms <= t.bc) return severity_zone::b;
  return v_rms <= t.cd ? severity_zone::c : severity_zone::d;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
