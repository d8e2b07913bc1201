// adwin_exact -- a window that drops its oldest values while two of its parts have different means.
//
// What      After each value: while some split n = n0 + n1, both at least min_sub, has |mean0 - mean1| > eps, the
//           oldest value goes. eps = sqrt(2/m var ln(2n/delta)) + 2/(3m) ln(2n/delta), 1/m = 1/n0 + 1/n1, var the
//           population variance of the window.
// NB        Looks at every split: for windows of some thousand values and as the measure of others. adwin.hpp keeps
//           buckets and is the one for streams; its detections differ.
// Source    A. Bifet, R. Gavalda, "Learning from time-changing data with adaptive windowing", SDM 2007, eq. 3.1;
//           golden/README.md, adwin_exact.
// Bounds    At `capacity` values the oldest leaves without a detection.
// Cost      O(n) a value, O(n) more for each that is dropped. capacity doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/ring.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class adwin_exact {
 public:
  struct params {
    double delta = 0.002;         // confidence: chance of a false detection at one test
    std::size_t min_sub = 5;      // least values on both sides of a split
    std::size_t capacity = 1000;  // most values in the window
  };

  adwin_exact() = default;
  explicit adwin_exact(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept {
    if (!(params_.delta > 0 && params_.delta < 1) || params_.min_sub == 0 || params_.capacity < 2 * params_.min_sub) {
      return error{errc::invalid_argument, "adwin_exact", "give 0 < delta < 1 and a capacity above 2 min_sub"};
    }
    auto taken = memory.take<double>(params_.capacity);
    if (!taken) return taken.error();
    window_ = *taken;
    reset();
    return {};
  }
  [[nodiscard]] std::size_t footprint() const noexcept { return arena::bytes<double>(params_.capacity); }
  void reset() noexcept { size_ = 0; }

  // true when the window was cut. A value that is not finite changes nothing.
  bool update(double x) noexcept;
  [[nodiscard]] std::size_t width() const noexcept { return size_; }
  [[nodiscard]] double mean() const noexcept {
    double sum = 0;
    for (double v : window_.first(size_)) sum += v - window_[0];
    return size_ == 0 ? 0 : window_[0] + sum / static_cast<double>(size_);
  }

 private:
  [[nodiscard]] bool differs() const noexcept;
  void drop_oldest() noexcept {
    std::move(window_.begin() + 1, window_.begin() + static_cast<std::ptrdiff_t>(size_), window_.begin());
    --size_;
  }

  params params_{};
  std::span<double> window_;
  std::size_t size_ = 0;
};

inline bool adwin_exact::update(double x) noexcept {
  if (!math::is_finite(x) || window_.empty()) return false;
  if (size_ == window_.size()) drop_oldest();
  window_[size_++] = x;
  bool cut = false;
  while (differs()) {
    drop_oldest();
    cut = true;
  }
  return cut;
}

inline bool adwin_exact::differs() const noexcept {
  auto const values = window_.first(size_);
  if (size_ < 2 * params_.min_sub) return false;
  double const n = static_cast<double>(size_), centre = mean();
  double square = 0;
  for (double v : values) square += (v - centre) * (v - centre);
  double const variance = square / n, l = math::log(2 * n / params_.delta);
  double left = 0;  // sum of the deviations from the mean; the right part has its negative
  for (std::size_t i = 0; i + params_.min_sub < size_; ++i) {
    left += values[i] - centre;
    if (i + 1 < params_.min_sub) continue;
    double const n0 = static_cast<double>(i + 1), n1 = n - n0, inverse = 1 / n0 + 1 / n1;
    double const apart = left / n0 + left / n1;
    double const eps = math::sqrt(2 * inverse * variance * l) + 2 * inverse / 3 * l;
    if ((apart < 0 ? -apart : apart) > eps) return true;
  }
  return false;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
