#include "pdm/wire/modbus.hpp"

#include <cmath>
#include <string_view>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

using namespace pdm;
using namespace pdm::wire::modbus;

namespace {

using buffer = std::vector<std::uint8_t>;

buffer encoded(request const& r, framing f, std::uint16_t transaction = 0) {
  buffer b(most_frame_bytes);
  b.resize(encode(r, f, transaction, b));
  return b;
}

// A reply on the serial line, CRC and all.
buffer rtu(buffer b) {
  auto const c = crc16(b);
  b.push_back(static_cast<std::uint8_t>(c));
  b.push_back(static_cast<std::uint8_t>(c >> 8));
  return b;
}

}  // namespace

TEST_CASE("the frames are those of the published examples") {
  // Application Protocol 6.3: registers 108 to 110, address 0x006B, three of them.
  request const r{.unit = 0x11, .what = function::holding_registers, .address = 0x6B, .count = 3};
  CHECK(encoded(r, framing::tcp, 0x1501) == buffer{0x15, 0x01, 0, 0, 0, 6, 0x11, 3, 0, 0x6B, 0, 3});
  CHECK(encoded(r, framing::rtu) == buffer{0x11, 3, 0, 0x6B, 0, 3, 0x76, 0x87});
  std::string_view const check = "123456789";
  CHECK(crc16({reinterpret_cast<std::uint8_t const*>(check.data()), check.size()}) == 0x4B37);

  buffer const answer{0x15, 0x01, 0, 0, 0, 9, 0x11, 3, 6, 2, 0x2B, 0, 0, 0, 0x64};
  auto const p = parse_tcp(answer);
  REQUIRE(p.is == parsed::kind::frame);
  CHECK(p.used == answer.size());
  CHECK(is_answer(p.answer, r, framing::tcp, 0x1501));
  CHECK(value_of(p.answer.data, value_type::u16, byte_order::abcd) == 555);
  CHECK(value_of(p.answer.data.subspan(4), value_type::u16, byte_order::abcd) == 100);
}

TEST_CASE("what cannot be asked is not encoded") {
  CHECK(encoded({.count = 0}, framing::tcp).empty());
  CHECK(encoded({.count = 126}, framing::tcp).empty());
  CHECK(encoded({.address = 65535, .count = 2}, framing::rtu).empty());
  CHECK(encoded({.what = function::coils, .count = 2001}, framing::tcp).empty());
  CHECK(encoded({.what = static_cast<function>(6)}, framing::tcp).empty());  // 6 would write
  CHECK(encoded({.what = function::coils, .count = 2000}, framing::tcp).size() == tcp_request_bytes);
  buffer small(7);
  CHECK(encode({}, framing::rtu, 0, small) == 0);
}

TEST_CASE("a reply is believed only when it is the answer in every respect") {
  request const r{.unit = 5, .what = function::input_registers, .address = 1, .count = 1};
  auto const is = [&](buffer const& b, std::uint16_t transaction = 7) {
    auto const p = parse_tcp(b);
    return p.is == parsed::kind::frame && is_answer(p.answer, r, framing::tcp, transaction);
  };
  CHECK(is({0, 7, 0, 0, 0, 5, 5, 4, 2, 1, 2}));
  CHECK_FALSE(is({0, 6, 0, 0, 0, 5, 5, 4, 2, 1, 2}));        // another transaction
  CHECK_FALSE(is({0, 7, 0, 0, 0, 5, 6, 4, 2, 1, 2}));        // another unit
  CHECK_FALSE(is({0, 7, 0, 0, 0, 5, 5, 3, 2, 1, 2}));        // another function
  CHECK_FALSE(is({0, 7, 0, 0, 0, 7, 5, 4, 4, 1, 2, 3, 4}));  // another length
  CHECK_FALSE(is({0, 7, 0, 0, 0, 5, 5, 4, 4, 1, 2}));        // a byte count that lies
  CHECK_FALSE(is({0, 7, 0, 0, 0, 5, 5, 6, 2, 1, 2}));        // the reply to a write
  CHECK(is({0, 7, 0, 0, 0, 3, 5, 0x84, 2}));                 // a refusal is an answer
  CHECK_FALSE(is({0, 7, 0, 0, 0, 3, 5, 0x84, 0}));           // but not without a reason
  CHECK(parse_tcp(buffer{0, 7, 0, 0, 0, 3, 5, 0x84, 2}).answer.exception == 2);
}

TEST_CASE("a header that is none breaks the stream at the first byte that shows it") {
  CHECK(parse_tcp(buffer{0, 7, 1}).is == parsed::kind::broken);
  CHECK(parse_tcp(buffer{0, 7, 0, 1}).is == parsed::kind::broken);
  CHECK(parse_tcp(buffer{0, 7, 0, 0, 1}).is == parsed::kind::broken);
  CHECK(parse_tcp(buffer{0, 7, 0, 0, 0, 2}).is == parsed::kind::broken);
  CHECK(parse_tcp(buffer{0, 7, 0, 0, 0, 255}).is == parsed::kind::broken);
  CHECK(parse_tcp(buffer{0, 7, 0, 0, 0, 254}).is == parsed::kind::more);
  CHECK(parse_tcp({}).is == parsed::kind::more);
}

