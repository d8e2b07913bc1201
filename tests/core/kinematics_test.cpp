#include "pdm/core/kinematics.hpp"

#include <cmath>

#include "support/catch.hpp"

TEST_CASE("the 6205-2RS of the CWRU rig has its published multiples of shaft speed") {
  // 9 balls of 7.94 mm on 39.04 mm; Case Western Reserve University lists 3.5848, 5.4152, 0.39828 and, as "rolling
  // element", twice the spin frequency: 4.7135.
  auto const f = pdm::defect_frequencies({9, 7.94, 39.04, 0});
  REQUIRE(f.ok());
  CHECK(f->outer_race == Approx(3.5848).epsilon(2e-4));
  CHECK(f->inner_race == Approx(5.4152).epsilon(2e-4));
  CHECK(f->cage == Approx(0.39828).epsilon(3e-4));
  CHECK(f->ball_defect == Approx(4.7135).epsilon(2e-4));
  CHECK(f->ball_defect == 2 * f->element_spin);
}

TEST_CASE("relative error stays below 1e-14 for d/D from 0.05 to 0.6") {
  for (int n : {7, 16}) {
    for (double ratio = 0.05; ratio <= 0.6; ratio += 0.05) {
      for (double angle : {0.0, 15.0, 40.0}) {
        auto const f = *pdm::defect_frequencies({n, ratio * 40, 40, angle}, 29.5, 0);
        long double const pi = 3.14159265358979323846264338327950288L;
        long double const g = static_cast<long double>(ratio * 40) / 40 * std::cos(angle * pi / 180);
        CHECK(std::abs(static_cast<double>(f.outer_race / (0.5L * n * 29.5L * (1 - g)) - 1)) < 1e-14);
        CHECK(std::abs(static_cast<double>(f.inner_race / (0.5L * n * 29.5L * (1 + g)) - 1)) < 1e-14);
        CHECK(std::abs(static_cast<double>(f.cage / (0.5L * 29.5L * (1 - g)) - 1)) < 1e-14);
      }
    }
  }
}

TEST_CASE("outer and inner race frequencies add up to the number of elements times the relative speed") {
  auto const f = *pdm::defect_frequencies({12, 8, 46, 25}, 30, -10);
  CHECK(f.outer_race + f.inner_race == Approx(12 * 40).epsilon(1e-14));
  // Rings that turn together carry everything round with them, and nothing is rolled over.
  auto const together = *pdm::defect_frequencies({12, 8, 46, 25}, 30, 30);
  CHECK(together.cage == Approx(30));
  CHECK(together.outer_race == 0);
}

TEST_CASE("an impossible geometry is refused") {
  CHECK_FALSE(pdm::defect_frequencies({0, 8, 40, 0}).ok());
  CHECK_FALSE(pdm::defect_frequencies({9, 0, 40, 0}).ok());
  CHECK_FALSE(pdm::defect_frequencies({9, 40, 40, 0}).ok());
  CHECK_FALSE(pdm::defect_frequencies({9, std::nan(""), 40, 0}).ok());
}
