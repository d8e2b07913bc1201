// diagnosis -- what was found, how sure one is, and what it stands on.
//
// What      A verdict (a fault, normal, or unknown), an independent probability for each fault, a ranking by score, the
//           lines it stands on, the speed it used, and every obstacle as a typed reason with its numbers.
// NB        unknown is an answer: it says what is missing. A fault that could not be judged keeps its prior.
// Shape     Plain values of fixed size; names are literals, so nothing here owns memory.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "pdm/core/quality.hpp"
#include "pdm/diagnostics/bearing_rules.hpp"
#include "pdm/diagnostics/shaft_evidence.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

// Why a question stays open. What decides it is said in words beside the key of the same name (docs/messages).
enum class obstacle : std::uint8_t {
  speed_missing = 0,  // no speed, no motor card
  bearing_missing,    // no multiples of a bearing: races, balls and cage are not judged
  unit_missing,       // no unit of vibration: unbalance, misalignment, looseness are not judged
  above_nyquist,      // {0} Hz line of the bearing, {1} Hz half the sampling rate
  record_short,       // {0} seconds there are, {1} seconds needed for eight turns of the cage
  data_bad,           // the samples themselves are bad
  label_wrong,        // rate or speed is wrong by a factor {0}
  speed_unclear,      // no speed between {0} and {1} Hz stands out
  lines_coincide,     // {0} Hz fault line lies on {1} Hz line of shaft or mains
  rivals,             // lines of several parts, none stands out; {0} and {1} dB
  rolling_or_cage,    // lines of the cage with sidebands of the shaft
  faint,              // something stands out, not enough; {0} dB
  speed_off,          // the shaft turns at {0} Hz, not at {1} Hz as declared
  lines_elsewhere,    // {0} Hz, {1} times the shaft: lines of no part of this bearing stand highest
  class_missing,      // {0} mm/s of the shaft's orders: too much for some machines, below the {1} mm/s of all
};
inline constexpr std::size_t obstacle_count = 15;
inline constexpr std::array<std::string_view, obstacle_count> obstacle_names{
    "speed_missing",   "bearing_missing", "unit_missing",  "above_nyquist",   "record_short",
    "data_bad",        "label_wrong",     "speed_unclear", "lines_coincide",  "rivals",
    "rolling_or_cage", "faint",           "speed_off",     "lines_elsewhere", "class_missing"};

struct obstacle_note {
  obstacle what = obstacle::speed_missing;
  double first = 0, second = 0;
  bool stops = true;  // false: a part is not judged, the rest is
};

struct evidence_line {
  std::string_view name;  // "outer_race", "outer_race x2", "inner_race - shaft"
  double hz = 0, expected_hz = 0, db_over_floor = 0, order = 0;
};

enum class speed_source : std::uint8_t { none = 0, given, refined, estimated };
inline constexpr std::array<std::string_view, 4> speed_source_names{"none", "given", "refined", "estimated"};

struct speed_used {
  double hz = 0;
  speed_source source = speed_source::none;
  double uncertainty = 0;  // relative
};

enum class verdict_kind : std::uint8_t { unknown = 0, normal, fault };

struct diagnosis {
  static constexpr std::size_t most_lines = 40, most_obstacles = 8;
  // Of a fault that was not judged, and the least of one that was: on simulated machines of every signal to noise one
  // in fifty of the parts of which nothing is heard is faulty (docs/diagnosis.md).
  static constexpr double prior = 0.02;

  verdict_kind verdict = verdict_kind::unknown;
  fault_kind named = fault_kind::inner_race;  // where verdict is fault
  std::array<double, fault_count> probability{};
  std::array<double, fault_count> score{};
  std::array<bool, fault_count> judged{};
  std::array<obstacle_note, most_obstacles> obstacles{};
  std::size_t obstacle_count = 0;
  std::array<evidence_line, most_lines> lines{};
  std::size_t line_count = 0;
  speed_used speed{};
  shaft_evidence shaft{};
  pdm::quality quality{};

  diagnosis() noexcept { probability.fill(prior); }
  void note(obstacle what, double first = 0, double second = 0, bool stops = true) noexcept {
    if (obstacle_count < most_obstacles) obstacles[obstacle_count++] = {what, first, second, stops};
  }
  void add(evidence_line const& line) noexcept {
    if (line_count < most_lines) lines[line_count++] = line;
  }
  [[nodiscard]] bool abstained() const noexcept { return verdict == verdict_kind::unknown; }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
