// Golden functions of the group diagnostics: gears and wavelets.
#include "golden.hpp"
#include "pdm/dsp/wavelet.hpp"
#include "pdm/features/gear_metrics.hpp"

namespace golden {
namespace {

using namespace pdm;

dsp::gear_lines_params lines_of(input const& in) {
  return {in.size("teeth"), in.size("n_mesh_harmonics"), in.size("n_sidebands")};
}

template <class With>
outputs run_gear_signals(input const& in) {
  using T = typename With::value;
  auto const turn = in.array<T>("tsa");
  dsp::gear_signals<T, typename With::fft> g(turn.size(), lines_of(in));
  memory bytes(g.footprint());
  if (!g.prepare(bytes)) return {};
  std::vector<T> regular(turn.size()), residual(turn.size()), difference(turn.size());
  g.set(turn);
  g.regular(regular);
  g.residual(residual);
  g.difference(difference);
  return json{{"regular", list_of(regular)}, {"residual", list_of(residual)}, {"difference", list_of(difference)}};
}

template <class With>
outputs run_gear_metrics(input const& in) {
  using T = typename With::value;
  auto const turn = in.array<T>("tsa");
  features::gear_metrics<T, typename With::fft> g({turn.size(), lines_of(in), in.size("ser_sidebands")});
  memory bytes(g.footprint());
  if (!g.prepare(bytes)) return {};
  auto const c = g.of(view(turn));
  return json{{"FM0", c.fm0},
              {"FM4", c.fm4},
              {"M6A", c.m6a},
              {"M8A", c.m8a},
              {"residual_kurtosis", c.residual_kurtosis},
              {"energy_ratio", c.energy_ratio},
              {"energy_operator", c.energy_operator},
              {"sideband_index", c.sideband_index},
              {"sideband_level_factor", c.sideband_level_factor},
              {"sideband_ratio", c.sideband_ratio}};
}

// The metric of every record, in order.
template <class T, class Metric>
outputs over_records(input const& in, char const* name, Metric metric) {
  memory bytes(metric.footprint());
  if (!metric.prepare(bytes)) return {};
  json values = json::array();
  for (auto const& record : in.rows("records")) {
    std::vector<T> const turn(record.begin(), record.end());
    values.push_back(metric.add(view(turn)));
  }
  return json{{name, values}};
}
template <class With>
outputs run_na4(input const& in) {
  using T = typename With::value;
  return over_records<T>(in, "na4",
                         features::gear_na4<T, typename With::fft>(in.rows("records")[0].size(), lines_of(in)));
}
template <class With>
outputs run_nb4(input const& in) {
  using T = typename With::value;
  return over_records<T>(
      in, "nb4",
      features::gear_nb4<T, typename With::fft>(in.rows("records")[0].size(), in.size("teeth"), in.size("half_band")));
}

dsp::wavelet_params wavelet_of(input const& in, std::size_t n) {
  dsp::wavelet_params p{n, {}, {}, in.size("level")};
  for (std::size_t i = 0; i < 3; ++i) {
    if (dsp::wavelet_names[i] == in.text("wavelet")) p.wavelet = static_cast<dsp::wavelet_kind>(i);
    if (dsp::wavelet_mode_names[i] == in.text("mode")) p.mode = static_cast<dsp::wavelet_mode>(i);
  }
  return p;
}

template <class T>
outputs run_packets(input const& in) {
  auto const x = in.array<T>("x");
  dsp::wavelet_packets<T> w(wavelet_of(in, x.size()));
  memory bytes(w.footprint());
  if (!w.prepare(bytes)) return {};
  auto const energies = w.energies(x);
  double total = 0;
  for (double e : energies) total += e;
  json relative = json::array();
  for (double e : energies) relative.push_back(e / total);
  return json{{"energies", list_of(energies)},    {"relative", relative},
              {"node_length", w.node_size()},     {"entropy", dsp::energy_entropy(energies)},
              {"first_node", list_of(w.node(0))}, {"last_node", list_of(w.node(w.nodes() - 1))}};
}

template <class T>
outputs run_dwt(input const& in) {
  auto const x = in.array<T>("x");
  auto const p = wavelet_of(in, x.size());
  dsp::wavelet_dwt<T> w(p);
  memory bytes(w.footprint());
  if (!w.prepare(bytes)) return {};
  w.apply(x);
  json out = {{"a" + std::to_string(p.level), list_of(w.approximation())}};
  for (std::size_t l = 1; l <= p.level; ++l) out["d" + std::to_string(l)] = list_of(w.detail(l));
  return out;
}

}  // namespace

template <class With>
void add_gears(adapters& table) {
  using T = typename With::value;
  table["gear_signals"] = run_gear_signals<With>;
  table["gear_metrics"] = run_gear_metrics<With>;
  table["gear_na4"] = run_na4<With>;
  table["gear_nb4"] = run_nb4<With>;
  table["wavelet_packet_energies"] = run_packets<T>;
  table["wavelet_dwt"] = run_dwt<T>;
}
PDM_GOLDEN_INSTANTIATE(add_gears)

}  // namespace golden
