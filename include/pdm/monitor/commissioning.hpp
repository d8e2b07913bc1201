// commissioning -- what a first recording says about machine, sensor and set-up, before anybody configured anything.
//
// What      Runs or not, speed, mains, noise floor, clipping, the band that can be used, and whether rate and unit make
//           sense; from these a first configuration, and what is still missing.
// NB        No verdict on the machine: nothing here says healthy. Everything unknown stays unknown; the speed is given
//           only where nothing speaks against it (diagnostics/blind_speed.hpp).
// Method    running: two levels of RMS in frames of a quarter of a second (signal/two_level.hpp); where there is one
//           level, colour and lines of the spectrum: a standing machine shows the noise of the sensor, nearly white,
//           and the mains. Band: from the top down to where the density has risen to 20 dB below its middle.
// Source    Usable band and mounting: ISO 5348:2021. Mains and the standing machine: R. Randall, Vibration-based
//           Condition Monitoring, 2nd ed. (2021), ch. 2.
// Cost      Reads at most `most_samples` of one channel.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "pdm/core/quality.hpp"
#include "pdm/diagnostics/blind_speed.hpp"
#include "pdm/monitor/config.hpp"
#include "pdm/wire/recording.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

enum class running_kind : std::uint8_t { unknown, off, partly, running };
enum class rate_remark : std::uint8_t {
  none,
  no_filter,    // the density does not fall towards the end: what lies above is folded back
  empty_above,  // nothing in the upper half: sampled faster than the sensor can, or the rate is not the true one
};

struct commissioning {
  wire::recording_info info;
  running_kind running = running_kind::unknown;
  double running_share = 0;  // of the frames
  double seconds = 0;        // looked at
  diagnostics::blind_speed speed;
  std::optional<double> mains_hz;
  double rms = 0, mean = 0;  // of the running part
  double noise_density = 0;  // unit / sqrt(Hz), the quietest tenth of the spectrum
  double clipped_share = 0;
  double band_low_hz = 0, band_high_hz = 0;
  rate_remark rate = rate_remark::none;
  std::optional<bool> unit_plausible;  // nothing where the unit is not known
  pdm::quality quality;
};

inline constexpr std::uint64_t most_samples = 1u << 23;

// Looks at one channel. Errors of reading, and fewer than 256 samples.
[[nodiscard]] wire::input_result<commissioning> commission(wire::recording& recording, std::size_t channel = 0);

// One asset of a configuration that `pdm run --check` accepts.
[[nodiscard]] json asset_of(commissioning const& c, std::string const& id, std::string const& file,
                            std::string const& format, std::optional<double> fs_hz);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
