// The learning part of process_detector: columns, regimes, limits.
#include <algorithm>
#include <array>
#include <cmath>

#include "monitor/process_parts.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// Mean, deviation and longest standstill of every column; which of them can be watched.
void process_detector::parts::learn_columns() {
  std::size_t const d = names.size();
  for (std::size_t c = 0; c < d; ++c) {
    process_column& k = columns[c];
    double low = math::infinity, high = -math::infinity, sum = 0, squares = 0, count = 0, run = 0;
    double first = 0, last = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double const x = learned[i * d + c];
      if (!math::is_finite(x)) continue;
      if (count == 0) first = x;
      run = count > 0 && x == last ? run + 1 : 1;
      k.longest = std::max(k.longest, run);
      last = x;
      low = std::min(low, x);
      high = std::max(high, x);
      sum += x - first;
      ++count;
    }
    k.mean = count > 0 ? first + sum / count : 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double const x = learned[i * d + c];
      if (math::is_finite(x)) squares += (x - k.mean) * (x - k.mean);
    }
    k.scale = count > 0 ? math::sqrt(squares / count) : 0;
    k.held = 0;
    k.watched = count > 0.5 * static_cast<double>(rows) && high > low && math::is_finite(k.scale) &&
                k.scale > 1e-13 * std::max(std::abs(low), std::abs(high));
    if (std::ranges::find(regime_places, c) != regime_places.end()) k.watched = false;
    if (k.watched) watched.push_back(c);
  }
}

// Regimes of the learning part, and the mean of every column in each; deviations are then those inside a regime.
// false: no regime came up.
bool process_detector::parts::learn_regimes() {
  std::size_t const d = names.size();
  prepare_regimes();
  std::vector<double> told;
  for (std::size_t i = 0; i < rows; ++i) {
    bool const whole = std::ranges::all_of(regime_places, [&](auto c) { return math::is_finite(learned[i * d + c]); });
    for (std::size_t c : regime_places) {
      if (whole) told.push_back(learned[i * d + c]);
    }
  }
  std::vector<double> scratch(rows);
  regimes.fit(told, scratch);
  regime_means.assign(regimes.regimes() * d, 0.0);
  std::vector<double> count(regime_means.size(), 0.0), squares(d, 0.0), all(d, 0.0);
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t i = 0; i < rows; ++i) {
      auto const k = regime_of(&learned[i * d]);
      for (std::size_t c = 0; k && c < d; ++c) {
        double const x = learned[i * d + c] - columns[c].mean;
        double& mean = regime_means[*k * d + c];
        if (!math::is_finite(x)) continue;
        if (pass == 0) {
          mean += (x - mean) / ++count[*k * d + c];
        } else {
          squares[c] += (x - mean) * (x - mean);
          ++all[c];
        }
      }
    }
  }
  for (std::size_t c : watched) {
    double const inside = all[c] > 1 ? math::sqrt(squares[c] / all[c]) : 0;
    if (inside > 1e-6 * columns[c].scale) columns[c].scale = inside;
  }
  return regimes.regimes() > 0;
}

// Learning rows of the watched columns; an absent value, and one of no regime, is held.
std::vector<double> process_detector::parts::standardised() const {
  std::size_t const d = names.size(), w = watched.size();
  std::vector<double> out(rows * w, 0.0);
  for (std::size_t i = 0; i < rows; ++i) {
    auto const k = regime_places.empty() ? std::nullopt : regime_of(&learned[i * d]);
    bool const known = regime_places.empty() || k;
    for (std::size_t j = 0; j < w; ++j) {
      double const x = learned[i * d + watched[j]];
      double const held = i > 0 ? out[(i - 1) * w + j] : 0;
      double const deviations = (x - expected(watched[j], k)) / columns[watched[j]].scale;
      out[i * w + j] =
          known && math::is_finite(x) ? std::clamp(deviations, -wildest_deviation, wildest_deviation) : held;
    }
  }
  return out;
}

void process_detector::parts::learn_interval() {
  std::vector<double> steps;
  double last = std::numeric_limits<double>::quiet_NaN();
  for (double t : times) {
    if (t > last) steps.push_back(t - last);
    if (std::isfinite(t)) last = t;
  }
  if (settings.interval) {
    interval = *settings.interval;
  } else if (!steps.empty()) {
    auto const middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    interval = *middle;
  }
}

// Runs the fitted parts over the learning rows once more: their scores make the limits.
void process_detector::parts::fit_limits(std::vector<double> const& rows_z, std::vector<double>& scratch) {
  std::size_t const w = watched.size();
  double const learned_s = interval * static_cast<double>(rows);
  double const times_longer = anomaly::seconds_a_month * settings.assets / settings.budget / learned_s;
  std::vector<double> logs, highest(w, 0.0);
  logs.reserve(rows);
  std::size_t const from = rows > 3 * residual.settling() ? residual.settling() : residual.lags();
  for (std::size_t i = 0; i < rows; ++i) {
    auto const row = std::span(rows_z).subspan(i * w, w);
    residual.update(row);
    level.update(row, 1e6, false);
    for (std::size_t j = 0; j < w; ++j) highest[j] = std::max(highest[j], level.part(j));
    if (i >= from && residual.ready()) logs.push_back(math::log(std::max(residual_score(), 1e-6)));
  }
  tail = anomaly::score_tail({.unseen = settings.unseen});
  tail.fit(logs, residual.settling(), scratch);
  limit = math::exp(tail.level(times_longer));
  double const longer = math::exp(0.2 * std::max(0.0, math::log(times_longer)));
  for (std::size_t j = 0; j < w; ++j) {
    if (highest[j] * longer > 1) level.raise_limit(j, highest[j] * longer);
  }
  level.forget_sums();
}

result<bool, std::string> process_detector::parts::finish_learning() {
  using namespace std::string_literals;
  learn_columns();
  if (watched.empty()) return "no column moves in the learning part; learn from more rows, or check the table"s;
  if (watched.size() > anomaly::lagged_residual::max_vector) {
    return "more than 256 columns move; name some of them in --ignore"s;
  }
  if (!regime_places.empty() && !learn_regimes()) {
    return "the regime columns show no regime that lasts; name others in --regime"s;
  }
  if (!prepare()) return "the memory of the detector cannot be prepared; give fewer columns"s;
  learn_interval();
  auto const rows_z = standardised();
  std::vector<double> scratch(rows);
  if (!residual.fit(rows_z)) return "too few rows to learn from; give a larger --learn"s;
  level.fit(rows_z);
  shift.fit(rows_z, scratch);
  fit_limits(rows_z, scratch);
  allowance.begin({interval * static_cast<double>(rows)});
  for (std::size_t i = 0; i < rows; ++i)
    (void)shift.update(std::span(rows_z).subspan(i * watched.size(), watched.size()));
  for (std::size_t c = 0; c < names.size(); ++c) columns[c].last = learned[(rows - 1) * names.size() + c];
  for (std::size_t j = 0; j < watched.size(); ++j) {
    process_column& k = columns[watched[j]];
    k.held = rows_z[(rows - 1) * watched.size() + j];
  }
  last_time = times.back();
  learned = {};
  times = {};
  ready = true;
  return true;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
