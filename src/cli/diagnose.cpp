// pdm diagnose -- what is wrong with the machine, from physics alone, one line of JSON a file.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/line_output.hpp"
#include "cli/verbs.hpp"
#include "monitor/diagnosis_text.hpp"
#include "pdm/acquisition/quality_gate.hpp"
#include "pdm/diagnostics/diagnoser.hpp"
#include "pdm/features/severity.hpp"
#include "pdm/wire/recording.hpp"

namespace pdm::cli {
namespace {

// A record is at most this long; what is longer is taken as several records of one point.
constexpr std::size_t longest_record = 1u << 20;

struct diagnose_options {
  std::vector<std::string> files;
  std::string format = "auto", channel, out, baseline, machine_class;
  std::optional<double> fs_hz;
  bool series = false;
};

void complain(wire::input_error const& e) { std::fprintf(stderr, "pdm: %s\n", e.message().c_str()); }

wire::input_error about(std::string file, std::string what, std::string todo) {
  return {std::move(file), std::move(what), std::move(todo), {}, {}, false};
}

// One measuring point: a diagnoser of the length of its records, with its memory.
class point {
 public:
  explicit point(std::string_view machine_class) : table_(table_of(machine_class)) {}

  wire::input_result<void> set_up(wire::recording_info const& info) {
    length_ = diagnostics::smooth_at_most(std::min<std::uint64_t>(info.samples, longest_record));
    if (length_ < 64) return about(info.file, "fewer than 64 samples", "give a longer recording");
    diagnostics::diagnoser_params p;
    p.length = length_;
    p.rate = {info.fs_hz};
    p.quantity = info.quantity;
    p.shaft_hz = info.shaft_hz;
    p.speed_tolerance = info.speed_tolerance;
    p.bearing = info.bearing;
    p.motor = info.motor;
    if (table_) p.shaft_rules.limit_mms = table_->bc, p.shaft_rules.watch_mms = 0;
    diagnoser_ = diagnostics::diagnoser(p);
    bytes_.resize(diagnoser_.footprint() + arena::alignment);
    memory_ = arena(bytes_);
    if (auto s = diagnoser_.prepare(memory_); !s) return about(info.file, s.error().what, "give another recording");
    info_ = info;
    samples_.resize(length_);
    record_.resize(length_);
    return {};
  }
  // Whether records of this file can follow those of the first.
  [[nodiscard]] bool fits(wire::recording_info const& info) const {
    return info.fs_hz == info_.fs_hz && info.samples >= length_ && info.quantity == info_.quantity;
  }

  wire::input_result<void> take(wire::recording& recording) {
    auto const& info = recording.info();
    for (std::uint64_t s = 0; s < info.snapshots; ++s) {
      for (std::uint64_t at = 0; at + length_ <= info.samples; at += length_) {
        if (auto read = recording.read(s, 0, at, samples_); !read) return read.error();
        auto const q = quality_of(samples_);
        for (std::size_t i = 0; i < length_; ++i) record_[i] = static_cast<float>(samples_[i]);
        diagnoser_.observe(record_, q);
      }
    }
    return {};
  }
  [[nodiscard]] diagnostics::diagnosis verdict() const { return diagnoser_.verdict(); }
  [[nodiscard]] diagnostics::healthy_reference reference() const { return diagnoser_.reference(); }
  void compare_with(diagnostics::healthy_reference const& past) { diagnoser_.compare_with(past); }
  [[nodiscard]] std::optional<features::severity_table> const& table() const { return table_; }

 private:
  [[nodiscard]] quality quality_of(std::span<double const> samples) const {
    acquisition::quality_gate gate;
    arena nothing;
    quality found;
    stream_spec const spec{.rate = {info_.fs_hz}, .max_block = samples.size(), .quantity = info_.quantity};
    if (!gate.prepare(spec, nothing)) return found;
    gate.process(block<double>(samples, {}), [&](block<double> const& b) noexcept { found = b.quality; });
    return found;
  }

  [[nodiscard]] static std::optional<features::severity_table> table_of(std::string_view name) {
    for (auto const& c : features::severity_classes) {
      if (c.name == name) return c.table;
    }
    return std::nullopt;
  }

