// Oracle: what was parsed, printed and parsed again is the same value.
#include <nlohmann/json.hpp>

#include "fuzz.hpp"
#include "pdm/wire/json.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace pdm::wire;
  auto const first = parse_json({reinterpret_cast<char const*>(data), size}, "input");
  if (!first) {
    fuzz::must(!first.error().what.empty(), "what is refused says why");
    return 0;
  }
  auto const text = first->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  auto const again = parse_json(text, "again");
  fuzz::must(again.ok() && again->dump() == text, "printed and parsed, the same value");
  return 0;
}
