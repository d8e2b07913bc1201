#include "pdm/core/arena.hpp"

#include <array>
#include <cstdint>

#include "support/catch.hpp"

TEST_CASE("what an arena hands out is aligned, cleared and adds up to the bytes that were said") {
  alignas(64) std::array<std::byte, 1024> memory;
  memory.fill(std::byte{0xAA});
  pdm::arena a(memory);
  auto const first = a.take<double>(3);
  auto const second = a.take<std::uint8_t>(65);
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK(a.used() == pdm::arena::bytes<double>(3) + pdm::arena::bytes<std::uint8_t>(65));
  CHECK(pdm::arena::bytes<double>(3) == 64);
  CHECK(pdm::arena::bytes<std::uint8_t>(65) == 128);
  CHECK(reinterpret_cast<std::uintptr_t>(second->data()) % pdm::arena::alignment == 0);
  for (double v : *first) CHECK(v == 0);
}

TEST_CASE("an arena gives all or nothing") {
  alignas(64) std::array<std::byte, 256> memory{};
  pdm::arena a(memory);
  CHECK(a.take<double>(33).error() == pdm::errc::out_of_memory);
  CHECK(a.take<double>(SIZE_MAX / 4).error() == pdm::errc::out_of_memory);
  CHECK(a.used() == 0);
  CHECK(a.take<double>(32).ok());
  CHECK(a.take<char>(1).error() == pdm::errc::out_of_memory);
  CHECK(a.take<char>(0).ok());
  a.clear();
  CHECK(a.take<double>(32).ok());
}

TEST_CASE("memory that does not start on a line loses its first bytes, not its promise") {
  alignas(64) std::array<std::byte, 256> memory{};
  pdm::arena a(std::span<std::byte>(memory).subspan(1));
  CHECK(a.capacity() == 192);  // from the next line on
  pdm::arena tiny(std::span<std::byte>(memory).subspan(1, 10));
  CHECK(tiny.capacity() == 0);
  CHECK_FALSE(tiny.take<char>(1).ok());
}
