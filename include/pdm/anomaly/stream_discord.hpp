// stream_discord -- has the newest piece of a signal a like among the pieces before it? The matrix profile of a stream.
//
// What      After each value the last `length` values are compared with every earlier piece of that length in the
//           history, both standardised to mean 0 and deviation 1. The distance to the nearest of them, and where that
//           one begins, is the newest entry of the left matrix profile: a large one is a discord, a shape never seen.
// NB        Shapes, not levels: a shift or a change of scale is invisible here. A fault that comes twice has its like
//           in the history and is no discord the second time, so ask at once. Pieces that overlap the newest one by
//           more than half are left out, as they are alike by themselves.
// Formula   d = sqrt(2 m (1 - r)), r the correlation of the two pieces of m values; the score is d / sqrt(2 m): 0 the
//           same, 1 unrelated, at most 1.41. Of two constant pieces d = 0, of one constant and one that varies r = 1/2.
// Source    C.-C. Yeh et al., "Matrix profile I", ICDM 2016; left profiles of streams: Y. Lu et al., "Matrix profile
//           XXIV: scaling time series anomaly detection to trillions of datapoints", KDD 2022.
// Numbers   Dot products are made anew, not updated: rounding does not add up on a stream without end.
// Cost      history x length multiplications a value. 3 history + length doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class stream_discord {
 public:
  struct params {
    std::size_t length = 32;     // values of a piece
    std::size_t history = 1024;  // values that are kept
  };

  stream_discord() = default;
  explicit stream_discord(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept {
    return 3 * arena::bytes<double>(params_.history) + arena::bytes<double>(params_.length);
  }
  // false: not finite, and ignored.
  bool update(double x) noexcept;
  // There is a piece to compare with.
  [[nodiscard]] bool ready() const noexcept { return filled_ >= 2 * params_.length; }
  [[nodiscard]] double score() const noexcept { return score_; }
  // Values from the begin of the nearest piece to the begin of the newest one.
  [[nodiscard]] std::size_t nearest() const noexcept { return nearest_; }
  void reset() noexcept {
    filled_ = nearest_ = 0;
    score_ = 0;
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 2 * sizeof(std::uint64_t) + sizeof(double) * (params_.history + 1);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'D', 'S', 'C', 'D'};
  void push(double x) noexcept;
  void measure(std::size_t begin) noexcept;
  [[nodiscard]] double correlation(std::size_t begin) const noexcept;

  params params_{};
  std::span<double> values_, mean_, inverse_;  // oldest first; of the piece that begins there, 0: it does not vary
  std::span<double> newest_;                   // standardised
  std::size_t filled_ = 0, nearest_ = 0;
  double score_ = 0;
};

inline status stream_discord::prepare(arena& memory) noexcept {
  if (params_.length < 4 || params_.history < 3 * params_.length) {
    return error{errc::invalid_argument, "stream_discord", "give pieces of 4 values or more, and 3 of them of history"};
  }
  for (auto* part : {&values_, &mean_, &inverse_}) {
    auto taken = memory.take<double>(params_.history);
    if (!taken) return taken.error();
    *part = *taken;
  }
  auto taken = memory.take<double>(params_.length);
  if (!taken) return taken.error();
  newest_ = *taken;
  reset();
  return {};
}

inline void stream_discord::push(double x) noexcept {
  if (filled_ == values_.size()) {
    for (auto part : {values_, mean_, inverse_}) std::move(part.begin() + 1, part.end(), part.begin());
    --filled_;
  }
  values_[filled_++] = x;
}

// Mean and inverse deviation of the piece that begins there.
inline void stream_discord::measure(std::size_t begin) noexcept {
  auto const piece = values_.subspan(begin, params_.length);
  double const count = static_cast<double>(params_.length);
  double sum = 0, squares = 0, size = 0;
  for (double v : piece) sum += v - piece[0];
  double const mean = piece[0] + sum / count;
  for (double v : piece) {
    squares += (v - mean) * (v - mean);
    size = std::max(size, v < 0 ? -v : v);
  }
  double const deviation = math::sqrt(squares / count);
  mean_[begin] = mean;
  inverse_[begin] = deviation > 1e-13 * size ? 1 / deviation : 0;
}

inline double stream_discord::correlation(std::size_t begin) const noexcept {
  std::size_t const newest = filled_ - params_.length;
  if (inverse_[begin] == 0 || inverse_[newest] == 0) return inverse_[begin] == inverse_[newest] ? 1 : 0.5;
  double sum = 0;
  for (std::size_t i = 0; i < params_.length; ++i) sum += (values_[begin + i] - mean_[begin]) * newest_[i];
  return sum * inverse_[begin] / static_cast<double>(params_.length);
}

inline bool stream_discord::update(double x) noexcept {
  if (!(x < 1e100 && x > -1e100) || !PDM_EXPECTS(!values_.empty())) return false;
  push(x);
  score_ = 0;
  nearest_ = 0;
  if (filled_ < params_.length) return true;
  std::size_t const newest = filled_ - params_.length;
  measure(newest);
  if (!ready()) return true;
  for (std::size_t i = 0; i < params_.length; ++i)
    newest_[i] = (values_[newest + i] - mean_[newest]) * inverse_[newest];
  double best = -2;
  for (std::size_t begin = 0; begin + params_.length / 2 <= newest; ++begin) {
    double const r = correlation(begin);
    if (!(r > best)) continue;
    best = r;
    nearest_ = newest - begin;
  }
  score_ = math::sqrt(std::max(0.0, 1 - best));
  return true;
}

inline result<std::size_t> stream_discord::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint64_t>(filled_)).put(static_cast<std::uint64_t>(nearest_)).put(score_);
  for (double v : values_.first(filled_)) w.put(v);
  return w.finish();
}

inline status stream_discord::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  auto const filled = opened->get<std::uint64_t>();
  nearest_ = static_cast<std::size_t>(opened->get<std::uint64_t>());
  opened->get(score_);
  if (filled > values_.size() || !math::is_finite(score_)) opened->fail();
  filled_ = opened->ok() ? static_cast<std::size_t>(filled) : 0;
  bool sound = opened->ok();
  for (double& v : values_.first(filled_)) sound = math::is_finite(opened->get(v).ok() ? v : math::infinity) && sound;
  auto const end = sound ? opened->finish() : status(errc::corrupt);
  if (!end) {
    reset();
    return end;
  }
  for (std::size_t i = 0; i + params_.length <= filled_; ++i) measure(i);
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
