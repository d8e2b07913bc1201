// frame_buffer -- collects the samples of frames, with what must travel with them.
//
// What      Behind frame and sliced: takes blocks, says when a frame is complete, tells its time, number, quality and
//           operating state, and goes a hop further. A frame that is still wanted can stay where it is while the
//           samples of the next one come in behind it (room samples); release() then makes way, at once or in pieces.
// NB        Not a stage: see frame.hpp for what comes out, and for gaps and times.
// Layout    [ the frame that stays, base samples, in front | the next one, `filled` samples ]; base is 0 when none
// stays. Memory    length + room samples.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "pdm/core/concepts.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

struct frame_params {
  std::size_t length = 0;
  std::size_t hop = 0;  // 0: as length
};

namespace detail {

// Quality and operating state along the samples of a frame: runs of equal marks, at most 16; beyond that the last run
// takes the worst of what it covers.
class marks {
 public:
  struct run {
    std::uint64_t length = 0;
    pdm::quality quality{};
    pdm::operating operating{};
  };
  void clear() noexcept { count_ = 0; }
  void append(std::size_t n, quality const& q, operating const& o) noexcept;
  void drop(std::size_t n) noexcept;  // from the front
  [[nodiscard]] quality merged_quality(std::size_t length) const noexcept;
  [[nodiscard]] operating merged_operating() const noexcept;
  void write(archive_writer& w) const noexcept;
  void read(archive_reader& r) noexcept;

 private:
  std::array<run, 16> runs_{};
  std::size_t count_ = 0;
};

template <sample_type T>
class frame_buffer {
 public:
  explicit frame_buffer(frame_params const& p, bool with_room = false) noexcept
      : length_(p.length), hop_(p.hop == 0 ? p.length : p.hop), room_(with_room ? std::min(length_, hop_) : 0) {}

  [[nodiscard]] status prepare(stream_spec const& spec, arena& memory, char const* where) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept { return arena::bytes<T>(length_ + room_); }
  void reset() noexcept;
  [[nodiscard]] bool prepared() const noexcept { return !samples_.empty(); }

  // A block begins: after a gap all anew, behind the frame that stays, if one does.
  void meet(block<T> const& in, bool stays) noexcept;
  // Takes samples of `in` from `used` on, until the frame is complete or there is no more room; how many.
  std::size_t take(block<T> const& in, std::size_t used) noexcept;
  [[nodiscard]] bool no_room() const noexcept { return base_ != 0 && base_ + at_.filled == samples_.size(); }
  [[nodiscard]] bool complete() const noexcept { return base_ == 0 && at_.filled == length_; }
  // What travels with the complete frame; only the first one after a gap says so.
  [[nodiscard]] block_info describe(nanoseconds receive_time) noexcept;
  [[nodiscard]] std::span<T const> front() const noexcept { return samples_.first(length_); }
  // A hop further; the frame stays in front until release().
  void advance() noexcept;
  // Moves up to `most` samples (in pieces of 8) of the next frame to the front; how many. Until made_way() is true.
  std::size_t release(std::size_t most) noexcept;
  [[nodiscard]] bool made_way() const noexcept { return base_ == 0; }

  void write(archive_writer& w) const noexcept;
  // false: saved with another length, hop, room or rate. What does not fit together fails the reader.
  [[nodiscard]] bool read(archive_reader& r) noexcept;

 private:
  struct position {
    bool started = false;
    bool after_gap = false;  // the next frame is the first one after a gap
    quality gap_quality{};
    nanoseconds start_time = 0;  // of the sample counted 0
    std::uint64_t start_sequence = 0;
    std::uint64_t first = 0;   // count of the first sample collected
    std::uint64_t filled = 0;  // samples collected
    std::uint64_t skip = 0;    // samples to leave out before the next frame
  };
  void begin(block<T> const& in, bool stays) noexcept;
  void follow_time(block<T> const& in) noexcept;

  std::size_t length_, hop_, room_;
  double rate_ = 0;
  std::span<T> samples_{};
  std::size_t base_ = 0, moved_ = 0;
  position at_{};
  quality mark_{};  // of the samples of the block
  detail::marks marks_{};
};

}  // namespace detail

