#include "pdm/sim/counter_noise.hpp"

#include <vector>

#include "support/catch.hpp"

using pdm::sim::counter_noise;

TEST_CASE("the normal stream has the moments of a standard normal") {
  counter_noise const noise(3);
  std::vector<double> x(200000);
  noise.add(0, 1.0, x);
  double m1 = 0, m2 = 0, m4 = 0, lag = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    m1 += x[i];
    m2 += x[i] * x[i];
    m4 += x[i] * x[i] * x[i] * x[i];
    if (i > 0) lag += x[i] * x[i - 1];
  }
  auto const n = static_cast<double>(x.size());
  CHECK(std::abs(m1 / n) < 4 / std::sqrt(n));
  CHECK(std::abs(lag / n) < 4 / std::sqrt(n));
  CHECK(m2 / n == Approx(1).margin(4 * std::sqrt(2 / n)));
  CHECK(m4 / n == Approx(3).margin(4 * std::sqrt(96 / n)));
}

TEST_CASE("a value depends on its number alone") {
  counter_noise const noise(4);
  std::vector<double> whole(1000), part(37);
  noise.add(0, 2.0, whole);
  noise.add(501, 2.0, part);
  for (std::size_t i = 0; i < part.size(); ++i) REQUIRE(part[i] == whole[501 + i]);
  CHECK(whole[7] == 2.0 * noise.normal(7));
}

TEST_CASE("the slip walk has unit steps and is tied at every 1024th impact") {
  counter_noise const noise(5);
  double squares = 0;
  for (std::int64_t k = -2048; k < 2048; ++k) {
    double const d = noise.slip_walk(k + 1) - noise.slip_walk(k);
    squares += d * d;
  }
  CHECK(squares / 4096 == Approx(1).margin(0.1));
  CHECK(noise.slip_walk(0) == 0);
  CHECK(noise.slip_walk(-1024) == 0);
  CHECK(noise.slip_walk(5120) == 0);
}
