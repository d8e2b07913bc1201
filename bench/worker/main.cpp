// pdm_worker: measures the library's own pieces on request, one line in, one line out (cases.hpp).
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <numbers>
#include <sstream>

#include "cases.hpp"
#include "pdm/core/simd.hpp"
#include "support/heap_counter.hpp"

namespace pdm::bench {

std::vector<measured_case>& cases() {
  static std::vector<measured_case> all;
  return all;
}

void add(std::string name, double items, std::function<void()> setup, std::function<double()> call) {
  cases().push_back({std::move(name), items, std::move(setup), std::move(call), false});
}

double uniform(std::uint64_t seed, std::uint64_t i) {
  std::uint64_t z = (seed << 32) + i + 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return (static_cast<double>(z >> 11) + 0.5) / 9007199254740992.0;
}

namespace {

// 0.5 sin(2 pi 29.95 t) + 0.3 sin(2 pi 1234 t + 0.4) + 0.8 e^(-800 p) sin(2 pi 6000 p) + 0.1 N(0, 1),
// p the time since the last impact of a 107.3 Hz fault.
float vibration_sample(std::uint64_t i) {
  constexpr double turn = 2 * std::numbers::pi;
  double const t = static_cast<double>(i) / vibration_rate, p = std::fmod(t, 1.0 / 107.3);
  double x = 0.5 * std::sin(turn * 29.95 * t) + 0.3 * std::sin(turn * 1234.0 * t + 0.4);
  x += 0.8 * std::exp(-800.0 * p) * std::sin(turn * 6000.0 * p);
  x += 0.1 * std::sqrt(-2 * std::log(uniform(42, 2 * i))) * std::cos(turn * uniform(42, 2 * i + 1));
  return static_cast<float>(x);
}

double seconds_of(clockid_t clock) {
  timespec t{};
  clock_gettime(clock, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct measurement {
  double cpu = 0, wall = 0, calls = 0, check = 0;
  test::heap_calls heap;
};

measurement measure(measured_case& c, double least_seconds) {
  if (!c.ready) {
    if (c.setup) c.setup();
    c.call();
    c.ready = true;
  }
  measurement m;
  m.check = c.call();  // caches are warm again after another worker ran
  double sink = 0;
  test::start_counting_heap();
  double const cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID), wall = seconds_of(CLOCK_MONOTONIC);
  for (double batch = 1; m.wall < least_seconds;) {
    for (double i = 0; i < batch; ++i) sink += c.call();
    m.calls += batch;
    m.wall = seconds_of(CLOCK_MONOTONIC) - wall;
    if (m.wall < least_seconds / 8) batch *= 2;
  }
  m.cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  m.heap = test::stop_counting_heap();
  if (std::isnan(sink)) std::fputs("the sum of the checks is not a number\n", stderr);
  return m;
}

void answer(std::string const& name, double least_ms) {
  auto const found = std::find_if(cases().begin(), cases().end(), [&](auto const& c) { return c.name == name; });
  if (found == cases().end()) {
    std::printf("{\"case\":\"%s\",\"error\":\"unknown\"}\n", name.c_str());
    return;
  }
  auto const m = measure(*found, least_ms * 1e-3);
  double const items = m.calls * found->items;
  std::printf(
      "{\"case\":\"%s\",\"cpu_ns\":%.3f,\"wall_ns\":%.3f,\"calls\":%.0f,\"allocs\":%.3f,\"alloc_bytes\":%.1f,"
      "\"check\":%.9g}\n",
      name.c_str(), m.cpu * 1e9 / items, m.wall * 1e9 / items, m.calls, static_cast<double>(m.heap.taken) / items,
      static_cast<double>(m.heap.bytes) / items, m.check);
}

void serve() {
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    std::istringstream words(line);
    std::string verb, name;
    double least_ms = 50;
    words >> verb >> name >> least_ms;
    if (verb == "list") {
      for (auto const& c : cases()) std::printf("{\"case\":\"%s\",\"items\":%g}\n", c.name.c_str(), c.items);
      std::puts("end");
    } else if (verb == "run") {
      answer(name, words ? least_ms : 50);
    }
    std::fflush(stdout);
  }
}

}  // namespace

std::span<float const> vibration() {
  static std::vector<float> const samples = [] {
    std::vector<float> x(window_length * window_count);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = vibration_sample(i);
    return x;
  }();
  return samples;
}

std::span<std::byte> memory_for(std::size_t bytes) {
  bytes = (bytes + 63) / 64 * 64 + 64;
  return {static_cast<std::byte*>(::operator new(bytes, std::align_val_t(64))), bytes};
}

}  // namespace pdm::bench

int main(int argc, char** argv) {
  if (char const* const level = std::getenv("PDM_LEVEL")) {  // base or avx2: no wider vectors than these
    bool const base = std::string(level) == "base";
    pdm::simd::limit(base ? pdm::simd::level::base : pdm::simd::level::avx2);
  }
  if (argc > 1 && std::string(argv[1]) == "--dump") {
    pdm::bench::dump_w1();
    return 0;
  }
  pdm::bench::add_w1();
  pdm::bench::add_fft();
  pdm::bench::add_anomaly();
  pdm::bench::add_kurtogram();
  pdm::bench::add_prognostics();
  pdm::bench::add_diagnose();
  pdm::bench::serve();
}
