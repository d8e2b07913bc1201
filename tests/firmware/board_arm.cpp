// The board played by ARM Linux, or by a Cortex-M with semihosting, without a C library: entry point, two calls to the
// outside, the memory functions that a compiler may call. The stack is an array of the image, so that `size` counts it.
#include <cstddef>
#include <cstdint>

#include "board.hpp"

namespace {
alignas(64) unsigned char stack_of_device[board::stack_bytes];
constexpr unsigned char paint = 0xA5;

#if defined(__linux__)
std::size_t call(std::size_t number, std::size_t a, void const* b, std::size_t c) noexcept {
  register std::size_t r7 __asm__("r7") = number;
  register std::size_t r0 __asm__("r0") = a;
  register void const* r1 __asm__("r1") = b;
  register std::size_t r2 __asm__("r2") = c;
  __asm__ volatile("svc 0" : "+r"(r0) : "r"(r7), "r"(r1), "r"(r2) : "memory");
  return r0;
}
void write(char const* line, std::size_t bytes) noexcept { call(4, 1, line, bytes); }
void leave(std::size_t result) noexcept { call(1, result, nullptr, 0); }
#else
// Semihosting: ARM IHI 0099, operations SYS_WRITE0 and SYS_EXIT_EXTENDED.
std::size_t call(std::size_t number, void const* parameter) noexcept {
  register std::size_t r0 __asm__("r0") = number;
  register void const* r1 __asm__("r1") = parameter;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
void write(char* line, std::size_t bytes) noexcept {
  line[bytes] = 0;
  call(0x04, line);
}
void leave(std::size_t result) noexcept {
  std::size_t const reason[]{0x20026, result};  // ADP_Stopped_ApplicationExit
  call(0x20, reason);
}
#endif
}  // namespace

extern "C" {
void* memset(void* to, int value, std::size_t n) {
  auto* p = static_cast<unsigned char volatile*>(to);
  for (std::size_t i = 0; i < n; ++i) p[i] = static_cast<unsigned char>(value);
  return to;
}
void* memmove(void* to, void const* from, std::size_t n) {
  auto* p = static_cast<unsigned char volatile*>(to);
  auto const* q = static_cast<unsigned char const volatile*>(from);
  bool const forward = reinterpret_cast<std::uintptr_t>(to) < reinterpret_cast<std::uintptr_t>(from);
  for (std::size_t i = 0; i < n; ++i) p[forward ? i : n - 1 - i] = q[forward ? i : n - 1 - i];
  return to;
}
void* memcpy(void* to, void const* from, std::size_t n) { return memmove(to, from, n); }
int memcmp(void const* a, void const* b, std::size_t n) {
  auto const* p = static_cast<unsigned char const*>(a);
  auto const* q = static_cast<unsigned char const*>(b);
  for (std::size_t i = 0; i < n; ++i) {
    if (p[i] != q[i]) return p[i] < q[i] ? -1 : 1;
  }
  return 0;
}
// What the compiler's division calls for a divisor of zero.
int raise(int) {
  leave(3);
  return 0;
}

using initialiser = void (*)();
extern initialiser __init_array_start[], __init_array_end[];

[[noreturn, gnu::used]] void start_on_own_stack() {
  for (initialiser* i = __init_array_start; i != __init_array_end; ++i) (*i)();
  leave(static_cast<std::size_t>(run()));
  __builtin_unreachable();
}
[[gnu::naked, noreturn]] void _start() {
  __asm__ volatile(
      "ldr r0, =%c0\n"
      "ldr r1, =%c1\n"
      "add r1, r0, r1\n"
      "mov sp, r1\n"
      "mov r2, %2\n"
      "1: strb r2, [r0], #1\n"
      "cmp r0, r1\n"
      "bne 1b\n"
      "b start_on_own_stack\n"
      ".ltorg" ::"i"(stack_of_device),
      "i"(board::stack_bytes), "i"(paint));
}
}

namespace board {

void say(char const* what, std::size_t number) noexcept {
  char line[64];
  std::size_t n = 0;
  while (what[n] != 0 && n < 40) line[n] = what[n], ++n;
  line[n++] = ':', line[n++] = ' ';
  char digits[12];
  std::size_t d = 0;
  do digits[d++] = static_cast<char>('0' + number % 10), number /= 10;
  while (number > 0);
  while (d > 0) line[n++] = digits[--d];
  line[n++] = '\n';
  write(line, n);
}

std::size_t stack_used() noexcept {
  std::size_t free = 0;
  while (free < stack_bytes && stack_of_device[free] == paint) ++free;
  return stack_bytes - free;
}

}  // namespace board
