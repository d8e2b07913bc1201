// Predictions beside the lives that came: each unit at its last prediction whose truth is known.
#include <algorithm>
#include <cmath>

#include "report/sections.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

struct told_and_true {
  double told = 0, low = 0, high = 0, truth = 0, alpha = 0;

  [[nodiscard]] bool holds() const { return low <= truth && truth <= high; }
};

// A quantile that is absent lies beyond the horizon.
std::vector<told_and_true> last_predictions(plant_history const& plant) {
  std::vector<told_and_true> all;
  for (auto const& a : plant.assets) {
    auto const& told = a.prognoses;
    auto const last = std::find_if(told.rbegin(), told.rend(),
                                   [](auto const& r) { return r.truth && !r.abstained && r.life && r.life->mean; });
    if (last == told.rend()) continue;
    auto const& q = *last->life;
    double const end = q.horizon.value_or(*q.mean);
    all.push_back({*q.mean, q.p10.value_or(end), q.p90.value_or(HUGE_VAL), *last->truth, last->alpha.value_or(0)});
  }
  return all;
}

void write_summary(std::vector<told_and_true> const& all, page& p) {
  double squares = 0, inside = 0;
  for (auto const& one : all) {
    squares += (one.told - one.truth) * (one.told - one.truth);
    inside += one.holds() ? 1 : 0;
  }
  auto const n = static_cast<double>(all.size());
  auto const error = p.words().number(std::sqrt(squares / n), 1), share = p.words().percent(inside / n);
  p.out.element("p", p.say(captions::accuracy_summary, n, std::string_view(error), std::string_view(share)));
}

}  // namespace

void write_accuracy(plant_history const& plant, page& p) {
  auto const all = last_predictions(plant);
  if (all.size() < 2) return;
  double most = 0;
  for (auto const& one : all) most = std::max({most, one.truth, one.told});
  double const upto = 1.08 * std::max(most, 1e-9), alpha = all.front().alpha;
  auto const number = [&](double v, int d) { return p.words().number(v, d); };
  bool const cycles = plant.assets.front().clock == history_clock::cycles;
  auto const unit = p.say(cycles ? captions::life_cycles : captions::axis_unit_seconds);
  chart::axis x{0, upto, false, nice_ticks(0, upto, 8, number),
                p.say(captions::chart_true_axis, std::string_view(unit))};
  chart::axis const y{0, upto, false, nice_ticks(0, upto, 6, number), {}};
  chart c(400, std::move(x), y);
  std::vector<sample> points;
  for (auto const& one : all) {
    c.whisker(one.truth, one.low, std::min(one.high, upto), "whisker");
    points.push_back({one.truth, one.told});
  }
  auto const ray = [&](double slope) { return std::vector<sample>{{0, 0}, {upto, slope * upto}}; };
  c.line(ray(1), "truth");
  if (alpha > 0) c.line(ray(1 - alpha), "cone").line(ray(1 + alpha), "cone");
  c.dots(points, "median");
  std::string key =
      key_entry("whisker", p.say(captions::chart_eighty)) + key_entry("truth", p.say(captions::chart_truth));
  auto const around = "\u00b1" + p.words().percent(alpha);
  if (alpha > 0) key += key_entry("cone", p.say(captions::chart_cone, std::string_view(around)));
  write_summary(all, p);
  auto const name = p.say(captions::chart_predicted, std::string_view(unit));
  write_figure(p, c, p.unique("c"), name, "", name, key);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
