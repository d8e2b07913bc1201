// machine -- what stands in the hall, and where it is measured.
//
// What      A machine is a train: shafts with speed ratios, bearings, gears and a motor card, with the class that
//           decides its severity limits. A measuring point is a place, a direction, a sensor, a mounting and the band
//           in which the mounting can be trusted. Kinematics are derived from it once (fault_orders).
// NB        Describes, never measures: the speed of the moment travels with the data. Templates and inheritance are
//           resolved where the configuration is read (pdm/monitor/config.hpp); here everything is already whole.
// Memory    Strings and vectors: made when a line is configured, not on the hot path.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdm/core/kinematics.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

struct shaft {
  std::string id = "shaft";
  double ratio = 1;  // speed of this shaft / speed of the reference shaft
};

struct bearing {
  std::string id = "bearing";
  std::string shaft = "shaft";      // id of the shaft it carries
  std::string designation;          // as on the ring; a label
  bearing_frequencies multiples{};  // of the speed of its shaft
};

struct gear_pair {
  std::string id = "gear";
  std::string shaft = "shaft";  // of the driving gear
  int teeth = 0, driven_teeth = 0;
};

struct motor_card {
  int poles = 0;
  double mains_hz = 0;
  double rated_rpm = 0;
};

// Group and foundation select the severity table (pdm/features/severity.hpp).
enum class foundation : unsigned char { rigid = 0, flexible = 1 };

struct machine {
  std::string name;
  double nominal_speed_hz = 0;        // of the reference shaft; 0 is not known
  double speed_tolerance = 0.02;      // relative
  double power_kw = 0;                // 0 is not known
  std::optional<int> severity_group;  // 1 or 2; absent: no document fits, growth is judged instead
  pdm::foundation foundation = pdm::foundation::rigid;
  std::vector<shaft> shafts;
  std::vector<bearing> bearings;
  std::vector<gear_pair> gears;
  std::optional<motor_card> motor;
};

enum class mounting : unsigned char { unknown = 0, stud, adhesive, magnet, hand_held, integrated };
enum class direction : unsigned char { unknown = 0, horizontal, vertical, axial, radial, tangential };

struct sensor {
  unit quantity = unit::unknown;
  double full_scale = 0;   // largest magnitude it can tell, in `quantity`; 0 is not known
  double noise = 0;        // RMS of its own noise over the usable band, in `quantity`
  double sensitivity = 0;  // output per unit, as on its certificate; a label
};

struct measuring_point {
  std::string id = "point";
  std::string place;  // "drive end bearing", in the plant's words
  pdm::direction direction = pdm::direction::unknown;
  pdm::mounting mounting = pdm::mounting::unknown;
  pdm::sensor sensor;
  hertz band_low{}, band_high{};  // usable band; 0, 0: not said
  std::string bearing;            // id of the bearing it hears best; may be empty
};

// One line in the spectrum at which a part of the machine speaks.
struct fault_order {
  std::string name;  // "bearing.outer_race", "shaft", "gear.mesh"
  double order = 0;  // multiple of the reference shaft's speed
};

// Every line that follows from the description, in the order shafts, bearings, gears.
[[nodiscard]] inline std::vector<fault_order> fault_orders(machine const& m) {
  auto const ratio_of = [&](std::string const& id) {
    for (auto const& s : m.shafts) {
      if (s.id == id) return s.ratio;
    }
    return 1.0;
  };
  std::vector<fault_order> lines;
  for (auto const& s : m.shafts) lines.push_back({s.id, s.ratio});
  for (auto const& b : m.bearings) {
    double const r = ratio_of(b.shaft);
    lines.push_back({b.id + ".outer_race", b.multiples.outer_race * r});
    lines.push_back({b.id + ".inner_race", b.multiples.inner_race * r});
    lines.push_back({b.id + ".ball", b.multiples.ball_defect * r});
    lines.push_back({b.id + ".cage", b.multiples.cage * r});
  }
  for (auto const& g : m.gears) lines.push_back({g.id + ".mesh", g.teeth * ratio_of(g.shaft)});
  return lines;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
