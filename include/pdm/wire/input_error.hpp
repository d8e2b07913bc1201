// input_error -- what is wrong with a file that somebody gave us, in words they can act on.
//
// What      File, the place in it (line or byte) where it is known, what is wrong and what to do.
//           message() gives the one line of the contract: FILE[:LINE|@BYTE]: what is wrong; what to do
// NB        For the edges to people. Below, in pdm::edge, errors are pdm::error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

struct input_error {
  std::string file;
  std::string what;                   // "the length 1027 is not a multiple of 4 bytes"
  std::string todo;                   // "give the whole recording"
  std::optional<std::uint64_t> line;  // 1-based
  std::optional<std::uint64_t> byte;  // 0-based offset
  bool outside = false;               // the world refused (disk full, peer gone), not the content

  [[nodiscard]] std::string message() const;
};

template <class T>
using input_result = result<T, input_error>;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
