// Bodies of pdm/dsp/kurtogram_kernels.hpp, included once for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::kurtogram::PDM_SIMD_NAMESPACE {

namespace ops = simd::PDM_SIMD_NAMESPACE;
template <class T>
using vec = ops::vec<T>;
template <class T>
inline constexpr std::size_t width = ops::lanes<T>;
inline constexpr std::size_t together = 2;  // vectors of outputs made at a time

template <class T>
struct outputs {
  vec<T> re[together] = {}, im[together] = {};
};

// sum += j^Turn c x
template <class T, bool Real, std::size_t Turn>
[[gnu::always_inline]] inline void add_turned(vec<T>& re, vec<T>& im, T c, vec<T> x_re, vec<T> x_im) noexcept {
  vec<T> const r = c * x_re;
  if constexpr (Turn == 0) re += r;
  if constexpr (Turn == 1) im += r;
  if constexpr (Turn == 2) re -= r;
  if constexpr (Turn == 3) im -= r;
  if constexpr (!Real) {
    vec<T> const i = c * x_im;
    if constexpr (Turn == 0) im += i;
    if constexpr (Turn == 1) re -= i;
    if constexpr (Turn == 2) im -= i;
    if constexpr (Turn == 3) re += i;
  }
}

template <class T, bool Real>
[[gnu::always_inline]] inline void load_complex(T const* re, T const* im, vec<T>& x_re, vec<T>& x_im) noexcept {
  x_re = ops::load(re);
  if constexpr (Real) {
    (void)im;
    x_im = vec<T>{};
  } else {
    x_im = ops::load(im);
  }
}

// Tap K of both halves: low += j^K a x[-K], high += (-j)^(K + Ahead) d x[-K].
template <class T, bool Real, std::size_t K, std::size_t Ahead>
[[gnu::always_inline]] inline void half_tap(T a, T d, T const* re, T const* im, outputs<T>& low,
                                            outputs<T>& high) noexcept {
  for (std::size_t u = 0; u < together; ++u) {
    vec<T> x_re, x_im;
    load_complex<T, Real>(re + u * width<T> - K, im + u * width<T> - K, x_re, x_im);
    add_turned<T, Real, K % 4>(low.re[u], low.im[u], a, x_re, x_im);
    if constexpr (K < 8) add_turned<T, Real, (3 * (K + Ahead)) % 4>(high.re[u], high.im[u], d, x_re, x_im);
  }
}
template <class T, bool Real, std::size_t Ahead, std::size_t... K>
[[gnu::always_inline]] inline void half_taps(std::index_sequence<K...>, T const* a, T const* d, T const* re,
                                             T const* im, outputs<T>& low, outputs<T>& high) noexcept {
  (half_tap<T, Real, K, Ahead>(a[K], d[K], re, im, low, high), ...);
}

// z *= e^(j angle)
template <class T>
[[gnu::always_inline]] inline void turn(outputs<T>& z, T cosine, T sine) noexcept {
  for (std::size_t u = 0; u < together; ++u) {
    vec<T> const re = z.re[u] * cosine - z.im[u] * sine;
    z.im[u] = z.re[u] * sine + z.im[u] * cosine;
    z.re[u] = re;
  }
}

template <class T, bool Real>
inline void halves(phases<T> const& x, half_taps_of<T> const& h, std::size_t n, parts<T> low, parts<T> high) noexcept {
  constexpr T root = T(0.70710678118654752440);
  vec<T> sign;  // every second value of the upper half changes its sign: its spectrum is put the right way round
  for (std::size_t i = 0; i < width<T>; ++i) sign[i] = i % 2 == 0 ? T(1) : T(-1);
  for (std::size_t m = 0; m < n; m += together * width<T>) {
    outputs<T> a, d;
    half_taps<T, Real, 0>(std::make_index_sequence<9>{}, h.even, h.odd, x.re[1] + m, x.im[1] + m, a, d);
    turn(a, root, -root);
    turn(d, -root, root);
    half_taps<T, Real, 1>(std::make_index_sequence<8>{}, h.odd, h.even + 1, x.re[0] + m, x.im[0] + m, a, d);
    for (std::size_t u = 0; u < together; ++u) {
      ops::store(low.re + m + u * width<T>, a.re[u]);
      ops::store(low.im + m + u * width<T>, a.im[u]);
      ops::store(high.re + m + u * width<T>, d.re[u] * sign);
      ops::store(high.im + m + u * width<T>, d.im[u] * sign);
    }
  }
}

// Tap K of one phase of the thirds; sums of even and of odd taps apart, since j^K and (-j)^K differ in the odd ones.
template <class T, bool Real, std::size_t K>
[[gnu::always_inline]] inline void third_tap(T c, T const* re, T const* im, outputs<T>& even,
                                             outputs<T>& odd) noexcept {
  for (std::size_t u = 0; u < together; ++u) {
    vec<T> x_re, x_im;
    load_complex<T, Real>(re + u * width<T> - K, im + u * width<T> - K, x_re, x_im);
    if constexpr (K % 2 == 0) add_turned<T, Real, K % 4>(even.re[u], even.im[u], c, x_re, x_im);
    if constexpr (K % 2 == 1) add_turned<T, Real, K % 4>(odd.re[u], odd.im[u], c, x_re, x_im);
  }
}
template <class T, bool Real, std::size_t... K>
[[gnu::always_inline]] inline void third_taps(std::index_sequence<K...>, T const* c, T const* re, T const* im,
                                              outputs<T>& even, outputs<T>& odd) noexcept {
  (third_tap<T, Real, K>(c[K], re, im, even, odd), ...);
}

template <class T, bool Real>
inline void thirds(phases<T> const& x, third_taps_of<T> const& h, std::size_t n, parts<T> const* out) noexcept {
  constexpr T c = T(0.86602540378443864676), s = T(0.5);
  constexpr std::size_t w = width<T>;
  for (std::size_t m = 0; m < n; m += together * w) {
    outputs<T> e0, o0, e1, o1, e2, o2;
    third_taps<T, Real>(std::make_index_sequence<9>{}, h.tap[0], x.re[2] + m, x.im[2] + m, e0, o0);
    third_taps<T, Real>(std::make_index_sequence<8>{}, h.tap[1], x.re[1] + m, x.im[1] + m, e1, o1);
    third_taps<T, Real>(std::make_index_sequence<8>{}, h.tap[2], x.re[0] + m, x.im[0] + m, e2, o2);
    for (std::size_t u = 0; u < together; ++u) {
      std::size_t const at = m + u * w;
      // Bands 0 and 2 take j^k = even + odd, band 1 takes (-j)^k = even - odd; phase r turns by r (1 + 2 band) / 12.
      vec<T> const r0 = e0.re[u] + o0.re[u], i0 = e0.im[u] + o0.im[u];
      vec<T> const r1 = e1.re[u] + o1.re[u], i1 = e1.im[u] + o1.im[u];
      vec<T> const r2 = e2.re[u] + o2.re[u], i2 = e2.im[u] + o2.im[u];
      // e^(j 30) p + e^(j 60) q and e^(j 150) p + e^(-j 60) q
      vec<T> const sr = c * r1 + s * r2, si = c * i1 + s * i2;  // cosines of band 0
      vec<T> const tr = s * r1 + c * r2, ti = s * i1 + c * i2;  // sines of band 0
      vec<T> const ur = s * r2 - c * r1, ui = s * i2 - c * i1;  // cosines of band 2
      vec<T> const vr = s * r1 - c * r2, vi = s * i1 - c * i2;  // sines of band 2
      ops::store(out[0].re + at, r0 + (sr - ti));
      ops::store(out[0].im + at, i0 + (si + tr));
      ops::store(out[2].re + at, r0 + (ur - vi));
      ops::store(out[2].im + at, i0 + (ui + vr));
      vec<T> const re1 = e1.re[u] - o1.re[u], im1 = e1.im[u] - o1.im[u];
      ops::store(out[1].re + at, (e0.re[u] - o0.re[u]) - (im1 + (e2.re[u] - o2.re[u])));
      ops::store(out[1].im + at, (e0.im[u] - o0.im[u]) + (re1 - (e2.im[u] - o2.im[u])));
    }
  }
}

// Eight partial sums in vectors, whatever the width.
template <class T>
struct lane_sum {
  static constexpr std::size_t count = sum_lanes / width<T>;
  vec<T> part[count] = {};

  [[nodiscard]] double total() const noexcept {
    double lane[sum_lanes];
    for (std::size_t i = 0; i < sum_lanes; ++i) lane[i] = static_cast<double>(part[i / width<T>][i % width<T>]);
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  }
};

template <class T>
inline double mean(T const* x, std::size_t n) noexcept {
  double sum = 0;
  std::size_t const whole = n / sum_lanes * sum_lanes;
  for (std::size_t at = 0; at < whole; at += sum_block) {
    std::size_t const end = whole - at < sum_block ? whole : at + sum_block;
    lane_sum<T> s;
    for (std::size_t i = at; i < end; i += sum_lanes) {
      for (std::size_t p = 0; p < s.count; ++p) s.part[p] += ops::load(x + i + p * width<T>);
    }
    sum += s.total();
  }
  for (std::size_t i = whole; i < n; ++i) sum += static_cast<double>(x[i]);
  return sum / static_cast<double>(n);
}

// Sums of |z - mean|^2 and its square.
template <class T, bool Real>
inline power_sums powers(T const* re, T const* im, std::size_t n, T mean_re, T mean_im) noexcept {
  power_sums sums;
  std::size_t const whole = n / sum_lanes * sum_lanes;
  for (std::size_t at = 0; at < whole; at += sum_block) {
    std::size_t const end = whole - at < sum_block ? whole : at + sum_block;
    lane_sum<T> second, fourth;
    for (std::size_t i = at; i < end; i += sum_lanes) {
      for (std::size_t p = 0; p < second.count; ++p) {
        vec<T> x_re, x_im;
        load_complex<T, Real>(re + i + p * width<T>, im + i + p * width<T>, x_re, x_im);
        x_re -= mean_re;
        vec<T> square = x_re * x_re;
        if constexpr (!Real) {
          x_im -= mean_im;
          square += x_im * x_im;
        }
        second.part[p] += square;
        fourth.part[p] += square * square;
      }
    }
    sums.second += second.total();
    sums.fourth += fourth.total();
  }
  for (std::size_t i = whole; i < n; ++i) {
    double const u = static_cast<double>(re[i] - mean_re), v = Real ? 0 : static_cast<double>(im[i] - mean_im);
    double const square = u * u + v * v;
    sums.second += square;
    sums.fourth += square * square;
  }
  return sums;
}

// x[step i + p] to phase p.
template <class T>
inline void split_in_two(T const* x, std::size_t n, T* p0, T* p1) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    p0[i] = x[2 * i];
    p1[i] = x[2 * i + 1];
  }
}
template <class T>
inline void split_in_three(T const* x, std::size_t n, T* p0, T* p1, T* p2) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    p0[i] = x[3 * i];
    p1[i] = x[3 * i + 1];
    p2[i] = x[3 * i + 2];
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail::kurtogram::PDM_SIMD_NAMESPACE
