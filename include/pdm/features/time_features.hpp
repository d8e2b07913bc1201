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
#include <array>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/core/row.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/features/stepwise.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

namespace detail {

// The two passes over a frame, which may be done in pieces: add() from a multiple of dsp::sum_lanes to another one or
// the end.
struct first_pass {
  dsp::lane_accumulator sum{}, square{}, absolute{}, root{}, unfinite{};
  std::array<double, dsp::sum_lanes> low{}, high{};

  explicit first_pass(double first) noexcept {
    low.fill(first);
    high.fill(first);
  }
  template <sample_type T>
  void add(std::span<T const> x, std::size_t from, std::size_t to) noexcept;
};
struct second_pass {
  dsp::lane_accumulator m1{}, m2{}, m3{}, m4{};

  template <sample_type T>
  void add(std::span<T const> x, std::size_t from, std::size_t to, double mean) noexcept;
};

}  // namespace detail

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
  // The same in pieces (stepwise.hpp), bit for bit.
  template <sample_type T>
  class job;

 private:
  bool levels(detail::first_pass const& a, double n) noexcept;  // what the first pass tells; false: no second one
  void moments(detail::second_pass const& b, double n) noexcept;
};

template <sample_type T>
class time_features::job {
 public:
  // A sample of the first pass, with its square root, is two units; one of the second one.
  [[nodiscard]] static constexpr std::size_t work(std::size_t n) noexcept { return 3 * n; }
  void begin(std::span<T const> x) noexcept;
  std::size_t step(std::size_t budget) noexcept;
  [[nodiscard]] bool done() const noexcept { return pass_ == pass::none; }
  [[nodiscard]] time_features const& result() const noexcept { return f_; }

 private:
  enum class pass : unsigned char { none, levels, moments };
  std::span<T const> x_{};
  std::size_t at_ = 0;
  pass pass_ = pass::none;
  detail::first_pass first_{0};
  detail::second_pass second_{};
  time_features f_{};
};

// numerator / denominator, NaN (never infinity) where the denominator is 0.
[[nodiscard]] inline double ratio(double numerator, double denominator) noexcept {
  return denominator == 0 ? math::not_a_number : numerator / denominator;
}

namespace detail {

template <sample_type T>
void first_pass::add(std::span<T const> x, std::size_t from, std::size_t to) noexcept {
  constexpr std::size_t lanes = dsp::sum_lanes;
  first_pass s = *this;
  auto const one = [&](std::size_t i, std::size_t l) {
    double const v = static_cast<double>(x[i]);
    double const a = v < 0 ? -v : v;
    s.sum.lane[l] += v;
    s.square.lane[l] += v * v;
    s.absolute.lane[l] += a;
    s.root.lane[l] += math::sqrt(a);
    s.unfinite.lane[l] += v * 0.0;  // NaN once a sample is not finite
    s.low[l] = v < s.low[l] ? v : s.low[l];
    s.high[l] = v > s.high[l] ? v : s.high[l];
  };
  std::size_t i = from;
  for (; i + lanes <= to; i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) one(i + l, l);
  }
  for (std::size_t l = 0; i < to; ++i, ++l) one(i, l);
  *this = s;
}

template <sample_type T>
void second_pass::add(std::span<T const> x, std::size_t from, std::size_t to, double mean) noexcept {
  constexpr std::size_t lanes = dsp::sum_lanes;
  second_pass s = *this;
  auto const one = [&](std::size_t i, std::size_t l) {
    double const d = static_cast<double>(x[i]) - mean;
    double const q = d * d;
    s.m1.lane[l] += d;
    s.m2.lane[l] += q;
    s.m3.lane[l] += q * d;
    s.m4.lane[l] += q * q;
  };
  std::size_t i = from;
  for (; i + lanes <= to; i += lanes) {
    for (std::size_t l = 0; l < lanes; ++l) one(i + l, l);
  }
  for (std::size_t l = 0; i < to; ++i, ++l) one(i, l);
  *this = s;
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

inline bool time_features::levels(detail::first_pass const& a, double n) noexcept {
  if (!(a.unfinite.total() == 0)) return false;
  mean = a.sum.total() / n;
  energy = a.square.total();
  rms = math::sqrt(energy / n);
  abs_mean = a.absolute.total() / n;
  double const root = a.root.total() / n;
  sqrt_amplitude = root * root;
  min = std::ranges::min(a.low);
  max = std::ranges::max(a.high);
  peak = std::max(max, -min);
  peak_to_peak = max - min;
  variance = std = 0;
  crest_factor = ratio(peak, rms);
  shape_factor = ratio(rms, abs_mean);
  impulse_factor = ratio(peak, abs_mean);
  clearance_factor = ratio(peak, sqrt_amplitude);
  return max != min;
}

// The rounded mean is off by e: the moments are moved to the true one.
inline void time_features::moments(detail::second_pass const& b, double n) noexcept {
  double const e = b.m1.total() / n, s2 = b.m2.total(), s3 = b.m3.total();
  double const m2 = s2 - n * e * e, m3 = s3 - 3 * e * s2 + 2 * n * e * e * e;
  double const m4 = b.m4.total() - 4 * e * s3 + 6 * e * e * s2;
  variance = m2 / n;
  std = math::sqrt(variance);
  skewness = ratio(m3 / n, variance * std);
  kurtosis = ratio(m4 / n, variance * variance);
}

template <sample_type T>
time_features time_features::of(std::span<T const> x) noexcept {
  job<T> whole;
  whole.begin(x);
  while (!whole.done()) (void)whole.step(job<T>::work(x.size()));
  return whole.result();
}

template <sample_type T>
void time_features::job<T>::begin(std::span<T const> x) noexcept {
  x_ = x;
  at_ = 0;
  f_ = {};
  pass_ = x.empty() ? pass::none : pass::levels;
  if (!x.empty()) first_ = detail::first_pass(static_cast<double>(x[0]));
}

template <sample_type T>
std::size_t time_features::job<T>::step(std::size_t budget) noexcept {
  if (pass_ == pass::none) return 0;
  std::size_t const weight = pass_ == pass::levels ? 2 : 1;
  std::size_t const end = piece_end(at_, x_.size(), budget, weight), units = (end - at_) * weight;
  double const n = static_cast<double>(x_.size());
  if (pass_ == pass::levels) {
    first_.add(x_, at_, end);
  } else {
    second_.add(x_, at_, end, f_.mean);
  }
  at_ = end;
  if (at_ < x_.size()) return units;
  at_ = 0;
  if (pass_ == pass::levels && f_.levels(first_, n)) {
    second_ = {};
    pass_ = pass::moments;
    return units;
  }
  if (pass_ == pass::moments) f_.moments(second_, n);
  pass_ = pass::none;
  return units;
}

static_assert(stepwise_job<time_features::job<float>, float>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
