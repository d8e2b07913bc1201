// robust_random_cut_forest -- how far a row would displace the last rows in trees of random cuts.
//
// What      Every tree holds the last `window` rows, standardised. Score: the mean over the trees of the collusive
//           displacement that the row would have if it were inserted now: up to `window` for a row on its own, about
//           10 for a usual one. Scoring inserts nothing; learning inserts the row and removes the oldest.
// NB        It follows the data with the window: put it behind drift_budget.hpp, or a slow fault becomes normal.
//           Columns that say nothing dilute the cuts; 16 good ones are better than 100. Every positive weight counts
//           as one row.
// Absent    Scored without the column. For learning, and by impute(), an absent value becomes the median over the
//           trees of the neighbour's that the other columns lead to.
// Parts     A tree's displacement goes to the column of the cut that causes it; where that is the new cut, to the
//           columns by what they add to the box, which is the chance of each to be cut. Never negative.
// Source    S. Guha, N. Mishra, G. Roy, O. Schrijvers, "Robust random cut forest based anomaly detection on streams",
//           ICML 2016.
// Cost      O(trees log window) boxes; scoring and then learning the same row finds the places once. Memory:
//           footprint(columns), 1.8 MB for 40 trees, 256 rows, 16 columns.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/anomaly/random_cut_trees.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class robust_random_cut_forest {
 public:
  static constexpr std::size_t most_window = 16384;

  struct params {
    std::size_t trees = 40;
    std::size_t window = 256;  // rows; also those of the warm-up
    std::uint64_t seed = 1;
    bool any_operating_state = false;
  };

  robust_random_cut_forest() noexcept : robust_random_cut_forest(params{}) {}
  explicit robust_random_cut_forest(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.window, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept;

  [[nodiscard]] score score_one(row const& r) const noexcept;
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  // Values of the row, the absent ones filled in. false: not ready, or nothing is present.
  [[nodiscard]] bool impute(row const& r, std::span<double> values) const noexcept;
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept;
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    std::size_t const a_tree = (params_.window + 1) * 2 * (sizeof(std::uint16_t) + 2 + sizeof(float));
    return archive_header_bytes + standards_.stored_bytes() + sizeof(std::uint64_t) + params_.trees * a_tree +
           sizeof(float) * (params_.window + 1) * standards_.columns();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'R', 'R', 'C', 'F'};
  [[nodiscard]] static constexpr std::size_t stride_of(std::size_t columns) noexcept { return (columns + 7) / 8 * 8; }
  [[nodiscard]] std::size_t leaves() const noexcept { return params_.window + 1; }
  [[nodiscard]] std::size_t live() const noexcept {
    return static_cast<std::size_t>(std::min<std::uint64_t>(learned_, params_.window));
  }
  [[nodiscard]] std::uint16_t leaf_of(std::uint64_t row_number) const noexcept {
    return static_cast<std::uint16_t>(row_number % leaves());
  }
  void standardise(std::span<double const> x, column_mask present) const noexcept;  // into point_, absent as NaN
  void find_places() const noexcept;                                                // of point_
  void fill_absent(column_mask present) const noexcept;                             // in point_
  [[nodiscard]] std::uint16_t nearest_leaf(detail::cut_tree const& t) const noexcept;
  void learn_point() noexcept;
  void clear_tree(detail::cut_tree const& t) const noexcept;
  void save_tree(archive_writer& w, detail::cut_tree const& t) const noexcept;
  void restore_tree(archive_reader& r, detail::cut_tree const& t) noexcept;
  void finish_branch(detail::cut_tree const& t, std::uint16_t node) noexcept;

  params params_;
  column_standards standards_;
  std::uint64_t learned_ = 0;
  std::span<detail::cut_tree> trees_;
  detail::cut_shape shape_{};
  std::span<float> point_, placed_;  // scratch: the row, and the one that places_ belong to
  std::span<detail::cut_place> places_;
  std::span<float> medians_;
  std::span<std::uint16_t> reached_;
  mutable bool places_hold_ = false;
};

inline std::size_t robust_random_cut_forest::footprint(std::size_t columns) const noexcept {
  std::size_t const stride = stride_of(columns), window = params_.window;
  std::size_t const a_tree = arena::bytes<detail::cut_branch>(window) + arena::bytes<float>(window * 2 * stride) +
                             arena::bytes<std::uint16_t>(leaves()) + arena::bytes<std::uint16_t>(window + 2);
  return standards_.footprint(columns) + params_.trees * a_tree + arena::bytes<detail::cut_tree>(params_.trees) +
         arena::bytes<detail::cut_place>(params_.trees) + arena::bytes<float>(leaves() * stride) +
         2 * arena::bytes<float>(stride) + arena::bytes<float>(params_.trees) +
         arena::bytes<std::uint16_t>(params_.trees);
}

inline status robust_random_cut_forest::prepare(std::size_t columns, arena& memory) noexcept {
  if (params_.trees == 0 || params_.window < 3 || params_.window > most_window) {
    return error{errc::invalid_argument, "robust_random_cut_forest", "give a tree and a window of 3 to 16384 rows"};
  }
  if (auto const s = row_gate::accepts(columns, "robust_random_cut_forest"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "robust_random_cut_forest",
                 "give a larger arena; footprint(columns) says how many bytes"};
  }
  (void)standards_.prepare(columns, memory);
  std::size_t const stride = stride_of(columns), window = params_.window;
  trees_ = *memory.take<detail::cut_tree>(params_.trees);
  for (detail::cut_tree& t : trees_) {
    t.branches = memory.take<detail::cut_branch>(window)->data();
    t.boxes = memory.take<float>(window * 2 * stride)->data();
    t.leaf_up = memory.take<std::uint16_t>(leaves())->data();
    t.free = memory.take<std::uint16_t>(window + 2)->data();
    t.free_count = t.free + window;
    t.root = t.free_count + 1;
  }
  places_ = *memory.take<detail::cut_place>(params_.trees);
  shape_ = {leaves(), columns, stride, memory.take<float>(leaves() * stride)->data()};
  point_ = *memory.take<float>(stride);
  placed_ = *memory.take<float>(stride);
  medians_ = *memory.take<float>(params_.trees);
  reached_ = *memory.take<std::uint16_t>(params_.trees);
  reset();
  return {};
}

inline void robust_random_cut_forest::clear_tree(detail::cut_tree const& t) const noexcept {
  *t.root = detail::no_node;
  *t.free_count = static_cast<std::uint16_t>(params_.window);
  for (std::size_t i = 0; i < params_.window; ++i) t.free[i] = static_cast<std::uint16_t>(params_.window - 1 - i);
}

inline void robust_random_cut_forest::reset() noexcept {
  standards_.reset();
  learned_ = 0;
  places_hold_ = false;
  for (detail::cut_tree const& t : trees_) clear_tree(t);
}

inline void robust_random_cut_forest::standardise(std::span<double const> x, column_mask present) const noexcept {
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const z = standards_.z(i, x[i]);
    bool const unknown = !holds(standards_.known(), i);
    point_[i] = holds(present, i) ? static_cast<float>(z) : unknown ? 0.0F : std::numeric_limits<float>::quiet_NaN();
  }
}

inline void robust_random_cut_forest::find_places() const noexcept {
  if (places_hold_ && std::memcmp(point_.data(), placed_.data(), point_.size_bytes()) == 0) return;
  detail::place_in_trees(trees_, shape_, point_.data(), params_.seed + learned_, places_.data());
  std::ranges::copy(point_, placed_.begin());
  places_hold_ = true;
}

inline score robust_random_cut_forest::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  standardise(r.values, present);
  find_places();
  double sum = 0;
  for (auto const& place : places_) sum += static_cast<double>(place.displacement);
  return {sum / static_cast<double>(trees_.size()), abstention::none};
}

