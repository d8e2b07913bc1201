// column_standards -- what the first rows say about each column, and every later value in those terms.
//
// What      Holds the first `warm_up` rows, then takes centre (median) and scale (1.4826 times the median absolute
//           deviation) of each column from them. z = (x - centre) / scale, cut at +-1e6. The rows stay readable, so
//           that a detector learns from them what it needs. Which rows and values count says row_gate.hpp.
// NB        Frozen after the warm-up: whoever follows a drift does so in units of z. The scale of a column that did
//           not vary is a thousandth of its value, or 1e-9: what is constant has no scale of its own.
// Absent    A column that was there in fewer than 3 rows of the warm-up is unknown: it stays out until reset().
// Source    P. Huber, E. Ronchetti, Robust Statistics, 2nd ed. (2009), ch. 5; golden/README.md, quantile.
// Cost      O(columns) a row, sorting once. warm_up (columns + 2) + 2 columns doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/quantile.hpp"
#include "pdm/anomaly/row_gate.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class column_standards {
 public:
  static constexpr std::size_t max_columns = row_gate::max_columns, least_rows = 3;
  static constexpr double largest_z = 1e6;

  struct params {
    std::size_t warm_up = 256;         // rows
    bool any_operating_state = false;  // judge and learn outside `steady` too
  };

  column_standards() = default;
  explicit column_standards(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return 2 * arena::bytes<double>(columns) + arena::bytes<double>(params_.warm_up * columns) +
           arena::bytes<double>(params_.warm_up) + arena::bytes<column_mask>(params_.warm_up);
  }
  void reset() noexcept;

  // Why a row is not scored, or none and the columns that count.
  [[nodiscard]] abstention judge(row const& r, column_mask& present) const noexcept {
    return gate_.judge(r, known_, present);
  }
  // The columns that may be learned from a row; 0: nothing.
  [[nodiscard]] column_mask learnable(row const& r, double weight) const noexcept {
    return gate_.learnable(r, weight) & (ready() ? known_ : gate_.all());
  }
  // Every column is there; and learnable() of such a row whose values are known to be usable.
  [[nodiscard]] bool whole(row const& r) const noexcept { return gate_.whole(r); }
  [[nodiscard]] column_mask learnable_again(row const& r, double weight) const noexcept {
    return gate_.admits(r, weight) ? known_ : 0;
  }
  // Holds a row of the warm-up; true when it was the last one.
  bool hold(row const& r, column_mask present) noexcept;

  [[nodiscard]] bool ready() const noexcept { return known_ != 0; }
  [[nodiscard]] std::size_t columns() const noexcept { return centre_.size(); }
  [[nodiscard]] std::size_t warm_up() const noexcept { return params_.warm_up; }
  [[nodiscard]] bool complete(column_mask present) const noexcept { return present == gate_.all(); }
  [[nodiscard]] column_mask known() const noexcept { return known_; }
  [[nodiscard]] std::span<double const> centres() const noexcept { return centre_; }
  [[nodiscard]] std::span<double const> inverse_scales() const noexcept { return inverse_; }
  [[nodiscard]] double centre(std::size_t i) const noexcept { return centre_[i]; }
  [[nodiscard]] double scale(std::size_t i) const noexcept { return 1 / inverse_[i]; }
  [[nodiscard]] double z(std::size_t i, double x) const noexcept {
    return std::clamp((x - centre_[i]) * inverse_[i], -largest_z, largest_z);
  }
  // Row k of the warm-up, while nothing was restored.
  [[nodiscard]] std::size_t held() const noexcept { return held_; }
  [[nodiscard]] std::span<double const> held_row(std::size_t k) const noexcept {
    return rows_.subspan(k * columns(), columns());
  }
  [[nodiscard]] column_mask held_present(std::size_t k) const noexcept { return present_[k] & known_; }

  [[nodiscard]] std::size_t stored_bytes() const noexcept {
    std::size_t const model = 2 * (4 + sizeof(double) * columns());
    return 8 + sizeof(column_mask) +
           std::max(model, 8 + params_.warm_up * (sizeof(column_mask) + sizeof(double) * columns()));
  }
  void put(archive_writer& w) const noexcept;
  void get(archive_reader& r) noexcept;  // fails the reader when it was made with other columns or a longer warm-up

 private:
  void settle(std::size_t column) noexcept;

  params params_{};
  row_gate gate_;
  std::size_t held_ = 0;
  column_mask known_ = 0;
  std::span<double> centre_, inverse_, rows_, sorting_;
  std::span<column_mask> present_;
};

