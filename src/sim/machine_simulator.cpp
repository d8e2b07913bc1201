#include "pdm/sim/machine_simulator.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::sim {

namespace {

// Amplitudes at nominal speed and load, in m/s^2: of a fault of size 1, and of the sound machine.
constexpr std::array<double, 8> impact_of{60, 60, 40, 20, 0, 0, 0, 50};
constexpr double unbalance_1x = 8;
constexpr std::array<double, 3> misalignment_1x_3x{2, 8, 3};
constexpr std::array<double, 8> looseness_half_orders{3, 4, 2, 3, 1.5, 2.5, 1, 2};
constexpr std::array<double, 3> sound_1x_3x{0.5, 0.2, 0.1};
constexpr std::array<double, 3> mesh_harmonics{1, 0.5, 0.25};
constexpr double mesh_amplitude = 2, hum_amplitude = 0.3;

// Seeds of the parts.
enum : std::uint64_t { part_phases = 1, part_noise = 2, part_sensor = 8, part_faults = 64 };

counter_noise noise_of(std::uint64_t seed, std::uint64_t part) noexcept {
  return counter_noise(random_source(seed).split(part).next());
}

struct turn {
  double cosine, sine;
};
// Of an angle in revolutions; whole ones are taken off first, exactly.
turn turn_of(double revolutions) noexcept {
  double const angle = 2 * math::pi * (revolutions - std::floor(revolutions));
  return {math::cos(angle), math::sin(angle)};
}
turn product(turn a, turn b) noexcept {
  return {a.cosine * b.cosine - a.sine * b.sine, a.cosine * b.sine + a.sine * b.cosine};
}

bool makes_impacts(fault_kind k) noexcept { return impact_of[static_cast<std::size_t>(k)] > 0; }

// A motor turns faster the less it has to do; the schedule says its speed at full load.
schedule with_slip(schedule const& plan, motor_card const& m) {
  double const synchronous = 120 * m.mains_hz / m.poles;
  double const slip = m.rated_rpm > 0 && m.rated_rpm < synchronous ? 1 - m.rated_rpm / synchronous : 0.03;
  auto points = plan.points();
  for (auto& p : points) p.speed_hz *= 1 + slip * (1 - std::min(p.load, 1.0));
  auto made = schedule::make(std::move(points));
  return made ? *std::move(made) : plan;
}

}  // namespace

machine_simulator::machine_simulator(machine_settings settings) noexcept : settings_(std::move(settings)) {
  machine_settings const& s = settings_;
  resonance_hz_ = s.resonance_hz > 0 ? s.resonance_hz : std::min(3000.0, 0.28 * s.rate.value);
  auto const phases = noise_of(s.seed, part_phases);
  for (std::size_t k = 0; k < half_orders; ++k) {
    turn const t = turn_of(phases.uniform(k));
    phase_cosine_[k] = t.cosine;
    phase_sine_[k] = t.sine;
  }
}

result<machine_simulator> machine_simulator::make(machine_settings settings) {
  if (settings.kind == machine_kind::motor && settings.motor.poles > 0) {
    settings.schedule = with_slip(settings.schedule, settings.motor);
  }
  machine_simulator m(std::move(settings));
  if (auto const good = m.check(); !good) return good.error();
  auto const multiples = defect_frequencies(m.settings_.bearing);
  if (!multiples) return multiples.error();
  m.bearing_ = *multiples;
  m.measure_reference();
  for (auto const& f : m.settings_.sensor_faults) {
    std::array<double, 2> held{};
    auto const at = static_cast<std::uint64_t>(std::ceil(f.start_s * m.settings_.rate.value));
    for (std::size_t c = 0; c < m.settings_.channels && f.kind == sensor_fault_kind::stuck; ++c) {
      m.render_step(c, at, std::span(&held[c], 1));
      held[c] = m.through_sensor(held[c], m.true_time(at), at, c);
    }
    m.held_.push_back(held);
  }
  return m;
}

