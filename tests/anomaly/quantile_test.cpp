#include "pdm/anomaly/quantile.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"

TEST_CASE("a quantile lies between its neighbours in proportion") {
  std::array const x{1.0, 2.0, 4.0, 8.0};
  CHECK(pdm::anomaly::quantile_of_sorted(x, 0) == 1.0);
  CHECK(pdm::anomaly::quantile_of_sorted(x, 1) == 8.0);
  CHECK(pdm::anomaly::quantile_of_sorted(x, 0.5) == 3.0);
  CHECK(pdm::anomaly::quantile_of_sorted(x, 0.75) == 5.0);  // place 2.25
  CHECK(std::isnan(pdm::anomaly::quantile_of_sorted(x, 1.01)));
  CHECK(std::isnan(pdm::anomaly::quantile_of_sorted({}, 0.5)));
}

TEST_CASE("median and absolute deviation ignore one wild value") {
  std::array x{5.0, 1.0, 2.0, 1e9, 3.0};
  CHECK(pdm::anomaly::median(x) == 3.0);
  CHECK(pdm::anomaly::median_absolute_deviation(x, 3.0) == 2.0);
}

TEST_CASE("mad_to_sigma is the reciprocal of the normal quartile") {
  CHECK(pdm::anomaly::mad_to_sigma * pdm::math::normal_quantile(0.75) == Approx(1).epsilon(1e-13));
}

TEST_CASE("the median deviation of a sorted sample is that of the sample, bit for bit") {
  pdm::random_source draw(5);
  for (std::size_t n = 1; n < 40; ++n) {
    std::vector<double> x(n), scratch;
    for (double& v : x) v = n % 3 == 0 ? static_cast<double>(draw.index(5)) : draw.normal();
    for (double centre : {pdm::anomaly::median(x), 0.3, -9.0, 9.0}) {  // sorts x
      scratch = x;
      CHECK(pdm::anomaly::median_deviation_of_sorted(x, centre) ==
            pdm::anomaly::median_absolute_deviation(scratch, centre));
    }
  }
  CHECK(std::isnan(pdm::anomaly::median_deviation_of_sorted({}, 0)));
}
