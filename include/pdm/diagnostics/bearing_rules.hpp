// bearing_rules -- from the evidence of the four parts to what is wrong with the bearing, or why one cannot tell.
//
// What      A part is named when its comb stands out (clear) and stands out from its rivals (margin). Where the lines
// of
//           two parts are of like height, one thing still decides: what stands still is not modulated by the shaft, so
//           an outer race whose lines are clean of shaft sidebands is named, and so is a cage. Else the bearing is
//           told to be suspect and nothing is named. A second part is named beside the first when it is clear on its
//           own.
// NB        Balls often show the lines of the races they strike, with sidebands of the shaft about both: that is the
//           case in which nothing is named. A cage is never named beside another fault: its lines come with all of
//           them.
// Source    W. Smith, R. Randall, Mech. Syst. Signal Process. 64-65 (2015) 100-131; ISO 13373-3:2015, annex on rolling
//           bearings (sidebands of inner race, rolling element and cage).
// Formula   g = min(score - clear, score - rival - margin); probability = 1 / (1 + exp(-g / softness)).
#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include "pdm/diagnostics/bearing_evidence.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct bearing_rules {
  double clear = 4;       // dB over placebo that a comb must have
  double margin = 6;      // dB over the next part
  double clean = 8;       // dB from a line to its sidebands, above which it is not modulated
  double second = 11;     // dB that names a second part
  double softness = 1;    // dB of the logistic that makes a probability of a distance
  double stranger = 2;    // dB over the best part, from which on lines of no part forbid to name one
  double same = 0.003;    // relative distance of two lines up to which they are one
  double nearer = 0.004;  // by which one part must lie nearer to its line than the other to have it
};

enum class bearing_finding : unsigned char {
  nothing,     // no comb stands out
  named,       // at least one part is named
  rivals,      // combs stand out, and none from the others
  stranger,    // a comb stands out that is not of this bearing
  coincident,  // combs stand out on the same line
  rolling,     // lines of the cage, modulated by the shaft: rolling elements or cage
};

struct bearing_opinion {
  std::array<double, bearing_parts> probability{};
  bearing_finding finding = bearing_finding::nothing;
  std::size_t first = 0, next = 1;  // parts in the order of their scores; the cage last
};

// Stable, and without the heap that std::stable_sort asks for.
template <std::size_t N, class Before>
void sort_parts(std::array<std::size_t, N>& order, Before before) noexcept {
  for (std::size_t i = 1; i < N; ++i) {
    for (std::size_t j = i; j > 0 && before(order[j], order[j - 1]); --j) std::swap(order[j], order[j - 1]);
  }
}

[[nodiscard]] inline double logistic(double x) noexcept {
  return x > 700 ? 1.0 : x < -700 ? 0.0 : 1 / (1 + math::exp(-x));
}

[[nodiscard]] inline bool same_line(double a, double b, bearing_rules const& r) noexcept {
  return std::max(a - b, b - a) <= r.same * a;
}

// One line cannot speak for two parts: the one that lies nearer has it. True where neither lies nearer.
[[nodiscard]] inline bool settle_shared_lines(bearing_evidence& e, bearing_rules const& r) noexcept {
  constexpr auto cage = static_cast<std::size_t>(fault_kind::cage);
  bool shared = false;
  for (std::size_t a = 0; a < cage; ++a) {
    for (std::size_t b = a + 1; b < cage; ++b) {
      if (e[a].score < r.clear || e[b].score < r.clear || !same_line(e[a].base_hz, e[b].base_hz, r)) continue;
      if (e[a].off() + r.nearer < e[b].off()) {
        e[b].score = 0;
      } else if (e[b].off() + r.nearer < e[a].off()) {
        e[a].score = 0;
      } else {
        shared = true;
      }
    }
  }
  return shared;
}

