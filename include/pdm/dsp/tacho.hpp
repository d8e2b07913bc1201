// tacho -- times of the pulses of a tacho signal, and the speed between them.
//
// What      A pulse is where the signal rises through the threshold, between two samples by a straight line, after it
//           has been below threshold - hysteresis. speed_between gives the mean speed between neighbouring whole
//           revolutions.
// NB        Noise larger than the hysteresis makes false pulses. The speed is a mean over a revolution, not the speed
// at
//           an instant. A wheel of p pulses a turn has unequal teeth: only every p-th pulse is a whole revolution.
// Formula   t = (k - 1 + (threshold - x[k-1]) / (x[k] - x[k-1])) / rate; speed = 1 / (t[r+1] - t[r]).
// Source    golden/README.md, tacho_pulses; K. Fyfe, E. Munck, Mech. Syst. Signal Process. 11 (1997) 187-205.
// Units     threshold and hysteresis in the unit of x; times in seconds since the first sample after reset(), speeds
// Hz. Shape     in: blocks of any length; out: next(seconds) for every pulse. The same for any chunking. Cost O(n), no
// memory.
#pragma once

#include <cstdint>
#include <span>

#include "pdm/core/concepts.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct tacho_params {
  double threshold = 0;
  double hysteresis = 0;
};

template <sample_type T = double>
class tacho {
 public:
  using params = tacho_params;
  tacho() = default;
  explicit tacho(params const& p) noexcept : params_(p) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena&) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const&) const noexcept { return 0; }
  // next(seconds) for every pulse. A gap, or a sample that is not finite, disarms: no pulse is made across it.
  template <class Next>
  void process(block<T> const& in, Next&& next) noexcept;
  void reset() noexcept { state_ = {}; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    archive_writer w({}, kind_, 1);
    write(w);
    return w.size();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind_, 1);
    write(w);
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind_{'T', 'A', 'C', 'H'};
  struct memory_of {
    std::uint64_t index = 0;  // of the next sample
    double previous = 0;
    bool known = false;  // previous is a sample
    bool armed = false;
  };
  void write(archive_writer& w) const noexcept {
    w.put(state_.index).put(state_.previous).put(state_.known).put(state_.armed);
  }

  params params_{};
  double rate_ = 0;
  memory_of state_{};
};

template <sample_type T>
result<stream_spec> tacho<T>::prepare(stream_spec const& spec, arena&) noexcept {
  if (!(spec.rate.value > 0) || !(params_.hysteresis >= 0) || !math::is_finite(params_.threshold)) {
    return error{errc::invalid_argument, "tacho", "give a rate, a finite threshold and a hysteresis of at least 0"};
  }
  rate_ = spec.rate.value;
  reset();
  stream_spec out = spec;
  out.rate = {};
  out.max_block = 1;
  out.quantity = unit::second;
  return out;
}

template <sample_type T>
template <class Next>
void tacho<T>::process(block<T> const& in, Next&& next) noexcept {
  if (in.gap()) state_.known = state_.armed = false;
  for (T sample : in.samples) {
    double const x = static_cast<double>(sample);
    if (!math::is_finite(x)) {
      state_.known = state_.armed = false;
    } else {
      if (state_.armed && state_.known && x >= params_.threshold) {
        double const share = (params_.threshold - state_.previous) / (x - state_.previous);
        next((static_cast<double>(state_.index) - 1 + share) / rate_);
        state_.armed = false;
      }
      if (x < params_.threshold - params_.hysteresis) state_.armed = true;
      state_.previous = x;
      state_.known = true;
    }
    ++state_.index;
  }
}

template <sample_type T>
status tacho<T>::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind_, 1);
  if (!r) return r.error();
  memory_of s;
  r->get(s.index).get(s.previous).get(s.known).get(s.armed);
  if (auto done = r->finish(); !done) return done;
  state_ = s;
  return {};
}

// Mean speed between pulses r and r + 1 of a wheel with `per_rev` pulses a turn: speeds[r] in Hz at times[r], the
// middle. Returns how many there are: (pulses - 1) / per_rev, over whole revolutions, at most the size of the spans.
inline std::size_t speed_between(std::span<double const> pulses, std::size_t per_rev, std::span<double> times,
                                 std::span<double> speeds) noexcept {
  if (!PDM_EXPECTS(per_rev >= 1 && times.size() == speeds.size())) return 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i + per_rev < pulses.size() && count < speeds.size(); i += per_rev, ++count) {
    double const from = pulses[i], to = pulses[i + per_rev];
    times[count] = 0.5 * (from + to);
    speeds[count] = to > from ? 1 / (to - from) : math::not_a_number;
  }
  return count;
}

static_assert(stage_of<tacho<float>, stream_spec, block<float>> && archived<tacho<float>>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
