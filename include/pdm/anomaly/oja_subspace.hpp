// oja_subspace -- the leading directions of a stream of rows: T2 inside them, SPE off them, learned row by row.
//
// What      k directions W, from an eigenvalue decomposition of the warm-up, turned by Oja's rule afterwards; the
//           variance along each, the mean and the variance of SPE fade exponentially.
//           d = z - m, y = W d, e = d - W' y; T2 = sum y_i^2 / l_i, SPE = e' e.
//           Score: the larger of T2/limit and SPE/limit, so that 1 is the limit.
// NB        It follows the data: put it behind drift_budget.hpp, or a slow fault becomes normal. pca_monitor is the
//           frozen one. Limits are for normal rows: in practice calibrate the score.
// Formulas  W += step y e', step cut by min(1, 4p / d'd), W made orthonormal every 256 rows. T2 limit chi2(1-a; k), SPE
//           limit g chi2(1-a; h), g = var/(2 mean), h = 2 mean^2/var, both by Wilson and Hilferty's cube.
// Absent    Counts as its mean. A row with an absent column is not learned.
// Parts     By reconstruction, as those of pca_monitor.
// Source    E. Oja, J. Math. Biol. 15 (1982) 267-273; T. Sanger, Neural Netw. 2 (1989) 459-473; G. Box, Ann. Math.
// Stat.
//           25 (1954); E. Wilson, M. Hilferty, PNAS 17 (1931) 684-688.
// Cost      score and learn 2 k p multiplications each; (k + 6) p + 2 p^2 doubles beside the warm-up's rows.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/anomaly/subspace_kernels.hpp"
#include "pdm/anomaly/symmetric.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class oja_subspace {
 public:
  static constexpr std::size_t most_directions = 16;

  struct params {
    std::size_t k = 4;          // directions; fewer than columns
    double step = 1e-3;         // of Oja's rule
    double keep = 0.999;        // share of the past that a row leaves in mean and variances
    double alpha = 0.001;       // of the limits
    std::size_t warm_up = 256;  // rows
    double clip = 6;            // of a deviation that is learned, in scales of the warm-up
    bool any_operating_state = false;
  };

  oja_subspace() noexcept : oja_subspace(params{}) {}
  explicit oja_subspace(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.warm_up, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    std::size_t const stride = stride_of(columns);
    return standards_.footprint(columns) + arena::bytes<double>(padded() * stride) +
           2 * arena::bytes<double>(columns * columns) + 3 * arena::bytes<double>(stride) +
           arena::bytes<double>(columns);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept;
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept;
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }

  [[nodiscard]] std::span<double const> direction(std::size_t k) const noexcept {
    return directions_.subspan(k * stride_, standards_.columns());
  }
  [[nodiscard]] double variance(std::size_t k) const noexcept { return variance_[k]; }
  [[nodiscard]] double t2_limit() const noexcept { return t2_limit_; }
  [[nodiscard]] double spe_limit() const noexcept { return spe_limit_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + standards_.stored_bytes() + sizeof(std::uint64_t) +
           sizeof(double) * (params_.k * (standards_.columns() + 1) + standards_.columns() + 3);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'O', 'J', 'A', 'S'};
  static constexpr std::uint64_t orthonormal_every = 256, limits_every = 16;
  static constexpr double least_variance = 1e-4;
  [[nodiscard]] static constexpr std::size_t stride_of(std::size_t p) noexcept { return (p + 3) / 4 * 4; }
  [[nodiscard]] std::size_t padded() const noexcept { return stride_of(params_.k); }
  // Leaves d_, y_, e_ and the statistics. A row that was scored is projected already when it is learned.
  void project(row const& r, column_mask present, double limit) const noexcept;
  [[nodiscard]] bool deviate(row const& r, double limit) const noexcept {  // true: d_ was that already
    return detail::deviations(r.size(), r.values.data(), standards_.centres().data(),
                              standards_.inverse_scales().data(), mean_.data(), limit, d_.data());
  }
  void begin() noexcept;
  void update(double weight) noexcept;
  void make_orthonormal() noexcept;
  void set_limits() noexcept;
  // chi-square quantile over its degrees of freedom f, at the normal quantile c.
  [[nodiscard]] static double chi_square_ratio(double f, double c) noexcept {
    double const a = 2 / (9 * f), cube = std::max(0.0, 1 - a + c * math::sqrt(a));
    return cube * cube * cube;
  }

  params params_;
  column_standards standards_;
  std::size_t stride_ = 0;
  std::uint64_t learned_ = 0;
  std::span<double> directions_, work_, vectors_, mean_, d_, e_, values_;
  mutable std::array<double, most_directions> y_{};  // scratch
  mutable detail::projection found_{};
  mutable bool projected_ = false;                  // what is above belongs to the directions as they are
  std::array<double, most_directions> variance_{};  // 1 beyond k
  double spe_mean_ = 0, spe_variance_ = 0, spe_limit_ = 1, t2_limit_ = 1, quantile_ = 3;
};

