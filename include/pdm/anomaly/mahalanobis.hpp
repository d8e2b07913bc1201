// mahalanobis -- distance from an exponentially weighted mean in its exponentially weighted covariance.
//
// What      On columns standardised by the warm-up, z: m and the inverse P of C = E[(z - m)(z - m)'], each row with a
//           weight that fades by `keep` a row. Score D = sqrt(d' P d), d = z - m; parts d_i (P d)_i / D, signed.
// NB        It follows the data: put it behind drift_budget.hpp, or a slow fault becomes normal. For a few dozen rows,
//           or a frozen model, take robust_mahalanobis. D of p independent normal columns is about sqrt p.
// Formulas  v = P d, s = d' v, g = (1 - keep) / (keep (keep + (1 - keep) s)): P = P/keep - g v v', m += (1 - keep) d
//           (Sherman and Morrison, Ann. Math. Stat. 21 (1950) 124). d is cut at +-clip before it is learned.
// Numbers   Double and symmetric to the bit: in float the recursion loses its matrix after 10^6 rows. In turn every
//           column gets a little variance of its own, so that a constant column, or two that say the same, leave P
//           bounded (column deviations below a hundredth of the warm-up's do not count).
// Absent    Scored with the marginal of the present columns, times sqrt(known / present); a row with an absent column
// is
//           not learned. Unknown columns (column_standards.hpp) stay out.
// Cost      score p^2, learn 2 p^2 multiplications. 2 p^2 + 3 p doubles beside the warm-up's rows.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/anomaly/subspace_kernels.hpp"
#include "pdm/anomaly/symmetric.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class mahalanobis {
 public:
  struct params {
    double keep = 0.999;        // share of the past that a row leaves; its memory is 1 / (1 - keep) rows
    std::size_t warm_up = 256;  // rows
    double clip = 6;            // of a deviation that is learned, in scales of the warm-up
    bool any_operating_state = false;
  };

  mahalanobis() noexcept : mahalanobis(params{}) {}
  explicit mahalanobis(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.warm_up, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    std::size_t const stride = stride_of(columns);
    return standards_.footprint(columns) + 2 * arena::bytes<double>(columns * stride) +
           3 * arena::bytes<double>(stride);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept;
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept;
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }
  // Of the standardised columns.
  [[nodiscard]] std::span<double const> mean() const noexcept { return mean_.first(standards_.columns()); }
  [[nodiscard]] double precision(std::size_t i, std::size_t j) const noexcept { return inverse_[i * stride_ + j]; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    std::size_t const p = standards_.columns();
    return archive_header_bytes + standards_.stored_bytes() + sizeof(std::uint64_t) +
           sizeof(double) * (p + p * (p + 1) / 2);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'M', 'A', 'H', 'A'};
  static constexpr double least_deviation = 0.01;  // of the warm-up's scale
  static constexpr std::uint64_t refresh_every = 8;
  [[nodiscard]] static constexpr std::size_t stride_of(std::size_t p) noexcept { return (p + 3) / 4 * 4; }
  // The deviations of a row, absent ones 0, into d_.
  void deviate(row const& r, column_mask present, double limit) const noexcept;
  // v_ = P d_; the squared distance over the present columns.
  [[nodiscard]] double solve(column_mask present) const noexcept;
  [[nodiscard]] double marginal(column_mask present) const noexcept;
  [[nodiscard]] double per_present(column_mask present) const noexcept {
    return static_cast<double>(std::popcount(standards_.known())) / std::popcount(present);
  }
  void begin() noexcept;
  void update(double weight) noexcept;
  void refresh() noexcept;

  params params_;
  column_standards standards_;
  std::size_t stride_ = 0;
  std::uint64_t learned_ = 0;
  std::span<double> inverse_, work_, mean_, d_, v_;
  mutable double square_ = 0;           // d_' v_
  mutable column_mask solved_for_ = 0;  // columns that d_, v_ and square_ stand for; 0: outdated
};

