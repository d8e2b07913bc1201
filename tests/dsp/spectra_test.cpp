#include <cmath>
#include <complex>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/envelope_spectrum.hpp"
#include "pdm/dsp/integrate.hpp"
#include "pdm/dsp/welch.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

std::vector<double> sine(std::size_t n, double periods, double amplitude) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = amplitude * std::cos(2 * math::pi * periods * static_cast<double>(i) / static_cast<double>(n));
  }
  return x;
}

std::vector<double> noise(std::size_t n) {
  random_source draw(23);
  std::vector<double> x(n);
  for (auto& v : x) v = draw.uniform() - 0.5;
  return x;
}

double mean_square(std::vector<double> const& x) {
  double sum = 0;
  for (double v : x) sum += v * v;
  return sum / static_cast<double>(x.size());
}

template <class S>
::test::memory prepared(S& stage) {
  ::test::memory memory(stage.footprint() + arena::alignment);
  REQUIRE(stage.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == stage.footprint());
  return memory;
}

}  // namespace

TEST_CASE("a unit sine on a bin reads amplitude 1, power 1/2 and RMS 0.707 with every window and any length") {
  for (std::size_t n : {64u, 63u, 97u, 1000u}) {
    for (auto window : dsp::all_windows) {
      dsp::spectrum<double> s({n, 1000_Hz, window, dsp::detrend_kind::none});
      auto const memory = prepared(s);
      auto const x = sine(n, 13, 1);
      auto const a = s.amplitude(x);
      REQUIRE(a.lines.size() == n / 2 + 1);
      CHECK(a.lines[13] == Approx(1).epsilon(1e-10));
      CHECK(dsp::rms_line(a, 13) == Approx(std::sqrt(0.5)).epsilon(1e-10));
      CHECK(a.frequency(13) == Approx(13000.0 / static_cast<double>(n)));
      CHECK(s.power(x).lines[13] == Approx(0.5).epsilon(1e-10));
    }
  }
}

TEST_CASE("the density of a frame without window adds up to its mean square, even and odd lengths") {
  for (std::size_t n : {256u, 255u}) {
    dsp::spectrum<double> s({n, 1000_Hz, dsp::window_kind::rect, dsp::detrend_kind::none});
    auto const memory = prepared(s);
    auto const x = noise(n);
    auto const d = s.density(x);
    double sum = 0;
    for (double v : d.lines) sum += v * d.df();
    CHECK(sum == Approx(mean_square(x)).epsilon(1e-12));
  }
}

TEST_CASE("removing the mean leaves a constant without lines") {
  dsp::spectrum<double> s({100, 1000_Hz, dsp::window_kind::hann, dsp::detrend_kind::constant});
  auto const memory = prepared(s);
  for (double v : s.amplitude(std::vector<double>(100, 5.0)).lines) CHECK(v < 1e-14);
}

TEST_CASE("Welch's density of white noise is its variance over the bandwidth") {
  dsp::welch<double> w({.rate = 1000_Hz, .segment = 128, .overlap = 64});
  auto const memory = prepared(w);
  auto const x = noise(20000);
  auto const psd = w.density(x);
  REQUIRE(psd.ok());
  CHECK(w.segments(20000) == (20000 - 64) / 64);
  double sum = 0;
  for (std::size_t k = 2; k < 63; ++k) sum += psd->lines[k];
  CHECK(sum / 61 == Approx(mean_square(x) / 500).epsilon(0.03));
  CHECK_FALSE(w.density(std::span(x).first(127)).ok());
}

