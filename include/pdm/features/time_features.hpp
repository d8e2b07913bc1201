// time_features -- what the samples of a frame say by themselves: level, shape, impulsiveness.
//
// What      All of it in two passes: sums, extremes and absolute sums first, central moments about the mean after.
//           The tags below (rms, kurtosis, crest_factor, ...) name one quantity each for extract<...>.
// NB        Kurtosis is Pearson's (normal = 3), not the excess. Variance is the population's (1/n). Energy is
//           unit^2, not multiplied by the sampling interval.
// Formula   mean = sum x / n; variance = sum (x - mean)^2 / n; rms = sqrt(sum x^2 / n); m_k = sum (x - mean)^k / n;
//           skewness = m3 / m2^1.5; kurtosis = m4 / m2^2; crest = peak / rms; shape = rms / mean|x|;
//           impulse = peak / mean|x|; clearance = peak / (mean sqrt|x|)^2.
// Source    golden/README.md, time_features; R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021).
// Units     of x; energy and variance in unit^2; skewness, kurtosis and the four factors are ratios.
// Undefined NaN: everything where a sample is not finite or there is none; skewness and kurtosis of a constant
//           signal (max == min, whose variance is exactly 0); the four factors of an all-zero signal.
// Cost      O(n), two passes, no memory.
#pragma once

#include <algorithm>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/core/row.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

struct time_features {
  double mean = math::not_a_number, variance = math::not_a_number, std = math::not_a_number;
  double rms = math::not_a_number, abs_mean = math::not_a_number, sqrt_amplitude = math::not_a_number;
  double min = math::not_a_number, max = math::not_a_number;
  double peak = math::not_a_number, peak_to_peak = math::not_a_number, energy = math::not_a_number;
  double skewness = math::not_a_number, kurtosis = math::not_a_number;
  double crest_factor = math::not_a_number, shape_factor = math::not_a_number;
  double impulse_factor = math::not_a_number, clearance_factor = math::not_a_number;

  template <sample_type T>
  [[nodiscard]] static time_features of(std::span<T const> x) noexcept;
};

// numerator / denominator, NaN (never infinity) where the denominator is 0.
[[nodiscard]] inline double ratio(double numerator, double denominator) noexcept {
  return denominator == 0 ? math::not_a_number : numerator / denominator;
}

namespace detail {

struct first_pass {
  double sum, square, absolute, root, unfinite;
  double min, max;
};
struct second_pass {
  double m2, m3, m4;  // sums of central powers
};

template <sample_type T>
first_pass sums(std::span<T const> x) noexcept {
  constexpr std::size_t lanes = dsp::sum_lanes;
  dsp::lane_accumulator sum, square, absolute, root, unfinite;
  std::array<double, lanes> low, high;
  low.fill(static_cast<double>(x[0]));
  high.fill(static_cast<double>(x[0]));
  auto const add = [&](std::size_t i, std::size_t l) {
    double const v = static_cast<double>(x[i]);
    double const a = v < 0 ? -v : v;
    sum.lane[l] += v;
    square.lane[l] += v * v;
    absolute.lane[l] += a;
    root.lane[l] += math::sqrt(a);
    unfinite.lane[l] += v * 0.0;  // NaN once a sample is not finite
    low[l] = v < low[l] ? v : low[l];
    high[l] = v > high[l] ? v : high[l];
  };
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) add(i + l, l);
  }
  for (std::size_t l = 0; i < x.size(); ++i, ++l) add(i, l);
  return {sum.total(),      square.total(),        absolute.total(),      root.total(),
          unfinite.total(), std::ranges::min(low), std::ranges::max(high)};
}

