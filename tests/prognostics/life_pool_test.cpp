#include "pdm/prognostics/life_pool.hpp"

#include <array>

#include "pdm/prognostics/laws.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::prognostics;

// Uniform between two ages.
pdm::life_estimate between(double low, double high, double horizon = 100) {
  pdm::life_estimate e;
  e.why = pdm::abstention::none;
  e.life = pdm::life_distribution::from_cdf([=](double t) { return (t - low) / (high - low); }, horizon);
  return e;
}
}  // namespace

TEST_CASE("a pool is the weighted mean of what its members say, and wider than each where they disagree") {
  std::array<pdm::life_estimate, 2> const two{between(10, 20), between(60, 80)};
  auto const half = pooled(two);
  for (double t : {5.0, 15.0, 40.0, 70.0, 90.0}) {
    CHECK(half.life.cdf(t) == Approx(0.5 * (two[0].life.cdf(t) + two[1].life.cdf(t))).margin(0.01));
  }
  life_laws(half, [](bool holds, char const* claim) {
    INFO(claim);
    CHECK(holds);
  });
  std::array<double, 2> const weights{3, 1};
  CHECK(pooled(two, weights).life.cdf(40) == Approx(0.75).margin(0.01));
}

TEST_CASE("an abstention has no say; all abstained, or clocks that differ, is no answer") {
  std::array<pdm::life_estimate, 2> some{pdm::life_estimate{pdm::abstention::no_trend, {}, {}}, between(60, 80)};
  CHECK(pooled(some).life.cdf(70) == Approx(0.5).margin(0.01));
  std::array<pdm::life_estimate, 1> const none{pdm::life_estimate{pdm::abstention::no_trend, {}, {}}};
  CHECK(pooled(none).why == pdm::abstention::no_trend);
  CHECK(pooled({}).abstained());
  some[0] = between(60, 80);
  some[0].clock = pdm::life_clock::calendar;
  CHECK(pooled(some).abstained());
}

TEST_CASE("a pool ends at the nearest horizon: beyond it one member knows nothing") {
  std::array<pdm::life_estimate, 2> const two{between(10, 20, 50), between(60, 80, 100)};
  CHECK(pooled(two).life.horizon() == 50);
  CHECK(pooled(two).life.mass_beyond() == Approx(0.5).margin(0.01));
}
