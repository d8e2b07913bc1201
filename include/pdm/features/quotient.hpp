// quotient -- a ratio of two quantities of one window, NaN where it is undefined.
//
// What      a / b, and NaN for b = 0: a kernel's plain number is NaN where the quantity does not exist for this window
// (a
//           constant signal has no crest factor). In a feature row it is marked absent.
#pragma once

#include "pdm/core/math.hpp"
#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features::detail {

[[nodiscard]] inline double quotient(double a, double b) noexcept { return b == 0 ? math::not_a_number : a / b; }

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features::detail
