// Whether predicted lives agree with the lives that came: uniform PIT and coverage of the 80 % interval.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "pdm/core/life.hpp"
#include "pdm/core/random.hpp"
#include "pdm/prognostics/metrics.hpp"

struct calibration {
  std::vector<double> pit;
  int covered = 0, abstained = 0;

  void add(pdm::life_estimate const& e, double truth) {
    auto const inside = pdm::prognostics::covers(e, 0.8, truth);
    if (!inside) {
      ++abstained;
      return;
    }
    covered += *inside ? 1 : 0;
    pit.push_back(e.life.cdf(truth));
  }
  // Kolmogorov-Smirnov distance from the uniform distribution.
  double worst_gap() const {
    auto sorted = pit;
    std::sort(sorted.begin(), sorted.end());
    double worst = 0;
    auto const n = static_cast<double>(sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
      worst = std::max({worst, std::abs(sorted[i] - static_cast<double>(i) / n),
                        std::abs(sorted[i] - static_cast<double>(i + 1) / n)});
    }
    return worst;
  }
  // 1 % level of the Kolmogorov-Smirnov test.
  bool is_uniform() const { return worst_gap() < 1.63 / std::sqrt(static_cast<double>(pit.size())); }
  // Binomial, three deviations.
  bool covers_as_stated() const {
    auto const n = static_cast<double>(pit.size());
    return std::abs(covered - 0.8 * n) < 3 * std::sqrt(0.16 * n);
  }
};

// Passage time of a path with known positive drift: J. Michael, W. Schucany, R. Haas, Am. Stat. 30 (1976) 88-90.
inline double inverse_gaussian_draw(pdm::random_source& draw, double distance, double drift, double sigma) {
  double const mu = distance / drift, lambda = distance * distance / (sigma * sigma);
  double const z = draw.normal(), y = z * z;
  double const x =
      mu + mu * mu * y / (2 * lambda) - mu / (2 * lambda) * std::sqrt(4 * mu * lambda * y + mu * mu * y * y);
  return draw.uniform() <= mu / (mu + x) ? x : mu * mu / x;
}
