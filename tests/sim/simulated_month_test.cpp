// The clock and the gate of a line over four weeks. The line itself: tests/monitor/simulated_month_test.cpp.
#include "support/simulated_month.hpp"

#include "pdm/signal/operating_state.hpp"
#include "support/catch.hpp"

namespace {
using pdm::operating_state;
using pdm_test::simulated_month;

pdm::operating_state_finder::params by_speed() {
  pdm::operating_state_finder::params p;
  p.nominal_speed_hz = simulated_month::nominal_hz;
  p.wants_speed = true;
  p.speed_bin_width = 0.05;
  return p;
}
}  // namespace

TEST_CASE("over a month the run hours, starts, states and regimes are those of the machine") {
  simulated_month const month(1);
  REQUIRE(month.starts() == 20);
  struct watch {
    bool with_level = false;
    pdm::operating_state_finder finder;
    std::size_t steady = 0, steady_wrongly = 0, off_wrongly = 0;
  };
  auto learned = by_speed();
  learned.learn_off_level = true;
  std::array<watch, 2> watches{
      {{false, pdm::operating_state_finder(by_speed())}, {true, pdm::operating_state_finder(learned)}}};
  for (auto& w : watches) REQUIRE(w.finder.prepare());
  std::size_t running = 0;
  month.each_minute([&](pdm_test::month_minute const& m) {
    running += m.truth.running() ? 1u : 0u;
    for (auto& w : watches) {
      pdm::operating_observation o;
      o.source_time = pdm::from_seconds(m.time_s);
      o.speed_hz = m.speed_hz;
      o.level = m.rms;
      auto const found = w.finder.update(o);
      w.steady += found.is_steady() ? 1u : 0u;
      w.steady_wrongly += found.is_steady() && m.truth.state != operating_state::steady ? 1u : 0u;
      w.off_wrongly += (found.state == operating_state::off) == m.truth.running() ? 1u : 0u;
    }
  });
  for (auto const& [with_level, finder, steady, steady_wrongly, off_wrongly] : watches) {
    CAPTURE(with_level, finder.run_hours(), month.run_hours(), finder.contradictions());
    CHECK(finder.run_hours() == Approx(month.run_hours()).epsilon(0.001));
    CHECK(finder.starts() == 20);
    CHECK(static_cast<double>(steady) >= 0.95 * static_cast<double>(running));
    CHECK(steady_wrongly == 0);
    CHECK(off_wrongly <= 2);
    CHECK(finder.regimes().size() == 3);
    CHECK(finder.unplaced() == 0);
    CHECK(finder.level_threshold().has_value() == with_level);
  }
}
