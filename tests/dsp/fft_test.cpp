#include "pdm/dsp/fft.hpp"

#include "dsp/fft_laws.hpp"

using pdm::dsp::default_fft;

TEST_CASE("the default backend puts a sine on its bin with half its amplitude times n") {
  constexpr std::size_t n = 100;
  fft_laws::prepared<default_fft<double>> p(n);
  REQUIRE(p.status.ok());
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = 3.0 * pdm::math::sin_turns(7 * i, n);
  std::vector<std::complex<double>> spectrum(n / 2 + 1);
  p.fft.forward(x, spectrum);
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    std::complex<double> const expected = k == 7 ? std::complex<double>(0, -3.0 * n / 2) : 0.0;
    CHECK(std::abs(spectrum[k] - expected) < 1e-11);
  }
}

TEST_CASE("the inverse ignores the imaginary parts of bin 0 and of the middle bin") {
  fft_laws::prepared<default_fft<double>> p(4);
  std::vector<std::complex<double>> spectrum{{4, 9}, {0, 0}, {4, 9}};
  std::vector<double> x(4);
  p.fft.inverse(spectrum, x);
  CHECK(x == std::vector<double>{2, 0, 2, 0});
}

TEST_CASE("length 1 is the identity") {
  fft_laws::prepared<default_fft<float>> p(1);
  REQUIRE(p.status.ok());
  std::vector<float> x{2.5f}, back(1);
  std::vector<std::complex<float>> spectrum(1);
  p.fft.forward(x, spectrum);
  CHECK(spectrum[0] == std::complex<float>(2.5f, 0));
  p.fft.inverse(spectrum, back);
  CHECK(back == x);
}
