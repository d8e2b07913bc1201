#include "pdm/anomaly/peaks_over_threshold.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using pdm::anomaly::fit_pareto_tail, pdm::anomaly::pareto_tail, pdm::anomaly::peaks_over_threshold;

// Excesses at evenly spaced probabilities of a generalised Pareto law.
std::vector<double> even_excesses(double gamma, double sigma, std::size_t n) {
  pareto_tail const law{gamma, sigma, 0};
  std::vector<double> y;
  for (std::size_t i = 0; i < n; ++i)
    y.push_back(law.excess_at((static_cast<double>(i) + 0.5) / static_cast<double>(n)));
  return y;
}
std::vector<double> exponential(std::size_t n, std::uint64_t seed) {
  pdm::random_source draw(seed);
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(-std::log(1 - draw.uniform()));
  return x;
}

struct fixture {
  explicit fixture(peaks_over_threshold::params const& p) : tail(p) { REQUIRE(tail.prepare(room.arena()).ok()); }
  test::memory room{1 << 18};
  peaks_over_threshold tail;
};

}  // namespace

TEST_CASE("a Pareto tail is found again from values at its own quantiles, heavy, exponential and bounded") {
  for (double gamma : {-0.4, -0.1, 0.0, 0.2, 0.8}) {
    auto const found = fit_pareto_tail(even_excesses(gamma, 2, 4000));
    CAPTURE(gamma);
    CHECK(found.gamma == Approx(gamma).margin(0.01));
    CHECK(found.sigma == Approx(2).epsilon(0.02));
  }
}

TEST_CASE("survival and quantile of a tail are inverse to each other") {
  for (double gamma : {-0.3, 0.0, 0.4}) {
    pareto_tail const law{gamma, 1.5, 0};
    for (double p : {0.5, 1e-2, 1e-4}) CHECK(law.survival(law.excess_at(p)) == Approx(p).epsilon(1e-12));
  }
  CHECK(pareto_tail{-0.5, 1, 0}.survival(2.0) == 0);  // the end of a bounded tail
}

TEST_CASE("no excesses, equal ones and wild ones: no fit, the exponential, no fit") {
  CHECK_FALSE(fit_pareto_tail({}).ok());
  std::vector<double> const equal{2, 2, 2}, wild{1, std::nan(""), 2}, zero{0, 1};
  CHECK(fit_pareto_tail(equal).gamma == 0);
  CHECK(fit_pareto_tail(equal).sigma == 2);
  CHECK_FALSE(fit_pareto_tail(wild).ok());
  CHECK_FALSE(fit_pareto_tail(zero).ok());
}

TEST_CASE("the threshold of exponential scores is exceeded about as often as was asked for") {
  fixture f({.n_init = 4000, .level = 0.95, .q = 1e-3});
  auto const x = exponential(4000, 3);
  REQUIRE(f.tail.calibrate(x).ok());
  CHECK(f.tail.threshold() == Approx(-std::log(1e-3)).epsilon(0.15));
  CHECK(f.tail.survival(f.tail.threshold()) == Approx(1e-3).epsilon(1e-9));
  int alarms = 0;
  for (double s : exponential(200000, 4)) alarms += f.tail.alarms(s) ? 1 : 0;
  CHECK(alarms > 60);
  CHECK(alarms < 600);
}

TEST_CASE("an alarm is not learned, an excess is, and what lies below only counts") {
  fixture f({.n_init = 500, .level = 0.9, .q = 1e-3});
  REQUIRE(f.tail.calibrate(exponential(500, 5)).ok());
  double const z = f.tail.threshold(), n = f.tail.count();
  auto const peaks = f.tail.peaks();
  CHECK(f.tail.learn_one(z * 2));
  CHECK(f.tail.count() == n);
  CHECK_FALSE(f.tail.learn_one(f.tail.base() / 2));
  CHECK(f.tail.count() == n + 1);
  CHECK(f.tail.threshold() == z);
  CHECK_FALSE(f.tail.learn_one(0.5 * (f.tail.base() + z)));
  CHECK(f.tail.peaks() == peaks + 1);
  CHECK(f.tail.threshold() != z);
  CHECK_FALSE(f.tail.learn_one(std::nan("")));
  CHECK(f.tail.count() == n + 2);
}

TEST_CASE("at max_peaks the oldest excess leaves with its share of the count, and nothing asks the heap") {
  fixture f({.n_init = 1000, .level = 0.9, .q = 1e-4, .max_peaks = 80});
  auto const x = exponential(1000, 6), more = exponential(2000, 7);
  REQUIRE(f.tail.calibrate(x).ok());
  CHECK(f.tail.peaks() == 80);
  auto const calls = pdm::test::heap_calls_in([&] {
    for (double s : more) f.tail.learn_one(s);
  });
  CHECK(calls.all() == 0);
  CHECK(f.tail.peaks() == 80);
  CHECK(f.tail.count() == Approx(800).epsilon(0.4));
  CHECK(f.tail.threshold() == Approx(-std::log(1e-4)).epsilon(0.4));
}

TEST_CASE("saving and restoring changes nothing, and a foreign archive is refused") {
  fixture a({.n_init = 500, .level = 0.9, .q = 1e-3}), b({.n_init = 500, .level = 0.9, .q = 1e-3});
  REQUIRE(a.tail.calibrate(exponential(500, 8)).ok());
  for (double s : exponential(37, 9)) a.tail.learn_one(s);
  std::vector<std::byte> bytes(a.tail.saved_bytes());
  auto const n = a.tail.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.tail.restore(std::span(bytes).first(*n)).ok());
  for (double s : exponential(200, 10)) {
    CHECK(a.tail.learn_one(s) == b.tail.learn_one(s));
    CHECK(a.tail.threshold() == b.tail.threshold());
  }
  bytes[40] ^= std::byte{1};
  CHECK_FALSE(b.tail.restore(std::span(bytes).first(*n)).ok());
}

TEST_CASE("before calibration there is no threshold and no alarm; scores without an excess do not calibrate") {
  fixture f({});
  CHECK(f.tail.threshold() == pdm::math::infinity);
  CHECK_FALSE(f.tail.learn_one(1e9));
  std::vector<double> const same(50, 3.0);
  CHECK(f.tail.calibrate(same).error() == pdm::errc::not_ready);
}
