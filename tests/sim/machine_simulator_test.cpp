#include "pdm/sim/machine_simulator.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pdm/core/hash.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::sim;
using pdm::math::pi;

machine_simulator made(machine_settings s) {
  auto m = machine_simulator::make(std::move(s));
  REQUIRE(m);
  return *std::move(m);
}
std::vector<double> samples(machine_simulator const& m, std::size_t n, std::uint64_t first = 0,
                            std::size_t channel = 0) {
  std::vector<double> x(n);
  m.render(channel, first, x);
  return x;
}
double rms(std::vector<double> const& x) {
  double squares = 0;
  for (double v : x) squares += v * v;
  return std::sqrt(squares / static_cast<double>(x.size()));
}
// Amplitude of the sine at `hz`; exact where the record holds whole periods.
double amplitude(std::vector<double> const& x, double fs, double hz) {
  double c = 0, s = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const angle = 2 * pi * hz * static_cast<double>(i) / fs;
    c += x[i] * std::cos(angle);
    s += x[i] * std::sin(angle);
  }
  return 2 * std::hypot(c, s) / static_cast<double>(x.size());
}
// Squared signal without its mean: its spectrum shows how often the resonance is struck.
std::vector<double> squared(std::vector<double> x) {
  double mean = 0;
  for (double& v : x) mean += v *= v;
  for (double& v : x) v -= mean / static_cast<double>(x.size());
  return x;
}
// The strongest line within `width` of hz, and how far it stands above the median of that stretch.
struct line {
  double hz = 0, over = 0;
};
line strongest_near(std::vector<double> const& x, double fs, double hz, double width) {
  std::vector<double> all;
  line best;
  double top = 0;
  double const resolution = fs / static_cast<double>(x.size());
  for (double f = hz - width; f <= hz + width; f += 0.5 * resolution) {
    double const a = amplitude(x, fs, f);
    all.push_back(a);
    if (a > top) {
      top = a;
      best.hz = f;
    }
  }
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2), all.end());
  best.over = top / all[all.size() / 2];
  return best;
}
machine_settings quiet(double fs = 2048, double speed = 25) {
  machine_settings s;
  s.rate.value = fs;
  s.nominal_speed.value = speed;
  s.schedule = schedule::constant(speed);
  s.healthy_level = 0;
  return s;
}
machine_settings faulty(fault_kind kind, double fs = 2048, double severity = 0.5) {
  auto s = quiet(fs);
  s.faults = {{kind, 0, severity, growth::none, 0}};
  return s;
}
}  // namespace

TEST_CASE("unbalance is one sine at shaft speed whose amplitude goes with the square of speed") {
  auto s = faulty(fault_kind::unbalance);
  auto const full = samples(made(s), 2048);
  CHECK(amplitude(full, 2048, 25) == Approx(4).epsilon(1e-9));
  CHECK(rms(full) == Approx(4 / std::sqrt(2.0)).epsilon(1e-9));
  s.schedule = schedule::constant(12.5);
  CHECK(amplitude(samples(made(s), 4096), 2048, 12.5) == Approx(1).epsilon(1e-9));
}

TEST_CASE("misalignment speaks at twice shaft speed, looseness at half orders") {
  auto const bent = samples(made(faulty(fault_kind::misalignment)), 4096);
  CHECK(amplitude(bent, 2048, 50) == Approx(4).epsilon(1e-9));
  CHECK(amplitude(bent, 2048, 50) > 2 * amplitude(bent, 2048, 25));
  auto const loose = samples(made(faulty(fault_kind::looseness)), 4096);
  CHECK(amplitude(loose, 2048, 12.5) == Approx(1.5).epsilon(1e-9));
  CHECK(amplitude(loose, 2048, 37.5) == Approx(1).epsilon(1e-9));
  CHECK(amplitude(bent, 2048, 12.5) < 1e-9);
}

TEST_CASE("bearing faults strike at their kinematic frequencies") {
  double const fs = 12000;
  for (auto kind : {fault_kind::outer_race, fault_kind::inner_race, fault_kind::ball}) {
    auto const m = made(faulty(kind, fs));
    double const order = kind == fault_kind::outer_race   ? m.bearing().outer_race
                         : kind == fault_kind::inner_race ? m.bearing().inner_race
                                                          : m.bearing().ball_defect;
    auto const struck = squared(samples(m, 24000));
    auto const found = strongest_near(struck, fs, 25 * order, 10);
    CAPTURE(fault_kind_names[static_cast<std::size_t>(kind)], 25 * order, found.hz, found.over);
    CHECK(found.hz == Approx(25 * order).epsilon(0.01));
    CHECK(found.over > 5);
    CHECK(amplitude(struck, fs, found.hz / 2) < 0.3 * amplitude(struck, fs, found.hz));  // not a harmonic
  }
}

TEST_CASE("the default bearing is a 6205 with its published multiples") {
  auto const m = made(quiet());
  CHECK(m.bearing().outer_race == Approx(3.5848).epsilon(1e-3));
  CHECK(m.bearing().inner_race == Approx(5.4152).epsilon(1e-3));
  CHECK(m.bearing().ball_defect == Approx(4.7135).epsilon(1e-3));
  CHECK(m.bearing().cage == Approx(0.39828).epsilon(1e-3));
}

TEST_CASE("an inner race fault has sidebands at shaft speed, an outer race fault has none") {
  double const fs = 12000;
  auto inner = faulty(fault_kind::inner_race, fs), outer = faulty(fault_kind::outer_race, fs);
  inner.slip = outer.slip = 0;
  auto const a = squared(samples(made(inner), 24000)), b = squared(samples(made(outer), 24000));
  double const bpfi = 25 * made(inner).bearing().inner_race, bpfo = 25 * made(outer).bearing().outer_race;
  CHECK(amplitude(a, fs, bpfi - 25) > 0.4 * amplitude(a, fs, bpfi));
  CHECK(amplitude(a, fs, bpfi + 25) > 0.4 * amplitude(a, fs, bpfi));
  CHECK(amplitude(b, fs, bpfo - 25) < 0.1 * amplitude(b, fs, bpfo));
}

TEST_CASE("a cracked tooth strikes once a revolution and widens the sidebands of the mesh") {
  auto s = quiet(12000);
  s.kind = machine_kind::gear;
  s.healthy_level = 1;
  auto const sound = samples(made(s), 12000);
  double const mesh = 24 * 25;
  CHECK(amplitude(sound, 12000, mesh) == Approx(2).epsilon(1e-6));
  CHECK(amplitude(sound, 12000, mesh + 25) == Approx(0.05).epsilon(1e-3));
  s.faults = {{fault_kind::gear, 0, 0.8, growth::none, 0}};
  auto const cracked = samples(made(s), 12000);
  CHECK(amplitude(cracked, 12000, mesh + 25) > 5 * amplitude(sound, 12000, mesh + 25));
}

TEST_CASE("a motor hums at twice the mains frequency and turns faster without load") {
  auto s = quiet(2048, 24);
  s.kind = machine_kind::motor;
  s.healthy_level = 1;
  s.motor = {4, 50, 1440};
  s.schedule = schedule::constant(24, 0);
  auto const m = made(s);
  CHECK(m.at(1).speed_hz == Approx(24 * 1.04));
  CHECK(amplitude(samples(m, 2048), 2048, 100) == Approx(0.3).margin(0.01));
}

TEST_CASE("the noise has the wanted signal-to-noise ratio within 0.5 dB") {
  for (auto kind : {fault_kind::outer_race, fault_kind::unbalance, fault_kind::looseness}) {
    for (double wanted : {-10.0, 0.0, 20.0}) {
      auto s = faulty(kind, 8192);
      s.healthy_level = 1;
      auto const clean = samples(made(s), 32768);
      s.snr_db = wanted;
      auto noise = samples(made(s), 32768);
      for (std::size_t i = 0; i < noise.size(); ++i) noise[i] -= clean[i];
      CHECK(20 * std::log10(rms(clean) / rms(noise)) == Approx(wanted).margin(0.5));
    }
  }
}

TEST_CASE("the same seed gives the same bytes, on every machine; another seed gives others") {
  auto s = faulty(fault_kind::inner_race, 12000);
  s.healthy_level = 1;
  s.snr_db = 10;
  s.seed = 42;
  auto const bytes_of = [](std::vector<double> const& x) {
    std::vector<float> narrow(x.begin(), x.end());
    return pdm::crc32c(std::as_bytes(std::span(narrow)));
  };
  CHECK(bytes_of(samples(made(s), 10000)) == 0xE0575DEBu);
  s.seed = 43;
  CHECK(bytes_of(samples(made(s), 10000)) != 0xE0575DEBu);
}

