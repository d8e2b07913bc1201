// isolation_forest -- how few random cuts set a row apart from the rows of the learning part.
//
// What      `trees` trees on `sample` of the held rows each, cut at random in random columns down to log2(sample)
//           levels. Score 2^(-E[h] / c(sample)), h the level of the leaf plus c of the rows in it: about 0.4 to 0.5 for
//           usual rows, towards 1 for those on their own.
// NB        Fitted once, at the end of the warm-up, and then frozen. Outside the range of the learned rows the score no
//           longer grows: it says that a row is alone, not how far away. Every positive weight counts as one row.
// Absent    Counts as its usual value.
// Parts     None: by leaving columns out, the disturbed one of 16 came first in 72 of 100 trials only.
// Source    F. T. Liu, K. M. Ting, Z.-H. Zhou, "Isolation forest", ICDM 2008.
// Cost      score O(trees log2 sample) without a branch to mispredict: trees are complete, early leaves filled up.
//           12 bytes a node, 0.3 MB for 100 trees of 256 rows, and the held rows.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class isolation_forest {
 public:
  struct params {
    std::size_t trees = 100;
    std::size_t sample = 256;   // rows a tree, 4 to 4096
    std::size_t warm_up = 512;  // rows that are held; at least `sample`
    std::uint64_t seed = 1;
    bool any_operating_state = false;
  };

  isolation_forest() noexcept : isolation_forest(params{}) {}
  explicit isolation_forest(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.warm_up, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return standards_.footprint(columns) + arena::bytes<cut>(params_.trees * inner()) +
           arena::bytes<float>(params_.trees * (inner() + 1)) + arena::bytes<float>(columns) +
           arena::bytes<float>(params_.warm_up * columns) + arena::bytes<std::uint16_t>(params_.sample);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept;
  // Always "none".
  [[nodiscard]] bool contributions(row const&, std::span<double> parts) const noexcept {
    std::ranges::fill(parts, 0.0);
    return false;
  }
  // Rows after the warm-up are not learned.
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept { standards_.reset(); }
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + standards_.stored_bytes() + params_.trees * (inner() * (4 + 1) + (inner() + 1) * 4);
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'I', 'S', 'O', 'F'};
  struct cut {
    float at = std::numeric_limits<float>::infinity();  // left below it
    std::uint32_t column = 0;
  };
  [[nodiscard]] std::size_t levels() const noexcept {
    return static_cast<std::size_t>(std::bit_width(params_.sample - 1));
  }
  [[nodiscard]] std::size_t inner() const noexcept { return (std::size_t{1} << levels()) - 1; }
  // Mean path length of an unsuccessful search among n points.
  [[nodiscard]] static double expected_path(double n) noexcept {
    if (n <= 1) return 0;
    if (n == 2) return 1;
    return 2 * (math::log(n - 1) + 0.57721566490153286) - 2 * (n - 1) / n;
  }
  void place(std::span<double const> x, column_mask present, std::span<float> z) const noexcept;
  [[nodiscard]] double isolation(std::span<float const> z) const noexcept;
  void fit() noexcept;
  void grow(std::size_t tree, std::size_t node, std::size_t level, std::span<std::uint16_t> rows,
            random_source& draw) noexcept;
  [[nodiscard]] bool choose_cut(std::span<std::uint16_t const> rows, random_source& draw, cut& c) const noexcept;
  void fill_leaves(std::size_t tree, std::size_t node, std::size_t level, float path) noexcept;

  params params_;
  column_standards standards_;
  std::span<cut> cuts_;     // of a tree: children of i are 2i + 1 and 2i + 2
  std::span<float> paths_;  // of its leaves
  std::span<float> z_, held_;
  std::span<std::uint16_t> rows_;
};

inline status isolation_forest::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.trees > 0 && params_.sample >= 4 && params_.sample <= 4096 &&
                    params_.warm_up >= params_.sample && params_.warm_up < 0xFFFF;
  if (!sane) return error{errc::invalid_argument, "isolation_forest", "give 4 to 4096 rows a tree, no more than held"};
  if (auto const s = row_gate::accepts(columns, "isolation_forest"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "isolation_forest",
                 "give a larger arena; footprint(columns) says how many bytes"};
  }
  (void)standards_.prepare(columns, memory);
  cuts_ = *memory.take<cut>(params_.trees * inner());
  paths_ = *memory.take<float>(params_.trees * (inner() + 1));
  z_ = *memory.take<float>(columns);
  held_ = *memory.take<float>(params_.warm_up * columns);
  rows_ = *memory.take<std::uint16_t>(params_.sample);
  return {};
}

inline void isolation_forest::place(std::span<double const> x, column_mask present, std::span<float> z) const noexcept {
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] = holds(present, i) ? static_cast<float>(standards_.z(i, x[i])) : 0.0F;
  }
}

