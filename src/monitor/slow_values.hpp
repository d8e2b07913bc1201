// slow_values -- speed and load from a table: the last value before a moment.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "pdm/monitor/asset_line.hpp"
#include "pdm/monitor/config.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

class slow_values {
 public:
  // Reads a source of kind "table"; what is wrong with it, or nothing.
  [[nodiscard]] std::optional<wire::input_error> read(source_settings const& s);
  // Nothing where there is no table; else what held at that moment, absent before the first row.
  [[nodiscard]] std::optional<process_values> at(nanoseconds t) const noexcept {
    if (rows_.empty()) return std::nullopt;
    auto const after =
        std::upper_bound(rows_.begin(), rows_.end(), t, [](nanoseconds x, entry const& e) { return x < e.t; });
    return after == rows_.begin() ? process_values{} : std::prev(after)->values;
  }

 private:
  struct entry {
    nanoseconds t = 0;
    process_values values;
  };
  std::vector<entry> rows_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
