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

// 2 to 4096, and a thousand others with primes among them.
static std::vector<std::size_t> many_lengths() {
  std::vector<std::size_t> lengths;
  for (std::size_t n = 2; n <= 4096; ++n) lengths.push_back(n);
  for (std::size_t i = 0; i < 996; ++i) lengths.push_back(4097 + 61 * i + i % 7);
  for (std::size_t const n : {8191u, 16381u, 32749u, 49999u, 65519u, 65521u, 65535u, 65536u}) lengths.push_back(n);
  return lengths;
}

TEMPLATE_TEST_CASE("native: 5000 lengths to 65536 agree with FFTW to the stated bound", "[full]", float, double) {
  auto const lengths = many_lengths();
  pdm::random_source draw(17);
  std::vector<std::byte> bytes(native_fft<TestType>::footprint(65521) + 64);
  signal<double> truth_in(65536), truth(65536);
  signal<TestType> in(65536), out(65536), back(65536);
  double worst[2] = {};
  for (std::size_t const n : lengths) {
    auto* const a = reinterpret_cast<fftw_complex*>(truth_in.data());
    auto* const b = reinterpret_cast<fftw_complex*>(truth.data());
    auto* const plan = fftw_plan_dft_1d(static_cast<int>(n), a, b, FFTW_FORWARD, FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    for (std::size_t i = 0; i < n; ++i) {
      in[i] = {static_cast<TestType>(draw.uniform() - 0.5), static_cast<TestType>(draw.uniform() - 0.5)};
      truth_in[i] = in[i];
    }
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    pdm::arena memory(bytes);
    native_fft<TestType> fft;
    REQUIRE(fft.prepare(n, memory, fft_use::complex).ok());
    auto const z = std::span(in).first(n);
    fft.forward_complex(z, std::span(out).first(n));
    fft.inverse_complex(std::span<std::complex<TestType> const>(out).first(n), std::span(back).first(n));
    double error = 0, energy = 0, returned = 0;
    for (std::size_t k = 0; k < n; ++k) {
      error = std::max(error, std::abs(std::complex<double>(out[k]) - truth[k]));
      returned = std::max(returned, static_cast<double>(std::abs(back[k] - in[k])));
      energy += std::norm(truth[k]);
    }
    double const unit = std::numeric_limits<TestType>::epsilon() * std::log2(2.0 * static_cast<double>(n));
    error /= std::sqrt(energy / static_cast<double>(n)) * unit;
    INFO("n = " << n);
    CHECK(error < native_bound(n));
    CHECK(returned / unit < native_bound(n));
    auto& most = worst[native_bound(n) == smooth_bound ? 0 : 1];
    most = std::max(most, error);
  }
  WARN("largest error: " << worst[0] << " (lengths of 2, 3, 5), " << worst[1] << " (others)");
}

TEMPLATE_TEST_CASE("native real transform: 5000 lengths to 65536 agree with FFTW to the stated bound", "[full]", float,
                   double) {
  pdm::random_source draw(18);
  std::size_t most = 0;
  for (std::size_t const n : many_lengths()) most = std::max(most, native_fft<TestType>::footprint(n, fft_use::real));
  std::vector<std::byte> bytes(most + pdm::arena::alignment);
  std::vector<double> truth_in(65536);
  std::vector<TestType> in(65536);
  signal<double> truth(65536);
  signal<TestType> out(65536);
  for (std::size_t const n : many_lengths()) {
    auto* const plan =
        fftw_plan_dft_r2c_1d(static_cast<int>(n), truth_in.data(), reinterpret_cast<fftw_complex*>(truth.data()),
                             FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
    for (std::size_t i = 0; i < n; ++i) {
      in[i] = static_cast<TestType>(draw.uniform() - 0.5);
      truth_in[i] = static_cast<double>(in[i]);
    }
    fftw_execute(plan);
    fftw_destroy_plan(plan);
    pdm::arena memory(bytes);
    native_fft<TestType> fft;
    REQUIRE(fft.prepare(n, memory, fft_use::real).ok());
    fft.forward(std::span<TestType const>(in).first(n), std::span(out).first(n / 2 + 1));
    double error = 0, energy = 0;
    for (std::size_t k = 0; k < n / 2 + 1; ++k) {
      error = std::max(error, std::abs(std::complex<double>(out[k]) - truth[k]));
      energy += (k == 0 || 2 * k == n ? 1 : 2) * std::norm(truth[k]);
    }
    double const unit = std::numeric_limits<TestType>::epsilon() * std::log2(2.0 * static_cast<double>(n));
    INFO("n = " << n);
    CHECK(error / (std::sqrt(energy / static_cast<double>(n)) * unit) < native_bound(n));
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
