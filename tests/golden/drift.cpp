// Golden functions of the group drift: charts, windows, multivariate limits, running quantiles, tails.
#include <algorithm>

#include "golden.hpp"
#include "pdm/anomaly/adwin_exact.hpp"
#include "pdm/anomaly/cusum.hpp"
#include "pdm/anomaly/ewma_chart.hpp"
#include "pdm/anomaly/hotelling.hpp"
#include "pdm/anomaly/p2_quantile.hpp"
#include "pdm/anomaly/page_hinkley.hpp"
#include "pdm/anomaly/pca_monitor.hpp"
#include "pdm/anomaly/peaks_over_threshold.hpp"
#include "pdm/anomaly/quantile_sketch.hpp"

namespace golden {
namespace {

using namespace pdm;
using namespace pdm::anomaly;

template <class T>
std::vector<double> values(input const& in, std::string const& name) {
  auto const x = in.array<T>(name);
  return {x.begin(), x.end()};
}
template <class T>
std::vector<std::vector<double>> rows(input const& in, std::string const& name) {
  auto all = in.rows(name);
  for (auto& r : all) {
    for (double& v : r) v = static_cast<double>(static_cast<T>(v));
  }
  return all;
}

// First index for which a flag is set, or -1.
struct first_index {
  int value = -1;
  void note(bool set, std::size_t at) {
    if (set && value < 0) value = static_cast<int>(at);
  }
};

template <class T>
outputs run_ewma(input const& in) {
  double const mu0 = in.number("mu0");
  ewma_chart chart({in.number("lambda"), in.number("L"), mu0, in.number("sigma")});
  std::vector<double> z, upper, lower;
  first_index alarm;
  for (double v : values<T>(in, "x")) {
    alarm.note(chart.update(v), z.size());
    z.push_back(chart.z());
    upper.push_back(mu0 + chart.half_width());
    lower.push_back(mu0 - chart.half_width());
  }
  return json{{"z", z}, {"ucl", upper}, {"lcl", lower}, {"first_alarm", alarm.value}};
}

template <class T>
outputs run_cusum(input const& in) {
  double const h = in.number("h");
  cusum chart({in.number("mu0"), in.number("k"), h});
  std::vector<double> plus, minus;
  first_index up, down;
  for (double v : values<T>(in, "x")) {
    chart.update(v);
    up.note(chart.up() > h, plus.size());
    down.note(chart.down() > h, plus.size());
    plus.push_back(chart.up());
    minus.push_back(chart.down());
  }
  return json{{"c_plus", plus}, {"c_minus", minus}, {"first_alarm_up", up.value}, {"first_alarm_down", down.value}};
}

template <class T>
outputs run_page_hinkley(input const& in) {
  double const lambda = in.number("lambda");
  page_hinkley test({in.number("delta"), lambda});
  std::vector<double> rise, fall;
  first_index up, down;
  for (double v : values<T>(in, "x")) {
    test.update(v);
    up.note(test.up() > lambda, rise.size());
    down.note(test.down() > lambda, rise.size());
    rise.push_back(test.up());
    fall.push_back(test.down());
  }
  return json{{"ph_up", rise}, {"ph_down", fall}, {"first_alarm_up", up.value}, {"first_alarm_down", down.value}};
}

template <class T>
outputs run_adwin(input const& in) {
  auto const x = values<T>(in, "x");
  adwin_exact window({in.number("delta"), in.size("min_sub"), x.size() + 1});
  memory room(window.footprint());
  if (!window.prepare(room)) return {};
  std::vector<std::size_t> detections, width;
  for (std::size_t t = 0; t < x.size(); ++t) {
    if (window.update(x[t])) detections.push_back(t);
    width.push_back(window.width());
  }
  return json{{"detections", detections}, {"width", width}, {"final_mean", window.mean()}};
}

template <class T>
outputs run_hotelling(input const& in) {
  auto const train = rows<T>(in, "train"), test = rows<T>(in, "test");
  std::size_t const p = train.at(0).size();
  hotelling model;
  memory room(hotelling::footprint(p));
  if (!model.prepare(p, room)) return {};
  for (auto const& r : train) model.add(r);
  if (!model.fit()) return {};
  auto const limits = model.limits(in.number("alpha"));
  std::vector<double> t2;
  int above = 0;
  for (auto const& r : test) {
    t2.push_back(model.t2(r));
    above += t2.back() > limits.future ? 1 : 0;
  }
  return json{{"t2", t2},
              {"limit_f", limits.future},
              {"limit_chi2", limits.known_covariance},
              {"limit_beta", limits.past},
              {"n_above_f", above}};
}

template <class T>
outputs run_pca(input const& in) {
  auto const train = rows<T>(in, "train"), test = rows<T>(in, "test");
  std::size_t const p = train.at(0).size();
  pca_monitor model({.warm_up = train.size(),
                     .n_components = in.size("n_components"),
                     .alpha = in.number("alpha"),
                     .any_operating_state = true});
  memory room(model.footprint(p));
  if (!model.prepare(p, room)) return {};
  for (auto const& r : train) model.learn_one(make_row(r));
  std::vector<double> t2, spe, explained;
  for (auto const& r : test) {
    auto const s = model.explain(make_row(r));
    t2.push_back(s.t2);
    spe.push_back(s.spe);
  }
  for (double l : model.eigenvalues()) explained.push_back(l / static_cast<double>(p));
  auto const& limit = model.spe_limit();
  return json{{"eigenvalues", list_of(model.eigenvalues())},
              {"explained", explained},
              {"t2", t2},
              {"spe", spe},
              {"theta", {limit.theta1, limit.theta2, limit.theta3}},
              {"h0", limit.h0},
              {"spe_limit_jm", limit.jackson_mudholkar},
              {"spe_limit_box", limit.box},
              {"t2_limit_f", model.t2_limit()}};
}

template <class T>
outputs run_p2(input const& in) {
  p2_quantile estimate(in.number("q"));
  for (double v : values<T>(in, "x")) estimate.learn_one(v);
  return json{{"value", estimate.value()}, {"markers", list_of(estimate.markers())}};
}

template <class T>
outputs run_sketch(input const& in) {
  quantile_sketch sketch({.k = 512, .levels = 10});
  memory room(sketch.footprint());
  if (!sketch.prepare(room)) return {};
  for (double v : values<T>(in, "x")) sketch.learn_one(v);
  std::vector<double> found;
  for (double q : in.numbers("q")) found.push_back(sketch.quantile(q));
  return json{{"values", found}};
}

template <class T>
outputs run_pot(input const& in) {
  auto const x = values<T>(in, "x");
  peaks_over_threshold tail({x.size(), in.number("level"), in.number("q"), x.size()});
  memory room(tail.footprint());
  if (!tail.prepare(room) || !tail.calibrate(x)) return {};
  auto const& fit = tail.tail();
  return json{{"t", tail.base()},   {"n_peaks", tail.peaks()}, {"gamma", fit.gamma},
              {"sigma", fit.sigma}, {"zq", tail.threshold()},  {"log_likelihood", fit.log_likelihood}};
}

template <class T>
outputs run_spot(input const& in) {
  auto const x = values<T>(in, "x");
  std::size_t const n_init = in.size("n_init");
  peaks_over_threshold tail({n_init, in.number("level"), in.number("q"), x.size()});
  memory room(tail.footprint());
  if (!tail.prepare(room) || !tail.calibrate(std::span(x).first(n_init))) return {};
  std::vector<std::size_t> alarms;
  std::vector<double> thresholds;
  for (std::size_t i = n_init; i < x.size(); ++i) {
    if (tail.learn_one(x[i])) alarms.push_back(i);
    thresholds.push_back(tail.threshold());
  }
  return json{{"t", tail.base()},        {"alarms", alarms},           {"thresholds", thresholds},
              {"n_peaks", tail.peaks()}, {"gamma", tail.tail().gamma}, {"sigma", tail.tail().sigma}};
}

}  // namespace

template <class With>
void add_drift(adapters& table) {
  using T = typename With::value;
  table["ewma_chart"] = run_ewma<T>;
  table["cusum"] = run_cusum<T>;
  table["page_hinkley"] = run_page_hinkley<T>;
  table["adwin_exact"] = run_adwin<T>;
  table["hotelling_t2"] = run_hotelling<T>;
  table["pca_monitor"] = run_pca<T>;
  table["p2_quantile"] = run_p2<T>;
  table["quantile_sketch_bounds"] = run_sketch<T>;
  table["pot_threshold"] = run_pot<T>;
  table["spot_stream"] = run_spot<T>;
}
PDM_GOLDEN_INSTANTIATE(add_drift)

}  // namespace golden
