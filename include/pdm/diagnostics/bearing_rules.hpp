// bearing_rules -- from the evidence of the four parts to what is wrong with the bearing, or why one cannot tell.
//
// What      A part is named when its comb stands out (clear) and stands out from its rivals (margin). Where the lines
//           of two parts are of like height, one thing still decides: what stands still is not modulated by the shaft,
//           so an outer race whose lines are clean of shaft sidebands is named, and so is a cage. Else the bearing is
//           told to be suspect and nothing is named. A second part is named beside the first when it is clear on its
//           own. A line must behave as its part must: it stands above its own sidebands, and that of a rolling element
//           is modulated by the cage; else it belongs to another bearing, another geometry or another speed.
// NB        Balls often show the lines of the races they strike, with sidebands of the shaft about both: that is the
//           case in which nothing is named. A cage is never named beside another fault: its lines come with all of
//           them.
// Source    W. Smith, R. Randall, Mech. Syst. Signal Process. 64-65 (2015) 100-131; ISO 13373-3:2015, annex on rolling
//           bearings (sidebands of inner race, rolling element and cage).
// Formula   g = min(score - clear, score - rival - margin, carrier - highest sideband + 1 dB);
//           probability = 1 / (1 + exp(-g / softness)).
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
  double unowned = 7;     // dB of lines of no part, above which a machine is not called normal
  double same = 0.003;    // relative distance of two lines up to which they are one
  double nearer = 0.004;  // by which one part must lie nearer to its line than the other to have it
  double carrier = 1;     // dB by which sidebands at shaft speed may stand above the line that carries them
  double hidden = 8;  // dB of both sidebands about a ball line under the mains or the shaft that forbid to name a cage
  double heard = 2;   // dB that sidebands of a sound spectrum have: the largest of a few lines of its floor
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
  bool misplaced = false;           // the lines of the first part do not behave as that part must
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

// What surrounds the evidence: the shaft, the width of a line, lines of no part, whether the ball's place is notched.
struct bearing_surroundings {
  double shaft_hz = 0;
  double line_hz = 0;  // distance of two lines of the spectrum
  stranger_evidence stranger{};
  bool ball_hidden = false;  // its line lies on one of shaft or mains, and sidebands of the cage stand beside
};

[[nodiscard]] inline bool is_harmonic(double hz, double base_hz, bearing_rules const& r) noexcept {
  if (!(base_hz > 0)) return false;
  double const whole = static_cast<double>(static_cast<long long>(hz / base_hz + 0.5));
  return whole >= 1 && same_line(hz, whole * base_hz, r);
}

// dB by which a line behaves as its part must: it carries its sidebands, and a rolling element, which goes round with
// the cage, is modulated by the cage more than by the shaft.
[[nodiscard]] inline double behaviour(part_evidence const& e, std::size_t part, bearing_rules const& r) noexcept {
  double const carries = e.carried + r.carrier;
  if (part != static_cast<std::size_t>(fault_kind::ball)) return carries;
  return std::min(carries, e.by_cage - std::max(e.sidebands, r.heard));
}

// The cage: clear, ahead of what carries its rate too, clean of the shaft, and no higher lines but its own harmonics.
[[nodiscard]] inline double cage_distance(bearing_evidence const& e, bearing_rules const& r,
                                          bearing_surroundings const& about) noexcept {
  auto const& cage = e[static_cast<std::size_t>(fault_kind::cage)];
  auto const& outer = e[static_cast<std::size_t>(fault_kind::outer_race)];
  double const rival = std::max(e[static_cast<std::size_t>(fault_kind::inner_race)].score,
                                e[static_cast<std::size_t>(fault_kind::ball)].score);
  bool const strikes_race = outer.score > cage.score;  // the n-th harmonic of the cage is the line of the outer race
  double const alone = std::min(cage.score - r.clear, cage.score - rival - r.margin);
  bool const strange = about.stranger.score > std::max(r.second, cage.score + r.stranger) &&
                       !is_harmonic(about.stranger.base_hz, cage.base_hz, r);
  double const doubt = strikes_race ? -2 : about.ball_hidden || strange ? -0.2 * r.softness : 40;
  return std::min({alone, cage.contrast() - r.clean, doubt});
}

// The parts side by side. Every number is a distance in dB from what a rule asks for: held above zero.
class bearing_case {
 public:
  bearing_case(bearing_evidence const& e, bearing_rules const& r, bearing_surroundings const& about) noexcept
      : e_(e), r_(r), about_(about), shared_(settle_shared_lines(e_, r_)) {
    sort_parts(order_, [&](auto a, auto b) { return e_[a].score > e_[b].score; });
    double const stranger = about.stranger.score;
    strange_ = stranger >= r_.second && stranger > top() + r_.stranger && stranger > e_[cage].score;
    shared_ = shared_ || on_order(first());
  }
  [[nodiscard]] bearing_opinion opinion() noexcept;

 private:
  static constexpr auto inner = static_cast<std::size_t>(fault_kind::inner_race);
  static constexpr auto outer = static_cast<std::size_t>(fault_kind::outer_race);
  static constexpr auto ball = static_cast<std::size_t>(fault_kind::ball);
  static constexpr auto cage = static_cast<std::size_t>(fault_kind::cage);

