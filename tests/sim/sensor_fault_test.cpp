#include "pdm/sim/sensor_fault.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pdm/sim/machine_simulator.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::sim;
using kind = sensor_fault_kind;

constexpr double fs = 2000;
constexpr std::size_t second = 2000;

machine_settings plain() {
  machine_settings s;
  s.rate.value = fs;
  s.faults = {{fault_kind::unbalance, 0, 0.5, growth::none, 0}};
  s.snr_db = 20;
  return s;
}
struct pair {
  std::vector<double> sound, faulty;
  machine_simulator machine;
};
// Three seconds without and with the fault, which acts during the second one.
pair during_second_second(kind k, double duration = 1, double magnitude = 0) {
  auto s = plain();
  auto const sound = machine_simulator::make(s);
  s.sensor_faults = {{k, 1, duration, magnitude}};
  auto const faulty = machine_simulator::make(s);
  REQUIRE(sound);
  REQUIRE(faulty);
  pair p{std::vector<double>(3 * second), std::vector<double>(3 * second), *faulty};
  sound->render(0, 0, p.sound);
  faulty->render(0, 0, p.faulty);
  return p;
}
bool same(pair const& p, std::size_t from, std::size_t to, std::size_t later = 0) {
  auto const at = [](std::size_t i) { return static_cast<std::ptrdiff_t>(i); };
  return std::equal(p.faulty.begin() + at(from), p.faulty.begin() + at(to), p.sound.begin() + at(from + later));
}
double rms(std::vector<double> const& x, std::size_t from, std::size_t to) {
  double squares = 0;
  for (std::size_t i = from; i < to; ++i) squares += x[i] * x[i];
  return std::sqrt(squares / static_cast<double>(to - from));
}
}  // namespace

TEST_CASE("every sensor fault leaves the time before it alone, and those that pass leave the time after") {
  for (std::size_t k = 0; k < sensor_fault_names.size(); ++k) {
    auto const p = during_second_second(static_cast<kind>(k));
    CAPTURE(sensor_fault_names[k]);
    CHECK(same(p, 0, second));
    bool const shifts = static_cast<kind>(k) == kind::gap || static_cast<kind>(k) == kind::rate_off;
    if (!shifts) CHECK(same(p, 2 * second, 3 * second));
    CHECK(same(p, second, 2 * second) == (static_cast<kind>(k) == kind::clock_step));
    CHECK(parse_sensor_fault(sensor_fault_names[k]) == static_cast<kind>(k));
  }
  CHECK_FALSE(parse_sensor_fault("rust"));
}

TEST_CASE("a gap leaves samples out, and the time stamps tell") {
  auto s = plain();
  s.snr_db.reset();  // noise goes by sample, the machine by time
  auto const sound = *machine_simulator::make(s);
  s.sensor_faults = {{kind::gap, 1, 0.5, 0}};
  auto const faulty = *machine_simulator::make(s);
  std::vector<double> a(100), b(100);
  sound.render(0, 3000, a);
  faulty.render(0, 2000, b);
  for (std::size_t i = 0; i < 100; ++i) REQUIRE(b[i] == Approx(a[i]).margin(1e-9));
  CHECK(faulty.time_stamp(1999) == Approx(0.9995));
  CHECK(faulty.time_stamp(2000) == Approx(1.5));
}

TEST_CASE("dropout is silent, stuck repeats the last sample, both pass") {
  auto const silent = during_second_second(kind::dropout);
  CHECK(rms(silent.faulty, second, 2 * second) == 0);
  auto const stuck = during_second_second(kind::stuck);
  double const held = stuck.faulty[second];
  CHECK(held != 0);
  CHECK(std::all_of(stuck.faulty.begin() + second, stuck.faulty.begin() + 2 * second,
                    [&](double v) { return v == held; }));
}

TEST_CASE("not_finite hits its share of the samples with NaN and with infinity") {
  auto const p = during_second_second(kind::not_finite, 1, 0.1);
  auto const nan = std::count_if(p.faulty.begin(), p.faulty.end(), [](double v) { return std::isnan(v); });
  auto const inf = std::count_if(p.faulty.begin(), p.faulty.end(), [](double v) { return std::isinf(v); });
  CHECK(nan + inf == Approx(200).margin(60));
  CHECK(nan > 50);
  CHECK(inf > 50);
}

TEST_CASE("clipped samples stand at the limit, bias, gain and drift do arithmetic") {
  auto const clipped = during_second_second(kind::clipped, 1, 1.0);
  double const limit = clipped.machine.reference_rms();
  auto const at_limit =
      std::count_if(clipped.faulty.begin(), clipped.faulty.end(), [&](double v) { return std::abs(v) == limit; });
  CHECK(at_limit > 600);  // a sine is above its RMS half of the time
  auto const biased = during_second_second(kind::bias);
  auto const quieter = during_second_second(kind::gain);
  auto const wrong_unit = during_second_second(kind::unit_change);
  auto const drifting = during_second_second(kind::drift);
  double const reference = biased.machine.reference_rms();
  for (std::size_t i = second; i < 2 * second; ++i) {
    REQUIRE(biased.faulty[i] - biased.sound[i] == Approx(5 * reference));
    REQUIRE(quieter.faulty[i] == 0.5 * quieter.sound[i]);
    REQUIRE(wrong_unit.faulty[i] * 9.80665 == Approx(wrong_unit.sound[i]));
    double const share = static_cast<double>(i - second) / second;
    REQUIRE(drifting.faulty[i] - drifting.sound[i] == Approx(5 * reference * share).margin(1e-9));
  }
}

TEST_CASE("spikes are few, single and wild") {
  auto const p = during_second_second(kind::spikes, 2);
  int spikes = 0;
  for (std::size_t i = second; i < 3 * second; ++i) {
    double const d = std::abs(p.faulty[i] - p.sound[i]);
    if (d == 0) continue;
    ++spikes;
    CHECK(d == Approx(20 * p.machine.reference_rms()));
  }
  CHECK(spikes >= 2);
  CHECK(spikes <= 25);  // ten expected
}

TEST_CASE("a wrong rate moves the shaft line by the same share, jitter leaves the mean instant") {
  auto const slow = during_second_second(kind::rate_off, 1, 0.05);
  CHECK(slow.machine.true_time(2 * second) - slow.machine.true_time(second) == Approx(1.05));
  CHECK(slow.machine.time_stamp(2 * second) == Approx(2));
  auto const jittered = during_second_second(kind::jitter);
  double sum = 0, largest = 0;
  for (std::size_t i = second; i < 2 * second; ++i) {
    double const d = (jittered.machine.true_time(i) - static_cast<double>(i) / fs) * fs;
    sum += d;
    largest = std::max(largest, std::abs(d));
  }
  CHECK(std::abs(sum / second) < 0.02);
  CHECK(largest > 0.29);
  CHECK(largest <= 0.3 + 1e-9);
}

TEST_CASE("a clock step changes the time stamps and nothing else") {
  auto const p = during_second_second(kind::clock_step, 0, -30);
  CHECK(p.machine.time_stamp(second - 1) == Approx(0.9995));
  CHECK(p.machine.time_stamp(second) == Approx(-29));
  CHECK(p.faulty == p.sound);
}

TEST_CASE("a converter of few bits leaves whole digits within its rails") {
  auto s = plain();
  s.converter_bits = 8;
  s.full_scale = 4;
  std::vector<double> x(second);
  machine_simulator::make(s)->render(0, 0, x);
  double const digit = 8.0 / 256;
  bool whole = true;
  for (double v : x) whole = whole && v / digit == std::floor(v / digit) && std::abs(v) <= 4;
  CHECK(whole);
  CHECK(*std::max_element(x.begin(), x.end()) == 4);  // amplitude 4 and noise: it touches the rail
}
