// half_space_trees -- how thinly the last window populates the place of a row: an anomaly score in a constant time.
//
// What      `trees` random partitions of the space of standardised columns, `depth` levels deep; the mass of a node is
//           the number of rows of the last full window in it. A row goes down while the mass is at least size_limit and
//           ends in a node of mass m on level d. Score, in bits: the mean over the trees of
//           depth + log2 window - (d + log2 m), m at least 1/2.
// NB        Columns are standardised by the warm-up and cut at +-reach; raw columns of other ranges would all fall in
//           one half. It follows the data from window to window: put it behind drift_budget.hpp, or a slow fault
//           becomes normal. The original adds masses; the mean of logarithms lets a few trees that see an empty place
//           speak up. Every positive weight counts as one row.
// Nodes     Are made when they come to hold size_limit rows, never before; the rows of a node that is not split yet are
//           listed in it, so the masses are those of complete trees. Splits are a function of seed, tree and path.
// Absent    Counts as its usual value.
// Parts     None: by leaving columns out, the disturbed one of 16 came first in 96 of 100 trials, which is not enough.
// Source    S. C. Tan, K. M. Ting, T. F. Liu, "Fast anomaly detection for streaming data", IJCAI 2011.
// Cost      About trees (2 + log2(window / size_limit)) steps to score, twice that to learn. Splits in the middle 70 %
//           of a node's range. Memory: footprint(columns), 0.4 MB for 25 trees, depth 15, window 250, 16 columns.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class half_space_trees {
 public:
  static constexpr std::size_t most_window = 4096, most_depth = 15;

  struct params {
    std::size_t trees = 25, depth = 15;
    std::size_t window = 250;     // rows; also those of the warm-up
    std::size_t size_limit = 25;  // rows below which a node is not split
    double reach = 6;             // of the space, in standard deviations
    std::uint64_t seed = 1;
    bool any_operating_state = false;
  };

  half_space_trees() noexcept : half_space_trees(params{}) {}
  explicit half_space_trees(params const& settings) noexcept : params_(settings), standards_(standards_params()) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept;

  [[nodiscard]] score score_one(row const& r) const noexcept;
  // Always "none".
  [[nodiscard]] bool contributions(row const&, std::span<double> parts) const noexcept {
    std::ranges::fill(parts, 0.0);
    return false;
  }
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept;
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }
  [[nodiscard]] std::size_t nodes() const noexcept;  // of both windows

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 4 + standards_.stored_bytes() + 2 * sizeof(float) * params_.window * columns();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'H', 'S', 'T', 'R'};
  static constexpr std::uint16_t none = 0xFFFF;

  struct node {
    float cut = 0;
    std::uint16_t left = 0;  // its sibling follows; 0: not split
    std::uint16_t mass = 0;
    std::uint16_t path = 1;      // from the root: a leading 1, then a bit a level
    std::uint16_t first = none;  // of the rows listed here
    std::uint8_t column = 0;
  };
  // One window: its rows and the trees they made.
  struct forest {
    std::span<float> rows;
    std::span<node> nodes;          // `capacity` a tree
    std::span<std::uint16_t> used;  // nodes of each tree
    std::size_t count = 0;          // rows
  };

  [[nodiscard]] column_standards::params standards_params() const noexcept {
    return {.warm_up = params_.window, .any_operating_state = params_.any_operating_state};
  }
  [[nodiscard]] std::size_t columns() const noexcept { return standards_.columns(); }
  [[nodiscard]] std::size_t capacity() const noexcept;  // nodes a tree
  void place(std::span<double const> x, column_mask present, std::span<float> u) const noexcept;
  [[nodiscard]] double depth_score(std::span<float const> u) const noexcept;
  void clear(forest& f) noexcept;
  void add(forest& f, std::span<float const> u) noexcept;
  void add_to_tree(std::size_t tree, forest& f, std::uint16_t at_row) noexcept;
  void split(std::size_t tree, std::span<node> nodes, std::uint16_t& used, std::size_t at, forest const& f) noexcept;
  void choose_cut(std::size_t tree, std::span<node> nodes, node& n) const noexcept;
  void learn_placed(std::span<float const> u) noexcept;

  params params_;
  column_standards standards_;
  std::array<forest, 2> forests_{};  // the last full window and the running one
  std::span<float> place_, level_;   // place of a row (scratch); log2 of a mass
  std::span<std::uint16_t> next_;    // row after a row in its node's list, a tree after the other
};

