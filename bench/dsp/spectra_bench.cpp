// What stands on a transform, beside the bare transforms inside it and beside the textbook's way: the window computed
// and memory taken in every call, whole complex transforms, std::abs. Both ways use the library's FFT.
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "pdm/dsp/analytic_signal.hpp"
#include "pdm/dsp/band_envelope.hpp"
#include "pdm/dsp/envelope_spectrum.hpp"
#include "pdm/dsp/integrate.hpp"
#include "pdm/dsp/spectrum.hpp"
#include "pdm/dsp/welch.hpp"
#include "support/measure.hpp"

namespace {

using namespace pdm::dsp;
using pdm::hertz;
using pdm::bench::measure, pdm::bench::rate, pdm::bench::vibration, pdm::bench::work_memory;

constexpr std::size_t n = 4096, segment = 1024;
constexpr hertz low{4000}, high{8000};

// Makes a component, runs `call(component, x)`.
template <class T, class Component, class Call>
void component(benchmark::State& state, Component made, Call call) {
  work_memory memory(made.footprint());
  auto const x = vibration<T>(n);
  if (!made.prepare(memory)) return state.SkipWithError("prepare failed");
  measure(state, n, [&] { return call(made, std::span<T const>(x)); });
}

template <class T>
struct transforms {
  default_fft<T> fft;
  std::vector<T> x;
  std::vector<std::complex<T>> lines, z, y;
  std::vector<std::byte> bytes;

  explicit transforms(std::size_t length)
      : x(length),
        lines(length / 2 + 1),
        z(length),
        y(length),
        bytes(default_fft<T>::footprint(length, fft_use::both) + 64) {
    auto const signal = vibration<T>(length);
    x.assign(signal.begin(), signal.end());
    z.assign(signal.begin(), signal.end());
    pdm::arena memory(bytes);
    if (!fft.prepare(length, memory, fft_use::both)) std::abort();
  }
};

template <class T>
void bare_real(benchmark::State& state) {
  auto const length = static_cast<std::size_t>(state.range(0));
  transforms<T> t(length);
  measure(state, length, [&] { t.fft.forward(t.x, t.lines); });
}
template <class T>
void bare_complex(benchmark::State& state) {
  auto const length = static_cast<std::size_t>(state.range(0));
  transforms<T> t(length);
  measure(state, length, [&] { t.fft.inverse_complex(t.z, t.y); });
}

// ---- spectrum, welch ----

template <class T>
void spectrum_amplitude(benchmark::State& state) {
  component<T>(state, spectrum<T>({.length = n, .rate = rate}),
               [](auto& s, auto x) { return s.amplitude(x).lines[7]; });
}
template <class T>
void spectrum_density(benchmark::State& state) {
  component<T>(state, spectrum<T>({.length = n, .rate = rate}), [](auto& s, auto x) { return s.density(x).lines[7]; });
}

template <class T>
std::vector<T> textbook_spectrum(transforms<T>& t, std::span<T const> x) {
  double mean = 0, weight = 0;
  for (T v : x) mean += static_cast<double>(v) / static_cast<double>(x.size());
  std::vector<T> tapered(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const w =
        0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(x.size()));
    weight += w;
    tapered[i] = static_cast<T>((static_cast<double>(x[i]) - mean) * w);
  }
  std::vector<std::complex<T>> lines(x.size() / 2 + 1);
  t.fft.forward(tapered, lines);
  std::vector<T> amplitude(lines.size());
  for (std::size_t k = 0; k < lines.size(); ++k) {
    double const sides = k == 0 || 2 * k == x.size() ? 1 : 2;
    amplitude[k] = static_cast<T>(sides * static_cast<double>(std::abs(lines[k])) / weight);
  }
  return amplitude;
}
template <class T>
void spectrum_textbook(benchmark::State& state) {
  transforms<T> t(n);
  measure(state, n, [&] { return textbook_spectrum<T>(t, t.x)[7]; });
}

template <class T>
void welch_density(benchmark::State& state) {
  component<T>(state, welch<T>({.rate = rate, .segment = segment, .overlap = segment / 2}),
               [](auto& w, auto x) { return w.density(x)->lines[7]; });
}
template <class T>
void welch_textbook(benchmark::State& state) {
  transforms<T> t(segment);
  auto const x = vibration<T>(n);
  measure(state, n, [&] {
    std::vector<double> sum(segment / 2 + 1);
    for (std::size_t at = 0; at + segment <= n; at += segment / 2) {
      auto const amplitude = textbook_spectrum<T>(t, std::span<T const>(x).subspan(at, segment));
      for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += std::pow(static_cast<double>(amplitude[k]), 2);
    }
    return sum[7];
  });
}

