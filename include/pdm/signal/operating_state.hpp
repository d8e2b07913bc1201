// operating_state -- what the machine is doing, found before anything is learned or judged.
//
// What      From what there is of speed, vibration level (or current), load and programme tag, observation by
//           observation: off, starting, steady, changing or unknown, and a regime key. Counts run hours, starts and
//           the time in each regime.
// NB        Not the machine's condition. The level says off or running and nothing else: a fault raises the level, so
//           neither `steady` nor a regime is made from it. Where speed and level contradict each other the state is
//           unknown: a dead tachometer must not silence a running machine.
//           When nothing was configured and nothing is observed the machine is taken as steady (test rigs at constant
//           speed) unless `assume_steady` is off.
// Regime    1 + (tag * speed bins + speed bin) * load bins + load bin, each bin 0-based; 0 outside steady. Without
//           edges the speed bins are found as they come (speed_bin_width); tags are numbered as they come.
// Counting  The time between two observations is given half to the one, half to the other: with one a minute a start or
//           stop is off by at most 30 s, and on average by nothing. An interval longer than max_gap is not counted.
// Units     Hz, seconds of source time; level and load as the caller likes.
// Cost      O(edges + regimes) an observation; about 3 KiB; no allocation.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/operating.hpp"
#include "pdm/core/time.hpp"
#include "pdm/core/units.hpp"
#include "pdm/signal/two_level.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

// What is known at one moment. A value that is not finite counts as not known.
struct operating_observation {
  nanoseconds source_time = 0;
  std::optional<double> speed_hz{};
  std::optional<double> level{};       // RMS of a frame, or a current
  std::optional<double> load{};        // share of rated load, or any measure of it
  std::optional<std::uint32_t> tag{};  // programme or tool
};

class operating_state_finder {
 public:
  static constexpr std::size_t max_edges = 15, max_speeds = 16, max_tags = 32, max_regimes = 64;

  struct edges {
    std::array<double, max_edges> at{};  // rising
    std::size_t count = 0;               // count + 1 bins
  };
  struct params {
    double nominal_speed_hz = 0;   // 0: not known
    double off_speed_hz = 0;       // below it: off. 0: 5 % of nominal, or 0.5 Hz where that is not known
    bool wants_speed = false;      // a missing speed is "unknown", never "steady"
    double off_level = 0;          // below it: off. 0: the level says nothing, unless it is learned
    bool learn_off_level = false;  // see two_level.hpp; says nothing until it is found
    double off_hysteresis = 0.2;   // relative: running from (1 + h) times the threshold, off from (1 - h) times
    seconds settle{60};            // `starting` for so long after a start
    seconds steady_for{30};        // speed, load and tag must have held for so long
    double steady_band = 0.02;     // relative, of the speed at which holding began
    double load_band = 0;          // absolute, in the unit of load. 0: load is not judged
    seconds max_gap{300};          // a longer interval is an outage of data
    edges speed_edges{};           // Hz
    double speed_bin_width = 0;    // without edges: relative half width of bins that are found. 0: one bin
    edges load_edges{};            // unit of load
    double bin_hysteresis = 0.02;  // relative: how far beyond an edge a bin is left
    std::optional<std::uint32_t> off_tag{};  // the tag that means off
    bool assume_steady = true;
  };
  struct regime_time {
    regime_key key = any_regime;
    nanoseconds time = 0;
  };

  operating_state_finder() noexcept : operating_state_finder(params{}) {}
  explicit operating_state_finder(params const& p) noexcept : params_(p) {}

  // invalid_argument: an edge that does not rise, a negative time, a share outside [0, 1).
  [[nodiscard]] status prepare() noexcept;
  // What the machine was doing at the moment of the observation. Times must rise; one that does not changes nothing.
  operating update(operating_observation const& o) noexcept;
  void reset() noexcept { state_ = state{}; }

