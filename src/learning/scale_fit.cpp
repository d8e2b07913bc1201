#include "learning/scale_fit.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <span>

#include "learning/linear.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {
namespace {

constexpr std::size_t most_regimes = 12, regime_points = 4000;
constexpr double regime_tightness = 0.002;  // share of the spread that may be left within regimes

// Settings of rows spread evenly over all units, as points scaled to unit spread.
struct setting_points {
  std::size_t dimension = 0;
  std::vector<double> values;
  [[nodiscard]] std::size_t count() const { return dimension == 0 ? 0 : values.size() / dimension; }
  [[nodiscard]] double const* at(std::size_t i) const { return values.data() + i * dimension; }
};

double squared_distance(double const* a, double const* b, std::size_t n) {
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

std::size_t nearest_of(std::vector<double> const& centres, double const* p, std::size_t n, double& least) {
  std::size_t best = 0;
  least = math::infinity;
  for (std::size_t k = 0; k * n < centres.size(); ++k) {
    double const d = squared_distance(centres.data() + k * n, p, n);
    if (d < least) least = d, best = k;
  }
  return best;
}

// k-means++ start: each next centre is drawn with the squared distance to those there as its weight.
std::vector<double> start_centres(setting_points const& points, std::size_t k, random_source& draw) {
  std::size_t const n = points.count(), s = points.dimension;
  std::vector<double> centres, weight(n, 1.0);
  for (std::size_t c = 0; c < k; ++c) {
    double left = draw.uniform() * std::accumulate(weight.begin(), weight.end(), 0.0);
    std::size_t chosen = 0;
    while (chosen + 1 < n && (left -= weight[chosen]) > 0) ++chosen;
    centres.insert(centres.end(), points.at(chosen), points.at(chosen) + s);
    for (std::size_t i = 0; i < n; ++i) {
      double const d = squared_distance(points.at(chosen), points.at(i), s);
      weight[i] = c == 0 ? d : std::min(weight[i], d);
    }
  }
  return centres;
}

// Lloyd's steps; returns the mean squared distance that is left.
double settle(setting_points const& points, std::vector<double>& centres) {
  std::size_t const n = points.count(), s = points.dimension, k = centres.size() / s;
  double left = 0;
  for (int step = 0; step < 15; ++step) {
    std::vector<double> sum(centres.size(), 0.0), count(k, 0.0);
    left = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double d = 0;
      std::size_t const c = nearest_of(centres, points.at(i), s, d);
      left += d;
      count[c] += 1;
      for (std::size_t j = 0; j < s; ++j) sum[c * s + j] += points.at(i)[j];
    }
    for (std::size_t j = 0; j < centres.size(); ++j) {
      if (count[j / s] > 0) centres[j] = sum[j] / count[j / s];
    }
  }
  return left / static_cast<double>(n);
}

// The fewest regimes that explain nearly all of the spread; one where no number of regimes does.
std::vector<double> find_centres(setting_points const& points, double spread, std::uint64_t seed) {
  std::vector<double> one;
  random_source draw(seed);
  for (std::size_t k = 1; k <= most_regimes; ++k) {
    std::vector<double> best;
    double least = math::infinity;
    for (int attempt = 0; attempt < (k == 1 ? 1 : 4); ++attempt) {
      auto centres = start_centres(points, k, draw);
      double const left = settle(points, centres);
      if (left < least) least = left, best = std::move(centres);
    }
    if (k == 1) one = best;
    if (least <= regime_tightness * spread) return best;
  }
  return one;
}

class scale_fitter {
 public:
  scale_fitter(std::vector<unit_history> const& units, std::size_t settings, std::size_t channels, double horizon)
      : units_(units), settings_(settings), channels_(channels), horizon_(horizon) {
    for (auto const& u : units) rows_ += u.rows();
  }

  fitted_scale run(std::uint64_t seed, scale_limits const& limits) {
    scale_settings();
    fit_regimes(seed);
    out_.columns.resize(channels_);
    std::iota(out_.columns.begin(), out_.columns.end(), std::size_t{0});
    standardise();
    choose(limits.most_channels);
    if (out_.columns.empty()) return std::move(out_);
    to_noise_units();
    fit_precision();
    fit_fusion(limits.shift_directions);
    fit_runs();
    return std::move(out_);
  }