// ---- envelopes ----

template <class T>
void analytic(benchmark::State& state) {
  work_memory memory(analytic_signal<T>::footprint(n));
  analytic_signal<T> made;
  if (!made.prepare(n, memory)) return state.SkipWithError("prepare failed");
  auto const x = vibration<T>(n);
  std::vector<std::complex<T>> z(n);
  measure(state, n, [&] { made.apply(x, z); });
}
template <class T>
void envelope_full(benchmark::State& state) {
  std::vector<T> out(n);
  component<T>(state, band_envelope<T>({.length = n, .rate = rate, .low = low, .high = high}),
               [&](auto& e, auto x) { e.envelope(x, out); });
}
template <class T>
void envelope_baseband(benchmark::State& state) {
  std::vector<T> out(n / 4);
  component<T>(state, band_envelope<T>({.length = n, .rate = rate, .low = low, .high = high, .points = n / 4}),
               [&](auto& e, auto x) { e.envelope(x, out); });
}
// The band cut out of a complex transform of the whole frame, and back.
template <class T>
void envelope_textbook(benchmark::State& state) {
  transforms<T> t(n);
  measure(state, n, [&] {
    std::vector<std::complex<T>> in(t.x.begin(), t.x.end()), lines(n), z(n);
    t.fft.forward_complex(in, lines);
    for (std::size_t k = 0; k < n; ++k) {
      double const f = static_cast<double>(k) * rate.value / static_cast<double>(n);
      lines[k] = f >= low.value && f <= high.value ? T(2) * lines[k] : std::complex<T>{};
    }
    t.fft.inverse_complex(lines, z);
    std::vector<T> out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = std::abs(z[i]);
    return out[7];
  });
}

template <class T>
void squared_envelope_spectrum(benchmark::State& state) {
  component<T>(state, envelope_spectrum<T>({.band = {.length = n, .rate = rate, .low = low, .high = high}}),
               [](auto& e, auto x) { return e.apply(x).mean; });
}
template <class T>
void squared_envelope_spectrum_baseband(benchmark::State& state) {
  component<T>(state,
               envelope_spectrum<T>({.band = {.length = n, .rate = rate, .low = low, .high = high, .points = n / 2}}),
               [](auto& e, auto x) { return e.apply(x).mean; });
}

// ---- integration ----

template <class T>
void integrate(benchmark::State& state) {
  std::vector<T> out(n);
  component<T>(state, integrate_acceleration<T>({.length = n, .rate = rate, .low = {10}, .high = {1000}}),
               [&](auto& i, auto x) { i.apply(x, out); });
}
// The trapezoidal rule: no band, no transform, and a drift that the component does not have.
template <class T>
void integrate_textbook(benchmark::State& state) {
  auto const x = vibration<T>(n);
  std::vector<T> out(n);
  measure(state, n, [&] {
    double v = 0;
    for (std::size_t i = 1; i < n; ++i) {
      v += 500 * (static_cast<double>(x[i]) + static_cast<double>(x[i - 1])) / rate.value;
      out[i] = static_cast<T>(v);
    }
  });
}

}  // namespace

#define PDM_BOTH(name)             \
  BENCHMARK_TEMPLATE(name, float); \
  BENCHMARK_TEMPLATE(name, double)

BENCHMARK_TEMPLATE(bare_real, float)->Arg(segment)->Arg(n);
BENCHMARK_TEMPLATE(bare_real, double)->Arg(segment)->Arg(n);
BENCHMARK_TEMPLATE(bare_complex, float)->Arg(n / 4)->Arg(n);
BENCHMARK_TEMPLATE(bare_complex, double)->Arg(n / 4)->Arg(n);
PDM_BOTH(spectrum_amplitude);
PDM_BOTH(spectrum_density);
PDM_BOTH(spectrum_textbook);
PDM_BOTH(welch_density);
PDM_BOTH(welch_textbook);
PDM_BOTH(analytic);
PDM_BOTH(envelope_full);
PDM_BOTH(envelope_baseband);
PDM_BOTH(envelope_textbook);
PDM_BOTH(squared_envelope_spectrum);
PDM_BOTH(squared_envelope_spectrum_baseband);
PDM_BOTH(integrate);
PDM_BOTH(integrate_textbook);
BENCHMARK_MAIN();
