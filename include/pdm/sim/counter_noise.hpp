// counter_noise -- random numbers by their place, not by their turn.
//
// What      The n-th value of a seeded stream, without the n-1 before it. So any stretch of a simulated signal can be
//           made alone, in pieces of any size, and is the same to the bit.
// NB        Not for secrets; see pdm/core/random.hpp, from which every draw comes.
// Slip      slip_walk is a random walk with unit steps over the running number of an impact (the slip of rolling
//           elements adds up), tied to zero at every 1024th: midpoint displacement of a Brownian bridge.
// Source    Walk: P. Levy's construction; B. Mandelbrot & J. Van Ness, SIAM Rev. 10 (1968) 422-437 for the bridge.
//           Slip that adds up: J. Antoni & R. Randall, J. Vib. Acoust. 125 (2003) 282-289.
// Cost      normal: one to two draws of two uniforms, a square root and a logarithm; slip_walk: ten times that.
#pragma once

#include <cstdint>
#include <span>

#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::sim {

class counter_noise {
 public:
  explicit counter_noise(std::uint64_t seed) noexcept : seed_(seed) {}

  // Standard normal value number n.
  [[nodiscard]] double normal(std::uint64_t n) const noexcept {
    auto const [first, second] = pair(n >> 1);
    return (n & 1u) == 0 ? first : second;
  }
  // Uniform in [0, 1), value number n; another stream than normal().
  [[nodiscard]] double uniform(std::uint64_t n) const noexcept { return draw(n, 0x5851F42D4C957F2Dull).uniform(); }

  // Adds scale[i] * normal(first + i), scale being one value for the whole run.
  void add(std::uint64_t first, double scale, std::span<double> to) const noexcept {
    std::size_t i = 0;
    if ((first & 1u) != 0 && !to.empty()) to[i++] += scale * normal(first);
    for (; i + 1 < to.size(); i += 2) {
      auto const [a, b] = pair((first + i) >> 1);
      to[i] += scale * a;
      to[i + 1] += scale * b;
    }
    if (i < to.size()) to[i] += scale * normal(first + i);
  }

  static constexpr std::int64_t walk_length = 1024;
  [[nodiscard]] double slip_walk(std::int64_t k) const noexcept {
    std::int64_t const start = k & ~(walk_length - 1);
    std::int64_t low = start, high = start + walk_length;
    double at_low = 0, at_high = 0;
    while (k != low) {
      std::int64_t const middle = low + (high - low) / 2;
      double const spread = 0.5 * math::sqrt(static_cast<double>(high - low));
      double const at =
          0.5 * (at_low + at_high) + spread * draw(static_cast<std::uint64_t>(middle), 0x14057B7EF767814Full).normal();
      if (k < middle) {
        high = middle;
        at_high = at;
      } else {
        low = middle;
        at_low = at;
      }
    }
    return at_low;
  }

 private:
  struct two {
    double first, second;
  };
  [[nodiscard]] random_source draw(std::uint64_t n, std::uint64_t salt) const noexcept {
    random_source r(seed_ ^ salt);
    r.set_state(r.next() + n * 0xD1342543DE82EF95ull);
    r.set_state(r.next());
    return r;
  }
  // Both values of the polar method (pdm/core/random.hpp).
  [[nodiscard]] two pair(std::uint64_t n) const noexcept {
    random_source r = draw(n, 0);
    for (;;) {
      double const u = 2 * r.uniform() - 1;
      double const v = 2 * r.uniform() - 1;
      double const s = u * u + v * v;
      if (s > 0 && s < 1) {
        double const f = math::sqrt(-2 * math::log(s) / s);
        return {u * f, v * f};
      }
    }
  }

  std::uint64_t seed_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::sim