// ---- bodies ----

inline void detail::marks::append(std::size_t n, quality const& q, operating const& o) noexcept {
  if (count_ > 0 && runs_[count_ - 1].quality == q && runs_[count_ - 1].operating == o) {
    runs_[count_ - 1].length += n;
  } else if (count_ < runs_.size()) {
    runs_[count_++] = {n, q, o};
  } else {
    run& last = runs_[count_ - 1];
    last = {last.length + n, merged(last.quality, q), merged(last.operating, o)};
  }
}

inline void detail::marks::drop(std::size_t n) noexcept {
  std::size_t gone = 0;
  while (gone < count_ && runs_[gone].length <= n) n -= static_cast<std::size_t>(runs_[gone++].length);
  std::move(runs_.begin() + static_cast<std::ptrdiff_t>(gone), runs_.begin() + static_cast<std::ptrdiff_t>(count_),
            runs_.begin());
  count_ -= gone;
  if (count_ > 0) runs_[0].length -= n;
}

inline quality detail::marks::merged_quality(std::size_t length) const noexcept {
  quality all{};
  double bad = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    all = merged(all, runs_[i].quality);
    bad += static_cast<double>(runs_[i].quality.bad_share) * static_cast<double>(runs_[i].length);
  }
  all.bad_share = static_cast<decltype(all.bad_share)>(bad / static_cast<double>(length));
  return all;
}

inline operating detail::marks::merged_operating() const noexcept {
  operating all = count_ > 0 ? runs_[0].operating : operating{};
  for (std::size_t i = 1; i < count_; ++i) all = merged(all, runs_[i].operating);
  return all;
}

inline void detail::marks::write(archive_writer& w) const noexcept {
  w.put(static_cast<std::uint32_t>(count_));
  for (auto const& r : runs_) {
    w.put(r.length).put(r.quality.level).put(r.quality.reasons).put(r.quality.bad_share);
    w.put(r.operating.state).put(r.operating.regime);
  }
}

inline void detail::marks::read(archive_reader& in) noexcept {
  count_ = std::min<std::size_t>(in.get<std::uint32_t>(), runs_.size());
  for (auto& r : runs_) {
    in.get(r.length).get(r.quality.level).get(r.quality.reasons).get(r.quality.bad_share);
    in.get(r.operating.state).get(r.operating.regime);
  }
}

template <sample_type T>
status detail::frame_buffer<T>::prepare(stream_spec const& spec, arena& memory, char const* where) noexcept {
  if (length_ == 0) return error{errc::invalid_argument, where, "give a length of at least one sample"};
  if (!(spec.rate.value > 0)) return error{errc::rate_mismatch, where, "the stream has no sampling rate"};
  auto samples = memory.take<T>(length_ + room_);
  if (!samples) return samples.error();
  samples_ = *samples;
  rate_ = spec.rate.value;
  reset();
  return {};
}

template <sample_type T>
void detail::frame_buffer<T>::reset() noexcept {
  at_ = {};
  base_ = moved_ = 0;
  marks_.clear();
}

template <sample_type T>
void detail::frame_buffer<T>::begin(block<T> const& in, bool stays) noexcept {
  reset();
  if (stays) base_ = length_;
  at_.started = true;
  at_.after_gap = in.gap();
  at_.gap_quality = in.quality;
  at_.start_time = in.source_time;
  at_.start_sequence = in.sequence;
}

// A block without a time (0) is taken to follow.
template <sample_type T>
void detail::frame_buffer<T>::follow_time(block<T> const& in) noexcept {
  nanoseconds const expected = at_.start_time + sample_time(at_.first + at_.filled, rate_);
  nanoseconds const off = in.source_time - expected;
  auto const half = static_cast<nanoseconds>(0.5e9 / rate_) + 1;
  if (in.source_time != 0 && (off > half || off < -half)) at_.start_time += off;
}

template <sample_type T>
void detail::frame_buffer<T>::meet(block<T> const& in, bool stays) noexcept {
  if (in.gap() || !at_.started) {
    begin(in, stays);
  } else {
    follow_time(in);
  }
  // Only the first frame says that something is missing before it.
  mark_ = in.quality;
  mark_.reasons &= ~static_cast<std::uint32_t>(quality_reason::gap);
  if (mark_.reasons == 0 && in.gap()) mark_ = {};
}

