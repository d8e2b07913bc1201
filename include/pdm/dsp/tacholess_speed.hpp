// tacholess_speed -- shaft speed over time from the vibration itself, or none.
//
// What      Two harmonics of the shaft are each followed through the short-time spectrum, apart from one another: the
//           path of lines with the largest sum of decibels above the local floor whose steps stay small (Viterbi). Each
//           path gives a speed, the harmonic divided out. Only where both agree is there an answer: a crossing order,
//           a resonance or the carrier of a drive can pull one path away, seldom both to the same multiple.
// NB        A mains line and its double agree too, at a constant 50 or 60 Hz: whoever knows the mains says whether that
//           is the shaft. Sub-multiples agree as well where all harmonics are there (h and 2 h of half the speed):
//           keep the range below an octave, or choose harmonics that the half speed has not.
// Formula   Path: max sum_s [L_s(k_s) - penalty |k_s - k_{s-1}|], |k_s - k_{s-1}| <= reach, L = ln of the power over
//           the median of its range; parabola through L for the fraction; speed = f/h. Closure: median over segments
//           of |v_a - v_b| / v.
// Source    Two paths: S. Schmidt, P. Heyns, J. de Villiers, Mech. Syst. Signal Process. 100 (2018) 152-166. Viterbi:
//           G. Forney, Proc. IEEE 61 (1973) 268-278.
// Units     Hz; times in seconds from the first sample.
// Shape     in: n <= params.length samples; out: a speed a segment, at its middle.
// Accuracy  About a tenth of a line (rate / segment / 10 / harmonic) on clean signals: tests/dsp/tacholess_test.cpp.
// Cost      A transform a segment, 2 reach + 1 steps a line and segment and harmonic; prepare() takes 5 bytes a line
// and
//           segment, and 2 values a segment.
// Errors    prepare: invalid_argument for a range that is not 0 < low < high, harmonic high above Nyquist, equal
//           harmonics, fewer than 2 lines in a range. apply: shape_mismatch; bad_quality when the paths disagree, their
//           lines do not stand out, or a sample is not finite: error::what says which.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/stft.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct tacholess_params {
  std::size_t length = 0;  // samples, at most
  hertz rate{};
  hertz low{}, high{};  // of the shaft
  std::size_t segment = 4096, overlap = 3072;
  std::array<std::size_t, 2> harmonics{1, 2};
  std::size_t reach = 2;        // lines a path may move from one segment to the next
  double penalty = 0.5;         // for every line it moves, in ln of power
  double tolerance = 0.01;      // of the closure, relative
  double least_standing = 2.5;  // mean ln of power over the median, of either path
};

struct tacholess_result {
  std::span<double const> times, speeds;  // s, Hz; the mean of both paths, weighed by harmonic
  double closure = 0;                     // median relative difference of the paths
  std::array<double, 2> standing{};       // mean ln of power over the median, of either path
};

template <sample_type T, class Fft = default_fft<T>>
class tacholess_speed {
 public:
  using params = tacholess_params;
  tacholess_speed() = default;
  explicit tacholess_speed(params const& p) noexcept : params_(p) {
    if (!valid()) return;
    stft_ = stft<T, Fft>({p.segment, p.overlap, window_kind::hann});
    for (std::size_t h = 0; h < 2; ++h) {
      double const n = static_cast<double>(p.harmonics[h]);
      ranges_[h] = bins_between({n * p.low.value}, {n * p.high.value}, p.rate, p.segment);
    }
  }

  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] result<tacholess_result> apply(std::span<T const> x) noexcept;

 private:
  [[nodiscard]] bool valid() const noexcept;
  [[nodiscard]] std::size_t most_segments() const noexcept { return stft_.segments(params_.length); }
  [[nodiscard]] std::size_t widest() const noexcept { return std::max(ranges_[0].count, ranges_[1].count); }
  void collect(std::span<T const> x) noexcept;
  void stand_out(std::span<float> level) noexcept;
  double follow(std::size_t h, std::size_t segments) noexcept;
  [[nodiscard]] double best_step(std::size_t k, std::size_t lines, std::int8_t& step) const noexcept;
  [[nodiscard]] double fraction_at(std::span<float const> level, std::size_t k) const noexcept;

  params params_{};
  stft<T, Fft> stft_{};
  std::array<band_bins, 2> ranges_{};
  std::array<std::span<float>, 2> level_{};  // ln of power over the median, a row a segment
  std::span<std::int8_t> step_{};
  std::span<double> score_{}, next_{}, times_{}, closure_{};
  std::array<std::span<double>, 2> speed_{};
};

