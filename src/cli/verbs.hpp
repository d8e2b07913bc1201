// The verbs of the program. Each adds its subcommand and returns what runs when it is chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace pdm::cli {

// Exit codes of the contract.
inline constexpr int exit_done = 0, exit_found_wrong = 1, exit_bad_input = 2, exit_outside = 3;

// Refuses what is no whole number: "-1" would be read as the largest one.
[[nodiscard]] inline CLI::Validator whole_number() {
  return {[](std::string const& text) {
            bool const whole = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == text.npos;
            return whole ? std::string() : "\"" + text + "\" is not a whole number from 0 to 999999999999999999";
          },
          ""};
}

// For verbs that print through std::cout: 3, with a line, when not everything could be written.
[[nodiscard]] int all_printed();

struct verb {
  CLI::App* command;         // to see whether it was chosen
  std::function<int()> run;  // returns an exit code
};

[[nodiscard]] verb add_features(CLI::App& app);
[[nodiscard]] verb add_diagnose(CLI::App& app);
[[nodiscard]] verb add_simulate(CLI::App& app);
[[nodiscard]] verb add_report(CLI::App& app);
[[nodiscard]] verb add_run(CLI::App& app);
[[nodiscard]] verb add_detect(CLI::App& app);
[[nodiscard]] verb add_rul(CLI::App& app);
[[nodiscard]] verb add_life(CLI::App& app);
[[nodiscard]] verb add_config(CLI::App& app);
[[nodiscard]] verb add_commission(CLI::App& app);
[[nodiscard]] verb add_modbus(CLI::App& app);

}  // namespace pdm::cli