  std::optional<features::severity_table> table_;
  std::size_t length_ = 0;
  wire::recording_info info_{};
  std::vector<std::byte> bytes_;
  arena memory_{};
  diagnostics::diagnoser diagnoser_{};
  std::vector<double> samples_;
  std::vector<float> record_;
};

wire::input_result<std::unique_ptr<wire::recording>> open(diagnose_options const& o, std::string const& file) {
  wire::read_options how;
  how.format = o.format;
  how.fs_hz = o.fs_hz;
  if (!o.channel.empty()) how.channel = o.channel;
  return wire::open_recording(file, how);
}

void print(line_output& out, std::string const& file, diagnostics::diagnosis const& d,
           std::optional<features::severity_table> const& table) {
  wire::json_text text;
  text.open('{').member("file", std::string_view(file));
  monitor::write_members(text, d, report::catalogue::english(), table);
  out.write(text.close('}').view());
}

// What the machine was like when it was sound; a recording that speaks for a fault is no such one.
wire::input_result<std::optional<diagnostics::healthy_reference>> read_baseline(diagnose_options const& o) {
  if (o.baseline.empty()) return std::optional<diagnostics::healthy_reference>{};
  auto recording = open(o, o.baseline);
  if (!recording) return recording.error();
  point p(o.machine_class);
  if (auto s = p.set_up((*recording)->info()); !s) return s.error();
  if (auto s = p.take(**recording); !s) return s.error();
  if (p.verdict().verdict == diagnostics::verdict_kind::fault) {
    return about(o.baseline, "speaks for a fault", "give a recording from when the machine was sound");
  }
  return std::optional(p.reference());
}

// Files one by one, or as one series: after each, what all so far say together.
class diagnose_job {
 public:
  diagnose_job(diagnose_options const& o, std::optional<diagnostics::healthy_reference> const& past, line_output& out)
      : options_(o), past_(past), out_(out) {}

  wire::input_result<void> run(std::string const& file) {
    auto recording = open(options_, file);
    if (!recording) return recording.error();
    if (auto s = prepare((*recording)->info(), file); !s) return s;
    if (auto s = point_->take(**recording); !s) return s;
    print(out_, file, point_->verdict(), point_->table());
    return {};
  }

 private:
  wire::input_result<void> prepare(wire::recording_info const& info, std::string const& file) {
    if (options_.series && point_) {
      if (point_->fits(info)) return {};
      return about(file, "does not continue the series: another rate, unit or a shorter recording",
                   "give files of one measuring point");
    }
    auto fresh = std::make_unique<point>(options_.machine_class);
    if (auto s = fresh->set_up(info); !s) return s;
    if (past_) fresh->compare_with(*past_);
    point_ = std::move(fresh);
    return {};
  }

  diagnose_options const& options_;
  std::optional<diagnostics::healthy_reference> past_;
  line_output& out_;
  std::unique_ptr<point> point_;
};

int run_diagnose(diagnose_options const& options) {
  line_output out(options.out);
  if (!out.good()) {
    complain(about(out.name(), "cannot be written", "give another --out"));
    return exit_outside;
  }
  auto past = read_baseline(options);
  if (!past) {
    complain(past.error());
    return past.error().outside ? exit_outside : exit_bad_input;
  }
  int code = exit_done;
  diagnose_job job(options, *past, out);
  for (auto const& file : options.files) {
    if (!out.good()) break;
    auto const done = job.run(file);
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

verb add_diagnose(CLI::App& app) {
  auto o = std::make_shared<diagnose_options>();
  auto* c = app.add_subcommand("diagnose", "Names faults of rotating machines from physics, without training.");
  c->add_option("FILE", o->files, "recordings with a sidecar that tells speed and bearing")->required();
  c->add_flag("--series", o->series, "the files are one series of one measuring point: evidence accumulates");
  c->add_option("--baseline", o->baseline, "recording of the same point from when the machine was sound");
  c->add_option(
       "--class", o->machine_class,
       "class of the machine for its limits: small (to 15 kW), medium (to 300 kW) or large, _rigid or _flexible "
       "(small medium_rigid medium_flexible large_rigid large_flexible); default: not known")
      ->check(CLI::IsMember({"small", "medium_rigid", "medium_flexible", "large_rigid", "large_flexible"}));
  c->add_option("--format", o->format, "auto f32 f64 wav csv npy mat; default: auto")->capture_default_str();
  c->add_option("--fs", o->fs_hz, "sampling rate in Hz; default: what the file or its sidecar says");
  c->add_option("--channel", o->channel, "name or 0-based index; default: the first");
  c->add_option("--out", o->out, "file to write; default: standard output");
  return {c, [o] { return run_diagnose(*o); }};
}

}  // namespace pdm::cli
