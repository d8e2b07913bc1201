// stepwise -- work on a frame that can be done in pieces, with the same bits.
//
// What      Two concepts. A *job* computes something of one frame: begin(samples) takes the frame on, step(budget) goes
//           on with it, done() says that the result is there. A *stepwise stage* does the same behind a frame and hands
//           a row on: begin(frame), then step(budget, next) until busy() is false. pdm/features/sliced.hpp drives it.
// NB        The samples must stay as they are from begin() until the end. begin() on a busy one drops what it had.
// Budget    In units. One unit is one pass over one sample (a few multiplications and additions). One step() call does
//           at least one piece, and about `budget` units, less where a pass ends; it returns the units it did. Whoever
//           drives it calls again until the budget is used up, so that budgets that add up to work() finish a frame,
//           and no call goes beyond its budget by more than a piece.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/concepts.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

template <class J, class T>
concept stepwise_job = requires(J& j, J const& c, std::span<T const> x, std::size_t n) {
  { j.begin(x) }
  noexcept;
  { j.step(n) }
  noexcept->std::same_as<std::size_t>;
  { c.done() }
  noexcept->std::same_as<bool>;
  { J::work(n) }
  noexcept->std::same_as<std::size_t>;  // units that a frame of n samples takes, at most
};

template <class S, class T>
concept stepwise_stage = stage_of<S, stream_spec, block<T>> &&
    requires(S& s, S const& c, block<T> const& frame, std::size_t n) {
  { s.begin(frame) }
  noexcept;
  { s.step(n, pdm::detail::any_next{}) }
  noexcept->std::same_as<std::size_t>;
  { c.busy() }
  noexcept->std::same_as<bool>;
  { c.work(n) }
  noexcept->std::same_as<std::size_t>;
};

// Where a piece of `budget` units begins at sample `at` ends, when a sample takes `weight` of them: a multiple of the
// sum lanes, or n.
[[nodiscard]] constexpr std::size_t piece_end(std::size_t at, std::size_t n, std::size_t budget,
                                              std::size_t weight = 1) noexcept {
  std::size_t const lanes = dsp::sum_lanes, row = lanes * weight;
  std::size_t const rows = std::max<std::size_t>(1, budget / row + (budget % row != 0 ? 1 : 0));
  return rows > (n - at) / lanes ? n : at + rows * lanes;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
