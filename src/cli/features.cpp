// pdm features -- one line of JSON for every window of recorded samples.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "cli/line_output.hpp"
#include "cli/verbs.hpp"
#include "pdm/acquisition/quality_gate.hpp"
#include "pdm/dsp/fft_use.hpp"
#include "pdm/features/catalogue.hpp"
#include "pdm/monitor/feature_extractor.hpp"
#include "pdm/wire/json_text.hpp"
#include "pdm/wire/recording.hpp"

namespace pdm::cli {
namespace {

constexpr std::uint64_t longest_default_window = 1u << 20;

struct feature_options {
  std::vector<std::string> files;
  std::optional<std::uint64_t> window, hop;
  std::vector<std::string> bands;
  std::string envelope_band;
  std::vector<std::string> names;
  std::string format = "auto", channel, out;
  std::optional<double> fs_hz;
  bool list = false;
};

void complain(wire::input_error const& e) { std::fprintf(stderr, "pdm: %s\n", e.message().c_str()); }

wire::input_error about(std::string file, std::string what, std::string todo) {
  wire::input_error e;
  e.file = std::move(file);
  e.what = std::move(what);
  e.todo = std::move(todo);
  return e;
}

// "LO:HI" with 0 <= LO < HI.
struct band_option {
  double low = 0, high = 0;
  std::string name;  // "LO-HI" as written
};
std::optional<band_option> parse_band(std::string const& text) {
  auto const colon = text.find(':');
  if (colon == std::string::npos) return {};
  band_option band{0, 0, text};
  band.name[colon] = '-';
  auto const read = [](char const* from, char const* to, double& value) {
    auto const [end, failed] = std::from_chars(from, to, value);
    return failed == std::errc{} && end == to && std::isfinite(value);
  };
  char const* const begin = text.data();
  if (!read(begin, begin + colon, band.low) || !read(begin + colon + 1, begin + text.size(), band.high)) return {};
  return band.low >= 0 && band.high > band.low ? std::optional(band) : std::nullopt;
}

int list_features(line_output& out) {
  wire::json_text text;
  for (auto const& e : features::catalogue) {
    text.clear();
    text.open('{').member("name", e.info.name);
    text.member("unit", e.rule == features::unit_rule::signal           ? std::string_view("signal")
                        : e.rule == features::unit_rule::signal_squared ? std::string_view("signal^2")
                                                                        : symbol(e.info.unit));
    text.member("definition", e.info.definition).member("source", e.info.source).member("version", e.info.version);
    out.write(text.close('}').view());
  }
  return exit_done;
}

// One file: its recording, its windows and what is computed of them.
class feature_job {
 public:
  feature_job(feature_options const& options, line_output& out) : options_(options), out_(out) {}

  wire::input_result<void> run(std::string const& file) {
    wire::read_options how;
    how.format = options_.format;
    how.fs_hz = options_.fs_hz;
    if (!options_.channel.empty()) how.channel = options_.channel;
    auto opened = wire::open_recording(file, how);
    if (!opened) return opened.error();
    recording_ = std::move(*opened);
    if (auto s = set_up(file); !s) return s;
    for (std::size_t c = 0; c < info().channels.size(); ++c) {
      if (auto s = run_channel(file, c); !s) return s;
    }
    return {};
  }

 private:
  [[nodiscard]] wire::recording_info const& info() const { return recording_->info(); }

  wire::input_result<void> set_up(std::string const& file) {
    window_ = options_.window.value_or(std::min(info().samples, longest_default_window));
    hop_ = options_.hop.value_or(window_);
    if (window_ == 0) return about(file, "the recording holds no samples", "give a recording with samples");
    if (window_ > info().samples) {
      return about(file,
                   "the window of " + std::to_string(window_) + " samples is longer than the recording of " +
                       std::to_string(info().samples),
                   "give a smaller --window");
    }
    monitor::extractor_setup setup;
    setup.length = window_;
    setup.rate_hz = info().fs_hz;
    setup.quantity = info().quantity;
    if (info().bearing && info().shaft_hz > 0) {
      auto const& b = *info().bearing;
      setup.lines = {{"BPFO", b.outer_race}, {"BPFI", b.inner_race}, {"BSF", b.element_spin}, {"FTF", b.cage}};
    }
    if (!options_.envelope_band.empty()) {
      auto const band = parse_band(options_.envelope_band);
      if (band->high > info().fs_hz / 2) {
        return about(file, "--envelope-band " + options_.envelope_band + " reaches above half the sampling rate",
                     "give a band below it");
      }
      setup.envelope_low = {band->low};
      setup.envelope_high = {band->high};
    }
    setup.features = options_.names.empty() ? monitor::default_features(setup) : options_.names;
    for (auto const& text : options_.bands) setup.features.push_back("band_power." + parse_band(text)->name);
    if (auto s = extractor_.prepare(setup); !s) {
      auto e = s.error();
      e.file = file;
      return e;
    }
    samples_.resize(window_);
    return {};
  }

