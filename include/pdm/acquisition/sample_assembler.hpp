// sample_assembler -- blocks of samples from received bytes, however these were cut.
//
// What      Bytes come in through room() and received(); next() makes one block a channel of the frames that lie there
// and
//           follow each other. With headers (wire/sample_message.hpp) a message that continues the one before joins its
//           block; a hole in the numbers starts a new block with gap; what came before is dropped and counted
//           (duplicate), or where it fills a hole, given as a block of its own, bad with late and out_of_order; another
//           session is a restart of the sender: one gap, and numbers begin anew.
// Time      With headers, the sender's clock since its first message, unrepaired: a step of it is seen by the gate.
// Without,
//           frames count at the given rate, and after a break the time that passed on our monotonic clock is taken: how
//           many frames were lost is not known, so the number after it is an estimate, and the block carries gap.
// NB        No I/O. Samples are little-endian, channels interleaved. One channel in the wire's own type is not copied.
// Cost      Memory is taken in the constructor. O(bytes); a memmove of each message with headers.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"
#include "pdm/wire/sample_message.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

enum class sample_format : std::uint8_t { f32, f64, i16, i32 };
inline constexpr std::array<std::string_view, 4> sample_format_names{"f32", "f64", "i16", "i32"};
[[nodiscard]] constexpr std::size_t bytes_of(sample_format f) noexcept {
  return f == sample_format::f64 ? 8 : f == sample_format::i16 ? 2 : 4;
}

struct sample_layout {
  hertz rate{};              // of a channel; at least 0.01
  std::size_t channels = 1;  // 1 to 4096
  sample_format format = sample_format::f32;
  double scale = 1;  // value = number * scale; 1 for floats in the quantity's unit
  bool with_headers = false;
  std::size_t max_block = 4096;  // frames
  pdm::unit quantity = pdm::unit::unknown;
};

struct sample_counters {
  std::uint64_t bytes = 0, frames = 0;
  std::uint64_t messages = 0, gaps = 0;
  std::uint64_t missing = 0;     // frames the numbers jumped over and that did not come late
  std::uint64_t late = 0;        // frames that filled a hole
  std::uint64_t duplicates = 0;  // frames dropped
  std::uint64_t restarts = 0;    // other sessions
  std::uint64_t malformed = 0;   // messages that were none
  std::uint64_t overflowed = 0;  // frames dropped by the overflow policy
};

template <class T>
class sample_assembler {
 public:
  static_assert(std::is_floating_point_v<T>);

  // The layout is valid (is_valid).
  explicit sample_assembler(sample_layout const& l);
  [[nodiscard]] static bool is_valid(sample_layout const& l) noexcept {
    return l.rate.value >= 0.01 && std::isfinite(l.rate.value) && l.channels >= 1 && l.channels <= 4096 &&
           l.max_block >= 1 && l.max_block <= 1u << 24 && std::isfinite(l.scale) && l.scale != 0;
  }

  [[nodiscard]] sample_layout const& layout() const noexcept { return layout_; }
  [[nodiscard]] std::size_t frame_bytes() const noexcept { return frame_; }
  // Where the next bytes go; never empty after next() returned false.
  [[nodiscard]] std::span<std::byte> room() noexcept;
  void received(std::size_t bytes) noexcept {
    end_ += bytes;
    counters_.bytes += bytes;
  }
  // One datagram in room(): taken only when it is whole.
  void received_datagram(std::size_t bytes) noexcept;

  // True: blocks() holds the next ones. False: more bytes are needed, or broken().
  [[nodiscard]] bool next(nanoseconds receive_time) noexcept;
  [[nodiscard]] std::span<block<T> const> blocks() const noexcept { return blocks_; }
  [[nodiscard]] bool broken() const noexcept { return broken_; }  // no header where one must be: connect anew
  // The stream broke off; bytes of a frame that was not complete are forgotten.
  void interrupted() noexcept;
  // Drops what next() would give: the overflow policy.
  void overflow(nanoseconds receive_time) noexcept;
  // Blocks without a sample, bad with gap: nothing came.
  void say_nothing_came(nanoseconds receive_time) noexcept;

  [[nodiscard]] sample_counters const& counters() const noexcept { return counters_; }

 private:
  struct hole {
    std::uint64_t from = 0, to = 0;
  };

  bool next_plain(nanoseconds now) noexcept;
  bool next_with_headers(nanoseconds now) noexcept;
  struct message {
    wire::sample_header h{};
    std::size_t at = 0, frames = 0;  // of its samples in in_
  };
  enum class place : std::uint8_t { follows, breaks, late, seen };
  [[nodiscard]] bool message_here(message& m) noexcept;
  [[nodiscard]] place place_of(message const& m) noexcept;
  void append(message const& m, std::size_t skip, std::size_t& frames, block_info& about) noexcept;
  [[nodiscard]] std::size_t begin_anew(message const& m, nanoseconds now) noexcept;
  void give_late(message const& m, block_info about) noexcept;
  // A sender may send any time at all.
  [[nodiscard]] static nanoseconds wrapped(nanoseconds a, nanoseconds minus) noexcept {
    return static_cast<nanoseconds>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(minus));
  }
  [[nodiscard]] nanoseconds since_first(nanoseconds t) const noexcept { return wrapped(t, first_time_); }
  [[nodiscard]] nanoseconds later(nanoseconds t, std::size_t frames) const noexcept {
    return wrapped(t, -sample_time(frames, layout_.rate.value));
  }
  [[nodiscard]] hole* hole_of(std::uint64_t from, std::uint64_t to) noexcept;
  void fill_hole(std::uint64_t from, std::uint64_t to) noexcept;
  void open_hole(std::uint64_t from, std::uint64_t to) noexcept;
  void give(std::size_t frames, block_info const& about) noexcept;
  [[nodiscard]] T number_at(std::byte const* p) const noexcept;

  sample_layout layout_;
  std::size_t frame_;
  std::vector<std::byte> in_;
  std::size_t begin_ = 0, end_ = 0;  // of what was not looked at yet
  std::vector<T> converted_;
  std::vector<block<T>> blocks_;
  std::size_t given_at_ = 0;  // where the frames given lie in in_
  sample_counters counters_;
  bool broken_ = false, gap_ = false, started_ = false;
  std::uint32_t session_ = 0;
  std::uint64_t sequence_ = 0;  // of the next frame
  nanoseconds first_time_ = 0, next_time_ = 0, start_receive_ = no_time;
  std::array<hole, 16> holes_{};
  std::size_t next_hole_ = 0;
};

template <class T>
sample_assembler<T>::sample_assembler(sample_layout const& l)
    : layout_(l), frame_(l.channels * bytes_of(l.format)), blocks_(l.channels) {
  in_.resize(std::max<std::size_t>(2 * l.max_block * frame_, 4 * (l.max_block * frame_ + wire::sample_header_bytes)) +
             65536);
  bool const as_it_is =
      l.channels == 1 && l.scale == 1 && bytes_of(l.format) == sizeof(T) && l.format <= sample_format::f64;
  if (!as_it_is) converted_.resize(l.channels * l.max_block);
}

template <class T>
std::span<std::byte> sample_assembler<T>::room() noexcept {
  if (begin_ > 0) {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return std::span(in_).subspan(end_);
}

template <class T>
void sample_assembler<T>::received_datagram(std::size_t bytes) noexcept {
  std::span<std::byte const> const d(in_.data() + end_, bytes);
  wire::sample_header h;
  bool const whole = layout_.with_headers ? wire::get_header(d, h) && h.bytes + wire::sample_header_bytes == bytes &&
                                                h.bytes % frame_ == 0 && h.bytes / frame_ <= layout_.max_block
                                          : bytes > 0 && bytes % frame_ == 0;
  whole ? received(bytes) : void(++counters_.malformed);
}

template <class T>
void sample_assembler<T>::interrupted() noexcept {
  begin_ = end_ = 0;
  broken_ = false;
  gap_ = gap_ || started_;
}

template <class T>
bool sample_assembler<T>::next(nanoseconds receive_time) noexcept {
  return layout_.with_headers ? next_with_headers(receive_time) : next_plain(receive_time);
}

template <class T>
bool sample_assembler<T>::next_plain(nanoseconds now) noexcept {
  std::size_t const frames = std::min((end_ - begin_) / frame_, layout_.max_block);
  if (frames == 0) return false;
  double const rate = layout_.rate.value;
  if (gap_) {
    double const passed = to_seconds(now - start_receive_) * rate;
    if (passed > static_cast<double>(sequence_)) sequence_ = static_cast<std::uint64_t>(passed);
  }
  block_info about;
  about.sequence = sequence_;
  about.source_time = sample_time(sequence_, rate);
  about.receive_time = now;
  given_at_ = begin_;
  begin_ += frames * frame_;
  sequence_ += frames;
  next_time_ = sample_time(sequence_, rate);
  give(frames, about);
  return true;
}

// False: the message is not here yet, or what is here is none (broken).
template <class T>
bool sample_assembler<T>::message_here(message& m) noexcept {
  std::span<std::byte const> const left(in_.data() + begin_, end_ - begin_);
  if (broken_ || left.empty()) return false;
  bool const has_header = left.size() >= wire::sample_header_bytes;
  broken_ = !wire::may_begin_message(left) || (has_header && !(wire::get_header(left, m.h) && m.h.bytes % frame_ == 0 &&
                                                               m.h.bytes / frame_ <= layout_.max_block));
  counters_.malformed += broken_;
  m.at = begin_ + wire::sample_header_bytes;
  m.frames = m.h.bytes / frame_;
  return !broken_ && has_header && left.size() - wire::sample_header_bytes >= m.h.bytes;
}

template <class T>
typename sample_assembler<T>::place sample_assembler<T>::place_of(message const& m) noexcept {
  if (!started_ || m.h.session != session_) return place::breaks;
  std::uint64_t const from = m.h.sequence, to = from + m.frames;
  if (from == sequence_) {
    double const off = to_seconds(since_first(m.h.time)) - to_seconds(next_time_);
    double const allowed = 1e-3 + 1.5 / layout_.rate.value;
    return off > allowed || off < -allowed ? place::breaks : place::follows;
  }
  if (from > sequence_ || to > sequence_) return place::breaks;
  return hole_of(from, to) != nullptr ? place::late : place::seen;
}

template <class T>
bool sample_assembler<T>::next_with_headers(nanoseconds now) noexcept {
  std::size_t frames = 0;  // of the block, gathered at given_at_
  block_info about;
  about.receive_time = now;
  for (message m; message_here(m);) {
    auto const where = place_of(m);
    bool const joins = where == place::seen || (where == place::follows && frames + m.frames <= layout_.max_block);
    if (frames > 0 && !joins) break;
    begin_ = m.at + m.h.bytes;
    ++counters_.messages;
    if (where == place::seen) {
      counters_.duplicates += m.frames;
      continue;
    }
    if (where == place::late) {
      give_late(m, about);
      return true;
    }
    append(m, where == place::breaks ? begin_anew(m, now) : 0, frames, about);
  }
  if (frames == 0) return false;
  give(frames, about);
  return true;
}

template <class T>
void sample_assembler<T>::append(message const& m, std::size_t skip, std::size_t& frames, block_info& about) noexcept {
  std::size_t const from = m.at + skip * frame_;
  if (frames == 0) {
    given_at_ = from;
    about.sequence = m.h.sequence + skip;
    about.source_time = later(since_first(m.h.time), skip);
  } else {
    std::memmove(in_.data() + given_at_ + frames * frame_, in_.data() + from, (m.frames - skip) * frame_);
  }
  frames += m.frames - skip;
  sequence_ = m.h.sequence + m.frames;
  next_time_ = later(since_first(m.h.time), m.frames);
}

// Frames at its front that were seen.
template <class T>
std::size_t sample_assembler<T>::begin_anew(message const& m, nanoseconds now) noexcept {
  if (!started_ || m.h.session != session_) {
    counters_.restarts += started_;
    gap_ = gap_ || started_;
    holes_ = {};
    session_ = m.h.session;
    // The sender's clock begins anew; ours says how long that was after the start.
    first_time_ = wrapped(m.h.time, started_ ? now - start_receive_ : 0);
    return 0;
  }
  if (m.h.sequence > sequence_) {
    counters_.missing += m.h.sequence - sequence_;
    open_hole(sequence_, m.h.sequence);
    gap_ = true;
    return 0;
  }
  auto const skip = static_cast<std::size_t>(sequence_ - m.h.sequence);
  counters_.duplicates += skip;
  return skip;
}

template <class T>
void sample_assembler<T>::give_late(message const& m, block_info about) noexcept {
  fill_hole(m.h.sequence, m.h.sequence + m.frames);
  counters_.late += m.frames;
  counters_.missing -= std::min<std::uint64_t>(counters_.missing, m.frames);
  about.sequence = m.h.sequence;
  about.source_time = since_first(m.h.time);
  about.quality.mark(quality_reason::late, quality_level::bad);
  about.quality.mark(quality_reason::out_of_order, quality_level::bad);
  about.quality.bad_share = 1;
  given_at_ = m.at;
  bool const gap = std::exchange(gap_, false);  // that of the next block in order
  give(m.frames, about);
  gap_ = gap;
}

template <class T>
void sample_assembler<T>::open_hole(std::uint64_t from, std::uint64_t to) noexcept {
  holes_[next_hole_] = {from, to};
  next_hole_ = (next_hole_ + 1) % holes_.size();
}

template <class T>
typename sample_assembler<T>::hole* sample_assembler<T>::hole_of(std::uint64_t from, std::uint64_t to) noexcept {
  auto const holds = [&](hole const& h) { return from >= h.from && to <= h.to; };
  auto const found = std::find_if(holes_.begin(), holes_.end(), holds);
  return found == holes_.end() ? nullptr : &*found;
}

template <class T>
void sample_assembler<T>::fill_hole(std::uint64_t from, std::uint64_t to) noexcept {
  hole* const h = hole_of(from, to);
  if (h == nullptr) return;
  auto const rest = std::exchange(h->to, from);  // what is left on both sides
  if (rest > to) open_hole(to, rest);
}

template <class T>
void sample_assembler<T>::overflow(nanoseconds receive_time) noexcept {
  while (next(receive_time)) {
    counters_.overflowed += blocks_[0].size();
    gap_ = true;
  }
}

template <class T>
void sample_assembler<T>::say_nothing_came(nanoseconds receive_time) noexcept {
  block_info about;
  about.sequence = sequence_;
  about.source_time = next_time_;
  about.receive_time = receive_time;
  about.quality.mark(quality_reason::gap, quality_level::bad);
  about.quality.bad_share = 1;
  for (auto& b : blocks_) b = block<T>({}, about);
}

template <class T>
T sample_assembler<T>::number_at(std::byte const* p) const noexcept {
  auto const as = [&](auto v) {
    std::memcpy(&v, p, sizeof v);
    return static_cast<T>(static_cast<double>(v) * layout_.scale);
  };
  switch (layout_.format) {
    case sample_format::f32: return as(float{});
    case sample_format::f64: return as(double{});
    case sample_format::i16: return as(std::int16_t{});
    case sample_format::i32: return as(std::int32_t{});
  }
  return T{};
}

template <class T>
void sample_assembler<T>::give(std::size_t frames, block_info const& info) noexcept {
  block_info about = info;
  if (std::exchange(gap_, false)) {
    about.quality.mark(quality_reason::gap, quality_level::good);
    ++counters_.gaps;
  }
  if (!std::exchange(started_, true)) start_receive_ = about.receive_time;
  counters_.frames += frames;
  std::byte* const from = in_.data() + given_at_;
  if (converted_.empty()) {
    // A number may not stand where its type may: after a message of another length.
    if (reinterpret_cast<std::uintptr_t>(from) % alignof(T) != 0) {
      std::size_t const to = given_at_ - reinterpret_cast<std::uintptr_t>(from) % alignof(T);
      std::memmove(in_.data() + to, from, frames * frame_);
      given_at_ = to;
    }
    blocks_[0] = block<T>({reinterpret_cast<T const*>(in_.data() + given_at_), frames}, about);
    return;
  }
  std::size_t const width = bytes_of(layout_.format);
  for (std::size_t c = 0; c < layout_.channels; ++c) {
    T* const to = converted_.data() + c * layout_.max_block;
    for (std::size_t i = 0; i < frames; ++i) to[i] = number_at(from + i * frame_ + c * width);
    blocks_[c] = block<T>({to, frames}, about);
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
