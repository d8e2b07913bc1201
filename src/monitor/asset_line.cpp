#include "pdm/monitor/asset_line.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <vector>

#include "monitor/event_text.hpp"
#include "monitor/line_columns.hpp"
#include "pdm/acquisition/quality_gate.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/severity.hpp"
#include "pdm/monitor/decision.hpp"
#include "pdm/monitor/feature_extractor.hpp"
#include "pdm/monitor/line_life.hpp"
#include "pdm/monitor/registry.hpp"
#include "pdm/signal/operating_state.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

using decision_type = decision<any_detector, line_life>;

// One measuring point: what happens before the points of an asset meet.
struct point_line {
  measuring_point point;
  std::size_t channel = 0;
  acquisition::quality_gate gate;
  features::frame<double> frame{{.length = 1}};
  feature_extractor extractor;
  std::vector<double> centred;                         // the frame as the features see it
  bool delivered = false;                              // its frame of this row is here
  block_info info;                                     // of the frame
  row found;                                           // its features
  quality told;                                        // quality in the last event
  std::vector<double> usual_spectrum, usual_envelope;  // mean squares over the learned frames
  double learned_frames = 0;
};

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

struct asset_line::parts {
  asset_settings settings;
  report::catalogue const* words = nullptr;
  sink out;
  machine kinematics;
  std::vector<point_line> points;
  line_columns columns;
  operating_state_finder finder;
  std::unique_ptr<any_detector> detector;
  std::optional<decision_type> decide;
  std::vector<double> row_values, contributions;
  std::vector<std::byte> memory;
  event_text text;
  line_counts counts;
  process_values now;
  std::optional<features::severity_table> severity;
  double snapshot_interval_s = 0;
  std::uint64_t row_number = 0;
  nanoseconds last_state_event = no_time;
  bool person_agrees = false, told_learning = false, told_units = false;

  wire::input_result<void> build(asset_settings const& s, wire::recording_info const& source);
  wire::input_result<void> build_point(point_settings const& p, std::size_t index, int length,
                                       wire::recording_info const& source);
  void take_frame(point_line& p, block<double> const& frame);
  void judge();
  void assemble(row& whole) noexcept;
  [[nodiscard]] operating observe_operating() noexcept;
  [[nodiscard]] double regime_seconds(regime_key key) const noexcept;
  void remember_spectra();
  void judge_severity(decision_input& in) const;
  void count(row const& r, verdict const& v) noexcept;

  void emit(row const& r, verdict const& v);
  event event_of(event_kind kind, event_cause cause, row const& r, verdict const& v) const noexcept;
  void emit_quality(row const& r, verdict const& v);
  void emit_model(row const& r, verdict const& v);
  void emit_alarm(row const& r, verdict const& v, advisory::alarm_transition const& t, bool machine_alarm);
  void emit_state(row const& r, verdict const& v);
  void emit_prognosis(row const& r, verdict const& v);
  void emit_advice(row const& r, verdict const& v);
  void write_spectra(std::size_t point);
  void write_why(abstention why);
  void write_reasons(row const& r, std::size_t strongest_point);
  [[nodiscard]] std::size_t strongest_point() const noexcept;
  void send() {
    ++counts.events;
    out(text.view());
  }
};

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
  decide.emplace(decisions_of(settings, row_interval(s.line, source, length)), *detector,
                 line_life(life_of(s.line.prognosis)));

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
  return {};
}

// ---- from frames to a row ----------------------------------------------------------------------------------------

void asset_line::parts::take_frame(point_line& p, block<double> const& frame) {
  p.info = frame;
  // snapshots come with a gap between them: that is no fault of the data
  if (snapshot_interval_s > 0) p.info.quality.reasons &= ~static_cast<std::uint32_t>(quality_reason::gap);
  std::copy(frame.samples.begin(), frame.samples.end(), p.centred.begin());
  if (settings.line.frame.detrend == "mean") {
    double sum = 0;
    for (double v : p.centred) sum += v;
    double const mean = sum / static_cast<double>(p.centred.size());
    for (double& v : p.centred) v -= mean;
  }
  p.found = p.extractor.extract(p.centred, now.speed_hz.value_or(kinematics.nominal_speed_hz));
  p.delivered = true;
  if (std::all_of(points.begin(), points.end(), [](point_line const& x) { return x.delivered; })) judge();
}

