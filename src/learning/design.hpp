// design -- rows of features with the share of the horizon that was left, and which fold holds them out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

struct design {
  std::size_t features = 0, folds = 0;
  std::vector<float> x;      // rows x features
  std::vector<double> y;     // remaining life / horizon, at most 1
  std::vector<double> life;  // remaining life / horizon, whole
  std::vector<std::uint32_t> unit;

  [[nodiscard]] std::size_t rows() const noexcept { return y.size(); }
  [[nodiscard]] std::size_t fold(std::size_t row) const noexcept { return unit[row] % folds; }
  [[nodiscard]] std::span<float const> row(std::size_t i) const noexcept {
    return std::span(x).subspan(i * features, features);
  }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
