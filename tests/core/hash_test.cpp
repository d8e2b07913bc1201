#include "pdm/core/hash.hpp"

#include <array>
#include <vector>

#include "support/catch.hpp"

namespace {
std::uint32_t checksum(std::string_view text, std::uint32_t seed = 0) {
  return pdm::crc32c(std::as_bytes(std::span(text)), seed);
}
}  // namespace

TEST_CASE("crc32c has its published values") {
  CHECK(checksum("123456789") == 0xE3069283u);
  // RFC 3720, B.4: 32 bytes of zeros, of ones, rising
  std::array<std::byte, 32> bytes{};
  CHECK(pdm::crc32c(bytes) == 0x8A9136AAu);
  bytes.fill(std::byte{0xFF});
  CHECK(pdm::crc32c(bytes) == 0x62A8AB43u);
  for (std::size_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::byte>(i);
  CHECK(pdm::crc32c(bytes) == 0x46DD794Eu);
}

TEST_CASE("crc32c of two parts is that of the whole") {
  CHECK(checksum("6789", checksum("12345")) == checksum("123456789"));
  CHECK(checksum("") == 0);
}

TEST_CASE("a stable hash is FNV-1a over the length and the bytes") {
  // FNV-1a 64 of no bytes is the offset basis; published: "a" gives af63dc4c8601ec8c.
  CHECK(pdm::stable_hash().value() == 0xcbf29ce484222325ull);
  std::uint64_t expected = 0xcbf29ce484222325ull;
  for (unsigned b : {1u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 97u}) expected = (expected ^ b) * 0x100000001b3ull;
  CHECK(pdm::stable_hash().add(std::string_view("a")).value() == expected);
}

TEST_CASE("a stable hash tells order and borders apart, and knows one zero") {
  auto const of = [](std::string_view a, std::string_view b) { return pdm::stable_hash().add(a).add(b).value(); };
  CHECK(of("ab", "c") != of("a", "bc"));
  CHECK(of("a", "b") != of("b", "a"));
  CHECK(pdm::stable_hash().add(0.0).value() == pdm::stable_hash().add(-0.0).value());
  CHECK(pdm::stable_hash().add(1.0).value() != pdm::stable_hash().add(-1.0).value());
}
