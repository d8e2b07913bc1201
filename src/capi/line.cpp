#include "capi/line.hpp"

#include <algorithm>

namespace {

constexpr double largest_sample = 1e30, longest_time_s = 9e9, at_rail = 1 - 1e-3;

double size_of(float x) noexcept { return static_cast<double>(x < 0 ? -x : x); }
bool is_sound(float x) noexcept { return size_of(x) <= largest_sample; }                   // false for NaN
bool within(double x, double low, double high) noexcept { return x >= low && x <= high; }  // false for NaN

pdm::stream_spec runs_of(pdm_line_config const& c) noexcept {
  return {.rate = {c.rate_hz}, .max_block = pdm_line::run_length};
}
pdm::dsp::cutoff_params filter_of(pdm_line_config const& c) noexcept {
  return {.cutoff = {c.highpass_hz}, .order = 2, .start_settled = true};
}
pdm::features::sliced_params frames_of(pdm_line_config const& c) noexcept {
  return {.length = c.frame_length, .hop = c.frame_hop, .at_once = c.sliced == 0};
}
pdm::features::sliced<pdm_capi::judge> judged_frames(pdm_line_config const& c) noexcept {
  return {frames_of(c), pdm_capi::judge(c)};
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
                     c.alarm_k <= c.alarm_n && c.alarm_n <= 64 && c.sliced <= 1 && c.reserved == 0;
  return frames && scales && alarm ? errc::ok : errc::invalid_argument;
}

pdm_line::pdm_line(pdm_line_config const& c) noexcept
    : settings_(c),
      highpass_(filter_of(c)),
      frame_(judged_frames(c)),
      stuck_from_(std::max(15u, c.frame_length / 20)) {}

std::size_t pdm_line::footprint(pdm_line_config const& c) noexcept {
  pdm::stream_spec const spec = runs_of(c);
  std::size_t const filter = c.highpass_hz > 0 ? pdm::dsp::highpass<float>(filter_of(c)).footprint(spec) : 0;
  return filter + judged_frames(c).footprint(spec);
}

std::size_t pdm_line::work(pdm_line_config const& c) noexcept { return judged_frames(c).work(); }

std::size_t pdm_line::budget(pdm_line_config const& c, std::size_t block) noexcept {
  return judged_frames(c).budget(block);
}

pdm::status pdm_line::prepare(pdm::arena& memory) noexcept {
  if (settings_.highpass_hz > 0) {
    if (auto const s = highpass_.prepare(runs_of(settings_), memory); !s) return s.error();
  }
  auto const s = frame_.prepare(runs_of(settings_), memory);
  return s ? pdm::status{} : s.error();
}

void pdm_line::start_anew() noexcept {
  gap_ = true;
  sound_ = false;
  equal_ = 0;
}

void pdm_line::forget() noexcept {
  frame_.reset();
  samples_ = 0;
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
  auto const cut = [this](pdm::block<float> const& b) noexcept { frame_.process(b, pdm::detail::any_next{}); };
  pdm::block<float> const b(std::span<float const>(run_).first(count), info);
  if (settings_.highpass_hz > 0) {
    highpass_.process(b, cut);
  } else {
    cut(b);
  }
}

std::size_t pdm_line::saved_bytes() const noexcept {
  std::size_t const own = 3 * sizeof(double) + 2 * sizeof(std::uint32_t) + sizeof(samples_);
  return pdm::archive_header_bytes + own + frame_.stage().saved_bytes();
}

pdm::result<std::size_t> pdm_line::save(std::span<std::byte> into) const noexcept {
  pdm::archive_writer w(into, kind, 1);
  w.put(settings_.rate_hz).put(settings_.highpass_hz).put(settings_.prior_scale);
  w.put(settings_.frame_length).put(settings_.learn_frames).put(samples_);
  frame_.stage().write(w);
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
  r.get(samples_);
  bool const sane = frame_.stage().read(r) && static_cast<double>(samples_) <= longest_time_s * settings_.rate_hz;
  if (!sane) r.fail();
  auto const end = r.finish();
  if (!end) forget();
  return end;
}
