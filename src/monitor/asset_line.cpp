#include "pdm/monitor/asset_line.hpp"

#include <algorithm>
#include <utility>

#include "monitor/line_parts.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

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
  p.found = p.extractor.extract(p.centred, shaft_hz());
  double const nominal = kinematics.nominal_speed_hz;
  p.mask.look(p.extractor.mean_squares(p.centred), now.speed_hz && nominal > 0 ? *now.speed_hz / nominal : 1);
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
  judge_masks(r);
  in.other = {mask_alarm.standing(), mask_score.value, mask_alarm.settings().on};
  verdict const v = decide->update(r, in);
  if (v.learned) remember_spectra();
  learn_masks(r, v);
  count(r, v);
  emit(r, v);
}

// The highest line of any point that has a mask for this way of running.
void asset_line::parts::judge_masks(row const& r) noexcept {
  mask_score = {0, abstention::not_ready};
  for (auto& p : points) {
    auto const s = p.mask.judge(r.operating.regime, !p.info.quality.is_bad());
    if (s.ready() && (!mask_score.ready() || s.value > mask_score.value)) mask_score = s;
  }
  mask_changes = {};
  if (settings.line.mask.alarm_db) {
    mask_changes = mask_alarm.update({mask_score, r.quality, r.operating, r.source_time, r.sequence});
  }
}

void asset_line::parts::learn_masks(row const& r, verdict const& v) noexcept {
  for (auto& p : points) {
    if (v.learned) p.mask.learn(r.operating.regime);
    if (v.settled_rows) p.mask.settle(r.operating.regime);
  }
}

void asset_line::parts::count(row const& r, verdict const& v) noexcept {
  ++counts.rows;
  if (r.operating.is_running()) {
    ++counts.running_rows;
    if (v.score.ready() || v.state.judged) ++counts.judged_rows;
  }
  for (auto const* changes : {&v.anomaly, &std::as_const(mask_changes)}) {
    for (auto const& t : *changes) counts.alarms += t.phase == alarm_phase::raised ? 1u : 0u;
  }
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
    add(p.usual_envelope, p.extractor.envelope_spectrum(p.centred, envelope_top_hz));
    p.learned_frames += 1;
  }
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
    if (gated.size() == 0 && gated.quality.is_bad()) return parts_->say_nothing_came(p, gated);
    p.frame.process(gated, [&](block<double> const& frame) noexcept { parts_->take_frame(p, frame); });
  });
}

namespace {
constexpr archive_kind line_kind{'L', 'I', 'N', 'E'};
}

std::size_t asset_line::saved_bytes() const noexcept {
  std::size_t bytes = archive_header_bytes + 128 + parts_->decide->saved_bytes() + parts_->finder.saved_bytes() +
                      parts_->mask_alarm.saved_bytes() + 4;
  for (auto const& p : parts_->points) {
    bytes += p.gate.saved_bytes() + p.mask.saved_bytes() + 4 + 24 + 8 +
             8 * (p.usual_spectrum.size() + p.usual_envelope.size()) + 16;
  }
  return bytes;
}

result<std::size_t> asset_line::save(std::span<std::byte> into) const noexcept {
  auto const& s = *parts_;
  archive_writer w(into, line_kind, 2);
  w.put(static_cast<std::uint32_t>(s.points.size())).put(s.row_number).put(s.last_state_event).put(s.told_learning);
  w.put(s.counts.rows).put(s.counts.running_rows).put(s.counts.judged_rows).put(s.counts.alarms).put(s.counts.events);
  w.put_archive(*s.decide).put_archive(s.finder).put_archive(s.mask_alarm);
  for (auto const& p : s.points) {
    w.put_archive(p.gate);
    w.put(p.told.level).put(p.told.reasons).put(p.learned_frames);
    w.put(std::span<double const>(p.usual_spectrum)).put(std::span<double const>(p.usual_envelope));
    p.mask.put(w);
  }
  return w.finish();
}

status asset_line::restore(std::span<std::byte const> from) noexcept {
  auto& s = *parts_;
  auto opened = archive_reader::open(from, line_kind, 2);
  if (!opened) return opened.error();
  auto& r = *opened;
  if (r.get<std::uint32_t>() != s.points.size()) {
    return error{errc::shape_mismatch, "asset_line", "the archive is of a line with other points"};
  }
  r.get(s.row_number).get(s.last_state_event).get(s.told_learning);
  r.get(s.counts.rows).get(s.counts.running_rows).get(s.counts.judged_rows).get(s.counts.alarms).get(s.counts.events);
  r.get_archive(*s.decide).get_archive(s.finder).get_archive(s.mask_alarm);
  for (auto& p : s.points) {
    r.get_archive(p.gate);
    r.get(p.told.level).get(p.told.reasons).get(p.learned_frames);
    for (auto* spectrum : {&p.usual_spectrum, &p.usual_envelope}) {
      auto const n = r.get<std::uint32_t>();
      if (n > 4096) return error{errc::corrupt, "asset_line", "a spectrum of the archive is too long"};
      spectrum->resize(n);
      for (double& v : *spectrum) r.get(v);
    }
    p.mask.get(r);
  }
  return r.finish();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
