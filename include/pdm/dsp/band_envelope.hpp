// band_envelope -- amplitude envelope of one frequency band of a frame.
//
// What      The analytic signal of the lines between two frequencies, cut out of the spectrum, and its magnitude. A
//           rolling-element fault shows here as a pulse train at its fault frequency. band_envelope gives every sample;
//           baseband_envelope moves the band to zero and gives m samples, which is faster and loses nothing.
// NB        The value depends on the band. It is no severity in mm/s and not comparable between machines: compare a
//           machine with its own past. Block-wise, not causal.
// Formula   Z[k] = 2 X[k] for low <= f_k <= high (factor 1 at DC and Nyquist), else 0; z = IDFT(Z); |z|.
//           Baseband: envelope[i] = |(1/n) sum_b Z[k1 + b] exp(2 pi j b i / m)|, at time i n / (m fs).
// Source    R. Randall, J. Antoni, Mech. Syst. Signal Process. 25 (2011) 485-520; golden/README.md, band_envelope.
// Units     of x (peak, not RMS).
// Shape     in: n samples; out: n, or m >= bins() values. A band without a line gives zeros.
// Cost      One real transform of n and one complex of n (m); prepare() takes 3/2 n (n/2 + m) complex values besides.
// Errors    prepare: invalid_argument for a length of 0, no rate, low > high, or m < bins().
#pragma once

#include <algorithm>
#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/dsp/analytic_signal.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

// Lines of a band: first .. first + count - 1.
struct band_bins {
  std::size_t first = 0, count = 0;
};

// Lines k <= n/2 with low <= k fs / n <= high.
[[nodiscard]] inline band_bins bins_between(hertz low, hertz high, hertz rate, std::size_t n) noexcept {
  auto const frequency = [&](std::size_t k) { return static_cast<double>(k) * rate.value / static_cast<double>(n); };
  std::size_t const all = n / 2 + 1;
  std::size_t first = 0;
  if (low.value > 0) {
    double const guess = low.value / rate.value * static_cast<double>(n);
    first = guess < static_cast<double>(all) ? static_cast<std::size_t>(guess) : all;
    while (first > 0 && frequency(first - 1) >= low.value) --first;
    while (first < all && frequency(first) < low.value) ++first;
  }
  std::size_t end = all;
  double const guess = high.value / rate.value * static_cast<double>(n) + 2;
  if (guess < static_cast<double>(all)) end = guess > 0 ? static_cast<std::size_t>(guess) : 0;
  while (end > first && frequency(end - 1) > high.value) --end;
  return {first, end > first ? end - first : 0};
}

struct band_envelope_params {
  std::size_t length = 0;
  hertz rate{};
  hertz low{}, high{};
  std::size_t points = 0;  // m; 0: one value a sample, the band left where it is
};

template <sample_type T, class Fft = default_fft<T>>
class band_envelope {
 public:
  using params = band_envelope_params;
  band_envelope() = default;
  explicit band_envelope(params const& p) noexcept
      : params_(p),
        bins_(p.length > 0 && p.rate.value > 0 ? bins_between(p.low, p.high, p.rate, p.length) : band_bins{}) {}

  [[nodiscard]] std::size_t bins() const noexcept { return bins_.count; }
  // Values that come out.
  [[nodiscard]] std::size_t size() const noexcept { return params_.points == 0 ? params_.length : params_.points; }
  // Rate of the values that come out.
  [[nodiscard]] hertz rate() const noexcept {
    return {params_.rate.value * static_cast<double>(size()) / static_cast<double>(params_.length)};
  }
  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;

  // x.size() is params.length; the result is valid until the next call. At full rate its real part is the band signal.
  [[nodiscard]] std::span<std::complex<T> const> analytic(std::span<T const> x) noexcept;
  // out.size() is size().
  void envelope(std::span<T const> x, std::span<T> out) noexcept { magnitudes<T>(analytic(x), out); }

 private:
  params params_{};
  band_bins bins_{};
  std::span<std::complex<T>> spectrum_{}, band_{}, analytic_{};
  Fft forward_{}, inverse_{};
};

template <sample_type T, class Fft>
std::size_t band_envelope<T, Fft>::footprint() const noexcept {
  return arena::bytes<std::complex<T>>(params_.length / 2 + 1) + 2 * arena::bytes<std::complex<T>>(size()) +
         Fft::footprint(params_.length, fft_use::real) + Fft::footprint(size(), fft_use::complex);
}

template <sample_type T, class Fft>
status band_envelope<T, Fft>::prepare(arena& memory) noexcept {
  if (params_.length < 1 || !(params_.rate.value > 0) || params_.low > params_.high || size() < bins_.count) {
    return error{errc::invalid_argument, "band_envelope", "give a length, a rate, low <= high, and points >= bins()"};
  }
  auto spectrum = memory.take<std::complex<T>>(params_.length / 2 + 1);
  auto band = memory.take<std::complex<T>>(size());
  auto analytic = memory.take<std::complex<T>>(size());
  if (!spectrum || !band || !analytic) return error{errc::out_of_memory, "band_envelope", "give footprint() bytes"};
  spectrum_ = *spectrum;
  band_ = *band;
  analytic_ = *analytic;
  if (auto s = forward_.prepare(params_.length, memory, fft_use::real); !s) return s;
  return inverse_.prepare(size(), memory, fft_use::complex);
}

template <sample_type T, class Fft>
std::span<std::complex<T> const> band_envelope<T, Fft>::analytic(std::span<T const> x) noexcept {
  if (!PDM_EXPECTS(!spectrum_.empty() && x.size() == params_.length)) return {};
  forward_.forward(x, spectrum_);
  std::size_t const offset = params_.points == 0 ? bins_.first : 0;
  // The inverse of m points divides by m, the definition by n.
  double const scale = static_cast<double>(size()) / static_cast<double>(params_.length);
  std::ranges::fill(band_, std::complex<T>{});
  for (std::size_t b = 0; b < bins_.count; ++b) {
    std::size_t const k = bins_.first + b;
    auto const factor = static_cast<T>(k == 0 || 2 * k == params_.length ? scale : 2 * scale);
    band_[offset + b] = {factor * spectrum_[k].real(), factor * spectrum_[k].imag()};
  }
  inverse_.inverse_complex(band_, analytic_);
  return analytic_;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
