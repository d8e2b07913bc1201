#include "pdm/monitor/config.hpp"

#include <algorithm>
#include <filesystem>

#include "pdm/monitor/config_description.hpp"
#include "pdm/wire/endpoint.hpp"
#include "pdm/wire/json.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

constexpr int max_inheritance = 8;

// The asset (or template) with everything it inherits, or nothing when the chain is broken.
bool resolve(json const& templates, json const& part, std::string const& path, int depth, json& whole,
             std::vector<setting_error>& errors) {
  auto const named = part.find("template");
  if (named == part.end() || !named->is_string()) {
    whole = part;
    return true;
  }
  auto const& name = named->get_ref<std::string const&>();
  if (depth == max_inheritance) {
    errors.push_back({path + ".template", "goes more than 8 templates deep, or in a circle; cut the chain"});
    return false;
  }
  auto const base = templates.find(name);
  if (base == templates.end() || !base->is_object()) {
    errors.push_back(
        {path + ".template", "names \"" + name + "\", which is not among the templates; add it or mend the name"});
    return false;
  }
  if (!resolve(templates, *base, "templates." + name, depth + 1, whole, errors)) return false;
  whole.merge_patch(part);
  return true;
}

void resolve_assets(json& plant, std::vector<setting_error>& errors) {
  auto const assets = plant.find("assets");
  if (assets == plant.end() || !assets->is_array()) return;
  json const templates = plant.value("templates", json::object());
  if (!templates.is_object()) {
    errors.push_back({"templates", "is no object; give {NAME: {...}}"});
    return;
  }
  for (std::size_t i = 0; i < assets->size(); ++i) {
    auto& asset = (*assets)[i];
    json whole;
    if (asset.is_object() && resolve(templates, asset, "assets[" + std::to_string(i) + "]", 0, whole, errors)) {
      asset = std::move(whole);
    }
  }
}

class checker {
 public:
  explicit checker(std::vector<setting_error>& errors) : errors_(errors) {}

  void plant(plant_settings const& s) {
    if (s.assets.empty()) say("assets", "is empty; give at least one asset");
    if (static_cast<int>(s.assets.size()) > s.limits.max_assets) {
      say("assets", "holds more than limits.max_assets; give fewer, or raise it");
    }
    if (s.sinks.size() > 1) say("sinks", "holds " + std::to_string(s.sinks.size()) + " sinks; give one");
    for (std::size_t i = 0; i < s.assets.size(); ++i) {
      std::string const path = "assets[" + std::to_string(i) + "]";
      for (std::size_t j = 0; j < i; ++j) {
        if (s.assets[j].id == s.assets[i].id) say(path + ".id", "stands twice; give every asset its own id");
      }
      asset(s.assets[i], path, s.limits);
    }
  }

 private:
  void asset(asset_settings const& s, std::string const& path, limit_settings const& limits) {
    if (s.id.empty()) say(path + ".id", "is missing; give the asset a name");
    if (static_cast<int>(s.points.size()) > limits.max_points) {
      say(path + ".points", "holds more than limits.max_points; give fewer, or raise it");
    }
    for (std::size_t i = 0; i < s.points.size(); ++i) {
      std::string const here = path + ".points[" + std::to_string(i) + "]";
      if (!s.points[i].band_hz.empty() &&
          (s.points[i].band_hz.size() != 2 || !(s.points[i].band_hz[0] < s.points[i].band_hz[1]))) {
        say(here + ".band_hz", "is not a band; give two rising frequencies in Hz");
      }
      for (std::size_t j = 0; j < i; ++j) {
        if (s.points[j].id == s.points[i].id) say(here + ".id", "stands twice; give every point its own id");
      }
    }
    sources(s, path);
    line(s.line, path + ".line");
    if (auto m = make_machine(s.machine, path + ".machine"); !m) errors_.push_back(m.error());
  }

  void sources(asset_settings const& s, std::string const& path) {
    int samples = 0, slow = 0;
    for (std::size_t i = 0; i < s.sources.size(); ++i) {
      auto const& x = s.sources[i];
      std::string const here = path + ".sources[" + std::to_string(i) + "]";
      (x.gives_samples() ? samples : slow) += 1;
      if (x.is_live()) {
        live(x, here);
      } else if (x.file.empty()) {
        say(here + ".file", "is missing; give the file's name");
      }
      bool const raw = x.kind == "tcp" || x.kind == "udp";
      bool const integers = x.format == "i16" || x.format == "i32";
      if (raw ? !integers && x.format != "auto" && x.format != "f32" && x.format != "f64" : integers) {
        say(here + ".format", "is \"" + x.format + "\", which kind " + x.kind + " does not have; see its description");
      }
    }
    if (samples != 1) {
      say(path + ".sources", "holds " + std::to_string(samples) +
                                 " sources of samples (recording, tcp, udp, or modbus "
                                 "without speed_column and load_column); give exactly one");
    }
    if (slow > 1) say(path + ".sources", "holds " + std::to_string(slow) + " sources of speed and load; give one");
  }

