// Bodies of pdm/features/window_kernels.hpp, included once for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::features::detail::PDM_SIMD_NAMESPACE {

namespace ops = simd::PDM_SIMD_NAMESPACE;
using vec = ops::vec<float>;
inline constexpr std::size_t width = ops::lanes<float>;
inline constexpr std::size_t parts = sum_width / width;  // vectors that make up the 8 lanes

// Eight partial sums.
struct lane_sum {
  vec part[parts] = {};

  // The lanes in order, in double.
  [[nodiscard]] double total() const noexcept {
    double sum = 0;
    for (std::size_t p = 0; p < parts; ++p) {
      for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(part[p][i]);
    }
    return sum;
  }
};

struct block_extremes {
  vec low, high;
};

// log2 x for normal x > 0; error below 2e-7 on top of rounding. x = 2^e (1 + f), 1 + f in [sqrt 1/2, sqrt 2); the
// polynomial interpolates log2(1 + f) / f at the Chebyshev points of that interval.
[[gnu::always_inline]] inline vec log2(vec x) noexcept {
  using bits = ops::vec<std::int32_t>;
  bits const i = reinterpret_cast<bits>(x) - 0x3F3504F3;  // sqrt 1/2
  bits const e = i >> 23;
  vec const f = reinterpret_cast<vec>(reinterpret_cast<bits>(x) - (e << 23)) - 1.0f;
  vec const f2 = f * f, f4 = f2 * f2;
  vec const a = (f * -0.721352931f + 1.44269499f) + f2 * (f * -0.360225182f + 0.480916708f);
  vec const b = (f * -0.249271822f + 0.287288882f) + f2 * (f * -0.142759734f + 0.232652579f);
  return __builtin_convertvector(e, vec) + f * (a + f4 * b);
}

// Powers of the distance from `about`, over whole groups of 8 samples.
inline void add_powers(float const* x, std::size_t n, float about, moment_sums& sums) noexcept {
  lane_sum s1, s2, s3, s4;
  std::size_t const whole = n / sum_width * sum_width;
  for (std::size_t i = 0; i < whole; i += sum_width) {
    for (std::size_t p = 0; p < parts; ++p) {
      vec const d = ops::load(x + i + p * width) - about;
      vec const d2 = d * d;
      s1.part[p] += d;
      s2.part[p] += d2;
      s3.part[p] += d2 * d;
      s4.part[p] += d2 * d2;
    }
  }
  double t1 = s1.total(), t2 = s2.total(), t3 = s3.total(), t4 = s4.total();
  for (std::size_t i = whole; i < n; ++i) {
    double const d = static_cast<double>(x[i] - about), d2 = d * d;
    t1 += d;
    t2 += d2;
    t3 += d2 * d;
    t4 += d2 * d2;
  }
  sums.merge(static_cast<double>(n), static_cast<double>(about), t1, t2, t3, t4);
}

// Plain sums and extremes of a block; returns its mean to float precision.
inline float add_plain(float const* x, std::size_t n, moment_sums& sums, block_extremes& seen) noexcept {
  lane_sum s, a, r;
  std::size_t const whole = n / sum_width * sum_width;
  vec low = seen.low, high = seen.high;
  for (std::size_t i = 0; i < whole; i += sum_width) {
    for (std::size_t p = 0; p < parts; ++p) {
      vec const v = ops::load(x + i + p * width), m = ops::magnitude(v);
      s.part[p] += v;
      a.part[p] += m;
      r.part[p] += ops::sqrt(m);
      low = v < low ? v : low;
      high = v > high ? v : high;
    }
  }
  double t = s.total(), ta = a.total(), tr = r.total();
  for (std::size_t i = whole; i < n; ++i) {
    float const m = x[i] < 0 ? -x[i] : x[i];
    t += static_cast<double>(x[i]);
    ta += static_cast<double>(m);
    tr += static_cast<double>(__builtin_sqrtf(m));
    sums.least = x[i] < sums.least ? x[i] : sums.least;
    sums.greatest = x[i] > sums.greatest ? x[i] : sums.greatest;
  }
  seen = {low, high};
  sums.absolute += ta;
  sums.root += tr;
  return static_cast<float>(t / static_cast<double>(n));
}

inline void add_window_moments(float const* x, std::size_t n, moment_sums& sums) noexcept {
  block_extremes seen{ops::broadcast(sums.least), ops::broadcast(sums.greatest)};
  for (std::size_t at = 0; at < n; at += sum_block) {
    std::size_t const here = n - at < sum_block ? n - at : sum_block;
    float const about = add_plain(x + at, here, sums, seen);
    add_powers(x + at, here, about, sums);
  }
  for (std::size_t i = 0; i < width; ++i) {
    sums.least = seen.low[i] < sums.least ? seen.low[i] : sums.least;
    sums.greatest = seen.high[i] > sums.greatest ? seen.high[i] : sums.greatest;
  }
}

// The Hann window in the spectrum: W[k] = X[k]/2 - (X[k-1] + X[k+1])/4.
[[gnu::always_inline]] inline vec hann(float const* at) noexcept {
  return ops::load(at) * 0.5f - (ops::load(at - 2) + ops::load(at + 2)) * 0.25f;
}

inline line_sums hann_lines(float const* spectrum, std::size_t first, std::size_t n, float scale, float first_weight,
                            float about, float* amplitude) noexcept {
  lane_sum sa, s1, s2, s3, s4, sp, sl;
  vec weight = ops::broadcast(scale);
  weight[0] = scale * first_weight;
  vec d = ops::ramp<float>(static_cast<float>(first)) - about;
  for (std::size_t k = 0; k < n; k += sum_width) {
    for (std::size_t p = 0; p < parts; ++p) {
      float const* const at = spectrum + 2 * (first + k + p * width);
      vec re, im;
      ops::deinterleave(hann(at), hann(at + width), re, im);
      re = re * weight;
      im = im * weight;
      vec const power = re * re + im * im, a = ops::sqrt(power);
      ops::store(amplitude + k + p * width, a);
      constexpr float smallest = 1.17549435e-38f;  // below it P log P is 0 to float precision
      vec const logarithm = log2(power > smallest ? power : ops::broadcast(smallest));
      sp.part[p] += power;
      sl.part[p] += power * logarithm;
      vec const m1 = d * a, m2 = d * m1, m3 = d * m2;
      sa.part[p] += a;
      s1.part[p] += m1;
      s2.part[p] += m2;
      s3.part[p] += m3;
      s4.part[p] += d * m3;
      d = d + static_cast<float>(width);
      weight = ops::broadcast(scale);
    }
  }
  return {sa.total(), s1.total(), s2.total(), s3.total(), s4.total(), sp.total(), sl.total()};
}

// Calls f(re, im) for vectors of complex numbers and stores what it returns; the rest one by one.
inline void squared_magnitudes(float const* z, std::size_t n, float scale, float* out) noexcept {
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    vec re, im;
    ops::deinterleave(ops::load(z + 2 * i), ops::load(z + 2 * i + width), re, im);
    ops::store(out + i, (re * re + im * im) * scale);
  }
  for (; i < n; ++i) out[i] = (z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]) * scale;
}

inline void magnitudes(float const* z, std::size_t n, float scale, float* out) noexcept {
  std::size_t i = 0;
  for (; i + width <= n; i += width) {
    vec re, im;
    ops::deinterleave(ops::load(z + 2 * i), ops::load(z + 2 * i + width), re, im);
    ops::store(out + i, ops::sqrt(re * re + im * im) * scale);
  }
  for (; i < n; ++i) out[i] = __builtin_sqrtf(z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]) * scale;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features::detail::PDM_SIMD_NAMESPACE
