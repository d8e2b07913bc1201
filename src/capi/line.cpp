#include "capi/line.hpp"

#include <algorithm>

#include "pdm/features/hjorth.hpp"
#include "pdm/features/time_features.hpp"

namespace {

constexpr double largest_sample = 1e30, longest_time_s = 9e9, at_rail = 1 - 1e-3;
constexpr double prior_rows = 20;

double size_of(float x) noexcept { return static_cast<double>(x < 0 ? -x : x); }
bool is_sound(float x) noexcept { return size_of(x) <= largest_sample; }                   // false for NaN
bool within(double x, double low, double high) noexcept { return x >= low && x <= high; }  // false for NaN

pdm::stream_spec runs_of(pdm_line_config const& c) noexcept {
  return {.rate = {c.rate_hz}, .max_block = pdm_line::run_length};
}
pdm::dsp::cutoff_params filter_of(pdm_line_config const& c) noexcept {
  return {.cutoff = {c.highpass_hz}, .order = 2, .start_settled = true};
}
pdm::features::frame_params frames_of(pdm_line_config const& c) noexcept {
  return {.length = c.frame_length, .hop = c.frame_hop};
}
pdm::anomaly::robust_mahalanobis::params detector_of(pdm_line_config const& c) noexcept {
  return {.warm_up = c.learn_frames,
          .prior_rows = prior_rows,
          .prior_scale = c.prior_scale,
          .dead_zone = c.dead_zone,
          .side = pdm::anomaly::side::upper};
}

std::array<double, PDM_FEATURE_COUNT> features_of(std::span<float const> x) noexcept {
  auto const t = pdm::features::time_features::of(x);
  auto const h = pdm::features::hjorth::of(x);
  return {t.rms,      t.peak,         t.std,          t.peak_to_peak,   t.skewness,
          t.kurtosis, t.crest_factor, t.shape_factor, t.impulse_factor, t.clearance_factor,
          h.mobility, h.complexity};
}

}  // namespace

pdm::status pdm_line::check(pdm_line_config const& c) noexcept {
  using pdm::errc;
  if (!within(c.rate_hz, 1, 1e8)) return errc::invalid_argument;
  if (!within(c.highpass_hz, 0, 1e8)) return errc::invalid_argument;
  if (!(c.highpass_hz < c.rate_hz / 2)) return errc::rate_mismatch;
  bool const frames = c.max_block > 0 && c.frame_length >= 16 && c.frame_length <= 1u << 24 && c.frame_hop > 0 &&
                      c.frame_hop <= 1u << 31 && c.learn_frames >= 3 && c.learn_frames <= 4096;
  bool const scales =
      within(c.full_scale, 0, largest_sample) && within(c.dead_zone, 0, 1e6) && within(c.prior_scale, 1e-6, 1e6);
  bool const alarm = within(c.alarm_on, 0, 1e9) && within(c.alarm_off, 0, c.alarm_on) && c.alarm_k >= 1 &&
                     c.alarm_k <= c.alarm_n && c.alarm_n <= 64;
  return frames && scales && alarm ? errc::ok : errc::invalid_argument;
}

pdm_line::pdm_line(pdm_line_config const& c) noexcept
    : settings_(c),
      highpass_(filter_of(c)),
      frame_(frames_of(c)),
      detector_(detector_of(c)),
      alarm_(
          {.on = c.alarm_on, .off = c.alarm_off, .k = static_cast<int>(c.alarm_k), .n = static_cast<int>(c.alarm_n)}),
      stuck_from_(std::max(15u, c.frame_length / 20)) {}

std::size_t pdm_line::footprint(pdm_line_config const& c) noexcept {
  pdm::stream_spec const spec = runs_of(c);
  std::size_t const filter = c.highpass_hz > 0 ? pdm::dsp::highpass<float>(filter_of(c)).footprint(spec) : 0;
  std::size_t const frame = pdm::features::frame<float>(frames_of(c)).footprint(spec);
  return filter + frame + pdm::anomaly::robust_mahalanobis(detector_of(c)).footprint(columns.size());
}

