// Golden functions of the group diagnostics: cepstra and cyclic spectra.
#include "golden.hpp"
#include "pdm/dsp/cepstrum.hpp"
#include "pdm/dsp/cyclic_spectrum.hpp"

namespace golden {
namespace {

using namespace pdm;

template <class With>
outputs run_real_cepstrum(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::cepstrum<T, typename With::fft> c;
  memory bytes(c.footprint(x.size()));
  if (!c.prepare(x.size(), bytes)) return {};
  std::vector<T> out(x.size());
  c.real_cepstrum(x, out);
  return json{{"c", list_of(out)}};
}

template <class With>
outputs run_prewhitening(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::cepstrum<T, typename With::fft> c;
  memory bytes(c.footprint(x.size()));
  if (!c.prepare(x.size(), bytes)) return {};
  std::vector<T> out(x.size());
  c.prewhitened(x, out);
  return json{{"y", list_of(out)}};
}

json row(std::span<std::complex<double> const> z, bool imaginary) {
  json list = json::array();
  for (auto const& v : z) list.push_back(imaginary ? v.imag() : v.real());
  return list;
}

template <class With>
outputs run_cyclic_spectrum(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::cyclic_spectrum<T, typename With::fft> c({{in.number("fs")}, in.size("nperseg"), in.size("noverlap")});
  memory bytes(c.footprint());
  if (!c.prepare(bytes)) return {};
  json out = {{"S_re", json::array()},
              {"S_im", json::array()},
              {"coh_re", json::array()},
              {"coh_im", json::array()},
              {"ees", json::array()}};
  for (double alpha : in.numbers("alphas")) {
    auto const lines = c.apply(view(x), {alpha});
    if (!lines) return {};
    out["S_re"].push_back(row(lines->density, false));
    out["S_im"].push_back(row(lines->density, true));
    out["coh_re"].push_back(row(lines->coherence, false));
    out["coh_im"].push_back(row(lines->coherence, true));
    out["ees"].push_back(lines->mean_squared_coherence({in.number("f1")}, {in.number("f2")}));
  }
  return out;
}

}  // namespace

template <class With>
void add_cepstra(adapters& table) {
  table["real_cepstrum"] = run_real_cepstrum<With>;
  table["cepstral_prewhitening"] = run_prewhitening<With>;
  table["cyclic_spectrum"] = run_cyclic_spectrum<With>;
}
PDM_GOLDEN_INSTANTIATE(add_cepstra)

}  // namespace golden
