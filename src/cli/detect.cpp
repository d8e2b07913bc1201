// pdm detect -- anomalies in process values, one line of JSON for every row after the learning part.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/line_output.hpp"
#include "cli/verbs.hpp"
#include "pdm/monitor/process_detector.hpp"
#include "pdm/wire/json.hpp"
#include "pdm/wire/json_text.hpp"
#include "pdm/wire/table.hpp"

namespace pdm::cli {
namespace {

constexpr double no_number = std::numeric_limits<double>::quiet_NaN();
std::atomic<bool> stop{false};
extern "C" void stop_detect(int) { stop.store(true); }

struct detect_options {
  std::string table, time, preset = "process", config, out, state, save_state;
  std::vector<std::string> ignore, columns, regime;
  std::optional<std::uint64_t> learn;
  std::optional<double> budget, assets, interval;
};

int refuse(wire::input_error const& e) {
  complain(e);
  return e.outside ? exit_outside : exit_bad_input;
}
int refuse(std::string const& file, std::string what, std::string todo, int code = exit_bad_input) {
  complain(about(file, std::move(what), std::move(todo)));
  return code;
}

// Rows done, on a terminal, a few times a second.
class progress_line {
 public:
  explicit progress_line(std::string const& file) : on_(::isatty(STDERR_FILENO) != 0) {
    std::error_code ignored;
    auto const size = std::filesystem::file_size(file, ignored);
    if (!ignored) bytes_ = static_cast<double>(size);
  }
  ~progress_line() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
  }
  progress_line(progress_line const&) = delete;
  progress_line& operator=(progress_line const&) = delete;
  void row(std::uint64_t rows, std::uint64_t events) {
    if (!on_ || rows % 20000 != 0 || rows == 0) return;
    std::fprintf(stderr, "\rpdm detect: %llu rows, %llu alarms", static_cast<unsigned long long>(rows),
                 static_cast<unsigned long long>(events));
    std::fflush(stderr);
    shown_ = true;
  }

 private:
  bool on_, shown_ = false;
  double bytes_ = 0;
};

// "2026-03-04T05:06:07Z" of seconds since 1970.
std::string utc(double seconds) {
  std::time_t const t = static_cast<std::time_t>(std::floor(seconds));
  std::tm parts{};
  if (::gmtime_r(&t, &parts) == nullptr) return "?";
  char text[32];
  std::size_t const n = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, n};
}

std::string days(double seconds) {
  char text[32];
  int const n = std::snprintf(text, sizeof text, "%.3g days", seconds / 86400);
  return {text, static_cast<std::size_t>(n)};
}

class detect_job {
 public:
  explicit detect_job(detect_options const& options) : options_(options) {}

  int run() {
    if (int const code = settings(); code != exit_done) return code;
    wire::table_options how;
    how.columns = options_.columns;
    if (!options_.time.empty()) how.time = options_.time;
    how.text_columns = options_.ignore;
    auto opened = wire::table_reader::open(options_.table, how);
    if (!opened) return refuse(opened.error());
    table_.emplace(std::move(*opened));
    if (int const code = choose_columns(); code != exit_done) return code;
    out_ = options_.out.empty() ? stdout : std::fopen(options_.out.c_str(), "wb");
    if (out_ == nullptr) return refuse(options_.out, "cannot be written", "give another --out", exit_outside);
    int code = rows();
    bool const failed = std::fflush(out_) != 0 || std::ferror(out_) != 0;
    if (out_ != stdout && std::fclose(out_) != 0) code = std::max(code, exit_outside);
    if (failed) {
      return refuse(options_.out.empty() ? "standard output" : options_.out, "cannot be written to the end",
                    "make room, or keep its reader, and run again", exit_outside);
    }
    return code == exit_done ? save() : code;
  }

