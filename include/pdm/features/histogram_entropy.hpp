// histogram_entropy -- how evenly the amplitudes are spread over their range.
//
// What      Shannon entropy (nat) of a histogram with equal bins over [min, max], closed on the left, the last one on
//           both sides; also divided by its largest possible value ln(bins).
// NB        Depends on the number of bins and, by the range, on the two most extreme samples.
// Formula   entropy = -sum p ln p, p = count / n, 0 ln 0 = 0.
// Source    C. Shannon, Bell Syst. Tech. J. 27 (1948) 379-423; golden/README.md, histogram_entropy.
// Undefined No sample, no bin, or a sample that is not finite: NaN. A constant signal: 0.
// Shape     counts: the caller's span, one entry a bin.
// Cost      O(n + bins), no memory.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

struct histogram_entropy {
  double entropy = math::not_a_number, entropy_normalised = math::not_a_number;

  template <sample_type T>
  [[nodiscard]] static histogram_entropy of(std::span<T const> x, std::span<std::uint32_t> counts) noexcept;
};

namespace detail {
template <sample_type T>
void count_bins(std::span<T const> x, double low, double high, std::span<std::uint32_t> counts) noexcept {
  double const bins = static_cast<double>(counts.size());
  double const scale = bins / (high - low);
  for (T v : x) {
    auto const bin = static_cast<std::size_t>((static_cast<double>(v) - low) * scale);
    ++counts[std::min(bin, counts.size() - 1)];
  }
}
}  // namespace detail

template <sample_type T>
histogram_entropy histogram_entropy::of(std::span<T const> x, std::span<std::uint32_t> counts) noexcept {
  std::ranges::fill(counts, 0u);
  if (x.empty() || counts.empty()) return {};
  if (!(dsp::sum_of(x.size(), [x](std::size_t i) { return static_cast<double>(x[i]) * 0.0; }) == 0)) return {};
  auto const [low, high] = std::ranges::minmax(x);
  if (low == high) return {0, 0};
  detail::count_bins(x, static_cast<double>(low), static_cast<double>(high), counts);
  double const n = static_cast<double>(x.size());
  double const sum = dsp::sum_of(counts.size(), [&](std::size_t i) {
    double const p = counts[i] / n;
    return counts[i] == 0 ? 0.0 : p * math::log(p);
  });
  double const bins = static_cast<double>(counts.size());
  return {-sum, counts.size() > 1 ? -sum / math::log(bins) : 0.0};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
