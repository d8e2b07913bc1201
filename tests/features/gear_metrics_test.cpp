#include "pdm/features/gear_metrics.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;

constexpr std::size_t length = 1024, teeth = 28;
dsp::gear_lines_params const lines{teeth, 2, 1};

// Mesh of amplitude 1 and 0.5, first sidebands of 0.1, noise, and an impact on one tooth.
std::vector<double> turn(double noise, double impact, std::uint64_t seed = 2) {
  random_source draw(seed);
  std::vector<double> x(length);
  for (std::size_t i = 0; i < length; ++i) {
    x[i] = math::cos_turns(teeth * i, length) + 0.5 * math::cos_turns(2 * teeth * i, length) + noise * draw.normal();
    x[i] += 0.1 * (math::cos_turns((teeth - 1) * i, length) + math::cos_turns((teeth + 1) * i, length));
    if (i >= 300 && i < 310) x[i] += impact * (i % 2 == 0 ? 1 : -1);
  }
  return x;
}

template <class M>
::test::memory prepared(M& m) {
  ::test::memory memory(m.footprint() + arena::alignment);
  REQUIRE(m.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == m.footprint());
  return memory;
}

}  // namespace

TEST_CASE("amplitudes of mesh and sidebands give FM0 and the sideband numbers of a clean gear") {
  features::gear_metrics<double> g({length, lines, 3});
  auto const memory = prepared(g);
  auto const x = turn(0, 0);
  auto const c = g.of(x);
  CHECK(c.sideband_index == Approx(0.1).epsilon(1e-10));
  CHECK(c.sideband_ratio == Approx(0.2).epsilon(1e-10));
  CHECK(c.sideband_level_factor == Approx(0.2 / std::sqrt(0.5 * (1 + 0.25 + 0.02))).epsilon(1e-10));
  double low = 0, high = 0;
  for (double v : x) {
    low = std::min(low, v);
    high = std::max(high, v);
  }
  CHECK(c.fm0 == Approx((high - low) / 1.5).epsilon(1e-10));
  CHECK(c.energy_ratio < 1e-10);
}

TEST_CASE("regular and difference signals add up to the turn without its shaft orders") {
  dsp::gear_signals<double> g(length, lines);
  auto const memory = prepared(g);
  auto x = turn(0.1, 2);
  std::vector<double> regular(length), difference(length), residual(length);
  g.set(x);
  g.regular(regular);
  g.difference(difference);
  g.residual(residual);
  for (std::size_t k = 0; k <= 2; ++k) {  // taken away straight
    double c = 0, s = 0;
    for (std::size_t i = 0; i < length; ++i) {
      c += x[i] * math::cos_turns(k * i, length) * (k == 0 ? 1.0 : 2.0) / length;
      s += x[i] * math::sin_turns(k * i, length) * 2.0 / length;
    }
    for (std::size_t i = 0; i < length; ++i) {
      x[i] -= c * math::cos_turns(k * i, length) + s * math::sin_turns(k * i, length);
    }
  }
  for (std::size_t i = 0; i < length; ++i) CHECK(regular[i] + difference[i] == Approx(x[i]).margin(1e-11));
}

TEST_CASE("FM4 of noise is 3, M6A 15, M8A 105, and one damaged tooth lifts them") {
  features::gear_metrics<double> g({length, lines, 3});
  auto const memory = prepared(g);
  double fm4 = 0, m6a = 0, m8a = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    auto const c = g.of(turn(0.1, 0, i + 1));
    fm4 += c.fm4 / 200;
    m6a += c.m6a / 200;
    m8a += c.m8a / 200;
  }
  CHECK(fm4 == Approx(3).epsilon(0.02));
  CHECK(m6a == Approx(15).epsilon(0.06));
  CHECK(m8a == Approx(105).epsilon(0.15));
  auto const x = turn(0.1, 2);
  CHECK(g.of(x).fm4 > 15);
  bool high = false;
  CHECK(pdm::test::heap_calls_in([&] { high = g.of(x).m6a > 100; }).taken == 0);
  CHECK(high);
}

TEST_CASE("NA4 is about 3 while all records are alike, grows with the fault, and ignores what is not finite") {
  features::gear_na4<double> na4(length, lines);
  features::gear_nb4<double> nb4(length, teeth, 8);
  auto const m1 = prepared(na4), m2 = prepared(nb4);
  double healthy = 0, healthy_nb4 = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    healthy = na4.add(turn(0.1, 0, i + 1));
    healthy_nb4 = nb4.add(turn(0.1, 0, i + 1));
  }
  CHECK(healthy == Approx(3).margin(1));
  auto bad = turn(0.1, 0);
  bad[4] = math::not_a_number;
  CHECK(std::isnan(na4.add(bad)));
  CHECK(na4.state().records() == 20);
  CHECK(na4.add(turn(0.1, 2)) > 10 * healthy);
  auto weak_tooth = turn(0.1, 0);  // the mesh is weak over three teeth: what the envelope of the mesh shows
  for (std::size_t i = 300; i < 400; ++i) weak_tooth[i] *= 0.1;
  CHECK(nb4.add(weak_tooth) > 5 * healthy_nb4);
}

TEST_CASE("gear settings that cannot be are refused") {
  ::test::memory memory;
  CHECK_FALSE(features::gear_metrics<float>({50, lines, 3}).prepare(memory.arena()).ok());
  CHECK_FALSE(features::gear_nb4<float>(64, 30, 8).prepare(memory.arena()).ok());
}
