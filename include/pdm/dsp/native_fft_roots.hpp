// native_fft_roots -- roots of unity, and what a length is made of.
//
// What      e^(-2 pi j i / n), exact to rounding, by core/math; the factors of a length out of 8, 4, 2, 3 and 5.
// NB        An inner part of native_fft: use that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

struct unit_root {
  double re, im;
};

// z times (-j)^quarter, without a branch.
[[nodiscard]] inline unit_root turned(unit_root z, std::size_t quarter) noexcept {
  constexpr double re_sign[4] = {1, 1, -1, -1}, im_sign[4] = {1, -1, -1, 1};
  bool const odd = (quarter & 1u) != 0;
  return {re_sign[quarter & 3u] * (odd ? z.im : z.re), im_sign[quarter & 3u] * (odd ? z.re : z.im)};
}

// e^(-2 pi j i / n) for i < n, without an integer division.
[[nodiscard]] inline unit_root root_of_unity(std::uint64_t i, std::uint64_t n) noexcept {
  std::uint64_t const e = 8 * i;
  unsigned const quarter = unsigned(e >= n) + unsigned(e >= 3 * n) + unsigned(e >= 5 * n) + unsigned(e >= 7 * n);
  auto const rest = static_cast<double>(static_cast<std::int64_t>(4 * i) - static_cast<std::int64_t>(quarter * n));
  double const angle = rest / static_cast<double>(n) * (math::pi / 2);
  return turned({math::detail::cos_small(angle), -math::detail::sin_small(angle)}, quarter);
}

// The factors of n out of 16, 8, 4, 2, 5 and 3 in the order of the passes, and what is left of n.
struct fft_factors {
  std::array<std::uint8_t, 24> radix{};
  std::size_t count = 0;
  std::size_t rest = 1;
};
[[nodiscard]] constexpr fft_factors factor_length(std::size_t n) noexcept {
  fft_factors f;
  auto const take = [&](std::size_t r) {
    f.radix[f.count++] = static_cast<std::uint8_t>(r);
    n /= r;
  };
  if (n % 16 == 0) take(16);  // its outputs fill a cache line
  std::size_t bits = 0;
  while (n >> bits != 0 && (n >> bits) % 2 == 0) ++bits;
  // As few passes as there can be, and of these as many of 8 as there can be.
  while (bits != 0) {
    std::size_t const b = bits < 3 ? bits : bits % 3 == 0 || bits == 5 ? 3 : 4;
    take(std::size_t{1} << b);
    bits -= b;
  }
  for (std::size_t const r : {std::size_t{5}, std::size_t{3}}) {
    while (n % r == 0) take(r);
  }
  f.rest = n;
  return f;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail
