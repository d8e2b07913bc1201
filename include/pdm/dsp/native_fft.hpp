// native_fft -- Fourier transforms of any length, ours, on arena memory.
//
// What      The fft concept (pdm/dsp/fft.hpp) without a dependency: mixed radix 8, 4, 2, 3, 5, Bluestein for the
//           rest; a real transform of even length runs as a complex one of half the length.
// NB        Lengths with a prime factor above 5 cost about eight times a neighbouring power of two. There is no need
//           to pad: the answer is exact for the length asked for.
// Source    Real transform from half-length complex: Van Loan, Computational Frameworks for the FFT (1992), 4.3.
// Accuracy  Largest error of a bin, relative to the root of the sum of squares of the spectrum's bins divided by
//           their number (RMS): below 4 eps log2(2n) for lengths of 2, 3 and 5, three times that for the others;
//           eps = 1.2e-7 (float), 2.2e-16 (double). tests/dsp/native_fft_test.cpp produces the figure.
//           The bits do not depend on the CPU.
// Cost      O(n log n), no allocation. Memory: footprint(n, use), exact. prepare is O(n log n) too.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <type_traits>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/fft_use.hpp"
#include "pdm/dsp/native_fft_plan.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <class T>
class native_fft {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);

 public:
  using value_type = T;
  using complex = std::complex<T>;

  // Bytes that prepare takes, exactly; 0 for a length that prepare refuses.
  [[nodiscard]] static std::size_t footprint(std::size_t n, fft_use use = fft_use::both) noexcept;
  [[nodiscard]] status prepare(std::size_t n, arena& memory, fft_use use = fft_use::both) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return n_; }

  void forward(std::span<T const> x, std::span<complex> spectrum) noexcept;
  void inverse(std::span<complex const> spectrum, std::span<T> x) noexcept;
  void forward_complex(std::span<complex const> in, std::span<complex> out) noexcept;
  void inverse_complex(std::span<complex const> in, std::span<complex> out) noexcept;

 private:
  static T const* parts(complex const* p) noexcept { return reinterpret_cast<T const*>(p); }
  static T* parts(complex* p) noexcept { return reinterpret_cast<T*>(p); }
  static bool even(std::size_t n) noexcept { return n % 2 == 0; }
  // An odd length has one complex plan for both uses; an even one transforms its halves as one complex signal.
  static bool needs_whole(std::size_t n, fft_use use) noexcept { return uses(use, fft_use::complex) || !even(n); }
  void forward_odd(std::span<T const> x, std::span<complex> spectrum) noexcept;
  void inverse_odd(std::span<complex const> spectrum, std::span<T> x) noexcept;
  void split_halves(std::span<complex> spectrum) noexcept;
  void join_halves(std::span<complex const> spectrum) noexcept;

  std::size_t n_ = 0;
  fft_use use_ = fft_use::both;
  detail::complex_plan<T> whole_, half_;
  std::span<T> turn_;     // even: e^(-2 pi j k / n) for k <= n/4: real parts, then imaginary parts
  std::span<T> scratch_;  // even: n; odd: 4 n
};

// ---- bodies ----

template <class T>
std::size_t native_fft<T>::footprint(std::size_t n, fft_use use) noexcept {
  if (n == 0 || n > max_fft_length) return 0;
  std::size_t bytes = needs_whole(n, use) ? detail::complex_plan<T>::footprint(n) : 0;
  if (!uses(use, fft_use::real)) return bytes;
  if (!even(n)) return bytes + arena::bytes<T>(4 * n);
  return bytes + detail::complex_plan<T>::footprint(n / 2) + arena::bytes<T>(2 * (n / 4 + 1)) + arena::bytes<T>(n);
}

template <class T>
status native_fft<T>::prepare(std::size_t n, arena& memory, fft_use use) noexcept {
  n_ = 0;
  if (n == 0 || n > max_fft_length) {
    return error{errc::invalid_argument, "native_fft", "length must be 1 to 2^24 samples"};
  }
  if (needs_whole(n, use)) {
    if (auto s = whole_.prepare(n, memory); !s) return s;
  }
  if (uses(use, fft_use::real)) {
    if (even(n)) {
      if (auto s = half_.prepare(n / 2, memory); !s) return s;
      auto turn = memory.take<T>(2 * (n / 4 + 1));
      if (!turn) return turn.error();
      turn_ = *turn;
      for (std::size_t k = 0; k <= n / 4; ++k) {
        auto const root = detail::root_of_unity(k, n);
        turn_[k] = static_cast<T>(root.re);
        turn_[n / 4 + 1 + k] = static_cast<T>(root.im);
      }
    }
    auto scratch = memory.take<T>(even(n) ? n : 4 * n);
    if (!scratch) return scratch.error();
    scratch_ = *scratch;
  }
  n_ = n;
  use_ = use;
  return {};
}

template <class T>
void native_fft<T>::forward(std::span<T const> x, std::span<complex> spectrum) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::real) && x.size() == n_ && spectrum.size() == n_ / 2 + 1)) return;
  if (!even(n_)) return forward_odd(x, spectrum);
  T* const z = scratch_.data();
  half_.run({x.data(), x.data() + 1, 2}, {z, z + n_ / 2, 1});
  split_halves(spectrum);
}

