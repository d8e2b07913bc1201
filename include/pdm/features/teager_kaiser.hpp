// teager_kaiser -- energy of the oscillation behind the samples, three samples at a time.
//
// What      psi[i] = x[i]^2 - x[i-1] x[i+1]; for a sine of amplitude A and angular frequency w a sample it is the
//           constant A^2 sin^2 w. Weights high frequencies, so impacts stand out.
// NB        Not the energy of the signal (sum x^2), and negative values are possible for sums of sines.
// Source    J. Kaiser, Proc. ICASSP 1990, 381-384; golden/README.md, teager_kaiser.
// Shape     psi: n - 2 values. Undefined (NaN) mean for fewer than three samples.
// Cost      O(n), no memory.
#pragma once

#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

template <sample_type T>
[[nodiscard]] double teager_kaiser_at(std::span<T const> x, std::size_t i) noexcept {
  return static_cast<double>(x[i]) * static_cast<double>(x[i]) -
         static_cast<double>(x[i - 1]) * static_cast<double>(x[i + 1]);
}

// psi.size() is x.size() - 2, else nothing is written.
template <sample_type T>
void teager_kaiser(std::span<T const> x, std::span<T> psi) noexcept {
  if (!PDM_EXPECTS(x.size() == psi.size() + 2)) return;
  for (std::size_t i = 0; i < psi.size(); ++i) psi[i] = static_cast<T>(teager_kaiser_at(x, i + 1));
}

template <sample_type T>
[[nodiscard]] double teager_kaiser_mean(std::span<T const> x) noexcept {
  if (x.size() < 3) return math::not_a_number;
  std::size_t const n = x.size() - 2;
  return dsp::sum_of(n, [x](std::size_t i) { return teager_kaiser_at(x, i + 1); }) / static_cast<double>(n);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
