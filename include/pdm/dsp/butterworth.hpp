// butterworth -- coefficients of a maximally flat filter as second-order sections.
//
// What      Analogue prototype, band transformation, bilinear transform with pre-warped edges: the -3 dB points lie
//           exactly at the edges asked for. A band-pass or band-stop of order N has 2N poles.
// NB        Design only: biquad.hpp runs it, filtfilt.hpp runs it in both directions. Not linear in phase.
// Formula   poles of the prototype exp(j pi (2k + N + 1) / 2N); w = tan(pi f / fs); z = (1 + s) / (1 - s).
// Source    S. Butterworth, Wireless Engineer 7 (1930) 536-541; A. Oppenheim, R. Schafer, Discrete-Time Signal
//           Processing, 3rd ed., 7.1 and app. B.
// Accuracy  Coefficients in double with pdm::math, the same bits on every platform; response within 1e-9 of
//           golden/README.md, group filters.
// Errors    invalid_argument unless 1 <= order <= 12 and 0 < low (< high) < fs / 2.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/core/result.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

// y[i] = b0 x[i] + b1 x[i-1] + b2 x[i-2] - a1 y[i-1] - a2 y[i-2]
struct biquad_section {
  double b0 = 1, b1 = 0, b2 = 0, a1 = 0, a2 = 0;
  friend bool operator==(biquad_section const&, biquad_section const&) = default;
};

inline constexpr std::size_t max_biquad_sections = 12;

struct biquad_sections {
  std::array<biquad_section, max_biquad_sections> section{};
  std::size_t count = 0;

  void add(biquad_section const& s) noexcept { section[count++] = s; }
  [[nodiscard]] std::span<biquad_section const> all() const noexcept { return std::span(section).first(count); }
  friend bool operator==(biquad_sections const&, biquad_sections const&) = default;
};

struct complex_gain {
  double re = 1, im = 0;
};

enum class filter_band : std::uint8_t { lowpass, highpass, bandpass, bandstop };

struct butterworth_params {
  filter_band band = filter_band::lowpass;
  int order = 4;
  hertz low{}, high{};  // lowpass and highpass: low is the cutoff, high is not read
};

[[nodiscard]] inline result<biquad_sections> design_butterworth(butterworth_params const& p, hertz rate) noexcept;

// H(exp(2 pi j f / fs)) of the cascade.
[[nodiscard]] inline complex_gain response(biquad_sections const& filter, hertz frequency, hertz rate) noexcept;