inline status mahalanobis::prepare(std::size_t columns, arena& memory) noexcept {
  if (!(params_.keep > 0.5 && params_.keep < 1) || !(params_.clip > 0)) {
    return error{errc::invalid_argument, "mahalanobis", "give keep in (0.5, 1) and a positive clip"};
  }
  if (auto const s = row_gate::accepts(columns, "mahalanobis"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "mahalanobis", "give a larger arena; footprint(columns) says how many bytes"};
  }
  if (auto const s = standards_.prepare(columns, memory); !s) return s;
  stride_ = stride_of(columns);
  for (auto* part : {&inverse_, &work_}) *part = *memory.take<double>(columns * stride_);
  for (auto* part : {&mean_, &d_, &v_}) *part = *memory.take<double>(stride_);
  return {};
}

inline void mahalanobis::reset() noexcept {
  standards_.reset();
  learned_ = 0;
  solved_for_ = 0;
  for (auto part : {inverse_, mean_}) std::ranges::fill(part, 0.0);
}

// A row that was scored is solved already when it is learned.
inline void mahalanobis::deviate(row const& r, column_mask present, double limit) const noexcept {
  bool const same = detail::deviations(r.size(), r.values.data(), standards_.centres().data(),
                                       standards_.inverse_scales().data(), mean_.data(), limit, d_.data());
  if (!same || present != solved_for_) solved_for_ = 0;
  if (standards_.complete(present)) return;
  solved_for_ = 0;
  for (std::size_t i = 0; i < r.size(); ++i) d_[i] = holds(present, i) ? d_[i] : 0.0;
}

inline double mahalanobis::solve(column_mask present) const noexcept {
  if (solved_for_ == present) return square_;
  square_ = std::max(0.0, present == standards_.known() ? detail::symmetric_times(inverse_.data(), standards_.columns(),
                                                                                  stride_, d_.data(), v_.data())
                                                        : marginal(present));
  solved_for_ = present;
  return square_;
}

// The marginal: absent columns are eliminated from P one after the other (the Schur complement).
inline double mahalanobis::marginal(column_mask present) const noexcept {
  std::size_t const p = standards_.columns();
  std::ranges::copy(inverse_, work_.begin());
  for (std::size_t k = 0; k < p; ++k) {
    if (holds(present, k) || !holds(standards_.known(), k)) continue;
    double const pivot = work_[k * stride_ + k];
    for (std::size_t i = 0; i < p; ++i) {
      if (i == k) continue;
      double const factor = work_[i * stride_ + k] / pivot;
      for (std::size_t j = 0; j < p; ++j) work_[i * stride_ + j] -= factor * work_[k * stride_ + j];
    }
    for (std::size_t j = 0; j < p; ++j) work_[k * stride_ + j] = work_[j * stride_ + k] = 0;
  }
  return detail::symmetric_times(work_.data(), p, stride_, d_.data(), v_.data());
}

inline score mahalanobis::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  deviate(r, present, column_standards::largest_z);
  return {math::sqrt(solve(present) * per_present(present)), abstention::none};
}

inline bool mahalanobis::contributions(row const& r, std::span<double> parts) const noexcept {
  if (!PDM_EXPECTS(parts.size() == standards_.columns())) return false;
  std::ranges::fill(parts, 0.0);
  column_mask present = 0;
  if (standards_.judge(r, present) != abstention::none) return false;
  deviate(r, present, column_standards::largest_z);
  double const square = solve(present);
  if (!(square > 0)) return false;
  double const factor = math::sqrt(per_present(present) / square);
  for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = d_[i] * v_[i] * factor;
  return true;
}

inline void mahalanobis::learn_one(row const& r, double weight) noexcept {
  column_mask const present = standards_.learnable(r, weight);
  if (present == 0) return;
  if (!standards_.ready()) {
    if (standards_.hold(r, present)) begin();
    return;
  }
  if (present != standards_.known()) return;
  deviate(r, present, params_.clip);
  update(weight);
  if (++learned_ % refresh_every == 0) refresh();
}

