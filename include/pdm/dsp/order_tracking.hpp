// order_tracking -- a record of changing speed, resampled to equal steps of shaft angle.
//
// What      Computed order tracking: from the times of whole revolutions the time of every angle step, and the signal
//           there. In the result a multiple of shaft speed is a steady sine whatever the speed did, so the spectrum
//           over orders (dsp::spectrum with a rate of samples_per_rev "per revolution") has sharp lines.
// NB        Resonances, mains and everything else fixed in frequency smear instead. Orders above half of
//           samples_per_rev, and frequencies that alias at the lowest speed, fold: low-pass before a deep run-down.
// Formula   Angle i/M revolutions; its time by lines or a not-a-knot spline through (revolution r, t_r); x there.
// Source    K. Fyfe, E. Munck, Mech. Syst. Signal Process. 11 (1997) 187-205; golden/README.md, order_tracking.
// Units     of x. Pulses in seconds from the first sample, one a revolution.
// Shape     in: n <= max_samples samples, p pulses, 2 <= p <= max_pulses; out: M (p - 1) values.
// Cost      O(n + M p); prepare() takes max_samples + max_pulses doubles.
// Errors    As synchronous_average; shape_mismatch for an output of another size.
#pragma once

#include <span>

#include "pdm/dsp/spectrum.hpp"
#include "pdm/dsp/synchronous_average.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct order_tracking_params {
  hertz rate{};
  std::size_t samples_per_rev = 0;
  interpolation phase = interpolation::cubic;    // of time over angle
  interpolation between = interpolation::cubic;  // of the signal over time
  std::size_t max_samples = 0, max_pulses = 0;
};

// Parameters of the spectrum over orders of `revolutions` turns: a line every 1/revolutions orders.
[[nodiscard]] inline spectrum_params order_spectrum_params(std::size_t samples_per_rev,
                                                           std::size_t revolutions) noexcept {
  return {samples_per_rev * revolutions, {static_cast<double>(samples_per_rev)}, window_kind::hann, detrend_kind::none};
}

template <sample_type T>
class order_tracking {
 public:
  using params = order_tracking_params;
  order_tracking() = default;
  explicit order_tracking(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<double>(params_.max_samples) + arena::bytes<double>(params_.max_pulses);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // Values that apply gives for this many pulses.
  [[nodiscard]] std::size_t size(std::size_t pulses) const noexcept {
    return pulses < 2 ? 0 : params_.samples_per_rev * (pulses - 1);
  }
  [[nodiscard]] status apply(std::span<T const> x, std::span<double const> pulses, std::span<T> y) noexcept;

 private:
  params params_{};
  std::span<double> signal_curvature_{}, pulse_curvature_{};
};

template <sample_type T>
status order_tracking<T>::prepare(arena& memory) noexcept {
  auto const& p = params_;
  if (!(p.rate.value > 0) || p.samples_per_rev < 1 || p.max_samples < 1 || p.max_pulses < 2) {
    return error{errc::invalid_argument, "order_tracking", "give a rate, samples_per_rev, max_samples, max_pulses"};
  }
  auto signal = memory.take<double>(p.max_samples);
  auto pulse = memory.take<double>(p.max_pulses);
  if (!signal || !pulse) return error{errc::out_of_memory, "order_tracking", "give footprint() bytes"};
  signal_curvature_ = *signal;
  pulse_curvature_ = *pulse;
  return {};
}

template <sample_type T>
status order_tracking<T>::apply(std::span<T const> x, std::span<double const> pulses, std::span<T> y) noexcept {
  if (x.size() > signal_curvature_.size() || pulses.size() > pulse_curvature_.size()) {
    return error{errc::limit_exceeded, "order_tracking", "more samples or pulses than prepared for"};
  }
  if (!pulses_fit(pulses, x.size(), params_.rate)) {
    return error{errc::invalid_argument, "order_tracking", "give two or more rising pulses within the record"};
  }
  if (y.size() != size(pulses.size())) return error{errc::shape_mismatch, "order_tracking", "give size(pulses) values"};
  auto const of_x = signal_curvature_.first(x.size()), of_t = pulse_curvature_.first(pulses.size());
  bool const smooth_signal = params_.between == interpolation::cubic,
             smooth_time = params_.phase == interpolation::cubic;
  if (smooth_signal) spline_curvature(x, of_x);
  if (smooth_time) spline_curvature(pulses, of_t);
  for (std::size_t i = 0; i < y.size(); ++i) {
    double const turns = static_cast<double>(i) / static_cast<double>(params_.samples_per_rev);
    double const t = smooth_time ? spline_at(pulses, std::span<double const>(of_t), turns) : linear_at(pulses, turns);
    double const at = t * params_.rate.value;
    y[i] = static_cast<T>(smooth_signal ? spline_at(x, std::span<double const>(of_x), at) : linear_at(x, at));
  }
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
