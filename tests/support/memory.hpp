// Memory for a test, and rows that look like those of a running machine.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "pdm/core/arena.hpp"
#include "pdm/core/row.hpp"

namespace test {

class memory {
 public:
  explicit memory(std::size_t bytes = 1 << 20) : bytes_(bytes), arena_(bytes_) {}
  pdm::arena& arena() noexcept { return arena_; }
  std::span<std::byte> bytes() noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
  pdm::arena arena_;
};

inline pdm::row steady_row(std::span<double const> values) noexcept {
  pdm::row r = pdm::make_row(values);
  r.operating.state = pdm::operating_state::steady;
  return r;
}

}  // namespace test
