#include "pdm/prognostics/kalman.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace pdm::prognostics;

TEST_CASE("a constant that is read n times is their mean, with the deviation of a mean") {
  kalman<1>::params p{.transition = {{{1}}}, .noise = {{{0}}}, .sensor = {1}, .sensor_sd = 2, .mean = {0}};
  p.covariance = {{{1e12}}};
  kalman<1> k(p);
  for (double z : {1.0, 4.0, 7.0}) k.update(z);
  CHECK(k.mean()[0] == Approx(4).epsilon(1e-9));
  CHECK(k.covariance()[0][0] == Approx(4.0 / 3).epsilon(1e-9));
}

TEST_CASE("a wandering level settles at the variance of Riccati's equation") {
  // P = (p + q) r / (p + q + r) has the root p = (-q + sqrt(q^2 + 4 q r)) / 2.
  double const q = 0.3, r = 2;
  kalman<1>::params p{.transition = {{{1}}}, .noise = {{{q}}}, .sensor = {1}, .sensor_sd = std::sqrt(r), .mean = {0}};
  p.covariance = {{{1}}};
  kalman<1> k(p);
  for (int i = 0; i < 200; ++i) k.update(0);
  CHECK(k.covariance()[0][0] == Approx((-q + std::sqrt(q * q + 4 * q * r)) / 2).epsilon(1e-12));
}

TEST_CASE("a sensor without noise is believed, and covariances stay symmetric and positive") {
  kalman<2>::params p{.transition = {{{1, 1}, {0, 1}}}, .sensor = {1, 0}, .sensor_sd = 1e-9, .mean = {0, 0}};
  p.covariance = {{{1, 0}, {0, 1}}};
  kalman<2> k(p);
  for (int i = 1; i < 100; ++i) {
    k.update(0.5 * i);
    auto const& c = k.covariance();
    REQUIRE(c[0][1] == c[1][0]);
    REQUIRE(c[0][0] >= 0);
    REQUIRE(c[1][1] >= 0);
  }
  CHECK(k.mean()[1] == Approx(0.5).epsilon(1e-6));
  double const before = k.mean()[0];
  k.update(std::nan(""));  // a step without a reading
  CHECK(k.mean()[0] == Approx(before + 0.5).epsilon(1e-6));
}
