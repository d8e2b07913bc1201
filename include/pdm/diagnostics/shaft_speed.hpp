// shaft_speed -- the speed of the shaft, read from the harmonics of the vibration itself.
//
// What      A declared speed is a rounded one: within its tolerance the base is looked for whose first harmonics stand
//           highest over the floor of the spectrum. Only what stands out counts, so that harmonics which are not there
//           neither help nor harm a base.
// NB        Refines, never guesses: outside the tolerance nothing is looked at, and where no harmonic stands out the
//           declared speed is kept. A wide tolerance needs more: a lead over every other base, and two harmonics that
//           agree (closure), or the strongest line of a neighbour would be taken for the shaft.
// Formula   c(s) = mean_{h <= 8} clip(L(h f (1+s)) - clear, 0, cap - clear) + 0.05 of what lies beyond the cap; the
//           cap keeps one loud order from speaking for all, what lies beyond it tells where its peak is; found = the
//           number of harmonics that stand out.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 3 (speed from the spectrum).
// Cost      O(steps x harmonics), no memory.
#pragma once

#include <algorithm>

#include "pdm/diagnostics/line_levels.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct speed_estimate {
  double hz = 0;
  double uncertainty = 0;  // relative, half width
  bool refined = false;
  double level = 0;  // dB, c(s) of the best base
  double lead = 0;   // dB over the best base more than the width of a line away
  int found = 0;     // harmonics that stand out
};

inline constexpr int speed_harmonics = 8;

struct base_level {
  double db = 0;  // mean over the first harmonics of what stands out
  int found = 0;
};

[[nodiscard]] inline base_level harmonic_level(line_levels const& lines, double base_hz) noexcept {
  // Of a few lines of noise the largest stands 8 dB over their median; of a hundred thousand, 12.
  constexpr double clear = 9, sure = 14, cap = 30, beyond = 0.05;
  base_level level;
  for (int h = 1; h <= speed_harmonics && h * base_hz < lines.last_hz() - lines.df(); ++h) {
    double const over = lines.peak(h * base_hz, 0.6 * lines.df()).db - clear;
    if (over > 0) level.db += std::min(over, cap - clear) + beyond * std::max(0.0, over - cap + clear);
    if (over > sure - clear) ++level.found;
  }
  level.db /= speed_harmonics;
  if (level.found < 2) level.db *= 0.5;  // one line may be anything
  return level;
}

// The base that fits the harmonics which stand out best, each where the parabola through its three lines peaks:
// least squares of h f over the found places, the higher harmonics telling more.
[[nodiscard]] inline double fit_base(line_levels const& lines, double base_hz) noexcept {
  auto const levels = lines.levels();
  double top = 0, bottom = 0;
  for (int h = 1; h <= speed_harmonics && h * base_hz < lines.last_hz() - 2 * lines.df(); ++h) {
    auto const line = lines.peak(h * base_hz, 1.1 * lines.df());
    auto const k = static_cast<std::size_t>(line.hz / lines.df() + 0.5);
    if (line.db < 12 || k < 1 || k + 1 >= levels.size()) continue;
    double const a = static_cast<double>(levels[k - 1]), b = line.db, c = static_cast<double>(levels[k + 1]);
    if (a > b || c > b || !(2 * b > a + c)) continue;  // the skirt of another line
    top += h * (line.hz + 0.5 * (c - a) / (2 * b - a - c) * lines.df());
    bottom += h * h;
  }
  return bottom > 0 ? top / bottom : base_hz;
}

// The best base of low_hz .. high_hz; `fallback_hz` where nothing stands out.
[[nodiscard]] inline speed_estimate find_speed(line_levels const& lines, double low_hz, double high_hz,
                                               double fallback_hz) noexcept {
  constexpr double seen = 1;  // dB: one line 17 dB over the floor, or two of 13
  // Half a line at the highest harmonic.
  double const step = 0.5 * lines.df() / speed_harmonics;
  speed_estimate e{fallback_hz, 0.5 * (high_hz - low_hz) / fallback_hz};
  double from = fallback_hz, to = fallback_hz;  // the best base may be a plateau: its middle
  for (double hz = low_hz; hz <= high_hz; hz += step) {
    auto const level = harmonic_level(lines, hz);
    if (level.db > e.level) from = hz, e.level = level.db, e.found = level.found;
    if (level.db >= e.level) to = hz;
  }
  if (e.level < seen) return e;
  double const best = to - from < 2 * lines.df() ? 0.5 * (from + to) : from;
  double rival = 0;
  for (double hz = low_hz; hz <= high_hz; hz += step) {
    if (std::max(hz - best, best - hz) > 3 * lines.df()) rival = std::max(rival, harmonic_level(lines, hz).db);
  }
  e.hz = fit_base(lines, best), e.lead = e.level - rival, e.refined = true;
  e.uncertainty = std::max(step, 0.5 * (to - from)) / best;
  return e;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
