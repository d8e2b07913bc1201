#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

std::string input_error::message() const {
  std::string text = file;
  if (line) {
    text += ":" + std::to_string(*line);
  } else if (byte) {
    text += "@" + std::to_string(*byte);
  }
  return text + ": " + what + (todo.empty() ? "" : "; " + todo);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