operating asset_line::parts::observe_operating() noexcept {
  operating_observation o;
  o.source_time = points.front().info.source_time;
  if (settings.line.operating.by == "none") return finder.update(o);  // takes the machine as running, always
  o.speed_hz = now.speed_hz;
  o.load = now.load;
  if (settings.line.operating.by == "level" && !points.front().info.quality.is_bad()) {
    double sum = 0;
    for (double v : points.front().centred) sum += v * v;
    o.level = math::sqrt(sum / static_cast<double>(points.front().centred.size()));
  }
  return finder.update(o);
}

double asset_line::parts::regime_seconds(regime_key key) const noexcept {
  for (auto const& r : finder.regimes()) {
    if (r.key == key) return to_seconds(r.time);
  }
  return finder.regimes().empty() ? finder.steady_hours() * 3600 : 0;
}

void asset_line::parts::assemble(row& whole) noexcept {
  whole.values = row_values;
  whole.present.reset();
  whole.source_time = points.front().info.source_time;
  whole.sequence = row_number++;
  whole.quality = {};
  for (auto const& p : points) whole.quality = merged(whole.quality, p.info.quality);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    auto const& c = columns[i];
    double const v = columns.transformed(i, points[c.point].found);
    bool const there = v - v == 0 && !points[c.point].info.quality.is_bad();
    row_values[i] = there ? v : 0;
    whole.present[i] = there;
  }
  whole.operating = observe_operating();
}

void asset_line::parts::judge_severity(decision_input& in) const {
  if (!severity) return;
  for (auto const& p : points) {
    auto const at = p.extractor.index_of("velocity_rms_psd.v_rms");
    if (!p.found.has(at) || p.info.quality.is_bad()) continue;
    auto const zone = features::zone_of(p.found.values[at], *severity);
    if (zone && static_cast<int>(*zone) + 1 >= in.severity_zone) {
      in.severity_zone = static_cast<int>(*zone) + 1;
      in.severity_mm_s = std::max(in.severity_mm_s, p.found.values[at]);
    }
  }
}

void asset_line::parts::judge() {
  for (auto& p : points) p.delivered = false;
  row r{row_values, {}, 0, 0, {}, {}};
  assemble(r);
  decision_input in;
  in.regime_s = regime_seconds(r.operating.regime);
  in.operating_h = finder.run_hours();
  in.person_agrees = person_agrees;
  if (r.operating.is_steady()) judge_severity(in);
  verdict const v = decide->update(r, in);
  if (v.learned) remember_spectra();
  count(r, v);
  emit(r, v);
}

void asset_line::parts::count(row const& r, verdict const& v) noexcept {
  ++counts.rows;
  if (r.operating.is_running()) {
    ++counts.running_rows;
    if (v.score.ready() || v.state.judged) ++counts.judged_rows;
  }
  for (auto const& t : v.anomaly) counts.alarms += t.phase == alarm_phase::raised ? 1u : 0u;
  counts.starts = finder.starts();
  counts.run_hours = finder.run_hours();
}

// Mean squares of the spectra over the frames that were learned: what "before" means in an alarm.
void asset_line::parts::remember_spectra() {
  if (!settings.line.events.spectra) return;
  for (auto& p : points) {
    auto const add = [&](std::vector<double>& mean, plot_lines const& lines) {
      if (mean.size() != lines.values.size()) mean.assign(lines.values.size(), 0.0);
      for (std::size_t i = 0; i < mean.size(); ++i) {
        mean[i] += (lines.values[i] * lines.values[i] - mean[i]) / (p.learned_frames + 1);
      }
    };
    add(p.usual_spectrum, p.extractor.rms_spectrum(p.centred));
    add(p.usual_envelope, p.extractor.envelope_spectrum(p.centred));
    p.learned_frames += 1;
  }
}

// ---- events ------------------------------------------------------------------------------------------------------

event asset_line::parts::event_of(event_kind kind, event_cause cause, row const& r, verdict const& v) const noexcept {
  event e;
  e.kind = kind;
  e.cause = cause;
  e.state = v.state.state;
  e.measurement = v.state.measurement;
  e.source_time = r.source_time;
  e.sequence = r.sequence;
  e.quality = r.quality;
  e.operating = r.operating;
  e.run_hours = finder.run_hours();
  e.score = v.score.value;
  e.threshold = v.threshold;
  e.health = v.health;
  return e;
}

void asset_line::parts::emit(row const& r, verdict const& v) {
  emit_quality(r, v);
  emit_model(r, v);
  for (auto const& t : v.data) emit_alarm(r, v, t, false);
  for (auto const& t : v.anomaly) emit_alarm(r, v, t, true);
  bool const due =
      last_state_event == no_time || to_seconds(r.source_time - last_state_event) >= settings.line.events.state_every_s;
  if (due || v.state.changed) {
    last_state_event = r.source_time;
    emit_state(r, v);
    if (v.life_asked) emit_prognosis(r, v);
  }
  if (v.request) emit_advice(r, v);
}

void asset_line::parts::write_why(abstention why) {
  auto& t = text.json();
  t.key("why").open('[');
  if (why != abstention::none) t.value(words->word(advisory::why_key(why)));
  t.close(']').key("needs").open('[');
  if (why != abstention::none) t.value(words->word(advisory::needs_key(why)));
  t.close(']');
}

void asset_line::parts::emit_quality(row const& r, verdict const& v) {
  for (auto& p : points) {
    quality const& q = p.info.quality;
    if (q.level == p.told.level && q.reasons == p.told.reasons) continue;
    p.told = q;
    auto e = event_of(event_kind::quality, event_cause::measurement, r, v);
    e.quality = q;
    e.rule = static_cast<std::uint16_t>(&p - points.data());
    std::string_view reason = "";
    for (int i = 0; i < quality_reason_count && reason.empty(); ++i) {
      if ((q.reasons >> i & 1u) != 0) reason = quality_reason_names[static_cast<std::size_t>(i)];
    }
    auto& t = text.begin(e);
    t.member("point", p.point.id);
    t.key("counts").open('{');
    for (int i = 0; i < quality_reason_count; ++i) {
      auto const which = static_cast<quality_reason>(1u << i);
      if (p.gate.count(which) > 0) t.member(quality_reason_names[static_cast<std::size_t>(i)], p.gate.count(which));
    }
    t.close('}');
    message const said = q.is_good() ? message(messages::text_measurement_good, std::string_view(p.point.id))
                                     : message(messages::text_measurement_bad, std::string_view(p.point.id), reason,
                                               static_cast<double>(q.bad_share));
    text.end(words->render(said));
    send();
  }
}

void asset_line::parts::emit_model(row const& r, verdict const& v) {
  if (v.learned && !told_learning) {
    told_learning = true;
    text.begin(event_of(event_kind::model, event_cause::system, r, v)).member("what", "learning_started");
    text.json().member("rows", std::uint64_t{1});
    text.end(words->word(messages::text_learning_started));
    send();
  }
  if (!v.settled_rows) return;
  bool const one = r.operating.regime == any_regime;
  auto e = event_of(event_kind::model, event_cause::system, r, v);
  e.rule = 1;
  auto& t = text.begin(e).member("what", one ? "learned" : "regime_learned");
  t.member("rows", static_cast<std::uint64_t>(*v.settled_rows));
  std::string const regime = std::to_string(r.operating.regime);
  text.end(words->render(one ? message(messages::text_learned, *v.settled_rows)
                             : message(messages::text_regime_learned, std::string_view(regime), *v.settled_rows)));
  send();
}

std::size_t asset_line::parts::strongest_point() const noexcept {
  std::size_t best = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (contributions[i] > contributions[best]) best = i;
  }
  return columns.size() > 0 ? columns[best].point : 0;
}

// The columns that make up the score, strongest first, as a technician would say it; at most three.
void asset_line::parts::write_reasons(row const& r, std::size_t) {
  std::array<std::size_t, 3> top{};
  std::size_t n = 0;
  double sum = 0;
  for (double c : contributions) sum += c;
  std::bitset<row::max_columns> used;
  while (n < top.size()) {
    std::size_t best = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!used[i] && contributions[i] > 0.1 * sum &&
          (best == columns.size() || contributions[i] > contributions[best])) {
        best = i;
      }
    }
    if (best == columns.size()) break;
    used[best] = true;
    top[n++] = best;
  }
  auto& t = text.json();
  t.key("reasons").open('[');
  for (std::size_t i = 0; i < n; ++i) {
    std::string_view const name = columns[top[i]].name;
    double const usual = detector->usual(r.operating.regime, top[i]);
    bool const logarithm = columns[top[i]].logarithm != 0;
    if (logarithm && usual - usual == 0) {
      double const times = math::exp((r.values[top[i]] - usual) / columns[top[i]].logarithm);
      t.value(words->render(times >= 1 ? message(messages::reason_times_usual, name, times)
                                       : message(messages::reason_share_of_usual, name, times)));
    } else {
      t.value(words->render(message(messages::reason_contribution, name, sum > 0 ? contributions[top[i]] / sum : 0.0)));
    }
  }
  t.close(']');
}

