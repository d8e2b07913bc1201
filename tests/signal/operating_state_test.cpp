#include "pdm/signal/operating_state.hpp"

#include <array>
#include <memory>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {
using finder = pdm::operating_state_finder;
using pdm::operating_state;

pdm::operating_observation at(double t_s) {
  pdm::operating_observation o;
  o.source_time = pdm::from_seconds(t_s);
  return o;
}
pdm::operating_observation speed(double t_s, double hz) {
  auto o = at(t_s);
  o.speed_hz = hz;
  return o;
}
pdm::operating_observation level(double t_s, double value) {
  auto o = at(t_s);
  o.level = value;
  return o;
}
finder made(finder::params const& p) {
  finder f(p);
  REQUIRE(f.prepare());
  return f;
}
}  // namespace

TEST_CASE("a line that is told nothing takes the machine as steady, unless that is switched off") {
  auto rig = made({});
  CHECK(rig.update(at(0)).is_steady());
  CHECK(rig.update(at(60)).is_steady());
  CHECK(rig.run_hours() == Approx(1.0 / 60));
  finder::params p;
  p.assume_steady = false;
  auto careful = made(p);
  CHECK(careful.update(at(0)).state == operating_state::unknown);
}

TEST_CASE("a start passes through starting, a speed change through changing, and standing still is off") {
  finder::params p;
  p.nominal_speed_hz = 50;
  auto f = made(p);
  std::vector<double> const hz{0, 0, 50, 50, 50, 25, 25, 25, 0.3};
  std::vector<operating_state> const expected{
      operating_state::off,    operating_state::off,    operating_state::starting,
      operating_state::steady, operating_state::steady, operating_state::changing,
      operating_state::steady, operating_state::steady, operating_state::off};
  for (std::size_t i = 0; i < hz.size(); ++i) {
    CHECK(f.update(speed(60.0 * static_cast<double>(i), hz[i])).state == expected[i]);
  }
  CHECK(f.starts() == 1);
  CHECK(f.run_hours() * 60 == Approx(6));  // five whole intervals and two halves
}

TEST_CASE("speed noise around the off threshold does not make starts") {
  finder::params p;
  p.nominal_speed_hz = 50;  // off below 2.5 Hz, with 20 % hysteresis
  auto f = made(p);
  f.update(speed(0, 0));
  for (int i = 1; i < 100; ++i) f.update(speed(60.0 * i, i % 2 == 0 ? 2.3 : 2.7));
  CHECK(f.starts() == 0);
  f.update(speed(6060, 3.1));
  for (int i = 102; i < 200; ++i) f.update(speed(60.0 * i, i % 2 == 0 ? 2.3 : 2.7));
  CHECK(f.starts() == 1);
}

TEST_CASE("a dead tachometer beside a vibrating machine is unknown, not off") {
  finder::params p;
  p.nominal_speed_hz = 50;
  p.off_level = 0.1;
  auto f = made(p);
  auto o = speed(0, 50);
  o.level = 1.0;
  CHECK(f.update(o).is_running());
  o = speed(60, 0);
  o.level = 1.0;
  CHECK(f.update(o).state == operating_state::unknown);
  CHECK(f.contradictions() == 1);
  o = speed(120, 0);
  o.level = 0.01;
  CHECK(f.update(o).state == operating_state::off);
}

TEST_CASE("a missing or not finite speed is unknown once the line has a speed") {
  auto f = made({});
  f.update(speed(0, 10));
  CHECK(f.update(at(60)).state == operating_state::unknown);
  CHECK(f.update(speed(120, pdm::math::not_a_number)).state == operating_state::unknown);
  CHECK(f.update(speed(180, 10)).is_steady());
  CHECK(f.run_hours() * 60 == Approx(3));  // bridged: shorter than max_gap
}

TEST_CASE("an outage of data is not counted as running, and a stop during it is a start after it") {
  finder::params p;
  p.nominal_speed_hz = 50;
  auto f = made(p);
  f.update(speed(0, 50));
  f.update(speed(60, 50));
  f.update(speed(7260, 50));
  CHECK(f.run_hours() * 60 == Approx(1));
  CHECK(f.outages() == 1);
  CHECK(f.starts() == 0);
  f.update(speed(7320, 0));
  f.update(speed(20000, 50));
  CHECK(f.starts() == 1);
}

TEST_CASE("speed and load bins make one key, and a bin is left only beyond its hysteresis") {
  finder::params p;
  p.settle.value = p.steady_for.value = 0;
  p.speed_edges = {{20, 40}, 2};
  p.load_edges = {{0.5}, 1};
  auto f = made(p);
  auto key = [&, t = 0.0](double hz, double load) mutable {
    auto o = speed(t += 1, hz);
    o.load = load;
    return f.update(o).regime;
  };
  CHECK(key(10, 0.2) == 1);
  CHECK(key(10, 0.8) == 2);
  CHECK(key(30, 0.2) == 3);
  CHECK(key(50, 0.9) == 6);
  CHECK(key(39.9, 0.9) == 6);
  CHECK(key(39.0, 0.9) == 4);
  CHECK(key(40.1, 0.9) == 4);
}

