#include "pdm/anomaly/level_cusum.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using namespace pdm::anomaly;

namespace {
std::vector<double> first_order(double keep, std::size_t n) {
  pdm::random_source draw(7);
  std::vector<double> x(n);
  double v = 0;
  for (double& each : x) each = v = keep * v + std::sqrt(1 - keep * keep) * draw.normal();
  return x;
}
}  // namespace

TEST_CASE("the autocorrelation time of a first-order process is (1 + a) / (1 - a)") {
  CHECK(autocorrelation_time(first_order(0, 20000), 1, 0) == Approx(1).epsilon(0.05));
  CHECK(autocorrelation_time(first_order(0.8, 50000), 1, 0) == Approx(9).epsilon(0.15));
  CHECK(autocorrelation_time(first_order(0.99, 200000), 1, 0) == Approx(199).epsilon(0.25));
  CHECK(autocorrelation_time(std::vector<double>(100, 3.0), 1, 0) == 1);
}

TEST_CASE("a shift of two deviations is over the limit after least / (2 - k) rows, and gone soon after it ends") {
  test::memory room;
  level_cusum c;
  REQUIRE(c.prepare(1, room.arena()).ok());
  c.fit(first_order(0, 4000));
  CHECK(c.limit(0) == 30);
  int rows = 0;
  while (c.part(0) <= 1) {
    c.update(std::vector<double>{2.0}, 1, false);
    ++rows;
  }
  CHECK(rows == 41);  // 0.75 a row
  for (int i = 0; i < 2000; ++i) c.update(std::vector<double>{2.0}, 1, false);
  for (rows = 0; c.part(0) > 1; ++rows) c.update(std::vector<double>{0.0}, 1, false);
  CHECK(rows <= 9);  // ten over the limit at most, 1.25 a row
}

TEST_CASE("a column too slow for its learning part has no limit; a slow one has a limit of its own excursions") {
  test::memory room;
  level_cusum c;
  REQUIRE(c.prepare(1, room.arena()).ok());
  std::vector<double> ramp;
  for (int i = 0; i < 800; ++i) ramp.push_back(i / 800.0);
  c.fit(ramp);
  CHECK_FALSE(c.watched(0));
  CHECK(c.part(0) == 0);
  c.fit(first_order(0.9, 4000));
  CHECK(c.watched(0));
  CHECK(c.limit(0) > 4 * 15);
}

TEST_CASE("the baseline never moves more than its budget") {
  test::memory room;
  level_cusum c;
  REQUIRE(c.prepare(1, room.arena()).ok());
  c.fit(first_order(0, 4000));
  for (int i = 0; i < 100000; ++i) c.update(std::vector<double>{6.0}, 1, true);
  CHECK(c.deviation(0, 6.0) >= 2.5);  // five deviations are left, over a scale of at most two
  CHECK(c.part(0) > 0);
}
