// Nothing to test where FFTW is not installed.
#ifdef PDM_TEST_FFTW
#include "pdm/dsp/fftw_fft.hpp"

#include <algorithm>

#include "dsp/fft_laws.hpp"
#include "pdm/dsp/fft.hpp"

static_assert(pdm::dsp::fft_backend<pdm::dsp::fftw_fft<float>, float>);
static_assert(pdm::dsp::fft_backend<pdm::dsp::fftw_fft<double>, double>);

using pdm::dsp::fft_use;
using pdm::dsp::fftw_fft;
using pdm::dsp::native_fft;
using namespace fft_laws;

TEMPLATE_TEST_CASE("fftw: every length from 1 to 60 agrees with the direct sum", "", float, double) {
  for (std::size_t n = 1; n <= 60; ++n) {
    INFO("n = " << n);
    CHECK(forward_error<TestType, fftw_fft<TestType>>(n, 1) < 4);
    CHECK(round_trip_error<TestType, fftw_fft<TestType>>(n) < 4);
    CHECK(two_impulse_error<TestType, fftw_fft<TestType>>(n) < 4);
  }
}

TEMPLATE_TEST_CASE("fftw and native agree to the bound of native", "", float, double) {
  for (std::size_t const n : {64u, 100u, 127u, 1000u, 1021u, 4096u, 5040u, 7919u, 65536u}) {
    prepared<fftw_fft<TestType>> w(n);
    prepared<native_fft<TestType>> p(n);
    REQUIRE((w.status.ok() && p.status.ok()));
    auto const z = noise<TestType>(n, 3);
    signal<TestType> a(n), b(n);
    w.fft.forward_complex(z, a);
    p.fft.forward_complex(z, b);
    double worst = 0, energy = 0;
    for (std::size_t k = 0; k < n; ++k) {
      worst = std::max(worst, static_cast<double>(std::abs(a[k] - b[k])));
      energy += static_cast<double>(std::norm(a[k]));
    }
    INFO("n = " << n);
    CHECK(worst / std::sqrt(energy / static_cast<double>(n)) <
          12 * std::numeric_limits<TestType>::epsilon() * std::log2(2.0 * static_cast<double>(n)));
  }
}

TEST_CASE("fftw: buffers off the alignment give the same numbers as aligned ones, to rounding") {
  constexpr std::size_t n = 240;
  prepared<fftw_fft<float>> p(n);
  auto const x = real_noise<float>(n, 5);
  std::vector<float> shifted(n + 1);
  std::copy(x.begin(), x.end(), shifted.begin() + 1);
  signal<float> a(n / 2 + 1), b(n / 2 + 1);
  p.fft.forward(x, a);
  p.fft.forward(std::span<float const>(shifted).subspan(1), b);
  for (std::size_t k = 0; k < a.size(); ++k) CHECK(std::abs(a[k] - b[k]) < 1e-5f);
}

TEST_CASE("fftw: text that is no wisdom is refused") { CHECK_FALSE(pdm::dsp::import_fftw_wisdom<float>("nonsense")); }
#endif
