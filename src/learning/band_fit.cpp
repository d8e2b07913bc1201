#include "learning/band_fit.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "pdm/core/math.hpp"
#include "pdm/prognostics/residual_bands.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {
namespace {

using prognostics::residual_bands;

constexpr double kernel_half_width = 0.08;  // of the horizon
constexpr std::size_t near_units = 8;       // of different units that a level needs near it

struct residual {
  double value = 0, weight = 0;
  std::uint32_t unit = 0;
};

// Residuals of rows predicted near a level, nearer ones with more weight; the neighbourhood grows until enough units
// are in it.
std::vector<residual> residuals_near(double level, std::span<double const> prediction, std::span<double const> truth,
                                     std::span<std::uint32_t const> unit, std::size_t units, std::size_t& found) {
  std::vector<residual> near;
  for (double width = kernel_half_width;; width *= 1.5) {
    near.clear();
    std::vector<bool> seen(units, false);
    found = 0;
    for (std::size_t i = 0; i < prediction.size(); ++i) {
      double const weight = 1 - std::abs(std::clamp(prediction[i], 0.0, 1.0) - level) / width;
      if (!(weight > 0)) continue;
      near.push_back({truth[i] - std::clamp(prediction[i], 0.0, 1.0), weight, unit[i]});
      if (!seen[unit[i]]) ++found;
      seen[unit[i]] = true;
    }
    if (found >= std::min(units, near_units) || width > 4) break;
  }
  std::stable_sort(near.begin(), near.end(), [](auto const& a, auto const& b) { return a.value < b.value; });
  return near;
}

double weighted_quantile(std::vector<residual> const& sorted, double total, double p) {
  double sum = 0;
  for (auto const& r : sorted) {
    sum += r.weight;
    if (sum >= p * total) return r.value;
  }
  return sorted.back().value;
}

double spread_of(std::vector<residual> const& near, double total) {
  double square = 0;
  for (auto const& r : near) square += r.weight * r.value * r.value;
  return std::sqrt(square / total);
}

}  // namespace

// Cornish-Fisher expansion, Abramowitz & Stegun 26.7.5.
double student_quantile(double p, double n) noexcept {
  double const z = math::normal_quantile(p), z2 = z * z;
  double const g1 = z * (z2 + 1) / 4, g2 = z * (5 * z2 * z2 + 16 * z2 + 3) / 96,
               g3 = z * (3 * z2 * z2 * z2 + 19 * z2 * z2 + 17 * z2 - 15) / 384;
  return z + (g1 + (g2 + g3 / n) / n) / n;
}

std::vector<std::int16_t> fit_bands(std::span<double const> prediction, std::span<double const> truth,
                                    std::span<std::uint32_t const> unit, std::size_t units, bool assumed) {
  constexpr std::size_t levels = residual_bands::levels, knots = residual_bands::knots;
  std::vector<std::int16_t> table(levels * knots, 0);
  for (std::size_t l = 0; l < levels; ++l) {
    std::size_t found = 0;
    double const level = static_cast<double>(l) / static_cast<double>(levels - 1);
    auto const near = residuals_near(level, prediction, truth, unit, units, found);
    double total = 0;
    for (auto const& r : near) total += r.weight;
    if (near.empty()) continue;
    auto const n = static_cast<double>(std::max<std::size_t>(found, 2));
    double const spread = spread_of(near, total) * std::sqrt(1 + 1 / n);
    double before = -4;
    for (std::size_t k = 0; k < knots; ++k) {
      double const p = static_cast<double>(k) / static_cast<double>(knots - 1);
      double const rank = std::clamp(0.5 + (p - 0.5) * (n + 1) / n, 0.0, 1.0);
      double const v =
          assumed ? spread * student_quantile(std::clamp(p, 0.01, 0.99), n - 1) : weighted_quantile(near, total, rank);
      before = std::clamp(v, before, 3.9);
      table[l * knots + k] = static_cast<std::int16_t>(std::lround(before * residual_bands::steps));
    }
  }
  return table;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
