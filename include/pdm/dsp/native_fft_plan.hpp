// native_fft_plan -- the complex transform of lengths of 2, 3 and 5 behind native_fft.
//
// What      Stockham's self-sorting transform by factors 8, 4, 2, 3 and 5, one stage a factor, every stage cut into
//           units that may be run apart. Real and imaginary parts are kept in separate arrays between the stages.
// NB        An inner part of native_fft: use that. Other lengths: native_fft_chirp.hpp.
// Source    Van Loan, Computational Frameworks for the Fast Fourier Transform (SIAM 1992), 1.7.
//           A pass of factor r behind the product l of earlier factors, m = n / (l r), w = e^(-2 pi j / (l r)):
//           B[j][k'][q] = sum_k A[k][j][q] w^(k q) e^(-2 pi j k k' / r),  A as [r][m][l], B as [m][r][l].
// Cost      O(n log n); twiddles and work memory come from the arena in prepare().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/simd.hpp"
#include "pdm/dsp/fft_progress.hpp"
#include "pdm/dsp/native_fft_butterfly.hpp"
#include "pdm/dsp/native_fft_roots.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

// Real and imaginary part apart, `stride` elements from one value to the next (1: split, 2: interleaved).
template <class T>
struct complex_view {
  T* re = nullptr;
  T* im = nullptr;
  std::size_t stride = 1;
};

// One pass: l is the product of the earlier factors, m = n / (l radix).
struct pass_shape {
  std::size_t index = 0, radix = 1, l = 1, m = 1;
};

// Butterflies [first, last) of a pass, one number at a time; w holds, for k = 1 .. R-1, l real parts and then l
// imaginary parts.
template <std::size_t R, class T>
void fft_pass(complex_view<T const> a, complex_view<T> b, T const* w, pass_shape p, std::size_t first, std::size_t last,
              T scale) noexcept {
  std::size_t const l = p.l, m = p.m;
  for (std::size_t u = first, j = first / l, q = first % l; u < last; ++u) {
    T x[R], y[R];
    for (std::size_t k = 0; k < R; ++k) {
      std::size_t const i = ((k * m + j) * l + q) * a.stride;
      x[k] = a.re[i];
      y[k] = a.im[i];
    }
    for (std::size_t k = 1; k < R && l > 1; ++k) {
      T const c = w[(2 * k - 2) * l + q], s = w[(2 * k - 1) * l + q];
      T const re = x[k] * c - y[k] * s;
      y[k] = x[k] * s + y[k] * c;
      x[k] = re;
    }
    butterfly<R, T, T>(x, y);
    for (std::size_t k = 0; k < R; ++k) {
      std::size_t const i = ((j * R + k) * l + q) * b.stride;
      b.re[i] = x[k] * scale;
      b.im[i] = y[k] * scale;
    }
    if (++q == l) {
      q = 0;
      ++j;
    }
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail

#define PDM_SIMD_BODY "pdm/dsp/native_fft_kernels.inl"
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

// A length made of 2, 3 and 5 alone. A multiple of 16, 24, 32 or 40 runs in vectors, others one number at a time.
template <class T>
class smooth_plan {
 public:
  [[nodiscard]] static std::size_t footprint(std::size_t n) noexcept;
  [[nodiscard]] status prepare(std::size_t n, arena& memory) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return n_; }
  [[nodiscard]] std::size_t stages() const noexcept { return factors_.count == 0 ? 1 : factors_.count; }
  [[nodiscard]] fft_stage stage(std::size_t i) const noexcept { return stage_of(shape(i)); }
  // Interleaved complex numbers; in and out must not overlap. Inverse: times n scale, which is the forward transform
  // with the parts exchanged. Units [first, last) of stage i; all of them in order are the transform.
  template <bool Inverse>
  void run(std::size_t i, std::size_t first, std::size_t last, T const* in, T* out, T scale) const noexcept;
  template <bool Inverse>
  void run_all(T const* in, T* out, T scale) const noexcept;

 private:
  static bool blocked(fft_factors const& f) noexcept { return f.count > 1 && f.radix[0] == 8; }
  static std::size_t twiddle_count(fft_factors const& f) noexcept;
  static std::size_t work_count(fft_factors const& f, std::size_t n) noexcept { return f.count > 1 ? 2 * n : 0; }
  void fill_twiddles() noexcept;
  static void put(T* w, std::size_t q, unit_root root) noexcept;
  [[nodiscard]] T* octant() const noexcept;
  void fill_octant() noexcept;
  [[nodiscard]] static unit_root from_octant(T const* octant, std::size_t i, std::size_t n) noexcept;

  [[nodiscard]] pass_shape shape(std::size_t i) const noexcept;
  [[nodiscard]] pass_shape next(pass_shape p) const noexcept;
  [[nodiscard]] fft_stage stage_of(pass_shape p) const noexcept;
  // Twiddles of a pass: those of the passes before it take 2 (radix - 1) l each, which adds up.
  [[nodiscard]] T const* twiddles_of(pass_shape p) const noexcept {
    return p.index == 0 ? nullptr : twiddles_.data() + 2 * (p.l - factors_.radix[0]);
  }
  template <bool Inverse>
  void run_pass(pass_shape p, std::size_t first, std::size_t last, T const* in, T* out, T scale) const noexcept;
  void run_scalar(pass_shape p, std::size_t first, std::size_t last, complex_view<T const> in, complex_view<T> out,
                  T* storage, T scale) const noexcept;

  std::size_t n_ = 0;
  fft_factors factors_;
  // For every pass but the first, k = 1 .. r-1 and q < l: e^(-2 pi j k q / (l r)) in blocks of real and imaginary
  // parts, 32 bytes each (blocked lengths) or l each.
  std::span<T> twiddles_;
  std::span<T> work_;
};

// See pair_pass in native_fft_kernels.inl.
template <class T, bool Conjugate>
void pair_lines(T const* in, T* out, T const* v, std::size_t h, T factor, std::size_t first,
                std::size_t last) noexcept {
#if PDM_SIMD_X86
  if (simd::best() >= simd::level::avx2) return avx2::pair_pass<T, Conjugate>(in, out, v, h, factor, first, last);
#endif
  base::pair_pass<T, Conjugate>(in, out, v, h, factor, first, last);
}

// ---- bodies ----

template <class T>
std::size_t smooth_plan<T>::twiddle_count(fft_factors const& f) noexcept {
  std::size_t total = 0, l = f.count == 0 ? 1 : f.radix[0];
  for (std::size_t i = 1; i < f.count; ++i) {
    total += 2 * (f.radix[i] - 1u) * l;
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
  fill_twiddles();
  return {};
}

template <class T>
void smooth_plan<T>::fill_twiddles() noexcept {
  bool const in_blocks = blocked(factors_);
  T* w = twiddles_.data();
  std::size_t l = factors_.count == 0 ? 1 : factors_.radix[0];
  if (in_blocks) fill_octant();
  T const* const eighth = in_blocks ? octant() : nullptr;
  std::size_t const n = n_;
  for (std::size_t i = 1; i < factors_.count; ++i) {
    std::size_t const r = factors_.radix[i], step = n_ / (l * r);
    for (std::size_t k = 1; k < r; ++k, w += 2 * l) {
      std::size_t q = k == 1 && step == 1 && in_blocks ? n_ / 8 : 0;  // the first octant is there
      for (; in_blocks && q < l; ++q) put(w, q, from_octant(eighth, k * q * step, n));
      for (; q < l; ++q) {
        auto const root = root_of_unity(k * q, l * r);
        w[q] = static_cast<T>(root.re);
        w[l + q] = static_cast<T>(root.im);
      }
    }
    l *= r;
  }
}

template <class T>
void smooth_plan<T>::put(T* w, std::size_t q, unit_root root) noexcept {
  constexpr std::size_t b = 32 / sizeof(T);
  T* const at = w + q / b * 2 * b + q % b;
  at[0] = static_cast<T>(root.re);
  at[b] = static_cast<T>(root.im);
}

// The last pass's twiddles of k = 1 begin with the first eighth of the circle, from which all others follow.
template <class T>
T* smooth_plan<T>::octant() const noexcept {
  std::size_t const r = factors_.radix[factors_.count - 1];
  return twiddles_.data() + twiddles_.size() - 2 * (r - 1) * (n_ / r);
}
template <class T>
void smooth_plan<T>::fill_octant() noexcept {
  T* const to = octant();
  for (std::size_t q = 0, n = n_; q < n / 8; ++q) put(to, q, root_of_unity(q, n));
}
template <class T>
unit_root smooth_plan<T>::from_octant(T const* octant, std::size_t i, std::size_t n) noexcept {
  constexpr std::size_t b = 32 / sizeof(T);
  std::size_t const quarter = (8 * i >= n) + (8 * i >= 3 * n) + (8 * i >= 5 * n) + (8 * i >= 7 * n);
  std::size_t const axis = quarter * (n / 4);
  std::size_t const d = i < axis ? axis - i : i - axis;
  unit_root root{0.70710678118654752440, -0.70710678118654752440};
  if (d < n / 8) {
    T const* const at = octant + d / b * 2 * b + d % b;
    root = {static_cast<double>(at[0]), static_cast<double>(at[b])};
  }
  root.im *= i < axis ? -1.0 : 1.0;
  return turned(root, quarter);
}

template <class T>
pass_shape smooth_plan<T>::next(pass_shape p) const noexcept {
  std::size_t const l = p.l * p.radix, r = p.index + 1 < factors_.count ? factors_.radix[p.index + 1] : 1;
  return {p.index + 1, r, l, p.m / r};
}
template <class T>
pass_shape smooth_plan<T>::shape(std::size_t i) const noexcept {
  std::size_t const r = factors_.count == 0 ? 1 : factors_.radix[0];
  pass_shape p{0, r, 1, n_ / r};
  while (p.index < i) p = next(p);
  return p;
}

template <class T>
fft_stage smooth_plan<T>::stage_of(pass_shape p) const noexcept {
  constexpr std::size_t b = 32 / sizeof(T), slower = 6;  // a number at a time
  if (!blocked(factors_)) return {p.l * p.m, p.radix * slower};
  return {(p.l * p.m + b - 1) / b, p.radix * b};
}

template <class T>
template <bool Inverse>
void smooth_plan<T>::run(std::size_t i, std::size_t first, std::size_t last, T const* in, T* out,
                         T scale) const noexcept {
  run_pass<Inverse>(shape(i), first, last, in, out, scale);
}
template <class T>
template <bool Inverse>
void smooth_plan<T>::run_all(T const* in, T* out, T scale) const noexcept {
  auto p = shape(0);
  for (std::size_t i = 0; i < stages(); ++i, p = next(p)) run_pass<Inverse>(p, 0, stage_of(p).units, in, out, scale);
}

// Between the passes the numbers go to and fro between out and work_, so that the last pass ends in out.
template <class T>
template <bool Inverse>
void smooth_plan<T>::run_pass(pass_shape p, std::size_t first, std::size_t last, T const* in, T* out,
                              T scale) const noexcept {
  if (!blocked(factors_)) {
    if constexpr (Inverse) return run_scalar(p, first, last, {in + 1, in, 2}, {out + 1, out, 2}, out, scale);
    return run_scalar(p, first, last, {in, in + 1, 2}, {out, out + 1, 2}, out, scale);
  }
  bool const to_out = (factors_.count - p.index) % 2 != 0;
  T const* const from = p.index == 0 ? in : to_out ? work_.data() : out;
  T* const to = to_out ? out : work_.data();
  bool const ends = p.index + 1 == factors_.count;
#if PDM_SIMD_X86
  if (simd::best() >= simd::level::avx2) {
    return avx2::blocked_pass<T, Inverse>(from, to, twiddles_of(p), p, first, last, ends, scale);
  }
#endif
  base::blocked_pass<T, Inverse>(from, to, twiddles_of(p), p, first, last, ends, scale);
}

template <class T>
void smooth_plan<T>::run_scalar(pass_shape p, std::size_t first, std::size_t last, complex_view<T const> in,
                                complex_view<T> out, T* storage, T scale) const noexcept {
  bool const to_out = (factors_.count - p.index) % 2 != 0, ends = p.index + 1 >= factors_.count;
  T* const source = to_out ? work_.data() : storage;
  T* const target = to_out ? storage : work_.data();
  if (p.index != 0) in = {source, source + n_, 1};
  if (!ends) out = {target, target + n_, 1};
  T const factor = ends ? scale : T(1);
  switch (p.radix) {
    case 8: return fft_pass<8>(in, out, twiddles_of(p), p, first, last, factor);
    case 5: return fft_pass<5>(in, out, twiddles_of(p), p, first, last, factor);
    case 4: return fft_pass<4>(in, out, twiddles_of(p), p, first, last, factor);
    case 3: return fft_pass<3>(in, out, twiddles_of(p), p, first, last, factor);
    case 2: return fft_pass<2>(in, out, twiddles_of(p), p, first, last, factor);
    default: out.re[0] = in.re[0] * factor, out.im[0] = in.im[0] * factor;  // length 1
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail
