// pca_monitor -- principal components of usual rows: T2 inside their plane, SPE off it, both with limits.
//
// What      Columns standardised with mean and deviation (1/(n-1)) of the warm-up; eigenvectors of their correlation;
//           a components. t_i = v_i' z, T2 = sum t_i^2 / l_i, SPE = |z - sum t_i v_i|^2.
//           Score: the larger of T2/limit and SPE/limit, so that 1 is the limit.
// NB        T2 alone misses what breaks the correlation, SPE alone what moves along it. Limits are for rows that are
//           independent and normal: in practice calibrate the score. Not robust: for a short or soiled warm-up take
//           robust_mahalanobis. Frozen after the warm-up; oja_subspace learns on.
// Formulas  T2 limit a(n^2-1)/(n(n-a)) F(1-alpha; a, n-a). SPE limits, theta_i = sum over the components left out of
//           l^i: Jackson-Mudholkar theta1 [c sqrt(2 theta2 h^2)/theta1 + 1 + theta2 h(h-1)/theta1^2]^(1/h),
//           h = 1 - 2 theta1 theta3/(3 theta2^2); Box (theta2/theta1) chi2(1-alpha; theta1^2/theta2).
// Absent    An absent column counts as its mean ("trimmed score"); in learning it adds nothing (co_moments.hpp).
// Parts     Reconstruction: what bringing column i alone back would take off T2 or SPE, (M z)_i^2 / M_ii with z' M z
// the
//           statistic, scaled to add up to the score. A fault of one column then always ranks it first.
// Source    J. E. Jackson, G. Mudholkar, Technometrics 21 (1979) 341-349; G. Box, Ann. Math. Stat. 25 (1954) 290-302;
//           C. Alcala, S. J. Qin, Automatica 45 (2009)
//           1593-1600 for the parts; P. Nelson et al., Chemom. Intell. Lab. Syst. 35 (1996) 45-65 for absent values;
//           golden/README.md.
// Cost      score O(a p); the end of the warm-up about 40 p^3.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/co_moments.hpp"
#include "pdm/anomaly/row_gate.hpp"
#include "pdm/anomaly/symmetric.hpp"
#include "pdm/core/distributions.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// Limits of SPE from the eigenvalues of the components that were left out.
struct spe_limits {
  double theta1 = 0, theta2 = 0, theta3 = 0, h0 = 1, jackson_mudholkar = 0, box = 0;

  spe_limits() = default;
  spe_limits(std::span<double const> left_out, double alpha) noexcept {
    for (double l : left_out) {
      theta1 += l;
      theta2 += l * l;
      theta3 += l * l * l;
    }
    if (!(theta1 > 0)) return;
    h0 = 1 - 2 * theta1 * theta3 / (3 * theta2 * theta2);
    double const c = math::normal_quantile(1 - alpha);
    double const inner = c * math::sqrt(2 * theta2 * h0 * h0) / theta1 + 1 + theta2 * h0 * (h0 - 1) / (theta1 * theta1);
    jackson_mudholkar = inner > 0 ? theta1 * math::pow(inner, 1 / h0) : math::infinity;
    box = theta2 / theta1 * math::chi_square_quantile(1 - alpha, theta1 * theta1 / theta2);
  }
};

class pca_monitor {
 public:
  struct params {
    std::size_t warm_up = 500;     // rows
    std::size_t n_components = 0;  // 0: as many as explain `explained`
    double explained = 0.9;        // share of the variance
    double alpha = 0.001;          // of the limits
    bool any_operating_state = false;
  };

  pca_monitor() noexcept : pca_monitor(params{}) {}
  explicit pca_monitor(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return co_moments::footprint(columns) + 4 * arena::bytes<double>(columns) +
           2 * arena::bytes<double>(columns * columns);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept;
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept;

  struct statistics {
    double t2 = 0, spe = 0;
  };
  // Of a row that score_one would score; zeros otherwise.
  [[nodiscard]] statistics explain(row const& r) const noexcept;
  [[nodiscard]] std::span<double const> eigenvalues() const noexcept { return values_; }
  [[nodiscard]] std::size_t components() const noexcept { return kept_; }
  [[nodiscard]] double t2_limit() const noexcept { return t2_limit_; }
  [[nodiscard]] spe_limits const& spe_limit() const noexcept { return spe_; }
  [[nodiscard]] bool ready() const noexcept { return kept_ > 0; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(double) + co_moments::stored_bytes(values_.size());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'P', 'C', 'A', 'M'};
  // z, residual and the components of a row; z_ and residual_ are left filled.
  statistics project(row const& r, column_mask present) const noexcept;
  void fit() noexcept;

  params params_{};
  row_gate gate_;
  co_moments past_;
  std::span<double> values_, z_, residual_, along_, vectors_, scratch_;
  std::size_t kept_ = 0;
  double rows_ = 0, t2_limit_ = 0;
  spe_limits spe_{};
};

inline status pca_monitor::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.warm_up >= 3 && params_.n_components <= columns && params_.explained > 0 &&
                    params_.explained <= 1 && params_.alpha > 0 && params_.alpha < 1;
  if (!sane) return error{errc::invalid_argument, "pca_monitor", "a parameter is outside its range"};
  if (auto const s = row_gate::accepts(columns, "pca_monitor"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "pca_monitor", "give a larger arena; footprint(columns) says how many bytes"};
  }
  gate_ = row_gate(columns, params_.any_operating_state);
  (void)past_.prepare(columns, memory);
  for (auto* part : {&values_, &z_, &residual_, &along_}) *part = *memory.take<double>(columns);
  for (auto* part : {&vectors_, &scratch_}) *part = *memory.take<double>(columns * columns);
  reset();
  return {};
}

