// life -- how long it still runs, as a distribution, or why nobody can say.
//
// What      A distribution function over remaining life, piecewise linear between knots up to a horizon; mass may
//           lie beyond the horizon. A quantile beyond it is not a number but "more than the horizon".
// NB        Not a point estimate with an error bar, and not a time of day: it counts `clock` from the observation
//           it was made at. mean() is the mean restricted to the horizon (mass beyond counts as the horizon).
// Shape     At most `life_distribution::knots` knots; the first is (0, F(0)).
// Accuracy  Of from_cdf, in probability: 0.005 for a normal life with a deviation of 1 % of the horizon, 0.0025 for one
//           of 10 %: tests/core/life_test.cpp.
// Cost      from_cdf calls F `knots` times; quantile, cdf and mean are O(knots). No allocation.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "pdm/core/score.hpp"
#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

// What remaining life is counted in.
enum class life_clock : std::uint8_t { operating = 0, calendar = 1 };

class life_distribution {
 public:
  static constexpr std::size_t knots = 65;

  // From a distribution function F(t) up to `horizon` > 0: coarse knots denser near zero, the others where the mass is.
  // F is made non-decreasing and kept in [0, 1].
  template <class Cdf>
  [[nodiscard]] static life_distribution from_cdf(Cdf&& cdf, double horizon) noexcept {
    constexpr std::size_t coarse = 17;
    life_distribution d;
    d.horizon_ = horizon;
    double below = 0;
    for (std::size_t i = 0; i < coarse; ++i) {
      double const s = static_cast<double>(i) / (coarse - 1);
      d.times_[i] = horizon * s * s;
      double const f = cdf(d.times_[i]);
      below = f > below ? std::min(f, 1.0) : below;  // also false for NaN
      d.mass_[i] = below;
    }
    for (std::size_t n = coarse; n < knots; ++n) d.refine(cdf, n);
    return d;
  }

  // From knots that the caller chose: times strictly rising from 0, masses rising within [0, 1]; n <= knots.
  [[nodiscard]] static std::optional<life_distribution> from_knots(double const* times, double const* masses,
                                                                   std::size_t n) noexcept {
    if (n < 2 || n > knots || times[0] != 0) return std::nullopt;
    life_distribution d;
    for (std::size_t i = 0; i < n; ++i) {
      bool const rises = i == 0 || (times[i] > times[i - 1] && masses[i] >= masses[i - 1]);
      if (!rises || !(masses[i] >= 0 && masses[i] <= 1)) return std::nullopt;
    }
    for (std::size_t i = 0; i < knots; ++i) {
      d.times_[i] = times[std::min(i, n - 1)];
      d.mass_[i] = masses[std::min(i, n - 1)];
    }
    d.horizon_ = times[n - 1];
    return d;
  }

  [[nodiscard]] double horizon() const noexcept { return horizon_; }
  // Probability that the end comes within t; constant beyond the horizon.
  [[nodiscard]] double cdf(double t) const noexcept {
    if (!(t >= 0)) return 0;
    if (t >= horizon_) return mass_[knots - 1];
    auto const i = static_cast<std::size_t>(std::upper_bound(times_.begin(), times_.end(), t) - times_.begin());
    double const width = times_[i] - times_[i - 1];
    return width > 0 ? mass_[i - 1] + (mass_[i] - mass_[i - 1]) * (t - times_[i - 1]) / width : mass_[i];
  }
  [[nodiscard]] double mass_beyond() const noexcept { return 1.0 - mass_[knots - 1]; }

  // Smallest t with cdf(t) >= p; nothing when that lies beyond the horizon.
  [[nodiscard]] std::optional<double> quantile(double p) const noexcept {
    if (!(p >= 0 && p <= 1) || p > mass_[knots - 1]) return std::nullopt;
    auto const i = static_cast<std::size_t>(std::lower_bound(mass_.begin(), mass_.end(), p) - mass_.begin());
    if (i == 0) return 0.0;
    double const rise = mass_[i] - mass_[i - 1];
    return rise > 0 ? times_[i - 1] + (times_[i] - times_[i - 1]) * (p - mass_[i - 1]) / rise : times_[i];
  }

  [[nodiscard]] double mean() const noexcept {
    double area = 0;  // integral of 1 - F over [0, horizon]
    for (std::size_t i = 1; i < knots; ++i) {
      area += (times_[i] - times_[i - 1]) * (1.0 - 0.5 * (mass_[i] + mass_[i - 1]));
    }
    return area;
  }

 private:
  // Halves the one of the first n - 1 intervals that a straight line serves worst: much mass, and wide.
  template <class Cdf>
  void refine(Cdf& cdf, std::size_t n) noexcept {
    std::size_t worst = 1;
    double most = -1;
    for (std::size_t i = 1; i < n; ++i) {
      double const rise = mass_[i] - mass_[i - 1], width = (times_[i] - times_[i - 1]) / horizon_;
      double const badness = rise * rise * width + 1e-12 * width;
      if (badness > most) {
        most = badness;
        worst = i;
      }
    }
    double const t = times_[worst - 1] + 0.5 * (times_[worst] - times_[worst - 1]);
    double const f = cdf(t);
    std::move_backward(times_.begin() + worst, times_.begin() + n, times_.begin() + n + 1);
    std::move_backward(mass_.begin() + worst, mass_.begin() + n, mass_.begin() + n + 1);
    times_[worst] = t;
    mass_[worst] = f > mass_[worst - 1] ? std::min(f, mass_[worst + 1]) : mass_[worst - 1];  // also for NaN
  }

  double horizon_ = 0;
  std::array<double, knots> times_{}, mass_{};
};

// A prediction, or the reason why there is none.
struct life_estimate {
  abstention why = abstention::not_ready;
  life_distribution life;
  life_clock clock = life_clock::operating;

  [[nodiscard]] bool abstained() const noexcept { return why != abstention::none; }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
