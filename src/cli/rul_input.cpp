// Units for pdm rul from the three layouts: C-MAPSS tables, any table, run-to-failure recordings.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/line_output.hpp"
#include "cli/rul.hpp"
#include "pdm/monitor/feature_extractor.hpp"
#include "pdm/wire/recording.hpp"
#include "pdm/wire/table.hpp"

namespace pdm::cli {
namespace {

using json = nlohmann::json;
constexpr double absent = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t most_values = std::size_t{1} << 28;  // of all rows and columns of all files

// Columns that hold the truth, by the names the contract gives them: never read.
bool holds_truth(std::string const& name) {
  static std::vector<std::string> const names{"label", "severity", "life_s", "check", "rul", "RUL", "remaining_s"};
  return name.starts_with("fault_") || std::find(names.begin(), names.end(), name) != names.end();
}

std::string base_name(std::string const& file) {
  auto const slash = file.find_last_of('/');
  std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  for (std::string const ending : {".gz", ".csv", ".txt", ".f32", ".f64", ".wav", ".mat", ".npy"}) {
    if (name.size() > ending.size() && name.ends_with(ending)) name.resize(name.size() - ending.size());
  }
  return name;
}

std::vector<std::string> cmapss_names(std::string const& what, int count) {
  std::vector<std::string> names;
  for (int i = 1; i <= count; ++i) names.push_back(what + std::to_string(i));
  return names;
}

// Adds rows to units in the order in which they come.
class unit_gatherer {
 public:
  explicit unit_gatherer(rul_table& table) : table_(table) {}
  void next_file() { known_.clear(); }

  rul_unit& unit(std::string const& name) {
    auto const [at, fresh] = known_.try_emplace(name, table_.units.size());
    if (fresh) table_.units.emplace_back().name = name;
    return table_.units[at->second];
  }
  // False when the tables have grown beyond what is read.
  bool add(rul_unit& u, double clock, double age, std::vector<double> const& settings,
           std::vector<double> const& channels) {
    double last = -std::numeric_limits<double>::infinity();
    for (std::size_t i = u.age.size(); i-- > 0;) {
      if (!u.counted[i]) continue;
      last = u.age[i];
      break;
    }
    bool const rises = std::isfinite(age) && age > last;
    if (!rises) ++table_.left_out;
    u.counted.push_back(rises);
    u.clock.push_back(clock);
    u.age.push_back(age);
    u.settings.insert(u.settings.end(), settings.begin(), settings.end());
    u.channels.insert(u.channels.end(), channels.begin(), channels.end());
    values_ += settings.size() + channels.size() + 2;
    return values_ <= most_values;
  }

 private:
  rul_table& table_;
  std::map<std::string, std::size_t> known_;
  std::size_t values_ = 0;
};

wire::input_error too_much(std::string const& file) {
  return about(file, "the tables hold more than 268435456 values", "give fewer rows, or every tenth");
}

class cmapss_reader {
 public:
  cmapss_reader(rul_table& table, std::vector<std::string> const& channels) : gather_(table) {
    table.settings = cmapss_names("setting_", 3);
    auto const all = cmapss_names("sensor_", 21);
    table.channels = channels.empty() ? all : channels;
    for (auto const& name : table.channels) {
      places_.push_back(5 + static_cast<std::size_t>(std::find(all.begin(), all.end(), name) - all.begin()));
    }
  }

  wire::input_result<void> read(std::string const& file) {
    auto opened = wire::table_reader::open(file);
    if (!opened) return opened.error();
    auto& t = *opened;
    if (t.columns().size() != 26) {
      return about(file, std::to_string(t.columns().size()) + " columns instead of 26",
                   "give rows of unit, cycle, 3 settings and 21 sensors, or use --layout table");
    }
    gather_.next_file();
    std::vector<double> settings(3), channels(places_.size());
    for (;;) {
      auto const more = t.next();
      if (!more) return more.error();
      if (!*more) return {};
      auto const v = t.values();
      if (!std::isfinite(v[0]) || !std::isfinite(v[1])) {
        auto e = about(file, "a row without unit or cycle", "every row needs both");
        e.line = t.line();
        return e;
      }
      for (std::size_t i = 0; i < 3; ++i) settings[i] = v[2 + i];
      for (std::size_t i = 0; i < places_.size(); ++i) channels[i] = v[places_[i]];
      if (!gather_.add(gather_.unit(std::string(t.text(0))), v[1], v[1], settings, channels)) return too_much(file);
    }
  }