  [[nodiscard]] operating current() const noexcept { return state_.current; }
  [[nodiscard]] double run_hours() const noexcept { return to_seconds(state_.run_time) / 3600; }
  [[nodiscard]] double steady_hours() const noexcept { return to_seconds(state_.steady_time) / 3600; }
  [[nodiscard]] std::uint64_t starts() const noexcept { return state_.starts; }
  // Steady time a regime, in the order of their first appearance.
  [[nodiscard]] std::span<regime_time const> regimes() const noexcept {
    return std::span(state_.regimes).first(state_.regime_count);
  }
  [[nodiscard]] std::uint64_t outages() const noexcept { return state_.outages; }
  [[nodiscard]] std::uint64_t contradictions() const noexcept { return state_.contradictions; }
  [[nodiscard]] std::uint64_t out_of_order() const noexcept { return state_.out_of_order; }
  // Steady observations that found no place: more speeds, tags or regimes than the bounds allow.
  [[nodiscard]] std::uint64_t unplaced() const noexcept { return state_.unplaced; }
  // Level between off and running, where it is given or already learned.
  [[nodiscard]] std::optional<double> level_threshold() const noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  enum class vote : std::uint8_t { none = 0, off, running };
  static constexpr std::uint32_t no_bin = 0xFFFFFFFFu;
  static constexpr archive_kind kind{'O', 'P', 'S', 'T'};

  struct state {
    operating current{};
    operating counted{};  // at the last observation that said off or running
    nanoseconds last = no_time;
    nanoseconds counted_at = no_time;
    vote speed = vote::none, level = vote::none, machine = vote::none;
    bool saw_speed = false, saw_tag = false;
    nanoseconds started = 0, held_since = 0;
    double held_speed = 0, held_load = 0;
    std::uint32_t held_tag = 0;
    std::uint32_t speed_bin = no_bin, load_bin = no_bin;
    std::array<double, max_speeds> speeds{};
    std::array<std::uint32_t, max_tags> tags{};
    std::uint32_t speed_count = 0, tag_count = 0, regime_count = 0;
    std::array<regime_time, max_regimes> regimes{};
    nanoseconds run_time = 0, steady_time = 0;
    std::uint64_t starts = 0, outages = 0, contradictions = 0, out_of_order = 0, unplaced = 0;
    two_level_threshold levels{};
  };

  struct decision {
    vote machine = vote::none;
    bool contradicted = false;
  };

  [[nodiscard]] static vote with_hysteresis(double value, double threshold, double share, vote before) noexcept;
  [[nodiscard]] decision decide(operating_observation const& o) noexcept;
  [[nodiscard]] bool expects_more() const noexcept;
  void begin_running(operating_observation const& o) noexcept;
  void hold(operating_observation const& o) noexcept;
  [[nodiscard]] bool left_hold(operating_observation const& o) const noexcept;
  [[nodiscard]] operating judge(operating_observation const& o) noexcept;
  [[nodiscard]] regime_key regime_of(operating_observation const& o) noexcept;
  [[nodiscard]] static std::uint32_t bin_of(double value, edges const& e, double share, std::uint32_t before) noexcept;
  [[nodiscard]] std::uint32_t found_speed_bin(double speed) noexcept;
  [[nodiscard]] std::uint32_t tag_number(std::uint32_t tag) noexcept;
  void count(nanoseconds now, vote machine, operating const& next) noexcept;
  void add_time(nanoseconds share, vote machine, operating const& what) noexcept;
  void put_state(archive_writer& w) const noexcept;
  void get_state(archive_reader& r) noexcept;

  params params_;
  state state_{};
};

inline status operating_state_finder::prepare() noexcept {
  params const& p = params_;
  auto const rises = [](edges const& e) noexcept {
    if (e.count > max_edges) return false;
    for (std::size_t i = 1; i < e.count; ++i) {
      if (!(e.at[i] > e.at[i - 1])) return false;
    }
    return true;
  };
  auto const share = [](double v) noexcept { return v >= 0 && v < 1; };
  if (!rises(p.speed_edges) || !rises(p.load_edges)) {
    return error{errc::invalid_argument, "operating_state", "the edges of bins must rise, at most 15 of them"};
  }
  bool const sound = p.nominal_speed_hz >= 0 && p.off_speed_hz >= 0 && p.off_level >= 0 && p.load_band >= 0 &&
                     p.settle.value >= 0 && p.steady_for.value >= 0 && p.max_gap.value > 0;
  if (!sound || !share(p.off_hysteresis) || !share(p.steady_band) || !share(p.speed_bin_width) ||
      !share(p.bin_hysteresis)) {
    return error{errc::invalid_argument, "operating_state", "give times and thresholds >= 0 and shares in [0, 1)"};
  }
  reset();
  return {};
}

