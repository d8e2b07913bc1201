// window_vector -- the feature vector of one vibration window, in as few passes as it takes.
//
// What      11 time features, 5 of the Hann amplitude spectrum, the power of equal bands, and the squared-envelope
//           lines of up to eight fault frequencies with their harmonics; beside them the amplitude spectrum and the
//           envelope spectrum. A stage behind a frame: one row a frame; in pieces behind sliced.hpp. extract() is the
//           same without a stage.
// NB        The fast float path. The single features (time_features.hpp, spectral_shape.hpp, fault_bands.hpp) take
//           double, any length and any window; this one agrees with them to about 1e-5 and wants an even length
//           that the bands divide. The window is rectangular for the envelope, Hann for the spectrum.
// Formula   Time: time_features.hpp. Spectrum: A[k] = 2 |W[k]| / sum w (once at 0 and n/2), P = A^2; centroid, spread
//           and kurtosis of f weighted by A; entropy of P / sum P over ln(n/2 + 1); roll-off: first line whose
//           cumulated P reaches the share; band power: sum of P/2 over the band, the last one with line n/2.
//           Envelope: bins [low, high) of the spectrum moved to 0, z by an inverse transform of m points, S the
//           amplitude spectrum of |z|^2 less its mean. A fault line is the largest S within `reach` lines.
// Source    Hann as a sum of three lines: Harris, Proc. IEEE 66 (1978). Squared envelope: Randall & Antoni, Mech.
//           Syst. Signal Process. 25 (2011) 485-520. |z|^2 of a band of w lines has lines -(w-1) .. w-1, so
//           m >= 2w - 1 points hold it exactly, and the step between lines stays rate / length.
// Units     in: samples in u; out: u, ratios, Hz; band power in u^2; envelope lines in u^2.
// Shape     in: frames of `length` samples; out: rows of 16 + bands + lines x harmonics columns (column(i)).
// Undefined A quantity with a zero denominator is absent from the row (NaN in values()).
// Cost      Three transforms (n real, m complex, m real) and four passes; prepare() takes about 40 bytes a sample. A
//           piece is at most 512 samples or lines; with FFTW a whole transform.
// Errors    prepare: invalid_argument for a length that does not fit, rate_mismatch for a band outside 0 .. rate/2.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <string_view>

#include "pdm/core/arena.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/row.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/features/quotient.hpp"
#include "pdm/features/stepwise.hpp"
#include "pdm/features/window_kernels.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

struct window_vector_params {
  static constexpr std::size_t max_lines = 8;

  std::size_t length = 4096;  // samples in a frame; a multiple of 16 bands
  std::size_t bands = 8;
  double roll_off = 0.85;  // share of the power
  hertz envelope_low{}, envelope_high{};
  std::array<hertz, max_lines> lines{};  // fault frequencies; the first one of 0 Hz ends the list
  std::size_t harmonics = 3;
  std::size_t reach = 2;  // lines to either side
};

template <dsp::fft_backend<float> Fft = dsp::default_fft<float>>
class window_vector {
 public:
  using params = window_vector_params;
  // Columns before the bands.
  enum column_index : std::size_t {
    mean,
    std,
    rms,
    peak,
    peak_to_peak,
    crest_factor,
    skewness,
    kurtosis,
    shape_factor,
    impulse_factor,
    clearance_factor,
    centroid,
    spread,
    spectral_kurtosis,
    entropy,
    roll_off,
    first_band
  };

