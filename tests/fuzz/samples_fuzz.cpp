// Oracle: whatever the cut, the same samples with the same numbers come out, in the reader's own memory.
#include <algorithm>
#include <cstring>
#include <vector>

#include "fuzz.hpp"
#include "pdm/acquisition/sample_assembler.hpp"

using namespace pdm;
using namespace pdm::acquisition;

namespace {

struct seen {
  std::uint64_t sequence, bits;
  friend bool operator==(seen const&, seen const&) = default;
};

std::vector<seen> samples(std::span<std::uint8_t const> all, std::size_t cut, sample_layout const& l) {
  sample_assembler<double> a(l);
  std::vector<seen> found;
  for (std::size_t at = 0; at < all.size();) {
    auto const room = a.room();
    std::size_t const n = std::min({room.size(), cut, all.size() - at});
    fuzz::must(n > 0, "there is room");
    std::memcpy(room.data(), all.data() + at, n);
    a.received(n);
    at += n;
    while (a.next(0)) {
      fuzz::must(a.blocks().size() == l.channels, "a block a channel");
      for (auto const& b : a.blocks()) {
        fuzz::must(b.size() > 0 && b.size() <= l.max_block, "blocks keep their bound");
        for (std::size_t i = 0; i < b.size(); ++i) {
          std::uint64_t bits = 0;
          std::memcpy(&bits, &b.samples[i], 8);
          found.push_back({b.sequence + i, b.samples[i] == b.samples[i] ? bits : 0});
        }
      }
    }
    if (a.broken()) break;
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size < 4) return 0;
  sample_layout l;
  l.rate = hertz{1000};
  l.channels = 1u + data[0] % 3;
  l.format = static_cast<sample_format>(data[1] % 4);
  l.with_headers = (data[2] & 1) != 0;
  l.max_block = 1u + data[2] / 2u;
  std::span const rest(data + 4, size - 4);
  auto in_order = [](std::vector<seen> v) {  // channels interleave differently with the blocks
    std::stable_sort(v.begin(), v.end(), [](seen const& a, seen const& b) { return a.sequence < b.sequence; });
    return v;
  };
  auto const whole = in_order(samples(rest, rest.size() + 1, l));
  fuzz::must(in_order(samples(rest, 1, l)) == whole, "byte by byte the same samples");
  fuzz::must(in_order(samples(rest, 1u + data[3], l)) == whole, "in pieces the same samples");
  return 0;
}