template <sample_type T, class Fft>
bool tacholess_speed<T, Fft>::valid() const noexcept {
  auto const& p = params_;
  double const top = static_cast<double>(std::max(p.harmonics[0], p.harmonics[1])) * p.high.value;
  return p.segment >= 8 && p.overlap < p.segment && p.length >= p.segment && p.low.value > 0 && p.high > p.low &&
         top <= p.rate.value / 2 && p.harmonics[0] >= 1 && p.harmonics[1] >= 1 && p.harmonics[0] != p.harmonics[1] &&
         p.reach >= 1 && p.reach <= 100;
}

template <sample_type T, class Fft>
std::size_t tacholess_speed<T, Fft>::footprint() const noexcept {
  std::size_t const s = most_segments();
  return stft_.footprint() + arena::bytes<float>(s * ranges_[0].count) + arena::bytes<float>(s * ranges_[1].count) +
         arena::bytes<std::int8_t>(s * widest()) + 2 * arena::bytes<double>(widest()) + 4 * arena::bytes<double>(s);
}

template <sample_type T, class Fft>
status tacholess_speed<T, Fft>::prepare(arena& memory) noexcept {
  if (!valid() || ranges_[0].count < 3 || ranges_[1].count < 3) {
    return error{errc::invalid_argument, "tacholess_speed",
                 "give 0 < low < high with three lines between, two different harmonics below Nyquist, one segment"};
  }
  if (auto s = stft_.prepare(memory); !s) return s;
  std::size_t const n = most_segments();
  auto const take = [&](std::size_t count, std::span<double>& into) noexcept {
    auto taken = memory.take<double>(count);
    if (taken) into = *taken;
    return taken.ok();
  };
  auto first = memory.take<float>(n * ranges_[0].count), second = memory.take<float>(n * ranges_[1].count);
  auto step = memory.take<std::int8_t>(n * widest());
  if (!first || !second || !step || !take(widest(), score_) || !take(widest(), next_) || !take(n, times_) ||
      !take(n, closure_) || !take(n, speed_[0]) || !take(n, speed_[1])) {
    return error{errc::out_of_memory, "tacholess_speed", "give footprint() bytes"};
  }
  level_ = {*first, *second};
  step_ = *step;
  return {};
}

// Levels of both ranges in every segment.
template <sample_type T, class Fft>
void tacholess_speed<T, Fft>::collect(std::span<T const> x) noexcept {
  stft_.each(x, [&](std::size_t s, std::span<std::complex<T> const> bins) noexcept {
    times_[s] =
        (static_cast<double>(s * stft_.hop()) + 0.5 * static_cast<double>(params_.segment)) / params_.rate.value;
    for (std::size_t h = 0; h < 2; ++h) {
      auto const row = level_[h].subspan(s * ranges_[h].count, ranges_[h].count);
      for (std::size_t k = 0; k < row.size(); ++k) {
        double const re = static_cast<double>(bins[ranges_[h].first + k].real());
        double const im = static_cast<double>(bins[ranges_[h].first + k].imag());
        row[k] = static_cast<float>(math::log(re * re + im * im + 1e-300));
      }
      stand_out(row);
    }
  });
}

template <sample_type T, class Fft>
void tacholess_speed<T, Fft>::stand_out(std::span<float> level) noexcept {
  auto const sorted = next_.first(level.size());
  for (std::size_t k = 0; k < level.size(); ++k) sorted[k] = static_cast<double>(level[k]);
  auto const middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  for (float& v : level) v -= static_cast<float>(*middle);
}

// The best predecessor of line k: its score less what moving costs.
template <sample_type T, class Fft>
double tacholess_speed<T, Fft>::best_step(std::size_t k, std::size_t lines, std::int8_t& step) const noexcept {
  auto const reach = static_cast<std::ptrdiff_t>(params_.reach), at = static_cast<std::ptrdiff_t>(k);
  double best = score_[k];
  step = 0;
  for (std::ptrdiff_t d = -reach; d <= reach; ++d) {
    if (at + d < 0 || at + d >= static_cast<std::ptrdiff_t>(lines)) continue;
    double const cost = params_.penalty * static_cast<double>(d < 0 ? -d : d);
    double const value = score_[static_cast<std::size_t>(at + d)] - cost;
    if (value > best) {
      best = value;
      step = static_cast<std::int8_t>(d);
    }
  }
  return best;
}

// Where between the lines the peak near k is.
template <sample_type T, class Fft>
double tacholess_speed<T, Fft>::fraction_at(std::span<float const> level, std::size_t k) const noexcept {
  if (k == 0 || k + 1 >= level.size()) return 0;
  double const a = static_cast<double>(level[k - 1]), b = static_cast<double>(level[k]);
  double const c = static_cast<double>(level[k + 1]), bend = a - 2 * b + c;
  double const delta = bend < 0 ? 0.5 * (a - c) / bend : 0;
  return std::clamp(delta, -0.5, 0.5);
}

