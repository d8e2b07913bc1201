#include "pdm/prognostics/weibull.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm::prognostics;

TEST_CASE("with shape 1 age tells nothing: the mean residual life is the mean at every age") {
  weibull const w{1, 40};
  CHECK(w.mean() == Approx(40).epsilon(1e-12));
  for (double age : {0.0, 1.0, 40.0, 400.0, 4000.0}) CHECK(w.mean_residual_life(age) == Approx(40).epsilon(1e-10));
  CHECK(w.b10() == Approx(-40 * std::log(0.9)).epsilon(1e-12));
}

TEST_CASE("the mean residual life is the area under the reliability from that age on") {
  for (double shape : {0.5, 2.0, 3.5}) {
    weibull const w{shape, 10};
    for (double age : {0.5, 8.0, 14.0}) {
      double area = 0, h = 1e-3;
      for (double t = age; t < age + (shape < 1 ? 4000 : 200); t += h) {
        area += 0.5 * h * (w.reliability(t) + w.reliability(t + h));
        if (t > 300) h = 0.05;
      }
      CHECK(w.mean_residual_life(age) == Approx(area / w.reliability(age)).epsilon(1e-4));
    }
  }
}

TEST_CASE("the fit finds the law that the lives were drawn from, with half of them censored") {
  pdm::random_source draw(11);
  std::size_t const n = 4000;
  std::vector<double> t(n);
  auto const failed = std::make_unique<bool[]>(n);
  weibull const truth{2.5, 900};
  for (std::size_t i = 0; i < n; ++i) {
    t[i] = truth.quantile(draw.uniform());
    failed[i] = t[i] < 780;
    if (!failed[i]) t[i] = 780;
  }
  auto const fit = fit_weibull(t, {failed.get(), n}).value();
  CHECK(fit.law.shape == Approx(2.5).epsilon(0.06));
  CHECK(fit.law.scale == Approx(900).epsilon(0.04));
}

TEST_CASE("what has no maximum of likelihood is refused: no failure, one life for all, a life of zero") {
  std::array<double, 3> const same{5, 5, 5}, zero{0, 1, 2}, fine{1, 2, 3};
  std::array<bool, 3> const all{true, true, true}, none{false, false, false};
  CHECK_FALSE(fit_weibull(same, all).has_value());
  CHECK_FALSE(fit_weibull(zero, all).has_value());
  CHECK_FALSE(fit_weibull(fine, none).has_value());
  CHECK(fit_weibull(fine, all).has_value());
}
