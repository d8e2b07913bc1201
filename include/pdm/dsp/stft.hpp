// stft -- short-time Fourier transform: the spectrum of every windowed, overlapping segment of a record.
//
// What      Segments start at multiples of segment - overlap, an incomplete tail is dropped; each is windowed and
//           transformed, and handed on. What is averaged, kept or drawn is the caller's business.
// NB        No scaling and no mean removal: X is the plain transform of w x. For a density use welch.hpp.
// Formula   X_s[k] = sum_i w[i] x[s hop + i] e^(-2 pi j k i / segment), hop = segment - overlap.
// Source    J. Allen, L. Rabiner, Proc. IEEE 65 (1977) 1558-1564.
// Shape     in: n samples; out: segments(n) times segment/2 + 1 lines, valid inside the call.
// Cost      One real transform a segment; prepare() takes 2 segment samples and segment/2 + 1 complex values.
// Errors    prepare: invalid_argument unless 1 <= segment and overlap < segment.
#pragma once

#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/dsp/windows.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct stft_params {
  std::size_t segment = 0;
  std::size_t overlap = 0;
  window_kind window = window_kind::hann;
};

template <sample_type T, class Fft = default_fft<T>>
class stft {
 public:
  using params = stft_params;
  stft() = default;
  explicit stft(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t segments(std::size_t n) const noexcept {
    return n < params_.segment ? 0 : (n - params_.overlap) / hop();
  }
  [[nodiscard]] std::size_t hop() const noexcept { return params_.segment - params_.overlap; }
  [[nodiscard]] std::size_t lines() const noexcept { return params_.segment / 2 + 1; }
  [[nodiscard]] std::span<T const> window() const noexcept { return window_; }

  [[nodiscard]] std::size_t footprint() const noexcept {
    return 2 * arena::bytes<T>(params_.segment) + arena::bytes<std::complex<T>>(lines()) +
           Fft::footprint(params_.segment, fft_use::real);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // f(index, bins) for every segment; returns their number.
  template <class F>
  std::size_t each(std::span<T const> x, F&& f) noexcept;

 private:
  params params_{};
  std::span<T> window_{}, work_{};
  std::span<std::complex<T>> bins_{};
  Fft fft_{};
};

template <sample_type T, class Fft>
status stft<T, Fft>::prepare(arena& memory) noexcept {
  if (params_.segment < 1 || params_.overlap >= params_.segment) {
    return error{errc::invalid_argument, "stft", "give a segment of at least 1 sample and a smaller overlap"};
  }
  auto window = memory.take<T>(params_.segment);
  auto work = memory.take<T>(params_.segment);
  auto bins = memory.take<std::complex<T>>(lines());
  if (!window || !work || !bins) return error{errc::out_of_memory, "stft", "give footprint() bytes"};
  window_ = *window;
  work_ = *work;
  bins_ = *bins;
  fill(params_.window, window_);
  return fft_.prepare(params_.segment, memory, fft_use::real);
}

template <sample_type T, class Fft>
template <class F>
std::size_t stft<T, Fft>::each(std::span<T const> x, F&& f) noexcept {
  if (!PDM_EXPECTS(!window_.empty())) return 0;
  std::size_t const count = segments(x.size());
  for (std::size_t s = 0; s < count; ++s) {
    T const* const from = x.data() + s * hop();
    for (std::size_t i = 0; i < work_.size(); ++i) work_[i] = from[i] * window_[i];
    fft_.forward(work_, bins_);
    f(s, std::span<std::complex<T> const>(bins_));
  }
  return count;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
