#include "pdm/prognostics/wiener.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/laws.hpp"
#include "pdm/prognostics/metrics.hpp"
#include "prognostics/calibration.hpp"
#include "support/catch.hpp"

namespace {
using pdm::abstention;
using pdm::prognostics::wiener_degradation;

auto const check_law = [](bool holds, char const* claim) {
  INFO(claim);
  CHECK(holds);
};
wiener_degradation made(wiener_degradation::params const& p) {
  wiener_degradation w(p);
  REQUIRE(w.prepare().ok());
  return w;
}
}  // namespace

TEST_CASE("before onset there is no trend, without a limit there is no answer") {
  auto w = made({.limit_mean = 5});
  CHECK(w.predict().why == abstention::no_trend);
  w.start(0, 0);
  CHECK_FALSE(w.predict().abstained());
  auto unlimited = made({});
  unlimited.start(0, 0);
  CHECK(unlimited.predict().why == abstention::no_limit);
}

TEST_CASE("the drift is the precision-weighted mean of prior and path") {
  // prior N(0.04, 0.02^2) per step, sigma 0.4 per root step: P = 1/sd^2 + t/sigma^2, M = mean/sd^2 + (h - h0)/sigma^2
  auto w = made({.drift_mean = 0.04, .drift_sd = 0.02, .sigma = 0.4, .limit_mean = 2, .horizon = 400});
  w.start(0, 0.3);
  CHECK(w.drift() == 0.04);
  CHECK(w.drift_sd() == 0.02);
  double const h[] = {0.35, 0.2, 0.9, 1.1, 1.0};
  for (int i = 0; i < 5; ++i) w.update(i + 1, h[i]);
  double const precision = 1 / 0.0004 + 5 / 0.16, weighted = 0.04 / 0.0004 + (1.0 - 0.3) / 0.16;
  CHECK(w.drift() == Approx(weighted / precision).epsilon(1e-12));
  CHECK(w.drift_sd() == Approx(1 / std::sqrt(precision)).epsilon(1e-12));
  CHECK(w.sigma() == 0.4);
}

TEST_CASE("an uncertain limit is the mean of five first passages, and one within reach counts as reached") {
  auto w = made({.drift_mean = 0.04,
                 .drift_sd = 0.02,
                 .sigma = 0.4,
                 .limit_mean = 2,
                 .limit_sd = 0.3,
                 .reached = 0.02,
                 .horizon = 400});
  w.start(0, 1.84);
  auto const e = w.predict();
  double expected = 0;
  for (double z : {-1.2815515655446004, -0.5244005127080407, 0.0, 0.5244005127080407, 1.2815515655446004}) {
    double const d = 2 + 0.3 * z - 1.84;
    expected += d <= 0.02 ? 0.2 : 0.2 * pdm::prognostics::passage_cdf({d, 0.04, 0.02, 0.4}, 100);
  }
  CHECK(e.life.cdf(100) == Approx(expected).epsilon(1e-12));  // 100 = 400 (32/64)^2 is a knot
  CHECK(e.life.cdf(0) == Approx(0.4));
}

TEST_CASE("a diffusion that is learned comes close to that of the path") {
  auto w = made({.drift_mean = 0, .drift_sd = 1, .sigma = 1, .learn_sigma = true, .limit_mean = 1e6, .horizon = 1});
  pdm::random_source draw(12);
  double h = 0;
  w.start(0, 0);
  for (int i = 1; i <= 2000; ++i) w.update(i, h += 0.2 + 0.3 * draw.normal());
  CHECK(w.sigma() == Approx(0.3).epsilon(0.08));
  CHECK(w.drift() == Approx(0.2).margin(0.03));
}

TEST_CASE("a step that is skipped teaches nothing") {
  auto w = made({.drift_sd = 1, .sigma = 1, .limit_mean = 10});
  w.start(0, 0);
  w.update(1, 0.5);
  double const drift = w.drift();
  w.resume(100, 7);
  CHECK(w.drift() == drift);
  w.update(99, 8);  // back in time
  w.update(101, std::numeric_limits<double>::quiet_NaN());
  w.update(102, 1e300);
  CHECK(w.drift() == drift);
}

