// pdm simulate -- a machine with a life, written as a recording with its sidecar. Truth stands in fields named fault_*
// and in NAME_snapshots.csv, which no verb reads.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/verbs.hpp"
#include "pdm/sim/machine_simulator.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::cli {
namespace {

namespace fs = std::filesystem;
using json = nlohmann::ordered_json;
using wire::input_error;
using wire::input_result;

struct options {
  std::uint64_t seed = 1;
  std::string machine = "bearing", growth = "exponential", units = "m/s2", out, name, schedule;
  std::vector<std::string> faults, sensor_faults;
  std::optional<double> severity, life_s;
  std::optional<double> snapshot_s;
  double snr_db = 20, rpm = 1500, fs_hz = 25600, seconds = 10, interval_s = 60;
  int channels = 1, stops = 0, bits = 0;
  bool no_noise = false;
};

// Where the samples lie: one stretch, or snapshots of equal length.
struct layout {
  std::uint64_t snapshots = 1, samples = 0;
  double interval_s = 0;
};

constexpr std::uint64_t most_samples = 4'000'000'000;  // 16 GB of float32

input_error refused(std::string where, std::string what, std::string todo) {
  return {std::move(where), std::move(what), std::move(todo), {}, {}, false};
}
input_error outside(std::string const& where) {
  return {where, "cannot be written", "free some space, or choose another folder", {}, {}, true};
}

std::optional<double> number(std::string_view text) {
  double v = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(v)) return std::nullopt;
  return v;
}

template <class Names>
std::string listed(Names const& names) {
  std::string text;
  for (auto n : names) text += (text.empty() ? "" : " ") + std::string(n);
  return text;
}

// The place of `name` among `names`.
template <class Names>
std::optional<std::size_t> place_of(Names const& names, std::string_view name) {
  auto const at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<std::size_t>(at - names.begin());
}

// NAME[@START_S]; a start or a life makes it grow.
input_result<sim::machine_fault> fault_from(std::string const& text, options const& o) {
  auto const at = text.find('@');
  auto const kind = place_of(sim::fault_kind_names, std::string_view(text).substr(0, at));
  if (!kind)
    return refused("--fault " + text, "this fault is not known", "give one of " + listed(sim::fault_kind_names));
  sim::machine_fault f;
  f.kind = static_cast<sim::fault_kind>(*kind);
  if (at != std::string::npos) {
    auto const start = number(std::string_view(text).substr(at + 1));
    if (!start || *start < 0) return refused("--fault " + text, "the start is not a number", "write NAME@SECONDS");
    f.start_s = *start;
  }
  auto const law = static_cast<sim::growth>(*place_of(sim::growth_names, o.growth));
  f.law = at != std::string::npos || o.life_s ? law : sim::growth::none;
  f.severity = o.severity.value_or(f.law == sim::growth::none ? 0.5 : 0.05);
  f.end_of_life_s = o.life_s.value_or(o.seconds);
  return f;
}

// NAME@T[:DURATION[:MAGNITUDE]]
input_result<sim::sensor_fault> sensor_fault_from(std::string const& text) {
  auto const bad = [&](std::string what) {
    return refused("--sensor-fault " + text, std::move(what), "write NAME@SECONDS[:DURATION[:MAGNITUDE]]");
  };
  auto const at = text.find('@');
  auto const kind = sim::parse_sensor_fault(std::string_view(text).substr(0, at));
  if (!kind) {
    return refused("--sensor-fault " + text, "this fault is not known",
                   "give one of " + listed(sim::sensor_fault_names));
  }
  if (at == std::string::npos) return bad("the time is missing");
  sim::sensor_fault f;
  f.kind = *kind;
  std::string_view rest = std::string_view(text).substr(at + 1);
  for (double* into : {&f.start_s, &f.duration_s, &f.magnitude}) {
    auto const colon = rest.find(':');
    auto const v = number(rest.substr(0, colon));
    if (!v) return bad("there is text in a number");
    *into = *v;
    if (colon == std::string_view::npos) return f;
    rest.remove_prefix(colon + 1);
  }
  return bad("there are more than three numbers");
}

