// robust_mahalanobis -- how far a row lies from what was learned, in robust standard deviations.
//
// What      Centre and scale of every column from the median and the median absolute deviation of the first rows
//           (the warm-up, held in the arena), correlation from the winsorised rows, shrunk towards independence, so
//           that half a dozen rows are enough. After the warm-up learning may go on with bounded steps.
//           Score: D = sqrt(u' R^-1 u), u the standardised deviation (z) after the dead zone; plain distance, not
//           divided by the number of columns. Contributions u_i (R^-1 u)_i / D, signed, adding up to D.
// NB        A plain Mahalanobis distance on a few dozen rows is a false-alarm machine; the prior for scale, the
//           shrinkage and the dead zone are what makes it usable. D is not a severity and not a p-value.
//           With shrinkage 1 it is the root of the sum of squared robust z: nothing else is left.
// Formulas  s^2 = (n (1.4826 MAD)^2 + n0 s0^2) / (n + n0), n0 = prior_rows, s0 = prior_scale;
//           R = (1 - a) Z'Z/n + a I, Z = clip(z, +-clip), a = max(shrinkage, shrinkage_rows/(n + shrinkage_rows)).
//           On-line: psi = clip(z), g = w / (n + w): c += g s psi; s^2 *= 1 + g (psi^2 / k - 1), k = E[psi^2] of a
//           standard normal; C = (1 - g) C + g psi psi',
//           its diagonal kept at or below 1.
// Absent    D over the present columns (marginal R), times sqrt(learned columns / present ones). In C an absent
//           column counts as independent with unit variance, so that C stays positive semi-definite.
// Drift     Learning on may move a centre by at most drift_limit scales from where the warm-up (or re_anchor(), which
//           is for a person who agrees) left it, and a scale by a factor of 2: a slow fault cannot become normal.
// Source    P. Huber, E. Ronchetti, Robust Statistics, 2nd ed. (2009), ch. 5-8; O. Ledoit, M. Wolf, J. Multivar.
//           Anal. 88 (2004) 365-411 for shrinkage; P. Rousseeuw, C. Croux, JASA 88 (1993) for the scale.
// Cost      score_one: O(p^2), O(p^3/6) after learning or with other columns absent, unless settle_some() has had the
//           time to do that; learn_one: O(p^2).
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/quantile.hpp"
#include "pdm/anomaly/shrunk_correlation.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

enum class side : unsigned char { both = 0, upper, lower };  // which deviations count

class robust_mahalanobis {
 public:
  static constexpr std::size_t max_columns = shrunk_correlation::max_columns;
  static constexpr std::size_t least_rows = 3;  // of a warm-up

  struct params {
    std::size_t warm_up = 60;          // rows of the warm-up; settle() ends it with fewer
    double shrinkage = 0;              // least share of independence in R, 0 to 1
    double shrinkage_rows = 20;        // rows that the prior belief in independence is worth
    double prior_rows = 0;             // rows that the prior scale is worth; 0: none
    double prior_scale = 1;            // of every column, unless set_prior_scale() says otherwise
    double clip = 3;                   // of z in everything that is learned
    double dead_zone = 0;              // deviations up to this many scales do not count
    anomaly::side side = side::both;   // which deviations count
    double relative_floor = 1e-3;      // least scale of a column that did not vary, as a share of |centre|
    double absolute_floor = 1e-9;      // least scale
    double memory_rows = 0;            // forgetting: weight of the past in rows; 0: nothing is forgotten
    double drift_limit = 1;            // scales; math::infinity: no limit
    bool any_operating_state = false;  // judge and learn outside `steady` too
    bool settle_in_steps = false;      // the last row of the warm-up leaves the end of it to settle_some(), and the
                                       // rows are held a second time, sorted by column
  };

  robust_mahalanobis() = default;
  explicit robust_mahalanobis(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept;
  // Scale of each column before anything was seen; positive. Called between prepare() and the first row.
  [[nodiscard]] status set_prior_scale(std::span<double const> scales) noexcept;

  [[nodiscard]] score score_one(row const& r) const noexcept;
  // false: not ready, no evidence, or `parts` has another size. Parts of absent columns are 0.
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  // In the warm-up every positive weight counts as one row.
  void learn_one(row const& r, double weight = 1) noexcept;

  // Ends the warm-up with the rows there are; not_ready with fewer than least_rows.
  [[nodiscard]] status settle() noexcept;
  // Where settle_in_steps holds and the warm-up is full: goes on ending it, a column's median and deviation, a row's
  // share of the correlation or a row of its factor at a time, with the same bits. Returns the units done
  // (features/stepwise.hpp), `budget` and less than one of these more; settle_work() is the most there are. learn_one()
  // ends it first when it is called meanwhile: who learns no more once ready() asks settling() as well.
  // Later on it does what learning has left over for the next score: the factor.
  std::size_t settle_some(std::size_t budget) noexcept;
  [[nodiscard]] bool settling() const noexcept { return !trained_ && held_ == params_.warm_up && held_ > 0; }
  [[nodiscard]] std::size_t settle_work(std::size_t columns) const noexcept {
    return columns * column_units(params_.warm_up) + params_.warm_up * row_units(columns) + factor_work(columns);
  }
  [[nodiscard]] static std::size_t factor_work(std::size_t columns) noexcept {
    std::size_t units = 0;
    for (std::size_t i = 1; i <= columns; ++i) units += factor_units(i);
    return units;
  }
  // A person agrees that what was learned since is normal: drift is counted from here.
  void re_anchor() noexcept;
  void reset() noexcept;

  [[nodiscard]] bool ready() const noexcept { return trained_; }
  [[nodiscard]] std::size_t columns() const noexcept { return columns_; }
  // Rows in the warm-up so far, later the weight of the past.
  [[nodiscard]] double rows() const noexcept { return trained_ ? past_ : static_cast<double>(held_); }
  [[nodiscard]] std::span<double const> centre() const noexcept { return centre_; }
  [[nodiscard]] std::span<double const> scale() const noexcept { return scale_; }
  // Learned in the warm-up; a column that was absent then stays out until reset().
  [[nodiscard]] bool knows(std::size_t column) const noexcept { return column < columns_ && holds(known_, column); }

  // A bound for any state; save() says how many bytes it took.
  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  using mask = column_mask;
  static constexpr archive_kind kind{'R', 'M', 'A', 'H'};
  static constexpr double largest_value = 1e100, largest_z = 1e9, scale_range = 2, rounding = 1e-12;

  [[nodiscard]] mask usable(row const& r) const noexcept;
  [[nodiscard]] abstention refuses(row const& r) const noexcept;
  [[nodiscard]] double standardised(row const& r, std::size_t i) const noexcept;
  [[nodiscard]] double counted(double z) const noexcept;
  [[nodiscard]] double floor_of(double centre, double share) const noexcept;
  [[nodiscard]] double independence() const noexcept;
  [[nodiscard]] double per_present(mask present) const noexcept;
  void count_deviations(row const& r, mask present) const noexcept;  // into deviation_
  void hold(row const& r, mask present) noexcept;
  [[nodiscard]] static std::size_t column_units(std::size_t rows) noexcept { return 8 * rows; }
  [[nodiscard]] static std::size_t row_units(std::size_t columns) noexcept { return columns * (columns + 5); }
  // The row of the factor that makes it `rows` long.
  [[nodiscard]] static std::size_t factor_units(std::size_t rows) noexcept { return rows * (rows + 7); }
  std::size_t factor_some(std::size_t budget) noexcept;
  [[nodiscard]] std::span<double> sorted_column(std::size_t column) const noexcept {
    return sorted_.subspan(column * params_.warm_up, held_);
  }
  void insert_sorted(std::size_t column, double value) noexcept;
  void sort_held() noexcept;
  void settle_column(std::size_t column) noexcept;
  void correlate(std::size_t held_row) noexcept;
  void end_warm_up() noexcept;
  void update(row const& r, mask present, double weight) noexcept;
  void follow(std::size_t column, double psi, double gain, double scale_gain) noexcept;

  params params_{};
  std::size_t columns_ = 0, held_ = 0,
              settled_ = 0;  // settled_: columns, then rows, that settle_some() is through with
  bool trained_ = false;
  mask known_ = 0;
  double past_ = 0, expected_square_ = 1;
  std::span<double> centre_, scale_, anchor_centre_, anchor_scale_, prior_scale_;
  shrunk_correlation correlation_;
  std::span<double> held_rows_, sorted_;  // sorted_: room for a column, or where settle_in_steps holds for all of them
  std::span<mask> held_present_;
  std::span<double> deviation_;  // scratch, also of const members
};

inline std::size_t robust_mahalanobis::footprint(std::size_t columns) const noexcept {
  return 6 * arena::bytes<double>(columns) + shrunk_correlation::footprint(columns) +
         arena::bytes<double>(params_.warm_up * columns) +
         arena::bytes<double>(params_.warm_up * (params_.settle_in_steps ? columns : 1)) +
         arena::bytes<mask>(params_.warm_up);
}

inline status robust_mahalanobis::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.warm_up >= least_rows && params_.shrinkage >= 0 && params_.shrinkage <= 1 &&
                    params_.shrinkage_rows >= 0 && params_.prior_rows >= 0 && params_.prior_scale > 0 &&
                    params_.clip > 0 && params_.dead_zone >= 0 && params_.relative_floor >= 0 &&
                    params_.absolute_floor > 0 && params_.memory_rows >= 0 && params_.drift_limit >= 0;
  if (!sane) return error{errc::invalid_argument, "robust_mahalanobis", "a parameter is outside its range"};
  if (columns == 0 || columns > max_columns) {
    return error{errc::limit_exceeded, "robust_mahalanobis", "give 1 to 64 columns"};
  }
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "robust_mahalanobis",
                 "give a larger arena; footprint(columns) says how many bytes"};
  }
  for (auto* part : {&centre_, &scale_, &anchor_centre_, &anchor_scale_, &prior_scale_, &deviation_}) {
    *part = *memory.take<double>(columns);
  }
  (void)correlation_.prepare(columns, memory);
  held_rows_ = *memory.take<double>(params_.warm_up * columns);
  sorted_ = *memory.take<double>(params_.warm_up * (params_.settle_in_steps ? columns : 1));
  held_present_ = *memory.take<mask>(params_.warm_up);
  columns_ = columns;
  std::ranges::fill(prior_scale_, params_.prior_scale);
  double const k = params_.clip;
  double const tail = math::normal_cdf(-k);
  expected_square_ = (1 - 2 * tail) - 2 * k * math::normal_pdf(k) + 2 * k * k * tail;
  reset();
  return {};
}

