// drifting_peaks -- peaks over a threshold that follows a slow drift of the score (DSPOT).
//
// What      Looks at how far a score lies above the mean of the last `depth` usual ones, and gives that to
//           peaks_over_threshold. A score that alarms enters neither the mean nor the tail.
// NB        What drifts slowly enough is never an alarm here: a daily cycle, and wear as well. Keep a frozen reference
//           (drift_budget.hpp) or a limit beside it. A lasting step alarms until reset(), as nothing of it is learned.
//           Errors of the mean widen the tail by 1/depth of its variance.
// Formula   m = mean of the last `depth` usual scores; alarm: x - m > z(q).
// Source    A. Siffer et al., "Anomaly detection in streams with extreme value theory", KDD 2017, algorithm 2.
// Cost      As peaks_over_threshold, and O(depth) a score; depth + n_init doubles more.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include "pdm/anomaly/peaks_over_threshold.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class drifting_peaks {
 public:
  struct params {
    std::size_t depth = 100;  // usual scores in the mean, 1 or more
    peaks_over_threshold::params peaks{};
  };

  drifting_peaks() = default;
  explicit drifting_peaks(params const& settings) noexcept : params_(settings), peaks_(settings.peaks) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept {
    return peaks_.footprint() + arena::bytes<double>(params_.depth) + arena::bytes<double>(params_.peaks.n_init);
  }

  // Calibrates on scores of usual rows in their order: `depth` for the first mean, then 1 to n_init.
  [[nodiscard]] status calibrate(std::span<double const> scores) noexcept;
  // One more score: true for an alarm, of which nothing is learned. Scores that are not finite change nothing.
  bool learn_one(double score) noexcept;
  [[nodiscard]] bool alarms(double score) const noexcept { return ready() && peaks_.alarms(score - reference()); }
  void reset() noexcept {
    peaks_.reset();
    last_.clear();
  }

  [[nodiscard]] bool ready() const noexcept { return peaks_.ready(); }
  [[nodiscard]] double reference() const noexcept;  // m; 0 before calibrate()
  [[nodiscard]] double threshold() const noexcept { return reference() + peaks_.threshold(); }
  [[nodiscard]] peaks_over_threshold const& tail() const noexcept { return peaks_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 2 * sizeof(std::uint32_t) + peaks_.saved_bytes() + params_.depth * sizeof(double);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'D', 'P', 'K', 'S'};

  params params_{};
  peaks_over_threshold peaks_;
  ring_view<double> last_;
  std::span<double> apart_;
};

inline status drifting_peaks::prepare(arena& memory) noexcept {
  if (params_.depth == 0) return error{errc::invalid_argument, "drifting_peaks", "give a depth of 1 or more"};
  if (auto const s = peaks_.prepare(memory); !s) return s;
  auto last = memory.take<double>(params_.depth);
  if (!last) return last.error();
  auto apart = memory.take<double>(params_.peaks.n_init);
  if (!apart) return apart.error();
  last_ = ring_view<double>(*last);
  apart_ = *apart;
  return {};
}

inline double drifting_peaks::reference() const noexcept {
  if (last_.size() == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < last_.size(); ++i) sum += last_[i];
  return sum / static_cast<double>(last_.size());
}

inline status drifting_peaks::calibrate(std::span<double const> scores) noexcept {
  if (scores.size() <= params_.depth || scores.size() - params_.depth > apart_.size()) {
    return error{errc::invalid_argument, "drifting_peaks", "give depth + 1 to depth + n_init scores"};
  }
  reset();
  std::size_t n = 0;
  for (double s : scores) {
    if (!math::is_finite(s)) {
      reset();
      return error{errc::invalid_argument, "drifting_peaks", "a score is not finite"};
    }
    if (last_.full()) apart_[n++] = s - reference();
    last_.push(s);
  }
  return peaks_.calibrate(apart_.first(n));
}

inline bool drifting_peaks::learn_one(double score) noexcept {
  if (!ready() || !math::is_finite(score)) return false;
  if (peaks_.learn_one(score - reference())) return true;
  last_.push(score);
  return false;
}

inline result<std::size_t> drifting_peaks::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put_archive(peaks_).put(static_cast<std::uint32_t>(last_.size()));
  for (std::size_t i = 0; i < last_.size(); ++i) w.put(last_[i]);
  return w.finish();
}

inline status drifting_peaks::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  opened->get_archive(peaks_);
  auto const n = opened->get<std::uint32_t>();
  if (n > last_.capacity()) {
    reset();
    return error{errc::shape_mismatch, "drifting_peaks", "the archive has another depth"};
  }
  bool sound = true;
  for (std::uint32_t i = 0; i < n; ++i) {
    double const s = opened->get<double>();
    sound = sound && math::is_finite(s);
    last_.push(s);
  }
  if (!sound || (ready() && !last_.full())) opened->fail();
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