 private:
  unit_gatherer gather_;
  std::vector<std::size_t> places_;
};

class any_table_reader {
 public:
  any_table_reader(rul_table& table, rul_layout const& layout, std::vector<std::string> const& settings,
                   std::vector<std::string> const& channels)
      : table_(table), layout_(layout), gather_(table), of_model_(!channels.empty()) {
    table.settings = of_model_ ? settings : layout.settings;
    table.channels = channels;
  }

  wire::input_result<void> read(std::string const& file) {
    auto found = find_columns(file);
    if (!found) return found.error();
    wire::table_options how;
    if (!layout_.time.empty()) how.time = layout_.time;
    if (auto s = name_text_columns(how); !s) return s;
    auto opened = wire::table_reader::open(file, how);
    if (!opened) return opened.error();
    gather_.next_file();
    return read_rows(file, *opened);
  }

 private:
  [[nodiscard]] bool is_channel(std::string const& name) const {
    bool const special = name == layout_.time || name == layout_.unit || name == layout_.end_column;
    return !special && !holds_truth(name) &&
           std::find(layout_.ignore.begin(), layout_.ignore.end(), name) == layout_.ignore.end() &&
           std::find(layout_.settings.begin(), layout_.settings.end(), name) == layout_.settings.end();
  }

  // The names in the file; the first file decides which columns are channels.
  wire::input_result<void> find_columns(std::string const& file) {
    auto probe = wire::table_reader::open(file);
    if (!probe) return probe.error();
    names_ = probe->columns();
    if (table_.channels.empty()) {
      for (auto const& n : names_) {
        if (is_channel(n)) table_.channels.push_back(n);
      }
    }
    if (table_.channels.empty())
      return about(file, "no column is left to learn from", "give a table with sensor columns");
    setting_places_.clear();
    channel_places_.clear();
    auto s = places(file, table_.settings, setting_places_);
    if (s) s = places(file, table_.channels, channel_places_);
    if (s) s = place(file, layout_.unit, unit_place_);
    if (s && !of_model_) s = place(file, layout_.end_column, end_place_);
    if (s) s = place(file, layout_.threshold_column, threshold_place_);
    if (s) s = place(file, layout_.time, time_place_);
    return s;
  }
  wire::input_result<void> places(std::string const& file, std::vector<std::string> const& names,
                                  std::vector<std::size_t>& into) {
    for (auto const& n : names) {
      std::optional<std::size_t> at;
      if (auto s = place(file, n, at); !s) return s;
      into.push_back(*at);
    }
    return {};
  }
  wire::input_result<void> place(std::string const& file, std::string const& name, std::optional<std::size_t>& into) {
    into.reset();
    if (name.empty()) return {};
    auto const at = std::find(names_.begin(), names_.end(), name);
    if (at == names_.end()) {
      return about(file, "there is no column \"" + name + "\"" + (of_model_ ? ", which the model was fitted on" : ""),
                   of_model_ ? "give the columns of the training data, or fit a model on these"
                             : "the columns are " + joined(names_));
    }
    into = static_cast<std::size_t>(at - names_.begin());
    return {};
  }
  static std::string joined(std::vector<std::string> const& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < 30; ++i) text += (i > 0 ? ", " : "") + names[i];
    return names.size() > 30 ? text + ", ..." : text;
  }

  // Every column that is not read as a number may hold words.
  wire::input_result<void> name_text_columns(wire::table_options& how) const {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      bool const number = std::find(channel_places_.begin(), channel_places_.end(), i) != channel_places_.end() ||
                          std::find(setting_places_.begin(), setting_places_.end(), i) != setting_places_.end() ||
                          threshold_place_ == i;
      if (!number && time_place_ != i) how.text_columns.push_back(std::to_string(i));
    }
    return {};
  }

