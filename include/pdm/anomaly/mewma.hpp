// mewma -- a control chart of the exponentially weighted mean of several columns: small shifts of them together.
//
// What      On columns standardised by the warm-up: w = lambda z + (1 - lambda) w, and
//           T2 = w' (c R)^-1 w with c = lambda/(2 - lambda) (1 - (1 - lambda)^(2t)), R the correlation of the warm-up
//           shrunk towards independence by p / (n + p). Score: T2 over its limit, so that 1 is the limit.
// NB        score_one says what the row would lead to; only rows that are learned move the chart, and the reference
//           (centre, scale, R) is frozen. The limit is the chi-square quantile of one value: as w is correlated from
//           row to row, false alarms come at most as often as alpha says for independent rows, and far more often for
//           correlated ones.
// Absent    An absent column stays where it was in w.
// Parts     w_i ((c R)^-1 w)_i over the limit, signed; they sum to the score.
// Source    C. Lowry, W. Woodall, C. Champ, S. Rigdon, "A multivariate exponentially weighted moving average control
//           chart", Technometrics 34 (1992) 46-53.
// Cost      O(p^2) a row; p (p + 1) / 2 + 3 p doubles beside the warm-up's rows.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/anomaly/symmetric.hpp"
#include "pdm/core/distributions.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class mewma {
 public:
  struct params {
    double lambda = 0.1;        // weight of the newest row, 0 to 1
    double alpha = 0.001;       // of the limit
    std::size_t warm_up = 256;  // rows
    double clip = 1e6;          // of z before it enters the chart
    bool any_operating_state = false;
  };

  mewma() noexcept : mewma(params{}) {}
  explicit mewma(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.warm_up, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return standards_.footprint(columns) + arena::bytes<double>(columns * (columns + 1) / 2) +
           3 * arena::bytes<double>(columns);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept;
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  void learn_one(row const& r, double weight = 1) noexcept;
  // A person, or the alarm's own persistence, has dealt with it: the chart starts anew, the reference stays.
  void acknowledge() noexcept {
    std::ranges::fill(mean_, 0.0);
    shrink_ = 1;
  }
  void reset() noexcept {
    standards_.reset();
    acknowledge();
  }
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }
  [[nodiscard]] std::span<double const> mean() const noexcept { return mean_; }
  [[nodiscard]] double limit() const noexcept { return limit_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + standards_.stored_bytes() + sizeof(double) * (1 + factor_.size() + mean_.size());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'M', 'E', 'W', 'M'};
  [[nodiscard]] double kept(double weight) const noexcept {
    return weight == 1 ? 1 - params_.lambda : math::pow(1 - params_.lambda, weight);
  }
  void begin() noexcept;
  // Into next_: the chart after the row. Returns its shrink.
  double step(row const& r, column_mask present, double weight) const noexcept;
  // (c R)^-1 next_ into solved_; returns T2.
  double solve(double shrink) const noexcept;

  params params_;
  column_standards standards_;
  std::span<double> factor_, mean_;  // packed Cholesky factor of R; w
  std::span<double> next_, solved_;  // scratch, also of const members
  double shrink_ = 1, limit_ = 1;    // (1 - lambda)^(2t); of T2
};

inline status mewma::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.lambda > 0 && params_.lambda <= 1 && params_.alpha > 0 && params_.alpha < 1;
  if (!sane) return error{errc::invalid_argument, "mewma", "give lambda in (0, 1] and alpha in (0, 1)"};
  if (auto const s = row_gate::accepts(columns, "mewma"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "mewma", "give a larger arena; footprint(columns) says how many bytes"};
  }
  if (auto const s = standards_.prepare(columns, memory); !s) return s;
  factor_ = *memory.take<double>(columns * (columns + 1) / 2);
  for (auto* part : {&mean_, &next_, &solved_}) *part = *memory.take<double>(columns);
  limit_ = math::chi_square_quantile(1 - params_.alpha, static_cast<double>(columns));
  acknowledge();
  return {};
}

inline void mewma::begin() noexcept {
  std::size_t const p = mean_.size();
  double const n = static_cast<double>(standards_.held()),
               alone = static_cast<double>(p) / (n + static_cast<double>(p));
  auto const z = [&](std::size_t k, std::size_t i) noexcept {
    return holds(standards_.held_present(k), i) ? std::clamp(standards_.z(i, standards_.held_row(k)[i]), -6.0, 6.0)
                                                : 0.0;
  };
  for (std::size_t i = 0, at = 0; i < p; ++i) {
    for (std::size_t j = 0; j <= i; ++j, ++at) {
      double sum = 0;
      for (std::size_t k = 0; k < standards_.held(); ++k) sum += z(k, i) * z(k, j);
      factor_[at] = (1 - alone) * sum / n + (i == j ? alone : 0.0);
    }
  }
  (void)cholesky(factor_, p);  // positive definite by its shrinkage
}

inline double mewma::step(row const& r, column_mask present, double weight) const noexcept {
  double const keep = kept(weight);
  for (std::size_t i = 0; i < mean_.size(); ++i) {
    next_[i] = mean_[i];
    if (!holds(present, i)) continue;
    next_[i] = keep * mean_[i] + (1 - keep) * std::clamp(standards_.z(i, r.values[i]), -params_.clip, params_.clip);
  }
  return shrink_ * keep * keep;
}

inline double mewma::solve(double shrink) const noexcept {
  double const c = params_.lambda / (2 - params_.lambda) * (1 - shrink);
  std::ranges::copy(next_, solved_.begin());
  solve_lower(factor_, solved_);
  double square = 0;
  for (double v : solved_) square += v * v;
  solve_upper(factor_, solved_);
  for (double& v : solved_) v /= c;
  return square / c;
}

inline score mewma::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  return {solve(step(r, present, 1)) / limit_, abstention::none};
}

inline bool mewma::contributions(row const& r, std::span<double> parts) const noexcept {
  if (!PDM_EXPECTS(parts.size() == mean_.size())) return false;
  std::ranges::fill(parts, 0.0);
  column_mask present = 0;
  if (standards_.judge(r, present) != abstention::none) return false;
  if (!(solve(step(r, present, 1)) > 0)) return false;
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = next_[i] * solved_[i] / limit_;
  return true;
}

inline void mewma::learn_one(row const& r, double weight) noexcept {
  column_mask const present = standards_.learnable(r, weight);
  if (present == 0) return;
  if (!standards_.ready()) {
    if (standards_.hold(r, present)) begin();
    return;
  }
  shrink_ = step(r, present, weight);
  std::ranges::copy(next_, mean_.begin());
}

inline result<std::size_t> mewma::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  if (ready()) {
    w.put(shrink_);
    for (auto const part : {factor_, mean_}) {
      for (double v : part) w.put(v);
    }
  }
  return w.finish();
}

inline status mewma::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  if (opened->ok() && ready()) {
    opened->get(shrink_);
    if (!(shrink_ >= 0 && shrink_ <= 1)) opened->fail();
    for (auto const part : {factor_, mean_}) {
      for (double& v : part) {
        if (!math::is_finite(opened->get(v).ok() ? v : math::infinity)) opened->fail();
      }
    }
    for (std::size_t i = 0; i < mean_.size(); ++i) {
      if (!(factor_[i * (i + 1) / 2 + i] > 0)) opened->fail();
    }
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<mewma>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
