#include "pdm/anomaly/online_change_points.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {
using pdm::anomaly::online_change_points;

struct fixture {
  explicit fixture(online_change_points::params const& p = {}) : model(p) { REQUIRE(model.prepare(room.arena()).ok()); }
  test::memory room;
  online_change_points model;
};
}  // namespace

// With the values that were seen, P(no change) and P(a change before the second) are in the ratio of two products of
// Student densities: t with 2 alpha degrees of freedom and scale^2 = beta (kappa + 1) / (alpha kappa).
TEST_CASE("after two values the run lengths weigh what Student's densities say") {
  fixture f({.mean_run = 4, .kappa = 1, .alpha = 1, .beta = 1});
  double const x = 0.7, y = -0.4;
  auto const student = [](double v, double mean, double k, double a, double b) {
    double const s2 = b * (k + 1) / (a * k), nu = 2 * a;
    return std::tgamma((nu + 1) / 2) / std::tgamma(nu / 2) / std::sqrt(nu * 3.141592653589793 * s2) *
           std::pow(1 + (v - mean) * (v - mean) / (nu * s2), -(nu + 1) / 2);
  };
  f.model.update(x);
  f.model.update(y);
  double const kept = student(y, x / 2, 2, 1.5, 1 + 0.5 * x * x / 2), fresh = student(y, 0, 1, 1, 1);
  double const two = 0.75 * kept, one = 0.25 * fresh;
  REQUIRE(f.model.probability().size() == 3);
  CHECK(f.model.probability()[2] == Approx(two / (two + one)).epsilon(1e-12));
  CHECK(f.model.probability()[1] == Approx(one / (two + one)).epsilon(1e-12));
}

TEST_CASE("probabilities sum to one, also when the longest run lengths are joined, and nothing asks the heap") {
  fixture f({.longest = 50});
  pdm::random_source draw(2);
  auto const calls = pdm::test::heap_calls_in([&] {
    for (int i = 0; i < 1000; ++i) f.model.update(draw.normal());
  });
  CHECK(calls.all() == 0);
  double sum = 0;
  for (double p : f.model.probability()) sum += p;
  CHECK(sum == Approx(1).epsilon(1e-12));
  CHECK(f.model.run_length() == 49);
}

TEST_CASE("a shift of 3 deviations is seen within 20 values; a usual month of hours raises next to nothing") {
  int seen = 0, false_changes = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    fixture f;
    pdm::random_source draw(seed);
    bool early = false;
    for (int i = 0; i < 720; ++i) {
      f.model.update(draw.normal());
      early = early || f.model.change() > 0.9;
    }
    false_changes += early ? 1 : 0;
    for (int i = 0; i < 20; ++i) {
      f.model.update(3 + draw.normal());
      if (f.model.change() > 0.9) {
        ++seen;
        break;
      }
    }
  }
  CAPTURE(false_changes);
  CHECK(seen >= 45);
  CHECK(false_changes <= 5);
}

TEST_CASE("wild values and NaN leave it working, and saving changes nothing") {
  fixture a, b;
  pdm::random_source draw(7);
  for (double v : {1e300, -1e300, pdm::math::not_a_number, 0.5}) a.model.update(v);
  for (int i = 0; i < 400; ++i) a.model.update(draw.normal());
  std::vector<std::byte> bytes(a.model.saved_bytes());
  auto const n = a.model.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.model.restore(std::span(bytes).first(*n)).ok());
  for (int i = 0; i < 100; ++i) {
    double const x = draw.normal() + i / 30.0;
    a.model.update(x);
    b.model.update(x);
  }
  CHECK(a.model.change() == b.model.change());
  CHECK(a.model.run_length() == b.model.run_length());
}
