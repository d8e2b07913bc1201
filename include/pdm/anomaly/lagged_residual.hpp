// lagged_residual -- what the usual course of several columns does not explain, column by column.
//
// What      The last `lags` standardised rows stand side by side as one long vector; principal components of the
//           learning part that hold `variance` of it are its usual course; the squared residual of each column, over
//           its lags and averaged over the last `average` rows, is divided by its usual value (geometric mean): 1 is
//           usual.
// NB        Blind to what moves along the kept components: a slow shift of the level of a slow column is "usual course"
//           (level_cusum.hpp sees it). Values are standardised before they come here.
// Source    W. Ku, R. Storer, C. Georgakis, "Disturbance detection and isolation by dynamic principal component
//           analysis", Chemometrics and Intelligent Laboratory Systems 30 (1995) 179-196; the residual statistic:
//           J. Jackson, G. Mudholkar, Technometrics 21 (1979) 341-349.
// Shape     columns x lags = p numbers a vector; lags shrink so that p <= max_vector.
// Cost      update: 2 p min(k, p - k) multiplications with k kept components. fit: n p^2 / 2 + 40 p^3, once.
//           About 3 p^2 + (average + 4) p doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/symmetric.hpp"
#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class lagged_residual {
 public:
  static constexpr std::size_t max_vector = 256;
  struct params {
    std::size_t lags = 10, average = 21;
    double variance = 0.8;  // share that the kept components hold
  };

  lagged_residual() = default;
  explicit lagged_residual(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept;

  // From standardised rows one after the other. Afterwards the window is empty.
  [[nodiscard]] status fit(std::span<double const> rows) noexcept;
  // The next row; finite numbers only.
  void update(std::span<double const> z) noexcept;
  // The window holds as many rows as a vector has lags.
  [[nodiscard]] bool ready() const noexcept { return seen_ >= lags_; }
  // Averaged residual of each column over its usual one.
  [[nodiscard]] std::span<double const> parts() const noexcept { return parts_; }
  // Mean squared deviation of a column over its lags: which of several columns that no longer go together has moved.
  [[nodiscard]] double energy(std::size_t column) const noexcept {
    double sum = 0;
    for (std::size_t a = column; a < vector_; a += columns_) sum += (window_[a] - mean_[a]) * (window_[a] - mean_[a]);
    return sum / static_cast<double>(lags_);
  }
  void forget_window() noexcept;

  // Rows after which the average stands on vectors that are whole.
  [[nodiscard]] std::size_t settling() const noexcept { return lags_ + params_.average; }
  [[nodiscard]] std::size_t lags() const noexcept { return lags_; }
  [[nodiscard]] std::size_t components() const noexcept { return kept_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 7 * sizeof(std::uint32_t) +
           sizeof(double) * (vector_ * vector_ + 2 * vector_ + (params_.average + 2) * columns_);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'L', 'A', 'G', 'R'};
  static constexpr double least_residual = 1e-6;  // of columns that the others give exactly
  void push(std::span<double const> z) noexcept;
  void covariance(std::span<double const> rows) noexcept;
  void keep_components() noexcept;
  void residual() noexcept;
  void usual_values(std::span<double const> rows) noexcept;

  params params_{};
  std::size_t columns_ = 0, lags_ = 0, vector_ = 0, kept_ = 0;
  std::uint64_t seen_ = 0;
  bool complement_ = false;        // base_ holds what is left out, not what is kept
  std::size_t base_rows_ = 0;      // rows of base_ in use
  std::span<double> base_;         // p x p: orthonormal rows
  std::span<double> work_, mean_;  // p x p, p
  std::span<double> window_, residual_;
  std::span<double> recent_;  // average x columns: squared residuals of the last rows
  std::span<double> usual_, parts_;
};

inline status lagged_residual::prepare(std::size_t columns, arena& memory) noexcept {
  if (columns == 0 || columns > max_vector || params_.lags == 0 || params_.average == 0) {
    return error{errc::invalid_argument, "lagged_residual", "give 1 to 256 columns, and lags and average above 0"};
  }
  columns_ = columns;
  lags_ = std::clamp<std::size_t>(max_vector / columns, 1, params_.lags);
  vector_ = columns_ * lags_;
  struct piece {
    std::span<double>* into;
    std::size_t size;
  };
  piece const pieces[] = {{&base_, vector_ * vector_}, {&work_, vector_ * vector_},
                          {&mean_, 2 * vector_},       {&window_, vector_},
                          {&residual_, vector_},       {&recent_, params_.average * columns_},
                          {&usual_, columns_},         {&parts_, columns_}};
  for (piece const& each : pieces) {
    auto taken = memory.take<double>(each.size);
    if (!taken) return taken.error();
    *each.into = *taken;
  }
  kept_ = base_rows_ = 0;
  forget_window();
  return {};
}

inline std::size_t lagged_residual::footprint(std::size_t columns) const noexcept {
  std::size_t const p =
      columns * std::clamp<std::size_t>(max_vector / std::max<std::size_t>(columns, 1), 1, params_.lags);
  return 2 * arena::bytes<double>(p * p) + arena::bytes<double>(2 * p) + 2 * arena::bytes<double>(p) +
         arena::bytes<double>(params_.average * columns) + 2 * arena::bytes<double>(columns);
}

inline void lagged_residual::forget_window() noexcept {
  std::ranges::fill(window_, 0.0);
  std::ranges::fill(recent_, 0.0);
  std::ranges::fill(parts_, 0.0);
  seen_ = 0;
}

// Newest row first.
inline void lagged_residual::push(std::span<double const> z) noexcept {
  std::move_backward(window_.begin(), window_.end() - static_cast<std::ptrdiff_t>(columns_), window_.end());
  std::ranges::copy(z, window_.begin());
  ++seen_;
}

inline void lagged_residual::covariance(std::span<double const> rows) noexcept {
  std::ranges::fill(work_, 0.0);
  std::ranges::fill(mean_, 0.0);
  std::size_t const n = rows.size() / columns_;
  for (int pass = 0; pass < 2; ++pass) {
    forget_window();
    for (std::size_t i = 0; i < n; ++i) {
      push(rows.subspan(i * columns_, columns_));
      if (!ready()) continue;
      if (pass == 0) {
        for (std::size_t a = 0; a < vector_; ++a) mean_[a] += window_[a];
        continue;
      }
      for (std::size_t a = 0; a < vector_; ++a) residual_[a] = window_[a] - mean_[a];
      for (std::size_t a = 0; a < vector_; ++a) {
        double const u = residual_[a];
        double* const to = work_.data() + a * vector_;
        for (std::size_t b = 0; b <= a; ++b) to[b] += u * residual_[b];
      }
    }
    double const count = static_cast<double>(n - lags_ + 1);
    for (double& m : mean_) m /= pass == 0 ? count : 1;
  }
  for (std::size_t a = 0; a < vector_; ++a) {
    for (std::size_t b = 0; b < a; ++b) work_[b * vector_ + a] = work_[a * vector_ + b];
  }
}

// From eigenvectors in base_ and values behind the mean: what is fewer, kept or left out, stays in base_.
inline void lagged_residual::keep_components() noexcept {
  auto const values = mean_.subspan(vector_, vector_);
  double whole = 0, sum = 0;
  for (double v : values) whole += std::max(v, 0.0);
  for (kept_ = 0; kept_ + 1 < vector_ && sum <= params_.variance * whole; ++kept_) sum += std::max(values[kept_], 0.0);
  complement_ = vector_ - kept_ < kept_;
  base_rows_ = complement_ ? vector_ - kept_ : kept_;
  if (complement_) {
    auto const from = base_.begin() + static_cast<std::ptrdiff_t>(kept_ * vector_);
    std::copy(from, base_.end(), base_.begin());
  }
}

inline void lagged_residual::residual() noexcept {
  for (std::size_t a = 0; a < vector_; ++a) {
    work_[a] = window_[a] - mean_[a];
    residual_[a] = complement_ ? 0 : work_[a];
  }
  double const sign = complement_ ? 1 : -1;
  for (std::size_t r = 0; r < base_rows_; ++r) {
    double const* const v = base_.data() + r * vector_;
    double t[4] = {0, 0, 0, 0};  // four sums in a fixed order
    std::size_t a = 0;
    for (; a + 4 <= vector_; a += 4) {
      for (std::size_t j = 0; j < 4; ++j) t[j] += v[a + j] * work_[a + j];
    }
    for (; a < vector_; ++a) t[0] += v[a] * work_[a];
    double const length = sign * ((t[0] + t[1]) + (t[2] + t[3]));
    for (std::size_t b = 0; b < vector_; ++b) residual_[b] += length * v[b];
  }
}

inline void lagged_residual::update(std::span<double const> z) noexcept {
  push(z);
  if (!ready()) return;
  residual();
  std::uint64_t const whole = seen_ - lags_;
  auto const place = recent_.subspan(static_cast<std::size_t>(whole % params_.average) * columns_, columns_);
  for (std::size_t c = 0; c < columns_; ++c) {
    double sum = 0;
    for (std::size_t l = 0; l < lags_; ++l) sum += residual_[l * columns_ + c] * residual_[l * columns_ + c];
    place[c] = sum;
  }
  std::size_t const filled = static_cast<std::size_t>(std::min<std::uint64_t>(whole + 1, params_.average));
  for (std::size_t c = 0; c < columns_; ++c) {
    double sum = 0;
    for (std::size_t r = 0; r < filled; ++r) sum += recent_[r * columns_ + c];
    parts_[c] = sum / static_cast<double>(filled) / usual_[c];
  }
}

// Geometric mean of each column's averaged residual over the learning part.
inline void lagged_residual::usual_values(std::span<double const> rows) noexcept {
  std::size_t const n = rows.size() / columns_;
  std::size_t const from = n > 3 * settling() ? settling() - 1 : lags_;
  std::ranges::fill(usual_, 1.0);
  auto const logs = mean_.subspan(vector_, columns_);
  std::ranges::fill(logs, 0.0);
  forget_window();
  double count = 0;
  for (std::size_t i = 0; i < n; ++i) {
    update(rows.subspan(i * columns_, columns_));
    if (i < from) continue;
    ++count;
    for (std::size_t c = 0; c < columns_; ++c) logs[c] += math::log(std::max(parts_[c], least_residual));
  }
  for (std::size_t c = 0; c < columns_; ++c) usual_[c] = math::exp(logs[c] / count);
}

inline status lagged_residual::fit(std::span<double const> rows) noexcept {
  if (rows.size() / columns_ < 2 * lags_ + 2) {
    return error{errc::invalid_argument, "lagged_residual", "too few rows: learn from more"};
  }
  covariance(rows);
  eigen_symmetric(work_, vector_, mean_.subspan(vector_, vector_), base_);
  keep_components();
  usual_values(rows);
  forget_window();
  return {};
}

inline result<std::size_t> lagged_residual::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(columns_)).put(static_cast<std::uint32_t>(lags_));
  w.put(static_cast<std::uint32_t>(kept_)).put(static_cast<std::uint32_t>(base_rows_)).put(complement_).put(seen_);
  for (double v : base_.first(base_rows_ * vector_)) w.put(v);
  for (double v : mean_.first(vector_)) w.put(v);
  for (auto const part : {window_, recent_, usual_, parts_}) {
    for (double v : part) w.put(v);
  }
  return w.finish();
}

inline status lagged_residual::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint32_t>() != columns_ || opened->get<std::uint32_t>() != lags_) {
    return error{errc::shape_mismatch, "lagged_residual", "the archive has another shape"};
  }
  kept_ = opened->get<std::uint32_t>();
  base_rows_ = opened->get<std::uint32_t>();
  complement_ = opened->get<bool>();
  opened->get(seen_);
  if (base_rows_ > vector_ || kept_ > vector_) opened->fail();
  bool finite = opened->ok();
  auto const read = [&](std::span<double> into) noexcept {
    for (double& v : into) {
      v = finite ? opened->get<double>() : 0;
      finite = finite && math::is_finite(v);
    }
  };
  if (finite) read(base_.first(base_rows_ * vector_));
  for (auto const part : {mean_.first(vector_), window_, recent_, usual_, parts_}) read(part);
  for (double v : usual_) finite = finite && v > 0;
  auto const end = finite ? opened->finish() : status(errc::corrupt);
  if (!end) {
    kept_ = base_rows_ = 0;
    std::ranges::fill(usual_, 1.0);
    forget_window();
  }
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
