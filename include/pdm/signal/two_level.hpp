// two_level -- the threshold between standing and running, learned from a history of levels.
//
// What      A histogram of log2(level), a quarter of an octave a bin, split in two by Otsu's criterion. The threshold
// is
//           the geometric middle between the two means. It is found when the two groups are far apart compared with
//           their own spread and the level has gone from one to the other and back; then it stays as it is.
// NB        Not an alarm limit. A single step up is not enough: a fault steps up as well, but does not come back. A
//           machine that never stops gives no threshold, and that is the right answer; nor does one whose mean running
//           level is less than 12 dB (params::separation) above its standing noise: give the threshold, or a speed.
// Source    N. Otsu, "A threshold selection method from gray-level histograms", IEEE Trans. SMC 9 (1979) 62-66.
// Units     level: any, positive (an RMS, a current); the threshold has the same unit.
// Cost      learn_one O(bins) until the threshold is found, then O(1). 1 KiB, no allocation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

class two_level_threshold {
 public:
  static constexpr std::size_t bins = 256;
  struct params {
    double separation = 4;        // the means differ at least by this factor (12 dB)
    double contrast = 3;          // and in octaves by this multiple of the sum of both standard deviations
    std::uint32_t least = 5;      // observations in each group
    std::uint32_t crossings = 2;  // changes from one group to the other: there, and back
  };

  two_level_threshold() = default;
  explicit two_level_threshold(params const& p) noexcept : params_(p) {}

  void learn_one(double level) noexcept;
  // Nothing until it is found.
  [[nodiscard]] std::optional<double> threshold() const noexcept;
  void reset() noexcept { *this = two_level_threshold(params_); }

  void put(archive_writer& to) const noexcept;
  void get(archive_reader& from) noexcept;

 private:
  static constexpr double bins_per_octave = 4, lowest_octave = -40;
  struct split {
    double lower = 0, upper = 0;  // means, octaves
    bool apart = false;
  };

  static double octave_of(double level) noexcept;
  static double middle_of(std::size_t bin) noexcept {
    return (static_cast<double>(bin) + 0.5) / bins_per_octave + lowest_octave;
  }
  [[nodiscard]] split best_split() const noexcept;
  void follow(double octave, double candidate) noexcept;

  params params_{};
  std::array<std::uint32_t, bins> counts_{};
  double candidate_ = 0, threshold_ = 0;  // octaves; the unit of level
  std::uint32_t crossings_ = 0;
  bool has_candidate_ = false, was_above_ = false, found_ = false;
};

inline double two_level_threshold::octave_of(double level) noexcept {
  double const octave = level > 0 ? math::log2(level) : lowest_octave;
  double const last = lowest_octave + (bins - 1) / bins_per_octave;
  return octave < lowest_octave ? lowest_octave : octave > last ? last : octave;
}

inline void two_level_threshold::learn_one(double level) noexcept {
  if (found_ || !math::is_finite(level)) return;
  double const octave = octave_of(level);
  auto& count = counts_[static_cast<std::size_t>((octave - lowest_octave) * bins_per_octave)];
  if (count < 0xFFFFFFu) ++count;
  split const s = best_split();
  if (s.apart) {
    follow(octave, 0.5 * (s.lower + s.upper));
  } else {
    has_candidate_ = false;
  }
}

inline std::optional<double> two_level_threshold::threshold() const noexcept {
  if (!found_) return std::nullopt;
  return threshold_;
}

// Counts how often the level crossed the candidate; a candidate that moved by more than an octave is a new one.
inline void two_level_threshold::follow(double octave, double candidate) noexcept {
  bool const above = octave > candidate;
  double const moved = candidate - candidate_;
  if (!has_candidate_ || moved > 1 || moved < -1) {
    crossings_ = 1;  // both groups have been seen, so it was crossed once
  } else if (above != was_above_) {
    ++crossings_;
  }
  has_candidate_ = true;
  candidate_ = candidate;
  was_above_ = above;
  if (crossings_ >= params_.crossings) {
    threshold_ = math::exp(candidate * math::ln_2);
    found_ = true;
  }
}

inline two_level_threshold::split two_level_threshold::best_split() const noexcept {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t b = 0; b < bins; ++b) {
    double const x = middle_of(b);
    n += counts_[b];
    sum += counts_[b] * x;
    squares += counts_[b] * x * x;
  }
  split best;
  double between = 0, n0 = 0, sum0 = 0, squares0 = 0;
  for (std::size_t b = 0; b + 1 < bins; ++b) {
    double const x = middle_of(b);
    n0 += counts_[b];
    sum0 += counts_[b] * x;
    squares0 += counts_[b] * x * x;
    double const n1 = n - n0;
    if (counts_[b] == 0 || n0 == 0 || n1 == 0) continue;
    double const lower = sum0 / n0, upper = (sum - sum0) / n1;
    double const gain = n0 * n1 * (upper - lower) * (upper - lower);
    if (!(gain > between)) continue;
    between = gain;
    double const v0 = squares0 / n0 - lower * lower, v1 = (squares - squares0) / n1 - upper * upper;
    double const spread = math::sqrt(v0 > 0 ? v0 : 0) + math::sqrt(v1 > 0 ? v1 : 0);
    double const apart = upper - lower;
    best = {lower, upper,
            n0 >= params_.least && n1 >= params_.least && apart >= math::log2(params_.separation) &&
                apart >= params_.contrast * spread};
  }
  return best;
}

inline void two_level_threshold::put(archive_writer& to) const noexcept {
  to.put(std::span<std::uint32_t const>(counts_)).put(candidate_).put(threshold_).put(crossings_);
  to.put(has_candidate_).put(was_above_).put(found_);
}

inline void two_level_threshold::get(archive_reader& from) noexcept {
  from.get(std::span<std::uint32_t>(counts_)).get(candidate_).get(threshold_).get(crossings_);
  from.get(has_candidate_).get(was_above_).get(found_);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
