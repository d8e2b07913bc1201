// Every abstention says what would decide it; on simulated machines, doing that decides it.
#include "random_machine.hpp"
#include "support/catch.hpp"

namespace {

using namespace pdm;
using namespace pdm::test;
using diagnostics::fault_kind;
using diagnostics::obstacle;
using diagnostics::verdict_kind;

bool has(diagnostics::diagnosis const& d, obstacle what) {
  for (std::size_t i = 0; i < d.obstacle_count; ++i) {
    if (d.obstacles[i].what == what) return true;
  }
  return false;
}
bool names(diagnostics::diagnosis const& d, fault_kind f) { return d.verdict == verdict_kind::fault && d.named == f; }

// An outer race that is plainly heard: what is known of it is then taken away.
random_machine loud_outer_race(double seconds = 5) {
  machine_wish wish;
  wish.faults = {sim::fault_kind::outer_race};
  wish.snr_db = 10, wish.kind = sim::machine_kind::bearing, wish.seconds = seconds;
  auto m = draw_machine(7, wish);
  auto& s = m.settings;
  s.rate.value = 12000, s.nominal_speed.value = 25, s.schedule = sim::schedule::constant(25);
  s.bearing = {9, 7.94, 39.04, 0};
  s.resonance_hz = 3000;
  s.quantity = unit::metre_per_second_squared;
  m.path_gain = 0;
  auto& k = m.known;
  k.rate = s.rate, k.quantity = s.quantity;
  k.shaft_hz = 25;
  k.length = diagnostics::smooth_at_most(static_cast<std::size_t>(seconds * 12000));
  k.bearing = *defect_frequencies(s.bearing);
  return m;
}

}  // namespace

TEST_CASE("without a speed: speed_missing, and the speed decides") {
  auto const m = loud_outer_race();
  auto known = m.known;
  known.shaft_hz = 0;
  auto const x = record_of(m);
  auto const d = diagnosed(known, x);
  CHECK(d.abstained());
  CHECK(has(d, obstacle::speed_missing));
  CHECK(names(diagnosed(m.known, x), fault_kind::outer_race));
}

TEST_CASE("without a bearing: bearing_missing, and the bearing decides") {
  auto const m = loud_outer_race();
  auto known = m.known;
  known.bearing.reset();
  auto const x = record_of(m);
  auto const d = diagnosed(known, x);
  CHECK(d.abstained());
  CHECK(has(d, obstacle::bearing_missing));
  CHECK(names(diagnosed(m.known, x), fault_kind::outer_race));
}

TEST_CASE("shorter than eight turns of the cage: record_short, and the seconds it asks for decide") {
  auto const brief = loud_outer_race(0.5);
  auto const d = diagnosed(brief);
  CHECK(d.abstained());
  REQUIRE(has(d, obstacle::record_short));
  double wanted = 0;
  for (std::size_t i = 0; i < d.obstacle_count; ++i) {
    if (d.obstacles[i].what == obstacle::record_short) wanted = d.obstacles[i].second;
  }
  CHECK(wanted > 0.5);
  CHECK(names(diagnosed(loud_outer_race(2 * wanted)), fault_kind::outer_race));
}

TEST_CASE("lines above what the rate can carry: above_nyquist, and ten times the line decides") {
  auto m = loud_outer_race();
  m.settings.rate.value = m.known.rate.value = 900;
  m.settings.resonance_hz = 300;
  m.known.length = diagnostics::smooth_at_most(4500);
  auto const d = diagnosed(m);
  CHECK(d.abstained());
  REQUIRE(has(d, obstacle::above_nyquist));
  auto faster = loud_outer_race();
  double wanted = 0;
  for (std::size_t i = 0; i < d.obstacle_count; ++i) {
    if (d.obstacles[i].what == obstacle::above_nyquist) wanted = 10 * d.obstacles[i].first;
  }
  faster.settings.rate.value = faster.known.rate.value = wanted;
  faster.settings.resonance_hz = 0.25 * wanted;
  faster.known.length = diagnostics::smooth_at_most(static_cast<std::size_t>(5 * wanted));
  CHECK(names(diagnosed(faster), fault_kind::outer_race));
}

TEST_CASE("a unit that is not known leaves the shaft unjudged, and the unit decides") {
  machine_wish wish;
  wish.faults = {sim::fault_kind::unbalance};
  wish.severity = 1, wish.snr_db = 20, wish.seconds = 4, wish.low_hz = 20, wish.high_hz = 30;
  auto const m = draw_machine(11, wish);
  auto known = m.known;
  known.quantity = unit::unknown;
  auto const x = record_of(m);
  auto const d = diagnosed(known, x);
  CHECK(has(d, obstacle::unit_missing));
  CHECK_FALSE(d.judged[static_cast<std::size_t>(fault_kind::unbalance)]);
  CHECK(names(diagnosed(m.known, x), fault_kind::unbalance));
}

TEST_CASE("a rate written down twice too high: label_wrong before any verdict, and the right rate decides") {
  auto const m = loud_outer_race();
  auto const x = record_of(m);
  for (double const factor : {0.25, 0.5, 2.0, 4.0}) {
    auto known = m.known;
    known.rate.value *= factor;
    auto const d = diagnosed(known, x);
    CAPTURE(factor);
    CHECK(d.abstained());
    CHECK(has(d, obstacle::label_wrong));
    CHECK(d.quality.has(quality_reason::rate_off));
  }
  CHECK(names(diagnosed(m.known, x), fault_kind::outer_race));
}

TEST_CASE("a declared speed 3 % off with a tolerance of 1 %: speed_off, and the wider tolerance decides") {
  auto m = loud_outer_race(10);
  m.settings.healthy_level = 1;
  auto const x = record_of(m);
  auto known = m.known;
  known.shaft_hz *= 1.03;
  auto const d = diagnosed(known, x);
  CHECK(d.abstained());
  CHECK(has(d, obstacle::speed_off));
  known.speed_tolerance = 0.05;
  CHECK(names(diagnosed(known, x), fault_kind::outer_race));
}

TEST_CASE("a nameplate whose shaft is not heard: speed_unclear, and the speed decides") {
  auto m = loud_outer_race();
  m.settings.healthy_level = 0;
  auto const x = record_of(m);
  auto known = m.known;
  known.speed_tolerance = 0.05;
  auto const d = diagnosed(known, x);
  CHECK(d.abstained());
  CHECK(has(d, obstacle::speed_unclear));
  CHECK(names(diagnosed(m.known, x), fault_kind::outer_race));
}

TEST_CASE("bad samples: data_bad, and sound ones decide") {
  auto const m = loud_outer_race();
  auto x = record_of(m);
  quality bad;
  bad.mark(quality_reason::stuck, quality_level::bad);
  prepared_diagnoser d(m.known);
  d->observe(x, bad);
  CHECK(d->verdict().abstained());
  CHECK(has(d->verdict(), obstacle::data_bad));
  d->observe(x);
  CHECK(names(d->verdict(), fault_kind::outer_race));
}

TEST_CASE("an inner race on an order of the shaft: lines_coincide where the lines cannot part, named where they can") {
  auto m = loud_outer_race();
  m.settings.faults.front().kind = sim::fault_kind::inner_race;
  // BPFI = 5.01 x: on the fifth order within a second, beside it within twenty.
  m.settings.bearing = {8, 0.2525, 1, 0};
  m.settings.slip = 0;
  auto const at = [&](double seconds) {
    auto now = m;
    now.known.bearing = *defect_frequencies(now.settings.bearing);
    now.known.length = diagnostics::smooth_at_most(static_cast<std::size_t>(seconds * 12000));
    return diagnosed(now);
  };
  auto const brief = at(2);
  CHECK(brief.verdict != verdict_kind::fault);
  auto const open = [&] {
    m.settings.bearing = {8, 0.30, 1, 0};  // 5.2 x
    return at(2);
  }();
  CHECK(names(open, fault_kind::inner_race));
}

TEST_CASE("a faint unbalance on a machine of a known class: faint, and its growth decides") {
  machine_wish wish;
  wish.faults = {sim::fault_kind::unbalance};
  wish.snr_db = 20, wish.seconds = 4, wish.low_hz = 25, wish.high_hz = 25.01, wish.severity = 0.15;
  bool seen = false;
  for (double size = 0.1; size < 0.4 && !seen; size += 0.02) {
    wish.severity = size;
    auto m = draw_machine(13, wish);
    m.known.shaft_rules.watch_mms = 0;
    auto const d = diagnosed(m);
    seen = d.abstained() && has(d, obstacle::faint);
  }
  CHECK(seen);
  wish.severity = 1;
  CHECK(names(diagnosed(draw_machine(13, wish)), fault_kind::unbalance));
}

TEST_CASE("a bearing of another geometry: lines_elsewhere, and the right one decides") {
  auto const m = loud_outer_race();
  auto const x = record_of(m);
  auto known = m.known;
  for (double* line : {&known.bearing->inner_race, &known.bearing->outer_race, &known.bearing->ball_defect}) {
    *line *= 1.05;
  }
  auto const d = diagnosed(known, x);
  CHECK(d.abstained());
  CHECK(has(d, obstacle::lines_elsewhere));
  CHECK(names(diagnosed(m.known, x), fault_kind::outer_race));
}

TEST_CASE("balls on a line of the mains show the cage alone: rolling_or_cage, and another speed decides") {
  auto m = loud_outer_race();
  m.settings.faults.front().kind = sim::fault_kind::ball;
  m.settings.slip = 0;
  double const ball = m.known.bearing->ball_defect;
  auto const at = [&](double shaft_hz) {
    auto now = m;
    now.settings.nominal_speed.value = now.known.shaft_hz = shaft_hz;
    now.settings.schedule = sim::schedule::constant(shaft_hz);
    return diagnosed(now);
  };
  auto const hidden = at(100 / ball);
  CHECK(hidden.abstained());
  CHECK(has(hidden, obstacle::rolling_or_cage));
  CHECK(names(at(110 / ball), fault_kind::ball));
}

TEST_CASE("lines of two parts that stand alike: rivals, and a recording from when it was sound decides") {
  auto const m = loud_outer_race(4);
  // What was there from the start: lines at the place of the outer race, and the inner race came later.
  bool seen = false;
  for (double db = -20; db < 0 && !seen; db += 0.5) {
    auto old = m;
    old.settings.snr_db = db;
    old.settings.faults = {{sim::fault_kind::outer_race, 0, 0.5, sim::growth::none, 0}};
    auto now = old;
    now.settings.faults.push_back({sim::fault_kind::inner_race, 0, 0.5, sim::growth::none, 0});
    auto const x = record_of(now);
    auto const d = diagnosed(now.known, x);
    if (!d.abstained() || !has(d, obstacle::rivals)) continue;
    prepared_diagnoser before(old.known), after(now.known);
    before->observe(record_of(old));
    after->observe(x);
    after->compare_with(before->reference());
    seen = names(after->verdict(), fault_kind::inner_race);
  }
  CHECK(seen);
}

TEST_CASE("an unbalance of 3 to 6 mm/s on a machine of no known class: class_missing, and class or past decide") {
  auto const at = [](double size) {
    machine_wish wish;
    wish.faults = {sim::fault_kind::unbalance};
    wish.snr_db = 20, wish.seconds = 4, wish.low_hz = 25, wish.high_hz = 25.01, wish.severity = size;
    return draw_machine(13, wish);
  };
  double size = 0.02;
  while (size < 1 && diagnosed(at(size)).shaft.of_orders() < 4) size += 0.01;
  auto const m = at(size);
  auto const x = record_of(m);
  auto const d = diagnosed(m.known, x);
  CHECK(d.abstained());
  REQUIRE(has(d, obstacle::class_missing));

  auto small = m.known, large = m.known;
  small.shaft_rules.limit_mms = 1.8, small.shaft_rules.watch_mms = 0;
  large.shaft_rules.limit_mms = 7.1, large.shaft_rules.watch_mms = 0;
  CHECK(names(diagnosed(small, x), fault_kind::unbalance));
  CHECK(diagnosed(large, x).verdict == verdict_kind::normal);

  auto const against = [&](random_machine const& then) {
    prepared_diagnoser before(then.known), after(m.known);
    before->observe(record_of(then));
    after->observe(x);
    after->compare_with(before->reference());
    return after->verdict();
  };
  CHECK(names(against(at(0.001)), fault_kind::unbalance));
  CHECK(against(m).verdict == verdict_kind::normal);
}
