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

[[gnu::always_inline]] inline dvec pick_double(dops::vec<std::int64_t> where, dvec a, dvec b) noexcept {
  using mask = dops::vec<std::int64_t>;
  return reinterpret_cast<dvec>((reinterpret_cast<mask>(a) & where) | (reinterpret_cast<mask>(b) & ~where));
}

inline bool deviations(std::size_t n, double const* x, double const* centre, double const* inverse, double const* mean,
                       double limit, double* d) noexcept {
  dvec const high = dops::broadcast(limit), low = -high;
  dops::vec<std::int64_t> other{};
  std::size_t i = 0;
  for (; i + dwidth <= n; i += dwidth) {
    dvec v = (dops::load(x + i) - dops::load(centre + i)) * dops::load(inverse + i) - dops::load(mean + i);
    v = pick_double(v > high, high, v);
    v = pick_double(v < low, low, v);
    other |= v != dops::load(d + i);
    dops::store(d + i, v);
  }
  bool same = true;
  for (std::size_t k = 0; k < dwidth; ++k) same = same && other[k] == 0;
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

// y and r from x; both orders of summing are those of dot().
[[gnu::always_inline]] inline double residual_of(double const* w, std::size_t k, std::size_t stride, double const* x,
                                                 double* y, double* r) noexcept {
  for (std::size_t c = 0; c < k; ++c) y[c] = dot(w + c * stride, x, stride);
  four_sums sum;
  for (std::size_t i = 0; i < stride; i += 4) {
    for (std::size_t p = 0; p < dparts; ++p) {
      dvec e = dops::load(x + i + p * dwidth);
      for (std::size_t c = 0; c < k; ++c) e -= dops::load(w + c * stride + i + p * dwidth) * y[c];
      dops::store(r + i + p * dwidth, e);
      sum.part[p] += e * e;
    }
  }
  return sum.total();
}
inline double residual(double const* w, std::size_t k, std::size_t stride, double const* x, double* y,
                       double* r) noexcept {
  if (k == 4 && stride == 16) return residual_of(w, 4, 16, x, y, r);
  return k == 4 ? residual_of(w, 4, stride, x, y, r) : residual_of(w, k, stride, x, y, r);
}

inline bool learned_as_scored(std::size_t n, double const* x, double const* last, double const* d,
                              double limit) noexcept {
  dvec const high = dops::broadcast(limit), low = -high;
  dops::vec<std::int64_t> other{};
  std::size_t i = 0;
  for (; i + dwidth <= n; i += dwidth) {
    dvec const v = dops::load(d + i);
    other |= (dops::load(x + i) != dops::load(last + i)) | (v > high) | (v < low);
  }
  bool same = true;
  for (std::size_t k = 0; k < dwidth; ++k) same = same && other[k] == 0;
  for (; i < n; ++i) same = same && x[i] == last[i] && d[i] <= limit && d[i] >= -limit;
  return same;
}

inline double scaled_squares(double const* y, double const* variance, std::size_t padded) noexcept {
  four_sums sum;
  for (std::size_t i = 0; i < padded; i += 4) {
    for (std::size_t p = 0; p < dparts; ++p) {
      dvec const v = dops::load(y + i + p * dwidth);
      sum.part[p] += v * v / dops::load(variance + i + p * dwidth);
    }
  }
  return sum.total();
}

inline double follow_squares(double const* y, double* variance, std::size_t padded, double gain,
                             double least) noexcept {
  four_sums sum;
  dvec const bottom = dops::broadcast(least);
  for (std::size_t i = 0; i < padded; i += dwidth) {
    dvec const v = dops::load(y + i), square = v * v, old = dops::load(variance + i);
    dvec const next = old + (square - old) * gain;
    dops::store(variance + i, pick_double(next < bottom, bottom, next));
    sum.part[i / dwidth % dparts] += square;
  }
  return sum.total();
}

[[gnu::always_inline]] inline void turn_of(double* w, std::size_t k, std::size_t stride, double step, double const* y,
                                           double const* r, double* mean, double gain, double const* d) noexcept {
  for (std::size_t i = 0; i < stride; i += dwidth) {
    dvec const e = dops::load(r + i) * step;
    for (std::size_t c = 0; c < k; ++c) {
      dops::store(w + c * stride + i, dops::load(w + c * stride + i) + e * y[c]);
    }
    dops::store(mean + i, dops::load(mean + i) + dops::load(d + i) * gain);
  }
}
inline void turn(double* w, std::size_t k, std::size_t stride, double step, double const* y, double const* r,
                 double* mean, double gain, double const* d) noexcept {
  if (k == 4 && stride == 16) return turn_of(w, 4, 16, step, y, r, mean, gain, d);
  turn_of(w, k, stride, step, y, r, mean, gain, d);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail::PDM_SIMD_NAMESPACE
