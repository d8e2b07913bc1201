// regime_clusters -- the ways of running that a learning part shows, and "not seen before" for every other one.
//
// What      Rows of a few columns that name the regime (speed, load, a set point) are grouped by leader clustering: a
// row
//           within `radius` of a centre joins it and moves the mean, another one begins a centre; groups below
//           `least_share` of the rows are passages, not regimes. Distances are the largest over the columns, in units
//           of each column's own change from row to row. When more than max_regimes come up, the radius grows by half
//           and it begins again.
// NB        A column that drifts all the time is no regime column: its regimes would be slices of its drift.
// Source    J. Hartigan, "Clustering Algorithms" (1975), ch. 3 (the leader algorithm).
// Cost      assign: regimes x columns. max_regimes + 2 rows of doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class regime_clusters {
 public:
  static constexpr std::size_t max_regimes = 8;
  struct params {
    double radius = 8;          // typical changes from row to row
    double reach = 1.5;         // of the radius: how far from a centre a row still belongs to it
    double least_share = 0.02;  // of the rows
  };

  regime_clusters() = default;
  explicit regime_clusters(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    auto taken = memory.take<double>((max_regimes + 1) * columns);
    if (!taken) return taken.error();
    columns_ = columns;
    centres_ = taken->first(max_regimes * columns);
    scale_ = taken->last(columns);
    regimes_ = 0;
    return {};
  }
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return arena::bytes<double>((max_regimes + 1) * columns);
  }

  // Finite rows one after the other; `scratch` holds one number a row.
  void fit(std::span<double const> rows, std::span<double> scratch) noexcept;
  // The regime of a row; nothing: not seen before.
  [[nodiscard]] std::optional<std::size_t> assign(std::span<double const> x) const noexcept {
    std::size_t const k = nearest(x, regimes_);
    return k < regimes_ && distance(x, k) <= params_.reach * radius_ ? std::optional(k) : std::nullopt;
  }
  [[nodiscard]] std::size_t regimes() const noexcept { return regimes_; }
  [[nodiscard]] std::span<double const> centre(std::size_t k) const noexcept {
    return centres_.subspan(k * columns_, columns_);
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 8 + 8 + sizeof(double) * (centres_.size() + scale_.size());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'R', 'G', 'C', 'L'};
  [[nodiscard]] double distance(std::span<double const> x, std::size_t k) const noexcept {
    double most = 0;
    for (std::size_t c = 0; c < columns_; ++c) {
      double const d = (x[c] - centres_[k * columns_ + c]) / scale_[c];
      most = std::max(most, d < 0 ? -d : d);
    }
    return most;
  }
  [[nodiscard]] std::size_t nearest(std::span<double const> x, std::size_t among) const noexcept {
    std::size_t best = among;
    for (std::size_t k = 0; k < among; ++k) best = best == among || distance(x, k) < distance(x, best) ? k : best;
    return best;
  }
  void scales(std::span<double const> rows, std::span<double> scratch) noexcept;
  [[nodiscard]] bool group(std::span<double const> rows, std::array<double, max_regimes>& count) noexcept;

  params params_{};
  std::size_t columns_ = 0, regimes_ = 0;
  double radius_ = 0;
  std::span<double> centres_, scale_;
};

// Median change from row to row; where more than half of them are 0, a hundredth of the whole range.
inline void regime_clusters::scales(std::span<double const> rows, std::span<double> scratch) noexcept {
  std::size_t const n = rows.size() / columns_;
  for (std::size_t c = 0; c < columns_; ++c) {
    double low = rows[c], high = rows[c];
    for (std::size_t i = 1; i < n; ++i) {
      double const d = rows[i * columns_ + c] - rows[(i - 1) * columns_ + c];
      scratch[i - 1] = d < 0 ? -d : d;
      low = std::min(low, rows[i * columns_ + c]);
      high = std::max(high, rows[i * columns_ + c]);
    }
    auto const middle = scratch.begin() + static_cast<std::ptrdiff_t>((n - 1) / 2);
    std::nth_element(scratch.begin(), middle, scratch.begin() + static_cast<std::ptrdiff_t>(n - 1));
    scale_[c] = std::max({*middle, 1e-3 * (high - low), 1e-12 * std::max(high, -low), 1e-300});
  }
}

// false: more groups than there is room for.
inline bool regime_clusters::group(std::span<double const> rows, std::array<double, max_regimes>& count) noexcept {
  regimes_ = 0;
  count.fill(0);
  for (std::size_t i = 0; i < rows.size() / columns_; ++i) {
    auto const x = rows.subspan(i * columns_, columns_);
    std::size_t k = nearest(x, regimes_);
    if (k == regimes_ || distance(x, k) > radius_) {
      if (regimes_ == max_regimes) return false;
      k = regimes_++;
      std::ranges::copy(x, centres_.begin() + static_cast<std::ptrdiff_t>(k * columns_));
    }
    ++count[k];
    for (std::size_t c = 0; c < columns_; ++c) {
      double& m = centres_[k * columns_ + c];
      m += (x[c] - m) / count[k];
    }
  }
  return true;
}

inline void regime_clusters::fit(std::span<double const> rows, std::span<double> scratch) noexcept {
  std::size_t const n = rows.size() / columns_;
  if (n < 2) return;
  scales(rows, scratch);
  std::array<double, max_regimes> count{};
  for (radius_ = params_.radius; !group(rows, count) && math::is_finite(radius_);) radius_ *= 1.5;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < regimes_; ++k) {
    if (count[k] < params_.least_share * static_cast<double>(n)) continue;
    for (std::size_t c = 0; c < columns_; ++c) centres_[kept * columns_ + c] = centres_[k * columns_ + c];
    ++kept;
  }
  regimes_ = kept;
}

inline result<std::size_t> regime_clusters::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(columns_)).put(static_cast<std::uint32_t>(regimes_)).put(radius_);
  for (double v : centres_) w.put(v);
  for (double v : scale_) w.put(v);
  return w.finish();
}

inline status regime_clusters::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint32_t>() != columns_) {
    return error{errc::shape_mismatch, "regime_clusters", "the archive has another number of columns"};
  }
  regimes_ = opened->get<std::uint32_t>();
  opened->get(radius_);
  bool sound = regimes_ <= max_regimes && radius_ > 0;
  for (double& v : centres_) sound = math::is_finite(opened->get(v).ok() ? v : math::infinity) && sound;
  for (double& v : scale_) sound = opened->get(v).ok() && v > 0 && sound;
  auto const end = sound ? opened->finish() : status(errc::corrupt);
  if (!end) regimes_ = 0;
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
