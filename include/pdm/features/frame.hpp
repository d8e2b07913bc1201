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

#include <cstdint>
#include <span>

#include "pdm/core/concepts.hpp"
#include "pdm/features/frame_buffer.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

template <sample_type T = float>
class frame {
 public:
  using params = frame_params;
  explicit frame(params const& p) noexcept : length_(p.length), buffer_(p) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const&) const noexcept { return buffer_.footprint(); }
  [[nodiscard]] stream_spec output_spec(stream_spec spec) const noexcept {
    spec.max_block = length_;
    return spec;
  }
  template <class Next>
  void process(block<T> const& in, Next&& next) noexcept;
  void reset() noexcept { buffer_.reset(); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind_{'F', 'R', 'A', 'M'};

  std::size_t length_;
  detail::frame_buffer<T> buffer_;
};

template <sample_type T>
result<stream_spec> frame<T>::prepare(stream_spec const& spec, arena& memory) noexcept {
  if (auto const s = buffer_.prepare(spec, memory, "frame"); !s) return s.error();
  return output_spec(spec);
}

template <sample_type T>
template <class Next>
void frame<T>::process(block<T> const& in, Next&& next) noexcept {
  if (!PDM_EXPECTS(buffer_.prepared())) return;
  if (in.size() == 0) return;
  buffer_.meet(in, false);
  std::size_t used = 0;
  while (used < in.size()) {
    used += buffer_.take(in, used);
    if (!buffer_.complete()) continue;
    auto const info = buffer_.describe(in.receive_time);
    next(block<T>(buffer_.front(), info));
    buffer_.advance();
    (void)buffer_.release(length_);
  }
}

template <sample_type T>
std::size_t frame<T>::saved_bytes() const noexcept {
  archive_writer w({}, kind_, 1);
  buffer_.write(w);
  return w.size();
}

template <sample_type T>
result<std::size_t> frame<T>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind_, 1);
  buffer_.write(w);
  return w.finish();
}

template <sample_type T>
status frame<T>::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind_, 1);
  if (!r) return r.error();
  if (!buffer_.read(*r)) return error{errc::shape_mismatch, "frame", "saved with another length, hop or rate"};
  auto const end = r->finish();
  if (!end) reset();
  return end;
}

static_assert(stage_of<frame<float>, stream_spec, block<float>> && archived<frame<float>>);
static_assert(stage_of<frame<double>, stream_spec, block<double>>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
