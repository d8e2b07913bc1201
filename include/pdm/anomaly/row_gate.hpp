// row_gate -- which rows an estimator may use at all, and which values of them.
//
// What      Refuses rows of bad quality and, unless asked to, rows outside steady running; of the others the values
//           count that are present, finite and below 1e100 in size.
// NB        Not the learning policy: whether a good row should be learned is decided there.
// Shape     Up to 64 columns; a mask has a bit for each.
// Threads   Safe.
#pragma once

#include <bit>
#include <bitset>
#include <cstddef>
#include <cstdint>

#include "pdm/anomaly/shrunk_correlation.hpp"
#include "pdm/core/concepts.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class row_gate {
 public:
  static constexpr std::size_t max_columns = 64;
  static constexpr double largest_value = 1e100;

  row_gate() = default;
  explicit row_gate(std::size_t columns, bool any_operating_state = false) noexcept
      : columns_(columns), any_state_(any_operating_state) {
    for (std::size_t i = 0; i < columns && i < max_columns; ++i) everything_[i] = true;
  }

  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  [[nodiscard]] column_mask all() const noexcept {
    return columns_ == max_columns ? ~column_mask{0} : (column_mask{1} << columns_) - 1;
  }
  [[nodiscard]] static status accepts(std::size_t columns, char const* who) noexcept {
    if (columns == 0 || columns > max_columns) return error{errc::limit_exceeded, who, "give 1 to 64 columns"};
    return {};
  }
  // Why a row is not scored, or none and those of the columns `known` that count.
  [[nodiscard]] abstention judge(row const& r, column_mask known, column_mask& present) const noexcept {
    if (!PDM_EXPECTS(r.size() == columns_) || known == 0) return abstention::not_ready;
    if (auto const why = refuses(r); why != abstention::none) return why;
    present = usable(r) & known;
    return present == 0 ? abstention::no_columns : abstention::none;
  }
  // The columns that may be learned from a row; 0: nothing.
  [[nodiscard]] column_mask learnable(row const& r, double weight) const noexcept {
    return PDM_EXPECTS(r.size() == columns_) && admits(r, weight) ? usable(r) : 0;
  }
  // A row may be learned, its values aside.
  [[nodiscard]] bool admits(row const& r, double weight) const noexcept {
    return weight > 0 && weight < largest_value && refuses(r) == abstention::none;
  }
  // As many values as columns, all present.
  [[nodiscard]] bool whole(row const& r) const noexcept { return r.size() == columns_ && r.present == everything_; }

 private:
  // Sets the highest bit where |v| >= 1e100, infinite or NaN.
  [[nodiscard]] static std::uint64_t too_large(double v) noexcept {
    constexpr std::uint64_t size = ~std::uint64_t{0} >> 1;
    return (std::bit_cast<std::uint64_t>(v) & size) + (size + 1 - std::bit_cast<std::uint64_t>(largest_value));
  }
  [[nodiscard]] column_mask usable(row const& r) const noexcept {
    std::uint64_t wrong = 0;
    for (std::size_t i = 0; i < columns_; ++i) wrong |= too_large(r.values[i]);
    if (wrong >> 63 == 0 && r.present == everything_) return all();
    column_mask m = 0;
    for (std::size_t i = 0; i < columns_; ++i) {
      bool const fits = r.has(i) && too_large(r.values[i]) >> 63 == 0;
      m |= static_cast<column_mask>(fits) << i;
    }
    return m;
  }
  [[nodiscard]] abstention refuses(row const& r) const noexcept {
    if (r.quality.is_bad()) return abstention::bad_quality;
    return r.operating.is_steady() || any_state_ ? abstention::none : abstention::not_steady;
  }

  std::size_t columns_ = 0;
  bool any_state_ = false;
  std::bitset<row::max_columns> everything_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
