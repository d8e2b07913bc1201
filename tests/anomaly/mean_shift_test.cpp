#include "pdm/anomaly/mean_shift.hpp"

#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using namespace pdm::anomaly;

TEST_CASE("a step is announced once, within its window, and the step back is announced again") {
  test::memory room;
  mean_shift s;
  std::size_t const before = room.arena().used();
  REQUIRE(s.prepare(2, room.arena()).ok());
  CHECK(room.arena().used() - before == s.footprint(2));
  pdm::random_source draw(6);
  auto const row = [&](double off) { return std::vector<double>{draw.normal() + off, draw.normal()}; };
  std::vector<double> rows, scratch(600);
  for (int i = 0; i < 600; ++i) {
    auto const r = row(0);
    rows.insert(rows.end(), r.begin(), r.end());
  }
  s.fit(rows, scratch);
  int early = 0, first = -1, second = -1, count = 0;
  for (int i = 0; i < 600; ++i) {
    bool const said = s.update(row(i >= 200 && i < 400 ? 5 : 0));
    early += said && i < 200 ? 1 : 0;
    count += said ? 1 : 0;
    if (said && i >= 200 && first < 0) first = i;
    if (said && i >= 400 && second < 0) second = i;
  }
  CHECK(early == 0);
  CHECK((first >= 200 && first < 215));
  CHECK((second >= 400 && second < 415));
  CHECK(count == 2);
}

TEST_CASE("a change statistic is saved and restored exactly") {
  test::memory room;
  mean_shift a, b;
  REQUIRE((a.prepare(1, room.arena()).ok() && b.prepare(1, room.arena()).ok()));
  pdm::random_source draw(6);
  std::vector<double> rows(300), scratch(300);
  for (double& v : rows) v = draw.normal();
  a.fit(rows, scratch);
  for (int i = 0; i < 50; ++i) (void)a.update(std::vector<double>{draw.normal()});
  std::vector<std::byte> bytes(a.saved_bytes());
  REQUIRE(a.save(bytes).ok());
  REQUIRE(b.restore(bytes).ok());
  for (int i = 0; i < 100; ++i) {
    std::vector<double> const x{draw.normal() + (i > 50 ? 4 : 0)};
    CHECK(a.update(x) == b.update(x));
    CHECK(a.statistic() == b.statistic());
  }
}
