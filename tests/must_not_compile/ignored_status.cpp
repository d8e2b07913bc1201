// What can go wrong must be looked at.
// expect: (nodiscard|unused)
#include "pdm/core/result.hpp"

pdm::status prepare();

void use() {
#ifdef PDM_BAD
  prepare();
#else
  if (!prepare()) return;
#endif
}
