// random_cut_trees -- trees of random cuts over the last points, with insertion and removal in place.
//
// What      What robust_random_cut_forest is made of: every tree holds the same points, each in its own leaf; a point
//           goes down while no random cut of the box around node and point sets it apart, and gets a branch there.
//           Its collusive displacement is the largest count(sibling) / count(node) from its leaf up to the root.
// NB        No interface for users: nothing is checked here. A cut sets a point apart only where it falls into what the
//           point adds to the box, so a point inside the box needs no random number.
// Layout    Fixed pools, 16-bit indices: leaf i < leaves, branch leaves + b. Boxes are kept for branches only, low ends
//           before high ends, `stride` floats each (columns rounded up to 8; the rest stays 0).
// Source    S. Guha, N. Mishra, G. Roy, O. Schrijvers, "Robust random cut forest based anomaly detection on streams",
//           ICML 2016.
// Sums      In 8 fixed lanes: the same bits on every instruction set.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/random.hpp"
#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail {

inline constexpr std::uint16_t no_node = 0xFFFF;

struct cut_branch {
  float cut = 0;  // a point goes left when its value in `column` is at most this
  std::uint16_t left = no_node, right = no_node, up = no_node, column = 0, count = 0, spare = 0;
};

// Views of one tree's pools.
struct cut_tree {
  cut_branch* branches = nullptr;
  float* boxes = nullptr;
  std::uint16_t* leaf_up = nullptr;
  std::uint16_t* free = nullptr;  // stack of free branches
  std::uint16_t* free_count = nullptr;
  std::uint16_t* root = nullptr;
};

struct cut_shape {
  std::size_t leaves = 0, columns = 0, stride = 0;
  float* points = nullptr;  // of the leaves, `stride` apart
};

// Where a point would stand in a tree.
struct cut_place {
  std::uint16_t node = no_node;  // what it would be the sibling of
  std::uint16_t column = 0;      // of the new cut
  float cut = 0;
  float displacement = 0;              // its collusive displacement there
  std::uint16_t decided_by = no_node;  // branch whose cut gives the displacement; no_node: the new one
};

[[nodiscard]] inline std::uint16_t count_of(cut_tree const& t, cut_shape const& s, std::uint16_t node) noexcept {
  return node < s.leaves ? std::uint16_t{1} : t.branches[node - s.leaves].count;
}
[[nodiscard]] inline std::uint16_t& up_of(cut_tree const& t, cut_shape const& s, std::uint16_t node) noexcept {
  return node < s.leaves ? t.leaf_up[node] : t.branches[node - s.leaves].up;
}
[[nodiscard]] inline float const* low_of(cut_tree const& t, cut_shape const& s, std::uint16_t node) noexcept {
  return node < s.leaves ? s.points + node * s.stride : t.boxes + (node - s.leaves) * 2 * s.stride;
}
[[nodiscard]] inline float const* high_of(cut_tree const& t, cut_shape const& s, std::uint16_t node) noexcept {
  return node < s.leaves ? s.points + node * s.stride : t.boxes + ((node - s.leaves) * 2 + 1) * s.stride;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail

#define PDM_SIMD_BODY "pdm/anomaly/random_cut_trees.inl"
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail {

#if PDM_SIMD_X86
#define PDM_CUT_KERNEL(call) (simd::best() >= simd::level::avx2 ? avx2::call : base::call)
#else
#define PDM_CUT_KERNEL(call) base::call
#endif

// Where x would stand in each tree; NaN in x: absent. `seed` names the random numbers.
inline void place_in_trees(std::span<cut_tree const> trees, cut_shape const& s, float const* x, std::uint64_t seed,
                           cut_place* places) noexcept {
  PDM_CUT_KERNEL(place_in_trees(trees, s, x, seed, places));
}
// Puts the point of `leaf` where place_in_trees said.
inline void insert_into_trees(std::span<cut_tree const> trees, cut_shape const& s, std::uint16_t leaf,
                              cut_place const* places) noexcept {
  PDM_CUT_KERNEL(insert_into_trees(trees, s, leaf, places));
}
inline void remove_from_trees(std::span<cut_tree const> trees, cut_shape const& s, std::uint16_t leaf) noexcept {
  PDM_CUT_KERNEL(remove_from_trees(trees, s, leaf));
}
// The box of a branch from those of its children.
inline void join_boxes(cut_tree const& t, cut_shape const& s, std::uint16_t branch) noexcept {
  PDM_CUT_KERNEL(join_boxes(t, s, branch));
}
#undef PDM_CUT_KERNEL

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly::detail
