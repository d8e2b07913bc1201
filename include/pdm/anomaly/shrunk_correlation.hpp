// shrunk_correlation -- correlation of standardised columns, shrunk towards independence, and its inverse applied.
//
// What      C, the mean of psi psi' over the rows that were added, each psi a row of clipped standardised deviations,
//           and R = (1 - a) C + a I with the share a that the caller names. solve() gives the squared distance
//           u' R^-1 u and R^-1 u over the columns that are present.
// NB        The diagonal of C is not made 1: winsorised deviations have less variance, and that stays.
// Absent    An absent column counts as independent with unit variance, so that C stays positive semi-definite; solve()
//           uses the part of R that belongs to the present columns.
// Cost      add O(p^2); square and solve O(p^2), and O(p^3/6) when C, a or the present columns differ from the last
//           time, unless factor_row() was called until it had no more to do.
//           p(p+1) + 2p doubles of the arena. Loops in a fixed order: equal bits everywhere.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

using column_mask = std::uint64_t;  // bit i: column i
[[nodiscard]] constexpr bool holds(column_mask m, std::size_t i) noexcept { return (m >> i & 1) != 0; }

class shrunk_correlation {
 public:
  static constexpr std::size_t max_columns = 64;

  // Takes footprint(columns) bytes, which the caller has made sure of.
  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] static constexpr std::size_t footprint(std::size_t columns) noexcept {
    return 2 * arena::bytes<double>(packed_size(columns)) + 2 * arena::bytes<double>(columns);
  }
  void clear() noexcept;

  // C = (1 - gain) C + gain psi psi'; a gain of 1 starts anew.
  void add(std::span<double const> psi, column_mask present, double gain) noexcept;
  // The same, but no element of the diagonal rises above 1 (or above where it was): a column that keeps deviating
  // must not earn itself room. Its row and column are scaled down, so that C stays positive semi-definite.
  void add_bounded(std::span<double const> psi, column_mask present, double gain) noexcept;

  struct solution {
    double square = 0;                  // u' R^-1 u
    std::span<double const> applied{};  // R^-1 u, a value for each present column in order
  };
  // u: a value a column. The spans of the solution live until the next call.
  [[nodiscard]] solution solve(std::span<double const> u, column_mask present, double alone) const noexcept;
  // u' R^-1 u alone.
  [[nodiscard]] double square(std::span<double const> u, column_mask present, double alone) const noexcept;

  // A row of the Cholesky factor that square() and solve() would otherwise compute first. Returns the number of rows
  // there are now; the factor is complete with as many as there are present columns.
  std::size_t factor_row(column_mask present, double alone) const noexcept;
  [[nodiscard]] bool factored(column_mask present, double alone) const noexcept {
    return factored_ == present && factored_alone_ == alone && rows_ == size_of(present);
  }

  // C by rows of its lower half; for save and restore. After writing into it, call changed().
  [[nodiscard]] std::span<double> packed() noexcept { return correlation_; }
  [[nodiscard]] std::span<double const> packed() const noexcept { return correlation_; }
  void changed() noexcept { factored_ = 0; }
  [[nodiscard]] static constexpr std::size_t packed_size(std::size_t n) noexcept { return n * (n + 1) / 2; }
  [[nodiscard]] double operator()(std::size_t i, std::size_t j) const noexcept {
    return correlation_[i < j ? at(j, i) : at(i, j)];
  }

 private:
  static constexpr double least_pivot = 1e-4;
  [[nodiscard]] static constexpr std::size_t at(std::size_t i, std::size_t j) noexcept { return i * (i + 1) / 2 + j; }
  [[nodiscard]] static std::size_t size_of(column_mask m) noexcept {
    return static_cast<std::size_t>(std::popcount(m));
  }

  std::size_t columns_ = 0;
  std::span<double> correlation_, factor_, forward_, applied_;
  mutable column_mask factored_ = 0;  // columns that the factor stands for
  mutable double factored_alone_ = 0;
  mutable std::size_t rows_ = 0;  // of the factor
};

inline status shrunk_correlation::prepare(std::size_t columns, arena& memory) noexcept {
  for (auto* part : {&correlation_, &factor_}) {
    auto taken = memory.take<double>(packed_size(columns));
    if (!taken) return taken.error();
    *part = *taken;
  }
  for (auto* part : {&forward_, &applied_}) {
    auto taken = memory.take<double>(columns);
    if (!taken) return taken.error();
    *part = *taken;
  }
  columns_ = columns;
  clear();
  return {};
}

inline void shrunk_correlation::clear() noexcept {
  std::ranges::fill(correlation_, 0.0);
  changed();
}

inline void shrunk_correlation::add(std::span<double const> psi, column_mask present, double gain) noexcept {
  for (std::size_t i = 0; i < columns_; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      bool const both = holds(present, i) && holds(present, j);
      double const product = both ? psi[i] * psi[j] : (i == j ? 1.0 : 0.0);
      double& c = correlation_[at(i, j)];
      c += gain * (product - c);
    }
  }
  changed();
}

inline void shrunk_correlation::add_bounded(std::span<double const> psi, column_mask present, double gain) noexcept {
  for (std::size_t i = 0; i < columns_; ++i) forward_[i] = std::max(1.0, correlation_[at(i, i)]);
  add(psi, present, gain);
  for (std::size_t i = 0; i < columns_; ++i) {
    double const grown = correlation_[at(i, i)];
    if (grown <= forward_[i]) continue;
    double const factor = math::sqrt(forward_[i] / grown);
    for (std::size_t j = 0; j < i; ++j) correlation_[at(i, j)] *= factor;
    for (std::size_t j = i + 1; j < columns_; ++j) correlation_[at(j, i)] *= factor;
    correlation_[at(i, i)] = forward_[i];
  }
}

// Row by row; a pivot below least_pivot (columns that say the same) is raised to it.
inline std::size_t shrunk_correlation::factor_row(column_mask present, double alone) const noexcept {
  if (factored_ != present || factored_alone_ != alone) {
    factored_ = present;
    factored_alone_ = alone;
    rows_ = 0;
  }
  std::size_t const i = rows_;
  std::size_t order[max_columns];
  std::size_t m = 0;
  for (std::size_t c = 0; c < columns_ && m <= i; ++c) {
    if (holds(present, c)) order[m++] = c;
  }
  if (m <= i) return rows_;
  for (std::size_t j = 0; j <= i; ++j) {
    double sum = (1 - alone) * correlation_[at(order[i], order[j])] + (i == j ? alone : 0);
    for (std::size_t k = 0; k < j; ++k) sum -= factor_[at(i, k)] * factor_[at(j, k)];
    factor_[at(i, j)] = i == j ? math::sqrt(std::max(sum, least_pivot)) : sum / factor_[at(j, j)];
  }
  return ++rows_;
}

// Leaves the forward substitution in forward_.
inline double shrunk_correlation::square(std::span<double const> u, column_mask present, double alone) const noexcept {
  while (!factored(present, alone)) (void)factor_row(present, alone);
  std::size_t m = 0;
  double square = 0;
  for (std::size_t i = 0; i < columns_; ++i) {
    if (!holds(present, i)) continue;
    double v = u[i];
    for (std::size_t k = 0; k < m; ++k) v -= factor_[at(m, k)] * forward_[k];
    forward_[m] = v / factor_[at(m, m)];
    square += forward_[m] * forward_[m];
    ++m;
  }
  return square;
}

inline shrunk_correlation::solution shrunk_correlation::solve(std::span<double const> u, column_mask present,
                                                              double alone) const noexcept {
  double const distance = square(u, present, alone);
  std::size_t const m = rows_;
  for (std::size_t i = m; i-- > 0;) {
    double v = forward_[i];
    for (std::size_t k = i + 1; k < m; ++k) v -= factor_[at(k, i)] * applied_[k];
    applied_[i] = v / factor_[at(i, i)];
  }
  return {distance, applied_.first(m)};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
