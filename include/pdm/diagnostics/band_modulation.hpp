// band_modulation -- at which rates the power of many narrow bands goes up and down together.
//
// What      Short windowed transforms give the power of each narrow band over time; each is divided by its own mean,
//           and the power spectra of these relative courses are averaged over the bands. A cheap relative of the
//           enhanced envelope spectrum: what modulates many bands stands high over a floor that averaging made smooth.
// NB        Every band has the same voice however weak it is, so a fault heard in one band alone is heard better in
//           the band of the kurtogram. Bands, not time, are averaged: the resolution is that of the whole record.
// Formula   P_b[t] = |DFT(hann x[t hop ..])|^2_b; r_b = P_b / mean P_b - 1; power = mean_b |DFT(hann r_b)|^2.
// Source    J. Antoni, G. Xin, N. Hamzaoui, Mech. Syst. Signal Process. 92 (2017) 248-277 (fast spectral correlation
//           from the STFT, enhanced envelope spectrum).
// Shape     in: n samples; out: lines of df = rate / (hop x points()).
// Cost      n / hop transforms of `window` samples and one of n / hop for each of window/2 - 1 bands.
#pragma once

#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/diagnostics/smooth_length.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/windows.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct band_modulation_params {
  std::size_t length = 0;  // n
  hertz rate{};
  std::size_t window = 64;  // even; the hop is a quarter of it
  hertz modulation{};       // highest modulation wanted
};

class band_modulation {
 public:
  using params = band_modulation_params;
  band_modulation() = default;
  explicit band_modulation(params const& p) noexcept : params_(p), hop_(p.window / 4) {
    if (hop_ == 0 || p.length < 64 * p.window) return;
    points_ = smooth_at_most((p.length - p.window) / hop_ + 1);
    lines_ = std::min(points_ / 2 + 1, static_cast<std::size_t>(p.modulation.value / df()) + 2);
  }

  [[nodiscard]] std::size_t footprint() const noexcept {
    std::size_t const w = params_.window;
    return arena::bytes<float>(points_ * bands()) + 2 * arena::bytes<float>(w) + 2 * arena::bytes<float>(points_) +
           arena::bytes<float>(lines_) + arena::bytes<std::complex<float>>(w / 2 + 1) +
           arena::bytes<std::complex<float>>(points_ / 2 + 1) +
           dsp::default_fft<float>::footprint(w, dsp::fft_use::real) +
           dsp::default_fft<float>::footprint(points_, dsp::fft_use::real);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x.size() is params.length.
  [[nodiscard]] std::span<float const> apply(std::span<float const> x) noexcept;

  [[nodiscard]] double df() const noexcept { return params_.rate.value / static_cast<double>(hop_ * points_); }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }
  // Without those at 0 and at half the rate, whose power no two bins share.
  [[nodiscard]] std::size_t bands() const noexcept { return params_.window / 2 - 2; }

 private:
  void powers(std::span<float const> x) noexcept;

  params params_{};
  std::size_t hop_ = 0, points_ = 0, lines_ = 0;
  std::span<float> course_{}, piece_{}, window_{}, long_window_{}, tapered_{}, power_{};
  std::span<std::complex<float>> piece_bins_{}, bins_{};
  dsp::default_fft<float> small_{}, large_{};
};

inline status band_modulation::prepare(arena& memory) noexcept {
  std::size_t const w = params_.window;
  if (points_ < 16) return error{errc::invalid_argument, "band_modulation", "give a longer record"};
  auto course = memory.take<float>(points_ * bands());
  auto piece = memory.take<float>(w);
  auto window = memory.take<float>(w);
  auto long_window = memory.take<float>(points_);
  auto tapered = memory.take<float>(points_);
  auto power = memory.take<float>(lines_);
  auto piece_bins = memory.take<std::complex<float>>(w / 2 + 1);
  auto bins = memory.take<std::complex<float>>(points_ / 2 + 1);
  if (!course || !piece || !window || !long_window || !tapered || !power || !piece_bins || !bins) {
    return error{errc::out_of_memory, "band_modulation", "give footprint() bytes"};
  }
  course_ = *course, piece_ = *piece, window_ = *window, long_window_ = *long_window, tapered_ = *tapered;
  power_ = *power, piece_bins_ = *piece_bins, bins_ = *bins;
  dsp::fill(dsp::window_kind::hann, window_);
  dsp::fill(dsp::window_kind::hann, long_window_);
  if (auto s = small_.prepare(w, memory, dsp::fft_use::real); !s) return s;
  return large_.prepare(points_, memory, dsp::fft_use::real);
}

inline void band_modulation::powers(std::span<float const> x) noexcept {
  std::size_t const w = params_.window;
  for (std::size_t t = 0; t < points_; ++t) {
    for (std::size_t i = 0; i < w; ++i) piece_[i] = x[t * hop_ + i] * window_[i];
    small_.forward(piece_, piece_bins_);
    for (std::size_t b = 0; b < bands(); ++b) {
      auto const z = piece_bins_[b + 1];
      course_[b * points_ + t] = z.real() * z.real() + z.imag() * z.imag();
    }
  }
}

inline std::span<float const> band_modulation::apply(std::span<float const> x) noexcept {
  if (!PDM_EXPECTS(x.size() == params_.length)) return {};
  powers(x);
  for (float& p : power_) p = 0;
  for (std::size_t b = 1; b < bands(); ++b) {
    auto const course = course_.subspan(b * points_, points_);
    double mean = 0;
    for (float const v : course) mean += static_cast<double>(v);
    mean /= static_cast<double>(points_);
    if (!(mean > 0)) continue;
    auto const scale = static_cast<float>(1 / mean);
    for (std::size_t t = 0; t < points_; ++t) tapered_[t] = (course[t] * scale - 1) * long_window_[t];
    large_.forward(tapered_, bins_);
    for (std::size_t k = 0; k < lines_; ++k) {
      power_[k] += bins_[k].real() * bins_[k].real() + bins_[k].imag() * bins_[k].imag();
    }
  }
  return power_.first(lines_);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
