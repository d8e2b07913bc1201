#include "pdm/monitor/commissioning.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "pdm/acquisition/quality_gate.hpp"
#include "pdm/diagnostics/smooth_length.hpp"
#include "pdm/dsp/welch.hpp"
#include "pdm/signal/two_level.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {

using wire::input_error;

constexpr double frame_s = 0.25, longest_segment_s = 10.5;
constexpr double line_db = 15;  // the largest of a million lines of noise stands 13 dB over its median
constexpr double coloured_db = 10, white_db = 4;

// A density with its own memory.
struct density {
  std::vector<double> lines;
  double df = 1;
};

// Mean over the segments of all stretches; empty where none holds a segment.
density density_of(std::vector<std::span<double const>> const& stretches, double fs_hz, std::size_t segment) {
  density d;
  dsp::welch<double> kernel({.rate = {fs_hz}, .segment = segment, .overlap = segment / 2});
  std::vector<std::byte> memory(kernel.footprint() + arena::alignment);
  arena a(memory);
  if (!kernel.prepare(a)) return d;
  d.df = fs_hz / static_cast<double>(segment);
  double weight = 0;
  for (auto const& x : stretches) {
    auto const part = kernel.density(x);
    if (!part) continue;
    auto const n = static_cast<double>(kernel.segments(x.size()));
    d.lines.resize(part->lines.size());
    for (std::size_t k = 0; k < d.lines.size(); ++k) d.lines[k] += n * part->lines[k];
    weight += n;
  }
  for (double& v : d.lines) v /= weight;
  return d;
}

