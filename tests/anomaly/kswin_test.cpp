#include "pdm/anomaly/kswin.hpp"

#include <vector>

#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

using pdm::anomaly::kswin;

namespace {

// Values until drift is said, at most `most`.
int delay(kswin& d, pdm::random_source& draw, double shift, double spread, int most) {
  int i = 0;
  while (i < most && !d.update(shift + spread * draw.normal())) ++i;
  return i;
}

}  // namespace

TEST_CASE("a change of spread alone is seen, which a mean does not show, and forgets what was before") {
  test::memory room;
  kswin d({.window = 800, .recent = 200});  // the distributions are 0.29 apart at most: 60 values could not tell
  REQUIRE(d.prepare(room.arena()).ok());
  pdm::random_source draw(3);
  CHECK(delay(d, draw, 0, 1, 3000) == 3000);
  CHECK(delay(d, draw, 0, 4, 500) < 220);
  CHECK(d.size() == 200);
}

TEST_CASE("a shift of two deviations is seen before the newest values are all of the new kind") {
  test::memory room;
  kswin d;
  REQUIRE(d.prepare(room.arena()).ok());
  pdm::random_source draw(4);
  (void)delay(d, draw, 1e9, 1, 600);
  int const rows = delay(d, draw, 1e9 + 2, 1, 500);
  CHECK(rows < 70);
  CHECK(rows > 5);
}

TEST_CASE("on a steady stream of a hundred thousand values drift is said at most twice") {
  test::memory room;
  kswin d;
  REQUIRE(d.prepare(room.arena()).ok());
  pdm::random_source draw(5);
  int said = 0;
  auto const calls = pdm::test::heap_calls_in([&] {
    for (int i = 0; i < 100000; ++i) said += d.update(draw.normal()) ? 1 : 0;
  });
  CHECK(said <= 2);
  CHECK(calls.all() == 0);
}

TEST_CASE("values that are not finite change nothing, and a saved one goes on bit for bit") {
  test::memory room_a, room_b;
  kswin a, b;
  REQUIRE(a.prepare(room_a.arena()).ok());
  REQUIRE(b.prepare(room_b.arena()).ok());
  pdm::random_source draw(6);
  for (int i = 0; i < 777; ++i) (void)a.update(draw.normal());
  CHECK_FALSE(a.update(pdm::math::not_a_number));
  std::vector<std::byte> bytes(a.saved_bytes());
  auto const n = a.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.restore(std::span(bytes).first(*n)).ok());
  for (int i = 0; i < 500; ++i) {
    double const x = draw.normal() + (i > 200 ? 1.0 : 0.0);
    CHECK(a.update(x) == b.update(x));
    CHECK(a.p_value() == b.p_value());
  }
  bytes[*n - 1] ^= std::byte{1};
  CHECK_FALSE(b.restore(std::span(bytes).first(*n)).ok());
}
