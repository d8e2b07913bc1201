#include "support/heap_counter.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/catch.hpp"

// A pointer that the compiler must believe in, so that no allocation is optimised away.
static void* volatile seen;

using pdm::test::heap_calls_in;

TEST_CASE("code that takes no memory counts zero") {
  double sum = 0;
  auto const calls = heap_calls_in([&] {
    for (int i = 0; i < 1000; ++i) sum += i;
  });
  CHECK(calls.all() == 0);
  CHECK(sum == 499500);
}

#if !defined(__SANITIZE_THREAD__)  // its hooks do not see the aligned ones
TEST_CASE("every member of the malloc family is seen, and so is its release") {
  auto const calls = heap_calls_in([] {
    for (auto* p : {std::malloc(24), std::calloc(3, 8), std::aligned_alloc(64, 128)}) {
      seen = p;
      std::free(p);
    }
    void* p = nullptr;
    if (posix_memalign(&p, 64, 64) == 0) seen = p;
    std::free(p);
  });
  CHECK(calls.taken == 4);
  CHECK(calls.returned == 4);
  CHECK(calls.bytes == 24 + 24 + 128 + 64);
}
#endif

TEST_CASE("a vector, an over-aligned new and a long string are seen") {
  auto const vector = heap_calls_in([] {
    std::vector<double> v(100);
    seen = v.data();
  });
  CHECK(vector.taken == 1);
  CHECK(vector.returned == 1);
  struct alignas(128) line {
    char bytes[128];
  };
  CHECK(heap_calls_in([] { seen = std::make_unique<line>().get(); }).taken == 1);
  CHECK(heap_calls_in([] {
          std::string const s(100, 'x');
          seen = const_cast<char*>(s.data());
        }).taken == 1);
}

TEST_CASE("growing with realloc counts as taking memory") {
  void* p = std::malloc(16);
  auto const calls = heap_calls_in([&] { seen = p = std::realloc(p, 1 << 20); });
  std::free(p);
  CHECK(calls.taken == 1);
}

TEST_CASE("memory taken in another thread is seen") {
  std::atomic<bool> ready{false}, go{false}, done{false};
  std::thread other([&] {
    ready = true;
    while (!go) std::this_thread::yield();
    seen = std::malloc(8);
    std::free(seen);
    done = true;
  });
  while (!ready) std::this_thread::yield();
  auto const calls = heap_calls_in([&] {
    go = true;
    while (!done) std::this_thread::yield();
  });
  other.join();
  CHECK(calls.taken == 1);
}

TEST_CASE("nothing is counted before the start and after the stop") {
  seen = std::malloc(8);
  std::free(seen);
  auto const calls = heap_calls_in([] {});
  seen = std::malloc(8);
  std::free(seen);
  CHECK(calls.all() == 0);
  CHECK(heap_calls_in([] {}).all() == 0);
}
