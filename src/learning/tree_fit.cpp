#include "learning/tree_fit.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {
namespace {

using prognostics::boosted_trees;
using prognostics::feature_steps;

constexpr std::size_t steps_count = static_cast<std::size_t>(feature_steps);
constexpr double gradient_unit = 1.0 / 65536;  // of the horizon
constexpr int count_bits = 24;                 // low bits of a packed sum hold the number of rows

// Sum of gradients and number of rows in one integer.
std::int64_t packed(double gradient) {
  auto const units = static_cast<std::int64_t>(gradient / gradient_unit + (gradient < 0 ? -0.5 : 0.5));
  return units * (std::int64_t{1} << count_bits) + 1;
}
double rows_of(std::int64_t sum) { return static_cast<double>(sum & ((std::int64_t{1} << count_bits) - 1)); }
double gradient_of(std::int64_t sum) { return static_cast<double>(sum >> count_bits) * gradient_unit; }

// One leaf while a tree grows: its rows are index[begin, end).
struct growing_leaf {
  std::size_t begin = 0, end = 0;
  std::vector<std::int64_t> histogram;  // chosen features x steps
  std::int64_t total = 0;
  double gain = 0;
  std::size_t feature = 0, step = 0;
  std::size_t parent = no_parent;  // node that points here
  bool right = false;

  static constexpr std::size_t no_parent = ~std::size_t{0};
};

struct grown_node {
  std::size_t feature = 0, step = 0, left = 0, right = 0;  // children: node, or boosted_trees::leaf_bit + leaf
};

class fold_booster {
 public:
  fold_booster(design const& d, fitted_bins const& bins, std::span<double const> target, tree_settings const& how,
               std::size_t fold, std::uint64_t seed, tree_sum& out)
      : d_(d), bins_(bins), target_(target), how_(how), fold_(fold), draw_(seed), out_(out) {}

  void run() {
    std::size_t const n = d_.rows();
    double base = 0, count = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (d_.fold(i) == fold_ && d_.folds > 1) continue;
      base += target_[i];
      count += 1;
    }
    base = count > 0 ? base / count : 0;
    out_.base += base / static_cast<double>(d_.folds);
    now_.assign(n, base);
    gradient_.resize(n);
    chosen_.resize(d_.features);
    for (std::size_t t = 0; t < how_.trees; ++t) grow();
    for (std::size_t i = 0; i < n; ++i) {
      if (d_.fold(i) == fold_) out_.held_out[i] = now_[i];
    }
  }

 private:
  void sample() {
    index_.clear();
    for (std::uint32_t i = 0; i < d_.rows(); ++i) {
      bool const mine = d_.folds == 1 || d_.fold(i) != fold_;
      if (!mine || draw_.uniform() >= how_.rows) continue;
      index_.push_back(i);
      gradient_[i] = packed(target_[i] - now_[i]);
    }
    std::size_t const f = d_.features;
    std::iota(chosen_.begin(), chosen_.end(), std::size_t{0});
    taken_ = std::clamp<std::size_t>(static_cast<std::size_t>(static_cast<double>(f) * how_.columns), 1, f);
    for (std::size_t i = 0; i < taken_; ++i) std::swap(chosen_[i], chosen_[i + draw_.index(f - i)]);
    std::sort(chosen_.begin(), chosen_.begin() + static_cast<std::ptrdiff_t>(taken_));
  }

  void grow() {
    sample();
    std::vector<growing_leaf> leaves(1);
    std::vector<grown_node> nodes;
    leaves[0].end = index_.size();
    count_rows(leaves[0]);
    find_split(leaves[0]);
    while (leaves.size() < how_.leaves) {
      auto const best =
          std::max_element(leaves.begin(), leaves.end(), [](auto const& a, auto const& b) { return a.gain < b.gain; });
      if (!(best->gain > 1e-9)) break;
      out_.gain[best->feature] += best->gain;
      auto right = split(*best, nodes);
      leaves.push_back(std::move(right));
    }
    if (leaves.size() > 1) store(leaves, nodes);
  }

  // Turns a leaf into a node with two leaves: the left one stays in its place, the right one is returned.
  growing_leaf split(growing_leaf& leaf, std::vector<grown_node>& nodes) {
    std::uint8_t const* const column = bins_.steps.data() + leaf.feature * d_.rows();
    auto const from = index_.begin() + static_cast<std::ptrdiff_t>(leaf.begin);
    auto const to = index_.begin() + static_cast<std::ptrdiff_t>(leaf.end);
    auto const middle = std::stable_partition(from, to, [&](std::uint32_t i) { return column[i] <= leaf.step; });
    std::size_t const node = nodes.size();
    nodes.push_back({leaf.feature, leaf.step, 0, 0});
    if (leaf.parent != growing_leaf::no_parent)
      (leaf.right ? nodes[leaf.parent].right : nodes[leaf.parent].left) = node;
    growing_leaf right;
    right.begin = static_cast<std::size_t>(middle - index_.begin());
    right.end = leaf.end;
    leaf.end = right.begin;
    leaf.parent = right.parent = node;
    leaf.right = false;
    right.right = true;
    bool const left_smaller = leaf.end - leaf.begin < right.end - right.begin;
    auto whole = std::move(leaf.histogram);
    growing_leaf& small = left_smaller ? leaf : right;
    growing_leaf& large = left_smaller ? right : leaf;
    count_rows(small);
    for (std::size_t i = 0; i < whole.size(); ++i) whole[i] -= small.histogram[i];
    large.histogram = std::move(whole);
    find_split(leaf);
    find_split(right);
    return right;
  }

  void count_rows(growing_leaf& leaf) {
    leaf.histogram.assign(taken_ * steps_count, 0);
    for (std::size_t k = 0; k < taken_; ++k) {
      std::uint8_t const* const column = bins_.steps.data() + chosen_[k] * d_.rows();
      std::int64_t* const sums = leaf.histogram.data() + k * steps_count;
      for (std::size_t at = leaf.begin; at < leaf.end; ++at) sums[column[index_[at]]] += gradient_[index_[at]];
    }
  }

  [[nodiscard]] double worth(std::int64_t sum) const {
    double const g = gradient_of(sum);
    return g * g / (rows_of(sum) + how_.shrinkage);
  }

  void find_split(growing_leaf& leaf) {
    leaf.total = 0;
    for (std::size_t s = 0; s < steps_count; ++s) leaf.total += leaf.histogram[s];
    leaf.gain = 0;
    double const whole = worth(leaf.total), least = static_cast<double>(how_.least_rows);
    for (std::size_t k = 0; k < taken_; ++k) {
      std::int64_t left = 0;
      for (std::size_t s = 0; s + 1 < steps_count; ++s) {
        std::int64_t const here = leaf.histogram[k * steps_count + s];
        left += here;
        if (here == 0 || rows_of(left) < least) continue;
        if (rows_of(leaf.total - left) < least) break;
        double const gain = worth(left) + worth(leaf.total - left) - whole;
        if (gain > leaf.gain) leaf.gain = gain, leaf.feature = chosen_[k], leaf.step = s;
      }
    }
  }

  void store(std::vector<growing_leaf> const& leaves, std::vector<grown_node>& nodes) {
    std::vector<double> value(leaves.size());
    for (std::size_t l = 0; l < leaves.size(); ++l) {
      auto const& leaf = leaves[l];
      (leaf.right ? nodes[leaf.parent].right : nodes[leaf.parent].left) = boosted_trees::leaf_bit + l;
      value[l] = how_.rate * gradient_of(leaf.total) / (rows_of(leaf.total) + how_.shrinkage);
    }
    for (std::size_t i = 0; i < d_.rows(); ++i) now_[i] += value[leaf_of(nodes, i)];
    out_.leaf_counts.push_back(static_cast<std::uint8_t>(leaves.size()));
    for (auto const& n : nodes) {
      out_.nodes.push_back(boosted_trees::node(static_cast<std::uint8_t>(n.feature), static_cast<std::uint8_t>(n.step),
                                               static_cast<std::uint8_t>(n.left), static_cast<std::uint8_t>(n.right)));
    }
    out_.leaves.insert(out_.leaves.end(), value.begin(), value.end());
  }

  [[nodiscard]] std::size_t leaf_of(std::vector<grown_node> const& nodes, std::size_t row) const {
    std::size_t at = 0;
    while (at < boosted_trees::leaf_bit) {
      auto const& n = nodes[at];
      at = bins_.steps[n.feature * d_.rows() + row] <= n.step ? n.left : n.right;
    }
    return at - boosted_trees::leaf_bit;
  }

  design const& d_;
  fitted_bins const& bins_;
  std::span<double const> target_;
  tree_settings const& how_;
  std::size_t fold_, taken_ = 0;
  random_source draw_;
  tree_sum& out_;
  std::vector<double> now_;
  std::vector<std::int64_t> gradient_;
  std::vector<std::uint32_t> index_;
  std::vector<std::size_t> chosen_;
};

}  // namespace

fitted_bins fit_bins(design const& d) {
  fitted_bins b;
  std::size_t const n = d.rows(), step = std::max<std::size_t>(1, n / 5000);
  std::vector<float> values;
  for (std::size_t f = 0; f < d.features; ++f) {
    values.clear();
    for (std::size_t i = 0; i < n; i += step) values.push_back(d.x[i * d.features + f]);
    std::sort(values.begin(), values.end());
    auto const last = static_cast<double>(values.size() - 1);
    float const low = values[static_cast<std::size_t>(0.003 * last)],
                high = values[static_cast<std::size_t>(0.997 * last)];
    b.low.push_back(low);
    b.scale.push_back(high > low ? static_cast<float>(feature_steps - 1) / (high - low) : 0);
  }
  b.steps.resize(d.features * n);
  std::vector<std::uint8_t> steps(d.features);
  for (std::size_t i = 0; i < n; ++i) {
    b.view().bin(d.row(i), steps);
    for (std::size_t f = 0; f < d.features; ++f) b.steps[f * n + i] = steps[f];
  }
  return b;
}

tree_sum fit_trees(design const& d, fitted_bins const& bins, std::span<double const> target, tree_settings const& how,
                   std::uint64_t seed, std::function<void()> const& done) {
  tree_sum out;
  out.held_out.assign(d.rows(), 0);
  out.gain.assign(d.features, 0);
  random_source const source(seed);
  for (std::size_t f = 0; f < d.folds; ++f) {
    fold_booster(d, bins, target, how, f, source.split(f + 1).state(), out).run();
    done();
  }
  return out;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
