// filtfilt -- zero-phase filtering of a finished block: forward, then backward.
//
// What      The block is extended at both ends by odd reflection, filtered forward from the settled state of its first
//           sample, then backward likewise; the extension is cut off. The gain is the square of the filter's.
// NB        Not causal: every output sample knows the future of its block. For features of a finished block only,
//           never in a stream and never for anything that is judged sample by sample.
// Source    F. Gustafsson, IEEE Trans. Signal Process. 44 (1996) 988-992; golden/README.md, butterworth_filtfilt.
// Shape     in: n samples, padding < n <= max_samples; out: n samples.
// Cost      2 (n + 2 padding) filter steps; prepare() takes n + 2 padding doubles, apply() nothing.
#pragma once

#include <cstddef>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/biquad.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <sample_type T = double>
class filtfilt {
 public:
  // padding: samples of reflection at each end; the settling time of the filter is a good choice.
  filtfilt(biquad_sections const& filter, std::size_t padding) noexcept : cascade_(filter), padding_(padding) {}

  [[nodiscard]] std::size_t footprint(std::size_t max_samples) const noexcept {
    return arena::bytes<double>(max_samples + 2 * padding_);
  }
  [[nodiscard]] status prepare(std::size_t max_samples, arena& memory) noexcept {
    auto taken = memory.take<double>(max_samples + 2 * padding_);
    if (!taken) return taken.error();
    work_ = *taken;
    return {};
  }
  // shape_mismatch unless padding < n <= max_samples. in and out may be the same memory.
  [[nodiscard]] status apply(std::span<T const> in, std::span<T> out) noexcept;

 private:
  void extend(std::span<T const> in) noexcept;

  biquad_cascade cascade_;
  std::size_t padding_;
  std::span<double> work_{};
};

template <sample_type T>
status filtfilt<T>::apply(std::span<T const> in, std::span<T> out) noexcept {
  std::size_t const n = in.size(), total = n + 2 * padding_;
  if (n <= padding_ || total > work_.size() || out.size() != n) {
    return error{errc::shape_mismatch, "filtfilt", "give more samples than padding, and no more than prepared for"};
  }
  extend(in);
  cascade_.settle(work_[0]);
  for (std::size_t i = 0; i < total; ++i) work_[i] = cascade_.filter_one(work_[i]);
  cascade_.settle(work_[total - 1]);
  for (std::size_t i = total; i-- > 0;) work_[i] = cascade_.filter_one(work_[i]);
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<T>(work_[padding_ + i]);
  return {};
}

template <sample_type T>
void filtfilt<T>::extend(std::span<T const> in) noexcept {
  std::size_t const n = in.size(), p = padding_;
  double const first = static_cast<double>(in[0]), last = static_cast<double>(in[n - 1]);
  for (std::size_t i = 0; i < p; ++i) {
    work_[i] = 2 * first - static_cast<double>(in[p - i]);
    work_[p + n + i] = 2 * last - static_cast<double>(in[n - 2 - i]);
  }
  for (std::size_t i = 0; i < n; ++i) work_[p + i] = static_cast<double>(in[i]);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