inline status column_standards::prepare(std::size_t columns, arena& memory) noexcept {
  if (auto const s = row_gate::accepts(columns, "column_standards"); !s) return s;
  if (params_.warm_up < least_rows) {
    return error{errc::invalid_argument, "column_standards", "give a warm-up of at least 3 rows"};
  }
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "column_standards",
                 "give a larger arena; footprint(columns) says how many bytes"};
  }
  gate_ = row_gate(columns, params_.any_operating_state);
  centre_ = *memory.take<double>(columns);
  inverse_ = *memory.take<double>(columns);
  rows_ = *memory.take<double>(params_.warm_up * columns);
  sorting_ = *memory.take<double>(params_.warm_up);
  present_ = *memory.take<column_mask>(params_.warm_up);
  reset();
  return {};
}

inline void column_standards::reset() noexcept {
  held_ = 0;
  known_ = 0;
  std::ranges::fill(centre_, 0.0);
  std::ranges::fill(inverse_, 1.0);
}

inline bool column_standards::hold(row const& r, column_mask present) noexcept {
  for (std::size_t i = 0; i < columns(); ++i) {
    rows_[held_ * columns() + i] = holds(present, i) ? r.values[i] : 0.0;
  }
  present_[held_] = present;
  if (++held_ < params_.warm_up) return false;
  for (std::size_t i = 0; i < columns(); ++i) settle(i);
  if (known_ == 0) held_ = 0;  // no column was there in 3 rows: anew
  return ready();
}

inline void column_standards::settle(std::size_t column) noexcept {
  std::size_t n = 0;
  for (std::size_t k = 0; k < held_; ++k) {
    if (holds(present_[k], column)) sorting_[n++] = rows_[k * columns() + column];
  }
  if (n < least_rows) return;
  auto const sample = sorting_.first(n);
  double const centre = median(sample), size = centre < 0 ? -centre : centre;
  bool const varies = sample.front() != sample.back();
  double scale = mad_to_sigma * median_absolute_deviation(sample, centre);
  if (scale == 0) {  // more than half of the rows are equal: the mean deviation still tells
    for (double d : sample) scale += d;
    scale *= 1.2533141373155003 / static_cast<double>(n);
  }
  scale = std::max({scale, 1e-9, (varies ? 1e-12 : 1e-3) * size});
  centre_[column] = centre;
  inverse_[column] = 1 / scale;
  known_ |= column_mask{1} << column;
}

inline void column_standards::put(archive_writer& w) const noexcept {
  w.put(static_cast<std::uint32_t>(columns())).put(known_);
  if (ready()) {
    w.put(std::span<double const>(centre_)).put(std::span<double const>(inverse_));
    return;
  }
  w.put(static_cast<std::uint32_t>(held_));
  w.put(std::span<column_mask const>(present_.first(held_)));
  for (double v : rows_.first(held_ * columns())) w.put(v);
}

inline void column_standards::get(archive_reader& r) noexcept {
  reset();
  if (r.get<std::uint32_t>() != columns()) return r.fail();
  r.get(known_);
  if ((known_ & ~gate_.all()) != 0) return r.fail();
  if (ready()) {
    r.get(centre_).get(inverse_);
    bool const sane = std::ranges::all_of(centre_, math::is_finite) &&
                      std::ranges::all_of(inverse_, [](double s) { return s > 0 && math::is_finite(s); });
    if (!sane) r.fail();
    return;
  }
  held_ = r.get<std::uint32_t>();
  if (held_ >= params_.warm_up) {
    held_ = 0;
    return r.fail();
  }
  r.get(present_.first(held_));
  for (double& v : rows_.first(held_ * columns())) {
    r.get(v);
    if (!math::is_finite(v)) r.fail();
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