  wire::input_result<void> read_rows(std::string const& file, wire::table_reader& t) {
    std::vector<double> settings(setting_places_.size()), channels(channel_places_.size());
    for (;;) {
      auto const more = t.next();
      if (!more) return more.error();
      if (!*more) return {};
      auto const v = t.values();
      for (std::size_t i = 0; i < settings.size(); ++i) settings[i] = v[setting_places_[i]];
      for (std::size_t i = 0; i < channels.size(); ++i) channels[i] = v[channel_places_[i]];
      auto& u = gather_.unit(unit_place_ ? std::string(t.text(*unit_place_)) : base_name(file));
      if (u.age.empty()) u.ended = layout_.end_column.empty() && layout_.threshold_column.empty() && !of_model_;
      double const clock = clock_of(t, u);
      if (!gather_.add(u, clock, u.clock.empty() ? 0 : clock - u.clock[0], settings, channels)) return too_much(file);
      note_end(t, u);
    }
  }

  // Numbers in a time column are the clock; else rows are counted.
  [[nodiscard]] double clock_of(wire::table_reader const& t, rul_unit const& u) const {
    bool const numbers = time_place_ && t.time().is == wire::table_time::kind::number;
    return numbers ? t.time().number : static_cast<double>(u.clock.size());
  }

  void note_end(wire::table_reader const& t, rul_unit& u) {
    std::size_t const row = u.age.size() - 1;
    bool reached = false;
    if (end_place_) {
      auto const text = t.text(*end_place_);
      reached = text == layout_.end_value || same_number(text, layout_.end_value);
    }
    if (threshold_place_ && std::isfinite(t.values()[*threshold_place_])) {
      double const x = t.values()[*threshold_place_];
      auto const [side, fresh] = began_below_.try_emplace(&u - table_.units.data(), x <= layout_.threshold);
      (void)fresh;
      reached = reached || (side->second ? x > layout_.threshold : x < layout_.threshold);
    }
    bool const already = u.ended && u.end_row < row;
    if (reached && !already) u.ended = true, u.end_row = row;
  }
  static bool same_number(std::string_view a, std::string const& b) {
    char* end = nullptr;
    std::string const text(a);
    double const x = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0') return false;
    double const y = std::strtod(b.c_str(), &end);
    return !b.empty() && *end == '\0' && x == y;
  }

  rul_table& table_;
  rul_layout const& layout_;
  unit_gatherer gather_;
  bool of_model_;
  std::vector<std::string> names_;
  std::vector<std::size_t> setting_places_, channel_places_;
  std::optional<std::size_t> unit_place_, end_place_, threshold_place_, time_place_;
  std::map<std::ptrdiff_t, bool> began_below_;
};

// Features of each snapshot of each channel, or of each window of a recording without snapshots.
class run_reader {
 public:
  run_reader(rul_table& table, rul_layout const& layout, std::vector<std::string> const& channels)
      : table_(table), layout_(layout), gather_(table) {
    table.channels = channels;
  }

  wire::input_result<void> read(std::string const& file) {
    auto opened = wire::open_recording(file);
    if (!opened) return opened.error();
    auto& r = **opened;
    if (auto s = prepare(file, r.info()); !s) return s;
    gather_.next_file();
    auto& unit = gather_.unit(base_name(file));
    auto const& info = r.info();
    for (std::uint64_t s = 0; s < info.snapshots; ++s) {
      for (std::uint64_t at = 0; at + samples_.size() <= info.samples; at += samples_.size()) {
        if (auto read = read_row(r, s, at); !read) return read;
        double const t = info.snapshot_elapsed_s(s) + static_cast<double>(at) / info.fs_hz;
        if (!gather_.add(unit, t, t, {}, row_)) return too_much(file);
      }
    }
    unit.ended = true;
    return {};
  }

 private:
  static std::vector<std::string> feature_names(double fs) {
    std::vector<std::string> names{"rms", "peak", "kurtosis", "crest_factor", "spectral_shape.centroid"};
    for (double low = 0; double const share : {1.0 / 16, 1.0 / 8, 1.0 / 4, 1.0 / 2}) {
      names.push_back("band_power." + std::to_string(static_cast<long>(low)) + "-" +
                      std::to_string(static_cast<long>(share * fs)));
      low = share * fs;
    }
    return names;
  }

