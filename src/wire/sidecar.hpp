// sidecar -- what X.json says about the samples in X.f32.
//
// What      The fields of the contract, checked for kind; all other fields are passed over, and so is everything that
//           holds truth (label, severity, fault_*, life_s, check).
// NB        A number out of range is refused where it is used, not here: what an option overrides does no harm.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdm/wire/recording.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

struct sidecar {
  std::string file;  // empty: there is none
  std::optional<double> fs_hz, rpm, shaft_hz, rpm_tolerance;
  std::optional<double> samples_per_snapshot, snapshot_interval_s, first_snapshot_elapsed_s;
  unit units = unit::unknown;
  std::vector<std::string> channels;
  std::optional<motor_card> motor;
  std::optional<bearing_frequencies> bearing;
};

// X.json beside X.anything.
[[nodiscard]] std::string sidecar_name(std::string const& file);

// An empty sidecar where no file stands there.
[[nodiscard]] input_result<sidecar> read_sidecar(std::string const& file);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
