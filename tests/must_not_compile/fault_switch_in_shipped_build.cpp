// A build without PDM_FAULT_SWITCHES has nothing to switch.
// expect: scoped_fault
#include "pdm/core/fault.hpp"

static_assert(!pdm::fault<"anomaly.learn_in_alarm">());

void use() {
#ifdef PDM_BAD
  pdm::scoped_fault<"anomaly.learn_in_alarm"> off;
#endif
}
