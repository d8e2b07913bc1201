// Golden functions of the group spectrum.
#include "golden.hpp"
#include "golden_spectrum.hpp"
#include "pdm/features/band_power.hpp"
#include "pdm/features/line_picking.hpp"
#include "pdm/features/peak_frequency.hpp"
#include "pdm/features/spectral_shape.hpp"

namespace golden {
namespace {

using namespace pdm;
using namespace pdm::features;

template <class T>
outputs run_window(input const& in) {
  std::vector<T> w(in.size("n"));
  dsp::fill<T>(window_of(in.text("window")), w);
  return json{
      {"w", list_of(w)}, {"coherent_gain", dsp::coherent_gain(view(w))}, {"enbw_bins", dsp::enbw_bins(view(w))}};
}

template <class With>
outputs run_amplitude_spectrum(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::spectrum<T, typename With::fft> s(spectrum_params_of(in, x.size()));
  memory bytes(s.footprint());
  if (!s.prepare(bytes)) return {};
  auto const a = s.amplitude(x);
  return json{{"freq", frequencies(a)}, {"amplitude", list_of(a.lines)}};
}

template <class With>
outputs run_welch(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::welch<T, typename With::fft> w(welch_params_of(in));
  memory bytes(w.footprint());
  if (!w.prepare(bytes)) return {};
  auto const psd = w.density(x);
  if (!psd) return {};
  return json{{"freq", frequencies(*psd)}, {"psd", list_of(psd->lines)}, {"n_segments", w.segments(x.size())}};
}

template <class T>
outputs run_band_power(input const& in) {
  auto const psd = in.array<T>("psd");
  double const df = in.number("df"), total = total_power(view(psd), df);
  json power = json::array(), relative = json::array();
  for (auto const& band : in.param("bands")) {
    double const p = band_power(view(psd), df, {band.at(0), band.at(1)});
    power.push_back(p);
    relative.push_back(ratio(p, total));
  }
  return json{{"power", power}, {"relative", relative}, {"total", total}};
}

template <class T>
outputs run_spectral_shape(input const& in) {
  auto const s = in.array<T>("s");
  auto const r = spectral_shape::of(view(s), in.number("df"));
  return json{{"centroid", r.centroid}, {"spread", r.spread},           {"skewness", r.skewness},
              {"kurtosis", r.kurtosis}, {"flatness", r.flatness},       {"entropy", r.entropy},
              {"crest", r.crest},       {"rolloff_085", r.rolloff_085}, {"rolloff_095", r.rolloff_095}};
}

template <class With>
outputs run_peak_frequency(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::spectrum<T, typename With::fft> s(spectrum_params_of(in, x.size()));
  memory bytes(s.footprint());
  if (!s.prepare(bytes)) return {};
  auto const scale = in.text("scale") == "log" ? peak_scale::logarithmic : peak_scale::linear;
  auto const lines = s.amplitude(x);
  auto const p = in.has("band") ? peak_frequency::of(lines, scale, {in.numbers("band")[0]}, {in.numbers("band")[1]})
                                : peak_frequency::of(lines, scale);
  return json{{"bin", p.bin}, {"delta", p.delta}, {"frequency", p.frequency}, {"amplitude", p.amplitude}};
}

template <class T>
outputs run_harmonics(input const& in) {
  auto const a = in.array<T>("amplitude");
  std::vector<double> found(in.size("n_harmonics"));
  double const thd =
      harmonic_amplitudes(view(a), in.number("df"), in.number("f0"), in.number("tol_hz"), std::span<double>(found));
  return json{{"amplitudes", list_of(found)}, {"thd", thd}};
}

template <class T>
outputs run_sidebands(input const& in) {
  auto const a = in.array<T>("amplitude");
  std::vector<double> lower(in.size("count")), upper(in.size("count"));
  auto const s = sideband_amplitudes(view(a), in.number("df"), in.number("fc"), in.number("fm"), in.number("tol_hz"),
                                     std::span<double>(lower), std::span<double>(upper));
  return json{{"carrier", s.carrier}, {"lower", list_of(lower)}, {"upper", list_of(upper)}, {"ratio", s.ratio}};
}

}  // namespace

template <class With>
void add_spectrum(adapters& table) {
  using T = typename With::value;
  table["window_function"] = run_window<T>;
  table["amplitude_spectrum"] = run_amplitude_spectrum<With>;
  table["welch_psd"] = run_welch<With>;
  table["band_power"] = run_band_power<T>;
  table["spectral_shape"] = run_spectral_shape<T>;
  table["peak_frequency"] = run_peak_frequency<With>;
  table["harmonic_amplitudes"] = run_harmonics<T>;
  table["sideband_amplitudes"] = run_sidebands<T>;
}
PDM_GOLDEN_INSTANTIATE(add_spectrum)

}  // namespace golden
