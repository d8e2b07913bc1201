// Golden functions of the group filters.
#include "golden.hpp"
#include "golden_spectrum.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/dsp/filtfilt.hpp"
#include "pdm/dsp/integrate.hpp"
#include "pdm/dsp/resample.hpp"
#include "pdm/features/severity.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/velocity_rms.hpp"

namespace golden {
namespace {

using namespace pdm;

dsp::butterworth_params butterworth_of(input const& in) {
  static std::map<std::string, dsp::filter_band> const bands{{"lowpass", dsp::filter_band::lowpass},
                                                             {"highpass", dsp::filter_band::highpass},
                                                             {"bandpass", dsp::filter_band::bandpass},
                                                             {"bandstop", dsp::filter_band::bandstop}};
  auto const edges = in.numbers("fc");
  return {bands.at(in.text("btype")), static_cast<int>(in.size("order")), {edges.front()}, {edges.back()}};
}

outputs run_response(input const& in) {
  auto const filter = dsp::design_butterworth(butterworth_of(in), {in.number("fs")});
  if (!filter) return {};
  json re = json::array(), im = json::array();
  for (double f : in.numbers("freqs")) {
    auto const h = dsp::response(*filter, {f}, {in.number("fs")});
    re.push_back(h.re);
    im.push_back(h.im);
  }
  return json{{"re", re}, {"im", im}, {"n_sections", filter->count}};
}

// As the stage runs it: piece by piece.
template <class T>
outputs run_filter(input const& in) {
  auto const x = in.array<T>("x");
  std::vector<std::size_t> chunks{x.size()};
  if (in.has("chunks")) chunks = in.param("chunks").get<std::vector<std::size_t>>();
  dsp::butterworth_filter<T> stage(butterworth_of(in));
  stream_spec const spec{.rate = {in.number("fs")}, .max_block = x.size()};
  memory bytes(stage.footprint(spec));
  if (!stage.prepare(spec, bytes)) return {};
  json y = json::array();
  for (std::size_t at = 0, piece = 0; at < x.size(); ++piece) {
    std::size_t const n = std::min(chunks[piece % chunks.size()], x.size() - at);
    stage.process(block<T>(view(x).subspan(at, n), {}), [&](block<T> const& out) noexcept {
      for (T v : out.samples) y.push_back(static_cast<double>(v));
    });
    at += n;
  }
  return json{{"y", y}};
}

template <class T>
outputs run_filtfilt(input const& in) {
  auto const x = in.array<T>("x");
  auto const filter = dsp::design_butterworth(butterworth_of(in), {in.number("fs")});
  if (!filter) return {};
  dsp::filtfilt<T> f(*filter, in.size("padlen"));
  memory bytes(f.footprint(x.size()));
  std::vector<T> y(x.size());
  if (!f.prepare(x.size(), bytes) || !f.apply(x, y)) return {};
  return json{{"y", list_of(y)}};
}

template <class T>
outputs run_upfirdn(input const& in) {
  auto const x = in.array<T>("x");
  auto const h = in.array<double>("h");
  std::size_t const up = in.size("up"), down = in.size("down");
  std::vector<T> y(dsp::upfirdn_size(x.size(), h.size(), up, down));
  dsp::upfirdn<T>(x, h, up, down, y);
  return json{{"y", list_of(y)}};
}

template <class T>
outputs run_resample(input const& in) {
  auto const x = in.array<T>("x");
  dsp::resampler r(in.size("up"), in.size("down"));
  memory bytes(r.footprint());
  std::vector<T> y(r.size(x.size()));
  if (!r.prepare(bytes) || !r.apply<T>(x, y)) return {};
  return json{{"y", list_of(y)}, {"h", list_of(r.coefficients())}};
}

template <class With>
outputs run_integrate(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::integrate_acceleration<T, typename With::fft> i({x.size(),
                                                        {in.number("fs")},
                                                        {in.number("f1")},
                                                        {in.number("f2")},
                                                        parse_unit(in.text("unit")),
                                                        static_cast<int>(in.size("order"))});
  memory bytes(i.footprint());
  if (!i.prepare(bytes)) return {};
  std::vector<T> y(x.size());
  i.apply(x, y);
  auto const f = features::time_features::of(view(y));
  return json{{"y", list_of(y)}, {"rms", f.rms}, {"peak", f.peak}};
}

template <class With>
outputs run_velocity(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::welch<T, typename With::fft> w(welch_params_of(in));
  memory bytes(w.footprint());
  if (!w.prepare(bytes)) return {};
  auto const psd = w.density(x);
  if (!psd) return {};
  return json{{"v_rms", features::velocity_rms(*psd, {in.number("f1")}, {in.number("f2")})}};
}

outputs run_severity(input const& in) {
  features::severity_table table;
  if (in.has("boundaries")) {
    auto const limits = in.numbers("boundaries");
    table = {limits[0], limits[1], limits[2], "the case", ""};
  } else {
    auto const f = in.text("foundation") == "rigid" ? foundation::rigid : foundation::flexible;
    auto const found = features::severity_table_of(static_cast<int>(in.size("group")), f);
    if (!found) return {};
    table = *found;
  }
  auto const zone = features::zone_of(in.number("v_rms"), table);
  if (!zone) return {};
  return json{{"zone", features::to_string(*zone)}};
}

}  // namespace

template <class With>
void add_filters(adapters& table) {
  using T = typename With::value;
  table["butterworth_response"] = run_response;
  table["butterworth_filter"] = run_filter<T>;
  table["butterworth_filtfilt"] = run_filtfilt<T>;
  table["upfirdn"] = run_upfirdn<T>;
  table["resample_poly"] = run_resample<T>;
  table["integrate_acceleration"] = run_integrate<With>;
  table["velocity_rms_psd"] = run_velocity<With>;
  table["severity_zone"] = run_severity;
}
PDM_GOLDEN_INSTANTIATE(add_filters)

}  // namespace golden
