// p2_quantile -- a running quantile in five numbers.
//
// What      P2: five markers (least, q/2, q, (1+q)/2, greatest) that move by parabolic interpolation as values come.
// NB        An estimate without an error bound: on values that come sorted, or in few distinct levels, it can be far
//           off. Its memory is the whole past; it does not follow a drift. quantile_sketch has a
//           bound for the rank.
// Source    R. Jain, I. Chlamtac, "The P2 algorithm for dynamic calculation of quantiles", CACM 28 (1985) 1076-1085.
// Cost      O(1), 15 numbers.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class p2_quantile {
 public:
  explicit p2_quantile(double q = 0.5) noexcept : q_(q) {}

  // Values that are not finite are ignored.
  void learn_one(double x) noexcept;
  void reset() noexcept { *this = p2_quantile(q_); }

  [[nodiscard]] bool ready() const noexcept { return count_ >= 5; }
  // Fewer than 5 values: the nearest of them; NaN without any.
  [[nodiscard]] double value() const noexcept;
  [[nodiscard]] std::array<double, 5> const& markers() const noexcept { return height_; }
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  void put(archive_writer& w) const noexcept {
    w.put(count_);
    for (double h : height_) w.put(h);
    for (double p : place_) w.put(p);
  }
  void get(archive_reader& r) noexcept {
    r.get(count_);
    for (double& h : height_) r.get(h);
    for (double& p : place_) r.get(p);
    for (std::size_t i = 0; i < 5; ++i) {
      bool const rises = i == 0 || (height_[i] >= height_[i - 1] && place_[i] > place_[i - 1]) || count_ < 5;
      if (!math::is_finite(height_[i]) || !math::is_finite(place_[i]) || !rises) r.fail();
    }
    if (!r.ok()) reset();
  }

 private:
  void adjust(std::size_t i) noexcept;

  double q_;
  std::uint64_t count_ = 0;
  std::array<double, 5> height_{}, place_{1, 2, 3, 4, 5};
};

inline void p2_quantile::learn_one(double x) noexcept {
  if (!math::is_finite(x)) return;
  if (count_ < 5) {
    height_[static_cast<std::size_t>(count_++)] = x;
    std::sort(height_.begin(), height_.begin() + static_cast<std::ptrdiff_t>(count_));
    return;
  }
  ++count_;
  height_[0] = std::min(height_[0], x);
  height_[4] = std::max(height_[4], x);
  std::size_t cell = 0;
  while (cell < 3 && x >= height_[cell + 1]) ++cell;
  for (std::size_t i = cell + 1; i < 5; ++i) place_[i] += 1;
  for (std::size_t i = 1; i < 4; ++i) adjust(i);
}

inline void p2_quantile::adjust(std::size_t i) noexcept {
  std::array<double, 5> const share{0, q_ / 2, q_, (1 + q_) / 2, 1};
  double const wanted = 1 + static_cast<double>(count_ - 1) * share[i], d = wanted - place_[i];
  double const above = place_[i + 1] - place_[i], below = place_[i - 1] - place_[i];
  if (!((d >= 1 && above > 1) || (d <= -1 && below < -1))) return;
  double const s = d > 0 ? 1 : -1;
  double const up = (height_[i + 1] - height_[i]) / above, down = (height_[i] - height_[i - 1]) / -below;
  double h = height_[i] + s / (above - below) * ((s - below) * up + (above - s) * down);
  if (!(height_[i - 1] < h && h < height_[i + 1])) h = height_[i] + s * (s > 0 ? up : down);
  height_[i] = h;
  place_[i] += s;
}

inline double p2_quantile::value() const noexcept {
  if (ready()) return height_[2];
  if (count_ == 0) return math::not_a_number;
  return height_[static_cast<std::size_t>(q_ * static_cast<double>(count_ - 1) + 0.5)];
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
