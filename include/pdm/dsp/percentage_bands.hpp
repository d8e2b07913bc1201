// percentage_bands -- a power spectrum in bands of constant relative width, also for a machine whose speed varies.
//
// What      Band b holds the spectrum's lines from edge b up to, not including, edge b + 1; each is `share` wider than
//           the one before, and at least one line. With `stretch`, speed over the speed that the bands are meant for,
//           the edges move with the speed: the bands are then bands of orders.
// NB        Not octave filters of IEC 61260: the lines of a transform are summed, and low bands are one line each. The
//           line at 0 Hz is in no band; nor is what lies above lines / largest_stretch, so that no band empties.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 4 (constant percentage bandwidth for
//           comparing spectra at slightly varying speed).
// Shape     Mean squares a line in, mean squares a band out. 4 bytes a band.
// Cost      O(lines).
// Threads   Safe for const members.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

class percentage_bands {
 public:
  static constexpr double largest_stretch = 1.1;
  struct params {
    double share = 0.03;
  };
  struct line_range {
    std::size_t first = 0, last = 0;  // last is not included
  };

  percentage_bands() = default;
  explicit percentage_bands(params const& settings) noexcept : params_(settings) {}

  // invalid_argument: a share outside (0, 1], or fewer than 4 lines.
  [[nodiscard]] status prepare(std::size_t lines, arena& memory) noexcept {
    if (!(params_.share > 0 && params_.share <= 1) || lines < 4) {
      return error{errc::invalid_argument, "percentage_bands", "give a share above 0 and up to 1, and 4 lines or more"};
    }
    auto edges = memory.take<std::uint32_t>(bands_of(lines) + 1);
    if (!edges) return edges.error();
    edges_ = *edges;
    lines_ = lines;
    std::size_t edge = 1;
    for (auto& e : edges_) {
      e = static_cast<std::uint32_t>(edge);
      edge = next(edge);
    }
    return {};
  }
  [[nodiscard]] std::size_t footprint(std::size_t lines) const noexcept {
    return arena::bytes<std::uint32_t>(bands_of(lines) + 1);
  }
  // How many bands so many lines make.
  [[nodiscard]] std::size_t bands_of(std::size_t lines) const noexcept {
    std::size_t bands = 0;
    auto const top = static_cast<std::size_t>(static_cast<double>(lines) / largest_stretch);
    for (std::size_t edge = next(1); edge <= top; edge = next(edge)) ++bands;
    return std::max<std::size_t>(bands, 1);
  }
  [[nodiscard]] std::size_t size() const noexcept { return edges_.empty() ? 0 : edges_.size() - 1; }

  // The lines of band b.
  [[nodiscard]] line_range lines_of(std::size_t b, double stretch = 1) const noexcept {
    if (!PDM_EXPECTS(b < size())) return {};
    double const by = std::clamp(stretch, 1 / largest_stretch, largest_stretch);
    auto const moved = [&](std::uint32_t edge) noexcept {
      return std::min(static_cast<std::size_t>(static_cast<double>(edge) * by + 0.5), lines_);
    };
    std::size_t const first = std::max<std::size_t>(std::min(moved(edges_[b]), lines_ - 1), 1);
    return {first, std::max(first + 1, moved(edges_[b + 1]))};
  }
  void levels(std::span<float const> power, std::span<float> into, double stretch = 1) const noexcept {
    if (!PDM_EXPECTS(power.size() == lines_ && into.size() == size())) return;
    for (std::size_t b = 0; b < into.size(); ++b) {
      auto const [first, last] = lines_of(b, stretch);
      double sum = 0;
      for (std::size_t k = first; k < last; ++k) sum += static_cast<double>(power[k]);
      into[b] = static_cast<float>(sum);
    }
  }

 private:
  [[nodiscard]] std::size_t next(std::size_t edge) const noexcept {
    return std::max(edge + 1, static_cast<std::size_t>(static_cast<double>(edge) * (1 + params_.share)));
  }
  params params_{};
  std::size_t lines_ = 0;
  std::span<std::uint32_t> edges_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
