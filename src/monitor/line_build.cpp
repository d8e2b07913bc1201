// How a line is built from its settings and what its source says of itself.
#include <algorithm>
#include <cmath>

#include "monitor/line_parts.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

int frame_length(line_settings const& s, wire::recording_info const& source) {
  if (s.frame.length > 0) return s.frame.length;
  if (source.snapshots > 1) return static_cast<int>(std::min<std::uint64_t>(source.samples, 1u << 20));
  int n = 256;
  while (n < (1 << 20) && n * 1.5 < source.fs_hz * 0.25) n *= 2;
  return static_cast<int>(
      std::min<std::uint64_t>(static_cast<std::uint64_t>(n), std::max<std::uint64_t>(source.samples, 1)));
}

// Seconds from row to row.
double row_interval(line_settings const& s, wire::recording_info const& source, int length) {
  int const hop = s.frame.hop > 0 ? s.frame.hop : length;
  bool const snapshots = source.snapshots > 1 && source.samples < static_cast<std::uint64_t>(length + hop);
  return snapshots && source.snapshot_interval_s > 0 ? source.snapshot_interval_s : hop / source.fs_hz;
}

anomaly::learning_mode mode_of(std::string const& policy) {
  if (policy == "never") return anomaly::learning_mode::never;
  if (policy == "only_when_normal") return anomaly::learning_mode::only_when_normal;
  if (policy == "when_person_agrees") return anomaly::learning_mode::when_person_agrees;
  return anomaly::learning_mode::warm_up;
}

decision_settings decisions_of(asset_settings const& s, double interval) {
  decision_settings d;
  auto const& line = s.line;
  d.mode = mode_of(line.learning.policy);
  d.skip = {line.learning.skip_s};
  d.learn = {line.learning.learn_s};
  d.least_rows = line.learning.min_rows;
  double const rows = line.learning.learn_s / interval / line.learning.max_rows;
  d.learn_every = rows > 1 ? static_cast<std::uint32_t>(std::ceil(rows)) : 1;
  d.alarm.on = line.alarm.on;
  d.alarm.off = line.alarm.off;
  d.alarm.k = line.alarm.k;
  d.alarm.n = line.alarm.n;
  d.alarm.hold = {line.alarm.hold_s};
  d.alarm.latch = line.alarm.latch;
  d.requests.renotify = {s.advice.renotify_h * 3600};
  d.limit = line.prognosis.model == "none" ? 0 : line.prognosis.limit;
  d.lead_time = {s.advice.lead_time_h * 3600};
  d.ungated = line.operating.by == "none";
  return d;
}

// Regimes that the edges tell apart.
std::size_t regimes_of(operating_settings const& s) { return (s.speed_bins_hz.size() + 1) * (s.load_bins.size() + 1); }

// The rows and rules are those of the anomaly alarm, the score is in decibels above the mask.
advisory::alarm mask_alarm_of(line_settings const& s, advisory::alarm::params p) {
  p.on = s.mask.alarm_db.value_or(0);
  p.off = 0.5 * p.on;
  p.any_operating_state = s.operating.by == "none";
  return advisory::alarm(p);
}

void take_edges(std::vector<double> const& from, operating_state_finder::edges& into) {
  into.count = std::min(from.size(), into.at.size());
  std::copy_n(from.begin(), into.count, into.at.begin());
}

operating_state_finder::params operating_of(asset_settings const& s, machine const& m) {
  operating_state_finder::params p;
  auto const& o = s.line.operating;
  bool const has_speed =
      std::any_of(s.sources.begin(), s.sources.end(), [](source_settings const& x) { return !x.speed_column.empty(); });
  p.nominal_speed_hz = m.nominal_speed_hz;
  p.off_speed_hz = o.off_below * m.nominal_speed_hz;
  p.wants_speed = o.by == "speed" || (o.by == "auto" && has_speed);
  p.off_level = o.by == "level" ? o.level_off.value_or(0) : 0;
  p.settle = {o.settle_s};
  p.steady_for = {o.steady_for_s};
  p.steady_band = o.steady_band;
  p.max_gap = {o.longest_gap_s};
  take_edges(o.speed_bins_hz, p.speed_edges);
  take_edges(o.load_bins, p.load_edges);
  return p;
}

acquisition::quality_gate_params gate_of(gate_settings const& g, measuring_point const& p) {
  acquisition::quality_gate_params out;
  out.stuck_run = static_cast<std::uint32_t>(g.stuck_run);
  out.stuck_bad = g.stuck_bad;
  out.clipped_bad = g.clipped_bad;
  out.out_of_range_bad = g.out_of_range_bad;
  out.full_scale = p.sensor.full_scale;
  out.low = g.low.value_or(out.low);
  out.high = g.high.value_or(out.high);
  out.max_slope = g.max_slope.value_or(out.max_slope);
  return out;
}

wire::input_error trouble(std::string what, std::string todo) {
  wire::input_error e;
  e.what = std::move(what);
  e.todo = std::move(todo);
  return e;
}

}  // namespace

