// peaks_over_threshold -- a threshold that a score exceeds with a wanted small probability, from the tail alone.
//
// What      t is a high quantile of the calibration scores, the excesses over it follow a generalised Pareto law, and
//           z(q) is the level exceeded with probability q. peaks_over_threshold keeps learning excesses from a stream
//           (SPOT): x > z(q) is an alarm and is not learned; t < x <= z(q) is a new excess and the tail is fitted anew;
//           z(q) changes at excesses only.
// NB        q is per score, not per hour, and holds for independent scores of one distribution: scores that overlap
//           come in clusters (take their maxima), scores that drift want a moving reference before they come here.
//           With 20 excesses z(q) is known to a factor, not to a per cent.
// Formulas  Profile likelihood in theta = gamma / sigma: every root of
//               mean(1 / (1 + theta y)) (1 + mean ln(1 + theta y)) = 1,  gamma = mean ln(1 + theta y) > -1,
//           and the exponential law; the largest -N ln sigma - (1 + 1/gamma) sum ln(1 + gamma y / sigma) wins.
//           z(q) = t + sigma/gamma ((q n / N)^-gamma - 1), for gamma = 0 t - sigma ln(q n / N).
// Source    S. Grimshaw, "Computing maximum likelihood estimates for the generalized Pareto distribution",
//           Technometrics 35 (1993) 185-191; A. Siffer et al., "Anomaly detection in streams with extreme value
//           theory", KDD 2017; golden/README.md, pot_threshold and spot_stream.
// Cost      A fit takes about 100 N logarithms, made once in calibrate() and at every new excess; another score O(1).
//           2 (max_peaks + n_init) doubles of the arena.
// Bounds    At max_peaks the oldest excess is forgotten, and its share of the counted scores with it.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/ring.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// A fitted tail. gamma > 0: heavy, 0: exponential, < 0: bounded at sigma / -gamma.
struct pareto_tail {
  double gamma = 0, sigma = 0, log_likelihood = -math::infinity;
  [[nodiscard]] bool ok() const noexcept { return sigma > 0; }

  // Excess that is exceeded with probability p, given that t is exceeded; 0 < p.
  [[nodiscard]] double excess_at(double p) const noexcept {
    double const l = math::log(p);
    return gamma == 0 ? -sigma * l : sigma / gamma * (math::exp(-gamma * l) - 1);
  }
  // Probability that an excess is above y.
  [[nodiscard]] double survival(double y) const noexcept {
    if (!(y > 0)) return 1;
    if (gamma == 0) return math::exp(-y / sigma);
    double const u = 1 + gamma * y / sigma;
    return u > 0 ? math::exp(-math::log(u) / gamma) : 0;
  }
};

namespace detail {
// Means over the excesses that the likelihood equation is made of.
struct grimshaw {
  double mean_log = 0, equation = 0;