status machine_simulator::check() const noexcept {
  machine_settings const& s = settings_;
  auto const refuse = [](char const* what) { return error{errc::invalid_argument, "machine_simulator", what}; };
  auto const positive = [](double v) { return v > 0 && math::is_finite(v); };
  if (!positive(s.rate.value)) return refuse("give a sampling rate above 0");
  if (!positive(s.nominal_speed.value)) return refuse("give a nominal speed above 0");
  if (s.channels < 1 || s.channels > 2) return refuse("give 1 or 2 channels");
  if (to_mps2(s.quantity) == 0) return refuse("the unit must be m/s2 or g");
  if (s.snr_db && !(*s.snr_db >= -60 && *s.snr_db <= 160))
    return refuse("give a signal-to-noise ratio of -60 to 160 dB");
  if (!(s.damping > 0 && s.damping < 1)) return refuse("the damping must lie between 0 and 1");
  if (!(s.slip >= 0 && s.slip <= 0.1)) return refuse("the slip must lie between 0 and 0.1");
  if (!(s.resonance_hz >= 0 && resonance_hz_ < 0.5 * s.rate.value)) return refuse("the resonance must lie below fs/2");
  if (!(s.standing_noise >= 0 && s.standing_noise <= 1)) return refuse("the standing noise is a share, 0 to 1");
  if (!(s.healthy_level >= 0) || !math::is_finite(s.healthy_level))
    return refuse("the healthy level must be 0 or more");
  if (s.teeth < 1 || s.motor.poles < 2 || !positive(s.motor.mains_hz)) return refuse("teeth, poles or mains are wrong");
  if (s.converter_bits < 0 || s.converter_bits > 32 || !(s.full_scale >= 0))
    return refuse("give 0 to 32 converter bits");
  for (auto const& f : s.faults) {
    if (!(f.severity > 0 && f.severity <= 1)) return refuse("the severity of a fault must lie in (0, 1]");
    if (!(f.start_s >= 0) || !math::is_finite(f.start_s)) return refuse("a fault must start at 0 s or later");
    if (f.law != growth::none && !(f.end_of_life_s > f.start_s && math::is_finite(f.end_of_life_s))) {
      return refuse("the end of life must come after the start of the fault");
    }
    if (f.kind == fault_kind::gear && s.kind != machine_kind::gear)
      return refuse("only a gear machine has a gear fault");
  }
  for (auto const& f : s.sensor_faults) {
    bool const sound = f.start_s >= 0 && f.start_s < 1e12 && f.duration_s >= 0 && math::is_finite(f.magnitude);
    if (!sound) return refuse("a sensor fault needs a start and a duration of 0 s or more");
    if (f.kind == sensor_fault_kind::rate_off && !(f.size() > -0.9)) return refuse("rate_off must lie above -0.9");
    if (f.kind == sensor_fault_kind::jitter && !(f.size() >= 0 && f.size() < 0.5)) return refuse("jitter is 0 to 0.5");
  }
  return {};
}

// Measured, not derived: bursts overlap when the resonance is low.
void machine_simulator::measure_reference() noexcept {
  machine_settings still = settings_;
  still.schedule = schedule::constant(still.nominal_speed.value);
  still.sensor_faults.clear();
  for (auto& f : still.faults) f = {f.kind, 0, f.severity, growth::none, 0};
  machine_simulator other(std::move(still));
  other.bearing_ = bearing_;
  double const wanted = std::clamp(20 * settings_.rate.value / settings_.nominal_speed.value, 16384.0, 262144.0);
  double squares = 0;
  std::array<double, step> part{};
  auto const steps = static_cast<std::uint64_t>(wanted) / step;
  for (std::uint64_t i = 0; i < steps; ++i) {
    other.render_step(0, (i + 64) * step, part);
    for (double v : part) squares += v * v;
  }
  double const clean = math::sqrt(squares / static_cast<double>(steps * step));
  double const base = clean > 0 ? clean : 1;
  noise_rms_ = settings_.snr_db ? base * math::exp(-*settings_.snr_db / 20 * 2.30258509299404568402) : 0;
  reference_rms_ = math::sqrt(base * base + noise_rms_ * noise_rms_);
}

double machine_simulator::size_of(machine_fault const& f, double t) const noexcept {
  if (t < f.start_s) return 0;
  if (f.law == growth::none) return f.severity;
  auto const& plan = settings_.schedule;
  double done = t - f.start_s, whole = f.end_of_life_s - f.start_s;
  double const turns = plan.revolutions(f.end_of_life_s) - plan.revolutions(f.start_s);
  if (turns > 0) {
    done = plan.revolutions(t) - plan.revolutions(f.start_s);
    whole = turns;
  }
  double const share = std::clamp(done / whole, 0.0, 1.0);
  if (f.law == growth::linear) return f.severity + (1 - f.severity) * share;
  return math::exp((1 - share) * math::log(f.severity));
}

double machine_simulator::impact_order(fault_kind k) const noexcept {
  switch (k) {
    case fault_kind::outer_race: return bearing_.outer_race;
    case fault_kind::inner_race: return bearing_.inner_race;
    case fault_kind::ball: return bearing_.ball_defect;
    case fault_kind::cage: return bearing_.cage;
    default: return 1;
  }
}

