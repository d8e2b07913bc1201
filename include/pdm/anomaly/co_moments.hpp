// co_moments -- means and products of several columns, row by row, any value of which may be absent.
//
// What      Welford's update on values shifted by the first one seen of each column, so that an offset of 1e9 standard
//           deviations does no harm: with d = x - mean and f = 1 - w/n, S += w u u', u_i = d_i sqrt f_i. For complete
//           rows S is the sum of products of the deviations from the mean.
// Absent    An absent value adds nothing to S and to its column's count: S stays positive semi-definite. The
//           correlation of columns that are seldom there together is drawn towards 0.
// Source    P. Pebay, SAND2008-6212 (2008), eq. 3.11.
// Cost      O(p^2/2) a row. p(p+1)/2 + 4p doubles of the arena. A fixed order: equal bits everywhere.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class co_moments {
 public:
  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    for (auto* part : {&origin_, &mean_, &count_, &step_}) {
      auto taken = memory.take<double>(columns);
      if (!taken) return taken.error();
      *part = *taken;
    }
    auto taken = memory.take<double>(columns * (columns + 1) / 2);
    if (!taken) return taken.error();
    products_ = *taken;
    reset();
    return {};
  }
  [[nodiscard]] static constexpr std::size_t footprint(std::size_t columns) noexcept {
    return 4 * arena::bytes<double>(columns) + arena::bytes<double>(columns * (columns + 1) / 2);
  }
  void reset() noexcept {
    for (auto part : {origin_, mean_, count_, step_, products_}) std::ranges::fill(part, 0.0);
  }

  // `there(i)` says whether values[i] counts; it must then be finite.
  template <class There>
  void add(std::span<double const> values, There&& there, double weight = 1) noexcept {
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      step_[i] = 0;
      if (!there(i)) continue;
      if (count_[i] == 0) origin_[i] = values[i];
      double const d = values[i] - origin_[i] - mean_[i];
      count_[i] += weight;
      mean_[i] += weight * d / count_[i];
      step_[i] = d * math::sqrt(std::max(0.0, 1 - weight / count_[i]));
    }
    std::size_t at = 0;
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      for (std::size_t j = 0; j <= i; ++j) products_[at++] += weight * step_[i] * step_[j];
    }
  }

  [[nodiscard]] std::size_t columns() const noexcept { return mean_.size(); }
  [[nodiscard]] double mean(std::size_t i) const noexcept { return origin_[i] + mean_[i]; }
  // x minus the mean, without the rounding of the mean itself.
  [[nodiscard]] double deviation(std::size_t i, double x) const noexcept { return x - origin_[i] - mean_[i]; }
  [[nodiscard]] double count(std::size_t i) const noexcept { return count_[i]; }
  [[nodiscard]] double product(std::size_t i, std::size_t j) const noexcept {
    return i < j ? product(j, i) : products_[i * (i + 1) / 2 + j];
  }
  // 1 / (n - 1); 0 with fewer than two values.
  [[nodiscard]] double variance(std::size_t i) const noexcept {
    return count_[i] > 1 ? product(i, i) / (count_[i] - 1) : 0;
  }
  // 0 where a column does not vary, 1 on the diagonal.
  [[nodiscard]] double correlation(std::size_t i, std::size_t j) const noexcept {
    if (i == j) return 1;
    double const square = product(i, i) * product(j, j);
    return square > 0 ? product(i, j) / math::sqrt(square) : 0;
  }
  [[nodiscard]] double covariance(std::size_t i, std::size_t j) const noexcept {
    return i == j ? variance(i) : correlation(i, j) * math::sqrt(variance(i) * variance(j));
  }

  [[nodiscard]] static constexpr std::size_t stored_bytes(std::size_t columns) noexcept {
    return 4 * 4 + sizeof(double) * (3 * columns + columns * (columns + 1) / 2);
  }
  void put(archive_writer& w) const noexcept {
    for (auto part : {origin_, mean_, count_, products_}) w.put(std::span<double const>(part));
  }
  void get(archive_reader& r) noexcept {
    for (auto part : {origin_, mean_, count_, products_}) {
      r.get(part);
      if (!std::ranges::all_of(part, math::is_finite)) r.fail();
    }
  }

 private:
  std::span<double> origin_, mean_, count_, step_, products_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
