// Anomalies in process values: bad rows, causality, saved states, attribution, and the promised false alarms.
#include "pdm/monitor/process_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "healthy_machine.hpp"
#include "support/catch.hpp"

namespace {

namespace monitor = pdm::monitor;
using pdm_test::healthy_machine;
constexpr double absent = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> names(std::size_t n) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back("c" + std::to_string(i));
  return out;
}

monitor::process_settings settings(std::size_t learn) {
  auto s = *monitor::process_preset("process");
  s.learn = learn;
  return s;
}

// A small detector and the rows that feed it, one a minute.
struct plant {
  explicit plant(double offset = 0, std::size_t learn = 500)
      : detector(std::move(*monitor::process_detector::make(names(4), settings(learn)))), offset_(offset) {
    for (std::size_t i = 0; i < learn; ++i) (void)detector.row(next(), time(), {});
  }
  std::array<double, 4> next() {
    ++minute;
    double const common = draw.normal();
    return {offset_ + draw.normal(), 5 + common + 0.3 * draw.normal(), 7 - common + 0.3 * draw.normal(),
            2 + 1e-3 * draw.normal()};
  }
  double time() const { return 60.0 * static_cast<double>(minute); }
  monitor::process_decision give(std::array<double, 4> const& row, pdm::quality q = {}) {
    return **detector.row(row, time(), q);
  }
  pdm::random_source draw{3};
  std::uint64_t minute = 0;
  monitor::process_detector detector;
  double offset_;
};

bool same(monitor::process_decision const& a, monitor::process_decision const& b) {
  return a.score == b.score && a.p_value == b.p_value && a.threshold == b.threshold && a.alarm == b.alarm &&
         a.changepoint == b.changepoint && a.abstained == b.abstained;
}

}  // namespace

TEST_CASE("An offset of 1e9 leaves a usual row usual and a strange one strange", "[monitor]") {
  plant p(1e9);
  double usual = 0;
  for (int i = 0; i < 300; ++i) usual = std::max(usual, p.give(p.next()).score);
  CHECK(usual < 1);
  bool alarm = false;
  for (int i = 0; i < 60; ++i) {
    auto row = p.next();
    row[0] += 12;
    alarm = p.give(row).alarm || alarm;
  }
  CHECK(alarm);
}

TEST_CASE("Contributions sum to the score and the disturbed column comes first", "[monitor]") {
  int first = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    plant p;
    monitor::process_decision d;
    for (int i = 0; i < 40; ++i) {
      auto row = p.next();
      row[k] += k == 3 ? 8e-3 : 8 * ((i % 2) != 0 ? 1 : -1);
      d = p.give(row);
    }
    REQUIRE(d.explained);
    double sum = 0;
    std::size_t top = 0;
    for (std::size_t i = 0; i < d.parts.size(); ++i) {
      sum += d.parts[i];
      top = d.parts[i] > d.parts[top] ? i : top;
    }
    CHECK(std::abs(sum - d.score) < 1e-9 * d.score);
    first += top == k ? 1 : 0;
  }
  CHECK(first == 4);
}

TEST_CASE("Absent, infinite and wild values poison nothing, and quality says what came", "[monitor]") {
  plant clean, dirty;
  for (int i = 0; i < 40; ++i) (void)clean.give(clean.next());
  for (int i = 0; i < 40; ++i) {
    auto row = dirty.next();
    if (i == 1) row[0] = absent;
    if (i == 2) row = {absent, absent, absent, absent};
    if (i == 3) row[1] = std::numeric_limits<double>::infinity();
    if (i == 4) row[2] = 1e308;
    auto const d = dirty.give(row);
    CHECK(std::isfinite(d.score));
    CHECK(d.abstained == (i == 2));
    if (i >= 1 && i <= 3) CHECK(d.quality.has(pdm::quality_reason::not_finite));
    if (i == 2) CHECK(d.quality.is_bad());
  }
  for (int i = 0; i < 100; ++i) {
    auto const a = clean.give(clean.next()), b = dirty.give(dirty.next());
    if (i >= 60) CHECK(b.score < 1.5 * a.score + 0.2);
  }
}

TEST_CASE("A repeated row changes no state; a wide step of time is a gap", "[monitor]") {
  plant a, b;
  auto const row = a.next();
  (void)b.next();
  (void)a.give(row);
  (void)b.give(row);
  auto const again = b.give(row);
  CHECK(again.abstained);
  CHECK(again.quality.has(pdm::quality_reason::duplicate));
  for (int i = 0; i < 50; ++i) CHECK(same(a.give(a.next()), b.give(b.next())));
  a.minute += 100;
  CHECK(a.give(a.next()).quality.has(pdm::quality_reason::gap));
}

TEST_CASE("Constant columns are named, not watched, and said to have moved", "[monitor]") {
  auto d = *monitor::process_detector::make({"x", "set point"}, settings(200));
  pdm::random_source draw{5};
  for (int i = 0; i < 200; ++i) (void)d.row(std::array{draw.normal(), 42.0}, 60.0 * i, {});
  CHECK(d.summary().constant == std::vector<std::string>{"set point"});
  CHECK((**d.row(std::array{draw.normal(), 42.0}, 12000, {})).quality.is_good());
  auto const moved = **d.row(std::array{draw.normal(), 43.0}, 12060, {});
  CHECK(moved.quality.has(pdm::quality_reason::out_of_range));
  auto nothing = *monitor::process_detector::make({"x"}, settings(50));
  for (int i = 0; i < 49; ++i) (void)nothing.row(std::array{1.0}, 60.0 * i, {});
  CHECK_FALSE(nothing.row(std::array{1.0}, 3000, {}).ok());
}

TEST_CASE("A saved state answers bit for bit as if it had gone on", "[monitor]") {
  plant p;
  for (int i = 0; i < 77; ++i) (void)p.give(p.next());
  auto const bytes = p.detector.save();
  auto twin = monitor::process_detector::restore(bytes);
  REQUIRE(twin.ok());
  for (int i = 0; i < 300; ++i) {
    auto row = p.next();
    if (i > 100 && i < 150) row[1] += 6;
    auto const before = **twin->row(row, p.time(), {});
    CHECK(same(p.give(row), before));
  }
  auto broken = bytes;
  broken[broken.size() / 2] ^= std::byte{4};
  CHECK_FALSE(monitor::process_detector::restore(broken).ok());
  CHECK_FALSE(monitor::process_detector::restore(std::span(bytes).first(bytes.size() / 2)).ok());
}

TEST_CASE("Rows are compared inside their regime, and one not seen before is its own answer", "[monitor]") {
  auto s = settings(900);
  s.regime = {"speed"};
  auto d = *monitor::process_detector::make({"speed", "x", "y"}, s);
  pdm::random_source draw{9};
  double const speeds[] = {600, 1200, 1800};
  auto const row = [&](double speed, double off) {
    double const common = draw.normal();
    return std::array{speed + draw.normal(), speed / 10 + common + 0.1 * draw.normal() + off, common + draw.normal()};
  };
  int minute = 0;
  for (; minute < 900; ++minute) (void)d.row(row(speeds[minute / 50 % 2], 0), 60.0 * minute, {});
  CHECK(d.summary().regimes == 2);
  CHECK(d.summary().columns == 2);
  bool alarm = false;
  for (; minute < 1200; ++minute) alarm = (**d.row(row(speeds[minute / 50 % 2], 0), 60.0 * minute, {})).alarm || alarm;
  CHECK_FALSE(alarm);
  auto const other = **d.row(row(1800, 0), 60.0 * minute++, {});
  CHECK(other.abstained);
  CHECK(other.why == "regime not seen before");
  auto twin = monitor::process_detector::restore(d.save());
  REQUIRE(twin.ok());
  for (int i = 0; i < 100; ++i, ++minute) {
    auto const next = row(600, 8);  // usual at no speed of its own: 68 lies between 60 and 120
    auto const a = **d.row(next, 60.0 * minute, {}), b = **twin->row(next, 60.0 * minute, {});
    CHECK(same(a, b));
    alarm = a.alarm || alarm;
  }
  CHECK(alarm);
}

