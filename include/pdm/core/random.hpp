// random -- a seeded generator whose numbers are the same everywhere.
//
// What      SplitMix64 counter generator; uniform, normal and index draws with fixed algorithms, so a seed gives
//           the same numbers with every compiler and standard library.
// NB        Not for secrets. The distributions of <random> are implementation-defined and are not used in pdm.
// Source    G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
//           Normal: G. Marsaglia, T. Bray, "A convenient method for generating normal variables", SIAM Rev. 6 (1964).
#pragma once

#include <cstdint>

#include "pdm/core/math.hpp"
#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

class random_source {
 public:
  constexpr explicit random_source(std::uint64_t seed = 0) noexcept : state_(seed) {}

  constexpr std::uint64_t next() noexcept {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  // Uniform in [0, 1), 53 bits.
  constexpr double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }

  // Uniform in 0 .. n-1 by multiplication; the bias is below n / 2^32 for n < 2^32.
  constexpr std::uint64_t index(std::uint64_t n) noexcept { return ((next() >> 32) * n) >> 32; }

  // Standard normal. One of the two values of the polar method is used, so that the state is the counter alone.
  double normal() noexcept {
    for (;;) {
      double const u = 2 * uniform() - 1;
      double const v = 2 * uniform() - 1;
      double const s = u * u + v * v;
      if (s > 0 && s < 1) return u * math::sqrt(-2 * math::log(s) / s);
    }
  }

  // An independent generator for a part of the work, named by a number.
  [[nodiscard]] constexpr random_source split(std::uint64_t part) const noexcept {
    random_source s(state_ ^ (part * 0xD1342543DE82EF95ull + 0x2545F4914F6CDD1Dull));
    s.next();
    return s;
  }

  [[nodiscard]] constexpr std::uint64_t state() const noexcept { return state_; }
  constexpr void set_state(std::uint64_t state) noexcept { state_ = state; }

 private:
  std::uint64_t state_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
