// bayes_line -- a straight line through noisy observations, with what was believed before.
//
// What      y = a + b t + error, a ~ N(mu0, var0), b ~ N(mu1, var1) before the first observation. Two kinds of error:
//           independent N(0, var_eps), or a Brownian motion with variance var_eps t from t = 0. The posterior is a
//           normal of five numbers, updated one observation at a time.
// NB        var_eps is known, not learned. Noise of the reading is `independent`; wandering of the thing is `brownian`,
//           and only the last level then matters for the future.
// Formulas  Rank-one (Kalman) update: K = P x / (x'P x + r), m += K (y - x'm), P -= K x'P; x = (1, t), r = var_eps, or
//           for brownian increments x = (0, dt), r = var_eps dt (the first observation: x = (1, t), r = var_eps t).
// Source    N. Gebraeel et al., "Residual-life distributions from component degradation signals", IIE Transactions 37
//           (2005) 543-557; golden/README.md, exp_degradation_bayes.
// Cost      O(1) per observation.
#pragma once

#include <cstdint>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

enum class line_noise : std::uint8_t { independent = 0, brownian };

// Mean and covariance of (a, b).
struct line_belief {
  double mean0 = 0, mean1 = 0, var0 = 1, var1 = 1, cov = 0;
};

class bayes_line {
 public:
  bayes_line() = default;
  bayes_line(line_belief const& prior, line_noise noise, double var_eps) noexcept
      : belief_(prior), noise_(noise), var_eps_(var_eps) {}

  // t >= 0, rising with brownian noise; the caller has made sure that both are finite.
  void update(double t, double y) noexcept;

  [[nodiscard]] line_belief const& belief() const noexcept { return belief_; }
  [[nodiscard]] double last_t() const noexcept { return last_t_; }
  [[nodiscard]] double last_y() const noexcept { return last_y_; }
  [[nodiscard]] std::uint32_t rows() const noexcept { return rows_; }

  struct forecast {
    double mean = 0, sd = 0;
  };
  // Of an observation h after the last one.
  [[nodiscard]] forecast ahead(double h) const noexcept;
  // Probability that an observation h ahead is at `limit` or above.
  [[nodiscard]] double above(double limit, double h) const noexcept;
  // The same, given that the last one was below (Gebraeel's truncated distribution); 1 when it surely was not.
  [[nodiscard]] double above_since(double limit, double h) const noexcept;
  // Where the mean reaches the limit, from the last observation on; NaN when it does not rise.
  [[nodiscard]] double mean_passage(double limit) const noexcept;
  [[nodiscard]] double probability_rising() const noexcept;

  void put(archive_writer& w) const noexcept;
  void get(archive_reader& r) noexcept;  // fails the reader on values that cannot be

 private:
  void absorb(double x0, double x1, double noise, double y) noexcept;

  line_belief belief_{};
  line_noise noise_ = line_noise::independent;
  double var_eps_ = 1;
  double last_t_ = 0, last_y_ = 0;
  std::uint32_t rows_ = 0;
};

inline void bayes_line::absorb(double x0, double x1, double noise, double y) noexcept {
  auto& m = belief_;
  double const p0 = m.var0 * x0 + m.cov * x1, p1 = m.cov * x0 + m.var1 * x1;
  double const total = p0 * x0 + p1 * x1 + noise;
  if (!(total > 0)) return;  // all is known already: the observation adds nothing
  double const surprise = y - (m.mean0 * x0 + m.mean1 * x1);
  m.mean0 += p0 / total * surprise;
  m.mean1 += p1 / total * surprise;
  m.var0 -= p0 / total * p0;
  m.var1 -= p1 / total * p1;
  m.cov -= p0 / total * p1;
  if (m.var0 < 0) m.var0 = 0;
  if (m.var1 < 0) m.var1 = 0;
}

inline void bayes_line::update(double t, double y) noexcept {
  if (noise_ == line_noise::independent) {
    absorb(1, t, var_eps_, y);
  } else if (rows_ == 0) {
    absorb(1, t, var_eps_ * t, y);
  } else if (t > last_t_) {
    absorb(0, t - last_t_, var_eps_ * (t - last_t_), y - last_y_);
  } else {
    return;
  }
  last_t_ = t;
  last_y_ = y;
  ++rows_;
}

inline bayes_line::forecast bayes_line::ahead(double h) const noexcept {
  auto const& m = belief_;
  double const t = last_t_ + h;
  double variance = 0, mean = 0;
  if (noise_ == line_noise::independent) {
    mean = m.mean0 + m.mean1 * t;
    variance = m.var0 + t * t * m.var1 + 2 * t * m.cov + var_eps_;
  } else {
    mean = last_y_ + m.mean1 * h;
    variance = m.var1 * h * h + var_eps_ * h;
  }
  return {mean, variance > 0 ? math::sqrt(variance) : 0};
}

inline double bayes_line::above(double limit, double h) const noexcept {
  auto const [mean, sd] = ahead(h);
  if (!(sd > 0)) return mean >= limit ? 1 : 0;
  return math::normal_cdf((mean - limit) / sd);
}

inline double bayes_line::above_since(double limit, double h) const noexcept {
  double const now = above(limit, 0);
  if (!(now < 1)) return 1;
  double const later = (above(limit, h) - now) / (1 - now);
  return later > 0 ? later : 0;
}

inline double bayes_line::mean_passage(double limit) const noexcept {
  double const now = noise_ == line_noise::independent ? belief_.mean0 + belief_.mean1 * last_t_ : last_y_;
  return belief_.mean1 > 0 ? (limit - now) / belief_.mean1 : math::not_a_number;
}

inline double bayes_line::probability_rising() const noexcept {
  double const sd = math::sqrt(belief_.var1);
  if (!(sd > 0)) return belief_.mean1 > 0 ? 1 : 0;
  return math::normal_cdf(belief_.mean1 / sd);
}

inline void bayes_line::put(archive_writer& w) const noexcept {
  auto const& m = belief_;
  w.put(m.mean0).put(m.mean1).put(m.var0).put(m.var1).put(m.cov).put(last_t_).put(last_y_).put(rows_);
}

inline void bayes_line::get(archive_reader& r) noexcept {
  line_belief m;
  double t = 0, y = 0;
  std::uint32_t rows = 0;
  r.get(m.mean0).get(m.mean1).get(m.var0).get(m.var1).get(m.cov).get(t).get(y).get(rows);
  for (double v : {m.mean0, m.mean1, m.var0, m.var1, m.cov, t, y}) {
    if (!math::is_finite(v)) r.fail();
  }
  if (!(m.var0 >= 0 && m.var1 >= 0)) r.fail();
  if (!r.ok()) return;
  belief_ = m;
  last_t_ = t;
  last_y_ = y;
  rows_ = rows;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
