// scale_fit -- learns a regime_scale, the choice of channels and the fused channels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "pdm/learning/life_fit.hpp"
#include "pdm/prognostics/regime_scale.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

// Owns what a regime_scale views.
struct fitted_scale {
  std::vector<std::size_t> columns;  // of the histories: the chosen channels
  std::vector<float> setting_scale, centres, mean, inverse, precision;
  float reach = 0;
  std::vector<float> fusion;  // fused x channels
  std::size_t fused = 0;
  std::vector<std::uint16_t> longest_run;

  [[nodiscard]] prognostics::regime_scale view() const noexcept {
    return {columns.size(), setting_scale, centres, mean, inverse, precision, reach};
  }
};

struct scale_limits {
  std::size_t most_channels = 38;  // so that all features fit 256
  std::size_t shift_directions = 2;
};

// Histories have S settings and N channels; columns is empty where no channel moves.
fitted_scale fit_scale(std::vector<unit_history> const& units, std::size_t settings, std::size_t channels,
                       double horizon, std::uint64_t seed, scale_limits const& limits);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
