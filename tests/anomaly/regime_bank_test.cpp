#include "pdm/anomaly/regime_bank.hpp"

#include <array>
#include <vector>

#include "pdm/anomaly/isolation_forest.hpp"
#include "pdm/anomaly/laws.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {
using pdm::anomaly::robust_mahalanobis;
using bank = pdm::anomaly::regime_bank<robust_mahalanobis, 2>;
static_assert(pdm::detector<bank>);

pdm::row in_regime(std::span<double const> v, pdm::regime_key key) {
  auto r = test::steady_row(v);
  r.operating.regime = key;
  return r;
}
void teach(bank& b, pdm::regime_key key, double level) {
  for (double d : {-2.0, -1.0, 0.0, 1.0, 2.0}) {
    std::array const v{level + d};
    b.learn_one(in_regime(v, key));
  }
}
}  // namespace

TEST_CASE("a bank of detectors obeys the laws of detectors") {
  test::memory room(8 << 20);
  pdm::anomaly::detector_laws(bank(robust_mahalanobis({.warm_up = 100})), {}, room.bytes(),
                              [](bool holds, char const* claim) {
                                INFO(claim);
                                CHECK(holds);
                              });
}

TEST_CASE("a bank of any detector keeps the laws of regimes") {
  test::memory room(8 << 20);
  auto const check = [](bool holds, char const* claim) {
    INFO(claim);
    CHECK(holds);
  };
  pdm::anomaly::regime_laws(bank(robust_mahalanobis({.warm_up = 100})), {}, room.bytes(), check);
  pdm::anomaly::regime_laws(pdm::anomaly::regime_bank<pdm::anomaly::mahalanobis, 2>(pdm::anomaly::mahalanobis()), {},
                            room.bytes(), check);
  pdm::anomaly::regime_laws(pdm::anomaly::regime_bank<pdm::anomaly::isolation_forest, 2>(
                                pdm::anomaly::isolation_forest({.trees = 20, .sample = 64, .warm_up = 250})),
                            {}, room.bytes(), check);
}

TEST_CASE("what is usual in one regime is unusual in another, and an unseen regime is not judged") {
  test::memory room;
  bank b(robust_mahalanobis({.warm_up = 5}));
  REQUIRE(b.prepare(1, room.arena()).ok());
  teach(b, 1, 10);
  teach(b, 2, 50);
  std::array const v{50.0};
  CHECK(b.score_one(in_regime(v, 2)).value == 0);
  CHECK(b.score_one(in_regime(v, 1)).value > 10);
  CHECK(b.score_one(in_regime(v, 3)).why == pdm::abstention::unseen_regime);
  teach(b, 3, 50);
  CHECK(b.regimes() == 2);
  CHECK(b.turned_away() == 5);
  CHECK(b.score_one(in_regime(v, 3)).why == pdm::abstention::unseen_regime);

  bank c(robust_mahalanobis({.warm_up = 5}));
  REQUIRE(c.prepare(1, room.arena()).ok());
  std::vector<std::byte> bytes(b.saved_bytes());
  auto const n = b.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(c.restore(std::span(bytes).first(*n)).ok());
  CHECK(c.score_one(in_regime(v, 1)).value == b.score_one(in_regime(v, 1)).value);
  CHECK(c.turned_away() == 5);
}

TEST_CASE("a machine that is off or starting takes no place in the bank") {
  test::memory room;
  bank b(robust_mahalanobis({.warm_up = 5}));
  REQUIRE(b.prepare(1, room.arena()).ok());
  std::array const v{1.0};
  auto r = in_regime(v, 7);
  r.operating.state = pdm::operating_state::off;
  b.learn_one(r);
  CHECK(b.regimes() == 0);
}
