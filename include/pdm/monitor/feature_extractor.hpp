// feature_extractor -- named features of a frame, chosen when a line is configured.
//
// What      Takes a list of names (pdm/features/catalogue.hpp), a frame length, a rate and what is known of the
//           measuring point, and gives one row a frame. What several features need (sums, density, spectrum,
//           envelope) is computed once. Also gives the spectra that a report draws.
// NB        For features known at compile time use features::extract, which is header-only. A column whose band lies
//           outside the usable band of the point, or that needs a unit, a speed or a bearing nobody gave, is absent
//           from every row; its `absent_because` says why. The row carries no time and no quality: the caller has them.
// Spectra   Density: Welch, Hann, half overlap, segment = frame, but at most the power of two from rate / 4 up.
//           Amplitude: Hann over the whole frame. Envelope: squared envelope of the demodulation band.
// Units     Those of the signal, squared where the catalogue says so; velocities in mm/s (from m/s^2 or g).
// Memory    Taken in prepare(); extract() and the spectra make no heap call.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/core/machine.hpp"
#include "pdm/core/row.hpp"
#include "pdm/core/units.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

struct extractor_setup {
  std::vector<std::string> features;  // empty: default_features(setup)
  std::size_t length = 0;             // samples a frame
  double rate_hz = 0;
  unit quantity = unit::unknown;
  hertz band_low{}, band_high{};          // usable band of the point; 0, 0: not said
  hertz envelope_low{}, envelope_high{};  // demodulation band; 0, 0: from rate / 8 to 3 rate / 8
  std::vector<fault_order> lines;         // multiples of the reference shaft: BPFO, BPFI, ...
  double line_tolerance = 0.02;           // relative, for slip and speed
};

struct feature_column {
  std::string name;
  pdm::unit unit = unit::unknown;  // unknown also for products of units
  std::string unit_text;           // "m/s2", "(m/s2)^2", "Hz", "1", "unknown"
  std::string_view definition;     // static
  std::string_view source;         // static
  int version = 1;
  std::string_view absent_because;  // static; empty: the column is computed
};

// Lines to draw: value i is the largest of the lines from i df up, `merged` lines each; at most 400 values.
struct plot_lines {
  double df = 0;  // Hz from value to value
  std::size_t merged = 1;
  std::span<double const> values;  // valid until the next call
};

// A useful set for a point of which no more is known than the setup says.
[[nodiscard]] std::vector<std::string> default_features(extractor_setup const& setup);

class feature_extractor {
 public:
  feature_extractor();
  ~feature_extractor();
  feature_extractor(feature_extractor&&) noexcept;
  feature_extractor& operator=(feature_extractor&&) noexcept;

  // Fails with the name of a feature that does not exist, or what else is wrong with the setup (`file` left empty).
  [[nodiscard]] wire::input_result<void> prepare(extractor_setup const& setup);

  [[nodiscard]] std::span<feature_column const> columns() const noexcept;
  // Index of a column, columns().size() for none.
  [[nodiscard]] std::size_t index_of(std::string_view name) const noexcept;

  // Features of `length` samples. shaft_hz: speed of the reference shaft, 0 where it is not known. The row's values are
  // valid until the next call; present bits say what is there.
  [[nodiscard]] row extract(std::span<double const> frame, double shaft_hz = 0) noexcept;

  // Mean square of every line (Hann), length / 2 + 1 of them; valid until the next call of any function here.
  [[nodiscard]] std::span<float const> mean_squares(std::span<double const> frame) noexcept;
  // RMS amplitude spectrum (Hann) of a frame, in the unit of the signal.
  [[nodiscard]] plot_lines rms_spectrum(std::span<double const> frame) noexcept;
  // Amplitude spectrum of the squared envelope of the demodulation band (peak, signal unit squared), up to top_hz where
  // that is given: fault lines lie low, and 400 values over the whole range would blur them.
  [[nodiscard]] plot_lines envelope_spectrum(std::span<double const> frame, double top_hz = 0) noexcept;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
