// sum -- sums in one fixed order that compilers can vectorise.
//
// What      Eight running sums in double, added up as a tree at the end. The order depends on the index alone, so the
//           bits are the same for every instruction set and need no -ffast-math.
// NB        Not compensated: the error grows as n/8 roundings, which for blocks of 2^20 is about 1e-11 relative.
// Cost      O(n), no memory.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <span>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <class T>
concept sample_type = std::same_as<T, float> || std::same_as<T, double>;

inline constexpr std::size_t sum_lanes = 8;

struct lane_accumulator {
  std::array<double, sum_lanes> lane{};
  [[nodiscard]] double total() const noexcept {
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
  }
};

// Adds term(from) + ... + term(to-1). In pieces the bits are the same: `from` is a multiple of sum_lanes, and so is
// `to`, unless it is the end.
template <class Term>
void add_terms(lane_accumulator& into, std::size_t from, std::size_t to, Term const& term) noexcept {
  lane_accumulator sum = into;
  std::size_t i = from;
  for (; i + sum_lanes <= to; i += sum_lanes) {
    for (std::size_t l = 0; l < sum_lanes; ++l) sum.lane[l] += term(i + l);
  }
  for (std::size_t l = 0; i < to; ++i, ++l) sum.lane[l] += term(i);
  into = sum;
}

// term(0) + ... + term(n-1)
template <class Term>
[[nodiscard]] double sum_of(std::size_t n, Term const& term) noexcept {
  lane_accumulator sum;
  add_terms(sum, 0, n, term);
  return sum.total();
}

template <sample_type T>
[[nodiscard]] double mean_of(std::span<T const> x) noexcept {
  return sum_of(x.size(), [x](std::size_t i) { return static_cast<double>(x[i]); }) / static_cast<double>(x.size());
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
