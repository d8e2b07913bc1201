// label_check -- whether sampling rate and speed, as they were written down, fit the vibration.
//
// What      A rate or a speed that is wrong by 2 or 4 moves every line by that factor. For each factor it is asked
//           whether the harmonics of the shaft and the races of the bearing stand where they then should; the factor
//           that explains most is the vote.
// NB        A base that is too high hits every second harmonic and looks nearly as good, so harmonics alone vote by the
//           lowest base whose odd ones stand out, and races, where they are heard, by the highest comb. Which of rate
//           and speed is wrong the vibration cannot tell. Half orders of a loose machine look like a speed half as
//           high: where the shaft shakes above its limit the harmonics do not vote.
// Formula   races: argmax_r max(comb(r BPFI f), comb(r BPFO f)), if above `races`;
//           shaft: min r with mean(L(r f), L(3 r f), L(5 r f)) >= `odd`; r in 1/4, 1/2, 1, 2, 4.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 2 (orders of a shaft).
// Cost      Ten comb searches.
#pragma once

#include <array>
#include <optional>

#include "pdm/diagnostics/bearing_evidence.hpp"
#include "pdm/diagnostics/shaft_speed.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

inline constexpr std::array<double, 5> label_factors{0.25, 0.5, 1, 2, 4};

struct label_rules {
  double races = 14;  // dB over placebo from which on a race votes
  double odd = 13;    // dB over the floor, mean of the first three odd harmonics, each at most `cap`
  double cap = 20;
  double carried = 4;  // dB of the odd harmonics at the speed that races vote for
  double lead = 3;     // dB by which the odd harmonics of another speed must beat those of every lower one
};

struct shaft_base {
  double hz = 0;   // best base of the search
  double odd = 0;  // dB
};

// The best base about `hz` and how its odd harmonics stand.
[[nodiscard]] inline shaft_base odd_harmonics(line_levels const& lines, double hz, double tolerance,
                                              double cap) noexcept {
  auto const speed = find_speed(lines, hz * (1 - tolerance), hz * (1 + tolerance), hz);
  double odd = 0;
  for (int const h : {1, 3, 5}) odd += std::clamp(lines.peak(h * speed.hz, 0.6 * lines.df()).db, 0.0, cap) / 3;
  return {speed.hz, odd};
}

// Whether the first three odd harmonics of a base all lie on lines of the mains.
[[nodiscard]] inline bool is_mains(double hz, double width_hz) noexcept {
  auto const on = [&](double mains) {
    for (int const h : {1, 3, 5}) {
      double const order = h * hz / mains, whole = static_cast<double>(static_cast<long long>(order + 0.5));
      if (whole < 1 || std::max(order - whole, whole - order) * mains > width_hz) return false;
    }
    return true;
  };
  return on(50) || on(60);
}

// The higher of the two race combs over its placebo.
[[nodiscard]] inline double race_comb(line_levels const& lines, bearing_frequencies const& b, double shaft_hz,
                                      comb_search const& how) noexcept {
  std::array<double, 2> const races{b.inner_race * shaft_hz, b.outer_race * shaft_hz};
  auto const placebo = placebo_of(lines, 0.6 * races[1], 1.3 * races[0], shaft_hz, races, how);
  return std::max(match_comb(lines, races[0], how).db, match_comb(lines, races[1], how).db) - placebo.median;
}

// What each factor explains, the mean over records where there are many.
struct label_evidence {
  std::array<double, label_factors.size()> odd{}, races{}, mains{};  // mains: share of records
  [[nodiscard]] double votes(std::size_t i) const noexcept { return mains[i] > 0.5 ? 0 : odd[i]; }
};

// The lowest base whose odd harmonics stand out, if clearly above those of every lower one.
[[nodiscard]] inline std::optional<std::size_t> shaft_vote(label_evidence const& e, label_rules const& r) noexcept {
  double below = -r.lead;
  for (std::size_t i = 0; i < label_factors.size(); ++i) {
    double const odd = e.votes(i);
    if (odd >= r.odd) return odd >= below + r.lead ? std::optional(i) : std::nullopt;
    below = std::max(below, odd);
  }
  return std::nullopt;
}

// The factor by which the true lines lie off the declared ones; nothing where nothing votes.
[[nodiscard]] inline std::optional<double> label_vote(label_evidence const& e, label_rules const& r,
                                                      bool shaft_votes) noexcept {
  constexpr std::size_t declared = 2;
  std::size_t best = 0;
  for (std::size_t i = 1; i < label_factors.size(); ++i) {
    if (e.races[i] > e.races[best]) best = i;
  }
  auto const shaft = shaft_vote(e, r);
  // Harmonics of a cage or a mesh may look like races of another speed: its shaft must be there too.
  bool const carried = best == declared || (e.odd[best] >= r.carried && e.odd[best] >= e.odd[declared] - r.carried);
  bool const confirmed = shaft && *shaft == declared && best > declared;
  if (e.races[best] >= r.races && carried && !confirmed) return label_factors[best];
  bool const believed = shaft && (shaft_votes || *shaft >= declared);
  return believed ? std::optional(label_factors[*shaft]) : std::nullopt;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
