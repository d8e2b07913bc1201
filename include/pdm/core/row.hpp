// row -- one observation of several named quantities, any of which may be absent.
//
// What      Values in the order of a schema that the maker of the row publishes, with a bit for each one that is
//           there. Detectors, health indices and tables all speak rows.
// NB        An absent value is not zero and not NaN: its bit is clear and nobody reads it. A NaN that a kernel
//           returned (an undefined ratio) becomes absent when the row is made; no estimator ever sees it.
// Shape     values.size() columns, at most row::max_columns.
#pragma once

#include <bitset>
#include <cstddef>
#include <span>
#include <string_view>

#include "pdm/core/operating.hpp"
#include "pdm/core/quality.hpp"
#include "pdm/core/time.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

struct row {
  static constexpr std::size_t max_columns = 256;

  std::span<double const> values;
  std::bitset<max_columns> present;  // bit i: values[i] is there
  nanoseconds source_time = 0;       // of the first sample behind it, since the source's start
  std::uint64_t sequence = 0;        // running number of the row
  pdm::quality quality{};
  pdm::operating operating{};

  [[nodiscard]] std::size_t size() const noexcept { return values.size(); }
  [[nodiscard]] bool has(std::size_t i) const noexcept { return i < max_columns && present[i]; }
};

// A row of plain numbers: what is finite is present.
[[nodiscard]] inline row make_row(std::span<double const> values) noexcept {
  row r{values, {}, 0, 0, {}, {}};
  for (std::size_t i = 0; i < values.size() && i < row::max_columns; ++i) {
    r.present[i] = values[i] - values[i] == 0;  // false for NaN and infinities
  }
  return r;
}

// What a column means. Names and definitions are stable; a change of meaning is a new version.
struct feature_info {
  std::string_view name;  // as in golden/README.md: "kurtosis", "band_power.1000-2000"
  pdm::unit unit = unit::unknown;
  std::string_view definition;  // formula in one line
  std::string_view source;      // where the formula stands
  int version = 1;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
