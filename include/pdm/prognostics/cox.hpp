// cox -- what speed, load or make do to a life, without saying what law the life follows.
//
// What      Proportional hazards: h(t | x) = h0(t) e^(beta'x), beta from the partial likelihood of failures among those
//           still at risk, and the baseline from what is left. Survivors count (right-censored).
// NB        Covariates are fixed for a life and act in proportion at every age: where a load doubles early failures and
//           spares late ones, beta is a mean of both. Some ten failures a covariate, or beta is noise. Covariates that
//           tell failures from survivors without exception have no finite beta: refused.
// Formulas  Efron's partial likelihood for ties; Newton with halving; variance from the inverse of the information;
//           baseline hazard by Breslow, S(t | x) = exp(-H0(t) e^(beta'(x - mean x))).
// Source    D. R. Cox, J. R. Stat. Soc. B 34 (1972) 187-220; B. Efron, JASA 72 (1977) 557-565; N. Breslow, Biometrics
// 30
//           (1974) 89-99.
// Memory    None but its own; lives in any order.
// Cost      fit: about ten passes of O(n^2); hazard O(n^2). For ledgers, not for streams.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/prognostics/unscented_kalman.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

template <std::size_t P>
struct cox_life {
  double t = 0;
  bool failed = false;
  std::array<double, P> x{};
};

// a y = b for a positive definite matrix; nothing where it is not.
template <std::size_t P>
[[nodiscard]] std::optional<std::array<double, P>> solved(state_matrix<P> const& a, std::array<double, P> b) noexcept {
  auto const l = cholesky<P>(a);
  for (std::size_t i = 0; i < P; ++i) {
    if (!(l[i][i] > 1e-10 * (1 + math::sqrt(a[i][i])))) return std::nullopt;
    for (std::size_t k = 0; k < i; ++k) b[i] -= l[i][k] * b[k];
    b[i] /= l[i][i];
  }
  for (std::size_t i = P; i-- > 0;) {
    for (std::size_t k = i + 1; k < P; ++k) b[i] -= l[k][i] * b[k];
    b[i] /= l[i][i];
  }
  return b;
}

template <std::size_t P>
class cox {
 public:
  // Nothing without failures, with values that are no numbers, or where no finite beta is best.
  [[nodiscard]] static std::optional<cox> fit(std::span<cox_life<P> const> lives) noexcept;

  [[nodiscard]] std::array<double, P> const& beta() const noexcept { return beta_; }
  [[nodiscard]] std::array<double, P> const& standard_error() const noexcept { return error_; }
  // How many times as likely to fail at any age as the mean of those learned from.
  [[nodiscard]] double hazard_ratio(std::array<double, P> const& x) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < P; ++i) sum += beta_[i] * (x[i] - mean_[i]);
    return math::exp(sum);
  }
  // Probability of living longer than t, from the lives that it was fitted on; known up to the longest of them.
  [[nodiscard]] double survival(std::span<cox_life<P> const> lives, std::array<double, P> const& x,
                                double t) const noexcept;

 private:
  struct likelihood {
    double value = 0;
    std::array<double, P> slope{};
    state_matrix<P> information{};
  };
  struct risk {  // sums over a set of lives of e^eta, e^eta x, e^eta x x'
    double s0 = 0;
    std::array<double, P> s1{};
    state_matrix<P> s2{};
    void add(double w, std::array<double, P> const& d) noexcept {
      s0 += w;
      for (std::size_t i = 0; i < P; ++i) {
        s1[i] += w * d[i];
        for (std::size_t j = 0; j < P; ++j) s2[i][j] += w * d[i] * d[j];
      }
    }
  };
  [[nodiscard]] std::array<double, P> centred(cox_life<P> const& l) const noexcept {
    std::array<double, P> d{};
    for (std::size_t i = 0; i < P; ++i) d[i] = l.x[i] - mean_[i];
    return d;
  }
  [[nodiscard]] likelihood at(std::span<cox_life<P> const> lives) const noexcept;
  void add_deaths(std::span<cox_life<P> const> lives, double t, likelihood& sum) const noexcept;

  std::array<double, P> beta_{}, error_{}, mean_{};
};

