// discrete_random -- a record taken apart into its lines (shaft, gears, mains) and the rest (bearings, noise).
//
// What      What a record has in common with itself some time earlier can only be lines: a filter that predicts the
//           record from its delayed copy passes lines and stops what has a short memory. Discrete part: the
//           prediction. Random part: the record less that. Bearing impacts slip, so they stay in the random part.
// NB        The delay must be longer than the memory of the random part (the ringing of resonances) and the segment so
//           long that its lines stand apart; a speed that drifts over the delay makes lines random. Not the cepstral
//           pre-whitening, which takes lines and resonances away together. In noise of the strength of a line's own
//           bins the filter passes half of the line.
// Formula   H = sum_s X_s D_s* / sum_s |D_s|^2, D the transform of the segment delayed; the discrete part of a segment
//           is H D, segments (periodic Hann, half overlap) added up. Where no delayed segment exists, a later one and
//           the filter the other way round: H' = sum_s D_s X_s* / sum_s |X_s|^2.
// Source    J. Antoni, R. Randall, Mech. Syst. Signal Process. 18 (2004) 103-117.
// Units     of x.
// Shape     in: n >= segment + 2 delay samples; out: n values of each part.
// Cost      Five transforms of a segment every half segment; prepare() takes about 6 segments of samples.
// Errors    prepare: invalid_argument for a segment below 4, an odd one, or a delay below an eighth of it; apply:
//           shape_mismatch.
#pragma once

#include <algorithm>
#include <complex>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/dsp/windows.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct discrete_random_params {
  std::size_t segment = 0;  // samples; even
  std::size_t delay = 0;    // samples
};

template <sample_type T, class Fft = default_fft<T>>
class discrete_random {
 public:
  using params = discrete_random_params;
  discrete_random() = default;
  explicit discrete_random(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t least_length() const noexcept { return params_.segment + 2 * params_.delay; }
  [[nodiscard]] std::size_t footprint() const noexcept {
    std::size_t const n = params_.segment, k = n / 2 + 1;
    return 2 * arena::bytes<T>(n) + 2 * arena::bytes<std::complex<T>>(k) + 2 * arena::bytes<double>(k) +
           arena::bytes<std::complex<double>>(k) + Fft::footprint(n, fft_use::real);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // The spans have one length; x overlaps neither of the others.
  [[nodiscard]] status apply(std::span<T const> x, std::span<T> discrete, std::span<T> random) noexcept;

 private:
  void transform(std::span<T const> x, std::size_t from, std::span<std::complex<T>> bins) noexcept;
  void estimate(std::span<T const> x) noexcept;
  void add_prediction(std::span<T const> x, std::ptrdiff_t to, bool later, std::size_t steps,
                      std::span<T> discrete) noexcept;

  params params_{};
  std::span<T> window_{}, work_{};
  std::span<std::complex<T>> now_{}, before_{};
  std::span<double> now_power_{}, before_power_{};
  std::span<std::complex<double>> cross_{};
  Fft fft_{};
};

template <sample_type T, class Fft>
status discrete_random<T, Fft>::prepare(arena& memory) noexcept {
  std::size_t const n = params_.segment, k = n / 2 + 1;
  if (n < 4 || n % 2 != 0 || params_.delay < 1 || params_.delay < n / 8) {
    return error{errc::invalid_argument, "discrete_random",
                 "give an even segment of 4 or more, a delay of an eighth or more"};
  }
  auto window = memory.take<T>(n);
  auto work = memory.take<T>(n);
  auto now = memory.take<std::complex<T>>(k);
  auto before = memory.take<std::complex<T>>(k);
  auto now_power = memory.take<double>(k);
  auto before_power = memory.take<double>(k);
  auto cross = memory.take<std::complex<double>>(k);
  if (!window || !work || !now || !before || !now_power || !before_power || !cross) {
    return error{errc::out_of_memory, "discrete_random", "give footprint() bytes"};
  }
  window_ = *window;
  work_ = *work;
  now_ = *now;
  before_ = *before;
  now_power_ = *now_power;
  before_power_ = *before_power;
  cross_ = *cross;
  fill(window_kind::hann, window_);
  return fft_.prepare(n, memory, fft_use::real);
}

template <sample_type T, class Fft>
void discrete_random<T, Fft>::transform(std::span<T const> x, std::size_t from,
                                        std::span<std::complex<T>> bins) noexcept {
  for (std::size_t i = 0; i < work_.size(); ++i) work_[i] = x[from + i] * window_[i];
  fft_.forward(work_, bins);
}

template <sample_type T, class Fft>
void discrete_random<T, Fft>::estimate(std::span<T const> x) noexcept {
  std::ranges::fill(now_power_, 0.0);
  std::ranges::fill(before_power_, 0.0);
  std::ranges::fill(cross_, std::complex<double>{});
  for (std::size_t s = params_.delay; s + params_.segment <= x.size(); s += params_.segment / 2) {
    transform(x, s, now_);
    transform(x, s - params_.delay, before_);
    for (std::size_t k = 0; k < now_.size(); ++k) {
      std::complex<double> const a(now_[k]), b(before_[k]);
      now_power_[k] += a.real() * a.real() + a.imag() * a.imag();
      before_power_[k] += b.real() * b.real() + b.imag() * b.imag();
      cross_[k] +=
          std::complex<double>(a.real() * b.real() + a.imag() * b.imag(), a.imag() * b.real() - a.real() * b.imag());
    }
  }
}

// The prediction of the segment at `to` from that at to -+ steps delays; what falls outside the record is dropped.
template <sample_type T, class Fft>
void discrete_random<T, Fft>::add_prediction(std::span<T const> x, std::ptrdiff_t to, bool later, std::size_t steps,
                                             std::span<T> discrete) noexcept {
  auto const lag = static_cast<std::ptrdiff_t>(steps * params_.delay);
  transform(x, static_cast<std::size_t>(later ? to + lag : to - lag), before_);
  for (std::size_t k = 0; k < before_.size(); ++k) {
    double const power = later ? now_power_[k] : before_power_[k];
    double const re = power > 0 ? cross_[k].real() / power : 0;
    double const im = power > 0 ? (later ? -1 : 1) * cross_[k].imag() / power : 0;
    double a = static_cast<double>(before_[k].real()), b = static_cast<double>(before_[k].imag());
    for (std::size_t i = 0; i < steps; ++i) {
      double const turned = re * a - im * b;
      b = re * b + im * a;
      a = turned;
    }
    before_[k] = {static_cast<T>(a), static_cast<T>(b)};
  }
  fft_.inverse(before_, work_);
  for (std::size_t i = 0; i < work_.size(); ++i) {
    std::ptrdiff_t const at = to + static_cast<std::ptrdiff_t>(i);
    if (at >= 0 && at < static_cast<std::ptrdiff_t>(discrete.size())) {
      discrete[static_cast<std::size_t>(at)] += work_[i];
    }
  }
}

template <sample_type T, class Fft>
status discrete_random<T, Fft>::apply(std::span<T const> x, std::span<T> discrete, std::span<T> random) noexcept {
  std::size_t const n = x.size();
  if (window_.empty() || n < least_length() || discrete.size() != n || random.size() != n) {
    return error{errc::shape_mismatch, "discrete_random", "give segment + 2 delay samples or more, outputs as long"};
  }
  estimate(x);
  std::ranges::fill(discrete, T(0));
  auto const lag = static_cast<std::ptrdiff_t>(params_.delay), hop = static_cast<std::ptrdiff_t>(params_.segment / 2);
  auto const last = static_cast<std::ptrdiff_t>(n - params_.segment);
  for (std::ptrdiff_t s = -hop; s < static_cast<std::ptrdiff_t>(n); s += hop) {
    // As few delays away as bring the copy into the record.
    bool const later = s < lag;
    std::ptrdiff_t steps = 1;
    while (later ? s + steps * lag < 0 : s - steps * lag > last) ++steps;
    add_prediction(x, s, later, static_cast<std::size_t>(steps), discrete);
  }
  for (std::size_t i = 0; i < n; ++i) random[i] = x[i] - discrete[i];
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
