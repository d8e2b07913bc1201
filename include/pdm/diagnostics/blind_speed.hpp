// blind_speed -- the speed of a shaft of which nothing is known, or the reason why there is none.
//
// What      Looks through a whole range for the base whose harmonics stand out, and takes it only where nothing speaks
//           against it: its odd harmonics are there, its first harmonic stands well above every line below it, no line
//           stands at half of it, no unrelated base does as well,
// NB        Far stricter than find_speed (shaft_speed.hpp), which refines a declared speed: here a defect line with its
//           harmonics, a multiple of the shaft or the mains would do as well, so most of the work is doubt. Several
//           shafts (gears) give rivals and no answer. Above `high_hz` nothing is looked at.
// Formula   s(f) = mean_{h <= 8} min(L(h f), 25); the value by fit_base (shaft_speed.hpp).
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 2 and 3.
// Accuracy  A thousandth from 73 to 484 turns in white noise (tests/diagnostics/blind_speed_test.cpp).
//           Fewer than 50 are "too short": half a line of the first harmonic is then more than 1 %.
// Units     Hz, dB over the local floor
// Cost      O(range / df) x 64 lookups, no memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "pdm/diagnostics/shaft_speed.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct blind_speed_params {
  double low_hz = 5, high_hz = 66;  // two poles at 60 Hz mains, and a little
  double least_turns = 50;
  double harmonics_db = 12, odd_db = 10, first_db = 12;  // what the base must show, at least
  double above_lower_db = 12;                            // of the first harmonic over every line below it
  double lower_db = 10;  // what a line below it must show to count: floor alone reaches 9
  double half_db = 9;    // a line at half the base: it may be the double of the true one
  double rival_db = 6;   // an unrelated base that is less than this worse
};

enum class speed_doubt : std::uint8_t {
  none,       // hz holds
  too_short,  // turns
  nothing,    // no base stands out
  lower,      // lines below the best base that it does not explain
  half,       // a line at half the best base
  mains,      // the best base is the mains
  rivals,     // two unrelated bases
};

struct blind_speed {
  double hz = 0;           // 0: none
  double uncertainty = 0;  // relative
  double best_hz = 0;      // what looked best, also where it was refused
  speed_doubt doubt = speed_doubt::nothing;

  [[nodiscard]] bool found() const noexcept { return doubt == speed_doubt::none; }
};

