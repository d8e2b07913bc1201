// trajectory_similarity -- the life of those that went the same way before.
//
// What      Paths of a health index to failure are kept. The last `window` values of a running unit are laid along
// every
//           path at every place; where one fits best it says how long it had to live there. The life is the
//           distribution of these lives, weighed by how well they fit.
// NB        Equal rows apart in time; an index in comparable units (regime_scale.hpp, health_index.hpp). It cannot say
//           more than the longest path shows, and a path unlike all others is still likened to some: see nearest().
// Kinds     pairwise: against the path as it was. residual: against a parabola through it, whose noise is gone.
// Formulas  d_i = min over places of sum (q - p)^2, w_i = exp(-d_i / mean of d), life_i = what path i had left there.
// Source    T. Wang, J. Yu, D. Siegel, J. Lee, "A similarity-based prognostics approach", PHM 2008.
// Memory    footprint(paths, longest) from the arena.
// Cost      paths x places x window, less what is seen to be worse early: bench case pdm_similarity.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// Where a query fits best.
struct path_match {
  float distance = 0;
  std::size_t offset = 0;
};

namespace detail {
inline constexpr std::size_t match_block = 32;  // offsets at a time
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics

#define PDM_SIMD_BODY "pdm/prognostics/similarity_kernels.inl"
#define PDM_SIMD_WIDE
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

enum class similarity_kind : std::uint8_t { pairwise, residual };

class trajectory_similarity {
 public:
  struct params {
    std::size_t window = 50;  // rows of a query
    std::size_t paths = 100, longest = 1000;
    similarity_kind kind = similarity_kind::pairwise;
    double step = 1;  // time between rows
    life_clock clock = life_clock::operating;
  };

  trajectory_similarity() = default;
  explicit trajectory_similarity(params const& settings) noexcept : params_(settings) {}
  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<float>(params_.paths * stride()) + arena::bytes<float>(query_room()) +
           2 * arena::bytes<float>(params_.paths) + 2 * arena::bytes<std::uint32_t>(params_.paths) +
           arena::bytes<float>(params_.longest + 1);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  void reset() noexcept { count_ = 0, filled_ = 0; }

  // A whole path, its last row at the end of life; refused when shorter than the window, longer than said, or not
  // finite.
  [[nodiscard]] status learn_path(std::span<float const> path) noexcept;
  // The next row of the running unit; begin() forgets the one before. Not finite: ignored.
  void begin() noexcept { filled_ = 0; }
  void update(float value) noexcept;

  // Abstains with fewer rows than the window.
  [[nodiscard]] life_estimate predict() noexcept;
  // Of the last prediction: the path that fitted best, and its root mean square distance.
  struct neighbour {
    std::size_t path = 0;
    double distance = 0, life = 0;
  };
  [[nodiscard]] neighbour nearest() const noexcept { return nearest_; }
  [[nodiscard]] std::size_t paths() const noexcept { return count_; }

 private:
  [[nodiscard]] std::size_t stride() const noexcept { return params_.longest + 2 * detail::match_block; }
  [[nodiscard]] std::size_t query_room() const noexcept { return 2 * params_.window; }
  void match() noexcept;
  void weigh() noexcept;

