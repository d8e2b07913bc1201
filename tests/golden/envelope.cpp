// Golden functions of the group envelope.
#include "golden.hpp"
#include "golden_spectrum.hpp"
#include "pdm/core/kinematics.hpp"
#include "pdm/dsp/envelope_spectrum.hpp"
#include "pdm/features/fault_bands.hpp"

namespace golden {
namespace {

using namespace pdm;

template <class T>
json parts(std::span<std::complex<T> const> z, bool imaginary) {
  json list = json::array();
  for (auto const& v : z) list.push_back(static_cast<double>(imaginary ? v.imag() : v.real()));
  return list;
}

template <class With>
outputs run_analytic_signal(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::analytic_signal<T, typename With::fft> a;
  memory bytes(a.footprint(x.size()));
  if (!a.prepare(x.size(), bytes)) return {};
  std::vector<std::complex<T>> z(x.size());
  std::vector<T> envelope(x.size());
  a.apply(x, z);
  dsp::magnitudes<T>(z, envelope);
  return json{{"re", parts<T>(z, false)}, {"im", parts<T>(z, true)}, {"envelope", list_of(envelope)}};
}

template <class With>
outputs run_band_envelope(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::band_envelope<T, typename With::fft> b(
      {x.size(), {in.number("fs")}, {in.number("f1")}, {in.number("f2")}, in.has("m") ? in.size("m") : 0});
  memory bytes(b.footprint());
  if (!b.prepare(bytes)) return {};
  auto const z = b.analytic(x);
  std::vector<T> envelope(b.size());
  dsp::magnitudes<T>(z, envelope);
  return json{{"envelope", list_of(envelope)}, {"band_signal", parts<T>(z, false)}, {"n_bins", b.bins()}};
}

template <class With>
outputs run_envelope_spectrum(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::envelope_spectrum<T, typename With::fft> e({{x.size(), {in.number("fs")}, {in.number("f1")}, {in.number("f2")}},
                                                   in.param("squared").get<bool>(),
                                                   window_of(in.text("window"))});
  memory bytes(e.footprint());
  if (!e.prepare(bytes)) return {};
  auto const s = e.apply(x);
  auto const first = s.amplitude.lines.first(in.size("n_lines"));
  json freq = json::array();
  for (std::size_t k = 0; k < first.size(); ++k) freq.push_back(s.amplitude.frequency(k));
  return json{{"freq", freq}, {"amplitude", list_of(first)}, {"mean", s.mean}};
}

outputs run_bearing(input const& in) {
  bearing_geometry const g{static_cast<int>(in.size("n_balls")), in.number("d"), in.number("D"),
                           in.number("contact_deg")};
  auto const f = defect_frequencies(g, in.number("f_inner"), in.number("f_outer"));
  if (!f) return {};
  return json{{"FTF", f->cage},
              {"BPFO", f->outer_race},
              {"BPFI", f->inner_race},
              {"BSF", f->element_spin},
              {"ball_defect", f->ball_defect}};
}

template <class T>
outputs run_fault_bands(input const& in) {
  auto const a = in.array<T>("amplitude");
  json out = json::object();
  std::vector<double> sums, found(in.size("n_harmonics"));
  std::vector<std::string> names;
  for (auto const& [name, hz] : in.param("faults").items()) {
    sums.push_back(features::fault_band_amplitudes(view(a), in.number("df"), hz.template get<double>(),
                                                   in.number("tol_rel"), std::span<double>(found)));
    names.push_back(name);
    out[name] = list_of(found);
    out[name + "_sum"] = sums.back();
  }
  out["dominant"] = names[features::dominant_fault(sums)];
  return out;
}

}  // namespace

template <class With>
void add_envelope(adapters& table) {
  using T = typename With::value;
  table["analytic_signal"] = run_analytic_signal<With>;
  table["band_envelope"] = run_band_envelope<With>;
  table["band_envelope_baseband"] = run_band_envelope<With>;
  table["envelope_spectrum"] = run_envelope_spectrum<With>;
  table["bearing_frequencies"] = run_bearing;
  table["fault_band_amplitudes"] = run_fault_bands<T>;
}
PDM_GOLDEN_INSTANTIATE(add_envelope)

}  // namespace golden
