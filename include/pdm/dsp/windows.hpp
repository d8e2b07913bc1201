// windows -- tapers for spectra.
//
// What      Rectangular, Hann, Hamming, Blackman and flat-top windows, filled into the caller's span, and the two
//           numbers every spectrum needs of them: coherent gain and equivalent noise bandwidth.
// NB        Periodic (DFT-even): w[0] is the smallest value and w[n] would be its repetition. The symmetric window
//           of filter design differs by one sample.
// Source    w[j] = a0 - a1 c1 + a2 c2 - a3 c3 + a4 c4, c_m = cos(2 pi m j / n). F. J. Harris, Proc. IEEE 66 (1978)
//           51-83; flat top: D'Antona & Ferrero, Digital Signal Processing for Measurement Systems (2006), p. 70.
//           coherent_gain = mean w; enbw_bins = n sum w^2 / (sum w)^2.
// Cost      fill: O(n), at most four cosines a sample; the gains are O(n). No allocation. The bits do not depend on
//           the platform.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

enum class window_kind : std::uint8_t { rect, hann, hamming, blackman, flattop };

inline constexpr std::array<window_kind, 5> all_windows{window_kind::rect, window_kind::hann, window_kind::hamming,
                                                        window_kind::blackman, window_kind::flattop};

[[nodiscard]] constexpr std::string_view to_string(window_kind kind) noexcept {
  constexpr std::array<std::string_view, 5> names{"rect", "hann", "hamming", "blackman", "flattop"};
  return names[static_cast<std::size_t>(kind)];
}

// The coefficients a0 to a4 of the cosine sum.
[[nodiscard]] constexpr std::array<double, 5> window_coefficients(window_kind kind) noexcept {
  switch (kind) {
    case window_kind::rect: return {1, 0, 0, 0, 0};
    case window_kind::hann: return {0.5, 0.5, 0, 0, 0};
    case window_kind::hamming: return {0.54, 0.46, 0, 0, 0};
    case window_kind::blackman: return {0.42, 0.5, 0.08, 0, 0};
    case window_kind::flattop: return {0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368};
  }
  return {1, 0, 0, 0, 0};
}

// Fills `w` with the periodic window of its length.
template <class T>
void fill(window_kind kind, std::span<T> w) noexcept {
  auto const a = window_coefficients(kind);
  for (std::size_t j = 0; j < w.size(); ++j) {
    double value = a[0];
    double sign = -1;
    for (std::size_t m = 1; m < a.size(); ++m, sign = -sign) {
      if (a[m] != 0) value += sign * a[m] * math::cos_turns(m * j, w.size());
    }
    w[j] = static_cast<T>(value);
  }
}

// Mean of the window: a sine's line is this much too small before it is divided out. 0 for an empty window.
template <class T>
[[nodiscard]] double coherent_gain(std::span<T const> w) noexcept {
  double sum = 0;
  for (T v : w) sum += static_cast<double>(v);
  return w.empty() ? 0.0 : sum / static_cast<double>(w.size());
}
[[nodiscard]] constexpr double coherent_gain(window_kind kind, std::size_t n) noexcept {
  // The cosines sum to zero over whole periods; harmonic m does not when n divides m.
  auto const a = window_coefficients(kind);
  double gain = a[0], sign = -1;
  for (std::size_t m = 1; n != 0 && m < a.size(); ++m, sign = -sign) {
    if (m % n == 0) gain += sign * a[m];
  }
  return gain;
}

// Equivalent noise bandwidth in bins (rect 1, Hann 1.5). 0 for an empty window or one that sums to zero.
template <class T>
[[nodiscard]] double enbw_bins(std::span<T const> w) noexcept {
  double sum = 0, squares = 0;
  for (T v : w) {
    double const d = static_cast<double>(v);
    sum += d;
    squares += d * d;
  }
  return sum == 0 ? 0.0 : static_cast<double>(w.size()) * squares / (sum * sum);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