 private:
  int settings() {
    auto const preset = monitor::process_preset(options_.preset);
    if (!preset) return refuse("--preset " + options_.preset, "is no preset", "give process or process_quiet");
    settings_ = *preset;
    if (!options_.config.empty()) {
      if (int const code = read_config(); code != exit_done) return code;
    }
    settings_.regime = options_.regime;
    if (options_.learn) settings_.learn = static_cast<std::size_t>(*options_.learn);
    if (options_.budget) settings_.budget = *options_.budget;
    if (options_.assets) settings_.assets = *options_.assets;
    if (options_.interval) settings_.interval = *options_.interval;
    if (!(settings_.budget > 0) || !std::isfinite(settings_.budget)) {
      return refuse("--budget", "is not above 0", "give false alarm events a month, for instance 1");
    }
    if (!(settings_.assets >= 1) || !std::isfinite(settings_.assets)) {
      return refuse("--assets", "is below 1", "give the assets that share the budget");
    }
    if (settings_.interval && !(*settings_.interval > 0 && std::isfinite(*settings_.interval))) {
      return refuse("--interval", "is not above 0", "give the seconds from row to row");
    }
    if (options_.state.empty() && !options_.learn && options_.config.empty()) {
      return refuse("--learn", "is not given", "give the rows of healthy running to learn from, or --state FILE");
    }
    return exit_done;
  }

  int read_config() {
    auto const parsed = wire::parse_json_file(options_.config);
    if (!parsed) return refuse(parsed.error());
    if (!parsed->is_object()) return refuse(options_.config, "is no object", "give {\"budget\": 1}");
    for (auto const& [key, value] : parsed->items()) {
      double const number = value.is_number() ? value.get<double>() : no_number;
      if (!set(key, number)) {
        return refuse(options_.config, "\"" + key + "\" is no setting of detect",
                      "budget, assets, interval, learn, hold, change_above, unseen, level_k, level_least and "
                      "level_guard are");
      }
      if (!std::isfinite(number)) return refuse(options_.config, "\"" + key + "\" is no number", "give a number");
    }
    return exit_done;
  }

  // false: there is no such setting.
  bool set(std::string const& key, double number) {
    struct named {
      char const* name;
      double* value;
    };
    for (auto const& each : {named{"budget", &settings_.budget}, named{"assets", &settings_.assets},
                             named{"change_above", &settings_.change_above}, named{"unseen", &settings_.unseen},
                             named{"level_k", &settings_.level_k}, named{"level_least", &settings_.level_least},
                             named{"level_guard", &settings_.level_guard}}) {
      if (key == each.name) return *each.value = number, true;
    }
    if (key == "interval") return settings_.interval = number, true;
    if (key == "learn") return settings_.learn = number >= 0 ? static_cast<std::size_t>(number) : 0, true;
    if (key == "hold") return settings_.hold = number >= 0 ? static_cast<std::size_t>(number) : 0, true;
    return false;
  }

  // Every column but the time and the ignored ones; with a saved state the columns it knows.
  int choose_columns() {
    std::vector<std::size_t> left_out;
    auto const skip = [&](std::string const& name) -> std::optional<wire::input_error> {
      auto const place = table_->find(name);
      if (!place) return place.error();
      left_out.push_back(*place);
      return {};
    };
    for (auto const& name : options_.ignore) {
      if (auto const e = skip(name)) return refuse(*e);
    }
    if (!options_.time.empty()) {
      if (auto const e = skip(options_.time)) return refuse(*e);
    }
    std::vector<std::string> names;
    for (std::size_t c = 0; c < table_->columns().size(); ++c) {
      if (std::ranges::find(left_out, c) != left_out.end()) continue;
      names.push_back(table_->columns()[c]);
      places_.push_back(c);
    }
    if (!options_.state.empty()) return restore(names);
    auto made = monitor::process_detector::make(std::move(names), settings_);
    if (!made) return refuse(options_.table, made.error(), "pdm detect --help explains every option");
    detector_.emplace(std::move(*made));
    return exit_done;
  }

