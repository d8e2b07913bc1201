// native_fft_chirp -- the complex transform of any length behind native_fft.
//
// What      A length of 2, 3 and 5 as it is (native_fft_plan.hpp); any other through Bluestein's chirp convolution with
//           two transforms of a power of two, or three, five, nine or fifteen times one.
// NB        An inner part of native_fft: use that.
// Source    Van Loan, Computational Frameworks for the Fast Fourier Transform (SIAM 1992), 4.2.3 (chirp z).
// Cost      O(n log n); chirp, filter and work memory come from the arena in prepare().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/native_fft_plan.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail {

template <class T>
class complex_plan {
 public:
  [[nodiscard]] static std::size_t footprint(std::size_t n) noexcept;
  [[nodiscard]] status prepare(std::size_t n, arena& memory) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return n_; }
  [[nodiscard]] std::size_t stages() const noexcept {
    return chirp_.empty() ? inner_.stages() : 2 * inner_.stages() + 3;
  }
  [[nodiscard]] fft_stage stage(std::size_t i) const noexcept;
  // Interleaved complex numbers; in and out must not overlap. Inverse: times n scale. See smooth_plan.
  template <bool Inverse>
  void run(std::size_t i, std::size_t first, std::size_t last, T const* in, T* out, T scale) const noexcept;
  template <bool Inverse>
  void run_all(T const* in, T* out, T scale) const noexcept;

 private:
  static constexpr std::size_t unit = 16;  // values in a unit of the chirp's own stages
  static bool smooth(std::size_t n) noexcept { return factor_length(n).rest == 1; }
  // The least length of at least 2 n - 1 that is a power of two times 1, 3, 5, 9 or 15.
  static std::size_t convolution_length(std::size_t n) noexcept;
  status prepare_chirp(arena& memory) noexcept;
  template <bool Inverse>
  void chirp_in(T const* in, std::size_t first, std::size_t last) const noexcept;
  template <bool Inverse>
  void chirp_out(T* out, std::size_t first, std::size_t last) const noexcept;

  std::size_t n_ = 0;
  smooth_plan<T> inner_;  // of length n, or of the convolution
  std::span<T> chirp_;    // Bluestein: e^(-j pi k^2 / n), interleaved
  std::span<T> filter_;   // transform of the conjugate chirp, over its length
  std::span<T> padded_;   // the signal times the chirp, and zeros
  std::span<T> product_;
};

// ---- bodies ----

template <class T>
std::size_t complex_plan<T>::convolution_length(std::size_t n) noexcept {
  std::size_t least = 0;
  for (std::size_t const odd : {1u, 3u, 5u, 9u, 15u}) {
    std::size_t m = 16 * odd;
    while (m < 2 * n - 1) m *= 2;
    if (least == 0 || m < least) least = m;
  }
  return least;
}

template <class T>
std::size_t complex_plan<T>::footprint(std::size_t n) noexcept {
  if (smooth(n)) return smooth_plan<T>::footprint(n);
  std::size_t const m = convolution_length(n);
  return smooth_plan<T>::footprint(m) + arena::bytes<T>(2 * n) + 3 * arena::bytes<T>(2 * m);
}

template <class T>
status complex_plan<T>::prepare(std::size_t n, arena& memory) noexcept {
  n_ = n;
  chirp_ = {};
  if (smooth(n)) return inner_.prepare(n, memory);
  if (auto s = inner_.prepare(convolution_length(n), memory); !s) return s;
  return prepare_chirp(memory);
}

template <class T>
status complex_plan<T>::prepare_chirp(arena& memory) noexcept {
  std::size_t const m = inner_.size();
  auto chirp = memory.take<T>(2 * n_);
  if (!chirp) return chirp.error();
  auto filter = memory.take<T>(2 * m);
  if (!filter) return filter.error();
  auto padded = memory.take<T>(2 * m);
  if (!padded) return padded.error();
  auto product = memory.take<T>(2 * m);
  if (!product) return product.error();
  chirp_ = *chirp;
  product_ = *product;
  filter_ = *filter;
  padded_ = *padded;
  std::uint64_t square = 0;  // k^2 mod 2n
  T const scale = T(1) / static_cast<T>(m);
  for (std::size_t k = 0; k < n_; ++k) {
    auto const root = root_of_unity(square, 2 * n_);
    T const c = static_cast<T>(root.re), s = static_cast<T>(root.im);
    chirp_[2 * k] = c;
    chirp_[2 * k + 1] = s;
    std::size_t const mirrored = k == 0 ? 0 : m - k;
    padded_[2 * k] = padded_[2 * mirrored] = c * scale;
    padded_[2 * k + 1] = padded_[2 * mirrored + 1] = -s * scale;
    square += 2 * k + 1;
    while (square >= 2 * n_) square -= 2 * n_;
  }
  inner_.template run_all<false>(padded_.data(), filter_.data(), T(1));
  return {};
}

// Stages: times the chirp, forward, times the filter, inverse, times the chirp.
template <class T>
fft_stage complex_plan<T>::stage(std::size_t i) const noexcept {
  if (chirp_.empty()) return inner_.stage(i);
  std::size_t const own = inner_.stages(), m = inner_.size();
  if (i == 0 || i == own + 1) return {(m + unit - 1) / unit, unit};
  if (i == 2 * own + 2) return {(n_ + unit - 1) / unit, unit};
  return inner_.stage(i <= own ? i - 1 : i - own - 2);
}

template <class T>
template <bool Inverse>
void complex_plan<T>::run(std::size_t i, std::size_t first, std::size_t last, T const* in, T* out,
                          T scale) const noexcept {
  if (chirp_.empty()) return inner_.template run<Inverse>(i, first, last, in, out, scale);
  std::size_t const own = inner_.stages();
  if (i == 0) return chirp_in<Inverse>(in, first * unit, last * unit);
  if (i <= own) return inner_.template run<false>(i - 1, first, last, padded_.data(), product_.data(), T(1));
  if (i == own + 1) {
    std::size_t const begin = first * unit, end = last * unit < inner_.size() ? last * unit : inner_.size();
    T* const z = product_.data() + 2 * begin;
    return multiply<T, false, false>(z, filter_.data() + 2 * begin, z, end - begin);
  }
  if (i < 2 * own + 2) {
    return inner_.template run<true>(i - own - 2, first, last, product_.data(), padded_.data(), scale);
  }
  chirp_out<Inverse>(out, first * unit, last * unit);
}

template <class T>
template <bool Inverse>
void complex_plan<T>::run_all(T const* in, T* out, T scale) const noexcept {
  if (chirp_.empty()) return inner_.template run_all<Inverse>(in, out, scale);
  for (std::size_t i = 0; i < stages(); ++i) run<Inverse>(i, 0, stage(i).units, in, out, scale);
}

template <class T>
template <bool Inverse>
void complex_plan<T>::chirp_in(T const* in, std::size_t first, std::size_t last) const noexcept {
  T* const p = padded_.data();
  std::size_t const end = last < n_ ? last : n_, end_of_zeros = last < inner_.size() ? last : inner_.size();
  if (first < end) multiply<T, Inverse, false>(in + 2 * first, chirp_.data() + 2 * first, p + 2 * first, end - first);
  for (std::size_t k = 2 * (first > n_ ? first : n_); k < 2 * end_of_zeros; ++k) p[k] = T(0);
}

template <class T>
template <bool Inverse>
void complex_plan<T>::chirp_out(T* out, std::size_t first, std::size_t last) const noexcept {
  std::size_t const end = last < n_ ? last : n_;
  multiply<T, false, Inverse>(padded_.data() + 2 * first, chirp_.data() + 2 * first, out + 2 * first, end - first);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp::detail