void machine_simulator::add_harmonics(moment& m, double amplitude, std::size_t half_order,
                                      std::size_t channel) const noexcept {
  double const hz = 0.5 * static_cast<double>(half_order) * m.speed * settings_.nominal_speed.value;
  if (hz > 0.45 * settings_.rate.value) return;  // the converter's filter takes it
  std::size_t const i = half_order - 1;
  turn phase{phase_cosine_[i], phase_sine_[i]};
  if (channel == 1) {  // a quarter turn later, and a stiffer direction
    phase = product(phase, {math::cos_turns(half_order, 8), -math::sin_turns(half_order, 8)});
    amplitude *= 0.8;
  }
  m.cosine[i] += amplitude * phase.sine;
  m.sine[i] += amplitude * phase.cosine;
}

machine_simulator::moment machine_simulator::moment_at(std::size_t channel, double t) const noexcept {
  machine_settings const& s = settings_;
  moment m;
  m.speed = s.schedule.speed_hz(t) / s.nominal_speed.value;
  m.load = s.schedule.load(t);
  // The amplitudes are those of a machine of 25 Hz or more; a slower one shakes with the same velocity.
  double const slow = std::min(1.0, s.nominal_speed.value / 25);
  double const force = slow * m.speed * m.speed, working = 0.4 + 0.6 * m.load;
  for (std::size_t k = 0; k < sound_1x_3x.size(); ++k) {
    add_harmonics(m, s.healthy_level * sound_1x_3x[k] * force, 2 * (k + 1), channel);
  }
  m.mesh_modulation = 0.05;
  for (auto const& f : s.faults) {
    double const size = size_of(f, t);
    if (size == 0) continue;
    if (f.kind == fault_kind::unbalance) add_harmonics(m, size * unbalance_1x * force, 2, channel);
    if (f.kind == fault_kind::gear) m.mesh_modulation += 0.5 * size;
    for (std::size_t k = 0; f.kind == fault_kind::misalignment && k < misalignment_1x_3x.size(); ++k) {
      add_harmonics(m, size * misalignment_1x_3x[k] * force * working, 2 * (k + 1), channel);
    }
    for (std::size_t k = 0; f.kind == fault_kind::looseness && k < looseness_half_orders.size(); ++k) {
      add_harmonics(m, size * looseness_half_orders[k] * force, k + 1, channel);
    }
  }
  double const gain = channel == 1 ? 0.7 * s.healthy_level : s.healthy_level;
  if (s.kind == machine_kind::gear) m.mesh = gain * mesh_amplitude * m.speed * (0.3 + 0.7 * m.load);
  if (s.kind == machine_kind::motor && m.speed > 0) m.hum = gain * hum_amplitude;
  double const q = s.standing_noise, running = m.speed * (0.5 + 0.5 * m.load);
  m.noise = noise_rms_ * math::sqrt(q * q + (1 - q * q) * running * running);
  return m;
}

void machine_simulator::render_tones(moment const& m, std::span<double const> times,
                                     std::span<double> into) const noexcept {
  if (m.speed == 0) return;
  machine_settings const& s = settings_;
  double const nyquist = 0.5 * s.rate.value;
  double const mesh_hz = s.teeth * m.speed * s.nominal_speed.value;
  for (std::size_t i = 0; i < times.size(); ++i) {
    double const r = s.schedule.revolutions(times[i]);
    turn const half = turn_of(0.5 * r);
    turn power{1, 0};
    double sum = 0, shaft_cosine = 0;
    for (std::size_t k = 0; k < half_orders; ++k) {
      power = product(power, half);
      sum += m.cosine[k] * power.cosine + m.sine[k] * power.sine;
      if (k == 1) shaft_cosine = power.cosine;
    }
    if (m.mesh > 0) {
      turn const tooth = turn_of(s.teeth * r);
      turn harmonic{1, 0};
      double mesh = 0;
      for (std::size_t k = 0; k < mesh_harmonics.size() && static_cast<double>(k + 1) * mesh_hz < 0.9 * nyquist; ++k) {
        harmonic = product(harmonic, tooth);
        mesh += mesh_harmonics[k] * harmonic.sine;
      }
      sum += m.mesh * (1 + m.mesh_modulation * shaft_cosine) * mesh;
    }
    if (m.hum > 0 && 2 * s.motor.mains_hz < 0.9 * nyquist) sum += m.hum * turn_of(2 * s.motor.mains_hz * times[i]).sine;
    into[i] += sum;
  }
}