// Whether a line is a harmonic of the first part, or a sideband of one at distances of shaft or cage.
[[nodiscard]] inline bool explained(double hz, double first_hz, double shaft_hz, double cage_hz,
                                    bearing_rules const& r) noexcept {
  for (int h = 1; h <= 3; ++h) {
    for (int m = -2; m <= 2; ++m) {
      if (same_line(hz, h * first_hz + m * shaft_hz, r) || same_line(hz, h * first_hz + m * cage_hz, r)) return true;
    }
  }
  return false;
}

// Whether a line cannot be told from an order of the shaft; line_hz is the distance of two lines of the spectrum.
[[nodiscard]] inline bool on_shaft(double hz, double shaft_hz, double line_hz, bearing_rules const& r) noexcept {
  if (!(shaft_hz > 0)) return false;
  double const whole = static_cast<double>(static_cast<long long>(hz / shaft_hz + 0.5)) * shaft_hz;
  return whole > 0 && std::max(hz - whole, whole - hz) <= std::max(r.same * hz, 3 * line_hz);
}

[[nodiscard]] inline bearing_opinion judge(bearing_evidence e, bearing_rules const& r, double shaft_hz = 0,
                                           double line_hz = 0, double stranger_db = 0) noexcept {
  constexpr auto inner = static_cast<std::size_t>(fault_kind::inner_race);
  constexpr auto outer = static_cast<std::size_t>(fault_kind::outer_race);
  constexpr auto ball = static_cast<std::size_t>(fault_kind::ball), cage = static_cast<std::size_t>(fault_kind::cage);
  bool shared = settle_shared_lines(e, r);
  std::array<std::size_t, 3> order{inner, outer, ball};
  sort_parts(order, [&](auto a, auto b) { return e[a].score > e[b].score; });
  bearing_opinion o;
  o.first = order[0], o.next = order[1];
  double const top = e[o.first].score;
  bool const strange = stranger_db >= r.second && stranger_db > top + r.stranger && stranger_db > e[cage].score;
  for (std::size_t const p : order) {
    double const score = e[p].score, rival = p == o.first ? e[o.next].score : top;
    bool const clean = p == outer && e[outer].contrast() >= r.clean && top - score < r.margin && top >= r.clear;
    double g = std::min(score - r.clear, score - rival - r.margin);
    if (clean) g = std::max(g, std::min(e[outer].contrast() - r.clean, top - r.clear));
    bool const own = p == o.first || !explained(e[p].base_hz, e[o.first].base_hz, shaft_hz, e[cage].base_hz, r);
    if (own && (p != o.first || top - e[o.next].score < r.margin)) g = std::max(g, score - r.second);
    bool const hidden = score >= r.clear && on_shaft(e[p].base_hz, shaft_hz, line_hz, r);
    if ((shared && score >= r.clear) || hidden || (strange && score >= r.clear)) g = std::min(g, -0.2 * r.softness);
    shared = shared || (hidden && p == o.first);
    o.probability[p] = logistic(g / r.softness);
    // Lines that stand out without standing out from their rivals: nearly as likely as not.
    if (score >= r.clear && top - score < r.margin) {
      o.probability[p] = std::max(o.probability[p], 0.45 * logistic((score - r.clear) / r.softness));
    }
  }
  double const alone =
      std::min(e[cage].score - r.clear, e[cage].score - std::max(e[inner].score, e[ball].score) - r.margin);
  bool const strikes_race = e[outer].score > e[cage].score;  // the n-th harmonic of the cage is the outer race's line
  double const g = std::min({alone, e[cage].contrast() - r.clean, strikes_race ? -2.0 : 40.0});
  o.probability[cage] = logistic(g / r.softness);
  if (o.probability[cage] > 0.5) o.probability[outer] = std::min(o.probability[outer], 0.4);
  bool named = false;
  for (double const p : o.probability) named = named || p > 0.5;
  o.finding = named                      ? bearing_finding::named
              : strange                  ? bearing_finding::stranger
              : shared                   ? bearing_finding::coincident
              : top >= r.clear           ? bearing_finding::rivals
              : e[cage].score >= r.clear ? bearing_finding::rolling
                                         : bearing_finding::nothing;
  return o;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
