#include "pdm/core/random.hpp"
#include "pdm/wire/recording.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using pdm::wire::open_recording;
using support::raw;

namespace {

std::string npy(std::string const& descr, std::string const& shape, std::string const& data, bool fortran = false,
                int version = 1) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }";
  while ((header.size() + 11 + (version == 1 ? 0 : 2)) % 64 != 0) header += ' ';
  header += '\n';
  return "\x93NUMPY" + std::string{static_cast<char>(version), 0} +
         (version == 1 ? raw(static_cast<std::uint16_t>(header.size()))
                       : raw(static_cast<std::uint32_t>(header.size()))) +
         header + data;
}

std::vector<double> samples(std::string const& file, std::uint64_t snapshot = 0, std::size_t channel = 0) {
  auto r = open_recording(file, {.fs_hz = 100});
  if (!r) FAIL(r.error().message());
  std::vector<double> x((*r)->info().samples);
  REQUIRE((*r)->read(snapshot, channel, 0, x));
  return x;
}

}  // namespace

TEST_CASE("one dimension is samples, whatever the number is written as") {
  support::scratch const s;
  std::vector<double> const want{1, -2, 3};
  CHECK(samples(s.write("a.npy", npy("<f8", "(3,)", raw(want)))) == want);
  CHECK(samples(s.write("b.npy", npy("<f4", "(3,)", raw(std::vector<float>{1, -2, 3}), false, 2))) == want);
  CHECK(samples(s.write("c.npy", npy("<i2", "(3,)", raw(std::vector<std::int16_t>{1, -2, 3}), false, 3))) == want);
  CHECK(samples(s.write("d.npy", npy("<i4", "(3,)", raw(std::vector<std::int32_t>{1, -2, 3})))) == want);
  CHECK(samples(s.write("e.npy", npy("|i1", "(3,)", std::string("\x01\xfe\x03")))) == want);
  CHECK(samples(s.write("f.npy", npy(">i2", "(3,)", std::string("\x00\x01\xff\xfe\x00\x03", 6)))) == want);
}

TEST_CASE("two dimensions are samples and channels, in either order of storage") {
  support::scratch const s;
  std::vector<float> const rows{0, 10, 1, 11, 2, 12}, columns{0, 1, 2, 10, 11, 12};
  for (auto const& file : {s.write("c.npy", npy("<f4", "(3, 2)", raw(rows))),
                           s.write("f.npy", npy("<f4", "(3, 2)", raw(columns), true))}) {
    CHECK(samples(file, 0, 0) == std::vector<double>{0, 1, 2});
    CHECK(samples(file, 0, 1) == std::vector<double>{10, 11, 12});
  }
}

TEST_CASE("three dimensions are snapshots, channels and samples, in either order of storage") {
  support::scratch const s;
  std::vector<float> c, f;
  for (int k = 0; k < 2; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 4; ++i) c.push_back(static_cast<float>(100 * k + 10 * j + i));
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 2; ++k) f.push_back(static_cast<float>(100 * k + 10 * j + i));
  for (auto const& file :
       {s.write("c.npy", npy("<f4", "(2, 3, 4)", raw(c))), s.write("f.npy", npy("<f4", "(2, 3, 4)", raw(f), true))}) {
    CHECK(samples(file, 1, 2) == std::vector<double>{120, 121, 122, 123});
    auto r = open_recording(file, {.fs_hz = 100, .channel = "1"});
    REQUIRE(r);
    CHECK((*r)->info().snapshots == 2);
    std::vector<double> part(2);
    REQUIRE((*r)->read(1, 0, 2, part));
    CHECK(part == std::vector<double>{112, 113});
  }
}

TEST_CASE("an NPY file that cannot be right is refused in words") {
  support::scratch const s;
  auto const says = [&](std::string const& bytes) {
    auto const r = open_recording(s.write("x.npy", bytes), {.fs_hz = 1});
    return r ? std::string() : r.error().message();
  };
  std::string const data = raw(std::vector<float>{1, 2, 3});
  CHECK(says(npy("<f4", "(3,)", data)).empty());
  CHECK(says(npy("<c8", "(3,)", data + data)).find("numbers of this type are not read") != std::string::npos);
  CHECK(says(npy("|O", "(3,)", data)).find("numbers of this type are not read") != std::string::npos);
  CHECK(says(npy("<f4", "()", data)).find("the shape is not one of samples") != std::string::npos);
  CHECK(says(npy("<f4", "(1, 1, 1, 3)", data)).find("the shape is not one of samples") != std::string::npos);
  CHECK(says(npy("<f4", "(4,)", data)).find("the shape does not fit the 12 bytes of data") != std::string::npos);
  CHECK(says(npy("<f4", "(1152921504606846976,)", data)).find("the shape is not one of") != std::string::npos);
  CHECK(says(npy("<f4", "(68719476736, 268435456)", data)).find("the shape does not fit") != std::string::npos);
  CHECK(says(npy("<f4", "(2147483648, 2147483648, 4)", data)).find("the shape does not fit") != std::string::npos);
  CHECK(says(npy("<f4", "(-3,)", data)).find("the shape is not one of samples") != std::string::npos);
  CHECK(says("PK\x03\x04 this is an npz").find("this is not an NPY file") != std::string::npos);
}

TEST_CASE("no bytes whatever crash the NPY reader") {
  support::scratch const s;
  auto const good = npy("<f4", "(3, 2)", raw(std::vector<float>{1, 2, 3, 4, 5, 6}));
  auto const open = [&](std::string const& bytes) {
    auto r = open_recording(s.write("x.npy", bytes), {.fs_hz = 1});
    if (!r) return false;
    std::vector<double> x((*r)->info().samples);
    CHECK((*r)->read((*r)->info().snapshots - 1, (*r)->info().channels.size() - 1, 0, x));
    return true;
  };
  for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(open(good.substr(0, n)));
  pdm::random_source draw(2);
  for (std::size_t at = 0; at < 80; ++at) {
    for (int k = 0; k < 4; ++k) {
      auto bytes = good;
      bytes[at] = static_cast<char>(static_cast<unsigned char>(draw.uniform() * 256));
      open(bytes);
    }
  }
}
