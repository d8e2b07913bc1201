// conformal_martingale -- evidence against "as before" that is valid whenever one looks.
//
// What      Bets on p-values: a capital of 1 is split over the bets that p is small, neither, or large (slope -1, 0,
// 1),
//           each multiplied by 1 + slope (p - 1/2); before each bet a share `jump` is spread evenly again, so that the
//           bet may change. While the p-values are independent and uniform the capital is a martingale: it ever reaches
//           c with probability at most 1 / c (Ville), however often one looks.
// NB        The p-values have to be those of conformal_p_smoothed with a fresh draw each: plain ones are too large and
//           cost power, overlapping rows make them dependent and void the promise. evidence() never falls below the
//           capital of the start in units of what was lost since, so that a change after a long quiet time is seen:
//           for it the promise is one false alarm in at least c values on the average, as with CUSUM.
// Units     Natural logarithm of the capital.
// Source    V. Vovk, I. Petej, I. Nouretdinov, E. Ahlberg, L. Carlsson, A. Gammerman, "Retrain or not retrain:
//           conformal test martingales for change-point detection", PMLR 152 (2021) 191-210 (the simple jumper and its
//           CUSUM); J. Ville, "Etude critique de la notion de collectif" (1939).
// Cost      O(1); no memory.
#pragma once

#include <algorithm>
#include <array>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class conformal_martingale {
 public:
  struct params {
    double jump = 0.01;  // share of the capital that changes its bet with each value
  };

  conformal_martingale() = default;
  explicit conformal_martingale(params const& settings) noexcept : params_(settings) {}

  // A p-value; anything outside [0, 1] is ignored.
  void update(double p) noexcept;
  // ln of the capital since the start.
  [[nodiscard]] double log_capital() const noexcept { return log_capital_; }
  // ln of the capital over its least one so far.
  [[nodiscard]] double evidence() const noexcept { return log_capital_ - least_; }
  // The promise at any stopping time: false in at most this share of all runs.
  [[nodiscard]] double p_value() const noexcept { return math::exp(-std::max(0.0, log_capital_)); }
  void reset() noexcept { *this = conformal_martingale(params_); }

  void put(archive_writer& w) const noexcept {
    for (double s : shares_) w.put(s);
    w.put(log_capital_).put(least_);
  }
  void get(archive_reader& r) noexcept;

 private:
  params params_{};
  std::array<double, 3> shares_{1.0 / 3, 1.0 / 3, 1.0 / 3};  // of the capital, by slope
  double log_capital_ = 0, least_ = 0;
};

inline void conformal_martingale::update(double p) noexcept {
  if (!(p >= 0 && p <= 1)) return;
  double whole = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    double const slope = static_cast<double>(i) - 1;
    shares_[i] = ((1 - params_.jump) * shares_[i] + params_.jump / 3) * (1 + slope * (p - 0.5));
    whole += shares_[i];
  }
  for (double& s : shares_) s /= whole;
  log_capital_ += math::log(whole);
  least_ = std::min(least_, log_capital_);
}

inline void conformal_martingale::get(archive_reader& r) noexcept {
  double whole = 0;
  for (double& s : shares_) {
    r.get(s);
    if (!(s >= 0 && s <= 1)) r.fail();
    whole += s;
  }
  r.get(log_capital_).get(least_);
  bool const sound = whole > 0.999 && whole < 1.001 && math::is_finite(log_capital_) && least_ <= 0;
  if (!sound || !math::is_finite(least_)) r.fail();
  if (!r.ok()) reset();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
