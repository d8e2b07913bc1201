// native_fft_plan -- the complex transform of lengths of 2, 3 and 5 behind native_fft.
//
// What      Stockham's self-sorting transform by factors 16, 8, 4, 2, 5 and 3, one stage a factor, every stage cut into
//           units that may be run apart. Between the stages real and imaginary parts are kept apart.
// NB        An inner part of native_fft: use that. Other lengths: native_fft_chirp.hpp.
// Source    Van Loan, Computational Frameworks for the Fast Fourier Transform (SIAM 1992), 1.7.
//           A pass of factor r behind the product l of earlier factors, m = n / (l r), w = e^(-2 pi j / (l r)):
//           B[j][k'][q] = sum_k A[k][j][q] w^(k q) e^(-2 pi j k k' / r),  A as [r][m][l], B as [m][r][l].
// Cost      O(n log n); twiddles and work memory come from the arena in prepare().
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/simd.hpp"
#include "pdm/dsp/fft_progress.hpp"
#include "pdm/dsp/native_fft_butterfly.hpp"
#include "pdm/dsp/native_fft_roots.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

template <class T>
inline constexpr std::size_t block_size = 64 / sizeof(T);  // B, numbers in a cache line and in the widest vector

// Where real part e stands, B of them in a row: group * (e - e % B) + step * (e % B); its imaginary part im further.
struct spread {
  std::size_t group = 1, step = 1;
  std::ptrdiff_t im = 0;
  template <class T>
  [[nodiscard]] constexpr std::size_t place(std::size_t e) const noexcept {
    return group * (e - e % block_size<T>)+step * (e % block_size<T>);
  }
};

// One pass: l is the product of the earlier factors, m = n / (l radix); inner: between the passes.
struct pass_shape {
  std::size_t index = 0, radix = 1, l = 1, m = 1;
  bool last = false;
  spread inner{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail

#define PDM_SIMD_WIDE
#define PDM_SIMD_BODY "pdm/dsp/native_fft_kernels.inl"
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

#if PDM_SIMD_X86
#define PDM_FFT_KERNEL(n, ...)                                             \
  (simd::best() >= simd::level::avx512 && (n) >= 512 ? avx512::__VA_ARGS__ \
   : simd::best() >= simd::level::avx2 && (n) >= 128 ? avx2::__VA_ARGS__   \
                                                     : base::__VA_ARGS__)
#else
#define PDM_FFT_KERNEL(n, ...) base::__VA_ARGS__
#endif

// See pair_pass and multiply in native_fft_kernels.inl.
template <class T, bool Conjugate>
void pair_lines(T const* in, T* out, T const* v, std::size_t h, T factor, std::size_t first,
                std::size_t last) noexcept {
  PDM_FFT_KERNEL(h, pair_pass<T, Conjugate>(in, out, v, h, factor, first, last));
}
template <class T, bool SwapIn, bool SwapOut>
void multiply(T const* a, T const* b, T* out, std::size_t n) noexcept {
  PDM_FFT_KERNEL(n, multiply<T, SwapIn, SwapOut>(a, b, out, n));
}

// A length made of 2, 3 and 5 alone. Multiples of 16 are fastest.
template <class T>
class smooth_plan {
 public:
  [[nodiscard]] static std::size_t footprint(std::size_t n) noexcept;
  [[nodiscard]] status prepare(std::size_t n, arena& memory) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return n_; }
  [[nodiscard]] std::size_t stages() const noexcept { return factors_.count == 0 ? 1 : factors_.count; }
  [[nodiscard]] fft_stage stage(std::size_t i) const noexcept { return stage_of(shape(i)); }
  // Interleaved complex numbers; in and out must not overlap. Inverse: times n scale, which is the forward transform
  // with the parts exchanged; forward takes a scale of 1. Units [first, last) of stage i; all of them in order are the
  // transform.
  template <bool Inverse>
  void run(std::size_t i, std::size_t first, std::size_t last, T const* in, T* out, T scale) const noexcept;
  template <bool Inverse>
  void run_all(T const* in, T* out, T scale) const noexcept;

 private:
  static constexpr std::size_t b = block_size<T>;
  [[nodiscard]] static std::size_t blocks(std::size_t l) noexcept { return (l + b - 1) / b; }
  // Twiddles of a pass: k = 1 .. r-1 for l values and B more, or a block of B for each of the blocks.
  [[nodiscard]] static std::size_t twiddle_count(std::size_t r, std::size_t l) noexcept {
    return l == 1 ? 0 : l < b ? 2 * (r - 1) * (l + b) : 2 * (r - 1) * b * blocks(l);
  }
  [[nodiscard]] static std::size_t twiddle_count(fft_factors const& f) noexcept;
  [[nodiscard]] static std::size_t work_count(fft_factors const& f, std::size_t n) noexcept {
    return f.count > 1 ? 2 * n : 0;
  }
  void fill_short(T* w, std::size_t r, std::size_t l) noexcept;
  void fill_long(T* w, std::size_t r, std::size_t l) noexcept;

  [[nodiscard]] spread inner() const noexcept;
  [[nodiscard]] pass_shape shape(std::size_t i) const noexcept;
  [[nodiscard]] pass_shape next(pass_shape const& p) const noexcept;
  [[nodiscard]] static fft_stage stage_of(pass_shape const& p) noexcept;
  [[nodiscard]] T const* twiddles_of(std::size_t i) const noexcept;
  template <bool Inverse>
  void run_pass(pass_shape const& p, T const* twiddles, std::size_t first, std::size_t last, T const* in, T* out,
                T scale) const noexcept;

  std::size_t n_ = 0;
  fft_factors factors_;
  // For every pass but the first and k = 1 .. r-1: e^(-2 pi j k q / (l r)). In blocks, [q / B][k] of B real and B
  // imaginary parts, the last block beginning at l - B; where l < B, [k] of l + B real and as many imaginary parts,
  // q counted round.
  std::span<T> twiddles_;
  std::span<T> work_;
};

// ---- bodies ----

template <class T>
std::size_t smooth_plan<T>::twiddle_count(fft_factors const& f) noexcept {
  std::size_t total = 0, l = 1;
  for (std::size_t i = 0; i < f.count; ++i) {
    total += twiddle_count(f.radix[i], l);
    l *= f.radix[i];
  }
  return total;
}

template <class T>
std::size_t smooth_plan<T>::footprint(std::size_t n) noexcept {
  auto const f = factor_length(n);
  return arena::bytes<T>(twiddle_count(f)) + arena::bytes<T>(work_count(f, n));
}

template <class T>
status smooth_plan<T>::prepare(std::size_t n, arena& memory) noexcept {
  factors_ = factor_length(n);
  auto twiddles = memory.take<T>(twiddle_count(factors_));
  if (!twiddles) return twiddles.error();
  auto work = memory.take<T>(work_count(factors_, n));
  if (!work) return work.error();
  twiddles_ = *twiddles;
  work_ = *work;
  n_ = n;
  T* w = twiddles_.data();
  for (std::size_t i = 0, l = 1; i < factors_.count; ++i) {
    std::size_t const r = factors_.radix[i];
    if (l >= b) fill_long(w, r, l);
    if (l > 1 && l < b) fill_short(w, r, l);
    w += twiddle_count(r, l);
    l *= r;
  }
  return {};
}

template <class T>
void smooth_plan<T>::fill_short(T* w, std::size_t r, std::size_t l) noexcept {
  for (std::size_t k = 1; k < r; ++k, w += 2 * (l + b)) {
    for (std::size_t q = 0; q < l + b; ++q) {
      auto const root = root_of_unity(k * (q % l), l * r);
      w[q] = static_cast<T>(root.re);
      w[l + b + q] = static_cast<T>(root.im);
    }
  }
}

// A root is that of the first of its block times that of its place in the block, rounded once.
template <class T>
void smooth_plan<T>::fill_long(T* w, std::size_t r, std::size_t l) noexcept {
  for (std::size_t k = 1; k < r; ++k) {
    std::array<double, b> re, im;
    for (std::size_t i = 0; i < b; ++i) {
      auto const root = root_of_unity(k * i, l * r);
      re[i] = root.re;
      im[i] = root.im;
    }
    for (std::size_t t = 0; t < blocks(l); ++t) {
      auto const start = root_of_unity(k * (t * b + b <= l ? t * b : l - b), l * r);
      T* const to = w + (t * (r - 1) + k - 1) * 2 * b;
      for (std::size_t i = 0; i < b; ++i) {
        to[i] = static_cast<T>(start.re * re[i] - start.im * im[i]);
        to[b + i] = static_cast<T>(start.re * im[i] + start.im * re[i]);
      }
    }
  }
}

// In blocks where the first pass fills whole ones, else in two halves.
template <class T>
spread smooth_plan<T>::inner() const noexcept {
  if (factors_.radix[0] % b == 0) return {2, 1, static_cast<std::ptrdiff_t>(b)};
  return {1, 1, static_cast<std::ptrdiff_t>(n_)};
}
template <class T>
pass_shape smooth_plan<T>::next(pass_shape const& p) const noexcept {
  std::size_t const i = p.index + 1, r = i < factors_.count ? factors_.radix[i] : 1;
  return {i, r, p.l * p.radix, p.m / r, i + 1 == factors_.count, p.inner};
}
template <class T>
pass_shape smooth_plan<T>::shape(std::size_t i) const noexcept {
  std::size_t const r = factors_.count == 0 ? 1 : factors_.radix[0];
  pass_shape p{0, r, 1, n_ / r, factors_.count <= 1, inner()};
  while (p.index < i) p = next(p);
  return p;
}
template <class T>
T const* smooth_plan<T>::twiddles_of(std::size_t i) const noexcept {
  std::size_t at = 0;
  for (auto p = shape(0); p.index < i; p = next(p)) at += twiddle_count(p.radix, p.l);
  return twiddles_.data() + at;
}

template <class T>
fft_stage smooth_plan<T>::stage_of(pass_shape const& p) noexcept {
  constexpr std::size_t slower = 4;  // what a pass whose numbers do not lie in a row takes
  if (p.l >= b) return {blocks(p.l) * p.m, p.radix * b};
  return {blocks(p.l * p.m), p.radix * b * (p.l == 1 ? 1 : slower)};
}

template <class T>
template <bool Inverse>
void smooth_plan<T>::run(std::size_t i, std::size_t first, std::size_t last, T const* in, T* out,
                         T scale) const noexcept {
  run_pass<Inverse>(shape(i), twiddles_of(i), first, last, in, out, scale);
}
template <class T>
template <bool Inverse>
void smooth_plan<T>::run_all(T const* in, T* out, T scale) const noexcept {
  T const* w = twiddles_.data();
  auto p = shape(0);
  for (std::size_t i = 0; i < stages(); ++i, p = next(p)) {
    run_pass<Inverse>(p, w, 0, stage_of(p).units, in, out, scale);
    w += twiddle_count(p.radix, p.l);
  }
}

// Between the passes the numbers go to and fro between out and work_, so that the last pass ends in out.
template <class T>
template <bool Inverse>
void smooth_plan<T>::run_pass(pass_shape const& p, T const* twiddles, std::size_t first, std::size_t last, T const* in,
                              T* out, T scale) const noexcept {
  if (p.radix == 1) {  // length 1
    out[0] = in[0] * scale;
    out[1] = in[1] * scale;
    return;
  }
  bool const to_out = (factors_.count - p.index) % 2 != 0;
  T const* const from = p.index == 0 ? in : to_out ? work_.data() : out;
  T* const to = to_out ? out : work_.data();
  PDM_FFT_KERNEL(n_, any_pass<T, Inverse>(from, to, twiddles, p, first, last, scale));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail
