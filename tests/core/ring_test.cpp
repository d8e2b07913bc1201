#include "pdm/core/ring.hpp"

#include <array>

#include "support/catch.hpp"

TEST_CASE("a ring keeps the newest values, oldest first") {
  pdm::ring<int, 3> r;
  CHECK(r.empty());
  CHECK(r.newest() == 0);
  for (int i = 1; i <= 5; ++i) r.push(i);
  CHECK(r.full());
  CHECK(r[0] == 3);
  CHECK(r[2] == 5);
  CHECK(r.newest() == 5);
  r.clear();
  CHECK(r.empty());
  CHECK(r.capacity() == 3);
}

TEST_CASE("a copied ring owns its values") {
  pdm::ring<int, 3> a;
  for (int i = 1; i <= 4; ++i) a.push(i);
  pdm::ring<int, 3> b = a;
  a.push(99);
  CHECK(b[0] == 2);
  CHECK(b.newest() == 4);
  b = a;
  CHECK(b.newest() == 99);
  CHECK(b.size() == 3);
}

TEST_CASE("an index beyond the size is a violation and gives a neutral value") {
  static int violations = 0;
  auto const before = pdm::on_violation([](char const*, char const*, int) noexcept { ++violations; });
  pdm::ring<int, 3> r;
  r.push(7);
  CHECK(r[1] == 0);
  CHECK(violations == 1);
  pdm::ring_view<int> nothing;
  nothing.push(1);
  CHECK(violations == 2);
  CHECK(nothing.empty());
  pdm::on_violation(before);
}
