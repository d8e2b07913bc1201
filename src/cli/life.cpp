// pdm life -- how long parts live, from a ledger of repairs: no sensor, few failures, said with their uncertainty.
#include "cli/life.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "cli/line_output.hpp"
#include "cli/verbs.hpp"
#include "pdm/core/distributions.hpp"
#include "pdm/prognostics/age_replacement.hpp"
#include "pdm/prognostics/life_posterior.hpp"
#include "pdm/report/captions.hpp"
#include "pdm/report/catalogue.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::cli {
namespace {

using prognostics::life_posterior;
using prognostics::log_scale_prior;
using prognostics::smallest_extreme_value;
using prognostics::standard_normal;
namespace captions = report::captions;

// A sentence of the catalogue; words among the arguments have to outlive the call.
template <class... A>
std::string say(message_key key, A... arguments) {
  return report::catalogue::english().render(message(key, arguments...));
}

// Advice needs to be this sure that it saves: by chance alone it is then given in under 1 of 20 ledgers of parts that
// do not wear.
constexpr double sure = 0.98;

struct life_options {
  std::vector<std::string> files;
  ledger_layout layout;
  std::string law = "weibull", out;
  std::optional<double> cost_planned, cost_failure;
};

// Three significant digits, without an exponent.
std::string number(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2e", v);
  std::snprintf(text, sizeof text, std::fabs(v) < 100 ? "%.3g" : "%.0f", std::strtod(text, nullptr));
  return text;
}

// An estimate with its 90 % interval.
struct estimate {
  double mle = math::not_a_number, p05 = math::not_a_number, p50 = math::not_a_number, p95 = math::not_a_number;
};

void write(wire::json_text& text, std::string_view name, estimate const& e) {
  text.key(name).open('{').member("mle", e.mle).member("p05", e.p05).member("p50", e.p50).member("p95", e.p95);
  text.close('}');
}

// One law of life, fitted; nothing where the ledger is too poor for it.
template <class Law>
class fitted_life {
 public:
  explicit fitted_life(life_ledger const& ledger) {
    memory_.resize(life_posterior<Law>::footprint() + 2 * arena::alignment);
    arena space(memory_);
    // One failure: shapes about 2, nine in ten between 0.75 and 5.4; for a log-normal the same spread of ln t.
    std::optional<log_scale_prior> prior;
    if (ledger.failures == 1) prior = log_scale_prior{-0.69, 0.6};
    ready_ = ledger.failures > 0 && posterior_.prepare(space).ok() && posterior_.learn(ledger.lives(), prior).ok();
    if (ready_) fit_ = prognostics::fit_log_life<Law>(ledger.lives());
  }
  [[nodiscard]] bool ready() const { return ready_; }

  [[nodiscard]] estimate age(double share) const {
    auto const at = [&](double p) { return std::exp(posterior_.log_age_quantile(share, p)); };
    double const mle = fit_ ? std::exp(fit_->mu + fit_->sigma * Law::quantile(share)) : math::not_a_number;
    return {mle, at(0.05), at(0.5), at(0.95)};
  }
  [[nodiscard]] estimate mean() const {
    auto const at = [&](double p) { return std::exp(posterior_.log_mean_quantile(p)); };
    double const mle = fit_ ? std::exp(fit_->mu + Law::mean_offset(fit_->sigma)) : math::not_a_number;
    return {mle, at(0.05), at(0.5), at(0.95)};
  }
  [[nodiscard]] estimate sigma() const {
    auto const at = [&](double p) { return posterior_.sigma_quantile(p); };
    return {fit_ ? fit_->sigma : math::not_a_number, at(0.05), at(0.5), at(0.95)};
  }
  [[nodiscard]] double log_likelihood() const { return fit_ ? fit_->log_likelihood : math::not_a_number; }

