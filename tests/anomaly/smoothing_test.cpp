#include "pdm/anomaly/smoothing.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {
struct smoother {
  explicit smoother(double tau) : it({.tau = {tau}}) {
    REQUIRE(it.prepare(1, room.arena()).ok());
    REQUIRE(room.arena().used() == it.footprint(1));
  }
  pdm::row update(double seconds, double value) {
    values = {value};
    pdm::row r = pdm::make_row(values);
    r.source_time = pdm::from_seconds(seconds);
    return it.update(r);
  }
  test::memory room;
  pdm::anomaly::row_smoother it;
  std::array<double, 1> values{};
};
}  // namespace

TEST_CASE("at even steps it is the bias-corrected EWMA") {
  double const alpha = 0.5;
  smoother s(pdm::anomaly::tau_of(alpha, {10}).value);
  CHECK(s.update(0, 4).values[0] == 4);
  // weights 1 and 1/2: (8 + 4/2) / 1.5
  CHECK(s.update(10, 8).values[0] == Approx(10 / 1.5).epsilon(1e-14));
  CHECK(s.update(20, 0).values[0] == Approx((0 + 8 * 0.5 + 4 * 0.25) / 1.75).epsilon(1e-14));
}

TEST_CASE("a constant stays what it is at any steps") {
  smoother s(30);
  pdm::random_source draw(1);
  double t = 0;
  for (int i = 0; i < 100; ++i)
    CHECK(s.update(t += 20 * draw.uniform(), 7.25).values[0] == Approx(7.25).epsilon(1e-14));
}

TEST_CASE("an absent value ages the mean, and after nine time constants the column is absent") {
  smoother s(10);
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(s.update(0, nan).has(0));
  s.update(1, 5);
  CHECK(s.update(20, nan).has(0));
  CHECK(s.update(20, nan).values[0] == Approx(5).epsilon(1e-14));
  CHECK_FALSE(s.update(120, nan).has(0));
  CHECK(s.update(130, 3).values[0] == Approx(3).epsilon(1e-3));
}

TEST_CASE("without a time constant rows come out as they went in") {
  smoother s(0);
  CHECK(s.update(0, 5).values[0] == 5);
  CHECK(s.update(1, -2).values[0] == -2);
  CHECK_FALSE(s.update(2, std::numeric_limits<double>::quiet_NaN()).has(0));
}

TEST_CASE("bad data and time that goes back change nothing") {
  smoother s(10);
  s.update(0, 1);
  double const before = s.update(10, 2).values[0];
  CHECK(s.update(5, 100).values[0] == before);
  std::array const wild{100.0};
  pdm::row bad = pdm::make_row(wild);
  bad.source_time = pdm::from_seconds(20);
  bad.quality.mark(pdm::quality_reason::clipped, pdm::quality_level::bad);
  CHECK(s.it.update(bad).values[0] == before);
}

TEST_CASE("saving and restoring a smoother gives the same bits") {
  smoother a(17), b(17);
  pdm::random_source draw(2);
  for (int i = 0; i < 20; ++i) a.update(i, draw.normal());
  std::vector<std::byte> bytes(a.it.saved_bytes());
  REQUIRE(a.it.save(bytes).ok());
  REQUIRE(b.it.restore(bytes).ok());
  for (int i = 20; i < 40; ++i) {
    double const v = draw.normal();
    CHECK(a.update(i, v).values[0] == b.update(i, v).values[0]);
  }
}
