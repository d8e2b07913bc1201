// conformal -- how rare a score is among the scores of usual rows: a p-value, without assuming a distribution.
//
// What      p = (1 + #{c >= s}) / (n + 1) over n calibration scores c; the smoothed variant splits ties by tau, and
//           the threshold is the k-th smallest score, k = ceil((n + 1)(1 - alpha)). conformal_calibration keeps the
//           last n scores, sorted.
// NB        Valid when s and the calibration scores are exchangeable: rows that overlap or a drifting machine make p
//           too small. p cannot be less than 1 / (n + 1): with 60 scores an alarm at p < 0.01 never comes.
// Source    V. Vovk, A. Gammerman, G. Shafer, Algorithmic Learning in a Random World (2005), ch. 2; golden/README.md,
//           conformal_pvalue.
// Cost      p_value O(log n); learn_one O(n) moves. 2 n doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/ring.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// `sorted`: calibration scores, rising. 1 when there are none.
[[nodiscard]] inline double conformal_p(std::span<double const> sorted, double s) noexcept {
  auto const at_least = sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), s);
  return (1 + static_cast<double>(at_least)) / (static_cast<double>(sorted.size()) + 1);
}

// tau in [0, 1]: the share of the ties that counts as higher; a uniform draw makes p exactly uniform.
[[nodiscard]] inline double conformal_p_smoothed(std::span<double const> sorted, double s, double tau) noexcept {
  auto const [low, high] = std::equal_range(sorted.begin(), sorted.end(), s);
  auto const above = static_cast<double>(sorted.end() - high), equal = static_cast<double>(high - low);
  return (above + tau * (equal + 1)) / (static_cast<double>(sorted.size()) + 1);
}

// Scores above it have p <= alpha; infinity when there are too few scores for that alpha.
[[nodiscard]] inline double conformal_threshold(std::span<double const> sorted, double alpha) noexcept {
  double const n = static_cast<double>(sorted.size());
  double const rank = std::ceil((n + 1) * (1 - alpha));
  if (!(rank <= n)) return math::infinity;
  return rank < 1 ? -math::infinity : sorted[static_cast<std::size_t>(rank) - 1];
}

class conformal_calibration {
 public:
  struct params {
    std::size_t capacity = 500;  // scores that are kept; the oldest is forgotten
  };

  conformal_calibration() = default;
  explicit conformal_calibration(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint() const noexcept { return 2 * arena::bytes<double>(params_.capacity); }

  // A score of a row that was usual; anything that is not finite is ignored.
  void learn_one(double score) noexcept;
  void reset() noexcept { scores_.clear(); }

  [[nodiscard]] double p_value(double s) const noexcept { return conformal_p(sorted(), s); }
  [[nodiscard]] double p_value_smoothed(double s, double tau) const noexcept {
    return conformal_p_smoothed(sorted(), s, tau);
  }
  [[nodiscard]] double threshold(double alpha) const noexcept { return conformal_threshold(sorted(), alpha); }
  [[nodiscard]] std::size_t size() const noexcept { return scores_.size(); }
  [[nodiscard]] std::span<double const> sorted() const noexcept { return sorted_.first(scores_.size()); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;  // a bound for any state
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'C', 'N', 'F', 'C'};
  params params_{};
  ring_view<double> scores_;  // oldest first
  std::span<double> sorted_;
};

inline status conformal_calibration::prepare(arena& memory) noexcept {
  if (params_.capacity == 0) return error{errc::invalid_argument, "conformal_calibration", "give a capacity above 0"};
  auto kept = memory.take<double>(params_.capacity);
  if (!kept) return kept.error();
  auto ordered = memory.take<double>(params_.capacity);
  if (!ordered) return ordered.error();
  scores_ = ring_view<double>(*kept);
  sorted_ = *ordered;
  return {};
}

inline void conformal_calibration::learn_one(double s) noexcept {
  if (!math::is_finite(s) || !PDM_EXPECTS(!sorted_.empty())) return;
  auto const first = sorted_.begin();
  auto last = first + static_cast<std::ptrdiff_t>(scores_.size());
  if (scores_.full()) {
    auto const oldest = std::lower_bound(first, last, scores_[0]);
    std::move(oldest + 1, last, oldest);
    --last;
  }
  auto const place = std::upper_bound(first, last, s);
  std::move_backward(place, last, last + 1);
  *place = s;
  scores_.push(s);
}

inline std::size_t conformal_calibration::saved_bytes() const noexcept {
  return archive_header_bytes + sizeof(std::uint32_t) + params_.capacity * sizeof(double);
}

inline result<std::size_t> conformal_calibration::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(scores_.size()));
  for (std::size_t i = 0; i < scores_.size(); ++i) w.put(scores_[i]);
  return w.finish();
}

inline status conformal_calibration::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  auto const n = opened->get<std::uint32_t>();
  if (n > params_.capacity) {
    return error{errc::shape_mismatch, "conformal_calibration", "the archive holds more scores than the capacity"};
  }
  reset();
  for (std::uint32_t i = 0; i < n; ++i) learn_one(opened->get<double>());
  auto const end = scores_.size() == n ? opened->finish() : status(errc::corrupt);
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
