// file_bytes -- the bytes of a regular file, read at any place, never past the end.
//
// What      Opens what is a regular, readable, non-empty file and says in words why anything else is not. Every reader
//           of a format stands on it, so that a directory or an empty file is refused in the same words everywhere.
// NB        A file that shrinks while it is read gives an error, not zeros. Pipes and devices are refused: their length
//           is not known beforehand.
// Cost      read() is one pread(2) a call; no allocation.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>

#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

[[nodiscard]] inline input_error bad_input(std::string file, std::string what, std::string todo) {
  input_error e;
  e.file = std::move(file);
  e.what = std::move(what);
  e.todo = std::move(todo);
  return e;
}
[[nodiscard]] inline input_error bad_input_at(std::string file, std::uint64_t byte, std::string what,
                                              std::string todo) {
  input_error e = bad_input(std::move(file), std::move(what), std::move(todo));
  e.byte = byte;
  return e;
}
[[nodiscard]] inline input_error bad_input_line(std::string file, std::uint64_t line, std::string what,
                                                std::string todo) {
  input_error e = bad_input(std::move(file), std::move(what), std::move(todo));
  e.line = line;
  return e;
}

class file_bytes {
 public:
  // Refuses what is missing, not readable, not a regular file, or empty.
  [[nodiscard]] static input_result<file_bytes> open(std::string const& file);

  file_bytes() = default;
  file_bytes(file_bytes&& other) noexcept
      : file_(std::move(other.file_)), size_(other.size_), descriptor_(std::exchange(other.descriptor_, -1)) {}
  file_bytes& operator=(file_bytes&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(size_, other.size_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~file_bytes();

  [[nodiscard]] std::string const& file() const noexcept { return file_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  // Fills `into` with the bytes from `offset` on, all of them or none that count.
  [[nodiscard]] input_result<void> read(std::uint64_t offset, std::span<std::byte> into) const;

 private:
  std::string file_;
  std::uint64_t size_ = 0;
  int descriptor_ = -1;
};

// The whole content as text; a file beyond `limit` bytes is refused.
[[nodiscard]] input_result<std::string> read_text(std::string const& file, std::uint64_t limit);

// A value of T stored in the byte order `order` at bytes[at]; zero where it does not fit.
template <class T>
[[nodiscard]] T load(std::span<std::byte const> bytes, std::size_t at,
                     std::endian order = std::endian::little) noexcept {
  T value{};
  if (at > bytes.size() || sizeof(T) > bytes.size() - at) return value;
  std::byte raw[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    raw[i] = bytes[at + (order == std::endian::native ? i : sizeof(T) - 1 - i)];
  }
  std::memcpy(&value, raw, sizeof(T));
  return value;
}

// True where a file with the size stands there and can be looked at; false tells nothing about why not.
[[nodiscard]] bool file_exists(std::string const& file) noexcept;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