TEST_CASE("A level that stays away is an alarm, though every row of it is usual", "[monitor]") {
  plant p;
  int rows = 0;
  bool alarm = false;
  for (; rows < 400 && !alarm; ++rows) {
    auto row = p.next();
    row[0] += 2.5;
    alarm = p.give(row).alarm;
  }
  CHECK(alarm);
  CHECK(rows > 5);
}

namespace {

struct watched {
  double events = 0, coverage = 1;
};

// Alarms at least an hour apart, by the rows that turn true.
watched watch(double correlation_min, std::uint64_t seed, std::size_t learn, std::size_t minutes,
              double* kept = nullptr) {
  healthy_machine machine(correlation_min, seed);
  auto d = *monitor::process_detector::make(names(healthy_machine::columns), settings(learn));
  for (std::size_t i = 0; i < learn; ++i) (void)d.row(machine.next(), 60.0 * static_cast<double>(i), {});
  if (kept != nullptr) *kept = d.summary().kept;
  watched w;
  std::size_t answered = 0, last = 0;
  bool before = false, any = false;
  for (std::size_t i = 0; i < minutes; ++i) {
    auto const r = **d.row(machine.next(), 60.0 * static_cast<double>(learn + i), {});
    answered += r.abstained ? 0 : 1;
    if (r.alarm && !before && (!any || i - last >= 60)) ++w.events;
    if (r.alarm) {
      last = i;
      any = true;
    }
    before = r.alarm;
  }
  w.coverage = static_cast<double>(answered) / static_cast<double>(minutes);
  return w;
}

void promise(std::size_t machines_each, double months, std::size_t learn) {
  std::vector<double> events;
  double total = 0, coverage = 1, budget = 1;
  for (double tau : {0.0, 10.0, 60.0, 360.0, 1440.0}) {
    double of_tau = 0;
    for (std::size_t k = 0; k < machines_each; ++k) {
      double kept = 1;
      auto const w = watch(tau, 100 * static_cast<std::uint64_t>(tau) + k + 1, learn,
                           static_cast<std::size_t>(months * 43200), &kept);
      budget = std::max(budget, kept);
      events.push_back(w.events);
      of_tau += w.events;
      coverage = std::min(coverage, w.coverage);
    }
    total += of_tau;
    std::printf("correlation %4.0f min: %.2f events a machine-month\n", tau,
                of_tau / (months * static_cast<double>(machines_each)));
  }
  double const pooled = total / (months * static_cast<double>(events.size()));
  std::sort(events.begin(), events.end());
  double const most = events[static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(events.size()))) - 1];
  std::printf(
      "pooled %.2f a machine-month, 95 %% of the machines at most %.0f events, budget kept %.1f, coverage %.3f\n",
      pooled, most, budget, coverage);
  CHECK(pooled <= 1.5 * budget);
  CHECK(most <= 3 * months * budget);
  CHECK(coverage >= 0.95);
}

}  // namespace

TEST_CASE("Promised false alarms hold on healthy machines in small", "[monitor][full]") { promise(1, 2, 40320); }
TEST_CASE("After one day of learning the budget that is said is kept", "[monitor][full]") { promise(1, 2, 1440); }
TEST_CASE("Promised false alarms hold on 100 healthy machines of ten months", "[monitor][soak]") {
  promise(20, 10, 40320);
}
TEST_CASE("One day of learning on 100 machines of ten months", "[monitor][soak]") { promise(20, 10, 1440); }
