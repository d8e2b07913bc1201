#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/cyclic_spectrum.hpp"
#include "pdm/dsp/enhanced_envelope.hpp"
#include "pdm/dsp/welch.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

// White noise whose amplitude is 1 + depth cos(2 pi alpha t), at 8 kHz.
std::vector<double> modulated(std::size_t n, double alpha, double depth) {
  random_source draw(17);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = draw.normal() * (1 + depth * std::cos(2 * math::pi * alpha * static_cast<double>(i) / 8000));
  }
  return x;
}

template <class S>
::test::memory prepared(S& stage) {
  ::test::memory memory(stage.footprint() + arena::alignment);
  REQUIRE(stage.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == stage.footprint());
  return memory;
}

}  // namespace

TEST_CASE("at cyclic frequency 0 the cyclic spectrum is the density and the coherence is 1") {
  auto const x = modulated(8000, 100, 0);
  dsp::cyclic_spectrum<double> c({8000_Hz, 128, 64});
  dsp::welch<double> w({8000_Hz, 128, 64, 0, dsp::window_kind::hann, dsp::detrend_kind::none});
  auto const m1 = prepared(c), m2 = prepared(w);
  auto const lines = *c.apply(x, 0_Hz);
  auto const psd = *w.density(x);
  for (std::size_t k = 1; k < 64; ++k) {
    CHECK(2 * lines.density[k].real() == Approx(psd.lines[k]).epsilon(1e-11));
    CHECK(std::abs(lines.coherence[k]) == Approx(1).epsilon(1e-11));
  }
  CHECK(lines.frequency(1) == Approx(62.5));
  CHECK(lines.frequency(127) == Approx(-62.5));
}

TEST_CASE("noise modulated with depth d has coherence d / (1 + d^2/2) at the modulation, and none elsewhere") {
  double const d = 0.6;
  auto const x = modulated(400000, 90, d);
  dsp::cyclic_spectrum<double> c({8000_Hz, 64, 32});
  auto const memory = prepared(c);
  double const expected = d / (1 + d * d / 2);
  CHECK(std::sqrt(c.apply(x, 90_Hz)->mean_squared_coherence(500_Hz, 3500_Hz)) == Approx(expected).epsilon(0.02));
  CHECK(std::sqrt(c.apply(x, 77_Hz)->mean_squared_coherence(500_Hz, 3500_Hz)) < 0.03);
}

TEST_CASE("a tone modulated with depth d shows as 2 d^2 in its band, times the window's response 50 Hz away") {
  // |1 + d cos|^2 = 1 + 2 d cos + ...: amplitude 2 d, power 2 d^2. Hann at 0.4 lines: sinc(0.4) / (1 - 0.4^2).
  std::size_t const n = 64 + 16 * 3999;  // 50 Hz lies on a line of 4000 frames
  double const d = 0.02, response = std::sin(0.4 * math::pi) / (0.4 * math::pi) / (1 - 0.16);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / 8000;
    x[i] = (1 + d * std::cos(2 * math::pi * 50 * t)) * std::cos(2 * math::pi * 1000 * t);
  }
  dsp::enhanced_envelope<double> e({n, 8000_Hz, 990_Hz, 1010_Hz, 64, 16});
  auto const memory = prepared(e);
  CHECK(e.bands() == 1);
  CHECK(e.frames() == 4000);
  auto const lines = *e.apply(x);
  CHECK(lines.frequency(400) == Approx(50));
  CHECK(lines.lines[400] == Approx(2 * d * d * response * response).epsilon(1e-3));
  CHECK(lines.lines[404] < 1e-3 * lines.lines[400]);
}

TEST_CASE("the enhanced envelope finds a modulation under a steady resonance that is far stronger") {
  std::size_t const n = 64 + 16 * 7999;  // 8000 spectra: no large prime, where FFTW would take memory in a transform
  auto x = modulated(n, 60, 0);
  random_source draw(9);
  double y1 = 0, y2 = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / 8000;
    double const y = 2 * 0.995 * std::cos(0.4) * y1 - 0.995 * 0.995 * y2 + 0.05 * draw.normal();
    y2 = y1;
    y1 = y;
    x[i] = 0.1 * x[i] * (1 + 0.8 * std::cos(2 * math::pi * 60 * t)) + y;
  }
  dsp::enhanced_envelope<float> e({n, 8000_Hz, 200_Hz, 3900_Hz, 64, 16});
  auto const memory = prepared(e);
  std::vector<float> const in(x.begin(), x.end());
  auto const lines = *e.apply(in);
  auto const k = static_cast<std::size_t>(60 / lines.df() + 0.5);
  double floor = 0;
  for (std::size_t i = k + 10; i < k + 110; ++i) floor += lines.lines[i] / 100;
  CHECK(std::max({lines.lines[k - 1], lines.lines[k], lines.lines[k + 1]}) > 4 * floor);
  bool ok = false;
  CHECK(pdm::test::heap_calls_in([&] { ok = e.apply(in).ok(); }).taken == 0);
  CHECK(ok);
}

TEST_CASE("cyclic spectra refuse silly parameters and short records") {
  ::test::memory memory;
  CHECK_FALSE(dsp::cyclic_spectrum<float>({1_Hz, 8, 8}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::enhanced_envelope<float>({64, 1_Hz, 0_Hz, 1_Hz}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::enhanced_envelope<float>({640, 8_Hz, 3_Hz, 2_Hz}).prepare(memory.arena()).ok());
  dsp::cyclic_spectrum<float> c({8_Hz, 16, 8});
  auto const m = prepared(c);
  CHECK(c.apply(std::vector<float>(15), 1_Hz).error() == errc::shape_mismatch);
}
