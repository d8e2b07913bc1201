// math -- elementary functions whose bits do not depend on the platform.
//
// What      exp, log, sine, cosine, the error function, the normal distribution and log-gamma in plain IEEE double
//           arithmetic (+ - * / and square root, which are correctly rounded everywhere), for values that enter
//           a state or an event. Build with -ffp-contract=off (the target pdm::edge asks for it).
// NB        Not a replacement for <cmath> where bits do not matter, and not vectorised.
// Accuracy  Largest relative error over the stated range, produced by tests/core/math_test.cpp against long double:
//           exp 2e-16 on [-700, 700]; log 2e-16 on [1e-304, 1e304]; log2 and log10 4e-16 there; pow 4e-16 (1 + |y ln
//           x|) where the value lies in [1e-300, 1e300]; log1p 4e-16 on (-0.95, 1]; sin and cos 2e-16 absolute for |x|
//           <= 1e5; sin_turns and cos_turns 2e-16 absolute; erfc 1e-14 on [-6, 25]; normal_cdf 3e-13 on [-36, 8];
//           normal_quantile 3e-15 (of max(1, |z|)) on [1e-260, 1); log_gamma 1e-14 (of max(1, |value|)) on
//           [0.01, 1e6]. tests/core/math_bits_test.cpp holds every machine to the same bits.
// Source    Argument reductions and Taylor sums: J.-M. Muller, Elementary Functions, 3rd ed., ch. 4 and 11.
//           erfc: Abramowitz & Stegun 7.1.6 and 7.1.14. log_gamma: A&S 6.1.41. Quantile start: A&S 26.2.23.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::math {

inline constexpr double pi = 3.14159265358979323846;
inline constexpr double ln_2 = 0.69314718055994530942;
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

[[nodiscard]] inline double sqrt(double x) noexcept { return std::sqrt(x); }  // correctly rounded by IEEE 754
[[nodiscard]] inline bool is_finite(double x) noexcept {
  return (std::bit_cast<std::uint64_t>(x) & 0x7FF0000000000000ull) != 0x7FF0000000000000ull;
}

namespace detail {
inline constexpr double ln_2_high = 6.93147180369123816490e-01;  // 33 leading bits of ln 2
inline constexpr double ln_2_low = 1.90821492927058770002e-10;

// 2^k for k in the range of normal numbers.
inline double power_of_two(int k) noexcept { return std::bit_cast<double>(static_cast<std::uint64_t>(k + 1023) << 52); }

struct mantissa {
  double part;  // in [0.5, 1)
  int exponent;
};
// x = part 2^exponent for finite x > 0.
inline mantissa mantissa_of(double x) noexcept {
  int const lifted = x < std::numeric_limits<double>::min() ? 54 : 0;
  auto const bits = std::bit_cast<std::uint64_t>(lifted != 0 ? x * 0x1p54 : x);
  double const part = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFull) | 0x3FE0000000000000ull);
  return {part, static_cast<int>(bits >> 52) - 1022 - lifted};
}

// sin and cos on [-pi/4, pi/4] by Taylor sums.
inline double sin_small(double x) noexcept {
  double const z = x * x;
  double p = 1.0 / 355687428096000.0;
  p = p * -z + 1.0 / 1307674368000.0;
  p = p * -z + 1.0 / 6227020800.0;
  p = p * -z + 1.0 / 39916800.0;
  p = p * -z + 1.0 / 362880.0;
  p = p * -z + 1.0 / 5040.0;
  p = p * -z + 1.0 / 120.0;
  p = p * -z + 1.0 / 6.0;
  return x - x * z * p;
}
inline double cos_small(double x) noexcept {
  double const z = x * x;
  double p = 1.0 / 20922789888000.0;
  p = p * -z + 1.0 / 87178291200.0;
  p = p * -z + 1.0 / 479001600.0;
  p = p * -z + 1.0 / 3628800.0;
  p = p * -z + 1.0 / 40320.0;
  p = p * -z + 1.0 / 720.0;
  p = p * -z + 1.0 / 24.0;
  return 1.0 - (0.5 * z - z * z * p);
}
// sin and cos of r plus k quarter turns.
inline double sin_quarter(double r, std::int64_t k) noexcept {
  switch (k & 3) {
    case 0: return sin_small(r);
    case 1: return cos_small(r);
    case 2: return -sin_small(r);
    default: return -cos_small(r);
  }
}
struct reduced {
  double rest;
  std::int64_t quarters;
};
// x - k pi/2 with pi/2 in three parts (33 + 33 bits and the rest).
inline reduced reduce(double x) noexcept {
  double const q = x * (2.0 / pi);
  auto const k = static_cast<std::int64_t>(q + (q < 0 ? -0.5 : 0.5));
  auto const f = static_cast<double>(k);
  double r = x - f * 1.57079632673412561417;
  r -= f * 6.07710050630396597660e-11;
  r -= f * 2.02226624879595063154e-21;
  return {r, k};
}
}  // namespace detail