TEST_CASE("silly parameters of spectra are refused") {
  ::test::memory memory;
  CHECK_FALSE(dsp::spectrum<float>({0, 1000_Hz}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::spectrum<float>({16, 0_Hz}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::welch<float>({.rate = 1_Hz, .segment = 8, .overlap = 8}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::welch<float>({.rate = 1_Hz, .segment = 8, .transform = 4}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::band_envelope<float>({64, 64_Hz, 5_Hz, 20_Hz, 8}).prepare(memory.arena()).ok());
  arena nothing;
  CHECK(dsp::spectrum<float>({16, 1_Hz}).prepare(nothing).error() == errc::out_of_memory);
}

TEST_CASE("the analytic signal of a cosine is a rotating phasor") {
  for (std::size_t n : {64u, 63u}) {
    dsp::analytic_signal<double> a;
    ::test::memory memory(a.footprint(n) + arena::alignment);
    REQUIRE(a.prepare(n, memory.arena()).ok());
    std::vector<std::complex<double>> z(n);
    a.apply(sine(n, 5, 2), z);
    for (auto const& v : z) CHECK(std::abs(v) == Approx(2).epsilon(1e-12));
  }
}

TEST_CASE("the envelope of an amplitude-modulated carrier is its modulation, at full rate and in baseband") {
  std::size_t const n = 1024;
  std::vector<double> x(n);
  auto const modulation = [](double t) { return 1 + 0.5 * std::cos(2 * math::pi * 8 * t); };  // t: share of the frame
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / n;
    x[i] = modulation(t) * std::cos(2 * math::pi * 200 * t);
  }
  dsp::band_envelope<double> full({n, {1024}, {150}, {250}}), short_one({n, {1024}, {150}, {250}, 128});
  auto const m1 = prepared(full), m2 = prepared(short_one);
  std::vector<double> e(n), b(128);
  full.envelope(x, e);
  short_one.envelope(x, b);
  CHECK(full.bins() == 101);
  for (std::size_t i = 0; i < n; ++i) CHECK(e[i] == Approx(modulation(static_cast<double>(i) / n)).epsilon(1e-11));
  for (std::size_t i = 0; i < 128; ++i) CHECK(b[i] == Approx(e[8 * i]).epsilon(1e-11));
}

TEST_CASE("the squared envelope spectrum of a modulation of depth d has lines 2d and d^2/2 over a mean of 1 + d^2/2") {
  std::size_t const n = 2048;
  double const d = 0.4;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / n;
    x[i] = (1 + d * std::cos(2 * math::pi * 10 * t)) * std::cos(2 * math::pi * 400 * t);
  }
  dsp::envelope_spectrum<double> s({{n, {2048}, {300}, {500}}, true, dsp::window_kind::rect});
  auto const memory = prepared(s);
  auto const e = s.apply(x);
  CHECK(e.mean == Approx(1 + d * d / 2).epsilon(1e-12));
  CHECK(e.amplitude.lines[10] == Approx(2 * d).epsilon(1e-11));
  CHECK(e.amplitude.lines[20] == Approx(d * d / 2).epsilon(1e-11));
  CHECK(e.amplitude.lines[15] < 1e-12);
}

TEST_CASE("an acceleration a cos wt integrates to a/w sin wt and to -a/w^2 cos wt, zero outside the band") {
  std::size_t const n = 1000;
  double const w = 2 * math::pi * 50, a = 3;
  auto const x = sine(n, 50, a);
  std::vector<double> y(n);
  dsp::integrate_acceleration<double> velocity({n, 1000_Hz, 10_Hz, 200_Hz});
  auto const m1 = prepared(velocity);
  velocity.apply(x, y);
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(y[i] == Approx(1e3 * a / w * std::sin(w * static_cast<double>(i) / 1000)).margin(1e-9));
  }
  dsp::integrate_acceleration<double> shift({n, 1000_Hz, 10_Hz, 200_Hz, unit::standard_gravity, 2});
  auto const m2 = prepared(shift);
  shift.apply(x, y);
  for (std::size_t i = 0; i < n; ++i) CHECK(y[i] == Approx(-1e6 * 9.80665 / (w * w) * x[i]).margin(1e-6));
  dsp::integrate_acceleration<double> elsewhere({n, 1000_Hz, 60_Hz, 200_Hz});
  auto const m3 = prepared(elsewhere);
  elsewhere.apply(x, y);
  for (double v : y) CHECK(std::abs(v) < 1e-10);
  ::test::memory memory;
  CHECK(dsp::integrate_acceleration<double>({n, 1000_Hz, 10_Hz, 200_Hz, unit::volt}).prepare(memory.arena()).error() ==
        errc::unit_mismatch);
}

TEST_CASE("the bins of a band are those whose frequency lies in it, edges included") {
  for (std::size_t n : {10u, 97u, 1000u}) {
    for (double rate : {1.0, 1000.0, 25600.0}) {
      for (double low : {0.0, 0.1, 0.2, 0.31}) {
        for (double high : {0.1, 0.25, 0.5, 0.9}) {
          auto const b = dsp::bins_between({low * rate}, {high * rate}, {rate}, n);
          std::size_t count = 0;
          for (std::size_t k = 0; k <= n / 2; ++k) {
            double const f = static_cast<double>(k) * rate / static_cast<double>(n);
            count += f >= low * rate && f <= high * rate ? 1 : 0;
          }
          CHECK(b.count == count);
        }
      }
    }
  }
}