// Mean and covariance of the warm-up, shrunk towards independence by p / (n + p); then its inverse.
inline void mahalanobis::begin() noexcept {
  std::size_t const p = standards_.columns();
  double const n = static_cast<double>(standards_.held()),
               alone = static_cast<double>(p) / (n + static_cast<double>(p));
  auto const z = [&](std::size_t k, std::size_t i) noexcept {
    return holds(standards_.held_present(k), i)
               ? std::clamp(standards_.z(i, standards_.held_row(k)[i]), -params_.clip, params_.clip)
               : 0.0;
  };
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t k = 0; k < standards_.held(); ++k) mean_[i] += z(k, i) / n;
  }
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < standards_.held(); ++k) sum += (z(k, i) - mean_[i]) * (z(k, j) - mean_[j]);
      double const shrunk = (1 - alone) * sum / n + (i == j ? alone : 0.0);
      work_[i * (i + 1) / 2 + j] = shrunk;
    }
  }
  (void)cholesky(work_, p);  // positive definite by its shrinkage
  for (std::size_t i = 0; i < p; ++i) {
    auto const column = d_.first(p);
    std::ranges::fill(column, 0.0);
    column[i] = 1;
    solve_lower(work_, column);
    solve_upper(work_, column);
    for (std::size_t j = 0; j <= i; ++j) {
      bool const both = holds(standards_.known(), i) && holds(standards_.known(), j);
      inverse_[i * stride_ + j] = inverse_[j * stride_ + i] = both ? column[j] : 0.0;
    }
  }
  std::ranges::fill(d_, 0.0);
}

inline void mahalanobis::update(double weight) noexcept {
  std::size_t const p = standards_.columns();
  double const keep = weight == 1 ? params_.keep : std::max(0.5, math::pow(params_.keep, weight)), gain = 1 - keep;
  double const s = solve(standards_.known());
  double const root = math::sqrt(gain / (keep * (keep + gain * s)));
  detail::follow(mean_.data(), stride_, gain, d_.data());
  detail::rank_one(inverse_.data(), p, stride_, 1 / keep, root, v_.data());
  solved_for_ = 0;
}

// Adds the least variance to one column, the next one each time.
inline void mahalanobis::refresh() noexcept {
  std::size_t const p = standards_.columns();
  auto const j = static_cast<std::size_t>(learned_ / refresh_every % p);
  if (!holds(standards_.known(), j)) return;
  double const rounds = static_cast<double>(refresh_every * p);
  double const added = least_deviation * least_deviation * (1 - math::exp(rounds * math::log(params_.keep)));
  double const factor = math::sqrt(added / (1 + added * inverse_[j * stride_ + j]));
  std::copy_n(inverse_.begin() + static_cast<std::ptrdiff_t>(j * stride_), stride_, v_.begin());
  detail::rank_one(inverse_.data(), p, stride_, 1, factor, v_.data());
}

inline result<std::size_t> mahalanobis::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  if (ready()) {
    w.put(learned_);
    for (std::size_t i = 0; i < standards_.columns(); ++i) {
      w.put(mean_[i]);
      for (std::size_t j = 0; j <= i; ++j) w.put(inverse_[i * stride_ + j]);
    }
  }
  return w.finish();
}

inline status mahalanobis::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  if (opened->ok() && ready()) {
    opened->get(learned_);
    for (std::size_t i = 0; i < standards_.columns(); ++i) {
      opened->get(mean_[i]);
      for (std::size_t j = 0; j <= i; ++j) {
        double const v = opened->get<double>();
        inverse_[i * stride_ + j] = inverse_[j * stride_ + i] = v;
        if (!math::is_finite(v) || !math::is_finite(mean_[i]) || (i == j && v < 0)) opened->fail();
      }
    }
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<mahalanobis>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
