// What the targets share: an oracle that fails loudly, and a file that exists only in memory.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace fuzz {

inline void must(bool holds, char const* what) {
  if (holds) return;
  std::fprintf(stderr, "oracle: %s\n", what);
  std::abort();
}

class memory_file {
 public:
  memory_file(std::uint8_t const* data, std::size_t size) : fd_(::memfd_create("fuzz", 0)) {
    must(::write(fd_, data, size) == static_cast<ssize_t>(size), "a file in memory takes what is written");
  }
  memory_file(memory_file const&) = delete;
  memory_file& operator=(memory_file const&) = delete;
  ~memory_file() { ::close(fd_); }
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  int fd_;
};

}  // namespace fuzz
