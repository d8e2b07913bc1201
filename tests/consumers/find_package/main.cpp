// Uses a compiled part and a header of the edge, to see that both link.
#include <cstdio>

#include "pdm/core/hash.hpp"
#include "pdm/core/version.hpp"
#include "pdm/wire/input_error.hpp"

int main() {
  pdm::wire::input_error const e{
      .file = "pump.f32", .what = "the file is empty", .todo = "record again", .line = {}, .byte = 0};
  std::puts(e.message().c_str());
  return e.message() == "pump.f32@0: the file is empty; record again" ? 0 : 1;
}