double median_of(std::span<double const> values) {
  std::vector<double> v(values.begin(), values.end());
  if (v.empty()) return 0;
  auto const middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

double median_between(density const& d, double low_hz, double high_hz) {
  auto const from = static_cast<std::size_t>(std::max(1.0, low_hz / d.df));
  auto const to = std::min(d.lines.size(), static_cast<std::size_t>(high_hz / d.df) + 1);
  return from < to ? median_of(std::span(d.lines).subspan(from, to - from)) : 0;
}

bool near_mains(double hz, double df) {
  for (double const mains : {50.0, 60.0}) {
    double const order = std::round(hz / mains);
    if (order >= 1 && std::fabs(hz - order * mains) <= 2 * df + 0.0005 * hz) return true;
  }
  return false;
}

class survey {
 public:
  survey(wire::recording& recording, std::size_t channel) : recording_(recording), channel_(channel) {
    found_.info = recording.info();
  }

  wire::input_result<commissioning> run() {
    auto const& info = found_.info;
    if (info.samples < 256) {
      return input_error{info.file, "fewer than 256 samples", "give a longer recording", {}, {}, false};
    }
    if (auto s = read(); !s) return s.error();
    find_running();
    look_at_level();
    look_at_spectrum();
    return found_;
  }

 private:
  wire::input_result<void> read();
  void find_running();
  void look_at_level();
  void look_at_spectrum();
  void find_mains(diagnostics::line_levels const& lines);
  void find_band(density const& coarse);
  [[nodiscard]] bool coloured(density const& coarse, double least_db) const;
  [[nodiscard]] std::size_t lines_standing(diagnostics::line_levels const& lines) const;

  wire::recording& recording_;
  std::size_t channel_;
  commissioning found_;
  std::vector<double> samples_;                     // snapshots one after the other
  std::size_t snapshot_ = 0;                        // samples of each
  std::vector<std::span<double const>> stretches_;  // what runs, or everything
};

wire::input_result<void> survey::read() {
  auto const& info = found_.info;
  snapshot_ = static_cast<std::size_t>(std::min<std::uint64_t>(info.samples, most_samples));
  auto const snapshots =
      static_cast<std::size_t>(std::clamp<std::uint64_t>(most_samples / snapshot_, 1, info.snapshots));
  samples_.resize(snapshot_ * snapshots);
  acquisition::quality_gate gate;
  arena nothing;
  stream_spec const spec{.rate = {info.fs_hz}, .max_block = snapshot_, .quantity = info.quantity};
  bool const gated = gate.prepare(spec, nothing).ok();
  for (std::size_t s = 0; s < snapshots; ++s) {
    auto const part = std::span(samples_).subspan(s * snapshot_, snapshot_);
    if (auto read = recording_.read(s, channel_, 0, part); !read) return read.error();
    if (!gated) continue;
    block_info at;
    at.sequence = s * snapshot_;
    at.source_time = from_seconds(static_cast<double>(at.sequence) / info.fs_hz);
    gate.process(block<double>(part, at),
                 [&](block<double> const& b) noexcept { found_.quality = merged(found_.quality, b.quality); });
  }
  auto const all = static_cast<double>(samples_.size());
  found_.clipped_share = static_cast<double>(gate.count(quality_reason::clipped)) / all;
  found_.seconds = all / info.fs_hz;
  for (double& x : samples_) x = std::isfinite(x) ? x : 0;  // marked above
  return {};
}

// Frames of one level, or of two: then what lies above the threshold.
void survey::find_running() {
  auto const frame = std::max<std::size_t>(16, static_cast<std::size_t>(frame_s * found_.info.fs_hz));
  std::vector<double> levels;
  two_level_threshold two;
  for (std::size_t at = 0; at + frame <= samples_.size(); at += frame) {
    auto const x = std::span(samples_).subspan(at, frame);
    double const mean = std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(frame);
    double squares = 0;
    for (double const v : x) squares += (v - mean) * (v - mean);
    levels.push_back(std::sqrt(squares / static_cast<double>(frame)));
    two.learn_one(levels.back());
  }
  auto const threshold = snapshot_ == samples_.size() ? two.threshold() : std::nullopt;
  if (!threshold) {
    for (std::size_t s = 0; s * snapshot_ < samples_.size(); ++s) {
      stretches_.push_back(std::span(samples_).subspan(s * snapshot_, snapshot_));
    }
    return;
  }
  found_.running = running_kind::partly;
  std::size_t runs = 0;
  for (std::size_t i = 0; i < levels.size();) {
    std::size_t end = i;
    while (end < levels.size() && levels[end] > *threshold) ++end;
    runs += end - i;
    // The first and last frame hold the change itself.
    if (end > i + 3) stretches_.push_back(std::span(samples_).subspan((i + 1) * frame, (end - i - 2) * frame));
    i = std::max(end, i + 1);
  }
  found_.running_share = static_cast<double>(runs) / static_cast<double>(levels.size());
}

void survey::look_at_level() {
  double sum = 0, squares = 0, n = 0;
  for (auto const& x : stretches_) {
    sum = std::accumulate(x.begin(), x.end(), sum);
    n += static_cast<double>(x.size());
  }
  found_.mean = n > 0 ? sum / n : 0;
  for (auto const& x : stretches_) {
    for (double const v : x) squares += (v - found_.mean) * (v - found_.mean);
  }
  found_.rms = n > 0 ? std::sqrt(squares / n) : 0;
  switch (found_.info.quantity) {  // what a machine that runs can show at all
    case unit::standard_gravity: found_.unit_plausible = found_.rms > 1e-4 && found_.rms < 100; break;
    case unit::metre_per_second_squared: found_.unit_plausible = found_.rms > 1e-3 && found_.rms < 1000; break;
    case unit::millimetre_per_second: found_.unit_plausible = found_.rms > 1e-3 && found_.rms < 500; break;
    default: break;
  }
}

void survey::look_at_spectrum() {
  double const fs = found_.info.fs_hz;
  std::size_t longest = 0;
  for (auto const& x : stretches_) longest = std::max(longest, x.size());
  if (longest < 256) return;
  auto const wanted = static_cast<std::size_t>(longest_segment_s * fs);
  auto const fine =
      density_of(stretches_, fs, diagnostics::smooth_at_most(std::min(longest, std::max<std::size_t>(wanted, 256))));
  auto const coarse = density_of(stretches_, fs, diagnostics::smooth_at_most(std::min<std::size_t>(longest, 4096)));
  if (fine.lines.empty() || coarse.lines.empty()) return;
  std::vector<double> sorted(coarse.lines.begin() + 1, coarse.lines.end());
  auto const tenth = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 10);
  std::nth_element(sorted.begin(), tenth, sorted.end());
  found_.noise_density = std::sqrt(*tenth);
  find_band(coarse);

  std::vector<float> power(fine.lines.begin(), fine.lines.end());
  std::vector<std::byte> memory(diagnostics::line_levels::footprint(power.size()) + arena::alignment);
  arena a(memory);
  diagnostics::line_levels lines;
  if (!lines.prepare(power.size(), a)) return;
  lines.assign(power, fine.df, std::max(40.0, 20 * fine.df));
  if (found_.running != running_kind::partly) {
    auto const standing = lines_standing(lines);
    bool const runs = coloured(coarse, coloured_db) || standing >= 3;
    bool const rests = !coloured(coarse, white_db) && standing == 0;
    found_.running = runs ? running_kind::running : rests ? running_kind::off : running_kind::unknown;
    found_.running_share = runs ? 1 : 0;
  }
  find_mains(lines);
  bool const moves = found_.running == running_kind::running || found_.running == running_kind::partly;
  if (moves) found_.speed = diagnostics::find_blind_speed(lines, 1 / fine.df);
}