// Fills the speeds of harmonic h; returns how far its path stands out.
template <sample_type T, class Fft>
double tacholess_speed<T, Fft>::follow(std::size_t h, std::size_t segments) noexcept {
  std::size_t const lines = ranges_[h].count;
  auto const row = [&](std::size_t s) noexcept { return level_[h].subspan(s * lines, lines); };
  for (std::size_t k = 0; k < lines; ++k) score_[k] = static_cast<double>(row(0)[k]);
  for (std::size_t s = 1; s < segments; ++s) {
    for (std::size_t k = 0; k < lines; ++k) {
      next_[k] = best_step(k, lines, step_[s * lines + k]) + static_cast<double>(row(s)[k]);
    }
    std::swap(score_, next_);
  }
  auto const last = std::max_element(score_.begin(), score_.begin() + static_cast<std::ptrdiff_t>(lines));
  auto k = static_cast<std::size_t>(last - score_.begin());
  double sum = 0;
  double const line_hz = params_.rate.value / static_cast<double>(params_.segment);
  for (std::size_t s = segments; s-- > 0;) {
    sum += static_cast<double>(row(s)[k]);
    double const at = static_cast<double>(ranges_[h].first + k) + fraction_at(row(s), k);
    speed_[h][s] = at * line_hz / static_cast<double>(params_.harmonics[h]);
    if (s > 0) k = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(k) + step_[s * lines + k]);
  }
  return sum / static_cast<double>(segments);
}

template <sample_type T, class Fft>
result<tacholess_result> tacholess_speed<T, Fft>::apply(std::span<T const> x) noexcept {
  std::size_t const n = stft_.segments(x.size());
  if (times_.empty() || n == 0 || x.size() > params_.length) {
    return error{errc::shape_mismatch, "tacholess_speed", "give one segment or more, and no more than prepared for"};
  }
  if (!math::is_finite(mean_of(x))) return error{errc::bad_quality, "tacholess_speed", "a sample is not finite"};
  collect(x);
  tacholess_result r;
  for (std::size_t h = 0; h < 2; ++h) r.standing[h] = follow(h, n);
  double const a = static_cast<double>(params_.harmonics[0]), b = static_cast<double>(params_.harmonics[1]);
  for (std::size_t s = 0; s < n; ++s) {
    double const first = speed_[0][s], second = speed_[1][s], mean = (a * first + b * second) / (a + b);
    double const difference = first > second ? first - second : second - first;
    closure_[s] = difference / mean;
    speed_[0][s] = mean;
  }
  auto const middle = closure_.begin() + static_cast<std::ptrdiff_t>(n / 2);
  std::nth_element(closure_.begin(), middle, closure_.begin() + static_cast<std::ptrdiff_t>(n));
  r.closure = *middle;
  r.times = times_.first(n);
  r.speeds = speed_[0].first(n);
  if (std::min(r.standing[0], r.standing[1]) < params_.least_standing) {
    return error{errc::bad_quality, "tacholess_speed",
                 "a harmonic does not stand out; give a tacho or a longer record"};
  }
  if (!(r.closure <= params_.tolerance)) {
    return error{errc::bad_quality, "tacholess_speed", "the two harmonics disagree; narrow the range or give a tacho"};
  }
  return r;
}

// Times of whole revolutions from speeds at given times: the phase is the integral of the speed, straight between them
// and constant beyond. Fills pulses from the first revolution after `from` on; returns how many.
inline std::size_t pulses_of_speed(std::span<double const> times, std::span<double const> speeds, double from,
                                   double to, std::span<double> pulses) noexcept {
  if (!PDM_EXPECTS(times.size() == speeds.size() && !times.empty())) return 0;
  std::size_t count = 0;
  double turns = 0, t = from, due = 0;  // the first pulse is at `from`
  for (std::size_t i = 0; i <= times.size(); ++i) {
    double const end = i < times.size() ? std::min(times[i], to) : to;
    if (end <= t) continue;
    double const v = i == 0 ? speeds.front() : speeds[i - 1];
    double const slope = i == 0 || i == times.size() ? 0 : (speeds[i] - speeds[i - 1]) / (times[i] - times[i - 1]);
    double const here = i == 0 ? v : v + slope * (t - times[i - 1]);
    double const gained = (end - t) * (here + 0.5 * slope * (end - t));
    for (; due <= turns + gained && count < pulses.size(); due += 1) {
      double const need = due - turns, root = math::sqrt(std::max(0.0, here * here + 2 * slope * need));
      pulses[count++] = t + (here + root > 0 ? 2 * need / (here + root) : 0);
    }
    turns += gained;
    t = end;
  }
  return count;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
