#include "pdm/anomaly/mewma.hpp"

#include <array>
#include <cstdio>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using pdm::anomaly::mewma;

namespace {

// Two columns, correlation 0.8, shifted by s and -s: against the correlation.
std::array<double, 2> pair(pdm::random_source& draw, double s) {
  double const a = draw.normal(), b = 0.8 * a + 0.6 * draw.normal();
  return {a + s, b - s};
}

}  // namespace

TEST_CASE("with lambda 1 the statistic is Hotelling's of the row, in the correlation that was learned") {
  test::memory room;
  mewma d({.lambda = 1, .warm_up = 20000});
  REQUIRE(d.prepare(2, room.arena()).ok());
  pdm::random_source draw(3);
  for (int i = 0; i < 20000; ++i) d.learn_one(test::steady_row(pair(draw, 0)));
  REQUIRE(d.ready());
  // (1, -1): 2 / (1 - 0.8) = 10; (1, 1): 2 / 1.8
  CHECK(d.score_one(test::steady_row(std::array{1.0, -1.0})).value * d.limit() == Approx(10).epsilon(0.1));
  CHECK(d.score_one(test::steady_row(std::array{1.0, 1.0})).value * d.limit() == Approx(2 / 1.8).epsilon(0.1));
  CHECK(d.limit() == Approx(-2 * std::log(0.001)));  // chi-square with two degrees of freedom
}

TEST_CASE("a shift of half a deviation that no single row shows is found within its delay, rarely without one") {
  test::memory room(std::size_t{4} << 20);
  mewma d({.lambda = 0.1, .warm_up = 2000});
  REQUIRE(d.prepare(2, room.arena()).ok());
  pdm::random_source draw(4);
  for (int i = 0; i < 2000; ++i) d.learn_one(test::steady_row(pair(draw, 0)));
  int alarms = 0, delay = 0;
  bool before = false;
  for (int i = 0; i < 20000; ++i) {
    auto const values = pair(draw, 0);
    auto const r = test::steady_row(values);
    bool const above = d.score_one(r).value > 1;
    alarms += above && !before ? 1 : 0;
    before = above;
    d.learn_one(r);
  }
  CHECK(alarms < 30);  // 20 for an exact reference and independent values of the chart
  d.acknowledge();
  for (; delay < 500; ++delay) {
    auto const values = pair(draw, 0.5);
    auto const r = test::steady_row(values);
    if (d.score_one(r).value > 1) break;
    d.learn_one(r);
  }
  CHECK(delay < 40);
}
