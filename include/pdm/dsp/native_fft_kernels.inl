// Vectorised passes of native_fft_plan.hpp, included once for every instruction set.
//
// Between the passes the numbers lie in blocks of 64 bytes, B real parts and then B imaginary parts (8 floats or
// 4 doubles each), so that a vector of complex numbers is one cache line. Element e: block e / B, place e % B.
namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::PDM_SIMD_NAMESPACE {

namespace ops = simd::PDM_SIMD_NAMESPACE;
template <class T>
using vec = ops::vec<T>;
template <class T>
inline constexpr std::size_t width = ops::lanes<T>;
template <class T>
inline constexpr std::size_t block_size = 32 / sizeof(T);  // B
template <class T>
inline constexpr std::size_t unit = 16 / sizeof(T);  // numbers in 16 bytes, within which shuffles are cheap
inline constexpr std::size_t units = PDM_SIMD_BYTES / 16;

// Of two vectors of interleaved complex numbers the real and the imaginary parts, in the order that place_of() tells.
template <class T>
[[gnu::always_inline]] inline void take_apart(vec<T> a, vec<T> b, vec<T>& re, vec<T>& im) noexcept {
  if constexpr (sizeof(T) == 4) {
#if PDM_SIMD_BYTES == 32
    re = __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14);
    im = __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
#else
    re = __builtin_shufflevector(a, b, 0, 2, 4, 6);
    im = __builtin_shufflevector(a, b, 1, 3, 5, 7);
#endif
  } else {
#if PDM_SIMD_BYTES == 32
    re = __builtin_shufflevector(a, b, 0, 4, 2, 6);
    im = __builtin_shufflevector(a, b, 1, 5, 3, 7);
#else
    re = __builtin_shufflevector(a, b, 0, 2);
    im = __builtin_shufflevector(a, b, 1, 3);
#endif
  }
}
// Which complex number of the two vectors stands at place i of unit g.
template <class T>
constexpr std::size_t place_of(std::size_t g, std::size_t i) noexcept {
  constexpr std::size_t half = unit<T> / 2;
  return i < half ? g * half + i : width<T> / 2 + g * half + i - half;
}

// Transposes unit<T> vectors within each unit.
template <class T>
[[gnu::always_inline]] inline void transpose(vec<T> const* x, vec<T>* out) noexcept {
  if constexpr (sizeof(T) == 4) {
#if PDM_SIMD_BYTES == 32
    vec<T> const a = __builtin_shufflevector(x[0], x[1], 0, 8, 1, 9, 4, 12, 5, 13);
    vec<T> const b = __builtin_shufflevector(x[0], x[1], 2, 10, 3, 11, 6, 14, 7, 15);
    vec<T> const c = __builtin_shufflevector(x[2], x[3], 0, 8, 1, 9, 4, 12, 5, 13);
    vec<T> const d = __builtin_shufflevector(x[2], x[3], 2, 10, 3, 11, 6, 14, 7, 15);
    out[0] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
    out[1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
    out[2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
    out[3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
#else
    vec<T> const a = __builtin_shufflevector(x[0], x[1], 0, 4, 1, 5);
    vec<T> const b = __builtin_shufflevector(x[0], x[1], 2, 6, 3, 7);
    vec<T> const c = __builtin_shufflevector(x[2], x[3], 0, 4, 1, 5);
    vec<T> const d = __builtin_shufflevector(x[2], x[3], 2, 6, 3, 7);
    out[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    out[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    out[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    out[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
#endif
  } else {
#if PDM_SIMD_BYTES == 32
    out[0] = __builtin_shufflevector(x[0], x[1], 0, 4, 2, 6);
    out[1] = __builtin_shufflevector(x[0], x[1], 1, 5, 3, 7);
#else
    out[0] = __builtin_shufflevector(x[0], x[1], 0, 2);
    out[1] = __builtin_shufflevector(x[0], x[1], 1, 3);
#endif
  }
}

template <class T>
struct unit_vector {
  typedef T type __attribute__((vector_size(16)));
};
// Stores unit g of v.
template <class T>
[[gnu::always_inline]] inline void store_unit(T* to, vec<T> v, std::size_t g) noexcept {
#if PDM_SIMD_BYTES == 32
  typename unit_vector<T>::type low, high;
  if constexpr (sizeof(T) == 4) {
    low = __builtin_shufflevector(v, v, 0, 1, 2, 3);
    high = __builtin_shufflevector(v, v, 4, 5, 6, 7);
  } else {
    low = __builtin_shufflevector(v, v, 0, 1);
    high = __builtin_shufflevector(v, v, 2, 3);
  }
  __builtin_memcpy(to, g == 0 ? &low : &high, 16);
#else
  (void)g;
  __builtin_memcpy(to, &v, 16);
#endif
}

// Stores complex numbers given apart in natural order as interleaved ones.
template <class T>
[[gnu::always_inline]] inline void store_interleaved(T* to, vec<T> re, vec<T> im) noexcept {
  vec<T> low, high;
  if constexpr (sizeof(T) == 4) {
#if PDM_SIMD_BYTES == 32
    low = __builtin_shufflevector(re, im, 0, 8, 1, 9, 4, 12, 5, 13);
    high = __builtin_shufflevector(re, im, 2, 10, 3, 11, 6, 14, 7, 15);
#else
    low = __builtin_shufflevector(re, im, 0, 4, 1, 5);
    high = __builtin_shufflevector(re, im, 2, 6, 3, 7);
#endif
  } else {
#if PDM_SIMD_BYTES == 32
    low = __builtin_shufflevector(re, im, 0, 4, 2, 6);
    high = __builtin_shufflevector(re, im, 1, 5, 3, 7);
#else
    low = __builtin_shufflevector(re, im, 0, 2);
    high = __builtin_shufflevector(re, im, 1, 3);
#endif
  }
  for (std::size_t g = 0; g < units; ++g) {
    store_unit(to + 2 * g * unit<T>, low, g);
    store_unit(to + (2 * g + 1) * unit<T>, high, g);
  }
}

// Columns [first, last) of the first pass: factor 8, no twiddles, interleaved numbers in, blocks out. Swap: the parts
// change places.
template <class T, bool Swap>
inline void first_pass(T const* in, T* out, std::size_t m, std::size_t first, std::size_t last, T scale) noexcept {
  constexpr std::size_t w = width<T>, u = unit<T>, b = block_size<T>;
  std::size_t j = first;
  for (; j + w <= last; j += w) {
    vec<T> x[8], y[8];
    for (std::size_t k = 0; k < 8; ++k) {
      T const* const from = in + 2 * (k * m + j);
      take_apart<T>(ops::load(from), ops::load(from + w), Swap ? y[k] : x[k], Swap ? x[k] : y[k]);
      if constexpr (Swap) {
        x[k] = x[k] * scale;
        y[k] = y[k] * scale;
      }
    }
    butterfly<8, vec<T>, T>(x, y);
    for (std::size_t k = 0; k < 8; k += u) {
      vec<T> re[u], im[u];
      transpose<T>(x + k, re);
      transpose<T>(y + k, im);
      for (std::size_t g = 0; g < units; ++g) {
        for (std::size_t i = 0; i < u; ++i) {
          std::size_t const e = (j + place_of<T>(g, i)) * 8 + k;
          T* const to = out + e / b * 2 * b + e % b;
          store_unit(to, re[i], g);
          store_unit(to + b, im[i], g);
        }
      }
    }
  }
  for (; j < last; ++j) {
    T x[8], y[8];
    for (std::size_t k = 0; k < 8; ++k) {
      T const* const from = in + 2 * (k * m + j);
      x[k] = from[Swap ? 1 : 0];
      y[k] = from[Swap ? 0 : 1];
      if constexpr (Swap) {
        x[k] = x[k] * scale;
        y[k] = y[k] * scale;
      }
    }
    butterfly<8, T, T>(x, y);
    for (std::size_t k = 0; k < 8; ++k) {
      std::size_t const e = j * 8 + k;
      out[e / b * 2 * b + e % b] = x[k];
      out[e / b * 2 * b + e % b + b] = y[k];
    }
  }
}

// Blocks [first, last) of a later pass: l is a multiple of B. Last: interleaved numbers out.
template <std::size_t R, class T, bool Last, bool Swap>
inline void later_pass(T const* in, T* out, T const* twiddles, std::size_t l, std::size_t m, std::size_t first,
                       std::size_t last) noexcept {
  constexpr std::size_t w = width<T>, b = block_size<T>;
  std::size_t const per_row = l / b;
  for (std::size_t j = first / per_row, q = first % per_row * b, left = last - first; left > 0; q = 0, ++j) {
    std::size_t const here = left < (l - q) / b ? left : (l - q) / b, end = q + here * b;
    left -= here;
    for (; q < end; q += b) {
      for (std::size_t h = 0; h < b; h += w) {
        vec<T> x[R], y[R];
        T const* from = in + 2 * (j * l + q) + h;
        x[0] = ops::load(from);
        y[0] = ops::load(from + b);
        T const* t = twiddles + 2 * q + h;
        for (std::size_t k = 1; k < R; ++k) {
          from += 2 * m * l;
          vec<T> const re = ops::load(from), im = ops::load(from + b);
          vec<T> const c = ops::load(t), s = ops::load(t + b);
          x[k] = re * c - im * s;
          y[k] = re * s + im * c;
          t += 2 * l;
        }
        butterfly<R, vec<T>, T>(x, y);
        T* to = out + 2 * (j * R * l + q);
        for (std::size_t k = 0; k < R; ++k, to += 2 * l) {
          if constexpr (Last) {
            store_interleaved<T>(to + 2 * h, Swap ? y[k] : x[k], Swap ? x[k] : y[k]);
          } else {
            ops::store(to + h, x[k]);
            ops::store(to + h + b, y[k]);
          }
        }
      }
    }
  }
}

template <class T, bool Last, bool Swap>
inline void any_pass(T const* in, T* out, T const* t, pass_shape p, std::size_t first, std::size_t last) noexcept {
  switch (p.radix) {
    case 8: return later_pass<8, T, Last, Swap>(in, out, t, p.l, p.m, first, last);
    case 4: return later_pass<4, T, Last, Swap>(in, out, t, p.l, p.m, first, last);
    case 5: return later_pass<5, T, Last, Swap>(in, out, t, p.l, p.m, first, last);
    case 3: return later_pass<3, T, Last, Swap>(in, out, t, p.l, p.m, first, last);
    default: return later_pass<2, T, Last, Swap>(in, out, t, p.l, p.m, first, last);
  }
}

// Units [first, last) of one pass of a length whose first factor is 8 and that has at least two factors; a unit is B
// butterflies. `ends`: it is the last pass.
template <class T, bool Swap>
inline void blocked_pass(T const* in, T* out, T const* twiddles, pass_shape p, std::size_t first, std::size_t last,
                         bool ends, T scale) noexcept {
  constexpr std::size_t b = block_size<T>;
  if (p.index == 0) return first_pass<T, Swap>(in, out, p.m, first * b, last * b < p.m ? last * b : p.m, scale);
  if (ends) return any_pass<T, true, Swap>(in, out, twiddles, p, first, last);
  any_pass<T, false, false>(in, out, twiddles, p, first, last);
}

// Complex numbers of an interleaved vector in reverse order; the two parts of each exchanged; one part twice.
template <class T>
[[gnu::always_inline]] inline vec<T> reversed(vec<T> v) noexcept {
  if constexpr (sizeof(T) == 4) {
#if PDM_SIMD_BYTES == 32
    return __builtin_shufflevector(v, v, 6, 7, 4, 5, 2, 3, 0, 1);
#else
    return __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
  } else {
#if PDM_SIMD_BYTES == 32
    return __builtin_shufflevector(v, v, 2, 3, 0, 1);
#else
    return v;
#endif
  }
}
template <class T>
[[gnu::always_inline]] inline void turn_parts(vec<T> v, vec<T>& exchanged, vec<T>& re, vec<T>& im, vec<T> w) noexcept {
  if constexpr (sizeof(T) == 4) {
#if PDM_SIMD_BYTES == 32
    exchanged = __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6);
    re = __builtin_shufflevector(w, w, 0, 0, 2, 2, 4, 4, 6, 6);
    im = __builtin_shufflevector(w, w, 1, 1, 3, 3, 5, 5, 7, 7);
#else
    exchanged = __builtin_shufflevector(v, v, 1, 0, 3, 2);
    re = __builtin_shufflevector(w, w, 0, 0, 2, 2);
    im = __builtin_shufflevector(w, w, 1, 1, 3, 3);
#endif
  } else {
#if PDM_SIMD_BYTES == 32
    exchanged = __builtin_shufflevector(v, v, 1, 0, 3, 2);
    re = __builtin_shufflevector(w, w, 0, 0, 2, 2);
    im = __builtin_shufflevector(w, w, 1, 1, 3, 3);
#else
    exchanged = __builtin_shufflevector(v, v, 1, 0);
    re = __builtin_shufflevector(w, w, 0, 0);
    im = __builtin_shufflevector(w, w, 1, 1);
#endif
  }
}

// For k = 1 .. h/2 with p = in[k], q = conj in[h-k], t = v[k] (p - q) factor:
//   out[k] = (p + q) factor + t,  out[h-k] = conj((p + q) factor - t);  in and out may be the same.
// Conjugate: v[k] conjugated. This takes the spectrum of a real signal out of that of its halves, and back.
// For k in [first, last), first >= 1 and last <= h/2 + 1.
template <class T, bool Conjugate>
inline void pair_pass(T const* in, T* out, T const* v, std::size_t h, T factor, std::size_t first,
                      std::size_t last) noexcept {
  constexpr std::size_t w = width<T>, c = w / 2;  // complex numbers in a vector
  vec<T> flip_imaginary, turn_sign;
  for (std::size_t i = 0; i < w; ++i) {
    flip_imaginary[i] = i % 2 == 0 ? T(1) : T(-1);
    turn_sign[i] = (i % 2 == 0) != Conjugate ? T(-1) : T(1);
  }
  std::size_t k = first;
  for (; k + c <= last && 2 * (k + c) <= h + 1; k += c) {
    vec<T> const p = ops::load(in + 2 * k);
    vec<T> const q = reversed<T>(ops::load(in + 2 * (h - k - c + 1))) * flip_imaginary;
    vec<T> const sum = (p + q) * factor, difference = (p - q) * factor;
    vec<T> exchanged, re, im;
    turn_parts<T>(difference, exchanged, re, im, ops::load(v + 2 * k));
    vec<T> const t = difference * re + exchanged * (im * turn_sign);
    ops::store(out + 2 * k, sum + t);
    ops::store(out + 2 * (h - k - c + 1), reversed<T>((sum - t) * flip_imaginary));
  }
  for (; k < last; ++k) {
    T const* const low = in + 2 * k;
    T const* const high = in + 2 * (h - k);
    T const ar = (low[0] + high[0]) * factor, ai = (low[1] - high[1]) * factor;
    T const br = (low[0] - high[0]) * factor, bi = (low[1] + high[1]) * factor;
    T const re = v[2 * k], im = Conjugate ? -v[2 * k + 1] : v[2 * k + 1];
    T const tr = br * re - bi * im, ti = bi * re + br * im;
    out[2 * k] = ar + tr;
    out[2 * k + 1] = ai + ti;
    out[2 * (h - k)] = ar - tr;
    out[2 * (h - k) + 1] = ti - ai;
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::PDM_SIMD_NAMESPACE
