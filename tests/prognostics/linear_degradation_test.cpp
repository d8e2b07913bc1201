#include "pdm/prognostics/linear_degradation.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/exponential_degradation.hpp"
#include "pdm/prognostics/laws.hpp"
#include "prognostics/calibration.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::prognostics;
using pdm::abstention;

auto const check_law = [](bool holds, char const* claim) {
  INFO(claim);
  CHECK(holds);
};
template <class M>
M made(typename M::params const& p) {
  M m(p);
  REQUIRE(m.prepare().ok());
  return m;
}
}  // namespace

TEST_CASE("the posterior of a line is that of the normal equations") {
  line_belief const prior{-1.5, 0.04, 0.25, 0.0004, 0};
  bayes_line line(prior, line_noise::independent, 0.0064);
  pdm::random_source draw(5);
  double n = 0, st = 0, stt = 0, sy = 0, sty = 0;
  for (int i = 1; i <= 25; ++i) {
    double const t = i, y = -1.6 + 0.05 * t + 0.08 * draw.normal();
    line.update(t, y);
    n += 1, st += t, stt += t * t, sy += y, sty += t * y;
  }
  double const e = 0.0064;
  double const p00 = 1 / 0.25 + n / e, p01 = st / e, p11 = 1 / 0.0004 + stt / e, det = p00 * p11 - p01 * p01;
  double const r0 = -1.5 / 0.25 + sy / e, r1 = 0.04 / 0.0004 + sty / e;
  auto const& m = line.belief();
  CHECK(m.mean0 == Approx((p11 * r0 - p01 * r1) / det).epsilon(1e-11));
  CHECK(m.mean1 == Approx((p00 * r1 - p01 * r0) / det).epsilon(1e-11));
  CHECK(m.var0 == Approx(p11 / det).epsilon(1e-10));
  CHECK(m.var1 == Approx(p00 / det).epsilon(1e-10));
  CHECK(m.cov == Approx(-p01 / det).epsilon(1e-10));
}

TEST_CASE("with Brownian noise only first and last observation decide the slope") {
  line_belief const prior{0, 0.1, 1, 0.01, 0};
  bayes_line a(prior, line_noise::brownian, 0.2), b(prior, line_noise::brownian, 0.2);
  a.update(1, 0.5);
  a.update(3, 2.5);
  a.update(4, 1.25);
  b.update(1, 0.5);
  b.update(4, 1.25);
  CHECK(a.belief().mean1 == Approx(b.belief().mean1).epsilon(1e-13));
  CHECK(a.belief().var1 == Approx(b.belief().var1).epsilon(1e-13));
  CHECK(a.ahead(2).mean == Approx(1.25 + 2 * a.belief().mean1).epsilon(1e-14));
}

TEST_CASE("a line without noise is known after two observations, and its life is the crossing") {
  auto m = made<linear_degradation>(
      {.prior = {0, 0, 100, 100, 0}, .var_eps = 0, .limit = 10, .horizon = 64, .least_rows = 2});
  m.start(5);
  m.update(5, 1);
  m.update(6, 1.5);
  m.update(7, 2);
  auto const e = m.predict();
  REQUIRE_FALSE(e.abstained());
  CHECK(m.line().mean_passage(10) == Approx(16).epsilon(1e-9));
  CHECK(e.life.quantile(0.5).value() == Approx(16).epsilon(0.05));  // knots are 64 (i/64)^2: 15.0 to 16.0
}

TEST_CASE("an exponential becomes a line: the life is ln(limit/level)/rate") {
  auto m = made<exponential_degradation>(
      {.prior = {0, 0, 100, 1, 0}, .var_eps = 1e-8, .phi = 1, .limit = 21, .horizon = 100});
  m.start(0);
  for (int i = 0; i <= 20; ++i) m.update(i, 1 + 0.5 * std::exp(0.05 * i));
  double const truth = (std::log(20.0) - std::log(0.5)) / 0.05 - 20;
  CHECK(m.predict().life.quantile(0.5).value() == Approx(truth).epsilon(0.02));
  double const before = m.line().belief().mean1;
  m.update(21, 0.9);  // below phi: off the scale
  CHECK(m.line().belief().mean1 == before);
}

TEST_CASE("an estimate abstains with its reason: no limit, no onset, too few, no trend") {
  linear_degradation::params p{.prior = {0, 0, 1, 1, 0}, .var_eps = 0.01, .limit = 10, .horizon = 50};
  auto m = made<linear_degradation>(p);
  CHECK(m.predict().why == abstention::no_trend);
  m.start(0);
  m.update(0, 1);
  CHECK(m.predict().why == abstention::not_ready);
  for (int i = 1; i < 20; ++i) m.update(i, 1);
  CHECK(m.predict().why == abstention::no_trend);
  for (int i = 20; i < 60; ++i) m.update(i, 1 + 0.2 * (i - 20));
  CHECK_FALSE(m.predict().abstained());
  p.limit = std::numeric_limits<double>::quiet_NaN();
  CHECK(made<linear_degradation>(p).predict().why == abstention::no_limit);
}

