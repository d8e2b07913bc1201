// Filters of a block of 4096 samples, beside the loops of the textbook: direct form I a section at a time, the same
// forward and backward, and a resampler that stuffs zeros, filters at the high rate and throws samples away.
#include <vector>

#include "pdm/dsp/biquad.hpp"
#include "pdm/dsp/filtfilt.hpp"
#include "pdm/dsp/resample.hpp"
#include "support/measure.hpp"

namespace {

using namespace pdm::dsp;
using pdm::hertz;
using pdm::bench::measure, pdm::bench::rate, pdm::bench::vibration, pdm::bench::work_memory;

constexpr std::size_t n = 4096, padding = 300;
constexpr band_params band{.low = hertz{1000}, .high = hertz{4000}, .order = 4};

biquad_sections sections() {
  return *design_butterworth({filter_band::bandpass, band.order, band.low, band.high}, rate);
}

// The stage, as it stands in a chain.
template <class T>
void butterworth_bandpass(benchmark::State& state) {
  bandpass<T> stage(band);
  pdm::stream_spec const stream{.rate = rate, .max_block = n};
  work_memory memory(stage.footprint(stream));
  if (!stage.prepare(stream, memory)) return state.SkipWithError("prepare failed");
  auto const x = vibration<T>(n);
  pdm::block_info info;
  measure(state, n, [&] {
    T last = 0;
    stage.process(pdm::block<T>(x, info), [&](pdm::block<T> const& out) noexcept { last = out.samples.back(); });
    info.sequence += n;
    return last;
  });
}
template <class T>
void biquad_cascade_alone(benchmark::State& state) {
  biquad_cascade cascade(sections());
  auto const x = vibration<T>(n);
  std::vector<T> out(n);
  measure(state, n, [&] { cascade.filter<T>(x, out); });
}
void butterworth_design(benchmark::State& state) {
  auto at = rate;
  measure(state, 1, [&] {
    benchmark::DoNotOptimize(at);
    return *design_butterworth({filter_band::bandpass, band.order, band.low, band.high}, at);
  });
}

// y[i] = b0 x[i] + b1 x[i-1] + b2 x[i-2] - a1 y[i-1] - a2 y[i-2], one section after the other.
void direct_form(biquad_sections const& filter, std::vector<double>& x) {
  for (auto const& c : filter.all()) {
    double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
    for (double& v : x) {
      double const y = c.b0 * v + c.b1 * x1 + c.b2 * x2 - c.a1 * y1 - c.a2 * y2;
      x2 = x1, x1 = v, y2 = y1, y1 = y;
      v = y;
    }
  }
}
void butterworth_textbook(benchmark::State& state) {
  auto const filter = sections();
  auto const x = vibration(n);
  measure(state, n, [&] {
    auto y = x;
    direct_form(filter, y);
    return y.back();
  });
}

template <class T>
void filtfilt_bandpass(benchmark::State& state) {
  filtfilt<T> both(sections(), padding);
  work_memory memory(both.footprint(n));
  if (!both.prepare(n, memory)) return state.SkipWithError("prepare failed");
  auto const x = vibration<T>(n);
  std::vector<T> out(n);
  measure(state, n, [&] { return both.apply(x, out).ok(); });
}
void filtfilt_textbook(benchmark::State& state) {
  auto const filter = sections();
  auto const x = vibration(n);
  measure(state, n, [&] {
    std::vector<double> y;
    for (std::size_t i = padding; i > 0; --i) y.push_back(2 * x[0] - x[i]);
    y.insert(y.end(), x.begin(), x.end());
    for (std::size_t i = 1; i <= padding; ++i) y.push_back(2 * x[n - 1] - x[n - 1 - i]);
    direct_form(filter, y);
    std::vector<double> back(y.rbegin(), y.rend());
    direct_form(filter, back);
    return std::vector<double>(back.rbegin() + padding, back.rend() - padding)[7];
  });
}

// 25.6 kHz to 10.24 kHz.
constexpr std::size_t up = 2, down = 5;

template <class T>
void resample(benchmark::State& state) {
  resampler poly(up, down);
  work_memory memory(poly.footprint());
  if (!poly.prepare(memory)) return state.SkipWithError("prepare failed");
  auto const x = vibration<T>(n);
  std::vector<T> out(poly.size(n));
  measure(state, n, [&] { return poly.apply<T>(x, out).ok(); });
}
void resample_textbook(benchmark::State& state) {
  resampler poly(up, down);
  work_memory memory(poly.footprint());
  if (!poly.prepare(memory)) return state.SkipWithError("prepare failed");
  auto const h = poly.coefficients();
  auto const x = vibration(n);
  measure(
      state, n,
      [&] {
        std::vector<double> stuffed(n * up), filtered(n * up), out;
        for (std::size_t i = 0; i < n; ++i) stuffed[i * up] = x[i];
        for (std::size_t i = 0; i < filtered.size(); ++i) {
          for (std::size_t k = 0; k < h.size(); ++k) {
            std::size_t const from = i + h.size() / 2 - k;  // wraps below 0
            if (from < stuffed.size()) filtered[i] += h[k] * stuffed[from];
          }
        }
        for (std::size_t i = 0; i < filtered.size(); i += down) out.push_back(filtered[i]);
        return out[7];
      },
      4);
}

}  // namespace

BENCHMARK_TEMPLATE(butterworth_bandpass, float);
BENCHMARK_TEMPLATE(butterworth_bandpass, double);
BENCHMARK_TEMPLATE(biquad_cascade_alone, double);
BENCHMARK(butterworth_textbook);
BENCHMARK(butterworth_design);
BENCHMARK_TEMPLATE(filtfilt_bandpass, float);
BENCHMARK_TEMPLATE(filtfilt_bandpass, double);
BENCHMARK(filtfilt_textbook);
BENCHMARK_TEMPLATE(resample, float);
BENCHMARK_TEMPLATE(resample, double);
BENCHMARK(resample_textbook);
BENCHMARK_MAIN();
