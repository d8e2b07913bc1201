#include "pdm/core/result.hpp"

#include <string>

#include "support/catch.hpp"

namespace {
pdm::result<int> half(int v) {
  if (v % 2 != 0) return pdm::error{pdm::errc::invalid_argument, "half", "give an even number"};
  return v / 2;
}
}  // namespace

TEST_CASE("a result holds a value or an error, and chains until the first error") {
  CHECK(*half(8) == 4);
  CHECK(half(8).and_then(half).and_then(half).value_or(-1) == 1);
  auto const failed = half(6).and_then(half);
  CHECK_FALSE(failed.ok());
  CHECK(failed.error() == pdm::errc::invalid_argument);
  CHECK(std::string(failed.error().where) == "half");
  CHECK(failed.value_or(-1) == -1);
}

TEST_CASE("reading the value of a failed result is a violation and gives a neutral value") {
  static int violations = 0;
  auto const before = pdm::on_violation([](char const*, char const*, int) noexcept { ++violations; });
  auto failed = half(3);
  CHECK(*failed == 0);
  CHECK(violations == 1);
  pdm::on_violation(before);
}

TEST_CASE("a status is ok until it is told otherwise") {
  CHECK(pdm::status().ok());
  CHECK(pdm::status(pdm::errc::ok).ok());
  CHECK(pdm::status(pdm::errc::io).error() == pdm::errc::io);
}

TEST_CASE("every error code has words of its own") {
  for (int i = 0; i <= static_cast<int>(pdm::errc::unsupported); ++i) {
    CHECK(std::string(to_string(static_cast<pdm::errc>(i))) != "unknown error");
  }
}

#if PDM_HAS_EXCEPTIONS
TEST_CASE("value() throws where there is none") {
  auto good = half(4), bad = half(5);
  CHECK(good.value() == 2);
  CHECK_THROWS(bad.value());
}
#endif
