// pdm rul evaluate -- predictions against the truth: errors, timeliness, coverage, sharpness.
#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/line_output.hpp"
#include "cli/rul.hpp"
#include "cli/verbs.hpp"
#include "pdm/prognostics/metrics.hpp"
#include "pdm/wire/json.hpp"
#include "pdm/wire/json_text.hpp"
#include "pdm/wire/table.hpp"

namespace pdm::cli {
namespace {

using json = nlohmann::json;

constexpr std::array<std::pair<char const*, double>, 7> quantile_names{
    {{"p05", 0.05}, {"p10", 0.1}, {"p25", 0.25}, {"p50", 0.5}, {"p75", 0.75}, {"p90", 0.9}, {"p95", 0.95}}};

struct prediction {
  double cycle = 0, mean = 0, horizon = 0;
  std::array<std::optional<double>, 7> quantile;
  bool abstained = false;
};
struct unit_predictions {
  std::string name;
  std::vector<prediction> rows;  // in the order of the file
  double truth = 0;              // after the last row
};

wire::input_error at_line(std::string const& file, std::uint64_t line, std::string what) {
  auto e = about(file, std::move(what), "give what pdm rul predict printed");
  e.line = line;
  return e;
}

std::string name_of(json const& v) { return v.is_string() ? v.get<std::string>() : v.dump(); }

prediction read_prediction(json const& j) {
  prediction p;
  p.cycle = j.at("cycle").get<double>();
  p.abstained = j.at("abstained").get<bool>();
  auto const& rul = j.at("rul");
  p.horizon = rul.at("horizon").get<double>();
  if (p.abstained) return p;
  p.mean = rul.at("mean").get<double>();
  for (std::size_t i = 0; i < quantile_names.size(); ++i) {
    auto const& q = rul.at(quantile_names[i].first);
    if (!q.is_null()) p.quantile[i] = q.get<double>();
  }
  return p;
}

wire::input_result<std::vector<unit_predictions>> read_predictions(std::string const& file) {
  std::ifstream in(file);
  if (!in) return about(file, "cannot be opened", "check the name and the rights");
  std::vector<unit_predictions> units;
  std::map<std::string, std::size_t> known;
  std::string line;
  for (std::uint64_t n = 1; std::getline(in, line); ++n) {
    if (line.empty()) continue;
    auto const parsed = wire::parse_json(line, file);
    if (!parsed) return at_line(file, n, "is not JSON");
    try {
      auto const p = read_prediction(*parsed);
      auto const [at, fresh] = known.try_emplace(name_of(parsed->at("unit")), units.size());
      if (fresh) units.push_back({at->first, {}, 0});
      units[at->second].rows.push_back(p);
    } catch (json::exception const&) {
      return at_line(file, n, "is no prediction of remaining life");
    }
  }
  if (units.empty()) return about(file, "holds no prediction", "give what pdm rul predict printed");
  return units;
}

// One number a line in the order of the units, or a table with columns unit and rul.
wire::input_result<void> read_truth(std::string const& file, std::vector<unit_predictions>& units) {
  auto probe = wire::table_reader::open(file);
  if (!probe) return probe.error();
  auto const& columns = probe->columns();
  bool const named = std::find(columns.begin(), columns.end(), "rul") != columns.end();
  if (!named && columns.size() != 1) {
    return about(file, "has no column rul", "give one number a line, or a table with columns unit and rul");
  }
  wire::table_options how;
  if (named) how.text_columns = {"unit"};
  auto table = wire::table_reader::open(file, how);
  if (!table) return table.error();
  std::size_t unit = 0, rul = 0, next = 0;
  if (named) {
    auto const u = table->find("unit");
    if (!u) return u.error();
    unit = *u;
    rul = *table->find("rul");
  }
  std::map<std::string, double> by_name;
  for (;;) {
    auto const more = table->next();
    if (!more) return more.error();
    if (!*more) break;
    double const v = table->values()[rul];
    if (!std::isfinite(v) || v < 0) {
      auto e = about(file, "a remaining life that is no number from 0 up", "give the truth for every unit");
      e.line = table->line();
      return e;
    }
    if (named) {
      by_name[std::string(table->text(unit))] = v;
    } else if (next < units.size()) {
      units[next].truth = v;
    }
    ++next;
  }
  if (!named && next != units.size()) {
    return about(file, std::to_string(next) + " truths for " + std::to_string(units.size()) + " units",
                 "give one for each unit that was predicted");
  }
  for (auto& u : units) {
    if (!named) break;
    auto const at = by_name.find(u.name);
    if (at == by_name.end()) return about(file, "unit " + u.name + " is missing", "give the truth for every unit");
    u.truth = at->second;
  }
  return {};
}

// The distribution as 199 quantiles, linear between those that are known; beyond the horizon counts as the horizon.
std::vector<double> ensemble_of(prediction const& p) {
  std::array<double, 9> t{}, f{};
  for (std::size_t i = 0; i < 7; ++i) t[i + 1] = p.quantile[i].value_or(p.horizon), f[i + 1] = quantile_names[i].second;
  t[0] = std::max(0.0, t[1] - 0.5 * (t[2] - t[1]));
  t[8] = std::min(std::max(p.horizon, t[7]), t[7] + 0.5 * (t[7] - t[6]));
  f[8] = 1;
  std::vector<double> members;
  std::size_t k = 1;
  for (int i = 0; i < 199; ++i) {
    double const level = (i + 0.5) / 199;
    while (k < 8 && f[k] < level) ++k;
    members.push_back(t[k - 1] + (t[k] - t[k - 1]) * (level - f[k - 1]) / (f[k] - f[k - 1]));
  }
  return members;
}

// Sums over all rows of all units.
struct tally {
  std::vector<double> estimate, truth;
  double crps = 0, width80 = 0, width90 = 0;
  std::size_t rows = 0, abstained = 0, in50 = 0, in80 = 0, in90 = 0, within = 0;

