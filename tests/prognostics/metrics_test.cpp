#include "pdm/prognostics/metrics.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm::prognostics;

TEST_CASE("the CRPS of a normal forecast at its mean is sd (sqrt 2 - 1)/sqrt pi") {
  CHECK(crps_gaussian(5, 3, 5) == Approx(3 * (std::sqrt(2.0) - 1) / std::sqrt(pdm::math::pi)).epsilon(1e-13));
  CHECK(crps_gaussian(5, 0, 7) == 2);
  CHECK(crps_gaussian(5, 2, 1) == Approx(crps_gaussian(5, 2, 9)).epsilon(1e-14));
}

TEST_CASE("the CRPS of an ensemble is its mean distance less half its own spread") {
  std::array const x{1.0, 3.0};
  auto const s = crps_ensemble(x, 2);
  CHECK(s.crps == 0.5);  // 1 - (2 + 2)/(2 4)
  CHECK(s.fair == 0.0);  // 1 - 4/(2 2 1)
  std::array const one{2.0};
  CHECK(crps_ensemble(one, 3.5).crps == 1.5);
  CHECK(std::isnan(crps_ensemble(one, 3.5).fair));
}

TEST_CASE("the CRPS of many normal members comes close to that of the normal") {
  pdm::random_source draw(3);
  std::vector<double> members(2000);
  for (double& m : members) m = 10 + 2 * draw.normal();
  CHECK(crps_ensemble(members, 11).fair == Approx(crps_gaussian(10, 2, 11)).epsilon(0.08));
}

TEST_CASE("a life beyond the horizon is covered by an interval that is open there") {
  pdm::life_estimate e;
  CHECK_FALSE(covers(e, 0.8, 1).has_value());
  e.why = pdm::abstention::none;
  e.life = pdm::life_distribution::from_cdf([](double t) { return t / 200; }, 100);
  CHECK(covers(e, 0.8, 500).value());
  CHECK(covers(e, 0.8, 21).value());
  CHECK_FALSE(covers(e, 0.8, 19).value());
}

TEST_CASE("alpha-lambda asks whether the estimate lies in the cone at the given share of life") {
  std::array const t{0.0, 25.0, 50.0, 75.0};
  std::array const estimate{100.0, 50.0, 55.0, 26.0};
  auto const r = alpha_lambda(t, estimate, 0.2, 0.5, 100).value();
  CHECK(r.index == 2);
  CHECK(r.value);
  CHECK(r.fraction == 0.75);
  CHECK_FALSE(alpha_lambda(t, estimate, 0.2, 0.9, 100).has_value());
}

TEST_CASE("the PHM08 score asks e - 1 for ten cycles late as for thirteen early") {
  std::array const estimate{10.0, 20.0, 3.0}, truth{10.0, 10.0, 16.0};
  CHECK(phm08_score(estimate, truth) == Approx(2 * (std::exp(1.0) - 1)).epsilon(1e-13));
}

TEST_CASE("the errors of forecasts: RMSE, MAE, bias and relative accuracy by hand") {
  std::array const estimate{12.0, 9.0}, truth{10.0, 10.0};
  auto const e = rul_errors(estimate, truth);
  CHECK(e.rmse == Approx(std::sqrt(2.5)));
  CHECK(e.mae == 1.5);
  CHECK(e.bias == 0.5);
  CHECK(e.cumulative_relative_accuracy == Approx(0.85));
  CHECK(e.mape == Approx(15));
  CHECK(std::isnan(rul_errors({}, {}).rmse));
}

TEST_CASE("the lasting horizon begins after the last estimate that was outside") {
  std::array const t{0.0, 20.0, 40.0, 60.0, 80.0};
  std::array const estimate{100.0, 81.0, 20.0, 41.0, 20.0};
  auto const h = prognostic_horizon(t, estimate, 0.05, 100);
  CHECK(h.first_entry == 100);
  CHECK(h.lasting == 40);
  std::array const never{300.0, 300.0, 300.0, 300.0, 300.0};
  CHECK(prognostic_horizon(t, never, 0.05, 100).first_entry == 0);
}
