// The parts of a life_model by themselves.
#include <array>
#include <cmath>
#include <vector>

#include "pdm/prognostics/boosted_trees.hpp"
#include "pdm/prognostics/random_units.hpp"
#include "pdm/prognostics/regime_scale.hpp"
#include "pdm/prognostics/residual_bands.hpp"
#include "support/catch.hpp"

using namespace pdm;
using namespace pdm::prognostics;

TEST_CASE("a tree of three leaves goes left at or below its step, and the sum of two trees is theirs") {
  // node 0: feature 0 <= 10 ? leaf 0 : node 1; node 1: feature 1 <= 5 ? leaf 1 : leaf 2; and a stump beside it
  std::array<std::uint8_t, 2> const counts{3, 2};
  std::array<std::uint32_t, 3> const nodes{boosted_trees::node(0, 10, 128, 1), boosted_trees::node(1, 5, 129, 130),
                                           boosted_trees::node(1, 0, 128, 129)};
  std::array<std::int16_t, 5> const leaves{-4, 2, 8, 100, 200};
  boosted_trees const t{counts, nodes, leaves, 1.0, 0.5};
  REQUIRE(t.sound(2));
  CHECK(t.predict(std::array<std::uint8_t, 2>{10, 0}) == 1 + 0.5 * (-4 + 100));
  CHECK(t.predict(std::array<std::uint8_t, 2>{11, 5}) == 1 + 0.5 * (2 + 200));
  CHECK(t.predict(std::array<std::uint8_t, 2>{11, 6}) == 1 + 0.5 * (8 + 200));
  CHECK_FALSE(t.sound(1));  // feature 1 is not there
}

TEST_CASE("trees whose paths do not end or lead outside are not sound") {
  std::array<std::uint8_t, 1> const counts{2};
  std::array<std::int16_t, 2> const leaves{0, 0};
  for (std::uint32_t const bad :
       {boosted_trees::node(0, 1, 0, 128), boosted_trees::node(0, 1, 128, 130), boosted_trees::node(0, 1, 1, 128)}) {
    std::array<std::uint32_t, 1> const nodes{bad};
    CHECK_FALSE(boosted_trees{counts, nodes, leaves, 0, 1}.sound(1));
  }
}

TEST_CASE("steps begin and end with the learned range, and what is no number falls on the first") {
  std::array<float, 1> const low{10}, scale{1};
  std::array<std::uint8_t, 1> step{};
  feature_binning const b{low, scale};
  for (auto const& [x, expected] :
       {std::pair{5.0F, 0}, {10.9F, 0}, {11.0F, 1}, {136.9F, 126}, {1e30F, 127}, {std::nanf(""), 0}}) {
    b.bin(std::array{x}, step);
    CHECK(step[0] == expected);
  }
}

TEST_CASE("the squashing follows tanh within 0.024, is odd and meets its ends without a step") {
  for (double t = -6; t <= 6; t += 0.01) {
    CHECK(std::abs(static_cast<double>(random_units::squash(static_cast<float>(t))) - std::tanh(t)) < 0.024);
  }
  CHECK(random_units::squash(3) == 1);
  CHECK(random_units::squash(-50) == -1);
}

TEST_CASE("an absent channel gets the conditional mean of what the others say") {
  // correlation r between two channels: E[z1 | z2] = r z2
  double const r = 0.8, d = 1 - r * r;
  std::array<float, 4> const precision{static_cast<float>(1 / d), static_cast<float>(-r / d),
                                       static_cast<float>(-r / d), static_cast<float>(1 / d)};
  std::array<float, 2> const mean{1, 2}, inverse{1, 1};
  regime_scale const s{2, {}, {}, mean, inverse, precision, 0};
  std::array<float, 2> z{};
  std::array<bool, 2> absent{};
  CHECK(s.scale(0, std::array{math::not_a_number, 5.0}, z, absent) == 1);
  CHECK(absent[0]);
  CHECK(z[1] == 3);
  CHECK(z[0] == Approx(2.4).epsilon(1e-5));
  CHECK(s.scale(0, std::array{1e9, -1e9}, z, absent) == 0);
  CHECK(z[0] == 12);
  CHECK(z[1] == -12);
}

TEST_CASE("settings far from every centre, or no numbers, are unseen") {
  std::array<float, 1> const scale{1};
  std::array<float, 2> const centres{0, 10}, mean{0, 0}, inverse{1, 1};
  std::array<float, 1> const precision{1};
  regime_scale const s{1, scale, centres, mean, inverse, precision, 4};
  CHECK(s.nearest(std::array{9.0}).regime == 1);
  CHECK(s.nearest(std::array{9.0}).seen);
  CHECK_FALSE(s.nearest(std::array{5.0}).seen);
  CHECK_FALSE(s.nearest(std::array{math::not_a_number}).seen);
}

TEST_CASE("bands put their residuals around a prediction, within nothing and the horizon, and widen on request") {
  std::vector<std::int16_t> table(residual_bands::levels * residual_bands::knots);
  for (std::size_t i = 0; i < table.size(); ++i) {  // uniform from -0.1 to 0.1 of the horizon
    auto const k = static_cast<double>(i % residual_bands::knots);
    table[i] = static_cast<std::int16_t>(std::lround((k / 10 - 1) * 0.1 * residual_bands::steps));
  }
  residual_bands const b{table, 100, false};
  CHECK(b.around(50, 1).quantile(0.1).value() == Approx(42).margin(0.1));
  CHECK(b.around(50, 1).quantile(0.9).value() == Approx(58).margin(0.1));
  CHECK(b.around(50, 2).quantile(0.9).value() == Approx(66).margin(0.1));
  CHECK(b.around(50, 1).mass_beyond() == 0);
  CHECK(b.around(0, 1).quantile(0.25).value() == 0);
  CHECK(b.around(100, 1).mass_beyond() == Approx(0.5).margin(0.06));
  CHECK_FALSE(b.around(100, 1).quantile(0.9).has_value());
}
