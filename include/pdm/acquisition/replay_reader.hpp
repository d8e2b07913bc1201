// replay_reader -- a recording as the stream of blocks it once was, all channels in step.
//
// What      next() reads one block of every channel of the same instants, in order, snapshot after snapshot. A block
//           never spans two snapshots. source_time is that of the first sample since the source's start; sequence
//           counts recorded samples; where a snapshot does not continue the one before, its first block carries gap.
// NB        As fast as it is called and without a clock: the batch twin of replay_source. receive_time is no_time.
//           The samples belong to the reader and change with the next call.
// Cost      Memory is taken in the constructor: channels x block samples. next() takes none.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"
#include "pdm/wire/recording.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

inline constexpr std::size_t default_replay_block = 4096;

class replay_reader {
 public:
  // max_block 0 gives the default. The recording must not be null.
  explicit replay_reader(std::unique_ptr<wire::recording> from, std::size_t max_block = default_replay_block);

  [[nodiscard]] wire::recording_info const& info() const noexcept { return recording_->info(); }
  // The same for every channel.
  [[nodiscard]] stream_spec spec() const noexcept;

  // True: channels() holds the next block. False: the recording has ended.
  [[nodiscard]] wire::input_result<bool> next();
  // One block a channel; empty before the first next() and after the last.
  [[nodiscard]] std::span<block<double> const> channels() const noexcept { return {blocks_.data(), ready_}; }
  [[nodiscard]] std::uint64_t snapshot() const noexcept { return block_snapshot_; }  // of channels()

  // When the last sample of the next block was taken, since the source's start; no_time at the end.
  [[nodiscard]] nanoseconds next_is_due() const noexcept;
  [[nodiscard]] nanoseconds start() const noexcept { return time_of(0, 0); }

  // Sets the receive time of channels().
  void stamp(nanoseconds receive_time) noexcept;
  void rewind() noexcept;

 private:
  [[nodiscard]] std::size_t next_size() const noexcept;
  [[nodiscard]] nanoseconds time_of(std::uint64_t snapshot, std::uint64_t offset) const noexcept;
  [[nodiscard]] block_info describe() const noexcept;

  std::unique_ptr<wire::recording> recording_;
  std::size_t max_block_;
  bool snapshots_continue_;
  std::vector<double> samples_;
  std::vector<block<double>> blocks_;
  std::size_t ready_ = 0;
  std::uint64_t snapshot_ = 0, offset_ = 0, block_snapshot_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
