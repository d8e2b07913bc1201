// Golden functions of the group diagnostics: where impacts are in the spectrum.
#include "golden.hpp"
#include "golden_spectrum.hpp"
#include "pdm/dsp/band_kurtogram.hpp"
#include "pdm/dsp/fast_kurtogram.hpp"
#include "pdm/dsp/spectral_kurtosis.hpp"

namespace golden {
namespace {

using namespace pdm;

template <class T>
outputs run_fast_kurtogram(input const& in) {
  auto const x = in.array<T>("x");
  dsp::fast_kurtogram<T> k({x.size(), {in.number("fs")}, in.size("nlevel")});
  memory bytes(k.footprint());
  if (!k.prepare(bytes)) return {};
  auto const values = k.apply(view(x));
  if (!values) return {};
  auto const& grid = k.grid();
  json levels = json::array(), picture = json::array();
  for (std::size_t row = 0; row < grid.rows(); ++row) {
    levels.push_back(grid.level(row));
    json line = json::array();
    for (std::size_t c = 0; c < grid.columns(); ++c) {
      line.push_back((*values)[grid.offset(row) + c * grid.bands(row) / grid.columns()]);
    }
    picture.push_back(line);
  }
  auto const best = k.best();
  return json{{"K", picture},
              {"levels", levels},
              {"best", best.value},
              {"best_row", best.row},
              {"best_column", grid.first_column(best.row, best.band)},
              {"level", best.level},
              {"bandwidth", best.bandwidth().value},
              {"fc", best.centre().value}};
}

template <class With>
outputs run_band_kurtogram(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  auto const levels = in.param("bands").get<std::vector<std::size_t>>();
  dsp::band_kurtogram<T, typename With::fft> k({x.size(), {in.number("fs")}, levels});
  memory bytes(k.footprint());
  if (!k.prepare(bytes)) return {};
  auto const values = k.apply(view(x));
  if (!values) return {};
  auto const best = k.best();
  return json{{"sk", list_of(*values)},   {"best_sk", best.value},   {"best_bands", best.bands},
              {"best_index", best.index}, {"fc", best.centre.value}, {"bandwidth", best.bandwidth.value}};
}

template <class With>
outputs run_spectral_kurtosis(input const& in) {
  using T = typename With::value;
  auto const x = in.array<T>("x");
  dsp::spectral_kurtosis<T, typename With::fft> k(
      {in.size("nperseg"), in.size("noverlap"), window_of(in.text("window"))});
  memory bytes(k.footprint());
  if (!k.prepare(bytes)) return {};
  auto const values = k.apply(view(x));
  if (!values) return {};
  return json{{"sk", list_of(*values)}, {"n_segments", k.segments(x.size())}};
}

}  // namespace

template <class With>
void add_impacts(adapters& table) {
  table["fast_kurtogram"] = run_fast_kurtogram<typename With::value>;
  table["kurtogram_fft"] = run_band_kurtogram<With>;
  table["spectral_kurtosis_stft"] = run_spectral_kurtosis<With>;
}
PDM_GOLDEN_INSTANTIATE(add_impacts)

}  // namespace golden
