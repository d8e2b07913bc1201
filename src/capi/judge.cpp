#include "capi/judge.hpp"

#include <algorithm>

namespace pdm_capi {
namespace {

constexpr double prior_rows = 20;

pdm::anomaly::robust_mahalanobis::params detector_of(pdm_line_config const& c) noexcept {
  return {.warm_up = c.learn_frames,
          .prior_rows = prior_rows,
          .prior_scale = c.prior_scale,
          .dead_zone = c.dead_zone,
          .side = pdm::anomaly::side::upper,
          .settle_in_steps = true};
}
pdm::advisory::alarm::params alarm_of(pdm_line_config const& c) noexcept {
  return {.on = c.alarm_on, .off = c.alarm_off, .k = static_cast<int>(c.alarm_k), .n = static_cast<int>(c.alarm_n)};
}

}  // namespace

judge::judge(pdm_line_config const& c) noexcept
    : skip_frames_(c.skip_frames), alarm_on_(c.alarm_on), detector_(detector_of(c)), alarm_(alarm_of(c)) {}

pdm::result<pdm::stream_spec> judge::prepare(pdm::stream_spec const& spec, pdm::arena& memory) noexcept {
  if (auto const s = detector_.prepare(columns.size(), memory); !s) return s.error();
  if (auto const s = alarm_.prepare(); !s) return s.error();
  return features_.prepare(spec, memory);
}

void judge::reset() noexcept {
  features_.reset();
  detector_.reset();
  alarm_.reset();
  fusion_.reset();
  frames_ = skipped_ = 0;
  learning_ = false;
  score_ = -1;
}

void judge::begin(pdm::block<float> const& frame) noexcept {
  sample_ = frame.sequence;
  features_.begin(frame);
}

std::size_t judge::step(std::size_t budget) noexcept {
  if (features_.busy()) return features_.step(budget, [this](pdm::row const& r) noexcept { decide(r); });
  if (!detector_.settling()) return 0;
  std::size_t const used = detector_.settle_some(budget);
  if (!detector_.settling()) conclude();
  return used;
}

void judge::decide(pdm::row const& features) noexcept {
  std::array<double, columns.size()> logarithms;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    double const v = features.values[columns[i]];
    logarithms[i] = v > 0 ? pdm::math::log(v) : pdm::math::not_a_number;
  }
  pdm::row r = pdm::make_row(logarithms);
  r.source_time = features.source_time;
  r.sequence = sample_;
  r.quality = features.quality;
  r.operating = features.operating;

  pdm::score const s = detector_.score_one(r);
  score_ = s.ready() ? s.value : -1;
  auto const changes = alarm_.update({s, r.quality, r.operating, r.source_time, r.sequence});
  auto const verdict = fusion_.update({.quality = r.quality,
                                       .operating = r.operating,
                                       .score = s,
                                       .alarm_stands = alarm_.standing(),
                                       .priority = alarm_.settings().priority});
  at_ = {.sample = sample_, .changed = verdict.changed};
  std::ranges::copy(features.values, at_.features.begin());
  if (score_ >= 0 && (verdict.changed || !changes.empty())) (void)detector_.contributions(r, at_.parts);
  for (auto const& change : changes) {
    bool const raised = change.phase == pdm::alarm_phase::raised;
    tell(raised ? PDM_EVENT_ALARM_RAISED : PDM_EVENT_ALARM_CLEARED, change.threshold);
    at_.told = true;
  }
  learn(r);
  if (!detector_.settling()) conclude();
}

// Only whole rows are learned, so that learning ends with all columns known.
void judge::learn(pdm::row const& r) noexcept {
  bool const whole = r.present.count() == columns.size();
  if (detector_.ready() || !whole || !r.quality.is_good() || !r.operating.is_steady()) return;
  if (skipped_ < skip_frames_) {
    ++skipped_;
    return;
  }
  detector_.learn_one(r);
  learning_ = detector_.settling();
}

// The last words on a frame.
void judge::conclude() noexcept {
  if (learning_ && detector_.ready()) {
    tell(PDM_EVENT_LEARNED, alarm_on_);
    at_.told = true;
  }
  learning_ = false;
  if (at_.changed && !at_.told) tell(PDM_EVENT_STATE_CHANGED, alarm_on_);
  ++frames_;
}

void judge::tell(pdm_event_kind what, double threshold) noexcept {
  pdm_event e{};
  e.struct_size = sizeof e;
  e.kind = what;
  e.state = static_cast<std::int32_t>(fusion_.verdict().state);
  e.measurement = static_cast<std::int32_t>(fusion_.verdict().measurement);
  e.frame = frames_;
  e.sample = at_.sample;
  e.score = score_;
  e.threshold = threshold;
  std::ranges::copy(at_.features, e.features);
  e.strongest = -1;
  double largest = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    e.contributions[columns[i]] = at_.parts[i];
    if (at_.parts[i] <= largest) continue;
    largest = at_.parts[i];
    e.strongest = static_cast<std::int32_t>(columns[i]);
  }
  if (waiting_ == most_events) {
    first_event_ = (first_event_ + 1) % most_events;
    --waiting_;
    ++dropped_;
  }
  events_[(first_event_ + waiting_++) % most_events] = e;
}

bool judge::poll(pdm_event& event) noexcept {
  if (waiting_ == 0) return false;
  event = events_[first_event_];
  first_event_ = (first_event_ + 1) % most_events;
  --waiting_;
  return true;
}

std::size_t judge::saved_bytes() const noexcept {
  std::size_t const own = sizeof(score_) + sizeof(frames_) + sizeof(skipped_), lengths = 3 * sizeof(std::uint32_t);
  return own + lengths + detector_.saved_bytes() + alarm_.saved_bytes() + fusion_.saved_bytes();
}

void judge::write(pdm::archive_writer& w) const noexcept {
  w.put(frames_).put(skipped_).put(score_);
  w.put_archive(detector_).put_archive(alarm_).put_archive(fusion_);
}

bool judge::read(pdm::archive_reader& r) noexcept {
  r.get(frames_).get(skipped_).get(score_);
  r.get_archive(detector_).get_archive(alarm_).get_archive(fusion_);
  return pdm::math::is_finite(score_);
}

}  // namespace pdm_capi
