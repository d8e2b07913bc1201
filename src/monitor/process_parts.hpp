// process_parts -- what a process_detector is made of; shared by its learning, its judging and its saved state.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pdm/anomaly/event_budget.hpp"
#include "pdm/anomaly/lagged_residual.hpp"
#include "pdm/anomaly/level_cusum.hpp"
#include "pdm/anomaly/mean_shift.hpp"
#include "pdm/anomaly/regime_clusters.hpp"
#include "pdm/monitor/process_detector.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

inline constexpr double wildest_deviation = 1e4;  // one wild value stays finite squared and summed

// What is known of one column of the table.
struct process_column {
  double mean = 0, scale = 1, held = 0, last = 0;
  double longest = 1, run = 0;                         // rows with the same value: while learning, and now
  bool watched = false, moved = false, named = false;  // named: it tells the regime
};

struct process_detector::parts {
  std::vector<std::string> names;
  process_settings settings;
  std::vector<process_column> columns;
  std::vector<std::size_t> watched;        // places of the watched columns
  std::vector<std::size_t> regime_places;  // of the columns that name the regime
  std::vector<double> regime_means;        // regimes x columns, from each column's mean
  std::vector<std::byte> regime_memory;
  anomaly::regime_clusters regimes;
  std::vector<double> learned, times;
  std::size_t rows = 0;
  bool ready = false;

  std::vector<std::byte> memory;
  anomaly::lagged_residual residual;
  anomaly::level_cusum level;
  anomaly::mean_shift shift;
  anomaly::score_tail tail;
  anomaly::event_allowance allowance;
  double limit = 1;  // of the mean residual
  double interval = 60, last_time = std::numeric_limits<double>::quiet_NaN();
  double begin_time = std::numeric_limits<double>::quiet_NaN();
  bool alarm = false;
  std::size_t quiet = 0;
  std::vector<double> z, shares, last_values;
  std::vector<char> here;

  status prepare();
  result<bool, std::string> finish_learning();
  void learn_columns();
  bool learn_regimes();
  void prepare_regimes();
  std::optional<std::size_t> regime_of(double const* values) const;
  double expected(std::size_t column, std::optional<std::size_t> regime) const {
    return columns[column].mean + (regime ? regime_means[*regime * names.size() + column] : 0);
  }
  std::vector<double> standardised() const;
  void fit_limits(std::vector<double> const& rows_z, std::vector<double>& scratch);
  void learn_interval();
  bool take(std::span<double const> values, std::optional<std::size_t> regime, quality& q);
  bool repeated(std::span<double const> values, double time_s) const;
  double elapsed(double time_s, quality& q);
  void explain(process_decision& d);
  process_decision score(std::span<double const> values, double time_s, quality q);
  double residual_score() const;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
