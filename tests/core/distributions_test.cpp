#include "pdm/core/distributions.hpp"

#include "support/catch.hpp"

using namespace pdm;

TEST_CASE("chi-square with 2 degrees of freedom is exponential, with 1 the square of a normal") {
  for (double p : {1e-6, 0.01, 0.5, 0.99, 1 - 1e-6}) {
    CHECK(math::chi_square_quantile(p, 2) == Approx(-2 * math::log1p(-p)).epsilon(1e-11));
    double const z = math::normal_quantile(0.5 + p / 2);
    CHECK(math::chi_square_quantile(p, 1) == Approx(z * z).epsilon(1e-8));
  }
}

TEST_CASE("the beta distribution with one parameter 1 is a power") {
  for (double a : {0.5, 1.0, 3.0, 40.0}) {
    for (double x : {0.01, 0.3, 0.9}) CHECK(math::beta_i(a, 1, x) == Approx(math::pow(x, a)).epsilon(1e-12));
    for (double x : {0.01, 0.3, 0.9}) {
      CHECK(math::beta_i(1, a, x) == Approx(1 - math::pow(1 - x, a)).epsilon(1e-11));
      CHECK(math::beta_i(a, 2.5, x) + math::beta_i(2.5, a, 1 - x) == Approx(1).epsilon(1e-13));
    }
  }
}

TEST_CASE("quantiles of published tables: F(0.95; 5, 10), F(0.99; 1, 1), chi-square(0.95; 10)") {
  CHECK(math::f_quantile(0.95, 5, 10) == Approx(3.3258).margin(5e-5));
  CHECK(math::f_quantile(0.99, 1, 1) == Approx(4052.18).margin(5e-3));
  CHECK(math::chi_square_quantile(0.95, 10) == Approx(18.307).margin(5e-4));
  CHECK(math::gamma_p(3, 3) == Approx(1 - 8.5 * math::exp(-3.0)).epsilon(1e-14));
}

TEST_CASE("distribution and quantile undo each other") {
  for (double f : {0.5, 3.0, 25.0, 10000.0}) {
    for (double p : {1e-6, 0.2, 0.999}) {
      CHECK(math::chi_square_cdf(math::chi_square_quantile(p, f), f) == Approx(p).epsilon(1e-10));
      CHECK(math::beta_i(f, 2, math::beta_quantile(p, f, 2)) == Approx(p).epsilon(1e-10));
    }
  }
}

TEST_CASE("parameters that are not positive and probabilities outside (0, 1) give NaN") {
  for (double bad :
       {math::gamma_p(0, 1), math::gamma_p(-1, 1), math::beta_i(0, 1, 0.5), math::chi_square_quantile(1, 2),
        math::chi_square_quantile(0.5, 0), math::beta_quantile(0, 1, 1), math::f_quantile(0.5, -1, 2)}) {
    CHECK(bad != bad);
  }
}
