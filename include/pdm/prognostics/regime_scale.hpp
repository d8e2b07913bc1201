// regime_scale -- sensors seen in units of their own noise under the operating condition of the moment.
//
// What      Finds the nearest operating regime among learned centres of the settings (speed, load, altitude, ...) and
//           gives each channel as (x - mean of the regime) / noise, kept within +-12. A channel that is absent
//           gets its conditional mean given those that are there.
// NB        The scale is the noise from row to row, not the spread over a life: what wears shows as many units.
//           Settings far from every centre are an unseen regime: nothing is guessed there.
// Formulas  noise^2 = mean (z_t - z_(t-1))^2 / 2 of the regime-wise standardised channel. Absent channels: Gauss-Seidel
// on
//           P z = 0 for those rows, P the precision matrix of the channels; its fixed point is E[absent | present].
// Source    Conditional mean of a normal: T. W. Anderson, An Introduction to Multivariate Statistical Analysis, 3rd ed.
//           (2003), 2.5. Noise from successive differences: J. von Neumann, Ann. Math. Stat. 12 (1941) 367-395.
// Shape     in: S settings, C channels; out: C scaled channels.
// Cost      O(regimes S + C); with absent channels O(8 C^2). Views of memory that the owner keeps; no allocation.
#pragma once

#include <cstddef>
#include <span>

#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

struct regime_scale {
  static constexpr float limit = 12;  // of a scaled value

  std::size_t channels = 0;              // C
  std::span<float const> setting_scale;  // S: 1 / spread of a setting
  std::span<float const> centres;        // regimes x S
  std::span<float const> mean, inverse;  // regimes x C
  std::span<float const> precision;      // C x C
  float reach = 0;                       // largest squared distance of settings that counts as seen

  [[nodiscard]] std::size_t settings() const noexcept { return setting_scale.size(); }
  [[nodiscard]] std::size_t regimes() const noexcept { return channels == 0 ? 0 : mean.size() / channels; }

  struct place {
    std::size_t regime = 0;
    bool seen = true;  // false: farther from its centre than anything learned, or a setting is not a number
  };
  [[nodiscard]] place nearest(std::span<double const> setting) const noexcept;

  // Scaled channels of a row; absent ones (not finite) are marked and filled. Returns how many were absent.
  std::size_t scale(std::size_t regime, std::span<double const> row, std::span<float> z,
                    std::span<bool> absent) const noexcept;

 private:
  void fill(std::span<float> z, std::span<bool const> absent) const noexcept;
};

inline regime_scale::place regime_scale::nearest(std::span<double const> setting) const noexcept {
  std::size_t const s = settings();
  if (s == 0) return {};
  place best{0, false};
  double least = math::infinity;
  for (std::size_t k = 0; k < regimes(); ++k) {
    double d = 0;
    for (std::size_t j = 0; j < s; ++j) {
      double const off = (setting[j] - static_cast<double>(centres[k * s + j])) * static_cast<double>(setting_scale[j]);
      d += off * off;
    }
    if (d < least) least = d, best.regime = k;  // never for NaN
  }
  best.seen = least <= static_cast<double>(reach);
  return best;
}

inline std::size_t regime_scale::scale(std::size_t regime, std::span<double const> row, std::span<float> z,
                                       std::span<bool> absent) const noexcept {
  std::size_t const c = channels;
  std::size_t missing = 0;
  for (std::size_t i = 0; i < c; ++i) {
    double const x = row[i];
    absent[i] = !math::is_finite(x);
    missing += absent[i] ? 1 : 0;
    double const v = (x - static_cast<double>(mean[regime * c + i])) * static_cast<double>(inverse[regime * c + i]);
    double const kept = v > static_cast<double>(limit)    ? static_cast<double>(limit)
                        : v < -static_cast<double>(limit) ? -static_cast<double>(limit)
                                                          : v;
    z[i] = absent[i] ? 0.0F : static_cast<float>(kept);
  }
  if (missing > 0 && missing < c) fill(z, absent);
  return missing;
}

inline void regime_scale::fill(std::span<float> z, std::span<bool const> absent) const noexcept {
  std::size_t const c = channels;
  for (int sweep = 0; sweep < 8; ++sweep) {
    for (std::size_t i = 0; i < c; ++i) {
      if (!absent[i]) continue;
      float const* const row = precision.data() + i * c;
      float sum = 0;
      for (std::size_t j = 0; j < c; ++j) sum += j == i ? 0.0F : row[j] * z[j];
      float const v = row[i] > 0 ? -sum / row[i] : 0.0F;
      z[i] = v > limit ? limit : v < -limit ? -limit : v;
    }
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