inline double isolation_forest::isolation(std::span<float const> z) const noexcept {
  constexpr std::size_t abreast = 8;  // trees at a time, so that their loads overlap
  std::size_t const width = inner(), depth = levels();
  double sum = 0;
  for (std::size_t t = 0; t < params_.trees; t += abreast) {
    std::size_t const count = std::min(abreast, params_.trees - t);
    std::size_t at[abreast] = {};
    if (count == abreast) {
      for (std::size_t l = 0; l < depth; ++l) {
        for (std::size_t k = 0; k < abreast; ++k) {
          cut const& c = cuts_[(t + k) * width + at[k]];
          at[k] = 2 * at[k] + 1 + (z[c.column] >= c.at ? 1U : 0U);
        }
      }
    } else {
      for (std::size_t k = 0; k < count; ++k) {
        for (std::size_t l = 0; l < depth; ++l) {
          cut const& c = cuts_[(t + k) * width + at[k]];
          at[k] = 2 * at[k] + 1 + (z[c.column] >= c.at ? 1U : 0U);
        }
      }
    }
    for (std::size_t k = 0; k < count; ++k) {
      sum += static_cast<double>(paths_[(t + k) * (width + 1) + at[k] - width]);
    }
  }
  double const mean = sum / static_cast<double>(params_.trees);
  return math::exp(-math::ln_2 * mean / expected_path(static_cast<double>(params_.sample)));
}

inline score isolation_forest::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  place(r.values, present, z_);
  return {isolation(z_), abstention::none};
}

inline void isolation_forest::learn_one(row const& r, double weight) noexcept {
  column_mask const present = standards_.learnable(r, weight);
  if (present == 0 || ready()) return;
  if (standards_.hold(r, present)) fit();
}

inline void isolation_forest::fit() noexcept {
  std::size_t const p = standards_.columns(), n = standards_.held();
  for (std::size_t k = 0; k < n; ++k) {
    place(standards_.held_row(k), standards_.held_present(k), held_.subspan(k * p, p));
  }
  random_source const all(params_.seed);
  for (std::size_t t = 0; t < params_.trees; ++t) {
    random_source draw = all.split(t);
    std::size_t taken = 0;
    for (std::size_t k = 0; k < n; ++k) {  // each sample of that size is as likely (A. Fan et al., 1962)
      if (draw.index(n - k) < params_.sample - taken) rows_[taken++] = static_cast<std::uint16_t>(k);
    }
    grow(t, 0, 0, rows_, draw);
  }
}

// Depth at most 12: the recursion is bounded.
inline void isolation_forest::grow(std::size_t tree, std::size_t node, std::size_t level, std::span<std::uint16_t> rows,
                                   random_source& draw) noexcept {
  cut c;
  if (level == levels() || rows.size() <= 1 || !choose_cut(rows, draw, c)) {
    return fill_leaves(
        tree, node, level,
        static_cast<float>(static_cast<double>(level) + expected_path(static_cast<double>(rows.size()))));
  }
  cuts_[tree * inner() + node] = c;
  std::size_t const p = standards_.columns();
  auto const middle = std::partition(rows.begin(), rows.end(),
                                     [&](std::uint16_t k) noexcept { return held_[k * p + c.column] < c.at; });
  auto const left = static_cast<std::size_t>(middle - rows.begin());
  grow(tree, 2 * node + 1, level + 1, rows.first(left), draw);
  grow(tree, 2 * node + 2, level + 1, rows.subspan(left), draw);
}

// A random place in the range of a random column that varies; false: all rows are equal.
inline bool isolation_forest::choose_cut(std::span<std::uint16_t const> rows, random_source& draw,
                                         cut& c) const noexcept {
  std::size_t const p = standards_.columns();
  std::size_t const first = static_cast<std::size_t>(draw.index(p));
  for (std::size_t tried = 0; tried < p; ++tried) {
    std::size_t const column = (first + tried) % p;
    float low = held_[rows[0] * p + column], high = low;
    for (std::uint16_t k : rows) {
      low = std::min(low, held_[k * p + column]);
      high = std::max(high, held_[k * p + column]);
    }
    if (!(high > low)) continue;
    float const at = low + (high - low) * static_cast<float>(draw.uniform());
    c = {at > low ? at : high, static_cast<std::uint32_t>(column)};
    return true;
  }
  return false;
}

// Everything under a node that is not cut leads to leaves of its path length.
inline void isolation_forest::fill_leaves(std::size_t tree, std::size_t node, std::size_t level, float path) noexcept {
  std::size_t first = node, count = 1;
  for (std::size_t l = level; l < levels(); ++l) {
    for (std::size_t i = 0; i < count; ++i) cuts_[tree * inner() + first + i] = cut{};
    first = 2 * first + 1;
    count *= 2;
  }
  for (std::size_t i = 0; i < count; ++i) paths_[tree * (inner() + 1) + first + i - inner()] = path;
}

inline result<std::size_t> isolation_forest::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  if (ready()) {
    for (cut const& c : cuts_) w.put(c.at).put(static_cast<std::uint8_t>(c.column));
    for (float path : paths_) w.put(path);
  }
  return w.finish();
}

inline status isolation_forest::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  if (opened->ok() && ready()) {
    for (cut& c : cuts_) {
      opened->get(c.at);
      c.column = opened->get<std::uint8_t>();
      if (c.at != c.at || c.column >= standards_.columns()) {
        c = {};
        opened->fail();
      }
    }
    for (float& path : paths_) {
      opened->get(path);
      if (!(path >= 0 && path < 1e6F)) opened->fail();
    }
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<isolation_forest>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
