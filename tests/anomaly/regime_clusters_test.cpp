#include "pdm/anomaly/regime_clusters.hpp"

#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {
// Speed and load, 100 rows a stay, three ways of running with a ramp of five rows between them.
std::vector<double> running(int stays) {
  pdm::random_source draw(4);
  std::vector<double> rows;
  double const speed[] = {600, 1200, 1200}, load[] = {20, 20, 80};
  for (int s = 0; s < stays; ++s) {
    int const from = s % 3, to = (s + 1) % 3;
    for (int i = 0; i < 105; ++i) {
      double const share = i < 100 ? 0 : (i - 99) / 6.0;
      rows.push_back(speed[from] + share * (speed[to] - speed[from]) + 3 * draw.normal());
      rows.push_back(load[from] + share * (load[to] - load[from]) + draw.normal());
    }
  }
  return rows;
}
}  // namespace

TEST_CASE("three ways of running are three regimes; another one was not seen before") {
  test::memory room;
  pdm::anomaly::regime_clusters regimes;
  std::size_t const before = room.arena().used();
  REQUIRE(regimes.prepare(2, room.arena()).ok());
  CHECK(room.arena().used() - before == regimes.footprint(2));
  auto const rows = running(30);
  std::vector<double> scratch(rows.size() / 2);
  CHECK_FALSE(regimes.assign(std::vector<double>{600, 20}).has_value());
  regimes.fit(rows, scratch);
  REQUIRE(regimes.regimes() == 3);
  auto const slow = regimes.assign(std::vector<double>{603, 21}), fast = regimes.assign(std::vector<double>{1195, 19}),
             loaded = regimes.assign(std::vector<double>{1204, 81});
  REQUIRE((slow && fast && loaded));
  CHECK((*slow != *fast && *fast != *loaded && *slow != *loaded));
  CHECK(regimes.centre(*loaded)[1] == Approx(80).margin(2));
  CHECK_FALSE(regimes.assign(std::vector<double>{900, 20}).has_value());
  CHECK_FALSE(regimes.assign(std::vector<double>{600, 80}).has_value());
}

TEST_CASE("regimes are saved and restored, and a damaged archive is refused") {
  test::memory room;
  pdm::anomaly::regime_clusters a, b;
  REQUIRE((a.prepare(2, room.arena()).ok() && b.prepare(2, room.arena()).ok()));
  auto const rows = running(12);
  std::vector<double> scratch(rows.size() / 2);
  a.fit(rows, scratch);
  std::vector<std::byte> bytes(a.saved_bytes());
  REQUIRE(a.save(bytes).ok());
  REQUIRE(b.restore(bytes).ok());
  for (std::size_t i = 0; i < scratch.size(); ++i) {
    auto const x = std::span(rows).subspan(2 * i, 2);
    CHECK(a.assign(x) == b.assign(x));
  }
  bytes[40] ^= std::byte{1};
  CHECK_FALSE(b.restore(bytes).ok());
}
