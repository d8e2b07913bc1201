#include "pdm/diagnostics/blind_speed.hpp"

#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/welch.hpp"
#include "support/catch.hpp"

namespace {

using pdm::diagnostics::blind_speed;
using pdm::diagnostics::speed_doubt;

constexpr double rate = 2000, seconds = 10;

// Lines of given frequency and amplitude in white noise of unit variance.
blind_speed speed_of(std::vector<std::pair<double, double>> const& lines, std::uint64_t seed,
                     double length_s = seconds) {
  pdm::random_source draw(seed);
  auto const n = static_cast<std::size_t>(rate * length_s);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = draw.normal();
    double const t = static_cast<double>(i) / rate;
    for (auto const& [hz, amplitude] : lines) x[i] += amplitude * std::sin(2 * std::numbers::pi * hz * t + hz);
  }
  pdm::dsp::welch<double> kernel({.rate = {rate}, .segment = n, .overlap = 0});
  std::vector<std::byte> memory(kernel.footprint() + pdm::diagnostics::line_levels::footprint(n / 2 + 1) + 64);
  pdm::arena a(memory);
  REQUIRE(kernel.prepare(a));
  pdm::diagnostics::line_levels levels;
  REQUIRE(levels.prepare(n / 2 + 1, a));
  auto const density = kernel.density(x);
  REQUIRE(density);
  std::vector<float> const power(density->lines.begin(), density->lines.end());
  levels.assign(power, density->df(), 40);
  return pdm::diagnostics::find_blind_speed(levels, length_s);
}

std::vector<std::pair<double, double>> family(double hz, double amplitude, int harmonics = 8) {
  std::vector<std::pair<double, double>> lines;
  for (int h = 1; h <= harmonics; ++h) lines.emplace_back(h * hz, amplitude / std::sqrt(h));
  return lines;
}

}  // namespace

TEST_CASE("a shaft with its harmonics is found to a thousandth") {
  for (double const hz : {7.3, 16.17, 24.31, 29.93, 48.4}) {
    auto const s = speed_of(family(hz, 0.5), 3);
    CAPTURE(hz, s.best_hz, static_cast<int>(s.doubt));
    REQUIRE(s.found());
    CHECK(std::fabs(s.hz / hz - 1) < 1e-3);
    CHECK(s.uncertainty < 1e-2);
  }
}

TEST_CASE("noise has no speed, and neither have mains") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) CHECK_FALSE(speed_of({}, seed).found());
  for (double const mains : {50.0, 60.0}) {
    auto const s = speed_of(family(mains, 0.5), 4);
    CHECK_FALSE(s.found());
    CHECK(s.doubt == speed_doubt::mains);
  }
}

TEST_CASE("the double of a weak shaft is not taken for the shaft") {
  auto lines = family(40.2, 0.5);
  lines.emplace_back(20.1, 0.12);
  auto const s = speed_of(lines, 5);
  CHECK_FALSE(s.found());
  CHECK(s.doubt == speed_doubt::half);
}

TEST_CASE("a comb of a bearing beside lines of a shaft is not taken for the shaft") {
  auto lines = family(36.04, 0.6);
  for (double const hz : {10.05, 20.1, 26.0, 46.1}) lines.emplace_back(hz, 0.3);
  auto const s = speed_of(lines, 6);
  CHECK_FALSE(s.found());
}

TEST_CASE("two unrelated shafts give no speed") {
  auto lines = family(21.3, 0.5);
  for (auto const& line : family(14.9, 0.5)) lines.push_back(line);
  CHECK_FALSE(speed_of(lines, 7).found());
}

TEST_CASE("fewer than fifty turns are too short for any answer") {
  auto const s = speed_of(family(24.3, 2), 8, 1);
  CHECK(s.doubt == speed_doubt::too_short);
}
