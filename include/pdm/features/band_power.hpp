// band_power -- power of a density spectrum between two frequencies.
//
// What      df times the sum of the lines with f1 <= k df < f2; a band that reaches the last line includes it, so that
//           bands side by side add up to the total.
// NB        Lines are counted whole: a band narrower than a few lines depends on where they fall.
// Source    P. Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70-73; golden/README.md, band_power.
// Units     psd in unit^2/Hz, result in unit^2 (mean square).
// Cost      O(lines), no memory.
#pragma once

#include <algorithm>
#include <span>

#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

struct frequency_band {
  double low = 0, high = 0;  // Hz
};

template <sample_type T>
[[nodiscard]] double total_power(std::span<T const> psd, double df) noexcept {
  return df * dsp::sum_of(psd.size(), [psd](std::size_t k) { return static_cast<double>(psd[k]); });
}

template <sample_type T>
[[nodiscard]] double band_power(std::span<T const> psd, double df, frequency_band band) noexcept {
  if (psd.empty()) return 0;
  bool const to_the_end = band.high >= static_cast<double>(psd.size() - 1) * df;
  auto const before = [&](double edge) {  // lines below an edge
    std::size_t k = edge <= 0 ? 0 : std::min(psd.size(), static_cast<std::size_t>(edge / df));
    while (k > 0 && static_cast<double>(k - 1) * df >= edge) --k;
    while (k < psd.size() && static_cast<double>(k) * df < edge) ++k;
    return k;
  };
  std::size_t const first = before(band.low);
  std::size_t const last = to_the_end ? psd.size() : before(band.high);
  return last > first ? total_power(psd.subspan(first, last - first), df) : 0.0;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
