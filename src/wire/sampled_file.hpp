// sampled_file -- a recording whose samples stand at equal distances in a file.
//
// What      Raw, WAV and NPY differ only in where the first sample stands, how a sample is written and how far apart
//           samples, channels and snapshots are. A reader of a format finds that layout; reading is the same for all.
// Shape     sample i of channel c of snapshot k stands at byte  start + k*snapshot_step + c*channel_step +
// i*sample_step Cost      read() goes through one fixed buffer of 64 KiB; no allocation. Threads   Distinct objects:
// safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "file_bytes.hpp"
#include "pdm/wire/recording.hpp"
#include "sidecar.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

inline constexpr std::uint64_t max_channels = 1024;

enum class sample_coding : unsigned char { f32, f64, i8, u8, i16, i24, i32 };

[[nodiscard]] constexpr std::uint64_t bytes_of(sample_coding c) noexcept {
  switch (c) {
    case sample_coding::i8:
    case sample_coding::u8: return 1;
    case sample_coding::i16: return 2;
    case sample_coding::i24: return 3;
    case sample_coding::f32:
    case sample_coding::i32: return 4;
    case sample_coding::f64: return 8;
  }
  return 8;
}

struct sample_layout {
  sample_coding coding = sample_coding::f32;
  std::endian order = std::endian::little;
  double scale = 1;  // of integers
  std::uint64_t start = 0, sample_step = 0, channel_step = 0, snapshot_step = 0;
};

// Interleaved frames of `channels` samples, cut into snapshots of `samples` frames.
[[nodiscard]] sample_layout interleaved(sample_coding coding, std::uint64_t start, std::uint64_t channels,
                                        std::uint64_t samples) noexcept;

[[nodiscard]] std::unique_ptr<recording> make_sampled_recording(file_bytes file, recording_info info,
                                                                sample_layout const& layout);

// What a format knows of itself before the sidecar and the options have their say.
struct found_in_file {
  double fs_hz = 0;              // 0: the format does not say
  bool unit_is_unknown = false;  // the sidecar's unit does not hold for these numbers
  std::vector<std::string> channels;
  std::uint64_t channel_count = 1;
  nanoseconds wall_start = no_time;
};

// Everything but snapshots and samples; refuses a missing or impossible rate.
[[nodiscard]] input_result<recording_info> describe(std::string const& file, read_options const& options,
                                                    sidecar const& beside, found_in_file const& found);

// Splits `frames` into the snapshots of the sidecar and sets info.snapshots, samples and the interval.
[[nodiscard]] input_result<void> cut_into_snapshots(recording_info& info, sidecar const& beside, std::uint64_t frames);
// The same for a file that knows its snapshots itself.
[[nodiscard]] input_result<void> set_snapshots(recording_info& info, sidecar const& beside, std::uint64_t snapshots,
                                               std::uint64_t samples);

// Which channel the options ask for: an index, or nothing where all are wanted.
[[nodiscard]] input_result<std::optional<std::size_t>> chosen_channel(recording_info const& info,
                                                                      read_options const& options);

// Refuses a stretch outside the recording.
[[nodiscard]] input_result<void> check_stretch(recording_info const& info, std::uint64_t snapshot, std::size_t channel,
                                               std::uint64_t offset, std::size_t count);

// The readers, one file each.
using opened = input_result<std::unique_ptr<recording>>;
[[nodiscard]] opened open_raw(std::string const& file, sample_coding coding, read_options const& options);
[[nodiscard]] opened open_wav(std::string const& file, read_options const& options);
[[nodiscard]] opened open_npy(std::string const& file, read_options const& options);
[[nodiscard]] opened open_csv(std::string const& file, read_options const& options);
[[nodiscard]] opened open_mat(std::string const& file, read_options const& options);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