  // A quantile that is not there lies beyond the horizon.
  static bool holds(prediction const& p, std::size_t low, std::size_t high, double y) {
    return p.quantile[low].value_or(p.horizon) <= y && (!p.quantile[high] || y <= *p.quantile[high]);
  }
  void add(prediction const& p, double y, double alpha) {
    ++rows;
    if (p.abstained) {
      ++abstained;
      return;
    }
    estimate.push_back(p.mean);
    truth.push_back(y);
    crps += prognostics::crps_ensemble(ensemble_of(p), y).crps;
    in50 += holds(p, 2, 4, y) ? 1 : 0;
    in80 += holds(p, 1, 5, y) ? 1 : 0;
    in90 += holds(p, 0, 6, y) ? 1 : 0;
    within += prognostics::within_alpha(p.mean, y, alpha) ? 1 : 0;
    width80 += p.quantile[5].value_or(p.horizon) - p.quantile[1].value_or(p.horizon);
    width90 += p.quantile[6].value_or(p.horizon) - p.quantile[0].value_or(p.horizon);
  }
};

// Timeliness along the life of units of which every row was predicted.
struct timeliness {
  std::size_t units = 0, hits = 0;
  double fraction = 0, first = 0, lasting = 0, convergence = 0;

  void add(unit_predictions const& u, double cap, double alpha, double lambda) {
    std::vector<double> t, estimate;
    double const end = u.rows.back().cycle + u.truth;
    for (auto const& p : u.rows) {
      if (p.abstained || (cap > 0 && end - p.cycle > cap)) continue;  // a capped truth is no line to follow
      t.push_back(p.cycle);
      estimate.push_back(p.mean);
    }
    if (t.size() < 2) return;
    auto const inside = prognostics::alpha_lambda(t, estimate, alpha, lambda, end);
    auto const horizon = prognostics::prognostic_horizon(t, estimate, alpha / 2, end);
    ++units;
    hits += inside && inside->value ? 1 : 0;
    fraction += inside ? inside->fraction : 0;
    first += horizon.first_entry;
    lasting += horizon.lasting;
    convergence += centre_of_error(t, estimate, end);
  }
  // How early the error has its centre, as a share of the time predicted: below 0.5 it shrinks.
  static double centre_of_error(std::vector<double> const& t, std::vector<double> const& estimate, double end) {
    double area = 0, moment = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
      double const off = std::abs(estimate[i] - (end - t[i]));
      area += off;
      moment += off * (t[i] - t.front());
    }
    return area > 0 ? moment / area / (t.back() - t.front()) : 0;
  }
};

void write_summary(line_output& out, rul_evaluation const& o, std::vector<unit_predictions> const& units,
                   tally const& s, timeliness const& w) {
  auto const e = prognostics::rul_errors(s.estimate, s.truth);
  auto const n = static_cast<double>(s.estimate.size());
  auto const share = [n](double v) { return n > 0 ? std::optional(v / n) : std::nullopt; };
  auto const of_units = [&w](double v) {
    return w.units > 0 ? std::optional(v / static_cast<double>(w.units)) : std::nullopt;
  };
  wire::json_text text;
  text.open('{').member("units", std::uint64_t{units.size()}).member("rows", std::uint64_t{s.rows});
  text.member("abstained", std::uint64_t{s.abstained});
  text.member("cap", o.cap > 0 ? std::optional(o.cap) : std::nullopt);
  text.member("rmse", e.rmse).member("mae", e.mae).member("bias", e.bias);
  text.member("score", n > 0 ? std::optional(prognostics::phm08_score(s.estimate, s.truth)) : std::nullopt);
  text.member("cumulative_relative_accuracy", e.cumulative_relative_accuracy);
  text.member("crps", share(s.crps));
  text.key("coverage").open('{').member("50", share(static_cast<double>(s.in50)));
  text.member("80", share(static_cast<double>(s.in80))).member("90", share(static_cast<double>(s.in90))).close('}');
  text.key("width").open('{').member("80", share(s.width80)).member("90", share(s.width90)).close('}');
  text.key("alpha_lambda").open('{').member("alpha", o.alpha).member("lambda", o.lambda);
  text.member("within_alpha", share(static_cast<double>(s.within)));
  text.member("units_within_at_lambda", of_units(static_cast<double>(w.hits)));
  text.member("fraction", of_units(w.fraction)).close('}');
  text.key("prognostic_horizon").open('{').member("alpha", o.alpha / 2).member("first_entry", of_units(w.first));
  text.member("lasting", of_units(w.lasting)).close('}');
  text.member("convergence", of_units(w.convergence)).member("units_followed", std::uint64_t{w.units});
  out.write(text.close('}').view());
}

// The lines of the predictions again, each with the rest that came (capped as it was scored) and with alpha.
bool write_each(rul_evaluation const& o, std::vector<unit_predictions> const& units) {
  std::map<std::string, double> ends;
  for (auto const& u : units) ends[u.name] = u.truth + u.rows.back().cycle;
  std::ifstream in(o.predictions);
  line_output out(o.each);
  std::string line;
  while (out.good() && std::getline(in, line)) {
    if (line.empty()) continue;
    auto parsed = wire::parse_json(line, o.predictions);
    if (!parsed) continue;  // was read before
    double const rest = ends[name_of(parsed->at("unit"))] - parsed->at("cycle").get<double>();
    (*parsed)["truth"] = o.cap > 0 ? std::min(rest, o.cap) : rest;
    (*parsed)["alpha"] = o.alpha;
    out.write(parsed->dump());
  }
  return out.close();
}

}  // namespace

int evaluate_rul(rul_evaluation const& o) {
  auto units = read_predictions(o.predictions);
  wire::input_result<void> truth;
  if (units) truth = read_truth(o.truth, *units);
  if (!units || !truth) {
    complain(units ? truth.error() : units.error());
    return exit_bad_input;
  }
  tally sums;
  timeliness way;
  for (auto const& u : *units) {
    double const last = u.rows.back().cycle;
    for (auto const& p : u.rows) {
      double const y = u.truth + last - p.cycle;
      sums.add(p, o.cap > 0 ? std::min(y, o.cap) : y, o.alpha);
    }
    way.add(u, o.cap, o.alpha, o.lambda);
  }
  if (!o.each.empty() && !write_each(o, *units)) {
    complain(about(o.each, "cannot be written to the end", "make room, or give another --each"));
    return exit_outside;
  }
  line_output out(o.out);
  if (out.good()) write_summary(out, o, *units, sums, way);
  if (out.close()) return exit_done;
  complain(about(out.name(), "cannot be written to the end", "make room, or give another --out"));
  return exit_outside;
}

}  // namespace pdm::cli
