#include "pdm/core/units.hpp"

#include "support/catch.hpp"

TEST_CASE("every unit is read back from its own symbol") {
  for (int i = 0; i <= static_cast<int>(pdm::unit::count); ++i) {
    auto const u = static_cast<pdm::unit>(i);
    CHECK(pdm::parse_unit(symbol(u)) == u);
  }
  CHECK(pdm::parse_unit("m/s^2") == pdm::unit::metre_per_second_squared);
  CHECK(pdm::parse_unit("furlong") == pdm::unit::unknown);
}

TEST_CASE("accelerations become m/s2, anything else does not") {
  CHECK(pdm::to_mps2(pdm::unit::standard_gravity) == 9.80665);
  CHECK(pdm::to_mps2(pdm::unit::metre_per_second_squared) == 1);
  CHECK(pdm::to_mps2(pdm::unit::millimetre_per_second) == 0);
}