// CSV with the header time_s,speed_hz,load.
input_result<sim::schedule> schedule_from_file(std::string const& file) {
  std::ifstream in(file);
  if (!in || fs::is_directory(file))
    return refused(file, "this file cannot be read", "give a CSV: time_s,speed_hz,load");
  std::vector<sim::schedule_point> points;
  std::string text;
  for (std::uint64_t line = 1; std::getline(in, text); ++line) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    if (text.empty() || (line == 1 && text == "time_s,speed_hz,load")) continue;
    sim::schedule_point p;
    std::string_view rest = text;
    bool good = std::count(text.begin(), text.end(), ',') == 2 && points.size() < 1'000'000;
    for (double* into : {&p.time_s, &p.speed_hz, &p.load}) {
      auto const v = good ? number(rest.substr(0, rest.find(','))) : std::nullopt;
      good = v.has_value();
      *into = v.value_or(0);
      rest.remove_prefix(std::min(rest.size(), rest.find(',') + 1));
    }
    if (!good) {
      return input_error{
          file, "this line is not three numbers", "write time_s,speed_hz,load, at most a million lines", line, {},
          false};
    }
    points.push_back(p);
  }
  auto made = sim::schedule::make(std::move(points));
  if (!made) return refused(file, made.error().what, "correct the file");
  return *std::move(made);
}

// Stops spread evenly; each lasts a fifth of the time between two of them, ramps included.
input_result<sim::schedule> schedule_with_stops(options const& o) {
  double const speed = o.rpm / 60, every = o.seconds / (o.stops + 1);
  double const still = 0.2 * every, ramp = std::min(20.0, 0.2 * still);
  std::vector<sim::schedule_point> points{{0, speed, 1}};
  for (int i = 1; i <= o.stops; ++i) {
    double const from = every * i - 0.5 * still;
    points.push_back({from, speed, 1});
    points.push_back({from + ramp, 0, 0});
    points.push_back({from + still - ramp, 0, 0});
    points.push_back({from + still, speed, 1});
  }
  auto made = sim::schedule::make(std::move(points));
  if (!made) return refused("--stops", made.error().what, "give a longer time or fewer stops");
  return *std::move(made);
}

input_result<sim::schedule> schedule_of(options const& o) {
  if (!o.schedule.empty()) return schedule_from_file(o.schedule);
  if (o.stops > 0) return schedule_with_stops(o);
  return sim::schedule::constant(o.rpm / 60);
}

input_result<sim::machine_settings> settings_of(options const& o) {
  sim::machine_settings s;
  s.seed = o.seed;
  s.kind = static_cast<sim::machine_kind>(*place_of(sim::machine_kind_names, o.machine));
  s.rate.value = o.fs_hz;
  s.nominal_speed.value = o.rpm / 60;
  s.quantity = parse_unit(o.units);
  s.channels = static_cast<std::size_t>(o.channels);
  s.converter_bits = o.bits;
  s.motor.rated_rpm = o.machine == "motor" ? o.rpm : 0;
  if (!o.no_noise) s.snr_db = o.snr_db;
  if (!(o.rpm > 0)) return refused("--rpm", "the speed is not above 0", "give revolutions a minute");
  for (auto const& text : o.faults) {
    auto f = fault_from(text, o);
    if (!f) return f.error();
    s.faults.push_back(*f);
  }
  for (auto const& text : o.sensor_faults) {
    auto f = sensor_fault_from(text);
    if (!f) return f.error();
    s.sensor_faults.push_back(*f);
  }
  auto plan = schedule_of(o);
  if (!plan) return plan.error();
  s.schedule = *std::move(plan);
  return s;
}