inline status robust_mahalanobis::set_prior_scale(std::span<double const> scales) noexcept {
  bool const sane = std::ranges::all_of(scales, [](double s) { return s > 0 && s < largest_value; });
  if (scales.size() != columns_ || !sane) {
    return error{errc::invalid_argument, "robust_mahalanobis", "give one positive scale a column"};
  }
  std::ranges::copy(scales, prior_scale_.begin());
  return {};
}

inline void robust_mahalanobis::reset() noexcept {
  held_ = settled_ = 0;
  trained_ = false;
  known_ = 0;
  past_ = 0;
  for (auto part : {centre_, scale_, anchor_centre_, anchor_scale_}) std::ranges::fill(part, 0.0);
  correlation_.clear();
}

inline robust_mahalanobis::mask robust_mahalanobis::usable(row const& r) const noexcept {
  mask m = 0;
  for (std::size_t i = 0; i < columns_; ++i) {
    double const v = r.values[i];
    if (r.has(i) && v < largest_value && v > -largest_value) m |= mask{1} << i;  // false for NaN
  }
  return m;
}

inline abstention robust_mahalanobis::refuses(row const& r) const noexcept {
  if (r.quality.is_bad()) return abstention::bad_quality;
  return r.operating.is_steady() || params_.any_operating_state ? abstention::none : abstention::not_steady;
}

inline double robust_mahalanobis::standardised(row const& r, std::size_t i) const noexcept {
  return std::clamp((r.values[i] - centre_[i]) / scale_[i], -largest_z, largest_z);
}

inline double robust_mahalanobis::counted(double z) const noexcept {
  if (params_.side == side::upper && z < 0) return 0;
  if (params_.side == side::lower && z > 0) return 0;
  double const beyond = (z < 0 ? -z : z) - params_.dead_zone;
  if (!(beyond > 0)) return 0;
  return z < 0 ? -beyond : beyond;
}

inline double robust_mahalanobis::floor_of(double centre, double share) const noexcept {
  return std::max(params_.absolute_floor, share * (centre < 0 ? -centre : centre));
}

inline double robust_mahalanobis::independence() const noexcept {
  double const rows = params_.shrinkage_rows;
  double const share = rows < math::infinity ? rows / (past_ + rows) : 1;
  return std::max(params_.shrinkage, share);
}

inline double robust_mahalanobis::per_present(mask present) const noexcept {
  return static_cast<double>(std::popcount(known_)) / std::popcount(present);
}

inline void robust_mahalanobis::count_deviations(row const& r, mask present) const noexcept {
  for (std::size_t i = 0; i < columns_; ++i) {
    deviation_[i] = holds(present, i) ? counted(standardised(r, i)) : 0.0;
  }
}

inline score robust_mahalanobis::score_one(row const& r) const noexcept {
  if (!PDM_EXPECTS(r.size() == columns_) || !trained_) return {};
  if (auto const why = refuses(r); why != abstention::none) return {0, why};
  mask const present = usable(r) & known_;
  if (present == 0) return {0, abstention::no_columns};
  count_deviations(r, present);
  double const square = correlation_.square(deviation_, present, independence());
  return {math::sqrt(square * per_present(present)), abstention::none};
}

inline bool robust_mahalanobis::contributions(row const& r, std::span<double> parts) const noexcept {
  if (!PDM_EXPECTS(parts.size() == columns_)) return false;
  std::ranges::fill(parts, 0.0);
  mask const present = r.size() == columns_ ? usable(r) & known_ : 0;
  if (!trained_ || refuses(r) != abstention::none || present == 0) return false;
  count_deviations(r, present);
  auto const solved = correlation_.solve(deviation_, present, independence());
  if (solved.square == 0) return false;  // no evidence
  double const factor = math::sqrt(per_present(present) / solved.square);
  std::size_t m = 0;
  for (std::size_t i = 0; i < columns_; ++i) {
    if (holds(present, i)) parts[i] = deviation_[i] * solved.applied[m++] * factor;
  }
  return true;
}

inline void robust_mahalanobis::learn_one(row const& r, double weight) noexcept {
  if (!PDM_EXPECTS(r.size() == columns_)) return;
  if (!(weight > 0 && weight < largest_value) || refuses(r) != abstention::none) return;
  while (settling()) (void)settle_some(settle_work(columns_));
  mask const present = usable(r) & (trained_ ? known_ : ~mask{0});
  if (present == 0) return;
  if (trained_) {
    update(r, present, weight);
  } else {
    hold(r, present);
  }
}

inline void robust_mahalanobis::hold(row const& r, mask present) noexcept {
  for (std::size_t i = 0; i < columns_; ++i) {
    held_rows_[held_ * columns_ + i] = holds(present, i) ? r.values[i] : 0.0;
  }
  held_present_[held_] = present;
  ++held_;
  if (params_.settle_in_steps) {
    for (std::size_t i = 0; i < columns_; ++i) insert_sorted(i, holds(present, i) ? r.values[i] : math::infinity);
  } else if (held_ == params_.warm_up && !settle()) {
    held_ = 0;  // no column was there in 3 rows: anew
  }
}

// The value of the newest row; what is absent stands at the end.
inline void robust_mahalanobis::insert_sorted(std::size_t column, double value) noexcept {
  auto const all = sorted_column(column);
  auto const place = std::upper_bound(all.begin(), all.end() - 1, value);
  std::copy_backward(place, all.end() - 1, all.end());
  *place = value;
}

inline void robust_mahalanobis::sort_held() noexcept {
  for (std::size_t i = 0; i < columns_; ++i) {
    auto const all = sorted_column(i);
    for (std::size_t k = 0; k < held_; ++k) {
      all[k] = holds(held_present_[k], i) ? held_rows_[k * columns_ + i] : math::infinity;
    }
    std::sort(all.begin(), all.end());
  }
}

inline std::size_t robust_mahalanobis::settle_some(std::size_t budget) noexcept {
  if (trained_) return factor_some(budget);
  std::size_t used = 0;
  while (used < budget && settling()) {
    if (settled_ < columns_) {
      used += column_units(held_);
      settle_column(settled_++);
    } else if (known_ == 0) {
      held_ = settled_ = 0;  // as above
    } else if (settled_ < columns_ + held_) {
      used += row_units(columns_);
      correlate(settled_++ - columns_);
    } else {
      past_ = static_cast<double>(held_);  // independence() asks for it
      used += factor_some(budget - used);
      if (correlation_.factored(known_, independence())) end_warm_up();
    }
  }
  return used;
}

inline std::size_t robust_mahalanobis::factor_some(std::size_t budget) noexcept {
  std::size_t used = 0;
  double const alone = independence();
  while (used < budget && !correlation_.factored(known_, alone)) {
    used += factor_units(correlation_.factor_row(known_, alone));
  }
  return used;
}

inline status robust_mahalanobis::settle() noexcept {
  if (trained_) return {};
  if (held_ < least_rows) return error{errc::not_ready, "robust_mahalanobis", "fewer than 3 rows were learned"};
  for (std::size_t i = 0; i < columns_; ++i) settle_column(i);
  if (known_ == 0) return error{errc::not_ready, "robust_mahalanobis", "no column was there in 3 rows"};
  for (std::size_t k = 0; k < held_; ++k) correlate(k);
  end_warm_up();
  return {};
}

inline void robust_mahalanobis::correlate(std::size_t k) noexcept {
  std::span<double const> const values = held_rows_.subspan(k * columns_, columns_);
  row const r{values, {}, 0, 0, {}, {}};
  for (std::size_t i = 0; i < columns_; ++i) {
    deviation_[i] = std::clamp(standardised(r, i), -params_.clip, params_.clip);
  }
  correlation_.add(deviation_, held_present_[k] & known_, 1.0 / static_cast<double>(k + 1));
}

inline void robust_mahalanobis::end_warm_up() noexcept {
  past_ = static_cast<double>(held_);
  trained_ = true;
  settled_ = 0;
  re_anchor();
}

inline void robust_mahalanobis::settle_column(std::size_t column) noexcept {
  scale_[column] = 1;
  auto all = params_.settle_in_steps ? sorted_column(column) : sorted_.first(0);
  if (params_.settle_in_steps) {
    all = all.first(static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), math::infinity) - all.begin()));
  } else {
    std::size_t there = 0;
    for (std::size_t k = 0; k < held_; ++k) {
      if (holds(held_present_[k], column)) sorted_[there++] = held_rows_[k * columns_ + column];
    }
    all = sorted_.first(there);
    std::sort(all.begin(), all.end());
  }
  std::size_t const n = all.size();
  if (n < least_rows) return;
  double const centre = quantile_of_sorted(all, 0.5);
  double sigma = mad_to_sigma * median_deviation_of_sorted(all, centre);
  if (sigma == 0) {  // more than half of the rows are equal: the mean deviation still tells
    for (double x : all) sigma += x < centre ? centre - x : x - centre;
    sigma *= 1.2533141373155003 / static_cast<double>(n);
  }
  double const rows = static_cast<double>(n), prior = params_.prior_rows, s0 = prior_scale_[column];
  double const square = (rows * sigma * sigma + prior * s0 * s0) / (rows + prior);
  centre_[column] = centre;
  bool const varies = all.front() != all.back();  // a large offset is no reason for a large scale
  scale_[column] = std::max(math::sqrt(square), floor_of(centre, varies ? rounding : params_.relative_floor));
  known_ |= mask{1} << column;
}

inline void robust_mahalanobis::update(row const& r, mask present, double weight) noexcept {
  double const gain = weight / (past_ + weight);
  double const scale_gain = weight / (past_ + params_.prior_rows + weight);
  for (std::size_t i = 0; i < columns_; ++i) {
    bool const there = holds(present, i);
    deviation_[i] = there ? std::clamp(standardised(r, i), -params_.clip, params_.clip) : 0.0;
  }
  correlation_.add_bounded(deviation_, present, gain);
  for (std::size_t i = 0; i < columns_; ++i) {
    if (holds(present, i)) follow(i, deviation_[i], gain, scale_gain);
  }
  past_ += weight;
  if (params_.memory_rows > 0) past_ = std::min(past_, std::max(params_.memory_rows, 1.0));
}

inline void robust_mahalanobis::follow(std::size_t i, double psi, double gain, double scale_gain) noexcept {
  double centre = centre_[i] + gain * scale_[i] * psi;
  double scale = scale_[i] * math::sqrt(1 + scale_gain * (psi * psi / expected_square_ - 1));
  if (params_.drift_limit < math::infinity) {
    double const reach = params_.drift_limit * anchor_scale_[i];
    centre = std::clamp(centre, anchor_centre_[i] - reach, anchor_centre_[i] + reach);
    scale = std::clamp(scale, anchor_scale_[i] / scale_range, anchor_scale_[i] * scale_range);
  }
  centre_[i] = centre;
  scale_[i] = std::max(scale, floor_of(centre, rounding));
}

inline void robust_mahalanobis::re_anchor() noexcept {
  std::ranges::copy(centre_, anchor_centre_.begin());
  std::ranges::copy(scale_, anchor_scale_.begin());
}

inline std::size_t robust_mahalanobis::saved_bytes() const noexcept {
  std::size_t const fixed = archive_header_bytes + 2 * sizeof(std::uint32_t) + 1 + sizeof(mask) + sizeof(double);
  std::size_t const model =
      5 * sizeof(std::uint32_t) + sizeof(double) * (4 * columns_ + shrunk_correlation::packed_size(columns_));
  std::size_t const held = 2 * sizeof(std::uint32_t) + params_.warm_up * (sizeof(mask) + sizeof(double) * columns_);
  return fixed + std::max(model, held);
}

inline result<std::size_t> robust_mahalanobis::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(columns_)).put(static_cast<std::uint32_t>(held_));
  w.put(trained_).put(known_).put(past_);
  if (trained_) {
    for (auto part : {centre_, scale_, anchor_centre_, anchor_scale_}) w.put(std::span<double const>(part));
    w.put(correlation_.packed());
  } else {
    w.put(std::span<mask const>(held_present_.first(held_)));
    w.put(std::span<double const>(held_rows_.first(held_ * columns_)));
  }
  return w.finish();
}

inline status robust_mahalanobis::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  auto& r = *opened;
  auto const columns = r.get<std::uint32_t>(), held = r.get<std::uint32_t>();
  if (columns != columns_ || held > params_.warm_up) {
    return error{errc::shape_mismatch, "robust_mahalanobis", "the archive has other columns or a longer warm-up"};
  }
  reset();
  held_ = held;
  r.get(trained_).get(known_).get(past_);
  if (trained_) {
    for (auto part : {centre_, scale_, anchor_centre_, anchor_scale_, correlation_.packed()}) r.get(part);
    correlation_.changed();
    bool const sane = std::ranges::all_of(centre_, math::is_finite) &&
                      std::ranges::all_of(correlation_.packed(), math::is_finite) &&
                      std::ranges::all_of(scale_, [](double s) { return s > 0 && math::is_finite(s); }) &&
                      math::is_finite(past_) && past_ > 0 && known_ != 0 && known_ >> (columns_ - 1) <= 1;
    if (!sane) r.fail();
  } else {
    if (held_ == params_.warm_up && !params_.settle_in_steps) r.fail();  // the last row of a warm-up ends it
    known_ = 0;
    r.get(held_present_.first(held_)).get(held_rows_.first(held_ * columns_));
    bool const sane = std::ranges::all_of(held_rows_.first(held_ * columns_), math::is_finite);
    if (!sane) r.fail();
    if (sane && params_.settle_in_steps) sort_held();
  }
  auto const end = r.finish();
  if (!end) reset();
  return end;
}

static_assert(detector<robust_mahalanobis>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