double machine_simulator::impact_amplitude(machine_fault const& f, double t, std::int64_t number) const noexcept {
  machine_settings const& s = settings_;
  double const revolutions = s.schedule.revolutions(t);
  double modulation = 1;
  if (f.kind == fault_kind::inner_race) modulation += 0.8 * turn_of(revolutions).cosine;
  if (f.kind == fault_kind::ball) modulation += 0.6 * turn_of(bearing_.cage * revolutions).cosine;
  auto const chance = noise_of(s.seed, part_faults + 16 + static_cast<std::uint64_t>(f.kind));
  double const working = 0.4 + 0.6 * s.schedule.load(t);
  return size_of(f, t) * impact_of[static_cast<std::size_t>(f.kind)] * s.schedule.speed_hz(t) / s.nominal_speed.value *
         working * modulation * (1 + 0.1 * chance.normal(static_cast<std::uint64_t>(number)));
}

void machine_simulator::render_impacts(std::size_t fault, std::size_t channel, std::span<double const> times,
                                       std::span<double> into) const noexcept {
  machine_settings const& s = settings_;
  machine_fault const& f = s.faults[fault];
  double const w = 2 * math::pi * resonance_hz_ * (channel == 1 ? 0.85 : 1.0);
  double const decay = s.damping * w, ringing = w * math::sqrt(1 - s.damping * s.damping);
  double const heard = 11.5 / decay;  // e^-11.5 = 1e-5
  double const order = impact_order(f.kind);
  double const from = order * s.schedule.revolutions(times.front() - 1.01 * heard);
  double const to = order * s.schedule.revolutions(times.back());
  if (times.back() < f.start_s || !(to > from)) return;
  auto const slips = noise_of(s.seed, part_faults + static_cast<std::uint64_t>(f.kind));
  // A tied walk of 1024 steps has a standard deviation of at most 16.
  auto const margin = static_cast<std::int64_t>(std::ceil(6 * 16 * s.slip)) + 1;
  auto const last = static_cast<std::int64_t>(std::ceil(to)) + margin;
  for (auto k = static_cast<std::int64_t>(std::floor(from)) - margin; k <= last; ++k) {
    double const phase = static_cast<double>(k) + s.slip * slips.slip_walk(k);
    if (phase < from || phase > to) continue;
    double const t = s.schedule.time_of(phase / order);
    double const amplitude = impact_amplitude(f, t, k) * (channel == 1 ? 0.6 : 1.0);
    auto i = static_cast<std::size_t>(std::lower_bound(times.begin(), times.end(), t) - times.begin());
    for (; i < times.size() && times[i] - t < heard; ++i) {
      double const since = times[i] - t;
      into[i] += amplitude * math::exp(-decay * since) * math::sin(ringing * since);
    }
  }
}

// Samples within one step, in m/s^2, before the sensor.
void machine_simulator::render_step(std::size_t channel, std::uint64_t first, std::span<double> into) const noexcept {
  std::array<double, step> taken;
  auto const times = std::span(taken).first(into.size());
  for (std::size_t i = 0; i < into.size(); ++i) {
    taken[i] = true_time(first + i);
    into[i] = 0;
  }
  moment const m = moment_at(channel, true_time(first / step * step));
  render_tones(m, times, into);
  for (std::size_t f = 0; f < settings_.faults.size(); ++f) {
    if (!makes_impacts(settings_.faults[f].kind)) continue;
    for (std::size_t a = 0, b = 1; b <= into.size(); ++b) {  // pieces without a jump in time
      bool const whole =
          b < into.size() && taken[b] > taken[b - 1] && taken[b] - taken[b - 1] < 4 / settings_.rate.value;
      if (whole) continue;
      render_impacts(f, channel, times.subspan(a, b - a), into.subspan(a, b - a));
      a = b;
    }
  }
  if (m.noise > 0) noise_of(settings_.seed, part_noise + channel).add(first, m.noise, into);
}

double machine_simulator::true_time(std::uint64_t index) const noexcept {
  double const interval = 1 / settings_.rate.value;
  double t = static_cast<double>(index) / settings_.rate.value;
  for (auto const& f : settings_.sensor_faults) {
    if (t < f.start_s) continue;
    if (f.kind == sensor_fault_kind::gap) t += f.length_s();
    if (f.kind == sensor_fault_kind::rate_off) t += f.size() * std::min(t - f.start_s, f.length_s());
    if (f.kind == sensor_fault_kind::jitter && f.covers(t)) {
      t += f.size() * interval * (2 * noise_of(settings_.seed, part_sensor).uniform(index) - 1);
    }
  }
  return t;
}

