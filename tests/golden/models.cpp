// Golden functions of the groups drift and prognostics that the modules anomaly, features and prognostics hold.
#include <algorithm>
#include <memory>

#include "golden.hpp"
#include "pdm/anomaly/conformal.hpp"
#include "pdm/anomaly/quantile.hpp"
#include "pdm/features/moments.hpp"
#include "pdm/prognostics/bayes_line.hpp"
#include "pdm/prognostics/first_passage.hpp"
#include "pdm/prognostics/index_suitability.hpp"
#include "pdm/prognostics/metrics.hpp"
#include "pdm/prognostics/weibull.hpp"

namespace golden {
namespace {

using namespace pdm;
using namespace pdm::prognostics;

// Values rounded to T, then double: what the library holds.
template <class T>
std::vector<double> values(input const& in, std::string const& name) {
  auto const x = in.array<T>(name);
  return {x.begin(), x.end()};
}
template <class T>
std::vector<double> sorted(input const& in, std::string const& name) {
  auto x = values<T>(in, name);
  std::sort(x.begin(), x.end());
  return x;
}

template <class T>
outputs run_conformal(input const& in) {
  auto const c = sorted<T>(in, "calibration");
  std::vector<double> p, smoothed;
  for (double s : values<T>(in, "scores")) {
    p.push_back(anomaly::conformal_p(c, s));
    smoothed.push_back(anomaly::conformal_p_smoothed(c, s, in.number("tau")));
  }
  double const threshold = anomaly::conformal_threshold(c, in.number("alpha"));
  json out{{"p", p}, {"p_smoothed", smoothed}, {"threshold", threshold}};
  if (threshold == math::infinity) out["threshold"] = "Infinity";
  return out;
}

template <class T>
outputs run_quantile(input const& in) {
  auto const x = sorted<T>(in, "x");
  std::vector<double> found;
  for (double q : in.numbers("q")) found.push_back(anomaly::quantile_of_sorted(x, q));
  return json{{"values", found}};
}

template <class T>
outputs run_merged_moments(input const& in) {
  auto const x = values<T>(in, "x");
  auto const chunks = in.numbers("chunks");
  features::moments whole;
  std::size_t at = 0;
  for (std::size_t k = 0; at < x.size(); ++k) {
    auto const end = std::min(x.size(), at + static_cast<std::size_t>(chunks[k % chunks.size()]));
    features::moments part;
    for (; at < end; ++at) (void)part.add(x[at]);
    whole.merge(part);
  }
  return json{{"n", whole.count()},
              {"mean", whole.mean()},
              {"M2", whole.m2()},
              {"M3", whole.m3()},
              {"M4", whole.m4()},
              {"variance", whole.variance()},
              {"sample_variance", whole.sample_variance()},
              {"skewness", whole.skewness()},
              {"kurtosis", whole.kurtosis()}};
}

template <class T>
outputs run_bayes(input const& in) {
  auto const t = values<T>(in, "t"), s = values<T>(in, "s");
  double const phi = in.number("phi"), limit = math::log(in.number("D") - phi);
  bool const brownian = in.text("noise") == "brownian";
  bayes_line line({in.number("mu0"), in.number("mu1"), in.number("var0"), in.number("var1"), 0},
                  brownian ? line_noise::brownian : line_noise::independent, in.number("var_eps"));
  for (std::size_t i = 0; i < t.size(); ++i) line.update(t[i], math::log(s[i] - phi));
  std::vector<double> mean, sd, untruncated, truncated;
  for (double h : in.numbers("rul_grid")) {
    auto const ahead = line.ahead(h);
    mean.push_back(ahead.mean);
    sd.push_back(ahead.sd);
    untruncated.push_back(line.above(limit, h));
    truncated.push_back(line.above_since(limit, h));
  }
  auto const& b = line.belief();
  return json{{"mean0", b.mean0},    {"mean1", b.mean1},
              {"var0", b.var0},      {"var1", b.var1},
              {"cov", b.cov},        {"log_signal_mean", mean},
              {"log_signal_sd", sd}, {"cdf_untruncated", untruncated},
              {"cdf", truncated},    {"rul_median_untruncated", line.mean_passage(limit)}};
}

outputs passage(input const& in, wiener_path const& path) {
  std::vector<double> pdf, cdf;
  for (double t : in.numbers("t")) {
    pdf.push_back(passage_pdf(path, t));
    cdf.push_back(passage_cdf(path, t));
  }
  return json{{"pdf", pdf}, {"cdf", cdf}};
}

outputs run_first_hitting(input const& in) {
  double const d = in.number("threshold") - in.number("x0");
  auto out = passage(in, {d, in.number("drift"), 0, in.number("sigma")});
  auto const law = passage_law(d, in.number("drift"), in.number("sigma"));
  out->update(json{{"mean", law.mean}, {"variance", law.variance}, {"ig_mu", law.mean}, {"ig_lambda", law.shape}});
  return out;
}

outputs run_random_drift(input const& in) {
  return passage(in, {in.number("threshold") - in.number("x0"), in.number("drift_mean"), in.number("drift_sd"),
                      in.number("sigma")});
}

template <class T>
outputs run_wiener_fit(input const& in) {
  auto const t = values<T>(in, "t"), x = values<T>(in, "x");
  auto const fit = fit_wiener(t, x);
  return json{{"drift", fit.drift}, {"sigma", fit.sigma}};
}

template <class T>
outputs run_alpha_lambda(input const& in) {
  auto const t = values<T>(in, "t"), estimate = values<T>(in, "estimate");
  double const alpha = in.number("alpha"), t_eol = in.number("t_eol");
  auto const r = alpha_lambda(t, estimate, alpha, in.number("lambda"), t_eol);
  if (!r) return {};
  std::vector<bool> inside;
  for (std::size_t i = 0; i < t.size(); ++i) inside.push_back(within_alpha(estimate[i], t_eol - t[i], alpha));
  return json{{"fraction", r->fraction}, {"index", r->index}, {"value", r->value}, {"inside", inside}};
}

// Runs r1, r2, ... of a case.
template <class T>
struct runs_of {
  explicit runs_of(input const& in) {
    for (int i = 1; in.has_array("r" + std::to_string(i)); ++i) kept.push_back(values<T>(in, "r" + std::to_string(i)));
    views.assign(kept.begin(), kept.end());
  }
  std::vector<std::vector<double>> kept;
  std::vector<run_to_failure> views;
};

template <class T>
outputs run_monotonicity(input const& in) {
  runs_of<T> const runs(in);
  auto const method = in.text("method") == "rank" ? monotonicity_method::rank : monotonicity_method::sign;
  auto const value = monotonicity(runs.views, method);
  if (!value) return {};
  std::vector<double> each;
  for (auto const& r : runs.views) each.push_back(monotonicity_of(r, method));
  return json{{"value", *value}, {"per_run", each}};
}

template <class T>
outputs run_trendability(input const& in) {
  runs_of<T> const runs(in);
  auto const value = trendability(runs.views);
  if (!value) return {};
  std::vector<double> pairs;
  for (std::size_t i = 0; i < runs.views.size(); ++i) {
    for (std::size_t j = i + 1; j < runs.views.size(); ++j) {
      pairs.push_back(life_correlation(runs.views[i], runs.views[j]));
    }
  }
  return json{{"value", *value}, {"pairs", pairs}};
}

template <class T>
outputs run_prognosability(input const& in) {
  runs_of<T> const runs(in);
  auto const value = prognosability(runs.views);
  return value ? outputs(json{{"value", *value}}) : outputs();
}

template <class T>
outputs run_weibull(input const& in) {
  auto const t = values<T>(in, "t"), event = values<T>(in, "event");
  auto const failed = std::make_unique<bool[]>(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) failed[i] = event[i] != 0;
  auto const fit = fit_weibull(t, {failed.get(), t.size()});
  if (!fit) return {};
  auto const& w = fit->law;
  double const age = in.number("age");
  return json{{"shape", w.shape},
              {"scale", w.scale},
              {"log_likelihood", fit->log_likelihood},
              {"mttf", w.mean()},
              {"b10", w.b10()},
              {"reliability_at_age", w.reliability(age)},
              {"mean_residual_life", w.mean_residual_life(age)}};
}

template <class T>
outputs run_phm08(input const& in) {
  auto const estimate = values<T>(in, "estimate"), truth = values<T>(in, "truth");
  std::vector<double> each;
  for (std::size_t i = 0; i < truth.size(); ++i) each.push_back(phm08_penalty(estimate[i] - truth[i]));
  return json{{"score", phm08_score(estimate, truth)}, {"per_unit", each}};
}

template <class T>
outputs run_rul_errors(input const& in) {
  auto const estimate = values<T>(in, "estimate"), truth = values<T>(in, "truth");
  auto const e = rul_errors(estimate, truth);
  std::vector<double> each;
  for (std::size_t i = 0; i < truth.size(); ++i) each.push_back(relative_accuracy(estimate[i], truth[i]));
  return json{{"rmse", e.rmse},
              {"mae", e.mae},
              {"bias", e.bias},
              {"mape", e.mape},
              {"relative_accuracy", each},
              {"cumulative_relative_accuracy", e.cumulative_relative_accuracy}};
}

template <class T>
outputs run_horizon(input const& in) {
  auto const t = values<T>(in, "t"), estimate = values<T>(in, "estimate");
  auto const h = prognostic_horizon(t, estimate, in.number("alpha"), in.number("t_eol"));
  return json{{"first_entry", h.first_entry}, {"lasting", h.lasting}};
}

template <class T>
outputs run_crps_ensemble(input const& in) {
  auto const members = values<T>(in, "ensemble");
  auto const s = crps_ensemble(members, in.number("observation"));
  return json{{"crps", s.crps}, {"crps_fair", s.fair}};
}

outputs run_crps_gaussian(input const& in) {
  return json{{"crps", crps_gaussian(in.number("mean"), in.number("sd"), in.number("observation"))}};
}

}  // namespace

template <class With>
void add_models(adapters& table) {
  using T = typename With::value;
  table["conformal_pvalue"] = run_conformal<T>;
  table["quantile"] = run_quantile<T>;
  table["merged_moments"] = run_merged_moments<T>;
  table["exp_degradation_bayes"] = run_bayes<T>;
  table["wiener_first_hitting"] = run_first_hitting;
  table["wiener_random_drift"] = run_random_drift;
  table["wiener_mle"] = run_wiener_fit<T>;
  table["alpha_lambda"] = run_alpha_lambda<T>;
  table["monotonicity"] = run_monotonicity<T>;
  table["trendability"] = run_trendability<T>;
  table["prognosability"] = run_prognosability<T>;
  table["weibull_mle"] = run_weibull<T>;
  table["phm08_score"] = run_phm08<T>;
  table["rul_errors"] = run_rul_errors<T>;
  table["prognostic_horizon"] = run_horizon<T>;
  table["crps_ensemble"] = run_crps_ensemble<T>;
  table["crps_gaussian"] = run_crps_gaussian;
}
PDM_GOLDEN_INSTANTIATE(add_models)

}  // namespace golden
