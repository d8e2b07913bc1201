// shaft_speed -- the speed of the shaft, read from the harmonics of the vibration itself.
//
// What      A declared speed is a rounded one: within its tolerance the base is looked for whose first harmonics stand
//           highest over the floor of the spectrum.
// NB        Refines, never guesses: outside the tolerance nothing is looked at. Where no harmonic stands out
//           (clarity below 3 dB over what other bases of the range show) the declared speed is kept.
// Formula   c(s) = mean_{h <= 8} min(L(h f (1+s)), cap); the cap keeps one loud order from speaking for all.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 3 (speed from the spectrum).
// Cost      O(steps x harmonics), no memory.
#pragma once

#include <algorithm>

#include "pdm/diagnostics/line_levels.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct speed_estimate {
  double hz = 0;
  double clarity = 0;      // dB over the mean of the range
  double uncertainty = 0;  // relative, half width
  bool refined = false;
  double lead = 0;  // dB over the best base more than a line away
};

inline constexpr int speed_harmonics = 8;

// The mean level of the first harmonics of a base.
[[nodiscard]] inline double harmonic_level(line_levels const& lines, double base_hz) noexcept {
  constexpr double cap = 30;
  double sum = 0;
  int count = 0;
  for (int h = 1; h <= speed_harmonics && h * base_hz < lines.last_hz() - lines.df(); ++h, ++count) {
    sum += std::min(lines.peak(h * base_hz, 0.6 * lines.df()).db, cap);
  }
  return count > 0 ? sum / count : 0;
}

// The best base of low_hz .. high_hz; `fallback_hz` where nothing stands out.
[[nodiscard]] inline speed_estimate find_speed(line_levels const& lines, double low_hz, double high_hz,
                                               double fallback_hz) noexcept {
  // Half a line at the highest harmonic.
  double const step = 0.5 * lines.df() / speed_harmonics;
  speed_estimate e{fallback_hz, 0, 0.5 * (high_hz - low_hz) / fallback_hz, false};
  double best = -1, sum = 0;
  int count = 0;
  for (double hz = low_hz; hz <= high_hz; hz += step, ++count) {
    double const level = harmonic_level(lines, hz);
    sum += level;
    if (level > best) best = level, e.hz = hz;
  }
  if (count < 2) return {fallback_hz, 0, e.uncertainty, false};
  double rival = -1;
  for (double hz = low_hz; hz <= high_hz; hz += step) {
    if (std::max(hz - e.hz, e.hz - hz) > lines.df()) rival = std::max(rival, harmonic_level(lines, hz));
  }
  e.lead = best - rival;
  e.clarity = best - sum / count;
  e.refined = e.clarity > 3;
  if (!e.refined) e.hz = fallback_hz;
  if (e.refined) e.uncertainty = step / e.hz;
  return e;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