input_result<layout> layout_of(options const& o) {
  layout l;
  double const length = o.snapshot_s.value_or(o.seconds);
  if (!(o.seconds > 0 && o.seconds < 1e11)) return refused("--seconds", "the time is not above 0", "give seconds");
  if (!(length > 0) || length > o.seconds)
    return refused("--snapshot-s", "it does not fit into --seconds", "give less");
  if (o.snapshot_s && !(o.interval_s >= length)) {
    return refused("--interval-s", "snapshots would overlap", "give at least the length of a snapshot");
  }
  double const samples = std::floor(length * o.fs_hz + 0.5);
  double const snapshots = o.snapshot_s ? std::floor((o.seconds - length) / o.interval_s) + 1 : 1;
  if (!(samples >= 1)) return refused("--seconds", "not a single sample", "give a longer time or a higher --fs");
  if (samples * snapshots * o.channels > static_cast<double>(most_samples)) {
    return refused("--seconds", "more than 4e9 samples", "give less time, a lower --fs, or --snapshot-s");
  }
  l.samples = static_cast<std::uint64_t>(samples);
  l.snapshots = static_cast<std::uint64_t>(snapshots);
  l.interval_s = o.snapshot_s ? o.interval_s : 0;
  return l;
}

// First sample of a snapshot on the machine's own count.
std::uint64_t first_of(std::uint64_t snapshot, layout const& l, double fs_hz) {
  return static_cast<std::uint64_t>(static_cast<double>(snapshot) * l.interval_s * fs_hz + 0.5);
}

void put_f32(std::string& bytes, double value) {
  auto const word = std::bit_cast<std::uint32_t>(static_cast<float>(value));
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(word >> (8 * i) & 0xFFu);
}

// Continuous: channels interleaved. Snapshots: a row of samples a channel.
bool write_samples(std::string const& file, sim::machine_simulator const& m, layout const& l, bool snapshots) {
  std::ofstream out(file, std::ios::binary);
  std::size_t const channels = m.settings().channels;
  std::vector<std::vector<double>> rows(channels, std::vector<double>(65536));
  std::string bytes;
  for (std::uint64_t s = 0; s < l.snapshots && out; ++s) {
    std::uint64_t const first = first_of(s, l, m.settings().rate.value);
    std::size_t const runs = snapshots ? channels : 1, width = snapshots ? 1 : channels;
    for (std::size_t run = 0; run < runs; ++run) {
      for (std::uint64_t at = 0; at < l.samples && out; at += rows[0].size()) {
        auto const n = static_cast<std::size_t>(std::min<std::uint64_t>(rows[0].size(), l.samples - at));
        for (std::size_t c = 0; c < width; ++c) m.render(run + c, first + at, std::span(rows[c]).first(n));
        bytes.clear();
        for (std::size_t i = 0; i < n; ++i) {
          for (std::size_t c = 0; c < width; ++c) put_f32(bytes, rows[c][i]);
        }
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      }
    }
  }
  out.close();
  return static_cast<bool>(out);
}

json truth_of(sim::machine_settings const& s) {
  json faults = json::array(), sensors = json::array();
  for (auto const& f : s.faults) {
    json j{{"kind", sim::fault_kind_names[static_cast<std::size_t>(f.kind)]},
           {"start_s", f.start_s},
           {"severity", f.severity},
           {"growth", sim::growth_names[static_cast<std::size_t>(f.law)]}};
    if (f.law != sim::growth::none) j["end_of_life_s"] = f.end_of_life_s;
    faults.push_back(std::move(j));
  }
  for (auto const& f : s.sensor_faults) {
    json j{{"kind", to_string(f.kind)}, {"start_s", f.start_s}, {"magnitude", f.size()}};
    if (std::isfinite(f.length_s())) j["duration_s"] = f.length_s();
    sensors.push_back(std::move(j));
  }
  return {{"machine", std::move(faults)}, {"sensor", std::move(sensors)}};
}

