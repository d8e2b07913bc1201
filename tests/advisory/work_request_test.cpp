#include "pdm/advisory/work_request.hpp"

#include <vector>

#include "support/catch.hpp"

namespace {
using namespace pdm::advisory;

constexpr double day = 86400;
constexpr pdm::nanoseconds at(double days) { return pdm::from_seconds(days * day); }
work_finding finding(failure_mode mode, pdm::alarm_priority priority = pdm::alarm_priority::medium, double due_s = 0) {
  work_finding f;
  f.mode = mode;
  f.priority = priority;
  f.due_s = due_s;
  return f;
}
}  // namespace

TEST_CASE("one finding, told a thousand times, is one request, repeated at the stated pace") {
  work_requests w({.renotify = {7 * day}});
  int opened = 0, repeated = 0;
  for (int hour = 0; hour < 24 * 21; ++hour) {
    auto const c = w.find(finding(1), at(hour / 24.0));
    opened += c.phase == work_phase::opened ? 1 : 0;
    repeated += c.phase == work_phase::repeated ? 1 : 0;
  }
  CHECK(opened == 1);
  CHECK(repeated == 2);
  CHECK(w.open().size() == 1);
  CHECK(w.open(1)->told == 3);
}

TEST_CASE("each failure mode has its own request") {
  work_requests w;
  CHECK(w.find(finding(1), 0).request.number == 1);
  CHECK(w.find(finding(2), 0).request.number == 2);
  CHECK(w.open().size() == 2);
}

TEST_CASE("a request becomes more urgent with its finding, never less") {
  work_requests w;
  (void)w.find(finding(1, pdm::alarm_priority::low), 0);
  auto const c = w.find(finding(1, pdm::alarm_priority::high), at(1));
  CHECK(c.phase == work_phase::updated);
  CHECK(c.request.due_at == at(8));  // high: seven days
  CHECK_FALSE(w.find(finding(1, pdm::alarm_priority::low), at(2)));
  CHECK(w.open(1)->finding.priority == pdm::alarm_priority::high);
  CHECK(w.open(1)->due_at == at(8));
}

TEST_CASE("a life that shrinks to half of what was told is told at once") {
  work_requests w;
  CHECK(w.find(finding(1, pdm::alarm_priority::medium, 20 * day), 0).request.due_at == at(20));
  CHECK_FALSE(w.find(finding(1, pdm::alarm_priority::medium, 15 * day), at(1)));
  auto const c = w.find(finding(1, pdm::alarm_priority::medium, 4 * day), at(2));
  CHECK(c.phase == work_phase::updated);
  CHECK(c.request.due_at == at(6));
}

TEST_CASE("a request closes when all has been normal for long enough, without a break") {
  work_requests w({.close_after = {2 * day}});
  (void)w.find(finding(1), 0);
  CHECK_FALSE(w.all_normal(at(1)));
  CHECK_FALSE(w.all_normal(at(2.5)));
  (void)w.find(finding(1), at(2.6));
  CHECK_FALSE(w.all_normal(at(2.7)));
  CHECK_FALSE(w.all_normal(at(4.6)));
  auto const c = w.all_normal(at(4.7));
  CHECK(c.phase == work_phase::closed);
  CHECK(c.outcome == work_outcome::normal_again);
  CHECK(w.open().empty());
}

TEST_CASE("feedback closes a request, and after nothing was found the mode stays quiet for a while") {
  work_requests w({.quiet_after_feedback = {10 * day}});
  (void)w.find(finding(1), 0);
  CHECK(w.feedback(1, work_outcome::nothing_found, at(1)).phase == work_phase::closed);
  CHECK_FALSE(w.feedback(1, work_outcome::nothing_found, at(1)));
  CHECK_FALSE(w.find(finding(1), at(5)));
  CHECK(w.find(finding(2), at(5)).phase == work_phase::opened);
  CHECK(w.find(finding(1), at(11.5)).phase == work_phase::opened);
}

TEST_CASE("more findings than places are dropped and counted") {
  work_requests w;
  for (failure_mode m = 0; m < 20; ++m) (void)w.find(finding(m), 0);
  CHECK(w.open().size() == work_requests::max_open);
  CHECK(w.dropped() == 4);
}

TEST_CASE("the due time of a life is its ten per cent quantile, and nothing beyond the horizon") {
  pdm::life_estimate e;
  CHECK(due_from(e) == 0);
  e.why = pdm::abstention::none;
  e.life = pdm::life_distribution::from_cdf([](double t) { return t / 100; }, 100);
  CHECK(due_from(e) == Approx(10).epsilon(1e-6));
  e.life = pdm::life_distribution::from_cdf([](double t) { return t / 10000; }, 100);
  CHECK(due_from(e) == 0);
}

TEST_CASE("a request becomes a sentence with its reason and its advice") {
  work_requests w;
  auto f = finding(1, pdm::alarm_priority::high, 3 * day);
  f.reason = work_reason::life_short;
  f.numbers = {3 * day, 0.1};
  f.action = work_action::plan_replacement;
  auto const c = w.find(f, 0);
  auto const why = message_of(c.request.finding, "drive end");
  CHECK(why.key == pdm::messages::reason_life_short);
  CHECK(why.arguments[0].number == 3 * day);
  auto const advice = advice_of(c.request, at(1), "drive end");
  CHECK(advice.key == pdm::messages::advice_plan_replacement);
  CHECK(advice.arguments[0].text == "drive end");
  CHECK(advice.arguments[1].number == Approx(2 * day));
}

TEST_CASE("requests survive saving, with their numbers and silences") {
  work_requests a({.quiet_after_feedback = {10 * day}}), b({.quiet_after_feedback = {10 * day}});
  for (failure_mode m = 1; m < 6; ++m) (void)a.find(finding(m), at(m));
  (void)a.feedback(3, work_outcome::nothing_found, at(7));
  std::vector<std::byte> bytes(a.saved_bytes());
  auto const n = a.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.restore(std::span(bytes).first(*n)).ok());
  CHECK(b.open().size() == 4);
  CHECK_FALSE(b.find(finding(3), at(8)));
  CHECK(b.find(finding(9), at(8)).request.number == 6);
  CHECK(b.open(2)->due_at == a.open(2)->due_at);
  bytes[40] ^= std::byte{4};
  CHECK(b.restore(std::span(bytes).first(*n)).error() == pdm::errc::corrupt);
}