TEST_CASE("predictions obey the laws of lives, whatever came in") {
  double const huge = 1e99;
  for (double sigma : {0.0, 1e-6, 1.0, huge}) {
    for (double slope : {-huge, -1.0, 0.0, 1.0, huge}) {
      for (int rows : {0, 1, 30}) {
        for (bool learn : {false, true}) {
          auto w = made({.drift_mean = 0.1,
                         .drift_sd = 1,
                         .sigma = sigma,
                         .learn_sigma = learn,
                         .limit_mean = 10,
                         .limit_sd = 1,
                         .horizon = 100});
          w.start(0, 0);
          for (int i = 1; i <= rows; ++i) w.update(i, slope * i);
          CAPTURE(sigma, slope, rows, learn);
          auto const e = w.predict();
          REQUIRE_FALSE(e.abstained());
          pdm::prognostics::life_laws(e, check_law);
        }
      }
    }
  }
}

TEST_CASE("a falling path leaves its life beyond the horizon, and no trend when certainty is asked for") {
  auto w = made({.drift_mean = 0, .drift_sd = 1, .sigma = 0.1, .limit_mean = 10, .horizon = 20});
  auto strict = made({.drift_mean = 0, .drift_sd = 1, .sigma = 0.1, .limit_mean = 10, .horizon = 20, .certainty = 0.9});
  w.start(0, 0);
  strict.start(0, 0);
  for (int i = 1; i < 30; ++i) w.update(i, -i), strict.update(i, -i);
  CHECK(w.predict().life.mass_beyond() > 0.999);
  CHECK(strict.predict().why == abstention::no_trend);
}

TEST_CASE("lives of simulated Wiener paths are calibrated: uniform PIT, honest 80 % interval") {
  pdm::random_source draw(2024);
  calibration c;
  double const mean = 0.5, sd = 0.1, sigma = 0.6;
  for (int path = 0; path < 400; ++path) {
    double const drift = mean + sd * draw.normal();
    auto w = made({.drift_mean = mean, .drift_sd = sd, .sigma = sigma, .limit_mean = 40, .horizon = 400});
    double h = 0;
    w.start(0, 0);
    for (int i = 1; i <= 20; ++i) w.update(i, h += drift + sigma * draw.normal());
    double const truth = inverse_gaussian_draw(draw, 40 - h, drift, sigma);
    c.add(w.predict(), truth);
  }
  CAPTURE(c.worst_gap(), c.covered);
  CHECK(c.is_uniform());
  CHECK(c.covers_as_stated());
}

TEST_CASE("a model that is too sure of its drift is found out by the same test") {
  pdm::random_source draw(2024);
  calibration c;
  for (int path = 0; path < 400; ++path) {
    double const drift = 0.5 + 0.1 * draw.normal();
    auto w = made({.drift_mean = 0.5, .drift_sd = 0.001, .sigma = 0.2, .limit_mean = 40, .horizon = 400});
    double h = 0;
    w.start(0, 0);
    for (int i = 1; i <= 20; ++i) w.update(i, h += drift + 0.6 * draw.normal());
    c.add(w.predict(), inverse_gaussian_draw(draw, 40 - h, drift, 0.6));
  }
  CHECK_FALSE(c.is_uniform());
  CHECK_FALSE(c.covers_as_stated());
}

TEST_CASE("a wiener model survives saving at any row") {
  wiener_degradation::params const p{
      .drift_mean = 0.1, .drift_sd = 0.2, .sigma = 0.5, .learn_sigma = true, .limit_mean = 9, .horizon = 100};
  auto a = made(p);
  pdm::random_source draw(1);
  a.start(3, 0);
  double h = 0;
  for (int i = 1; i < 50; ++i) {
    auto b = made(p);
    std::vector<std::byte> bytes(a.saved_bytes());
    REQUIRE(a.save(bytes).ok());
    REQUIRE(b.restore(bytes).ok());
    h += draw.normal();
    a.update(3 + i, h);
    b.update(3 + i, h);
    REQUIRE(a.drift() == b.drift());
    REQUIRE(a.sigma() == b.sigma());
    REQUIRE(a.predict().life.cdf(10) == b.predict().life.cdf(10));
  }
}
