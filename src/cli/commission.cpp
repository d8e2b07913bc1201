// pdm commission -- what a first recording says about machine, sensor and set-up, and a configuration to begin with.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/line_output.hpp"
#include "cli/verbs.hpp"
#include "monitor/commissioning_text.hpp"

namespace pdm::cli {
namespace {

namespace fs = std::filesystem;
using monitor::json;

struct commission_options {
  std::vector<std::string> files;
  std::string format = "auto", channel, out, config;
  std::optional<double> fs_hz;
};

// Looks at one file, prints its line and adds its asset to the configuration.
wire::input_result<void> look_at(commission_options const& o, std::string const& file, line_output& out, json& assets) {
  wire::read_options how;
  how.format = o.format;
  how.fs_hz = o.fs_hz;
  if (!o.channel.empty()) how.channel = o.channel;
  auto recording = wire::open_recording(file, how);
  if (!recording) return recording.error();
  auto const found = monitor::commission(**recording);
  if (!found) return found.error();
  wire::json_text text;
  text.open('{').member("file", std::string_view(file));
  monitor::write_members(text, *found, report::catalogue::english());
  out.write(text.close('}').view());
  auto id = fs::path(file).stem().string();
  for (auto const& a : assets) {
    if (a["id"] == id) id += "_" + std::to_string(assets.size() + 1);
  }
  assets.push_back(monitor::asset_of(*found, id, fs::absolute(file).lexically_normal().string(), o.format, o.fs_hz));
  return {};
}

// False, with a complaint, when it could not be written.
bool write_config(std::string const& name, json assets) {
  json plant{{"schema", "pdm.config/1"}};
  plant["assets"] = std::move(assets);
  std::ofstream to(name, std::ios::binary);
  to << plant.dump(1, ' ', false, json::error_handler_t::replace) << "\n";
  if (to.flush()) return true;
  complain(about(name, "cannot be written", "give another --config"));
  return false;
}

int run_commission(commission_options const& o) {
  line_output out(o.out);
  if (!out.good()) {
    complain(about(out.name(), "cannot be written", "give another --out"));
    return exit_outside;
  }
  int code = exit_done;
  json assets = json::array();
  for (auto const& file : o.files) {
    if (!out.good()) break;
    auto const done = look_at(o, file, out, assets);
    if (done) continue;
    complain(done.error());
    code = done.error().outside ? exit_outside : std::max(code, exit_bad_input);
  }
  if (!o.config.empty() && !assets.empty() && !write_config(o.config, std::move(assets))) return exit_outside;
  if (!out.close()) {
    complain(about(out.name(), "cannot be written to the end", "make room, or keep its reader, and run again"));
    return exit_outside;
  }
  return code;
}

}  // namespace

verb add_commission(CLI::App& app) {
  auto o = std::make_shared<commission_options>();
  auto* c = app.add_subcommand("commission",
                               "Looks at a first recording: runs or not, speed, mains, noise, clipping, usable band, "
                               "what can be seen and what is missing; writes a first configuration.");
  c->add_option("FILE", o->files, "recordings, some minutes of a running machine each")->required();
  c->add_option("--config", o->config, "configuration to write, one asset a file; pdm run --check accepts it");
  c->add_option("--format", o->format, "auto f32 f64 wav csv npy mat; default: auto")->capture_default_str();
  c->add_option("--fs", o->fs_hz, "sampling rate in Hz; default: what the file or its sidecar says");
  c->add_option("--channel", o->channel, "name or 0-based index; default: the first");
  c->add_option("--out", o->out, "file to write the findings to; default: standard output");
  return {c, [o] { return run_commission(*o); }};
}

}  // namespace pdm::cli