  window_vector() = default;
  explicit window_vector(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint(stream_spec const& spec) const noexcept;
  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept;
  template <class Next>
  void process(block<float> const& frame, Next&& next) noexcept;
  void reset() noexcept {
    rows_ = 0;
    phase_ = phase::none;
  }

  // In pieces (stepwise.hpp), with the same bits.
  void begin(block<float> const& frame) noexcept;
  template <class Next>
  std::size_t step(std::size_t budget, Next&& next) noexcept;
  [[nodiscard]] bool busy() const noexcept { return phase_ != phase::none; }
  [[nodiscard]] std::size_t work(std::size_t length) const noexcept;  // after prepare()

  // The vector of one window of params.length samples; valid until the next call.
  std::span<double const> extract(std::span<float const> window) noexcept;

  [[nodiscard]] std::size_t columns() const noexcept {
    return first_band + params_.bands + line_count() * params_.harmonics;
  }
  [[nodiscard]] feature_info column(std::size_t i) const noexcept;
  [[nodiscard]] std::span<double const> values() const noexcept { return values_; }
  // Amplitudes of the last window, length/2 + 1 lines, and of its squared envelope; both in steps of rate / length.
  [[nodiscard]] std::span<float const> amplitude_spectrum() const noexcept { return amplitude_; }
  [[nodiscard]] std::span<float const> envelope_spectrum() const noexcept { return envelope_; }

 private:
  using complex = std::complex<float>;
  static constexpr std::size_t margin = 8;  // complex numbers before and after the spectrum, for its mirrored ends

  struct plan {
    std::size_t low = 0, width = 0, points = 0;  // envelope band in bins; length of its transforms
  };
  [[nodiscard]] plan plan_for(stream_spec const& spec) const noexcept;
  [[nodiscard]] std::size_t half() const noexcept { return params_.length / 2; }
  [[nodiscard]] std::size_t band_width() const noexcept { return half() / params_.bands; }
  [[nodiscard]] std::size_t chunks() const noexcept {  // runs of at most sum_block lines in a band
    return (band_width() + detail::sum_block - 1) / detail::sum_block;
  }
  [[nodiscard]] std::size_t line_count() const noexcept {
    std::size_t n = 0;
    while (n < params_.lines.size() && params_.lines[n].value > 0) ++n;
    return n;
  }

  // What there is to do on a window, in order; the last four only with an envelope band.
  enum class phase : unsigned char { none, moments, transform, lines, spectrum, band, squares, envelope, fault_lines };
  static constexpr std::size_t piece = detail::sum_block, fixed_units = 512;
  std::size_t advance(std::size_t budget) noexcept;  // a piece or more of the phase; the units done
  std::size_t through(std::size_t units, bool done = true) noexcept;
  template <class Next>
  void hand_on(block_info const& frame, Next& next) noexcept;

  void time_columns(detail::moment_sums const& s) noexcept;
  void sum_slot(std::size_t slot) noexcept;
  void last_line() noexcept;
  void spectrum_columns() noexcept;
  [[nodiscard]] std::size_t roll_off_line(double target) const noexcept;
  void square(std::size_t from, std::size_t to) noexcept;
  void envelope_columns() noexcept;

  params params_{};
  plan plan_{};
  double step_ = 0;  // Hz between lines
  std::uint64_t rows_ = 0;
  Fft window_fft_{}, band_fft_{};
  std::span<complex> spectrum_{}, band_{}, analytic_{}, envelope_bins_{};
  std::span<float> amplitude_{}, squared_{}, envelope_{};
  std::span<detail::line_sums> sums_{};
  std::span<double> values_{};

  phase phase_ = phase::none;
  block<float> frame_{};  // that is worked on
  std::size_t at_ = 0;    // within the phase
  dsp::fft_progress transformed_{};
  detail::moment_sums moments_{};
};

// ---- bodies ----

namespace detail {
// The next length of 2, 3 and 5 that is a multiple of 16.
[[nodiscard]] inline std::size_t fast_length(std::size_t least) noexcept {
  std::size_t n = (least + 15) / 16 * 16;
  while (dsp::detail::factor_length(n).rest != 1) n += 16;
  return n;
}
}  // namespace detail

template <dsp::fft_backend<float> Fft>
typename window_vector<Fft>::plan window_vector<Fft>::plan_for(stream_spec const& spec) const noexcept {
  double const step = spec.rate.value / static_cast<double>(params_.length);
  plan p;
  if (!(step > 0) || !(params_.envelope_high > params_.envelope_low)) return p;
  p.low = static_cast<std::size_t>(std::ceil(params_.envelope_low.value / step - 1e-9));
  auto const end = static_cast<std::size_t>(std::ceil(params_.envelope_high.value / step - 1e-9));
  p.width = end - p.low;
  p.points = detail::fast_length(2 * p.width);
  return p;
}

template <dsp::fft_backend<float> Fft>
std::size_t window_vector<Fft>::footprint(stream_spec const& spec) const noexcept {
  plan const p = plan_for(spec);
  std::size_t bytes =
      Fft::footprint(params_.length, dsp::fft_use::real) + arena::bytes<complex>(half() + 1 + 2 * margin);
  bytes += arena::bytes<float>(half() + 1) + arena::bytes<detail::line_sums>(params_.bands * chunks());
  bytes += arena::bytes<double>(columns());
  if (p.width == 0) return bytes;
  bytes += Fft::footprint(p.points, dsp::fft_use::both) + 2 * arena::bytes<complex>(p.points);
  return bytes + arena::bytes<float>(p.points) + arena::bytes<complex>(p.points / 2 + 1) +
         arena::bytes<float>(p.points / 2 + 1);
}

template <dsp::fft_backend<float> Fft>
result<stream_spec> window_vector<Fft>::prepare(stream_spec const& spec, arena& memory) noexcept {
  constexpr char const* here = "window_vector";
  if (params_.bands == 0 || params_.length == 0 || params_.length % (16 * params_.bands) != 0) {
    return error{errc::invalid_argument, here, "length must be a multiple of 16 times the number of bands"};
  }
  if (columns() > row::max_columns) return error{errc::limit_exceeded, here, "too many columns for a row"};
  if (!(spec.rate.value > 0)) return error{errc::rate_mismatch, here, "a sampling rate is needed"};
  bool const no_band = params_.envelope_low.value == 0 && params_.envelope_high.value == 0;
  if (!no_band && !(params_.envelope_low.value >= 0 && params_.envelope_low < params_.envelope_high &&
                    params_.envelope_high.value <= spec.rate.value / 2)) {
    return error{errc::rate_mismatch, here, "the envelope band must lie between 0 and half the sampling rate"};
  }
  if (no_band && line_count() != 0) return error{errc::invalid_argument, here, "fault lines need an envelope band"};
  step_ = spec.rate.value / static_cast<double>(params_.length);
  plan_ = plan_for(spec);
  status failed;
  auto const take = [&]<class T>(std::span<T>& into, std::size_t n) noexcept {
    auto got = memory.take<T>(n);
    if (!got && failed) failed = got.error();
    if (got) into = *got;
  };
  if (auto s = window_fft_.prepare(params_.length, memory, dsp::fft_use::real); !s) return s.error();
  take(spectrum_, half() + 1 + 2 * margin);
  take(amplitude_, half() + 1);
  take(sums_, params_.bands * chunks());
  take(values_, columns());
  if (plan_.width != 0) {
    if (auto s = band_fft_.prepare(plan_.points, memory, dsp::fft_use::both); !s) return s.error();
    take(band_, plan_.points);
    take(analytic_, plan_.points);
    take(squared_, plan_.points);
    take(envelope_bins_, plan_.points / 2 + 1);
    take(envelope_, plan_.points / 2 + 1);
  }
  if (!failed) return failed.error();
  stream_spec out = spec;
  out.rate = {};
  out.max_block = columns();
  out.quantity = unit::none;
  return out;
}

template <dsp::fft_backend<float> Fft>
template <class Next>
void window_vector<Fft>::hand_on(block_info const& frame, Next& next) noexcept {
  row out = make_row(values_);
  out.source_time = frame.source_time;
  out.sequence = rows_++;
  out.quality = frame.quality;
  out.operating = frame.operating;
  next(out);
}

template <dsp::fft_backend<float> Fft>
template <class Next>
void window_vector<Fft>::process(block<float> const& frame, Next&& next) noexcept {
  if (!extract(frame.samples).empty()) hand_on(frame, next);
}

template <dsp::fft_backend<float> Fft>
std::span<double const> window_vector<Fft>::extract(std::span<float const> window) noexcept {
  if (!PDM_EXPECTS(!values_.empty() && window.size() == params_.length)) return {};
  begin(block<float>(window, {}));
  while (busy()) (void)advance(std::size_t{1} << 30);
  return values_;
}

template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::begin(block<float> const& frame) noexcept {
  if (!PDM_EXPECTS(!values_.empty() && frame.size() == params_.length)) return;
  frame_ = frame;
  phase_ = phase::moments;
  at_ = 0;
  transformed_ = {};
  moments_ = detail::moments_from(frame.samples[0]);
}

template <dsp::fft_backend<float> Fft>
template <class Next>
std::size_t window_vector<Fft>::step(std::size_t budget, Next&& next) noexcept {
  if (!busy()) return 0;
  std::size_t const units = advance(budget);
  if (!busy()) hand_on(frame_, next);
  return units;
}

// A sample of the moments is a unit, as is a value of a transform and a magnitude; a line two.
template <dsp::fft_backend<float> Fft>
std::size_t window_vector<Fft>::work(std::size_t length) const noexcept {
  std::size_t const spectrum = 2 * length + window_fft_.work(dsp::fft_use::real) + fixed_units;
  if (plan_.width == 0) return spectrum;
  return spectrum + band_fft_.work(dsp::fft_use::complex) + plan_.points + band_fft_.work(dsp::fft_use::real) +
         envelope_.size() + fixed_units;
}

template <dsp::fft_backend<float> Fft>
std::size_t window_vector<Fft>::through(std::size_t units, bool done) noexcept {
  if (!done) return units;
  at_ = 0;
  bool const last = phase_ == (plan_.width == 0 ? phase::spectrum : phase::fault_lines);
  phase_ = last ? phase::none : static_cast<phase>(static_cast<unsigned char>(phase_) + 1);
  return units;
}

template <dsp::fft_backend<float> Fft>
std::size_t window_vector<Fft>::advance(std::size_t budget) noexcept {
  std::size_t const from = at_;
  auto const run = [&](std::size_t n) noexcept {  // the end of a run of n values that begins at at_
    return n - from <= piece || budget >= n - from ? n : from + std::max(piece, budget / piece * piece);
  };
  auto const transformed = [&](std::size_t work, bool done) noexcept {  // at_ counts what was told of the work
    std::size_t const units = done ? work - from : std::min(budget, work - from);
    at_ += units;
    return through(units, done);
  };
  switch (phase_) {
    case phase::moments:
      at_ = run(params_.length);
      detail::add_window_moments(frame_.samples.data() + from, at_ - from, moments_);
      if (at_ == params_.length) time_columns(moments_);
      return through(at_ - from, at_ == params_.length);
    case phase::transform:
      return transformed(
          window_fft_.work(dsp::fft_use::real),
          window_fft_.forward_piece(frame_.samples, spectrum_.subspan(margin, half() + 1), transformed_, budget));
    case phase::lines: {
      std::size_t const each = 2 * std::min(piece, band_width());
      do {
        sum_slot(at_++);
      } while (at_ < sums_.size() && (at_ - from + 1) * each <= budget);
      if (at_ == sums_.size()) last_line();
      return through((at_ - from) * each, at_ == sums_.size());
    }
    case phase::spectrum:
      spectrum_columns();
      if (plan_.width != 0) {  // the rest of the band stays zero
        auto const* const x = spectrum_.data() + margin + plan_.low;
        std::copy(x, x + plan_.width, band_.begin());
      }
      return through(fixed_units);
    case phase::band:
      // A forward transform runs the envelope backwards, which its amplitude spectrum does not see, and has no factor.
      return transformed(band_fft_.work(dsp::fft_use::complex),
                         band_fft_.forward_complex_piece(band_, analytic_, transformed_, budget));
    case phase::squares:
      at_ = run(plan_.points);
      square(from, at_);
      return through(at_ - from, at_ == plan_.points);
    case phase::envelope:
      return transformed(band_fft_.work(dsp::fft_use::real),
                         band_fft_.forward_piece(squared_, envelope_bins_, transformed_, budget));
    case phase::fault_lines: envelope_columns(); return through(envelope_.size() + fixed_units);
    case phase::none: break;
  }
  return 0;
}

template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::time_columns(detail::moment_sums const& s) noexcept {
  double const n = s.count, m2 = s.m2 / n, low = static_cast<double>(s.least), high = static_cast<double>(s.greatest);
  double const absolute = s.absolute / n, root = s.root / n;
  double const deviation = math::sqrt(m2), level = math::sqrt(m2 + s.mean * s.mean);
  double const top = high > -low ? high : -low;
  values_[mean] = s.mean;
  values_[std] = deviation;
  values_[rms] = level;
  values_[peak] = top;
  values_[peak_to_peak] = high - low;
  values_[crest_factor] = detail::quotient(top, level);
  bool const constant = high == low;
  values_[skewness] = constant ? math::not_a_number : s.m3 / n / (m2 * deviation);
  values_[kurtosis] = constant ? math::not_a_number : s.m4 / n / (m2 * m2);
  values_[shape_factor] = detail::quotient(level, absolute);
  values_[impulse_factor] = detail::quotient(top, absolute);
  values_[clearance_factor] = detail::quotient(top, root * root);
}

// Hann amplitudes and their sums, a run of lines of one band. The first one mirrors the ends.
template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::sum_slot(std::size_t slot) noexcept {
  complex* const x = spectrum_.data() + margin;
  std::size_t const h = half(), width = band_width();
  if (slot == 0) {
    x[-1] = std::conj(x[1]);
    x[h + 1] = std::conj(x[h - 1]);
  }
  std::size_t const within = slot % chunks() * piece, at = slot / chunks() * width + within;
  std::size_t const n = std::min(width - within, piece);
  float const scale = 4.0f / static_cast<float>(params_.length);  // 2 / sum w
  sums_[slot] = detail::hann_lines(reinterpret_cast<float const*>(x), at, n, scale, at == 0 ? 0.5f : 1.0f,
                                   static_cast<float>(at + n / 2), amplitude_.data() + at);
}

template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::last_line() noexcept {
  complex const* const x = spectrum_.data() + margin;
  std::size_t const h = half();
  float const last = 0.5f * (x[h].real() - x[h - 1].real()) * (4.0f / static_cast<float>(params_.length)) * 0.5f;
  amplitude_[h] = last < 0 ? -last : last;
}

template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::spectrum_columns() noexcept {
  std::size_t const h = half(), width = band_width(), per_band = chunks();
  double const end = static_cast<double>(amplitude_[h]), end_power = end * end;
  double a = end, ka = end * static_cast<double>(h), power = end_power;
  double plogp = end_power > 0 ? end_power * math::log(end_power) : 0.0;
  auto const middle = [&](std::size_t slot) noexcept {
    std::size_t const at = slot % per_band * detail::sum_block;
    std::size_t const n = width - at < detail::sum_block ? width - at : detail::sum_block;
    return static_cast<double>(slot / per_band * width + at + n / 2);
  };
  for (std::size_t b = 0; b < params_.bands; ++b) {
    double band = b + 1 == params_.bands ? end_power : 0.0;
    for (std::size_t slot = b * per_band; slot < (b + 1) * per_band; ++slot) {
      auto const& s = sums_[slot];
      a += s.amplitude;
      ka += s.a1 + middle(slot) * s.amplitude;
      power += s.power;
      plogp += s.power_log * math::ln_2;
      band += s.power;
    }
    values_[first_band + b] = 0.5 * band;
  }
  double const c = detail::quotient(ka, a), e = static_cast<double>(h) - c;
  double v2 = e * e * end, v4 = e * e * e * e * end;
  for (std::size_t slot = 0; slot < sums_.size(); ++slot) {
    auto const& s = sums_[slot];
    double const d = middle(slot) - c;
    v2 += s.a2 + 2 * d * s.a1 + d * d * s.amplitude;
    v4 += s.a4 + 4 * d * s.a3 + 6 * d * d * s.a2 + 4 * d * d * d * s.a1 + d * d * d * d * s.amplitude;
  }
  v2 = detail::quotient(v2, a);
  v4 = detail::quotient(v4, a);
  values_[centroid] = c * step_;
  values_[spread] = math::sqrt(v2) * step_;
  values_[spectral_kurtosis] = detail::quotient(v4, v2 * v2);
  values_[entropy] =
      power > 0 ? (math::log(power) - plogp / power) / math::log(static_cast<double>(h + 1)) : math::not_a_number;
  values_[roll_off] =
      power > 0 ? static_cast<double>(roll_off_line(params_.roll_off * power)) * step_ : math::not_a_number;
}

// The first line whose cumulated power reaches the target: band by band, then line by line.
template <dsp::fft_backend<float> Fft>
std::size_t window_vector<Fft>::roll_off_line(double target) const noexcept {
  double sum = 0;
  std::size_t k = 0;
  for (std::size_t b = 0; b < params_.bands; ++b, k += band_width()) {
    double band = 0;
    for (std::size_t i = 0; i < chunks(); ++i) band += sums_[b * chunks() + i].power;
    if (sum + band >= target) break;
    sum += band;
  }
  for (; k < half(); ++k) {
    double const a = static_cast<double>(amplitude_[k]);
    sum += a * a;
    if (sum >= target) break;
  }
  return k;
}

template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::square(std::size_t from, std::size_t to) noexcept {
  float const half_scale = 2.0f / static_cast<float>(params_.length);
  detail::squared_magnitudes(reinterpret_cast<float const*>(analytic_.data() + from), to - from,
                             half_scale * half_scale, squared_.data() + from);
}

template <dsp::fft_backend<float> Fft>
void window_vector<Fft>::envelope_columns() noexcept {
  detail::magnitudes(reinterpret_cast<float const*>(envelope_bins_.data()), envelope_.size(),
                     2.0f / static_cast<float>(plan_.points), envelope_.data());
  envelope_[0] = 0;  // the mean is taken out
  std::size_t column = first_band + params_.bands;
  for (std::size_t f = 0; f < line_count(); ++f) {
    for (std::size_t m = 1; m <= params_.harmonics; ++m, ++column) {
      auto const at = static_cast<std::size_t>(params_.lines[f].value * static_cast<double>(m) / step_ + 0.5);
      std::size_t const first = at > params_.reach ? at - params_.reach : 1;
      float most = 0;
      for (std::size_t k = first; k <= at + params_.reach && k < envelope_.size(); ++k) {
        most = envelope_[k] > most ? envelope_[k] : most;
      }
      values_[column] = first < envelope_.size() ? static_cast<double>(most) : math::not_a_number;
    }
  }
}

template <dsp::fft_backend<float> Fft>
feature_info window_vector<Fft>::column(std::size_t i) const noexcept {
  constexpr std::array<std::string_view, first_band> names{"mean",
                                                           "std",
                                                           "rms",
                                                           "peak",
                                                           "peak_to_peak",
                                                           "crest_factor",
                                                           "skewness",
                                                           "kurtosis",
                                                           "shape_factor",
                                                           "impulse_factor",
                                                           "clearance_factor",
                                                           "spectral_centroid",
                                                           "spectral_spread",
                                                           "spectral_kurtosis",
                                                           "spectral_entropy",
                                                           "spectral_rolloff"};
  constexpr std::string_view source = "pdm/features/window_vector.hpp";
  if (i < first_band) {
    bool const in_hertz = i == centroid || i == spread || i == roll_off;
    bool const of_signal = i <= peak_to_peak;
    return {names[i], in_hertz ? unit::hertz : of_signal ? unit::unknown : unit::none, names[i], source};
  }
  if (i < first_band + params_.bands) return {"band_power", unit::unknown, "sum of A^2 / 2 over the band", source};
  return {"envelope_line", unit::unknown, "largest squared-envelope line near the frequency", source};
}

static_assert(stage_of<window_vector<>, stream_spec, block<float>> && stepwise_stage<window_vector<>, float>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
