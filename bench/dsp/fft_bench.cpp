// Real forward transforms beside the sum that defines them and, where FFTW is installed, beside FFTW.
#include <benchmark/benchmark.h>

#include <memory>
#include <numbers>
#include <vector>

#include "pdm/dsp/native_fft.hpp"
#ifdef PDM_BENCH_FFTW
#include "pdm/dsp/fftw_fft.hpp"
#endif

namespace {

template <class Fft>
void forward(benchmark::State& state) {
  using T = typename Fft::value_type;
  auto const n = static_cast<std::size_t>(state.range(0));
  std::vector<std::byte> bytes(Fft::footprint(n, pdm::dsp::fft_use::real) + 64);
  pdm::arena memory(bytes);
  Fft fft;
  if (!fft.prepare(n, memory, pdm::dsp::fft_use::real)) return state.SkipWithError("prepare failed");
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(i % 17) - T(8);
  std::vector<std::complex<T>> spectrum(n / 2 + 1);
  for (auto _ : state) {
    fft.forward(x, spectrum);
    benchmark::DoNotOptimize(spectrum.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void direct_sum(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  std::vector<std::complex<double>> roots(n), spectrum(n / 2 + 1);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    roots[i] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
    x[i] = static_cast<double>(i % 17) - 8;
  }
  for (auto _ : state) {
    for (std::size_t k = 0; k <= n / 2; ++k) {
      std::complex<double> sum = 0;
      for (std::size_t i = 0, at = 0; i < n; ++i, at = (at + k) % n) sum += x[i] * roots[at];
      spectrum[k] = sum;
    }
    benchmark::DoNotOptimize(spectrum.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

}  // namespace

#define PDM_LENGTHS Arg(1000)->Arg(1021)->Arg(1024)->Arg(4096)->Arg(16384)->Arg(65536)
BENCHMARK(forward<pdm::dsp::native_fft<float>>)->Name("native_float")->PDM_LENGTHS;
BENCHMARK(forward<pdm::dsp::native_fft<double>>)->Name("native_double")->PDM_LENGTHS;
#ifdef PDM_BENCH_FFTW
BENCHMARK(forward<pdm::dsp::fftw_fft<float>>)->Name("fftw_float")->PDM_LENGTHS;
BENCHMARK(forward<pdm::dsp::fftw_fft<double>>)->Name("fftw_double")->PDM_LENGTHS;
#endif
BENCHMARK(direct_sum)->Arg(1024);
BENCHMARK_MAIN();
