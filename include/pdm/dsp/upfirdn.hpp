// upfirdn -- insert zeros, filter, keep every so-many-th sample, without computing what is thrown away.
//
// What      y[i] = sum_k x[k] h[i down - k up], the kernel of every rational change of rate.
// NB        No delay is taken out and no gain is corrected: resample.hpp does both.
// Source    P. Vaidyanathan, Multirate Systems and Filter Banks (1993), 4.3; golden/README.md, upfirdn.
// Shape     out: upfirdn_size(n, taps, up, down) = ceil(((n - 1) up + taps) / down) samples.
// Cost      taps / up multiplications an output sample; no memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

[[nodiscard]] constexpr std::size_t upfirdn_size(std::size_t n, std::size_t taps, std::size_t up,
                                                 std::size_t down) noexcept {
  return n == 0 || taps == 0 ? 0 : ((n - 1) * up + taps + down - 1) / down;
}

// One output sample: sum over k with 0 <= at - k up < h.size() of x[k] h[at - k up].
template <sample_type T>
[[nodiscard]] double polyphase_tap(std::span<T const> x, std::span<double const> h, std::size_t at,
                                   std::size_t up) noexcept {
  if (x.empty() || h.empty()) return 0;
  std::size_t const newest = std::min(at / up, x.size() - 1);
  std::size_t const oldest = at < h.size() ? 0 : (at - h.size()) / up + 1;
  if (oldest > newest) return 0;
  std::size_t const from = at - newest * up;
  return sum_of(newest - oldest + 1,
                [&](std::size_t j) { return static_cast<double>(x[newest - j]) * h[from + j * up]; });
}

// Fills y with the first y.size() outputs that start at input position `offset` (0 for the plain definition).
template <sample_type T>
void upfirdn(std::span<T const> x, std::span<double const> h, std::size_t up, std::size_t down, std::span<T> y,
             std::size_t offset = 0) noexcept {
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<T>(polyphase_tap(x, h, offset + i * down, up));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
