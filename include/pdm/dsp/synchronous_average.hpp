// synchronous_average -- one turn of the shaft, averaged over many: what repeats with the shaft stays.
//
// What      The record is resampled to the same number of points in every revolution and the revolutions are averaged.
//           Gears and everything else locked to this shaft remain; noise falls with the root of the number of turns,
//           and so does what belongs to other shafts. Several records may be added before the average is read.
// NB        A bearing is not locked to the shaft: it averages out, which is the point of doing this for gears. Pulses
//           are times of whole revolutions; a missed one puts two turns into one and spoils the average.
// Formula   mean over r of x(t_r + (t_{r+1} - t_r) i / M), i = 0 .. M-1, x between samples by interpolate.hpp.
// Source    P. McFadden, Mech. Syst. Signal Process. 1 (1987) 83-95; golden/README.md, tsa.
// Units     of x. Pulses in seconds from the first sample.
// Shape     in: n <= max_samples samples, p >= 2 rising pulses; out: M = samples_per_rev values.
// Cost      O(n + M p); prepare() takes max_samples and 2 M doubles.
// Errors    prepare: invalid_argument for no rate or no points; add: invalid_argument for fewer than two pulses, pulses
//           that do not rise or lie outside the record, limit_exceeded for a longer record, bad_quality for a sample
//           that is not finite: then nothing was added.
#pragma once

#include <algorithm>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"
#include "pdm/dsp/interpolate.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

// Whether the pulses rise and lie within the n samples at this rate.
[[nodiscard]] inline bool pulses_fit(std::span<double const> pulses, std::size_t n, hertz rate) noexcept {
  if (pulses.size() < 2 || n == 0 || !(pulses.front() >= 0)) return false;
  for (std::size_t i = 1; i < pulses.size(); ++i) {
    if (!(pulses[i] > pulses[i - 1])) return false;
  }
  return pulses.back() * rate.value <= static_cast<double>(n - 1) + 1e-6;
}

struct synchronous_average_params {
  hertz rate{};
  std::size_t samples_per_rev = 0;
  interpolation between = interpolation::cubic;
  std::size_t max_samples = 0;
};

template <sample_type T>
class synchronous_average {
 public:
  using params = synchronous_average_params;
  synchronous_average() = default;
  explicit synchronous_average(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<double>(params_.max_samples) + 2 * arena::bytes<double>(params_.samples_per_rev);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // Adds the revolutions of one record; returns their number.
  [[nodiscard]] result<std::size_t> add(std::span<T const> x, std::span<double const> pulses) noexcept;
  void reset() noexcept;

  [[nodiscard]] std::size_t revolutions() const noexcept { return revolutions_; }
  // The average so far; not_ready before the first revolution. out.size() is samples_per_rev.
  [[nodiscard]] status average(std::span<T> out) const noexcept;

 private:
  params params_{};
  std::span<double> curvature_{}, sum_{}, here_{};
  std::size_t revolutions_ = 0;
};

template <sample_type T>
status synchronous_average<T>::prepare(arena& memory) noexcept {
  if (!(params_.rate.value > 0) || params_.samples_per_rev < 1 || params_.max_samples < 1) {
    return error{errc::invalid_argument, "synchronous_average", "give a rate, samples_per_rev and max_samples"};
  }
  auto curvature = memory.take<double>(params_.max_samples);
  auto sum = memory.take<double>(params_.samples_per_rev);
  auto here = memory.take<double>(params_.samples_per_rev);
  if (!curvature || !sum || !here) return error{errc::out_of_memory, "synchronous_average", "give footprint() bytes"};
  curvature_ = *curvature;
  sum_ = *sum;
  here_ = *here;
  reset();
  return {};
}

template <sample_type T>
void synchronous_average<T>::reset() noexcept {
  std::ranges::fill(sum_, 0.0);
  revolutions_ = 0;
}

template <sample_type T>
result<std::size_t> synchronous_average<T>::add(std::span<T const> x, std::span<double const> pulses) noexcept {
  if (x.size() > curvature_.size()) return error{errc::limit_exceeded, "synchronous_average", "record too long"};
  if (!pulses_fit(pulses, x.size(), params_.rate)) {
    return error{errc::invalid_argument, "synchronous_average", "give two or more rising pulses within the record"};
  }
  auto const m = curvature_.first(x.size());
  bool const cubic = params_.between == interpolation::cubic;
  if (cubic) spline_curvature(x, m);
  std::size_t const points = here_.size(), turns = pulses.size() - 1;
  std::ranges::fill(here_, 0.0);
  for (std::size_t r = 0; r < turns; ++r) {
    double const from = pulses[r], step = (pulses[r + 1] - from) / static_cast<double>(points);
    for (std::size_t i = 0; i < points; ++i) {
      double const at = (from + step * static_cast<double>(i)) * params_.rate.value;
      here_[i] += cubic ? spline_at<T>(x, m, at) : linear_at(x, at);
    }
  }
  double total = 0;
  for (double v : here_) total += v;
  if (!math::is_finite(total)) return error{errc::bad_quality, "synchronous_average", "a sample is not finite"};
  for (std::size_t i = 0; i < points; ++i) sum_[i] += here_[i];
  revolutions_ += turns;
  return turns;
}

template <sample_type T>
status synchronous_average<T>::average(std::span<T> out) const noexcept {
  if (revolutions_ == 0) return error{errc::not_ready, "synchronous_average", "no revolution yet"};
  if (out.size() != sum_.size()) return error{errc::shape_mismatch, "synchronous_average", "wants samples_per_rev"};
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<T>(sum_[i] / static_cast<double>(revolutions_));
  }
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