template <class T>
void native_fft<T>::inverse(std::span<complex const> spectrum, std::span<T> x) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::real) && spectrum.size() == n_ / 2 + 1 && x.size() == n_)) return;
  if (!even(n_)) return inverse_odd(spectrum, x);
  join_halves(spectrum);
  T* const z = scratch_.data();
  half_.run({z + n_ / 2, z, 1}, {x.data() + 1, x.data(), 2});
}

// Spectrum of the real signal from Z, the spectrum of x[2i] + j x[2i+1]:
// X[k] = (Z[k] + Z*[h-k]) / 2 - j w^k (Z[k] - Z*[h-k]) / 2, with h = n/2; X[h-k] follows from the same terms.
template <class T>
void native_fft<T>::split_halves(std::span<complex> spectrum) noexcept {
  std::size_t const h = n_ / 2;
  T const* const re = scratch_.data();
  T const* const im = re + h;
  T* const out = parts(spectrum.data());
  out[0] = re[0] + im[0];
  out[1] = T(0);
  out[2 * h] = re[0] - im[0];
  out[2 * h + 1] = T(0);
  for (std::size_t k = 1; k <= h / 2; ++k) {
    T const ar = T(0.5) * (re[k] + re[h - k]), ai = T(0.5) * (im[k] - im[h - k]);
    T const br = T(0.5) * (im[k] + im[h - k]), bi = T(0.5) * (re[h - k] - re[k]);
    T const c = turn_[k], s = turn_[n_ / 4 + 1 + k];
    T const tr = br * c - bi * s, ti = br * s + bi * c;
    out[2 * k] = ar + tr;
    out[2 * k + 1] = ai + ti;
    out[2 * (h - k)] = ar - tr;
    out[2 * (h - k) + 1] = ti - ai;
  }
}

// The other way: Z[k] = (X[k] + X*[h-k]) + j w^-k (X[k] - X*[h-k]), times 1/n.
template <class T>
void native_fft<T>::join_halves(std::span<complex const> spectrum) noexcept {
  std::size_t const h = n_ / 2;
  T const scale = T(1) / static_cast<T>(n_);
  T* const re = scratch_.data();
  T* const im = re + h;
  T const* const in = parts(spectrum.data());
  re[0] = (in[0] + in[2 * h]) * scale;
  im[0] = (in[0] - in[2 * h]) * scale;
  for (std::size_t k = 1; k <= h / 2; ++k) {
    T const xr = in[2 * k] * scale, xi = in[2 * k + 1] * scale;
    T const yr = in[2 * (h - k)] * scale, yi = in[2 * (h - k) + 1] * scale;
    T const ar = xr + yr, ai = xi - yi, dr = xr - yr, di = xi + yi;
    T const c = turn_[k], s = turn_[n_ / 4 + 1 + k];
    T const tr = dr * c + di * s, ti = di * c - dr * s;
    re[k] = ar - ti;
    im[k] = ai + tr;
    re[h - k] = ar + ti;
    im[h - k] = tr - ai;
  }
}

template <class T>
void native_fft<T>::forward_odd(std::span<T const> x, std::span<complex> spectrum) noexcept {
  T* const in = scratch_.data();
  T* const out = in + 2 * n_;
  for (std::size_t i = 0; i < n_; ++i) {
    in[i] = x[i];
    in[n_ + i] = T(0);
  }
  whole_.run({in, in + n_, 1}, {out, out + n_, 1});
  for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] = complex(out[k], out[n_ + k]);
  spectrum[0] = complex(out[0], T(0));
}

template <class T>
void native_fft<T>::inverse_odd(std::span<complex const> spectrum, std::span<T> x) noexcept {
  T const scale = T(1) / static_cast<T>(n_);
  T* const in = scratch_.data();
  T* const out = in + 2 * n_;
  in[0] = spectrum[0].real() * scale;
  in[n_] = T(0);
  for (std::size_t k = 1; k < spectrum.size(); ++k) {
    T const re = spectrum[k].real() * scale, im = spectrum[k].imag() * scale;
    in[k] = in[n_ - k] = re;
    in[n_ + k] = im;
    in[2 * n_ - k] = -im;
  }
  whole_.run({in + n_, in, 1}, {out + n_, out, 1});
  for (std::size_t i = 0; i < n_; ++i) x[i] = out[i];
}

template <class T>
void native_fft<T>::forward_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::complex) && in.size() == n_ && out.size() == n_)) return;
  T const* const z = parts(in.data());
  T* const y = parts(out.data());
  whole_.run({z, z + 1, 2}, {y, y + 1, 2});
}

template <class T>
void native_fft<T>::inverse_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::complex) && in.size() == n_ && out.size() == n_)) return;
  T const* const z = parts(in.data());
  T* const y = parts(out.data());
  whole_.run({z + 1, z, 2}, {y + 1, y, 2});
  T const scale = T(1) / static_cast<T>(n_);
  for (std::size_t i = 0; i < 2 * n_; ++i) y[i] *= scale;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