  wire::input_result<void> prepare(std::string const& file, wire::recording_info const& info) {
    auto const length = info.snapshots > 1 ? info.samples : static_cast<std::uint64_t>(layout_.window_s * info.fs_hz);
    monitor::extractor_setup setup;
    setup.length = static_cast<std::size_t>(std::min(length, info.samples));
    setup.rate_hz = info.fs_hz;
    setup.quantity = info.quantity;
    setup.features = feature_names(info.fs_hz);
    if (setup.length < 64) return about(file, "snapshots of fewer than 64 samples", "give longer ones");
    if (auto s = extractor_.prepare(setup); !s) {
      auto e = s.error();
      e.file = file;
      return e;
    }
    samples_.resize(setup.length);
    std::vector<std::string> names;
    for (auto const& c : info.channels) {
      for (auto const& f : setup.features) names.emplace_back(c).append(".").append(f);
    }
    if (table_.channels.empty()) table_.channels = names;
    places_.clear();
    for (auto const& wanted : table_.channels) {
      auto const at = std::find(names.begin(), names.end(), wanted);
      if (at == names.end()) {
        return about(file, "it has no " + wanted + ", which the model or the other files have",
                     "give recordings with the same channels and sampling rate");
      }
      places_.push_back(static_cast<std::size_t>(at - names.begin()));
    }
    all_.resize(names.size());
    row_.resize(places_.size());
    return {};
  }

  wire::input_result<void> read_row(wire::recording& r, std::uint64_t snapshot, std::uint64_t at) {
    std::size_t next = 0;
    for (std::size_t c = 0; c < r.info().channels.size(); ++c) {
      if (auto read = r.read(snapshot, c, at, samples_); !read) return read;
      auto const features = extractor_.extract(samples_, r.info().shaft_hz);
      for (std::size_t i = 0; i < features.size(); ++i) {
        double const v = features.has(i) ? features.values[i] : absent;
        all_[next++] = std::log(std::max(v, 1e-12));  // ratios count, not differences; NaN stays
        if (!std::isfinite(v)) all_[next - 1] = absent;
      }
    }
    for (std::size_t i = 0; i < places_.size(); ++i) row_[i] = all_[places_[i]];
    return {};
  }

  rul_table& table_;
  rul_layout const& layout_;
  unit_gatherer gather_;
  monitor::feature_extractor extractor_;
  std::vector<double> samples_, all_, row_;
  std::vector<std::size_t> places_;
};

template <class Reader>
wire::input_result<void> read_all(Reader reader, std::vector<std::string> const& files) {
  for (auto const& file : files) {
    if (auto s = reader.read(file); !s) return s;
  }
  return {};
}

}  // namespace

std::string rul_layout::text() const {
  json const j{
      {"kind", kind},           {"time", time},         {"unit", unit},        {"threshold_column", threshold_column},
      {"threshold", threshold}, {"settings", settings}, {"window_s", window_s}};
  return j.dump();
}

std::optional<rul_layout> rul_layout::parse(std::string const& text) {
  auto const j = json::parse(text, nullptr, false);
  rul_layout l;
  try {
    l.kind = j.at("kind").get<std::string>();
    l.time = j.at("time").get<std::string>();
    l.unit = j.at("unit").get<std::string>();
    l.threshold_column = j.at("threshold_column").get<std::string>();
    l.threshold = j.at("threshold").get<double>();
    l.settings = j.at("settings").get<std::vector<std::string>>();
    l.window_s = j.at("window_s").get<double>();
  } catch (json::exception const&) {
    return std::nullopt;
  }
  return l;
}

wire::input_result<rul_table> read_rul(std::vector<std::string> const& files, rul_layout const& layout,
                                       std::vector<std::string> const& wanted_settings,
                                       std::vector<std::string> const& wanted_channels) {
  rul_table table;
  wire::input_result<void> done;
  if (layout.kind == "cmapss") {
    done = read_all(cmapss_reader(table, wanted_channels), files);
  } else if (layout.kind == "table") {
    done = read_all(any_table_reader(table, layout, wanted_settings, wanted_channels), files);
  } else {
    done = read_all(run_reader(table, layout, wanted_channels), files);
  }
  if (!done) return done.error();
  for (auto& u : table.units) {
    if (u.end_row == 0 && layout.threshold_column.empty() && layout.end_column.empty()) u.end_row = u.age.size();
  }
  return table;
}

}  // namespace pdm::cli
