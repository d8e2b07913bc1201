// band_kurtogram -- kurtosis of the envelopes of equal, ideal bands cut out of one spectrum.
//
// What      For each level (a number of bands) the lines of the record's transform are divided into equal bands; of
// each
//           the spectral kurtosis of its complex signal is taken. Levels are free: 1, 2, 3, 4, 6, 8 ... or any other.
// NB        Ideal bands have no transition and ring at their edges; the filters of fast_kurtogram are what most papers
//           show. The value is that of the full-rate signal, though each band is transformed with the fewest points
//           that hold |z|^4 without aliasing onto its mean (m >= 2 lines - 1).
// Formula   half = n/2; band b of B: lines b half/B + 1 .. (b+1) half/B (whole divisions); K = mean |z|^4 /
//           (mean |z|^2)^2 - 2.
// Source    J. Antoni, Mech. Syst. Signal Process. 21 (2007) 108-124; golden/README.md, kurtogram_fft.
// Shape     in: params.length samples; out: sum of the levels values, level after level, valid until the next call.
//           A band without a line or without power is NaN.
// Cost      One real transform of n and one complex of m < 4 n/B a band; prepare() takes their memory.
// Errors    prepare: invalid_argument for no rate, no level, more than 32 levels, or a level of more than n/2 bands.
#pragma once

#include <array>
#include <bit>
#include <complex>
#include <span>

#include "pdm/core/units.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct band_kurtogram_params {
  std::size_t length = 0;
  hertz rate{};
  std::span<std::size_t const> levels{};  // number of bands of each; the list outlives the object
};

struct kurtogram_band {
  std::size_t bands = 0, index = 0;  // band `index` of `bands`
  hertz centre{}, bandwidth{};       // mean of the first and last line; lines times rate / length
  double value = math::not_a_number;
};

template <sample_type T, class Fft = default_fft<T>>
class band_kurtogram {
 public:
  using params = band_kurtogram_params;
  band_kurtogram() = default;
  explicit band_kurtogram(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x.size() is params.length.
  [[nodiscard]] result<std::span<double const>> apply(std::span<T const> x) noexcept;
  // The largest value of the last call, the first on ties.
  [[nodiscard]] kurtogram_band best() const noexcept;

 private:
  static constexpr std::size_t most_levels_ = 32;
  struct lines {
    std::size_t first = 0, count = 0;
  };
  [[nodiscard]] lines lines_of(std::size_t band, std::size_t bands) const noexcept {
    std::size_t const half = params_.length / 2, from = band * half / bands, to = (band + 1) * half / bands;
    return {from + 1, to - from};
  }
  // Which plan a level takes: log2 of the points of its widest band.
  [[nodiscard]] std::size_t plan_of(std::size_t bands) const noexcept {
    std::size_t const widest = (params_.length / 2 + bands - 1) / bands;
    return static_cast<std::size_t>(std::bit_width(2 * widest - 2));
  }
  [[nodiscard]] bool valid() const noexcept;
  template <class F>
  void each_plan(F&& f) const noexcept;
  [[nodiscard]] double kurtosis_of(lines band, std::size_t plan) noexcept;

  params params_{};
  std::span<double> values_{};
  std::span<T> work_{};
  std::span<std::complex<T>> bins_{}, band_{}, signal_{};
  Fft forward_{};
  std::array<Fft, 25> plans_{};
};

template <sample_type T, class Fft>
bool band_kurtogram<T, Fft>::valid() const noexcept {
  if (params_.length < 2 || params_.length > max_fft_length || !(params_.rate.value > 0)) return false;
  if (params_.levels.empty() || params_.levels.size() > most_levels_) return false;
  for (std::size_t bands : params_.levels) {
    if (bands < 1 || bands > params_.length / 2) return false;
  }
  return true;
}

// f(log2 points) once for every size that a level needs.
template <sample_type T, class Fft>
template <class F>
void band_kurtogram<T, Fft>::each_plan(F&& f) const noexcept {
  for (std::size_t p = 0; p < plans_.size(); ++p) {
    for (std::size_t bands : params_.levels) {
      if (plan_of(bands) != p) continue;
      f(p);
      break;
    }
  }
}

template <sample_type T, class Fft>
std::size_t band_kurtogram<T, Fft>::footprint() const noexcept {
  if (!valid()) return 0;
  std::size_t cells = 0, largest = 0, bytes = 0;
  for (std::size_t bands : params_.levels) cells += bands;
  each_plan([&](std::size_t p) noexcept {
    largest = std::size_t{1} << p;
    bytes += Fft::footprint(largest, fft_use::complex);
  });
  return bytes + arena::bytes<double>(cells) + arena::bytes<T>(params_.length) +
         arena::bytes<std::complex<T>>(params_.length / 2 + 1) + 2 * arena::bytes<std::complex<T>>(largest) +
         Fft::footprint(params_.length, fft_use::real);
}

template <sample_type T, class Fft>
status band_kurtogram<T, Fft>::prepare(arena& memory) noexcept {
  if (!valid()) {
    return error{errc::invalid_argument, "band_kurtogram", "give a rate and 1 to 32 levels of at most length/2 bands"};
  }
  std::size_t cells = 0, largest = 0;
  for (std::size_t bands : params_.levels) cells += bands;
  status done;
  each_plan([&](std::size_t p) noexcept {
    largest = std::size_t{1} << p;
    if (done) done = plans_[p].prepare(largest, memory, fft_use::complex);
  });
  if (!done) return done;
  auto values = memory.take<double>(cells);
  auto work = memory.take<T>(params_.length);
  auto bins = memory.take<std::complex<T>>(params_.length / 2 + 1);
  auto band = memory.take<std::complex<T>>(largest);
  auto signal = memory.take<std::complex<T>>(largest);
  if (!values || !work || !bins || !band || !signal) {
    return error{errc::out_of_memory, "band_kurtogram", "give footprint() bytes"};
  }
  values_ = *values;
  work_ = *work;
  bins_ = *bins;
  band_ = *band;
  signal_ = *signal;
  return forward_.prepare(params_.length, memory, fft_use::real);
}

template <sample_type T, class Fft>
result<std::span<double const>> band_kurtogram<T, Fft>::apply(std::span<T const> x) noexcept {
  if (values_.empty() || x.size() != params_.length) {
    return error{errc::shape_mismatch, "band_kurtogram", "give the number of samples prepared for"};
  }
  double const mean = mean_of(x);
  if (!math::is_finite(mean)) return error{errc::bad_quality, "band_kurtogram", "a sample is not finite"};
  for (std::size_t i = 0; i < x.size(); ++i) work_[i] = static_cast<T>(static_cast<double>(x[i]) - mean);
  forward_.forward(work_, bins_);
  std::size_t at = 0;
  for (std::size_t bands : params_.levels) {
    for (std::size_t b = 0; b < bands; ++b) values_[at++] = kurtosis_of(lines_of(b, bands), plan_of(bands));
  }
  return std::span<double const>(values_);
}

template <sample_type T, class Fft>
double band_kurtogram<T, Fft>::kurtosis_of(lines band, std::size_t plan) noexcept {
  std::size_t const m = std::size_t{1} << plan;
  auto const in = band_.first(m), out = signal_.first(m);
  for (std::size_t i = 0; i < m; ++i) in[i] = i < band.count ? bins_[band.first + i] : std::complex<T>{};
  plans_[plan].inverse_complex(in, out);
  auto const square = [&](std::size_t i) noexcept {
    double const re = static_cast<double>(out[i].real()), im = static_cast<double>(out[i].imag());
    return re * re + im * im;
  };
  double const second = sum_of(m, square);
  double const fourth = sum_of(m, [&](std::size_t i) noexcept { return square(i) * square(i); });
  return second > 0 ? fourth / second * static_cast<double>(m) / second - 2 : math::not_a_number;
}

template <sample_type T, class Fft>
kurtogram_band band_kurtogram<T, Fft>::best() const noexcept {
  kurtogram_band found;
  std::size_t at = 0;
  double const df = params_.rate.value / static_cast<double>(params_.length);
  for (std::size_t bands : params_.levels) {
    for (std::size_t b = 0; b < bands && at < values_.size(); ++b, ++at) {
      if (!(values_[at] > found.value) && (found.bands != 0 || values_[at] != values_[at])) continue;
      auto const l = lines_of(b, bands);
      double const centre = 0.5 * static_cast<double>(2 * l.first + l.count - 1) * df;
      found = {bands, b, {centre}, {static_cast<double>(l.count) * df}, values_[at]};
    }
  }
  return found;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