  wire::input_result<void> run_channel(std::string const& file, std::size_t channel) {
    std::uint64_t window = 0;
    for (std::uint64_t s = 0; s < info().snapshots; ++s) {
      for (std::uint64_t at = 0; at + window_ <= info().samples; at += hop_, ++window) {
        if (auto read = recording_->read(s, channel, at, samples_); !read) return read.error();
        write(file, channel, window, info().snapshot_elapsed_s(s) + static_cast<double>(at) / info().fs_hz);
        if (!out_.good()) return {};
      }
    }
    return {};
  }

  // Of the window by itself: windows may overlap, so none knows what came before it.
  quality quality_of_window() {
    acquisition::quality_gate gate;
    arena nothing;
    quality found;
    stream_spec const spec{.rate = {info().fs_hz}, .max_block = samples_.size(), .quantity = info().quantity};
    if (!gate.prepare(spec, nothing)) return found;
    gate.process(block<double>(samples_, {}), [&](block<double> const& b) noexcept { found = b.quality; });
    return found;
  }

  void write(std::string const& file, std::size_t channel, std::uint64_t window, double t_s) {
    auto const row = extractor_.extract(samples_, info().shaft_hz);
    text_.clear();
    text_.open('{')
        .member("file", std::string_view(file))
        .member("channel", std::string_view(info().channels[channel]));
    text_.member("window", window).member("t_s", t_s).member("n", window_).member("quality", quality_of_window());
    text_.key("features").open('{');
    auto const columns = extractor_.columns();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      text_.member(columns[i].name, row.has(i) ? std::optional(row.values[i]) : std::nullopt);
    }
    out_.write(text_.close('}').close('}').view());
  }

  feature_options const& options_;
  line_output& out_;
  std::unique_ptr<wire::recording> recording_;
  monitor::feature_extractor extractor_;
  std::uint64_t window_ = 0, hop_ = 0;
  std::vector<double> samples_;
  wire::json_text text_;
};

// What is wrong with the options themselves, said before any file is opened.
std::optional<wire::input_error> problem_with(feature_options const& o) {
  if (!o.list && o.files.empty()) return about("features", "no file given", "give a recording, or --list");
  if (o.window == 0u) return about("--window", "a window of 0 samples", "give 1 to 16777216 samples");
  if (o.hop == 0u) return about("--hop", "a hop of 0 samples never ends", "give 1 sample or more");
  if (o.window && *o.window > dsp::max_fft_length)
    return about("--window", "too long", "give at most 16777216 samples");
  for (auto const& text : o.bands) {
    if (!parse_band(text)) return about("--band", "\"" + text + "\" is not a band", "give LO:HI in Hz, 0 <= LO < HI");
  }
  if (!o.envelope_band.empty() && !parse_band(o.envelope_band)) {
    return about("--envelope-band", "\"" + o.envelope_band + "\" is not a band", "give LO:HI in Hz, 0 <= LO < HI");
  }
  return {};
}

int run_features(feature_options const& options) {
  if (auto const problem = problem_with(options)) {
    complain(*problem);
    return exit_bad_input;
  }
  line_output out(options.out);
  if (!out.good()) {
    complain(about(out.name(), "cannot be written", "give another --out"));
    return exit_outside;
  }
  int code = exit_done;
  if (options.list) code = list_features(out);
  for (auto const& file : options.files) {
    if (options.list || !out.good()) break;
    auto const done = feature_job(options, out).run(file);
    if (done) continue;
    complain(done.error());
    code = done.error().outside ? exit_outside : std::max(code, exit_bad_input);
  }
  if (!out.close()) {
    complain(about(out.name(), "cannot be written to the end", "make room, or keep its reader, and run again"));
    return exit_outside;
  }
  return code;
}

}  // namespace

verb add_features(CLI::App& app) {
  auto options = std::make_shared<feature_options>();
  auto* c =
      app.add_subcommand("features", "Named features of every window of recorded samples, one line of JSON each.");
  c->add_option("FILE", options->files, "recordings: .f32 with sidecar, .f64, .wav, .csv, .npy, .mat");
  c->add_option("--window", options->window,
                "samples a window; default: the whole snapshot or recording, at most 1048576")
      ->check(whole_number());
  c->add_option("--hop", options->hop, "samples from window to window; default: the window")->check(whole_number());
  c->add_option("--band", options->bands, "power of a band LO:HI in Hz as band_power.LO-HI; may be repeated")
      ->allow_extra_args(false);
  c->add_option("--envelope-band", options->envelope_band,
                "band LO:HI in Hz that is demodulated; default: fs/8 to 3 fs/8");
  c->add_option("--features", options->names, "names, separated by commas; default: a useful set")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--format", options->format, "auto f32 f64 wav csv npy mat; default: auto")->capture_default_str();
  c->add_option("--fs", options->fs_hz, "sampling rate in Hz; default: what the file or its sidecar says");
  c->add_option("--channel", options->channel, "name or 0-based index; default: all channels");
  c->add_option("--out", options->out, "file to write; default: standard output");
  c->add_flag("--list", options->list, "print every feature with unit, definition, source and version");
  return {c, [options] { return run_features(*options); }};
}

}  // namespace pdm::cli