inline status oja_subspace::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.k > 0 && params_.k <= most_directions && params_.k < columns && params_.step > 0 &&
                    params_.step < 0.1 && params_.keep > 0.5 && params_.keep < 1 && params_.alpha > 0 &&
                    params_.alpha < 1 && params_.clip > 0;
  if (!sane) return error{errc::invalid_argument, "oja_subspace", "give fewer directions than columns, at most 16"};
  if (auto const s = row_gate::accepts(columns, "oja_subspace"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "oja_subspace", "give a larger arena; footprint(columns) says how many bytes"};
  }
  if (auto const s = standards_.prepare(columns, memory); !s) return s;
  stride_ = stride_of(columns);
  directions_ = *memory.take<double>(padded() * stride_);
  for (auto* part : {&work_, &vectors_}) *part = *memory.take<double>(columns * columns);
  for (auto* part : {&mean_, &d_, &e_}) *part = *memory.take<double>(stride_);
  values_ = *memory.take<double>(columns);
  variance_.fill(1);
  quantile_ = math::normal_quantile(1 - params_.alpha);
  double const k = static_cast<double>(params_.k);
  t2_limit_ = k * chi_square_ratio(k, quantile_);
  return {};
}

inline void oja_subspace::reset() noexcept {
  standards_.reset();
  learned_ = 0;
  projected_ = false;
  for (auto part : {directions_, mean_}) std::ranges::fill(part, 0.0);
  variance_.fill(1);
  spe_mean_ = spe_variance_ = 0;
}

inline void oja_subspace::project(row const& r, column_mask present, double limit) const noexcept {
  (void)deviate(r, limit);
  projected_ = standards_.complete(present);
  for (std::size_t i = 0; i < r.size() && !projected_; ++i) d_[i] = holds(present, i) ? d_[i] : 0.0;
  found_ = detail::resolve(directions_.data(), padded(), stride_, d_.data(), variance_.data(), y_.data(), e_.data());
}

inline score oja_subspace::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  project(r, present, column_standards::largest_z);
  return {std::max(found_.t2 / t2_limit_, found_.spe / spe_limit_), abstention::none};
}

inline bool oja_subspace::contributions(row const& r, std::span<double> parts) const noexcept {
  if (!PDM_EXPECTS(parts.size() == standards_.columns())) return false;
  std::ranges::fill(parts, 0.0);
  column_mask present = 0;
  if (standards_.judge(r, present) != abstention::none) return false;
  project(r, present, column_standards::largest_z);
  bool const off_plane = found_.spe / spe_limit_ >= found_.t2 / t2_limit_;
  double sum = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    double applied = off_plane ? e_[i] : 0, own = off_plane ? 1 : 0;
    for (std::size_t k = 0; k < params_.k; ++k) {
      double const v = directions_[k * stride_ + i];
      own += off_plane ? -v * v : v * v / variance_[k];
      if (!off_plane) applied += v * y_[k] / variance_[k];
    }
    parts[i] = own > 1e-9 ? applied * applied / own : 0;
    sum += parts[i];
  }
  if (!(sum > 0)) return false;
  for (double& part : parts) part *= (off_plane ? found_.spe / spe_limit_ : found_.t2 / t2_limit_) / sum;
  return true;
}