void asset_line::parts::write_spectra(std::size_t point) {
  auto& p = points[point];
  auto& t = text.json();
  if (!settings.line.events.spectra || p.learned_frames == 0) {
    t.null_member("spectra");
    return;
  }
  auto const lines = [&](char const* name, auto const& values, bool squares) {
    t.key(name).open('[');
    for (double v : values) t.value(rounded(squares ? math::sqrt(v) : v));
    t.close(']');
  };
  auto const now_rms = p.extractor.rms_spectrum(p.centred);
  t.key("spectra").open('{').member("point", p.point.id).member("unit", symbol(p.point.sensor.quantity));
  t.member("scaling", "rms").member("df_hz", now_rms.df);
  lines("before", p.usual_spectrum, true);
  lines("after", now_rms.values, false);
  auto const now_envelope = p.extractor.envelope_spectrum(p.centred);
  t.key("envelope").open('{').member("df_hz", now_envelope.df);
  lines("before", p.usual_envelope, true);
  lines("after", now_envelope.values, false);
  t.key("lines").open('{');
  double const speed = now.speed_hz.value_or(kinematics.nominal_speed_hz);
  if (speed > 0) {
    for (auto const& l : fault_orders(kinematics)) t.member(l.name, rounded(l.order * speed));
  }
  t.close('}').close('}').close('}');
}

void asset_line::parts::emit_alarm(row const& r, verdict const& v, advisory::alarm_transition const& tr,
                                   bool machine_alarm) {
  auto e = event_of(event_kind::alarm, machine_alarm ? event_cause::machine : event_cause::measurement, r, v);
  e.phase = tr.phase;
  e.priority = tr.priority;
  e.rule = machine_alarm ? 1 : 2;
  auto& t = text.begin(e);
  t.member("rule", machine_alarm ? "anomaly" : "data");
  t.member("priority", to_string(tr.priority)).member("phase", to_string(tr.phase));
  t.member("score", tr.score).member("threshold", tr.threshold);
  bool const raised = tr.phase == alarm_phase::raised;
  bool const parts_known = machine_alarm && detector->contributions(r, contributions);
  if (parts_known) {
    t.key("contributions").open('{');
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (contributions[i] != 0) t.member(columns[i].name, contributions[i]);
    }
    t.close('}');
    std::size_t const where = strongest_point();
    write_reasons(r, where);
    if (raised) write_spectra(where);
  } else {
    t.member("contributions", "none").key("reasons").open('[');
    if (!machine_alarm && raised) {
      for (auto const& p : points) {
        for (int i = 0; i < quality_reason_count; ++i) {
          if (!p.info.quality.is_bad() || (p.info.quality.reasons >> i & 1u) == 0) continue;
          t.value(words->render(message(messages::reason_bad_data, std::string_view(p.point.id),
                                        static_cast<double>(p.info.quality.bad_share),
                                        quality_reason_names[static_cast<std::size_t>(i)])));
        }
      }
    }
    t.close(']').null_member("spectra");
  }
  std::string const first = machine_alarm ? words->render(message(messages::reason_unusual, tr.score, tr.threshold))
                                          : words->word("state", to_string(v.state.measurement));
  text.end(words->render(raised ? message(messages::text_alarm_raised, std::string_view(first))
                                : message(messages::text_alarm_cleared, tr.stood_s)));
  send();
}

void asset_line::parts::emit_state(row const& r, verdict const& v) {
  auto& t = text.begin(event_of(event_kind::state, event_cause::machine, r, v));
  t.key("features").open('{');
  columns.for_each_reported([&](std::string_view name, std::size_t point, std::size_t column, std::string_view) {
    auto const& p = points[point];
    if (p.found.has(column) && !p.info.quality.is_bad()) {
      t.member(name, p.found.values[column]);
    } else {
      t.null_member(name);
    }
  });
  t.close('}');
  if (!told_units) {
    told_units = true;
    t.key("units").open('{');
    columns.for_each_reported([&](std::string_view name, std::size_t, std::size_t, std::string_view units) {
      if (units != "unknown") t.member(name, units);
    });
    t.close('}');
  }
  bool const judged = v.score.ready();
  judged ? t.member("score", v.score.value) : t.null_member("score");
  judged ? t.member("threshold", v.threshold) : t.null_member("threshold");
  t.member("p_value", v.p_value).member("growth", v.growth);
  judged ? t.member("health", v.health) : t.null_member("health");
  t.member("watch_coverage", counts.watch_coverage());
  abstention const why = v.state.state == asset_state::unknown ? v.state.why : abstention::none;
  t.member("abstained", why != abstention::none);
  write_why(why);
  std::string said;
  if (r.operating.state == operating_state::off) {
    said = words->word(messages::text_state_off);
  } else if (why != abstention::none) {
    std::string const because = words->word(advisory::why_key(why));
    said = words->render(message(messages::text_state_unknown, std::string_view(because)));
  } else if (v.state.state == asset_state::normal) {
    said = words->word(messages::text_state_normal);
  } else {
    std::string const because = words->render(message(messages::reason_unusual, v.score.value, v.threshold));
    said = words->render(message(messages::text_state_changed, to_string(v.state.state), std::string_view(because)));
  }
  text.end(said);
  send();
}

void asset_line::parts::emit_prognosis(row const& r, verdict const& v) {
  auto const& s = settings.line.prognosis;
  auto& t = text.begin(event_of(event_kind::prognosis, event_cause::machine, r, v));
  t.member("event", std::string("limit:") + s.name).member("clock", "operating");
  bool const abstained = v.life.abstained();
  auto const& life = v.life.life;
  auto const in_seconds = [&](double p) -> std::optional<double> {
    auto const q = life.quantile(p);
    return q ? std::optional(rounded(*q * 3600)) : std::nullopt;
  };
  if (abstained) {
    t.null_member("rul");
  } else {
    t.key("rul").open('{').member("mean", rounded(life.mean() * 3600));
    static constexpr std::array<std::pair<char const*, double>, 7> levels{
        {{"p05", 0.05}, {"p10", 0.10}, {"p25", 0.25}, {"p50", 0.50}, {"p75", 0.75}, {"p90", 0.90}, {"p95", 0.95}}};
    for (auto const& [name, p] : levels) t.member(name, in_seconds(p));
    t.member("horizon", rounded(life.horizon() * 3600)).member("unit", "s").close('}');
  }
  t.member("health", v.health);
  t.key("basis").open('{').member("failures", 0).member("censored", 0).key("priors").open('[');
  t.value("hours_to_limit").close(']').close('}');
  t.key("assumes").open('[');
  t.value(words->word(messages::assumes_same_duty)).value(words->word(messages::assumes_no_repair)).close(']');
  t.member("abstained", abstained);
  write_why(v.life.why);
  auto const p10 = in_seconds(0.10), p50 = in_seconds(0.50), p90 = in_seconds(0.90);
  double const horizon = life.horizon() * 3600;
  std::string said;
  if (abstained) {
    std::string const because = words->word(advisory::why_key(v.life.why));
    said = words->render(message(messages::text_life_abstained, std::string_view(because)));
  } else if (life.cdf(0) >= 0.5) {
    said = words->word(messages::text_life_reached);
  } else if (p10 && p50 && p90) {
    said = words->render(message(messages::text_life, *p50, *p10, *p90));
  } else {
    said = words->render(p10 ? message(messages::text_life_open, *p10, horizon)
                             : message(messages::text_life_beyond, horizon));
  }
  text.end(said);
  send();
}

void asset_line::parts::emit_advice(row const& r, verdict const& v) {
  auto const& change = v.request;
  auto const& finding = change.request.finding;
  bool const about_data = finding.mode == static_cast<advisory::failure_mode>(finding::measurement);
  auto e = event_of(event_kind::advice, about_data ? event_cause::measurement : event_cause::machine, r, v);
  e.priority = finding.priority;
  e.rule = finding.mode;
  auto const& p = points[strongest_point()].point;
  std::string const place = p.place.empty() ? settings.id + ", " + p.id : p.place;
  auto& t = text.begin(e);
  t.member("priority", to_string(finding.priority));
  bool const closed = change.phase == advisory::work_phase::closed;
  std::string const action = closed ? words->word(messages::advice_none)
                                    : words->render(advisory::advice_of(change.request, r.source_time, place));
  t.member("action", action);
  if (closed || change.request.due_at == no_time) {
    t.null_member("due_s");
  } else {
    t.member("due_s", to_seconds(change.request.due_at));
  }
  t.key("reasons").open('[').value(words->render(advisory::message_of(finding, place))).close(']');
  t.member("request", settings.id + "-" + std::to_string(change.request.number));
  t.member("change", closed                                          ? "closed"
                     : change.phase == advisory::work_phase::opened  ? "opened"
                     : change.phase == advisory::work_phase::updated ? "updated"
                                                                     : "repeated");
  text.end(action);
  send();
}

