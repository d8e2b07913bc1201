// spectrum -- the one-sided spectrum of a frame, with its scaling in the type.
//
// What      Optional mean removal, window, transform, scaling: amplitude (peak, unit of x), power (mean square a line,
//           unit^2) or density (unit^2/Hz). Any length n >= 1, no zero padding.
// NB        Amplitude is peak, not RMS: a unit sine on a bin reads 1, its RMS line (rms_line) 0.707. Power is right for
//           lines, density for noise; the two differ by the noise bandwidth of the window.
// Formula   A[k] = c_k |X[k]| / sum w; P[k] = c_k |X[k]|^2 / (sum w)^2; D[k] = c_k |X[k]|^2 / (fs sum w^2);
//           X = DFT(w x), c = 2, but 1 at k = 0 and, for even n, at k = n/2.
// Source    G. Heinzel, A. Ruediger, R. Schilling, Spectrum and spectral density estimation (MPI, 2002), 9;
//           golden/README.md, amplitude_spectrum.
// Shape     in: n samples; out: n/2 + 1 lines, valid until the next call. f_k = k fs / n.
// Cost      One real transform; prepare() takes 2 n samples and n/2 + 1 lines besides the transform's memory.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/dsp/windows.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

enum class detrend_kind : std::uint8_t { none, constant };
enum class spectrum_scaling : std::uint8_t { amplitude, power, density };

// Lines of one scaling; another scaling is another type.
template <spectrum_scaling Scaling, sample_type T>
struct spectrum_lines {
  std::span<T const> lines;
  hertz rate{};
  std::size_t length = 0;  // of the transform

  [[nodiscard]] double df() const noexcept { return rate.value / static_cast<double>(length); }
  [[nodiscard]] double frequency(std::size_t k) const noexcept {
    return static_cast<double>(k) * rate.value / static_cast<double>(length);
  }
  // 1 where a line stands for itself, 2 where it stands for the negative frequency too.
  [[nodiscard]] double sides(std::size_t k) const noexcept { return k == 0 || 2 * k == length ? 1.0 : 2.0; }
};
template <sample_type T>
using amplitude_lines = spectrum_lines<spectrum_scaling::amplitude, T>;
template <sample_type T>
using power_lines = spectrum_lines<spectrum_scaling::power, T>;
template <sample_type T>
using density_lines = spectrum_lines<spectrum_scaling::density, T>;

// RMS of the sine behind line k.
template <sample_type T>
[[nodiscard]] double rms_line(amplitude_lines<T> const& s, std::size_t k) noexcept {
  return static_cast<double>(s.lines[k]) * (s.sides(k) == 1 ? 1.0 : 0.70710678118654752440);
}
template <sample_type T>
[[nodiscard]] double rms_line(power_lines<T> const& s, std::size_t k) noexcept {
  return math::sqrt(static_cast<double>(s.lines[k]));
}

struct spectrum_params {
  std::size_t length = 0;
  hertz rate{};
  window_kind window = window_kind::hann;
  detrend_kind detrend = detrend_kind::constant;
};

template <sample_type T, class Fft = default_fft<T>>
class spectrum {
 public:
  using params = spectrum_params;
  spectrum() = default;
  explicit spectrum(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;

  // x.size() is params.length.
  [[nodiscard]] amplitude_lines<T> amplitude(std::span<T const> x) noexcept;
  [[nodiscard]] power_lines<T> power(std::span<T const> x) noexcept;
  [[nodiscard]] density_lines<T> density(std::span<T const> x) noexcept;
  // The windowed transform itself.
  [[nodiscard]] std::span<std::complex<T> const> transform(std::span<T const> x) noexcept;

 private:
  void squares(std::span<T const> x, double scale) noexcept;

  params params_{};
  double window_sum_ = 0, window_squares_ = 0;
  std::span<T> window_{}, work_{}, lines_{};
  std::span<std::complex<T>> bins_{};
  Fft fft_{};
};

// out[i] = (x[i] - mean) w[i], the mean only where it is to be removed.
template <sample_type T>
void taper(std::span<T const> x, std::span<T const> window, detrend_kind detrend, std::span<T> out) noexcept {
  double const mean = detrend == detrend_kind::constant ? mean_of(x) : 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    out[i] = static_cast<T>((static_cast<double>(x[i]) - mean) * static_cast<double>(window[i]));
  }
}

