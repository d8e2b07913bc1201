// hotelling -- Hotelling's T2 of a row against rows of a fitted past, and its limits.
//
// What      T2 = (y - m)' S^-1 (y - m), m and S (with 1/(n-1)) of the rows that were added, and three limits: F for
//           rows to come, chi-square for a known covariance, beta for the rows that m and S were made from.
// NB        Not robust: a wild row in the past spoils m and S; for a handful of rows or for learning on take
//           robust_mahalanobis. Needs n > p rows and columns that do not say the same.
// Formulas  limit_f = p(n+1)(n-1)/(n(n-p)) F(1-a; p, n-p); limit_beta = (n-1)^2/n B(1-a; p/2, (n-p-1)/2).
// Source    N. Tracy, J. Young, R. Mason, "Multivariate control charts for individual observations", J. Qual. Technol.
//           24 (1992) 88-95; golden/README.md, hotelling_t2.
// Cost      add O(p^2), fit O(p^3/6), t2 O(p^2). No memory beyond co_moments and p(p+1)/2 + p doubles.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <cstddef>
#include <span>

#include "pdm/anomaly/co_moments.hpp"
#include "pdm/anomaly/symmetric.hpp"
#include "pdm/core/distributions.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// Limits of T2 with p columns and n rows behind it, for a false alarm with probability alpha.
struct t2_limits {
  double future, known_covariance, past;

  t2_limits(double p, double n, double alpha) noexcept
      : future(p * (n + 1) * (n - 1) / (n * (n - p)) * math::f_quantile(1 - alpha, p, n - p)),
        known_covariance(math::chi_square_quantile(1 - alpha, p)),
        past((n - 1) * (n - 1) / n * math::beta_quantile(1 - alpha, p / 2, (n - p - 1) / 2)) {}
};

class hotelling {
 public:
  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    if (auto const s = past_.prepare(columns, memory); !s) return s;
    auto factor = memory.take<double>(columns * (columns + 1) / 2);
    if (!factor) return factor.error();
    auto scratch = memory.take<double>(columns);
    if (!scratch) return scratch.error();
    factor_ = *factor;
    scratch_ = *scratch;
    fitted_ = false;
    return {};
  }
  [[nodiscard]] static constexpr std::size_t footprint(std::size_t columns) noexcept {
    return co_moments::footprint(columns) + arena::bytes<double>(columns * (columns + 1) / 2) +
           arena::bytes<double>(columns);
  }

  // A complete row of finite values.
  void add(std::span<double const> x) noexcept {
    if (!PDM_EXPECTS(x.size() == scratch_.size())) return;
    past_.add(x, [](std::size_t) noexcept { return true; });
    fitted_ = false;
  }
  [[nodiscard]] status fit() noexcept {
    std::size_t const p = past_.columns();
    fitted_ = false;
    if (p == 0 || !(past_.count(0) > static_cast<double>(p))) {
      return error{errc::not_ready, "hotelling", "give more rows than columns"};
    }
    std::size_t at = 0;
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j <= i; ++j) factor_[at++] = past_.product(i, j) / (past_.count(0) - 1);
    }
    fitted_ = cholesky(factor_, p);
    if (fitted_) return {};
    return error{errc::invalid_argument, "hotelling", "columns that say the same, or do not vary; leave one out"};
  }
  // NaN before fit().
  [[nodiscard]] double t2(std::span<double const> y) const noexcept {
    if (!fitted_ || !PDM_EXPECTS(y.size() == scratch_.size())) return math::not_a_number;
    for (std::size_t i = 0; i < y.size(); ++i) scratch_[i] = past_.deviation(i, y[i]);
    solve_lower(factor_, scratch_);
    double sum = 0;
    for (double v : scratch_) sum += v * v;
    return sum;
  }
  [[nodiscard]] t2_limits limits(double alpha) const noexcept {
    return {static_cast<double>(past_.columns()), past_.count(0), alpha};
  }

 private:
  co_moments past_;
  std::span<double> factor_, scratch_;
  bool fitted_ = false;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
