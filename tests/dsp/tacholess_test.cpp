#include "pdm/dsp/tacholess_speed.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

constexpr double rate = 4096;
constexpr std::size_t length = 4096 * 20;

double turns_at(double t) { return 20 * t + 0.2 * t * t; }  // 20 to 28 Hz in 20 s
double speed_at(double t) { return 20 + 0.4 * t; }

std::vector<double> run_up(double first, double second, double noise) {
  random_source draw(6);
  std::vector<double> x(length);
  for (std::size_t i = 0; i < length; ++i) {
    double const p = 2 * math::pi * turns_at(static_cast<double>(i) / rate);
    x[i] = first * std::sin(p) + second * std::sin(2 * p + 1) + noise * draw.normal();
  }
  return x;
}

dsp::tacholess_params const settings{.length = length, .rate = {rate}, .low = 17_Hz, .high = 30_Hz};

::test::memory prepared(dsp::tacholess_speed<double>& s) {
  ::test::memory memory(s.footprint() + arena::alignment);
  REQUIRE(s.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == s.footprint());
  return memory;
}

}  // namespace

TEST_CASE("the speed of a run-up is read from two harmonics to 0.1 Hz, and its pulses keep the phase") {
  dsp::tacholess_speed<double> s(settings);
  auto const memory = prepared(s);
  auto const x = run_up(1, 0.5, 1);
  auto const r = s.apply(x);
  REQUIRE(r.ok());
  CHECK(r->closure < 0.003);
  for (std::size_t i = 0; i < r->times.size(); ++i) CHECK(std::abs(r->speeds[i] - speed_at(r->times[i])) < 0.1);
  std::vector<double> pulses(1000);
  auto const count = dsp::pulses_of_speed(r->times, r->speeds, 0, 20, pulses);
  CHECK(static_cast<double>(count) == Approx(turns_at(20)).margin(3));
  for (std::size_t i = 0; i < count; i += 50) {
    CHECK(turns_at(pulses[i]) == Approx(static_cast<double>(i)).margin(0.5));
  }
  bool ok = false;
  CHECK(pdm::test::heap_calls_in([&] { ok = s.apply(x).ok(); }).taken == 0);
  CHECK(ok);
}

TEST_CASE("a fixed line that is stronger than one harmonic makes the paths disagree, and no speed is given") {
  dsp::tacholess_speed<double> s(settings);
  auto const memory = prepared(s);
  auto x = run_up(1, 0.1, 0.3);
  for (std::size_t i = 0; i < length; ++i) x[i] += 5 * std::sin(2 * math::pi * 37.3 * static_cast<double>(i) / rate);
  CHECK(s.apply(x).error() == errc::bad_quality);
}

TEST_CASE("noise alone has no speed") {
  dsp::tacholess_speed<double> s(settings);
  auto const memory = prepared(s);
  CHECK(s.apply(run_up(0, 0, 1)).error() == errc::bad_quality);
  auto x = run_up(1, 1, 0.1);
  x[5] = math::not_a_number;
  CHECK(s.apply(x).error() == errc::bad_quality);
  CHECK(s.apply(std::span(x).first(100)).error() == errc::shape_mismatch);
}

TEST_CASE("pulses of a linear speed are where its phase is whole") {
  std::vector<double> const times{0, 10}, speeds{5, 10};
  std::vector<double> pulses(200);
  auto const count = dsp::pulses_of_speed(times, speeds, 0, 12, pulses);
  CHECK(count == 75 + 20 + 1);
  for (std::size_t i = 0; i <= 75; ++i) {
    double const t = pulses[i];
    CHECK(5 * t + 0.25 * t * t == Approx(static_cast<double>(i)).margin(1e-9));
  }
  CHECK(pulses[85] == Approx(11));
}

TEST_CASE("tacholess settings that cannot work are refused") {
  ::test::memory memory;
  auto p = settings;
  p.high = p.low;
  CHECK_FALSE(dsp::tacholess_speed<float>(p).prepare(memory.arena()).ok());
  p = settings;
  p.harmonics = {2, 2};
  CHECK_FALSE(dsp::tacholess_speed<float>(p).prepare(memory.arena()).ok());
  p.harmonics = {1, 90};
  CHECK_FALSE(dsp::tacholess_speed<float>(p).prepare(memory.arena()).ok());
}
