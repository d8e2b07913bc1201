// adwin -- a window over a stream that shrinks when its mean has changed: drift of one value, in little memory.
//
// What      Buckets of 1, 2, 4, ... values, at most `per_row` of a size. Every `check_every` values each border between
//           two buckets is tried as a split: |mean0 - mean1| > sqrt(2 m var l) + 2/3 m l, m = 1/(n0 - least + 1) +
//           1/(n1 - least + 1), l = ln(2 ln n / delta). Then the oldest bucket goes, until no border differs.
// NB        It says that the distribution of a value has moved: drift, not a fault, and advice, not an order to
// retrain.
//           For independent values; correlated ones drift by this measure all the time. A scale is not watched.
//           adwin_exact tries every split and has another bound: their detections differ.
// Source    A. Bifet, R. Gavalda, "Learning from time-changing data with adaptive windowing", SDM 2007, with the bucket
//           structure and the harmonic mean of their implementation.
// Cost      O(1) a value, O(log n) at a check. 5 KB in the object, for 2^40 values.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class adwin {
 public:
  struct params {
    double delta = 0.002;             // confidence: chance of a false detection at a check
    std::uint32_t check_every = 32;   // values
    std::uint32_t least_window = 10;  // values, below which nothing is tried
    std::uint32_t least_part = 5;     // values on both sides of a split
  };

  adwin() noexcept : adwin(params{}) {}
  explicit adwin(params const& settings) noexcept : params_(settings) {}

  // true when the window was cut. A value that is not finite, or above 1e100 in size, changes nothing.
  bool update(double x) noexcept;
  void reset() noexcept { *this = adwin(params_); }

  [[nodiscard]] double width() const noexcept { return width_; }  // values in the window
  [[nodiscard]] double mean() const noexcept { return width_ > 0 ? origin_ + sum_ / width_ : 0; }
  [[nodiscard]] double variance() const noexcept { return width_ > 0 ? square_ / width_ : 0; }
  [[nodiscard]] std::uint64_t detections() const noexcept { return detections_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 4 * sizeof(double) + 2 * sizeof(std::uint64_t) + sizeof(std::uint32_t) +
           rows * (sizeof(std::uint32_t) + (per_row + 1) * 2 * sizeof(double));
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'A', 'D', 'W', 'N'};
  static constexpr std::size_t per_row = 5, rows = 40;
  struct bucket {
    double sum, square;  // of deviations from origin_; from the bucket's mean
  };
  struct bucket_row {  // oldest first; a bucket on row i holds 2^i values
    std::array<bucket, per_row + 1> buckets{};
    std::uint32_t count = 0;
    void drop(std::uint32_t n) noexcept {
      for (std::uint32_t i = n; i < count; ++i) buckets[i - n] = buckets[i];
      count -= n;
    }
  };
  [[nodiscard]] static double size_of(std::size_t row) noexcept { return static_cast<double>(std::uint64_t{1} << row); }
  void compress() noexcept;
  [[nodiscard]] bool differs() const noexcept;
  void drop_oldest() noexcept;

  params params_;
  std::array<bucket_row, rows> row_{};
  std::size_t used_ = 1;  // rows
  std::uint64_t ticks_ = 0, detections_ = 0;
  double width_ = 0, sum_ = 0, square_ = 0, origin_ = 0;
};

inline bool adwin::update(double x) noexcept {
  if (!(x < 1e100 && x > -1e100)) return false;
  if (width_ == 0) origin_ = x;
  double const v = x - origin_;
  row_[0].buckets[row_[0].count++] = {v, 0};
  width_ += 1;
  if (width_ > 1) {
    double const d = v - sum_ / (width_ - 1);
    square_ += (width_ - 1) * d * d / width_;
  }
  sum_ += v;
  if (row_[0].count > per_row) compress();
  if (++ticks_ % params_.check_every != 0 || width_ <= params_.least_window) return false;
  bool cut = false;
  while (width_ > params_.least_window && differs()) {
    drop_oldest();
    cut = true;
  }
  detections_ += cut ? 1 : 0;
  return cut;
}

