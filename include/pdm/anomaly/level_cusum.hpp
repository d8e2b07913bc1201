// level_cusum -- levels that stay away: a two-sided cumulative sum for every column, with a limit that knows how long
//                the column's own excursions usually last.
//
// What      z = (x - m) / s against a baseline m, s that goes on learning slowly; z is cut at +-cut; C+ grows by z - k,
//           C- by -z - k, neither below 0. The limit of a column is h = max(least, limit tau / (1 - guard tau / n))
//           with tau the integrated autocorrelation time of its learning part in rows and n the rows learned: an
//           excursion has to last for several tau. The score is the largest C / h.
// NB        A column whose tau is above n / guard has not shown its level while learning: it has no limit and is not
//           watched here (watched() says so). The sum stops a little above the threshold, so that it ends soon after
//           the excursion does.
// Drift     The baseline moves by one clipped row in `span` / 2, at most `budget_total` of the learned deviations away
//           from where it was learned, and its deviation at most doubles: a slow fault is not swallowed beyond that.
// Source    E. Page, Biometrika 41 (1954) 100-115; for correlated values R. Johnson, M. Bagshaw, "The effect of serial
//           correlation on the performance of CUSUM tests", Technometrics 16 (1974) 103-112; tau by its sum up to the
//           first small autocorrelation, A. Sokal, "Monte Carlo methods in statistical mechanics" (1989).
// Units     Rows are standardised: m = 0 and s = 1 when learning ends. Cost O(columns) a row; 8 doubles a column.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// Integrated autocorrelation time in rows, 1 for white noise: 1 + 2 sum r(l) up to the first r(l) <= 0.05. Beyond 64
// rows the lags grow by an eighth each and the sum is a trapezoid.
[[nodiscard]] inline double autocorrelation_time(std::span<double const> rows, std::size_t columns,
                                                 std::size_t column) noexcept {
  std::size_t const n = rows.size() / columns;
  auto const at = [&](std::size_t i) noexcept { return rows[i * columns + column]; };
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i < n; ++i) mean += at(i);
  mean /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) variance += (at(i) - mean) * (at(i) - mean);
  if (!(variance > 0)) return 1;
  double tau = 1, last = 1;
  for (std::size_t lag = 1, step = 1; lag < n / 2; lag += step) {
    double sum = 0;
    for (std::size_t i = lag; i < n; ++i) sum += (at(i) - mean) * (at(i - lag) - mean);
    double const r = sum / variance;
    if (r <= 0.05) break;
    tau += step == 1 ? 2 * r : static_cast<double>(step) * (last + r) + (r - last);
    last = r;
    step = std::max<std::size_t>(1, lag / 8 * (lag >= 64 ? 1 : 0));
  }
  return tau;
}

class level_cusum {
 public:
  struct params {
    double k = 1.25;                              // deviations that are not counted
    double cut = 3;                               // deviations beyond which a row counts no more
    double limit = 4, guard = 6;                  // limit = 4 tau / (1 - 6 tau / n)
    double least = 30;                            // of a limit, deviations x rows
    double overshoot = 0.2;                       // the sum stops this share (at least 10) above the threshold
    double span = 4000;                           // rows of memory of the baseline
    double budget_total = 1;                      // deviations that the baseline may move from where it was learned
    double least_scale = 0.5, largest_scale = 2;  // of the learned deviation
  };

  level_cusum() = default;
  explicit level_cusum(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    auto taken = memory.take<column>(columns);
    if (!taken) return taken.error();
    columns_ = *taken;
    return {};
  }
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept { return arena::bytes<column>(columns); }

  void fit(std::span<double const> rows) noexcept;
  // The next row. `raised`: the threshold that stands now (1 is the limit). `learn`: the baseline may follow.
  void update(std::span<double const> z, double raised, bool learn) noexcept;

