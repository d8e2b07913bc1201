// block -- a run of samples with everything that must travel with them.
//
// What      Samples of one channel, the time of the first one on both clocks, its running number, the quality of
//           the whole run and what the machine was doing. A block that does not continue the one before carries
//           quality_reason::gap: filters and frames start anew there, nothing is filtered across missing samples.
// NB        A view: the samples belong to whoever called process() and are gone when it returns.
// Shape     samples: n <= spec.max_block values of T (float or double).
#pragma once

#include <cstdint>
#include <span>

#include "pdm/core/operating.hpp"
#include "pdm/core/quality.hpp"
#include "pdm/core/time.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

// What stands beside the samples.
struct block_info {
  nanoseconds source_time = 0;         // of the first sample, since the source's start
  nanoseconds receive_time = no_time;  // monotonic clock when it came in
  std::uint64_t sequence = 0;          // running number of the first sample (or row)
  pdm::quality quality{};
  pdm::operating operating{};

  [[nodiscard]] bool gap() const noexcept { return quality.has(quality_reason::gap); }
};

template <class T>
struct block : block_info {
  std::span<T const> samples;

  block() = default;
  block(std::span<T const> values, block_info const& info) noexcept : block_info(info), samples(values) {}
  [[nodiscard]] std::size_t size() const noexcept { return samples.size(); }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
