#include "pdm/prognostics/health_index.hpp"

#include <array>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using pdm::prognostics::health_index;

TEST_CASE("health is one at the healthy end, zero at the failed end, and linear between") {
  health_index h({.healthy = 2, .failed = 10, .monotone = false});
  REQUIRE(h.prepare().ok());
  CHECK_FALSE(h.value().has_value());
  CHECK(h.update(2) == 1);
  CHECK(h.update(6) == 0.5);
  CHECK(h.update(11) == 0);
  CHECK(h.update(-5) == 1);
  health_index falling({.healthy = 10, .failed = 2});
  REQUIRE(falling.prepare().ok());
  CHECK(falling.update(4) == 0.25);
}

TEST_CASE("a monotone index never rises, until it is reset") {
  health_index h({.healthy = 0, .failed = 1});
  REQUIRE(h.prepare().ok());
  CHECK(h.update(0.5) == 0.5);
  CHECK(h.update(0.1) == 0.5);
  CHECK(h.update(std::numeric_limits<double>::quiet_NaN()) == 0.5);
  health_index copy({.healthy = 0, .failed = 1});
  std::vector<std::byte> bytes(h.saved_bytes());
  REQUIRE(h.save(bytes).ok());
  REQUIRE(copy.restore(bytes).ok());
  CHECK(copy.update(0.2) == 0.5);
  h.reset();
  CHECK(h.update(0.1) == 0.9);
}

TEST_CASE("ends that are the same or not finite are refused") {
  CHECK_FALSE(health_index({.healthy = 1, .failed = 1}).prepare().ok());
  CHECK_FALSE(health_index({.healthy = 1, .failed = std::numeric_limits<double>::infinity()}).prepare().ok());
}
