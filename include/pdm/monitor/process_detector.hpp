// process_detector -- anomalies in rows of process values, from a learning part and without further settings.
//
// What      Learns from the first rows, then says for every row how far it is beyond its limit (score; 1 is the limit),
//           whether the alarm stands, whether a change point is announced, and which columns make the score. Made of
//           anomaly::lagged_residual (what the usual course does not explain), anomaly::level_cusum (levels that stay
//           away), anomaly::mean_shift (change points), anomaly::event_budget (limits from a budget of events).
// Regimes   With columns that name the way of running, rows are compared inside their regime alone, and a regime that
// was
//           not seen while learning is an answer of its own: no score, no alarm, nothing learned.
// NB        Strictly causal: a row's answer never depends on later rows, nor on how many rows came before it.
//           The wanted budget is of false alarm events a month for the asset, not a share of rows.
// Learning  The model is frozen after the learning part; only the level's baseline follows, slowly, within a budget of
//           one deviation, on good rows and never while the alarm stands.
// Bad rows  An absent value is held for the model, marked, not learned, and has no part in the score; a row whose
// watched
//           columns are all absent, and a repeated row, are answered with an abstention and change no state.
// Memory    Learning keeps its rows (rows x columns doubles); afterwards a fixed state.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/core/quality.hpp"
#include "pdm/core/result.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

struct process_settings {
  std::size_t learn = 400;          // rows
  double budget = 1;                // false alarm events a month for the site
  double assets = 1;                // that share the budget
  std::size_t hold = 15;            // rows below the threshold after which the alarm ends
  double change_above = 1.5;        // of the 99 % quantile of the change statistic while learning
  std::vector<std::string> regime;  // columns that name the way of running; not watched themselves
  double unseen = 1.1;              // anomaly::score_tail: ln of what learning has not shown
  double level_k = 1.25, level_least = 30, level_guard = 6;  // anomaly::level_cusum
  std::optional<double> interval;  // seconds from row to row; default: the median of the learning part, else 60
};

// "process" or "process_quiet"; nothing for another name.
[[nodiscard]] std::optional<process_settings> process_preset(std::string_view name);
[[nodiscard]] std::span<std::string_view const> process_preset_names();

struct process_decision {
  bool abstained = true;
  std::string_view why{}, needs{};  // of an abstention
  double score = 0, p_value = 1, threshold = 1;
  bool alarm = false, changepoint = false, event = false;
  std::optional<std::size_t> regime{};  // where there are regime columns and this one was seen before
  bool explained = false;               // parts sum to the score
  std::span<double const> parts{};      // one a column; until the next row
  pdm::quality quality{};
};

struct process_summary {
  std::vector<std::string> constant, slow;  // columns that are not watched at all; whose level is not watched
  std::size_t columns = 0, components = 0, regimes = 0;
  double interval_s = 60, learned_s = 0, budget = 1, kept = 1, until_wanted_s = 0;
};

class process_detector {
 public:
  [[nodiscard]] static result<process_detector, std::string> make(std::vector<std::string> columns,
                                                                  process_settings const& settings);
  process_detector(process_detector&&) noexcept;
  process_detector& operator=(process_detector&&) noexcept;
  ~process_detector();

  // One row: values in the order of the columns, NaN where absent; time in seconds or NaN. Nothing while it learns.
  // An error, in words, when the learning part cannot be learned from.
  [[nodiscard]] result<std::optional<process_decision>, std::string> row(std::span<double const> values, double time_s,
                                                                         pdm::quality quality);
  [[nodiscard]] bool learning() const noexcept;
  [[nodiscard]] process_summary summary() const;
  [[nodiscard]] std::vector<std::string> const& columns() const noexcept;

  // Exact, after learning: the same answers, bit for bit.
  [[nodiscard]] std::vector<std::byte> save() const;
  [[nodiscard]] static result<process_detector, std::string> restore(std::span<std::byte const> from);

 private:
  struct parts;
  explicit process_detector(std::unique_ptr<parts> p) noexcept;
  std::unique_ptr<parts> parts_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
