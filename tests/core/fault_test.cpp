#include "pdm/core/fault.hpp"

#include "support/catch.hpp"

namespace {
// A limit that holds unless it is switched off.
int limited(int wanted) { return !pdm::fault<"core.no_limit">() && wanted > 10 ? 10 : wanted; }
}  // namespace

TEST_CASE("a measure holds until its switch is on, and again afterwards") {
  CHECK(limited(50) == 10);
  {
    pdm::scoped_fault<"core.no_limit"> off;
    CHECK(limited(50) == 50);
    {
      pdm::scoped_fault<"core.no_limit"> again;
      CHECK(limited(50) == 50);
    }
    CHECK(limited(50) == 50);
  }
  CHECK(limited(50) == 10);
}

TEST_CASE("one switch leaves the others alone") {
  pdm::scoped_fault<"core.something_else"> off;
  CHECK(limited(50) == 10);
}
