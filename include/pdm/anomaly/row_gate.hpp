// row_gate -- which rows an estimator may use at all, and which values of them.
//
// What      Refuses rows of bad quality and, unless asked to, rows outside steady running; of the others the values
//           count that are present, finite and below 1e100 in size.
// NB        Not the learning policy: whether a good row should be learned is decided there.
// Shape     Up to 64 columns; a mask has a bit for each.
// Threads   Safe.
#pragma once

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
      : columns_(columns), any_state_(any_operating_state) {}

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
    if (!PDM_EXPECTS(r.size() == columns_) || !(weight > 0 && weight < largest_value)) return 0;
    return refuses(r) == abstention::none ? usable(r) : 0;
  }

 private:
  [[nodiscard]] column_mask usable(row const& r) const noexcept {
    column_mask m = 0;
    for (std::size_t i = 0; i < columns_; ++i) {
      double const v = r.values[i];
      bool const fits = v < largest_value && v > -largest_value;  // false for NaN
      m |= static_cast<column_mask>(fits) << i;
    }
    constexpr std::size_t above = row::max_columns - max_columns;
    return m & ((r.present << above) >> above).to_ullong();
  }
  [[nodiscard]] abstention refuses(row const& r) const noexcept {
    if (r.quality.is_bad()) return abstention::bad_quality;
    return r.operating.is_steady() || any_state_ ? abstention::none : abstention::not_steady;
  }

  std::size_t columns_ = 0;
  bool any_state_ = false;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
