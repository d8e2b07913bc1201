// catalogue -- every feature that has a name: its unit, its definition and where that stands.
//
// What      A fixed list. A name in capitals inside a pattern stands for a value the user gives: band_power.LO-HI
//           becomes band_power.1000-2000.
// NB        A list of meanings, not of what one frame can give: a line of a bearing needs a bearing and a speed.
//           A change of meaning is a new version; names are never used again for something else.
// Source    Beside each entry; the exact definitions are those of the kernels' headers.
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
inline constexpr std::string_view hjorth_source = "B. Hjorth, Electroencephalogr. Clin. Neurophysiol. 29 (1970) 306";
inline constexpr std::string_view zero_crossings_source = "S. Rice, Bell Syst. Tech. J. 24 (1945) 46";
inline constexpr std::string_view histogram_entropy_source = "C. Shannon, Bell Syst. Tech. J. 27 (1948) 379";
inline constexpr std::string_view teager_kaiser_source = "J. Kaiser, Proc. ICASSP 1990, 381";
inline constexpr std::string_view band_power_source = "P. Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70";
inline constexpr std::string_view spectral_shape_source = "G. Peeters, CUIDADO report (IRCAM, 2004), 6";
inline constexpr std::string_view peak_frequency_source = "J. Smith, X. Serra, Proc. ICMC 1987";
inline constexpr std::string_view harmonic_amplitudes_source =
    "R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021)";
inline constexpr std::string_view band_envelope_source = "R. Randall, J. Antoni, MSSP 25 (2011) 485";
inline constexpr std::string_view envelope_spectrum_source = "R. Randall, J. Antoni, MSSP 25 (2011) 485";
inline constexpr std::string_view fault_band_amplitudes_source = "R. Randall, J. Antoni, MSSP 25 (2011) 485";
inline constexpr std::string_view velocity_rms_psd_source = "ISO 20816-1:2016";
inline constexpr std::string_view integrate_acceleration_source =
    "R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021)";
