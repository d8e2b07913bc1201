#include "pdm/anomaly/population_stability.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm::anomaly;

TEST_CASE("the index of equal shares is 0, and of two bins it is the closed form") {
  CHECK(population_stability_index(std::array{10.0, 20.0}, std::array{10.0, 20.0}) == 0);
  double const p = 99.5 / 101, q = 0.5;
  double const expected = (p - q) * pdm::math::log(p / q) + (1 - p - (1 - q)) * pdm::math::log((1 - p) / (1 - q));
  CHECK(population_stability_index(std::array{50.0, 50.0}, std::array{99.0, 1.0}) == Approx(expected).epsilon(1e-12));
  double const nothing = population_stability_index({}, {});
  CHECK(nothing != nothing);
}

TEST_CASE("the distance of two samples is that of their steps, ties included") {
  CHECK(kolmogorov_smirnov(std::array{1.0, 2.0, 3.0}, std::array{4.0, 5.0}).distance == 1);
  CHECK(kolmogorov_smirnov(std::array{1.0, 2.0, 2.0, 3.0}, std::array{2.0, 2.0}).distance == Approx(0.25));
  CHECK(kolmogorov_smirnov({}, std::array{1.0}).p == 1);
}

TEST_CASE("samples of one distribution differ at 5 % in about 5 of 100 trials, of two distributions nearly always") {
  pdm::random_source draw(4);
  int false_alarms = 0, found = 0;
  for (int trial = 0; trial < 1000; ++trial) {
    std::vector<double> a(150), b(100), c(100);
    for (double& v : a) v = draw.normal();
    for (double& v : b) v = draw.normal();
    for (double& v : c) v = draw.normal() + 1;
    for (auto* s : {&a, &b, &c}) std::sort(s->begin(), s->end());
    false_alarms += kolmogorov_smirnov(a, b).p < 0.05 ? 1 : 0;
    found += kolmogorov_smirnov(a, c).p < 0.05 ? 1 : 0;
  }
  CHECK(false_alarms > 25);
  CHECK(false_alarms < 75);
  CHECK(found > 990);
}
