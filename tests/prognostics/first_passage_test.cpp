#include "pdm/prognostics/first_passage.hpp"

#include <array>
#include <cmath>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm::prognostics;

TEST_CASE("the Mills ratio joins its two branches and has its asymptote") {
  CHECK(mills_ratio(0) == Approx(std::sqrt(pdm::math::pi / 2)).epsilon(1e-14));
  CHECK(mills_ratio(7.999999) == Approx(mills_ratio(8.000001)).epsilon(1e-6));
  // 1/z (1 - 1/z^2 + 3/z^4 - 15/z^6) at z = 50, A&S 26.2.12
  double const z = 50, u = 1 / (z * z);
  CHECK(mills_ratio(z) == Approx((1 - u + 3 * u * u - 15 * u * u * u) / z).epsilon(1e-10));
}

TEST_CASE("the distribution function is the integral of the density") {
  for (wiener_path const p :
       {wiener_path{8, 0.5, 0, 0.4}, wiener_path{8, 0.5, 0.05, 0.4}, wiener_path{1, -0.2, 0.3, 1}}) {
    double sum = 0;
    double const step = 1e-3;
    for (int i = 0; i < 20000; ++i) {
      sum += step * passage_pdf(p, (i + 0.5) * step);
      if (i % 2500 == 2499) CHECK(passage_cdf(p, (i + 1) * step) == Approx(sum).epsilon(1e-5).margin(1e-9));
    }
  }
}

TEST_CASE("a random drift is the mixture of known drifts") {
  for (double const t : {2.0, 8.0, 20.0}) {
    double const mean = 0.5, sd = 0.2;
    double mixture = 0;
    int const n = 4000;
    for (int i = 0; i < n; ++i) {  // midpoints of the normal from -8 to 8 deviations
      double const z = -8 + 16 * (i + 0.5) / n;
      mixture += 16.0 / n * pdm::math::normal_pdf(z) * passage_cdf({5, mean + sd * z, 0, 0.7}, t);
    }
    CHECK(passage_cdf({5, mean, sd, 0.7}, t) == Approx(mixture).epsilon(1e-8));
  }
}

TEST_CASE("a drift away from the limit arrives with probability e^(2 mu d / sigma^2)") {
  CHECK(passage_cdf({2, -0.5, 0, 1}, 1e7) == Approx(std::exp(-2.0)).epsilon(1e-9));
}

TEST_CASE("exponents of many thousands neither overflow nor lose the answer") {
  // 2 mu d / sigma^2 = 2e6: the textbook form is infinity times zero
  wiener_path const p{100, 1, 0, 0.01};
  CHECK(passage_cdf(p, 100) == Approx(0.5).epsilon(0.01));
  CHECK(passage_cdf(p, 99) < 1e-15);
  CHECK(passage_cdf(p, 101) == Approx(1));
}

TEST_CASE("extreme paths give probabilities, never anything else") {
  for (double d : {-1.0, 0.0, 1e-300, 1.0, 1e99}) {
    for (double mu : {-1e99, -1.0, 0.0, 1.0, 1e99}) {
      for (double s : {0.0, 1e-9, 1e99}) {
        for (double sigma : {0.0, 1e-150, 1.0, 1e99}) {
          for (double t : {-1.0, 0.0, 1e-9, 1.0, 1e9}) {
            double const f = passage_cdf({d, mu, s, sigma}, t);
            CAPTURE(d, mu, s, sigma, t, f);
            REQUIRE((f >= 0 && f <= 1));
          }
        }
      }
    }
  }
}

TEST_CASE("the law of the passage time has the textbook moments") {
  auto const g = passage_law(8, 0.5, 0.4);
  CHECK(g.mean == 16);
  CHECK(g.shape == Approx(400));
  CHECK(g.variance == Approx(10.24));
}

TEST_CASE("the fit returns drift and diffusion of a path made of them") {
  std::array<double, 2001> t{}, x{};
  pdm::random_source draw(6);
  for (std::size_t i = 1; i < t.size(); ++i) {
    double const dt = 0.5 + draw.uniform();
    t[i] = t[i - 1] + dt;
    x[i] = x[i - 1] + 0.4 * dt + 0.3 * std::sqrt(dt) * draw.normal();
  }
  auto const f = fit_wiener(t, x);
  CHECK(f.sigma == Approx(0.3).epsilon(4.0 / std::sqrt(2.0 * 2000)));
  CHECK(std::abs(f.drift - 0.4) < 4 * 0.3 / std::sqrt(t.back()));
  CHECK(std::isnan(fit_wiener({}, {}).drift));
}