json sidecar_of(options const& o, sim::machine_simulator const& m, layout const& l, std::string const& f32_name) {
  auto const& s = m.settings();
  double away = 0;
  for (auto const& p : s.schedule.points()) {
    if (p.speed_hz > 0) away = std::max(away, std::abs(p.speed_hz / s.nominal_speed.value - 1));
  }
  json j{{"file", f32_name},
         {"format", "raw little-endian float32"},
         {"simulated", true},
         {"seed", o.seed},
         {"fs_hz", o.fs_hz},
         {"units", o.units},
         {"rpm", o.rpm},
         {"rpm_tolerance", 0.01 + away},
         {"channels", o.channels == 2 ? json{"horizontal", "vertical"} : json{"horizontal"}}};
  if (o.snapshot_s) {
    j["samples_per_snapshot"] = l.samples;
    j["snapshot_interval_s"] = l.interval_s;
    j["first_snapshot_elapsed_s"] = 0.0;
  }
  auto const& b = m.bearing();
  j["bearing"] = {{"BPFO_x", b.outer_race}, {"BPFI_x", b.inner_race}, {"BSF_x", b.element_spin}, {"FTF_x", b.cage}};
  if (s.kind == sim::machine_kind::motor) {
    j["motor"] = {{"poles", s.motor.poles}, {"mains_hz", s.motor.mains_hz}, {"rated_rpm", s.motor.rated_rpm}};
  }
  json truth = truth_of(s);
  j["fault_machine_kind"] = o.machine;
  j["fault_machine"] = std::move(truth["machine"]);
  j["fault_sensor"] = std::move(truth["sensor"]);
  j["fault_noise_rms_mps2"] = m.noise_rms();
  return j;
}

// The speed as a line may read it; written where it is not constant.
bool write_speed(std::string const& file, sim::machine_simulator const& m, options const& o, layout const& l) {
  std::ofstream out(file);
  double const every = o.snapshot_s ? l.interval_s : std::max(0.1, o.seconds / 1e6);
  auto const rows = o.snapshot_s ? l.snapshots : static_cast<std::uint64_t>(o.seconds / every) + 1;
  out << "time_s,speed_hz,load\n";
  for (std::uint64_t i = 0; i < rows; ++i) {
    double const t = static_cast<double>(i) * every;
    auto const now = m.at(t);
    out << json(t).dump() << ',' << json(now.speed_hz).dump() << ',' << json(now.load).dump() << '\n';
  }
  out.close();
  return static_cast<bool>(out);
}

bool write_truth(std::string const& file, sim::machine_simulator const& m, options const& o, layout const& l) {
  std::ofstream out(file);
  double const every = o.snapshot_s ? l.interval_s : std::max(1.0, o.seconds / 1e6);
  auto const rows = o.snapshot_s ? l.snapshots : static_cast<std::uint64_t>(o.seconds / every) + 1;
  out << "elapsed_s,state,speed_hz,load,size,remaining_s,remaining_running_s\n";
  auto const text = [](double v) { return std::isfinite(v) ? json(v).dump() : std::string(); };
  for (std::uint64_t i = 0; i < rows; ++i) {
    double const t = static_cast<double>(i) * every;
    auto const now = m.at(t);
    out << text(t) << ',' << to_string(now.state) << ',' << text(now.speed_hz) << ',' << text(now.load) << ','
        << text(now.size) << ',' << text(now.remaining_life_s) << ',' << text(now.remaining_running_s) << '\n';
  }
  out.close();
  return static_cast<bool>(out);
}

bool write_text(std::string const& file, std::string const& text) {
  std::ofstream out(file);
  out << text << '\n';
  out.close();
  return static_cast<bool>(out);
}

std::string name_of(options const& o) {
  if (!o.name.empty()) return o.name;
  std::string name = o.machine;
  for (auto const& f : o.faults) name += "_" + f.substr(0, f.find('@'));
  return name + "_" + std::to_string(o.seed);
}