template <sample_type T>
second_pass central_sums(std::span<T const> x, double mean) noexcept {
  constexpr std::size_t lanes = dsp::sum_lanes;
  dsp::lane_accumulator m1, m2, m3, m4;
  auto const add = [&](std::size_t i, std::size_t l) {
    double const d = static_cast<double>(x[i]) - mean;
    double const q = d * d;
    m1.lane[l] += d;
    m2.lane[l] += q;
    m3.lane[l] += q * d;
    m4.lane[l] += q * q;
  };
  std::size_t i = 0;
  for (; i + lanes <= x.size(); i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) add(i + l, l);
  }
  for (std::size_t l = 0; i < x.size(); ++i, ++l) add(i, l);
  // The rounded mean is off by e: the moments are moved to the true one.
  double const n = static_cast<double>(x.size()), e = m1.total() / n;
  double const s2 = m2.total(), s3 = m3.total();
  return {s2 - n * e * e, s3 - 3 * e * s2 + 2 * n * e * e * e, m4.total() - 4 * e * s3 + 6 * e * e * s2};
}

// One tag a column: extract<rms, kurtosis>.
#define PDM_TIME_FEATURE(name, unit_of, text)                                                                  \
  struct name {                                                                                                \
    static constexpr feature_info info{#name, unit_of, text,                                                   \
                                       "R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021)", 1}; \
    double operator()(time_features const& f) const noexcept { return f.name; }                                \
  };
}  // namespace detail

// unit::unknown in a tag's info stands for "that of the signal"; products of units are not named.
PDM_TIME_FEATURE(mean, unit::unknown, "(1/n) sum x")
PDM_TIME_FEATURE(variance, unit::unknown, "(1/n) sum (x - mean)^2")
PDM_TIME_FEATURE(rms, unit::unknown, "sqrt((1/n) sum x^2)")
PDM_TIME_FEATURE(abs_mean, unit::unknown, "(1/n) sum |x|")
PDM_TIME_FEATURE(sqrt_amplitude, unit::unknown, "((1/n) sum sqrt|x|)^2")
PDM_TIME_FEATURE(min, unit::unknown, "min x")
PDM_TIME_FEATURE(max, unit::unknown, "max x")
PDM_TIME_FEATURE(peak, unit::unknown, "max |x|")
PDM_TIME_FEATURE(peak_to_peak, unit::unknown, "max x - min x")
PDM_TIME_FEATURE(energy, unit::unknown, "sum x^2")
PDM_TIME_FEATURE(skewness, unit::none, "m3 / m2^1.5")
PDM_TIME_FEATURE(kurtosis, unit::none, "m4 / m2^2 (normal = 3)")
PDM_TIME_FEATURE(crest_factor, unit::none, "peak / rms")
PDM_TIME_FEATURE(shape_factor, unit::none, "rms / abs_mean")
PDM_TIME_FEATURE(impulse_factor, unit::none, "peak / abs_mean")
PDM_TIME_FEATURE(clearance_factor, unit::none, "peak / sqrt_amplitude")
#undef PDM_TIME_FEATURE
struct standard_deviation {  // a type called std would hide the standard library
  static constexpr feature_info info{"std", unit::unknown, "sqrt((1/n) sum (x - mean)^2)",
                                     "R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021)", 1};
  double operator()(time_features const& f) const noexcept { return f.std; }
};

template <sample_type T>
time_features time_features::of(std::span<T const> x) noexcept {
  time_features f;
  if (x.empty()) return f;
  auto const a = detail::sums(x);
  if (!(a.unfinite == 0)) return f;
  double const n = static_cast<double>(x.size());
  f.mean = a.sum / n;
  f.rms = math::sqrt(a.square / n);
  f.abs_mean = a.absolute / n;
  f.sqrt_amplitude = (a.root / n) * (a.root / n);
  f.energy = a.square;
  f.min = a.min;
  f.max = a.max;
  f.peak = std::max(a.max, -a.min);
  f.peak_to_peak = a.max - a.min;
  f.variance = f.std = 0;
  if (a.max != a.min) {
    auto const m = detail::central_sums(x, f.mean);
    f.variance = m.m2 / n;
    f.std = math::sqrt(f.variance);
    f.skewness = ratio(m.m3 / n, f.variance * f.std);
    f.kurtosis = ratio(m.m4 / n, f.variance * f.variance);
  }
  f.crest_factor = ratio(f.peak, f.rms);
  f.shape_factor = ratio(f.rms, f.abs_mean);
  f.impulse_factor = ratio(f.peak, f.abs_mean);
  f.clearance_factor = ratio(f.peak, f.sqrt_amplitude);
  return f;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