TEST_CASE("chunks of any size and any second out of the middle are the same samples") {
  machine_settings s;
  s.rate.value = 4096;
  s.nominal_speed.value = 30;
  s.schedule = *schedule::make({{0, 0, 0.3}, {1, 0, 0.3}, {2, 30, 1}, {4, 30, 0.5}, {5, 10, 1}, {6, 0, 0}});
  s.faults = {{fault_kind::ball, 0.5, 0.3, growth::exponential, 8}, {fault_kind::looseness, 0, 0.2, growth::linear, 5}};
  s.sensor_faults = {{sensor_fault_kind::spikes, 1, 0, 0},
                     {sensor_fault_kind::gap, 3, 0.5, 0},
                     {sensor_fault_kind::jitter, 2, 1, 0},
                     {sensor_fault_kind::stuck, 4, 0.1, 0}};
  s.snr_db = 20;
  auto const m = made(s);
  auto const whole = samples(m, 24576);
  for (std::size_t chunk : {1u, 7u, 128u, 1000u, 4096u}) {
    auto copy = m;
    std::vector<double> part(chunk);
    std::size_t const end = chunk == 1 ? 12000 : whole.size();
    for (std::size_t i = 0; i + chunk <= end; i += chunk) {
      copy.next(part);
      bool const same = std::equal(part.begin(), part.end(), whole.begin() + static_cast<std::ptrdiff_t>(i));
      if (!same) FAIL("chunks of " << chunk << " differ at " << i);
    }
  }
  auto const middle = samples(m, 777, 9999);
  CHECK(std::equal(middle.begin(), middle.end(), whole.begin() + 9999));
}

TEST_CASE("a growing fault reaches failure at the end of its life, and not by standing still") {
  auto s = faulty(fault_kind::unbalance, 256, 0.01);
  s.schedule = *schedule::make({{0, 25, 1}, {100, 25, 1}, {101, 0, 1}, {200, 0, 1}, {201, 25, 1}});
  s.faults[0].start_s = 50;
  s.faults[0].law = growth::exponential;
  s.faults[0].end_of_life_s = 300;
  auto const m = made(s);
  CHECK(m.at(49).size == 0);
  CHECK(m.at(50).size == Approx(0.01));
  CHECK(m.at(110).size == m.at(190).size);
  CHECK(m.at(300).size == Approx(1));
  CHECK(m.at(250).remaining_life_s == Approx(50));
  CHECK(m.at(100).remaining_running_s == Approx(100).margin(2));
  CHECK(m.at(150).state == pdm::operating_state::off);
  CHECK(rms(samples(m, 256, 150 * 256)) == 0);
}

TEST_CASE("without a schedule in motion a standing machine leaves only a share of the noise") {
  auto s = quiet();
  s.snr_db = 0;
  s.schedule = schedule::constant(0);
  auto const m = made(s);
  CHECK(rms(samples(m, 20480)) == Approx(0.2 * m.noise_rms()).epsilon(0.05));
}

TEST_CASE("the second channel stands at a right angle and has noise of its own") {
  auto s = faulty(fault_kind::unbalance);
  s.channels = 2;
  auto const m = made(s);
  auto const x = samples(m, 2048), y = samples(m, 2048, 0, 1);
  CHECK(amplitude(y, 2048, 25) == Approx(0.8 * 4).epsilon(1e-9));
  double product = 0;
  for (std::size_t i = 0; i < x.size(); ++i) product += x[i] * y[i];
  CHECK(std::abs(product) / 2048 < 1e-9);  // a quarter turn apart
}

TEST_CASE("the unit of the output is what was asked for") {
  auto s = faulty(fault_kind::unbalance);
  auto const in_mps2 = samples(made(s), 100);
  s.quantity = pdm::unit::standard_gravity;
  auto const in_g = samples(made(s), 100);
  for (std::size_t i = 0; i < 100; ++i) REQUIRE(in_g[i] * 9.80665 == Approx(in_mps2[i]).margin(1e-12));
}

TEST_CASE("settings outside their range are refused") {
  auto const refused = [](auto change) {
    auto s = faulty(fault_kind::unbalance);
    change(s);
    return machine_simulator::make(s).error() == pdm::errc::invalid_argument;
  };
  CHECK(refused([](auto& s) { s.rate.value = 0; }));
  CHECK(refused([](auto& s) { s.nominal_speed.value = -1; }));
  CHECK(refused([](auto& s) { s.channels = 3; }));
  CHECK(refused([](auto& s) { s.faults[0].severity = 0; }));
  CHECK(refused([](auto& s) { s.faults[0].law = growth::linear; }));
  CHECK(refused([](auto& s) { s.faults[0].kind = fault_kind::gear; }));
  CHECK(refused([](auto& s) { s.quantity = pdm::unit::bar; }));
  CHECK(refused([](auto& s) { s.resonance_hz = 2000; }));
  CHECK(refused([](auto& s) { s.bearing.elements = 0; }));
  CHECK(refused([](auto& s) { s.snr_db = pdm::math::not_a_number; }));
}