// ---- the class ---------------------------------------------------------------------------------------------------

asset_line::asset_line(std::unique_ptr<parts> p) : parts_(std::move(p)) {}
asset_line::~asset_line() = default;

wire::input_result<std::unique_ptr<asset_line>> asset_line::make(asset_settings const& settings,
                                                                 wire::recording_info const& source,
                                                                 report::catalogue const& words, sink out) {
  auto p = std::make_unique<parts>();
  p->words = &words;
  p->out = std::move(out);
  if (auto ok = p->build(settings, source); !ok) return ok.error();
  return std::unique_ptr<asset_line>(new asset_line(std::move(p)));
}

std::size_t asset_line::points() const noexcept { return parts_->points.size(); }
std::size_t asset_line::channel_of(std::size_t point) const noexcept { return parts_->points[point].channel; }
std::size_t asset_line::max_block() const noexcept {
  auto const& p = parts_->points.front();
  int const hop = parts_->settings.line.frame.hop;
  return hop > 0 ? static_cast<std::size_t>(hop) : p.centred.size();
}

void asset_line::observe(process_values const& values) noexcept { parts_->now = values; }
void asset_line::person_agrees(bool agrees) noexcept { parts_->person_agrees = agrees; }
line_counts asset_line::counts() const noexcept { return parts_->counts; }

void asset_line::process(std::size_t point, block<double> const& samples) {
  if (!PDM_EXPECTS(point < parts_->points.size())) return;
  auto& p = parts_->points[point];
  p.gate.process(samples, [&](block<double> const& gated) noexcept {
    p.frame.process(gated, [&](block<double> const& frame) noexcept { parts_->take_frame(p, frame); });
  });
}

namespace {
constexpr archive_kind line_kind{'L', 'I', 'N', 'E'};
}

std::size_t asset_line::saved_bytes() const noexcept {
  std::size_t bytes = archive_header_bytes + 128 + parts_->decide->saved_bytes() + parts_->finder.saved_bytes();
  for (auto const& p : parts_->points) {
    bytes += p.gate.saved_bytes() + 4 + 24 + 8 + 8 * (p.usual_spectrum.size() + p.usual_envelope.size()) + 16;
  }
  return bytes;
}

result<std::size_t> asset_line::save(std::span<std::byte> into) const noexcept {
  auto const& s = *parts_;
  archive_writer w(into, line_kind, 1);
  w.put(static_cast<std::uint32_t>(s.points.size())).put(s.row_number).put(s.last_state_event).put(s.told_learning);
  w.put(s.counts.rows).put(s.counts.running_rows).put(s.counts.judged_rows).put(s.counts.alarms).put(s.counts.events);
  w.put_archive(*s.decide).put_archive(s.finder);
  for (auto const& p : s.points) {
    w.put_archive(p.gate);
    w.put(p.told.level).put(p.told.reasons).put(p.learned_frames);
    w.put(std::span<double const>(p.usual_spectrum)).put(std::span<double const>(p.usual_envelope));
  }
  return w.finish();
}

status asset_line::restore(std::span<std::byte const> from) noexcept {
  auto& s = *parts_;
  auto opened = archive_reader::open(from, line_kind, 1);
  if (!opened) return opened.error();
  auto& r = *opened;
  if (r.get<std::uint32_t>() != s.points.size()) {
    return error{errc::shape_mismatch, "asset_line", "the archive is of a line with other points"};
  }
  r.get(s.row_number).get(s.last_state_event).get(s.told_learning);
  r.get(s.counts.rows).get(s.counts.running_rows).get(s.counts.judged_rows).get(s.counts.alarms).get(s.counts.events);
  r.get_archive(*s.decide).get_archive(s.finder);
  for (auto& p : s.points) {
    r.get_archive(p.gate);
    r.get(p.told.level).get(p.told.reasons).get(p.learned_frames);
    for (auto* spectrum : {&p.usual_spectrum, &p.usual_envelope}) {
      auto const n = r.get<std::uint32_t>();
      if (n > 4096) return error{errc::corrupt, "asset_line", "a spectrum of the archive is too long"};
      spectrum->resize(n);
      for (double& v : *spectrum) r.get(v);
    }
  }
  return r.finish();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
