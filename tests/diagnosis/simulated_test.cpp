// Verdicts on simulated machines of random speed, bearing, gear, rate, noise and path, whose truth is known.
#include <cstdio>
#include <string>

#include "random_machine.hpp"
#include "support/catch.hpp"

namespace {

using namespace pdm;
using namespace pdm::test;
using diagnostics::fault_kind;
using diagnostics::verdict_kind;

struct tally {
  int right = 0, wrong = 0, unknown = 0, normal = 0, likely = 0;
  void count(diagnostics::diagnosis const& d, std::optional<fault_kind> truth) {
    double most = 0;
    for (double const p : d.probability) most = std::max(most, p);
    likely += most > 0.5 ? 1 : 0;
    if (d.verdict == verdict_kind::unknown) ++unknown;
    if (d.verdict == verdict_kind::normal) ++normal;
    if (d.verdict == verdict_kind::fault) ++(truth && d.named == *truth ? right : wrong);
  }
  void print(char const* what) const {
    std::printf("%s: right %d, wrong %d, unknown %d, normal %d, above one half %d\n", what, right, wrong, unknown,
                normal, likely);
  }
};

tally sound_machines(std::uint64_t first, int n, machine_wish const& wish = {}) {
  tally t;
  for (int i = 0; i < n; ++i) t.count(diagnosed(draw_machine(first + static_cast<std::uint64_t>(i), wish)), {});
  t.print("sound machines");
  return t;
}

struct speeds {
  int right = 0, abstained = 0, wrong = 0;
};
speeds motors(std::uint64_t first, int n, bool card, double seconds = 0) {
  speeds s;
  machine_wish wish;
  wish.seconds = seconds;
  for (int i = 0; i < n; ++i) {
    auto const m = draw_motor(first + static_cast<std::uint64_t>(i), wish, card);
    auto const d = diagnosed(m);
    double const off = d.speed.hz / m.settings.nominal_speed.value - 1;
    ++(d.abstained() ? s.abstained : std::abs(off) < 0.003 ? s.right : s.wrong);
  }
  std::printf("motors by %s: speed right %d, abstained %d, wrong %d\n", card ? "card" : "nameplate", s.right,
              s.abstained, s.wrong);
  return s;
}

constexpr std::array<std::pair<sim::fault_kind, fault_kind>, 8> all_faults{{
    {sim::fault_kind::inner_race, fault_kind::inner_race},
    {sim::fault_kind::outer_race, fault_kind::outer_race},
    {sim::fault_kind::ball, fault_kind::ball},
    {sim::fault_kind::cage, fault_kind::cage},
    {sim::fault_kind::unbalance, fault_kind::unbalance},
    {sim::fault_kind::misalignment, fault_kind::misalignment},
    {sim::fault_kind::looseness, fault_kind::looseness},
    {sim::fault_kind::gear, fault_kind::gear},
}};

tally faulty_machines(sim::fault_kind made, fault_kind named, std::uint64_t first, int n, double snr_db) {
  machine_wish wish;
  wish.faults = {made}, wish.snr_db = snr_db, wish.severity = 0.7;
  wish.low_hz = 15, wish.high_hz = 45;
  if (made == sim::fault_kind::gear) wish.kind = sim::machine_kind::gear;
  tally t;
  for (int i = 0; i < n; ++i) t.count(diagnosed(draw_machine(first + static_cast<std::uint64_t>(i), wish)), named);
  t.print(std::string(to_string(named)).c_str());
  return t;
}

}  // namespace

TEST_CASE("a sound machine of any speed and bearing is not named") {
  auto const t = sound_machines(20000, 12, {.seconds = 3});
  CHECK(t.wrong == 0);
  CHECK(t.likely == 0);
}

TEST_CASE("of 150 sound machines at most one is named or has a probability above one half", "[full]") {
  auto const t = sound_machines(30000, 150);
  CHECK(t.wrong <= 1);
  CHECK(t.likely <= 1);
  CHECK(t.unknown <= 15);
}

TEST_CASE("of 1000 sound machines at most ten are named or have a probability above one half", "[soak]") {
  auto const t = sound_machines(40000, 1000);
  CHECK(t.wrong <= 10);
  CHECK(t.likely <= 10);
}

TEST_CASE("the once per revolution of a slow sound machine is no unbalance") {
  auto const t = sound_machines(50000, 8, {.seconds = 5, .low_hz = 5, .high_hz = 10});
  CHECK(t.wrong + t.likely == 0);
}

TEST_CASE("from a nameplate up to 5 % off, or a motor's card, the speed is found or nothing is said") {
  for (bool const card : {false, true}) CHECK(motors(60000, 8, card, 4).wrong == 0);
}

TEST_CASE("of 100 motors known by nameplate and 100 by card the speed of at most two is wrong", "[full]") {
  for (bool const card : {false, true}) {
    auto const s = motors(70000, 100, card);
    CHECK(s.wrong <= 2);
    CHECK(s.abstained <= 15);
  }
}

TEST_CASE("of 1000 motors known by nameplate the speed of at most 20 is wrong", "[soak]") {
  for (bool const card : {false, true}) CHECK(motors(80000, 1000, card).wrong <= 20);
}

TEST_CASE("each fault of the simulator is named where it is loud") {
  for (auto const& [made, named] : all_faults) {
    auto const t = faulty_machines(made, named, 90000, 3, 10);
    CAPTURE(to_string(named));
    CHECK(t.right >= 2);
    CHECK(t.wrong == 0);
  }
}

TEST_CASE("each fault of the simulator is named on most machines, another one on few", "[full]") {
  for (auto const& [made, named] : all_faults) {
    auto const t = faulty_machines(made, named, 95000, 16, 5);
    CAPTURE(to_string(named));
    CHECK(t.right >= 12);
    CHECK(t.wrong <= 2);
  }
}
