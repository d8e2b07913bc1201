#include "pdm/dsp/percentage_bands.hpp"

#include <numeric>
#include <vector>

#include "support/catch.hpp"

using pdm::dsp::percentage_bands;

namespace {

struct prepared {
  std::vector<std::byte> bytes;
  percentage_bands bands;
  explicit prepared(std::size_t lines, double share = 0.03) : bands({.share = share}) {
    bytes.resize(bands.footprint(lines) + pdm::arena::alignment);
    pdm::arena memory{std::span(bytes)};
    REQUIRE(bands.prepare(lines, memory).ok());
  }
};

}  // namespace

TEST_CASE("Bands of constant relative width share out every line but the first and the last tenth", "[dsp]") {
  for (std::size_t lines : {4, 5, 129, 513, 4097}) {
    prepared const p(lines);
    CAPTURE(lines);
    std::size_t at = 1;
    for (std::size_t b = 0; b < p.bands.size(); ++b) {
      auto const [first, last] = p.bands.lines_of(b);
      CHECK(first == at);
      CHECK(last > first);
      CHECK(static_cast<double>(last - first) <= 0.03 * static_cast<double>(first) + 1);
      at = last;
    }
    CHECK(at <= lines);
    CHECK(static_cast<double>(at) * 1.15 + 2 >= static_cast<double>(lines));
  }
}

TEST_CASE("The levels of bands sum to the power of their lines", "[dsp]") {
  prepared const p(513);
  std::vector<float> power(513), levels(p.bands.size());
  for (std::size_t k = 0; k < power.size(); ++k) power[k] = static_cast<float>(k % 7 + 1);
  p.bands.levels(power, levels);
  auto const end = p.bands.lines_of(p.bands.size() - 1).last;
  CHECK(std::accumulate(levels.begin(), levels.end(), 0.0) ==
        std::accumulate(power.begin() + 1, power.begin() + static_cast<std::ptrdiff_t>(end), 0.0));
}

TEST_CASE("A line that moves with the speed stays in its band", "[dsp]") {
  prepared const p(2049);
  std::vector<float> power(2049), levels(p.bands.size()), usual(p.bands.size());
  power[700] = 1;
  p.bands.levels(power, usual);
  for (double stretch : {0.92, 0.97, 1.0, 1.04, 1.09}) {
    std::fill(power.begin(), power.end(), 0.0F);
    power[static_cast<std::size_t>(700 * stretch + 0.5)] = 1;
    p.bands.levels(power, levels, stretch);
    CAPTURE(stretch);
    CHECK(levels == usual);
  }
}

TEST_CASE("No band is empty at any speed within a tenth", "[dsp]") {
  prepared const p(513);
  for (double stretch = 0.9; stretch < 1.1; stretch += 0.003) {
    for (std::size_t b = 0; b < p.bands.size(); ++b) {
      auto const [first, last] = p.bands.lines_of(b, stretch);
      REQUIRE(first >= 1);
      REQUIRE(last > first);
      REQUIRE(last <= 513);
    }
  }
}

TEST_CASE("Bands that cannot be made are refused", "[dsp]") {
  std::vector<std::byte> bytes(4096);
  pdm::arena memory{std::span(bytes)};
  CHECK(percentage_bands({.share = 0}).prepare(100, memory).error().code == pdm::errc::invalid_argument);
  CHECK(percentage_bands({.share = 2}).prepare(100, memory).error().code == pdm::errc::invalid_argument);
  CHECK(percentage_bands().prepare(3, memory).error().code == pdm::errc::invalid_argument);
}
