// quality_gate -- looks at every sample that comes in and says how far it may be trusted.
//
// What      A stage that hands every block on unchanged, with what it found added to the block's quality:
//             gap            the running number jumped ahead: samples are missing before this block
//             duplicate      the block was seen before;  out_of_order: it begins before the last one ended
//             clock_step     the source's clock moved otherwise than the samples count
//             rate_off       over rate_span_s the measured sampling rate differs from the declared one
//             not_finite     NaN or infinity
//             stuck          a run of equal samples of stuck_run or more, also across blocks
//             clipped        at the given full scale; without one, at a rail that shows in the samples
//             out_of_range   beyond [low, high]
//             rate_of_change faster than max_slope from one sample to the next
// Levels    not_finite, duplicate, out_of_order: bad.  gap: gap_level; what comes after it is sound.
//           The others: uncertain from the first sample on, bad from a share of the block on (the *_bad settings).
//           A clipped machine signal still says "at least this much": it is bad only when much of it is clipped.
// NB        Repairs nothing. A bad block is handed on so that its reason reaches the verdict: whoever has a state must
//           not let a bad block into it. Shares are of the block, so levels depend on its length; what a sample is
//           marked with, and every count(), does not depend on how the stream is cut.
// Rail      Without a full scale the largest value seen is a rail when the signal arrived there rail_hits times, five
//           times as often as at the next value, and that one is near. An unclipped sine, however coarse its converter,
//           arrives there half as often (once a period against twice), and resting there counts once. A rail is known
//           only after its first hits and kept across gaps; one glitch beyond it hides it: give the full scale.
// Source    Run of 15 equal points: Rockwell Automation, stuck-sensor check (reference/reliability.md, D3).
// Units     those of the samples; seconds
// Cost      O(1) a sample; no memory from the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>

#include "pdm/core/concepts.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

struct quality_gate_params {
  std::uint32_t stuck_run = 15;  // equal samples in a row; 0: never (a slow temperature may rest for hours)
  double stuck_bad = 0.05;       // share of a block
  double full_scale = 0;         // of the sensor, same unit; 0: not known, a rail is looked for
  double full_scale_margin = 1e-3;
  std::uint32_t rail_hits = 8;  // arrivals at a rail before it counts as one; 0: no rail is looked for
  double clipped_bad = 0.10;
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  double out_of_range_bad = 0.01;
  double max_slope = std::numeric_limits<double>::infinity();  // per second
  double slope_bad = 0.05;
  quality_level gap_level = quality_level::good;
  double clock_tolerance_s = 1e-3;  // and at least 1.5 samples and 2 % of the time between two blocks
  double rate_tolerance = 0.005;    // relative
  double rate_span_s = 10;          // shorter spans do not tell a rate
};

class quality_gate {
 public:
  using params = quality_gate_params;