inline operating operating_state_finder::update(operating_observation const& given) noexcept {
  operating_observation o = given;
  for (auto* v : {&o.speed_hz, &o.level, &o.load}) {
    if (v->has_value() && !math::is_finite(**v)) v->reset();
  }
  state& s = state_;
  if (s.last != no_time && o.source_time <= s.last) {
    ++s.out_of_order;
    return s.current;
  }
  s.last = o.source_time;
  auto const [machine, contradicted] = decide(o);
  if (machine == vote::none) return s.current = {};
  bool const lost = s.counted_at != no_time && o.source_time - s.counted_at > from_seconds(params_.max_gap.value);
  if (machine == vote::running && s.machine == vote::off) ++s.starts;
  if (machine == vote::running && (s.machine != vote::running || lost)) begin_running(o);
  operating next{operating_state::off, any_regime};
  if (machine == vote::running) next = expects_more() ? judge(o) : operating{operating_state::steady, any_regime};
  if (contradicted) next = {};
  count(o.source_time, machine, next);
  s.machine = machine;
  return s.current = next;
}

inline operating_state_finder::vote operating_state_finder::with_hysteresis(double value, double threshold,
                                                                            double share, vote before) noexcept {
  double const up = before == vote::off ? 1 + share : before == vote::running ? 1 - share : 1;
  return value > threshold * up ? vote::running : vote::off;
}

inline operating_state_finder::decision operating_state_finder::decide(operating_observation const& o) noexcept {
  params const& p = params_;
  state& s = state_;
  vote by_speed = vote::none, by_level = vote::none, by_tag = vote::none;
  if (o.speed_hz) {
    double const nominal = p.nominal_speed_hz > 0 ? 0.05 * p.nominal_speed_hz : 0.5;
    double const speed = *o.speed_hz < 0 ? -*o.speed_hz : *o.speed_hz;
    by_speed = s.speed =
        with_hysteresis(speed, p.off_speed_hz > 0 ? p.off_speed_hz : nominal, p.off_hysteresis, s.speed);
    s.saw_speed = true;
  }
  if (o.level) {
    if (p.learn_off_level) s.levels.learn_one(*o.level);
    if (auto const threshold = level_threshold()) {
      by_level = s.level = with_hysteresis(*o.level, *threshold, p.off_hysteresis, s.level);
    }
  }
  if (o.tag) {
    by_tag = p.off_tag && *o.tag == *p.off_tag ? vote::off : vote::running;
    s.saw_tag = true;
  }
  decision d;
  for (vote v : {by_speed, by_tag, by_level}) {  // the first that knows decides, the others may object
    if (d.machine == vote::none) d.machine = v;
    d.contradicted = d.contradicted || (v != vote::none && v != d.machine);
  }
  if (d.machine == vote::none && !expects_more() && p.assume_steady) d.machine = vote::running;
  // Running by level or tag alone, while the speed that belongs to the line is missing: steadiness is not known.
  bool const blind = (p.wants_speed || s.saw_speed) && !o.speed_hz && d.machine == vote::running;
  d.contradicted = d.contradicted || blind;
  if (d.contradicted && !blind) ++s.contradictions;
  return d;
}

inline bool operating_state_finder::expects_more() const noexcept {
  return params_.wants_speed || params_.off_level > 0 || params_.learn_off_level || state_.saw_speed || state_.saw_tag;
}

inline std::optional<double> operating_state_finder::level_threshold() const noexcept {
  if (params_.off_level > 0) return params_.off_level;
  return state_.levels.threshold();
}

inline void operating_state_finder::begin_running(operating_observation const& o) noexcept {
  state_.started = o.source_time;
  state_.speed_bin = state_.load_bin = no_bin;
  hold(o);
}

inline void operating_state_finder::hold(operating_observation const& o) noexcept {
  state_.held_since = o.source_time;
  if (o.speed_hz) state_.held_speed = *o.speed_hz;
  if (o.load) state_.held_load = *o.load;
  if (o.tag) state_.held_tag = *o.tag;
}

inline bool operating_state_finder::left_hold(operating_observation const& o) const noexcept {
  auto const away = [](double a, double b) noexcept { return a > b ? a - b : b - a; };
  double const held = state_.held_speed < 0 ? -state_.held_speed : state_.held_speed;
  if (o.speed_hz && away(*o.speed_hz, state_.held_speed) > params_.steady_band * held) return true;
  if (o.load && params_.load_band > 0 && away(*o.load, state_.held_load) > params_.load_band) return true;
  return o.tag && *o.tag != state_.held_tag;
}

inline operating operating_state_finder::judge(operating_observation const& o) noexcept {
  if (left_hold(o)) hold(o);
  if (o.source_time - state_.started < from_seconds(params_.settle.value))
    return {operating_state::starting, any_regime};
  if (o.source_time - state_.held_since < from_seconds(params_.steady_for.value)) {
    return {operating_state::changing, any_regime};
  }
  return {operating_state::steady, regime_of(o)};
}

// any_regime where a bound is exceeded or nothing tells regimes apart.
inline regime_key operating_state_finder::regime_of(operating_observation const& o) noexcept {
  params const& p = params_;
  state& s = state_;
  std::uint32_t speed_bins = 1, tag = 0;
  if (o.speed_hz && p.speed_edges.count > 0) {
    s.speed_bin = bin_of(*o.speed_hz, p.speed_edges, p.bin_hysteresis, s.speed_bin);
    speed_bins = static_cast<std::uint32_t>(p.speed_edges.count) + 1;
  } else if (o.speed_hz && p.speed_bin_width > 0) {
    s.speed_bin = found_speed_bin(*o.speed_hz);
    speed_bins = max_speeds;
  } else {
    s.speed_bin = 0;
  }
  bool const load_bins = o.load && p.load_edges.count > 0;
  s.load_bin = load_bins ? bin_of(*o.load, p.load_edges, p.bin_hysteresis, s.load_bin) : 0;
  if (o.tag) tag = tag_number(*o.tag);
  if (s.speed_bin == no_bin || tag == no_bin) {
    ++s.unplaced;
    return any_regime;
  }
  if (speed_bins == 1 && !load_bins && !o.tag) return any_regime;
  auto const loads = static_cast<std::uint32_t>(p.load_edges.count) + 1;
  return 1 + (tag * speed_bins + s.speed_bin) * loads + s.load_bin;
}

inline std::uint32_t operating_state_finder::bin_of(double value, edges const& e, double share,
                                                    std::uint32_t before) noexcept {
  std::uint32_t bin = 0;
  for (std::size_t i = 0; i < e.count; ++i) bin += value >= e.at[i] ? 1u : 0u;
  if (before == no_bin || before == bin) return bin;
  double const edge = e.at[bin > before ? before : before - 1];  // the edge through which the old bin was left
  double const margin = share * (edge < 0 ? -edge : edge);
  return value < edge + margin && value > edge - margin ? before : bin;
}

inline std::uint32_t operating_state_finder::found_speed_bin(double speed) noexcept {
  state& s = state_;
  auto const within = [&](std::uint32_t i, double width) noexcept {
    double const away = speed - s.speeds[i];
    double const limit = width * (s.speeds[i] < 0 ? -s.speeds[i] : s.speeds[i]);
    return away <= limit && away >= -limit;
  };
  double const width = params_.speed_bin_width;
  if (s.speed_bin < s.speed_count && within(s.speed_bin, width + params_.bin_hysteresis)) return s.speed_bin;
  for (std::uint32_t i = 0; i < s.speed_count; ++i) {
    if (within(i, width)) return i;
  }
  if (s.speed_count == max_speeds) return no_bin;
  s.speeds[s.speed_count] = speed;
  return s.speed_count++;
}

inline std::uint32_t operating_state_finder::tag_number(std::uint32_t tag) noexcept {
  state& s = state_;
  for (std::uint32_t i = 0; i < s.tag_count; ++i) {
    if (s.tags[i] == tag) return i;
  }
  if (s.tag_count == max_tags) return no_bin;
  s.tags[s.tag_count] = tag;
  return s.tag_count++;
}

