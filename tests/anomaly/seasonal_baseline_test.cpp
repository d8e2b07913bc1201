#include "pdm/anomaly/seasonal_baseline.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

using pdm::anomaly::seasonal_baseline;

namespace {

double usual(double t_s) { return 1e6 + 20 * std::sin(2 * 3.14159265358979 * t_s / 86400); }

struct fixture {
  fixture() { REQUIRE(baseline.prepare(room.arena()).ok()); }
  void days(int from, int to) {
    for (double t = from * 86400.0; t < to * 86400.0; t += 600) baseline.learn_one(t, usual(t) + draw.normal());
  }
  test::memory room;
  pdm::random_source draw{4};
  seasonal_baseline baseline;
};

}  // namespace

TEST_CASE("what is expected follows the day, with its quantiles, and 1 of deviation is the high quantile") {
  fixture f;
  CHECK_FALSE(f.baseline.expected(0).ready);
  CHECK(std::isnan(f.baseline.deviation(0, 1e6)));
  f.days(0, 40);
  for (double t = 41 * 86400.0; t < 42 * 86400.0; t += 1111) {
    auto const e = f.baseline.expected(t);
    REQUIRE(e.ready);
    CHECK(e.median == Approx(usual(t)).margin(1));
    CHECK((e.high - e.median > 1 && e.high - e.median < 3.6));  // 1.6, and what an hour adds to it in the morning
    CHECK(f.baseline.deviation(t, e.high) == Approx(1));
    CHECK(f.baseline.deviation(t, e.low) == Approx(-1));
  }
  auto const top = f.baseline.expected(41.25 * 86400);  // where the day stands still
  CHECK(top.high - top.median == Approx(1.645).margin(0.5));
  // what is usual at the top of the day is strange at its bottom
  CHECK(std::abs(f.baseline.deviation(41.25 * 86400, usual(41.25 * 86400))) < 1);
  CHECK(f.baseline.deviation(41.75 * 86400, usual(41.25 * 86400)) > 8);
}

TEST_CASE("times before 0 and at the end of the period belong to it; what is not finite is ignored; no heap") {
  fixture f;
  f.days(-30, 0);
  CHECK(f.baseline.expected(0).median == Approx(f.baseline.expected(86400).median));
  CHECK(f.baseline.expected(86399.999).ready);
  double const before = f.baseline.expected(5000).median;
  auto const calls = pdm::test::heap_calls_in([&] {
    f.baseline.learn_one(5000, pdm::math::not_a_number);
    f.baseline.learn_one(pdm::math::infinity, 3);
    (void)f.baseline.deviation(5000, 3);
  });
  CHECK(calls.all() == 0);
  CHECK(f.baseline.expected(5000).median == before);
}

TEST_CASE("a saved baseline goes on where it was") {
  fixture a, b;
  a.days(0, 11);
  std::vector<std::byte> bytes(a.baseline.saved_bytes());
  auto const n = a.baseline.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.baseline.restore(std::span(bytes).first(*n)).ok());
  b.draw = a.draw;
  a.days(11, 15);
  b.days(11, 15);
  for (double t = 0; t < 86400; t += 777) CHECK(a.baseline.deviation(t, 1e6) == b.baseline.deviation(t, 1e6));
  bytes[*n / 2] ^= std::byte{1};
  CHECK_FALSE(b.baseline.restore(std::span(bytes).first(*n)).ok());
}
