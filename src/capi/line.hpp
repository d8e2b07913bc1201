// line -- what stands behind a pdm_line of the C interface.
//
// What      Look at every sample (finite, full scale, stuck), high-pass, frame, twelve features, robust Mahalanobis
//           distance over four of them, alarm and fused state; events wait in a ring. See pdm/pdm.h.
// NB        Made of pdm::edge alone, built without exceptions. The object lies at the start of the caller's memory,
// what
//           it takes behind it.
// Columns   Natural logarithms of rms, peak, kurtosis and hjorth.mobility. The others follow from these or are noisier:
//           crest_factor is peak / rms, and a column that says the same twice only raises false alarms.
// Learning  The first learn_frames good steady frames after skip_frames; then what was learned stays.
// Cost      Per sample: the high-pass and a frame copy; per frame: about ten passes over it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/advisory/alarm.hpp"
#include "pdm/advisory/asset_state.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/pdm.h"

struct pdm_line {
 public:
  static constexpr std::size_t run_length = 128;  // samples handed on at once

  explicit pdm_line(pdm_line_config const& settings) noexcept;
  pdm_line(pdm_line const&) = delete;
  pdm_line& operator=(pdm_line const&) = delete;

  [[nodiscard]] static pdm::status check(pdm_line_config const& settings) noexcept;
  // Bytes it takes beside the object.
  [[nodiscard]] static std::size_t footprint(pdm_line_config const& settings) noexcept;
  [[nodiscard]] pdm::status prepare(pdm::arena& memory) noexcept;

  void process(std::span<float const> samples) noexcept;
  void start_anew() noexcept;  // the signal; what was learned stays
  [[nodiscard]] pdm::status skip(std::uint64_t missing) noexcept;
  void operate(pdm::operating_state state) noexcept { operating_ = state; }

  [[nodiscard]] bool poll(pdm_event& event) noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
  [[nodiscard]] double score() const noexcept { return score_; }
  [[nodiscard]] std::uint32_t max_block() const noexcept { return settings_.max_block; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] pdm::result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] pdm::status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr pdm::archive_kind kind{'C', 'L', 'I', 'N'};
  static constexpr std::size_t most_events = 16;
  static constexpr std::array<std::size_t, 4> columns{0, 1, 5, 10};  // indices of features
  using values = std::array<double, PDM_FEATURE_COUNT>;

  [[nodiscard]] pdm::quality look_at(float x) noexcept;
  void hand_on(std::size_t count, pdm::quality const& quality) noexcept;
  void judge(pdm::block<float> const& frame) noexcept;
  [[nodiscard]] bool learn(pdm::row const& r) noexcept;
  void tell(pdm_event_kind what, pdm::row const& r, values const& features, double threshold) noexcept;
  void forget() noexcept;

  pdm_line_config settings_;
  pdm::dsp::highpass<float> highpass_;
  pdm::features::frame<float> frame_;
  pdm::anomaly::robust_mahalanobis detector_;
  pdm::advisory::alarm alarm_;
  pdm::advisory::state_fusion fusion_{};

  pdm::operating_state operating_ = pdm::operating_state::steady;
  bool gap_ = true;                           // before the next sample
  bool sound_ = false;                        // a finite sample came in since the gap
  float last_ = 0;                            // finite sample
  std::uint32_t equal_ = 0, stuck_from_ = 0;  // equal samples in a row, and from how many on the sensor is stuck
  std::uint64_t samples_ = 0, frames_ = 0, dropped_ = 0;
  std::uint32_t skipped_ = 0;  // good steady frames before learning
  double score_ = -1;

  std::array<float, run_length> run_{};
  std::array<pdm_event, most_events> events_{};
  std::size_t first_event_ = 0, waiting_ = 0;
};
