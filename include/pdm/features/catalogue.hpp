// catalogue -- every feature that has a name: its unit, its definition and where that stands.
//
// What      A fixed list. A name in capitals inside a pattern stands for a value the user gives: band_power.LO-HI
//           becomes band_power.1000-2000.
// NB        A list of meanings, not of what one frame can give: a line of a bearing needs a bearing and a speed.
//           A change of meaning is a new version; names are never used again for something else.
// Source    golden/README.md for every definition; the sources of the formulas stand in the headers of the kernels.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "pdm/core/row.hpp"
#include "pdm/features/time_features.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

// How a feature's unit follows from the signal's.
enum class unit_rule : std::uint8_t { fixed, signal, signal_squared };

struct catalogue_entry {
  feature_info info;  // info.unit counts where the rule is fixed
  unit_rule rule = unit_rule::fixed;
};

namespace detail {
inline constexpr std::string_view golden = "golden/README.md";
constexpr catalogue_entry of_signal(std::string_view name, std::string_view text) {
  return {{name, unit::unknown, text, golden, 1}, unit_rule::signal};
}
constexpr catalogue_entry of_square(std::string_view name, std::string_view text) {
  return {{name, unit::unknown, text, golden, 1}, unit_rule::signal_squared};
}
constexpr catalogue_entry in_unit(std::string_view name, unit u, std::string_view text) {
  return {{name, u, text, golden, 1}, unit_rule::fixed};
}
constexpr catalogue_entry tagged(feature_info const& info) {
  return {info, info.unit == unit::unknown ? unit_rule::signal : unit_rule::fixed};
}
}  // namespace detail

inline constexpr auto catalogue = std::to_array<catalogue_entry>({
    detail::tagged(mean::info),
    {variance::info, unit_rule::signal_squared},
    detail::tagged(standard_deviation::info),
    detail::tagged(rms::info),
    detail::tagged(abs_mean::info),
    detail::tagged(sqrt_amplitude::info),
    detail::tagged(min::info),
    detail::tagged(max::info),
    detail::tagged(peak::info),
    detail::tagged(peak_to_peak::info),
    {energy::info, unit_rule::signal_squared},
    detail::tagged(skewness::info),
    detail::tagged(kurtosis::info),
    detail::tagged(crest_factor::info),
    detail::tagged(shape_factor::info),
    detail::tagged(impulse_factor::info),
    detail::tagged(clearance_factor::info),
    detail::of_square("hjorth.activity", "var(x)"),
    detail::in_unit("hjorth.mobility", unit::none, "sqrt(var(dx) / var(x)), a sample"),
    detail::in_unit("hjorth.complexity", unit::none, "mobility(dx) / mobility(x)"),
    detail::in_unit("zero_crossings.count", unit::count, "sign changes of x - mean"),
    detail::in_unit("zero_crossings.rate", unit::none, "count / (n - 1)"),
    detail::in_unit("zero_crossings.rate_hz", unit::hertz, "count fs / (n - 1)"),
    detail::in_unit("histogram_entropy.entropy", unit::none, "-sum p ln p over 32 bins (nat)"),
    detail::in_unit("histogram_entropy.entropy_normalised", unit::none, "entropy / ln 32"),
    detail::of_square("teager_kaiser.mean", "mean of x[i]^2 - x[i-1] x[i+1]"),
    detail::of_square("band_power.LO-HI", "df sum psd[k], LO <= f_k < HI (Hz); Welch, Hann, half overlap"),
    detail::of_square("band_power.total", "df sum psd[k] over all lines"),
    detail::in_unit("band_power.relative.LO-HI", unit::none, "band_power.LO-HI / band_power.total"),
    detail::in_unit("spectral_shape.centroid", unit::hertz, "sum f q, q = psd / sum psd"),
    detail::in_unit("spectral_shape.spread", unit::hertz, "sqrt(sum (f - centroid)^2 q)"),
    detail::in_unit("spectral_shape.skewness", unit::none, "sum (f - centroid)^3 q / spread^3"),
    detail::in_unit("spectral_shape.kurtosis", unit::none, "sum (f - centroid)^4 q / spread^4"),
    detail::in_unit("spectral_shape.flatness", unit::none, "exp(mean ln psd) / mean psd"),
    detail::in_unit("spectral_shape.entropy", unit::none, "-sum q ln q / ln K"),
    detail::in_unit("spectral_shape.crest", unit::none, "max psd / mean psd"),
    detail::in_unit("spectral_shape.rolloff_085", unit::hertz, "frequency below which 85 % of the power lie"),
    detail::in_unit("spectral_shape.rolloff_095", unit::hertz, "frequency below which 95 % of the power lie"),
    detail::in_unit("peak_frequency.frequency", unit::hertz, "largest Hann amplitude line, parabola in logarithms"),
    detail::of_signal("peak_frequency.amplitude", "peak amplitude there"),
    detail::of_signal("harmonic_amplitudes.H", "pick(H shaft speed) in the Hann amplitude spectrum, H = 1..16"),
    detail::in_unit("harmonic_amplitudes.thd", unit::none, "sqrt(sum A_h^2, h = 2..5) / A_1 of the shaft"),
    detail::of_signal("band_envelope.rms", "rms of the envelope of the demodulation band"),
    detail::in_unit("band_envelope.kurtosis", unit::none, "kurtosis of that envelope (normal = 3)"),
    detail::in_unit("band_envelope.crest_factor", unit::none, "peak / rms of that envelope"),
    detail::of_square("envelope_spectrum.mean", "mean of the squared envelope"),
    detail::of_square("fault_band_amplitudes.LINE_H", "pick(H LINE speed, tolerance) in the squared envelope spectrum"),
    detail::of_square("fault_band_amplitudes.LINE_sum", "sum of LINE_1 to LINE_4, the observable ones"),
    detail::in_unit("velocity_rms_psd.v_rms", unit::millimetre_per_second,
                    "1e3 sqrt(df sum psd / (2 pi f)^2), 10 to 1000 Hz"),
    detail::in_unit("integrate_acceleration.rms", unit::millimetre_per_second, "rms of the velocity, 10 to 1000 Hz"),
    detail::in_unit("integrate_acceleration.peak", unit::millimetre_per_second, "peak of the velocity, 10 to 1000 Hz"),
});

// The entry of a name without parameters; nullptr for none.
[[nodiscard]] constexpr catalogue_entry const* find_feature(std::string_view name) noexcept {
  for (auto const& e : catalogue) {
    if (e.info.name == name) return &e;
  }
  return nullptr;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
