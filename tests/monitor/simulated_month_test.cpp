// The line of an asset, from its settings, over four weeks of nights, weekends, 20 starts and three speeds: with the
// operating state found before anything is learned or judged, and the same line without.
// NB  The load is constant here unless a test says otherwise: where it varies, it has to be told to the line as a
// second
//     key of the regime, or 200 minutes a regime are learned under one load and another one looks like a fault.
#include "support/simulated_month.hpp"

#include "pdm/monitor/asset_line.hpp"
#include "support/catch.hpp"

namespace {

namespace monitor = pdm::monitor;
using pdm_test::month_minute;
using pdm_test::simulated_month;

// Three regimes learn 200 minutes each: 10 of the month's 281 running hours.
monitor::asset_settings settings() {
  monitor::asset_settings s;
  s.id = "machine";
  s.machine.speed_hz = simulated_month::nominal_hz;
  s.line.frame.length = static_cast<int>(simulated_month::rate_hz);
  s.line.operating.by = "speed";
  s.line.operating.speed_bins_hz = {25, 37.5};
  s.line.learning.skip_s = 0;
  s.line.learning.learn_s = 12000;
  s.line.alarm.on = 4;
  s.line.alarm.off = 2.4;
  s.line.alarm.k = 3;
  s.line.alarm.n = 6;
  s.line.prognosis.model = "none";
  s.line.events.state_every_s = 3600;
  s.line.events.spectra = false;
  return s;
}

pdm::wire::recording_info source() {
  pdm::wire::recording_info i;
  i.fs_hz = simulated_month::rate_hz;
  i.quantity = pdm::unit::metre_per_second_squared;
  i.channels = {"drive_end"};
  i.snapshots = simulated_month::minutes;
  i.samples = static_cast<std::uint64_t>(simulated_month::rate_hz);
  i.snapshot_interval_s = 60;
  return i;
}

class month_line {
 public:
  explicit month_line(monitor::asset_settings const& s = settings()) {
    auto made = monitor::asset_line::make(s, source(), pdm::report::catalogue::english(),
                                          [this](std::string_view e) { take(e); });
    REQUIRE(made.ok());
    line_ = std::move(*made);
  }
  void feed(month_minute const& m, bool tell_load = false) {
    now_s_ = m.time_s;
    line_->observe({m.speed_hz, tell_load ? std::optional(m.truth.load) : std::nullopt});
    pdm::block_info info;
    info.source_time = pdm::from_seconds(m.time_s);
    info.sequence = m.number * static_cast<std::uint64_t>(simulated_month::rate_hz);
    info.quality.reasons = static_cast<std::uint32_t>(pdm::quality_reason::gap);
    line_->process(0, pdm::block<double>(m.second, info));
  }
  [[nodiscard]] monitor::line_counts counts() const { return line_->counts(); }
  std::size_t alarms = 0;
  double first_alarm_s = -1;

 private:
  void take(std::string_view e) {
    if (e.find("\"kind\":\"alarm\",\"cause\":\"machine\"") == std::string_view::npos) return;
    if (e.find("\"phase\":\"raised\"") == std::string_view::npos) return;
    ++alarms;
    if (first_alarm_s < 0) first_alarm_s = now_s_;
  }
  std::unique_ptr<monitor::asset_line> line_;
  double now_s_ = 0;
};

}  // namespace

TEST_CASE("over a month stopping and starting raise no alarm, and the machine is watched while it runs") {
  simulated_month const month(1);
  auto blind = settings();
  blind.line.operating.by = "none";
  month_line gated, ungated(blind);
  month.each_minute([&](month_minute const& m) {
    gated.feed(m);
    ungated.feed(m);
  });
  auto const c = gated.counts();
  CAPTURE(c.watch_coverage(), c.run_hours, month.run_hours(), ungated.alarms, ungated.first_alarm_s);
  CHECK(gated.alarms == 0);
  CHECK(c.watch_coverage() >= 0.95);
  CHECK(c.run_hours == Approx(month.run_hours()).epsilon(0.001));
  CHECK(c.starts == 20);
  // The same settings, the same samples, no gate: it learns what it sees first and takes the change for a fault.
  CHECK(ungated.alarms >= 1);
}

TEST_CASE("the gate does not silence a fault that grows while the machine works") {
  double const start = 14 * 86400.0;
  simulated_month const month(
      1, {{pdm::sim::fault_kind::outer_race, start, 0.001, pdm::sim::growth::exponential, 28 * 86400.0}});
  auto s = settings();
  s.line.learning.learn_s = 4 * 3000;  // every fourth minute is fed
  month_line gated(s);
  month.each_minute([&](month_minute const& m) { gated.feed(m); }, 4);
  CAPTURE(gated.alarms, gated.first_alarm_s / 86400);
  REQUIRE(gated.alarms >= 1);
  CHECK(gated.first_alarm_s > start);
  CHECK(gated.first_alarm_s < 26 * 86400.0);  // at least two days before the end
}

TEST_CASE("six other months are as quiet", "[full]") {
  for (std::uint64_t seed = 2; seed <= 7; ++seed) {
    simulated_month const month(seed);
    month_line gated;
    month.each_minute([&](month_minute const& m) { gated.feed(m); });
    CAPTURE(seed, gated.first_alarm_s, gated.counts().watch_coverage(), gated.counts().run_hours, month.run_hours());
    CHECK(gated.alarms == 0);
    CHECK(gated.counts().watch_coverage() >= 0.95);
    CHECK(gated.counts().run_hours == Approx(month.run_hours()).epsilon(0.001));
  }
}
