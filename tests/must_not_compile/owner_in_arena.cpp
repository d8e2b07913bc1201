// No destructor runs in an arena, so nothing that owns memory may live there.
// expect: no destructor runs in an arena
#include <string>

#include "pdm/core/arena.hpp"

bool use(pdm::arena& memory) {
#ifdef PDM_BAD
  return memory.take<std::string>(4).ok();
#else
  return memory.take<char>(4).ok();
#endif
}
