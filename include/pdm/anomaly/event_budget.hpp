// event_budget -- from a budget of false alarm events to a threshold, and what keeps the budget afterwards.
//
// What      score_tail: the tail of the learning scores. Peaks over the 90 % quantile u are declustered (a new one
// begins
//           `gap` rows after the last), their excesses in ln(score) are exponential (a Pareto law of the score) with a
//           mean that a prior holds while the peaks are few; the level that is exceeded once in a time T is the larger
//           of
//               u + e ln(peaks T / T_learned)   and   max + e ln(T / T_learned)   in ln(score),
//           plus what a short record has not shown: unseen m / (m + peaks) with m prior peaks.
//           event_allowance: a bucket of tokens. It fills with the budget, an event takes one; an event that finds it
//           empty raises the threshold by a step, which fades with the budget. So, whatever the data do, in a time T
//           there are at most  free + budget T + largest / step  events before the threshold stands at its highest.
// Kept      A record of T rows supports one event in T, not fewer: kept() says which budget holds now, and after how
// long
//           the wanted one does.
// NB        A raised threshold is bounded (`largest`): it cannot hide a fault for good. A standing alarm is one event.
// Source    S. Coles, "An Introduction to Statistical Modeling of Extreme Values" (2001), ch. 4 (peaks over threshold,
//           declustering, return levels); B. Hill, Annals of Statistics 3 (1975) 1163-1174; keeping a long-run rate by
//           moving a threshold: I. Gibbs, E. Candes, "Adaptive conformal inference under distribution shift", NeurIPS
//           2021.
// Cost      A fit sorts the scores once; afterwards O(1), a p-value O(log knots).
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/conformal.hpp"
#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

inline constexpr double seconds_a_month = 30 * 86400.0;

class score_tail {
 public:
  struct params {
    double quantile = 0.9;
    double unseen = 0.9;                   // ln by which what is usual exceeds what was seen, before any peak
    double prior = 0.1, prior_peaks = 10;  // mean excess in ln(score), and how many peaks it is worth
  };

  score_tail() = default;
  explicit score_tail(params const& settings) noexcept : params_(settings) {}

  // ln(score) of the learning part in the order of time; `scratch` as long. `gap` in rows.
  void fit(std::span<double const> logs, std::size_t gap, std::span<double> scratch) noexcept;
  // ln of the score that is exceeded once in `times` the time that was learned.
  [[nodiscard]] double level(double times) const noexcept {
    double const seen =
        std::max(start_ + excess_ * math::log(std::max(1.0, peaks_ * times)), largest_ + excess_ * math::log(times));
    return seen + params_.unseen * params_.prior_peaks / (params_.prior_peaks + peaks_);
  }
  // Of one row: conformal below u, along the fitted tail above it.
  [[nodiscard]] double p_value(double log_score) const noexcept;
  [[nodiscard]] double peaks() const noexcept { return peaks_; }
  [[nodiscard]] double mean_excess() const noexcept { return excess_; }

  void put(archive_writer& w) const noexcept {
    w.put(start_).put(excess_).put(peaks_).put(largest_).put(static_cast<std::uint32_t>(kept_));
    for (double v : std::span(knots_).first(kept_)) w.put(v);
  }
  void get(archive_reader& r) noexcept;
  static constexpr std::size_t saved_bytes = 4 * sizeof(double) + sizeof(std::uint32_t) + 512 * sizeof(double);

 private:
  params params_{};
  double start_ = 0, excess_ = 0.2, peaks_ = 1, largest_ = 0;
  std::array<double, 512> knots_{};  // order statistics, evenly spaced
  std::size_t kept_ = 0;
};

inline void score_tail::fit(std::span<double const> logs, std::size_t gap, std::span<double> scratch) noexcept {
  std::size_t const n = logs.size();
  std::ranges::copy(logs, scratch.begin());
  std::sort(scratch.begin(), scratch.begin() + static_cast<std::ptrdiff_t>(n));
  kept_ = std::min(n, knots_.size());
  for (std::size_t i = 0; i < kept_; ++i) knots_[i] = scratch[(2 * i + 1) * n / (2 * kept_)];
  start_ = scratch[static_cast<std::size_t>(params_.quantile * static_cast<double>(n - 1))];
  largest_ = scratch[n - 1];
  double sum = params_.prior * params_.prior_peaks, count = params_.prior_peaks, peak = 0;
  std::size_t last = 0;
  bool open = false;
  for (std::size_t i = 0; i < n; ++i) {
    if (open && i - last > gap) {
      sum += peak - start_;
      ++count;
      open = false;
    }
    if (!(logs[i] > start_)) continue;
    peak = open ? std::max(peak, logs[i]) : logs[i];
    open = true;
    last = i;
  }
  if (open) {
    sum += peak - start_;
    ++count;
  }
  peaks_ = std::max(1.0, count - params_.prior_peaks);
  excess_ = sum / count;
}

