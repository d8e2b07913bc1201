// kurtogram_grid -- the bands of a 1/3-binary kurtogram: which cells there are, where they lie, which one to take.
//
// What      Rows 0, 1, log2 3, 2, 1 + log2 3, 3, ... up to `levels` halvings: one band, 2, 3, 4, 6, 8, ... 2^levels
//           equal bands of 0 .. rate/2. Values of a kurtogram lie row after row, in order of frequency.
// NB        The largest cell of one record is often a narrow band with one knock in it: take the median of several
//           records cell by cell first, and ask for a bandwidth of three times the highest fault frequency.
// Formula   Level of a row is log2 of its bands; bandwidth = rate / 2 / bands.
// Source    J. Antoni, Mech. Syst. Signal Process. 21 (2007) 108-124; golden/README.md, fast_kurtogram.
// Cost      Constant; best() is O(cells). No memory.
#pragma once

#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct kurtogram_cell {
  std::size_t row = 0, band = 0;
  double level = 0;  // log2 of the number of bands of the row
  hertz low{}, high{};
  double value = 0;

  [[nodiscard]] hertz bandwidth() const noexcept { return {high.value - low.value}; }
  [[nodiscard]] hertz centre() const noexcept { return {0.5 * (low.value + high.value)}; }
};

class kurtogram_grid {
 public:
  static constexpr std::size_t max_levels = 16;

  kurtogram_grid() = default;
  kurtogram_grid(std::size_t levels, hertz rate) noexcept : levels_(levels), rate_(rate) {}

  [[nodiscard]] std::size_t levels() const noexcept { return levels_; }
  [[nodiscard]] hertz rate() const noexcept { return rate_; }
  [[nodiscard]] std::size_t rows() const noexcept { return 2 * levels_; }
  // Columns of the picture in which every band is a whole number of columns wide.
  [[nodiscard]] std::size_t columns() const noexcept { return std::size_t{3} << levels_; }
  [[nodiscard]] std::size_t cells() const noexcept { return offset(rows()); }

  // Rows of `level` halvings, and of its bands cut in three.
  [[nodiscard]] static constexpr std::size_t binary_row(std::size_t level) noexcept {
    return level == 0 ? 0 : 2 * level - 1;
  }
  [[nodiscard]] static constexpr std::size_t ternary_row(std::size_t level) noexcept { return 2 * level + 2; }
  [[nodiscard]] static constexpr std::size_t bands(std::size_t row) noexcept {
    if (row == 0) return 1;
    return row % 2 == 1 ? std::size_t{1} << (row + 1) / 2 : std::size_t{3} << (row / 2 - 1);
  }
  [[nodiscard]] static double level(std::size_t row) noexcept {
    if (row == 0) return 0;
    constexpr double log2_of_3 = 1.58496250072115618;
    return row % 2 == 1 ? static_cast<double>((row + 1) / 2) : static_cast<double>(row / 2 - 1) + log2_of_3;
  }
  // Index of the first value of a row.
  [[nodiscard]] static constexpr std::size_t offset(std::size_t row) noexcept {
    std::size_t sum = 0;
    for (std::size_t r = 0; r < row; ++r) sum += bands(r);
    return sum;
  }
  [[nodiscard]] std::size_t first_column(std::size_t row, std::size_t band) const noexcept {
    return band * (columns() / bands(row));
  }

  [[nodiscard]] kurtogram_cell cell(std::size_t row, std::size_t band, double value = 0) const noexcept {
    double const width = rate_.value / 2 / static_cast<double>(bands(row));
    double const low = static_cast<double>(band) * width;
    return {row, band, level(row), {low}, {low + width}, value};
  }
  // The largest of cells() values among bands at least `least_bandwidth` wide; on ties the lowest, then the widest.
  // Value 0 in row 0 when nothing is above 0.
  [[nodiscard]] kurtogram_cell best(std::span<double const> values, hertz least_bandwidth = {}) const noexcept;

 private:
  std::size_t levels_ = 0;
  hertz rate_{};
};

inline kurtogram_cell kurtogram_grid::best(std::span<double const> values, hertz least_bandwidth) const noexcept {
  kurtogram_cell found = cell(0, 0);
  std::size_t column = columns(), at = 0;
  for (std::size_t row = 0; row < rows(); ++row) {
    bool const wide = rate_.value / 2 / static_cast<double>(bands(row)) >= least_bandwidth.value;
    for (std::size_t b = 0; b < bands(row) && at < values.size(); ++b, ++at) {
      double const v = values[at];
      std::size_t const here = first_column(row, b);
      if (!wide || !(v > found.value || (v == found.value && here < column))) continue;
      found = cell(row, b, v);
      column = here;
    }
  }
  return found;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
