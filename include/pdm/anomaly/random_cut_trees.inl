// Bodies of pdm/anomaly/random_cut_trees.hpp, included once for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail::PDM_SIMD_NAMESPACE {

namespace ops = simd::PDM_SIMD_NAMESPACE;
using vec = ops::vec<float>;
using bits = ops::vec<std::int32_t>;
inline constexpr std::size_t width = ops::lanes<float>, parts = 8 / width;

[[gnu::always_inline]] inline vec pick(bits where, vec a, vec b) noexcept {
  return reinterpret_cast<vec>((reinterpret_cast<bits>(a) & where) | (reinterpret_cast<bits>(b) & ~where));
}
[[gnu::always_inline]] inline vec least(vec a, vec b) noexcept { return pick(a < b, a, b); }
[[gnu::always_inline]] inline vec greatest(vec a, vec b) noexcept { return pick(a > b, a, b); }
// v where it is above 0, else 0; NaN gives 0.
[[gnu::always_inline]] inline vec positive(vec v) noexcept {
  return reinterpret_cast<vec>(reinterpret_cast<bits>(v) & (v > vec{}));
}

struct lane_sum {
  vec part[parts] = {};
  // ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)), whatever the width.
  [[nodiscard, gnu::always_inline]] inline float total() const noexcept {
    float v[8];
    for (std::size_t p = 0; p < parts; ++p) ops::store(v + p * width, part[p]);
    return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
  }
};

// What x adds to a box in each column, summed up.
[[gnu::always_inline]] inline float beyond(float const* low, float const* high, float const* x,
                                           std::size_t stride) noexcept {
  lane_sum sum;
  for (std::size_t k = 0; k < stride; k += 8) {
    for (std::size_t p = 0; p < parts; ++p) {
      vec const v = ops::load(x + k + p * width);
      sum.part[p] += positive(ops::load(low + k + p * width) - v) + positive(v - ops::load(high + k + p * width));
    }
  }
  return sum.total();
}
[[gnu::always_inline]] inline float extent(float const* low, float const* high, std::size_t stride) noexcept {
  lane_sum sum;
  for (std::size_t k = 0; k < stride; k += 8) {
    for (std::size_t p = 0; p < parts; ++p) {
      sum.part[p] += ops::load(high + k + p * width) - ops::load(low + k + p * width);
    }
  }
  return sum.total();
}

// The cut at distance r into what x adds to the box. The last column that adds anything takes what rounding left.
inline void choose_cut(float const* low, float const* high, float const* x, std::size_t stride, float r,
                       cut_place& place) noexcept {
  for (std::size_t k = 0; k < stride; ++k) {
    float const under = low[k] - x[k], over = x[k] - high[k], added = under > over ? under : over;
    if (!(added > 0)) continue;
    place.column = static_cast<std::uint16_t>(k);
    float const at = r < added ? r : 0;
    place.cut = under > 0 ? x[k] + at : high[k] + at;
    if (place.cut >= (under > 0 ? low[k] : x[k])) place.cut = under > 0 ? x[k] : high[k];
    if (r < added) return;
    r -= added;
  }
}

inline void place_in_tree(cut_tree const& t, cut_shape const& s, float const* x, random_source draw,
                          cut_place& place) noexcept {
  place = {};
  std::uint16_t node = *t.root;
  if (node == no_node) return;
  float best = 0;
  for (;;) {
    bool const leaf = node < s.leaves;
    float const *low = low_of(t, s, node), *high = leaf ? low : high_of(t, s, node);
    float const added = beyond(low, high, x, s.stride);
    if (added > 0) {
      float const all = leaf ? added : added + extent(low, high, s.stride);
      float const r = static_cast<float>(draw.uniform()) * all;
      if (leaf || r < added) {
        choose_cut(low, high, x, s.stride, r, place);
        break;
      }
    } else if (leaf) {  // the same point again
      place.cut = x[0] == x[0] ? x[0] : low[0];
      break;
    }
    cut_branch const& b = t.branches[node - s.leaves];
    float const v = x[b.column];
    std::uint16_t const lefts = count_of(t, s, b.left), rights = count_of(t, s, b.right);
    bool const left = v == v ? v <= b.cut : lefts >= rights;  // absent: where most are
    float const ratio = static_cast<float>(left ? rights : lefts) / static_cast<float>((left ? lefts : rights) + 1);
    if (ratio > best) {
      best = ratio;
      place.decided_by = node;
    }
    node = left ? b.left : b.right;
  }
  place.node = node;
  float const own = count_of(t, s, node);
  if (own >= best) place.decided_by = no_node;
  place.displacement = own >= best ? own : best;
}

inline void place_in_trees(std::span<cut_tree const> trees, cut_shape const& s, float const* x, std::uint64_t seed,
                           cut_place* places) noexcept {
  random_source const all(seed);
  for (std::size_t k = 0; k < trees.size(); ++k) place_in_tree(trees[k], s, x, all.split(k), places[k]);
}

