#include "pdm/anomaly/rate_of_rise.hpp"

#include <cmath>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using pdm::anomaly::rate_of_rise;

TEST_CASE("the slope of a straight line is that line's, at uneven times and with a large offset") {
  rate_of_rise r({.memory = {1000}});
  CHECK(std::isnan(r.slope()));
  double t = 5e8;
  for (int i = 0; i < 200; ++i) {
    t += 10 + i % 7;
    r.update(t, 1e6 + 0.25 * (t - 5e8));
  }
  CHECK(r.slope() == Approx(0.25).epsilon(1e-6));
  CHECK(r.significance() > 1e3);
  r.update(t - 1, 1e9);
  r.update(t + 1, pdm::math::not_a_number);
  CHECK(r.slope() == Approx(0.25).epsilon(1e-6));
}

TEST_CASE("on noise the significance is about a standard normal number, and a true rise passes it by far") {
  double square = 0;
  constexpr int runs = 400;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    rate_of_rise r({.memory = {50}});
    pdm::random_source draw(seed);
    for (int i = 0; i < 400; ++i) r.update(i, draw.normal());
    square += r.significance() * r.significance() / runs;
  }
  CHECK(square == Approx(1).margin(0.2));
  rate_of_rise r({.memory = {50}});
  pdm::random_source draw(9);
  for (int i = 0; i < 400; ++i) r.update(i, 0.05 * i + draw.normal());
  CHECK(r.slope() == Approx(0.05).margin(0.015));
  CHECK(r.significance() > 5);
}

TEST_CASE("what lies several memories back is forgotten") {
  rate_of_rise r({.memory = {20}});
  for (int i = 0; i < 300; ++i) r.update(i, i < 150 ? i : 300 - i);
  CHECK(r.slope() == Approx(-1).margin(0.01));
}
