// chart_bank -- one control chart a column, on columns standardised by the warm-up.
//
// What      Chart is shewhart, ewma_chart, cusum or page_hinkley (mean 0 and deviation 1 are what it will see). Score:
//           the largest statistic over the columns that the row would lead to, so that 1 is the limit. The part of that
//           column is the score, those of the others 0.
// NB        The reference is frozen: learning a row moves the charts, not the reference. Rows that are not learned
//           (while an alarm stands) leave the charts where they were, and acknowledge() starts them anew. With p
//           columns the run length is that of one chart divided by about p: give each chart p times the wanted one.
//           Robust centre and scale of a warm-up of n rows are themselves uncertain by 1.25/sqrt n and 1.17/sqrt(2n).
// Absent    A chart whose column is absent stays as it is and counts with its present statistic.
// Cost      O(columns).
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

template <class Chart>
class chart_bank {
 public:
  struct params {
    Chart chart{};
    std::size_t warm_up = 400;  // rows
    double clip = 1e6;          // of z before it enters a chart
    bool any_operating_state = false;
  };

  chart_bank() noexcept : chart_bank(params{}) {}
  explicit chart_bank(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.warm_up, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    if (auto const s = standards_.prepare(columns, memory); !s) return s;
    auto taken = memory.take<Chart>(columns);
    if (!taken) return taken.error();
    charts_ = *taken;
    acknowledge();
    return {};
  }
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return standards_.footprint(columns) + arena::bytes<Chart>(columns);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept {
    column_mask present = 0;
    if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
    return {after(r, present, leading(r, present)), abstention::none};
  }
  // "none" where no chart has anything to say.
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept {
    if (!PDM_EXPECTS(parts.size() == charts_.size())) return false;
    std::ranges::fill(parts, 0.0);
    column_mask present = 0;
    if (standards_.judge(r, present) != abstention::none) return false;
    std::size_t const most = leading(r, present);
    parts[most] = after(r, present, most);
    return parts[most] > 0;
  }
  void learn_one(row const& r, double weight = 1) noexcept {
    column_mask const present = standards_.learnable(r, weight);
    if (present == 0) return;
    if (!standards_.ready()) {
      (void)standards_.hold(r, present);
      return;
    }
    for (std::size_t i = 0; i < charts_.size(); ++i) {
      if (holds(present, i)) charts_[i].update(z(r, i), weight);
    }
  }
  // A person, or the alarm's own persistence, has dealt with it: the charts start anew, the reference stays.
  void acknowledge() noexcept { std::ranges::fill(charts_, params_.chart); }
  void reset() noexcept {
    standards_.reset();
    acknowledge();
  }
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }
  [[nodiscard]] Chart const& chart(std::size_t i) const noexcept { return charts_[i]; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + standards_.stored_bytes() + chart_bytes * charts_.size();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind, 1);
    standards_.put(w);
    for (Chart const& c : charts_) c.put(w);
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept {
    auto opened = archive_reader::open(from, kind, 1);
    if (!opened) return opened.error();
    reset();
    standards_.get(*opened);
    for (Chart& c : charts_) c.get(*opened);
    auto const end = opened->finish();
    if (!end) reset();
    return end;
  }

 private:
  static constexpr archive_kind kind{'C', 'H', 'R', 'T'};
  static constexpr std::size_t chart_bytes = 64;  // most that a chart puts
  [[nodiscard]] double z(row const& r, std::size_t i) const noexcept {
    return std::clamp(standards_.z(i, r.values[i]), -params_.clip, params_.clip);
  }
  [[nodiscard]] double after(row const& r, column_mask present, std::size_t i) const noexcept {
    return holds(present, i) ? charts_[i].after(z(r, i)) : charts_[i].statistic();
  }
  [[nodiscard]] std::size_t leading(row const& r, column_mask present) const noexcept {
    std::size_t most = 0;
    for (std::size_t i = 1; i < charts_.size(); ++i) most = after(r, present, i) > after(r, present, most) ? i : most;
    return most;
  }

  params params_;
  column_standards standards_;
  std::span<Chart> charts_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
