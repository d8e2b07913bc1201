#include "pdm/anomaly/conformal_martingale.hpp"

#include <cmath>
#include <vector>

#include "pdm/anomaly/conformal.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using pdm::anomaly::conformal_martingale;

TEST_CASE("the first bets are as written: the capital is the mean of the three factors") {
  conformal_martingale m({.jump = 0});
  m.update(0.1);  // factors 1.4, 1, 0.6
  CHECK(m.log_capital() == Approx(0).margin(1e-15));
  m.update(0.1);
  CHECK(m.log_capital() == Approx(std::log((1.4 * 1.4 + 1 + 0.6 * 0.6) / 3)));
  m.update(2);
  m.update(pdm::math::not_a_number);
  CHECK(m.log_capital() == Approx(std::log((1.4 * 1.4 + 1 + 0.6 * 0.6) / 3)));
}

TEST_CASE("on uniform p-values the capital ever reaches 20 in at most one run of twenty, looked at after every value") {
  int reached = 0;
  constexpr int runs = 2000;
  for (std::uint64_t seed = 0; seed < runs; ++seed) {
    conformal_martingale m;
    pdm::random_source draw(seed);
    bool high = false;
    for (int i = 0; i < 1000; ++i) {
      m.update(draw.uniform());
      high = high || m.log_capital() >= std::log(20.0);
    }
    reached += high ? 1 : 0;
  }
  CHECK(reached <= runs / 20);
  CHECK(reached > 0);
}

TEST_CASE("a shift of one deviation is proven in some hundred rows, also after a long quiet time") {
  test::memory room;
  pdm::anomaly::conformal_calibration usual({.capacity = 500});
  REQUIRE(usual.prepare(room.arena()).ok());
  pdm::random_source draw(7);
  for (int i = 0; i < 500; ++i) usual.learn_one(draw.normal());
  conformal_martingale m;
  double worst = 0;
  for (int i = 0; i < 5000; ++i) {
    m.update(usual.p_value_smoothed(draw.normal(), draw.uniform()));
    worst = std::max(worst, m.p_value() < 0.01 ? 1.0 : 0.0);
  }
  CHECK(worst == 0);
  int delay = 0;
  for (; delay < 1000 && m.evidence() < std::log(1000.0); ++delay) {
    m.update(usual.p_value_smoothed(1 + draw.normal(), draw.uniform()));
  }
  CHECK(delay < 150);
  CHECK(delay > 10);  // no single value can prove it: a bet gains at most half
}

TEST_CASE("a saved martingale goes on where it was") {
  conformal_martingale a, b;
  for (int i = 0; i < 50; ++i) a.update(0.01 * i);
  std::vector<std::byte> bytes(200);
  pdm::archive_writer w(bytes, pdm::archive_kind{'T', 'E', 'S', 'T'}, 1);
  a.put(w);
  auto const n = w.finish();
  REQUIRE(n.ok());
  auto r = pdm::archive_reader::open(std::span(bytes).first(*n), pdm::archive_kind{'T', 'E', 'S', 'T'}, 1);
  REQUIRE(r.ok());
  b.get(*r);
  REQUIRE(r->finish().ok());
  for (double p : {0.3, 0.01, 0.9}) {
    a.update(p);
    b.update(p);
  }
  CHECK(a.log_capital() == b.log_capital());
  CHECK(a.evidence() == b.evidence());
}