// Two buckets of a full row become one of the next; at the last row the oldest is dropped.
inline void adwin::compress() noexcept {
  for (std::size_t i = 0; i < rows && row_[i].count > per_row; ++i) {
    if (i + 1 == rows) return drop_oldest();
    bucket const a = row_[i].buckets[0], b = row_[i].buckets[1];
    double const n = size_of(i), d = (a.sum - b.sum) / n;
    bucket_row& next = row_[i + 1];
    next.buckets[next.count++] = {a.sum + b.sum, a.square + b.square + 0.5 * n * d * d};
    row_[i].drop(2);
    used_ = std::max(used_, i + 2);
  }
}

inline bool adwin::differs() const noexcept {
  double const l = math::log(2 * math::log(width_) / params_.delta), least = params_.least_part;
  double const spread = 2 * l * square_ / width_, bound = 2.0 / 3 * l;
  double n0 = 0, n1 = width_, u0 = 0, u1 = sum_;
  for (std::size_t i = used_; i-- > 0;) {
    double const n = size_of(i);
    for (std::uint32_t k = 0; k < row_[i].count; ++k) {
      n0 += n;
      n1 -= n;
      u0 += row_[i].buckets[k].sum;
      u1 -= row_[i].buckets[k].sum;
      if (n0 < least) continue;
      if (n1 < least) return false;
      // Both sides times n0 n1, and squared, so that a border costs one division and no root.
      double const a = n0 - least + 1, b = n1 - least + 1, m = (a + b) / (a * b), all = n0 * n1;
      double const apart = u0 * n1 - u1 * n0, beyond = (apart < 0 ? -apart : apart) - bound * m * all;
      if (beyond > 0 && beyond * beyond > spread * m * all * all) return true;
    }
  }
  return false;
}

inline void adwin::drop_oldest() noexcept {
  bucket_row& last = row_[used_ - 1];
  bucket const gone = last.buckets[0];
  double const n = size_of(used_ - 1);
  width_ -= n;
  sum_ -= gone.sum;
  double const d = gone.sum / n - (width_ > 0 ? sum_ / width_ : 0);
  square_ = std::max(0.0, square_ - gone.square - (width_ > 0 ? n * width_ * d * d / (n + width_) : 0));
  last.drop(1);
  while (used_ > 1 && row_[used_ - 1].count == 0) --used_;
}

inline result<std::size_t> adwin::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(ticks_).put(detections_).put(width_).put(sum_).put(square_).put(origin_);
  w.put(static_cast<std::uint32_t>(used_));
  for (std::size_t i = 0; i < used_; ++i) {
    w.put(row_[i].count);
    for (std::uint32_t k = 0; k < row_[i].count; ++k) w.put(row_[i].buckets[k].sum).put(row_[i].buckets[k].square);
  }
  return w.finish();
}

inline status adwin::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  opened->get(ticks_).get(detections_).get(width_).get(sum_).get(square_).get(origin_);
  used_ = std::clamp<std::size_t>(opened->get<std::uint32_t>(), 1, rows);
  double held = 0;
  for (std::size_t i = 0; i < used_; ++i) {
    opened->get(row_[i].count);
    if (row_[i].count > per_row) {
      row_[i].count = 0;
      opened->fail();
    }
    for (std::uint32_t k = 0; k < row_[i].count; ++k) {
      bucket& b = row_[i].buckets[k];
      opened->get(b.sum).get(b.square);
      if (!math::is_finite(b.sum) || !(b.square >= 0 && math::is_finite(b.square))) opened->fail();
    }
    held += size_of(i) * row_[i].count;
  }
  bool const sane = held == width_ && math::is_finite(sum_) && math::is_finite(square_) && square_ >= 0 &&
                    math::is_finite(origin_) && (used_ == 1 || row_[used_ - 1].count > 0);
  if (!sane) opened->fail();
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
