// boosted_trees -- a sum of small decision trees over features in 128 steps.
//
// What      Each feature is put into one of 128 equal steps between two learned ends; a tree asks "is step f at most
// b?"
//           until it stands in a leaf; the prediction is a base and the sum of the leaves. Trees of several folds stand
//           one after the other: their mean is a sum too.
// NB        Never leaves the range of what it learned from: a life longer than any seen is not predicted. Prediction
//           only; fitting is in pdm/learning.
// Source    J. H. Friedman, Annals of Statistics 29 (2001) 1189-1232; histograms: G. Ke et al., LightGBM, NIPS (2017).
// Layout    Node: feature, step, left, right, a byte each; left and right are 0..127 for a node of the same tree, or
//           128 + leaf. A tree of L leaves has L - 1 nodes, 2 <= L <= 128. Leaves are 16-bit multiples of `unit`.
// Accuracy  The sum of the leaves is an integer: the same on every machine and in any order.
// Cost      O(trees depth) a prediction: 320 trees of 12 leaves in about 3 us. Views; no allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

inline constexpr int feature_steps = 128;

// Steps of a row of features.
struct feature_binning {
  std::span<float const> low, scale;  // one a feature; step = (x - low) scale, kept in 0 .. 127; scale 0: constant

  void bin(std::span<float const> x, std::span<std::uint8_t> steps) const noexcept {
    for (std::size_t f = 0; f < low.size(); ++f) {
      float const s = (x[f] - low[f]) * scale[f];
      float const kept = s > 0 ? (s < feature_steps - 1 ? s : feature_steps - 1) : 0;  // 0 for NaN
      steps[f] = static_cast<std::uint8_t>(kept);
    }
  }
};

struct boosted_trees {
  static constexpr std::uint8_t leaf_bit = 128;

  std::span<std::uint8_t const> leaf_counts;  // one a tree
  std::span<std::uint32_t const> nodes;       // feature | step << 8 | left << 16 | right << 24
  std::span<std::int16_t const> leaves;
  double base = 0, unit = 1;

  [[nodiscard]] static constexpr std::uint32_t node(std::uint8_t feature, std::uint8_t step, std::uint8_t left,
                                                    std::uint8_t right) noexcept {
    return std::uint32_t{feature} | std::uint32_t{step} << 8 | std::uint32_t{left} << 16 | std::uint32_t{right} << 24;
  }

  [[nodiscard]] double predict(std::span<std::uint8_t const> steps) const noexcept {
    std::int64_t sum = 0;
    std::uint32_t const* tree = nodes.data();
    std::int16_t const* leaf = leaves.data();
    for (std::uint8_t const count : leaf_counts) {
      std::uint32_t at = 0;
      do {
        std::uint32_t const n = tree[at];
        at = steps[n & 255] <= (n >> 8 & 255) ? n >> 16 & 255 : n >> 24;
      } while (at < leaf_bit);
      sum += leaf[at - leaf_bit];
      tree += count - 1;
      leaf += count;
    }
    return base + unit * static_cast<double>(sum);
  }

  // Of an archive that nobody trusts: every index lies inside, and every path ends (children stand behind their
  // parent).
  [[nodiscard]] bool sound(std::size_t features) const noexcept;
};

inline bool boosted_trees::sound(std::size_t features) const noexcept {
  std::size_t node_at = 0, leaf_at = 0;
  for (std::uint8_t const count : leaf_counts) {
    if (count < 2 || count > leaf_bit) return false;
    std::size_t const inner = count - std::size_t{1};
    if (node_at + inner > nodes.size()) return false;
    for (std::size_t i = 0; i < inner; ++i) {
      std::uint32_t const n = nodes[node_at + i];
      if ((n & 255) >= features) return false;
      for (std::uint32_t const child : {n >> 16 & 255, n >> 24}) {
        bool const leaf = child >= leaf_bit;
        if (leaf ? child - leaf_bit >= count : child <= i || child >= inner) return false;
      }
    }
    node_at += inner;
    leaf_at += count;
  }
  return node_at == nodes.size() && leaf_at == leaves.size();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
