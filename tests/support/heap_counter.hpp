// heap_counter -- counts what a piece of code asks of the heap.
//
// What      The malloc family of the C library is interposed (malloc, calloc, realloc, reallocarray, aligned_alloc,
//           posix_memalign, memalign, valloc, pvalloc, free), so memory taken by Eigen or Asio is seen too, which a
//           counter in operator new would miss. Under a sanitizer the sanitizer's own hooks are used
//           (ThreadSanitizer's do not see aligned_alloc and posix_memalign).
// NB        Calls of every thread are counted while the counter runs; one counter at a time.
//           Checks of the test framework allocate: keep CHECK and REQUIRE outside.
// Use       auto const calls = pdm::test::heap_calls_in([&] { line.process(block, next); });
//           CHECK(calls.taken == 0);
#pragma once

#include <cstddef>
#include <utility>

namespace pdm::test {

struct heap_calls {
  std::size_t taken = 0;     // calls that return memory; realloc counts here
  std::size_t returned = 0;  // free of a pointer that is not null
  std::size_t bytes = 0;     // asked for in the calls that return memory

  [[nodiscard]] std::size_t all() const noexcept { return taken + returned; }
};

void start_counting_heap() noexcept;  // from zero
heap_calls stop_counting_heap() noexcept;

template <class F>
heap_calls heap_calls_in(F&& run) {
  start_counting_heap();
  std::forward<F>(run)();
  return stop_counting_heap();
}

}  // namespace pdm::test
