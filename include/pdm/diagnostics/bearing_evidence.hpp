// bearing_evidence -- what the envelope spectra say about each part of a rolling bearing, in decibels.
//
// What      For outer race, inner race, ball and cage: how high the comb of harmonics stands, as the mean over several
//           views of the same record (bands modulated together, the whole band, the whole band pre-whitened, the most
//           impulsive band), each less its own placebo level; and how strong the sidebands at shaft speed are.
// NB        The mean, not the largest: a line that is real is there in most views, and a largest of many is high by
//           chance. Sidebands tell what moves: what stands still is not modulated by the shaft. They are read in the
//           first view alone, whose floor is smooth enough to show that a line is not there.
// Source    W. Smith, R. Randall, Mech. Syst. Signal Process. 64-65 (2015) 100-131, table 1 (which sidebands belong to
//           which fault); R. Randall, J. Antoni, Mech. Syst. Signal Process. 25 (2011) 485-520.
// Cost      A few hundred comb searches; no memory.
#pragma once

#include <array>
#include <cmath>
#include <span>

#include "pdm/core/kinematics.hpp"
#include "pdm/diagnostics/fault.hpp"
#include "pdm/diagnostics/line_comb.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

inline constexpr std::size_t bearing_parts = 4;  // inner race, outer race, ball, cage: the first of fault_kind

// What one record, or the mean of many, says of one part.
struct part_evidence {
  double score = 0;        // dB over placebo, mean over the views
  double base_hz = 0;      // where its lines stand
  double expected_hz = 0;  // where pure rolling puts them
  double first = 0;        // dB of its first two harmonics over the floor, in the first view
  double sidebands = 0;    // dB of the sidebands at shaft speed about them, in the first view
  double carried = 0;      // dB by which the fundamental stands above the highest of its first two pairs of them
  double by_cage = 0;      // dB of the sidebands at cage speed about the fundamental
  [[nodiscard]] double contrast() const noexcept { return first - sidebands; }
  // How far the lines stand from where they should, relative.
  [[nodiscard]] double off() const noexcept {
    double const d = base_hz - expected_hz;
    return expected_hz > 0 ? std::max(d, -d) / expected_hz : 1;
  }
};

using bearing_evidence = std::array<part_evidence, bearing_parts>;

// The family of lines that stands highest where no part of the bearing has one: of another bearing, or of this one if
// its geometry or the speed is wrong.
struct stranger_evidence {
  double score = 0;  // dB over placebo, mean over the views
  double base_hz = 0;
};
struct envelope_evidence {
  bearing_evidence parts{};
  stranger_evidence stranger{};
};

[[nodiscard]] inline std::array<double, bearing_parts> part_orders(bearing_frequencies const& b) noexcept {
  return {b.inner_race, b.outer_race, b.ball_defect, b.cage < 0 ? -b.cage : b.cage};
}

// The search of a part: a cage is believed by many harmonics only.
[[nodiscard]] constexpr comb_search search_of(std::size_t part, comb_search how) noexcept {
  if (part == static_cast<std::size_t>(fault_kind::cage)) how.harmonics = 6;
  return how;
}

// What tells a line from a sideband of another: the strength of a strike is never negative, so neither is what it is
// modulated by, and no component of it exceeds its mean (|M_j| <= M_0). No sideband stands above its carrier.
inline void read_carrier(line_levels const& view, double shaft_hz, double cage_hz, comb_search const& how,
                         part_evidence& e) noexcept {
  double const tolerance = std::max(1.5 * how.tolerance * e.base_hz, 1.5 * view.df());
  auto const line = view.peak(e.base_hz, tolerance);
  auto const at = [&](double away) { return view.peak(std::abs(line.hz + away), tolerance).db; };
  e.carried = line.db - std::max({at(-2 * shaft_hz), at(-shaft_hz), at(shaft_hz), at(2 * shaft_hz)});
  e.by_cage = 0.5 * (at(-cage_hz) + at(cage_hz));
}

// Levels of the first two harmonics and of the sidebands at shaft speed about them. The cage, slower than the shaft,
// is told by its fundamental alone.
inline void read_sidebands(line_levels const& view, double shaft_hz, std::size_t part, comb_search const& how,
                           part_evidence& e) noexcept {
  int const harmonics = part == static_cast<std::size_t>(fault_kind::cage) ? 1 : 2;
  e.first = e.sidebands = 0;
  for (int h = 1; h <= harmonics; ++h) {
    double const tolerance = std::max(1.5 * how.tolerance * e.base_hz, 1.5 * view.df());
    auto const line = view.peak(h * e.base_hz, tolerance);
    double const below = line.hz > shaft_hz ? line.hz - shaft_hz : shaft_hz - line.hz;
    e.first += line.db / harmonics;
    e.sidebands += 0.5 * (view.peak(below, tolerance).db + view.peak(line.hz + shaft_hz, tolerance).db) / harmonics;
  }
}

// Lines of the views are notched already; sidebands are read in `open`, the first view before notching.
[[nodiscard]] inline envelope_evidence gather(std::span<line_levels const> views, line_levels const& open,
                                              bearing_frequencies const& bearing, double shaft_hz,
                                              comb_search const& how) noexcept {
  constexpr auto cage = static_cast<std::size_t>(fault_kind::cage);
  auto const orders = part_orders(bearing);
  envelope_evidence all{};
  auto& found = all.parts;
  std::array<double, placebo_level::candidates> elsewhere{};
  std::array<double, bearing_parts> expected{};
  for (std::size_t p = 0; p < bearing_parts; ++p) expected[p] = orders[p] * shaft_hz;
  for (std::size_t v = 0; v < views.size(); ++v) {
    auto const& view = views[v];
    auto const placebo = placebo_of(view, 0.6 * expected[1], 1.3 * expected[0], shaft_hz, expected, how);
    auto const slow =
        placebo_of(view, 0.6 * expected[cage], 1.4 * expected[cage], shaft_hz, expected, search_of(cage, how));
    for (std::size_t i = 0; i < elsewhere.size(); ++i) {
      bool own = false;
      for (double const hz : expected) own = own || std::abs(placebo.found[i].base_hz - hz) < 1.6 * how.slip * hz;
      if (own || !(placebo.found[i].base_hz > 0)) continue;
      elsewhere[i] += (placebo.found[i].db - placebo.median) / static_cast<double>(views.size());
      if (v + 1 == views.size() && elsewhere[i] > all.stranger.score) {
        all.stranger = {elsewhere[i], placebo.found[i].base_hz};
      }
    }
    for (std::size_t p = 0; p < bearing_parts; ++p) {
      if (!(expected[p] > 0)) continue;
      auto const match = match_comb(view, expected[p], search_of(p, how));
      double const db = match.db - (p == cage ? slow : placebo).median;
      found[p].score += db / static_cast<double>(views.size());
      if (v == 0) found[p].base_hz = match.base_hz, found[p].expected_hz = expected[p];
    }
  }
  for (std::size_t p = 0; p < bearing_parts; ++p) {
    read_sidebands(open, shaft_hz, p, how, found[p]);
    read_carrier(open, shaft_hz, expected[cage], how, found[p]);
  }
  return all;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
