// line_comb -- how clearly a family of harmonics stands in a spectrum, searched within the slip of a bearing.
//
// What      The mean level of the first harmonics of a base frequency, the base moved within +-slip in small steps
//           (one slip for all harmonics), less what the same search finds at placebo frequencies of the same spectrum.
// NB        A harmonic never carries the family alone: it counts at most `lead` dB above the fundamental, since the
//           third harmonic of one race lies within a per cent of the second of the other.
// Formula   c(f) = max_s sum_h w_h min(L(h f (1+s)), L(f (1+s)) + lead) / sum_h w_h; w = 1, 0.7, 0.5
//           score = c(f) - median of c over the placebos.
// Source    W. Smith, R. Randall, Mech. Syst. Signal Process. 64-65 (2015) 100-131; R. Randall, J. Antoni, Mech. Syst.
//           Signal Process. 25 (2011) 485-520 (slip).
// Cost      O(steps x harmonics x lines within the tolerance), no memory.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "pdm/diagnostics/line_levels.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct comb_search {
  double slip = 0.012;       // relative, either way
  double step = 0.0008;      // relative
  double tolerance = 0.001;  // of a line about its place, relative; at least one line
  int harmonics = 3;
  double lead = 6;  // dB that a harmonic may stand above the fundamental
};

struct comb_match {
  double base_hz = 0;  // where the family stands
  double db = 0;       // mean level
};

// The mean level of the family at exactly this base.
[[nodiscard]] inline double comb_level(line_levels const& lines, double base_hz, comb_search const& how) noexcept {
  double const tolerance = std::max(how.tolerance * base_hz, 0.75 * lines.df());
  double const first = lines.peak(base_hz, tolerance).db;
  double sum = first, weights = 1;
  for (int h = 2; h <= how.harmonics; ++h) {
    double const hz = h * base_hz;
    if (hz + tolerance > lines.last_hz()) break;
    double const w = h == 2 ? 0.7 : h == 3 ? 0.5 : 0.35;
    sum += w * std::min(lines.peak(hz, std::max(how.tolerance * hz, tolerance)).db, first + how.lead);
    weights += w;
  }
  return sum / weights;
}

// The best base within the slip.
[[nodiscard]] inline comb_match match_comb(line_levels const& lines, double base_hz, comb_search const& how) noexcept {
  comb_match best{base_hz, comb_level(lines, base_hz, how)};
  auto const steps = static_cast<int>(how.slip / how.step + 0.5);
  for (int i = -steps; i <= steps; ++i) {
    double const at = base_hz * (1 + how.step * i);
    double const db = comb_level(lines, at, how);
    if (db > best.db) best = {at, db};
  }
  return best;
}

// What the search finds where nothing is expected.
struct placebo_level {
  static constexpr int candidates = 61;
  double median = 0;                           // dB
  double spread = 0;                           // from the median to the 90 % point, dB
  std::array<comb_match, candidates> found{};  // every base that was tried; 0 Hz: on an order of the shaft
};

// Placebo bases between low_hz and high_hz that lie away from every frequency of `avoid` by three times the slip, and
// from multiples of `shaft_hz`. What is nearer to those to be avoided is searched too, and does not count as placebo.
[[nodiscard]] inline placebo_level placebo_of(line_levels const& lines, double low_hz, double high_hz, double shaft_hz,
                                              std::span<double const> avoid, comb_search const& how) noexcept {
  constexpr int candidates = placebo_level::candidates;
  placebo_level level;
  std::array<double, candidates> quiet{};
  std::size_t count = 0;
  double const ratio = math::exp(math::log(high_hz / low_hz) / (candidates - 1));
  double base = low_hz;
  for (int i = 0; i < candidates; ++i, base *= ratio) {
    double const away = 3 * how.slip * base;
    double const order = base / shaft_hz, whole = static_cast<double>(static_cast<long long>(order + 0.5));
    if (std::max(order - whole, whole - order) * shaft_hz <= how.slip * base) continue;
    bool clear = true;
    for (double const f : avoid) clear = clear && std::max(f - base, base - f) > away;
    auto const match = level.found[static_cast<std::size_t>(i)] = match_comb(lines, base, how);
    if (clear) quiet[count++] = match.db;
  }
  if (count == 0) return level;
  auto const begin = quiet.begin(), end = begin + static_cast<std::ptrdiff_t>(count);
  std::sort(begin, end);
  level.median = quiet[count / 2];
  level.spread = quiet[count * 9 / 10] - level.median;
  return level;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