inline bool robust_random_cut_forest::contributions(row const& r, std::span<double> parts) const noexcept {
  if (!PDM_EXPECTS(parts.size() == standards_.columns())) return false;
  std::ranges::fill(parts, 0.0);
  if (!score_one(r).ready()) return false;
  double given = 0, whole = 0;
  for (std::size_t k = 0; k < trees_.size(); ++k) {
    auto const& place = places_[k];
    double const part = static_cast<double>(place.displacement);
    whole += part;
    if (place.decided_by != detail::no_node) {
      parts[trees_[k].branches[place.decided_by - shape_.leaves].column] += part;
      given += part;
      continue;
    }
    float const *low = detail::low_of(trees_[k], shape_, place.node),
                *high = detail::high_of(trees_[k], shape_, place.node);
    auto const added = [&](std::size_t i) noexcept {
      return static_cast<double>(std::max({0.0F, low[i] - point_[i], point_[i] - high[i]}));
    };
    double sum = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) sum += added(i);
    if (!(sum > 0)) continue;  // the same point again
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] += part * added(i) / sum;
    given += part;
  }
  if (!(given > 0)) return false;
  for (double& p : parts) p *= whole / given / static_cast<double>(trees_.size());
  return true;
}

// Down the tree by the columns that are present; at a cut of an absent one, where most of the points are.
inline std::uint16_t robust_random_cut_forest::nearest_leaf(detail::cut_tree const& t) const noexcept {
  std::uint16_t node = *t.root;
  while (node >= shape_.leaves) {
    auto const& b = t.branches[node - shape_.leaves];
    float const v = point_[b.column];
    bool const most = detail::count_of(t, shape_, b.left) >= detail::count_of(t, shape_, b.right);
    node = (v == v ? v <= b.cut : most) ? b.left : b.right;
  }
  return node;
}

inline void robust_random_cut_forest::fill_absent(column_mask present) const noexcept {
  column_mask const absent = standards_.known() & ~present;
  if (absent == 0) return;
  for (std::size_t k = 0; k < trees_.size(); ++k) reached_[k] = nearest_leaf(trees_[k]);
  for (std::size_t i = 0; i < standards_.columns(); ++i) {
    if (!holds(absent, i)) continue;
    for (std::size_t k = 0; k < trees_.size(); ++k) medians_[k] = shape_.points[reached_[k] * shape_.stride + i];
    auto const middle = medians_.begin() + static_cast<std::ptrdiff_t>(medians_.size() / 2);
    std::nth_element(medians_.begin(), middle, medians_.end());
    point_[i] = *middle;
  }
}

inline bool robust_random_cut_forest::impute(row const& r, std::span<double> values) const noexcept {
  column_mask present = 0;
  if (!PDM_EXPECTS(values.size() == standards_.columns())) return false;
  if (standards_.judge(r, present) != abstention::none) return false;
  standardise(r.values, present);
  fill_absent(present);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] =
        holds(present, i) ? r.values[i] : standards_.centre(i) + static_cast<double>(point_[i]) * standards_.scale(i);
  }
  return true;
}

inline void robust_random_cut_forest::learn_one(row const& r, double weight) noexcept {
  column_mask const present = standards_.learnable(r, weight);
  if (present == 0) return;
  if (standards_.ready()) {
    standardise(r.values, present);
    fill_absent(present);
    return learn_point();
  }
  if (!standards_.hold(r, present)) return;
  for (std::size_t k = 0; k < standards_.held(); ++k) {
    standardise(standards_.held_row(k), standards_.held_present(k));
    if (learned_ > 0) fill_absent(standards_.held_present(k));
    for (float& v : point_) v = v == v ? v : 0;
    learn_point();
  }
}

inline void robust_random_cut_forest::learn_point() noexcept {
  find_places();
  std::uint16_t const leaf = leaf_of(learned_);
  std::ranges::copy(point_, shape_.points + leaf * shape_.stride);
  detail::insert_into_trees(trees_, shape_, leaf, places_.data());
  if (learned_ >= params_.window) detail::remove_from_trees(trees_, shape_, leaf_of(learned_ - params_.window));
  ++learned_;
  places_hold_ = false;
}