  [[nodiscard]] std::size_t first() const noexcept { return order_[0]; }
  [[nodiscard]] double top() const noexcept { return e_[first()].score; }
  [[nodiscard]] double next() const noexcept { return e_[order_[1]].score; }
  [[nodiscard]] bool stands(std::size_t p) const noexcept { return e_[p].score >= r_.clear; }
  [[nodiscard]] bool led(std::size_t p) const noexcept { return top() - e_[p].score < r_.margin; }
  [[nodiscard]] bool on_order(std::size_t p) const noexcept {
    return stands(p) && on_shaft(e_[p].base_hz, about_.shaft_hz, about_.line_hz, r_);
  }
  // dB that a part must stand over a loud cage one of whose harmonics its line is: as found, or, since the outer race
  // sees every element once a turn of the cage, by its geometry. Minus infinity where there is no such cage.
  [[nodiscard]] double asked_by_cage(std::size_t p) const noexcept {
    double const loud = e_[cage].score;
    if (loud < r_.second) return -1e9;
    if (p == outer) return loud + r_.margin;
    return is_harmonic(e_[p].base_hz, e_[cage].base_hz, r_) ? loud : -1e9;
  }
  [[nodiscard]] bool of_cage(std::size_t p) const noexcept { return e_[p].score < asked_by_cage(p); }
  [[nodiscard]] double stands_out(std::size_t p) const noexcept;
  [[nodiscard]] double allowed(std::size_t p) const noexcept;
  [[nodiscard]] double probability(std::size_t p) noexcept;
  [[nodiscard]] bearing_finding finding(bool named) const noexcept;

  bearing_evidence e_;
  bearing_rules const& r_;
  bearing_surroundings const& about_;
  bool shared_, strange_ = false, misplaced_ = false;  // misplaced: the first does not behave as that part must
  std::array<std::size_t, 3> order_{inner, outer, ball};
};

// Height and lead; or a clean line where the heights are alike; or so high that no lead is asked for.
inline double bearing_case::stands_out(std::size_t p) const noexcept {
  double const score = e_[p].score, rival = p == first() ? next() : top();
  double g = std::min(score - r_.clear, score - rival - r_.margin);
  bool const clean = p == outer && e_[outer].contrast() >= r_.clean && led(outer) && stands(first());
  if (clean) g = std::max(g, std::min(e_[outer].contrast() - r_.clean, top() - r_.clear));
  double const first_hz = e_[first()].base_hz;
  bool const own = p == first() || !explained(e_[p].base_hz, first_hz, about_.shaft_hz, e_[cage].base_hz, r_);
  if (own && (p != first() || top() - next() < r_.margin)) g = std::max(g, score - r_.second);
  return g;
}

// What speaks against the part however high its lines stand.
inline double bearing_case::allowed(std::size_t p) const noexcept {
  double g = behaviour(e_[p], p, r_);
  if (of_cage(p)) g = std::min(g, e_[p].score - asked_by_cage(p));
  if (stands(p) && (shared_ || strange_ || on_order(p))) g = std::min(g, -0.2 * r_.softness);
  return g;
}

inline double bearing_case::probability(std::size_t p) noexcept {
  double const out = stands_out(p);
  double const chance = logistic(std::min(out, allowed(p)) / r_.softness);
  bool const misplaced = out > 0 && behaviour(e_[p], p, r_) <= 0;
  if (p == first()) misplaced_ = misplaced, strange_ = strange_ || misplaced;
  // Lines that stand out without standing out from their rivals: nearly as likely as not.
  if (!stands(p) || !led(p) || misplaced || of_cage(p)) return chance;
  return std::max(chance, 0.45 * logistic((e_[p].score - r_.clear) / r_.softness));
}

inline bearing_finding bearing_case::finding(bool named) const noexcept {
  double const stranger = about_.stranger.score, all = std::max(top(), e_[cage].score);
  if (named) return bearing_finding::named;
  if (about_.ball_hidden && stands(cage)) return bearing_finding::rolling;
  if (strange_ || (stranger >= r_.unowned && stranger > all)) return bearing_finding::stranger;
  if (shared_) return bearing_finding::coincident;
  if (stands(cage) && (e_[cage].score >= top() || !stands(first()))) return bearing_finding::rolling;
  return stands(first()) ? bearing_finding::rivals : bearing_finding::nothing;
}

inline bearing_opinion bearing_case::opinion() noexcept {
  bearing_opinion o;
  o.first = order_[0], o.next = order_[1];
  for (std::size_t const p : order_) o.probability[p] = probability(p);
  o.probability[cage] = logistic(cage_distance(e_, r_, about_) / r_.softness);
  bool named = false;
  for (double const p : o.probability) named = named || p > 0.5;
  o.finding = finding(named), o.misplaced = misplaced_;
  return o;
}

[[nodiscard]] inline bearing_opinion judge(bearing_evidence const& e, bearing_rules const& r,
                                           bearing_surroundings const& about = {}) noexcept {
  return bearing_case(e, r, about).opinion();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