double machine_simulator::time_stamp(std::uint64_t index) const noexcept {
  double t = static_cast<double>(index) / settings_.rate.value, jumped = 0;
  for (auto const& f : settings_.sensor_faults) {
    if (f.kind == sensor_fault_kind::gap && t >= f.start_s) t += f.length_s();
    if (f.kind == sensor_fault_kind::clock_step && f.covers(t)) jumped += f.size();
  }
  return t + jumped;
}

// Everything that the sensor does to a value in m/s^2, but for sticking, falling silent and losing its mind.
double machine_simulator::through_sensor(double value, double t, std::uint64_t index,
                                         std::size_t channel) const noexcept {
  machine_settings const& s = settings_;
  auto const chance = noise_of(s.seed, part_sensor + 1 + channel);
  double limit = s.full_scale > 0 ? s.full_scale : s.converter_bits > 0 ? 500 : math::infinity;
  double const rail = limit;
  for (auto const& f : s.sensor_faults) {
    if (!f.covers(t)) continue;
    double const amount = f.size() * reference_rms_;
    switch (f.kind) {
      case sensor_fault_kind::gain:
      case sensor_fault_kind::unit_change: value *= f.size(); break;
      case sensor_fault_kind::bias: value += amount; break;
      case sensor_fault_kind::drift: value += amount * (t - f.start_s) / f.length_s(); break;
      case sensor_fault_kind::clipped: limit = std::min(limit, amount); break;
      case sensor_fault_kind::spikes:
        if (chance.uniform(2 * index) < 5 / s.rate.value)
          value += chance.uniform(2 * index + 1) < 0.5 ? -amount : amount;
        break;
      default: break;
    }
  }
  value = std::clamp(value, -limit, limit);
  if (s.converter_bits == 0) return value;
  double const digit = 2 * rail / static_cast<double>(std::uint64_t{1} << s.converter_bits);
  return digit * std::floor(value / digit + 0.5);
}

void machine_simulator::apply_sensor(std::size_t channel, std::uint64_t first, std::span<double> into) const noexcept {
  machine_settings const& s = settings_;
  double const scale = 1 / to_mps2(s.quantity);
  if (s.sensor_faults.empty() && s.converter_bits == 0 && s.full_scale == 0) {
    for (double& v : into) v *= scale;
    return;
  }
  auto const chance = noise_of(s.seed, part_sensor + 4 + channel);
  for (std::size_t i = 0; i < into.size(); ++i) {
    double const t = true_time(first + i);
    double value = through_sensor(into[i], t, first + i, channel);
    for (std::size_t f = 0; f < s.sensor_faults.size(); ++f) {
      sensor_fault const& what = s.sensor_faults[f];
      if (!what.covers(t)) continue;
      if (what.kind == sensor_fault_kind::stuck) value = held_[f][channel];
      if (what.kind == sensor_fault_kind::dropout) value = 0;
      if (what.kind == sensor_fault_kind::not_finite && chance.uniform(2 * (first + i)) < what.size()) {
        value = chance.uniform(2 * (first + i) + 1) < 0.5 ? math::not_a_number : math::infinity;
      }
    }
    into[i] = value * scale;
  }
}

void machine_simulator::render(std::size_t channel, std::uint64_t first, std::span<double> into) const noexcept {
  if (!PDM_EXPECTS(channel < settings_.channels)) return;
  while (!into.empty()) {
    auto const n = std::min<std::size_t>(into.size(), step - static_cast<std::size_t>(first % step));
    render_step(channel, first, into.first(n));
    apply_sensor(channel, first, into.first(n));
    first += n;
    into = into.subspan(n);
  }
}

void machine_simulator::next(std::span<double> into) noexcept {
  render(0, next_, into);
  next_ += into.size();
}

truth machine_simulator::at(double t) const noexcept {
  auto const& plan = settings_.schedule;
  double const still = 0.05 * settings_.nominal_speed.value;
  truth now;
  now.speed_hz = plan.speed_hz(t);
  now.load = plan.load(t);
  now.state = now.speed_hz <= still         ? operating_state::off
              : plan.starting(t)            ? operating_state::starting
              : plan.acceleration(t) != 0.0 ? operating_state::changing
                                            : operating_state::steady;
  for (auto const& f : settings_.faults) {
    now.size = std::max(now.size, size_of(f, t));
    if (f.law == growth::none) continue;
    double const remaining = std::max(0.0, f.end_of_life_s - t);
    if (remaining < now.remaining_life_s) {
      now.remaining_life_s = remaining;
      now.remaining_running_s = plan.seconds_above(still, t, t + remaining);
    }
  }
  return now;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::sim
