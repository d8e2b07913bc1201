// The accessor that throws does not exist where exceptions are off.
// expect: no member named .value.
// flags: -fno-exceptions
#include "pdm/core/result.hpp"

int use(pdm::result<int> r) {
#ifdef PDM_BAD
  return r.value();
#else
  return r.value_or(0);
#endif
}
