#include "pdm/anomaly/half_space_trees.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "pdm/anomaly/laws.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using pdm::anomaly::half_space_trees;

namespace rows_of = pdm::anomaly::detail;

TEST_CASE("25 trees of depth 15 on 16 columns fit into 2 MB, all included") {
  CHECK(half_space_trees({.trees = 25, .depth = 15, .window = 250}).footprint(16) < (std::size_t{2} << 20));
}

TEST_CASE("the slowest of a window's rows takes at most 5 times the median, the end of the window included") {
  test::memory room(std::size_t{2} << 20);
  half_space_trees d;
  REQUIRE(d.prepare(16, room.arena()).ok());
  rows_of::usual_rows rows(16, 3);
  rows_of::teach(d, rows, 1000);
  constexpr std::size_t window = 250, rounds = 40;
  std::vector<double> least(window, 1e9);  // of each place in the window, so that interruptions do not count
  for (std::size_t i = 0; i < window * rounds; ++i) {
    auto const r = rows.next();
    auto const start = std::chrono::steady_clock::now();
    double const value = d.score_one(r).value;
    d.learn_one(r, 1.0);
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    REQUIRE(value >= 0);
    least[i % window] = std::min(least[i % window], took.count());
  }
  std::sort(least.begin(), least.end());
  std::printf("half-space trees: slowest row %.2f times the median\n", least.back() / least[window / 2]);
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__)
  CHECK(least.back() <= 5 * least[window / 2]);
#endif
}

TEST_CASE("a row where the window is thin scores higher than one where it is dense, and one tree is enough to count") {
  // One column, one tree: mass and level of the leaf can be counted by hand from the rows themselves.
  test::memory room;
  half_space_trees d({.trees = 1, .depth = 10, .window = 100, .size_limit = 10});
  REQUIRE(d.prepare(1, room.arena()).ok());
  rows_of::usual_rows rows(1, 9);
  rows_of::teach(d, rows, 100);
  double const centre = d.score_one(rows.with(0, 0)).value, edge = d.score_one(rows.with(0, 3)).value;
  CHECK(edge > centre + 1);
  CHECK(d.score_one(rows.with(0, 1e6)).value <= 10 + 7 + 1);  // depth + log2 window + the half row: the most there is
}

TEST_CASE("it follows the data within a window, which is why it wants a drift budget") {
  test::memory room;
  half_space_trees d;
  REQUIRE(d.prepare(4, room.arena()).ok());
  rows_of::usual_rows rows(4, 5);
  rows_of::teach(d, rows, 500);
  double const before = d.score_one(rows.shifted(4, 4)).value;
  for (int i = 0; i < 500; ++i) d.learn_one(rows.shifted(4, 4), 1);
  CHECK(d.score_one(rows.shifted(4, 4)).value < before - 2);
}