  // Larger sum over the limit; 0 where the column is not watched.
  [[nodiscard]] double part(std::size_t c) const noexcept {
    column const& k = columns_[c];
    return k.limit > 0 ? std::max(k.up, k.down) / k.limit : 0;
  }
  [[nodiscard]] double deviation(std::size_t c, double z) const noexcept {
    return (z - columns_[c].mean) / columns_[c].scale;
  }
  [[nodiscard]] std::size_t top() const noexcept {
    std::size_t best = 0;
    for (std::size_t c = 1; c < columns_.size(); ++c) best = part(c) > part(best) ? c : best;
    return best;
  }
  [[nodiscard]] bool watched(std::size_t c) const noexcept { return columns_[c].limit > 0; }
  [[nodiscard]] double limit(std::size_t c) const noexcept { return columns_[c].limit; }
  [[nodiscard]] double tau(std::size_t c) const noexcept { return columns_[c].tau; }
  // A limit that learning itself passed is no limit.
  void raise_limit(std::size_t c, double factor) noexcept { columns_[c].limit *= factor; }
  void forget_sums() noexcept {
    for (column& c : columns_) c.up = c.down = 0;
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(std::uint32_t) + sizeof(column) * columns_.size() + sizeof(double);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'L', 'V', 'C', 'S'};
  struct column {
    double mean = 0, scale = 1, variance = 1, tau = 1, limit = 0, up = 0, down = 0;
  };
  void follow(column& c, double z) noexcept;

  params params_{};
  std::span<column> columns_;
  double learned_ = 0;  // rows behind the baseline
};

inline void level_cusum::fit(std::span<double const> rows) noexcept {
  double const n = static_cast<double>(rows.size() / columns_.size());
  learned_ = n;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    column& k = columns_[c] = column{};
    k.tau = autocorrelation_time(rows, columns_.size(), c);
    double const shown = 1 - params_.guard * k.tau / n;
    k.limit = shown > 0 ? std::max(params_.least, params_.limit * k.tau / shown) : 0;
  }
}

inline void level_cusum::follow(column& c, double z) noexcept {
  double const weight = 1 / std::min(learned_ + 1, (params_.span + 1) / 2);
  double const reach = params_.cut * c.scale;
  double const r = std::clamp(z - c.mean, -reach, reach);
  c.mean = std::clamp(c.mean + weight * r, -params_.budget_total, params_.budget_total);
  c.variance += weight * (r * r - c.variance);
  c.scale = std::clamp(math::sqrt(std::max(c.variance, 0.0)), params_.least_scale, params_.largest_scale);
}

inline void level_cusum::update(std::span<double const> z, double raised, bool learn) noexcept {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    column& c = columns_[i];
    double const d = std::clamp((z[i] - c.mean) / c.scale, -params_.cut, params_.cut);
    double const top = c.limit * raised + std::max(10.0, params_.overshoot * c.limit * raised);
    c.up = std::clamp(c.up + d - params_.k, 0.0, top);
    c.down = std::clamp(c.down - d - params_.k, 0.0, top);
    if (learn) follow(c, z[i]);
  }
  learned_ += learn ? 1 : 0;
}

inline result<std::size_t> level_cusum::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(columns_.size())).put(learned_);
  for (column const& c : columns_) {
    w.put(c.mean).put(c.scale).put(c.variance).put(c.tau).put(c.limit).put(c.up).put(c.down);
  }
  return w.finish();
}

inline status level_cusum::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint32_t>() != columns_.size()) {
    return error{errc::shape_mismatch, "level_cusum", "the archive has another number of columns"};
  }
  opened->get(learned_);
  bool sound = math::is_finite(learned_) && learned_ >= 0;
  for (column& c : columns_) {
    opened->get(c.mean).get(c.scale).get(c.variance).get(c.tau).get(c.limit).get(c.up).get(c.down);
    for (double v : {c.mean, c.variance, c.tau, c.limit, c.up, c.down}) sound = sound && math::is_finite(v);
    sound = sound && c.scale > 0 && math::is_finite(c.scale);
  }
  auto const end = sound ? opened->finish() : status(errc::corrupt);
  if (!end) std::ranges::fill(columns_, column{});
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