  int restore(std::vector<std::string> const& names) {
    std::ifstream in(options_.state, std::ios::binary);
    std::vector<char> const text{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open()) return refuse(options_.state, "cannot be opened", "check the name and the rights");
    auto made = monitor::process_detector::restore(std::as_bytes(std::span(text)));
    if (!made) return refuse(options_.state, made.error(), "give what --save-state wrote, or learn anew");
    detector_.emplace(std::move(*made));
    std::vector<std::size_t> places;
    for (auto const& name : detector_->columns()) {
      auto const found = std::ranges::find(names, name);
      if (found == names.end()) missing_.push_back(name);
      places.push_back(found == names.end() ? no_place : places_[static_cast<std::size_t>(found - names.begin())]);
    }
    for (auto const& name : names) {
      if (std::ranges::find(detector_->columns(), name) == detector_->columns().end()) unknown_.push_back(name);
    }
    if (missing_.size() == detector_->columns().size()) {
      return refuse(options_.table, "has none of the columns that the saved state knows", "give the right table");
    }
    places_ = std::move(places);
    for (auto const& n : missing_) {
      std::fprintf(stderr, "pdm detect: column \"%s\" of the saved state is absent: its part is not judged\n",
                   n.c_str());
    }
    for (auto const& n : unknown_) {
      std::fprintf(stderr, "pdm detect: column \"%s\" is new: not watched until learned anew\n", n.c_str());
    }
    return exit_done;
  }

  int rows() {
    std::signal(SIGTERM, stop_detect);
    std::signal(SIGINT, stop_detect);
    progress_line progress(options_.table);
    std::vector<double> values(places_.size());
    while (!stop.load(std::memory_order_relaxed)) {
      auto const more = table_->next();
      if (!more) return refuse(more.error());
      if (!*more) break;
      for (std::size_t i = 0; i < places_.size(); ++i) {
        bool const here = places_[i] != no_place && !table_->is_absent(places_[i]);
        values[i] = here ? table_->values()[places_[i]] : no_number;
      }
      bool const has_time = table_->time().is != wire::table_time::kind::none;
      double const t = has_time ? table_->time().seconds() : no_number;
      bool const learning = detector_->learning();
      auto const answer = detector_->row(values, t, quality_of_row());
      if (!answer) return refuse(options_.table, answer.error(), "pdm detect --help explains every option");
      if (learning && !detector_->learning()) tell(table_->time().is == wire::table_time::kind::wall ? t : no_number);
      if (*answer && !write(**answer)) return exit_outside;
      progress.row(table_->row(), events_);
    }
    if (detector_->learning() && !stop.load()) {
      return refuse(
          options_.table,
          "has " + std::to_string(seen_rows()) + " rows, fewer than --learn " + std::to_string(settings_.learn),
          "give a longer table or a smaller --learn");
    }
    return exit_done;
  }
  [[nodiscard]] std::uint64_t seen_rows() const { return seen_; }

  // The table's own marks, without those of columns that are not watched.
  quality quality_of_row() {
    ++seen_;
    quality q;
    for (auto const reason : {quality_reason::duplicate, quality_reason::out_of_order}) {
      if (table_->quality().has(reason)) q.mark(reason, quality_level::uncertain);
    }
    return q;
  }

  // What was learned, and which budget holds from when.
  void tell(double now) {
    auto const s = detector_->summary();
    std::fprintf(stderr, "pdm detect: learned %zu columns from %g h", s.columns, s.learned_s / 3600);
    for (auto const& n : s.constant) std::fprintf(stderr, "; \"%s\" does not move: not watched", n.c_str());
    for (auto const& n : s.slow) std::fprintf(stderr, "; \"%s\" moves too slowly to know its level", n.c_str());
    if (s.regimes > 0) std::fprintf(stderr, "; %zu regimes", s.regimes);
    if (s.kept > s.budget) {
      std::string const when = std::isfinite(now) ? utc(now + s.interval_s + s.until_wanted_s) : std::string();
      std::fprintf(
          stderr, "\npdm detect: this record supports %.3g false alarm events a month; the wanted %g hold %s%s", s.kept,
          s.budget, when.empty() ? "after " : "from ", when.empty() ? days(s.until_wanted_s).c_str() : when.c_str());
      until_ = when;
      kept_ = s.kept;
      after_s_ = s.until_wanted_s;
    }
    std::fputc('\n', stderr);
  }

