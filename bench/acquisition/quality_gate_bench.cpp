// The quality gate on clean blocks of 512 samples, with the settings that cost most and least, beside three checks in
// a plain loop. items_per_second counts samples.
#include "pdm/acquisition/quality_gate.hpp"

#include <cmath>
#include <vector>

#include "support/measure.hpp"

namespace {

using pdm::bench::measure, pdm::bench::rate, pdm::bench::vibration, pdm::bench::work_memory;
using namespace pdm::acquisition;

constexpr std::size_t length = 512, blocks = 16;

template <class T>
void run_gate(benchmark::State& state, quality_gate_params const& p) {
  quality_gate gate(p);
  work_memory memory(64);
  if (!gate.prepare({.rate = rate, .max_block = length}, memory)) return state.SkipWithError("prepare failed");
  auto const x = vibration<T>(blocks * length);
  pdm::block_info info;
  std::uint64_t at = 0;
  measure(state, length, [&] {
    info.sequence = at * length;
    info.source_time = pdm::sample_time(info.sequence, rate.value);
    bool bad = false;
    gate.process(pdm::block<T>(std::span(x).subspan(at++ % blocks * length, length), info),
                 [&](pdm::block<T> const& out) noexcept { bad = out.quality.is_bad(); });
    return bad;
  });
}

template <class T>
void gate_default(benchmark::State& state) {
  run_gate<T>(state, {});
}
// Full scale known, so that no rail is looked for; range and slope watched.
template <class T>
void gate_full_scale(benchmark::State& state) {
  run_gate<T>(state, {.full_scale = 50, .low = -40, .high = 40, .max_slope = 1e6});
}
// Finite, in range, and not the same value 15 times.
template <class T>
void gate_textbook(benchmark::State& state) {
  auto const x = vibration<T>(blocks * length);
  std::size_t at = 0;
  measure(state, length, [&] {
    int wrong = 0, run = 0;
    T last = 0;
    for (T v : std::span(x).subspan(at++ % blocks * length, length)) {
      if (!std::isfinite(v) || v < -40 || v > 40) ++wrong;
      run = v == last ? run + 1 : 1;
      if (run >= 15) ++wrong;
      last = v;
    }
    return wrong;
  });
}

}  // namespace

BENCHMARK_TEMPLATE(gate_default, float);
BENCHMARK_TEMPLATE(gate_default, double);
BENCHMARK_TEMPLATE(gate_full_scale, float);
BENCHMARK_TEMPLATE(gate_full_scale, double);
BENCHMARK_TEMPLATE(gate_textbook, float);
BENCHMARK_TEMPLATE(gate_textbook, double);
BENCHMARK_MAIN();