pdm::status pdm_line::prepare(pdm::arena& memory) noexcept {
  if (settings_.highpass_hz > 0) {
    if (auto const s = highpass_.prepare(runs_of(settings_), memory); !s) return s.error();
  }
  if (auto const s = frame_.prepare(runs_of(settings_), memory); !s) return s.error();
  if (auto const s = detector_.prepare(columns.size(), memory); !s) return s;
  return alarm_.prepare();
}

void pdm_line::start_anew() noexcept {
  gap_ = true;
  sound_ = false;
  equal_ = 0;
}

void pdm_line::forget() noexcept {
  detector_.reset();
  alarm_.reset();
  fusion_.reset();
  samples_ = frames_ = skipped_ = 0;
  score_ = -1;
  start_anew();
}

pdm::status pdm_line::skip(std::uint64_t missing) noexcept {
  double const until = static_cast<double>(samples_) + static_cast<double>(missing);
  if (!(until <= longest_time_s * settings_.rate_hz)) return pdm::errc::invalid_argument;
  samples_ += missing;
  start_anew();
  return {};
}

// What is not finite is replaced by the last value that was, so that the filter's state stays sound.
pdm::quality pdm_line::look_at(float x) noexcept {
  using pdm::quality_level, pdm::quality_reason;
  pdm::quality q;
  if (!is_sound(x)) {
    q.mark(quality_reason::not_finite, quality_level::bad);
    if (!sound_) last_ = 0;
    return q;
  }
  equal_ = x == last_ ? std::min(equal_, stuck_from_) + 1 : 1;
  last_ = x;
  if (settings_.full_scale > 0 && size_of(x) >= settings_.full_scale * at_rail) {
    q.mark(quality_reason::clipped, quality_level::uncertain);
  }
  if (equal_ >= stuck_from_) q.mark(quality_reason::stuck, quality_level::bad);
  return q;
}

// Samples of equal quality are handed on together. With the first sound one after a gap the signal begins: what was
// put in place of others before it would only disturb the filter.
void pdm_line::process(std::span<float const> samples) noexcept {
  std::size_t held = 0;
  pdm::quality of_run;
  auto const flush = [&]() noexcept {
    if (held > 0) hand_on(held, of_run);
    held = 0;
  };
  for (float const x : samples) {
    if (!sound_ && is_sound(x)) {
      flush();
      gap_ = sound_ = true;
    }
    pdm::quality const q = look_at(x);
    if (held == run_length || !(q == of_run)) flush();
    of_run = q;
    run_[held++] = last_;
  }
  flush();
}

void pdm_line::hand_on(std::size_t count, pdm::quality const& quality) noexcept {
  pdm::block_info info;
  info.source_time = pdm::sample_time(samples_, settings_.rate_hz);
  info.sequence = samples_;
  info.quality = quality;
  info.operating = {operating_, pdm::any_regime};
  if (gap_) info.quality.mark(pdm::quality_reason::gap, pdm::quality_level::good);
  gap_ = false;
  samples_ += count;
  auto const cut = [this](pdm::block<float> const& b) noexcept {
    frame_.process(b, [this](pdm::block<float> const& f) noexcept { judge(f); });
  };
  pdm::block<float> const b(std::span<float const>(run_).first(count), info);
  if (settings_.highpass_hz > 0) {
    highpass_.process(b, cut);
  } else {
    cut(b);
  }
}

void pdm_line::judge(pdm::block<float> const& frame) noexcept {
  values const features = features_of(frame.samples);
  std::array<double, columns.size()> logarithms;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    double const v = features[columns[i]];
    logarithms[i] = v > 0 ? pdm::math::log(v) : pdm::math::not_a_number;
  }
  pdm::row r = pdm::make_row(logarithms);
  r.source_time = frame.source_time;
  r.sequence = frame.sequence;
  r.quality = frame.quality;
  r.operating = frame.operating;

  pdm::score const s = detector_.score_one(r);
  score_ = s.ready() ? s.value : -1;
  auto const changes = alarm_.update({s, r.quality, r.operating, r.source_time, r.sequence});
  auto const verdict = fusion_.update({.quality = r.quality,
                                       .operating = r.operating,
                                       .score = s,
                                       .alarm_stands = alarm_.standing(),
                                       .priority = alarm_.settings().priority});
  bool told = false;
  for (auto const& change : changes) {
    bool const raised = change.phase == pdm::alarm_phase::raised;
    tell(raised ? PDM_EVENT_ALARM_RAISED : PDM_EVENT_ALARM_CLEARED, r, features, change.threshold);
    told = true;
  }
  if (learn(r)) {
    tell(PDM_EVENT_LEARNED, r, features, settings_.alarm_on);
    told = true;
  }
  if (verdict.changed && !told) tell(PDM_EVENT_STATE_CHANGED, r, features, settings_.alarm_on);
  ++frames_;
}

