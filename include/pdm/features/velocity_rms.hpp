// velocity_rms -- RMS vibration velocity of a band from a density spectrum of acceleration.
//
// What      Every line of the density divided by (2 pi f)^2, summed over the band: the number that severity limits
//           are made for.
// NB        The lowest line of the band dominates where there is low-frequency noise; a band that begins within two
//           lines of DC also collects what the window leaks from there.
// Formula   v = 1e3 sqrt(df sum psd[k] / (2 pi f_k)^2), low <= f_k <= high, f_k > 0.
// Source    ISO 20816-1:2016, annex; golden/README.md, velocity_rms_psd.
// Units     psd in (m/s^2)^2/Hz, result in mm/s RMS.
// Cost      O(lines in the band), no memory.
#pragma once

#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/spectrum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

template <sample_type T>
[[nodiscard]] double velocity_rms(dsp::density_lines<T> const& psd, hertz low, hertz high) noexcept {
  auto const band = dsp::bins_between(low, high, psd.rate, psd.length);
  std::size_t const first = band.first == 0 ? 1 : band.first;
  std::size_t const end = band.first + band.count;
  if (end <= first) return 0;
  double const sum = dsp::sum_of(end - first, [&](std::size_t i) {
    double const w = 2 * math::pi * psd.frequency(first + i);
    return static_cast<double>(psd.lines[first + i]) / (w * w);
  });
  return 1e3 * math::sqrt(psd.df() * sum);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
