// Bodies of pdm/anomaly/subspace_kernels.hpp, included once for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail::PDM_SIMD_NAMESPACE {

namespace dops = simd::PDM_SIMD_NAMESPACE;
using dvec = dops::vec<double>;
inline constexpr std::size_t dwidth = dops::lanes<double>, dparts = 4 / dwidth;

struct four_sums {
  dvec part[dparts] = {};
  // (0 + 2) + (1 + 3), whatever the width.
  [[nodiscard, gnu::always_inline]] inline double total() const noexcept {
#if PDM_SIMD_BYTES == 32
    auto const half = __builtin_shufflevector(part[0], part[0], 0, 1) + __builtin_shufflevector(part[0], part[0], 2, 3);
#else
    auto const half = part[0] + part[1];
#endif
    return half[0] + half[1];
  }
};

[[gnu::always_inline]] inline double dot(double const* x, double const* y, std::size_t stride) noexcept {
  four_sums sum;
  for (std::size_t i = 0; i < stride; i += 4) {
    for (std::size_t p = 0; p < dparts; ++p) {
      sum.part[p] += dops::load(x + i + p * dwidth) * dops::load(y + i + p * dwidth);
    }
  }
  return sum.total();
}

[[gnu::always_inline]] inline bool none_set(dops::vec<std::int64_t> mask) noexcept {
#if PDM_SIMD_BYTES == 32
  auto const half = __builtin_shufflevector(mask, mask, 0, 1) | __builtin_shufflevector(mask, mask, 2, 3);
  return (half[0] | half[1]) == 0;
#else
  return (mask[0] | mask[1]) == 0;
#endif
}

// The totals of four sums side by side, each in the order of four_sums::total().
[[gnu::always_inline]] inline void store_totals(four_sums const& a, four_sums const& b, four_sums const& c,
                                                four_sums const& d, double* into) noexcept {
#if PDM_SIMD_BYTES == 32
  auto const x = a.part[0], y = b.part[0], z = c.part[0], w = d.part[0];
  dvec const half_xy = __builtin_shufflevector(x, y, 0, 1, 4, 5) + __builtin_shufflevector(x, y, 2, 3, 6, 7);
  dvec const half_zw = __builtin_shufflevector(z, w, 0, 1, 4, 5) + __builtin_shufflevector(z, w, 2, 3, 6, 7);
  dvec const sums = __builtin_shufflevector(half_xy, half_zw, 0, 4, 2, 6) +
                    __builtin_shufflevector(half_xy, half_zw, 1, 5, 3, 7);
  dops::store(into, __builtin_shufflevector(sums, sums, 0, 2, 1, 3));
#else
  into[0] = a.total();
  into[1] = b.total();
  into[2] = c.total();
  into[3] = d.total();
#endif
}

inline bool deviations(std::size_t n, double const* x, double const* centre, double const* inverse, double const* mean,
                       double limit, double* d) noexcept {
  dvec const high = dops::broadcast(limit), low = -high;
  dops::vec<std::int64_t> other{};
  std::size_t i = 0;
  for (; i + dwidth <= n; i += dwidth) {
    dvec v = (dops::load(x + i) - dops::load(centre + i)) * dops::load(inverse + i) - dops::load(mean + i);
    v = v > high ? high : v;
    v = v < low ? low : v;
    other |= v != dops::load(d + i);
    dops::store(d + i, v);
  }
  bool same = none_set(other);
  for (; i < n; ++i) {
    double const v = (x[i] - centre[i]) * inverse[i] - mean[i], cut = v > limit ? limit : v < -limit ? -limit : v;
    same = same && cut == d[i];
    d[i] = cut;
  }
  return same;
}

// Four columns of the result at a time stay in registers.
inline double symmetric_times(double const* a, std::size_t n, std::size_t stride, double const* x, double* y) noexcept {
  for (std::size_t i = 0; i < stride; i += 4) {
    four_sums even, odd;
    std::size_t j = 0;
    for (; j + 1 < n; j += 2) {
      for (std::size_t p = 0; p < dparts; ++p) {
        even.part[p] += dops::load(a + j * stride + i + p * dwidth) * x[j];
        odd.part[p] += dops::load(a + (j + 1) * stride + i + p * dwidth) * x[j + 1];
      }
    }
    for (std::size_t p = 0; p < dparts; ++p) {
      if (j < n) even.part[p] += dops::load(a + j * stride + i + p * dwidth) * x[j];
      dops::store(y + i + p * dwidth, even.part[p] + odd.part[p]);
    }
  }
  return dot(x, y, stride);
}

inline void rank_one(double* a, std::size_t n, std::size_t stride, double keep, double factor,
                     double const* v) noexcept {
  for (std::size_t i = 0; i < n; ++i) {
    double const vi = v[i] * factor;
    for (std::size_t j = 0; j < stride; j += dwidth) {
      dops::store(a + i * stride + j, dops::load(a + i * stride + j) * keep - dops::load(v + j) * factor * vi);
    }
  }
}

inline void follow(double* mean, std::size_t stride, double gain, double const* d) noexcept {
  for (std::size_t i = 0; i < stride; i += dwidth) {
    dops::store(mean + i, dops::load(mean + i) + dops::load(d + i) * gain);
  }
}

// y = W d four directions at a time, e = d - W' y; d stays where it is.
[[gnu::always_inline]] inline projection resolve_of(double const* w, std::size_t k, std::size_t stride, double const* d,
                                                    double const* variance, double* y, double* e) noexcept {
  four_sums t2, spe;
  for (std::size_t c = 0; c < k; c += 4) {
    four_sums sum[4];
    for (std::size_t i = 0; i < stride; i += 4) {
      for (std::size_t p = 0; p < dparts; ++p) {
        dvec const v = dops::load(d + i + p * dwidth);
        for (std::size_t a = 0; a < 4; ++a) sum[a].part[p] += dops::load(w + (c + a) * stride + i + p * dwidth) * v;
      }
    }
    store_totals(sum[0], sum[1], sum[2], sum[3], y + c);
    for (std::size_t p = 0; p < dparts; ++p) {
      dvec const v = dops::load(y + c + p * dwidth);
      t2.part[p] += v * v / dops::load(variance + c + p * dwidth);
    }
  }
  for (std::size_t i = 0; i < stride; i += 4) {
    for (std::size_t p = 0; p < dparts; ++p) {
      dvec left = dops::load(d + i + p * dwidth);
      for (std::size_t c = 0; c < k; ++c) left -= dops::load(w + c * stride + i + p * dwidth) * y[c];
      dops::store(e + i + p * dwidth, left);
      spe.part[p] += left * left;
    }
  }
  return {t2.total(), spe.total()};
}
inline projection resolve(double const* w, std::size_t k, std::size_t stride, double const* d, double const* variance,
                          double* y, double* e) noexcept {
  if (k == 4 && stride == 16) return resolve_of(w, 4, 16, d, variance, y, e);
  return k == 4 ? resolve_of(w, 4, stride, d, variance, y, e) : resolve_of(w, k, stride, d, variance, y, e);
}

[[gnu::always_inline]] inline void turn_of(double* w, std::size_t k, std::size_t stride, double spe, turning const& t,
                                           double* variance, double const* y, double const* e, double* mean,
                                           double const* d) noexcept {
  four_sums along;
  dvec const bottom = dops::broadcast(t.least);
  for (std::size_t c = 0; c < k; c += 4) {
    for (std::size_t p = 0; p < dparts; ++p) {
      dvec const v = dops::load(y + c + p * dwidth), square = v * v, old = dops::load(variance + c + p * dwidth);
      dvec const next = old + (square - old) * t.gain;
      dops::store(variance + c + p * dwidth, next < bottom ? bottom : next);
      along.part[p] += square;
    }
  }
  double const size = spe + along.total(), step = size > t.most ? t.step * (t.most / size) : t.step;
  for (std::size_t i = 0; i < stride; i += dwidth) {
    dvec const v = dops::load(e + i) * step;
    for (std::size_t c = 0; c < k; ++c) dops::store(w + c * stride + i, dops::load(w + c * stride + i) + v * y[c]);
    dops::store(mean + i, dops::load(mean + i) + dops::load(d + i) * t.gain);
  }
}
inline void turn(double* w, std::size_t k, std::size_t stride, double spe, turning const& t, double* variance,
                 double const* y, double const* e, double* mean, double const* d) noexcept {
  if (k == 4 && stride == 16) return turn_of(w, 4, 16, spe, t, variance, y, e, mean, d);
  turn_of(w, k, stride, spe, t, variance, y, e, mean, d);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail::PDM_SIMD_NAMESPACE
