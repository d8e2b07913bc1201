// cases -- what pdm_worker can measure, and how it is asked.
//
// What      A case is a name, a set-up that runs once and is not timed, and a call that does a stated number of items
//           and returns a number that depends on the work. Each file *_cases.cpp adds its own from add_*().
// Protocol  list -> {"case":NAME,"items":N} a line, then "end"
//           run NAME MIN_MS -> {"case","cpu_ns","wall_ns" per item,"calls","allocs","alloc_bytes" per item,"check"}
//           quit
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace pdm::bench {

struct measured_case {
  std::string name;
  double items = 1;
  std::function<void()> setup;
  std::function<double()> call;
  bool ready = false;
};

std::vector<measured_case>& cases();
void add(std::string name, double items, std::function<void()> setup, std::function<double()> call);

// A number in (0, 1) that is the same in every language: splitmix64 of seed * 2^32 + i.
double uniform(std::uint64_t seed, std::uint64_t i);
// 64 windows of 4096 samples of the simulated vibration signal, at 25.6 kHz.
std::span<float const> vibration();
inline constexpr std::size_t window_length = 4096, window_count = 64;
inline constexpr double vibration_rate = 25600;

// Memory for a component, on the heap for the life of the program.
std::span<std::byte> memory_for(std::size_t bytes);

void add_w1();
void add_fft();
void add_anomaly();
void add_kurtogram();
void add_prognostics();
void add_diagnose();
// The 36 numbers of window 0, a line for every W1 case.
void dump_w1();

}  // namespace pdm::bench
