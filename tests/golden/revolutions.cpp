// Golden functions of the group diagnostics: what is locked to the shaft.
#include "golden.hpp"
#include "pdm/dsp/order_tracking.hpp"
#include "pdm/dsp/tacho.hpp"
#include "pdm/features/line_picking.hpp"

namespace golden {
namespace {

using namespace pdm;

dsp::interpolation interpolation_of(std::string const& name) {
  return name == "linear" ? dsp::interpolation::linear : dsp::interpolation::cubic;
}

template <class T>
outputs run_tacho(input const& in) {
  auto const x = in.array<T>("x");
  dsp::tacho<T> tacho({in.number("threshold"), in.number("hysteresis")});
  arena none;
  if (!tacho.prepare({.rate = {in.number("fs")}, .max_block = x.size()}, none)) return {};
  json times = json::array();
  tacho.process(block<T>(x, {}), [&](double t) { times.push_back(t); });
  return json{{"times", times}, {"n", times.size()}};
}

template <class T>
outputs run_tsa(input const& in) {
  auto const x = in.array<T>("x");
  auto const pulses = in.array<double>("pulses");
  dsp::synchronous_average<T> tsa(
      {{in.number("fs")}, in.size("samples_per_rev"), interpolation_of(in.text("interp")), x.size()});
  memory bytes(tsa.footprint());
  if (!tsa.prepare(bytes) || !tsa.add(x, pulses)) return {};
  std::vector<T> average(in.size("samples_per_rev"));
  if (!tsa.average(average)) return {};
  return json{{"average", list_of(average)}, {"n_rev", tsa.revolutions()}};
}

template <class With>
outputs run_order_tracking(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  auto const pulses = in.array<double>("pulses");
  std::size_t const per_rev = in.size("samples_per_rev");
  dsp::order_tracking<T> track({{in.number("fs")},
                                per_rev,
                                interpolation_of(in.text("phase")),
                                interpolation_of(in.text("interp")),
                                x.size(),
                                pulses.size()});
  dsp::spectrum<T, typename With::fft> orders(dsp::order_spectrum_params(per_rev, pulses.size() - 1));
  memory bytes(track.footprint() + orders.footprint());
  std::vector<T> y(track.size(pulses.size()));
  if (!track.prepare(bytes) || !orders.prepare(bytes) || !track.apply(x, pulses, y)) return {};
  auto const lines = orders.amplitude(y);
  json amplitudes = json::array();
  for (double order : in.numbers("orders")) {
    amplitudes.push_back(features::pick(lines.lines, lines.df(), order, in.number("tol_order")));
  }
  return json{{"y", list_of(y)}, {"order_amplitudes", amplitudes}};
}

}  // namespace

template <class With>
void add_revolutions(adapters& table) {
  table["tacho_pulses"] = run_tacho<typename With::value>;
  table["tsa"] = run_tsa<typename With::value>;
  table["order_tracking"] = run_order_tracking<With>;
}
PDM_GOLDEN_INSTANTIATE(add_revolutions)

}  // namespace golden
