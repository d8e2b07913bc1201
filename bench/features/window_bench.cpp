// The time features of a window: the fused float pass, the definition in double, and a plain loop a moment;
// then the whole vector of a window straight and through chain, frame and row.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "pdm/features/frame.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/signal/chain.hpp"

namespace {

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
void done(benchmark::State& state) { state.SetItemsProcessed(state.iterations() * static_cast<long>(length)); }

void time_fused(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(pdm::features::detail::window_moments(window().data(), length).m4);
  done(state);
}
void time_definition(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(pdm::features::time_features::of(std::span<float const>(window())).kurtosis);
  }
  done(state);
}
void time_plain(benchmark::State& state) {
  for (auto _ : state) {
    double mean = 0, m2 = 0, m3 = 0, m4 = 0, absolute = 0, root = 0;
    for (double v : window()) mean += v / static_cast<double>(length);
    for (double v : window()) m2 += std::pow(v - mean, 2);
    for (double v : window()) m3 += std::pow(v - mean, 3);
    for (double v : window()) m4 += std::pow(v - mean, 4);
    for (double v : window()) absolute += std::abs(v);
    for (double v : window()) root += std::sqrt(std::abs(v));
    benchmark::DoNotOptimize(m2 + m3 + m4 + absolute + root);
  }
  done(state);
}

void vector_straight(benchmark::State& state) {
  pdm::features::window_vector<> stage(settings);
  std::vector<std::byte> bytes(stage.footprint(stream) + 64);
  pdm::arena memory(bytes);
  if (!stage.prepare(stream, memory)) return state.SkipWithError("prepare failed");
  for (auto _ : state) benchmark::DoNotOptimize(stage.extract(window()).data());
  done(state);
}
void vector_chain(benchmark::State& state) {
  pdm::chain line(pdm::features::frame<float>({.length = length, .hop = length}),
                  pdm::features::window_vector<>(settings));
  std::vector<std::byte> bytes(line.footprint(stream) + 64);
  pdm::arena memory(bytes);
  if (!line.prepare(stream, memory)) return state.SkipWithError("prepare failed");
  pdm::block_info info;
  for (auto _ : state) {
    line.process(pdm::block<float>(window(), info),
                 [](pdm::row const& r) noexcept { benchmark::DoNotOptimize(r.values.data()); });
    info.sequence += length;
    info.source_time += 160'000'000;
  }
  done(state);
}

}  // namespace

BENCHMARK(time_fused);
BENCHMARK(time_definition);
BENCHMARK(time_plain);
BENCHMARK(vector_straight);
BENCHMARK(vector_chain);
BENCHMARK_MAIN();
