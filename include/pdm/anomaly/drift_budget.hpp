// drift_budget -- how far what is learned may move from where it was agreed on.
//
// What      Holds a frozen reference (centre and scale of every column in the first rows) and follows the mean of the
//           rows that want to be learned, in sigma of the reference. A row may be learned while no column's mean has
//           moved more than per_day since the day began and in_all since the reference was agreed on. Before that
//           limit, at warn_at, it raises "baseline drift" and names the column.
// NB        The gate of a learning policy does not see a fault that grows slower than the learning: every row looks
//           normal to a model that came along. This is the measure against that. It says nothing about a sudden
//           change, and it is no alarm of its own: the machine may have been moved to other work.
// Time      Days are days of source_time. Rows without a time are all of the first day.
// Cost      O(columns) a row. 3 doubles a column beside the rows of the reference.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class drift_budget {
 public:
  static constexpr std::size_t parts = 2;  // of an anchor
  struct params {
    double per_day = 0.25, in_all = 0.5;  // sigma; without a person's agreement
    double warn_at = 0.7;                 // share of in_all at which the drift is raised
    double memory_rows = 500;             // of the mean that is followed
    double clip = 3;                      // of a deviation, in sigma: one wild row moves little
    std::size_t reference_rows = 500;
    bool any_operating_state = false;
  };

  drift_budget() noexcept : drift_budget(params{}) {}
  explicit drift_budget(params const& settings) noexcept
      : params_(settings),
        reference_({.warm_up = settings.reference_rows, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return reference_.footprint(columns) + arena::bytes<double>(columns) + arena::bytes<double>(parts * columns);
  }

  // A row that wants to be learned. true: it may.
  bool admits(row const& r, double weight = 1) noexcept;
  [[nodiscard]] bool ready() const noexcept { return reference_.ready(); }
  // Distance of the followed mean from the reference, in sigma: of a column, and the largest.
  [[nodiscard]] double drift(std::size_t column) const noexcept {
    return mean_[column] < anchor_of(column) ? anchor_of(column) - mean_[column] : mean_[column] - anchor_of(column);
  }
  [[nodiscard]] double drift() const noexcept { return ready() ? drift(worst()) : 0; }
  [[nodiscard]] std::size_t worst() const noexcept;  // column
  [[nodiscard]] bool baseline_drift() const noexcept { return ready() && drift() >= params_.warn_at * params_.in_all; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }  // rows since the last agreement
  // A person agrees that what is seen now is normal.
  void agree() noexcept;
  void reset() noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + reference_.stored_bytes() + 2 * sizeof(std::uint64_t) +
           sizeof(double) * 3 * mean_.size();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'D', 'R', 'F', 'B'};
  [[nodiscard]] double anchor_of(std::size_t column) const noexcept { return anchor_[2 * column]; }
  [[nodiscard]] double& morning_of(std::size_t column) noexcept { return anchor_[2 * column + 1]; }
  void begin_day(nanoseconds now) noexcept;
  [[nodiscard]] bool spent() const noexcept;

  params params_;
  column_standards reference_;
  std::span<double> mean_;    // in sigma of the reference
  std::span<double> anchor_;  // a column after the other: where it was agreed on, where it was this morning
  nanoseconds day_ = 0;       // begin of the day
  std::uint64_t refused_ = 0;
};

inline status drift_budget::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.per_day > 0 && params_.in_all > 0 && params_.warn_at > 0 && params_.warn_at < 1 &&
                    params_.memory_rows >= 1 && params_.clip > 0;
  if (!sane) return error{errc::invalid_argument, "drift_budget", "a parameter is outside its range"};
  if (auto const s = reference_.prepare(columns, memory); !s) return s;
  auto means = memory.take<double>(columns);
  if (!means) return means.error();
  auto anchors = memory.take<double>(parts * columns);
  if (!anchors) return anchors.error();
  mean_ = *means;
  anchor_ = *anchors;
  return {};
}

inline void drift_budget::reset() noexcept {
  reference_.reset();
  for (auto part : {mean_, anchor_}) std::ranges::fill(part, 0.0);
  day_ = 0;
  refused_ = 0;
}

inline std::size_t drift_budget::worst() const noexcept {
  std::size_t worst = 0;
  for (std::size_t i = 1; i < mean_.size(); ++i) worst = drift(i) > drift(worst) ? i : worst;
  return worst;
}

inline void drift_budget::agree() noexcept {
  for (std::size_t i = 0; i < mean_.size(); ++i) anchor_[2 * i] = anchor_[2 * i + 1] = mean_[i];
  refused_ = 0;
}

inline void drift_budget::begin_day(nanoseconds now) noexcept {
  constexpr nanoseconds a_day = 86'400'000'000'000;
  if (now - day_ < a_day && now >= day_) return;
  day_ = now;
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    // The morning of the next day is where learning stands, not where the rows have gone meanwhile.
    double& morning = morning_of(i);
    morning = std::clamp(mean_[i], morning - params_.per_day, morning + params_.per_day);
    morning = std::clamp(morning, anchor_of(i) - params_.in_all, anchor_of(i) + params_.in_all);
  }
}

inline bool drift_budget::spent() const noexcept {
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    double const today = mean_[i] - anchor_[2 * i + 1];
    if (drift(i) > params_.in_all || today > params_.per_day || -today > params_.per_day) return true;
  }
  return false;
}

inline bool drift_budget::admits(row const& r, double weight) noexcept {
  column_mask const present = reference_.learnable(r, weight);
  if (present == 0) return false;
  if (!reference_.ready()) {
    if (reference_.hold(r, present)) day_ = r.source_time;
    return true;
  }
  begin_day(r.source_time);
  double const gain = std::min(1.0, weight / params_.memory_rows);
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    if (!holds(present, i)) continue;
    double const d = std::clamp(reference_.z(i, r.values[i]) - mean_[i], -params_.clip, params_.clip);
    mean_[i] += gain * d;
  }
  bool const allowed = !spent();
  refused_ += allowed ? 0 : 1;
  return allowed;
}

inline result<std::size_t> drift_budget::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  reference_.put(w);
  w.put(day_).put(refused_);
  for (double v : mean_) w.put(v);
  for (double v : anchor_) w.put(v);
  return w.finish();
}

inline status drift_budget::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  reference_.get(*opened);
  opened->get(day_).get(refused_);
  for (auto part : {mean_, anchor_}) {
    for (double& v : part) {
      opened->get(v);
      if (!math::is_finite(v)) opened->fail();
    }
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