input_result<void> simulate(options const& o) {
  if (o.out.starts_with("tcp:")) return refused("--out " + o.out, "serving live is unsupported yet", "give a folder");
  auto const name = name_of(o);
  if (name.find_first_of("/\\") != std::string::npos) {
    return refused("--name " + name, "this is a path", "give a name, and the folder with --out");
  }
  auto settings = settings_of(o);
  if (!settings) return settings.error();
  auto machine = sim::machine_simulator::make(*std::move(settings));
  if (!machine) return refused("simulate", "a setting does not fit", machine.error().what);
  auto const l = layout_of(o);
  if (!l) return l.error();

  std::error_code failed;
  if (fs::exists(o.out, failed) && !fs::is_directory(o.out, failed)) {
    return refused(o.out, "this is a file", "give a folder");
  }
  fs::create_directories(o.out, failed);
  if (failed) return outside(o.out);
  std::string const base = (fs::path(o.out) / name).string();
  bool const moves = !machine->settings().schedule.is_constant();
  if (!write_samples(base + ".f32", *machine, *l, o.snapshot_s.has_value())) return outside(base + ".f32");
  if (!write_text(base + ".json", sidecar_of(o, *machine, *l, name + ".f32").dump(1))) return outside(base + ".json");
  if (!write_truth(base + "_snapshots.csv", *machine, o, *l)) return outside(base + "_snapshots.csv");
  if (moves && !write_speed(base + "_speed.csv", *machine, o, *l)) return outside(base + "_speed.csv");

  json line{{"file", base + ".f32"}, {"sidecar", base + ".json"}, {"truth", base + "_snapshots.csv"}};
  line["speed"] = moves ? json(base + "_speed.csv") : json(nullptr);
  line["seed"] = o.seed;
  line["channels"] = o.channels;
  line["snapshots"] = l->snapshots;
  line["samples"] = l->samples;
  std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << '\n';
  return {};
}

}  // namespace

verb add_simulate(CLI::App& app) {
  auto o = std::make_shared<options>();
  auto* c = app.add_subcommand("simulate", "A machine with a life: writes DIR/NAME.f32 with its sidecar and the truth");
  c->option_defaults()->always_capture_default();
  c->add_option("--seed", o->seed, "The same seed gives the same bytes")->check(whole_number());
  c->add_option("--machine", o->machine, "What stands there: bearing, gear or motor")
      ->check(CLI::IsMember(std::vector<std::string>{"bearing", "gear", "motor"}));
  c->add_option("--fault", o->faults,
                "NAME[@START_S], may be repeated: " + listed(sim::fault_kind_names) +
                    ". With a start (or --life-s) it grows, without it stays as it is")
      ->allow_extra_args(false);
  c->add_option("--severity", o->severity,
                "Size of the fault at its start, (0, 1], 1 is failure (default 0.5, of a growing one 0.05)");
  c->add_option("--growth", o->growth, "How it grows with the revolutions done")
      ->check(CLI::IsMember(std::vector<std::string>{"none", "linear", "exponential"}));
  c->add_option("--life-s", o->life_s, "When a growing fault reaches failure, s (default: the end)");
  c->add_option("--snr", o->snr_db, "Vibration over noise at nominal speed, load and severity, dB");
  c->add_flag("--no-noise", o->no_noise, "No noise at all");
  c->add_option("--rpm", o->rpm, "Nominal speed, 1/min");
  c->add_option("--fs", o->fs_hz, "Sampling rate, Hz");
  c->add_option("--seconds", o->seconds, "Simulated time, s");
  c->add_option("--snapshot-s", o->snapshot_s, "Keep only snapshots of this length, s (default: everything)");
  c->add_option("--interval-s", o->interval_s, "From snapshot to snapshot, s");
  c->add_option("--stops", o->stops, "Stops, spread evenly over the time")->check(CLI::Range(0, 10000));
  c->add_option("--schedule", o->schedule, "Speed and load over time: CSV with time_s,speed_hz,load");
  c->add_option("--sensor-fault", o->sensor_faults,
                "NAME@T[:DURATION[:MAGNITUDE]], may be repeated: " + listed(sim::sensor_fault_names))
      ->allow_extra_args(false);
  c->add_option("--channels", o->channels, "1, or 2 at a right angle")->check(CLI::Range(1, 2));
  c->add_option("--units", o->units, "m/s2 or g")->check(CLI::IsMember(std::vector<std::string>{"m/s2", "g"}));
  c->add_option("--bits", o->bits, "Resolution of the converter, bits; 0: none");
  c->add_option("--name", o->name, "Name of the files (default: MACHINE_FAULT_SEED)");
  c->add_option("--out", o->out, "Folder, made where it is missing")->required();
  return {c, [o] {
            auto const done = simulate(*o);
            if (done) return all_printed();
            std::cerr << "pdm: " << done.error().message() << '\n';
            return done.error().outside ? exit_outside : exit_bad_input;
          }};
}

}  // namespace pdm::cli