namespace detail {

// Plain complex numbers: std::complex divides as the platform likes.
struct complex_number {
  double re = 0, im = 0;
  [[nodiscard]] complex_number conj() const noexcept { return {re, -im}; }
  [[nodiscard]] double norm() const noexcept { return re * re + im * im; }
  friend complex_number operator+(complex_number a, complex_number b) noexcept { return {a.re + b.re, a.im + b.im}; }
  friend complex_number operator-(complex_number a, complex_number b) noexcept { return {a.re - b.re, a.im - b.im}; }
  friend complex_number operator*(complex_number a, complex_number b) noexcept {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend complex_number operator*(double a, complex_number b) noexcept { return {a * b.re, a * b.im}; }
  friend complex_number operator/(complex_number a, complex_number b) noexcept {
    return (1.0 / b.norm()) * (a * b.conj());
  }
};

inline complex_number square_root(complex_number z) noexcept {
  double const size = math::sqrt(z.norm());
  double const a = math::sqrt(0.5 * (size + (z.re < 0 ? -z.re : z.re)));
  if (a == 0) return {};
  double const b = 0.5 * z.im / a;
  if (z.re >= 0) return {a, b};
  return z.im < 0 ? complex_number{-b, -a} : complex_number{b, a};
}

// One or two analogue poles that make one section with real coefficients.
struct pole_pair {
  complex_number p, q;
  bool single = false;
};

struct warped_band {
  filter_band band;
  double centre = 0;  // geometric centre, or the cutoff
  double width = 0;
};

// The section with these poles, with gain 1 where the filter passes: at 0, at fs/2, or at the centre.
inline biquad_section section_of(pole_pair const& pair, warped_band const& w) noexcept {
  complex_number const one{1, 0};
  if (pair.single) {
    double const p = pair.p.re;
    double const g = w.band == filter_band::lowpass ? -p / (1 - p) : 1 / (1 - p);
    return {g, w.band == filter_band::lowpass ? g : -g, 0, -(1 + p) / (1 - p), 0};
  }
  complex_number const zp = (one + pair.p) / (one - pair.p), zq = (one + pair.q) / (one - pair.q);
  double const a1 = -(zp + zq).re, a2 = (zp * zq).re;
  double const scale = 1 / ((one - pair.p) * (one - pair.q)).re;
  double const product = (pair.p * pair.q).re;
  if (w.band == filter_band::lowpass) {
    double const g = product * scale;
    return {g, 2 * g, g, a1, a2};
  }
  if (w.band == filter_band::highpass) return {scale, -2 * scale, scale, a1, a2};
  if (w.band == filter_band::bandpass) {
    complex_number const c{0, w.centre};
    double const g = math::sqrt(((c - pair.p) * (c - pair.q)).norm()) / w.centre * scale;
    return {g, 0, -g, a1, a2};
  }
  double const square = w.centre * w.centre;
  double const g = product / square * scale;
  return {g * (1 + square), -2 * g * (1 - square), g * (1 + square), a1, a2};
}

// Prototype pole -> one or two pole pairs of the wanted band.
inline void add_sections(complex_number prototype, warped_band const& w, biquad_sections& out) noexcept {
  bool const real_pole = prototype.im == 0;
  bool const inverse = w.band == filter_band::highpass || w.band == filter_band::bandstop;
  complex_number const unit = inverse ? complex_number{1, 0} / prototype : prototype;
  if (w.band == filter_band::lowpass || w.band == filter_band::highpass) {
    complex_number const p = w.centre * unit;
    out.add(section_of({p, p.conj(), real_pole}, w));
    return;
  }
  complex_number const half = (0.5 * w.width) * unit;
  complex_number const root = square_root(half * half - complex_number{w.centre * w.centre, 0});
  if (real_pole) {
    out.add(section_of({half + root, half - root}, w));
    return;
  }
  out.add(section_of({half + root, (half + root).conj()}, w));
  out.add(section_of({half - root, (half - root).conj()}, w));
}

inline double warped(hertz f, hertz rate) noexcept {
  double const angle = math::pi * f.value / rate.value;
  return math::sin(angle) / math::cos(angle);
}

}  // namespace detail

inline result<biquad_sections> design_butterworth(butterworth_params const& p, hertz rate) noexcept {
  bool const two_edges = p.band == filter_band::bandpass || p.band == filter_band::bandstop;
  hertz const last = two_edges ? p.high : p.low;
  if (p.order < 1 || p.order > static_cast<int>(max_biquad_sections)) {
    return error{errc::invalid_argument, "butterworth", "give an order from 1 to 12"};
  }
  if (!(p.low.value > 0) || !(last.value < 0.5 * rate.value) || (two_edges && !(p.low < p.high))) {
    return error{errc::invalid_argument, "butterworth", "give edges with 0 < low < high < half the sampling rate"};
  }
  double const low = detail::warped(p.low, rate);
  detail::warped_band w{p.band, low, 0};
  if (two_edges) {
    double const high = detail::warped(p.high, rate);
    w.centre = math::sqrt(low * high);
    w.width = high - low;
  }
  biquad_sections out;
  auto const turns = static_cast<std::uint64_t>(4 * p.order);
  for (int k = 0; 2 * k + 1 < p.order; ++k) {
    auto const i = static_cast<std::uint64_t>(2 * k + 1 + p.order);
    detail::add_sections({math::cos_turns(i, turns), math::sin_turns(i, turns)}, w, out);
  }
  if (p.order % 2 == 1) detail::add_sections({-1, 0}, w, out);
  return out;
}

inline complex_gain response(biquad_sections const& filter, hertz frequency, hertz rate) noexcept {
  double const angle = 2 * math::pi * frequency.value / rate.value;
  detail::complex_number const z1{math::cos(angle), -math::sin(angle)}, z2 = z1 * z1;
  detail::complex_number h{1, 0};
  for (auto const& s : filter.all()) {
    auto const above = detail::complex_number{s.b0, 0} + s.b1 * z1 + s.b2 * z2;
    auto const below = detail::complex_number{1, 0} + s.a1 * z1 + s.a2 * z2;
    h = h * (above / below);
  }
  return {h.re, h.im};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
