// ring -- the last values of a stream, oldest first.
//
// What      A fixed number of places; when it is full, a push forgets the oldest value. The capacity stands in
//           the type of what a device owns (ring) and is forgotten in what an algorithm takes (ring_view).
// NB        Not a queue between threads.
// Cost      push and operator[] are O(1); no allocation.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "pdm/core/violation.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

template <class T>
class ring_view {
 public:
  ring_view() = default;
  explicit ring_view(std::span<T> storage) noexcept : storage_(storage) {}

  void push(T value) noexcept {
    if (!PDM_EXPECTS(!storage_.empty())) return;
    storage_[(first_ + size_) % storage_.size()] = value;
    if (size_ < storage_.size()) {
      ++size_;
    } else {
      first_ = (first_ + 1) % storage_.size();
    }
  }

  // i = 0 is the oldest value. An index beyond size() is a violation and reads the oldest place.
  [[nodiscard]] T operator[](std::size_t i) const noexcept {
    if (!PDM_EXPECTS(i < size_)) return T{};
    return storage_[(first_ + i) % storage_.size()];
  }
  [[nodiscard]] T newest() const noexcept { return size_ == 0 ? T{} : (*this)[size_ - 1]; }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return storage_.size(); }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] bool full() const noexcept { return size_ == storage_.size(); }
  void clear() noexcept { first_ = size_ = 0; }

 private:
  std::span<T> storage_;
  std::size_t first_ = 0, size_ = 0;
};

template <class T, std::size_t Capacity>
class ring : public ring_view<T> {
 public:
  ring() noexcept : ring_view<T>(std::span<T>()) { attach(); }
  ring(ring const& other) noexcept : ring_view<T>(std::span<T>()) { copy(other); }
  ring& operator=(ring const& other) noexcept {
    if (this != &other) copy(other);
    return *this;
  }

 private:
  void attach() noexcept { static_cast<ring_view<T>&>(*this) = ring_view<T>(std::span<T>(places_)); }
  void copy(ring const& other) noexcept {
    attach();
    for (std::size_t i = 0; i < other.size(); ++i) this->push(other[i]);
  }
  std::array<T, Capacity> places_{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
