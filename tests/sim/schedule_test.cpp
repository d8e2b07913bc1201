#include "pdm/sim/schedule.hpp"

#include <array>

#include "pdm/core/math.hpp"
#include "support/catch.hpp"

namespace {
using pdm::sim::schedule;
schedule trapezoid() {  // up in 10 s to 20 Hz, 80 s there, down in 10 s
  auto made = schedule::make({{0, 0, 0}, {10, 20, 1}, {90, 20, 1}, {100, 0, 0}});
  REQUIRE(made);
  return *made;
}
}  // namespace

TEST_CASE("revolutions of a trapezoid are its area") {
  auto const s = trapezoid();
  CHECK(s.revolutions(5) == Approx(25));
  CHECK(s.revolutions(10) == Approx(100));
  CHECK(s.revolutions(90) == Approx(1700));
  CHECK(s.revolutions(100) == Approx(1800));
  CHECK(s.revolutions(1e6) == Approx(1800));
  CHECK(s.speed_hz(95) == Approx(10));
  CHECK(s.load(2.5) == Approx(0.25));
}

TEST_CASE("time_of is the inverse of revolutions") {
  auto const s = trapezoid();
  for (double t : {0.1, 3.0, 10.0, 40.0, 91.0, 99.9}) CHECK(s.time_of(s.revolutions(t)) == Approx(t));
  auto const steady = schedule::constant(25);
  CHECK(steady.time_of(50) == Approx(2));
  CHECK(steady.time_of(-25) == Approx(-1));
}

TEST_CASE("seconds above a threshold are counted from crossing to crossing") {
  auto const s = trapezoid();
  CHECK(s.seconds_above(1, 0, 1000) == Approx(99));  // 0.5 s of each ramp is below 1 Hz
  CHECK(s.seconds_above(1, 50, 60) == Approx(10));
  CHECK(s.starts(1) == 1);
  CHECK(s.starting(5));
  CHECK_FALSE(s.starting(95));
}

TEST_CASE("four working weeks start twenty times and stand still on the weekend") {
  std::array<double, 3> const speeds{20, 30, 45};
  auto const made = schedule::make(pdm::sim::working_weeks{}, speeds);
  REQUIRE(made);
  CHECK(made->starts(1) == 20);
  CHECK(made->seconds_above(1, 5 * 86400.0, 7 * 86400.0) == 0);
  CHECK(made->seconds_above(1, 0, 28 * 86400.0) == Approx(20 * 14 * 3600.0).epsilon(0.01));
}

TEST_CASE("times that do not rise, negative speeds and days too short are refused") {
  CHECK(schedule::make({{0, 1, 1}, {0, 2, 1}}).error() == pdm::errc::invalid_argument);
  CHECK(schedule::make({{0, -1, 1}}).error() == pdm::errc::invalid_argument);
  CHECK(schedule::make({{0, pdm::math::not_a_number, 1}}).error() == pdm::errc::invalid_argument);
  CHECK(schedule::make(std::vector<pdm::sim::schedule_point>{}).error() == pdm::errc::invalid_argument);
  pdm::sim::working_weeks short_days;
  short_days.stop_s = short_days.start_s + 600;
  pdm::sim::working_weeks odd_load;
  odd_load.least_load = 2;
  CHECK(schedule::make(odd_load, std::array<double, 1>{20}).error() == pdm::errc::invalid_argument);
  CHECK(schedule::make(short_days, std::array<double, 1>{20}).error() == pdm::errc::invalid_argument);
}
