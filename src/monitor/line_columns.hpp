// line_columns -- which features of which points the detector sees, and how.
//
// What      Amplitudes are looked at by their natural logarithm, powers by half of it, so that a deviation is a ratio
// and
//           a doubling counts the same everywhere. What can be negative is taken as it is.
#pragma once

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/core/math.hpp"
#include "pdm/monitor/config.hpp"
#include "pdm/monitor/feature_extractor.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// Features of a point that a line needs, "bands:N" replaced by the bands.
[[nodiscard]] std::vector<std::string> wanted_features(line_settings const& line, double fs_hz);

struct line_column {
  std::string name;         // point.feature
  std::size_t point = 0;    // index of the point
  std::size_t feature = 0;  // column of its extractor
  double logarithm = 0;     // factor of the natural logarithm; 0: taken as it is
};

class line_columns {
 public:
  void add_point(std::string const& id, std::span<feature_column const> features, line_settings const& line);
  // Too few or too many columns is a mistake of the configuration.
  [[nodiscard]] wire::input_result<void> finish();

  [[nodiscard]] std::size_t size() const noexcept { return columns_.size(); }
  [[nodiscard]] line_column const& operator[](std::size_t i) const noexcept { return columns_[i]; }
  // Columns that hold the logarithm of a level: the first feature that is one, of every point.
  [[nodiscard]] std::span<std::size_t const> levels() const noexcept { return levels_; }

  // Value as the detector sees it, NaN where it is absent or has no logarithm.
  [[nodiscard]] double transformed(std::size_t i, row const& features) const noexcept {
    auto const& c = columns_[i];
    if (!features.has(c.feature)) return math::not_a_number;
    double const v = features.values[c.feature];
    if (c.logarithm == 0) return v;
    return v > 0 ? c.logarithm * math::log(v) : math::not_a_number;
  }

  // f(name, point, column of the extractor, unit) for every feature that state events report.
  template <class F>
  void for_each_reported(F&& f) const {
    for (auto const& r : reported_) f(std::string_view(r.name), r.point, r.column, std::string_view(r.unit));
  }

 private:
  struct reported {
    std::string name;
    std::size_t point, column;
    std::string unit;
  };
  std::size_t points_ = 0;
  std::vector<line_column> columns_;
  std::vector<std::size_t> levels_;
  std::vector<reported> reported_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
