// Vectorised passes of native_fft_plan.hpp, included once for every instruction set.
//
// A lane does what every other variant does for the same number: the bits do not depend on the width.
namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::PDM_SIMD_NAMESPACE {

namespace ops = simd::PDM_SIMD_NAMESPACE;
template <class T>
using vec = ops::vec<T>;
template <class T>
inline constexpr std::size_t width = ops::lanes<T>;
template <class T>
inline constexpr std::size_t unit = 16 / sizeof(T);  // numbers in 16 bytes, within which shuffles are cheap
inline constexpr std::size_t units = PDM_SIMD_BYTES / 16;

// Goes on by n numbers. The compiler does not see where to: else it would compute the places of all values of a
// butterfly beforehand, more than there are registers, and store and load them again.
template <class P>
[[gnu::always_inline]] inline void advance(P& p, std::size_t n) noexcept {
  p += n;
  asm("" : "+r"(p));
}

// ---- shuffles: which lane comes from where ----

template <class T, std::size_t Part>
constexpr std::size_t part_place(std::size_t i) noexcept {
  std::size_t const g = i / unit<T> * unit<T>, r = i % unit<T>, half = unit<T> / 2;
  return Part + (r < half ? g + 2 * r : width<T> + g + 2 * (r - half));
}
// Of two vectors of interleaved complex numbers the real and the imaginary parts, in the order that place_of() tells.
template <class T>
[[gnu::always_inline]] inline void take_apart(vec<T> a, vec<T> b, vec<T>& re, vec<T>& im) noexcept {
  re = ops::shuffle<T, part_place<T, 0>>(a, b);
  im = ops::shuffle<T, part_place<T, 1>>(a, b);
}
// Which complex number of the two vectors stands in a lane.
template <class T>
constexpr std::size_t place_of(std::size_t lane) noexcept {
  constexpr std::size_t half = unit<T> / 2;
  std::size_t const g = lane / unit<T>, i = lane % unit<T>;
  return i < half ? g * half + i : width<T> / 2 + g * half + i - half;
}

// Alternately from the lower (or upper) halves of the 16-byte units of two vectors: single numbers, or pairs of them.
template <class T, std::size_t Upper>
constexpr std::size_t zip_place(std::size_t i) noexcept {
  std::size_t const g = i / unit<T> * unit<T>, r = i % unit<T>;
  return (r % 2 == 0 ? 0 : width<T>)+g + r / 2 + Upper * unit<T> / 2;
}
template <class T, std::size_t Upper>
constexpr std::size_t zip_pair_place(std::size_t i) noexcept {
  std::size_t const g = i / unit<T> * unit<T>, r = i % unit<T>;
  return (r < 2 ? 0 : width<T>)+g + r % 2 + 2 * Upper;
}
// Transposes unit<T> vectors within each unit.
template <class T>
[[gnu::always_inline]] inline void transpose(vec<T> const* x, vec<T>* out) noexcept {
  vec<T> const a = ops::shuffle<T, zip_place<T, 0>>(x[0], x[1]), b = ops::shuffle<T, zip_place<T, 1>>(x[0], x[1]);
  if constexpr (unit<T> == 2) {
    out[0] = a;
    out[1] = b;
  } else {
    vec<T> const c = ops::shuffle<T, zip_place<T, 0>>(x[2], x[3]), d = ops::shuffle<T, zip_place<T, 1>>(x[2], x[3]);
    out[0] = ops::shuffle<T, zip_pair_place<T, 0>>(a, c);
    out[1] = ops::shuffle<T, zip_pair_place<T, 1>>(a, c);
    out[2] = ops::shuffle<T, zip_pair_place<T, 0>>(b, d);
    out[3] = ops::shuffle<T, zip_pair_place<T, 1>>(b, d);
  }
}

template <class T>
struct unit_vector {
  typedef T type __attribute__((vector_size(16)));
};
// Stores unit G of v.
template <std::size_t G, class T, class V>
[[gnu::always_inline]] inline void store_unit(T* to, V v) noexcept {
#if !defined(__clang__) && __GNUC__ < 12
  __builtin_memcpy(to, reinterpret_cast<char const*>(&v) + 16 * G, 16);
#else
  typename unit_vector<T>::type part;
  if constexpr (units == 1) {
    part = v;
  } else if constexpr (unit<T> == 4) {
    part = __builtin_shufflevector(v, v, 4 * G, 4 * G + 1, 4 * G + 2, 4 * G + 3);
  } else {
    part = __builtin_shufflevector(v, v, 2 * G, 2 * G + 1);
  }
  __builtin_memcpy(to, &part, 16);
#endif
}

template <class T, std::size_t Upper>
constexpr std::size_t whole_zip_place(std::size_t i) noexcept {
  return (i % 2 == 0 ? 0 : width<T>)+i / 2 + Upper * width<T> / 2;
}
template <class T, std::size_t G>
[[gnu::always_inline]] inline void store_zipped_units(T* to, vec<T> low, vec<T> high) noexcept {
  if constexpr (G < units) {
    store_unit<G>(to + 2 * G * unit<T>, low);
    store_unit<G>(to + (2 * G + 1) * unit<T>, high);
    store_zipped_units<T, G + 1>(to, low, high);
  }
}
// Stores complex numbers given apart in natural order as interleaved ones.
template <class T>
[[gnu::always_inline]] inline void store_interleaved(T* to, vec<T> re, vec<T> im) noexcept {
  if constexpr (units == 4) {
    ops::store(to, ops::shuffle<T, whole_zip_place<T, 0>>(re, im));
    ops::store(to + width<T>, ops::shuffle<T, whole_zip_place<T, 1>>(re, im));
  } else {
    store_zipped_units<T, 0>(to, ops::shuffle<T, zip_place<T, 0>>(re, im), ops::shuffle<T, zip_place<T, 1>>(re, im));
  }
}

// ---- the discrete Fourier transform of R values ----

// Source loads values and Sink takes results: from(k, stride, re, im) loads k, k + stride .. into the arrays,
// to(k, stride, re, im) takes results k, k + stride .. 8 and 16 go in groups, so that few values are at hand at a time.
template <std::size_t G, std::size_t I, class V, class T, class Source>
[[gnu::always_inline]] inline void load_groups(Source const& from, V (&x)[G][4], V (&y)[G][4]) noexcept {
  if constexpr (I < G) {
    constexpr std::size_t w = I * 4 / G;
    from(I, G, x[I], y[I]);
    butterfly<4, V, T>(x[I], y[I]);
    turn_16<w, V, T>(x[I][1], y[I][1]);
    turn_16<2 * w, V, T>(x[I][2], y[I][2]);
    turn_16<3 * w, V, T>(x[I][3], y[I][3]);
    load_groups<G, I + 1, V, T>(from, x, y);
  }
}
template <std::size_t G, std::size_t K, class V, class T, class Sink>
[[gnu::always_inline]] inline void store_groups(Sink const& to, V (&x)[G][4], V (&y)[G][4]) noexcept {
  if constexpr (K < 4) {
    V p[G], q[G];
    for (std::size_t i = 0; i < G; ++i) {
      p[i] = x[i][K];
      q[i] = y[i][K];
    }
    butterfly<G, V, T>(p, q);
    to(K, 4, p, q);
    store_groups<G, K + 1, V, T>(to, x, y);
  }
}
template <std::size_t R, class V, class T, class Source, class Sink>
[[gnu::always_inline]] inline void transform(Source const& from, Sink const& to) noexcept {
  if constexpr (R < 8) {
    V x[R], y[R];
    from(0, 1, x, y);
    butterfly<R, V, T>(x, y);
    to(0, 1, x, y);
  } else {
    V x[R / 4][4], y[R / 4][4];
    load_groups<R / 4, 0, V, T>(from, x, y);
    store_groups<R / 4, 0, V, T>(to, x, y);
  }
}

// ---- first pass: no twiddles, interleaved numbers in ----

// The layout behind a first pass of radix R: what smooth_plan::inner() says, known beforehand but for the planar one's
// distance.
template <std::size_t R, class T>
inline constexpr std::size_t first_group = R % block_size<T> == 0 ? 2 : 1;
template <std::size_t R, class T>
[[gnu::always_inline]] inline std::ptrdiff_t first_distance(spread to) noexcept {
  return R % block_size<T> == 0 ? static_cast<std::ptrdiff_t>(block_size<T>) : to.im;
}

// Stores what transposing k .. k + unit - 1 of the columns from `out` on gave, unit by unit.
template <std::size_t R, class T, std::size_t G>
[[gnu::always_inline]] inline void store_columns(vec<T> const* re, vec<T> const* im, T* out,
                                                 std::ptrdiff_t im_at) noexcept {
  if constexpr (G < units) {
    for (std::size_t i = 0; i < unit<T>; ++i) {
      T* const at = out + first_group<R, T> * R * place_of<T>(G * unit<T> + i);
      store_unit<G>(at, re[i]);
      store_unit<G>(at + im_at, im[i]);
    }
    store_columns<R, T, G + 1>(re, im, out, im_at);
  }
}

// Takes apart the interleaved numbers of columns.
template <class T, bool Swap>
struct columns_source {
  T const* in;
  std::size_t step;
  T scale;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, vec<T> (&re)[N],
                                         vec<T> (&im)[N]) const noexcept {
    T const* from = in + k * step;
    for (std::size_t i = 0; i < N; ++i, advance(from, stride * step)) {
      take_apart<T>(ops::load(from), ops::load(from + width<T>), Swap ? im[i] : re[i], Swap ? re[i] : im[i]);
      if constexpr (Swap) {
        re[i] = re[i] * scale;
        im[i] = im[i] * scale;
      }
    }
  }
};
template <class V>
struct array_sink {
  V *re, *im;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, V (&x)[N], V (&y)[N]) const noexcept {
    for (std::size_t i = 0; i < N; ++i, k += stride) {
      re[k] = x[i];
      im[k] = y[i];
    }
  }
};

template <std::size_t R, class T, bool Swap>
[[gnu::always_inline]] inline void first_columns(T const* in, T* out, spread to, std::size_t m, std::size_t j,
                                                 T scale) noexcept {
  constexpr std::size_t u = unit<T>, b = block_size<T>, group = first_group<R, T>;
  std::ptrdiff_t const im_at = first_distance<R, T>(to);
  vec<T> x[R], y[R];
  transform<R, vec<T>, T>(columns_source<T, Swap>{in + 2 * j, 2 * m, scale}, array_sink<vec<T>>{x, y});
  for (std::size_t k = 0; k + u <= R; k += u) {
    vec<T> re[u], im[u];
    transpose<T>(x + k, re);
    transpose<T>(y + k, im);
    store_columns<R, T, 0>(re, im, out + group * (j * R + k - k % b) + k % b, im_at);
  }
  for (std::size_t k = R / u * u; k < R; ++k) {  // planar then
    for (std::size_t i = 0; i < width<T>; ++i) {
      T* const at = out + (j + place_of<T>(i)) * R + k;
      at[0] = x[k][i];
      at[to.im] = y[k][i];
    }
  }
}

// One number of each column; the result goes to the places of the layout.
template <class T, bool Swap>
struct column_source {
  T const* in;
  std::size_t step;
  T scale;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, T (&re)[N], T (&im)[N]) const noexcept {
    T const* from = in + k * step;
    for (std::size_t i = 0; i < N; ++i, from += stride * step) {
      re[i] = Swap ? from[1] * scale : from[0];
      im[i] = Swap ? from[0] * scale : from[1];
    }
  }
};
template <class T>
struct place_sink {
  T* out;
  spread to;
  std::size_t first;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, T (&x)[N], T (&y)[N]) const noexcept {
    for (std::size_t i = 0; i < N; ++i, k += stride) {
      T* const at = out + to.place<T>(first + k);
      at[0] = x[i];
      at[to.im] = y[i];
    }
  }
};

// Columns [first, last) of m.
template <std::size_t R, class T, bool Swap>
inline void first_pass(T const* in, T* out, spread to, std::size_t m, std::size_t first, std::size_t last,
                       T scale) noexcept {
  constexpr std::size_t w = width<T>;
  if (m >= w) {
    for (std::size_t j = first; j < last; j += w) {
      first_columns<R, T, Swap>(in, out, to, m, j + w <= m ? j : m - w, scale);  // the last ones perhaps again
    }
    return;
  }
  for (std::size_t j = first; j < last; ++j) {
    transform<R, T, T>(column_source<T, Swap>{in + 2 * j, 2 * m, scale}, place_sink<T>{out, to, j * R});
  }
}

// ---- short pass: l < B, so that a vector holds numbers of several rows; planar in ----

template <class V, class T>
[[gnu::always_inline]] inline V load_as(T const* p) noexcept {
  V v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}

template <class V, class T>
struct short_source {
  T const *in, *twiddles;
  std::size_t step, row;
  std::ptrdiff_t im_at;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, V (&re)[N], V (&im)[N]) const noexcept {
    for (std::size_t i = 0; i < N; ++i, k += stride) {
      re[i] = load_as<V>(in + k * step);
      im[i] = load_as<V>(in + k * step + im_at);
      if (k == 0) continue;
      T const* const t = twiddles + (k - 1) * 2 * row;
      V const c = load_as<V>(t), s = load_as<V>(t + row), x = re[i] * c - im[i] * s;
      im[i] = re[i] * s + im[i] * c;
      re[i] = x;
    }
  }
};

// Butterflies u .. u + lanes of V - 1 of l m.
template <std::size_t R, class V, class T>
[[gnu::always_inline]] inline void short_columns(T const* in, T* out, spread from, spread to, T const* twiddles,
                                                 std::size_t l, std::size_t m, std::size_t u) noexcept {
  constexpr std::size_t lanes = sizeof(V) / sizeof(T);
  std::size_t j = u / l, q = u % l;
  V x[R], y[R];
  transform<R, V, T>(short_source<V, T>{in + u, twiddles + q, m * l, l + block_size<T>, from.im}, array_sink<V>{x, y});
  T re[R][lanes], im[R][lanes];
  __builtin_memcpy(re, x, sizeof x);
  __builtin_memcpy(im, y, sizeof y);
  for (std::size_t i = 0; i < lanes; ++i) {
    for (std::size_t k = 0; k < R; ++k) {
      T* const at = out + to.place<T>((j * R + k) * l + q);
      at[0] = re[k][i];
      at[to.im] = im[k][i];
    }
    if (++q == l) {
      q = 0;
      ++j;
    }
  }
}

// Butterflies [first, last) of l m.
template <std::size_t R, class T>
inline void short_pass(T const* in, T* out, spread from, spread to, T const* twiddles, std::size_t l, std::size_t m,
                       std::size_t first, std::size_t last) noexcept {
  constexpr std::size_t w = width<T>;
  std::size_t const count = l * m;
  for (std::size_t u = first; count >= w && u < last; u += w) {
    short_columns<R, vec<T>>(in, out, from, to, twiddles, l, m, u + w <= count ? u : count - w);
  }
  for (std::size_t u = first; count < w && u < last; ++u) {
    short_columns<R, T>(in, out, from, to, twiddles, l, m, u);
  }
}

// ---- long pass: l >= B; the last block of a row reaches back where B does not divide l ----

template <class T>
struct long_source {
  T const *in, *twiddles;
  std::size_t step;
  std::ptrdiff_t im_at;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, vec<T> (&re)[N],
                                         vec<T> (&im)[N]) const noexcept {
    constexpr std::size_t b = block_size<T>;
    T const* from = in + k * step;
    for (std::size_t i = 0; i < N; ++i, k += stride, advance(from, stride * step)) {
      re[i] = ops::load(from);
      im[i] = ops::load(from + im_at);
      if (k == 0) continue;
      T const* const t = twiddles + (k - 1) * 2 * b;
      vec<T> const c = ops::load(t), s = ops::load(t + b), x = re[i] * c - im[i] * s;
      im[i] = re[i] * s + im[i] * c;
      re[i] = x;
    }
  }
};
template <class T, bool Last, bool Swap>
struct long_sink {
  T* out;
  std::size_t step;
  std::ptrdiff_t im_at;
  template <std::size_t N>
  [[gnu::always_inline]] void operator()(std::size_t k, std::size_t stride, vec<T> (&x)[N],
                                         vec<T> (&y)[N]) const noexcept {
    T* to = out + k * step;
    for (std::size_t i = 0; i < N; ++i, advance(to, stride * step)) {
      if constexpr (Last) {
        store_interleaved<T>(to, Swap ? y[i] : x[i], Swap ? x[i] : y[i]);
      } else {
        ops::store(to, x[i]);
        ops::store(to + im_at, y[i]);
      }
    }
  }
};

// Blocks [first, last). Last: interleaved numbers out.
template <std::size_t R, class T, bool Last, bool Swap>
inline void long_pass(T const* in, T* out, spread where, T const* twiddles, std::size_t l, std::size_t m,
                      std::size_t first, std::size_t last) noexcept {
  constexpr std::size_t w = width<T>, b = block_size<T>, wide = Last ? 2 : 1;
  std::size_t const per_row = (l + b - 1) / b, out_group = Last ? 2 : where.group;
  std::size_t j = first / per_row, t = first % per_row;
  for (std::size_t i = first; i < last; ++i) {
    std::size_t const q = t * b + b <= l ? t * b : l - b;
    T const* const tw = twiddles + t * (2 * b * (R - 1));
    T const* const from = in + where.group * (j * l + q);
    T* const to = out + out_group * (j * R * l + q);
    for (std::size_t h = 0; h < b; h += w) {
      transform<R, vec<T>, T>(long_source<T>{from + h, tw + h, where.group * m * l, where.im},
                              long_sink<T, Last, Swap>{to + wide * h, out_group * l, where.im});
    }
    if (++t == per_row) {
      t = 0;
      ++j;
    }
  }
}

// Units [first, last) of a pass; Swap: the inverse transform.
template <std::size_t R, class T, bool Swap>
inline void factor_pass(T const* in, T* out, T const* twiddles, pass_shape p, std::size_t first, std::size_t last,
                        T scale) noexcept {
  constexpr std::size_t b = block_size<T>;
  std::size_t const count = p.l * p.m, end = last * b < count ? last * b : count;
  spread to = p.inner;
  if (p.last) to = {2, 2, 1};
  if (p.l >= b) {
    if (p.last) return long_pass<R, T, true, Swap>(in, out, p.inner, twiddles, p.l, p.m, first, last);
    return long_pass<R, T, false, false>(in, out, p.inner, twiddles, p.l, p.m, first, last);
  }
  if (p.last && Swap) {
    ++out;
    to.im = -1;
  }
  if (p.l == 1) return first_pass<R, T, Swap>(in, out, to, p.m, first * b, end, scale);
  // Factors of two come first and 16 before the others (factor_length): behind them l is 1, or B or more.
  if constexpr (R % 2 != 0) short_pass<R, T>(in, out, p.inner, to, twiddles, p.l, p.m, first * b, end);
}

template <class T, bool Swap>
inline void any_pass(T const* in, T* out, T const* t, pass_shape p, std::size_t first, std::size_t last,
                     T scale) noexcept {
  switch (p.radix) {
    case 16: return factor_pass<16, T, Swap>(in, out, t, p, first, last, scale);
    case 8: return factor_pass<8, T, Swap>(in, out, t, p, first, last, scale);
    case 5: return factor_pass<5, T, Swap>(in, out, t, p, first, last, scale);
    case 4: return factor_pass<4, T, Swap>(in, out, t, p, first, last, scale);
    case 3: return factor_pass<3, T, Swap>(in, out, t, p, first, last, scale);
    default: return factor_pass<2, T, Swap>(in, out, t, p, first, last, scale);
  }
}

// ---- pairs of lines, and products, of interleaved complex numbers ----

template <class T>
constexpr std::size_t reversed_place(std::size_t i) noexcept {
  return width<T> - 2 - i / 2 * 2 + i % 2;
}
template <class T>
constexpr std::size_t exchanged_place(std::size_t i) noexcept {
  return i % 2 == 0 ? i + 1 : i - 1;
}
template <class T>
constexpr std::size_t re_place(std::size_t i) noexcept {
  return i / 2 * 2;
}
template <class T>
constexpr std::size_t im_place(std::size_t i) noexcept {
  return i / 2 * 2 + 1;
}
// Complex numbers in reverse order.
template <class T>
[[gnu::always_inline]] inline vec<T> reversed(vec<T> v) noexcept {
  return ops::shuffle<T, reversed_place<T>>(v, v);
}
template <class T>
[[gnu::always_inline]] inline vec<T> alternating(T re, T im) noexcept {
  vec<T> v;
  for (std::size_t i = 0; i < width<T>; ++i) v[i] = i % 2 == 0 ? re : im;
  return v;
}
// a times b; minus_plus is alternating(-1, 1).
template <class T>
[[gnu::always_inline]] inline vec<T> product(vec<T> a, vec<T> b, vec<T> minus_plus) noexcept {
  vec<T> const exchanged = ops::shuffle<T, exchanged_place<T>>(a, a);
  vec<T> const re = ops::shuffle<T, re_place<T>>(b, b), im = ops::shuffle<T, im_place<T>>(b, b);
  return a * re + exchanged * (im * minus_plus);
}

// For k = 1 .. h/2 with p = in[k], q = conj in[h-k], t = v[k] (p - q) factor:
//   out[k] = (p + q) factor + t,  out[h-k] = conj((p + q) factor - t);  in and out may be the same.
// Conjugate: v[k] conjugated. This takes the spectrum of a real signal out of that of its halves, and back.
// For k in [first, last), first >= 1 and last <= h/2 + 1.
template <class T, bool Conjugate>
inline void pair_pass(T const* in, T* out, T const* v, std::size_t h, T factor, std::size_t first,
                      std::size_t last) noexcept {
  constexpr std::size_t w = width<T>, c = w / 2;  // complex numbers in a vector
  vec<T> const flip_imaginary = alternating<T>(1, -1);
  vec<T> const turn_sign = Conjugate ? flip_imaginary : alternating<T>(-1, 1);
  std::size_t k = first;
  for (; k + c <= last && 2 * (k + c) <= h + 1; k += c) {
    vec<T> const p = ops::load(in + 2 * k);
    vec<T> const q = reversed<T>(ops::load(in + 2 * (h - k - c + 1))) * flip_imaginary;
    vec<T> const sum = (p + q) * factor, difference = (p - q) * factor;
    vec<T> const t = product<T>(difference, ops::load(v + 2 * k), turn_sign);
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

// out[k] = a[k] b[k] for n complex numbers; SwapIn, SwapOut: with the parts of a, or of the product, exchanged.
template <class T, bool SwapIn, bool SwapOut>
inline void multiply(T const* a, T const* b, T* out, std::size_t n) noexcept {
  constexpr std::size_t w = width<T>;
  vec<T> const minus_plus = alternating<T>(-1, 1);
  std::size_t k = 0;
  for (; k + w <= 2 * n; k += w) {
    vec<T> x = ops::load(a + k);
    if constexpr (SwapIn) x = ops::shuffle<T, exchanged_place<T>>(x, x);
    vec<T> const p = product<T>(x, ops::load(b + k), minus_plus);
    ops::store(out + k, SwapOut ? ops::shuffle<T, exchanged_place<T>>(p, p) : p);
  }
  for (; k < 2 * n; k += 2) {
    T const x = a[k + (SwapIn ? 1 : 0)], y = a[k + (SwapIn ? 0 : 1)], re = b[k], im = b[k + 1];
    out[k + (SwapOut ? 1 : 0)] = x * re + y * -im;
    out[k + (SwapOut ? 0 : 1)] = y * re + x * im;
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::PDM_SIMD_NAMESPACE
