#include "pdm/core/time.hpp"

#include <string>

#include "support/catch.hpp"

namespace {
std::string text(std::int64_t seconds, std::int64_t nanos = 0) {
  std::array<char, 40> buffer{};
  return std::string(pdm::rfc3339(seconds * 1000000000 + nanos, buffer));
}
}  // namespace

TEST_CASE("wall time is written as RFC 3339 in UTC") {
  CHECK(text(0) == "1970-01-01T00:00:00.000Z");
  CHECK(text(951782399, 999000000) == "2000-02-28T23:59:59.999Z");
  CHECK(text(951782400) == "2000-02-29T00:00:00.000Z");  // a leap year, though divisible by 100
  CHECK(text(1709164800) == "2024-02-29T00:00:00.000Z");
  CHECK(text(4107542399) == "2100-02-28T23:59:59.000Z");
  CHECK(text(4107542400) == "2100-03-01T00:00:00.000Z");  // not a leap year
  CHECK(text(1795162500) == "2026-11-20T08:15:00.000Z");
}

TEST_CASE("times before 1970 go down, not up") {
  CHECK(text(-1) == "1969-12-31T23:59:59.000Z");
  CHECK(text(0, -1) == "1969-12-31T23:59:59.999Z");
  CHECK(text(-2208988800) == "1900-01-01T00:00:00.000Z");
}

TEST_CASE("no time has no text") {
  std::array<char, 40> buffer{};
  CHECK(pdm::rfc3339(pdm::no_time, buffer).empty());
}

TEST_CASE("seconds become nanoseconds by rounding, and saturate") {
  CHECK(pdm::from_seconds(1.5) == 1500000000);
  CHECK(pdm::from_seconds(-1e-9) == -1);
  CHECK(pdm::from_seconds(0.4e-9) == 0);
  CHECK(pdm::from_seconds(1e30) == std::numeric_limits<pdm::nanoseconds>::max());
  CHECK(pdm::from_seconds(-1e30) > pdm::no_time);
  CHECK(pdm::to_seconds(pdm::from_seconds(123.456)) == Approx(123.456).epsilon(1e-15));
}

TEST_CASE("the time of a sample does not drift in a year of samples") {
  double const rate = 25600;
  std::uint64_t const year = 25600ull * 86400 * 365;
  CHECK(pdm::sample_time(year, rate) == 86400ll * 365 * 1000000000);
  CHECK(pdm::sample_time(year + 1, rate) - pdm::sample_time(year, rate) == 39063);  // 39062.5 ns
  CHECK(pdm::sample_time(3, 1e9) == 3);
}
