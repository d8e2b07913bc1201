#include "pdm/core/random.hpp"

#include <array>
#include <cmath>

#include "support/catch.hpp"

TEST_CASE("the generator gives the published numbers of SplitMix64") {
  pdm::random_source draw(1234567);
  CHECK(draw.next() == 6457827717110365317ull);
  CHECK(draw.next() == 3203168211198807973ull);
  CHECK(draw.next() == 9817491932198370423ull);
  CHECK(draw.next() == 4593380528125082431ull);
  CHECK(draw.next() == 16408922859458223821ull);
}

TEST_CASE("uniform and normal numbers have the moments they should") {
  pdm::random_source draw(5);
  int const n = 200000;
  double u = 0, uu = 0, g = 0, gg = 0, gggg = 0;
  for (int i = 0; i < n; ++i) {
    double const x = draw.uniform(), z = draw.normal();
    REQUIRE((x >= 0 && x < 1));
    u += x, uu += x * x, g += z, gg += z * z, gggg += z * z * z * z;
  }
  double const four = 4 / std::sqrt(static_cast<double>(n));  // four deviations of a mean of unit variance
  CHECK(std::abs(u / n - 0.5) < four * std::sqrt(1.0 / 12));
  CHECK(std::abs(uu / n - 1.0 / 3) < four * std::sqrt(4.0 / 45));
  CHECK(std::abs(g / n) < four);
  CHECK(std::abs(gg / n - 1) < four * std::sqrt(2.0));
  CHECK(std::abs(gggg / n - 3) < four * std::sqrt(96.0));
}

TEST_CASE("index draws are even and inside") {
  pdm::random_source draw(6);
  std::array<int, 7> count{};
  for (int i = 0; i < 70000; ++i) ++count[static_cast<std::size_t>(draw.index(7))];
  for (int c : count) CHECK(std::abs(c - 10000) < 4 * std::sqrt(70000.0 * 6 / 49));
}

TEST_CASE("the state is the counter: what is set goes on from there, and parts differ") {
  pdm::random_source a(9);
  for (int i = 0; i < 10; ++i) (void)a.normal();
  pdm::random_source b;
  b.set_state(a.state());
  CHECK(a.normal() == b.normal());
  CHECK(a.split(1).next() != a.split(2).next());
  CHECK(a.split(1).next() == a.split(1).next());
}
