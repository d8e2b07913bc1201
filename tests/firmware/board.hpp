// board -- what a device has instead of an operating system: a line to print on, and a stack of known size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace board {

inline constexpr std::size_t stack_bytes = 8 * 1024;

void say(char const* what, std::size_t number) noexcept;
// Most bytes of the stack that were ever used: it is painted before the program starts.
std::size_t stack_used() noexcept;

}  // namespace board

// The program; returns 0 when all is well.
int run();