inline double score_tail::p_value(double log_score) const noexcept {
  double const body = conformal_p(std::span<double const>(knots_).first(kept_), std::min(log_score, start_));
  return log_score > start_ ? body * math::exp(-(log_score - start_) / excess_) : body;
}

inline void score_tail::get(archive_reader& r) noexcept {
  r.get(start_).get(excess_).get(peaks_).get(largest_);
  kept_ = std::min<std::size_t>(r.get<std::uint32_t>(), knots_.size());
  bool sound = math::is_finite(start_) && excess_ > 0 && peaks_ >= 1 && math::is_finite(largest_);
  for (double& v : std::span(knots_).first(kept_)) {
    r.get(v);
    sound = sound && math::is_finite(v);
  }
  if (!sound) r.fail();
}

class event_allowance {
 public:
  struct params {
    double budget = 1;                 // events a month of this asset
    double free = 4;                   // tokens at the start, and at most
    double step = 0.2, largest = 1.4;  // of ln(threshold)
    seconds apart{3600};               // alarms closer than this are one event
  };

  event_allowance() = default;
  explicit event_allowance(params const& settings) noexcept : params_(settings), tokens_(settings.free) {}

  // Time that learning covers, once it is known.
  void begin(seconds learned) noexcept { record_ = learned.value; }
  // After every row: time since the last one, and whether the alarm stands. true: an event began.
  bool update(seconds elapsed, bool alarm) noexcept;
  // Factor on the threshold, 1 or more.
  [[nodiscard]] double raised() const noexcept { return raised_ > 0 ? math::exp(raised_) : 1; }
  [[nodiscard]] double events() const noexcept { return events_; }
  // Events a month that the record so far supports; never below the wanted budget.
  [[nodiscard]] double kept() const noexcept {
    return std::max(params_.budget, record_ > 0 ? seconds_a_month / record_ : math::infinity);
  }
  // Time from now until the wanted budget is supported; 0: it is.
  [[nodiscard]] seconds until_wanted() const noexcept {
    return {std::max(0.0, seconds_a_month / params_.budget - record_)};
  }

  void put(archive_writer& w) const noexcept {
    w.put(tokens_).put(raised_).put(record_).put(since_alarm_).put(events_).put(alarm_);
  }
  void get(archive_reader& r) noexcept {
    r.get(tokens_).get(raised_).get(record_).get(since_alarm_).get(events_).get(alarm_);
    for (double v : {tokens_, raised_, record_, events_}) {
      if (!math::is_finite(v)) r.fail();
    }
  }
  static constexpr std::size_t saved_bytes = 5 * sizeof(double) + 1;

 private:
  params params_{};
  double tokens_ = 4, raised_ = 0, record_ = 0, since_alarm_ = 1e300, events_ = 0;
  bool alarm_ = false;
};

inline bool event_allowance::update(seconds elapsed, bool alarm) noexcept {
  double const dt = std::clamp(elapsed.value, 0.0, seconds_a_month);
  double const share = dt * kept() / seconds_a_month;  // of one event
  record_ += dt;
  double const faded = std::min(raised_, params_.step * share);  // first the threshold comes down, then tokens come in
  raised_ -= faded;
  tokens_ = std::min(params_.free, tokens_ + share - faded / params_.step);
  since_alarm_ = std::min(1e300, since_alarm_ + dt);
  bool const began = alarm && !alarm_ && since_alarm_ >= params_.apart.value;
  if (began) {
    ++events_;
    if (tokens_ >= 1) {
      --tokens_;
    } else {
      raised_ = std::min(params_.largest, raised_ + params_.step);
    }
  }
  if (alarm) since_alarm_ = 0;
  alarm_ = alarm;
  return began;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