constexpr catalogue_entry of_signal(std::string_view name, std::string_view text, std::string_view source) {
  return {{name, unit::unknown, text, source, 1}, unit_rule::signal};
}
constexpr catalogue_entry of_square(std::string_view name, std::string_view text, std::string_view source) {
  return {{name, unit::unknown, text, source, 1}, unit_rule::signal_squared};
}
constexpr catalogue_entry in_unit(std::string_view name, unit u, std::string_view text, std::string_view source) {
  return {{name, u, text, source, 1}, unit_rule::fixed};
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
    detail::of_square("hjorth.activity", "var(x)", detail::hjorth_source),
    detail::in_unit("hjorth.mobility", unit::none, "sqrt(var(dx) / var(x)), a sample", detail::hjorth_source),
    detail::in_unit("hjorth.complexity", unit::none, "mobility(dx) / mobility(x)", detail::hjorth_source),
    detail::in_unit("zero_crossings.count", unit::count, "sign changes of x - mean", detail::zero_crossings_source),
    detail::in_unit("zero_crossings.rate", unit::none, "count / (n - 1)", detail::zero_crossings_source),
    detail::in_unit("zero_crossings.rate_hz", unit::hertz, "count fs / (n - 1)", detail::zero_crossings_source),
    detail::in_unit("histogram_entropy.entropy", unit::none, "-sum p ln p over 32 bins (nat)",
                    detail::histogram_entropy_source),
    detail::in_unit("histogram_entropy.entropy_normalised", unit::none, "entropy / ln 32",
                    detail::histogram_entropy_source),
    detail::of_square("teager_kaiser.mean", "mean of x[i]^2 - x[i-1] x[i+1]", detail::teager_kaiser_source),
    detail::of_square("band_power.LO-HI", "df sum psd[k], LO <= f_k < HI (Hz); Welch, Hann, half overlap",
                      detail::band_power_source),
    detail::of_square("band_power.total", "df sum psd[k] over all lines", detail::band_power_source),
    detail::in_unit("band_power.relative.LO-HI", unit::none, "band_power.LO-HI / band_power.total",
                    detail::band_power_source),
    detail::in_unit("spectral_shape.centroid", unit::hertz, "sum f q, q = psd / sum psd",
                    detail::spectral_shape_source),
    detail::in_unit("spectral_shape.spread", unit::hertz, "sqrt(sum (f - centroid)^2 q)",
                    detail::spectral_shape_source),
    detail::in_unit("spectral_shape.skewness", unit::none, "sum (f - centroid)^3 q / spread^3",
                    detail::spectral_shape_source),
    detail::in_unit("spectral_shape.kurtosis", unit::none, "sum (f - centroid)^4 q / spread^4",
                    detail::spectral_shape_source),
    detail::in_unit("spectral_shape.flatness", unit::none, "exp(mean ln psd) / mean psd",
                    detail::spectral_shape_source),
    detail::in_unit("spectral_shape.entropy", unit::none, "-sum q ln q / ln K", detail::spectral_shape_source),
    detail::in_unit("spectral_shape.crest", unit::none, "max psd / mean psd", detail::spectral_shape_source),
    detail::in_unit("spectral_shape.rolloff_085", unit::hertz, "frequency below which 85 % of the power lie",
                    detail::spectral_shape_source),
    detail::in_unit("spectral_shape.rolloff_095", unit::hertz, "frequency below which 95 % of the power lie",
                    detail::spectral_shape_source),
    detail::in_unit("peak_frequency.frequency", unit::hertz, "largest Hann amplitude line, parabola in logarithms",
                    detail::peak_frequency_source),
    detail::of_signal("peak_frequency.amplitude", "peak amplitude there", detail::peak_frequency_source),
    detail::of_signal("harmonic_amplitudes.H", "pick(H shaft speed) in the Hann amplitude spectrum, H = 1..16",
                      detail::harmonic_amplitudes_source),
    detail::in_unit("harmonic_amplitudes.thd", unit::none, "sqrt(sum A_h^2, h = 2..5) / A_1 of the shaft",
                    detail::harmonic_amplitudes_source),
    detail::of_signal("band_envelope.rms", "rms of the envelope of the demodulation band",
                      detail::band_envelope_source),
    detail::in_unit("band_envelope.kurtosis", unit::none, "kurtosis of that envelope (normal = 3)",
                    detail::band_envelope_source),
    detail::in_unit("band_envelope.crest_factor", unit::none, "peak / rms of that envelope",
                    detail::band_envelope_source),
    detail::of_square("envelope_spectrum.mean", "mean of the squared envelope", detail::envelope_spectrum_source),
    detail::of_square("fault_band_amplitudes.LINE_H", "pick(H LINE speed, tolerance) in the squared envelope spectrum",
                      detail::fault_band_amplitudes_source),
    detail::of_square("fault_band_amplitudes.LINE_sum", "sum of LINE_1 to LINE_4, the observable ones",
                      detail::fault_band_amplitudes_source),
    detail::in_unit("velocity_rms_psd.v_rms", unit::millimetre_per_second,
                    "1e3 sqrt(df sum psd / (2 pi f)^2), 10 to 1000 Hz", detail::velocity_rms_psd_source),
    detail::in_unit("integrate_acceleration.rms", unit::millimetre_per_second, "rms of the velocity, 10 to 1000 Hz",
                    detail::integrate_acceleration_source),
    detail::in_unit("integrate_acceleration.peak", unit::millimetre_per_second, "peak of the velocity, 10 to 1000 Hz",
                    detail::integrate_acceleration_source),
});

// The entry of a name without parameters; nullptr for none.
[[nodiscard]] constexpr catalogue_entry const* find_feature(std::string_view name) noexcept {
  for (auto const& e : catalogue) {
    if (e.info.name == name) return &e;
  }
  return nullptr;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
