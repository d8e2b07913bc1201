// unit_fit -- the ridge regression on random units and features, with every fold held out once.
//
// What      Sums of products are kept a fold; the regression without a fold is solved from the whole less that fold, so
//           holding out costs a solution and not a pass over the rows.
#pragma once

#include <cstdint>
#include <vector>

#include "learning/design.hpp"
#include "pdm/prognostics/random_units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

struct unit_settings {
  std::size_t units = 600;
  double ridge = 30;             // at 10,000 rows
  std::size_t most_rows = 8000;  // rows that the sums are taken over
};

struct fitted_units {
  std::vector<float> mean, inverse, weight;
  double intercept = 0;
  std::vector<double> held_out;  // a row

  [[nodiscard]] prognostics::unit_regression view() const noexcept { return {mean, inverse, weight, intercept}; }
};

fitted_units fit_units(design const& d, unit_settings const& how, std::uint64_t seed);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