  struct advice {
    double age = 0, share = 1, probability = 0;
  };
  // The age that is best for a life in the middle of what is believed, and how surely it saves.
  [[nodiscard]] advice replacement(prognostics::replacement_costs const& costs, double longest) const {
    double const sigma = posterior_.sigma_quantile(0.5);
    double const mu = posterior_.log_age_quantile(0.1, 0.5) - sigma * Law::quantile(0.1);
    auto const best = prognostics::best_age<Law>(costs, mu, sigma, std::log(longest));
    auto const saves = [&](double m, double s) { return prognostics::cost_share<Law>(costs, m, s, best.log_age) < 1; };
    return {std::exp(best.log_age), best.share, best.share < 1 ? posterior_.probability(saves) : 0};
  }

 private:
  std::vector<std::byte> memory_;
  life_posterior<Law> posterior_;
  std::optional<prognostics::log_life_fit> fit_;
  bool ready_ = false;
};

class life_page {
 public:
  life_page(life_options const& options, std::string const& file, life_ledger const& ledger)
      : options_(options), file_(file), ledger_(ledger), weibull_(ledger), lognormal_(ledger) {
    judge();
  }

  std::string_view line() {
    text_.clear();
    text_.open('{').member("file", file_).member("event", "failure:any");
    text_.member("clock", ledger_.operating ? "operating" : "calendar").member("unit", "h");
    counts();
    write_mtbf();
    text_.member("law", options_.law);
    if (options_.law == "weibull") {
      laws(weibull_);
    } else {
      laws(lognormal_);
    }
    write_weibull();
    write_lognormal();
    write_replacement();
    text_.member("abstained", !weibull_.ready()).list("why", why_).list("needs", needs_).list("assumes", assumes_);
    text_.member("text", sentence()).close('}');
    return text_.view();
  }

 private:
  void doubt(std::string why, message_key needs) {
    why_.push_back(std::move(why));
    needs_.push_back(say(needs));
  }

  void judge() {
    auto const lives = static_cast<double>(ledger_.log_hours.size());
    std::size_t const r = ledger_.failures;
    if (r == 0) {
      doubt(say(captions::ledger_none_failed, lives), captions::ledger_needs_failures);
    } else if (!weibull_.ready()) {
      doubt(say(captions::ledger_no_spread), captions::ledger_needs_spread);
    } else if (r == 1) {
      doubt(say(captions::ledger_one_failure), captions::ledger_needs_second);
    } else if (r < 10) {
      doubt(say(captions::ledger_few_failures, static_cast<double>(r)), captions::ledger_needs_ten);
    }
    if (ledger_.left_out > 0) {
      doubt(say(captions::ledger_left_out, static_cast<double>(ledger_.left_out)),
            ledger_.operating ? captions::ledger_needs_hours : captions::ledger_needs_dates);
    }
    assumes_.push_back(say(captions::ledger_assumes_one_kind));
    assumes_.push_back(say(captions::ledger_assumes_reasons));
    if (ledger_.closed_at_latest && ledger_.running > 0) assumes_.push_back(say(captions::ledger_assumes_latest));
    if (r == 1) assumes_.push_back(say(captions::ledger_assumes_shape));
    decide_replacement();
  }

  void decide_replacement() {
    if (!options_.cost_planned || !weibull_.ready()) return;
    prognostics::replacement_costs const costs{*options_.cost_planned, *options_.cost_failure};
    advice_ = options_.law == "weibull" ? weibull_.replacement(costs, ledger_.longest_hours) : lognormal_advice(costs);
    advised_ = advice_->probability >= sure && ledger_.failures > 1;
  }
  fitted_life<smallest_extreme_value>::advice lognormal_advice(prognostics::replacement_costs const& costs) const {
    auto const a = lognormal_.replacement(costs, ledger_.longest_hours);
    return {a.age, a.share, a.probability};
  }

  void counts() {
    text_.member("lives", static_cast<std::uint64_t>(ledger_.log_hours.size()));
    text_.member("failures", static_cast<std::uint64_t>(ledger_.failures));
    text_.member("replaced", static_cast<std::uint64_t>(ledger_.replaced));
    text_.member("running", static_cast<std::uint64_t>(ledger_.running));
    text_.member("left_out", static_cast<std::uint64_t>(ledger_.left_out)).member("total_h", ledger_.total_hours);
    text_.key("basis").open('{').member("failures", static_cast<std::uint64_t>(ledger_.failures));
    text_.member("censored", static_cast<std::uint64_t>(ledger_.log_hours.size() - ledger_.failures));
    std::vector<std::string> priors;
    if (ledger_.failures == 1) priors.push_back(say(captions::ledger_prior_shape));
    text_.list("priors", priors).close('}');
  }

