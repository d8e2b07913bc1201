#include "pdm/anomaly/event_budget.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm::anomaly;

TEST_CASE("of exponential ln scores the return level grows by the mean excess for each factor e of time") {
  pdm::random_source draw(2);
  std::vector<double> logs(40000), scratch(40000);
  for (double& v : logs) v = -0.3 * std::log(1 - draw.uniform());
  score_tail tail({.unseen = 0});
  tail.fit(logs, 0, scratch);
  CHECK(tail.mean_excess() == Approx(0.3).epsilon(0.1));
  CHECK(tail.level(std::exp(2.0)) - tail.level(std::exp(1.0)) == Approx(tail.mean_excess()));
  // Exceeded once in the learned time: 0.3 ln(40000) for independent rows, the peaks of neighbours joined.
  CHECK(tail.level(1) == Approx(0.3 * std::log(40000.0)).epsilon(0.35));
  CHECK(tail.p_value(0.3 * std::log(1000.0)) == Approx(1e-3).epsilon(0.35));
  CHECK(tail.p_value(-1) == Approx(1));
}

TEST_CASE("a short record has a wider limit than a long one of the same kind") {
  pdm::random_source draw(3);
  std::vector<double> logs(20000), scratch(20000);
  for (double& v : logs) v = 0.1 * draw.normal();
  score_tail brief, lasting;
  lasting.fit(logs, 30, scratch);
  brief.fit(std::span(logs).first(300), 30, scratch);
  CHECK(brief.level(20000.0 / 300) > lasting.level(1) + 0.3);
}

TEST_CASE("whatever comes, events stay within free + budget + largest / step while the threshold may still rise") {
  event_allowance a({.budget = 1});
  a.begin({seconds_a_month});
  double const day = 86400, needs = 3;  // an alarm every day while the threshold is below e^1.4 = 4.06
  double events = 0;
  bool risen = false;
  for (int i = 0; i < 300; ++i) {
    bool const alarm = a.raised() < needs;
    risen = risen || !alarm;
    events += a.update({day / 2}, alarm) ? 1 : 0;
    CHECK_FALSE(a.update({day / 2}, false));
  }
  CHECK(risen);
  CHECK(events <= 4 + 10 + 1.4 / 0.2 + 1);
  CHECK(a.events() == events);
  for (int i = 0; i < 600; ++i) (void)a.update({day}, false);
  CHECK(a.raised() == 1);
}

TEST_CASE("alarms closer than an hour are one event; a record supports one event in its own length") {
  event_allowance a({.budget = 1});
  a.begin({86400});
  CHECK(a.kept() == Approx(30));
  CHECK(a.until_wanted().value == Approx(29 * 86400.0));
  CHECK(a.update({60}, true));
  CHECK_FALSE(a.update({60}, false));
  CHECK_FALSE(a.update({60}, true));
  for (int i = 0; i < 60; ++i) (void)a.update({60}, false);
  CHECK(a.update({60}, true));
  for (int i = 0; i < 29; ++i) (void)a.update({86400}, false);
  CHECK(a.kept() == 1);
  CHECK(a.until_wanted().value == 0);
}
