#include "pdm/wire/input_error.hpp"

#include <algorithm>

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

std::string input_error::message() const {
  std::string text = file;
  if (line) {
    text += ":" + std::to_string(*line);
  } else if (byte) {
    text += "@" + std::to_string(*byte);
  }
  text += ": " + what + (todo.empty() ? "" : "; " + todo);
  // One line, and nothing that a terminal would obey, whatever a file's name or a key holds.
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
