// fast_kurtogram -- where in the spectrum the impacts are: kurtosis of the envelope of every band of a tree.
//
// What      A tree of filters halves the band again and again, and cuts each band in three as well; of the complex
//           signal of every band, decimated to its width, the spectral kurtosis is taken. Impacts of a bearing or
//           gear fault stand out in the band of the resonance they excite: demodulate there.
// NB        High kurtosis says impulsive, not faulty: one knock, a click of the cable or a dropped sample does it, in a
//           narrow band most of all (see kurtogram_grid::best). Excess over 2, the value of complex Gaussian noise, so
//           0 is noise; negative values are set to 0. band_kurtogram cuts ideal bands out of one transform instead.
// Formula   Low-pass of 17 taps, cut-off 0.4, and of 25 taps, 0.8/3 of Nyquist (sinc, symmetric Hamming, gain 1),
//           modulated to the middle of each half and third. K = mean |z - m|^4 / (mean |z - m|^2)^2 - 2 without the
//           first 16 values (15 of an upper half), 3 instead of 2 for the real signal itself; 0 where the mean square
//           is below 2^-52.
// Source    J. Antoni, Mech. Syst. Signal Process. 21 (2007) 108-124; golden/README.md, fast_kurtogram.
// Shape     in: params.length samples; out: grid().cells() values, row after row, valid until the next call.
// Accuracy  float: within 1e-5 of double (golden cases). The bits do not depend on the CPU.
// Cost      O(n levels); 25600 samples at 7 levels in float: see bench/README.md. prepare() takes about 11 n samples.
// Errors    prepare: invalid_argument for no rate, no levels, or fewer than least_length(levels) samples.
//           apply: shape_mismatch for another length, bad_quality for a sample that is not finite.
#pragma once

#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/kurtogram_grid.hpp"
#include "pdm/dsp/kurtogram_kernels.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct fast_kurtogram_params {
  std::size_t length = 0;
  hertz rate{};
  std::size_t levels = 7;
};

template <sample_type T>
class fast_kurtogram {
 public:
  using params = fast_kurtogram_params;
  fast_kurtogram() = default;
  explicit fast_kurtogram(params const& p) noexcept : params_(p), grid_(p.levels, p.rate) {}

  // The narrowest bands keep 32 samples, half of which the filters take to settle.
  [[nodiscard]] static constexpr std::size_t least_length(std::size_t levels) noexcept {
    return std::size_t{32} << levels;
  }
  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x.size() is params.length.
  [[nodiscard]] result<std::span<double const>> apply(std::span<T const> x) noexcept;

  [[nodiscard]] kurtogram_grid const& grid() const noexcept { return grid_; }
  // Of the last call.
  [[nodiscard]] std::span<double const> values() const noexcept { return values_; }
  [[nodiscard]] kurtogram_cell best(hertz least_bandwidth = {}) const noexcept {
    return grid_.best(values_, least_bandwidth);
  }

 private:
  using parts = detail::kurtogram::parts<T>;
  using phases = detail::kurtogram::phases<T>;
  static constexpr std::size_t slack_ = detail::kurtogram::slack;
  // Phases of whole cache lines, so that none begins in another's line.
  static constexpr std::size_t stride(std::size_t n) noexcept { return (n + 15) / 16 * 16 + 2 * slack_; }

  void design() noexcept;
  template <bool Real>
  void node(parts z, std::size_t n, std::size_t level, std::size_t band, T* room) noexcept;
  template <bool Real>
  void cut_in_three(parts z, std::size_t n, std::size_t level, std::size_t band) noexcept;
  template <std::size_t Step, bool Real>
  phases split(parts z, std::size_t m) noexcept;
  template <bool Real>
  [[nodiscard]] static double kurtosis(parts z, std::size_t n, std::size_t skip) noexcept;
  void set(std::size_t row, std::size_t band, double value) noexcept {
    values_[kurtogram_grid::offset(row) + band] = value > 0 ? value : 0;
  }

  params params_{};
  kurtogram_grid grid_{};
  detail::kurtogram::half_taps_of<T> halves_{};
  detail::kurtogram::third_taps_of<T> thirds_{};
  std::span<double> values_{};
  std::span<T> signal_{}, phases_{}, thirds_out_{}, tree_{};
};

namespace detail::kurtogram {

// firwin(taps, cutoff): Hamming-windowed sinc with gain 1 at 0, cut-off relative to Nyquist.
template <std::size_t Taps>
inline void low_pass(double cutoff, double (&h)[Taps]) noexcept {
  double sum = 0;
  for (std::size_t i = 0; i < Taps; ++i) {
    double const t = static_cast<double>(i) - static_cast<double>(Taps - 1) / 2;
    double const sinc = t == 0 ? cutoff : math::sin(math::pi * cutoff * t) / (math::pi * t);
    h[i] = sinc * (0.54 - 0.46 * math::cos_turns(i, Taps - 1));
    sum += h[i];
  }
  for (double& v : h) v /= sum;
}

}  // namespace detail::kurtogram

template <sample_type T>
std::size_t fast_kurtogram<T>::footprint() const noexcept {
  std::size_t const n = params_.length;
  std::size_t tree = 0;
  for (std::size_t l = 1; l <= params_.levels; ++l) tree += 4 * stride(n >> l);
  return arena::bytes<double>(grid_.cells()) + arena::bytes<T>(stride(n)) + arena::bytes<T>(6 * stride(n / 2)) +
         arena::bytes<T>(6 * stride(n / 3)) + arena::bytes<T>(tree);
}

template <sample_type T>
status fast_kurtogram<T>::prepare(arena& memory) noexcept {
  std::size_t const n = params_.length, levels = params_.levels;
  if (!(params_.rate.value > 0) || levels < 1 || levels > kurtogram_grid::max_levels || n < least_length(levels)) {
    return error{errc::invalid_argument, "fast_kurtogram", "give a rate, 1 to 16 levels, 32 x 2^levels samples"};
  }
  std::size_t tree = 0;
  for (std::size_t l = 1; l <= levels; ++l) tree += 4 * stride(n >> l);
  auto values = memory.take<double>(grid_.cells());
  auto signal = memory.take<T>(stride(n));
  auto cut = memory.take<T>(6 * stride(n / 2));
  auto thirds = memory.take<T>(6 * stride(n / 3));
  auto room = memory.take<T>(tree);
  if (!values || !signal || !cut || !thirds || !room) {
    return error{errc::out_of_memory, "fast_kurtogram", "give footprint() bytes"};
  }
  values_ = *values;
  signal_ = *signal;
  phases_ = *cut;
  thirds_out_ = *thirds;
  tree_ = *room;
  design();
  return {};
}

template <sample_type T>
void fast_kurtogram<T>::design() noexcept {
  double p17[17], p25[25];
  detail::kurtogram::low_pass(0.4, p17);
  detail::kurtogram::low_pass(0.8 / 3, p25);
  for (std::size_t i = 0; i < 17; ++i) (i % 2 == 0 ? halves_.even : halves_.odd)[i / 2] = static_cast<T>(p17[i]);
  for (std::size_t i = 0; i < 25; ++i) thirds_.tap[i % 3][i / 3] = static_cast<T>(p25[i]);
}

template <sample_type T>
result<std::span<double const>> fast_kurtogram<T>::apply(std::span<T const> x) noexcept {
  if (values_.empty() || x.size() != params_.length) {
    return error{errc::shape_mismatch, "fast_kurtogram", "give the number of samples prepared for"};
  }
  double const mean = detail::kurtogram::mean(x.data(), x.size());
  if (!math::is_finite(mean)) return error{errc::bad_quality, "fast_kurtogram", "a sample is not finite"};
  for (std::size_t i = 0; i < x.size(); ++i) signal_[i] = static_cast<T>(static_cast<double>(x[i]) - mean);
  parts const z{signal_.data(), signal_.data()};
  set(0, 0, kurtosis<true>(z, x.size(), 0));
  node<true>(z, x.size(), 0, 0, tree_.data());
  return std::span<double const>(values_);
}

template <sample_type T>
template <std::size_t Step, bool Real>
typename fast_kurtogram<T>::phases fast_kurtogram<T>::split(parts z, std::size_t m) noexcept {
  phases p;
  T* to[6];
  for (std::size_t i = 0; i < 2 * Step; ++i) {
    T* const begin = phases_.data() + i * stride(m);
    for (std::size_t k = 0; k < slack_; ++k) begin[k] = T(0);
    to[i] = begin + slack_;
    (i < Step ? p.re[i] : p.im[i - Step]) = to[i];
  }
  if constexpr (Step == 2) {
    detail::kurtogram::split_in_two(z.re, m, to[0], to[1]);
    if (!Real) detail::kurtogram::split_in_two(z.im, m, to[2], to[3]);
  } else {
    detail::kurtogram::split_in_three(z.re, m, to[0], to[1], to[2]);
    if (!Real) detail::kurtogram::split_in_three(z.im, m, to[3], to[4], to[5]);
  }
  return p;
}

// Children of band `band` of `level`: its thirds, then its halves and theirs. Real: the signal itself.
template <sample_type T>
template <bool Real>
void fast_kurtogram<T>::node(parts z, std::size_t n, std::size_t level, std::size_t band, T* room) noexcept {
  if (level + 2 <= params_.levels) cut_in_three<Real>(z, n, level, band);
  std::size_t const m = n / 2, step = stride(m);
  parts const low{room, room + step}, high{room + 2 * step, room + 3 * step};
  detail::kurtogram::halves<T, Real>(split<2, Real>(z, m), halves_, m, low, high);
  std::size_t const row = kurtogram_grid::binary_row(level + 1);
  set(row, 2 * band, kurtosis<false>(low, m, 16));
  set(row, 2 * band + 1, kurtosis<false>(high, m, 15));
  if (level + 1 == params_.levels) return;
  node<false>(low, m, level + 1, 2 * band, room + 4 * step);
  node<false>(high, m, level + 1, 2 * band + 1, room + 4 * step);
}

template <sample_type T>
template <bool Real>
void fast_kurtogram<T>::cut_in_three(parts z, std::size_t n, std::size_t level, std::size_t band) noexcept {
  std::size_t const m = n / 3, step = stride(m);
  T* const room = thirds_out_.data();
  parts const out[3] = {{room, room + step}, {room + 2 * step, room + 3 * step}, {room + 4 * step, room + 5 * step}};
  detail::kurtogram::thirds<T, Real>(split<3, Real>(z, m), thirds_, m, out);
  for (std::size_t q = 0; q < 3; ++q) {
    set(kurtogram_grid::ternary_row(level), 3 * band + q, kurtosis<false>(out[q], m, 16));
  }
}

template <sample_type T>
template <bool Real>
double fast_kurtogram<T>::kurtosis(parts z, std::size_t n, std::size_t skip) noexcept {
  T const *const re = z.re + skip, *const im = z.im + skip;
  std::size_t const count = n - skip;
  double const mean_re = detail::kurtogram::mean(re, count);
  double const mean_im = Real ? 0 : detail::kurtogram::mean(im, count);
  auto const s = detail::kurtogram::powers<T, Real>(re, im, count, static_cast<T>(mean_re), static_cast<T>(mean_im));
  double const power = s.second / static_cast<double>(count);
  if (power < 0x1p-52) return 0;
  return s.fourth / static_cast<double>(count) / (power * power) - (Real ? 3 : 2);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
