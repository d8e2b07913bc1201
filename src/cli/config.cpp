// pdm config -- the configuration's schema, its building blocks, and a configuration made from a folder of recordings.
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/verbs.hpp"
#include "pdm/monitor/config.hpp"
#include "pdm/monitor/registry.hpp"
#include "pdm/wire/json.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::cli {
namespace {

namespace fs = std::filesystem;
using monitor::json;

// A raw file needs its sidecar; the other formats speak for themselves.
bool is_recording(fs::path const& p) {
  if (p.extension() == ".wav" || p.extension() == ".mat") return true;
  return p.extension() == ".f32" && fs::exists(fs::path(p).replace_extension(".json"));
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    auto const n = wire::utf8_sequence(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

int recordings(std::string const& folder, std::string const& template_file) {
  std::error_code failed;
  std::vector<fs::path> files;
  for (auto const& entry : fs::directory_iterator(folder, failed)) {
    if (entry.is_regular_file(failed) && is_recording(entry.path())) files.push_back(entry.path());
  }
  if (failed || files.empty()) {
    std::cerr << "pdm: " << folder << ": " << (failed ? failed.message() : "holds no recordings")
              << "; give a folder of .f32 with sidecar, .wav or .mat\n";
    return exit_bad_input;
  }
  std::sort(files.begin(), files.end());
  json plant{{"schema", "pdm.config/1"}};
  if (!template_file.empty()) {
    auto parsed = wire::parse_json_file(template_file);
    if (!parsed) {
      std::cerr << "pdm: " << parsed.error().message() << "\n";
      return exit_bad_input;
    }
    plant["templates"]["recording"] = json(*parsed);
  }
  bool all = true;
  for (auto const& f : files) {
    auto const path = fs::absolute(f).lexically_normal().string();
    if (!is_utf8(path)) {
      wire::input_error const odd{path, "the name is not UTF-8, which JSON cannot carry", "rename it", {}, {}, false};
      std::cerr << "pdm: " << odd.message() << "\n";
      all = false;
      continue;
    }
    json asset{{"id", f.stem().string()}};
    if (!template_file.empty()) asset["template"] = "recording";
    asset["sources"] = json::array({{{"kind", "recording"}, {"file", path}}});
    plant["assets"].push_back(std::move(asset));
  }
  std::cout << plant.dump(1) << "\n";
  int const printed = all_printed();
  return printed == exit_done && !all ? exit_bad_input : printed;
}

int blocks() {
  for (auto const& b : monitor::building_blocks()) {
    std::cout << json{{"kind", b.kind}, {"name", b.name}, {"about", b.about}}.dump() << "\n";
  }
  return all_printed();
}

}  // namespace

verb add_config(CLI::App& app) {
  auto* command = app.add_subcommand("config", "Configuration of pdm run: its schema, its blocks, a first one");
  command->require_subcommand(1);
  command->add_subcommand("schema", "Print the JSON Schema (draft 7) of a configuration");
  auto* list = command->add_subcommand("blocks", "Print the building blocks a configuration can name");
  auto* from =
      command->add_subcommand("recordings", "Print a configuration with one asset for each recording of a folder");
  auto folder = std::make_shared<std::string>();
  auto part = std::make_shared<std::string>();
  from->add_option("FOLDER", *folder, "Folder of .f32 with sidecar, .wav or .mat")->required();
  from->add_option("--template", *part, "JSON file with the parts every asset shares (machine, points, line, advice)");
  return {command, [=] {
            if (list->parsed()) return blocks();
            if (from->parsed()) return recordings(*folder, *part);
            std::cout << monitor::config_schema().dump(1) << "\n";
            return all_printed();
          }};
}

}  // namespace pdm::cli
