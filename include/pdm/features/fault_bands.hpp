// fault_bands -- lines of a fault and its harmonics in a spectrum, usually an envelope spectrum.
//
// What      The largest line near h f for h = 1..H, with a tolerance that grows with h as slip does, and their sum.
// NB        A sum over lines of noise is not zero: compare with neighbours or with the machine's own past.
// Formula   a[h-1] = pick(h f, r h f); sum over the observable ones; dominant = fault with the largest sum.
// Source    R. Randall, J. Antoni, Mech. Syst. Signal Process. 25 (2011) 485-520; golden/README.md,
//           fault_band_amplitudes.
// Cost      O(lines within the tolerances), no memory.
#pragma once

#include <span>

#include "pdm/features/line_picking.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

// Fills amplitudes[h-1] for h = 1..amplitudes.size() and returns the sum of the observable ones.
template <sample_type T>
double fault_band_amplitudes(std::span<T const> amplitude, double df, double fault_hz, double relative_tolerance,
                             std::span<double> amplitudes) noexcept {
  double sum = 0;
  for (std::size_t h = 1; h <= amplitudes.size(); ++h) {
    double const f = static_cast<double>(h) * fault_hz;
    double const a = pick(amplitude, df, f, relative_tolerance * f);
    amplitudes[h - 1] = a;
    if (a == a) sum += a;
  }
  return sum;
}

// Index of the largest sum, the first on ties; sums.size() for none.
[[nodiscard]] inline std::size_t dominant_fault(std::span<double const> sums) noexcept {
  std::size_t best = sums.size();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (best == sums.size() || sums[i] > sums[best]) best = i;
  }
  return best;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
