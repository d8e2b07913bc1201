// frame -- cuts a stream into frames of equal length, overlapping or not.
//
// What      Collects samples until `length` are there, hands them on as one block, and goes `hop` samples further. A
//           frame carries the time and the running number of its first sample, the worst quality and all reasons of
//           the blocks it is made of, their bad share by length, and the operating state that holds for all of it.
// NB        After a gap it starts anew: what was collected is dropped, no frame spans missing samples, and the first
//           frame after it carries the reason gap. It does not judge quality: bad frames are handed on, marked.
// Shape     in: block<T>, any size up to max_block; out: block<T> of exactly `length` samples, valid inside next().
// Time      Counted from the first sample at the nominal rate; moved when a block's own time is off by more than half
//           a sample. The same for any chunking of a stream with nominal times.
// Cost      One copy of each sample and of the overlap; prepare() takes `length` samples.
// Errors    prepare: invalid_argument for length 0, rate_mismatch where the stream has no rate.
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

}  // namespace detail

template <sample_type T = float>
class frame {
 public:
  using params = frame_params;
  explicit frame(params const& p) noexcept : length_(p.length), hop_(p.hop == 0 ? p.length : p.hop) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const&) const noexcept { return arena::bytes<T>(length_); }
  [[nodiscard]] stream_spec output_spec(stream_spec spec) const noexcept {
    spec.max_block = length_;
    return spec;
  }
  template <class Next>
  void process(block<T> const& in, Next&& next) noexcept;
  void reset() noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind_{'F', 'R', 'A', 'M'};
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

  void begin(block<T> const& in) noexcept;
  void follow_time(block<T> const& in) noexcept;
  template <class Next>
  void emit(block<T> const& in, Next& next) noexcept;
  void advance() noexcept;
  void write(archive_writer& w) const noexcept;

  std::size_t length_, hop_;
  double rate_ = 0;
  std::span<T> samples_{};
  position at_{};
  detail::marks marks_{};
};

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
result<stream_spec> frame<T>::prepare(stream_spec const& spec, arena& memory) noexcept {
  if (length_ == 0) return error{errc::invalid_argument, "frame", "give a length of at least one sample"};
  if (!(spec.rate.value > 0)) return error{errc::rate_mismatch, "frame", "the stream has no sampling rate"};
  auto samples = memory.take<T>(length_);
  if (!samples) return samples.error();
  samples_ = *samples;
  rate_ = spec.rate.value;
  reset();
  return output_spec(spec);
}

template <sample_type T>
void frame<T>::reset() noexcept {
  at_ = {};
  marks_.clear();
}

template <sample_type T>
void frame<T>::begin(block<T> const& in) noexcept {
  reset();
  at_.started = true;
  at_.after_gap = in.gap();
  at_.gap_quality = in.quality;
  at_.start_time = in.source_time;
  at_.start_sequence = in.sequence;
}

// A block without a time (0) is taken to follow.
template <sample_type T>
void frame<T>::follow_time(block<T> const& in) noexcept {
  nanoseconds const expected = at_.start_time + sample_time(at_.first + at_.filled, rate_);
  nanoseconds const off = in.source_time - expected;
  auto const half = static_cast<nanoseconds>(0.5e9 / rate_) + 1;
  if (in.source_time != 0 && (off > half || off < -half)) at_.start_time += off;
}

template <sample_type T>
template <class Next>
void frame<T>::process(block<T> const& in, Next&& next) noexcept {
  if (!PDM_EXPECTS(!samples_.empty())) return;
  if (in.size() == 0) return;
  if (in.gap() || !at_.started) {
    begin(in);
  } else {
    follow_time(in);
  }
  // Only the first frame says that something is missing before it.
  quality mark = in.quality;
  mark.reasons &= ~static_cast<std::uint32_t>(quality_reason::gap);
  if (mark.reasons == 0 && in.gap()) mark = {};
  std::size_t used = 0;
  while (used < in.size()) {
    auto const left_out = std::min<std::size_t>(static_cast<std::size_t>(at_.skip), in.size() - used);
    at_.skip -= left_out;
    at_.first += left_out;
    used += left_out;
    auto const filled = static_cast<std::size_t>(at_.filled);
    std::size_t const n = at_.skip > 0 ? 0 : std::min(length_ - filled, in.size() - used);
    std::ranges::copy(in.samples.subspan(used, n), samples_.begin() + static_cast<std::ptrdiff_t>(filled));
    if (n > 0) marks_.append(n, mark, in.operating);
    at_.filled += n;
    used += n;
    if (at_.filled == length_) {
      emit(in, next);
      advance();
    }
  }
}

template <sample_type T>
template <class Next>
void frame<T>::emit(block<T> const& in, Next& next) noexcept {
  block_info info;
  info.source_time = at_.start_time + sample_time(at_.first, rate_);
  info.receive_time = in.receive_time;
  info.sequence = at_.start_sequence + at_.first;
  info.quality = marks_.merged_quality(length_);
  info.operating = marks_.merged_operating();
  if (at_.after_gap) info.quality.mark(quality_reason::gap, at_.gap_quality.level);
  at_.after_gap = false;
  next(block<T>(samples_, info));
}

template <sample_type T>
void frame<T>::advance() noexcept {
  std::size_t const kept = hop_ < length_ ? length_ - hop_ : 0;
  std::copy(samples_.end() - static_cast<std::ptrdiff_t>(kept), samples_.end(), samples_.begin());
  marks_.drop(length_ - kept);
  at_.first += length_ - kept;
  at_.filled = kept;
  at_.skip = hop_ > length_ ? hop_ - length_ : 0;
}

template <sample_type T>
void frame<T>::write(archive_writer& w) const noexcept {
  w.put(static_cast<std::uint64_t>(length_)).put(static_cast<std::uint64_t>(hop_)).put(rate_);
  w.put(at_.started).put(at_.after_gap).put(at_.gap_quality.level).put(at_.start_time).put(at_.start_sequence);
  w.put(at_.first).put(at_.filled).put(at_.skip);
  marks_.write(w);
  w.put(std::span<T const>(samples_));
}

template <sample_type T>
std::size_t frame<T>::saved_bytes() const noexcept {
  archive_writer w({}, kind_, 1);
  write(w);
  return w.size();
}

template <sample_type T>
result<std::size_t> frame<T>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind_, 1);
  write(w);
  return w.finish();
}

template <sample_type T>
status frame<T>::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind_, 1);
  if (!r) return r.error();
  bool const same_length = r->template get<std::uint64_t>() == length_;
  bool const same_hop = r->template get<std::uint64_t>() == hop_;
  if (!same_length || !same_hop || r->template get<double>() != rate_ || samples_.size() != length_) {
    return error{errc::shape_mismatch, "frame", "saved with another length, hop or rate"};
  }
  position at;
  r->get(at.started).get(at.after_gap).get(at.gap_quality.level).get(at.start_time).get(at.start_sequence);
  r->get(at.first).get(at.filled).get(at.skip);
  detail::marks marks;
  marks.read(*r);
  r->get(samples_);
  if (auto s = r->finish(); !s || at.filled > length_) {
    reset();
    return s ? error{errc::corrupt, "frame", "more samples than a frame holds"} : s;
  }
  at_ = at;
  marks_ = marks;
  return {};
}

static_assert(stage_of<frame<float>, stream_spec, block<float>> && archived<frame<float>>);
static_assert(stage_of<frame<double>, stream_spec, block<double>>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
