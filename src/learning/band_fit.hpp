// band_fit -- the table of a residual_bands from held-out predictions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

// prediction and truth in horizons, unit: whose row it is. `assumed`: too few units, a Student distribution instead.
std::vector<std::int16_t> fit_bands(std::span<double const> prediction, std::span<double const> truth,
                                    std::span<std::uint32_t const> unit, std::size_t units, bool assumed);

// Fewer units than this give no two-sided 80 % interval.
inline constexpr std::size_t least_calibration_units = 9;

// Quantile of Student's t with n degrees of freedom.
double student_quantile(double p, double n) noexcept;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