// e^x; 0 below -745, infinity above 709.78.
[[nodiscard]] inline double exp(double x) noexcept {
  if (x != x) return x;
  if (x > 709.782712893384) return infinity;
  if (x < -745.2) return 0.0;
  double const q = x * (1.0 / ln_2);
  auto const k = static_cast<int>(q + (q < 0 ? -0.5 : 0.5));
  double const r = (x - k * detail::ln_2_high) - k * detail::ln_2_low;
  double p = 1.0 / 6227020800.0;
  for (double c : {1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0,
                   1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5}) {
    p = p * r + c;
  }
  double const e = 1.0 + (r + r * r * p);
  if (k > 1023) return e * detail::power_of_two(1023) * 2.0;
  if (k < -1022) return e * detail::power_of_two(k + 200) * detail::power_of_two(-200);
  return e * detail::power_of_two(k);
}

// Natural logarithm; -infinity at 0, NaN below.
[[nodiscard]] inline double log(double x) noexcept {
  if (x != x || x < 0) return not_a_number;
  if (x == 0) return -infinity;
  if (x == infinity) return x;
  auto [m, e] = detail::mantissa_of(x);  // exact; m in [0.5, 1)
  if (m < 0.70710678118654752440) {
    m *= 2;
    --e;
  }
  double const f = m - 1.0;
  double const s = f / (2.0 + f);
  double const z = s * s;
  double p = 1.0 / 23.0;
  for (double c : {1.0 / 21.0, 1.0 / 19.0, 1.0 / 17.0, 1.0 / 15.0, 1.0 / 13.0, 1.0 / 11.0, 1.0 / 9.0, 1.0 / 7.0,
                   1.0 / 5.0, 1.0 / 3.0}) {
    p = p * z + c;
  }
  // log m = f - s (f - 2 z p): the leading term f is exact, so little is lost near 1.
  double const tail = s * (f - 2.0 * z * p);
  return e * detail::ln_2_high - ((tail - e * detail::ln_2_low) - f);
}

[[nodiscard]] inline double log10(double x) noexcept { return log(x) * 0.43429448190325182765; }
[[nodiscard]] inline double log2(double x) noexcept { return log(x) * 1.44269504088896340736; }
// x^y for x > 0.
[[nodiscard]] inline double pow(double x, double y) noexcept { return x == 0 ? (y == 0 ? 1.0 : 0.0) : exp(y * log(x)); }

// log(1 + x) without loss for small x: W. Kahan's correction by the rounding error of 1 + x.
[[nodiscard]] inline double log1p(double x) noexcept {
  double const u = 1.0 + x;
  if (u == 1.0) return x;
  return u > 0 && u < infinity ? log(u) * x / (u - 1.0) : log(u);
}

// Sine and cosine of radians, |x| <= 1e5 for the stated accuracy.
[[nodiscard]] inline double sin(double x) noexcept {
  auto const [r, k] = detail::reduce(x);
  return detail::sin_quarter(r, k);
}
[[nodiscard]] inline double cos(double x) noexcept {
  auto const [r, k] = detail::reduce(x);
  return detail::sin_quarter(r, k + 1);
}