  bool write(monitor::process_decision const& d) {
    events_ += d.event ? 1 : 0;
    text_.clear();
    text_.open('{').member("row", table_->row());
    if (table_->time_text().empty())
      text_.null_member("t");
    else
      text_.member("t", table_->time_text());
    if (d.abstained)
      text_.null_member("score").null_member("p_value");
    else
      text_.member("score", d.score).member("p_value", d.p_value);
    text_.member("threshold", d.threshold).member("alarm", d.alarm).member("changepoint", d.changepoint);
    if (!d.explained) {
      text_.member("contributions", "none");
    } else {
      text_.key("contributions").open('{');
      for (std::size_t i = 0; i < d.parts.size(); ++i) text_.member(detector_->columns()[i], d.parts[i]);
      text_.close('}');
    }
    text_.member("quality", d.quality);
    if (d.regime) text_.member("regime", static_cast<std::uint64_t>(*d.regime));
    if (d.abstained) {
      text_.member("abstained", true).list("why", std::vector{d.why}).list("needs", std::vector{d.needs});
    }
    if (first_) write_first();
    text_.close('}');
    std::string_view const line = text_.view();
    return std::fwrite(line.data(), 1, line.size(), out_) == line.size() && std::fputc('\n', out_) != EOF;
  }

  // The first line also says which budget holds, and which columns came or went since the state was saved.
  void write_first() {
    first_ = false;
    auto const s = detector_->summary();
    text_.key("budget").open('{').member("wanted", s.budget).member("kept", kept_ > 0 ? kept_ : s.kept);
    if (until_.empty())
      text_.null_member("wanted_from");
    else
      text_.member("wanted_from", until_);
    text_.member("wanted_after_s", after_s_).close('}');
    if (!missing_.empty()) text_.list("absent_columns", missing_);
    if (!unknown_.empty()) text_.list("new_columns", unknown_);
  }

  int save() {
    if (options_.save_state.empty() || detector_->learning()) return exit_done;
    auto const bytes = detector_->save();
    std::string const beside = options_.save_state + ".part";
    std::ofstream to(beside, std::ios::binary | std::ios::trunc);
    to.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    to.close();
    if (to && !bytes.empty() && std::rename(beside.c_str(), options_.save_state.c_str()) == 0) return exit_done;
    std::remove(beside.c_str());
    return refuse(options_.save_state, "cannot be written", "check the folder, its rights and the disk", exit_outside);
  }

  static constexpr std::size_t no_place = static_cast<std::size_t>(-1);
  detect_options const& options_;
  monitor::process_settings settings_;
  std::optional<wire::table_reader> table_;
  std::optional<monitor::process_detector> detector_;
  std::vector<std::size_t> places_;
  std::vector<std::string> missing_, unknown_;
  std::FILE* out_ = nullptr;
  wire::json_text text_;
  std::uint64_t events_ = 0, seen_ = 0;
  std::string until_;
  double kept_ = 0, after_s_ = 0;
  bool first_ = true;
};

}  // namespace

verb add_detect(CLI::App& app) {
  auto options = std::make_shared<detect_options>();
  auto* c = app.add_subcommand("detect", "Anomalies and change points in process values, one line of JSON a row.");
  c->add_option("TABLE", options->table, "CSV (comma, semicolon, tab or blanks; .gz too)")->required();
  c->add_option("--learn", options->learn, "first rows, of healthy running, to learn from")->check(whole_number());
  c->add_option("--time", options->time, "column of the time (ISO 8601, YYYY.MM.DD.hh.mm.ss or seconds)");
  c->add_option("--ignore", options->ignore, "columns that are not watched, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--regime", options->regime, "columns that name the way of running: rows are compared inside it alone")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--columns", options->columns, "names of the columns, separated by commas, of a table without a header")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--preset", options->preset, "process: one false alarm event a month; process_quiet: one in ten months")
      ->capture_default_str();
  c->add_option("--config", options->config, "JSON with budget, assets, interval, learn, hold, change_above");
  c->add_option("--budget", options->budget, "false alarm events a month for the site; default: the preset's");
  c->add_option("--assets", options->assets, "assets that share the budget; default: 1");
  c->add_option("--interval", options->interval, "seconds from row to row; default: the median of the learning part");
  c->add_option("--state", options->state, "go on from what --save-state wrote; nothing is learned anew");
  c->add_option("--save-state", options->save_state, "file for the state at the end");
  c->add_option("--out", options->out, "file to write; default: standard output");
  return {c, [options] { return detect_job(*options).run(); }};
}

}  // namespace pdm::cli
