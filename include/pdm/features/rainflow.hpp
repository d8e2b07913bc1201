// rainflow -- load cycles of a history of turning points, and the damage they add up to.
//
// What      rainflow counts closed cycles as they come and keeps the rest as a residue; finish() counts that as half
//           cycles. miner_damage is the sum of cycles over the cycles a stress range can be borne.
// NB        Ranges are peak to peak, not amplitudes. A damage of 1 is the end of the mean specimen, with a scatter of a
//           factor of several; mean stress is handed on and not corrected for here.
// Formula   Turning points S; X the last range, Y the one before: while X >= Y, Y is a cycle and leaves the stack, or
//           half a cycle when it holds the first point. Damage = sum n (range / range_ref)^slope / cycles_ref.
// Source    ASTM E1049-85 (2017), 5.4.4; M. A. Miner, J. Appl. Mech. 12 (1945) 159-164.
// Units     of the signal.
// Cost      Constant a sample on average; the residue takes the caller's span, three values at least. A residue that is
//           full counts its oldest range as half a cycle and says so (dropped()).
#pragma once

#include <cstdint>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/core/violation.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

struct load_cycle {
  double range = 0, mean = 0;
  double count = 1;  // 1, or 0.5
};

class rainflow {
 public:
  rainflow() = default;
  explicit rainflow(std::span<double> room) noexcept : points_(room) {}

  // next(load_cycle) for every cycle that x closes. A value that is not finite is not taken.
  template <class Next>
  void add(double x, Next&& next) noexcept;
  // The residue as half cycles; then everything begins anew.
  template <class Next>
  void finish(Next&& next) noexcept;
  void reset() noexcept {
    size_ = 0;
    dropped_ = 0;
  }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
  [[nodiscard]] load_cycle between(std::size_t i, double count) const noexcept {
    double const a = points_[i], b = points_[i + 1];
    return {a > b ? a - b : b - a, 0.5 * (a + b), count};
  }
  void remove(std::size_t from, std::size_t count) noexcept {
    for (std::size_t i = from; i + count < size_; ++i) points_[i] = points_[i + count];
    size_ -= count;
  }
  template <class Next>
  void close(Next& next) noexcept;

  std::span<double> points_{};  // turning points; the last one may still move on
  std::size_t size_ = 0;
  std::uint64_t dropped_ = 0;
};

// Counts while the last range is at least the one before. The last point is a turning point.
template <class Next>
void rainflow::close(Next& next) noexcept {
  while (size_ >= 3 && between(size_ - 2, 1).range >= between(size_ - 3, 1).range) {
    if (size_ == 3) {
      next(between(0, 0.5));
      remove(0, 1);
    } else {
      next(between(size_ - 3, 1));
      remove(size_ - 3, 2);
    }
  }
}

template <class Next>
void rainflow::add(double x, Next&& next) noexcept {
  if (!PDM_EXPECTS(points_.size() >= 3) || !math::is_finite(x)) return;
  if (size_ > 0 && x == points_[size_ - 1]) return;
  bool const onwards = size_ >= 2 && (x > points_[size_ - 1]) == (points_[size_ - 1] > points_[size_ - 2]);
  if (onwards) {
    points_[size_ - 1] = x;
    return;
  }
  close(next);  // the last point has turned
  if (size_ == points_.size()) {
    next(between(0, 0.5));
    remove(0, 1);
    ++dropped_;
  }
  points_[size_++] = x;
}

template <class Next>
void rainflow::finish(Next&& next) noexcept {
  close(next);
  for (std::size_t i = 0; i + 1 < size_; ++i) next(between(i, 0.5));
  reset();
}

// One point and the slope of a Woehler line: `cycles` of `range` are borne.
struct woehler_line {
  double range = 0, cycles = 0, slope = 5;
  double endurance = 0;  // ranges below do no damage

  [[nodiscard]] double damage(load_cycle const& c) const noexcept {
    if (!(range > 0) || !(cycles > 0)) return math::not_a_number;
    return c.range > endurance ? c.count * math::pow(c.range / range, slope) / cycles : 0;
  }
};

[[nodiscard]] inline double miner_damage(std::span<load_cycle const> cycles, woehler_line const& line) noexcept {
  double sum = 0;
  for (auto const& c : cycles) sum += line.damage(c);
  return sum;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
