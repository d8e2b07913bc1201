// pdm -- the program: one verb, its options, its inputs; results on standard output, words on standard error.
#include <csignal>
#include <iostream>
#include <vector>

#include "cli/verbs.hpp"
#include "pdm/core/version.hpp"

int main(int argc, char** argv) {
  using namespace pdm::cli;
  CLI::App app{"Predictive maintenance: from raw samples to state, reason, remaining life and advice."};
  app.name("pdm");
  app.set_version_flag("--version", std::string("pdm ") + PDM_VERSION_STRING);
  app.require_subcommand(1);
  // In the order of a first day: try it, set it up, run it, read it, look closer.
  std::vector<verb> const verbs{
      add_simulate(app), add_config(app), add_run(app), add_report(app), add_features(app),
  };

  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    return app.exit(e) == 0 ? exit_done : exit_bad_input;
  }
  for (auto const& v : verbs) {
    if (v.command->parsed()) return v.run();
  }
  return exit_bad_input;
}
