#include "pdm/anomaly/spectral_mask.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

using pdm::anomaly::spectral_mask;

namespace {

constexpr std::size_t lines = 400;

// Averaged noise of level 1 with a line of 30 dB at `place`.
std::vector<float> spectrum(pdm::random_source& draw, std::size_t place) {
  std::vector<float> power(lines);
  for (float& p : power) p = static_cast<float>(std::exp(0.2 * draw.normal()));
  power[place] = 1000;
  return power;
}

struct fixture {
  explicit fixture(spectral_mask::params const& settings = {}) : mask(settings) {
    REQUIRE(mask.prepare(lines, room.arena()).ok());
  }
  void learn(std::size_t spectra) {
    for (std::size_t i = 0; i < spectra; ++i) REQUIRE(mask.learn_one(spectrum(draw, 100)));
  }
  test::memory room{std::size_t{1} << 20};
  pdm::random_source draw{5};
  spectral_mask mask;
};

}  // namespace

TEST_CASE("median and spread of a line are those of its decibels") {
  fixture f({.spectra = 5, .width = 2, .margin = 0, .slip = 0, .neighbours = 0});
  for (double db : {10.0, 20.0, 12.0, 11.0, 13.0}) {
    std::vector<float> const power(lines, static_cast<float>(std::pow(10, db / 10)));
    CHECK_FALSE(f.mask.ready());
    CHECK(f.mask.learn_one(power));
  }
  REQUIRE(f.mask.ready());
  CHECK(f.mask.median_db()[7] == Approx(12).margin(1e-4));
  CHECK(f.mask.spread_db()[7] == Approx(1.4826022).margin(1e-4));  // deviations 2 8 0 1 1
  CHECK(f.mask.mask_db()[7] == Approx(12 + 2 * 1.4826022).margin(1e-4));
}

TEST_CASE("usual spectra stay under the mask; a line of its own is named with its height above it") {
  fixture f;
  f.learn(30);
  REQUIRE(f.mask.ready());
  double area = 0;
  for (int i = 0; i < 100; ++i) area += f.mask.score_one(spectrum(f.draw, 100)).area;
  CHECK(area == 0);
  auto faulty = spectrum(f.draw, 100);
  faulty[250] = 100;  // 20 dB, the mask stands near 6
  faulty[60] = 1000;
  auto const v = f.mask.score_one(faulty);
  REQUIRE(v.named == 2);
  CHECK(v.lines[0].line == 60);
  CHECK(v.lines[1].line == 250);
  CHECK(v.lines[1].db == Approx(20).margin(1e-3));
  CHECK(v.lines[1].above == Approx(20 - f.mask.mask_db()[250]).margin(1e-4));
  CHECK(v.area == Approx(v.lines[0].above + v.lines[1].above));
}

TEST_CASE("a line that moves by its slip is usual, one that moves farther is not") {
  fixture f({.slip = 0.02});
  f.learn(30);
  CHECK(f.mask.score_one(spectrum(f.draw, 103)).area == 0);  // a line and 2 % of 100
  CHECK(f.mask.score_one(spectrum(f.draw, 97)).area == 0);
  CHECK(f.mask.score_one(spectrum(f.draw, 105)).lines[0].line == 105);
  fixture still({.slip = 0, .neighbours = 0});
  still.learn(30);
  CHECK(still.mask.score_one(spectrum(still.draw, 101)).lines[0].line == 101);
}

TEST_CASE("bands in place of lines are band alarms") {
  std::array<std::size_t, 4> const edges{0, 100, 200, 400};
  test::memory room;
  spectral_mask bands({.spectra = 10, .margin = 3, .slip = 0, .neighbours = 0});
  REQUIRE(bands.prepare(3, room.arena()).ok());
  pdm::random_source draw(6);
  std::array<float, 3> levels{};
  for (int i = 0; i < 10; ++i) {
    pdm::anomaly::band_levels(spectrum(draw, 10), edges, levels);
    REQUIRE(bands.learn_one(levels));
  }
  auto louder = spectrum(draw, 10);
  for (std::size_t k = 200; k < 400; ++k) louder[k] *= 4;  // 6 dB
  pdm::anomaly::band_levels(louder, edges, levels);
  auto const v = bands.score_one(levels);
  REQUIRE(v.named == 1);
  CHECK(v.lines[0].line == 2);
  CHECK(v.lines[0].above == Approx(3).margin(0.5));
}

TEST_CASE("bad spectra are neither learned nor judged; silence is a floor; nothing asks the heap") {
  fixture f;
  auto bad = spectrum(f.draw, 100);
  bad[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK_FALSE(f.mask.learn_one(bad));
  bad[3] = -1;
  CHECK_FALSE(f.mask.learn_one(bad));
  CHECK_FALSE(f.mask.learn_one(std::span<float const>(bad).first(10)));
  CHECK(f.mask.learned() == 0);
  CHECK_FALSE(f.mask.settle().ok());
  CHECK_FALSE(f.mask.score_one(spectrum(f.draw, 100)).ready);
  f.learn(12);
  auto const usual = spectrum(f.draw, 100);
  std::vector<float> const silence(lines, 0.0F);
  auto const calls = pdm::test::heap_calls_in([&] {
    (void)f.mask.learn_one(usual);
    (void)f.mask.settle();
    (void)f.mask.score_one(usual);
  });
  CHECK(calls.all() == 0);
  CHECK(f.mask.ready());
  CHECK_FALSE(f.mask.score_one(bad).ready);
  CHECK(f.mask.score_one(silence).area == 0);
}

TEST_CASE("a saved mask says the same, also in the middle of learning") {
  for (std::size_t learned : {7, 30}) {
    fixture a, b;
    a.learn(learned);
    std::vector<std::byte> bytes(a.mask.saved_bytes());
    auto const n = a.mask.save(bytes);
    REQUIRE(n.ok());
    REQUIRE(b.mask.restore(std::span(bytes).first(*n)).ok());
    for (std::size_t i = learned; i < 30; ++i) {
      auto const next = spectrum(a.draw, 100);
      REQUIRE(a.mask.learn_one(next));
      REQUIRE(b.mask.learn_one(next));
    }
    auto faulty = spectrum(a.draw, 100);
    faulty[300] = 500;
    CHECK(a.mask.score_one(faulty).area == b.mask.score_one(faulty).area);
    bytes[*n - 1] ^= std::byte{1};
    CHECK_FALSE(b.mask.restore(std::span(bytes).first(*n)).ok());
  }
}
