// arena -- the caller's memory, handed out once and never given back.
//
// What      A bump allocator over bytes that the caller owns. prepare() takes from it, process() never does.
//           Every piece starts on a 64-byte line and its size is rounded up to one, so the bytes a component
//           takes are a plain sum of bytes<T>(n): footprint(spec) is computed, not measured.
// NB        No destructor runs: only trivially destructible types may live here.
// Errors    take() of more than is left returns out_of_memory and takes nothing.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <type_traits>

#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

class arena {
 public:
  static constexpr std::size_t alignment = 64;

  arena() = default;
  explicit arena(std::span<std::byte> memory) noexcept;

  // Bytes that `count` objects of T take, padding included.
  template <class T>
  [[nodiscard]] static constexpr std::size_t bytes(std::size_t count) noexcept {
    return (count * sizeof(T) + alignment - 1) / alignment * alignment;
  }

  // Value-initialised objects on a 64-byte line.
  template <class T>
  [[nodiscard]] result<std::span<T>> take(std::size_t count) noexcept;

  [[nodiscard]] std::size_t used() const noexcept { return used_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return memory_.size(); }
  // Forgets everything that was taken. What was handed out must not be used any more.
  void clear() noexcept { used_ = 0; }

 private:
  std::span<std::byte> memory_;
  std::size_t used_ = 0;
};

inline arena::arena(std::span<std::byte> memory) noexcept {
  auto const address = reinterpret_cast<std::uintptr_t>(memory.data());
  std::size_t const skip = (alignment - address % alignment) % alignment;
  if (skip <= memory.size()) memory_ = memory.subspan(skip, (memory.size() - skip) / alignment * alignment);
}

template <class T>
result<std::span<T>> arena::take(std::size_t count) noexcept {
  static_assert(std::is_trivially_destructible_v<T>, "no destructor runs in an arena");
  static_assert(alignof(T) <= alignment);
  if (count > (memory_.size() - used_) / sizeof(T) || bytes<T>(count) > memory_.size() - used_) {
    return error{errc::out_of_memory, "arena", "give a larger arena; footprint(spec) says how many bytes"};
  }
  auto* first = reinterpret_cast<T*>(memory_.data() + used_);
  used_ += bytes<T>(count);
  for (std::size_t i = 0; i < count; ++i) ::new (static_cast<void*>(first + i)) T();
  return std::span<T>(first, count);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE
