// native_fft_plan -- the complex transform behind native_fft.
//
// What      Stockham's self-sorting transform by factors 8, 4, 2, 3 and 5; any other length goes through Bluestein's
//           chirp convolution. Real and imaginary parts are kept in separate arrays between the passes.
// NB        An inner part of native_fft: use that.
// Source    Van Loan, Computational Frameworks for the FFT (SIAM 1992), 1.7 (Stockham) and 4.2.3 (chirp z).
//           A pass of factor r behind the product l of earlier factors, m = n / (l r), w = e^(-2 pi j / (l r)):
//           B[j][k'][q] = sum_k A[k][j][q] w^(k q) e^(-2 pi j k k' / r),  A as [r][m][l], B as [m][r][l].
// Cost      O(n log n); twiddles, chirp and work memory come from the arena in prepare().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

// Real and imaginary part apart, `stride` elements from one value to the next (1: split, 2: interleaved).
template <class T>
struct complex_view {
  T* re = nullptr;
  T* im = nullptr;
  std::size_t stride = 1;
};

struct unit_root {
  double re, im;
};

// z times (-j)^quarter, without a branch.
[[nodiscard]] inline unit_root turned(unit_root z, std::size_t quarter) noexcept {
  constexpr double re_sign[4] = {1, 1, -1, -1}, im_sign[4] = {1, -1, -1, 1};
  bool const odd = (quarter & 1u) != 0;
  return {re_sign[quarter & 3u] * (odd ? z.im : z.re), im_sign[quarter & 3u] * (odd ? z.re : z.im)};
}

// e^(-2 pi j i / n) for i < n, without an integer division.
[[nodiscard]] inline unit_root root_of_unity(std::uint64_t i, std::uint64_t n) noexcept {
  std::uint64_t const e = 8 * i;
  unsigned const quarter = unsigned(e >= n) + unsigned(e >= 3 * n) + unsigned(e >= 5 * n) + unsigned(e >= 7 * n);
  auto const rest = static_cast<double>(static_cast<std::int64_t>(4 * i) - static_cast<std::int64_t>(quarter * n));
  double const angle = rest / static_cast<double>(n) * (math::pi / 2);
  return turned({math::detail::cos_small(angle), -math::detail::sin_small(angle)}, quarter);
}

// The factors of n out of 8, 4, 2, 3, 5, and what is left of n.
struct fft_factors {
  std::array<std::uint8_t, 24> radix{};
  std::size_t count = 0;
  std::size_t rest = 1;
};
[[nodiscard]] constexpr fft_factors factor_length(std::size_t n) noexcept {
  fft_factors f;
  auto const take = [&](std::size_t r) {
    f.radix[f.count++] = static_cast<std::uint8_t>(r);
    n /= r;
  };
  // 16 that is left behind a factor 8 is 4 4 rather than 8 2.
  while (n % 8 == 0) take(n % 32 == 16 && f.count != 0 ? 4 : 8);
  for (std::size_t const r : {std::size_t{4}, std::size_t{2}, std::size_t{5}, std::size_t{3}}) {
    while (n % r == 0) take(r);
  }
  f.rest = n;
  return f;
}

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
  } else {
    static_assert(R == 8);
    constexpr T h = T(0.70710678118654752440);
    V er[4] = {x[0], x[2], x[4], x[6]}, ei[4] = {y[0], y[2], y[4], y[6]};
    V odd_r[4] = {x[1], x[3], x[5], x[7]}, odd_i[4] = {y[1], y[3], y[5], y[7]};
    butterfly<4, V, T>(er, ei);
    butterfly<4, V, T>(odd_r, odd_i);
    V const ar = (odd_r[1] + odd_i[1]) * h, ai = (odd_i[1] - odd_r[1]) * h;
    V const br = odd_i[2], bi = -odd_r[2];
    V const cr = (odd_i[3] - odd_r[3]) * h, ci = -(odd_r[3] + odd_i[3]) * h;
    x[0] = er[0] + odd_r[0];
    y[0] = ei[0] + odd_i[0];
    x[4] = er[0] - odd_r[0];
    y[4] = ei[0] - odd_i[0];
    x[1] = er[1] + ar;
    y[1] = ei[1] + ai;
    x[5] = er[1] - ar;
    y[5] = ei[1] - ai;
    x[2] = er[2] + br;
    y[2] = ei[2] + bi;
    x[6] = er[2] - br;
    y[6] = ei[2] - bi;
    x[3] = er[3] + cr;
    y[3] = ei[3] + ci;
    x[7] = er[3] - cr;
    y[7] = ei[3] - ci;
  }
}

// One pass, one number at a time; w holds, for k = 1 .. R-1, l real parts and then l imaginary parts.
template <std::size_t R, class T>
inline void fft_pass(complex_view<T const> a, complex_view<T> b, T const* w, std::size_t l, std::size_t m) noexcept {
  for (std::size_t j = 0; j < m; ++j) {
    for (std::size_t q = 0; q < l; ++q) {
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
        b.re[i] = x[k];
        b.im[i] = y[k];
      }
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
  // Interleaved complex numbers; in and out must not overlap.
  void forward(T const* in, T* out) noexcept;
  // The inverse times n scale: the forward transform with the parts exchanged.
  void inverse(T const* in, T* out, T scale) noexcept;

 private:
  static bool blocked(fft_factors const& f) noexcept { return f.count > 1 && f.radix[0] == 8; }
  static std::size_t twiddle_count(fft_factors const& f) noexcept;
  static std::size_t work_count(fft_factors const& f, std::size_t n) noexcept { return f.count > 1 ? 2 * n : 0; }
  void fill_twiddles() noexcept;
  static void put(T* w, std::size_t q, unit_root root) noexcept;
  [[nodiscard]] T* octant() const noexcept;
  void fill_octant() noexcept;
  [[nodiscard]] static unit_root from_octant(T const* octant, std::size_t i, std::size_t n) noexcept;
  void run_scalar(complex_view<T const> in, complex_view<T> out, T* storage) noexcept;
  template <bool Swap>
  void run_blocked(T const* in, T* out, T scale) noexcept;

  std::size_t n_ = 0;
  fft_factors factors_;
  // For every pass but the first, k = 1 .. r-1 and q < l: e^(-2 pi j k q / (l r)) in blocks of real and imaginary
  // parts, 32 bytes each (blocked lengths) or l each.
  std::span<T> twiddles_;
  std::span<T> work_;
};

// See pair_pass in native_fft_kernels.inl.
template <class T, bool Conjugate>
void pair_lines(T const* in, T* out, T const* v, std::size_t h, T factor) noexcept {
#if PDM_SIMD_X86
  if (simd::best() >= simd::level::avx2) return avx2::pair_pass<T, Conjugate>(in, out, v, h, factor);
#endif
  base::pair_pass<T, Conjugate>(in, out, v, h, factor);
}

// Any length.
template <class T>
class complex_plan {
 public:
  [[nodiscard]] static std::size_t footprint(std::size_t n) noexcept;
  [[nodiscard]] status prepare(std::size_t n, arena& memory) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return n_; }
  // Interleaved complex numbers; in and out must not overlap.
  void forward(T const* in, T* out) noexcept;
  void inverse(T const* in, T* out, T scale) noexcept;

 private:
  static bool smooth(std::size_t n) noexcept { return factor_length(n).rest == 1; }
  static std::size_t convolution_length(std::size_t n) noexcept {
    std::size_t m = 1;
    while (m < 2 * n - 1) m *= 2;
    return m;
  }
  status prepare_chirp(arena& memory) noexcept;
  void run_chirp(complex_view<T const> in, complex_view<T> out, T scale) noexcept;

  std::size_t n_ = 0;
  smooth_plan<T> inner_;  // of length n, or of the convolution
  std::span<T> chirp_;    // Bluestein: e^(-j pi k^2 / n), interleaved
  std::span<T> filter_;   // transform of the conjugate chirp, over its length
  std::span<T> padded_;   // the signal times the chirp, and zeros
  std::span<T> product_;
};

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
void smooth_plan<T>::forward(T const* in, T* out) noexcept {
  if (blocked(factors_)) return run_blocked<false>(in, out, T(1));
  run_scalar({in, in + 1, 2}, {out, out + 1, 2}, out);
}

template <class T>
void smooth_plan<T>::inverse(T const* in, T* out, T scale) noexcept {
  if (blocked(factors_)) return run_blocked<true>(in, out, scale);
  run_scalar({in + 1, in, 2}, {out + 1, out, 2}, out);
  for (std::size_t i = 0; i < 2 * n_; ++i) out[i] *= scale;
}

template <class T>
template <bool Swap>
void smooth_plan<T>::run_blocked(T const* in, T* out, T scale) noexcept {
#if PDM_SIMD_X86
  if (simd::best() >= simd::level::avx2) {
    return avx2::blocked_transform<T, Swap>(in, out, factors_, n_, twiddles_.data(), work_.data(), scale);
  }
#endif
  base::blocked_transform<T, Swap>(in, out, factors_, n_, twiddles_.data(), work_.data(), scale);
}

template <class T>
void smooth_plan<T>::run_scalar(complex_view<T const> in, complex_view<T> out, T* storage) noexcept {
  if (factors_.count == 0) {
    out.re[0] = in.re[0];
    out.im[0] = in.im[0];
    return;
  }
  T const* w = nullptr;  // no twiddles in the first pass
  std::size_t l = 1;
  complex_view<T const> from = in;
  for (std::size_t i = 0; i < factors_.count; ++i) {
    std::size_t const r = factors_.radix[i], m = n_ / (l * r);
    T* const half = (factors_.count - i) % 2 == 0 ? work_.data() : storage;
    complex_view<T> const to = i + 1 == factors_.count ? out : complex_view<T>{half, half + n_, 1};
    switch (r) {
      case 8: fft_pass<8>(from, to, w, l, m); break;
      case 4: fft_pass<4>(from, to, w, l, m); break;
      case 5: fft_pass<5>(from, to, w, l, m); break;
      case 3: fft_pass<3>(from, to, w, l, m); break;
      default: fft_pass<2>(from, to, w, l, m); break;
    }
    w = i == 0 ? twiddles_.data() : w + 2 * (r - 1) * l;
    l *= r;
    from = {to.re, to.im, to.stride};
  }
}

template <class T>
std::size_t complex_plan<T>::footprint(std::size_t n) noexcept {
  if (smooth(n)) return smooth_plan<T>::footprint(n);
  std::size_t const m = convolution_length(n);
  return smooth_plan<T>::footprint(m) + arena::bytes<T>(2 * n) + 3 * arena::bytes<T>(2 * m);
}

template <class T>
status complex_plan<T>::prepare(std::size_t n, arena& memory) noexcept {
  n_ = n;
  chirp_ = {};
  if (smooth(n)) return inner_.prepare(n, memory);
  if (auto s = inner_.prepare(convolution_length(n), memory); !s) return s;
  return prepare_chirp(memory);
}

template <class T>
status complex_plan<T>::prepare_chirp(arena& memory) noexcept {
  std::size_t const m = inner_.size();
  auto chirp = memory.take<T>(2 * n_);
  if (!chirp) return chirp.error();
  auto filter = memory.take<T>(2 * m);
  if (!filter) return filter.error();
  auto padded = memory.take<T>(2 * m);
  if (!padded) return padded.error();
  auto product = memory.take<T>(2 * m);
  if (!product) return product.error();
  chirp_ = *chirp;
  product_ = *product;
  filter_ = *filter;
  padded_ = *padded;
  std::uint64_t square = 0;  // k^2 mod 2n
  T const scale = T(1) / static_cast<T>(m);
  for (std::size_t k = 0; k < n_; ++k) {
    auto const root = root_of_unity(square, 2 * n_);
    T const c = static_cast<T>(root.re), s = static_cast<T>(root.im);
    chirp_[2 * k] = c;
    chirp_[2 * k + 1] = s;
    std::size_t const mirrored = k == 0 ? 0 : m - k;
    padded_[2 * k] = padded_[2 * mirrored] = c * scale;
    padded_[2 * k + 1] = padded_[2 * mirrored + 1] = -s * scale;
    square += 2 * k + 1;
    while (square >= 2 * n_) square -= 2 * n_;
  }
  inner_.forward(padded_.data(), filter_.data());
  return {};
}

template <class T>
void complex_plan<T>::forward(T const* in, T* out) noexcept {
  if (chirp_.empty()) return inner_.forward(in, out);
  run_chirp({in, in + 1, 2}, {out, out + 1, 2}, T(1));
}

template <class T>
void complex_plan<T>::inverse(T const* in, T* out, T scale) noexcept {
  if (chirp_.empty()) return inner_.inverse(in, out, scale);
  run_chirp({in + 1, in, 2}, {out + 1, out, 2}, scale);
}

template <class T>
void complex_plan<T>::run_chirp(complex_view<T const> in, complex_view<T> out, T scale) noexcept {
  std::size_t const m = inner_.size();
  T* const p = padded_.data();
  T const* const c = chirp_.data();
  for (std::size_t k = 0; k < 2 * n_; k += 2) {
    T const x = in.re[k], y = in.im[k];
    p[k] = x * c[k] - y * c[k + 1];
    p[k + 1] = x * c[k + 1] + y * c[k];
  }
  for (std::size_t k = 2 * n_; k < 2 * m; ++k) p[k] = T(0);
  T* const z = product_.data();
  inner_.forward(p, z);
  T const* const f = filter_.data();
  for (std::size_t k = 0; k < 2 * m; k += 2) {
    T const x = z[k] * f[k] - z[k + 1] * f[k + 1];
    z[k + 1] = z[k] * f[k + 1] + z[k + 1] * f[k];
    z[k] = x;
  }
  inner_.inverse(z, p, scale);
  for (std::size_t k = 0; k < 2 * n_; k += 2) {
    out.re[k] = p[k] * c[k] - p[k + 1] * c[k + 1];
    out.im[k] = p[k] * c[k + 1] + p[k + 1] * c[k];
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail
