// line_picking -- the amplitude of a line one expects, its harmonics and its sidebands.
//
// What      pick looks for the largest line within a tolerance, because real machines slip and speeds are not exact;
//           where no line falls into the tolerance it takes the nearest one.
// NB        Always finds something: the largest line of noise is a line too. Compare with the floor before believing.
// Formula   pick(f, tol) = max A[k], |k df - f| <= tol, else A[floor(f/df + 1/2)]; thd = sqrt(sum_{h>=2} A_h^2) / A_1.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021); golden/README.md, Line picking.
// Undefined NaN (not observable) for f < 0 or beyond the last line; sums run over the observable ones.
// Cost      O(lines within the tolerance), no memory.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/features/time_features.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

template <sample_type T>
[[nodiscard]] double pick(std::span<T const> amplitude, double df, double frequency, double tolerance) noexcept {
  if (amplitude.empty() || !(frequency >= 0)) return math::not_a_number;
  double const last = static_cast<double>(amplitude.size() - 1);
  if (frequency > last * df) return math::not_a_number;
  auto const from = static_cast<std::size_t>(std::max(0.0, (frequency - tolerance) / df - 1));
  auto const to = static_cast<std::size_t>(std::min(last, (frequency + tolerance) / df + 1));
  double best = -1;
  for (std::size_t k = from; k <= to; ++k) {
    double const away = static_cast<double>(k) * df - frequency;
    if ((away < 0 ? -away : away) <= tolerance) best = std::max(best, static_cast<double>(amplitude[k]));
  }
  if (best >= 0) return best;
  return static_cast<double>(amplitude[static_cast<std::size_t>(std::min(last, std::floor(frequency / df + 0.5)))]);
}

// Fills amplitudes[h-1] = pick(h f0) and returns the total harmonic distortion.
template <sample_type T>
double harmonic_amplitudes(std::span<T const> amplitude, double df, double f0, double tolerance,
                           std::span<double> amplitudes) noexcept {
  double square = 0;
  for (std::size_t h = 1; h <= amplitudes.size(); ++h) {
    double const a = pick(amplitude, df, static_cast<double>(h) * f0, tolerance);
    amplitudes[h - 1] = a;
    if (h >= 2 && a == a) square += a * a;
  }
  return amplitudes.empty() ? math::not_a_number : ratio(math::sqrt(square), amplitudes[0]);
}

struct sideband_summary {
  double carrier = math::not_a_number;
  double ratio = math::not_a_number;  // sum of the observable sidebands / carrier
};

// Fills lower[j-1] = pick(fc - j fm), upper[j-1] = pick(fc + j fm).
template <sample_type T>
sideband_summary sideband_amplitudes(std::span<T const> amplitude, double df, double fc, double fm, double tolerance,
                                     std::span<double> lower, std::span<double> upper) noexcept {
  double sum = 0;
  for (std::size_t j = 1; j <= lower.size(); ++j) {
    lower[j - 1] = pick(amplitude, df, fc - static_cast<double>(j) * fm, tolerance);
    if (lower[j - 1] == lower[j - 1]) sum += lower[j - 1];
  }
  for (std::size_t j = 1; j <= upper.size(); ++j) {
    upper[j - 1] = pick(amplitude, df, fc + static_cast<double>(j) * fm, tolerance);
    if (upper[j - 1] == upper[j - 1]) sum += upper[j - 1];
  }
  double const carrier = pick(amplitude, df, fc, tolerance);
  return {carrier, ratio(sum, carrier)};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
