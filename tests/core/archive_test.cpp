#include "pdm/core/archive.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

namespace {
using pdm::archive_reader;
using pdm::archive_writer;
using pdm::errc;

constexpr pdm::archive_kind kind{'T', 'E', 'S', 'T'};
enum class colour : std::uint8_t { red = 3 };

std::vector<std::byte> written(std::uint16_t version = 1) {
  std::vector<std::byte> bytes(256);
  archive_writer w(bytes, kind, version);
  std::array const series{1.5, -0.0, 1e300};
  w.put(true).put(std::uint16_t{0xBEEF}).put(std::int64_t{-5}).put(2.5f).put(0.1).put(colour::red);
  w.put(std::span<double const>(series));
  auto const n = w.finish();
  REQUIRE(n.ok());
  bytes.resize(*n);
  return bytes;
}

// A component that can be part of another.
struct part {
  double value = 0;
  std::size_t saved_bytes() const noexcept { return pdm::archive_header_bytes + sizeof value; }
  pdm::result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, {'P', 'A', 'R', 'T'}, 1);
    return w.put(value).finish();
  }
  pdm::status restore(std::span<std::byte const> from) noexcept {
    auto r = archive_reader::open(from, {'P', 'A', 'R', 'T'}, 1);
    if (!r) return r.error();
    r->get(value);
    return r->finish();
  }
};
}  // namespace

TEST_CASE("what was put comes back, bit for bit") {
  auto const bytes = written();
  auto r = archive_reader::open(bytes, kind, 1);
  REQUIRE(r.ok());
  CHECK(r->get<bool>());
  CHECK(r->get<std::uint16_t>() == 0xBEEF);
  CHECK(r->get<std::int64_t>() == -5);
  CHECK(r->get<float>() == 2.5f);
  CHECK(r->get<double>() == 0.1);
  CHECK(r->get<colour>() == colour::red);
  std::array<double, 3> series{};
  r->get(std::span<double>(series));
  CHECK(series[0] == 1.5);
  CHECK(std::signbit(series[1]));
  CHECK(series[2] == 1e300);
  CHECK(r->finish().ok());
}

TEST_CASE("the layout is little-endian and stands still") {
  std::vector<std::byte> bytes(64);
  archive_writer w(bytes, kind, 7);
  auto const n = w.put(std::uint32_t{0x01020304}).finish();
  REQUIRE(n.value_or(0) == 24);
  std::array<int, 12> const head{'P', 'D', 'M', 'A', 1, 0, 7, 0, 'T', 'E', 'S', 'T'};
  for (std::size_t i = 0; i < head.size(); ++i) CHECK(std::to_integer<int>(bytes[i]) == head[i]);
  CHECK(std::to_integer<int>(bytes[12]) == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(std::to_integer<std::size_t>(bytes[20 + i]) == 4 - i);
}

TEST_CASE("a flipped bit anywhere is found, whatever it hits") {
  auto const bytes = written();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto damaged = bytes;
      damaged[i] ^= std::byte{1} << bit;
      auto const r = archive_reader::open(damaged, kind, 1);
      CAPTURE(i, bit);
      CHECK_FALSE(r.ok());
    }
  }
}

TEST_CASE("an archive cut anywhere is refused") {
  auto const bytes = written();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK(archive_reader::open(std::span(bytes).first(n), kind, 1).error() == errc::corrupt);
  }
}

TEST_CASE("another kind, a newer version and what was never finished are told apart") {
  CHECK(archive_reader::open(written(), {'E', 'L', 'S', 'E'}, 1).error() == errc::wrong_kind);
  CHECK(archive_reader::open(written(2), kind, 1).error() == errc::newer_version);
  CHECK(archive_reader::open(written(1), kind, 2)->version() == 1);
  std::vector<std::byte> bytes(64);
  archive_writer w(bytes, kind, 1);
  w.put(1.0);
  CHECK(archive_reader::open(bytes, kind, 1).error() == errc::corrupt);
}

TEST_CASE("a writer never runs past its bytes, and says how many it wanted") {
  std::array<std::byte, 64> bytes{};
  for (std::size_t room = 0; room < 36; ++room) {
    bytes.fill(std::byte{0xAA});
    archive_writer w(std::span<std::byte>(bytes).first(room), kind, 1);
    w.put(1.0).put(2.0);
    CHECK(w.size() == 36);
    CHECK(w.finish().error() == errc::out_of_memory);
    for (std::size_t i = room; i < bytes.size(); ++i) REQUIRE(bytes[i] == std::byte{0xAA});
  }
}

TEST_CASE("reading more than there is gives zeros and fails at the end, as does reading less") {
  auto const bytes = written();
  auto r = archive_reader::open(bytes, kind, 1);
  for (int i = 0; i < 100; ++i) (void)r->get<double>();
  CHECK(r->get<double>() == 0);
  CHECK_FALSE(r->ok());
  CHECK(r->finish().error() == errc::corrupt);
  auto other = archive_reader::open(bytes, kind, 1);
  (void)other->get<bool>();
  CHECK(other->ok());
  CHECK(other->finish().error() == errc::corrupt);
}

TEST_CASE("a series of another length than expected fails") {
  std::vector<std::byte> bytes(128);
  archive_writer w(bytes, kind, 1);
  std::array const three{1.0, 2.0, 3.0};
  REQUIRE(w.put(std::span<double const>(three)).finish().ok());
  auto r = archive_reader::open(bytes, kind, 1);
  std::array<double, 2> two{};
  r->get(std::span<double>(two));
  CHECK_FALSE(r->ok());
}

TEST_CASE("an archive inside an archive is checked like any other") {
  std::vector<std::byte> bytes(128);
  archive_writer w(bytes, kind, 1);
  auto const n = w.put(1.0).put_archive(part{42}).put(2.0).finish();
  REQUIRE(n.ok());
  auto r = archive_reader::open(std::span(bytes).first(*n), kind, 1);
  part p;
  CHECK(r->get<double>() == 1);
  r->get_archive(p);
  CHECK(r->get<double>() == 2);
  CHECK(p.value == 42);
  CHECK(r->finish().ok());
  archive_writer small(std::span<std::byte>(bytes).first(59), kind, 1);
  CHECK(small.put(1.0).put_archive(part{42}).finish().error() == errc::out_of_memory);
}
