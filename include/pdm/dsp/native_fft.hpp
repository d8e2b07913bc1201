// native_fft -- Fourier transforms of any length, ours, on arena memory.
//
// What      The fft concept (pdm/dsp/fft.hpp) without a dependency: mixed radix 16, 8, 4, 2, 5, 3, Bluestein for the
//           rest; a real transform of even length runs as a complex one of half the length.
// NB        Multiples of 16 (real: 32) are fastest. No need to pad, though: the answer is exact for the length asked
// for. Source    Real transform from half-length complex: Van Loan, Computational Frameworks for the FFT (1992), 4.3.
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
#include "pdm/dsp/fft_progress.hpp"
#include "pdm/dsp/fft_use.hpp"
#include "pdm/dsp/native_fft_chirp.hpp"

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

  // The same transforms a piece at a time (fft_progress.hpp): about `budget` values from `at` on, to the same bits.
  // True: the result is complete and `at` at its start again. A violation does nothing and returns true.
  bool forward_piece(std::span<T const> x, std::span<complex> spectrum, fft_progress& at, std::size_t budget) noexcept;
  bool inverse_piece(std::span<complex const> spectrum, std::span<T> x, fft_progress& at, std::size_t budget) noexcept;
  bool forward_complex_piece(std::span<complex const> in, std::span<complex> out, fft_progress& at,
                             std::size_t budget) noexcept;
  bool inverse_complex_piece(std::span<complex const> in, std::span<complex> out, fft_progress& at,
                             std::size_t budget) noexcept;
  // The work of a whole transform in values: forward and inverse, real or complex, take the same.
  [[nodiscard]] std::size_t work(fft_use one) const noexcept;

 private:
  using fft_stage = detail::fft_stage;
  static T const* parts(complex const* p) noexcept { return reinterpret_cast<T const*>(p); }
  static T* parts(complex* p) noexcept { return reinterpret_cast<T*>(p); }
  static bool even(std::size_t n) noexcept { return n % 2 == 0; }
  // An odd length has one complex plan for both uses; an even one transforms its halves as one complex signal.
  static bool needs_whole(std::size_t n, fft_use use) noexcept { return uses(use, fft_use::complex) || !even(n); }
  [[nodiscard]] bool accepts(std::size_t reals, std::size_t bins) const noexcept {
    return n_ != 0 && uses(use_, fft_use::real) && reals == n_ && bins == n_ / 2 + 1;
  }
  [[nodiscard]] bool accepts_complex(std::size_t in, std::size_t out) const noexcept {
    return n_ != 0 && uses(use_, fft_use::complex) && in == n_ && out == n_;
  }

  // The stages of a real transform: those of the complex one, and of an even length one for the pairs of lines, of an
  // odd length one before and one after it to copy.
  static constexpr std::size_t unit = 8;  // pairs or numbers in a unit of these
  [[nodiscard]] std::size_t real_stages() const noexcept { return even(n_) ? half_.stages() + 1 : whole_.stages() + 2; }
  [[nodiscard]] fft_stage forward_stage(std::size_t i) const noexcept;
  [[nodiscard]] fft_stage inverse_stage(std::size_t i) const noexcept;
  [[nodiscard]] fft_stage pair_stage() const noexcept { return {n_ / 4 / unit + 1, 2 * unit}; }
  [[nodiscard]] fft_stage copy_stage() const noexcept { return {(n_ + unit - 1) / unit, unit}; }
  void run_forward(std::size_t i, std::size_t first, std::size_t last, T const* x, T* spectrum) noexcept;
  void run_inverse(std::size_t i, std::size_t first, std::size_t last, T const* spectrum, T* x) noexcept;
  void split_halves(T* z, std::size_t first, std::size_t last) noexcept;
  void join_halves(T const* x, std::size_t first, std::size_t last) noexcept;
  void widen(T const* x, std::size_t first, std::size_t last) noexcept;
  void mirror(T const* spectrum, std::size_t first, std::size_t last) noexcept;
  [[nodiscard]] T factor() const noexcept { return T(1) / static_cast<T>(n_); }

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
  if (!PDM_EXPECTS(accepts(x.size(), spectrum.size()))) return;
  T* const z = parts(spectrum.data());
  if (even(n_)) {
    half_.template run_all<false>(x.data(), z, T(1));
    return split_halves(z, 0, pair_stage().units);
  }
  for (std::size_t i = 0; i < real_stages(); ++i) run_forward(i, 0, forward_stage(i).units, x.data(), z);
}

template <class T>
void native_fft<T>::inverse(std::span<complex const> spectrum, std::span<T> x) noexcept {
  if (!PDM_EXPECTS(accepts(x.size(), spectrum.size()))) return;
  T const* const z = parts(spectrum.data());
  if (even(n_)) {
    join_halves(z, 0, pair_stage().units);
    return half_.template run_all<true>(scratch_.data(), x.data(), T(1));
  }
  for (std::size_t i = 0; i < real_stages(); ++i) run_inverse(i, 0, inverse_stage(i).units, z, x.data());
}

template <class T>
void native_fft<T>::forward_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(accepts_complex(in.size(), out.size()))) return;
  whole_.template run_all<false>(parts(in.data()), parts(out.data()), T(1));
}

template <class T>
void native_fft<T>::inverse_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(accepts_complex(in.size(), out.size()))) return;
  whole_.template run_all<true>(parts(in.data()), parts(out.data()), factor());
}

template <class T>
bool native_fft<T>::forward_piece(std::span<T const> x, std::span<complex> spectrum, fft_progress& at,
                                  std::size_t budget) noexcept {
  if (!PDM_EXPECTS(accepts(x.size(), spectrum.size()))) return true;
  return detail::run_pieces(
      real_stages(), [&](std::size_t i) { return forward_stage(i); }, at, budget,
      [&](std::size_t i, std::size_t first, std::size_t last) {
        run_forward(i, first, last, x.data(), parts(spectrum.data()));
      });
}

template <class T>
bool native_fft<T>::inverse_piece(std::span<complex const> spectrum, std::span<T> x, fft_progress& at,
                                  std::size_t budget) noexcept {
  if (!PDM_EXPECTS(accepts(x.size(), spectrum.size()))) return true;
  return detail::run_pieces(
      real_stages(), [&](std::size_t i) { return inverse_stage(i); }, at, budget,
      [&](std::size_t i, std::size_t first, std::size_t last) {
        run_inverse(i, first, last, parts(spectrum.data()), x.data());
      });
}

template <class T>
bool native_fft<T>::forward_complex_piece(std::span<complex const> in, std::span<complex> out, fft_progress& at,
                                          std::size_t budget) noexcept {
  if (!PDM_EXPECTS(accepts_complex(in.size(), out.size()))) return true;
  return detail::run_pieces(
      whole_.stages(), [&](std::size_t i) { return whole_.stage(i); }, at, budget,
      [&](std::size_t i, std::size_t first, std::size_t last) {
        whole_.template run<false>(i, first, last, parts(in.data()), parts(out.data()), T(1));
      });
}

template <class T>
bool native_fft<T>::inverse_complex_piece(std::span<complex const> in, std::span<complex> out, fft_progress& at,
                                          std::size_t budget) noexcept {
  if (!PDM_EXPECTS(accepts_complex(in.size(), out.size()))) return true;
  return detail::run_pieces(
      whole_.stages(), [&](std::size_t i) { return whole_.stage(i); }, at, budget,
      [&](std::size_t i, std::size_t first, std::size_t last) {
        whole_.template run<true>(i, first, last, parts(in.data()), parts(out.data()), factor());
      });
}

template <class T>
std::size_t native_fft<T>::work(fft_use one) const noexcept {
  if (n_ == 0 || !uses(use_, one)) return 0;
  if (one == fft_use::real) {
    return detail::total_values(real_stages(), [&](std::size_t i) { return forward_stage(i); });
  }
  return detail::total_values(whole_.stages(), [&](std::size_t i) { return whole_.stage(i); });
}

template <class T>
detail::fft_stage native_fft<T>::forward_stage(std::size_t i) const noexcept {
  if (even(n_)) return i < half_.stages() ? half_.stage(i) : pair_stage();
  return i == 0 || i > whole_.stages() ? copy_stage() : whole_.stage(i - 1);
}
template <class T>
detail::fft_stage native_fft<T>::inverse_stage(std::size_t i) const noexcept {
  if (even(n_)) return i == 0 ? pair_stage() : half_.stage(i - 1);
  return forward_stage(i);
}

template <class T>
void native_fft<T>::run_forward(std::size_t i, std::size_t first, std::size_t last, T const* x, T* spectrum) noexcept {
  if (even(n_)) {
    if (i == half_.stages()) return split_halves(spectrum, first, last);
    return half_.template run<false>(i, first, last, x, spectrum, T(1));
  }
  T* const out = scratch_.data() + 2 * n_;
  if (i == 0) return widen(x, first, last);
  if (i <= whole_.stages()) return whole_.template run<false>(i - 1, first, last, scratch_.data(), out, T(1));
  std::size_t const end = last * unit < n_ / 2 + 1 ? last * unit : n_ / 2 + 1;
  for (std::size_t k = 2 * first * unit; k < 2 * end; ++k) spectrum[k] = k == 1 ? T(0) : out[k];
}

template <class T>
void native_fft<T>::run_inverse(std::size_t i, std::size_t first, std::size_t last, T const* spectrum, T* x) noexcept {
  if (even(n_)) {
    if (i == 0) return join_halves(spectrum, first, last);
    return half_.template run<true>(i - 1, first, last, scratch_.data(), x, T(1));
  }
  T* const out = scratch_.data() + 2 * n_;
  if (i == 0) return mirror(spectrum, first, last);
  if (i <= whole_.stages()) return whole_.template run<true>(i - 1, first, last, scratch_.data(), out, factor());
  std::size_t const end = last * unit < n_ ? last * unit : n_;
  for (std::size_t k = first * unit; k < end; ++k) x[k] = out[2 * k];
}

// Spectrum of the real signal, in the place of Z, the spectrum of x[2i] + j x[2i+1]: with h = n/2
// X[k] = (Z[k] + Z*[h-k]) / 2 - j w^k (Z[k] - Z*[h-k]) / 2; X[h-k] follows from the same terms.
template <class T>
void native_fft<T>::split_halves(T* z, std::size_t first, std::size_t last) noexcept {
  std::size_t const h = n_ / 2, end = last * unit < h / 2 ? last * unit : h / 2;
  if (first == 0) {
    T const even_sum = z[0], odd_sum = z[1];
    z[0] = even_sum + odd_sum;
    z[1] = T(0);
    z[2 * h] = even_sum - odd_sum;
    z[2 * h + 1] = T(0);
  }
  detail::pair_lines<T, false>(z, z, turn_.data(), h, T(0.5), 1 + first * unit, 1 + end);
}

// The other way: Z[k] = (X[k] + X*[h-k]) + j w^-k (X[k] - X*[h-k]), times 1/n.
template <class T>
void native_fft<T>::join_halves(T const* x, std::size_t first, std::size_t last) noexcept {
  std::size_t const h = n_ / 2, end = last * unit < h / 2 ? last * unit : h / 2;
  T* const z = scratch_.data();
  if (first == 0) {
    z[0] = (x[0] + x[2 * h]) * factor();
    z[1] = (x[0] - x[2 * h]) * factor();
  }
  detail::pair_lines<T, true>(x, z, turn_.data(), h, factor(), 1 + first * unit, 1 + end);
}

// The real signal as a complex one.
template <class T>
void native_fft<T>::widen(T const* x, std::size_t first, std::size_t last) noexcept {
  T* const in = scratch_.data();
  std::size_t const end = last * unit < n_ ? last * unit : n_;
  for (std::size_t i = first * unit; i < end; ++i) {
    in[2 * i] = x[i];
    in[2 * i + 1] = T(0);
  }
}

// Both halves of the spectrum of a real signal of odd length.
template <class T>
void native_fft<T>::mirror(T const* spectrum, std::size_t first, std::size_t last) noexcept {
  T* const in = scratch_.data();
  std::size_t const end = last * unit < n_ ? last * unit : n_;
  for (std::size_t k = first * unit; k < end; ++k) {
    bool const mirrored = 2 * k > n_;
    std::size_t const from = mirrored ? n_ - k : k;
    in[2 * k] = spectrum[2 * from];
    in[2 * k + 1] = k == 0 ? T(0) : mirrored ? -spectrum[2 * from + 1] : spectrum[2 * from + 1];
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
