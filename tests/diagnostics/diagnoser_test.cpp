#include "pdm/diagnostics/diagnoser.hpp"

#include <bit>
#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::diagnostics;

constexpr double fs = 8000, turns_hz = 25;
bearing_frequencies const geometry = *defect_frequencies({9, 7.94, 39.04, 0});

diagnoser_params known(std::size_t n = 24000) {
  diagnoser_params p{.length = n, .rate = {fs}, .quantity = unit::metre_per_second_squared};
  p.shaft_hz = turns_hz;
  p.bearing = geometry;
  return p;
}

// Orders of the shaft, noise, and impacts `strength` high at a multiple of the shaft, ringing at 2 kHz.
std::vector<float> record(std::size_t n, double order, double strength, std::uint64_t seed = 1) {
  random_source draw(seed);
  std::vector<float> x(n);
  double const every = fs / (order * turns_hz);
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / fs, since = std::fmod(static_cast<double>(i), every) / fs;
    double v = 0.1 * draw.normal();
    for (int const h : {1, 2, 3}) v += 0.2 / h * std::sin(2 * math::pi * h * turns_hz * t);
    v += strength * std::exp(-800 * since) * std::sin(2 * math::pi * 2000 * since);
    x[i] = static_cast<float>(v);
  }
  return x;
}

struct prepared {
  explicit prepared(diagnoser_params const& p) : object(p), memory(object.footprint() + 64) {
    REQUIRE(object.prepare(memory.arena()).ok());
  }
  diagnoser object;
  ::test::memory memory;
};

}  // namespace

TEST_CASE("impacts at BPFO are an outer race, at BPFI an inner race, and none are normal") {
  prepared d(known());
  d.object.observe(record(24000, geometry.outer_race, 2));
  auto v = d.object.verdict();
  CHECK(v.verdict == verdict_kind::fault);
  CHECK(v.named == fault_kind::outer_race);
  CHECK(v.lines[0].hz == Approx(geometry.outer_race * turns_hz).epsilon(0.003));
  d.object.reset();
  d.object.observe(record(24000, geometry.inner_race, 2));
  CHECK(d.object.verdict().named == fault_kind::inner_race);
  d.object.reset();
  d.object.observe(record(24000, 1, 0));
  v = d.object.verdict();
  CHECK(v.verdict == verdict_kind::normal);
  CHECK(v.speed.hz == Approx(turns_hz).epsilon(1e-4));
}

TEST_CASE("footprint() is what prepare takes, and nothing is asked of the heap after it") {
  diagnoser object(known());
  ::test::memory memory(object.footprint() + 64);
  REQUIRE(object.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() <= object.footprint() + 64);
  auto const x = record(24000, geometry.outer_race, 2);
  object.observe(x);  // FFTW's threads of a first call are its own affair
  diagnosis v;
  auto const calls = pdm::test::heap_calls_in([&] {
    object.observe(x);
    v = object.verdict();
    object.reset();
  });
  CHECK(calls.all() == 0);
  CHECK(v.verdict == verdict_kind::fault);
  arena small(memory.bytes().first(object.footprint() / 2));
  CHECK_FALSE(diagnoser(known()).prepare(small).ok());
}

TEST_CASE("the same records give the same bits, after a reset and in another object") {
  prepared a(known()), b(known());
  auto const x = record(24000, geometry.inner_race, 0.5, 2), y = record(24000, geometry.inner_race, 0.5, 3);
  a.object.observe(y), a.object.observe(y);
  a.object.reset();
  for (auto* d : {&a.object, &b.object}) d->observe(x), d->observe(y);
  auto const p = a.object.verdict(), q = b.object.verdict();
  for (std::size_t f = 0; f < fault_count; ++f) {
    CHECK(std::bit_cast<std::uint64_t>(p.probability[f]) == std::bit_cast<std::uint64_t>(q.probability[f]));
    CHECK(std::bit_cast<std::uint64_t>(p.score[f]) == std::bit_cast<std::uint64_t>(q.score[f]));
  }
}

TEST_CASE("a copy taken between two records goes on as the original does") {
  prepared a(known());
  auto const x = record(24000, geometry.outer_race, 0.3, 4), y = record(24000, geometry.outer_race, 0.3, 5);
  a.object.observe(x);
  diagnoser b = a.object;
  a.object.observe(y);
  auto const first = a.object.verdict();
  b.observe(y);
  auto const second = b.verdict();
  for (std::size_t f = 0; f < fault_count; ++f) CHECK(first.score[f] == second.score[f]);
}

TEST_CASE("values that are not numbers change nothing but the count of bad records") {
  prepared d(known());
  auto const x = record(24000, geometry.outer_race, 2);
  d.object.observe(x);
  auto const before = d.object.verdict();
  auto bad = x;
  bad[100] = static_cast<float>(math::not_a_number);
  d.object.observe(bad);
  auto const after = d.object.verdict();
  for (std::size_t f = 0; f < fault_count; ++f) CHECK(before.score[f] == after.score[f]);
}

TEST_CASE("what is missing is said by its type") {
  auto const only = [](diagnoser_params const& p) {
    prepared d(p);
    d.object.observe(record(p.length, geometry.outer_race, 2));
    return d.object.verdict();
  };
  auto const first = [](diagnosis const& d) { return d.obstacle_count > 0 ? d.obstacles[0].what : obstacle::faint; };
  auto p = known();
  p.shaft_hz = 0;
  CHECK(first(only(p)) == obstacle::speed_missing);
  p = known();
  p.bearing.reset();
  CHECK(first(only(p)) == obstacle::bearing_missing);
  CHECK(first(only(known(4096))) == obstacle::record_short);  // 0.51 s, 5.1 turns of the cage
  p = known();
  p.shaft_hz = 250;
  auto const fast = only(p);
  bool above = false;
  for (std::size_t i = 0; i < fast.obstacle_count; ++i) above |= fast.obstacles[i].what == obstacle::above_nyquist;
  CHECK(above);
  CHECK(fast.abstained());
}
