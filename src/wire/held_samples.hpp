// held_samples -- a recording whose samples are in memory, for formats that have to be read as a whole.
#pragma once

#include <memory>
#include <vector>

#include "sampled_file.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

inline constexpr std::uint64_t max_held_samples = 64u << 20;  // of all channels: 512 MiB

struct held_samples {
  found_in_file found;
  std::vector<std::vector<double>> channels;  // of equal length
};

// Describes, cuts into snapshots and chooses the channel, as for every other format.
[[nodiscard]] opened hold(std::string const& file, held_samples held, read_options const& options,
                          sidecar const& beside);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
