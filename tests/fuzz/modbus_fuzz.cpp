// Oracle: whatever the cut, the same frames come out; a frame that is an answer has the bytes that were asked for.
#include <vector>

#include "fuzz.hpp"
#include "pdm/wire/modbus.hpp"

using namespace pdm::wire::modbus;

namespace {

struct frame {
  std::uint16_t transaction;
  std::uint8_t unit, code, exception;
  std::vector<std::uint8_t> data;
  friend bool operator==(frame const&, frame const&) = default;
};

std::vector<frame> frames(bytes all, std::size_t cut, framing f, request const& r) {
  std::vector<frame> found;
  std::vector<std::uint8_t> have;
  for (std::size_t at = 0; at < all.size(); at += cut) {
    auto const piece = all.subspan(at, std::min(cut, all.size() - at));
    have.insert(have.end(), piece.begin(), piece.end());
    for (;;) {
      auto const p = f == framing::tcp ? parse_tcp(have) : parse_rtu(have, r);
      if (p.is == parsed::kind::broken) return found;
      if (p.is == parsed::kind::more) break;
      fuzz::must(p.used > 0 && p.used <= have.size(), "a frame lies within what was received");
      auto const& a = p.answer;
      if (p.is == parsed::kind::frame) {
        found.push_back({a.transaction, a.unit, a.code, a.exception, {a.data.begin(), a.data.end()}});
        if (is_answer(a, r, f, a.transaction)) {
          fuzz::must(a.refused() || a.data.size() == answer_bytes(r), "an answer has the length that was asked for");
        }
      }
      have.erase(have.begin(), have.begin() + static_cast<long>(p.used));
    }
    fuzz::must(have.size() <= most_frame_bytes, "no more than a frame is waited for");
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 6) return 0;
  request r{data[0], static_cast<function>(1 + data[1] % 4), static_cast<std::uint16_t>(data[2] << 8 | data[3]),
            static_cast<std::uint16_t>(1 + data[4] % 125)};
  std::uint8_t out[12];
  fuzz::must(encode(r, framing::tcp, 1, out) == (is_valid(r) ? 12u : 0u), "what is valid is encoded");
  bytes const rest(data + 6, size - 6);
  std::size_t const cut = 1 + data[5] % 40u;
  for (auto f : {framing::tcp, framing::rtu}) {
    auto const whole = frames(rest, rest.size() + 1, f, r);
    fuzz::must(frames(rest, 1, f, r) == whole, "byte by byte the same frames");
    fuzz::must(frames(rest, cut, f, r) == whole, "in pieces the same frames");
  }
  for (int t = 0; t < 9; ++t) {
    auto const v = value_of(rest, static_cast<value_type>(t), static_cast<byte_order>(data[1] % 4));
    fuzz::must(!v || rest.size() >= 2u * width_of(static_cast<value_type>(t)), "no number out of nothing");
  }
  return 0;
}