inline void pca_monitor::reset() noexcept {
  past_.reset();
  kept_ = 0;
  rows_ = 0;
}

inline void pca_monitor::learn_one(row const& r, double weight) noexcept {
  column_mask const present = gate_.learnable(r, weight);
  if (present == 0 || ready()) return;
  past_.add(r.values, [&](std::size_t i) noexcept { return holds(present, i); });
  rows_ += 1;
  if (rows_ >= static_cast<double>(params_.warm_up)) fit();
}

inline void pca_monitor::fit() noexcept {
  std::size_t const p = values_.size();
  for (std::size_t i = 0; i < p; ++i) {
    for (std::size_t j = 0; j < p; ++j) scratch_[i * p + j] = past_.correlation(i, j);
  }
  eigen_symmetric(scratch_, p, values_, vectors_);
  double sum = 0;
  kept_ = params_.n_components;
  for (std::size_t k = 0; kept_ == 0 && k < p; ++k) {
    sum += values_[k];
    if (sum >= params_.explained * static_cast<double>(p)) kept_ = std::max<std::size_t>(1, k + (k + 1 < p));
  }
  kept_ = std::max<std::size_t>(kept_, 1);
  while (kept_ > 1 && !(values_[kept_ - 1] > 1e-9)) --kept_;
  double const a = static_cast<double>(kept_), n = rows_;
  t2_limit_ = n > a ? a * (n * n - 1) / (n * (n - a)) * math::f_quantile(1 - params_.alpha, a, n - a) : math::infinity;
  spe_ = spe_limits(values_.subspan(kept_), params_.alpha);
}

inline pca_monitor::statistics pca_monitor::project(row const& r, column_mask present) const noexcept {
  std::size_t const p = values_.size();
  for (std::size_t i = 0; i < p; ++i) {
    double const size = past_.mean(i) < 0 ? -past_.mean(i) : past_.mean(i);
    double const least = past_.variance(i) > 0 ? 1e-12 * size : 1e-3 * size;  // a constant column has no scale
    double const deviation = std::max({math::sqrt(past_.variance(i)), least, 1e-9});
    z_[i] = holds(present, i) ? std::clamp(past_.deviation(i, r.values[i]) / deviation, -1e6, 1e6) : 0.0;
    residual_[i] = z_[i];
  }
  statistics s;
  for (std::size_t k = 0; k < kept_; ++k) {
    auto const v = vectors_.subspan(k * p, p);
    double t = 0;
    for (std::size_t i = 0; i < p; ++i) t += v[i] * z_[i];
    for (std::size_t i = 0; i < p; ++i) residual_[i] -= t * v[i];
    along_[k] = t;
    s.t2 += t * t / values_[k];
  }
  for (double e : residual_) s.spe += e * e;
  return s;
}

inline pca_monitor::statistics pca_monitor::explain(row const& r) const noexcept {
  column_mask present = 0;
  if (gate_.judge(r, ready() ? gate_.all() : 0, present) != abstention::none) return {};
  return project(r, present);
}

inline score pca_monitor::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = gate_.judge(r, ready() ? gate_.all() : 0, present); why != abstention::none) return {0, why};
  auto const s = project(r, present);
  double const limit = spe_.theta1 > 0 ? spe_.box : 1;
  return {std::max(s.t2 / t2_limit_, s.spe / limit), abstention::none};
}

inline bool pca_monitor::contributions(row const& r, std::span<double> parts) const noexcept {
  std::size_t const p = values_.size();
  if (!PDM_EXPECTS(parts.size() == p)) return false;
  std::ranges::fill(parts, 0.0);
  column_mask present = 0;
  if (gate_.judge(r, ready() ? gate_.all() : 0, present) != abstention::none) return false;
  auto const s = project(r, present);
  double const limit = spe_.theta1 > 0 ? spe_.box : 1;
  bool const off_plane = s.spe / limit >= s.t2 / t2_limit_;
  double sum = 0;
  for (std::size_t i = 0; i < p; ++i) {
    double applied = off_plane ? residual_[i] : 0, own = off_plane ? 1 : 0;
    for (std::size_t k = 0; k < kept_; ++k) {
      double const v = vectors_[k * p + i];
      own += off_plane ? -v * v : v * v / values_[k];
      if (!off_plane) applied += v * along_[k] / values_[k];
    }
    parts[i] = own > 1e-9 ? applied * applied / own : 0;
    sum += parts[i];
  }
  if (!(sum > 0)) return false;
  for (double& part : parts) part *= (off_plane ? s.spe / limit : s.t2 / t2_limit_) / sum;
  return true;
}

inline result<std::size_t> pca_monitor::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(rows_);
  past_.put(w);
  return w.finish();
}

inline status pca_monitor::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  opened->get(rows_);
  past_.get(*opened);
  auto const end = opened->finish();
  if (!end || !(rows_ >= 0)) {
    reset();
    return end ? status(errc::corrupt) : end;
  }
  if (rows_ >= static_cast<double>(params_.warm_up)) fit();
  return {};
}

static_assert(detector<pca_monitor>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
