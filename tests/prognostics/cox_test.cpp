#include "pdm/prognostics/cox.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm::prognostics;

TEST_CASE("one covariate and three failures: beta solves the score equation in closed form") {
  // Failures at 1 (x = 1), 2 (x = 0), 3 (x = 1) of which the first two have a choice, u = e^beta:
  // 2u/(2u + 1) of being x = 1 among {1, 0, 1}, then u/(1 + u) among {0, 1}. Score: 1 = 2u/(2u+1) + u/(1+u),
  // so (2u + 1)(1 + u) = 2u(1 + u) + u(2u + 1), which is 2u^2 = 1.
  std::vector<cox_life<1>> const lives{{1, true, {1}}, {2, true, {0}}, {3, true, {1}}};
  auto const c = cox<1>::fit(lives).value();
  CHECK(c.beta()[0] == Approx(-0.5 * std::log(2.0)).epsilon(1e-9));
  CHECK(c.standard_error()[0] > 1);
}

TEST_CASE("the fit finds the hazard ratios that lives were drawn with, a third of them censored") {
  pdm::random_source draw(21);
  std::vector<cox_life<2>> lives;
  for (int i = 0; i < 500; ++i) {
    cox_life<2> l;
    l.x = {draw.uniform() < 0.5 ? 0.0 : 1.0, 1000 + 10 * draw.normal()};
    double const rate = std::exp(0.8 * l.x[0] - 0.05 * (l.x[1] - 1000));
    double const life = std::sqrt(-std::log(1 - draw.uniform()) / rate), until = 0.5 + 1.2 * draw.uniform();
    l.t = std::min(life, until), l.failed = life <= until;
    lives.push_back(l);
  }
  auto const c = cox<2>::fit(lives).value();
  CHECK(std::abs(c.beta()[0] - 0.8) < 3 * c.standard_error()[0]);
  CHECK(std::abs(c.beta()[1] + 0.05) < 3 * c.standard_error()[1]);
  CHECK(c.standard_error()[0] < 0.15);
  for (double t : {0.3, 0.6, 0.9}) {
    CHECK(c.survival(lives, {1, 1000}, t) == Approx(std::exp(-t * t * std::exp(0.8))).margin(0.06));
  }
  CHECK(c.survival(lives, {1, 1000}, 0) == 1);
}

TEST_CASE("tied failures are weighed as if they had come one by one") {
  // Two tied failures x = 1 and x = 0, one survivor x = 0: Efron's denominators are s and s - (u + 1)/2, s = u + 2.
  std::vector<cox_life<1>> const lives{{1, true, {1}}, {1, true, {0}}, {2, false, {0}}};
  auto const c = cox<1>::fit(lives).value();
  auto const log_likelihood = [](double b) {
    double const u = std::exp(b), s = u + 2;
    return b - std::log(s) - std::log(s - (u + 1) / 2);
  };
  double best = 0;
  for (double b = -3; b < 3; b += 1e-4) best = log_likelihood(b) > log_likelihood(best) ? b : best;
  CHECK(c.beta()[0] == Approx(best).margin(2e-4));
}

TEST_CASE("no failure, a covariate that never differs or tells all apart, a number that is none: no model") {
  CHECK_FALSE(cox<1>::fit(std::vector<cox_life<1>>{{1, false, {0}}, {2, false, {1}}}).has_value());
  CHECK_FALSE(cox<1>::fit(std::vector<cox_life<1>>{{1, true, {5}}, {2, true, {5}}, {3, true, {5}}}).has_value());
  CHECK_FALSE(cox<1>::fit(std::vector<cox_life<1>>{{1, true, {1}}, {2, true, {1}}, {3, false, {0}}}).has_value());
  CHECK_FALSE(cox<1>::fit(std::vector<cox_life<1>>{{1, true, {std::nan("")}}, {2, true, {1}}}).has_value());
}
