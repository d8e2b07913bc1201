#include "pdm/core/math.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {
namespace math = pdm::math;
using wide = long double;

constexpr int draws = 60000;
constexpr wide root_half = 0.70710678118654752440084436210485L, wide_pi = 3.14159265358979323846264338327950288L;

double relative(double got, wide truth) { return static_cast<double>(std::abs(static_cast<wide>(got) / truth - 1)); }
double absolute(double got, wide truth) { return static_cast<double>(std::abs(static_cast<wide>(got) - truth)); }
double between(pdm::random_source& draw, double low, double high) { return low + (high - low) * draw.uniform(); }
// The reference has to know more digits than what it judges.
bool has_reference() {
  constexpr bool wider = std::numeric_limits<wide>::digits > std::numeric_limits<double>::digits;
  if (!wider) std::cout << "SKIPPED: long double is double here; math_bits_test compares the bits instead\n";
  return wider;
}
wide tail(wide z) { return 0.5L * std::erfc(z * root_half); }
}  // namespace

TEST_CASE("exp is accurate to 2e-16 on [-700, 700], and goes to 0 and infinity where it must") {
  if (!has_reference()) return;
  pdm::random_source draw(1);
  double worst = 0;
  for (int i = 0; i < draws; ++i) {
    double const x = between(draw, -700, 700);
    worst = std::max(worst, relative(math::exp(x), std::exp(static_cast<wide>(x))));
  }
  CHECK(worst < 2e-16);
  CHECK(math::exp(0) == 1);
  CHECK(math::exp(-745.1) == std::numeric_limits<double>::denorm_min());
  CHECK(math::exp(-746) == 0);
  CHECK(math::exp(709.7) == Approx(std::exp(709.7)).epsilon(1e-15));
  CHECK(math::exp(710) == math::infinity);
  CHECK(std::isnan(math::exp(math::not_a_number)));
}

TEST_CASE("log is accurate to 2e-16, near 1 and far from it") {
  if (!has_reference()) return;
  pdm::random_source draw(2);
  double worst = 0, worst_small = 0;
  for (int i = 0; i < draws; ++i) {
    double const far = std::exp(between(draw, -700, 700)), near = 1 + between(draw, -0.1, 0.1) * draw.uniform();
    worst = std::max(worst, relative(math::log(far), std::log(static_cast<wide>(far))));
    if (near != 1) worst = std::max(worst, relative(math::log(near), std::log(static_cast<wide>(near))));
    double const small = draw.uniform() < 0.5 ? between(draw, -0.95, 1) : std::exp(-40 * draw.uniform());
    if (small != 0)
      worst_small = std::max(worst_small, relative(math::log1p(small), std::log1p(static_cast<wide>(small))));
  }
  CHECK(worst < 2e-16);
  CHECK(worst_small < 4e-16);
  CHECK(math::log(1) == 0);
  CHECK(math::log(0) == -math::infinity);
  CHECK(std::isnan(math::log(-1)));
  CHECK(math::log(std::numeric_limits<double>::denorm_min()) == Approx(-744.44).epsilon(1e-5));
  CHECK(math::log10(1000) == Approx(3).epsilon(1e-15));
  CHECK(math::log2(1024) == Approx(10).epsilon(1e-15));
  CHECK(math::pow(2, 0.5) == Approx(std::sqrt(2.0)).epsilon(1e-15));
}

TEST_CASE("logarithms to other bases and powers keep their stated accuracy") {
  if (!has_reference()) return;
  pdm::random_source draw(8);
  double worst = 0, worst_pow = 0;
  for (int i = 0; i < draws; ++i) {
    double const x = std::exp(between(draw, -700, 700)), base = std::exp(between(draw, -20, 20));
    worst = std::max({worst, relative(math::log10(x), std::log10(static_cast<wide>(x))),
                      relative(math::log2(x), std::log2(static_cast<wide>(x)))});
    double const y = between(draw, -30, 30), size = std::abs(y * std::log(base));
    wide const truth = std::pow(static_cast<wide>(base), static_cast<wide>(y));
    worst_pow = std::max(worst_pow, relative(math::pow(base, y), truth) / (1 + size));
  }
  CHECK(worst < 4e-16);
  CHECK(worst_pow < 4e-16);
}

TEST_CASE("sine and cosine are accurate to 2e-16 for angles up to 1e5") {
  if (!has_reference()) return;
  pdm::random_source draw(3);
  double worst = 0;
  for (int i = 0; i < draws; ++i) {
    double const x = between(draw, -1e5, 1e5);
    worst = std::max({worst, absolute(math::sin(x), std::sin(static_cast<wide>(x))),
                      absolute(math::cos(x), std::cos(static_cast<wide>(x)))});
  }
  CHECK(worst < 2e-16);
  CHECK(math::sin(0) == 0);
  CHECK(math::cos(0) == 1);
}

