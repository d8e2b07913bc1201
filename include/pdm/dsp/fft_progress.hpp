// fft_progress -- a transform in bounded pieces.
//
// What      Where a transform stands that is run piece by piece, so that a frame's work can be spread over time. A
//           transform is a list of stages; a stage is a number of units that may be cut anywhere between two of them.
//           Work is counted in values: one complex number through one pass, about 10 to 20 additions and products.
// NB        The work memory of the transform belongs to its object: from the first piece to the last, run no other
//           transform of that object, leave input and output alone and pass the same ones. Any slicing gives the bits
//           of the whole transform.
// Usage     fft_progress at;
//           while (!fft.forward_piece(x, spectrum, at, 1000)) { ... other work ... }   // at is back at its start
#pragma once

#include <cstddef>
#include <cstdint>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct fft_progress {
  std::uint32_t stage = 0, unit = 0;  // what comes next; {} is the start
  bool operator==(fft_progress const&) const = default;
};

namespace detail {

struct fft_stage {
  std::size_t units = 0;   // pieces that it can be cut into
  std::size_t values = 0;  // work of a unit
};

// Runs stages from `at` on for about `budget` values, at least one unit. True: the last stage is done, `at` is {}.
// stage(i) is the fft_stage i of `stages`; run(i, first, last) does units [first, last) of it.
template <class Stage, class Run>
[[nodiscard]] bool run_pieces(std::size_t stages, Stage stage, fft_progress& at, std::size_t budget, Run run) noexcept {
  std::size_t done = 0;
  do {
    fft_stage const s = stage(at.stage);
    std::size_t const wanted = budget > done + s.values ? (budget - done) / s.values : 1;
    std::size_t const last = wanted < s.units - at.unit ? at.unit + wanted : s.units;
    run(std::size_t{at.stage}, std::size_t{at.unit}, last);
    done += (last - at.unit) * s.values;
    at.unit = static_cast<std::uint32_t>(last);
    if (last == s.units) at = {at.stage + 1, 0};
    if (at.stage == stages) {
      at = {};
      return true;
    }
  } while (done < budget);
  return false;
}

// Work of all stages.
template <class Stage>
[[nodiscard]] std::size_t total_values(std::size_t stages, Stage stage) noexcept {
  std::size_t total = 0;
  for (std::size_t i = 0; i < stages; ++i) total += stage(i).units * stage(i).values;
  return total;
}

}  // namespace detail
}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
