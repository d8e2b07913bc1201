// line -- what stands behind a pdm_line of the C interface.
//
// What      Look at every sample (finite, full scale, stuck), high-pass, frames, and what judge.hpp makes of them, at
//           once or in slices (features/sliced.hpp). See pdm/pdm.h.
// NB        Made of pdm::edge alone, built without exceptions. The object lies at the start of the caller's memory,
//           what it takes behind it.
// Cost      Per sample: the look, the high-pass and a frame copy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "capi/judge.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/features/sliced.hpp"
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
  // Units a frame takes.
  [[nodiscard]] static std::size_t work(pdm_line_config const& settings) noexcept;
  [[nodiscard]] static std::size_t budget(pdm_line_config const& settings, std::size_t block) noexcept;
  [[nodiscard]] pdm::status prepare(pdm::arena& memory) noexcept;

  void process(std::span<float const> samples) noexcept;
  [[nodiscard]] bool step(std::size_t budget) noexcept { return frame_.step(budget, pdm::detail::any_next{}); }
  [[nodiscard]] std::uint64_t overruns() const noexcept { return frame_.overruns(); }
  void start_anew() noexcept;  // the signal; what was learned stays
  [[nodiscard]] pdm::status skip(std::uint64_t missing) noexcept;
  void operate(pdm::operating_state state) noexcept { operating_ = state; }

  [[nodiscard]] bool poll(pdm_event& event) noexcept { return frame_.stage().poll(event); }
  [[nodiscard]] std::uint64_t dropped() const noexcept { return frame_.stage().dropped(); }
  [[nodiscard]] double score() const noexcept { return frame_.stage().score(); }
  [[nodiscard]] std::uint32_t max_block() const noexcept { return settings_.max_block; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] pdm::result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] pdm::status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr pdm::archive_kind kind{'C', 'L', 'I', 'N'};

  [[nodiscard]] pdm::quality look_at(float x) noexcept;
  void hand_on(std::size_t count, pdm::quality const& quality) noexcept;
  void forget() noexcept;

  pdm_line_config settings_;
  pdm::dsp::highpass<float> highpass_;
  pdm::features::sliced<pdm_capi::judge> frame_;

  pdm::operating_state operating_ = pdm::operating_state::steady;
  bool gap_ = true;                           // before the next sample
  bool sound_ = false;                        // a finite sample came in since the gap
  float last_ = 0;                            // finite sample
  std::uint32_t equal_ = 0, stuck_from_ = 0;  // equal samples in a row, and from how many on the sensor is stuck
  std::uint64_t samples_ = 0;
  std::array<float, run_length> run_{};
};
