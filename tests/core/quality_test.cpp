#include "pdm/core/quality.hpp"

#include "pdm/core/operating.hpp"
#include "support/catch.hpp"

TEST_CASE("merging takes the worst level, all reasons and the larger share") {
  pdm::quality a, b;
  a.mark(pdm::quality_reason::gap, pdm::quality_level::uncertain);
  b.mark(pdm::quality_reason::clipped, pdm::quality_level::bad);
  b.bad_share = 0.5f;
  auto const m = merged(a, b);
  CHECK(m.is_bad());
  CHECK(m.has(pdm::quality_reason::gap));
  CHECK(m.has(pdm::quality_reason::clipped));
  CHECK_FALSE(m.has(pdm::quality_reason::stuck));
  CHECK(m.bad_share == 0.5f);
  CHECK(merged(b, a) == m);
  CHECK(merged(m, pdm::quality{}) == m);
}

TEST_CASE("a mark never improves the level") {
  pdm::quality q;
  q.mark(pdm::quality_reason::stuck, pdm::quality_level::bad);
  q.mark(pdm::quality_reason::jitter, pdm::quality_level::good);
  CHECK(q.is_bad());
}

TEST_CASE("data from two states are steady only when both are steady in one regime") {
  using pdm::operating;
  using pdm::operating_state;
  operating const steady{operating_state::steady, 1}, other{operating_state::steady, 2}, off{operating_state::off, 0};
  CHECK(merged(steady, steady) == steady);
  CHECK(merged(steady, other).state == operating_state::changing);
  CHECK(merged(steady, off).state == operating_state::changing);
  CHECK(merged(steady, operating{}).state == operating_state::unknown);
}
