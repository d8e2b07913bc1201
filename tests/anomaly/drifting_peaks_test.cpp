#include "pdm/anomaly/drifting_peaks.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using pdm::anomaly::drifting_peaks;

struct fixture {
  explicit fixture(drifting_peaks::params const& p) : peaks(p) { REQUIRE(peaks.prepare(room.arena()).ok()); }
  test::memory room{1 << 18};
  drifting_peaks peaks;
};

std::vector<double> normal(std::size_t n, std::uint64_t seed, double slope = 0) {
  pdm::random_source draw(seed);
  std::vector<double> x;
  for (std::size_t i = 0; i < n; ++i) x.push_back(slope * static_cast<double>(i) + draw.normal());
  return x;
}

drifting_peaks::params settings() { return {.depth = 50, .peaks = {.n_init = 2000, .level = 0.98, .q = 1e-4}}; }

}  // namespace

TEST_CASE(
    "A slow drift of twenty deviations alarms as rarely as no drift; without following it always alarms in the end",
    "[anomaly]") {
  auto const alarms_at = [](double slope, std::uint64_t seed) {
    auto const x = normal(22050, seed, slope);
    fixture f(settings());
    REQUIRE(f.peaks.calibrate(std::span(x).first(2050)).ok());
    int alarms = 0;
    for (double v : std::span(x).subspan(2050)) alarms += f.peaks.learn_one(v) ? 1 : 0;
    return alarms;
  };
  int all = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    int const still = alarms_at(0, seed);
    CAPTURE(seed, still);
    all += still;
    CHECK(std::abs(alarms_at(1e-3, seed) - still) <= 1);
    CHECK(std::abs(alarms_at(-1e-3, seed) - still) <= 1);
  }
  CHECK(all > 0);
  CHECK(all <= 100);  // 10 are wanted; forty excesses know the limit to a factor
  auto const x = normal(22050, 5, 1e-3);
  test::memory room(1 << 18);
  pdm::anomaly::peaks_over_threshold still(settings().peaks);
  REQUIRE(still.prepare(room.arena()).ok());
  REQUIRE(still.calibrate(std::span(x).first(2000)).ok());
  CHECK(still.alarms(x.back()));
}

TEST_CASE("A lasting step alarms as long as it lasts, and what comes after it is usual again", "[anomaly]") {
  auto x = normal(2050, 6);
  fixture f(settings());
  REQUIRE(f.peaks.calibrate(x).ok());
  auto const later = normal(300, 7);
  for (std::size_t i = 0; i < 200; ++i) CHECK(f.peaks.learn_one(later[i] + 12));
  std::size_t alarms = 0;
  for (std::size_t i = 200; i < 300; ++i) alarms += f.peaks.learn_one(later[i]) ? 1 : 0;
  CHECK(alarms <= 1);
}

TEST_CASE("The threshold is that of the excesses over the moving mean", "[anomaly]") {
  auto const x = normal(550, 8, 0.01);
  fixture f({.depth = 50, .peaks = {.n_init = 500, .level = 0.95, .q = 1e-3}});
  REQUIRE(f.peaks.calibrate(x).ok());
  std::vector<double> apart;
  for (std::size_t i = 50; i < x.size(); ++i) {
    double sum = 0;
    for (std::size_t k = i - 50; k < i; ++k) sum += x[k];
    apart.push_back(x[i] - sum / 50);
  }
  test::memory room(1 << 18);
  pdm::anomaly::peaks_over_threshold plain({.n_init = 500, .level = 0.95, .q = 1e-3});
  REQUIRE(plain.prepare(room.arena()).ok());
  REQUIRE(plain.calibrate(apart).ok());
  double mean = 0;
  for (std::size_t i = 500; i < 550; ++i) mean += x[i] / 50;
  CHECK(f.peaks.threshold() == Approx(mean + plain.threshold()).epsilon(1e-9));
}

TEST_CASE("Drifting peaks saved and restored go on the same, learn no NaN and take no heap", "[anomaly]") {
  auto const x = normal(4050, 9, 1e-3);
  fixture a(settings()), b(settings());
  REQUIRE(a.peaks.calibrate(std::span(x).first(2050)).ok());
  std::vector<std::byte> bytes(a.peaks.saved_bytes());
  auto const n = a.peaks.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.peaks.restore(std::span(bytes).first(*n)).ok());
  bool same = true;
  auto const calls = pdm::test::heap_calls_in([&] {
    for (double v : std::span(x).subspan(2050)) {
      same = same && a.peaks.learn_one(v) == b.peaks.learn_one(v) && a.peaks.threshold() == b.peaks.threshold();
      (void)a.peaks.learn_one(std::numeric_limits<double>::quiet_NaN());
      (void)a.peaks.learn_one(std::numeric_limits<double>::infinity());
    }
  });
  CHECK(calls.taken == 0);
  CHECK(same);
  bytes[*n - 1] ^= std::byte{1};
  CHECK(b.peaks.restore(std::span(bytes).first(*n)).error() == pdm::errc::corrupt);
}

TEST_CASE("Too few or too many scores, or one that is no number, calibrate no drifting peaks", "[anomaly]") {
  fixture f({.depth = 10, .peaks = {.n_init = 100}});
  auto x = normal(200, 1);
  CHECK(f.peaks.calibrate(std::span(x).first(10)).error() == pdm::errc::invalid_argument);
  CHECK(f.peaks.calibrate(std::span(x).first(111)).error() == pdm::errc::invalid_argument);
  x[5] = std::nan("");
  CHECK(f.peaks.calibrate(std::span(x).first(100)).error() == pdm::errc::invalid_argument);
  CHECK_FALSE(f.peaks.ready());
  CHECK_FALSE(f.peaks.alarms(1e9));
}
