// score -- how unusual an observation is, and what makes it so.
//
// What      A value in [0, infinity), higher is more unusual, always; whether the detector is ready; and, beside
//           it, signed contributions of the columns that add up to the value, or none.
// NB        Not a probability. A calibrated p-value comes from calibration (pdm/anomaly/conformal.hpp).
#pragma once

#include <cstddef>
#include <span>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

enum class abstention : unsigned char {
  none = 0,       // the answer stands
  not_ready,      // too few observations so far
  bad_quality,    // the data do not support an answer
  not_steady,     // the machine is off, starting or changing
  unseen_regime,  // never learned under these conditions
  no_trend,       // nothing moves towards a limit
  no_limit,       // nobody said what the limit is
  no_columns,     // every column that matters is absent
};

struct score {
  double value = 0;
  abstention why = abstention::not_ready;

  [[nodiscard]] bool ready() const noexcept { return why == abstention::none; }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
