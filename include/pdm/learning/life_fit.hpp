// life_fit -- learns a life_model from units that ran to failure.
//
// What      Regimes of the settings, scale and choice of the channels, fused channels, a ridge regression on random
// units
//           with trees boosted on its errors, trees boosted from nothing, the blend of the two, and the residuals of
//           units held out in folds as bands. Everything is chosen on the training units; the result is one archive
//           that prognostics::life_model opens.
// NB        The trees of every fold stay in the model, so its prediction is a mean over folds and its held-out errors
//           cost no second fit. Rows of one unit are never split between fitting and holding out.
// Determinism  The same histories, options and seed give the same bytes: own generator, integer or fixed-order sums.
// Source    Folds: R. F. Barber et al., Annals of Statistics 49 (2021) 486-507. Boosting: J. H. Friedman, Annals of
//           Statistics 29 (2001) 1189-1232. k-means++: D. Arthur, S. Vassilvitskii, SODA (2007).
// Cost      61,000 rows of 24 columns in a few seconds of one core, about 100 bytes a row and feature of memory at
// most. Threads   Distinct calls: safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {

// One unit from its beginning to its end. settings and channels are rows x names, row after row; absent is NaN.
struct unit_history {
  std::string name;
  std::vector<double> age;  // since new, rising
  std::vector<double> settings, channels;
  double end_age = 0;  // age at failure, at or after the last row

  [[nodiscard]] std::size_t rows() const noexcept { return age.size(); }
};

struct life_fit_options {
  std::vector<std::string> setting_names, channel_names;
  double horizon = 0;  // longest life that is told apart; 0: the longest seen
  bool age = true;     // whether the age is looked at
  bool small = false;  // a model of at most 16 kB
  std::uint64_t seed = 1;
  std::string notes;                                         // kept in the archive for the program
  std::function<void(double, std::string_view)> progress{};  // share done, what is being done
};

struct life_fit {
  std::vector<std::byte> archive;
  std::size_t units = 0, all_rows = 0, rows = 0, regimes = 0, features = 0;  // rows: those learned from
  std::vector<std::string> channels;                                         // chosen
  double held_out_rmse = 0;    // over rows with a life up to 1.2 horizons, in the unit of life
  double weight_of_units = 0;  // of the ridge with its trees in the blend
  bool assumed = false;        // bands by assumption
};

// Fails with fewer than two units, rows that do not fit the names, or where no channel moves.
[[nodiscard]] result<life_fit> fit_life_model(std::vector<unit_history> const& units, life_fit_options const& options);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
