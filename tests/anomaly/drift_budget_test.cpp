#include "pdm/anomaly/drift_budget.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "pdm/anomaly/guarded.hpp"
#include "pdm/anomaly/learning_policy.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm::anomaly;

constexpr std::size_t columns = 8;
constexpr int a_day = 288;  // rows: one in five minutes

// Rows of a machine; column 2 carries a shift.
class machine {
 public:
  explicit machine(std::uint64_t seed) : draw_(seed) {}
  pdm::row next(double shift) {
    for (double& v : values_) v = 40 + draw_.normal();
    values_[2] += shift;
    auto r = test::steady_row(values_);
    r.source_time = at_;
    at_ += 86'400'000'000'000 / a_day;
    return r;
  }

 private:
  pdm::random_source draw_;
  std::array<double, columns> values_{};
  pdm::nanoseconds at_ = 0;
};

// Threshold that one usual row in a thousand exceeds.
template <class D>
double gate_of(D const& d, std::uint64_t seed) {
  machine usual(seed);
  std::vector<double> scores;
  for (int i = 0; i < 20000; ++i) scores.push_back(d.score_one(usual.next(0)).value);
  std::sort(scores.begin(), scores.end());
  return scores[19980];
}

struct outcome {
  double recall = 0;       // of the rows with the fault
  double raised_at = 1e9;  // true shift at which "baseline drift" was raised
};

// A week as it should be, then 30 days of a ramp to half the gate's threshold, then a fault on top of it.
template <class D>
outcome boil(D prototype, bool learns) {
  test::memory room(std::size_t{8} << 20);
  REQUIRE(prototype.prepare(columns, room.arena()).ok());
  D& d = prototype;
  machine m(17);
  for (int i = 0; i < 7 * a_day; ++i) d.learn_one(m.next(0), 1);
  double const gate = gate_of(d, 18), ramp_end = gate / 2;
  learning_policy const policy({.mode = learning_mode::only_when_normal, .normal_below = gate});
  outcome o;
  for (int i = 0; i < 30 * a_day; ++i) {
    double const shift = ramp_end * i / (30.0 * a_day);
    auto const r = m.next(shift);
    learning_input const in{r.quality, r.operating, d.score_one(r), static_cast<double>(i), false, false};
    if (learns && policy.decide(in) == learning_refusal::none) d.learn_one(r, 1);
    if constexpr (requires { d.budget(); }) {
      if (d.budget().baseline_drift()) o.raised_at = std::min(o.raised_at, shift);
    }
  }
  int found = 0;
  constexpr int faulty = 2000;
  for (int i = 0; i < faulty; ++i) found += d.score_one(m.next(ramp_end + gate)).value > gate ? 1 : 0;
  o.recall = found / static_cast<double>(faulty);
  return o;
}

}  // namespace

TEST_CASE(
    "a ramp at half the gate's threshold over 30 days: drift is raised before 1 sigma, the fault is found after it") {
  mahalanobis const model({.keep = 0.999, .warm_up = 500});
  outcome const kept = boil(guarded<mahalanobis>(model), true), frozen = boil(guarded<mahalanobis>(model), false);
  INFO("recall " << kept.recall << " of " << frozen.recall << ", raised at " << kept.raised_at << " sigma");
  CHECK(kept.raised_at < 1);
  CHECK(kept.raised_at > 0.3);
  CHECK(frozen.recall > 0.5);
  CHECK(kept.recall >= 0.95 * frozen.recall);
  pdm::scoped_fault<"anomaly.learn_beyond_budget"> const off;
  CHECK(boil(guarded<mahalanobis>(model), true).recall < 0.95 * frozen.recall);  // the budget is what does it
}

TEST_CASE("rows that stay where they are spend no budget") {
  test::memory room;
  drift_budget budget;
  REQUIRE(budget.prepare(columns, room.arena()).ok());
  machine m(3);
  int refused = 0;
  for (int i = 0; i < 60 * a_day; ++i) refused += budget.admits(m.next(0)) ? 0 : 1;
  CHECK(refused == 0);
  CHECK_FALSE(budget.baseline_drift());
}

TEST_CASE("a step beyond a day's budget stops learning that day, and in all never more than 1 sigma is followed") {
  test::memory room;
  drift_budget budget;
  REQUIRE(budget.prepare(columns, room.arena()).ok());
  machine m(4);
  for (int i = 0; i < 4 * a_day; ++i) (void)budget.admits(m.next(0));
  int admitted = 0;
  for (int i = 0; i < 30 * a_day; ++i) admitted += budget.admits(m.next(2)) ? 1 : 0;
  CHECK(admitted < 120);  // until the mean has moved a quarter of a sigma
  CHECK(budget.baseline_drift());
  CHECK(budget.worst() == 2);
  CHECK(budget.drift() == Approx(2).margin(0.25));
  CHECK(budget.refused() > 8000);
  budget.agree();
  CHECK_FALSE(budget.baseline_drift());
  CHECK(budget.admits(m.next(2)));
}

TEST_CASE("the budget of a later day is counted from where learning stands, not from where the rows have gone") {
  test::memory room;
  drift_budget budget({.in_all = 10});
  REQUIRE(budget.prepare(columns, room.arena()).ok());
  machine m(5);
  for (int i = 0; i < 4 * a_day; ++i) (void)budget.admits(m.next(0));
  for (int i = 0; i < 3 * a_day; ++i) (void)budget.admits(m.next(4));
  CHECK_FALSE(budget.admits(m.next(4)));  // three days allow three quarters of a sigma
}

TEST_CASE("a saved budget goes on where it was") {
  test::memory room_a, room_b;
  drift_budget a, b;
  REQUIRE(a.prepare(columns, room_a.arena()).ok());
  REQUIRE(b.prepare(columns, room_b.arena()).ok());
  machine m(6);
  for (int i = 0; i < 6 * a_day; ++i) (void)a.admits(m.next(i / 3000.0));
  std::vector<std::byte> bytes(a.saved_bytes());
  auto const n = a.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.restore(std::span(bytes).first(*n)).ok());
  for (int i = 0; i < 3000; ++i) {
    auto const r = m.next(0.5 + i / 1000.0);
    CHECK(a.admits(r) == b.admits(r));
  }
  CHECK(a.drift() == b.drift());
  bytes[*n - 1] ^= std::byte{1};
  CHECK_FALSE(b.restore(std::span(bytes).first(*n)).ok());
}
