// seasonal_baseline -- what a process value usually is at this time of the day, and how far it is from that.
//
// What      The period is cut into bins; each learns three running quantiles (low, median, high) of the values that
//           fell into it. Between the centres of the bins they are interpolated, around the end of the period as well.
//           deviation() is 0 at the median, 1 at the high and -1 at the low quantile.
// NB        It compares with the same time of earlier days, not with the last hour: a day that is warmer as a whole
//           deviates all day. Weeks with quiet Sundays want a period of a week. It follows nothing: its memory is the
//           whole past, so learn only rows that are usual (learning_policy.hpp) and reset it after a change of season.
// Formula   deviation = (x - m) / (h - m) above the median, (x - m) / (m - l) below it; a half-width counts as at least
//           `least_width`.
// Source    R. Koenker, Quantile Regression (2005), for quantiles in place of mean and deviation; p2_quantile.hpp.
// Units     Time in seconds; the period begins at time 0 of its clock. Cost O(1) a value; 3 x 13 numbers a bin.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/p2_quantile.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class seasonal_baseline {
 public:
  struct params {
    seconds period{86400};
    std::size_t bins = 24;
    double low = 0.05, high = 0.95;   // quantiles
    std::uint64_t least_values = 10;  // in a bin, before it has a say
    double least_width = 1e-9;        // units of the value
  };

  seasonal_baseline() = default;
  explicit seasonal_baseline(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept { return arena::bytes<bin>(params_.bins); }

  // What is not finite is ignored.
  void learn_one(double t_s, double x) noexcept;

  struct expectation {
    bool ready = false;  // false: too few values at this time of the period
    double low = 0, median = 0, high = 0;
  };
  [[nodiscard]] expectation expected(double t_s) const noexcept;
  // NaN where nothing is expected.
  [[nodiscard]] double deviation(double t_s, double x) const noexcept;
  void reset() noexcept {
    std::ranges::fill(bins_, bin{p2_quantile(params_.low), p2_quantile(0.5), p2_quantile(params_.high)});
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(std::uint32_t) +
           bins_.size() * 3 * (sizeof(std::uint64_t) + 10 * sizeof(double));
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'S', 'E', 'A', 'S'};
  struct bin {
    p2_quantile low{0.05}, median{0.5}, high{0.95};
    [[nodiscard]] expectation at(std::uint64_t least) const noexcept {
      return {median.count() >= least && median.ready(), low.value(), median.value(), high.value()};
    }
  };
  [[nodiscard]] bool usable(double t_s) const noexcept {
    double const most = 1e15 * params_.period.value;
    return t_s < most && t_s > -most && !bins_.empty();
  }
  // Place in the period, in bins.
  [[nodiscard]] double place(double t_s) const noexcept {
    double const turns = t_s / params_.period.value;
    double const rest = turns - static_cast<double>(static_cast<std::int64_t>(turns));
    return (rest < 0 ? rest + 1 : rest) * static_cast<double>(bins_.size());
  }
  [[nodiscard]] std::size_t bin_of(double place) const noexcept {
    return std::min(static_cast<std::size_t>(place), bins_.size() - 1);
  }

  params params_{};
  std::span<bin> bins_;
};

inline status seasonal_baseline::prepare(arena& memory) noexcept {
  bool const sane = params_.bins > 0 && params_.period.value > 0 && params_.low > 0 && params_.low < 0.5 &&
                    params_.high > 0.5 && params_.high < 1 && params_.least_width > 0;
  if (!sane) return error{errc::invalid_argument, "seasonal_baseline", "give a period, bins, and low < 1/2 < high"};
  auto taken = memory.take<bin>(params_.bins);
  if (!taken) return taken.error();
  bins_ = *taken;
  reset();
  return {};
}

inline void seasonal_baseline::learn_one(double t_s, double x) noexcept {
  if (!usable(t_s) || !math::is_finite(x)) return;
  bin& b = bins_[bin_of(place(t_s))];
  for (auto* q : {&b.low, &b.median, &b.high}) q->learn_one(x);
}

inline seasonal_baseline::expectation seasonal_baseline::expected(double t_s) const noexcept {
  if (!usable(t_s)) return {};
  double const at = place(t_s);
  std::size_t const here = bin_of(at);
  double const off = at - static_cast<double>(here) - 0.5;  // from the centre of the bin
  std::size_t const beside = (here + (off < 0 ? bins_.size() - 1 : 1)) % bins_.size();
  auto const a = bins_[here].at(params_.least_values), b = bins_[beside].at(params_.least_values);
  if (!a.ready || !b.ready) return a;
  double const share = off < 0 ? -off : off;
  auto const mixed = [&](double x, double y) noexcept { return x + share * (y - x); };
  return {true, mixed(a.low, b.low), mixed(a.median, b.median), mixed(a.high, b.high)};
}

inline double seasonal_baseline::deviation(double t_s, double x) const noexcept {
  auto const e = expected(t_s);
  if (!e.ready || !math::is_finite(x)) return math::not_a_number;
  double const width = x > e.median ? e.high - e.median : e.median - e.low;
  return (x - e.median) / std::max(width, params_.least_width);
}

inline result<std::size_t> seasonal_baseline::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(bins_.size()));
  for (bin const& b : bins_) {
    b.low.put(w);
    b.median.put(w);
    b.high.put(w);
  }
  return w.finish();
}

inline status seasonal_baseline::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint32_t>() != bins_.size()) {
    return error{errc::shape_mismatch, "seasonal_baseline", "the archive has another number of bins"};
  }
  for (bin& b : bins_) {
    b.low.get(*opened);
    b.median.get(*opened);
    b.high.get(*opened);
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