TEST_CASE("a new onset begins with the prior again") {
  auto m = made<linear_degradation>({.prior = {0, 0.5, 1, 0.04, 0}, .var_eps = 0.01, .limit = 10, .horizon = 50});
  m.start(0);
  for (int i = 0; i < 20; ++i) m.update(i, 3.0 * i);
  m.start(100);
  CHECK(m.line().belief().mean1 == 0.5);
  CHECK(m.line().rows() == 0);
}

TEST_CASE("lines obey the laws of lives, whatever came in") {
  double const huge = 1e99, nan = std::numeric_limits<double>::quiet_NaN();
  for (auto noise : {line_noise::independent, line_noise::brownian}) {
    for (double var_eps : {0.0, 1e-12, 1.0, huge}) {
      for (double slope : {-huge, -1.0, 0.0, 1.0, huge}) {
        for (int rows : {0, 1, 2, 40}) {
          linear_degradation::params p{.prior = {0, 0, 1, 1, 0},
                                       .noise = noise,
                                       .var_eps = var_eps,
                                       .limit = 10,
                                       .horizon = 100,
                                       .least_rows = 0,
                                       .certainty = 0};
          auto line = made<linear_degradation>(p);
          exponential_degradation::params q{.prior = p.prior,
                                            .noise = noise,
                                            .var_eps = var_eps,
                                            .limit = 10,
                                            .horizon = 100,
                                            .least_rows = 0,
                                            .certainty = 0};
          auto exponential = made<exponential_degradation>(q);
          line.start(0);
          exponential.start(0);
          for (int i = 0; i < rows; ++i) {
            line.update(i, slope * i);
            line.update(i + 0.5, nan);
            exponential.update(i, slope * i);
          }
          CAPTURE(var_eps, slope, rows);
          CHECK(line.predict().abstained() == (rows == 0));
          life_laws(line.predict(), check_law);
          life_laws(exponential.predict(), check_law);
        }
      }
    }
  }
}

TEST_CASE("lives of simulated lines are calibrated: uniform PIT, honest 80 % interval") {
  pdm::random_source draw(77);
  calibration c;
  double const mean = 1, sd = 0.15, eps = 0.5, limit = 100;
  for (int path = 0; path < 400; ++path) {
    double const a = 0.2 * draw.normal(), b = mean + sd * draw.normal();
    auto m = made<linear_degradation>(
        {.prior = {0, mean, 0.04, sd * sd, 0}, .var_eps = eps * eps, .limit = limit, .horizon = 400});
    m.start(0);
    for (int i = 1; i <= 10; ++i) m.update(i, a + b * i + eps * draw.normal());
    // The life is over when a reading at that time would be above: the noise of that reading belongs to it.
    double const truth = (limit - a - eps * draw.normal()) / b - 10;
    c.add(m.predict(), truth);
  }
  CAPTURE(c.worst_gap(), c.covered, c.abstained);
  CHECK(c.abstained == 0);
  CHECK(c.is_uniform());
  CHECK(c.covers_as_stated());
}

TEST_CASE("exponential paths with Brownian noise are calibrated") {
  pdm::random_source draw(78);
  calibration c;
  double const mean = 0.1, sd = 0.015, sigma = 0.1;
  for (int path = 0; path < 400; ++path) {
    double const b = mean + sd * draw.normal();
    double y = 0;
    auto m = made<exponential_degradation>({.prior = {0, mean, 1e-6, sd * sd, 0},
                                            .noise = line_noise::brownian,
                                            .var_eps = sigma * sigma,
                                            .limit = std::exp(6.0),
                                            .horizon = 300});
    m.start(0);
    m.update(0, 1);
    for (int i = 1; i <= 15; ++i) m.update(i, std::exp(y += b + sigma * draw.normal()));
    c.add(m.predict(), inverse_gaussian_draw(draw, 6 - y, b, sigma));
  }
  CAPTURE(c.worst_gap(), c.covered, c.abstained);
  CHECK(c.is_uniform());
  CHECK(c.covers_as_stated());
}

TEST_CASE("a degradation line survives saving at any row") {
  exponential_degradation::params const p{.prior = {0, 0.1, 1, 0.01, 0}, .var_eps = 0.01, .limit = 30, .horizon = 90};
  auto a = made<exponential_degradation>(p);
  pdm::random_source draw(3);
  a.start(7);
  for (int i = 0; i < 30; ++i) {
    auto b = made<exponential_degradation>(p);
    std::vector<std::byte> bytes(a.saved_bytes());
    REQUIRE(a.save(bytes).ok());
    REQUIRE(b.restore(bytes).ok());
    double const s = std::exp(0.1 * i + 0.1 * draw.normal());
    a.update(7 + i, s);
    b.update(7 + i, s);
    REQUIRE(a.line().belief().mean1 == b.line().belief().mean1);
    REQUIRE(a.predict().why == b.predict().why);
    REQUIRE(a.predict().life.cdf(20) == b.predict().life.cdf(20));
  }
  auto other = made<linear_degradation>({.limit = 1});
  std::vector<std::byte> bytes(a.saved_bytes());
  REQUIRE(a.save(bytes).ok());
  CHECK(other.restore(bytes).error() == pdm::errc::wrong_kind);
}
