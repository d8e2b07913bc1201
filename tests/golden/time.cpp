// Golden functions of the group time.
#include "golden.hpp"
#include "pdm/features/histogram_entropy.hpp"
#include "pdm/features/hjorth.hpp"
#include "pdm/features/teager_kaiser.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/zero_crossings.hpp"

namespace golden {
namespace {

using namespace pdm::features;

template <class T>
outputs run_time_features(input const& in) {
  auto const x = in.array<T>("x");
  auto const f = time_features::of(view(x));
  return json{{"mean", f.mean},
              {"variance", f.variance},
              {"std", f.std},
              {"rms", f.rms},
              {"abs_mean", f.abs_mean},
              {"min", f.min},
              {"max", f.max},
              {"peak", f.peak},
              {"peak_to_peak", f.peak_to_peak},
              {"sqrt_amplitude", f.sqrt_amplitude},
              {"energy", f.energy},
              {"skewness", f.skewness},
              {"kurtosis", f.kurtosis},
              {"crest_factor", f.crest_factor},
              {"shape_factor", f.shape_factor},
              {"impulse_factor", f.impulse_factor},
              {"clearance_factor", f.clearance_factor}};
}

template <class T>
outputs run_hjorth(input const& in) {
  auto const x = in.array<T>("x");
  auto const h = hjorth::of(view(x));
  return json{{"activity", h.activity}, {"mobility", h.mobility}, {"complexity", h.complexity}};
}

template <class T>
outputs run_zero_crossings(input const& in) {
  auto const x = in.array<T>("x");
  auto const z = zero_crossings::of(view(x), in.number("fs"), in.param("remove_mean").get<bool>());
  return json{{"count", z.count}, {"rate", z.rate}, {"rate_hz", z.rate_hz}};
}

template <class T>
outputs run_histogram_entropy(input const& in) {
  auto const x = in.array<T>("x");
  std::vector<std::uint32_t> counts(in.size("bins"));
  auto const h = histogram_entropy::of(view(x), std::span<std::uint32_t>(counts));
  return json{{"counts", counts}, {"entropy", h.entropy}, {"entropy_normalised", h.entropy_normalised}};
}

template <class T>
outputs run_teager_kaiser(input const& in) {
  auto const x = in.array<T>("x");
  std::vector<T> psi(x.size() < 3 ? 0 : x.size() - 2);
  if (!psi.empty()) teager_kaiser<T>(x, psi);
  return json{{"psi", list_of(psi)}, {"mean", teager_kaiser_mean(view(x))}};
}

}  // namespace

template <class With>
void add_time(adapters& table) {
  using T = typename With::value;
  table["time_features"] = run_time_features<T>;
  table["hjorth"] = run_hjorth<T>;
  table["zero_crossings"] = run_zero_crossings<T>;
  table["histogram_entropy"] = run_histogram_entropy<T>;
  table["teager_kaiser"] = run_teager_kaiser<T>;
}
PDM_GOLDEN_INSTANTIATE(add_time)

}  // namespace golden
