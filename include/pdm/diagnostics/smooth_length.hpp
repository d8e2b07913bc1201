// smooth_length -- lengths whose only factors are 2, 3 and 5, where a transform is fast.
//
// What      The largest even one at most n, and the smallest even one at least n: neighbours lie within 1 to 2 %.
// Cost      O(log^3 n).
#pragma once

#include <cstddef>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

// Even; 0 for n < 2.
[[nodiscard]] constexpr std::size_t smooth_at_most(std::size_t n) noexcept {
  std::size_t best = 0;
  for (std::size_t five = 2; five <= n; five *= 5) {
    for (std::size_t three = five; three <= n; three *= 3) {
      std::size_t two = three;
      while (two <= n / 2) two *= 2;
      if (two > best) best = two;
    }
  }
  return best;
}

[[nodiscard]] constexpr std::size_t smooth_at_least(std::size_t n) noexcept {
  if (n <= 2) return 2;
  std::size_t best = 2;
  while (best < n) best *= 2;
  for (std::size_t five = 2; five <= best; five *= 5) {
    for (std::size_t three = five; three <= best; three *= 3) {
      std::size_t two = three;
      while (two < n) two *= 2;
      if (two < best) best = two;
    }
  }
  return best;
}

static_assert(smooth_at_most(122571) == 121500 && smooth_at_least(7) == 8 && smooth_at_least(121501) == 122880);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
