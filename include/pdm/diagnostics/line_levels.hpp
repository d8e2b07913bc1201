// line_levels -- a power spectrum in decibels above its own local floor.
//
// What      Every line divided by the running median of its neighbourhood, in dB. Lines one knows and does not want
//           (shaft, mains) can be notched; the largest line near a frequency can be asked for.
// NB        Not a significance: 10 dB over the floor of an averaged spectrum says more than 10 dB over that of a
//           single one. Compare with placebo frequencies of the same spectrum (line_comb.hpp).
//           Decibels, not p-values: p-values saturate, and then a strong line and its neighbour look alike.
// Formula   level[k] = 10 log10(P[k] / median P[k-h..k+h]); the median is taken every h/4 lines, linear between.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 5; W. Smith, R. Randall, Mech. Syst.
//           Signal Process. 64-65 (2015) 100-131 (why lines must be judged against their surroundings).
// Cost      O(lines) and a selection of 2h+1 values every h/4 lines.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

// A line as it was found.
struct found_line {
  double hz = 0;
  double db = 0;  // over the local floor
};

// 10 log10 x of a positive normal float, within 1e-4 dB: the exponent, and a series in (m-1)/(m+1) of the mantissa m in
// [0.707, 1.414). The same bits on every machine, and a loop of it becomes vector code.
[[nodiscard]] inline float decibels(float x) noexcept {
  auto const bits = std::bit_cast<std::uint32_t>(x);
  auto const shifted = static_cast<std::int32_t>(bits - 0x3F3504F3u);  // sqrt(1/2)
  std::int32_t const exponent = shifted >> 23;
  float const m = std::bit_cast<float>(bits - (static_cast<std::uint32_t>(exponent) << 23));
  float const z = (m - 1) / (m + 1), q = z * z;
  float const series = z * (8.685889638f + q * (2.895296546f + q * (1.737177928f + q * 1.240841377f)));
  return 3.010299957f * static_cast<float>(exponent) + series;
}

class line_levels {
 public:
  // What a notch leaves behind: as much as a line of the floor.
  static constexpr float notched = 0;

  [[nodiscard]] static std::size_t footprint(std::size_t lines) noexcept { return 2 * arena::bytes<float>(lines); }
  [[nodiscard]] status prepare(std::size_t lines, arena& memory) noexcept {
    auto level = memory.take<float>(lines);
    auto scratch = memory.take<float>(lines);
    if (!level || !scratch) return error{errc::out_of_memory, "line_levels", "give footprint() bytes"};
    level_ = *level;
    scratch_ = *scratch;
    return {};
  }

  // Takes the first min(power.size(), prepared) lines; half_width_hz is that of the running median.
  void assign(std::span<float const> power, double df, double half_width_hz) noexcept;
  // The lines of another, of the same prepared length.
  void copy(line_levels const& other) noexcept {
    used_ = std::min(other.used_, level_.size()), df_ = other.df_;
    std::copy_n(other.level_.begin(), used_, level_.begin());
  }
  // Everything within +-half_width_hz of hz counts as floor.
  void notch(double hz, double half_width_hz) noexcept;
  // The same, and the flanks of the line beyond, as far as they fall towards the floor.
  void notch_line(double hz, double half_width_hz) noexcept;
  // The largest line within +-tolerance_hz, at least the nearest one. 0 dB beyond the last line.
  [[nodiscard]] found_line peak(double hz, double tolerance_hz) const noexcept;

  [[nodiscard]] double df() const noexcept { return df_; }
  [[nodiscard]] double last_hz() const noexcept { return df_ * static_cast<double>(used_); }
  [[nodiscard]] std::span<float const> levels() const noexcept { return level_.first(used_); }

 private:
  [[nodiscard]] float median_around(std::span<float const> power, std::size_t k, std::size_t half) noexcept;

  std::span<float> level_{}, scratch_{};
  std::size_t used_ = 0;
  double df_ = 1;
};

inline float line_levels::median_around(std::span<float const> power, std::size_t k, std::size_t half) noexcept {
  std::size_t const from = k > half ? k - half : 1, to = std::min(used_, k + half + 1);
  if (from >= to) return 0;
  auto const part = scratch_.first(to - from);
  std::copy(power.begin() + static_cast<std::ptrdiff_t>(from), power.begin() + static_cast<std::ptrdiff_t>(to),
            part.begin());
  auto const middle = part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2);
  std::nth_element(part.begin(), middle, part.end());
  return *middle;
}

inline void line_levels::assign(std::span<float const> power, double df, double half_width_hz) noexcept {
  used_ = std::min(power.size(), level_.size());
  df_ = df;
  auto const half = static_cast<std::size_t>(std::max(8.0, half_width_hz / df));
  std::size_t const step = std::max<std::size_t>(1, half / 4);
  if (used_ < 2) return;
  float before = median_around(power, 0, half);
  for (std::size_t at = 0; at < used_; at += step) {
    float const after = median_around(power, at + step, half);
    float const rise = (after - before) / static_cast<float>(step);
    std::size_t const end = std::min(used_, at + step);
    for (std::size_t k = at; k < end; ++k) {
      float const ratio = power[k] / (before + static_cast<float>(k - at) * rise);
      level_[k] = ratio > 1e-30f && ratio < 1e30f ? decibels(ratio) : 0.0f;
    }
    before = after;
  }
  level_[0] = notched;
}

inline void line_levels::notch(double hz, double half_width_hz) noexcept {
  if (!(hz - half_width_hz < last_hz())) return;
  double const low = (hz - half_width_hz) / df_, high = (hz + half_width_hz) / df_;
  auto const from = static_cast<std::size_t>(std::max(0.0, low));
  auto const to = std::min(used_, static_cast<std::size_t>(std::max(0.0, high)) + 2);
  for (std::size_t k = from; k < to; ++k) level_[k] = std::min(level_[k], notched);
}

inline void line_levels::notch_line(double hz, double half_width_hz) noexcept {
  if (!(hz + half_width_hz < last_hz() - df_) || !(hz - half_width_hz > df_)) return;
  auto low = static_cast<std::size_t>((hz - half_width_hz) / df_);
  auto high = static_cast<std::size_t>((hz + half_width_hz) / df_) + 1;
  while (low > 1 && level_[low - 1] > notched && level_[low - 1] < level_[low]) --low;
  while (high + 1 < used_ && level_[high + 1] > notched && level_[high + 1] < level_[high]) ++high;
  for (std::size_t k = low; k <= high; ++k) level_[k] = std::min(level_[k], notched);
}

inline found_line line_levels::peak(double hz, double tolerance_hz) const noexcept {
  if (!(hz > 0) || used_ < 2 || hz > last_hz() - df_) return {hz, 0};
  double const low = (hz - tolerance_hz) / df_, high = (hz + tolerance_hz) / df_;
  auto const nearest = static_cast<std::size_t>(hz / df_ + 0.5);
  auto from = std::min(nearest, static_cast<std::size_t>(std::max(1.0, low + 0.999)));
  auto const to = std::min(used_ - 1, std::max(nearest, static_cast<std::size_t>(std::max(1.0, high))));
  std::size_t best = from;
  for (std::size_t k = from; k <= to; ++k) {
    if (level_[k] > level_[best]) best = k;
  }
  return {static_cast<double>(best) * df_, static_cast<double>(level_[best])};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
