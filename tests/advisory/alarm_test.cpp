#include "pdm/advisory/alarm.hpp"

#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {
using pdm::alarm_phase;
using the_alarm = pdm::advisory::alarm;

struct plant {
  explicit plant(the_alarm::params const& p) : it(p) { REQUIRE(it.prepare().ok()); }

  // One row each 100 s; the phases that came of it.
  std::vector<alarm_phase> row(double score, pdm::operating_state state = pdm::operating_state::steady,
                               bool bad = false) {
    pdm::advisory::alarm_input in{{score, pdm::abstention::none}, {}, {state, pdm::any_regime}, now, sequence++};
    if (bad) in.quality.mark(pdm::quality_reason::stuck, pdm::quality_level::bad);
    now += pdm::from_seconds(100);
    std::vector<alarm_phase> phases;
    for (auto const& t : it.update(in)) phases.push_back(t.phase), last = t;
    return phases;
  }
  std::vector<alarm_phase> rows(int count, double score) {
    std::vector<alarm_phase> all;
    for (int i = 0; i < count; ++i) {
      for (auto p : row(score)) all.push_back(p);
    }
    return all;
  }

  the_alarm it;
  pdm::nanoseconds now = 0;
  std::uint64_t sequence = 0;
  pdm::advisory::alarm_transition last{};
};
using phases = std::vector<alarm_phase>;
}  // namespace

TEST_CASE("an alarm is raised at the k-th of n rows above, not before") {
  plant p({.on = 4, .off = 2.4, .k = 2, .n = 6});
  CHECK(p.row(9).empty());
  CHECK(p.rows(4, 1).empty());
  CHECK(p.row(9) == phases{alarm_phase::raised});
  CHECK(p.last.score == 9);
  CHECK(p.last.threshold == 4);
  CHECK(p.last.sequence == 5);
}

TEST_CASE("a row that has left the window of n no longer counts") {
  plant p({.on = 4, .off = 2.4, .k = 2, .n = 6});
  CHECK(p.row(9).empty());
  CHECK(p.rows(5, 1).empty());
  CHECK(p.row(9).empty());
  CHECK_FALSE(p.it.standing());
}

TEST_CASE("an alarm clears when all of the last rows are below off, and not while one is between off and on") {
  plant p({.on = 4, .off = 2.4, .k = 1, .n = 3});
  CHECK(p.row(5) == phases{alarm_phase::raised});
  for (int i = 0; i < 10; ++i) CHECK(p.rows(1, i % 2 == 0 ? 1.0 : 3.0).empty());
  CHECK(p.row(1).empty());
  CHECK(p.row(1).empty());
  CHECK(p.row(1) == phases{alarm_phase::cleared});
  CHECK(p.last.stood_s == 1300);
  CHECK_FALSE(p.it.standing());
}

TEST_CASE("hold keeps an alarm standing for its least time") {
  plant p({.on = 4, .off = 2.4, .k = 1, .n = 1, .hold = {1000}});
  CHECK(p.row(5) == phases{alarm_phase::raised});
  CHECK(p.rows(9, 0).empty());
  CHECK(p.row(0) == phases{alarm_phase::cleared});
}

TEST_CASE("a latched alarm stands until somebody acknowledges") {
  plant p({.on = 4, .off = 2.4, .k = 1, .n = 2, .latch = true});
  p.row(5);
  CHECK(p.rows(20, 0).empty());
  CHECK(p.it.acknowledge(p.now).phase == alarm_phase::acknowledged);
  CHECK(p.it.acknowledge(p.now).phase == alarm_phase::none);
  CHECK(p.row(0) == phases{alarm_phase::cleared});
}

TEST_CASE("bad data and unsteady running neither raise nor clear, nor count among the n") {
  plant p({.on = 4, .off = 2.4, .k = 2, .n = 2});
  CHECK(p.row(9).empty());
  for (int i = 0; i < 50; ++i) {
    CHECK(p.row(99, pdm::operating_state::starting).empty());
    CHECK(p.row(99, pdm::operating_state::off).empty());
    CHECK(p.row(99, pdm::operating_state::steady, true).empty());
  }
  CHECK(p.row(9) == phases{alarm_phase::raised});
  for (int i = 0; i < 50; ++i) {
    CHECK(p.row(0, pdm::operating_state::off).empty());
    CHECK(p.row(0, pdm::operating_state::steady, true).empty());
  }
  CHECK(p.it.standing());
  CHECK(p.row(0).empty());
  CHECK(p.row(0) == phases{alarm_phase::cleared});
}

TEST_CASE("a shelved alarm is suppressed instead of raised, stands all the same, and comes back by itself") {
  plant p({.on = 4, .off = 2.4, .k = 1, .n = 1});
  CHECK(p.it.shelve(p.now, p.now + pdm::from_seconds(250)).phase == alarm_phase::shelved);
  CHECK(p.row(9) == phases{alarm_phase::suppressed});
  CHECK(p.it.standing());
  CHECK_FALSE(p.it.shown());
  CHECK(p.rows(2, 9).empty());
  CHECK(p.row(9) == phases{alarm_phase::unshelved});
  CHECK(p.it.shown());
  CHECK(p.it.unshelve(p.now).phase == alarm_phase::none);
}

TEST_CASE("an alarm that was raised again within its hold is one alarm") {
  plant p({.on = 4, .off = 2.4, .k = 1, .n = 1, .hold = {500}});
  int raised = 0;
  for (int i = 0; i < 20; ++i) {
    for (auto phase : p.row(i % 2 == 0 ? 9.0 : 0.0)) raised += phase == alarm_phase::raised ? 1 : 0;
  }
  CHECK(raised == 4);  // each stands 500 s of 2000 s, and is raised again by the next row
}

TEST_CASE("saving and restoring an alarm at any row changes nothing") {
  the_alarm::params const settings{.on = 1, .off = 0.2, .k = 2, .n = 5, .hold = {300}};
  plant p(settings);
  pdm::random_source draw(3);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::byte> bytes(p.it.saved_bytes());
    REQUIRE(p.it.save(bytes).ok());
    plant q(settings);
    REQUIRE(q.it.restore(bytes).ok());
    q.now = p.now;
    q.sequence = p.sequence;
    double const s = std::abs(draw.normal());
    REQUIRE(p.row(s) == q.row(s));
    REQUIRE(p.it.standing() == q.it.standing());
  }
}

TEST_CASE("settings out of range are refused") {
  CHECK_FALSE(the_alarm({.k = 0}).prepare().ok());
  CHECK_FALSE(the_alarm({.k = 3, .n = 2}).prepare().ok());
  CHECK_FALSE(the_alarm({.k = 1, .n = 65}).prepare().ok());
  CHECK_FALSE(the_alarm({.on = 1, .off = 2}).prepare().ok());
}
