#include "pdm/core/life.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "pdm/core/math.hpp"
#include "pdm/prognostics/laws.hpp"
#include "support/catch.hpp"

namespace {
using pdm::life_distribution;

double worst_error(double mean, double sd) {
  auto const cdf = [&](double t) { return pdm::math::normal_cdf((t - mean) / sd); };
  auto const life = life_distribution::from_cdf(cdf, 100);
  double worst = 0;
  for (int i = 0; i <= 10000; ++i) worst = std::max(worst, std::abs(life.cdf(0.01 * i) - cdf(0.01 * i)));
  return worst;
}
}  // namespace

TEST_CASE("sixty-five knots hold a distribution to the stated accuracy") {
  for (double mean : {20.0, 33.0, 50.0, 71.0, 90.0}) {
    CHECK(worst_error(mean, 1) < 0.005);
    CHECK(worst_error(mean, 10) < 0.0025);
  }
}

TEST_CASE("an exponential life has its mean, median and mass beyond the horizon") {
  auto const life = life_distribution::from_cdf([](double t) { return 1 - pdm::math::exp(-t / 20); }, 100);
  CHECK(life.quantile(0.5).value() == Approx(20 * std::log(2.0)).epsilon(1e-3));
  CHECK(life.mean() == Approx(20 * (1 - std::exp(-5.0))).epsilon(1e-3));
  CHECK(life.mass_beyond() == Approx(std::exp(-5.0)).epsilon(1e-12));
  CHECK_FALSE(life.quantile(0.995).has_value());
  CHECK_FALSE(life.quantile(-0.1).has_value());
  CHECK_FALSE(life.quantile(std::numeric_limits<double>::quiet_NaN()).has_value());
}

TEST_CASE("an end that is certain to come at one moment is found to a part in a thousand million") {
  auto const life = life_distribution::from_cdf([](double t) { return t >= 37.3 ? 1.0 : 0.0; }, 100);
  CHECK(life.quantile(0.1).value() == Approx(37.3).epsilon(1e-9));
  CHECK(life.quantile(0.9).value() == Approx(37.3).epsilon(1e-9));
}

TEST_CASE("a function that falls, leaves [0, 1] or is not a number still makes a distribution") {
  auto const check = [](bool holds, char const* claim) {
    INFO(claim);
    CHECK(holds);
  };
  auto const laws_hold = [&](auto&& cdf) {
    pdm::prognostics::life_laws({pdm::abstention::none, life_distribution::from_cdf(cdf, 10), {}}, check);
  };
  laws_hold([](double t) { return std::sin(t); });
  laws_hold([](double) { return std::numeric_limits<double>::quiet_NaN(); });
  laws_hold([](double t) { return 5 - t; });
  laws_hold([](double) { return 1.0; });
  laws_hold([](double) { return -1.0; });
  laws_hold([](double t) { return t < 5 ? 0.7 : std::numeric_limits<double>::quiet_NaN(); });
}

TEST_CASE("knots of the caller are taken as they are, and refused when they make no distribution") {
  std::array const t{0.0, 10.0, 20.0};
  std::array const f{0.0, 0.5, 0.8};
  auto const life = life_distribution::from_knots(t.data(), f.data(), 3).value();
  CHECK(life.cdf(5) == 0.25);
  CHECK(life.cdf(99) == 0.8);
  CHECK(life.quantile(0.65).value() == Approx(15));
  CHECK(life.mean() == Approx(10 * 0.75 + 10 * 0.35));
  std::array const falls{0.0, 0.5, 0.4};
  std::array const back{0.0, 10.0, 10.0};
  CHECK_FALSE(life_distribution::from_knots(t.data(), falls.data(), 3).has_value());
  CHECK_FALSE(life_distribution::from_knots(back.data(), f.data(), 3).has_value());
  CHECK_FALSE(life_distribution::from_knots(t.data(), f.data(), 1).has_value());
}