  void live(source_settings const& s, std::string const& here) {
    auto const where = wire::parse_endpoint(s.from, s.kind == "modbus" ? 502 : 0);
    if (s.from.empty()) {
      say(here + ".from", "is missing; give HOST:PORT");
    } else if (!where) {
      say(here + ".from", "is \"" + s.from + "\": " + std::string(where.error().what) + "; give HOST:PORT");
    }
    if (s.kind == "modbus") return tags(s, here);
    if (!s.fs_hz || *s.fs_hz < 0.01) say(here + ".fs_hz", "is missing or below 0.01; give the sampling rate in Hz");
    if (s.channels.size() > 64) say(here + ".channels", "holds more than 64 names; give fewer");
    if (s.scale == 0) say(here + ".scale", "is 0; give the value of one count");
  }

  void tags(source_settings const& s, std::string const& here) {
    if (s.tags.empty() || s.tags.size() > 1000) say(here + ".tags", "holds no tag, or more than 1000; give the values");
    auto const named = [&](std::string const& name) {
      return std::count_if(s.tags.begin(), s.tags.end(), [&](tag_settings const& t) { return t.name == name; });
    };
    for (std::size_t i = 0; i < s.tags.size(); ++i) {
      auto const& t = s.tags[i];
      std::string const tag = here + ".tags[" + std::to_string(i) + "]";
      if (t.name.empty() || named(t.name) > 1) say(tag + ".name", "is missing or stands twice; give each its own name");
      bool const bits = t.table == "coils" || t.table == "discrete_inputs";
      if (bits != (t.type == "bit"))
        say(tag + ".type", "does not go with its table; coils and discrete inputs are bit");
    }
    for (auto const* name : {&s.speed_column, &s.load_column}) {
      if (!name->empty() && named(*name) == 0) say(here, "names \"" + *name + "\", which is no tag; add it to tags");
    }
  }

  void line(line_settings const& s, std::string const& path) {
    if (s.alarm.k > s.alarm.n) say(path + ".alarm.k", "is larger than n; k rows of the last n raise the alarm");
    if (s.alarm.off > s.alarm.on) say(path + ".alarm.off", "is above on; an alarm must clear below where it rises");
    if (s.frame.hop > 0 && s.frame.length > 0 && s.frame.hop > s.frame.length) {
      say(path + ".frame.hop", "is longer than the frame; samples would be left out");
    }
    if (s.learning.min_rows > s.learning.max_rows) say(path + ".learning.min_rows", "is above max_rows");
    if (!std::is_sorted(s.operating.speed_bins_hz.begin(), s.operating.speed_bins_hz.end())) {
      say(path + ".operating.speed_bins_hz", "does not rise; give the edges from low to high");
    }
    if (!std::is_sorted(s.operating.load_bins.begin(), s.operating.load_bins.end())) {
      say(path + ".operating.load_bins", "does not rise; give the edges from low to high");
    }
    if (s.operating.by == "level" && !s.operating.level_off) {
      say(path + ".operating.level_off", "is missing; by \"level\" needs the RMS below which the machine is off");
    }
  }

  void say(std::string path, std::string what) {
    if (errors_.size() < max_errors) errors_.push_back({std::move(path), std::move(what)});
  }

  std::vector<setting_error>& errors_;
};

// A template that no asset uses yet is checked too: its mistakes would come out on the day it is used.
void check_templates(json const& plant, std::vector<setting_error>& errors) {
  auto const templates = plant.find("templates");
  if (templates == plant.end()) return;
  for (auto const& t : templates->items()) {
    std::string const path = "templates." + t.key();
    if (!t.value().is_object()) {
      if (errors.size() < max_errors) errors.push_back({path, "is no object; give {...}"});
      continue;
    }
    asset_settings ignored;
    settings_reader reader(t.value(), path, errors);
    describe(reader, ignored);
    reader.finish();
  }
}

std::vector<wire::input_error> as_input_errors(std::string const& file, std::vector<setting_error> const& errors) {
  std::vector<wire::input_error> out;
  for (auto const& e : errors) {
    wire::input_error w;
    w.file = file;
    w.what = (e.path.empty() ? "the configuration" : e.path) + " " + e.what;
    out.push_back(std::move(w));
  }
  return out;
}

void make_relative(std::string& name, std::filesystem::path const& base) {
  if (!name.empty() && std::filesystem::path(name).is_relative()) name = (base / name).lexically_normal().string();
}

}  // namespace

result<plant_settings, std::vector<wire::input_error>> read_config(std::string const& file) {
  auto parsed = wire::parse_json_file(file);
  if (!parsed) return std::vector{parsed.error()};
  json plant = *parsed;
  std::vector<setting_error> errors;
  plant_settings s;
  if (!plant.is_object()) {
    errors.push_back({"", "is not an object; give {\"schema\":\"pdm.config/1\",\"assets\":[...]}"});
    return as_input_errors(file, errors);
  }
  if (!plant.contains("schema")) errors.push_back({"schema", "is missing; give \"pdm.config/1\""});
  resolve_assets(plant, errors);
  settings_reader reader(plant, "", errors);
  describe(reader, s);
  reader.finish();
  if (errors.empty()) checker(errors).plant(s);
  if (errors.empty()) check_templates(plant, errors);
  if (!errors.empty()) return as_input_errors(file, errors);
  auto const base = std::filesystem::path(file).parent_path();
  for (auto& a : s.assets) {
    for (auto& src : a.sources) make_relative(src.file, base);
  }
  make_relative(s.messages, base);
  return s;
}

json config_schema() {
  json schema;
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  schema["$id"] = "pdm.config/1";
  schema["title"] = "Configuration of pdm run";
  plant_settings defaults;
  schema_writer writer(schema);
  describe(writer, defaults);
  schema["required"] = {"schema", "assets"};
  schema["properties"]["assets"]["items"]["required"] = {"id", "sources"};
  json asset = schema["properties"]["assets"]["items"];
  asset.erase("required");
  schema["properties"]["templates"]["type"] = "object";
  schema["properties"]["templates"]["additionalProperties"] = asset;
  return schema;
}

result<machine, setting_error> make_machine(machine_settings const& s, std::string const& path) {
  machine m;
  m.name = s.name;
  m.nominal_speed_hz = s.speed_hz.value_or(s.speed_rpm.value_or(0) / 60);
  m.speed_tolerance = s.speed_tolerance;
  m.power_kw = s.power_kw.value_or(0);
  m.severity_group = s.severity_group;
  m.foundation = s.foundation == "flexible" ? foundation::flexible : foundation::rigid;
  if (s.speed_hz && s.speed_rpm) return setting_error{path + ".speed_rpm", "stands beside speed_hz; give one of them"};
  for (auto const& x : s.shafts) m.shafts.push_back({x.id, x.ratio});
  if (m.shafts.empty()) m.shafts.push_back({});
  auto const has_shaft = [&](std::string const& id) {
    return std::any_of(m.shafts.begin(), m.shafts.end(), [&](shaft const& x) { return x.id == id; });
  };
  for (std::size_t i = 0; i < s.bearings.size(); ++i) {
    auto const& b = s.bearings[i];
    std::string const here = path + ".bearings[" + std::to_string(i) + "]";
    if (!has_shaft(b.shaft))
      return setting_error{here + ".shaft",
                           "names \"" + b.shaft + "\", which is no shaft of this machine; add it to machine.shafts"};
    bearing out{b.id, b.shaft, b.designation, {}};
    if (b.elements) {
      auto f = defect_frequencies(
          {*b.elements, b.element_diameter.value_or(0), b.pitch_diameter.value_or(0), b.contact_angle_deg.value_or(0)});
      if (!f)
        return setting_error{here, "has no valid geometry; give elements and 0 < element_diameter < pitch_diameter"};
      out.multiples = *f;
    } else {
      out.multiples = {b.bpfo_x.value_or(0), b.bpfi_x.value_or(0), b.bsf_x.value_or(0), b.ftf_x.value_or(0),
                       2 * b.bsf_x.value_or(0)};
    }
    m.bearings.push_back(std::move(out));
  }
  for (std::size_t i = 0; i < s.gears.size(); ++i) {
    auto const& g = s.gears[i];
    if (!has_shaft(g.shaft)) {
      return setting_error{path + ".gears[" + std::to_string(i) + "].shaft",
                           "names \"" + g.shaft + "\", which is no shaft of this machine; add it to machine.shafts"};
    }
    m.gears.push_back({g.id, g.shaft, g.teeth, g.driven_teeth});
  }
  if (s.motor) m.motor = motor_card{s.motor->poles, s.motor->mains_hz, s.motor->rated_rpm};
  return m;
}

measuring_point make_point(point_settings const& s) {
  static constexpr std::array<std::string_view, 6> directions{"unknown", "horizontal", "vertical",
                                                              "axial",   "radial",     "tangential"};
  static constexpr std::array<std::string_view, 6> mountings{"unknown", "stud",      "adhesive",
                                                             "magnet",  "hand_held", "integrated"};
  auto const place_in = [](auto const& names, std::string const& name) {
    return static_cast<unsigned char>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  measuring_point p;
  p.id = s.id;
  p.place = s.place;
  p.direction = static_cast<direction>(place_in(directions, s.direction));
  p.mounting = static_cast<mounting>(place_in(mountings, s.mounting));
  p.bearing = s.bearing;
  p.sensor = {parse_unit(s.sensor.unit), s.sensor.full_scale.value_or(0), s.sensor.noise.value_or(0),
              s.sensor.sensitivity.value_or(0)};
  if (s.band_hz.size() == 2) {
    p.band_low = {s.band_hz[0]};
    p.band_high = {s.band_hz[1]};
  }
  return p;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
