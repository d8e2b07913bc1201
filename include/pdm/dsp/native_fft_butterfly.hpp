// native_fft_butterfly -- the discrete Fourier transform of 2, 3, 4 or 5 values, and the turns that make 8 and 16 of
// it.
//
// What      In place on real and imaginary parts kept apart, natural order out, sign -; on numbers or vectors of them.
// NB        An inner part of native_fft: use that.
// Source    Van Loan, Computational Frameworks for the Fast Fourier Transform (SIAM 1992), 1.7 and 2.5.
#pragma once

#include <cstddef>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

// Butterflies in place on R values, natural order out, sign -.
template <std::size_t R, class V, class T>
[[gnu::always_inline]] inline void butterfly(V (&x)[R], V (&y)[R]) noexcept {
  if constexpr (R == 2) {
    V const a = x[0] - x[1], b = y[0] - y[1];
    x[0] = x[0] + x[1];
    y[0] = y[0] + y[1];
    x[1] = a;
    y[1] = b;
  } else if constexpr (R == 3) {
    constexpr T s = T(0.86602540378443864676);
    V const ar = x[1] + x[2], ai = y[1] + y[2];
    V const dr = (x[1] - x[2]) * s, di = (y[1] - y[2]) * s;
    V const cr = x[0] - ar * T(0.5), ci = y[0] - ai * T(0.5);
    x[0] = x[0] + ar;
    y[0] = y[0] + ai;
    x[1] = cr + di;
    y[1] = ci - dr;
    x[2] = cr - di;
    y[2] = ci + dr;
  } else if constexpr (R == 4) {
    V const ar = x[0] + x[2], ai = y[0] + y[2], br = x[0] - x[2], bi = y[0] - y[2];
    V const cr = x[1] + x[3], ci = y[1] + y[3], dr = x[1] - x[3], di = y[1] - y[3];
    x[0] = ar + cr;
    y[0] = ai + ci;
    x[1] = br + di;
    y[1] = bi - dr;
    x[2] = ar - cr;
    y[2] = ai - ci;
    x[3] = br - di;
    y[3] = bi + dr;
  } else if constexpr (R == 5) {
    constexpr T c1 = T(0.30901699437494742410), c2 = T(-0.80901699437494742410);
    constexpr T s1 = T(0.95105651629515357212), s2 = T(0.58778525229247312917);
    V const ar = x[1] + x[4], ai = y[1] + y[4], br = x[2] + x[3], bi = y[2] + y[3];
    V const cr = x[1] - x[4], ci = y[1] - y[4], dr = x[2] - x[3], di = y[2] - y[3];
    V const pr = x[0] + (ar * c1 + br * c2), pi = y[0] + (ai * c1 + bi * c2);
    V const qr = x[0] + (ar * c2 + br * c1), qi = y[0] + (ai * c2 + bi * c1);
    V const ur = cr * s1 + dr * s2, ui = ci * s1 + di * s2;
    V const vr = cr * s2 - dr * s1, vi = ci * s2 - di * s1;
    x[0] = x[0] + (ar + br);
    y[0] = y[0] + (ai + bi);
    x[1] = pr + ui;
    y[1] = pi - ur;
    x[4] = pr - ui;
    y[4] = pi + ur;
    x[2] = qr + vi;
    y[2] = qi - vr;
    x[3] = qr - vi;
    y[3] = qi + vr;
  }
}

// A value times e^(-2 pi j K / 16).
template <std::size_t K, class V, class T>
[[gnu::always_inline]] inline void turn_16(V& re, V& im) noexcept {
  constexpr T h = T(0.70710678118654752440), c = T(0.92387953251128673848), s = T(0.38268343236508978178);
  V const x = re, y = im;
  if constexpr (K == 1) re = x * c + y * s, im = y * c - x * s;
  if constexpr (K == 2) re = (x + y) * h, im = (y - x) * h;
  if constexpr (K == 3) re = x * s + y * c, im = y * s - x * c;
  if constexpr (K == 4) re = y, im = -x;
  if constexpr (K == 6) re = (y - x) * h, im = (x + y) * -h;
  if constexpr (K == 9) re = x * -c - y * s, im = x * s - y * c;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail
