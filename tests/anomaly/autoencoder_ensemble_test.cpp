#include "pdm/anomaly/autoencoder_ensemble.hpp"

#include <array>
#include <set>

#include "support/catch.hpp"
#include "support/memory.hpp"

using pdm::anomaly::autoencoder_ensemble;

namespace {

// Columns 0, 2, 4 follow one source, 1, 3, 5 another.
std::array<double, 6> two_machines(pdm::random_source& draw) {
  std::array<double, 6> x{};
  double const source[] = {draw.normal(), draw.normal()};
  for (std::size_t i = 0; i < 6; ++i) x[i] = 50 + 3 * source[i % 2] + 0.3 * draw.normal();
  return x;
}

struct fixture {
  fixture() {
    REQUIRE(detector.prepare(6, room.arena()).ok());
    for (int i = 0; i < 1000; ++i) learn();
  }
  void learn() {
    auto const x = two_machines(draw);
    detector.learn_one(test::steady_row(x));
  }
  test::memory room;
  pdm::random_source draw{3};
  autoencoder_ensemble detector{{.group = 3, .squeeze = 0.4}};
};

}  // namespace

TEST_CASE("columns that go together are in one group") {
  fixture f;
  std::set<std::uint32_t> first(f.detector.order().begin(), f.detector.order().begin() + 3);
  CHECK(first == std::set<std::uint32_t>{0, 2, 4});
}

TEST_CASE("usual rows score about 1; a row whose columns no longer go together stands out though each is usual") {
  fixture f;
  double sum = 0;
  for (int i = 0; i < 500; ++i) {
    auto const x = two_machines(f.draw);
    double const s = f.detector.score_one(test::steady_row(x)).value;
    sum += s * s / 500;
  }
  CHECK(sum == Approx(1).epsilon(0.3));
  std::array const with{53.0, 47.0, 53.0, 47.0, 53.0, 47.0}, against{53.0, 47.0, 47.0, 47.0, 53.0, 47.0};
  double const usual = f.detector.score_one(test::steady_row(with)).value;
  double const strange = f.detector.score_one(test::steady_row(against)).value;
  CHECK(usual < 2);
  CHECK(strange > 2.5 * usual);
  std::array<double, 6> parts{};
  REQUIRE(f.detector.contributions(test::steady_row(against), parts));
  CHECK(std::max_element(parts.begin(), parts.end()) == parts.begin() + 2);
}
