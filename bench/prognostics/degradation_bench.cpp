// Remaining life after 50 observations, beside plain ways to the same kind of answer: simulated paths for the Wiener
// process, least squares over all that was seen for the line. items_per_second counts updates or predictions.
#include <algorithm>
#include <cmath>
#include <vector>

#include "pdm/prognostics/exponential_degradation.hpp"
#include "pdm/prognostics/linear_degradation.hpp"
#include "pdm/prognostics/wiener.hpp"
#include "support/measure.hpp"

namespace {

using pdm::bench::measure;
using namespace pdm::prognostics;

constexpr int observations = 50;
constexpr double horizon = 400;

wiener_degradation::params wiener_settings(double limit_sd) {
  wiener_degradation::params p;
  p.drift_mean = 0.02;
  p.drift_sd = 0.02;
  p.sigma = 0.05;
  p.limit_mean = 3;
  p.limit_sd = limit_sd;
  p.horizon = horizon;
  return p;
}

template <class Model>
struct watched {
  Model model;
  pdm::random_source draw{11};
  double t = 0, h = 0;

  explicit watched(typename Model::params const& p) : model(p) {
    if (!model.prepare()) std::abort();
    if constexpr (requires { model.start(0.0, 0.0); }) {
      model.start(0, 0);
    } else {
      model.start(0);
    }
    for (int i = 0; i < observations; ++i) step();
  }
  void step() {
    t += 1;
    h = 0.02 * t + 0.05 * draw.normal();
    model.update(t, h + 1);
  }
};

// The cost of the draw is in both: seen alone as draw_alone.
void wiener_update(benchmark::State& state) {
  watched<wiener_degradation> w(wiener_settings(0));
  measure(state, 1, [&] { w.step(); });
}
void draw_alone(benchmark::State& state) {
  pdm::random_source draw(11);
  measure(state, 1, [&] { return draw.normal(); });
}
void wiener_predict(benchmark::State& state) {
  watched<wiener_degradation> w(wiener_settings(0));
  if (w.model.predict().abstained()) return state.SkipWithError("no prediction");
  measure(state, 1, [&] { return w.model.predict(); });
}
void wiener_predict_uncertain_limit(benchmark::State& state) {
  watched<wiener_degradation> w(wiener_settings(0.3));
  if (w.model.predict().abstained()) return state.SkipWithError("no prediction");
  measure(state, 1, [&] { return w.model.predict(); });
}
// 200 paths of 400 steps, each with a drift drawn from the posterior, sorted for the quantiles.
void wiener_textbook_paths(benchmark::State& state) {
  watched<wiener_degradation> w(wiener_settings(0));
  measure(
      state, 1,
      [&] {
        std::vector<double> lives;
        for (int path = 0; path < 200; ++path) {
          double const drift = w.model.drift() + w.model.drift_sd() * w.draw.normal();
          double h = w.h + 1, t = 0;
          for (; t < horizon && h < 3; t += 1) h += drift + w.model.sigma() * w.draw.normal();
          lives.push_back(t);
        }
        std::ranges::sort(lives);
        return lives[100];
      },
      4);
}

template <class Model>
typename Model::params line_settings() {
  typename Model::params p;
  p.prior.var0 = p.prior.var1 = 1;
  p.var_eps = 0.0025;
  p.limit = std::is_same_v<Model, linear_degradation> ? 5 : 20;
  p.horizon = horizon;
  return p;
}
template <class Model>
void line_update(benchmark::State& state) {
  watched<Model> w(line_settings<Model>());
  measure(state, 1, [&] { w.step(); });
}
template <class Model>
void line_predict(benchmark::State& state) {
  watched<Model> w(line_settings<Model>());
  if (w.model.predict().abstained()) return state.SkipWithError("no prediction");
  measure(state, 1, [&] { return w.model.predict(); });
}
// Slope and intercept from all observations, then the normal distribution at 65 times.
void line_textbook(benchmark::State& state) {
  std::vector<double> t, y;
  pdm::random_source draw(11);
  for (int i = 0; i < observations; ++i) {
    t.push_back(i);
    y.push_back(0.02 * i + 1 + 0.05 * draw.normal());
  }
  measure(state, 1, [&] {
    double const k = static_cast<double>(t.size());
    double st = 0, sy = 0, stt = 0, sty = 0;
    for (std::size_t i = 0; i < t.size(); ++i) st += t[i], sy += y[i], stt += t[i] * t[i], sty += t[i] * y[i];
    double const det = k * stt - st * st, b = (k * sty - st * sy) / det, a = (sy - b * st) / k;
    double sum = 0;
    for (int i = 0; i < 65; ++i) {
      double const later = t.back() + i * horizon / 64;
      double const sd = 0.05 * std::sqrt(1 + (stt - 2 * later * st + k * later * later) / det);
      sum += 0.5 * std::erfc((5 - a - b * later) / sd / std::sqrt(2.0));
    }
    return sum;
  });
}

}  // namespace

BENCHMARK(wiener_update);
BENCHMARK(draw_alone);
BENCHMARK(wiener_predict);
BENCHMARK(wiener_predict_uncertain_limit);
BENCHMARK(wiener_textbook_paths);
BENCHMARK_TEMPLATE(line_update, linear_degradation);
BENCHMARK_TEMPLATE(line_update, exponential_degradation);
BENCHMARK_TEMPLATE(line_predict, linear_degradation);
BENCHMARK_TEMPLATE(line_predict, exponential_degradation);
BENCHMARK(line_textbook);
BENCHMARK_MAIN();
