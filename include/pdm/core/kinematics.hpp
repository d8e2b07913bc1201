// kinematics -- where the faults of a bearing show, as multiples of shaft speed.
//
// What      Ball-pass frequencies of the outer and inner race (BPFO, BPFI), ball spin frequency (BSF) and cage or
//           fundamental train frequency (FTF) from the geometry, for any pair of ring speeds.
// NB        Pure rolling. Real bearings slip: expect the lines 1 to 2 % away and search a window, not a bin. BSF is
//           the spin frequency; a ball defect strikes both races and shows at twice that (ball_defect).
// Source    T. Harris, M. Kotzalas, Rolling Bearing Analysis, 5th ed., ch. 10; golden/README.md, group envelope.
// Accuracy  Relative error below 1e-14 for d/D in [0.05, 0.6]: tests/core/kinematics_test.cpp.
#pragma once

#include "pdm/core/math.hpp"
#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

struct bearing_geometry {
  int elements = 0;             // balls or rollers
  double element_diameter = 0;  // d, any length unit
  double pitch_diameter = 0;    // D, the same unit
  double contact_angle_deg = 0;
};

// Frequencies in the unit of the ring speeds that were given.
struct bearing_frequencies {
  double outer_race = 0, inner_race = 0;  // BPFO, BPFI
  double element_spin = 0;                // BSF
  double cage = 0;                        // FTF, signed
  double ball_defect = 0;                 // 2 BSF
};

// Inner and outer ring speeds are signed. invalid_argument unless elements > 0 and 0 < d < D.
[[nodiscard]] inline result<bearing_frequencies> defect_frequencies(bearing_geometry const& g, double inner_speed = 1,
                                                                    double outer_speed = 0) noexcept {
  if (g.elements <= 0 || !(g.element_diameter > 0) || !(g.pitch_diameter > g.element_diameter)) {
    return error{errc::invalid_argument, "bearing", "give elements > 0 and 0 < element diameter < pitch diameter"};
  }
  double const ratio = g.element_diameter * math::cos(g.contact_angle_deg * (math::pi / 180)) / g.pitch_diameter;
  double const slip = inner_speed - outer_speed;
  double const relative = slip < 0 ? -slip : slip;
  bearing_frequencies f;
  f.cage = 0.5 * (inner_speed * (1 - ratio) + outer_speed * (1 + ratio));
  f.outer_race = 0.5 * g.elements * relative * (1 - ratio);
  f.inner_race = 0.5 * g.elements * relative * (1 + ratio);
  f.element_spin = 0.5 * (g.pitch_diameter / g.element_diameter) * relative * (1 - ratio * ratio);
  f.ball_defect = 2 * f.element_spin;
  return f;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