inline std::size_t half_space_trees::capacity() const noexcept {
  std::size_t splits = 0;
  for (std::size_t d = 0; d < params_.depth; ++d) {
    splits += std::min(std::size_t{1} << d, params_.window / params_.size_limit);
  }
  return 1 + 2 * splits;
}

inline std::size_t half_space_trees::footprint(std::size_t columns) const noexcept {
  std::size_t const a_window = arena::bytes<float>(params_.window * columns) +
                               arena::bytes<node>(params_.trees * capacity()) +
                               arena::bytes<std::uint16_t>(params_.trees);
  return standards_.footprint(columns) + 2 * a_window + arena::bytes<float>(columns) +
         arena::bytes<float>(params_.window + 1) + arena::bytes<std::uint16_t>(params_.trees * params_.window);
}

inline status half_space_trees::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.trees > 0 && params_.depth > 0 && params_.depth <= most_depth && params_.window >= 3 &&
                    params_.window <= most_window && params_.size_limit >= 2 && params_.reach > 0;
  if (!sane) return error{errc::invalid_argument, "half_space_trees", "a parameter is outside its range"};
  if (auto const s = row_gate::accepts(columns, "half_space_trees"); !s) return s;
  if (capacity() >= none) return error{errc::invalid_argument, "half_space_trees", "give a larger size_limit"};
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "half_space_trees",
                 "give a larger arena; footprint(columns) says how many bytes"};
  }
  (void)standards_.prepare(columns, memory);
  for (forest& f : forests_) {
    f.rows = *memory.take<float>(params_.window * columns);
    f.nodes = *memory.take<node>(params_.trees * capacity());
    f.used = *memory.take<std::uint16_t>(params_.trees);
  }
  place_ = *memory.take<float>(columns);
  level_ = *memory.take<float>(params_.window + 1);
  next_ = *memory.take<std::uint16_t>(params_.trees * params_.window);
  for (std::size_t m = 0; m < level_.size(); ++m) {
    level_[m] = static_cast<float>(math::log2(m == 0 ? 0.5 : static_cast<double>(m)));
  }
  reset();
  return {};
}

inline void half_space_trees::reset() noexcept {
  standards_.reset();
  for (forest& f : forests_) clear(f);
}

inline void half_space_trees::clear(forest& f) noexcept {
  f.count = 0;
  for (std::size_t t = 0; t < params_.trees; ++t) {
    f.nodes[t * capacity()] = node{};
    f.used[t] = 1;
  }
}

inline std::size_t half_space_trees::nodes() const noexcept {
  std::size_t sum = 0;
  for (forest const& f : forests_) {
    for (auto used : f.used) sum += used;
  }
  return sum;
}

inline void half_space_trees::place(std::span<double const> x, column_mask present, std::span<float> u) const noexcept {
  double const step = 0.5 / params_.reach;
  for (std::size_t i = 0; i < u.size(); ++i) {
    double const z = holds(present, i) ? standards_.z(i, x[i]) : 0.0;
    u[i] = static_cast<float>(std::clamp(0.5 + z * step, 0.0, 1.0));
  }
}

inline double half_space_trees::depth_score(std::span<float const> u) const noexcept {
  forest const& f = forests_[0];
  std::size_t const width = capacity();
  double sum = 0;
  for (std::size_t t = 0; t < params_.trees; ++t) {
    node const* tree = &f.nodes[t * width];
    node const* n = tree;
    while (n->left != 0) n = tree + n->left + (u[n->column] >= n->cut ? 1 : 0);
    sum += static_cast<double>(std::bit_width(n->path)) + static_cast<double>(level_[n->mass]);
  }
  double const most = static_cast<double>(params_.depth) + static_cast<double>(level_[params_.window]);
  return std::max(0.0, most + 1 - sum / static_cast<double>(params_.trees));
}

inline score half_space_trees::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  place(r.values, present, place_);
  return {depth_score(place_), abstention::none};
}

inline void half_space_trees::learn_one(row const& r, double weight) noexcept {
  column_mask const present = standards_.learnable(r, weight);
  if (present == 0) return;
  if (standards_.ready()) {
    place(r.values, present, place_);
    return learn_placed(place_);
  }
  if (!standards_.hold(r, present)) return;
  for (std::size_t k = 0; k < standards_.held(); ++k) {
    place(standards_.held_row(k), standards_.held_present(k), place_);
    learn_placed(place_);
  }
}

