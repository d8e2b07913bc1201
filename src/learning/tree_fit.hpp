// tree_fit -- gradient boosting for squared error on binned features.
//
// What      Each tree takes a random share of the rows and of the features and grows at the leaf that gains most, until
//           it has `leaves` of them. Gradients are integers, so sums over rows have no order.
// Source    J. H. Friedman, Comput. Stat. Data Anal. 38 (2002) 367-378; growth by leaf and histograms by subtraction:
//           G. Ke et al., LightGBM, NIPS (2017).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "learning/design.hpp"
#include "pdm/prognostics/boosted_trees.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

struct tree_settings {
  std::size_t trees = 40, leaves = 12, least_rows = 40;
  double rate = 0.1, shrinkage = 5, columns = 0.4, rows = 0.6;
};

// Trees of all folds one after the other; leaves as real numbers, the rate included.
struct tree_sum {
  std::vector<std::uint8_t> leaf_counts;
  std::vector<std::uint32_t> nodes;
  std::vector<double> leaves;
  double base = 0;               // mean over folds
  std::vector<double> held_out;  // prediction for each row by the trees of the fold that did not see it
  std::vector<double> gain;      // a feature
};

// Ends of the 128 steps of each feature.
struct fitted_bins {
  std::vector<float> low, scale;
  std::vector<std::uint8_t> steps;  // features x rows

  [[nodiscard]] prognostics::feature_binning view() const noexcept { return {low, scale}; }
};
fitted_bins fit_bins(design const& d);

// `done` is called after each fold.
tree_sum fit_trees(design const& d, fitted_bins const& bins, std::span<double const> target, tree_settings const& how,
                   std::uint64_t seed, std::function<void()> const& done);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
