// recording -- samples on file, whatever the format, seen as channels and snapshots.
//
// What      A recording has C channels and K snapshots of equal length; a continuous recording is one snapshot. Any
//           stretch of any channel of one snapshot can be read, as double; nothing runs across two snapshots.
// NB        Reads, never writes. What a sidecar X.json says fills what the options leave open; fields that hold
//           truth or are unknown are ignored (docs of the sidecar: CONTRACT, "Signals").
// Errors    input_error with file and place: a size that does not fit, no sampling rate, not a number, ...
// Formats   f32, f64 (raw little-endian), wav, csv, npy, mat (where matio is built in).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pdm/core/kinematics.hpp"
#include "pdm/core/machine.hpp"
#include "pdm/core/time.hpp"
#include "pdm/core/units.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

// What the caller says about a file; what is absent comes from the sidecar or from the file itself.
struct read_options {
  std::string format = "auto";  // auto f32 f64 wav csv npy mat
  std::optional<double> fs_hz{};
  std::optional<std::string> channel{};  // name or 0-based index: only this one is offered
};

struct recording_info {
  std::string file;  // as given
  double fs_hz = 0;
  unit quantity = unit::unknown;
  std::vector<std::string> channels;  // names; "0", "1", ... where nobody named them
  std::uint64_t snapshots = 1;
  std::uint64_t samples = 0;       // per channel and snapshot
  double snapshot_interval_s = 0;  // start to start
  double first_snapshot_elapsed_s = 0;
  nanoseconds wall_start = no_time;  // where the file tells
  double shaft_hz = 0;               // 0: not said
  double speed_tolerance = 0;        // relative; 0: not said
  std::optional<motor_card> motor;
  std::optional<bearing_frequencies> bearing;  // multiples of shaft speed

  // Start of a snapshot since the source's start.
  [[nodiscard]] double snapshot_elapsed_s(std::uint64_t snapshot) const noexcept {
    return first_snapshot_elapsed_s + static_cast<double>(snapshot) * snapshot_interval_s;
  }
};

class recording {
 public:
  virtual ~recording() = default;
  [[nodiscard]] virtual recording_info const& info() const noexcept = 0;
  // Fills `into` with samples offset .. offset + into.size() - 1 of one channel of one snapshot.
  [[nodiscard]] virtual input_result<void> read(std::uint64_t snapshot, std::size_t channel, std::uint64_t offset,
                                                std::span<double> into) = 0;
};

// Opens a file by its name's ending or by options.format.
[[nodiscard]] input_result<std::unique_ptr<recording>> open_recording(std::string const& file,
                                                                      read_options const& options = {});

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
