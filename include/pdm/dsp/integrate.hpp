// integrate -- acceleration to velocity or displacement, in a band, by dividing the spectrum.
//
// What      Y[k] = X[k] / (2 pi j f_k)^order for low <= f_k <= high and f_k > 0, zero elsewhere, transformed back.
// NB        No window and no taper: what does not fit the frame's length leaks, and 1/f makes the leakage of low
//           frequencies large. Choose `low` well above rate / length. For a number alone velocity_rms.hpp is better.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021); golden/README.md, integrate_acceleration.
// Units     in: m/s^2 or g (as said); out: mm/s for order 1, micrometre for order 2.
// Shape     in: n samples; out: n samples. A band without a line gives zeros.
// Cost      Two real transforms; prepare() takes n/2 + 1 complex values besides theirs.
// Errors    unit_mismatch unless the unit is an acceleration; invalid_argument for another order, low > high, no rate.
#pragma once

#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/dsp/band_envelope.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct integrate_params {
  std::size_t length = 0;
  hertz rate{};
  hertz low{}, high{};
  unit quantity = unit::metre_per_second_squared;
  int order = 1;  // 1 velocity, 2 displacement
};

template <sample_type T, class Fft = default_fft<T>>
class integrate_acceleration {
 public:
  using params = integrate_params;
  explicit integrate_acceleration(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<std::complex<T>>(params_.length / 2 + 1) + Fft::footprint(params_.length, fft_use::real);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x and y have the length prepared for and do not overlap.
  void apply(std::span<T const> x, std::span<T> y) noexcept;
  [[nodiscard]] unit output_unit() const noexcept {
    return params_.order == 1 ? unit::millimetre_per_second : unit::micrometre;
  }

 private:
  params params_;
  band_bins band_{};
  std::span<std::complex<T>> bins_{};
  Fft fft_{};
};

template <sample_type T, class Fft>
status integrate_acceleration<T, Fft>::prepare(arena& memory) noexcept {
  auto const& p = params_;
  if (to_mps2(p.quantity) == 0) return error{errc::unit_mismatch, "integrate", "wants an acceleration in m/s2 or g"};
  if (p.length < 1 || !(p.rate.value > 0) || p.low > p.high || p.order < 1 || p.order > 2) {
    return error{errc::invalid_argument, "integrate", "give a length, a rate, low <= high and order 1 or 2"};
  }
  auto bins = memory.take<std::complex<T>>(p.length / 2 + 1);
  if (!bins) return bins.error();
  bins_ = *bins;
  band_ = bins_between(p.low, p.high, p.rate, p.length);
  return fft_.prepare(p.length, memory, fft_use::real);
}

template <sample_type T, class Fft>
void integrate_acceleration<T, Fft>::apply(std::span<T const> x, std::span<T> y) noexcept {
  if (!PDM_EXPECTS(!bins_.empty() && x.size() == params_.length && y.size() == params_.length)) return;
  fft_.forward(x, bins_);
  double const unit_factor = to_mps2(params_.quantity) * (params_.order == 1 ? 1e3 : 1e6);
  double const step = 2 * math::pi * params_.rate.value / static_cast<double>(params_.length);
  for (std::size_t k = 0; k < bins_.size(); ++k) {
    double const re = static_cast<double>(bins_[k].real()), im = static_cast<double>(bins_[k].imag());
    bool const inside = k > 0 && k >= band_.first && k < band_.first + band_.count;
    double const w = step * static_cast<double>(k);
    if (!inside) {
      bins_[k] = {};
    } else if (params_.order == 1) {  // 1 / (j w)
      bins_[k] = {static_cast<T>(im / w * unit_factor), static_cast<T>(-re / w * unit_factor)};
    } else {  // -1 / w^2
      bins_[k] = {static_cast<T>(-re / (w * w) * unit_factor), static_cast<T>(-im / (w * w) * unit_factor)};
    }
  }
  fft_.inverse(bins_, y);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
