#include "pdm/prognostics/resting_fade.hpp"

#include <cmath>
#include <cstdio>
#include <utility>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/laws.hpp"
#include "prognostics/calibration.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace {
using namespace pdm::prognostics;
constexpr rest_response response{0.8, 20, 5};

// A cell that is discharged every five hours, and rests for a day or two every now and then.
struct cell {
  double fade, gain, sigma;
  pdm::random_source draw;
  double hours = 0, capacity = 2, rested = 0;

  void discharge() {
    double const pause = draw.uniform() < 0.07 ? 25 + 25 * draw.uniform() : 5;
    double const u = response.keep * rested + response.gain(pause);
    hours += pause;
    capacity += gain * (u - rested) - fade + sigma * draw.normal();
    rested = u;
  }
};

resting_fade::params prior() {
  return {.fade_mean = 0.006,
          .fade_sd = 0.0015,
          .gain_mean = 0.1,
          .gain_sd = 0.03,
          .sigma = 0.006,
          .rest = response,
          .limit = 1.4};
}
resting_fade watched(cell& c, int discharges, resting_fade::params const& p = prior()) {
  resting_fade m(p);
  REQUIRE(m.prepare().ok());
  for (int k = 0; k < discharges; ++k) {
    m.update(c.hours, c.capacity);
    c.discharge();
  }
  return m;
}

TEST_CASE("resting_fade learns fade and gain apart") {
  cell c{0.004, 0.15, 0.004, pdm::random_source(7)};
  auto const b = watched(c, 2000).learned();
  CHECK(std::abs(b.fade - 0.004) < 3 * b.fade_sd);
  CHECK(std::abs(b.gain - 0.15) < 3 * b.gain_sd);
  CHECK(b.fade_sd < 0.0003);
  CHECK(b.gain_sd < 0.02);
  CHECK(b.sigma == Approx(0.004).epsilon(0.1));
}

TEST_CASE("resting_fade: a cell without rests is a line with noise in its path") {
  resting_fade m(prior());
  REQUIRE(m.prepare().ok());
  for (int k = 0; k <= 40; ++k) m.update(5.0 * k, 2 - 0.006 * k);
  auto const b = m.learned();
  CHECK(b.fade == Approx(0.006));
  CHECK(b.gain == Approx(0.1));  // nothing was seen of it
  CHECK(m.predict().life.quantile(0.5).value() == Approx((2 - 0.24 - 1.4) / 0.006).epsilon(0.05));
}

TEST_CASE("resting_fade: after a rest the recovered part is not taken for health") {
  resting_fade rested(prior()), held(prior());
  REQUIRE((rested.prepare().ok() && held.prepare().ok()));
  for (int k = 0; k <= 60; ++k) {
    rested.update(5.0 * k, 1.8 - 0.006 * k);
    held.update(5.0 * k, 1.8 - 0.006 * k);
  }
  double const now = 1.8 - 0.36 + 0.1 * response.gain(48);
  rested.update(300 + 48, now);
  held.update(305, now);  // the same capacity without a pause
  CHECK(rested.predict().life.quantile(0.5).value() < 0.8 * held.predict().life.quantile(0.5).value());
}

TEST_CASE("resting_fade is as sure as it says: two thousand simulated cells", "[full]") {
  // A seed that no choice was made on. Seeds 3101 to 3106 hold 77.2 to 80.5 %, 79.0 % in all; 3102 alone is not
  // uniform.
  pdm::random_source draw(3101);
  calibration seen;
  auto p = prior();
  p.paths = 300;
  while (seen.pit.size() < 2000) {
    cell c{p.fade_mean + p.fade_sd * draw.normal(), p.gain_mean + p.gain_sd * draw.normal(), p.sigma,
           draw.split(seen.pit.size() + 1)};
    if (c.fade < 0.001) continue;
    auto const m = watched(c, 40, p);
    double level = c.capacity;  // of the discharge after the last one told
    int rest = 1;
    while (level >= 1.4) c.discharge(), level = c.capacity, ++rest;
    // Ended somewhere in the last discharge: the answer counts whole ones, so spread it evenly.
    seen.add(m.predict(), rest - draw.uniform());
  }
  std::printf("resting_fade: 80 %% interval holds %d of 2000, distance from uniform %.4f\n", seen.covered,
              seen.worst_gap());
  CHECK(seen.covered >= 1540);
  CHECK(seen.covered <= 1660);
  CHECK(seen.is_uniform());
}

TEST_CASE("resting_fade abstains without limit or past, and ignores what is no reading") {
  resting_fade m(prior());
  REQUIRE(m.prepare().ok());
  CHECK(m.predict().why == pdm::abstention::not_ready);
  auto p = prior();
  p.limit = pdm::math::not_a_number;
  cell c{0.005, 0.1, 0.004, pdm::random_source(3)};
  CHECK(watched(c, 20, p).predict().why == pdm::abstention::no_limit);
  p.sigma = 0;
  CHECK_FALSE(resting_fade(p).prepare().ok());
  m.update(0, 2);
  m.update(pdm::math::not_a_number, 1.9);
  m.update(5, pdm::math::not_a_number);
  m.update(-1, 1.9);
  m.update(5, 1.99), m.update(10, 1.98);
  life_laws(m.predict(), [](bool holds, char const* claim) {
    INFO(claim);
    CHECK(holds);
  });
}

TEST_CASE("resting_fade goes on exactly where it was saved, without a heap call") {
  cell c{0.005, 0.1, 0.004, pdm::random_source(5)};
  auto a = watched(c, 33);
  std::vector<std::byte> memory(a.saved_bytes());
  auto saved = a.save(memory);
  REQUIRE((saved && *saved == memory.size()));
  resting_fade b(prior());
  REQUIRE((b.prepare().ok() && b.restore(memory).ok()));
  std::vector<std::pair<double, double>> rows;
  for (int k = 0; k < 9; ++k) c.discharge(), rows.emplace_back(c.hours, c.capacity);
  pdm::life_estimate x, y;
  auto const calls = pdm::test::heap_calls_in([&] {
    for (auto const& [t, v] : rows) a.update(t, v), b.update(t, v);
    x = a.predict(), y = b.predict();
  });
  CHECK(calls.all() == 0);
  for (double q : {0.05, 0.5, 0.95}) CHECK(x.life.quantile(q).value() == y.life.quantile(q).value());
  for (std::size_t i = 0; i < memory.size(); i += 3) {
    auto broken = memory;
    broken[i] ^= std::byte{0x10};
    CHECK_FALSE(b.restore(broken).ok());
  }
}
}  // namespace