  // Hours a failure with the exact interval of a constant rate watched for a time; without failures a bound below.
  void write_mtbf() {
    auto const r = static_cast<double>(ledger_.failures);
    estimate e;
    e.p05 = 2 * ledger_.total_hours / math::chi_square_quantile(0.95, 2 * r + 2);
    if (r > 0) {
      e.mle = ledger_.total_hours / r;
      e.p50 = 2 * ledger_.total_hours / math::chi_square_quantile(0.5, 2 * r + 1);
      e.p95 = 2 * ledger_.total_hours / math::chi_square_quantile(0.05, 2 * r);
    }
    write(text_, "mtbf", e);
  }

  template <class Law>
  void laws(fitted_life<Law> const& f) {
    b10_ = f.ready() ? f.age(0.1) : estimate{};
    write(text_, "b10", b10_);
    write(text_, "b50", f.ready() ? f.age(0.5) : estimate{});
    write(text_, "mean", f.ready() ? f.mean() : estimate{});
  }

  void write_weibull() {
    if (!weibull_.ready()) {
      text_.null_member("weibull");
      return;
    }
    auto const s = weibull_.sigma();
    shape_ = {1 / s.mle, 1 / s.p95, 1 / s.p50, 1 / s.p05};
    text_.key("weibull").open('{');
    write(text_, "shape", shape_);
    write(text_, "scale", weibull_.age(1 - std::exp(-1.0)));
    write(text_, "b10", weibull_.age(0.1));
    text_.member("log_likelihood", weibull_.log_likelihood()).close('}');
  }

  void write_lognormal() {
    if (!lognormal_.ready()) {
      text_.null_member("lognormal");
      return;
    }
    text_.key("lognormal").open('{');
    write(text_, "median", lognormal_.age(0.5));
    write(text_, "sigma", lognormal_.sigma());
    write(text_, "b10", lognormal_.age(0.1));
    text_.member("log_likelihood", lognormal_.log_likelihood()).close('}');
  }

  void write_replacement() {
    text_.key("replace_by_age").open('{').member("advised", advised_);
    if (advice_) {
      text_.member("age", advised_ ? std::optional(advice_->age) : std::nullopt);
      text_.member("cost_share", std::isfinite(advice_->share) ? std::optional(advice_->share) : std::nullopt);
      text_.member("probability", advice_->probability);
      text_.member("cost_planned", *options_.cost_planned).member("cost_failure", *options_.cost_failure);
    } else {
      text_.null_member("age").null_member("cost_share").null_member("probability");
      text_.member("cost_planned", options_.cost_planned).member("cost_failure", options_.cost_failure);
    }
    text_.member("why", replacement_words()).close('}');
  }

  std::string replacement_words() const {
    if (!options_.cost_planned) return say(captions::ledger_costs_missing);
    if (!advice_) return say(captions::ledger_lives_unknown);
    if (ledger_.failures < 2) return say(captions::ledger_wear_unseen);
    if (*options_.cost_planned >= *options_.cost_failure) return say(captions::ledger_costs_alike);
    if (advised_) return say(captions::ledger_it_pays);
    if (advice_->share >= 1) return say(captions::ledger_no_saving);
    auto const seen = number(advice_->probability), wanted = number(sure);
    return say(captions::ledger_unsure, std::string_view(seen), std::string_view(wanted));
  }

  std::string sentence() const {
    auto const failed = static_cast<double>(ledger_.failures), lives = static_cast<double>(ledger_.log_hours.size());
    if (ledger_.failures == 0) {
      auto const least = number(2 * ledger_.total_hours / math::chi_square_quantile(0.95, 2));
      return say(captions::ledger_text_none, lives, std::string_view(least));
    }
    if (!weibull_.ready()) return say(captions::ledger_text_equal, failed, lives);
    auto const b10 = number(b10_.p50), low = number(b10_.p05), high = number(b10_.p95);
    auto const text = say(captions::ledger_text_life, failed, lives, std::string_view(b10), std::string_view(low),
                          std::string_view(high));
    return options_.cost_planned ? text + " " + replacement_sentence() : text;
  }

