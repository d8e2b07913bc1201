// line_mask -- the spectral masks of one measuring point, one for every regime: what sticks out of its usual spectra.
//
// Compared is the mean of the last spectra in one way of running, which fades with `averages` of them: the level of a
// single one scatters by several decibels.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "pdm/anomaly/spectral_mask.hpp"
#include "pdm/core/operating.hpp"
#include "pdm/core/score.hpp"
#include "pdm/dsp/percentage_bands.hpp"
#include "pdm/monitor/config.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// The largest line of a band that is above its mask.
struct sticking_line {
  double hz = 0;
  double above_db = 0;
};

class line_mask {
 public:
  static constexpr std::size_t most_regimes = 16, most_lines = 4;

  // `lines` of a spectrum, df Hz apart. Takes its memory here.
  [[nodiscard]] status prepare(mask_settings const& settings, std::size_t lines, double df, std::size_t regimes);

  // The mean squares of a frame's lines, and the speed over the nominal one (1 where it is not known).
  void look(std::span<float const> power, double stretch) noexcept;
  // Decibels by which the highest line stands above the mask, 0 for none; leaves the lines. Call it once a look; a
  // spectrum of bad data is not `usable` and has no part in the mean.
  [[nodiscard]] score judge(regime_key regime, bool usable) noexcept;
  // What was judged last belongs to the usual ones; and: that is all of them.
  void learn(regime_key regime) noexcept;
  void settle(regime_key regime) noexcept;
  [[nodiscard]] std::span<sticking_line const> lines() const noexcept { return std::span(lines_).first(line_count_); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  void put(archive_writer& w) const noexcept;
  void get(archive_reader& r) noexcept;

 private:
  struct learned {
    regime_key regime = any_regime;
    bool used = false;
    anomaly::spectral_mask mask;
  };
  [[nodiscard]] learned* find(regime_key regime) noexcept;
  void average(regime_key regime) noexcept;
  [[nodiscard]] bool mean_is_full() const noexcept { return 2 * averaged_ >= averages_; }

  std::vector<std::byte> memory_;
  std::vector<learned> masks_;
  dsp::percentage_bands bands_;
  std::vector<float> power_, levels_, mean_;
  double df_ = 0, stretch_ = 1;
  double averages_ = 1, averaged_ = 0;  // spectra in mean_, at most averages_
  regime_key mean_of_ = any_regime;
  std::size_t least_rows_ = 0;
  std::array<sticking_line, most_lines> lines_{};
  std::size_t line_count_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
