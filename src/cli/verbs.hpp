// The verbs of the program. Each adds its subcommand and returns what runs when it is chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace pdm::cli {

// Exit codes of the contract.
inline constexpr int exit_done = 0, exit_found_wrong = 1, exit_bad_input = 2, exit_outside = 3;

struct verb {
  CLI::App* command;         // to see whether it was chosen
  std::function<int()> run;  // returns an exit code
};

[[nodiscard]] verb add_features(CLI::App& app);
[[nodiscard]] verb add_simulate(CLI::App& app);
[[nodiscard]] verb add_report(CLI::App& app);
[[nodiscard]] verb add_run(CLI::App& app);
[[nodiscard]] verb add_config(CLI::App& app);

}  // namespace pdm::cli
