// sample_message -- the header of a run of samples on TCP or UDP, so that what is missing can be told.
//
// What      28 bytes, little-endian, before the samples: "PDMS"; session (u32, another one after each start of the
//           sender); sequence (u64, running number of the first frame); time (i64, nanoseconds of the sender's clock);
//           bytes (u32) of samples that follow. A frame is one sample of each channel.
// NB        Ours, not a standard: a few lines on the sender's side buy gaps, duplicates, restarts and its own time.
// Bounds    At most 16 MiB of samples a message.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

static_assert(std::endian::native == std::endian::little, "samples and headers are read as they stand in memory");

inline constexpr std::size_t sample_header_bytes = 28, most_message_bytes = 16u << 20;

struct sample_header {
  std::uint32_t session = 0;
  std::uint64_t sequence = 0;
  std::int64_t time = 0;
  std::uint32_t bytes = 0;

  friend bool operator==(sample_header const&, sample_header const&) = default;
};

inline constexpr char sample_magic[4] = {'P', 'D', 'M', 'S'};

// False where these bytes, as far as they go, cannot begin a message.
[[nodiscard]] inline bool may_begin_message(std::span<std::byte const> b) noexcept {
  return std::memcmp(b.data(), sample_magic, b.size() < 4 ? b.size() : 4) == 0;
}

// `b` has sample_header_bytes or more. False: no header.
[[nodiscard]] inline bool get_header(std::span<std::byte const> b, sample_header& h) noexcept {
  if (b.size() < sample_header_bytes || !may_begin_message(b)) return false;
  std::memcpy(&h.session, b.data() + 4, 4);
  std::memcpy(&h.sequence, b.data() + 8, 8);
  std::memcpy(&h.time, b.data() + 16, 8);
  std::memcpy(&h.bytes, b.data() + 24, 4);
  return h.bytes > 0 && h.bytes <= most_message_bytes;
}

inline void put_header(sample_header const& h, std::span<std::byte, sample_header_bytes> b) noexcept {
  std::memcpy(b.data(), sample_magic, 4);
  std::memcpy(b.data() + 4, &h.session, 4);
  std::memcpy(b.data() + 8, &h.sequence, 8);
  std::memcpy(b.data() + 16, &h.time, 8);
  std::memcpy(b.data() + 24, &h.bytes, 4);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
