// residual_bands -- how far a prediction of remaining life was off, for units that were not learned from.
//
// What      For each level of the prediction, the distribution of (truth - prediction) over units held out of fitting:
//           added to a new prediction it gives the distribution of the remaining life (split conformal prediction,
//           weighted by nearness of the level). Two-sided and one-sided bounds are its quantiles.
// NB        Valid for units that are like those held out. With n of them no bound beyond n/(n+1) exists: fewer than
// nine
//           cannot give a two-sided 80 % interval, and then the bands are a Student distribution by assumption, and
//           `assumed` says so.
// Formulas  Quantile p of the residuals is taken at rank p (n+1)/n on the upper side, mirrored on the lower.
// Source    V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World (2005), 2.2; held-out folds:
//           R. F. Barber et al., Annals of Statistics 49 (2021) 486-507; local weights: J. Lei, L. Wasserman, JRSS B 76
//           (2014) 71-96.
// Units     Residuals in 1/8192 of the horizon, so that a table is 16-bit.
// Cost      O(knots); no memory but the table.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/life.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

struct residual_bands {
  static constexpr std::size_t levels = 17;  // of the prediction, 0 to the horizon
  static constexpr std::size_t knots = 21;   // probabilities 0, 0.05, ..., 1
  static constexpr double steps = 8192;

  std::span<std::int16_t const> table;  // levels x knots, rising in each row
  double horizon = 1;
  bool assumed = true;

  // Residual at probability k / (knots - 1) for a prediction, between the two nearest levels.
  [[nodiscard]] double residual(double prediction, std::size_t k) const noexcept {
    double const at = std::clamp(prediction / horizon, 0.0, 1.0) * static_cast<double>(levels - 1);
    auto const below = std::min(static_cast<std::size_t>(at), levels - 2);
    double const part = at - static_cast<double>(below);
    double const a = table[below * knots + k], b = table[(below + 1) * knots + k];
    return (a + part * (b - a)) * horizon / steps;
  }

  // The remaining life around a prediction within [0, horizon]; `widen` >= 1 stretches the residuals.
  [[nodiscard]] life_distribution around(double prediction, double widen) const noexcept;
};

inline life_distribution residual_bands::around(double prediction, double widen) const noexcept {
  std::array<double, knots + 2> times{}, masses{};
  std::size_t n = 1;  // times[0] = 0 carries what lies at or before now
  double beyond = 0;  // mass before the horizon
  for (std::size_t k = 0; k < knots; ++k) {
    double const p = static_cast<double>(k) / static_cast<double>(knots - 1);
    double const t = prediction + widen * residual(prediction, k);
    if (t >= horizon) break;
    beyond = p;
    if (t > times[n - 1] + 1e-9 * horizon) times[n++] = t;
    masses[n - 1] = p;
  }
  if (times[n - 1] < horizon) times[n++] = horizon;
  masses[n - 1] = beyond;
  return *life_distribution::from_knots(times.data(), masses.data(), n);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