 private:
  // Calls f(unit, row, regime) for every row.
  template <class F>
  void each_row(F&& f) const {
    std::size_t at = 0;
    for (auto const& u : units_) {
      for (std::size_t t = 0; t < u.rows(); ++t, ++at) f(u, t, regime_.empty() ? 0 : regime_[at]);
    }
  }
  [[nodiscard]] double setting(unit_history const& u, std::size_t t, std::size_t j) const {
    return u.settings[t * settings_ + j];
  }
  [[nodiscard]] double channel(unit_history const& u, std::size_t t, std::size_t c) const {
    return u.channels[t * channels_ + out_.columns[c]];
  }
  [[nodiscard]] std::size_t count() const { return out_.columns.size(); }

  void scale_settings() {
    std::vector<double> mean(settings_, 0.0), square(settings_, 0.0);
    double n = 0;
    each_row([&](auto const& u, std::size_t t, std::size_t) {
      n += 1;
      for (std::size_t j = 0; j < settings_; ++j) {
        double const v = math::is_finite(setting(u, t, j)) ? setting(u, t, j) : mean[j];
        double const d = v - mean[j];
        mean[j] += d / n;
        square[j] += d * (v - mean[j]);
      }
    });
    for (std::size_t j = 0; j < settings_; ++j) {
      double const sd = std::sqrt(square[j] / std::max(n, 1.0));
      bool const moves = sd > 1e-6 * std::abs(mean[j]) && sd > 1e-9;
      // A setting that never moved counts as left when it changes by some per cent.
      out_.setting_scale.push_back(static_cast<float>(moves ? 1 / sd : 1 / (0.05 * std::abs(mean[j]) + 1e-6)));
      spread_ += moves ? 1 : 0;
    }
  }

  void fit_regimes(std::uint64_t seed) {
    if (settings_ > 0) {
      setting_points points{settings_, {}};
      std::size_t const step = std::max<std::size_t>(1, rows_ / regime_points);
      std::size_t at = 0;
      each_row([&](auto const& u, std::size_t t, std::size_t) {
        bool finite = at++ % step == 0;
        for (std::size_t j = 0; j < settings_; ++j) finite = finite && math::is_finite(setting(u, t, j));
        if (!finite) return;
        for (std::size_t j = 0; j < settings_; ++j) {
          points.values.push_back(setting(u, t, j) * static_cast<double>(out_.setting_scale[j]));
        }
      });
      std::vector<double> centres(settings_, 0.0);
      if (points.count() > 0) centres = find_centres(points, spread_, seed);
      for (std::size_t i = 0; i < centres.size(); ++i) {
        out_.centres.push_back(static_cast<float>(centres[i] / static_cast<double>(out_.setting_scale[i % settings_])));
      }
    }
    regimes_ = settings_ > 0 ? out_.centres.size() / settings_ : 1;
    assign_rows();
  }

  // The regime of every row, and how far rows lie from their centres.
  void assign_rows() {
    out_.mean.assign(regimes_, 0);  // so that nearest() knows the number of regimes
    prognostics::regime_scale s{1, out_.setting_scale, out_.centres, out_.mean, {}, {}, 1e30F};
    double farthest = 0;
    std::vector<std::size_t> regime;
    regime.reserve(rows_);
    each_row([&](auto const& u, std::size_t t, std::size_t) {
      auto const values = std::span(u.settings).subspan(t * settings_, settings_);
      auto const place = s.nearest(values);
      regime.push_back(place.regime);
      double d = 0;
      for (std::size_t j = 0; j < settings_; ++j) {
        double const off = (values[j] - static_cast<double>(out_.centres[place.regime * settings_ + j])) *
                           static_cast<double>(out_.setting_scale[j]);
        d += off * off;
      }
      if (d > farthest) farthest = d;
    });
    regime_ = std::move(regime);
    out_.reach = static_cast<float>(std::max(4 * farthest, regimes_ > 1 ? 0.01 : 25.0));
  }

  // Mean and spread of every channel in every regime; channels that are constant or mostly absent are dropped.
  void standardise() {
    std::size_t const c = count();
    std::vector<double> n(regimes_ * c, 0.0), mean(regimes_ * c, 0.0), square(regimes_ * c, 0.0), there(c, 0.0);
    each_row([&](auto const& u, std::size_t t, std::size_t r) {
      for (std::size_t i = 0; i < c; ++i) {
        double const v = channel(u, t, i);
        if (!math::is_finite(v)) continue;
        std::size_t const at = r * c + i;
        there[i] += 1;
        n[at] += 1;
        double const d = v - mean[at];
        mean[at] += d / n[at];
        square[at] += d * (v - mean[at]);
      }
    });
    std::vector<bool> keep(c, false);
    out_.mean.assign(regimes_ * c, 0);
    out_.inverse.assign(regimes_ * c, 0);
    for (std::size_t at = 0; at < n.size(); ++at) {
      double const sd = std::sqrt(square[at] / std::max(n[at], 1.0));
      out_.mean[at] = static_cast<float>(mean[at]);
      if (n[at] < 3 || !(sd > 1e-5 * std::abs(mean[at])) || !(sd > 1e-12)) continue;
      out_.inverse[at] = static_cast<float>(1 / sd);
      keep[at % c] = keep[at % c] || 2 * there[at % c] > static_cast<double>(rows_);
    }
    keep_only(keep);
  }

  void keep_only(std::vector<bool> const& keep) {
    std::size_t const c = count();
    std::vector<std::size_t> columns;
    std::vector<float> mean, inverse;
    for (std::size_t at = 0; at < regimes_ * c; ++at) {
      if (!keep[at % c]) continue;
      if (at < c) columns.push_back(out_.columns[at]);
      mean.push_back(out_.mean[at]);
      inverse.push_back(out_.inverse[at]);
    }
    out_.columns = std::move(columns);
    out_.mean = std::move(mean);
    out_.inverse = std::move(inverse);
  }

  // Scaled channels of a row; absent ones are 0, the mean of their regime.
  void scaled(unit_history const& u, std::size_t t, std::size_t r, std::vector<float>& z) const {
    std::size_t const c = count();
    for (std::size_t i = 0; i < c; ++i) {
      double const v = channel(u, t, i);
      double const s = (v - static_cast<double>(out_.mean[r * c + i])) * static_cast<double>(out_.inverse[r * c + i]);
      double const most = static_cast<double>(prognostics::regime_scale::limit);
      z[i] = math::is_finite(v) ? static_cast<float>(std::clamp(s, -most, most)) : 0.0F;
    }
  }
  [[nodiscard]] double life(unit_history const& u, std::size_t t) const {
    return std::min(u.end_age - u.age[t], horizon_);
  }

  // Keeps channels whose smoothed value goes with the remaining life; at least the eight best.
  void choose(std::size_t most) {
    std::size_t const c = count();
    if (c == 0) return;
    std::vector<double> z1(c, 0.0), z2(c, 0.0), zy(c, 0.0), e(c, 0.0);
    double y1 = 0, y2 = 0, n = 0, weight = 0;
    std::vector<float> z(c);
    each_row([&](auto const& u, std::size_t t, std::size_t r) {
      if (t == 0) std::fill(e.begin(), e.end(), weight = 0.0);
      scaled(u, t, r, z);
      weight = weight * 0.9 + 0.1;
      double const y = life(u, t);
      n += 1, y1 += y, y2 += y * y;
      for (std::size_t i = 0; i < c; ++i) {
        e[i] = e[i] * 0.9 + 0.1 * static_cast<double>(z[i]);
        double const v = e[i] / weight;
        z1[i] += v, z2[i] += v * v, zy[i] += v * y;
      }
    });
    std::vector<double> trend(c);
    for (std::size_t i = 0; i < c; ++i) {
      double const spread = (z2[i] - z1[i] * z1[i] / n) * (y2 - y1 * y1 / n);
      trend[i] = spread > 0 ? std::abs(zy[i] - z1[i] * y1 / n) / std::sqrt(spread) : 0;
    }
    std::vector<std::size_t> order(c);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return trend[a] > trend[b]; });
    std::vector<bool> keep(c, false);
    for (std::size_t k = 0; k < std::min(c, most); ++k) keep[order[k]] = k < 8 || trend[order[k]] > 0.15;
    keep_only(keep);
  }

  void to_noise_units() {
    std::size_t const c = count();
    std::vector<double> square(c, 0.0);
    double n = 0;
    std::vector<float> z(c), before(c);
    each_row([&](auto const& u, std::size_t t, std::size_t r) {
      scaled(u, t, r, z);
      if (t > 0) {
        n += 1;
        for (std::size_t i = 0; i < c; ++i) {
          double const d = static_cast<double>(z[i]) - static_cast<double>(before[i]);
          square[i] += 0.5 * d * d;
        }
      }
      std::swap(z, before);
    });
    for (std::size_t at = 0; at < out_.inverse.size(); ++at) {
      double const noise = std::sqrt(square[at % c] / std::max(n, 1.0));
      out_.inverse[at] *= static_cast<float>(1 / std::max(noise, 0.05));
    }
  }

  void fit_precision() {
    std::size_t const c = count();
    std::vector<double> s(c * c, 0.0);
    std::vector<float> z(c);
    each_row([&](auto const& u, std::size_t t, std::size_t r) {
      scaled(u, t, r, z);
      for (std::size_t i = 0; i < c; ++i) {
        for (std::size_t j = 0; j <= i; ++j) s[i * c + j] += static_cast<double>(z[i]) * static_cast<double>(z[j]);
      }
    });
    moments_ = s;
    double const n = static_cast<double>(rows_);
    for (std::size_t i = 0; i < c; ++i) {
      for (std::size_t j = 0; j <= i; ++j) s[i * c + j] /= n;
      s[i * c + i] = s[i * c + i] * 1.001 + 1e-3;
    }
    if (!cholesky(s, c)) return out_.precision.assign(c * c, 0);
    for (double v : inverse(s, c)) out_.precision.push_back(static_cast<float>(v));
  }

  // One direction that goes with the life (ridge), and the main directions of the way from new to failed.
  void fit_fusion(std::size_t shift_directions) {
    add_direction(life_direction());
    auto const vectors = eigenvectors(shift_moments(), count());
    for (std::size_t k = 0; k < std::min(shift_directions, vectors.size()); ++k) add_direction(vectors[k]);
  }

  void add_direction(std::vector<double> v) {
    double const length = std::sqrt(dot(v.data(), v.data(), v.size()));
    double sum = 0;
    for (double x : v) sum += x;
    for (double x : v) out_.fusion.push_back(static_cast<float>(length > 0 ? (sum < 0 ? -x : x) / length : 0));
    ++out_.fused;
  }

  std::vector<double> life_direction() const {
    std::size_t const c = count();
    std::vector<double> g = moments_, b(c, 0.0), mean(c, 0.0);
    double y_mean = 0, n = static_cast<double>(rows_);
    std::vector<float> z(c);
    each_row([&](auto const& u, std::size_t t, std::size_t r) {
      scaled(u, t, r, z);
      double const y = life(u, t);
      y_mean += y / n;
      for (std::size_t i = 0; i < c; ++i) {
        mean[i] += static_cast<double>(z[i]) / n;
        b[i] += static_cast<double>(z[i]) * y;
      }
    });
    for (std::size_t i = 0; i < c; ++i) {
      b[i] -= n * mean[i] * y_mean;
      for (std::size_t j = 0; j <= i; ++j) g[i * c + j] -= n * mean[i] * mean[j];
      g[i * c + i] += 0.01 * n;
    }
    if (cholesky(g, c)) solve(g, c, b);
    return b;
  }

  std::vector<double> shift_moments() const {
    std::size_t const c = count();
    std::vector<double> s(c * c, 0.0), first(c), last(c);
    std::vector<float> z(c);
    std::size_t at = 0;
    for (auto const& u : units_) {
      std::size_t const n = u.rows(), head = std::clamp<std::size_t>(n / 3, 1, 20),
                        tail = std::clamp<std::size_t>(n / 6, 1, 10);
      std::fill(first.begin(), first.end(), 0.0);
      std::fill(last.begin(), last.end(), 0.0);
      for (std::size_t t = 0; t < n; ++t) {
        if (t >= head && t + tail < n) continue;
        scaled(u, t, regime_[at + t], z);
        for (std::size_t i = 0; i < c; ++i) {
          if (t < head) first[i] += static_cast<double>(z[i]) / static_cast<double>(head);
          if (t + tail >= n) last[i] += static_cast<double>(z[i]) / static_cast<double>(tail);
        }
      }
      at += n;
      for (std::size_t i = 0; i < c; ++i) {
        for (std::size_t j = 0; j < c; ++j) s[i * c + j] += (last[i] - first[i]) * (last[j] - first[j]);
      }
    }
    return s;
  }

  void fit_runs() {
    std::size_t const c = count();
    out_.longest_run.assign(c, 1);
    std::vector<unsigned> run(c, 1);
    each_row([&](auto const& u, std::size_t t, std::size_t) {
      for (std::size_t i = 0; i < c; ++i) {
        bool const same = t > 0 && channel(u, t, i) == channel(u, t - 1, i);
        run[i] = same ? run[i] + 1 : 1;
        out_.longest_run[i] =
            static_cast<std::uint16_t>(std::min(std::max<unsigned>(out_.longest_run[i], run[i]), 20000U));
      }
    });
  }

  std::vector<unit_history> const& units_;
  std::size_t settings_, channels_, regimes_ = 1, rows_ = 0;
  double horizon_, spread_ = 0;
  std::vector<std::size_t> regime_;  // of every row
  std::vector<double> moments_;      // sum of z z', lower part
  fitted_scale out_;
};

}  // namespace

fitted_scale fit_scale(std::vector<unit_history> const& units, std::size_t settings, std::size_t channels,
                       double horizon, std::uint64_t seed, scale_limits const& limits) {
  return scale_fitter(units, settings, channels, horizon).run(seed, limits);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