namespace detail {

struct speed_base {
  double hz = 0, level = 0;
};

// Whether one is a whole multiple of the other, to 2 %.
[[nodiscard]] inline bool related(double a, double b) noexcept {
  if (!(a > 0 && b > 0)) return false;
  double const ratio = a > b ? a / b : b / a;
  double const off = ratio - static_cast<double>(static_cast<int>(ratio + 0.5));
  return off < 0.02 && off > -0.02;
}

[[nodiscard]] inline double level_near(line_levels const& lines, double hz) noexcept {
  return lines.peak(hz, 1.2 * lines.df()).db;
}

// The largest level from 0.12 to 0.88 of the base, without the mains and the half, which is asked for by itself.
[[nodiscard]] inline double highest_below(line_levels const& lines, double hz) noexcept {
  double const df = lines.df(), last = std::min(0.88 * hz, hz - 4 * df);
  double highest = 0;
  for (double f = std::max(0.12 * hz, 3 * df); f < last; f += df) {
    bool excused = false;
    for (double const known : {50.0, 60.0, hz / 2}) {
      double const away = f > known ? f - known : known - f;
      excused = excused || away <= 2.5 * df + 0.004 * known;
    }
    if (!excused) highest = std::max(highest, lines.peak(f, 0.4 * df).db);
  }
  return highest;
}

// Mean level of the first harmonics, absent ones counted with what the floor shows there.
[[nodiscard]] inline double comb_level(line_levels const& lines, double base_hz) noexcept {
  constexpr double cap = 25;
  double sum = 0;
  int count = 0;
  for (int h = 1; h <= speed_harmonics && h * base_hz < lines.last_hz() - lines.df(); ++h, ++count) {
    sum += std::min(lines.peak(h * base_hz, 0.6 * lines.df()).db, cap);
  }
  return count > 0 ? sum / count : 0;
}

// The highest harmonic that stands out, and so how finely the base is known.
[[nodiscard]] inline int reach_of(line_levels const& lines, double base_hz) noexcept {
  int reach = 1;
  for (int h = 2; h <= speed_harmonics; ++h) {
    if (lines.peak(h * base_hz, 0.6 * lines.df()).db >= 15) reach = h;
  }
  return reach;
}

// The best bases of the range, 3 % apart, best first; as many as fit.
template <std::size_t N>
[[nodiscard]] inline std::size_t best_bases(line_levels const& lines, blind_speed_params const& p, double low,
                                            std::array<speed_base, N>& best) noexcept {
  std::size_t count = 0;
  double const step = 0.25 * lines.df() / speed_harmonics;
  for (double hz = low; hz <= p.high_hz; hz += step) {
    double const level = comb_level(lines, hz);
    if (level < p.harmonics_db) continue;
    auto const same = std::find_if(best.begin(), best.begin() + count,
                                   [&](speed_base const& b) noexcept { return hz < 1.03 * b.hz && b.hz < 1.03 * hz; });
    bool const known = same != best.begin() + count;
    if (known && same->level >= level) continue;
    if (!known && count == N && best[N - 1].level >= level) continue;
    auto place = known ? same : best.begin() + (count < N ? count++ : N - 1);
    *place = {hz, level};
    for (; place != best.begin() && (place - 1)->level < place->level; --place) std::swap(*place, *(place - 1));
  }
  return count;
}

[[nodiscard]] inline speed_doubt doubt_about(line_levels const& lines, blind_speed_params const& p,
                                             double hz) noexcept {
  double odd = 0;
  for (int const h : {1, 3, 5}) odd += std::min(level_near(lines, h * hz), 25.0) / 3;
  double const first = level_near(lines, hz);
  if (odd < p.odd_db || first < p.first_db) return speed_doubt::nothing;
  for (double const mains : {50.0, 60.0}) {
    double const away = hz > mains ? hz - mains : mains - hz;
    if (away < std::max(0.1, lines.df())) return speed_doubt::mains;
  }
  if (level_near(lines, hz / 2) >= p.half_db) return speed_doubt::half;
  double const below = highest_below(lines, hz);
  return below >= p.lower_db && first - below < p.above_lower_db ? speed_doubt::lower : speed_doubt::none;
}

}  // namespace detail

// seconds: what one spectrum of `lines` spans.
[[nodiscard]] inline blind_speed find_blind_speed(line_levels const& lines, double seconds,
                                                  blind_speed_params const& p = {}) noexcept {
  double const low = std::max(p.low_hz, p.least_turns / seconds);
  if (!(low < p.high_hz / 2)) return {0, 0, 0, speed_doubt::too_short};
  std::array<detail::speed_base, 12> best{};
  std::size_t const count = detail::best_bases(lines, p, low, best);
  if (count == 0) return {};
  std::array<speed_doubt, best.size()> doubts{};
  detail::speed_base chosen{};
  for (std::size_t i = 0; i < count; ++i) {
    doubts[i] = detail::doubt_about(lines, p, best[i].hz);
    bool const lower = detail::related(best[i].hz, chosen.hz) && best[i].hz < chosen.hz;
    if (doubts[i] == speed_doubt::none && (chosen.hz <= 0 || lower)) chosen = best[i];
  }
  if (chosen.hz <= 0) return {0, 0, best[0].hz, doubts[0]};
  double const first = detail::level_near(lines, chosen.hz);
  for (std::size_t i = 0; i < count; ++i) {
    bool const as_good = best[i].level > chosen.level - p.rival_db && !detail::related(best[i].hz, chosen.hz);
    bool const a_shaft = doubts[i] == speed_doubt::none ||
                         (doubts[i] == speed_doubt::lower && detail::level_near(lines, best[i].hz) > first - 10);
    if (as_good && a_shaft) return {0, 0, best[0].hz, speed_doubt::rivals};
  }
  double const hz = fit_base(lines, chosen.hz);
  return {hz, 0.25 * lines.df() / (detail::reach_of(lines, hz) * hz), chosen.hz, speed_doubt::none};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