inline void half_space_trees::learn_placed(std::span<float const> u) noexcept {
  add(forests_[1], u);
  if (forests_[1].count < params_.window) return;
  std::swap(forests_[0], forests_[1]);
  clear(forests_[1]);
}

inline void half_space_trees::add(forest& f, std::span<float const> u) noexcept {
  std::ranges::copy(u, f.rows.begin() + static_cast<std::ptrdiff_t>(f.count * columns()));
  auto const at = static_cast<std::uint16_t>(f.count++);
  for (std::size_t t = 0; t < params_.trees; ++t) add_to_tree(t, f, at);
}

inline void half_space_trees::add_to_tree(std::size_t tree, forest& f, std::uint16_t at_row) noexcept {
  auto const nodes = f.nodes.subspan(tree * capacity(), capacity());
  float const* u = &f.rows[at_row * columns()];
  std::size_t at = 0;
  for (; nodes[at].left != 0; at = nodes[at].left + (u[nodes[at].column] >= nodes[at].cut ? 1U : 0U)) ++nodes[at].mass;
  node& end = nodes[at];
  ++end.mass;
  next_[tree * params_.window + at_row] = end.first;
  end.first = at_row;
  if (end.mass == params_.size_limit) split(tree, nodes, f.used[tree], at, f);
}

// Hands the rows of a node to two children; a child that got all of them is split in turn.
inline void half_space_trees::split(std::size_t tree, std::span<node> nodes, std::uint16_t& used, std::size_t at,
                                    forest const& f) noexcept {
  auto const next = next_.subspan(tree * params_.window, params_.window);
  while (std::bit_width(nodes[at].path) <= static_cast<int>(params_.depth)) {
    node& n = nodes[at];
    choose_cut(tree, nodes, n);
    n.left = used;
    used = static_cast<std::uint16_t>(used + 2);
    for (std::size_t side = 0; side < 2; ++side) {
      nodes[n.left + side] = node{};
      nodes[n.left + side].path = static_cast<std::uint16_t>(2 * n.path + side);
    }
    for (std::uint16_t k = n.first; k != none;) {
      std::uint16_t const following = next[k];
      node& child = nodes[n.left + (f.rows[k * columns() + n.column] >= n.cut ? 1U : 0U)];
      ++child.mass;
      next[k] = child.first;
      child.first = k;
      k = following;
    }
    if (nodes[n.left].mass == params_.size_limit) {
      at = n.left;
    } else if (nodes[n.left + 1U].mass == params_.size_limit) {
      at = n.left + 1U;
    } else {
      break;
    }
  }
}

inline void half_space_trees::choose_cut(std::size_t tree, std::span<node> nodes, node& n) const noexcept {
  random_source draw(params_.seed + 0x9E3779B97F4A7C15ull * (tree + 1) + (std::uint64_t{n.path} << 40));
  n.column = static_cast<std::uint8_t>(draw.index(columns()));
  float low = 0, high = 1;
  std::size_t at = 0;
  for (int level = std::bit_width(n.path) - 2; level >= 0; --level) {
    bool const right = (n.path >> level & 1) != 0;
    if (nodes[at].column == n.column) (right ? low : high) = nodes[at].cut;
    at = nodes[at].left + (right ? 1U : 0U);
  }
  n.cut = low + (high - low) * static_cast<float>(0.15 + 0.7 * draw.uniform());
}

inline result<std::size_t> half_space_trees::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  if (ready()) {
    w.put(static_cast<std::uint32_t>(forests_[1].count));
    for (forest const& f : forests_) {
      for (float u : f.rows.first(f.count * columns())) w.put(u);
    }
  }
  return w.finish();
}

// The trees are made again from the rows of their windows.
inline status half_space_trees::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  if (opened->ok() && ready()) {
    auto const running = std::min<std::size_t>(opened->get<std::uint32_t>(), params_.window);
    std::array const counts{params_.window, running};
    for (std::size_t k = 0; k < 2; ++k) {
      for (std::size_t i = 0; i < counts[k]; ++i) {
        for (float& u : place_) {
          opened->get(u);
          if (!(u >= 0 && u <= 1)) opened->fail();
        }
        if (!opened->ok()) break;
        add(forests_[k], place_);
      }
    }
    if (running == params_.window) opened->fail();
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<half_space_trees>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
