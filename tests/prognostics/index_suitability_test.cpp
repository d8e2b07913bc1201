#include "pdm/prognostics/index_suitability.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "support/catch.hpp"

using namespace pdm::prognostics;

TEST_CASE("a line is perfectly monotone and trendable, whatever its direction and length") {
  std::vector<double> up, down;
  for (int i = 0; i < 30; ++i) up.push_back(2.0 * i);
  for (int i = 0; i < 47; ++i) down.push_back(5.0 - 0.1 * i);
  std::array<run_to_failure, 2> const runs{up, down};
  CHECK(monotonicity(runs, monotonicity_method::sign).value() == 1);
  CHECK(monotonicity(runs, monotonicity_method::rank).value() == Approx(1).epsilon(1e-12));
  CHECK(trendability(runs).value() == Approx(1).epsilon(1e-12));
}

TEST_CASE("prognosability falls with the spread of the last values against the range") {
  std::array<double, 2> const a{0, 9}, b{0, 11};
  std::array<run_to_failure, 2> const runs{a, b};
  CHECK(prognosability(runs).value() == Approx(std::exp(-std::sqrt(2.0) / 10)).epsilon(1e-12));
  CHECK(prognosability(std::span(runs).first(1)).value() == 1);
}

TEST_CASE("equal neighbours count as no step, and equal values share their rank") {
  std::array<double, 6> const r{1, 1, 2, 3, 3, 2};
  CHECK(monotonicity_of(r, monotonicity_method::sign) == Approx(0.2));
  std::array<double, 3> const flat{4, 4, 4};
  CHECK(monotonicity_of(flat, monotonicity_method::sign) == 0);
  CHECK(std::isnan(monotonicity_of(flat, monotonicity_method::rank)));
}

TEST_CASE("too little to compare is refused") {
  std::array<double, 1> const one{1};
  std::array<run_to_failure, 1> const runs{one};
  CHECK_FALSE(monotonicity(runs, monotonicity_method::sign).has_value());
  CHECK_FALSE(trendability(runs).has_value());
  CHECK_FALSE(prognosability({}).has_value());
}