  params params_{};
  std::span<float> values_, query_, distance_, weight_, within_;
  std::span<std::uint32_t> length_, rest_;
  std::size_t count_ = 0, filled_ = 0;
  neighbour nearest_{};
};

namespace detail {
// The parabola of least squares through the rows, in place; double, fixed order.
inline void smooth_by_parabola(std::span<float> y) noexcept {
  auto const n = static_cast<double>(y.size());
  double s0 = 0, s1 = 0, s2 = 0, u2 = 0, u4 = 0;
  auto const at = [n](std::size_t i) noexcept {
    return (2 * static_cast<double>(i) + 1 - n) / n;
  };  // symmetric about 0
  for (std::size_t i = 0; i < y.size(); ++i) {
    double const u = at(i), v = static_cast<double>(y[i]);
    s0 += v, s1 += u * v, s2 += u * u * v, u2 += u * u, u4 += u * u * u * u;
  }
  double const det = n * u4 - u2 * u2;
  double const c = det > 0 ? (n * s2 - u2 * s0) / det : 0, a = (s0 - c * u2) / n, b = u2 > 0 ? s1 / u2 : 0;
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(a + at(i) * (b + c * at(i)));
}
}  // namespace detail

inline status trajectory_similarity::prepare(arena& memory) noexcept {
  auto const& p = params_;
  if (p.window < 2 || p.paths == 0 || p.longest < p.window || p.longest > (1U << 24) || !(p.step > 0)) {
    return error{errc::invalid_argument, "similarity", "a window of 2 rows or more, paths as long, step > 0"};
  }
  auto values = memory.take<float>(p.paths * stride());
  auto query = memory.take<float>(query_room());
  auto distance = memory.take<float>(p.paths), weight = memory.take<float>(p.paths);
  auto within = memory.take<float>(p.longest + 1);
  auto length = memory.take<std::uint32_t>(p.paths), rest = memory.take<std::uint32_t>(p.paths);
  if (!values || !query || !distance || !weight || !within || !length || !rest) {
    return error{errc::out_of_memory, "similarity", "give a larger arena; footprint() says how much"};
  }
  values_ = *values, query_ = *query, distance_ = *distance, weight_ = *weight, within_ = *within, length_ = *length,
  rest_ = *rest;
  reset();
  return {};
}

inline status trajectory_similarity::learn_path(std::span<float const> path) noexcept {
  if (count_ >= params_.paths) return error{errc::limit_exceeded, "similarity", "more paths than were prepared for"};
  if (path.size() < params_.window || path.size() > params_.longest) {
    return error{errc::shape_mismatch, "similarity", "a path has at least the window's rows and at most the longest's"};
  }
  for (float v : path) {
    if (!(v < 1e15f && v > -1e15f)) return error{errc::bad_quality, "similarity", "a path holds what is no number"};
  }
  auto const into = values_.subspan(count_ * stride(), stride());
  for (std::size_t i = 0; i < into.size(); ++i) into[i] = i < path.size() ? path[i] : 0;
  if (params_.kind == similarity_kind::residual) detail::smooth_by_parabola(into.first(path.size()));
  length_[count_++] = static_cast<std::uint32_t>(path.size());
  return {};
}

// The query stands in one piece: rows are appended, and moved to the front when the room is full.
inline void trajectory_similarity::update(float value) noexcept {
  if (!(value < 1e15f && value > -1e15f)) return;
  std::size_t const m = params_.window;
  if (filled_ == query_.size()) {
    for (std::size_t i = 0; i + 1 < m; ++i) query_[i] = query_[filled_ - m + 1 + i];
    filled_ = m - 1;
  }
  query_[filled_++] = value;
}

inline void trajectory_similarity::match() noexcept {
  std::size_t const m = params_.window;
  float const* const query = query_.data() + (filled_ - m);
  std::size_t hint = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    float const* const path = values_.data() + i * stride();
    std::size_t const offsets = length_[i] - m + 1;
#if PDM_SIMD_X86
    auto const level = simd::best();
    auto const best = level >= simd::level::avx512 ? detail::avx512::best_match(path, offsets, query, m, hint)
                      : level >= simd::level::avx2 ? detail::avx2::best_match(path, offsets, query, m, hint)
                                                   : detail::base::best_match(path, offsets, query, m, hint);
#else
    auto const best = detail::base::best_match(path, offsets, query, m, hint);
#endif
    distance_[i] = best.distance, rest_[i] = static_cast<std::uint32_t>(offsets - 1 - best.offset);
    hint = best.offset;
  }
}

inline void trajectory_similarity::weigh() noexcept {
  double mean = 0;
  std::size_t closest = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    mean += static_cast<double>(distance_[i]) / static_cast<double>(count_);
    if (distance_[i] < distance_[closest]) closest = i;
  }
  double sum = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    double const w = mean > 0 ? math::exp(-static_cast<double>(distance_[i]) / mean) : 1;
    weight_[i] = static_cast<float>(w), sum += w;
  }
  for (auto& w : weight_.first(count_)) w = static_cast<float>(static_cast<double>(w) / sum);
  double const square = static_cast<double>(distance_[closest]) / static_cast<double>(params_.window);
  nearest_ = {closest, math::sqrt(square), params_.step * rest_[closest]};
}

inline life_estimate trajectory_similarity::predict() noexcept {
  life_estimate e;
  e.clock = params_.clock;
  if (count_ == 0 || filled_ < params_.window) return e;
  match();
  weigh();
  for (auto& w : within_) w = 0;
  std::uint32_t longest = 0;
  for (std::size_t i = 0; i < count_; ++i) {
    within_[rest_[i]] += weight_[i];
    longest = length_[i] > longest ? length_[i] : longest;
  }
  float sum = 0;
  for (auto& w : within_) w = sum += w;
  // A life of k rows counts as spread over the row before it.
  auto const cdf = [&](double t) noexcept {
    double const x = t / params_.step;
    auto const k = static_cast<std::size_t>(x);
    if (k + 1 >= within_.size()) return 1.0;
    double const low = static_cast<double>(within_[k]), high = static_cast<double>(within_[k + 1]);
    return low + (high - low) * (x - static_cast<double>(k));
  };
  e.why = abstention::none;
  e.life = life_distribution::from_cdf(cdf, params_.step * longest);
  return e;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
