// The time features of a window: the fused float pass, the definition in double, and a plain loop a moment;
// then the whole vector of a window straight and through chain, frame and row.
#include <cmath>
#include <vector>

#include "pdm/features/frame.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/signal/chain.hpp"
#include "support/measure.hpp"

namespace {

using pdm::bench::measure;

constexpr std::size_t length = 4096;
pdm::stream_spec const stream{.rate = {25600}, .max_block = length, .quantity = pdm::unit::metre_per_second_squared};
pdm::features::window_vector_params const settings{
    .envelope_low = {4000}, .envelope_high = {8000}, .lines = {pdm::hertz{107.3}, pdm::hertz{162.2}}};

std::vector<float> const& window() {
  static std::vector<float> const x = [] {
    std::vector<float> v(length);
    for (std::size_t i = 0; i < length; ++i)
      v[i] = static_cast<float>(std::sin(0.1 * static_cast<double>(i * i % 977)));
    return v;
  }();
  return x;
}

void time_fused(benchmark::State& state) {
  measure(state, length, [] { return pdm::features::detail::window_moments(window().data(), length).m4; });
}
void time_definition(benchmark::State& state) {
  measure(state, length, [] { return pdm::features::time_features::of(std::span<float const>(window())).kurtosis; });
}
void time_plain(benchmark::State& state) {
  measure(state, length, [] {
    double mean = 0, m2 = 0, m3 = 0, m4 = 0, absolute = 0, root = 0;
    for (double v : window()) mean += v / static_cast<double>(length);
    for (double v : window()) m2 += std::pow(v - mean, 2);
    for (double v : window()) m3 += std::pow(v - mean, 3);
    for (double v : window()) m4 += std::pow(v - mean, 4);
    for (double v : window()) absolute += std::abs(v);
    for (double v : window()) root += std::sqrt(std::abs(v));
    return m2 + m3 + m4 + absolute + root;
  });
}

void vector_straight(benchmark::State& state) {
  pdm::features::window_vector<> stage(settings);
  pdm::bench::work_memory memory(stage.footprint(stream));
  if (!stage.prepare(stream, memory)) return state.SkipWithError("prepare failed");
  measure(state, length, [&] { return stage.extract(window()).data(); });
}
void vector_chain(benchmark::State& state) {
  pdm::chain line(pdm::features::frame<float>({.length = length, .hop = length}),
                  pdm::features::window_vector<>(settings));
  pdm::bench::work_memory memory(line.footprint(stream));
  if (!line.prepare(stream, memory)) return state.SkipWithError("prepare failed");
  pdm::block_info info;
  measure(state, length, [&] {
    line.process(pdm::block<float>(window(), info),
                 [](pdm::row const& r) noexcept { benchmark::DoNotOptimize(r.values.data()); });
    info.sequence += length;
    info.source_time += 160'000'000;
  });
}
// The three bare transforms inside: the frame, the band, the squared envelope.
void vector_transforms(benchmark::State& state) {
  using fft = pdm::dsp::default_fft<float>;
  constexpr std::size_t points = 1280;  // twice the 640 lines of the band
  pdm::bench::work_memory memory(fft::footprint(length) + fft::footprint(points));
  fft whole, band;
  if (!whole.prepare(length, memory, pdm::dsp::fft_use::real) || !band.prepare(points, memory)) {
    return state.SkipWithError("prepare failed");
  }
  std::vector<std::complex<float>> lines(length / 2 + 1), in(points, 1.0f), out(points), envelope(points / 2 + 1);
  std::vector<float> squared(points, 1.0f);
  measure(state, length, [&] {
    whole.forward(window(), lines);
    band.inverse_complex(in, out);
    band.forward(squared, envelope);
  });
}

}  // namespace

BENCHMARK(time_fused);
BENCHMARK(time_definition);
BENCHMARK(time_plain);
BENCHMARK(vector_straight);
BENCHMARK(vector_chain);
BENCHMARK(vector_transforms);
BENCHMARK_MAIN();