wire::input_result<void> asset_line::parts::build_point(point_settings const& p, std::size_t index, int length,
                                                        wire::recording_info const& source) {
  auto& line = points.emplace_back();
  line.point = make_point(p);
  auto const& names = source.channels;
  std::string const wanted = p.channel.empty() ? std::to_string(index) : p.channel;
  auto named = static_cast<std::size_t>(std::find(names.begin(), names.end(), wanted) - names.begin());
  if (named == names.size() && wanted.find_first_not_of("0123456789") == std::string::npos && wanted.size() < 6) {
    named = std::stoul(wanted);
  }
  if (named >= names.size()) {
    return trouble("point " + p.id + " wants channel \"" + wanted + "\", which the source does not have",
                   "give one of its " + std::to_string(names.size()) + " channels");
  }
  line.channel = named;
  if (line.point.sensor.quantity == unit::unknown) line.point.sensor.quantity = source.quantity;
  auto const fs = source.fs_hz;
  line.gate = acquisition::quality_gate(gate_of(settings.line.gate, line.point));
  int const hop = settings.line.frame.hop > 0 ? settings.line.frame.hop : length;
  line.frame =
      features::frame<double>({.length = static_cast<std::size_t>(length), .hop = static_cast<std::size_t>(hop)});
  extractor_setup setup;
  setup.features = wanted_features(settings.line, fs);
  setup.length = static_cast<std::size_t>(length);
  setup.rate_hz = fs;
  setup.quantity = line.point.sensor.quantity;
  setup.band_low = line.point.band_low;
  setup.band_high = line.point.band_high;
  setup.lines = fault_orders(kinematics);
  if (auto ok = line.extractor.prepare(setup); !ok) return ok;
  line.centred.resize(static_cast<std::size_t>(length));
  if (settings.line.mask.max_rows < settings.line.mask.min_rows) {
    return trouble("line.mask.max_rows is less than line.mask.min_rows", "give at least as many");
  }
  auto const masked = line.mask.prepare(settings.line.mask, static_cast<std::size_t>(length) / 2 + 1, fs / length,
                                        regimes_of(settings.line.operating));
  if (!masked) return trouble("line.mask: " + std::string(masked.error().what), "");
  return {};
}

wire::input_result<void> asset_line::parts::build(asset_settings const& s, wire::recording_info const& source) {
  settings = s;
  auto m = make_machine(s.machine, "machine");
  if (!m) return trouble(m.error().path + " " + m.error().what, "");
  kinematics = *m;
  if (kinematics.nominal_speed_hz == 0) kinematics.nominal_speed_hz = source.shaft_hz;
  if (kinematics.bearings.empty() && source.bearing) {
    kinematics.bearings.push_back({"bearing", kinematics.shafts.front().id, "", *source.bearing});
  }
  if (kinematics.severity_group) {
    if (auto t = features::severity_table_of(*kinematics.severity_group, kinematics.foundation)) severity = *t;
  }
  for (auto const& l : fault_orders(kinematics)) {
    envelope_top_hz = std::max(envelope_top_hz, 5 * l.order * kinematics.nominal_speed_hz);
  }
  snapshot_interval_s = source.snapshots > 1 ? source.snapshot_interval_s : 0;
  if (settings.points.empty()) {
    for (auto const& name : source.channels) {
      point_settings p;
      p.id = name;
      p.channel = name;
      settings.points.push_back(p);
    }
  }
  int const length = frame_length(s.line, source);
  if (static_cast<std::uint64_t>(length) > source.samples) {
    return trouble("a frame of " + std::to_string(length) + " samples is longer than the recording's " +
                       std::to_string(source.samples),
                   "give line.frame.length at most that");
  }
  points.reserve(settings.points.size());
  for (std::size_t i = 0; i < settings.points.size(); ++i) {
    if (auto ok = build_point(settings.points[i], i, length, source); !ok) return ok;
  }
  for (auto& p : points) columns.add_point(p.point.id, p.extractor.columns(), settings.line);
  if (auto ok = columns.finish(); !ok) return ok;

  auto const make_it = find_detector(s.line.anomaly.detector);
  if (make_it == nullptr) {
    return trouble("line.anomaly.detector names \"" + s.line.anomaly.detector + "\", which is no detector",
                   "pdm config blocks lists them");
  }
  if (!known_life_model(s.line.prognosis.model)) {
    return trouble("line.prognosis.model names \"" + s.line.prognosis.model + "\", which is no life model",
                   "pdm config blocks lists them");
  }
  detector = make_it(settings.line);
  finder = operating_state_finder(operating_of(settings, kinematics));
  if (auto ok = finder.prepare(); !ok) return trouble("line.operating: " + std::string(ok.error().what), "");
  auto const decisions = decisions_of(settings, row_interval(s.line, source, length));
  decide.emplace(decisions, *detector, line_life(life_of(s.line.prognosis)));
  mask_alarm = mask_alarm_of(s.line, decisions.alarm);
  if (auto ok = mask_alarm.prepare(); !ok) return trouble("line.mask: " + std::string(ok.error().what), "");

  // all memory of the edge stages, once
  stream_spec spec{
      .rate = {source.fs_hz}, .max_block = static_cast<std::size_t>(length), .wall_start = source.wall_start};
  std::size_t bytes = decide->footprint(columns.size()) + 2 * arena::alignment;
  for (auto& p : points) bytes += p.gate.footprint(spec) + p.frame.footprint(spec);
  memory.resize(bytes);
  arena room{std::span(memory)};
  for (auto& p : points) {
    spec.quantity = p.point.sensor.quantity;
    auto gated = p.gate.prepare(spec, room);
    auto framed = gated ? p.frame.prepare(*gated, room) : gated;
    if (!framed) return trouble(p.point.id + ": " + framed.error().what, "");
  }
  if (auto ok = decide->prepare(columns.size(), columns.levels(), room); !ok) {
    return trouble("line: " + std::string(ok.error().what), "");
  }
  row_values.resize(columns.size());
  contributions.resize(columns.size());
  text.begin_stream(s.id, source.wall_start);
  said = line_sentences(*words, s.line.prognosis);
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