// sin(2 pi i / n) and cos(2 pi i / n) with exact reduction of the angle: what windows and transforms are made of.
[[nodiscard]] inline double sin_turns(std::uint64_t i, std::uint64_t n) noexcept {
  i %= n;
  std::uint64_t const eighths = 8 * i / n;    // octant 0..7
  std::uint64_t const k = (eighths + 1) / 2;  // nearest quarter turn
  auto const rest = static_cast<double>(static_cast<std::int64_t>(4 * i) - static_cast<std::int64_t>(k * n));
  return detail::sin_quarter(rest / static_cast<double>(n) * (pi / 2), static_cast<std::int64_t>(k));
}
[[nodiscard]] inline double cos_turns(std::uint64_t i, std::uint64_t n) noexcept {
  i %= n;
  std::uint64_t const k = (8 * i / n + 1) / 2;
  auto const rest = static_cast<double>(static_cast<std::int64_t>(4 * i) - static_cast<std::int64_t>(k * n));
  return detail::sin_quarter(rest / static_cast<double>(n) * (pi / 2), static_cast<std::int64_t>(k) + 1);
}

namespace detail {
// e^(-x^2) with the rounding error of x^2 put back: the leading 26 bits of x have an exact square.
inline double exp_minus_square(double x) noexcept {
  double const high = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0xFFFFFFFFF8000000ull);
  return exp(-high * high) * exp(-(x - high) * (x + high));
}
}  // namespace detail

// Complementary error function.
[[nodiscard]] inline double erfc(double x) noexcept {
  if (x != x) return x;
  double const a = x < 0 ? -x : x;
  double upper = 0;  // erfc(a)
  if (a < 1.25) {
    // A&S 7.1.6: erf a = 2/sqrt(pi) e^(-a^2) sum 2^n a^(2n+1) / (1 3 ... (2n+1))
    double term = a, sum = a;
    for (int n = 1; n < 60; ++n) {
      term *= 2.0 * a * a / (2 * n + 1);
      sum += term;
    }
    upper = 1.0 - 1.12837916709551257390 * exp(-a * a) * sum;
  } else if (a < 27.3) {
    // A&S 7.1.14, continued fraction from its tail; terms for an error of about exp(-2 a sqrt(2 n))
    double t = 0;
    for (int n = a < 2 ? 160 : a < 4 ? 60 : 30; n >= 1; --n) t = 0.5 * n / (a + t);
    upper = detail::exp_minus_square(a) / ((a + t) * 1.77245385090551602730);
  }
  return x < 0 ? 2.0 - upper : upper;
}

// Distribution function of the standard normal, its density and its logarithmic upper tail.
[[nodiscard]] inline double normal_cdf(double z) noexcept { return 0.5 * erfc(-z * 0.70710678118654752440); }
[[nodiscard]] inline double normal_pdf(double z) noexcept { return 0.39894228040143267794 * exp(-0.5 * z * z); }
// ln of normal_cdf, also where the value itself underflows.
[[nodiscard]] inline double normal_log_cdf(double z) noexcept {
  if (z > -30.0) return log(normal_cdf(z));
  double t = 0;  // Laplace's continued fraction for the Mills ratio
  double const a = -z;
  for (int n = 60; n >= 1; --n) t = n / (a + t);
  return -0.5 * z * z - 0.91893853320467274178 - log(a + t);
}

// z with normal_cdf(z) = p; -+infinity at 0 and 1, NaN outside.
[[nodiscard]] inline double normal_quantile(double p) noexcept {
  if (!(p >= 0 && p <= 1)) return not_a_number;
  if (p == 0) return -infinity;
  if (p == 1) return infinity;
  double const tail = p < 0.5 ? p : 1 - p;
  double const t = sqrt(-2 * log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (int i = 0; i < 3; ++i) {  // Halley's step on the upper tail
    double const excess = (0.5 * erfc(z * 0.70710678118654752440) - tail) / normal_pdf(z);
    z += excess / (1 - 0.5 * z * excess);
  }
  return p < 0.5 ? -z : z;
}

// ln Gamma(x), x > 0: Stirling's series above 10, recurrence below.
[[nodiscard]] inline double log_gamma(double x) noexcept {
  if (!(x > 0)) return not_a_number;
  double product = 1;
  while (x < 10) {
    product *= x;
    x += 1;
  }
  double const z = 1 / (x * x);
  double const series =
      (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z * (1.0 / 1680 - z * (1.0 / 1188 - z * 691.0 / 360360))))) / x;
  return (x - 0.5) * log(x) - x + 0.91893853320467274178 + series - log(product);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::math
