// hjorth -- activity, mobility and complexity: variance of a signal, of its differences, and of theirs.
//
// What      Mobility is a mean frequency, complexity a bandwidth, both without a transform.
// NB        Per sample, not multiplied by the sampling rate: comparable only at one rate.
// Formula   activity = var x; mobility = sqrt(var dx / var x); complexity = mobility(dx) / mobility(x); 1/N variances.
// Source    B. Hjorth, Electroencephalogr. Clin. Neurophysiol. 29 (1970) 306-310; golden/README.md, hjorth.
// Undefined NaN where a variance in a denominator is 0 or a sample is not finite.
// Cost      O(n), no memory.
#pragma once

#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/features/time_features.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

struct hjorth {
  double activity = math::not_a_number, mobility = math::not_a_number, complexity = math::not_a_number;

  template <sample_type T>
  [[nodiscard]] static hjorth of(std::span<T const> x) noexcept;
};

namespace detail {
// Variance of value(0..n-1), exactly 0 when all are equal, NaN for none.
template <class Value>
double variance_of(std::size_t n, Value const& value) noexcept {
  if (n == 0) return math::not_a_number;
  double const first = value(0);
  if (dsp::sum_of(n, [&](std::size_t i) { return value(i) != first ? 1.0 : 0.0; }) == 0) return 0;
  double const mean = dsp::sum_of(n, value) / static_cast<double>(n);
  auto const square = [&](std::size_t i) {
    double const d = value(i) - mean;
    return d * d;
  };
  return dsp::sum_of(n, square) / static_cast<double>(n);
}
}  // namespace detail

template <sample_type T>
hjorth hjorth::of(std::span<T const> x) noexcept {
  hjorth h;
  auto const value = [x](std::size_t i) { return static_cast<double>(x[i]); };
  auto const first = [&](std::size_t i) { return value(i + 1) - value(i); };
  auto const second = [&](std::size_t i) { return first(i + 1) - first(i); };
  std::size_t const n = x.size();
  if (n == 0 || !(dsp::sum_of(n, [&](std::size_t i) { return value(i) * 0.0; }) == 0)) return h;
  h.activity = detail::variance_of(n, value);
  double const v1 = n > 1 ? detail::variance_of(n - 1, first) : math::not_a_number;
  double const v2 = n > 2 ? detail::variance_of(n - 2, second) : math::not_a_number;
  h.mobility = math::sqrt(ratio(v1, h.activity));
  h.complexity = ratio(math::sqrt(ratio(v2, v1)), h.mobility);
  return h;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