  grimshaw(std::span<double const> y, double theta) noexcept {
    double inverse = 0;
    for (double v : y) {
      double const u = 1 + theta * v;
      inverse += 1 / u;
      mean_log += math::log1p(theta * v);
    }
    double const n = static_cast<double>(y.size());
    mean_log /= n;
    equation = inverse / n * (1 + mean_log) - 1;
  }
};

inline pareto_tail tail_at(std::span<double const> y, double theta) noexcept {
  double const n = static_cast<double>(y.size());
  double const gamma = grimshaw(y, theta).mean_log, sigma = gamma / theta;
  if (!(gamma > -1) || !(sigma > 0) || !math::is_finite(sigma)) return {};
  return {gamma, sigma, -n * math::log(sigma) - (1 + 1 / gamma) * n * gamma};
}

// The root in (low, high), where the equation has the sign `sign_low` at low.
inline double grimshaw_root(std::span<double const> y, double low, double high, bool sign_low) noexcept {
  for (int i = 0; i < 100; ++i) {
    double const middle = 0.5 * (low + high);
    if (middle <= std::min(low, high) || middle >= std::max(low, high)) break;
    ((grimshaw(y, middle).equation > 0) == sign_low ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

// Follows theta = at(0), at(1), ... and takes every root between two of them.
template <class At>
void grimshaw_scan(std::span<double const> y, int steps, At at, pareto_tail& best) noexcept {
  double before = at(0);
  bool sign = grimshaw(y, before).equation > 0;
  for (int i = 1; i < steps; ++i) {
    double const theta = at(i);
    bool const now = grimshaw(y, theta).equation > 0;
    if (now != sign) {
      auto const found = tail_at(y, grimshaw_root(y, before, theta, sign));
      if (found.ok() && found.log_likelihood > best.log_likelihood) best = found;
    }
    before = theta;
    sign = now;
  }
}
}  // namespace detail

// Maximum likelihood; not ok() without an excess or with one that is not positive and finite.
[[nodiscard]] inline pareto_tail fit_pareto_tail(std::span<double const> excesses) noexcept {
  double sum = 0, least = math::infinity, greatest = 0;
  for (double y : excesses) {
    if (!(y > 0) || !math::is_finite(y)) return {};
    sum += y;
    least = std::min(least, y);
    greatest = std::max(greatest, y);
  }
  if (excesses.empty() || !math::is_finite(sum)) return {};
  double const n = static_cast<double>(excesses.size()), mean = sum / n;
  pareto_tail best{0, mean, -n * (math::log(mean) + 1)};
  if (least == greatest) return best;  // nothing to tell a shape from
  // theta greatest = -(1 - s) with s from 1e-9 to 1 - 1e-6, then 1e-6 upwards; Grimshaw's upper bound ends it.
  constexpr int below = 32, above = 48;
  auto const negative = [&](int i) noexcept {
    double const x = -9 + 0.3 * std::min(i, 28);  // to 10^-0.6, then in halves towards 0
    double const share = i <= 28 ? 1 - math::exp(x * 2.302585092994046) : 0;
    return -(i <= 28 ? share : math::exp(-0.28 - 4.5 * (i - 28))) / greatest;
  };
  detail::grimshaw_scan(excesses, below, negative, best);
  double const bound = std::min(2 * (mean - least) / least * (greatest / least), 1e12);
  double const ratio = math::log(std::max(bound, 1e-5) / 1e-6) / (above - 1);
  auto const positive = [&](int i) noexcept { return 1e-6 * math::exp(ratio * i) / greatest; };
  detail::grimshaw_scan(excesses, above, positive, best);
  return best;
}

class peaks_over_threshold {
 public:
  struct params {
    std::size_t n_init = 1000;     // most scores of a calibration
    double level = 0.98;           // quantile that t is taken at
    double q = 1e-4;               // wanted probability of an alarm, per score
    std::size_t max_peaks = 1000;  // excesses that are kept
  };

  peaks_over_threshold() = default;
  explicit peaks_over_threshold(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept {
    return 2 * arena::bytes<double>(params_.max_peaks) + arena::bytes<double>(params_.n_init);
  }

  // Calibrates on scores of usual rows. not_ready when none is above t.
  [[nodiscard]] status calibrate(std::span<double const> scores) noexcept;
  // One more score: true for an alarm, of which nothing is learned. Scores that are not finite change nothing.
  bool learn_one(double score) noexcept;
  [[nodiscard]] bool alarms(double score) const noexcept { return ready() && score > threshold_; }
  void reset() noexcept;

  [[nodiscard]] bool ready() const noexcept { return tail_.ok(); }
  [[nodiscard]] double threshold() const noexcept { return threshold_; }  // z(q); infinity before calibrate()
  [[nodiscard]] double threshold(double q) const noexcept;
  [[nodiscard]] double base() const noexcept { return base_; }  // t
  // Estimated probability that a usual score is above s, for s >= t; 1 before calibrate().
  [[nodiscard]] double survival(double s) const noexcept;
  [[nodiscard]] pareto_tail const& tail() const noexcept { return tail_; }
  [[nodiscard]] std::size_t peaks() const noexcept { return peaks_.size(); }
  [[nodiscard]] double count() const noexcept { return count_; }  // scores that the peaks stand for

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(std::uint32_t) + (3 + params_.max_peaks) * sizeof(double);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'P', 'E', 'A', 'K'};
  void add_peak(double excess) noexcept;
  void fit() noexcept;

  params params_{};
  ring_view<double> peaks_;
  std::span<double> fitting_, sorting_;
  double base_ = 0, count_ = 0, threshold_ = math::infinity;
  pareto_tail tail_;
};

inline status peaks_over_threshold::prepare(arena& memory) noexcept {
  bool const sane = params_.n_init > 0 && params_.max_peaks > 0 && params_.level > 0 && params_.level < 1 &&
                    params_.q > 0 && params_.q < 1;
  if (!sane) return error{errc::invalid_argument, "peaks_over_threshold", "give 0 < level, q < 1 and room for peaks"};
  auto kept = memory.take<double>(params_.max_peaks);
  if (!kept) return kept.error();
  auto fitting = memory.take<double>(params_.max_peaks);
  if (!fitting) return fitting.error();
  auto sorting = memory.take<double>(params_.n_init);
  if (!sorting) return sorting.error();
  peaks_ = ring_view<double>(*kept);
  fitting_ = *fitting;
  sorting_ = *sorting;
  reset();
  return {};
}

inline void peaks_over_threshold::reset() noexcept {
  peaks_.clear();
  base_ = count_ = 0;
  threshold_ = math::infinity;
  tail_ = {};
}

inline status peaks_over_threshold::calibrate(std::span<double const> scores) noexcept {
  if (scores.empty() || scores.size() > sorting_.size()) {
    return error{errc::invalid_argument, "peaks_over_threshold", "give 1 to n_init scores"};
  }
  reset();
  for (double s : scores) {
    if (!math::is_finite(s)) return error{errc::invalid_argument, "peaks_over_threshold", "a score is not finite"};
  }
  auto const sorted = sorting_.first(scores.size());
  std::copy(scores.begin(), scores.end(), sorted.begin());
  std::sort(sorted.begin(), sorted.end());
  double const n = static_cast<double>(scores.size());
  base_ = sorted[std::min(static_cast<std::size_t>(params_.level * n), scores.size() - 1)];
  count_ = n;
  for (double s : scores) {
    if (s > base_) add_peak(s - base_);
  }
  fit();
  if (ready()) return {};
  return error{errc::not_ready, "peaks_over_threshold", "no score lies above the level; calibrate on more scores"};
}

inline void peaks_over_threshold::add_peak(double excess) noexcept {
  if (peaks_.full()) count_ *= 1 - 1 / static_cast<double>(peaks_.size());
  peaks_.push(excess);
}

inline void peaks_over_threshold::fit() noexcept {
  for (std::size_t i = 0; i < peaks_.size(); ++i) fitting_[i] = peaks_[i];
  tail_ = fit_pareto_tail(fitting_.first(peaks_.size()));
  threshold_ = threshold(params_.q);
}

inline double peaks_over_threshold::threshold(double q) const noexcept {
  if (!ready() || !(q > 0)) return math::infinity;
  return base_ + tail_.excess_at(q * count_ / static_cast<double>(peaks_.size()));
}

inline double peaks_over_threshold::survival(double s) const noexcept {
  if (!ready() || !(s >= base_)) return 1;
  return static_cast<double>(peaks_.size()) / count_ * tail_.survival(s - base_);
}

inline bool peaks_over_threshold::learn_one(double score) noexcept {
  if (!ready() || !math::is_finite(score)) return false;
  if (score > threshold_) return true;
  count_ += 1;
  if (score > base_) {
    add_peak(score - base_);
    fit();
  }
  return false;
}

inline result<std::size_t> peaks_over_threshold::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(base_).put(count_).put(threshold_).put(static_cast<std::uint32_t>(peaks_.size()));
  for (std::size_t i = 0; i < peaks_.size(); ++i) w.put(peaks_[i]);
  return w.finish();
}

inline status peaks_over_threshold::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  double threshold = 0;
  opened->get(base_).get(count_).get(threshold);
  auto const n = opened->get<std::uint32_t>();
  if (n > peaks_.capacity()) {
    reset();
    return error{errc::shape_mismatch, "peaks_over_threshold", "the archive holds more peaks than max_peaks"};
  }
  for (std::uint32_t i = 0; i < n; ++i) peaks_.push(opened->get<double>());
  if (!math::is_finite(base_) || !(count_ >= n)) opened->fail();
  fit();
  threshold_ = threshold;  // made at the last excess, with the count of then
  if (ready() ? !math::is_finite(threshold) : n > 0) opened->fail();
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
