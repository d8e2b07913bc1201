#include "pdm/anomaly/conformal.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using pdm::anomaly::conformal_calibration;

TEST_CASE("the p-value counts the calibration scores that are at least as high") {
  std::array const c{1.0, 2.0, 2.0, 3.0};
  CHECK(pdm::anomaly::conformal_p(c, 0.5) == 1.0);
  CHECK(pdm::anomaly::conformal_p(c, 2.0) == Approx(4.0 / 5));
  CHECK(pdm::anomaly::conformal_p(c, 3.5) == Approx(1.0 / 5));
  CHECK(pdm::anomaly::conformal_p_smoothed(c, 2.0, 0.5) == Approx((1 + 0.5 * 3) / 5));
  CHECK(pdm::anomaly::conformal_p({}, 3.5) == 1.0);
}

TEST_CASE("the threshold is the k-th smallest score, and infinite when there are too few") {
  std::array const c{1.0, 2.0, 3.0, 4.0};
  CHECK(pdm::anomaly::conformal_threshold(c, 0.5) == 3.0);  // ceil(5 * 0.5)
  CHECK(pdm::anomaly::conformal_threshold(c, 0.2) == 4.0);
  CHECK(pdm::anomaly::conformal_threshold(c, 0.1) == pdm::math::infinity);
}

TEST_CASE("p-values of exchangeable scores reach alpha no more often than alpha") {
  test::memory room;
  conformal_calibration calibration({.capacity = 99});
  REQUIRE(calibration.prepare(room.arena()).ok());
  pdm::random_source draw(4);
  int below = 0, trials = 4000;
  for (int i = 0; i < trials; ++i) {
    double const s = std::abs(draw.normal());
    if (i >= 99 && calibration.p_value(s) <= 0.1) ++below;
    calibration.learn_one(s);
  }
  // binomial: mean 390, deviation 19 (a little more, as neighbouring sets overlap)
  CHECK(below > 300);
  CHECK(below < 480);
}

TEST_CASE("the calibration keeps the newest scores, sorted, whatever came before") {
  test::memory room;
  conformal_calibration calibration({.capacity = 5});
  REQUIRE(room.arena().used() == 0);
  REQUIRE(calibration.prepare(room.arena()).ok());
  CHECK(room.arena().used() == calibration.footprint());
  pdm::random_source draw(8);
  std::vector<double> all;
  for (int i = 0; i < 200; ++i) {
    all.push_back(static_cast<double>(draw.index(7)));  // with ties
    calibration.learn_one(all.back());
    calibration.learn_one(std::numeric_limits<double>::quiet_NaN());
    std::vector<double> newest(all.end() - std::min<std::ptrdiff_t>(5, i + 1), all.end());
    std::sort(newest.begin(), newest.end());
    REQUIRE(std::ranges::equal(newest, calibration.sorted()));
  }
  conformal_calibration other({.capacity = 5});
  REQUIRE(other.prepare(room.arena()).ok());
  std::vector<std::byte> bytes(calibration.saved_bytes());
  auto const n = calibration.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(other.restore(std::span(bytes).first(*n)).ok());
  for (int i = 0; i < 20; ++i) {
    double const s = draw.uniform();
    calibration.learn_one(s);
    other.learn_one(s);
    REQUIRE(std::ranges::equal(other.sorted(), calibration.sorted()));
  }
}