TEST_CASE("turns are accurate to 2e-16, exact at the quarters, and symmetric to the last bit") {
  if (!has_reference()) return;
  pdm::random_source draw(4);
  double worst = 0;
  for (int i = 0; i < draws; ++i) {
    auto const n = 1 + draw.index(1 << 20), k = draw.index(n);
    wide const angle = 2 * wide_pi * static_cast<wide>(k) / static_cast<wide>(n);
    worst = std::max(
        {worst, absolute(math::sin_turns(k, n), std::sin(angle)), absolute(math::cos_turns(k, n), std::cos(angle))});
  }
  CHECK(worst < 2e-16);
  CHECK(math::sin_turns(1, 4) == 1);
  CHECK(math::cos_turns(1, 4) == 0);
  CHECK(math::cos_turns(4, 8) == -1);
  for (std::uint64_t k = 1; k < 100; ++k) CHECK(math::cos_turns(k, 100) == math::cos_turns(100 - k, 100));
}

TEST_CASE("erfc is accurate to 1e-14 on [-6, 25]") {
  if (!has_reference()) return;
  pdm::random_source draw(5);
  double worst = 0;
  for (int i = 0; i < draws; ++i) {
    double const x = between(draw, -6, 25);
    worst = std::max(worst, relative(math::erfc(x), std::erfc(static_cast<wide>(x))));
  }
  CHECK(worst < 1e-14);
  CHECK(math::erfc(0) == 1);
  CHECK(math::erfc(30) == 0);
  CHECK(math::erfc(-30) == 2);
  CHECK(math::erfc(math::infinity) == 0);
}

TEST_CASE("the normal distribution has its values, its deep tail and its quantiles") {
  if (!has_reference()) return;
  pdm::random_source draw(6);
  double worst = 0, worst_log = 0;
  for (int i = 0; i < 20000; ++i) {
    double const z = between(draw, -36, 8);
    worst = std::max(worst, relative(math::normal_cdf(z), tail(-static_cast<wide>(z))));
    double const deep = between(draw, -100, 0);
    worst_log = std::max(worst_log, relative(math::normal_log_cdf(deep), std::log(tail(-static_cast<wide>(deep)))));
  }
  CHECK(worst < 3e-13);
  CHECK(worst_log < 1e-14);
  CHECK(math::normal_log_cdf(-1e4) == Approx(-0.5e8 - 0.9189385332046727 - std::log(1e4)).epsilon(1e-12));
  CHECK(math::normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-14));
  CHECK(math::normal_quantile(0.5) == Approx(0).margin(1e-16));
  CHECK(math::normal_quantile(0) == -math::infinity);
  CHECK(std::isnan(math::normal_quantile(1.5)));
}

TEST_CASE("a normal quantile is accurate to 3e-15 down to p = 1e-260") {
  if (!has_reference()) return;
  pdm::random_source draw(7);
  double worst = 0;
  for (int i = 0; i < 5000; ++i) {
    double const p = i % 2 == 0 ? draw.uniform() : std::exp(-600 * draw.uniform());
    if (p == 0) continue;
    double const z = math::normal_quantile(p);
    wide truth = z;  // Newton on the nearer tail in long double
    for (int k = 0; k < 3; ++k) {
      wide const excess = p < 0.5 ? tail(-truth) - p : (1 - static_cast<wide>(p)) - tail(truth);
      truth -= excess / (std::exp(-0.5L * truth * truth) / std::sqrt(2 * wide_pi));
    }
    worst = std::max(worst, absolute(z, truth) / std::max(1.0, std::abs(z)));
  }
  CHECK(worst < 3e-15);
}

TEST_CASE("log_gamma agrees with factorials, the half, and the platform's to 1e-14") {
  CHECK(math::log_gamma(1) == Approx(0).margin(1e-14));
  CHECK(math::log_gamma(11) == Approx(std::log(3628800.0)).epsilon(1e-14));
  CHECK(math::log_gamma(0.5) == Approx(0.5 * std::log(math::pi)).epsilon(1e-14));
  CHECK(std::isnan(math::log_gamma(0)));
  pdm::random_source draw(8);
  double worst = 0;
  for (int i = 0; i < 20000; ++i) {
    double const x = std::exp(between(draw, std::log(0.01), std::log(1e6)));
    wide const truth = std::lgamma(static_cast<wide>(x));
    worst = std::max(worst, absolute(math::log_gamma(x), truth) / std::max(1.0, static_cast<double>(std::abs(truth))));
  }
  CHECK(worst < 1e-14);
}

TEST_CASE("is_finite tells numbers from infinities and NaN") {
  CHECK(math::is_finite(1e308));
  CHECK(math::is_finite(0));
  CHECK_FALSE(math::is_finite(math::infinity));
  CHECK_FALSE(math::is_finite(-math::infinity));
  CHECK_FALSE(math::is_finite(math::not_a_number));
}
