// sliced -- frames whose work is spread over the hop that follows, so that no call is much longer than another.
//
// What      A frame and the stepwise stage behind it (extract, window_vector) as one stage. process() takes samples in
//           and does no more than that; step(budget) does the work of the complete frame, piece by piece, and hands the
//           row on when it is done. The rows are those of frame followed by the stage, bit for bit, only later.
// NB        A ceiling holds only when every process() of at most n samples is followed by step(budget(n)), and n is at
//           most min(hop, length).
// Latency   At most min(hop, length) samples after the frame's last one.
// Overrun   A frame not done when there is no room for another sample is done at once in process(), which is then as
//           long as without slices; nothing is lost; overruns() counts.
// Shape     in: block<T>, any size up to max_block; out: what the stage hands on.
// Cost      The frame's copies and the stage; prepare() takes length + min(hop, length) samples and what the stage
//           takes. A piece is at most 8 samples of one pass, or what the stage's own header says.
// Errors    prepare: those of frame and of the stage.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "pdm/core/concepts.hpp"
#include "pdm/core/violation.hpp"
#include "pdm/features/frame_buffer.hpp"
#include "pdm/features/stepwise.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

struct sliced_params {
  std::size_t length = 0;
  std::size_t hop = 0;   // 0: as length
  bool at_once = false;  // not in slices: process() does a frame's work when it is complete, and no room is taken
};

template <class Work, sample_type T = float>
class sliced {
 public:
  using params = sliced_params;
  sliced(params const& p, Work work) noexcept
      : length_(p.length),
        within_(p.hop == 0 ? p.length : std::min(p.hop, p.length)),
        at_once_(p.at_once),
        buffer_({p.length, p.hop}, !p.at_once),
        work_(std::move(work)) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const& spec) const noexcept {
    return buffer_.footprint() + work_.footprint(framed(spec));
  }
  [[nodiscard]] stream_spec output_spec(stream_spec const& spec) const noexcept {
    if constexpr (requires { work_.output_spec(spec); }) return work_.output_spec(framed(spec));
    return framed(spec);
  }
  // In slices next() is called from here only in an overrun.
  template <class Next>
  void process(block<T> const& in, Next&& next) noexcept;
  // About `budget` units of what waits; true while there is more.
  template <class Next>
  bool step(std::size_t budget, Next&& next) noexcept;
  void reset() noexcept;

  // Units a frame takes, at most: the stage's, and what makes way for the next one.
  [[nodiscard]] std::size_t work() const noexcept { return work_.work(length_) + (length_ + way - 1) / way; }
  // Units for the step() after every process() of at most `block` samples, with which nothing overruns: floor(within /
  // block) calls of step() lie between two frames at least, within = min(hop, length).
  [[nodiscard]] std::size_t budget(std::size_t block) const noexcept {
    std::size_t const calls = block > 0 && block <= within_ ? within_ / block : 1;
    return (work() + calls - 1) / calls;
  }
  [[nodiscard]] bool busy() const noexcept { return work_.busy() || !buffer_.made_way(); }
  [[nodiscard]] std::uint64_t overruns() const noexcept { return overruns_; }
  // What the frame that is worked on (or was last) carries.
  [[nodiscard]] block_info const& current() const noexcept { return current_; }
  [[nodiscard]] Work& stage() noexcept { return work_; }
  [[nodiscard]] Work const& stage() const noexcept { return work_; }

  // Exact: a frame that waits or is half done is worked on from its beginning after restore().
  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind_{'S', 'F', 'R', 'M'};
  static constexpr std::size_t way = 16;  // samples moved to the front in a unit

  [[nodiscard]] stream_spec framed(stream_spec spec) const noexcept {
    spec.max_block = length_;
    return spec;
  }
  template <class Next>
  void finish(Next& next) noexcept;
  void write(archive_writer& w) const noexcept;

  std::size_t length_, within_;
  bool at_once_;
  detail::frame_buffer<T> buffer_;
  Work work_;
  block_info current_{};
  std::uint64_t overruns_ = 0;
};

template <class Work, sample_type T>
result<stream_spec> sliced<Work, T>::prepare(stream_spec const& spec, arena& memory) noexcept {
  static_assert(stepwise_stage<Work, T>, "the stage behind the frame must be able to work in pieces");
  if (auto const s = buffer_.prepare(spec, memory, "sliced"); !s) return s.error();
  overruns_ = 0;
  return work_.prepare(framed(spec), memory);
}

template <class Work, sample_type T>
void sliced<Work, T>::reset() noexcept {
  buffer_.reset();
  work_.reset();
}

template <class Work, sample_type T>
template <class Next>
void sliced<Work, T>::process(block<T> const& in, Next&& next) noexcept {
  if (!PDM_EXPECTS(buffer_.prepared())) return;
  if (in.size() == 0) return;
  buffer_.meet(in, work_.busy());
  std::size_t used = 0;
  while (used < in.size()) {
    used += buffer_.take(in, used);
    if (buffer_.no_room()) {
      ++overruns_;
      finish(next);
    }
    if (!buffer_.complete()) continue;
    current_ = buffer_.describe(in.receive_time);
    work_.begin(block<T>(buffer_.front(), current_));
    buffer_.advance();
    if (at_once_) finish(next);
  }
}

template <class Work, sample_type T>
template <class Next>
void sliced<Work, T>::finish(Next& next) noexcept {
  while (step(work(), next)) {}
}

template <class Work, sample_type T>
template <class Next>
bool sliced<Work, T>::step(std::size_t budget, Next&& next) noexcept {
  for (std::size_t used = 0; used < budget && busy();) {
    if (work_.busy()) {
      used += work_.step(budget - used, next);
    } else {
      used += (buffer_.release(std::min(budget - used, length_) * way) + way - 1) / way;
    }
  }
  return busy();
}

template <class Work, sample_type T>
void sliced<Work, T>::write(archive_writer& w) const noexcept {
  buffer_.write(w);
  auto const& c = current_;
  w.put(work_.busy()).put(c.source_time).put(c.receive_time).put(c.sequence).put(c.quality.level);
  w.put(c.quality.reasons).put(c.quality.bad_share).put(c.operating.state).put(c.operating.regime);
  w.put_archive(work_);
}

template <class Work, sample_type T>
std::size_t sliced<Work, T>::saved_bytes() const noexcept {
  archive_writer w({}, kind_, 1);
  write(w);
  return w.size();
}

template <class Work, sample_type T>
result<std::size_t> sliced<Work, T>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind_, 1);
  write(w);
  return w.finish();
}

template <class Work, sample_type T>
status sliced<Work, T>::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind_, 1);
  if (!r) return r.error();
  if (!buffer_.read(*r)) return error{errc::shape_mismatch, "sliced", "saved with another length, hop or rate"};
  bool waits = false;
  block_info c;
  r->get(waits).get(c.source_time).get(c.receive_time).get(c.sequence).get(c.quality.level);
  r->get(c.quality.reasons).get(c.quality.bad_share).get(c.operating.state).get(c.operating.regime);
  r->get_archive(work_);
  auto const end = r->finish();
  if (!end) {
    reset();
    return end;
  }
  current_ = c;
  if (waits) work_.begin(block<T>(buffer_.front(), current_));
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
