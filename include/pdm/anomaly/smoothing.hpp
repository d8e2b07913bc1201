// smoothing -- exponentially weighted means over time, of one value or of a whole row.
//
// What      S = sum e^(-(t - t_i)/tau) x_i, W = sum e^(-(t - t_i)/tau), value S / W: the bias of the start is gone, and
//           rows that come irregularly weigh what their age says. At even steps it is the EWMA with
//           alpha = 1 - e^(-step/tau); tau_of() turns one into the other.
// NB        Not a filter of the waveform. It delays a step by about tau: an alarm behind it comes later.
//           Absent values, values that are not finite and times that go back leave the mean as it was.
// Absent    A column is absent in what comes out while it has never been seen, or was last seen more than 9 tau ago.
// Source    S. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1 (1959) 239-250.
// Cost      O(columns) per row with one exp; 4 doubles a column.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/row.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// Time constant at which an even step has the weight alpha; 0 for alpha = 1 (no smoothing).
[[nodiscard]] inline seconds tau_of(double alpha, seconds step) noexcept {
  return alpha < 1 && alpha > 0 ? seconds{-step.value / math::log(1 - alpha)} : seconds{0};
}

// One weighted mean.
class ewma {
 public:
  // `decay` = e^(-elapsed/tau) since the last update, in [0, 1].
  void update(double x, double decay) noexcept {
    sum_ = sum_ * decay + x;
    weight_ = weight_ * decay + 1;
  }
  void age(double decay) noexcept {
    sum_ *= decay;
    weight_ *= decay;
  }
  [[nodiscard]] bool ready() const noexcept { return weight_ > 1e-4; }
  [[nodiscard]] double value() const noexcept { return weight_ > 0 ? sum_ / weight_ : 0; }
  void put(archive_writer& w) const noexcept { w.put(sum_).put(weight_); }
  void get(archive_reader& r) noexcept {
    r.get(sum_).get(weight_);
    if (!math::is_finite(sum_) || !(weight_ >= 0 && math::is_finite(weight_))) {
      r.fail();
      *this = {};
    }
  }

 private:
  double sum_ = 0, weight_ = 0;
};

class row_smoother {
 public:
  struct params {
    seconds tau{60};  // 0: the row comes out as it went in
  };

  row_smoother() = default;
  explicit row_smoother(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return arena::bytes<ewma>(columns) + arena::bytes<double>(columns);
  }

  // The smoothed row: same time, sequence, quality and operating state; values live until the next update.
  // A row of bad quality changes nothing and comes back with the means as they were.
  [[nodiscard]] row update(row const& r) noexcept;
  void reset() noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(std::uint32_t) + sizeof(nanoseconds) + 2 * sizeof(double) * means_.size();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'E', 'W', 'M', 'A'};
  [[nodiscard]] double decay_since_last(nanoseconds now) const noexcept;

  params params_{};
  std::span<ewma> means_;
  std::span<double> out_;
  nanoseconds last_ = no_time;
};

inline status row_smoother::prepare(std::size_t columns, arena& memory) noexcept {
  if (columns > row::max_columns || !(params_.tau.value >= 0)) {
    return error{errc::invalid_argument, "row_smoother", "give at most 256 columns and tau >= 0"};
  }
  auto means = memory.take<ewma>(columns);
  if (!means) return means.error();
  auto out = memory.take<double>(columns);
  if (!out) return out.error();
  means_ = *means;
  out_ = *out;
  reset();
  return {};
}

inline void row_smoother::reset() noexcept {
  std::ranges::fill(means_, ewma{});
  last_ = no_time;
}

inline double row_smoother::decay_since_last(nanoseconds now) const noexcept {
  if (last_ == no_time || params_.tau.value == 0) return 0;
  return math::exp(-to_seconds(now - last_) / params_.tau.value);
}

inline row row_smoother::update(row const& r) noexcept {
  if (!PDM_EXPECTS(r.size() == means_.size())) return r;
  bool const forward = last_ == no_time || r.source_time >= last_;
  if (forward && !r.quality.is_bad()) {
    double const decay = decay_since_last(r.source_time);
    for (std::size_t i = 0; i < means_.size(); ++i) {
      if (r.has(i) && math::is_finite(r.values[i])) {
        means_[i].update(r.values[i], decay);
      } else if (params_.tau.value > 0) {
        means_[i].age(decay);
      } else {
        means_[i] = {};
      }
    }
    last_ = r.source_time;
  }
  row smooth{out_, {}, r.source_time, r.sequence, r.quality, r.operating};
  for (std::size_t i = 0; i < means_.size(); ++i) {
    out_[i] = means_[i].value();
    smooth.present[i] = means_[i].ready();
  }
  return smooth;
}

inline result<std::size_t> row_smoother::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(means_.size())).put(last_);
  for (ewma const& m : means_) m.put(w);
  return w.finish();
}

inline status row_smoother::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint32_t>() != means_.size()) {
    return error{errc::shape_mismatch, "row_smoother", "the archive has another number of columns"};
  }
  reset();
  opened->get(last_);
  for (ewma& m : means_) m.get(*opened);
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