TEST_CASE("on a serial line noise, an echo and other units' frames are skipped, and every cut gives the same") {
  request const r{.unit = 9, .what = function::holding_registers, .address = 3, .count = 2};
  buffer line{0, 0xFF, 9, 9, 3};  // noise that looks like a beginning
  auto const add = [&](buffer const& b) { line.insert(line.end(), b.begin(), b.end()); };
  add(encoded(r, framing::rtu));     // the adapter's echo
  add(rtu({8, 3, 4, 1, 1, 1, 1}));   // another unit
  add(rtu({9, 4, 4, 1, 1, 1, 1}));   // another function
  add({9, 3, 4, 7, 7, 7, 7, 0, 0});  // a wrong checksum
  add(rtu({9, 3, 4, 0, 1, 0, 2}));
  for (std::size_t cut = 1; cut < line.size(); ++cut) {
    buffer have;
    std::vector<buffer> found;
    for (std::size_t from = 0; from < line.size(); from += cut) {
      have.insert(have.end(), line.begin() + static_cast<long>(from),
                  line.begin() + static_cast<long>(std::min(from + cut, line.size())));
      for (auto p = parse_rtu(have, r); p.is != parsed::kind::more; p = parse_rtu(have, r)) {
        if (p.is == parsed::kind::frame) found.emplace_back(p.answer.data.begin(), p.answer.data.end());
        have.erase(have.begin(), have.begin() + static_cast<long>(p.used));
      }
    }
    CAPTURE(cut);
    CHECK(found == std::vector<buffer>{{0, 1, 0, 2}});
  }
  CHECK(parse_rtu(rtu({9, 0x83, 2}), r).answer.exception == 2);
}

TEST_CASE("numbers of several registers are read in all four orders") {
  // 0x42F6E979 is 123.456f (IEEE 754).
  buffer const abcd{0x42, 0xF6, 0xE9, 0x79}, cdab{0xE9, 0x79, 0x42, 0xF6}, badc{0xF6, 0x42, 0x79, 0xE9},
      dcba{0x79, 0xE9, 0xF6, 0x42};
  CHECK(value_of(abcd, value_type::f32, byte_order::abcd) == 123.456f);
  CHECK(value_of(cdab, value_type::f32, byte_order::cdab) == 123.456f);
  CHECK(value_of(badc, value_type::f32, byte_order::badc) == 123.456f);
  CHECK(value_of(dcba, value_type::f32, byte_order::dcba) == 123.456f);
  CHECK(value_of(buffer{0xFF, 0xFE}, value_type::i16, byte_order::abcd) == -2);
  CHECK(value_of(buffer{0xFE, 0xFF}, value_type::i16, byte_order::badc) == -2);
  CHECK(value_of(buffer{0xFF, 0xFF, 0xFF, 0xFE}, value_type::i32, byte_order::abcd) == -2);
  CHECK(value_of(buffer{0, 1, 0, 2}, value_type::u32, byte_order::cdab) == 0x20001);
  buffer const pi{0x40, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18};
  CHECK(value_of(pi, value_type::f64, byte_order::abcd) == 3.14159265358979312);
  buffer const reversed(pi.rbegin(), pi.rend());
  CHECK(value_of(reversed, value_type::f64, byte_order::dcba) == 3.14159265358979312);
  CHECK(value_of(buffer(8, 0xFF), value_type::i64, byte_order::abcd) == -1);
  CHECK(value_of(buffer{0, 0, 0}, value_type::f32, byte_order::abcd) == std::nullopt);
  CHECK(bit_of(buffer{0x04, 0x01}, 2) == 1);
  CHECK(bit_of(buffer{0x04, 0x01}, 8) == 1);
  CHECK(bit_of(buffer{0x04, 0x01}, 9) == 0);
  CHECK(bit_of(buffer{0x04}, 8) == std::nullopt);
  CHECK(value_type_of("f32") == value_type::f32);
  CHECK(byte_order_of("badc") == byte_order::badc);
  CHECK_FALSE(value_type_of("float"));
}

TEST_CASE("any bytes are parsed without harm, and a frame never takes more than there is") {
  random_source random(3);
  request const r{.unit = 1, .count = 2};
  for (int round = 0; round < 20000; ++round) {
    buffer b(random.index(300));
    for (auto& x : b) x = static_cast<std::uint8_t>(random.index(4));  // small values make headers likely
    auto const t = parse_tcp(b);
    auto const s = parse_rtu(b, r);
    if (t.used > b.size() || s.used > b.size()) FAIL("beyond the end");
    if (t.is == parsed::kind::more && b.size() >= most_frame_bytes) FAIL("asks for more than a frame");
  }
}
