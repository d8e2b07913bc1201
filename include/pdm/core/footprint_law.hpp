// footprint_law -- footprint() is what prepare() takes, to the byte.
//
// What      A test for every building block that takes memory from an arena, also for those of other people: with the
//           bytes that footprint() named it can be prepared, and they are used up; with one line of 64 bytes less, and
//           with none, prepare() says out_of_memory.
// NB        Says nothing of memory that comes from elsewhere: count heap calls for that.
// Usage     pdm::footprint_law([] { return welch<float>(settings); }, room, check);
//           pdm::footprint_law([] { return highpass<float>(settings); }, room, check, spec);
//           Arguments behind `check` are those of footprint(), and of prepare() in front of the arena;
//           check(bool holds, char const* claim) is the caller's. `room` has 64 bytes more than the block takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/arena.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

namespace detail {
// The error with which a new block answers prepare() on `bytes`, and what it took.
struct preparation {
  errc code = errc::ok;
  std::size_t used = 0;
};
template <class Make, class... Args>
[[nodiscard]] preparation prepared_on(std::span<std::byte> bytes, Make& make, Args const&... args) noexcept {
  arena memory(bytes);
  auto block = make();
  auto const done = block.prepare(args..., memory);
  return {done ? errc::ok : done.error().code, memory.used()};
}
}  // namespace detail

template <class Make, class Check, class... Args>
void footprint_law(Make make, std::span<std::byte> room, Check&& check, Args const&... args) noexcept {
  auto const block = make();
  std::size_t const said = block.footprint(args...);
  room = room.subspan((arena::alignment - reinterpret_cast<std::uintptr_t>(room.data()) % arena::alignment) %
                      arena::alignment);
  check(room.size() >= said, "the test has as much room as the block says it takes");
  if (room.size() < said) return;
  auto const exact = detail::prepared_on(room.first(said), make, args...);
  check(exact.code == errc::ok, "prepare() has enough with the bytes that footprint() names");
  check(exact.used == said, "prepare() takes all of them");
  if (said == 0) return;
  for (std::size_t const less : {said - arena::alignment, std::size_t{0}}) {
    check(detail::prepared_on(room.first(less), make, args...).code == errc::out_of_memory,
          "with less than footprint() names prepare() says out_of_memory");
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
