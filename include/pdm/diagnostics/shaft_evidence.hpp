// shaft_evidence -- vibration velocity at the orders of the shaft, and what its pattern says.
//
// What      RMS velocity of 0.5x, 1x, ... 4x and of the whole band 10 to 1000 Hz, from the transform of an acceleration
//           or velocity; then the textbook patterns: unbalance is 1x alone, misalignment a strong 2x, looseness a row
//           of harmonics with half orders among them.
// NB        A pattern is no fault while it is small: a sound machine has a 1x too. Named only above a limit in mm/s;
//           without a unit nothing of this can be judged. Where the class of the machine is not known the limit is the
//           upper one of medium machines on flexible, or large ones on rigid foundations: a smaller one would condemn
//           sound machines. "Alone" is asked of the acceleration: in velocity every slow machine is 1x alone.
// Formula   v_k^2 = (16/3) sum_{+-2 lines} |H|^2 / n^2 / (2 pi f)^2, H the Hann-weighted transform.
// Source    ISO 20816-3:2022 (limits, in its style); ISO 13373-3:2015, annexes on unbalance, misalignment and
// looseness; R. Randall, Vibration-based Condition
//           Monitoring, 2nd ed. (2021), ch. 2.
#pragma once

#include <algorithm>
#include <array>
#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/diagnostics/fault.hpp"
#include "pdm/diagnostics/line_levels.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

inline constexpr std::size_t half_orders = 8;  // 0.5x .. 4x

struct shaft_evidence {
  bool known = false;                          // there is a unit
  std::array<double, half_orders> velocity{};  // mm/s RMS; 0 where no line stands out
  std::array<double, half_orders> level{};     // dB over the local floor
  double broad = 0;                            // mm/s RMS, 10 to 1000 Hz

  [[nodiscard]] double at(double order) const noexcept { return velocity[static_cast<std::size_t>(2 * order - 0.5)]; }
  [[nodiscard]] double of_orders() const noexcept {
    double square = 0;
    for (double const v : velocity) square += v * v;
    return math::sqrt(square);
  }
};

// Hann weighting of a transform, as a convolution over three lines.
[[nodiscard]] inline std::complex<float> hann_line(std::span<std::complex<float> const> bins, std::size_t k) noexcept {
  return 0.5f * bins[k] - 0.25f * (bins[k - 1] + bins[k + 1]);
}

// mm/s for one unit at 1 rad/s: acceleration is divided by the angular frequency, velocity is not. 0: not a vibration.
struct velocity_scale {
  double factor = 0;
  bool integrate = false;
};
[[nodiscard]] constexpr velocity_scale velocity_scale_of(unit quantity) noexcept {
  if (quantity == unit::millimetre_per_second) return {1, false};
  return {1000 * to_mps2(quantity), true};
}

// `levels` are those of the Hann-weighted power at the same lines; n is the length of the transform.
[[nodiscard]] inline shaft_evidence gather_orders(std::span<std::complex<float> const> bins, line_levels const& levels,
                                                  std::size_t n, double df, double shaft_hz, unit quantity) noexcept {
  constexpr double stands_out = 10;  // dB over the floor
  shaft_evidence e;
  auto const scale = velocity_scale_of(quantity);
  e.known = scale.factor > 0;
  double const per_line = 16.0 / 3 / (static_cast<double>(n) * static_cast<double>(n)) * scale.factor * scale.factor;
  auto const square_at = [&](std::size_t k) {
    double const w = 2 * math::pi * df * static_cast<double>(k);
    return static_cast<double>(std::norm(hann_line(bins, k))) * per_line / (scale.integrate ? w * w : 1);
  };
  for (std::size_t i = 0; i < half_orders; ++i) {
    double const hz = 0.5 * static_cast<double>(i + 1) * shaft_hz;
    auto const line = levels.peak(hz, 1.5 * df);
    e.level[i] = line.db;
    auto const k = static_cast<std::size_t>(line.hz / df + 0.5);
    if (line.db < stands_out || k < 3 || k + 3 >= bins.size()) continue;
    double square = 0;
    for (std::size_t j = k - 2; j <= k + 2; ++j) square += square_at(j);
    e.velocity[i] = math::sqrt(square);
  }
  double square = 0;
  auto const from = static_cast<std::size_t>(std::max(2.0, 10 / df));
  for (std::size_t k = from; k + 1 < std::min(bins.size(), static_cast<std::size_t>(1000 / df)); ++k)
    square += square_at(k);
  e.broad = math::sqrt(square);
  return e;
}

struct shaft_rules {
  double limit_mms = 7.1;     // velocity of the shaft's orders that is too much; of the machine's class where known
  double watch_mms = 2.8;     // too much for some class of machine; 0: the class is known, nothing is left to say
  double grown = 2.5;         // times its own past that is too much: the step of one zone (ISO 20816-1:2016, 6.3)
  double growing = 1.6;       // times its own past from which on it is said
  double least_mms = 1.8;     // below which no growth is too much: limit of small machines, ISO 10816-1:1995, annex B
  double alone = 0.9;         // share of the squared acceleration in 1x that makes it unbalance
  double second_order = 0.5;  // 2x / 1x that makes it misalignment
  double half_share = 0.1;    // (half orders / whole orders)^2 that makes it looseness
  double softness_db = 2.5;
};

// The rules for a machine whose orders made `past_mms` when it was sound.
[[nodiscard]] inline shaft_rules against_past(shaft_rules r, double past_mms) noexcept {
  double const limit = std::max(r.least_mms, r.grown * past_mms);
  r.limit_mms = std::min(r.limit_mms, limit);
  if (r.watch_mms > 0) r.watch_mms = std::min(r.limit_mms, std::max(r.least_mms, r.growing * past_mms));
  return r;
}

// Probabilities of unbalance, misalignment, looseness.
struct shaft_opinion {
  double unbalance = 0, misalignment = 0, looseness = 0;
  [[nodiscard]] double most() const noexcept { return std::max({unbalance, misalignment, looseness}); }
};

[[nodiscard]] inline shaft_opinion judge(shaft_evidence const& e, shaft_rules const& r) noexcept {
  double const all = e.of_orders();
  if (!e.known || !(all > 0)) return {};
  double half = 0, whole = 0, acceleration = 0;
  int halves = 0;
  for (std::size_t i = 0; i < half_orders; ++i) {
    double const square = e.velocity[i] * e.velocity[i];
    (i % 2 == 0 ? half : whole) += square;
    acceleration += 0.25 * static_cast<double>((i + 1) * (i + 1)) * square;
    halves += i % 2 == 0 && square > 0 ? 1 : 0;
  }
  double const one = e.at(1), two = e.at(2);
  bool const loose = halves >= 2 && half >= r.half_share * whole;
  bool const twice = !loose && two >= r.second_order * one && two > 0;
  bool const alone = !loose && !twice && one * one >= r.alone * acceleration;
  double const size = 20 * math::log10(all / r.limit_mms) / r.softness_db;
  double const p = size > 700 ? 1 : size < -700 ? 0 : 1 / (1 + math::exp(-size));
  return {alone ? p : 0, twice ? p : 0, loose ? p : 0};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
