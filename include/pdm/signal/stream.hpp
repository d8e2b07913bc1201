// stream -- what a run of samples is, said once, before the first one.
//
// What      stream_spec: rate, largest block, quantity and its unit, usable band, wall time of the first sample.
//           prepare() of a stage takes one and returns the spec of what comes out, so that a wrong rate or unit
//           is found before the first sample.
// NB        One channel. Several channels of a source are several streams with the same clock.
#pragma once

#include <cstddef>
#include <cstdint>

#include "pdm/core/time.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

struct stream_spec {
  hertz rate{};               // samples per second; 0 for rows without a fixed rate
  std::size_t max_block = 0;  // process() is never handed more samples than this
  unit quantity = unit::unknown;
  hertz band_low{}, band_high{};     // usable band of the measuring point; 0, 0: not said
  nanoseconds wall_start = no_time;  // wall time of sequence 0, a label

  friend bool operator==(stream_spec const&, stream_spec const&) = default;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
