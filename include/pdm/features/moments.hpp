// moments -- count, mean and central moments up to the fourth of a stream, mergeable.
//
// What      One value at a time, shifted by the first one, so that an offset of 1e6 sigma costs nothing; two
//           accumulators of different parts of a stream merge into that of the whole.
// NB        For streams without a frame. Of a finished frame time_features is faster and takes two passes. Merging in
//           another order gives other last bits: merge in the order of the stream.
// Formula   P. Pebay, Sandia report SAND2008-6212 (2008), eqs. 1.1 to 3.1, on x - first.
// Undefined variance of nothing, skewness and kurtosis of a constant stream: NaN.
// Cost      One division a value, 7.9 ns (benchmark moments_add; bench/README.md); no allocation.
#pragma once

#include <cstdint>

#include "pdm/core/archive.hpp"
#include "pdm/core/math.hpp"
#include "pdm/features/time_features.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

class moments {
 public:
  // Values that are not finite are not learned; returns whether it was.
  bool add(double x) noexcept;
  void merge(moments const& other) noexcept;
  void reset() noexcept { *this = {}; }

  [[nodiscard]] std::uint64_t count() const noexcept { return n_; }
  [[nodiscard]] double mean() const noexcept { return n_ == 0 ? math::not_a_number : shift_ + mean_; }
  // Sums of central powers.
  [[nodiscard]] double m2() const noexcept { return m2_; }
  [[nodiscard]] double m3() const noexcept { return m3_; }
  [[nodiscard]] double m4() const noexcept { return m4_; }
  [[nodiscard]] double variance() const noexcept { return ratio(m2_, number()); }
  [[nodiscard]] double sample_variance() const noexcept { return n_ < 2 ? math::not_a_number : m2_ / (number() - 1); }
  [[nodiscard]] double skewness() const noexcept { return ratio(math::sqrt(number()) * m3_, m2_ * math::sqrt(m2_)); }
  [[nodiscard]] double kurtosis() const noexcept { return ratio(number() * m4_, m2_ * m2_); }

  void write(archive_writer& w) const noexcept { w.put(n_).put(shift_).put(mean_).put(m2_).put(m3_).put(m4_); }
  void read(archive_reader& r) noexcept { r.get(n_).get(shift_).get(mean_).get(m2_).get(m3_).get(m4_); }

 private:
  [[nodiscard]] double number() const noexcept { return static_cast<double>(n_); }

  std::uint64_t n_ = 0;
  double shift_ = 0;  // the first value
  double mean_ = 0;   // of x - shift_
  double m2_ = 0, m3_ = 0, m4_ = 0;
};

inline bool moments::add(double x) noexcept {
  if (!math::is_finite(x)) return false;
  if (n_ == 0) shift_ = x;
  double const before = number();
  ++n_;
  double const n = number();
  double const delta = (x - shift_) - mean_;
  double const step = delta / n;
  double const term = delta * step * before;
  mean_ += step;
  m4_ += term * step * step * (n * n - 3 * n + 3) + 6 * step * step * m2_ - 4 * step * m3_;
  m3_ += term * step * (n - 2) - 3 * step * m2_;
  m2_ += term;
  return true;
}

inline void moments::merge(moments const& b) noexcept {
  if (b.n_ == 0) return;
  if (n_ == 0) {
    *this = b;
    return;
  }
  double const na = number(), nb = b.number(), n = na + nb;
  double const delta = (b.shift_ - shift_) + (b.mean_ - mean_);
  double const d = delta / n;
  double const m2 = m2_ + b.m2_ + delta * d * na * nb;
  double const m3 = m3_ + b.m3_ + delta * d * d * na * nb * (na - nb) + 3 * d * (na * b.m2_ - nb * m2_);
  m4_ += b.m4_ + delta * d * d * d * na * nb * (na * na - na * nb + nb * nb) +
         6 * d * d * (na * na * b.m2_ + nb * nb * m2_) + 4 * d * (na * b.m3_ - nb * m3_);
  m3_ = m3;
  m2_ = m2;
  mean_ += nb * d;
  n_ += b.n_;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