inline void join_boxes(cut_tree const& t, cut_shape const& s, std::uint16_t branch) noexcept {
  cut_branch const& b = t.branches[branch];
  float *low = t.boxes + branch * 2 * s.stride, *high = low + s.stride;
  float const *low_l = low_of(t, s, b.left), *low_r = low_of(t, s, b.right);
  float const *high_l = high_of(t, s, b.left), *high_r = high_of(t, s, b.right);
  for (std::size_t k = 0; k < s.stride; k += width) {
    ops::store(low + k, least(ops::load(low_l + k), ops::load(low_r + k)));
    ops::store(high + k, greatest(ops::load(high_l + k), ops::load(high_r + k)));
  }
}

inline void replace_child(cut_tree const& t, cut_shape const& s, std::uint16_t up, std::uint16_t was,
                          std::uint16_t now) noexcept {
  if (up == no_node) {
    *t.root = now;
  } else {
    cut_branch& b = t.branches[up - s.leaves];
    (b.left == was ? b.left : b.right) = now;
  }
}

inline void insert_into_tree(cut_tree const& t, cut_shape const& s, std::uint16_t leaf,
                             cut_place const& place) noexcept {
  if (place.node == no_node) {
    *t.root = leaf;
    t.leaf_up[leaf] = no_node;
    return;
  }
  float const* x = s.points + leaf * s.stride;
  std::uint16_t const b = t.free[--*t.free_count], up = up_of(t, s, place.node);
  auto const id = static_cast<std::uint16_t>(s.leaves + b);
  bool const left = x[place.column] <= place.cut;
  t.branches[b] = {place.cut,
                   left ? leaf : place.node,
                   left ? place.node : leaf,
                   up,
                   place.column,
                   static_cast<std::uint16_t>(count_of(t, s, place.node) + 1),
                   0};
  t.leaf_up[leaf] = id;
  up_of(t, s, place.node) = id;
  replace_child(t, s, up, place.node, id);
  join_boxes(t, s, b);
  bool outside = true;  // once the point is inside a box, it is inside all above
  for (std::uint16_t w = up; w != no_node;) {
    cut_branch& above = t.branches[w - s.leaves];
    ++above.count;
    float *low = t.boxes + (w - s.leaves) * 2 * s.stride, *high = low + s.stride;
    outside = outside && beyond(low, high, x, s.stride) > 0;
    for (std::size_t k = 0; outside && k < s.stride; k += width) {
      vec const v = ops::load(x + k);
      ops::store(low + k, least(ops::load(low + k), v));
      ops::store(high + k, greatest(ops::load(high + k), v));
    }
    w = above.up;
  }
}

inline void insert_into_trees(std::span<cut_tree const> trees, cut_shape const& s, std::uint16_t leaf,
                              cut_place const* places) noexcept {
  for (std::size_t k = 0; k < trees.size(); ++k) insert_into_tree(trees[k], s, leaf, places[k]);
}

// Does x lie on the edge of the box?
[[gnu::always_inline]] inline bool on_edge(float const* low, float const* high, float const* x,
                                           std::size_t columns) noexcept {
  bits any{};
  for (std::size_t k = 0; k < columns; k += width) {
    vec const v = ops::load(x + k);
    bits const column = ops::ramp(static_cast<std::int32_t>(k)) < static_cast<std::int32_t>(columns);
    any |= ((v <= ops::load(low + k)) | (v >= ops::load(high + k))) & column;
  }
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < width; ++i) sum |= any[i];
  return sum != 0;
}

inline void remove_from_tree(cut_tree const& t, cut_shape const& s, std::uint16_t leaf) noexcept {
  std::uint16_t const parent = t.leaf_up[leaf];
  if (parent == no_node) {
    *t.root = no_node;
    return;
  }
  cut_branch const& b = t.branches[parent - s.leaves];
  std::uint16_t const sibling = b.left == leaf ? b.right : b.left, up = b.up;
  up_of(t, s, sibling) = up;
  replace_child(t, s, up, parent, sibling);
  t.free[(*t.free_count)++] = static_cast<std::uint16_t>(parent - s.leaves);
  float const* x = s.points + leaf * s.stride;
  bool edge = true;  // a point inside a box is no edge of the boxes above
  for (std::uint16_t w = up; w != no_node;) {
    cut_branch& above = t.branches[w - s.leaves];
    --above.count;
    auto const branch = static_cast<std::uint16_t>(w - s.leaves);
    float const* low = t.boxes + branch * 2 * s.stride;
    edge = edge && on_edge(low, low + s.stride, x, s.columns);
    if (edge) join_boxes(t, s, branch);
    w = above.up;
  }
}

inline void remove_from_trees(std::span<cut_tree const> trees, cut_shape const& s, std::uint16_t leaf) noexcept {
  for (cut_tree const& t : trees) remove_from_tree(t, s, leaf);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail::PDM_SIMD_NAMESPACE