std::size_t survey::lines_standing(diagnostics::line_levels const& lines) const {
  auto const level = lines.levels();
  std::size_t count = 0;
  for (std::size_t k = 4; k + 1 < level.size(); ++k) {
    bool const top = level[k] >= level[k - 1] && level[k] >= level[k + 1];
    if (top && level[k] >= line_db && !near_mains(static_cast<double>(k) * lines.df(), lines.df())) ++count;
  }
  return count;
}

// Whether the density differs that much between thirds of octaves from 100 Hz (a hundredth of the rate where that is
// lower) to 0.35 of the rate, where no filter acts yet.
bool survey::coloured(density const& coarse, double least_db) const {
  double const fs = found_.info.fs_hz;
  double lowest = 0, highest = 0;
  for (double f = std::max(std::min(100.0, 0.01 * fs), 4 * coarse.df); f < 0.35 * fs; f *= std::numbers::sqrt2) {
    double const here = median_between(coarse, f, f * std::numbers::sqrt2);
    if (!(here > 0)) continue;
    double const db = 10 * std::log10(here);
    if (highest == 0 && lowest == 0) lowest = highest = db;
    lowest = std::min(lowest, db);
    highest = std::max(highest, db);
  }
  return highest - lowest >= least_db;
}

// The mains with two of its first three multiples standing; a shaft at the same place is not told apart.
void survey::find_mains(diagnostics::line_levels const& lines) {
  double best = 0;
  for (double const mains : {50.0, 60.0}) {
    std::array<double, 3> db{};
    for (std::size_t h = 0; h < 3; ++h) {
      double const hz = static_cast<double>(h + 1) * mains;
      db[h] = lines.peak(hz, std::max(0.6 * lines.df(), 0.001 * hz)).db;
    }
    std::sort(db.begin(), db.end());
    if (lines.df() < 1 && db[1] >= line_db && db[1] > best) {
      best = db[1];
      found_.mains_hz = mains;
    }
  }
}

void survey::find_band(density const& coarse) {
  double const fs = found_.info.fs_hz;
  double const middle = median_between(coarse, 0.02 * fs, 0.3 * fs);
  double const width = std::max(0.01 * fs, coarse.df);
  double top = 0.5 * fs;
  while (top > 2 * width && median_between(coarse, top - width, top) < 0.01 * middle) top -= width;
  bool const falls = median_between(coarse, 0.48 * fs, 0.5 * fs) < 0.1 * middle;
  found_.band_low_hz = std::max(2 * coarse.df, 2.0);
  found_.band_high_hz = std::min(top, 0.4 * fs);
  if (top < 0.25 * fs) {
    found_.rate = rate_remark::empty_above;
  } else if (!falls) {
    found_.rate = rate_remark::no_filter;
  }
}

}  // namespace

wire::input_result<commissioning> commission(wire::recording& recording, std::size_t channel) {
  return survey(recording, channel).run();
}

json asset_of(commissioning const& c, std::string const& id, std::string const& file, std::string const& format,
              std::optional<double> fs_hz) {
  json asset{{"id", id}};
  if (c.speed.found()) {
    asset["machine"]["speed_hz"] = c.speed.hz;
    asset["machine"]["speed_tolerance"] = std::max(0.01, c.speed.uncertainty);
  }
  json points = json::array();
  for (auto const& channel : c.info.channels) {
    json point{{"id", c.info.channels.size() == 1 ? "point" : channel}, {"channel", channel}};
    if (c.info.quantity != unit::unknown) point["sensor"]["unit"] = std::string(symbol(c.info.quantity));
    if (c.band_high_hz > c.band_low_hz) point["band_hz"] = {c.band_low_hz, c.band_high_hz};
    points.push_back(std::move(point));
  }
  asset["points"] = std::move(points);
  json source{{"kind", "recording"}, {"file", file}};
  if (format != "auto") source["format"] = format;
  if (fs_hz) source["fs_hz"] = *fs_hz;
  asset["sources"] = json::array({std::move(source)});
  return asset;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
