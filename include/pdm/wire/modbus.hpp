// modbus -- the bytes of reading from a Modbus device, over TCP and over a serial line.
//
// What      encode() writes a request; parse_tcp() and parse_rtu() look at received bytes and say: a whole reply, more
//           bytes are needed, or how many bytes to skip; is_answer() says whether a reply belongs to a request;
//           value_of() turns registers into a number in the byte and word order of the device.
// NB        Functions 1 to 4 only: nothing here can write to a machine. A reply is believed only when it is the answer
// in
//           every respect (transaction, unit, function, length): devices and gateways do answer late and out of turn.
// Order     The standard sends each register with its high byte first and says nothing about numbers of two or four
//           registers. Named by the bytes of 0xAABBCCDD as they arrive: abcd, cdab (words swapped), badc (bytes
//           swapped), dcba (both). Addresses count from 0 as on the wire; many documents count from 1: `pdm modbus
//           probe` shows both.
// Source    MODBUS Application Protocol 1.1b3; Messaging on TCP/IP 1.0b (header); over Serial Line 1.02 (frame, CRC).
// Bounds    A frame has at most 260 bytes; a request asks for at most 125 registers or 2000 bits.
// Cost      O(bytes), no memory.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire::modbus {

using bytes = std::span<std::uint8_t const>;

enum class function : std::uint8_t { coils = 1, discrete_inputs = 2, holding_registers = 3, input_registers = 4 };
enum class framing : std::uint8_t { tcp, rtu };

inline constexpr std::size_t most_frame_bytes = 260;
inline constexpr std::size_t tcp_request_bytes = 12, rtu_request_bytes = 8;
inline constexpr std::uint16_t most_registers = 125, most_bits = 2000;

struct request {
  std::uint8_t unit = 1;
  function what = function::holding_registers;
  std::uint16_t address = 0;  // from 0
  std::uint16_t count = 1;    // registers, or bits for coils and discrete inputs
};

[[nodiscard]] constexpr bool asks_bits(function f) noexcept {
  return f == function::coils || f == function::discrete_inputs;
}
[[nodiscard]] constexpr bool is_valid(request const& r) noexcept {
  if (r.what < function::coils || r.what > function::input_registers) return false;
  auto const most = asks_bits(r.what) ? most_bits : most_registers;
  return r.count > 0 && r.count <= most && r.address + r.count <= 0x10000;
}
// Bytes of data that the answer must hold.
[[nodiscard]] constexpr std::size_t answer_bytes(request const& r) noexcept {
  return asks_bits(r.what) ? (r.count + 7u) / 8u : 2u * r.count;
}

// CRC-16 of the serial line: polynomial 0x8005 reflected, start 0xFFFF; of "123456789": 0x4B37.
[[nodiscard]] std::uint16_t crc16(bytes data) noexcept;

// Writes a request; how many bytes, 0 when it is not valid or does not fit. The transaction is left out on serial
// lines.
std::size_t encode(request const& r, framing f, std::uint16_t transaction, std::span<std::uint8_t> into) noexcept;

struct reply {
  std::uint16_t transaction = 0;  // TCP only
  std::uint8_t unit = 0;
  std::uint8_t code = 0;       // the function's; with the high bit, the device refused
  std::uint8_t exception = 0;  // why it refused, 0: it did not
  bytes data{};                // registers or bits; a view of what was parsed

  [[nodiscard]] bool refused() const noexcept { return (code & 0x80u) != 0; }
};

// What received bytes begin with.
struct parsed {
  enum class kind : std::uint8_t {
    more,    // a frame may have begun; wait
    frame,   // a whole frame, in `answer`; it took `used` bytes
    skip,    // these `used` bytes are a frame that is no reply to a reading request (TCP), or no frame at all (RTU)
    broken,  // TCP: the header is no header; where the next frame begins cannot be known, so connect anew
  };
  kind is = kind::more;
  std::size_t used = 0;
  reply answer{};
};

[[nodiscard]] parsed parse_tcp(bytes received) noexcept;
// On a serial line a frame has no mark where it begins. So only what has the shape of the answer that is waited for is
// looked at, and everything else is skipped a byte at a time: noise before a frame and the echo of the request do no
// harm.
[[nodiscard]] parsed parse_rtu(bytes received, request const& expected) noexcept;

// The answer to this request, or the device's refusal of it.
[[nodiscard]] bool is_answer(reply const& a, request const& r, framing f, std::uint16_t transaction) noexcept;

[[nodiscard]] std::string_view exception_text(std::uint8_t code) noexcept;

enum class value_type : std::uint8_t { bit, u16, i16, u32, i32, f32, u64, i64, f64 };
enum class byte_order : std::uint8_t { abcd, cdab, badc, dcba };
inline constexpr std::array<std::string_view, 9> value_type_names{"bit", "u16", "i16", "u32", "i32",
                                                                  "f32", "u64", "i64", "f64"};
inline constexpr std::array<std::string_view, 4> byte_order_names{"abcd", "cdab", "badc", "dcba"};
[[nodiscard]] std::optional<value_type> value_type_of(std::string_view name) noexcept;
[[nodiscard]] std::optional<byte_order> byte_order_of(std::string_view name) noexcept;

// Registers (or, for bit, one bit) that a value takes.
[[nodiscard]] constexpr std::uint16_t width_of(value_type t) noexcept {
  return t < value_type::u32 ? 1 : t < value_type::u64 ? 2 : 4;
}
// The number in the first width_of(t) registers of `data`, big-endian as received. A 64-bit integer beyond 2^53 is
// rounded to a double. Nothing where data is too short or t is bit.
[[nodiscard]] std::optional<double> value_of(bytes data, value_type t, byte_order order) noexcept;
// Bit `index` of the data of coils or discrete inputs.
[[nodiscard]] std::optional<double> bit_of(bytes data, std::size_t index) noexcept;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire::modbus
