#include "pdm/anomaly/combined_p.hpp"

#include <array>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using pdm::anomaly::combined_p;

TEST_CASE("one p-value, or several that agree, are left as they are") {
  for (double p : {1e-200, 1e-9, 0.003, 0.4, 0.7, 0.999}) {
    CHECK(combined_p(std::array{p}) == Approx(p).epsilon(1e-9));
    CHECK(combined_p(std::array{p, p, p}) == Approx(p).epsilon(1e-9));
  }
}

TEST_CASE("one of four that is sure dilutes by four; weights say whose word counts; who abstains has no say") {
  CHECK(combined_p(std::array{1e-8, 0.5, 0.5, 0.5}) == Approx(4e-8).epsilon(1e-3));
  CHECK(combined_p(std::array{1e-8, 0.5}, std::array{3.0, 1.0}) == Approx(1e-8 * 4 / 3).epsilon(1e-3));
  CHECK(combined_p(std::array{1e-8, pdm::math::not_a_number, 7.0}) == Approx(1e-8).epsilon(1e-9));
  CHECK(combined_p(std::array{pdm::math::not_a_number}) == 1);
  CHECK(combined_p({}) == 1);
}

TEST_CASE("detectors that see the same data do not prove more than there is: p below alpha no more often than alpha") {
  pdm::random_source draw(3);
  int alone = 0, together = 0;
  constexpr int rows = 200000;
  for (int i = 0; i < rows; ++i) {
    double const common = draw.normal();
    std::array<double, 5> p{};
    for (double& each : p) each = 1 - pdm::math::normal_cdf(0.9 * common + 0.43588989 * draw.normal());
    together += combined_p(p) < 1e-3 ? 1 : 0;
    alone += p[0] < 1e-3 ? 1 : 0;
  }
  CHECK(alone < 1.3e-3 * rows);
  CHECK(together < 1.3e-3 * rows);
  CHECK(together > 0.4e-3 * rows);
}
