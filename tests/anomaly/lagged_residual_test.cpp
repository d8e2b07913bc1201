#include "pdm/anomaly/lagged_residual.hpp"

#include <array>
#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

using namespace pdm::anomaly;

namespace {
// Two columns that go together, one of its own.
struct rows_of_three {
  pdm::random_source draw{8};
  double keep = 0;
  std::array<double, 3> next() {
    keep = 0.9 * keep + 0.436 * draw.normal();
    return {keep + 0.2 * draw.normal(), -keep + 0.2 * draw.normal(), draw.normal()};
  }
};
}  // namespace

TEST_CASE("usual rows have parts around 1, a broken relation has not, and nothing is allocated") {
  test::memory room(1 << 22);
  lagged_residual d;
  std::size_t const before = room.arena().used();
  REQUIRE(d.prepare(3, room.arena()).ok());
  CHECK(room.arena().used() - before == d.footprint(3));
  rows_of_three made;
  std::vector<double> rows;
  for (int i = 0; i < 3000; ++i) {
    auto const r = made.next();
    rows.insert(rows.end(), r.begin(), r.end());
  }
  REQUIRE(d.fit(rows).ok());
  CHECK(d.components() > 0);
  CHECK_FALSE(d.ready());
  std::array<double, 3> sum{};
  for (int i = 0; i < 2030; ++i) {
    auto const r = made.next();
    CHECK(pdm::test::heap_calls_in([&] { d.update(r); }).taken == 0);
    for (std::size_t c = 0; i >= 30 && c < 3; ++c) sum[c] += std::log(d.parts()[c]) / 2000;
  }
  for (double s : sum) CHECK(std::abs(s) < 0.15);  // a geometric mean of 1
  for (int i = 0; i < 30; ++i) {
    auto r = made.next();
    r[1] += 2;
    d.update(r);
  }
  CHECK(d.parts()[0] > 2);
  CHECK(d.parts()[1] > 2);
  CHECK(d.parts()[2] < 2);
  CHECK(d.energy(1) > d.energy(0));
}

TEST_CASE("a residual model is saved and restored exactly; a damaged one and one of another shape are refused") {
  test::memory room(1 << 22);
  lagged_residual a, b, other;
  REQUIRE((a.prepare(3, room.arena()).ok() && b.prepare(3, room.arena()).ok() && other.prepare(2, room.arena()).ok()));
  rows_of_three made;
  std::vector<double> rows;
  for (int i = 0; i < 400; ++i) {
    auto const r = made.next();
    rows.insert(rows.end(), r.begin(), r.end());
  }
  REQUIRE(a.fit(rows).ok());
  for (int i = 0; i < 25; ++i) a.update(made.next());
  std::vector<std::byte> bytes(a.saved_bytes());
  REQUIRE(a.save(bytes).ok());
  REQUIRE(b.restore(bytes).ok());
  for (int i = 0; i < 60; ++i) {
    auto const r = made.next();
    a.update(r);
    b.update(r);
    for (std::size_t c = 0; c < 3; ++c) CHECK(a.parts()[c] == b.parts()[c]);
  }
  CHECK_FALSE(other.restore(bytes).ok());
  bytes[100] ^= std::byte{1};
  CHECK_FALSE(b.restore(bytes).ok());
}