inline void operating_state_finder::count(nanoseconds now, vote machine, operating const& next) noexcept {
  state& s = state_;
  if (s.counted_at != no_time) {
    nanoseconds const interval = now - s.counted_at;
    if (interval > from_seconds(params_.max_gap.value)) {
      ++s.outages;
    } else {
      add_time(interval / 2, s.machine, s.counted);
      add_time(interval - interval / 2, machine, next);
    }
  }
  s.counted_at = now;
  s.counted = next;
}

inline void operating_state_finder::add_time(nanoseconds share, vote machine, operating const& what) noexcept {
  state& s = state_;
  if (machine != vote::running) return;
  s.run_time += share;
  if (!what.is_steady()) return;
  s.steady_time += share;
  for (std::uint32_t i = 0; i < s.regime_count; ++i) {
    if (s.regimes[i].key == what.regime) {
      s.regimes[i].time += share;
      return;
    }
  }
  if (s.regime_count == max_regimes) {
    ++s.unplaced;
    return;
  }
  s.regimes[s.regime_count++] = {what.regime, share};
}

inline void operating_state_finder::put_state(archive_writer& w) const noexcept {
  state const& s = state_;
  w.put(s.current.state).put(s.current.regime).put(s.counted.state).put(s.counted.regime).put(s.last).put(s.counted_at);
  w.put(s.speed).put(s.level).put(s.machine).put(s.saw_speed).put(s.saw_tag).put(s.started).put(s.held_since);
  w.put(s.held_speed).put(s.held_load).put(s.held_tag).put(s.speed_bin).put(s.load_bin);
  w.put(std::span<double const>(s.speeds)).put(std::span<std::uint32_t const>(s.tags));
  w.put(s.speed_count).put(s.tag_count).put(s.regime_count);
  for (auto const& r : s.regimes) w.put(r.key).put(r.time);
  w.put(s.run_time).put(s.steady_time).put(s.starts).put(s.outages).put(s.contradictions).put(s.out_of_order);
  w.put(s.unplaced);
  s.levels.put(w);
}

inline void operating_state_finder::get_state(archive_reader& r) noexcept {
  state& s = state_;
  r.get(s.current.state).get(s.current.regime).get(s.counted.state).get(s.counted.regime).get(s.last).get(s.counted_at);
  r.get(s.speed).get(s.level).get(s.machine).get(s.saw_speed).get(s.saw_tag).get(s.started).get(s.held_since);
  r.get(s.held_speed).get(s.held_load).get(s.held_tag).get(s.speed_bin).get(s.load_bin);
  r.get(std::span<double>(s.speeds)).get(std::span<std::uint32_t>(s.tags));
  r.get(s.speed_count).get(s.tag_count).get(s.regime_count);
  for (auto& g : s.regimes) r.get(g.key).get(g.time);
  r.get(s.run_time).get(s.steady_time).get(s.starts).get(s.outages).get(s.contradictions).get(s.out_of_order);
  r.get(s.unplaced);
  s.levels.get(r);
}

inline std::size_t operating_state_finder::saved_bytes() const noexcept {
  archive_writer w({}, kind, 1);
  put_state(w);
  return w.size();
}

inline result<std::size_t> operating_state_finder::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  put_state(w);
  return w.finish();
}

// Everything or nothing: a damaged archive leaves the finder as it was.
inline status operating_state_finder::restore(std::span<std::byte const> from) noexcept {
  auto reader = archive_reader::open(from, kind, 1);
  if (!reader) return reader.error();
  operating_state_finder other(params_);
  other.get_state(*reader);
  if (auto const done = reader->finish(); !done) return done;
  state const& s = other.state_;
  bool const sound = s.current.state <= operating_state::changing && s.counted.state <= operating_state::changing &&
                     s.speed <= vote::running && s.level <= vote::running && s.machine <= vote::running &&
                     s.speed_count <= max_speeds && s.tag_count <= max_tags && s.regime_count <= max_regimes &&
                     (s.speed_bin == no_bin || s.speed_bin < max_speeds) &&
                     (s.load_bin == no_bin || s.load_bin <= max_edges);
  if (!sound) return error{errc::corrupt, "operating_state", "a value is outside its range"};
  state_ = s;
  return {};
}

static_assert(archived<operating_state_finder>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE
