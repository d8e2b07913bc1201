// gear_metrics -- condition numbers of a gear from the synchronous average of one turn.
//
// What      FM0 for distributed wear, FM4, M6A and M8A for one damaged tooth (kurtosis and its higher relatives of the
//           difference signal), energy and sideband ratios, and over a row of records NA4 and NB4, which go on growing
//           when damage spreads and FM4 falls again.
// NB        Dimensionless but for sideband_index, and not comparable between gears: compare a gear with its own past.
//           NA4 and NB4 depend on the order of the records, and the sets of lines are those of dsp/gear_signals.hpp;
//           toolboxes differ. Kurtosis of noise is 3, M6A 15, M8A 105.
// Formula   M_q(v) = m_q / m_2^(q/2). FM0 = (max - min) / sum of mesh amplitudes. energy_ratio = rms(difference) /
//           rms(regular). energy_operator = M_4 of x[i]^2 - x[i-1] x[i+1], circular. Sidebands of the first mesh line
//           Z: index = (A(Z-1) + A(Z+1)) / 2, level factor = (A(Z-1) + A(Z+1)) / std, ratio = sum_j (A(Z-j) + A(Z+j)) /
//           A(Z). NA4 of record r: N sum (v - mean)^4 / (mean over records 1..r of sum (v - mean)^2)^2 of the residual;
//           NB4: the same of the envelope of lines Z - B .. Z + B.
// Source    R. Stewart, ISVR Report MOM-77 (1977); J. Zakrajsek, D. Townsend, H. Decker, NASA TM-105950 (1993); P.
//           Vecer, M. Kreidl, R. Smid, Acta Polytechnica 45 (2005) 35-43; golden/README.md, gear functions.
// Units     of the turn for sideband_index.
// Shape     in: one turn of M samples; a ratio with denominator 0 is NaN.
// Cost      Four transforms (gear_metrics), two a record (na4, nb4); prepare() takes M values besides those.
#pragma once

#include <complex>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"
#include "pdm/dsp/gear_signals.hpp"
#include "pdm/features/quotient.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

using dsp::sample_type;

namespace detail {

struct even_moments {
  double m2 = 0, m4 = 0, m6 = 0, m8 = 0;  // central, by 1/n
  // m_q / m2^(q/2)
  [[nodiscard]] double normalised(double mq, int half) const noexcept {
    if (!(m2 > 0)) return math::not_a_number;
    double d = mq;
    for (int i = 0; i < half; ++i) d /= m2;
    return d;
  }
};

template <sample_type T>
[[nodiscard]] even_moments even_moments_of(std::span<T const> x) noexcept {
  double const n = static_cast<double>(x.size()), mean = dsp::mean_of(x);
  auto const sum = [&](int half) noexcept {
    return dsp::sum_of(x.size(),
                       [&](std::size_t i) noexcept {
                         double const d = static_cast<double>(x[i]) - mean, square = d * d;
                         double power = square;
                         for (int k = 1; k < half; ++k) power *= square;
                         return power;
                       }) /
           n;
  };
  return {sum(1), sum(2), sum(3), sum(4)};
}

}  // namespace detail

struct gear_condition {
  double fm0 = 0, fm4 = 0, m6a = 0, m8a = 0;
  double residual_kurtosis = 0;
  double energy_ratio = 0, energy_operator = 0;
  double sideband_index = 0, sideband_level_factor = 0, sideband_ratio = 0;
};

struct gear_metrics_params {
  std::size_t length = 0;  // samples of a turn
  dsp::gear_lines_params lines{};
  std::size_t ratio_sidebands = 6;  // of sideband_ratio, on either side
};

template <sample_type T, class Fft = dsp::default_fft<T>>
class gear_metrics {
 public:
  using params = gear_metrics_params;
  gear_metrics() = default;
  explicit gear_metrics(params const& p) noexcept : params_(p), signals_(p.length, p.lines) {}

  [[nodiscard]] std::size_t footprint() const noexcept {
    return signals_.footprint() + arena::bytes<T>(params_.length);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept {
    if (auto s = signals_.prepare(memory); !s) return s;
    auto work = memory.take<T>(params_.length);
    if (!work) return work.error();
    work_ = *work;
    return {};
  }
  // turn.size() is params.length.
  [[nodiscard]] gear_condition of(std::span<T const> turn) noexcept;

 private:
  void sidebands(gear_condition& c, double deviation) const noexcept;

  params params_{};
  dsp::gear_signals<T, Fft> signals_{};
  std::span<T> work_{};
};

template <sample_type T, class Fft>
void gear_metrics<T, Fft>::sidebands(gear_condition& c, double deviation) const noexcept {
  std::size_t const z = params_.lines.teeth;
  auto const pair = [&](std::size_t j) noexcept {
    return (j <= z ? signals_.amplitude(z - j) : 0.0) +
           (2 * (z + j) < params_.length ? signals_.amplitude(z + j) : 0.0);
  };
  c.sideband_index = pair(1) / 2;
  c.sideband_level_factor = detail::quotient(pair(1), deviation);
  double sum = 0;
  for (std::size_t j = 1; j <= params_.ratio_sidebands; ++j) sum += pair(j);
  c.sideband_ratio = detail::quotient(sum, signals_.amplitude(z));
}

template <sample_type T, class Fft>
gear_condition gear_metrics<T, Fft>::of(std::span<T const> turn) noexcept {
  gear_condition c;
  std::size_t const n = params_.length;
  if (!PDM_EXPECTS(!work_.empty() && turn.size() == n)) return c;
  signals_.set(turn);
  double mesh = 0;
  for (std::size_t h = 1; h <= params_.lines.mesh_harmonics && 2 * h * params_.lines.teeth < n; ++h) {
    mesh += signals_.amplitude(h * params_.lines.teeth);
  }
  T low = turn[0], high = turn[0];
  for (T v : turn) {
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  c.fm0 = detail::quotient(static_cast<double>(high) - static_cast<double>(low), mesh);
  sidebands(c, math::sqrt(detail::even_moments_of(turn).m2));

  for (std::size_t i = 0; i < n; ++i) {
    work_[i] = static_cast<T>(static_cast<double>(turn[i]) * static_cast<double>(turn[i]) -
                              static_cast<double>(turn[(i + n - 1) % n]) * static_cast<double>(turn[(i + 1) % n]));
  }
  std::span<T const> const work = work_;
  auto m = detail::even_moments_of(work);
  c.energy_operator = m.normalised(m.m4, 2);
  signals_.residual(work_);
  m = detail::even_moments_of(work);
  c.residual_kurtosis = m.normalised(m.m4, 2);
  auto const rms = [&]() noexcept {
    return math::sqrt(dsp::sum_of(
        n, [&](std::size_t i) noexcept { return static_cast<double>(work[i]) * static_cast<double>(work[i]); }));
  };
  signals_.regular(work_);
  double const regular = rms();
  signals_.difference(work_);
  c.energy_ratio = detail::quotient(rms(), regular);
  m = detail::even_moments_of(work);
  c.fm4 = m.normalised(m.m4, 2);
  c.m6a = m.normalised(m.m6, 3);
  c.m8a = m.normalised(m.m8, 4);
  return c;
}

// N sum (v - mean)^4 of a record over the square of the mean of sum (v - mean)^2 of all records so far, this one
// included: the rule of NA4 and NB4.
class running_kurtosis {
 public:
  template <sample_type T>
  double add(std::span<T const> v) noexcept {
    double const n = static_cast<double>(v.size());
    auto const m = detail::even_moments_of(v);
    if (!math::is_finite(m.m4)) return math::not_a_number;
    sum_ += n * m.m2;
    records_ += 1;
    double const mean = sum_ / records_;
    return mean > 0 ? n * (n * m.m4) / (mean * mean) : math::not_a_number;
  }
  void reset() noexcept { *this = {}; }
  [[nodiscard]] double records() const noexcept { return records_; }
  void write(archive_writer& w) const noexcept { w.put(sum_).put(records_); }
  void read(archive_reader& r) noexcept { r.get(sum_).get(records_); }

 private:
  double sum_ = 0, records_ = 0;
};

// NA4 of turns in the order of time: running_kurtosis of the residual.
template <sample_type T, class Fft = dsp::default_fft<T>>
class gear_na4 {
 public:
  gear_na4(std::size_t length, dsp::gear_lines_params const& p) noexcept : signals_(length, p) {}
  [[nodiscard]] std::size_t footprint() const noexcept {
    return signals_.footprint() + arena::bytes<T>(signals_.size());
  }
  [[nodiscard]] status prepare(arena& memory) noexcept {
    if (auto s = signals_.prepare(memory); !s) return s;
    auto work = memory.take<T>(signals_.size());
    if (!work) return work.error();
    work_ = *work;
    return {};
  }
  // A turn that is not finite is not learned and gives NaN.
  double add(std::span<T const> turn) noexcept {
    if (!PDM_EXPECTS(!work_.empty() && turn.size() == work_.size())) return math::not_a_number;
    signals_.set(turn);
    signals_.residual(work_);
    return state_.add(std::span<T const>(work_));
  }
  void reset() noexcept { state_.reset(); }
  [[nodiscard]] running_kurtosis& state() noexcept { return state_; }

 private:
  dsp::gear_signals<T, Fft> signals_;
  std::span<T> work_{};
  running_kurtosis state_{};
};

// NB4: running_kurtosis of the envelope of the lines teeth - half_band .. teeth + half_band.
template <sample_type T, class Fft = dsp::default_fft<T>>
class gear_nb4 {
 public:
  gear_nb4(std::size_t length, std::size_t teeth, std::size_t half_band) noexcept
      : length_(length), teeth_(teeth), half_band_(half_band) {}
  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<std::complex<T>>(length_ / 2 + 1) + 2 * arena::bytes<std::complex<T>>(length_) +
           arena::bytes<T>(length_) + Fft::footprint(length_, dsp::fft_use::both);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // A turn that is not finite is not learned and gives NaN.
  double add(std::span<T const> turn) noexcept;
  void reset() noexcept { state_.reset(); }
  [[nodiscard]] running_kurtosis& state() noexcept { return state_; }

 private:
  std::size_t length_, teeth_, half_band_;
  std::span<std::complex<T>> orders_{}, band_{}, signal_{};
  std::span<T> envelope_{};
  Fft fft_{};
  running_kurtosis state_{};
};

template <sample_type T, class Fft>
status gear_nb4<T, Fft>::prepare(arena& memory) noexcept {
  if (half_band_ >= teeth_ || 2 * (teeth_ + half_band_) >= length_) {
    return error{errc::invalid_argument, "gear_nb4", "give half_band < teeth and 2 (teeth + half_band) < length"};
  }
  auto orders = memory.take<std::complex<T>>(length_ / 2 + 1);
  auto band = memory.take<std::complex<T>>(length_);
  auto signal = memory.take<std::complex<T>>(length_);
  auto envelope = memory.take<T>(length_);
  if (!orders || !band || !signal || !envelope) {
    return error{errc::out_of_memory, "gear_nb4", "give footprint() bytes"};
  }
  orders_ = *orders;
  band_ = *band;
  signal_ = *signal;
  envelope_ = *envelope;
  return fft_.prepare(length_, memory, dsp::fft_use::both);
}

template <sample_type T, class Fft>
double gear_nb4<T, Fft>::add(std::span<T const> turn) noexcept {
  if (!PDM_EXPECTS(!envelope_.empty() && turn.size() == length_)) return math::not_a_number;
  fft_.forward(turn, orders_);
  for (auto& z : band_) z = {};
  for (std::size_t k = teeth_ - half_band_; k <= teeth_ + half_band_; ++k) band_[k] = T(2) * orders_[k];
  fft_.inverse_complex(band_, signal_);
  for (std::size_t i = 0; i < length_; ++i) {
    double const re = static_cast<double>(signal_[i].real()), im = static_cast<double>(signal_[i].imag());
    envelope_[i] = static_cast<T>(math::sqrt(re * re + im * im));
  }
  return state_.add(std::span<T const>(envelope_));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