  std::string replacement_sentence() const {
    if (!advised_) {
      auto const why = replacement_words();
      return say(captions::ledger_text_keep, std::string_view(why));
    }
    auto const age = number(advice_->age), saved = number(100 * (1 - advice_->share));
    return say(captions::ledger_text_replace, std::string_view(age), std::string_view(saved));
  }

  life_options const& options_;
  std::string const& file_;
  life_ledger const& ledger_;
  fitted_life<smallest_extreme_value> weibull_;
  fitted_life<standard_normal> lognormal_;
  std::optional<fitted_life<smallest_extreme_value>::advice> advice_;
  bool advised_ = false;
  estimate b10_, shape_;
  std::vector<std::string> why_, needs_, assumes_;
  wire::json_text text_;
};

std::optional<wire::input_error> problem_with(life_options const& o) {
  if (o.cost_planned.has_value() != o.cost_failure.has_value()) {
    return about(o.cost_planned ? "--cost-planned" : "--cost-failure", "stands alone",
                 "give both costs, in any one currency");
  }
  for (auto const& cost : {o.cost_planned, o.cost_failure}) {
    if (cost && !(*cost > 0 && std::isfinite(*cost)))
      return about("life", "a cost of " + number(*cost), "give costs above 0");
  }
  return {};
}

int run_life(life_options const& options) {
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
  for (auto const& file : options.files) {
    auto const ledger = read_ledger(file, options.layout);
    if (!ledger) {
      complain(ledger.error());
      code = std::max(code, ledger.error().outside ? exit_outside : exit_bad_input);
      continue;
    }
    if (ledger->log_hours.empty()) {
      complain(about(file, "no row says how long it lived", "give hours, or when it was installed and removed"));
      code = std::max(code, exit_bad_input);
      continue;
    }
    out.write(life_page(options, file, *ledger).line());
  }
  if (out.close()) return code;
  complain(about(out.name(), "cannot be written to the end", "make room, or keep its reader, and run again"));
  return exit_outside;
}

}  // namespace

verb add_life(CLI::App& app) {
  auto o = std::make_shared<life_options>();
  auto* c = app.add_subcommand("life", "How long parts live, from a ledger of repairs: B10, MTBF, replacing by age.");
  c->add_option("TABLE", o->files,
                "CSV, a row a life: asset, installed, removed, reason (failed, replaced, running), hours")
      ->required();
  c->add_option("--cost-planned", o->cost_planned,
                "of a planned replacement; with --cost-failure: does replacing by age pay?");
  c->add_option("--cost-failure", o->cost_failure, "of a failure, in the same currency");
  c->add_option("--law", o->law, "of the lives that b10, b50, mean and the advice speak of; default: weibull")
      ->check(CLI::IsMember({"weibull", "lognormal"}));
  c->add_option("--clock", o->layout.clock,
                "operating: the column of hours; calendar: removed less installed; default: operating where there is "
                "such a column")
      ->check(CLI::IsMember({"operating", "calendar"}));
  c->add_option("--until", o->layout.until,
                "calendar: when what is running was last seen running; default: the latest time in the ledger");
  c->add_option("--reason", o->layout.reason, "column of the reason; default: reason");
  c->add_option("--hours", o->layout.hours, "column of the operating hours of the life; default: hours");
  c->add_option("--installed", o->layout.installed,
                "column of the time it was installed, a date or hours; default: installed");
  c->add_option("--removed", o->layout.removed, "column of the time it was removed; default: removed");
  c->add_option("--columns", o->layout.columns, "names of the columns of a table without a header line")
      ->delimiter(',');
  c->add_option("--out", o->out, "file to write; default: standard output");
  return {c, [o] { return run_life(*o); }};
}

}  // namespace pdm::cli
