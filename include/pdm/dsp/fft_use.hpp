// fft_use -- which transforms a plan is made for.
//
// What      prepare(n, memory, fft_use::real) takes memory for the real transforms alone.
// NB        Calling a transform that was not prepared is a violation and does nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

enum class fft_use : std::uint8_t { real = 1, complex = 2, both = 3 };

[[nodiscard]] constexpr bool uses(fft_use all, fft_use one) noexcept {
  return (static_cast<unsigned>(all) & static_cast<unsigned>(one)) != 0;
}

// The largest length of any backend.
inline constexpr std::size_t max_fft_length = std::size_t{1} << 24;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
