// kswin -- a change of distribution in a stream, by the test of Kolmogorov and Smirnov on a sliding window.
//
// What      Of the last `window` values the newest `recent` are held against as many drawn at random, without
//           replacement, from the older ones; when chance would make the distance as large with a probability below
//           `alpha`, that is drift, and only the newest `recent` values stay in the window.
// NB        It sees changes of spread and shape that a mean does not show; for a shift of the mean adwin.hpp has
// shorter
//           delays and bounds. A test after every value: false drifts come often (alpha is of one test, and neighbours
//           are no independent tests), so test every `every` values with a small alpha. Advice; it retrains nothing.
//           Correlated values look changed.
// Source    C. Raab, M. Heusinger, F.-M. Schleif, "Reactive soft prototype computing for concept drift streams",
//           Neurocomputing 416 (2020) 340-351; the p-value: population_stability.hpp.
// Cost      A test sorts 2 recent values. window + 2 recent + (window - recent) doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/population_stability.hpp"
#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class kswin {
 public:
  struct params {
    std::size_t window = 300, recent = 60;
    double alpha = 1e-5;
    std::size_t every = 10;  // values between two tests
    std::uint64_t seed = 1;
  };

  kswin() noexcept : kswin(params{}) {}
  explicit kswin(params const& settings) noexcept : params_(settings), draw_(settings.seed) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<double>(params_.window) + arena::bytes<double>(older()) +
           2 * arena::bytes<double>(params_.recent);
  }
  // true: drift. What is not finite is ignored.
  bool update(double x) noexcept;
  // Probability of the last test.
  [[nodiscard]] double p_value() const noexcept { return p_; }
  [[nodiscard]] std::size_t size() const noexcept { return filled_; }
  void reset() noexcept {
    filled_ = 0;
    since_test_ = 0;
    p_ = 1;
    draw_ = random_source(params_.seed);
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 3 * sizeof(std::uint64_t) + sizeof(double) * (params_.window + 1);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'K', 'S', 'W', 'N'};
  [[nodiscard]] std::size_t older() const noexcept { return params_.window - params_.recent; }
  void draw_sample() noexcept;

  params params_;
  random_source draw_;
  std::span<double> values_;  // oldest first
  std::span<double> pool_, sample_, newest_;
  std::size_t filled_ = 0, since_test_ = 0;
  double p_ = 1;
};

inline status kswin::prepare(arena& memory) noexcept {
  bool const sane = params_.recent >= 8 && params_.window >= 2 * params_.recent && params_.alpha > 0 &&
                    params_.alpha < 1 && params_.every > 0;
  if (!sane) return error{errc::invalid_argument, "kswin", "give a window of twice `recent`, and `recent` above 7"};
  struct piece {
    std::span<double>* into;
    std::size_t size;
  };
  for (piece const& each : {piece{&values_, params_.window}, piece{&pool_, older()}, piece{&sample_, params_.recent},
                            piece{&newest_, params_.recent}}) {
    auto taken = memory.take<double>(each.size);
    if (!taken) return taken.error();
    *each.into = *taken;
  }
  reset();
  return {};
}

// A sample without replacement: the first steps of a shuffle.
inline void kswin::draw_sample() noexcept {
  std::copy_n(values_.begin(), pool_.size(), pool_.begin());
  for (std::size_t i = 0; i < sample_.size(); ++i) {
    auto const taken = static_cast<std::size_t>(draw_.index(pool_.size() - i));
    std::swap(pool_[i], pool_[i + taken]);
    sample_[i] = pool_[i];
  }
}

inline bool kswin::update(double x) noexcept {
  if (!math::is_finite(x) || !PDM_EXPECTS(!values_.empty())) return false;
  if (filled_ == values_.size()) {
    std::move(values_.begin() + 1, values_.end(), values_.begin());
    --filled_;
  }
  values_[filled_++] = x;
  if (++since_test_ < params_.every || filled_ < values_.size()) return false;
  since_test_ = 0;
  draw_sample();
  std::copy(values_.end() - static_cast<std::ptrdiff_t>(params_.recent), values_.end(), newest_.begin());
  std::sort(sample_.begin(), sample_.end());
  std::sort(newest_.begin(), newest_.end());
  p_ = kolmogorov_smirnov(sample_, newest_).p;
  if (!(p_ < params_.alpha)) return false;
  std::move(values_.end() - static_cast<std::ptrdiff_t>(params_.recent), values_.end(), values_.begin());
  filled_ = params_.recent;
  return true;
}

inline result<std::size_t> kswin::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint64_t>(filled_)).put(static_cast<std::uint64_t>(since_test_)).put(draw_.state()).put(p_);
  for (double v : values_.first(filled_)) w.put(v);
  return w.finish();
}

inline status kswin::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  auto const filled = opened->get<std::uint64_t>();
  since_test_ = static_cast<std::size_t>(opened->get<std::uint64_t>());
  draw_.set_state(opened->get<std::uint64_t>());
  opened->get(p_);
  if (filled > values_.size() || !(p_ >= 0 && p_ <= 1)) opened->fail();
  filled_ = opened->ok() ? static_cast<std::size_t>(filled) : 0;
  for (double& v : values_.first(filled_)) {
    if (!math::is_finite(opened->get(v).ok() ? v : math::infinity)) opened->fail();
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
