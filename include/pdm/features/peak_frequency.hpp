// peak_frequency -- frequency and amplitude of the largest line, between the bins.
//
// What      The largest line of an amplitude spectrum in a band, refined by a parabola through it and its neighbours,
// in
//           linear or logarithmic amplitude.
// NB        The parabola is exact for no window, and for Hann in logarithms good to a few hundredths of a bin. Two
// lines
//           closer than the main lobe come out as one.
// Formula   delta = (a - c) / (2 (a - 2b + c)); f = (k + delta) fs / n; amplitude = b - (a - c) delta / 4.
// Source    J. Smith, X. Serra, PARSHL, Proc. ICMC 1987; golden/README.md, peak_frequency.
// Undefined No line in the band, or lines that are not finite: NaN (bin = lines for none). At the first and last line,
// and beside a line of 0, delta is 0. Cost      O(lines in the band), no memory.
#pragma once

#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/spectrum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

enum class peak_scale : std::uint8_t { linear, logarithmic };

struct peak_frequency {
  std::size_t bin = 0;
  double delta = 0;  // in bins
  double frequency = math::not_a_number, amplitude = math::not_a_number;

  // Lines with low <= f_k <= high.
  template <sample_type T>
  [[nodiscard]] static peak_frequency of(dsp::amplitude_lines<T> const& s, peak_scale scale, hertz low,
                                         hertz high) noexcept;
  template <sample_type T>
  [[nodiscard]] static peak_frequency of(dsp::amplitude_lines<T> const& s, peak_scale scale) noexcept {
    return of(s, scale, hertz{0}, s.rate);
  }
};

template <sample_type T>
peak_frequency peak_frequency::of(dsp::amplitude_lines<T> const& s, peak_scale scale, hertz low, hertz high) noexcept {
  auto const band = dsp::bins_between(low, high, s.rate, s.length);
  if (band.count == 0 || s.lines.empty()) return {s.lines.size(), 0};
  peak_frequency p{band.first, 0};
  for (std::size_t k = band.first + 1; k < band.first + band.count; ++k) {
    if (s.lines[k] > s.lines[p.bin]) p.bin = k;
  }
  auto const line = [&](std::size_t k) { return static_cast<double>(s.lines[k]); };
  if (!math::is_finite(line(p.bin))) return p;
  p.frequency = s.frequency(p.bin);
  p.amplitude = line(p.bin);
  if (p.bin == 0 || p.bin + 1 == s.lines.size()) return p;
  double a = line(p.bin - 1), b = line(p.bin), c = line(p.bin + 1);
  if (a == 0 || b == 0 || c == 0) return p;
  bool const logarithmic = scale == peak_scale::logarithmic;
  if (logarithmic) {
    a = math::log(a);
    b = math::log(b);
    c = math::log(c);
  }
  double const curve = a - 2 * b + c;
  if (curve == 0) return p;
  p.delta = 0.5 * (a - c) / curve;
  p.frequency = (static_cast<double>(p.bin) + p.delta) * s.rate.value / static_cast<double>(s.length);
  double const top = b - 0.25 * (a - c) * p.delta;
  p.amplitude = logarithmic ? math::exp(top) : top;
  return p;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