  quality_gate() = default;
  explicit quality_gate(params const& p) noexcept : params_(p) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const&) const noexcept { return 0; }
  template <class T, class Next>
  void process(block<T> const& in, Next&& next) noexcept;
  void reset() noexcept { state_ = {}; }

  // Samples marked with the reason since reset; blocks for gap, duplicate, out_of_order, clock_step and rate_off.
  [[nodiscard]] std::uint64_t count(quality_reason reason) const noexcept;
  [[nodiscard]] std::uint64_t samples() const noexcept { return state_.samples; }
  [[nodiscard]] std::uint64_t bad_samples() const noexcept { return state_.bad_samples; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  // The two most extreme values on one side and how often the signal arrived there. Values are held with the side's
  // sign, so that both sides ask for the largest.
  struct rail {
    double first = 0, second = -std::numeric_limits<double>::infinity();
    std::uint64_t first_hits = 0, second_hits = 0;
  };
  struct memory_of_stream {
    std::array<std::uint64_t, quality_reason_count> counts{};
    std::uint64_t samples = 0, bad_samples = 0;
    std::uint64_t next_sequence = 0, anchor_sequence = 0;
    nanoseconds next_time = no_time, last_time = no_time, anchor_time = no_time;
    double last = 0;
    std::uint64_t run = 0;      // equal samples up to now; 0: the sample before was not finite or is not there
    std::uint64_t run_bad = 0;  // how many of them were called bad
    rail upper{}, lower{};
  };
  // What one block has of each reason that is counted in samples.
  struct tally {
    std::uint64_t not_finite = 0, stuck = 0, clipped = 0, out_of_range = 0, slope = 0, bad = 0;
    std::uint64_t run = 0, run_bad = 0;  // the part of the run that lies in this block
  };

  void look_at_order(block_info const& in, std::size_t n, quality& q) noexcept;
  void look_at_clock(block_info const& in, quality& q) noexcept;
  void look_at_sample(double x, tally& t) noexcept;
  bool at_rail(double x) noexcept;
  bool meets_rail(rail& r, double signed_value, double range) const noexcept;
  [[nodiscard]] nanoseconds end_of(block_info const& in, std::size_t n) const noexcept;
  void find_stuck(tally& t) noexcept;
  void judge(tally const& t, std::size_t n, quality& q) noexcept;
  void mark_share(quality& q, quality_reason reason, std::uint64_t hits, std::size_t n, double bad_from) noexcept;
  void mark_block(quality& q, quality_reason reason, quality_level level) noexcept;
  [[nodiscard]] std::uint64_t& counter(quality_reason reason) noexcept { return state_.counts[place_of(reason)]; }
  [[nodiscard]] static std::size_t place_of(quality_reason reason) noexcept {
    return static_cast<std::size_t>(std::countr_zero(static_cast<std::uint32_t>(reason))) % quality_reason_count;
  }
  void start_anew(block_info const& in) noexcept;

  template <class Archive, class State>
  static void walk(Archive& a, State& s) noexcept;
  static constexpr archive_kind kind{'G', 'A', 'T', 'E'};
  static constexpr std::uint16_t kind_version = 1;

  params params_{};
  double rate_ = 0;
  memory_of_stream state_{};
};

inline result<stream_spec> quality_gate::prepare(stream_spec const& spec, arena&) noexcept {
  auto const refuse = [](char const* what) { return error{errc::invalid_argument, "quality_gate", what}; };
  auto const is_share = [](double v) { return v >= 0 && v <= 1; };
  if (!(spec.rate.value >= 0)) return refuse("the sampling rate must not be below 0");
  if (!(params_.low < params_.high)) return refuse("low must be below high");
  if (!(params_.full_scale >= 0)) return refuse("full_scale must not be below 0");
  if (!is_share(params_.stuck_bad) || !is_share(params_.clipped_bad) || !is_share(params_.out_of_range_bad) ||
      !is_share(params_.slope_bad) || !is_share(params_.full_scale_margin)) {
    return refuse("shares lie between 0 and 1");
  }
  if (params_.stuck_run == 1) return refuse("stuck_run must be 0 (never) or at least 2");
  if (!(params_.clock_tolerance_s >= 0 && params_.rate_tolerance > 0 && params_.rate_span_s > 0)) {
    return refuse("tolerances must not be below 0");
  }
  rate_ = spec.rate.value;
  reset();
  return spec;
}

template <class T, class Next>
void quality_gate::process(block<T> const& in, Next&& next) noexcept {
  block<T> out = in;
  std::size_t const n = in.size();
  look_at_order(in, n, out.quality);
  tally t;
  for (T x : in.samples) look_at_sample(static_cast<double>(x), t);
  judge(t, n, out.quality);
  next(out);
}

inline void quality_gate::look_at_order(block_info const& in, std::size_t n, quality& q) noexcept {
  auto& s = state_;
  bool const first = s.next_time == no_time;
  if (first || in.gap()) {
    if (in.gap()) ++counter(quality_reason::gap);
    start_anew(in);
  } else if (in.sequence > s.next_sequence) {
    mark_block(q, quality_reason::gap, params_.gap_level);
    start_anew(in);
  } else if (in.sequence < s.next_sequence) {
    bool const seen = in.sequence + n <= s.next_sequence;
    mark_block(q, seen ? quality_reason::duplicate : quality_reason::out_of_order, quality_level::bad);
    s.run = s.run_bad = 0;
    if (seen) return;  // the stream goes on where it was
  } else {
    look_at_clock(in, q);
  }
  s.last_time = in.source_time;
  s.next_sequence = in.sequence + n;
  s.next_time = end_of(in, n);
}

inline nanoseconds quality_gate::end_of(block_info const& in, std::size_t n) const noexcept {
  constexpr nanoseconds far = std::numeric_limits<nanoseconds>::max() / 2;
  nanoseconds const length = rate_ > 0 ? from_seconds(static_cast<double>(n) / rate_) : 0;
  return in.source_time > far || in.source_time < -far || length > far ? in.source_time : in.source_time + length;
}

inline void quality_gate::look_at_clock(block_info const& in, quality& q) noexcept {
  auto& s = state_;
  double const off = to_seconds(in.source_time) - to_seconds(s.next_time);
  if (!(rate_ > 0)) {
    if (in.source_time < s.last_time) mark_block(q, quality_reason::clock_step, quality_level::uncertain);
    return;
  }
  double const between = to_seconds(s.next_time) - to_seconds(s.last_time);
  double const allowed = std::max({params_.clock_tolerance_s, 1.5 / rate_, 0.02 * between});
  if (off > allowed || off < -allowed) {
    mark_block(q, quality_reason::clock_step, quality_level::uncertain);
    s.anchor_time = in.source_time;  // a rate is not measured across a step
    s.anchor_sequence = in.sequence;
    return;
  }
  double const span = to_seconds(in.source_time) - to_seconds(s.anchor_time);
  if (span < params_.rate_span_s) return;
  double const measured = static_cast<double>(in.sequence - s.anchor_sequence) / span;
  double const relative = measured / rate_ - 1;
  if (relative > params_.rate_tolerance || relative < -params_.rate_tolerance) {
    mark_block(q, quality_reason::rate_off, quality_level::uncertain);
  }
}

inline void quality_gate::start_anew(block_info const& in) noexcept {
  state_.run = state_.run_bad = 0;
  state_.anchor_time = in.source_time;
  state_.anchor_sequence = in.sequence;
}

inline void quality_gate::look_at_sample(double x, tally& t) noexcept {
  auto& s = state_;
  if (!std::isfinite(x)) {
    ++t.not_finite;
    ++t.bad;
    s.run = s.run_bad = t.run = t.run_bad = 0;
    return;
  }
  bool const steep = s.run > 0 && rate_ > 0 && !(std::abs(x - s.last) * rate_ <= params_.max_slope);
  if (s.run == 0 || x != s.last) s.run = s.run_bad = t.run = t.run_bad = 0;
  s.last = x;
  ++s.run;
  ++t.run;
  bool const outside = x < params_.low || x > params_.high;
  bool const clipped = at_rail(x);
  if (outside || clipped || steep) {
    t.out_of_range += outside;
    t.clipped += clipped;
    t.slope += steep;
    ++t.bad;
    ++t.run_bad;
    ++s.run_bad;
  }
  if (params_.stuck_run > 0 && s.run >= params_.stuck_run) find_stuck(t);
}

// When the run becomes long enough it shows that the samples before were stuck, too. Those of earlier blocks are gone;
// they are counted all the same.
inline void quality_gate::find_stuck(tally& t) noexcept {
  auto& s = state_;
  if (s.run == params_.stuck_run) {
    auto const earlier = s.run - t.run, earlier_bad = s.run_bad - t.run_bad;
    counter(quality_reason::stuck) += earlier;
    s.bad_samples += earlier - earlier_bad;
    t.stuck += t.run;
    t.bad += t.run - t.run_bad;
  } else {
    ++t.stuck;
    t.bad += s.run - s.run_bad;
  }
  s.run_bad = s.run;
  t.run_bad = t.run;
}

inline bool quality_gate::at_rail(double x) noexcept {
  if (params_.full_scale > 0) return std::abs(x) >= params_.full_scale * (1 - params_.full_scale_margin);
  if (params_.rail_hits == 0) return false;
  auto& s = state_;
  double const range = s.upper.first + s.lower.first;  // largest minus smallest value
  bool const up = meets_rail(s.upper, x, range);
  bool const down = meets_rail(s.lower, -x, range);
  return up || down;
}

inline bool quality_gate::meets_rail(rail& r, double v, double range) const noexcept {
  if (v < r.second) return false;
  bool const arrives = state_.run == 1;
  if (r.first_hits == 0 || v > r.first) {
    r = r.first_hits > 0 ? rail{v, r.first, 1, r.first_hits} : rail{v, r.second, 1, 0};
    return false;
  }
  if (v < r.first) {
    r.second_hits = v == r.second ? r.second_hits + arrives : 1;
    r.second = v;
    return false;
  }
  r.first_hits += arrives;
  return r.first_hits >= params_.rail_hits && r.second_hits > 0 && r.first_hits >= 5 * r.second_hits &&
         r.first - r.second <= 0.25 * range;
}

inline void quality_gate::mark_block(quality& q, quality_reason reason, quality_level level) noexcept {
  q.mark(reason, level);
  ++counter(reason);
}

inline void quality_gate::mark_share(quality& q, quality_reason reason, std::uint64_t hits, std::size_t n,
                                     double bad_from) noexcept {
  if (hits == 0) return;
  double const share = static_cast<double>(hits) / static_cast<double>(n);
  q.mark(reason, share >= bad_from ? quality_level::bad : quality_level::uncertain);
  counter(reason) += hits;
}

inline void quality_gate::judge(tally const& t, std::size_t n, quality& q) noexcept {
  if (n == 0) return;
  mark_share(q, quality_reason::not_finite, t.not_finite, n, 0);
  mark_share(q, quality_reason::stuck, t.stuck, n, params_.stuck_bad);
  mark_share(q, quality_reason::clipped, t.clipped, n, params_.clipped_bad);
  mark_share(q, quality_reason::out_of_range, t.out_of_range, n, params_.out_of_range_bad);
  mark_share(q, quality_reason::rate_of_change, t.slope, n, params_.slope_bad);
  q.bad_share = std::max(q.bad_share, static_cast<float>(static_cast<double>(t.bad) / static_cast<double>(n)));
  state_.samples += n;
  state_.bad_samples += t.bad;
}

inline std::uint64_t quality_gate::count(quality_reason reason) const noexcept {
  return state_.counts[place_of(reason)];
}

template <class Archive, class State>
void quality_gate::walk(Archive& a, State& s) noexcept {
  for (auto& c : s.counts) a(c);
  a(s.samples), a(s.bad_samples), a(s.next_sequence), a(s.anchor_sequence);
  a(s.next_time), a(s.last_time), a(s.anchor_time), a(s.last), a(s.run), a(s.run_bad);
  for (auto* r : {&s.upper, &s.lower}) a(r->first), a(r->second), a(r->first_hits), a(r->second_hits);
}

inline std::size_t quality_gate::saved_bytes() const noexcept {
  std::size_t bytes = archive_header_bytes;
  auto const add = [&](auto const& v) { bytes += sizeof(v); };
  walk(add, state_);
  return bytes;
}

inline result<std::size_t> quality_gate::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, kind_version);
  auto const put = [&](auto const& v) { w.put(v); };
  walk(put, state_);
  return w.finish();
}

inline status quality_gate::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, kind_version);
  if (!opened) return opened.error();
  memory_of_stream s;
  auto const get = [&](auto& v) { opened->get(v); };
  walk(get, s);
  if (auto const ok = opened->finish(); !ok) return ok;
  if (!std::isfinite(s.last) || !std::isfinite(s.upper.first) || !std::isfinite(s.lower.first)) {
    return error{errc::corrupt, "quality_gate", "the archive holds a number that is not finite"};
  }
  state_ = s;
  return {};
}

static_assert(stage_of<quality_gate, stream_spec, block<double>>);
static_assert(stage_of<quality_gate, stream_spec, block<float>>);
static_assert(archived<quality_gate>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
