// mean_shift -- change points as they happen: the mean of the last rows against the mean of the rows before them.
//
// What      D = mean of the last `after` rows - mean of up to `before` rows ahead of them, of compressed values
//           2 asinh(z / 2); the statistic is sqrt(D' C^-1 D) with C the covariance of D while learning (shrunk by a
//           tenth to its mean variance). Above the threshold a change is announced once, and the rows before the change
//           are forgotten: what follows is compared with what came after it.
// Delay     A step of many deviations is announced in its first rows, one of few deviations after up to `after` rows.
//           Between two announcements lie at least `least_before` + `after` / 2 rows.
// NB        It tells when something changed, not whether that is bad; and it needs an order of rows, not their time.
// Source    H. Hotelling, "Multivariate quality control" (1947); the moving window of two samples: D. Kifer, S.
// Ben-David,
//           J. Gehrke, "Detecting change in data streams", VLDB 2004.
// Cost      (after + before) columns + columns^2 / 2 a row; the rows of both windows in the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/symmetric.hpp"
#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class mean_shift {
 public:
  struct params {
    std::size_t after = 20, before = 60, least_before = 20;
    double shrink = 0.1;
    double above = 1.5;  // threshold over the 99 % quantile of learning
  };

  mean_shift() = default;
  explicit mean_shift(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return arena::bytes<double>(window() * columns) + arena::bytes<double>(columns) +
           arena::bytes<double>(columns * (columns + 1) / 2);
  }
  // From standardised rows; `scratch` holds one number a row.
  void fit(std::span<double const> rows, std::span<double> scratch) noexcept;
  // true: a change is announced with this row.
  bool update(std::span<double const> z) noexcept;
  void forget_window() noexcept { filled_ = next_ = 0; }

  [[nodiscard]] double statistic() const noexcept { return statistic_; }
  [[nodiscard]] double threshold() const noexcept { return threshold_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 3 * sizeof(std::uint32_t) + sizeof(double) * (2 + rows_.size() + factor_.size());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'M', 'S', 'H', 'F'};
  [[nodiscard]] std::size_t window() const noexcept { return params_.after + params_.before; }
  void push(std::span<double const> z) noexcept;
  bool difference() noexcept;  // into difference_; false with too few rows before
  [[nodiscard]] double norm() noexcept;

  params params_{};
  std::size_t columns_ = 0, filled_ = 0, next_ = 0;
  double statistic_ = 0, threshold_ = math::infinity;
  std::span<double> rows_, difference_, factor_;  // factor_: packed Cholesky factor of C
};

inline status mean_shift::prepare(std::size_t columns, arena& memory) noexcept {
  if (columns == 0 || params_.after == 0 || params_.before < params_.least_before || params_.least_before == 0) {
    return error{errc::invalid_argument, "mean_shift", "give columns and windows above 0"};
  }
  columns_ = columns;
  auto rows = memory.take<double>(window() * columns);
  if (!rows) return rows.error();
  auto difference = memory.take<double>(columns);
  if (!difference) return difference.error();
  auto factor = memory.take<double>(columns * (columns + 1) / 2);
  if (!factor) return factor.error();
  rows_ = *rows;
  difference_ = *difference;
  factor_ = *factor;
  forget_window();
  return {};
}

inline void mean_shift::push(std::span<double const> z) noexcept {
  double* const to = rows_.data() + next_ * columns_;
  for (std::size_t c = 0; c < columns_; ++c) {
    double const u = 0.5 * (z[c] < 0 ? -z[c] : z[c]);
    double const compressed = 2 * math::log(u + math::sqrt(u * u + 1));
    to[c] = z[c] < 0 ? -compressed : compressed;
  }
  next_ = (next_ + 1) % window();
  filled_ = std::min(filled_ + 1, window());
}

inline bool mean_shift::difference() noexcept {
  if (filled_ < params_.after + params_.least_before) return false;
  std::ranges::fill(difference_, 0.0);
  double const ahead = 1 / static_cast<double>(params_.after);
  double const behind = -1 / static_cast<double>(filled_ - params_.after);
  for (std::size_t age = 0; age < filled_; ++age) {
    double const weight = age < params_.after ? ahead : behind;
    double const* const row = rows_.data() + (next_ + window() - 1 - age) % window() * columns_;
    for (std::size_t c = 0; c < columns_; ++c) difference_[c] += weight * row[c];
  }
  return true;
}

inline double mean_shift::norm() noexcept {
  solve_lower(factor_, difference_);
  double sum = 0;
  for (double d : difference_) sum += d * d;
  return math::sqrt(sum);
}

inline bool mean_shift::update(std::span<double const> z) noexcept {
  push(z);
  statistic_ = difference() ? norm() : 0;
  if (!(statistic_ > threshold_)) return false;
  filled_ = params_.after / 2;
  return true;
}

inline void mean_shift::fit(std::span<double const> rows, std::span<double> scratch) noexcept {
  std::size_t const n = rows.size() / columns_;
  threshold_ = math::infinity;
  std::ranges::fill(factor_, 0.0);
  forget_window();
  double count = 0, trace = 0;
  for (std::size_t i = 0; i < n; ++i) {
    push(rows.subspan(i * columns_, columns_));
    if (filled_ < window() || !difference()) continue;
    ++count;
    for (std::size_t a = 0, k = 0; a < columns_; ++a) {
      for (std::size_t b = 0; b <= a; ++b, ++k) factor_[k] += difference_[a] * difference_[b];
    }
  }
  forget_window();
  if (count < 2) return;
  for (std::size_t a = 0; a < columns_; ++a) trace += factor_[a * (a + 1) / 2 + a] / count;
  double const ridge = params_.shrink * trace / static_cast<double>(columns_) + 1e-12;
  for (double& v : factor_) v *= (1 - params_.shrink) / count;
  for (std::size_t a = 0; a < columns_; ++a) factor_[a * (a + 1) / 2 + a] += ridge;
  if (!cholesky(factor_, columns_)) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < n; ++i) {
    push(rows.subspan(i * columns_, columns_));
    if (filled_ == window() && difference()) scratch[kept++] = norm();
  }
  forget_window();
  auto const used = scratch.first(kept);
  auto const place = used.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(kept - 1) * 0.99);
  std::nth_element(used.begin(), place, used.end());
  threshold_ = std::max(params_.above * *place, *std::max_element(place, used.end()));
}

inline result<std::size_t> mean_shift::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(rows_.size())).put(static_cast<std::uint32_t>(filled_));
  w.put(static_cast<std::uint32_t>(next_)).put(threshold_).put(statistic_);
  for (auto const part : {rows_, factor_}) {
    for (double v : part) w.put(v);
  }
  return w.finish();
}

inline status mean_shift::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint32_t>() != rows_.size()) {
    return error{errc::shape_mismatch, "mean_shift", "the archive has another shape"};
  }
  filled_ = opened->get<std::uint32_t>();
  next_ = opened->get<std::uint32_t>();
  opened->get(threshold_).get(statistic_);
  bool sound = filled_ <= window() && next_ < window() && threshold_ > 0 && math::is_finite(statistic_);
  for (auto const part : {rows_, factor_}) {
    for (double& v : part) {
      opened->get(v);
      sound = sound && math::is_finite(v);
    }
  }
  auto const end = sound ? opened->finish() : status(errc::corrupt);
  if (!end) {
    threshold_ = math::infinity;
    forget_window();
  }
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
