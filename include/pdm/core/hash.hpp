// hash -- checksums and stable identifiers.
//
// What      CRC-32C (Castagnoli) for archives, FNV-1a 64 for identifiers that must be the same on every machine.
// NB        Neither is cryptographic. Proof against intent needs libsodium (module `model`).
// Source    CRC-32C: polynomial 0x1EDC6F41 reflected, RFC 3720 appendix B.4 (check value of "123456789":
//           0xE3069283). FNV-1a: G. Fowler, L. C. Noll, K.-P. Vo; offset 0xcbf29ce484222325, prime 0x100000001b3.
// Cost      O(n), table of 1 KiB made at compile time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

namespace detail {
constexpr std::array<std::uint32_t, 256> make_crc32c_table() noexcept {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1u) != 0 ? (c >> 1) ^ 0x82F63B78u : c >> 1;
    table[i] = c;
  }
  return table;
}
inline constexpr auto crc32c_table = make_crc32c_table();
}  // namespace detail

// `seed` is the checksum of what came before, so that crc32c(b, crc32c(a)) is the checksum of a then b.
[[nodiscard]] inline std::uint32_t crc32c(std::span<std::byte const> bytes, std::uint32_t seed = 0) noexcept {
  std::uint32_t c = ~seed;
  for (std::byte b : bytes) c = (c >> 8) ^ detail::crc32c_table[(c ^ static_cast<std::uint32_t>(b)) & 0xFFu];
  return ~c;
}

// Accumulates values into 64 bits; the same sequence of calls gives the same value on every platform.
class stable_hash {
 public:
  constexpr stable_hash& add(std::string_view text) noexcept {
    add(static_cast<std::uint64_t>(text.size()));
    for (char ch : text) byte(static_cast<unsigned char>(ch));
    return *this;
  }
  constexpr stable_hash& add(std::uint64_t v) noexcept {
    for (int i = 0; i < 8; ++i) byte(static_cast<unsigned char>(v >> (8 * i)));
    return *this;
  }
  constexpr stable_hash& add(std::int64_t v) noexcept { return add(static_cast<std::uint64_t>(v)); }
  stable_hash& add(double v) noexcept {
    std::uint64_t bits = 0;
    if (v != 0) std::memcpy(&bits, &v, sizeof bits);  // -0 and 0 are the same value
    return add(bits);
  }
  [[nodiscard]] constexpr std::uint64_t value() const noexcept { return state_; }

 private:
  constexpr void byte(unsigned char b) noexcept { state_ = (state_ ^ b) * 0x100000001b3ull; }
  std::uint64_t state_ = 0xcbf29ce484222325ull;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
