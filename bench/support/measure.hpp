// measure -- what every benchmark of a kernel does: warm up, count heap calls, time, say how many items a call was.
//
// What      `allocs` is the number of heap calls a call makes, counted over 64 warm calls outside the timed loop with
//           the malloc family interposed. items_per_second counts samples (of one channel), lines, rows or blocks, as
//           the benchmark says.
// NB        The optimizer is told that a call's result and all memory are used; nothing else keeps a call alive.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <span>
#include <type_traits>
#include <vector>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "pdm/core/units.hpp"
#include "support/heap_counter.hpp"

namespace pdm::bench {

template <class Call>
void call_once(Call& call) {
  if constexpr (std::is_void_v<std::invoke_result_t<Call&>>) {
    call();
  } else {
    auto result = call();
    benchmark::DoNotOptimize(result);
  }
  benchmark::ClobberMemory();
}

// Where counting 64 calls says too little: `counted` of them.
template <class Call>
void measure(benchmark::State& state, std::size_t items, Call&& call, int counted = 64) {
  for (int i = 0; i < 2; ++i) call_once(call);
  auto const heap = test::heap_calls_in([&] {
    for (int i = 0; i < counted; ++i) call_once(call);
  });
  for (auto _ : state) call_once(call);
  state.SetItemsProcessed(state.iterations() * static_cast<long>(items));
  state.counters["allocs"] = static_cast<double>(heap.taken) / counted;
}

// Memory of one component, from the heap before anything is measured.
class work_memory {
 public:
  explicit work_memory(std::size_t bytes) : bytes_(bytes + 64), arena_(bytes_) {}
  operator arena&() noexcept { return arena_; }

 private:
  std::vector<std::byte> bytes_;
  pdm::arena arena_;
};

inline constexpr hertz rate{25600};

// Lines at 30 and 1234 Hz, a resonance at 6 kHz struck 107.3 times a second, and noise.
template <class T = double>
std::vector<T> vibration(std::size_t n, std::uint64_t seed = 42) {
  random_source draw(seed);
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / rate.value;
    double const turns = 107.3 * t, since = (turns - static_cast<double>(static_cast<long>(turns))) / 107.3;
    double v = 0.5 * math::sin_turns(i * 30, 25600) + 0.3 * math::sin_turns(i * 1234, 25600);
    v += 0.8 * math::exp(-800 * since) * math::sin_turns(static_cast<std::size_t>(since * 25600) * 6000, 25600);
    x[i] = static_cast<T>(v + 0.1 * draw.normal());
  }
  return x;
}

}  // namespace pdm::bench
