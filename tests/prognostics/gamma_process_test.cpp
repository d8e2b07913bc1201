#include "pdm/prognostics/gamma_process.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::prognostics;

// Gamma of whole shape: a sum of exponentials.
double gamma_draw(pdm::random_source& draw, int shape, double scale) {
  double sum = 0;
  for (int i = 0; i < shape; ++i) sum -= scale * std::log(1 - draw.uniform());
  return sum;
}
// J. Michael, W. Schucany, R. Haas, Am. Stat. 30 (1976) 88-90.
double inverse_gaussian_draw(pdm::random_source& draw, double mean, double shape) {
  double const z = draw.normal(), y = mean * z * z;
  double const x = mean + mean / (2 * shape) * (y - std::sqrt(4 * shape * y + y * y));
  return draw.uniform() <= mean / (mean + x) ? x : mean * mean / x;
}
}  // namespace

TEST_CASE("with shape 1 a step, wear reaches the limit as a Poisson process says") {
  // x(n) is a sum of n exponentials: P(T <= n) = P(fewer than n events in d / b) = sum over k < n of Poisson(k; d / b).
  gamma_process const g{1, 2};
  double const d = 9, m = d / 2;
  double sum = 0, term = std::exp(-m);
  for (int n = 1; n <= 20; ++n) {
    sum += term, term *= m / n;
    CHECK(g.passage_cdf(d, n) == Approx(sum).epsilon(1e-10));
  }
  CHECK(g.passage_cdf(0, 1) == 1);
  CHECK(g.passage_cdf(1, 0) == 0);
}

TEST_CASE("the passage of an inverse Gaussian process agrees with its simulated paths") {
  inverse_gaussian_process const p{0.5, 0.8};
  pdm::random_source draw(4);
  int reached = 0;
  for (int i = 0; i < 20000; ++i) {
    double x = 0;
    for (int k = 0; k < 12; ++k) x += inverse_gaussian_draw(draw, 0.5, 0.8);
    reached += x >= 6 ? 1 : 0;
  }
  CHECK(reached / 20000.0 == Approx(p.passage_cdf(6, 12)).margin(0.011));
  double before = 0;
  for (double t = 0.1; t < 60; t += 0.1) {
    double const f = p.passage_cdf(6, t);
    REQUIRE(f >= before - 1e-12);
    REQUIRE(f <= 1);
    before = f;
  }
  CHECK(before > 0.999);
}

TEST_CASE("both fits find the process that the increments came from, at unequal times") {
  pdm::random_source draw(5);
  std::vector<double> t{0}, g{0}, n{0};
  for (int i = 0; i < 4000; ++i) {
    int const dt = 1 + static_cast<int>(draw.index(3));
    t.push_back(t.back() + dt);
    g.push_back(g.back() + gamma_draw(draw, 2 * dt, 0.3));
    n.push_back(n.back() + inverse_gaussian_draw(draw, 0.5 * dt, 0.8 * dt * dt));
  }
  auto const gamma = fit_gamma_process(t, g).value();
  CHECK(gamma.shape_rate == Approx(2).epsilon(0.08));
  CHECK(gamma.mean_rate() == Approx(0.6).epsilon(0.03));
  auto const normal = fit_inverse_gaussian_process(t, n).value();
  CHECK(normal.mean_rate == Approx(0.5).epsilon(0.04));
  CHECK(normal.shape == Approx(0.8).epsilon(0.08));
}

TEST_CASE("what falls, stands still or goes back in time is refused") {
  std::vector<double> const t{0, 1, 2, 3}, falls{0, 1, 0.5, 2}, still{1, 1, 1, 1}, even{0, 1, 2, 3}, back{0, 2, 1, 3};
  CHECK_FALSE(fit_gamma_process(t, falls).has_value());
  CHECK_FALSE(fit_gamma_process(t, still).has_value());
  CHECK_FALSE(fit_gamma_process(t, even).has_value());
  CHECK_FALSE(fit_gamma_process(back, even).has_value());
  CHECK_FALSE(fit_inverse_gaussian_process(t, falls).has_value());
  CHECK_FALSE(fit_inverse_gaussian_process(t, std::vector<double>{0, 1, 1, 3}).has_value());
}