template <sample_type T, class Fft>
std::size_t spectrum<T, Fft>::footprint() const noexcept {
  std::size_t const n = params_.length, k = n / 2 + 1;
  return 2 * arena::bytes<T>(n) + arena::bytes<T>(k) + arena::bytes<std::complex<T>>(k) +
         Fft::footprint(n, fft_use::real);
}

template <sample_type T, class Fft>
status spectrum<T, Fft>::prepare(arena& memory) noexcept {
  std::size_t const n = params_.length;
  if (n < 1 || !(params_.rate.value > 0)) {
    return error{errc::invalid_argument, "spectrum", "give a length of at least 1 and a sampling rate above 0"};
  }
  auto window = memory.take<T>(n);
  auto work = memory.take<T>(n);
  auto lines = memory.take<T>(n / 2 + 1);
  auto bins = memory.take<std::complex<T>>(n / 2 + 1);
  if (!bins) return bins.error();
  if (!window || !work || !lines) return error{errc::out_of_memory, "spectrum", "give footprint() bytes"};
  window_ = *window;
  work_ = *work;
  lines_ = *lines;
  bins_ = *bins;
  fill(params_.window, window_);
  window_sum_ = sum_of(n, [&](std::size_t i) { return static_cast<double>(window_[i]); });
  window_squares_ =
      sum_of(n, [&](std::size_t i) { return static_cast<double>(window_[i]) * static_cast<double>(window_[i]); });
  return fft_.prepare(n, memory, fft_use::real);
}

template <sample_type T, class Fft>
std::span<std::complex<T> const> spectrum<T, Fft>::transform(std::span<T const> x) noexcept {
  if (!PDM_EXPECTS(x.size() == window_.size() && !window_.empty())) return {};
  taper<T>(x, window_, params_.detrend, work_);
  fft_.forward(work_, bins_);
  return bins_;
}

template <sample_type T, class Fft>
void spectrum<T, Fft>::squares(std::span<T const> x, double scale) noexcept {
  auto const bins = transform(x);
  auto const one = static_cast<T>(scale), two = static_cast<T>(2 * scale);
  for (std::size_t k = 0; k < bins.size(); ++k) {
    T const re = bins[k].real(), im = bins[k].imag();
    lines_[k] = two * (re * re + im * im);
  }
  auto const single = [&](std::size_t k) {
    lines_[k] = one * (bins[k].real() * bins[k].real() + bins[k].imag() * bins[k].imag());
  };
  if (bins.empty()) return;
  single(0);
  if (x.size() % 2 == 0) single(x.size() / 2);
}

template <sample_type T, class Fft>
amplitude_lines<T> spectrum<T, Fft>::amplitude(std::span<T const> x) noexcept {
  auto const bins = transform(x);
  auto const one = static_cast<T>(1 / window_sum_), two = static_cast<T>(2 / window_sum_);
  for (std::size_t k = 0; k < bins.size(); ++k) {
    T const re = bins[k].real(), im = bins[k].imag();
    lines_[k] = two * std::sqrt(re * re + im * im);
  }
  auto const single = [&](std::size_t k) {
    lines_[k] = one * std::sqrt(bins[k].real() * bins[k].real() + bins[k].imag() * bins[k].imag());
  };
  if (!bins.empty()) single(0);
  if (!bins.empty() && x.size() % 2 == 0) single(x.size() / 2);
  return {lines_.first(bins.size()), params_.rate, params_.length};
}

template <sample_type T, class Fft>
power_lines<T> spectrum<T, Fft>::power(std::span<T const> x) noexcept {
  squares(x, 1 / (window_sum_ * window_sum_));
  return {lines_, params_.rate, params_.length};
}

template <sample_type T, class Fft>
density_lines<T> spectrum<T, Fft>::density(std::span<T const> x) noexcept {
  squares(x, 1 / (params_.rate.value * window_squares_));
  return {lines_, params_.rate, params_.length};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
