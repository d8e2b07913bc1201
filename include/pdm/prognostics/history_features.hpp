// history_features -- what the whole past of a unit says, in numbers that need no look ahead.
//
// What      For each channel: moving averages with spans of 5 to 80 rows, slopes of lines through the last 30, 80 and
//           150 rows and through all of them, scatter of the last 30, and the way from the unit's own first 20 rows.
//           A sensor channel gives 5 features, a fused channel (a fixed mixture of sensors, quieter than any) all 15;
//           and the age, if it is used.
// NB        Causal: the features of a history that is cut short equal those of the whole history at that row. Windows
//           count rows, not time. Slopes of fewer than 8 rows are 0, and short histories shrink them: a slope enters as
//           the rise over its window.
// Formulas  EWMA of span s: a = 2/(s+1), divided by 1 - (1-a)^n (no bias at the start). Slope of n values y_j:
//           (sum j y_j - (n-1)/2 sum y_j) / (n (n^2-1)/12), sums kept by adding the newest and taking the oldest away.
// Source    R. G. Brown, Smoothing, Forecasting and Prediction (1963), ch. 7; features: reference note of the project
// on
//           C-MAPSS, confirmed by folds over training engines.
// Shape     update(): C channels (sensors first, then fused); features(): count() floats.
// Cost      update O(C), features O(C). Memory from the arena: about 800 bytes a channel; no heap.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

class history_features {
 public:
  struct params {
    std::size_t sensors = 0, fused = 0;
    bool age = true;  // the last feature
  };
  static constexpr std::size_t of_sensor = 5, of_fused = 15;
  static constexpr std::size_t longest_window = 150, base_rows = 20;

  history_features() = default;
  explicit history_features(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<state>(channels()) + arena::bytes<float>(channels() * longest_window);
  }
  [[nodiscard]] std::size_t channels() const noexcept { return params_.sensors + params_.fused; }
  [[nodiscard]] std::size_t count() const noexcept {
    return params_.sensors * of_sensor + params_.fused * of_fused + (params_.age ? 1 : 0);
  }
  // The channel of a feature; channels() for the age.
  [[nodiscard]] std::size_t channel_of(std::size_t feature) const noexcept;

  void reset() noexcept;
  void update(std::span<float const> z) noexcept;
  // Of the history so far; `age` in any unit, as it was learned.
  void features(double age, std::span<float> into) const noexcept;
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 8 + spans.size() * 8 + channels() * (sizeof(state) + longest_window * 4 + 4);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'H', 'F', 'E', 'A'};
  static constexpr std::array<double, 5> spans{5, 10, 15, 40, 80};
  static constexpr std::array<std::size_t, 3> windows{30, 80, longest_window};
  enum average : std::size_t { m5, m10, m15, m40, m80 };
  enum window : std::size_t { w30, w80, w150, all };

  struct state {
    std::array<double, 5> average{};      // weighted sums of the EWMAs
    std::array<double, 4> sum{}, ramp{};  // of y and of j y over each window and over all rows
    double squares = 0;                   // of the 30 rows
    double first = 0;                     // mean of the first rows
  };
  struct line {
    double level = 0, slope = 0, rise = 0;
  };

  void learn(state& s, float* ring, double v) const noexcept;
  [[nodiscard]] std::size_t length(std::size_t w) const noexcept {
    return w == all || rows_ < windows[w] ? static_cast<std::size_t>(rows_) : windows[w];
  }
  [[nodiscard]] line line_of(state const& s, std::size_t w) const noexcept;
  void sensor_features(state const& s, float* into) const noexcept;
  void fused_features(state const& s, double last, float* into) const noexcept;
  [[nodiscard]] double mean(state const& s, average a) const noexcept { return s.average[a] / weight_[a]; }

  params params_{};
  std::span<state> states_;
  std::span<float> rings_;  // channels x longest_window
  std::array<double, 5> weight_{};
  std::uint64_t rows_ = 0;
};

inline status history_features::prepare(arena& memory) noexcept {
  auto states = memory.take<state>(channels());
  if (!states) return states.error();
  auto rings = memory.take<float>(channels() * longest_window);
  if (!rings) return rings.error();
  states_ = *states;
  rings_ = *rings;
  reset();
  return {};
}

inline void history_features::reset() noexcept {
  for (auto& s : states_) s = {};
  for (auto& v : rings_) v = 0;
  weight_ = {};
  rows_ = 0;
}

inline std::size_t history_features::channel_of(std::size_t feature) const noexcept {
  std::size_t const split = params_.sensors * of_sensor;
  if (feature < split) return feature / of_sensor;
  std::size_t const fused = (feature - split) / of_fused;
  return fused < params_.fused ? params_.sensors + fused : channels();
}

inline void history_features::update(std::span<float const> z) noexcept {
  for (std::size_t i = 0; i < spans.size(); ++i) {
    double const a = 2 / (spans[i] + 1);
    weight_[i] = weight_[i] * (1 - a) + a;
  }
  for (std::size_t c = 0; c < states_.size(); ++c) {
    learn(states_[c], rings_.data() + c * longest_window, static_cast<double>(z[c]));
  }
  ++rows_;
}