// Nodes from the root, left before right: a leaf's number, or no_node with column and cut.
inline void robust_random_cut_forest::save_tree(archive_writer& w, detail::cut_tree const& t) const noexcept {
  std::uint16_t node = *t.root, from = detail::no_node;
  bool down = true;
  while (node != detail::no_node) {
    if (node < shape_.leaves) {
      w.put(node);
      down = false;
      from = node;
      node = t.leaf_up[node];
      continue;
    }
    auto const& b = t.branches[node - shape_.leaves];
    if (down) w.put(detail::no_node).put(static_cast<std::uint8_t>(b.column)).put(b.cut);
    std::uint16_t const here = node;
    if (!down && from == b.right) {
      node = b.up;
    } else {
      node = down ? b.left : b.right;
      down = true;
    }
    from = here;
  }
}

inline void robust_random_cut_forest::restore_tree(archive_reader& r, detail::cut_tree const& t) noexcept {
  constexpr std::uint16_t not_placed = 0xFFFE;
  std::fill_n(t.leaf_up, leaves(), detail::no_node);
  for (std::uint64_t k = learned_ - live(); k < learned_; ++k) t.leaf_up[leaf_of(k)] = not_placed;
  std::uint16_t up = detail::no_node;  // the branch that waits for a child
  for (std::size_t rest = 1; rest > 0;) {
    auto node = r.get<std::uint16_t>();
    bool const branch = node == detail::no_node;
    bool const fits = branch ? *t.free_count > 0 : node < shape_.leaves && t.leaf_up[node] == not_placed;
    if (!r.ok() || !fits) return r.fail();
    if (branch) {
      std::uint16_t const b = t.free[--*t.free_count];
      node = static_cast<std::uint16_t>(shape_.leaves + b);
      t.branches[b] = {};
      t.branches[b].column = r.get<std::uint8_t>();
      r.get(t.branches[b].cut);
      float const cut = t.branches[b].cut;
      if (t.branches[b].column >= standards_.columns() || !(cut - cut == 0)) return r.fail();
    }
    detail::up_of(t, shape_, node) = up;
    if (up == detail::no_node) {
      *t.root = node;
    } else {
      auto& parent = t.branches[up - shape_.leaves];
      (parent.left == detail::no_node ? parent.left : parent.right) = node;
    }
    rest = branch ? rest + 1 : rest - 1;
    if (branch) {
      up = node;
    } else {
      for (; up != detail::no_node && t.branches[up - shape_.leaves].right != detail::no_node;) {
        finish_branch(t, up);
        up = t.branches[up - shape_.leaves].up;
      }
    }
  }
}

// Count and box of a branch both of whose children are complete.
inline void robust_random_cut_forest::finish_branch(detail::cut_tree const& t, std::uint16_t node) noexcept {
  auto& b = t.branches[node - shape_.leaves];
  b.count = static_cast<std::uint16_t>(detail::count_of(t, shape_, b.left) + detail::count_of(t, shape_, b.right));
  detail::join_boxes(t, shape_, static_cast<std::uint16_t>(node - shape_.leaves));
}

inline result<std::size_t> robust_random_cut_forest::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  w.put(learned_);
  for (std::uint64_t k = learned_ - live(); k < learned_; ++k) {
    for (std::size_t i = 0; i < standards_.columns(); ++i) w.put(shape_.points[leaf_of(k) * shape_.stride + i]);
  }
  for (detail::cut_tree const& t : trees_) save_tree(w, t);
  return w.finish();
}

inline status robust_random_cut_forest::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  opened->get(learned_);
  if (!opened->ok() || (learned_ > 0) != ready()) {
    reset();
    return error{errc::shape_mismatch, "robust_random_cut_forest", "the archive has other columns or another window"};
  }
  for (std::uint64_t k = learned_ - live(); k < learned_; ++k) {
    for (std::size_t i = 0; i < standards_.columns(); ++i) {
      float& v = shape_.points[leaf_of(k) * shape_.stride + i];
      opened->get(v);
      if (!(v - v == 0)) opened->fail();
    }
  }
  for (detail::cut_tree const& t : trees_) {
    if (learned_ > 0 && opened->ok()) restore_tree(*opened, t);
    if (*t.free_count + live() != params_.window + (learned_ > 0 ? 1 : 0)) opened->fail();
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<robust_random_cut_forest>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