inline void oja_subspace::learn_one(row const& r, double weight) noexcept {
  bool const again = projected_ && standards_.whole(r) && deviate(r, params_.clip);
  projected_ = false;
  column_mask const present = again ? standards_.learnable_again(r, weight) : standards_.learnable(r, weight);
  if (present == 0) return;
  if (!standards_.ready()) {
    if (standards_.hold(r, present)) begin();
    return;
  }
  if (present != standards_.known()) return;
  if (!again) project(r, present, params_.clip);
  projected_ = false;
  update(weight);
  ++learned_;
  if (learned_ % orthonormal_every == 0) make_orthonormal();
  if (learned_ % limits_every == 0) set_limits();
}

inline void oja_subspace::begin() noexcept {
  std::size_t const p = standards_.columns();
  double const n = static_cast<double>(standards_.held());
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
      work_[i * p + j] = work_[j * p + i] = sum / n;
    }
  }
  eigen_symmetric(work_, p, values_, vectors_);
  double left = 0, left_square = 0;
  for (std::size_t k = 0; k < p; ++k) {
    if (k < params_.k) {
      std::copy_n(vectors_.begin() + static_cast<std::ptrdiff_t>(k * p), p,
                  directions_.begin() + static_cast<std::ptrdiff_t>(k * stride_));
      variance_[k] = std::max(values_[k], least_variance);
    } else {
      left += std::max(values_[k], 0.0);
      left_square += values_[k] * values_[k];
    }
  }
  spe_mean_ = std::max(left, least_variance);
  spe_variance_ = std::max(2 * left_square, least_variance * least_variance);
  set_limits();
}

inline void oja_subspace::update(double weight) noexcept {
  double const keep = weight == 1 ? params_.keep : std::max(0.5, math::pow(params_.keep, weight)), gain = 1 - keep;
  double const step = params_.step * std::min(weight, 1.0), most = 4 * static_cast<double>(standards_.columns());
  detail::turn(directions_.data(), padded(), stride_, found_.spe, {step, gain, most, least_variance}, variance_.data(),
               y_.data(), e_.data(), mean_.data(), d_.data());
  double const apart = found_.spe - spe_mean_;
  spe_mean_ = std::max(spe_mean_ + gain * apart, least_variance);
  spe_variance_ = std::max(keep * (spe_variance_ + gain * apart * apart), least_variance * least_variance);
}

// Gram and Schmidt, one direction after the other.
inline void oja_subspace::make_orthonormal() noexcept {
  for (std::size_t k = 0; k < params_.k; ++k) {
    auto const w = directions_.subspan(k * stride_, stride_);
    for (std::size_t j = 0; j < k; ++j) {
      auto const u = directions_.subspan(j * stride_, stride_);
      double along = 0;
      for (std::size_t i = 0; i < stride_; ++i) along += u[i] * w[i];
      for (std::size_t i = 0; i < stride_; ++i) w[i] -= along * u[i];
    }
    double square = 0;
    for (double v : w) square += v * v;
    double const scale = square > 1e-12 ? 1 / math::sqrt(square) : 0;
    for (double& v : w) v *= scale;
  }
}

inline void oja_subspace::set_limits() noexcept {
  double const freedom = std::max(0.1, 2 * spe_mean_ * spe_mean_ / spe_variance_);
  spe_limit_ = std::max(spe_mean_ * chi_square_ratio(freedom, quantile_), spe_mean_);
}

inline result<std::size_t> oja_subspace::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  if (ready()) {
    w.put(learned_).put(spe_mean_).put(spe_variance_).put(spe_limit_);
    for (std::size_t k = 0; k < params_.k; ++k) {
      w.put(variance_[k]);
      for (double v : direction(k)) w.put(v);
    }
    for (double v : mean_.first(standards_.columns())) w.put(v);
  }
  return w.finish();
}

inline status oja_subspace::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  if (opened->ok() && ready()) {
    auto const number = [&](double& v, bool positive) noexcept {
      opened->get(v);
      if (!math::is_finite(v) || (positive && !(v > 0))) opened->fail();
    };
    opened->get(learned_);
    for (double* v : {&spe_mean_, &spe_variance_, &spe_limit_}) number(*v, true);
    for (std::size_t k = 0; k < params_.k; ++k) {
      number(variance_[k], true);
      for (double& v : directions_.subspan(k * stride_, standards_.columns())) number(v, false);
    }
    for (double& v : mean_.first(standards_.columns())) number(v, false);
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<oja_subspace>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
