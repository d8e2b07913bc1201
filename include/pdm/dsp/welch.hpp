// welch -- power spectral density as the mean over windowed, overlapping segments.
//
// What      Segments start at multiples of segment - overlap, an incomplete tail is dropped; each has its mean removed
//           (optional), is windowed, padded with zeros to `transform` and transformed; the squares are averaged.
// NB        Averages power, not amplitude: a transient is diluted by the number of segments. Fewer samples than one
//           segment is an error, not a shorter segment.
// Formula   psd[k] = c_k mean_seg |X[k]|^2 / (fs sum w^2), c as in spectrum.hpp by the length of the transform.
// Source    P. Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70-73; golden/README.md, welch_psd.
// Shape     in: n >= segment samples; out: transform/2 + 1 lines, valid until the next call.
// Cost      One real transform a segment; prepare() takes segment + transform samples and the lines, in double.
// Errors    prepare: invalid_argument unless 1 <= segment <= transform and overlap < segment.
#pragma once

#include <algorithm>

#include "pdm/dsp/spectrum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct welch_params {
  hertz rate{};
  std::size_t segment = 0;
  std::size_t overlap = 0;
  std::size_t transform = 0;  // 0: as segment
  window_kind window = window_kind::hann;
  detrend_kind detrend = detrend_kind::constant;
};

template <sample_type T, class Fft = default_fft<T>>
class welch {
 public:
  using params = welch_params;
  welch() = default;
  explicit welch(params p) noexcept : params_(p) {
    if (params_.transform == 0) params_.transform = params_.segment;
  }

  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t segments(std::size_t n) const noexcept {
    return n < params_.segment ? 0 : (n - params_.overlap) / (params_.segment - params_.overlap);
  }
  // shape_mismatch for fewer samples than one segment.
  [[nodiscard]] result<density_lines<double>> density(std::span<T const> x) noexcept;

 private:
  void add_segment(std::span<T const> x) noexcept;

  params params_{};
  double window_squares_ = 0;
  std::span<T> window_{}, work_{};
  std::span<double> lines_{};
  std::span<std::complex<T>> bins_{};
  Fft fft_{};
};

template <sample_type T, class Fft>
std::size_t welch<T, Fft>::footprint() const noexcept {
  std::size_t const k = params_.transform / 2 + 1;
  return arena::bytes<T>(params_.segment) + arena::bytes<T>(params_.transform) + arena::bytes<double>(k) +
         arena::bytes<std::complex<T>>(k) + Fft::footprint(params_.transform, fft_use::real);
}

template <sample_type T, class Fft>
status welch<T, Fft>::prepare(arena& memory) noexcept {
  auto const& p = params_;
  if (p.segment < 1 || p.overlap >= p.segment || p.transform < p.segment || !(p.rate.value > 0)) {
    return error{errc::invalid_argument, "welch", "give 0 <= overlap < segment <= transform and a rate above 0"};
  }
  auto window = memory.take<T>(p.segment);
  auto work = memory.take<T>(p.transform);
  auto lines = memory.take<double>(p.transform / 2 + 1);
  auto bins = memory.take<std::complex<T>>(p.transform / 2 + 1);
  if (!window || !work || !lines || !bins) return error{errc::out_of_memory, "welch", "give footprint() bytes"};
  window_ = *window;
  work_ = *work;
  lines_ = *lines;
  bins_ = *bins;
  fill(p.window, window_);
  window_squares_ = sum_of(
      p.segment, [&](std::size_t i) { return static_cast<double>(window_[i]) * static_cast<double>(window_[i]); });
  return fft_.prepare(p.transform, memory, fft_use::real);
}

template <sample_type T, class Fft>
result<density_lines<double>> welch<T, Fft>::density(std::span<T const> x) noexcept {
  std::size_t const count = segments(x.size());
  if (count == 0 || window_.empty()) return error{errc::shape_mismatch, "welch", "give at least one whole segment"};
  std::ranges::fill(lines_, 0.0);
  for (std::size_t s = 0; s < count; ++s) {
    add_segment(x.subspan(s * (params_.segment - params_.overlap), params_.segment));
  }
  double const scale = 1 / (params_.rate.value * window_squares_ * static_cast<double>(count));
  density_lines<double> const out{lines_, params_.rate, params_.transform};
  for (std::size_t k = 0; k < lines_.size(); ++k) lines_[k] *= out.sides(k) * scale;
  return out;
}

template <sample_type T, class Fft>
void welch<T, Fft>::add_segment(std::span<T const> x) noexcept {
  taper<T>(x, window_, params_.detrend, work_.first(x.size()));
  std::ranges::fill(work_.subspan(x.size()), T{0});
  fft_.forward(work_, bins_);
  for (std::size_t k = 0; k < bins_.size(); ++k) {
    double const re = static_cast<double>(bins_[k].real()), im = static_cast<double>(bins_[k].imag());
    lines_[k] += re * re + im * im;
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
