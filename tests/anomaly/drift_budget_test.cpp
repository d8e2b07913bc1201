#include "pdm/anomaly/drift_budget.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "pdm/anomaly/autoencoder_ensemble.hpp"
#include "pdm/anomaly/guarded.hpp"
#include "pdm/anomaly/half_space_trees.hpp"
#include "pdm/anomaly/isolation_forest.hpp"
#include "pdm/anomaly/learning_policy.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/oja_subspace.hpp"
#include "pdm/anomaly/pca_monitor.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/anomaly/robust_random_cut_forest.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm::anomaly;

constexpr std::size_t columns = 8;
constexpr int a_day = 288;  // rows: one in five minutes

// Rows of a machine; the first columns carry a shift.
class machine {
 public:
  explicit machine(std::uint64_t seed, std::size_t shifted = 1) : draw_(seed), shifted_(shifted) {}
  pdm::row next(double shift) {
    for (std::size_t i = 0; i < columns; ++i) values_[i] = 40 + draw_.normal() + (moves(i) ? shift : 0);
    auto r = test::steady_row(values_);
    r.source_time = at_;
    at_ += 86'400'000'000'000 / a_day;
    return r;
  }

 private:
  [[nodiscard]] bool moves(std::size_t i) const { return (i + columns - 2) % columns < shifted_; }  // 2, 3, ...
  pdm::random_source draw_;
  std::size_t shifted_;
  std::array<double, columns> values_{};
  pdm::nanoseconds at_ = 0;
};

// Score that this share of rows with a shift exceeds.
template <class D>
double exceeded_by(D const& d, double share, std::size_t shifted, double shift, int rows) {
  machine m(18, shifted);
  std::vector<double> scores;
  for (int i = 0; i < rows; ++i) scores.push_back(d.score_one(m.next(shift)).value);
  std::sort(scores.begin(), scores.end());
  return scores[static_cast<std::size_t>((1 - share) * rows)];
}

// Shift at which half of the rows are above the gate.
template <class D>
double threshold_of(D const& d, double gate, std::size_t shifted) {
  double shift = 0.25;
  while (shift < 64 && exceeded_by(d, 0.5, shifted, shift, 101) < gate) shift *= 1.1;
  return shift;
}

struct outcome {
  double recall = 0;       // of the rows with the fault
  double raised_at = 1e9;  // true shift at which "baseline drift" was raised
  double ramp_end = 0;
};

// A week as it should be, then 30 days of a ramp to half the threshold of the gate that one usual row in a thousand
// exceeds, then a fault on top of it.
template <class D>
outcome boil(guarded<D> d, std::size_t shifted, bool learns) {
  test::memory room(std::size_t{8} << 20);
  REQUIRE(d.prepare(columns, room.arena()).ok());
  machine m(17, shifted);
  for (int i = 0; i < 7 * a_day; ++i) d.learn_one(m.next(0), 1);
  double const gate = exceeded_by(d, 0.001, shifted, 0, 5000), threshold = threshold_of(d, gate, shifted);
  learning_policy const policy({.mode = learning_mode::only_when_normal, .normal_below = gate});
  outcome o;
  o.ramp_end = threshold / 2;
  for (int i = 0; i < 30 * a_day; ++i) {
    double const shift = o.ramp_end * i / (30.0 * a_day);
    auto const r = m.next(shift);
    learning_input const in{r.quality, r.operating, d.score_one(r), static_cast<double>(i), false, false};
    if (learns && policy.decide(in) == learning_refusal::none) d.learn_one(r, 1);
    if (d.budget().baseline_drift()) o.raised_at = std::min(o.raised_at, shift);
  }
  int found = 0;
  constexpr int faulty = 1000;
  for (int i = 0; i < faulty; ++i) found += d.score_one(m.next(o.ramp_end + threshold)).value > gate ? 1 : 0;
  o.recall = found / static_cast<double>(faulty);
  return o;
}

// `swallows`: without the budget the fault is missed, so that it is the budget that finds it.
template <class D>
void boiling_frog(char const* name, D const& model, std::size_t shifted, bool swallows) {
  auto const budget = drift_budget();
  outcome const kept = boil(guarded<D>(model, budget), shifted, true),
                frozen = boil(guarded<D>(model, budget), shifted, false);
  std::printf("%-24s ramp to %.2f sigma: recall %.3f, of the frozen model %.3f; drift raised at %.2f sigma\n", name,
              kept.ramp_end, kept.recall, frozen.recall, kept.raised_at);
  INFO(name);
  CHECK(kept.raised_at < 1);
  CHECK(kept.raised_at > 0.2);
  CHECK(frozen.recall > 0.5);
  CHECK(kept.recall >= 0.95 * frozen.recall);
  pdm::scoped_fault<"anomaly.learn_beyond_budget"> const off;
  if (swallows) CHECK(boil(guarded<D>(model, budget), shifted, true).recall < 0.95 * frozen.recall);
}

}  // namespace

TEST_CASE(
    "a ramp at half the gate's threshold over 30 days: drift is raised before 1 sigma, the fault is found after it") {
  boiling_frog("Mahalanobis", mahalanobis({.keep = 0.999, .warm_up = 500}), 1, true);
  boiling_frog("Oja subspace", oja_subspace({.k = 2}), 1, true);
  boiling_frog("robust Mahalanobis", robust_mahalanobis({.warm_up = 500, .memory_rows = 1000}), 1, false);
  boiling_frog("half-space trees", half_space_trees(), 6, true);
}
TEST_CASE("the same ramp for the detectors that take longer", "[full]") {
  boiling_frog("random cut forest", robust_random_cut_forest(), 6, true);
  boiling_frog("autoencoders", autoencoder_ensemble({.warm_up = 500}), 1, false);
  boiling_frog("PCA monitor", pca_monitor({.warm_up = 500}), 1, false);
  boiling_frog("isolation forest", isolation_forest({.warm_up = 500}), 6, false);
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
