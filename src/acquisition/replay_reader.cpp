#include "pdm/acquisition/replay_reader.hpp"

#include <algorithm>
#include <cmath>

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

replay_reader::replay_reader(std::unique_ptr<wire::recording> from, std::size_t max_block)
    : recording_(std::move(from)), max_block_(max_block == 0 ? default_replay_block : max_block) {
  auto const& i = info();
  max_block_ = static_cast<std::size_t>(std::min<std::uint64_t>(max_block_, i.samples));
  double const length = static_cast<double>(i.samples) / i.fs_hz;
  snapshots_continue_ = std::abs(i.snapshot_interval_s - length) * i.fs_hz < 0.5;
  samples_.resize(max_block_ * i.channels.size());
  blocks_.resize(i.channels.size());
}

stream_spec replay_reader::spec() const noexcept {
  stream_spec s;
  s.rate = hertz{info().fs_hz};
  s.max_block = max_block_;
  s.quantity = info().quantity;
  s.wall_start = info().wall_start;
  return s;
}

wire::input_result<bool> replay_reader::next() {
  ready_ = 0;
  std::size_t const n = next_size();
  if (n == 0) return false;
  auto const about = describe();
  for (std::size_t c = 0; c < blocks_.size(); ++c) {
    auto const into = std::span(samples_).subspan(c * max_block_, n);
    if (auto const ok = recording_->read(snapshot_, c, offset_, into); !ok) return ok.error();
    blocks_[c] = block<double>(into, about);
  }
  ready_ = blocks_.size();
  block_snapshot_ = snapshot_;
  offset_ += n;
  if (offset_ == info().samples) {
    offset_ = 0;
    ++snapshot_;
  }
  return true;
}

nanoseconds replay_reader::next_is_due() const noexcept {
  std::size_t const n = next_size();
  return n == 0 ? no_time : time_of(snapshot_, offset_ + n);
}

void replay_reader::stamp(nanoseconds receive_time) noexcept {
  for (auto& b : blocks_) b.receive_time = receive_time;
}

void replay_reader::rewind() noexcept {
  ready_ = 0;
  snapshot_ = offset_ = block_snapshot_ = 0;
}

std::size_t replay_reader::next_size() const noexcept {
  if (snapshot_ >= info().snapshots) return 0;
  return static_cast<std::size_t>(std::min<std::uint64_t>(max_block_, info().samples - offset_));
}

nanoseconds replay_reader::time_of(std::uint64_t snapshot, std::uint64_t offset) const noexcept {
  auto const& i = info();
  if (snapshots_continue_) {
    return from_seconds(i.first_snapshot_elapsed_s) + sample_time(snapshot * i.samples + offset, i.fs_hz);
  }
  return from_seconds(i.snapshot_elapsed_s(snapshot)) + sample_time(offset, i.fs_hz);
}

block_info replay_reader::describe() const noexcept {
  block_info b;
  b.source_time = time_of(snapshot_, offset_);
  b.sequence = snapshot_ * info().samples + offset_;
  if (offset_ == 0 && snapshot_ > 0 && !snapshots_continue_) b.quality.mark(quality_reason::gap, quality_level::good);
  return b;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
