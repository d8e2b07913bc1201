// cyclic_spectrum -- which frequencies rise and fall together at a given cyclic frequency.
//
// What      Averaged cyclic periodogram: the correlation of the spectrum at f + alpha/2 with that at f - alpha/2, over
//           the segments of a record, as a density and as a coherence between 0 and 1. Modulation at alpha by a bearing
//           or a gear shows as coherence in the band it modulates; noise and lines of other spacing do not.
// NB        For chosen cyclic frequencies: each costs a transform of every segment. For a whole axis of cyclic
//           frequencies at once see enhanced_envelope.hpp. Two lines alpha apart are as coherent as noise modulated
//           at alpha: take shaft and mains lines out first. A record of S seconds tells alphas 1/S apart; noise alone
//           gives a squared coherence of about 1 over the number of independent segments.
// Formula   u[i] = x[i] e^(-j pi alpha i / rate), v = conj u; U, V windowed transforms of a segment (periodic Hann);
//           S = sum U V* / (segments rate sum w^2); coherence = sum U V* / sqrt(sum |U|^2 sum |V|^2).
//           Enhanced envelope spectrum at alpha: mean of |coherence|^2 over low <= f <= high.
// Source    J. Antoni, Mech. Syst. Signal Process. 21 (2007) 597-630; J. Antoni, G. Xin, N. Hamzaoui, Mech. Syst.
//           Signal Process. 92 (2017) 248-277; golden/README.md, cyclic_spectrum.
// Shape     in: n >= segment samples; out: segment lines in the order of the transform (f = k rate / segment, negative
//           ones from segment/2 on), valid until the next call. A line without power has coherence NaN.
// Cost      One complex transform a segment and two sines a sample; prepare() takes 3 segments of samples and 5 of
//           doubles.
// Errors    prepare: invalid_argument unless 1 <= segment, overlap < segment and the rate is above 0.
#pragma once

#include <algorithm>
#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/dsp/windows.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct cyclic_spectrum_params {
  hertz rate{};
  std::size_t segment = 0;
  std::size_t overlap = 0;
};

struct cyclic_lines {
  std::span<std::complex<double> const> density, coherence;
  hertz rate{};

  [[nodiscard]] double frequency(std::size_t k) const noexcept {
    auto const n = static_cast<double>(density.size());
    double const at = static_cast<double>(k);
    return (2 * k < density.size() ? at : at - n) * rate.value / n;
  }
  // Mean squared coherence of the lines in a band; NaN for none, lines without power left out.
  [[nodiscard]] double mean_squared_coherence(hertz low, hertz high) const noexcept;
};

