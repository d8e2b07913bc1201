// zero_crossings -- how often the sign changes.
//
// What      Neighbouring pairs of which one is negative and the other is not (0 and -0 count as not negative).
// NB        An offset hides crossings: remove the mean for acceleration, keep it for an already high-passed signal.
// Formula   rate = count / (n - 1) a sample; rate_hz = count fs / (n - 1).
// Source    S. Rice, Bell Syst. Tech. J. 24 (1945) 46-156; golden/README.md, zero_crossings.
// Undefined Rates of fewer than two samples, and everything where a sample is not finite: NaN.
// Cost      O(n), no memory.
#pragma once

#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

struct zero_crossings {
  double count = math::not_a_number, rate = math::not_a_number, rate_hz = math::not_a_number;

  template <sample_type T>
  [[nodiscard]] static zero_crossings of(std::span<T const> x, double fs, bool remove_mean) noexcept {
    zero_crossings z;
    std::size_t const n = x.size();
    if (n == 0 || !(dsp::sum_of(n, [x](std::size_t i) { return static_cast<double>(x[i]) * 0.0; }) == 0)) return z;
    double const zero = remove_mean ? dsp::mean_of(x) : 0.0;
    auto const negative = [&](std::size_t i) { return static_cast<double>(x[i]) - zero < 0; };
    z.count = dsp::sum_of(n - 1, [&](std::size_t i) { return negative(i) != negative(i + 1) ? 1.0 : 0.0; });
    if (n < 2) return z;
    z.rate = z.count / static_cast<double>(n - 1);
    z.rate_hz = z.count * fs / static_cast<double>(n - 1);
    return z;
  }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
