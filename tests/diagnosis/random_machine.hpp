// random_machine -- a simulated machine drawn at random, what is declared about it, and its diagnosis.
//
// What      Speed, bearing, gear, mains, rate, length, unit, noise, transmission path and the declared speed follow
// from
//           one seed, so a thousand machines are a thousand numbers. What the diagnoser is told is what a plant would
//           tell: a rounded speed, the multiples of the bearing, the unit.
// NB        The ranges are wide on purpose; none of them is a range of the rules.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/diagnostics/diagnoser.hpp"
#include "pdm/sim/machine_simulator.hpp"

namespace pdm::test {

// What is fixed; the rest is drawn.
struct machine_wish {
  std::vector<sim::fault_kind> faults{};
  double severity = 0.5;
  std::optional<double> snr_db{};  // drawn from 0 to 30 dB where absent
  std::optional<sim::machine_kind> kind{};
  double seconds = 0;          // of the record; 0: drawn from 3 to 10
  double speed_error = 0.005;  // largest relative error of the declared speed
  double speed_tolerance = 0.01;
  double low_hz = 8, high_hz = 80;  // of the shaft
};

struct random_machine {
  sim::machine_settings settings;
  diagnostics::diagnoser_params known;
  double path_hz = 0, path_gain = 0, path_damping = 0.1;  // a resonance between noise and sensor
};

class drawer {
 public:
  explicit drawer(std::uint64_t seed) noexcept : source_(seed * 0x9E3779B97F4A7C15ull + 1) {}
  double between(double low, double high) noexcept { return low + (high - low) * source_.uniform(); }
  double geometric(double low, double high) noexcept {
    return low * std::exp(std::log(high / low) * source_.uniform());
  }
  std::size_t below(std::size_t n) noexcept {
    return std::min(n - 1, static_cast<std::size_t>(source_.uniform() * static_cast<double>(n)));
  }

 private:
  random_source source_;
};

inline bearing_geometry draw_bearing(drawer& draw) noexcept {
  int const elements = 6 + static_cast<int>(draw.below(13));
  // Elements must fit beside each other on the pitch circle.
  double const widest = std::min(0.4, 0.9 * std::sin(math::pi / elements));
  double const angle = draw.below(2) == 0 ? 0.0 : draw.between(0, 40);
  return {elements, draw.between(0.6, 1) * widest, 1, angle};
}

inline random_machine draw_machine(std::uint64_t seed, machine_wish const& wish) {
  drawer draw(seed);
  random_machine m;
  auto& s = m.settings;
  constexpr std::array<double, 5> rates{12000, 12800, 20000, 25600, 51200};
  s.seed = seed;
  auto const kind = static_cast<sim::machine_kind>(draw.below(3));
  s.kind = wish.kind.value_or(kind);
  s.rate.value = rates[draw.below(rates.size())];
  s.nominal_speed.value = draw.geometric(wish.low_hz, wish.high_hz);
  s.bearing = draw_bearing(draw);
  s.teeth = 13 + static_cast<int>(draw.below(60));
  s.motor.mains_hz = draw.below(2) == 0 ? 50 : 60;
  s.snr_db = draw.between(0, 30);
  if (wish.snr_db) s.snr_db = *wish.snr_db;
  s.quantity = draw.below(2) == 0 ? unit::metre_per_second_squared : unit::standard_gravity;
  s.resonance_hz = draw.between(0.12, 0.4) * s.rate.value;
  s.damping = draw.between(0.02, 0.08);
  s.slip = draw.between(0.002, 0.01);
  s.healthy_level = draw.geometric(0.2, 1);
  for (auto const f : wish.faults) s.faults.push_back({f, 0, wish.severity, sim::growth::none, 0});
  double const seconds = wish.seconds > 0 ? wish.seconds : draw.between(3, 10);
  // A motor under load: two per cent of slip, so that it is seldom a round number.
  double const speed = s.nominal_speed.value;
  s.schedule = sim::schedule::constant(speed);
  m.path_hz = draw.between(0.03, 0.45) * s.rate.value;
  m.path_gain = draw.between(0, 8);
  m.path_damping = draw.geometric(0.02, 0.3);

  auto& k = m.known;
  k.length = diagnostics::smooth_at_most(static_cast<std::size_t>(seconds * s.rate.value));
  k.rate = s.rate;
  k.quantity = s.quantity;
  k.shaft_hz = speed * (1 + draw.between(-wish.speed_error, wish.speed_error));
  k.speed_tolerance = wish.speed_tolerance;
  if (auto const b = defect_frequencies(s.bearing)) k.bearing = *b;
  if (s.kind == sim::machine_kind::gear) k.gear_teeth = s.teeth;
  return m;
}

// A motor of which the plate alone is known: its speed, up to 5 % off, or the whole card.
inline random_machine draw_motor(std::uint64_t seed, machine_wish wish, bool card) {
  wish.kind = sim::machine_kind::motor;
  auto m = draw_machine(seed, wish);
  drawer draw(seed ^ 0x5DEECE66Dull);
  auto& s = m.settings;
  s.motor.poles = 2 * (1 + static_cast<int>(draw.below(4)));
  double const synchronous = 2 * s.motor.mains_hz / s.motor.poles, rated_slip = draw.between(0.008, 0.05);
  double const speed = synchronous * (1 - rated_slip * draw.between(0.05, 1));
  s.nominal_speed.value = speed;
  s.schedule = sim::schedule::constant(speed);
  m.known.shaft_hz = speed * (1 + draw.between(-0.05, 0.05));
  m.known.speed_tolerance = 0.05;
  m.known.gear_teeth = 0;
  if (!card) return m;
  m.known.shaft_hz = 0, m.known.speed_tolerance = 0;
  m.known.motor = motor_card{s.motor.poles, s.motor.mains_hz, 60 * synchronous * (1 - rated_slip)};
  return m;
}

// Adds the response of one resonance to x, `gain` times as strong as x itself at its peak.
inline void through_path(std::vector<double>& x, double rate, double hz, double damping, double gain) noexcept {
  double const w = 2 * math::pi * hz / rate, r = std::exp(-damping * w);
  double const a1 = 2 * r * std::cos(w), a2 = -r * r, peak = 0.5 * gain * (1 - r * r);
  double before = 0, last = 0, x1 = 0, x2 = 0;
  for (double& v : x) {  // zeros at 0 and fs/2: the orders of the shaft pass as they are
    double const y = peak * (v - x2) + a1 * last + a2 * before;
    before = last, last = y, x2 = x1, x1 = v;
    v += y;
  }
}

inline std::vector<float> record_of(random_machine const& m, std::uint64_t first = 0) {
  auto made = sim::machine_simulator::make(m.settings);
  if (!made) std::fprintf(stderr, "%s\n", made.error().what), std::abort();
  std::vector<double> x(m.known.length);
  made->render(0, first, x);
  through_path(x, m.settings.rate.value, m.path_hz, m.path_damping, m.path_gain);
  return {x.begin(), x.end()};
}

// A diagnoser with its memory.
class prepared_diagnoser {
 public:
  explicit prepared_diagnoser(diagnostics::diagnoser_params const& p) : diagnoser_(p) {
    bytes_.resize(diagnoser_.footprint() + arena::alignment);
    memory_ = arena(bytes_);
    if (auto s = diagnoser_.prepare(memory_); !s)
      std::fprintf(stderr, "%s %s len %zu\n", s.error().where, s.error().what, p.length), std::abort();
  }
  prepared_diagnoser(prepared_diagnoser const&) = delete;
  prepared_diagnoser& operator=(prepared_diagnoser const&) = delete;
  diagnostics::diagnoser* operator->() noexcept { return &diagnoser_; }

 private:
  std::vector<std::byte> bytes_;
  arena memory_;
  diagnostics::diagnoser diagnoser_;
};

inline diagnostics::diagnosis diagnosed(diagnostics::diagnoser_params const& known, std::vector<float> const& x) {
  prepared_diagnoser d(known);
  d->observe(x);
  return d->verdict();
}
inline diagnostics::diagnosis diagnosed(random_machine const& m) { return diagnosed(m.known, record_of(m)); }

}  // namespace pdm::test