// The failures at one time, Efron's way: each tied one leaves a share of the others at risk.
template <std::size_t P>
void cox<P>::add_deaths(std::span<cox_life<P> const> lives, double t, likelihood& sum) const noexcept {
  risk all, tied;
  double count = 0;
  for (auto const& l : lives) {
    if (l.t < t) continue;
    double const w = hazard_ratio(l.x);
    auto const d = centred(l);
    all.add(w, d);
    if (!(l.failed && l.t == t)) continue;
    tied.add(w, d);
    count += 1;
    sum.value += math::log(w);
    for (std::size_t i = 0; i < P; ++i) sum.slope[i] += d[i];
  }
  for (double k = 0; k < count; k += 1) {
    double const f = k / count, s0 = all.s0 - f * tied.s0;
    sum.value -= math::log(s0);
    for (std::size_t i = 0; i < P; ++i) {
      double const mi = (all.s1[i] - f * tied.s1[i]) / s0;
      sum.slope[i] -= mi;
      for (std::size_t j = 0; j < P; ++j) {
        double const mj = (all.s1[j] - f * tied.s1[j]) / s0;
        sum.information[i][j] += (all.s2[i][j] - f * tied.s2[i][j]) / s0 - mi * mj;
      }
    }
  }
}

template <std::size_t P>
typename cox<P>::likelihood cox<P>::at(std::span<cox_life<P> const> lives) const noexcept {
  likelihood sum;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    if (!lives[i].failed) continue;
    bool first = true;  // of the failures at this time
    for (std::size_t k = 0; k < i && first; ++k) first = !(lives[k].failed && lives[k].t == lives[i].t);
    if (first) add_deaths(lives, lives[i].t, sum);
  }
  return sum;
}

template <std::size_t P>
std::optional<cox<P>> cox<P>::fit(std::span<cox_life<P> const> lives) noexcept {
  cox c;
  for (auto const& l : lives) {
    if (!(l.t > 0 && math::is_finite(l.t))) return std::nullopt;
    for (std::size_t i = 0; i < P; ++i) {
      if (!math::is_finite(l.x[i])) return std::nullopt;
      c.mean_[i] += l.x[i] / static_cast<double>(lives.size());
    }
  }
  auto here = c.at(lives);
  bool settled = false;
  for (int round = 0; round < 50 && !settled; ++round) {
    auto step = solved<P>(here.information, here.slope);
    if (!step) return std::nullopt;
    auto const before = c.beta_;
    likelihood next;
    double scale = 1;
    for (int k = 0; k < 30; ++k, scale *= 0.5) {
      for (std::size_t i = 0; i < P; ++i) c.beta_[i] = before[i] + scale * (*step)[i];
      next = c.at(lives);
      if (next.value >= here.value) break;
    }
    settled = true;
    for (std::size_t i = 0; i < P; ++i) {
      double const moved = c.beta_[i] - before[i], root = math::sqrt(here.information[i][i]);
      settled = settled && moved * root < 1e-9 && moved * root > -1e-9;
    }
    here = next;
  }
  if (!settled) return std::nullopt;
  for (std::size_t i = 0; i < P; ++i) {
    std::array<double, P> unit{};
    unit[i] = 1;
    auto const column = solved<P>(here.information, unit);
    if (!column) return std::nullopt;
    c.error_[i] = math::sqrt((*column)[i]);
  }
  return c;
}

template <std::size_t P>
double cox<P>::survival(std::span<cox_life<P> const> lives, std::array<double, P> const& x, double t) const noexcept {
  double hazard = 0;
  for (auto const& dead : lives) {
    if (!dead.failed || dead.t > t) continue;
    double at_risk = 0;
    for (auto const& l : lives) at_risk += l.t >= dead.t ? hazard_ratio(l.x) : 0;
    hazard += 1 / at_risk;
  }
  return math::exp(-hazard * hazard_ratio(x));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
