// life -- what the parts of `pdm life` share: the ledger of repairs and the lives in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "pdm/prognostics/log_life.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::cli {

struct ledger_layout {
  std::string installed = "installed", removed = "removed", reason = "reason", hours = "hours";
  std::vector<std::string> columns;  // of a table without a header line
  std::string clock = "auto";        // auto: operating where there is a column of hours
  std::string until;                 // when the ledger was closed; empty: its latest time
};

// Lives in hours, ended by a failure or not.
struct life_ledger {
  std::vector<double> log_hours;
  std::unique_ptr<bool[]> failed;
  std::size_t failures = 0, replaced = 0, running = 0;
  std::size_t left_out = 0;  // rows that say nothing about their hours
  double total_hours = 0, longest_hours = 0;
  bool operating = false, closed_at_latest = false;  // the clock; whether `until` was taken from the ledger

  [[nodiscard]] prognostics::log_lives lives() const { return {log_hours, {failed.get(), log_hours.size()}}; }
};

wire::input_result<life_ledger> read_ledger(std::string const& file, ledger_layout const& layout);

}  // namespace pdm::cli