inline void history_features::learn(state& s, float* ring, double v) const noexcept {
  auto const n = static_cast<std::size_t>(rows_);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    double const a = 2 / (spans[i] + 1);
    s.average[i] = s.average[i] * (1 - a) + a * v;
  }
  if (n < base_rows) s.first += (v - s.first) / static_cast<double>(n + 1);
  for (std::size_t w = 0; w < windows.size(); ++w) {
    std::size_t const size = windows[w];
    if (n < size) {
      s.ramp[w] += v * static_cast<double>(n);
      s.sum[w] += v;
      if (w == w30) s.squares += v * v;
      continue;
    }
    auto const oldest = static_cast<double>(ring[(n - size) % longest_window]);
    s.ramp[w] += v * static_cast<double>(size - 1) - (s.sum[w] - oldest);
    s.sum[w] += v - oldest;
    if (w == w30) s.squares += v * v - oldest * oldest;
  }
  s.ramp[all] += v * static_cast<double>(n);
  s.sum[all] += v;
  ring[n % longest_window] = static_cast<float>(v);
}

inline history_features::line history_features::line_of(state const& s, std::size_t w) const noexcept {
  auto const n = static_cast<double>(length(w));
  line l{s.sum[w] / n, 0, 0};
  if (n < 8) return l;
  l.slope = (s.ramp[w] - 0.5 * (n - 1) * s.sum[w]) / (n * (n * n - 1) / 12);
  l.rise = l.slope * n;
  return l;
}

inline void history_features::sensor_features(state const& s, float* into) const noexcept {
  double const m = mean(s, m15);
  into[0] = static_cast<float>(m);
  into[1] = static_cast<float>(mean(s, m40));
  into[2] = static_cast<float>(line_of(s, w80).rise);
  into[3] = static_cast<float>(line_of(s, w30).rise);
  into[4] = static_cast<float>(m - s.first);
}

inline void history_features::fused_features(state const& s, double last, float* into) const noexcept {
  sensor_features(s, into);
  auto const shortest = line_of(s, w30), middle = line_of(s, w80), longest = line_of(s, w150), life = line_of(s, all);
  double const scatter = s.squares / static_cast<double>(length(w30)) - shortest.level * shortest.level;
  into[5] = static_cast<float>(mean(s, m5));
  into[6] = static_cast<float>(scatter > 0 ? math::sqrt(scatter) : 0);
  into[7] = static_cast<float>(mean(s, m5) - mean(s, m40));
  into[8] = static_cast<float>(last);
  into[9] = static_cast<float>(mean(s, m80));
  into[10] = static_cast<float>(longest.rise);
  into[11] = static_cast<float>(life.rise);
  into[12] = static_cast<float>(mean(s, m10) - mean(s, m80));
  into[13] = static_cast<float>(life.level);
  into[14] = static_cast<float>(middle.level + 0.5 * middle.rise);  // where the line ends
}

inline void history_features::features(double age, std::span<float> into) const noexcept {
  for (std::size_t i = 0; i < count(); ++i) into[i] = 0;
  if (rows_ == 0) return;
  float* at = into.data();
  std::size_t const newest = static_cast<std::size_t>((rows_ - 1) % longest_window);
  for (std::size_t c = 0; c < channels(); ++c) {
    if (c < params_.sensors) {
      sensor_features(states_[c], at);
      at += of_sensor;
    } else {
      fused_features(states_[c], static_cast<double>(rings_[c * longest_window + newest]), at);
      at += of_fused;
    }
  }
  if (params_.age) *at = static_cast<float>(age);
}

inline result<std::size_t> history_features::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(rows_);
  for (double v : weight_) w.put(v);
  for (auto const& s : states_) {
    for (double v : s.average) w.put(v);
    for (double v : s.sum) w.put(v);
    for (double v : s.ramp) w.put(v);
    w.put(s.squares).put(s.first);
  }
  for (float v : rings_) w.put(v);
  return w.finish();
}

inline status history_features::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind, 1);
  if (!r) return r.error();
  auto const values = 1 + spans.size() + states_.size() * (sizeof(state) / sizeof(double)) + rings_.size() / 2;
  if (from.size() < archive_header_bytes + values * 8) {
    return error{errc::shape_mismatch, "history_features", "saved with other channels"};
  }
  r->get(rows_);
  for (double& v : weight_) r->get(v);
  for (auto& s : states_) {
    for (double& v : s.average) r->get(v);
    for (double& v : s.sum) r->get(v);
    for (double& v : s.ramp) r->get(v);
    r->get(s.squares).get(s.first);
  }
  for (float& v : rings_) r->get(v);
  auto const end = r->finish();
  if (!end) reset();
  return end;
}

static_assert(archived<history_features>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
