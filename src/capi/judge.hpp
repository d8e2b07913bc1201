// judge -- what a pdm_line makes of a frame: features, distance, alarm, state, events.
//
// What      A stepwise stage (features/stepwise.hpp) behind the frames of a line: twelve features, robust Mahalanobis
//           distance over four of them, alarm and fused state; events wait in a ring.
// Columns   Natural logarithms of rms, peak, kurtosis and hjorth.mobility. The others follow from these or are noisier:
//           crest_factor is peak / rms, and a column that says the same twice only raises false alarms.
// Learning  The first learn_frames good steady frames after skip_frames; then what was learned stays. The frame with
//           which learning ends has settling to do behind it: a median and a deviation a column.
// Cost      Ten passes over a frame; nine units a sample, and the settling (work()). Judging the row is one piece.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/advisory/alarm.hpp"
#include "pdm/advisory/asset_state.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/pdm.h"

namespace pdm_capi {

using line_features =
    pdm::features::stepwise_extract<float, pdm::features::rms, pdm::features::peak, pdm::features::standard_deviation,
                                    pdm::features::peak_to_peak, pdm::features::skewness, pdm::features::kurtosis,
                                    pdm::features::crest_factor, pdm::features::shape_factor,
                                    pdm::features::impulse_factor, pdm::features::clearance_factor,
                                    pdm::features::hjorth_mobility, pdm::features::hjorth_complexity>;
static_assert(line_features::size == PDM_FEATURE_COUNT);

class judge {
 public:
  explicit judge(pdm_line_config const& settings) noexcept;

  [[nodiscard]] pdm::result<pdm::stream_spec> prepare(pdm::stream_spec const& spec, pdm::arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(pdm::stream_spec const&) const noexcept {
    return detector_.footprint(columns.size());
  }
  // Nothing is handed on: what there is to tell waits as an event.
  void begin(pdm::block<float> const& frame) noexcept;
  template <class Next>
  std::size_t step(std::size_t budget, Next&&) noexcept {
    return step(budget);
  }
  std::size_t step(std::size_t budget) noexcept;
  template <class Next>
  void process(pdm::block<float> const& frame, Next&&) noexcept {
    begin(frame);
    while (busy()) (void)step(work(frame.size()));
  }
  [[nodiscard]] bool busy() const noexcept { return features_.busy() || detector_.settling(); }
  [[nodiscard]] std::size_t work(std::size_t n) const noexcept {
    return features_.work(n) + detector_.settle_work(columns.size());
  }
  void reset() noexcept;  // what was learned, too

  [[nodiscard]] bool poll(pdm_event& event) noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
  [[nodiscard]] double score() const noexcept { return score_; }

  // The frames, the score and what was learned, as in the archive of a line.
  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  void write(pdm::archive_writer& w) const noexcept;
  [[nodiscard]] bool read(pdm::archive_reader& r) noexcept;  // false: the score is not finite

 private:
  static constexpr std::size_t most_events = 16;
  static constexpr std::array<std::size_t, 4> columns{0, 1, 5, 10};  // indices of features
  // The frame that is judged.
  struct judged {
    std::uint64_t sample = 0;
    std::array<double, PDM_FEATURE_COUNT> features{};
    std::array<double, columns.size()> parts{};  // of the score
    bool changed = false, told = false;          // the state became another; an event has said so
  };

  void decide(pdm::row const& features) noexcept;
  void learn(pdm::row const& r) noexcept;
  void conclude() noexcept;
  void tell(pdm_event_kind what, double threshold) noexcept;

  std::uint32_t skip_frames_;
  double alarm_on_;
  line_features features_{};
  pdm::anomaly::robust_mahalanobis detector_;
  pdm::advisory::alarm alarm_;
  pdm::advisory::state_fusion fusion_{};
  std::uint64_t sample_ = 0;  // the frame's first
  judged at_{};
  bool learning_ = false;  // this frame ends it

  std::uint64_t frames_ = 0, dropped_ = 0;
  std::uint32_t skipped_ = 0;  // good steady frames before learning
  double score_ = -1;
  std::array<pdm_event, most_events> events_{};
  std::size_t first_event_ = 0, waiting_ = 0;
};

static_assert(pdm::features::stepwise_stage<judge, float>);

}  // namespace pdm_capi
