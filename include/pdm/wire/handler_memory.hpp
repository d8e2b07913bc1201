// handler_memory -- memory for the operations of one connection, taken once and used again.
//
// What      Asio asks for memory for each operation that is under way. It keeps two pieces a thread of its own; a
// thread
//           with hundreds of connections needs more. This keeps as many pieces as one connection ever had at once, each
//           as large as it ever was: after the first rounds there are no heap calls, whatever the order of operations.
// NB        Must outlive the operations: let the handler own (a shared_ptr to) what holds it, as byte_link does.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <cstddef>
#include <new>
#include <utility>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

class handler_memory {
 public:
  handler_memory() = default;
  handler_memory(handler_memory const&) = delete;
  handler_memory& operator=(handler_memory const&) = delete;
  ~handler_memory() {
    for (auto& p : pieces_) ::operator delete(p.at);
  }

  // The smallest free piece that is large enough, else a free one made larger, else memory that is not kept.
  void* take(std::size_t bytes) {
    piece* chosen = nullptr;
    for (auto& p : pieces_) {
      if (p.used) continue;
      bool const fits = p.bytes >= bytes,
                 better = chosen == nullptr || (fits && (chosen->bytes < bytes || p.bytes < chosen->bytes));
      if (better) chosen = &p;
    }
    if (chosen == nullptr) return ::operator new(bytes);
    if (chosen->bytes < bytes) {
      bytes = bytes < least_bytes ? least_bytes : bytes;
      void* const larger = ::operator new(bytes);
      ::operator delete(chosen->at);
      *chosen = {larger, bytes, false};
    }
    chosen->used = true;
    return chosen->at;
  }
  void give_back(void* memory) noexcept {
    for (auto& p : pieces_) {
      if (p.at == memory && p.used) {
        p.used = false;
        return;
      }
    }
    ::operator delete(memory);
  }

  static constexpr std::size_t least_bytes = 512;

 private:
  struct piece {
    void* at = nullptr;
    std::size_t bytes = 0;
    bool used = false;
  };
  std::array<piece, 6> pieces_{};
};

template <class T>
class handler_allocator {
 public:
  using value_type = T;
  explicit handler_allocator(handler_memory& m) noexcept : memory_(&m) {}
  template <class U>
  handler_allocator(handler_allocator<U> const& other) noexcept : memory_(other.memory()) {}  // NOLINT: a conversion

  T* allocate(std::size_t n) { return static_cast<T*>(memory_->take(n * sizeof(T))); }
  void deallocate(T* p, std::size_t) noexcept { memory_->give_back(p); }
  [[nodiscard]] handler_memory* memory() const noexcept { return memory_; }
  template <class U>
  friend bool operator==(handler_allocator const& a, handler_allocator<U> const& b) noexcept {
    return a.memory() == b.memory();
  }

 private:
  handler_memory* memory_;
};

// The handler with this memory for the operation that will call it.
template <class Handler>
auto in_memory(handler_memory& m, Handler&& handler) {
  return boost::asio::bind_allocator(handler_allocator<std::byte>(m), std::forward<Handler>(handler));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
