// random_units -- a smooth regression: ridge on the features and on random squashed mixtures of a few of them.
//
// What      H units, each a squashed sum of 16 standardised features with random weights, and the features themselves,
//           enter a linear model. The weights come from a seed, so a unit costs one number in a model file.
// NB        Smooth where trees have steps, and it extrapolates where trees do not: that is why a blend of the two beats
//           either. Alone it is the weaker one.
// Formulas  q_f = (x_f - mean_f) / sd_f within +-4; h = s(sum w q / 4 + b), w ~ N(0, 1), b ~ U(-1, 1);
//           s(t) = t (27 + t^2) / (27 + 9 t^2) for |t| <= 3, else +-1 (a Pade form of tanh, its ends joined smoothly).
// Source    G.-B. Huang et al., Neurocomputing 70 (2006) 489-501; A. Rahimi, B. Recht, NIPS (2008).
// Memory    16 (4 + 1) bytes a unit from the arena, regenerated from the seed in prepare().
// Cost      O(16 H + F) a prediction. Fixed-order float sums: the same bits everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

class random_units {
 public:
  static constexpr std::size_t inputs = 16;

  // Weights of `units` units over `features` features, from the seed.
  [[nodiscard]] status prepare(std::size_t units, std::size_t features, std::uint64_t seed, arena& memory) noexcept;
  [[nodiscard]] static constexpr std::size_t footprint(std::size_t units) noexcept {
    return arena::bytes<float>(units * inputs) + arena::bytes<std::uint8_t>(units * inputs) +
           arena::bytes<float>(units);
  }
  [[nodiscard]] std::size_t count() const noexcept { return bias_.size(); }

  // Outputs of all units for standardised features.
  void outputs(std::span<float const> q, std::span<float> h) const noexcept;

  [[nodiscard]] static float squash(float t) noexcept {
    float const k = t > 3 ? 3 : t < -3 ? -3 : t;
    return k * (27 + k * k) / (27 + 9 * k * k);
  }

 private:
  std::span<float> weight_;       // units x inputs
  std::span<std::uint8_t> from_;  // units x inputs: which feature
  std::span<float> bias_;
};

inline status random_units::prepare(std::size_t units, std::size_t features, std::uint64_t seed,
                                    arena& memory) noexcept {
  if (features == 0 || features > 256) return error{errc::invalid_argument, "random_units", "1 to 256 features"};
  auto weight = memory.take<float>(units * inputs);
  if (!weight) return weight.error();
  auto from = memory.take<std::uint8_t>(units * inputs);
  if (!from) return from.error();
  auto bias = memory.take<float>(units);
  if (!bias) return bias.error();
  weight_ = *weight, from_ = *from, bias_ = *bias;
  random_source draw(seed);
  for (std::size_t u = 0; u < units; ++u) {
    for (std::size_t i = 0; i < inputs; ++i) {
      from_[u * inputs + i] = static_cast<std::uint8_t>(draw.index(features));
      weight_[u * inputs + i] = static_cast<float>(0.25 * draw.normal());
    }
    bias_[u] = static_cast<float>(2 * draw.uniform() - 1);
  }
  return {};
}

inline void random_units::outputs(std::span<float const> q, std::span<float> h) const noexcept {
  for (std::size_t u = 0; u < bias_.size(); ++u) {
    float const* const w = weight_.data() + u * inputs;
    std::uint8_t const* const f = from_.data() + u * inputs;
    float s0 = bias_[u], s1 = 0, s2 = 0, s3 = 0;
    for (std::size_t i = 0; i < inputs; i += 4) {
      s0 += w[i] * q[f[i]];
      s1 += w[i + 1] * q[f[i + 1]];
      s2 += w[i + 2] * q[f[i + 2]];
      s3 += w[i + 3] * q[f[i + 3]];
    }
    h[u] = squash((s0 + s1) + (s2 + s3));
  }
}

// The regression on top: intercept, one weight a unit, one a feature.
struct unit_regression {
  std::span<float const> mean, inverse;  // of the features
  std::span<float const> weight;         // units, then features
  double intercept = 0;

  void standardise(std::span<float const> x, std::span<float> q) const noexcept {
    for (std::size_t f = 0; f < mean.size(); ++f) {
      float const v = (x[f] - mean[f]) * inverse[f];
      q[f] = v > 4 ? 4 : v < -4 ? -4 : v;
    }
  }
  [[nodiscard]] double predict(std::span<float const> q, std::span<float const> h) const noexcept {
    double sum = intercept;
    for (std::size_t u = 0; u < h.size(); ++u) sum += static_cast<double>(weight[u]) * static_cast<double>(h[u]);
    for (std::size_t f = 0; f < mean.size(); ++f) {
      sum += static_cast<double>(weight[h.size() + f]) * static_cast<double>(q[f]);
    }
    return sum;
  }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
