// native_fft -- Fourier transforms of any length, ours, on arena memory.
//
// What      The fft concept (pdm/dsp/fft.hpp) without a dependency: mixed radix 8, 4, 2, 3, 5, Bluestein for the
//           rest; a real transform of even length runs as a complex one of half the length.
// NB        Next to a power of two, lengths with a prime factor above 5 cost about ten times as much, and those
//           without the factor 16 (complex: 8) about six times, because they do not run in vectors. No need to pad,
//           though: the answer is exact for the length asked for.
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
  std::span<T> turn_;     // even: -j e^(-2 pi j k / n) for k <= n/4, interleaved
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
        turn_[2 * k] = static_cast<T>(root.im);  // -j w
        turn_[2 * k + 1] = static_cast<T>(-root.re);
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
  half_.forward(x.data(), parts(spectrum.data()));
  split_halves(spectrum);
}

template <class T>
void native_fft<T>::inverse(std::span<complex const> spectrum, std::span<T> x) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::real) && spectrum.size() == n_ / 2 + 1 && x.size() == n_)) return;
  if (!even(n_)) return inverse_odd(spectrum, x);
  join_halves(spectrum);
  half_.inverse(scratch_.data(), x.data(), T(1));
}

// Spectrum of the real signal, in the place of Z, the spectrum of x[2i] + j x[2i+1]: with h = n/2
// X[k] = (Z[k] + Z*[h-k]) / 2 - j w^k (Z[k] - Z*[h-k]) / 2; X[h-k] follows from the same terms.
template <class T>
void native_fft<T>::split_halves(std::span<complex> spectrum) noexcept {
  std::size_t const h = n_ / 2;
  T* const z = parts(spectrum.data());
  T const first = z[0], second = z[1];
  z[0] = first + second;
  z[1] = T(0);
  z[2 * h] = first - second;
  z[2 * h + 1] = T(0);
  detail::pair_lines<T, false>(z, z, turn_.data(), h, T(0.5));
}

// The other way: Z[k] = (X[k] + X*[h-k]) + j w^-k (X[k] - X*[h-k]), times 1/n.
template <class T>
void native_fft<T>::join_halves(std::span<complex const> spectrum) noexcept {
  std::size_t const h = n_ / 2;
  T const scale = T(1) / static_cast<T>(n_);
  T* const z = scratch_.data();
  T const* const x = parts(spectrum.data());
  z[0] = (x[0] + x[2 * h]) * scale;
  z[1] = (x[0] - x[2 * h]) * scale;
  detail::pair_lines<T, true>(x, z, turn_.data(), h, scale);
}

template <class T>
void native_fft<T>::forward_odd(std::span<T const> x, std::span<complex> spectrum) noexcept {
  T* const in = scratch_.data();
  T* const out = in + 2 * n_;
  for (std::size_t i = 0; i < n_; ++i) {
    in[2 * i] = x[i];
    in[2 * i + 1] = T(0);
  }
  whole_.forward(in, out);
  for (std::size_t k = 0; k < spectrum.size(); ++k) spectrum[k] = complex(out[2 * k], out[2 * k + 1]);
  spectrum[0] = complex(out[0], T(0));
}

template <class T>
void native_fft<T>::inverse_odd(std::span<complex const> spectrum, std::span<T> x) noexcept {
  T* const in = scratch_.data();
  T* const out = in + 2 * n_;
  in[0] = spectrum[0].real();
  in[1] = T(0);
  for (std::size_t k = 1; k < spectrum.size(); ++k) {
    in[2 * k] = in[2 * (n_ - k)] = spectrum[k].real();
    in[2 * k + 1] = spectrum[k].imag();
    in[2 * (n_ - k) + 1] = -spectrum[k].imag();
  }
  whole_.inverse(in, out, T(1) / static_cast<T>(n_));
  for (std::size_t i = 0; i < n_; ++i) x[i] = out[2 * i];
}

template <class T>
void native_fft<T>::forward_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::complex) && in.size() == n_ && out.size() == n_)) return;
  whole_.forward(parts(in.data()), parts(out.data()));
}

template <class T>
void native_fft<T>::inverse_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && uses(use_, fft_use::complex) && in.size() == n_ && out.size() == n_)) return;
  whole_.inverse(parts(in.data()), parts(out.data()), T(1) / static_cast<T>(n_));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