// True for the row with which learning ends. Only whole rows are learned, so that it ends with all columns known.
bool pdm_line::learn(pdm::row const& r) noexcept {
  bool const whole = r.present.count() == columns.size();
  if (detector_.ready() || !whole || !r.quality.is_good() || !r.operating.is_steady()) return false;
  if (skipped_ < settings_.skip_frames) {
    ++skipped_;
    return false;
  }
  detector_.learn_one(r);
  return detector_.ready();
}

void pdm_line::tell(pdm_event_kind what, pdm::row const& r, values const& features, double threshold) noexcept {
  pdm_event e{};
  e.struct_size = sizeof e;
  e.kind = what;
  e.state = static_cast<std::int32_t>(fusion_.verdict().state);
  e.measurement = static_cast<std::int32_t>(fusion_.verdict().measurement);
  e.frame = frames_;
  e.sample = r.sequence;
  e.score = score_;
  e.threshold = threshold;
  std::ranges::copy(features, e.features);
  e.strongest = -1;
  std::array<double, columns.size()> parts{};
  if (score_ >= 0) (void)detector_.contributions(r, parts);
  double largest = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    e.contributions[columns[i]] = parts[i];
    if (parts[i] <= largest) continue;
    largest = parts[i];
    e.strongest = static_cast<std::int32_t>(columns[i]);
  }
  if (waiting_ == most_events) {
    first_event_ = (first_event_ + 1) % most_events;
    --waiting_;
    ++dropped_;
  }
  events_[(first_event_ + waiting_++) % most_events] = e;
}

bool pdm_line::poll(pdm_event& event) noexcept {
  if (waiting_ == 0) return false;
  event = events_[first_event_];
  first_event_ = (first_event_ + 1) % most_events;
  --waiting_;
  return true;
}

std::size_t pdm_line::saved_bytes() const noexcept {
  std::size_t const own = 4 * sizeof(double) + 3 * sizeof(std::uint32_t) + 2 * sizeof(std::uint64_t);
  std::size_t const lengths = 3 * sizeof(std::uint32_t);
  return pdm::archive_header_bytes + own + lengths + detector_.saved_bytes() + alarm_.saved_bytes() +
         fusion_.saved_bytes();
}

pdm::result<std::size_t> pdm_line::save(std::span<std::byte> into) const noexcept {
  pdm::archive_writer w(into, kind, 1);
  w.put(settings_.rate_hz).put(settings_.highpass_hz).put(settings_.prior_scale);
  w.put(settings_.frame_length).put(settings_.learn_frames);
  w.put(samples_).put(frames_).put(skipped_).put(score_);
  w.put_archive(detector_).put_archive(alarm_).put_archive(fusion_);
  return w.finish();
}

pdm::status pdm_line::restore(std::span<std::byte const> from) noexcept {
  auto opened = pdm::archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  auto& r = *opened;
  bool same = r.get<double>() == settings_.rate_hz;
  same = r.get<double>() == settings_.highpass_hz && same;
  same = r.get<double>() == settings_.prior_scale && same;
  same = r.get<std::uint32_t>() == settings_.frame_length && same;
  same = r.get<std::uint32_t>() == settings_.learn_frames && same;
  if (!same) return pdm::errc::shape_mismatch;
  forget();
  r.get(samples_).get(frames_).get(skipped_).get(score_);
  r.get_archive(detector_).get_archive(alarm_).get_archive(fusion_);
  bool const sane = static_cast<double>(samples_) <= longest_time_s * settings_.rate_hz && pdm::math::is_finite(score_);
  if (!sane) r.fail();
  auto const end = r.finish();
  if (!end) forget();
  return end;
}
