// Real forward transforms beside the sum that defines them and, where FFTW is installed, beside FFTW: through the
// library (ESTIMATE plans, as it plans) and bare, by ESTIMATE and by MEASURE.
#include <memory>
#include <numbers>
#include <vector>

#include "pdm/dsp/native_fft.hpp"
#include "support/measure.hpp"
#ifdef PDM_BENCH_FFTW
#include <fftw3.h>

#include "pdm/dsp/fftw_fft.hpp"
#endif

namespace {

using pdm::bench::measure;

template <class Fft>
void forward(benchmark::State& state) {
  using T = typename Fft::value_type;
  auto const n = static_cast<std::size_t>(state.range(0));
  pdm::bench::work_memory memory(Fft::footprint(n, pdm::dsp::fft_use::real) + pdm::arena::bytes<T>(n) +
                                 pdm::arena::bytes<std::complex<T>>(n / 2 + 1));
  pdm::arena& room = memory;
  auto const x = *room.take<T>(n);
  auto const spectrum = *room.take<std::complex<T>>(n / 2 + 1);
  Fft fft;
  if (!fft.prepare(n, memory, pdm::dsp::fft_use::real)) return state.SkipWithError("prepare failed");
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(i % 17) - T(8);
  measure(state, n, [&] { fft.forward(x, spectrum); });
}

#ifdef PDM_BENCH_FFTW
// FFTW by itself, on its own memory.
void bare_float(benchmark::State& state, unsigned how) {
  auto const n = static_cast<std::size_t>(state.range(0));
  std::unique_ptr<float, void (*)(void*)> const x(fftwf_alloc_real(n), fftwf_free);
  std::unique_ptr<fftwf_complex, void (*)(void*)> const z(fftwf_alloc_complex(n / 2 + 1), fftwf_free);
  auto const plan = fftwf_plan_dft_r2c_1d(static_cast<int>(n), x.get(), z.get(), how | FFTW_PRESERVE_INPUT);
  for (std::size_t i = 0; i < n; ++i) x.get()[i] = static_cast<float>(i % 17) - 8;
  measure(state, n, [&] { fftwf_execute(plan); });
  fftwf_destroy_plan(plan);
}
void bare_double(benchmark::State& state, unsigned how) {
  auto const n = static_cast<std::size_t>(state.range(0));
  std::unique_ptr<double, void (*)(void*)> const x(fftw_alloc_real(n), fftw_free);
  std::unique_ptr<fftw_complex, void (*)(void*)> const z(fftw_alloc_complex(n / 2 + 1), fftw_free);
  auto const plan = fftw_plan_dft_r2c_1d(static_cast<int>(n), x.get(), z.get(), how | FFTW_PRESERVE_INPUT);
  for (std::size_t i = 0; i < n; ++i) x.get()[i] = static_cast<double>(i % 17) - 8;
  measure(state, n, [&] { fftw_execute(plan); });
  fftw_destroy_plan(plan);
}
#endif

void direct_sum(benchmark::State& state) {
  auto const n = static_cast<std::size_t>(state.range(0));
  std::vector<std::complex<double>> roots(n), spectrum(n / 2 + 1);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    roots[i] = std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n));
    x[i] = static_cast<double>(i % 17) - 8;
  }
  measure(
      state, n,
      [&] {
        for (std::size_t k = 0; k <= n / 2; ++k) {
          std::complex<double> sum = 0;
          for (std::size_t i = 0, at = 0; i < n; ++i, at = (at + k) % n) sum += x[i] * roots[at];
          spectrum[k] = sum;
        }
      },
      1);
}

}  // namespace

#define PDM_LENGTHS Arg(1000)->Arg(1021)->Arg(1024)->Arg(4096)->Arg(16384)->Arg(65536)
BENCHMARK(forward<pdm::dsp::native_fft<float>>)->Name("native_float")->PDM_LENGTHS;
BENCHMARK(forward<pdm::dsp::native_fft<double>>)->Name("native_double")->PDM_LENGTHS;
#ifdef PDM_BENCH_FFTW
BENCHMARK(forward<pdm::dsp::fftw_fft<float>>)->Name("fftw_float")->PDM_LENGTHS;
BENCHMARK(forward<pdm::dsp::fftw_fft<double>>)->Name("fftw_double")->PDM_LENGTHS;
BENCHMARK_CAPTURE(bare_float, estimate, FFTW_ESTIMATE)->PDM_LENGTHS;
BENCHMARK_CAPTURE(bare_float, measured, FFTW_MEASURE)->PDM_LENGTHS;
BENCHMARK_CAPTURE(bare_double, estimate, FFTW_ESTIMATE)->PDM_LENGTHS;
BENCHMARK_CAPTURE(bare_double, measured, FFTW_MEASURE)->PDM_LENGTHS;
#endif
BENCHMARK(direct_sum)->Arg(1024);
BENCHMARK_MAIN();
