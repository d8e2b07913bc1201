#include "pdm/wire/modbus.hpp"

#include <algorithm>

namespace pdm::inline PDM_ABI_NAMESPACE::wire::modbus {
namespace {

constexpr std::size_t tcp_header_bytes = 7;
constexpr std::uint8_t refusal = 0x80;

std::uint16_t big(bytes b, std::size_t at) noexcept { return static_cast<std::uint16_t>(b[at] << 8 | b[at + 1]); }
void put_big(std::span<std::uint8_t> into, std::size_t at, unsigned v) noexcept {
  into[at] = static_cast<std::uint8_t>(v >> 8);
  into[at + 1] = static_cast<std::uint8_t>(v);
}

bool reads(std::uint8_t code) noexcept { return code >= 1 && code <= 4; }

// Function code, byte count and data, or code and exception. False: not the reply to a reading request.
bool parse_pdu(bytes pdu, reply& a) noexcept {
  a.code = pdu[0];
  if (pdu.size() < 2 || !reads(a.code & 0x7Fu)) return false;
  if (a.refused()) {
    a.exception = pdu[1];
    return pdu.size() == 2 && a.exception != 0;
  }
  a.data = pdu.subspan(2);
  return pdu[1] == a.data.size();
}

constexpr auto crc_table = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < 256; ++i) {
    unsigned c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1u) != 0 ? (c >> 1) ^ 0xA001u : c >> 1;
    table[i] = static_cast<std::uint16_t>(c);
  }
  return table;
}();

}  // namespace

std::uint16_t crc16(bytes data) noexcept {
  unsigned c = 0xFFFF;
  for (std::uint8_t b : data) c = c >> 8 ^ crc_table[(c ^ b) & 0xFFu];
  return static_cast<std::uint16_t>(c);
}

std::size_t encode(request const& r, framing f, std::uint16_t transaction, std::span<std::uint8_t> into) noexcept {
  std::size_t const length = f == framing::tcp ? tcp_request_bytes : rtu_request_bytes;
  if (!is_valid(r) || into.size() < length) return 0;
  std::size_t at = 0;
  if (f == framing::tcp) {
    put_big(into, 0, transaction);
    put_big(into, 2, 0);
    put_big(into, 4, 6);
    at = 6;
  }
  into[at] = r.unit;
  into[at + 1] = static_cast<std::uint8_t>(r.what);
  put_big(into, at + 2, r.address);
  put_big(into, at + 4, r.count);
  if (f == framing::rtu) {
    unsigned const c = crc16(into.first(6));
    into[6] = static_cast<std::uint8_t>(c);
    into[7] = static_cast<std::uint8_t>(c >> 8);
  }
  return length;
}

parsed parse_tcp(bytes b) noexcept {
  using enum parsed::kind;
  // Decided as soon as the bytes that decide are there, so that the answer does not depend on how they were cut.
  if (b.size() > 2 && b[2] != 0) return {broken, 0, {}};
  if (b.size() > 3 && b[3] != 0) return {broken, 0, {}};
  if (b.size() > 4 && b[4] != 0) return {broken, 0, {}};
  if (b.size() > 5 && (b[5] < 3 || b[5] > most_frame_bytes - 6)) return {broken, 0, {}};
  if (b.size() < tcp_header_bytes || b.size() < 6u + b[5]) return {};
  parsed p{frame, 6u + b[5], {}};
  p.answer.transaction = big(b, 0);
  p.answer.unit = b[6];
  if (!parse_pdu(b.subspan(tcp_header_bytes, b[5] - 1u), p.answer)) p.is = skip;
  return p;
}

parsed parse_rtu(bytes b, request const& expected) noexcept {
  using enum parsed::kind;
  constexpr parsed next_byte{skip, 1, {}};
  auto const code = static_cast<std::uint8_t>(expected.what);
  if (b.empty()) return {};
  if (b[0] != expected.unit) return next_byte;
  if (b.size() < 2) return {};
  bool const refused = b[1] == (code | refusal);
  if (b[1] != code && !refused) return next_byte;
  if (b.size() < 3) return {};
  if (refused ? b[2] == 0 : b[2] != answer_bytes(expected)) return next_byte;
  std::size_t const body = refused ? 3 : 3u + b[2];
  if (b.size() < body + 2) return {};
  if (crc16(b.first(body)) != (b[body] | b[body + 1] << 8)) return next_byte;
  parsed p{frame, body + 2, {}};
  p.answer.unit = b[0];
  if (!parse_pdu(b.subspan(1, body - 1), p.answer)) return next_byte;
  return p;
}

bool is_answer(reply const& a, request const& r, framing f, std::uint16_t transaction) noexcept {
  if (f == framing::tcp && a.transaction != transaction) return false;
  if (a.unit != r.unit || (a.code & 0x7Fu) != static_cast<std::uint8_t>(r.what)) return false;
  return a.refused() || a.data.size() == answer_bytes(r);
}

std::string_view exception_text(std::uint8_t code) noexcept {
  switch (code) {
    case 1: return "the device does not know this function";
    case 2: return "the device has no such address";
    case 3: return "the device does not accept this count";
    case 4: return "the device failed";
    case 5: return "the device will take long";
    case 6: return "the device is busy";
    case 8: return "the device's memory is damaged";
    case 10: return "the gateway has no path to the device";
    case 11: return "the device behind the gateway does not answer";
    default: return "the device refused for a reason of its own";
  }
}

std::optional<value_type> value_type_of(std::string_view name) noexcept {
  auto const at = std::find(value_type_names.begin(), value_type_names.end(), name);
  if (at == value_type_names.end()) return std::nullopt;
  return static_cast<value_type>(at - value_type_names.begin());
}

std::optional<byte_order> byte_order_of(std::string_view name) noexcept {
  auto const at = std::find(byte_order_names.begin(), byte_order_names.end(), name);
  if (at == byte_order_names.end()) return std::nullopt;
  return static_cast<byte_order>(at - byte_order_names.begin());
}

std::optional<double> value_of(bytes data, value_type t, byte_order order) noexcept {
  std::size_t const words = width_of(t);
  if (t == value_type::bit || data.size() < 2 * words) return std::nullopt;
  bool const swap_words = order == byte_order::cdab || order == byte_order::dcba;
  bool const swap_bytes = order == byte_order::badc || order == byte_order::dcba;
  std::uint64_t v = 0;
  for (std::size_t i = 0; i < words; ++i) {
    unsigned w = big(data, 2 * (swap_words ? words - 1 - i : i));
    if (swap_bytes) w = (w << 8 | w >> 8) & 0xFFFFu;
    v = v << 16 | w;
  }
  switch (t) {
    case value_type::i16: return static_cast<std::int16_t>(v);
    case value_type::i32: return static_cast<std::int32_t>(v);
    case value_type::i64: return static_cast<double>(static_cast<std::int64_t>(v));
    case value_type::f32: {
      auto const bits = static_cast<std::uint32_t>(v);
      float x;
      std::memcpy(&x, &bits, sizeof x);
      return x;
    }
    case value_type::f64: {
      double x;
      std::memcpy(&x, &v, sizeof x);
      return x;
    }
    default: return static_cast<double>(v);
  }
}

std::optional<double> bit_of(bytes data, std::size_t index) noexcept {
  if (index / 8 >= data.size()) return std::nullopt;
  return (data[index / 8] >> index % 8 & 1u) != 0 ? 1.0 : 0.0;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire::modbus