template <sample_type T, class Fft = default_fft<T>>
class cyclic_spectrum {
 public:
  using params = cyclic_spectrum_params;
  cyclic_spectrum() = default;
  explicit cyclic_spectrum(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t segments(std::size_t n) const noexcept {
    return n < params_.segment ? 0 : (n - params_.overlap) / (params_.segment - params_.overlap);
  }
  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // shape_mismatch for fewer samples than one segment.
  [[nodiscard]] result<cyclic_lines> apply(std::span<T const> x, hertz alpha) noexcept;

 private:
  void add_segment(std::span<T const> x, std::size_t from, double turns_a_sample) noexcept;

  params params_{};
  double window_squares_ = 0;
  std::span<T> window_{};
  std::span<std::complex<T>> work_{}, bins_{};
  std::span<double> power_{};
  std::span<std::complex<double>> cross_{}, coherence_{};
  Fft fft_{};
};

inline double cyclic_lines::mean_squared_coherence(hertz low, hertz high) const noexcept {
  double sum = 0, count = 0;
  for (std::size_t k = 0; k < coherence.size(); ++k) {
    double const f = frequency(k), re = coherence[k].real(), im = coherence[k].imag();
    double const square = re * re + im * im;
    if (f < low.value || f > high.value || square != square) continue;
    sum += square;
    count += 1;
  }
  return count > 0 ? sum / count : math::not_a_number;
}

template <sample_type T, class Fft>
std::size_t cyclic_spectrum<T, Fft>::footprint() const noexcept {
  std::size_t const n = params_.segment;
  return arena::bytes<T>(n) + 2 * arena::bytes<std::complex<T>>(n) + arena::bytes<double>(n) +
         2 * arena::bytes<std::complex<double>>(n) + Fft::footprint(n, fft_use::complex);
}

template <sample_type T, class Fft>
status cyclic_spectrum<T, Fft>::prepare(arena& memory) noexcept {
  std::size_t const n = params_.segment;
  if (n < 1 || params_.overlap >= n || !(params_.rate.value > 0)) {
    return error{errc::invalid_argument, "cyclic_spectrum", "give 0 <= overlap < segment and a rate above 0"};
  }
  auto window = memory.take<T>(n);
  auto work = memory.take<std::complex<T>>(n);
  auto bins = memory.take<std::complex<T>>(n);
  auto power = memory.take<double>(n);
  auto cross = memory.take<std::complex<double>>(n);
  auto coherence = memory.take<std::complex<double>>(n);
  if (!window || !work || !bins || !power || !cross || !coherence) {
    return error{errc::out_of_memory, "cyclic_spectrum", "give footprint() bytes"};
  }
  window_ = *window;
  work_ = *work;
  bins_ = *bins;
  power_ = *power;
  cross_ = *cross;
  coherence_ = *coherence;
  fill(window_kind::hann, window_);
  window_squares_ =
      sum_of(n, [&](std::size_t i) { return static_cast<double>(window_[i]) * static_cast<double>(window_[i]); });
  return fft_.prepare(n, memory, fft_use::complex);
}

// U of one segment; V[k] is the conjugate of U[-k], since v is that of u.
template <sample_type T, class Fft>
void cyclic_spectrum<T, Fft>::add_segment(std::span<T const> x, std::size_t from, double turns_a_sample) noexcept {
  std::size_t const n = params_.segment;
  for (std::size_t i = 0; i < n; ++i) {
    double const turns = turns_a_sample * static_cast<double>(from + i);
    double const angle = 2 * math::pi * (turns - static_cast<double>(static_cast<long long>(turns)));
    double const value = static_cast<double>(x[from + i]) * static_cast<double>(window_[i]);
    work_[i] = {static_cast<T>(value * math::cos(angle)), static_cast<T>(-value * math::sin(angle))};
  }
  fft_.forward_complex(work_, bins_);
  for (std::size_t k = 0; k < n; ++k) {
    std::complex<double> const u(bins_[k]), v(bins_[k == 0 ? 0 : n - k]);
    power_[k] += u.real() * u.real() + u.imag() * u.imag();
    cross_[k] +=
        std::complex<double>(u.real() * v.real() - u.imag() * v.imag(), u.real() * v.imag() + u.imag() * v.real());
  }
}

template <sample_type T, class Fft>
result<cyclic_lines> cyclic_spectrum<T, Fft>::apply(std::span<T const> x, hertz alpha) noexcept {
  std::size_t const n = params_.segment, count = segments(x.size());
  if (window_.empty() || count == 0) {
    return error{errc::shape_mismatch, "cyclic_spectrum", "give at least one whole segment"};
  }
  std::ranges::fill(power_, 0.0);
  std::ranges::fill(cross_, std::complex<double>{});
  for (std::size_t s = 0; s < count; ++s) {
    add_segment(x, s * (n - params_.overlap), alpha.value / params_.rate.value / 2);
  }
  double const scale = 1 / (static_cast<double>(count) * params_.rate.value * window_squares_);
  for (std::size_t k = 0; k < n; ++k) {
    double const product = math::sqrt(power_[k]) * math::sqrt(power_[k == 0 ? 0 : n - k]);
    coherence_[k] = product > 0 ? cross_[k] / product : std::complex<double>(math::not_a_number, math::not_a_number);
    cross_[k] *= scale;
  }
  return cyclic_lines{cross_, coherence_, params_.rate};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