template <sample_type T>
std::size_t detail::frame_buffer<T>::take(block<T> const& in, std::size_t used) noexcept {
  std::size_t const here = in.size() - used;
  auto const left_out = std::min<std::size_t>(static_cast<std::size_t>(at_.skip), here);
  at_.skip -= left_out;
  at_.first += left_out;
  if (at_.skip > 0) return left_out;
  auto const filled = static_cast<std::size_t>(at_.filled);
  std::size_t const place = base_ + filled;
  std::size_t const n = std::min({length_ - filled, samples_.size() - place, here - left_out});
  std::ranges::copy(in.samples.subspan(used + left_out, n), samples_.begin() + static_cast<std::ptrdiff_t>(place));
  if (n > 0) marks_.append(n, mark_, in.operating);
  at_.filled += n;
  return left_out + n;
}

template <sample_type T>
block_info detail::frame_buffer<T>::describe(nanoseconds receive_time) noexcept {
  block_info info;
  info.source_time = at_.start_time + sample_time(at_.first, rate_);
  info.receive_time = receive_time;
  info.sequence = at_.start_sequence + at_.first;
  info.quality = marks_.merged_quality(length_);
  info.operating = marks_.merged_operating();
  if (at_.after_gap) info.quality.mark(quality_reason::gap, at_.gap_quality.level);
  at_.after_gap = false;
  return info;
}

template <sample_type T>
void detail::frame_buffer<T>::advance() noexcept {
  std::size_t const kept = hop_ < length_ ? length_ - hop_ : 0;
  marks_.drop(length_ - kept);
  at_.first += length_ - kept;
  at_.filled = kept;
  at_.skip = hop_ > length_ ? hop_ - length_ : 0;
  base_ = length_ - kept;
  moved_ = 0;
}

template <sample_type T>
std::size_t detail::frame_buffer<T>::release(std::size_t most) noexcept {
  auto const filled = static_cast<std::size_t>(at_.filled);
  std::size_t const n = std::min(filled - moved_, most);
  auto const from = samples_.begin() + static_cast<std::ptrdiff_t>(base_ + moved_);
  std::copy(from, from + static_cast<std::ptrdiff_t>(n), samples_.begin() + static_cast<std::ptrdiff_t>(moved_));
  moved_ += n;
  if (moved_ == filled) base_ = moved_ = 0;
  return n;
}

template <sample_type T>
void detail::frame_buffer<T>::write(archive_writer& w) const noexcept {
  w.put(static_cast<std::uint64_t>(length_)).put(static_cast<std::uint64_t>(hop_)).put(rate_);
  w.put(at_.started).put(at_.after_gap).put(at_.gap_quality.level).put(at_.start_time).put(at_.start_sequence);
  w.put(at_.first).put(at_.filled).put(at_.skip);
  marks_.write(w);
  if (room_ > 0) w.put(static_cast<std::uint64_t>(base_)).put(static_cast<std::uint64_t>(moved_));
  w.put(std::span<T const>(samples_));
}

template <sample_type T>
bool detail::frame_buffer<T>::read(archive_reader& r) noexcept {
  bool const same_length = r.template get<std::uint64_t>() == length_;
  bool const same_hop = r.template get<std::uint64_t>() == hop_;
  if (!same_length || !same_hop || r.template get<double>() != rate_ || !prepared()) return false;
  position at;
  r.get(at.started).get(at.after_gap).get(at.gap_quality.level).get(at.start_time).get(at.start_sequence);
  r.get(at.first).get(at.filled).get(at.skip);
  marks_.read(r);
  std::uint64_t const base = room_ > 0 ? r.template get<std::uint64_t>() : 0;
  std::uint64_t const moved = room_ > 0 ? r.template get<std::uint64_t>() : 0;
  r.get(samples_);
  if (at.filled > length_ || base > length_ || base + at.filled > samples_.size() || moved > at.filled) r.fail();
  at_ = at;
  base_ = static_cast<std::size_t>(base);
  moved_ = static_cast<std::size_t>(moved);
  return true;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
