// rul -- what the parts of `pdm rul` share: how inputs are laid out, and the units that are read from them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdm/learning/life_fit.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::cli {

// How files become units; kept in the model, so that predict needs no layout.
struct rul_layout {
  std::string kind = "cmapss";  // cmapss table runs
  std::string time, unit;       // table: columns; empty: row numbers, a file is a unit
  std::string end_column, end_value;
  std::string threshold_column;
  double threshold = 0;
  std::vector<std::string> settings, ignore;
  double window_s = 1;  // runs: of a recording without snapshots

  [[nodiscard]] std::string text() const;
  [[nodiscard]] static std::optional<rul_layout> parse(std::string const& text);
  // A quantile beyond the horizon is written as the horizon, and cycles count from 1 at the unit's first day.
  [[nodiscard]] bool is_cmapss() const { return kind == "cmapss"; }
};

// Rows of one unit as they stand in the file. `age` counts from the unit's beginning, `clock` is what the file says.
struct rul_unit {
  std::string name;
  std::vector<double> age, clock;
  std::vector<double> settings, channels;  // rows x names
  std::vector<bool> counted;               // false: the time did not rise, the row is left out
  bool ended = true;                       // the end was reached (fit) or passed (predict)
  std::size_t end_row = 0;                 // first row at or after the end, or the number of rows
};

struct rul_table {
  std::vector<std::string> settings, channels;  // names
  std::vector<rul_unit> units;
  std::size_t left_out = 0;  // rows whose time did not rise
};

// Reads files; `wanted` (settings, then channels) are the columns of a model, empty: all that hold numbers.
wire::input_result<rul_table> read_rul(std::vector<std::string> const& files, rul_layout const& layout,
                                       std::vector<std::string> const& wanted_settings,
                                       std::vector<std::string> const& wanted_channels);

// Of `pdm rul evaluate`; an exit code.
struct rul_evaluation {
  std::string predictions, truth, out;
  std::string each;    // file for the predictions with their truth, for pdm report; empty: none
  double cap = 0;      // 0: none
  double alpha = 0.2;  // of alpha-lambda and the prognostic horizon
  double lambda = 0.5;
};
int evaluate_rul(rul_evaluation const& options);

}  // namespace pdm::cli
