// The transforms of both backends, each through the library's own interface.
#include <memory>

#include "cases.hpp"
#include "pdm/dsp/native_fft.hpp"
#ifdef PDM_BENCH_FFTW
#include "pdm/dsp/fftw_fft.hpp"
#endif

namespace pdm::bench {
namespace {

template <class Fft>
struct transform {
  using T = typename Fft::value_type;
  Fft fft;
  std::span<T> x;
  std::span<std::complex<T>> z, y;

  void prepare(std::size_t n, dsp::fft_use use) {
    arena memory(memory_for(Fft::footprint(n, use) + arena::bytes<T>(n) + 2 * arena::bytes<std::complex<T>>(n)));
    x = *memory.take<T>(n);
    z = *memory.take<std::complex<T>>(n);
    y = *memory.take<std::complex<T>>(n);
    for (std::size_t i = 0; i < n; ++i) {
      x[i] = static_cast<T>(uniform(7, i) - 0.5);
      z[i] = {x[i], static_cast<T>(uniform(8, i) - 0.5)};
    }
    if (!fft.prepare(n, memory, use)) std::abort();
  }
};

template <class Fft>
void add_real(std::string const& prefix, std::size_t n) {
  auto t = std::make_shared<transform<Fft>>();
  add(
      prefix + std::to_string(n), 1, [t, n] { t->prepare(n, dsp::fft_use::real); },
      [t] {
        t->fft.forward(t->x, t->y.first(t->x.size() / 2 + 1));
        return static_cast<double>(t->y[3].real());
      });
}

template <class Fft>
void add_complex_inverse(std::string const& prefix, std::size_t n) {
  auto t = std::make_shared<transform<Fft>>();
  add(
      prefix + std::to_string(n), 1, [t, n] { t->prepare(n, dsp::fft_use::complex); },
      [t] {
        t->fft.inverse_complex(t->z, t->y);
        return static_cast<double>(t->y[3].real());
      });
}

}  // namespace

void add_fft() {
  for (std::size_t n : {1024u, 4096u, 16384u, 65536u}) {
    add_real<dsp::native_fft<float>>("pdm_fft_native_", n);
    add_real<dsp::native_fft<double>>("pdm_fft_native_d_", n);
#ifdef PDM_BENCH_FFTW
    add_real<dsp::fftw_fft<float>>("pdm_fft_fftw_", n);
#endif
  }
  for (std::size_t n : {2048u, 4096u}) add_complex_inverse<dsp::native_fft<float>>("pdm_fft_native_c2c_", n);
}

}  // namespace pdm::bench
