#include "support/heap_counter.hpp"

#include <atomic>
#include <cerrno>
#include <cstdint>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define PDM_TEST_SANITIZER 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PDM_TEST_SANITIZER 1
#endif

namespace {

std::atomic<bool> counting{false};
std::atomic<std::size_t> taken{0}, returned{0}, asked{0};

void note_taken(std::size_t bytes) noexcept {
  if (!counting.load(std::memory_order_relaxed)) return;
  taken.fetch_add(1, std::memory_order_relaxed);
  asked.fetch_add(bytes, std::memory_order_relaxed);
}

void note_returned(void const volatile* memory) noexcept {
  if (memory != nullptr && counting.load(std::memory_order_relaxed)) returned.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

#if defined(PDM_TEST_SANITIZER)

// The sanitizer owns malloc; it calls these for every allocation. A realloc that moves shows as both.
extern "C" int __sanitizer_install_malloc_and_free_hooks(void (*)(void const volatile*, std::size_t),
                                                         void (*)(void const volatile*));
namespace {
int const installed =
    __sanitizer_install_malloc_and_free_hooks([](void const volatile*, std::size_t bytes) { note_taken(bytes); },
                                              [](void const volatile* memory) { note_returned(memory); });
}

#else

// What stands behind malloc in glibc.
extern "C" {
void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
void* __libc_valloc(std::size_t) noexcept;
void* __libc_pvalloc(std::size_t) noexcept;
void __libc_free(void*) noexcept;

void* malloc(std::size_t bytes) noexcept {
  note_taken(bytes);
  return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  note_taken(count * size);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t bytes) noexcept {
  note_taken(bytes);
  return __libc_realloc(memory, bytes);
}
void* reallocarray(void* memory, std::size_t count, std::size_t size) noexcept {
  if (size != 0 && count > SIZE_MAX / size) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(memory, count * size);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  note_taken(bytes);
  return __libc_memalign(alignment, bytes);
}
void* memalign(std::size_t alignment, std::size_t bytes) noexcept {
  note_taken(bytes);
  return __libc_memalign(alignment, bytes);
}
int posix_memalign(void** out, std::size_t alignment, std::size_t bytes) noexcept {
  if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
  note_taken(bytes);
  void* const memory = __libc_memalign(alignment, bytes);
  if (memory == nullptr) return ENOMEM;
  *out = memory;
  return 0;
}
void* valloc(std::size_t bytes) noexcept {
  note_taken(bytes);
  return __libc_valloc(bytes);
}
void* pvalloc(std::size_t bytes) noexcept {
  note_taken(bytes);
  return __libc_pvalloc(bytes);
}
void free(void* memory) noexcept {
  note_returned(memory);
  __libc_free(memory);
}
}

#endif

namespace pdm::test {

void start_counting_heap() noexcept {
  taken = returned = asked = 0;
  counting = true;
}

heap_calls stop_counting_heap() noexcept {
  counting = false;
  return {.taken = taken, .returned = returned, .bytes = asked};
}

}  // namespace pdm::test