TEST_CASE("speeds that were not announced get bins of their own, and tags too") {
  finder::params p;
  p.settle.value = p.steady_for.value = 0;
  p.speed_bin_width = 0.05;
  auto f = made(p);
  auto const a = f.update(speed(1, 10)).regime;
  auto const b = f.update(speed(2, 20)).regime;
  CHECK(a != b);
  CHECK(f.update(speed(3, 10.3)).regime == a);
  CHECK(f.update(speed(4, 19.5)).regime == b);
  auto tagged = speed(5, 10);
  tagged.tag = 7;
  CHECK(f.update(tagged).regime == a);  // the first tag is number 0
  tagged = speed(6, 10);
  tagged.tag = 9;
  CHECK(f.update(tagged).regime != a);
}

TEST_CASE("more regimes than there is room for are counted, not stored") {
  finder::params p;
  p.settle.value = p.steady_for.value = 0;
  p.speed_bin_width = 0.01;
  auto f = made(p);
  for (int i = 0; i < 40; ++i) f.update(speed(i, 10.0 * (1 + i)));
  CHECK(f.regimes().size() <= finder::max_regimes);
  CHECK(f.unplaced() > 0);
}

TEST_CASE("the level alone tells running from off, given or learned") {
  finder::params p;
  p.learn_off_level = true;
  auto f = made(p);
  int unknown = 0, wrong = 0;
  for (int i = 0; i < 400; ++i) {
    bool const running = i / 50 % 2 == 1;
    auto const state = f.update(level(60.0 * i, running ? 2.0 : 0.05)).state;
    unknown += state == operating_state::unknown ? 1 : 0;
    wrong += state != operating_state::unknown && (state == operating_state::off) == running ? 1 : 0;
  }
  CHECK(unknown == 100);  // known after there and back
  CHECK(wrong == 0);
  CHECK(*f.level_threshold() == Approx(std::sqrt(2.0 * 0.05)).epsilon(0.15));
}

TEST_CASE("a growing level keeps the machine steady: a fault is not a change of operation") {
  finder::params p;
  p.off_level = 0.1;
  auto f = made(p);
  bool always = true;
  for (int i = 0; i < 200; ++i) {
    auto const state = f.update(level(60.0 * i, 1.0 * pdm::math::exp(0.03 * i))).state;
    always = always && (i < 2 || state == operating_state::steady);
  }
  CHECK(always);
}

TEST_CASE("a repeated or backward time changes nothing but its counter") {
  auto f = made({});
  f.update(speed(0, 10));
  f.update(speed(60, 10));
  double const before = f.run_hours();
  f.update(speed(60, 0));
  f.update(speed(30, 0));
  CHECK(f.run_hours() == before);
  CHECK(f.out_of_order() == 2);
  CHECK(f.current().is_running());
}

TEST_CASE("saving and restoring changes nothing, bit for bit, and a damaged copy is refused") {
  finder::params p;
  p.nominal_speed_hz = 50;
  p.speed_bin_width = 0.05;
  p.learn_off_level = true;
  auto whole = made(p);
  pdm::random_source draw(5);
  std::vector<std::byte> saved(whole.saved_bytes());
  for (int i = 0; i < 600; ++i) {
    auto o = speed(60.0 * i, i / 40 % 2 == 0 ? 0 : 20.0 + 10.0 * (i / 80 % 3));
    o.level = *o.speed_hz > 0 ? 1 + draw.uniform() : 0.01 + 0.01 * draw.uniform();
    o.tag = static_cast<std::uint32_t>(i / 200);
    REQUIRE(whole.save(saved));
    auto copy = made(p);
    REQUIRE(copy.restore(saved));
    auto const a = whole.update(o), b = copy.update(o);
    if (!(a == b) || copy.run_hours() != whole.run_hours()) FAIL("differs at " << i);
    whole = copy;
  }
  saved[100] ^= std::byte{1};
  auto const before = whole.run_hours();
  CHECK(whole.restore(saved).error() == pdm::errc::corrupt);
  CHECK(whole.run_hours() == before);
}

TEST_CASE("edges that fall and shares beyond one are refused") {
  finder::params p;
  p.speed_edges = {{40, 20}, 2};
  CHECK(finder(p).prepare().error() == pdm::errc::invalid_argument);
  p = {};
  p.steady_band = 1.5;
  CHECK(finder(p).prepare().error() == pdm::errc::invalid_argument);
}
