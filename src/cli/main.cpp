// pdm -- the program: one verb, its options, its inputs; results on standard output, words on standard error.
#include <csignal>
#include <cstdio>
#include <iostream>
#include <vector>

#include "cli/verbs.hpp"
#include "pdm/core/version.hpp"
#include "pdm/wire/input_error.hpp"

namespace {

// Wrong usage in one line: pdm: VERB: what is wrong; where it is explained.
int wrong_usage(CLI::App const& app, CLI::ParseError const& e, int argc, char** argv) {
  pdm::wire::input_error wrong;
  auto const chosen = app.get_subcommands();
  if (!chosen.empty()) {
    wrong.file = chosen.front()->get_name();
    wrong.what = e.what();
    wrong.todo = "pdm " + wrong.file + " --help explains every option";
  } else {
    wrong.file = argc > 1 ? argv[1] : "pdm";
    wrong.what = argc > 1 ? "there is no such verb or option" : "no verb is given";
    wrong.todo = "pdm --help lists them";
  }
  std::fprintf(stderr, "pdm: %s\n", wrong.message().c_str());
  return pdm::cli::exit_bad_input;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace pdm::cli;
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is a failed write, told with exit 3
  CLI::App app{"Predictive maintenance: from raw samples to state, reason, remaining life and advice."};
  app.name("pdm");
  app.set_version_flag("--version", std::string("pdm ") + PDM_VERSION_STRING);
  app.require_subcommand(1);
  // In the order of a first day: try it, set it up, run it, read it, look closer.
  std::vector<verb> const verbs{
      add_simulate(app), add_commission(app), add_config(app), add_run(app),  add_report(app), add_features(app),
      add_diagnose(app), add_detect(app),     add_rul(app),    add_life(app), add_modbus(app),
  };

  try {
    app.parse(argc, argv);
  } catch (CLI::ParseError const& e) {
    if (e.get_exit_code() != 0) return wrong_usage(app, e, argc, argv);
    app.exit(e);  // --help or --version
    return all_printed();
  }
  for (auto const& v : verbs) {
    if (v.command->parsed()) return v.run();
  }
  return exit_bad_input;
}
