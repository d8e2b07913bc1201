// pdm run -- the main job: assets from sources to sinks until the sources end.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <cstdio>
#include <iostream>

#include "cli/verbs.hpp"
#include "pdm/monitor/plant.hpp"

namespace pdm::cli {
namespace {

struct run_options {
  std::string config, out;
  bool check = false;
};

// A file for events that is closed, and checked, at the end.
class event_file {
 public:
  explicit event_file(std::string const& name) : file_(name == "-" ? stdout : std::fopen(name.c_str(), "wb")) {}
  ~event_file() { close(); }
  event_file(event_file const&) = delete;
  event_file& operator=(event_file const&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return file_ != nullptr; }
  bool write(std::string_view line) noexcept {
    // Flushed, so that a reader has every event when it happens and a kill leaves whole lines.
    return std::fwrite(line.data(), 1, line.size(), file_) == line.size() && std::fputc('\n', file_) != EOF &&
           std::fflush(file_) == 0;
  }
  bool close() noexcept {
    if (file_ == nullptr) return true;
    bool ok = std::fflush(file_) == 0;
    if (file_ != stdout) ok = std::fclose(file_) == 0 && ok;
    file_ = nullptr;
    return ok;
  }

 private:
  std::FILE* file_;
};

void complain(wire::input_error const& e) { std::cerr << "pdm: " << e.message() << "\n"; }

void tell(monitor::plant const& plant) {
  for (auto const& a : plant.summary()) {
    std::string id = a.id.substr(0, 100);
    std::replace_if(
        id.begin(), id.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    char line[256];
    std::snprintf(line, sizeof line,
                  "%s: %llu rows, %.2f run hours, %llu starts, watch coverage %.1f %%, %llu alarms\n", id.c_str(),
                  static_cast<unsigned long long>(a.counts.rows), a.counts.run_hours,
                  static_cast<unsigned long long>(a.counts.starts), 100 * a.counts.watch_coverage(),
                  static_cast<unsigned long long>(a.counts.alarms));
    std::cerr << line;
    if (!a.received.empty()) std::cerr << id << ": received " << a.received << "\n";
  }
}

int run(run_options const& options) {
  auto settings = monitor::read_config(options.config);
  if (!settings) {
    for (auto const& e : settings.error()) complain(e);
    return exit_bad_input;
  }
  std::string target = options.out;
  if (target.empty()) target = settings->sinks.empty() ? "-" : settings->sinks.front().file;
  std::unique_ptr<event_file> events;
  boost::asio::io_context context(1);
  monitor::plant plant(context, std::move(*settings), [&](std::string_view line) { return events->write(line); });
  auto const wrong = plant.prepare();
  for (auto const& e : wrong) complain(e);
  if (options.check) return wrong.empty() ? exit_done : exit_bad_input;

  events = std::make_unique<event_file>(target);
  if (!events->is_open()) {
    std::cerr << "pdm: " << target << ": cannot be written; give a file in a folder that exists\n";
    return exit_outside;
  }
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  signals.async_wait([&](boost::system::error_code failed, int) {
    if (!failed) plant.stop();
  });
  plant.on_end([&] { signals.cancel(); });
  plant.start();
  context.run();
  bool const written = events->close() && !plant.sink_failed();
  tell(plant);
  for (auto const& e : plant.failures()) complain(e);
  if (!written) {
    std::cerr << "pdm: " << target
              << ": could not be written to the end; make room, or keep its reader, and run again\n";
    return exit_outside;
  }
  return wrong.empty() && plant.failures().empty() ? exit_done : exit_bad_input;
}

}  // namespace

verb add_run(CLI::App& app) {
  auto* command = app.add_subcommand("run", "Run assets from sources to sinks until the sources end; prints events");
  auto options = std::make_shared<run_options>();
  command->add_option("CONFIG", options->config, "Configuration (pdm config schema prints its schema)")->required();
  command->add_flag("--check", options->check, "Only check the configuration and its files; exit 2 on a bad one");
  command->add_option("--out", options->out,
                      "File for the events; default: the configuration's sink, else standard output");
  return {command, [options] { return run(*options); }};
}

}  // namespace pdm::cli
