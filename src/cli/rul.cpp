// pdm rul -- remaining useful life learned from units that ran to failure: fit, predict, evaluate.
#include "cli/rul.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "cli/line_output.hpp"
#include "cli/verbs.hpp"
#include "pdm/prognostics/life_model.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::cli {
namespace {

using prognostics::life_forecast;
using prognostics::life_model;
using prognostics::life_remark;

struct fit_options {
  std::string layout, model, profile = "full", end, threshold;
  std::vector<std::string> train;
  rul_layout how;
  std::optional<double> cap;
  bool no_age = false;
  std::uint64_t seed = 1;
};
struct predict_options {
  std::string model, out;
  std::vector<std::string> files;
  bool every = false;
};

int refuse(wire::input_error const& e) {
  complain(e);
  return e.outside ? exit_outside : exit_bad_input;
}

// "COLUMN=VALUE".
bool split_assignment(std::string const& text, std::string& column, std::string& value) {
  auto const at = text.find('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) return false;
  column = text.substr(0, at);
  value = text.substr(at + 1);
  return true;
}

std::optional<wire::input_error> problem_with(fit_options& o) {
  o.how.kind = o.layout;
  std::string value;
  if (!o.end.empty() && !split_assignment(o.end, o.how.end_column, o.how.end_value)) {
    return about("--end", "\"" + o.end + "\" names no end", "give COLUMN=VALUE");
  }
  if (!o.threshold.empty()) {
    bool const split = split_assignment(o.threshold, o.how.threshold_column, value);
    auto const [end, failed] = std::from_chars(value.data(), value.data() + value.size(), o.how.threshold);
    if (!split || failed != std::errc{} || end != value.data() + value.size() || !std::isfinite(o.how.threshold)) {
      return about("--threshold", "\"" + o.threshold + "\" is no limit", "give COLUMN=NUMBER");
    }
  }
  if (!o.end.empty() && !o.threshold.empty()) {
    return about("--end", "--threshold is given too", "a life ends in one way: give one of the two");
  }
  bool const table_only = !o.end.empty() || !o.threshold.empty() || !o.how.time.empty() || !o.how.unit.empty() ||
                          !o.how.settings.empty() || !o.how.ignore.empty();
  if (o.layout != "table" && table_only) {
    return about("--layout " + o.layout, "columns are named",
                 "--time, --unit, --end, --threshold, --settings and "
                 "--ignore belong to --layout table");
  }
  if (o.cap && !(*o.cap > 0 && std::isfinite(*o.cap))) {
    return about("--cap", "a cap of " + std::to_string(*o.cap), "give a life above 0");
  }
  return {};
}

// A line that is written over, on a terminal only.
class progress_line {
 public:
  void show(double share, std::string_view what) const {
    if (!terminal_) return;
    std::fprintf(stderr, "\r%3d %%  %-24.*s", static_cast<int>(100 * share), static_cast<int>(what.size()),
                 what.data());
    if (share >= 1) std::fprintf(stderr, "\r%-40s\r", "");
    std::fflush(stderr);
  }

 private:
  bool terminal_ = ::isatty(2) != 0;
};

// What was read, as whole lives. Units that did not end are left out, and rows whose time does not rise.
std::vector<learning::unit_history> lives_of(rul_table const& table, std::size_t& unended) {
  std::vector<learning::unit_history> lives;
  std::size_t const s = table.settings.size(), c = table.channels.size();
  for (auto const& u : table.units) {
    if (!u.ended) {
      ++unended;
      continue;
    }
    learning::unit_history h;
    h.name = u.name;
    for (std::size_t t = 0; t < u.age.size() && t <= u.end_row; ++t) {
      if (!u.counted[t]) continue;
      h.age.push_back(u.age[t]);
      auto const at = [t](auto const& v, std::size_t width) {
        return v.begin() + static_cast<std::ptrdiff_t>(t * width);
      };
      h.settings.insert(h.settings.end(), at(u.settings, s), at(u.settings, s) + static_cast<std::ptrdiff_t>(s));
      h.channels.insert(h.channels.end(), at(u.channels, c), at(u.channels, c) + static_cast<std::ptrdiff_t>(c));
    }
    if (h.age.empty()) continue;
    h.end_age = h.age.back();
    lives.push_back(std::move(h));
  }
  return lives;
}

// Written beside its place and put there in one step: a model is complete or it is not there.
bool write_model(std::string const& name, std::span<std::byte const> bytes) {
  std::string const beside = name + ".part";
  std::FILE* const file = std::fopen(beside.c_str(), "wb");
  if (file == nullptr) return false;
  bool good = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  good = std::fclose(file) == 0 && good;
  if (good && std::rename(beside.c_str(), name.c_str()) == 0) return true;
  std::remove(beside.c_str());
  return false;
}

void tell_fit(fit_options const& o, learning::life_fit const& fit, std::size_t unended, std::size_t left_out) {
  std::fprintf(stderr,
               "%s: %zu bytes; %zu units, %zu rows, %zu of them learned from, %zu operating regimes, %zu channels, %zu "
               "features; "
               "held-out RMSE %.4g; intervals %s\n",
               o.model.c_str(), fit.archive.size(), fit.units, fit.all_rows, fit.rows, fit.regimes, fit.channels.size(),
               fit.features, fit.held_out_rmse,
               fit.assumed ? "by assumption (fewer than 9 units)" : "calibrated on held-out units");
  if (unended > 0) std::fprintf(stderr, "%zu units did not reach their end and were left out\n", unended);
  if (left_out > 0) std::fprintf(stderr, "%zu rows whose time does not rise were left out\n", left_out);
}

int run_fit(fit_options options) {
  if (auto const problem = problem_with(options)) return refuse(*problem);
  auto const table = read_rul(options.train, options.how, {}, {});
  if (!table) return refuse(table.error());
  std::size_t unended = 0;
  auto const lives = lives_of(*table, unended);
  progress_line const progress;
  learning::life_fit_options how;
  how.setting_names = table->settings;
  how.channel_names = table->channels;
  how.horizon = options.cap.value_or(options.how.is_cmapss() ? 125 : 0);
  how.age = !options.no_age;
  how.small = options.profile == "small";
  how.seed = options.seed;
  how.notes = options.how.text();
  how.progress = [&progress](double share, std::string_view what) { progress.show(share, what); };
  if (lives.size() < 2) {
    return refuse(about(options.train.front(), std::to_string(lives.size()) + " units ran to their end",
                        "give two or more that did; without failures a model cannot be learned"));
  }
  auto const fit = learning::fit_life_model(lives, how);
  if (!fit)
    return refuse(
        about(options.train.front(), fit.error().what, "give units with sensors that change over their life"));
  if (!write_model(options.model, fit->archive)) {
    auto e = about(options.model, "cannot be written", "check the folder, its rights and the disk");
    e.outside = true;
    return refuse(e);
  }
  tell_fit(options, *fit, unended, table->left_out);
  return exit_done;
}

// ---- predict

std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", v);
  return text;
}

// A model with the memory it stands in.
struct loaded_model {
  std::vector<std::byte> memory;
  life_model model;
  rul_layout layout;
  std::vector<std::string> settings, channels;
};

wire::input_error refusal(std::string const& file, error const& e) {
  std::string const what = e.what;
  auto const cut = what.find("; ");
  std::string todo =
      cut == std::string::npos ? "give a model that pdm rul fit wrote, or fit it again" : what.substr(cut + 2);
  if (e.code == errc::newer_version) todo = "update pdm, or fit the model again";
  return about(file, what.substr(0, cut), todo);
}

wire::input_result<std::vector<std::byte>> read_bytes(std::string const& file) {
  std::error_code bad;
  std::vector<std::byte> bytes;
  if (!std::filesystem::is_regular_file(file, bad))
    return about(file, "is no file", "give a model that pdm rul fit wrote");
  auto const size = std::filesystem::file_size(file, bad);
  if (bad || size > (1U << 26)) return about(file, "is too large for a model", "give a model that pdm rul fit wrote");
  bytes.resize(size);
  std::FILE* const from = std::fopen(file.c_str(), "rb");
  if (from == nullptr) return about(file, "cannot be opened", "check that this user may read it");
  std::size_t const got = std::fread(bytes.data(), 1, bytes.size(), from);
  std::fclose(from);
  bytes.resize(got);
  return bytes;
}

std::vector<std::string> lines_of(std::span<char const> text) {
  std::vector<std::string> lines(1);
  for (char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  lines.pop_back();  // the last line ends too
  return lines;
}

wire::input_result<std::unique_ptr<loaded_model>> load(std::string const& file) {
  auto const bytes = read_bytes(file);
  if (!bytes) return bytes.error();
  auto m = std::make_unique<loaded_model>();
  m->memory.resize(life_model::footprint(*bytes) + 2 * arena::alignment);
  arena memory(m->memory);
  if (auto s = m->model.open(*bytes, memory); !s) return refusal(file, s.error());
  auto const& p = m->model.parts();
  auto const names = lines_of(p.names);
  auto const layout = rul_layout::parse({p.notes.begin(), p.notes.end()});
  std::size_t const settings = p.scale.settings();
  if (!layout || names.size() != settings + p.channels) {
    return about(file, "its layout cannot be read", "fit the model again");
  }
  m->layout = *layout;
  m->settings.assign(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(settings));
  m->channels.assign(names.begin() + static_cast<std::ptrdiff_t>(settings), names.end());
  return m;
}

// What makes a forecast doubtful or impossible, and what would decide it.
struct doubts {
  std::vector<std::string> why, needs;
  void add(std::string reason, std::string need) {
    why.push_back(std::move(reason));
    needs.push_back(std::move(need));
  }
};

doubts doubts_of(loaded_model const& m, life_forecast const& f, std::size_t rows) {
  doubts d;
  auto const& p = m.model.parts();
  std::string const channel = m.channels[f.channel];
  std::string const lost = number(100 * f.absent_share) + " % of what the model looks at";
  if (f.has(life_remark::few_rows)) {
    d.add("the history has " + std::to_string(rows) + " usable rows, fewer than 5", "5 rows or more");
  } else if (f.has(life_remark::short_history)) {
    d.add("the history is shorter than the window of 30 rows: the interval is widened", "30 rows or more");
  }
  if (f.has(life_remark::late_beginning)) {
    d.add("the history does not begin when the unit was new: the interval is widened",
          "the history from its beginning");
  }
  if (f.has(life_remark::channel_absent))
    d.add("values are absent, most of all " + channel + ": " + lost, "values of " + channel);
  if (f.has(life_remark::channel_stuck))
    d.add(channel + " repeats one value: " + lost + " counts as absent", "a working " + channel);
  if (f.has(life_remark::condition_unseen)) {
    d.add("rows under operating conditions that were never learned are left out",
          "failures under these conditions, or rows under known ones");
  }
  if (f.has(life_remark::older_than_any)) {
    d.add("older than any unit that was learned from (" + number(p.oldest) + "): the interval is widened",
          "failures of units as old");
  }
  if (f.has(life_remark::by_assumption)) {
    d.add(
        "the interval is by assumption: " + std::to_string(p.calibration_units) + " units are too few to calibrate it",
        "9 failures or more");
  }
  return d;
}

class predictor {
 public:
  predictor(loaded_model& m, line_output& out, bool every) : m_(m), out_(out), every_(every) {}

  void run(rul_unit const& u) {
    m_.model.reset();
    std::size_t const s = m_.settings.size(), c = m_.channels.size(), rows = u.age.size();
    std::size_t used = 0;
    for (std::size_t t = 0; t < rows; ++t) {
      if (u.counted[t]) {
        m_.model.update(u.age[t], std::span(u.settings).subspan(t * s, s), std::span(u.channels).subspan(t * c, c));
        ++used;
      }
      if (!every_ && t + 1 < rows) continue;
      bool const over = !m_.layout.threshold_column.empty() && u.ended && t >= u.end_row;
      write(u, t, used, over);
      if (!out_.good()) return;
    }
  }

 private:
  void write(rul_unit const& u, std::size_t t, std::size_t used, bool over) {
    auto f = m_.model.predict();
    auto d = doubts_of(m_, f, used);
    if (!u.counted[t]) d.add("the time of this row does not rise: it is left out", "rows in the order of time");
    if (over) {
      f.point = f.health = 0;
      f.estimate.why = abstention::none;
      d.why.push_back("the limit is already passed");
    }
    bool const abstained = f.estimate.abstained();
    text_.clear();
    text_.open('{').key("unit");
    write_name(u.name);
    text_.member("cycle", u.clock[t]);
    write_life(f, over);
    text_.member("health", abstained ? std::nullopt : std::optional(f.health)).member("abstained", abstained);
    text_.list("why", d.why);
    if (abstained) text_.list("needs", d.needs);
    auto const& p = m_.model.parts();
    text_.key("basis").open('{').member("failures", std::uint64_t{p.failures});
    text_.member("interval", p.bands.assumed ? "by assumption" : "held-out units").close('}');
    out_.write(text_.close('}').view());
  }

  void write_name(std::string const& name) {
    bool const whole = !name.empty() && name.size() < 16 && name.find_first_not_of("0123456789") == name.npos &&
                       (name.size() == 1 || name[0] != '0');
    if (whole) {
      text_.value(static_cast<std::uint64_t>(std::stoull(name)));
    } else {
      text_.value(std::string_view(name));
    }
  }

  void write_life(life_forecast const& f, bool over) {
    static constexpr std::pair<char const*, double> quantiles[] = {
        {"p05", 0.05}, {"p10", 0.1}, {"p25", 0.25}, {"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}};
    bool const abstained = f.estimate.abstained();
    double const horizon = m_.model.parts().bands.horizon;
    text_.key("rul").open('{').member("mean", abstained ? std::nullopt : std::optional(f.point));
    for (auto const& [name, p] : quantiles) {
      std::optional<double> q;
      if (over) q = 0.0;
      if (!abstained && !over) q = f.estimate.life.quantile(p);
      if (!abstained && !q && m_.layout.is_cmapss()) q = horizon;
      text_.member(name, q);
    }
    text_.member("horizon", horizon).close('}');
  }

  loaded_model& m_;
  line_output& out_;
  bool every_;
  wire::json_text text_;
};

int run_predict(predict_options const& options) {
  auto model = load(options.model);
  if (!model) return refuse(model.error());
  line_output out(options.out);
  if (!out.good()) {
    complain(about(out.name(), "cannot be written", "give another --out"));
    return exit_outside;
  }
  int code = exit_done;
  for (auto const& file : options.files) {
    auto const table = read_rul({file}, (*model)->layout, (*model)->settings, (*model)->channels);
    if (!table) {
      code = std::max(code, refuse(table.error()));
      continue;
    }
    predictor p(**model, out, options.every);
    for (auto const& u : table->units) p.run(u);
  }
  if (!out.close()) {
    complain(about(out.name(), "cannot be written to the end", "make room, or keep its reader, and run again"));
    return exit_outside;
  }
  return code;
}

CLI::App* add_fit(CLI::App& rul, std::shared_ptr<fit_options> const& o) {
  auto* c = rul.add_subcommand("fit", "Learn a model from units that ran to failure.");
  c->add_option("--layout", o->layout,
                "cmapss: 26 columns without header (unit, cycle, 3 settings, 21 sensors); table: any table with named "
                "columns; runs: one run-to-failure recording a unit")
      ->required()
      ->check(CLI::IsMember({"cmapss", "table", "runs"}));
  c->add_option("--train", o->train, "files of whole lives")->required();
  c->add_option("--model", o->model, "the model file to write")->required();
  c->add_option(
      "--cap", o->cap,
      "longest remaining life that is told apart, in cycles (runs: seconds); default: 125 for cmapss, else the "
      "longest life seen");
  c->add_flag("--no-age", o->no_age, "do not look at the age, where it may be wrong");
  c->add_option("--profile", o->profile, "full, or small: a model of at most 16 kB; default: full")
      ->check(CLI::IsMember({"full", "small"}));
  c->add_option("--seed", o->seed, "of everything random in fitting; default: 1")->check(whole_number());
  c->add_option("--time", o->how.time, "table: column of the time or cycle; numbers are the clock, default: rows");
  c->add_option("--unit", o->how.unit, "table: column of the unit; default: a file is a unit");
  c->add_option("--end", o->end, "table: COLUMN=VALUE where a life ends; default: its last row");
  c->add_option("--threshold", o->threshold, "table: COLUMN=VALUE, a life ends at the first row beyond it");
  c->add_option("--settings", o->how.settings, "table: columns of the operating condition (speed, load)")
      ->delimiter(',');
  c->add_option("--ignore", o->how.ignore, "table: columns that are not looked at")->delimiter(',');
  c->add_option("--window", o->how.window_s, "runs: window in s of a recording without snapshots; default: 1")
      ->check(CLI::PositiveNumber);
  return c;
}

CLI::App* add_predict(CLI::App& rul, std::shared_ptr<predict_options> const& o) {
  auto* c = rul.add_subcommand("predict", "Remaining life of every unit, one line of JSON each.");
  c->add_option("--model", o->model, "a model that pdm rul fit wrote")->required();
  c->add_option("FILE", o->files, "files in the layout of the training files")->required();
  c->add_flag("--every", o->every, "a line for every row, not for the last one alone");
  c->add_option("--out", o->out, "file to write; default: standard output");
  return c;
}

CLI::App* add_evaluate(CLI::App& rul, std::shared_ptr<rul_evaluation> const& o) {
  auto* c = rul.add_subcommand("evaluate", "Errors, coverage and timeliness of predictions whose truth is known.");
  c->add_option("--predictions", o->predictions, "what pdm rul predict printed")->required();
  c->add_option(
       "--truth", o->truth,
       "remaining life after each unit's last row: one number a line in the order of the units, or a table with "
       "columns unit and rul")
      ->required();
  c->add_option("--cap", o->cap, "count every truth above it as this; default: none")->check(CLI::NonNegativeNumber);
  c->add_option("--alpha", o->alpha, "of alpha-lambda and the prognostic horizon; default: 0.2")
      ->check(CLI::Range(0.0, 1.0));
  c->add_option("--lambda", o->lambda, "share of the rest of life at which alpha-lambda looks; default: 0.5")
      ->check(CLI::Range(0.0, 1.0));
  c->add_option("--each", o->each, "file to write every prediction to, with the life that came, for pdm report");
  c->add_option("--out", o->out, "file to write; default: standard output");
  return c;
}

}  // namespace

verb add_rul(CLI::App& app) {
  auto fit = std::make_shared<fit_options>();
  auto predict = std::make_shared<predict_options>();
  auto evaluation = std::make_shared<rul_evaluation>();
  auto* c = app.add_subcommand("rul", "Remaining useful life, learned from units that ran to failure.");
  c->require_subcommand(1);
  auto* const f = add_fit(*c, fit);
  auto* const p = add_predict(*c, predict);
  (void)add_evaluate(*c, evaluation);
  return {c, [=] {
            if (f->parsed()) return run_fit(*fit);
            return p->parsed() ? run_predict(*predict) : evaluate_rul(*evaluation);
          }};
}

}  // namespace pdm::cli
