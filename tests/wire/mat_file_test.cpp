#include "pdm/wire/recording.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using pdm::wire::open_recording;
using support::raw;

namespace {

// A variable of MAT version 5, not compressed: R x C doubles in columns.
// Source: MathWorks, "MAT-File Format", chapter 1.
std::string variable(std::string name, std::int32_t rows, std::int32_t columns, std::vector<double> const& values) {
  auto const length = static_cast<std::uint32_t>(name.size());
  name.resize((name.size() + 7) / 8 * 8);
  using words = std::vector<std::uint32_t>;
  auto const body = raw(words{6, 8, 6, 0}) + raw(words{5, 8}) + raw(std::vector<std::int32_t>{rows, columns}) +
                    raw(words{1, length}) + name + raw(words{9, static_cast<std::uint32_t>(8 * values.size())}) +
                    raw(values);
  return raw(words{14, static_cast<std::uint32_t>(body.size())}) + body;
}

std::string mat(std::string const& variables) {
  std::string text = "MATLAB 5.0 MAT-file";
  text.resize(124, ' ');
  return text + raw(std::uint16_t{0x0100}) + "IM" + variables;
}

std::string refusal(std::string const& file, pdm::wire::read_options const& options = {.fs_hz = 12000}) {
  auto const r = open_recording(file, options);
  return r ? "" : r.error().message();
}

bool compiled_out() {
  support::scratch const s;
  return refusal(s.write("x.mat", "x")).find("made without matio") != std::string::npos;
}

}  // namespace

TEST_CASE("a MAT file gives its only vector, the drive end, or the variable that was named") {
  if (compiled_out()) {
    std::puts("SKIPPED: this build reads no MAT files");
    return;
  }
  support::scratch const s;
  auto const one = s.write("one.mat", mat(variable("RPM", 1, 1, {1797}) + variable("x", 3, 1, {1, 2, 3})));
  auto r = open_recording(one, {.fs_hz = 12000});
  REQUIRE(r);
  std::vector<double> x(3);
  REQUIRE((*r)->read(0, 0, 0, x));
  CHECK(x == std::vector<double>{1, 2, 3});
  CHECK((*r)->info().channels == std::vector<std::string>{"x"});

  auto const cwru =
      s.write("c.mat", mat(variable("X097_DE_time", 3, 1, {1, 2, 3}) + variable("X097_FE_time", 3, 1, {4, 5, 6}) +
                           variable("X097RPM", 1, 1, {1796})));
  CHECK((*open_recording(cwru, {.fs_hz = 48000}))->info().channels[0] == "X097_DE_time");
  CHECK((*open_recording(cwru, {.fs_hz = 48000, .channel = "FE_time"}))->info().channels[0] == "X097_FE_time");
  CHECK((*open_recording(cwru, {.fs_hz = 48000, .channel = "X097_FE_time"}))->info().channels[0] == "X097_FE_time");
  CHECK((*open_recording(cwru, {.fs_hz = 48000, .channel = "1"}))->info().channels[0] == "X097_FE_time");

  auto const wide = s.write("w.mat", mat(variable("m", 3, 2, {1, 2, 3, 4, 5, 6})));
  r = open_recording(wide, {.fs_hz = 1});
  REQUIRE(r);
  REQUIRE((*r)->info().channels.size() == 2);
  REQUIRE((*r)->read(0, 1, 0, x));
  CHECK(x == std::vector<double>{4, 5, 6});
}

TEST_CASE("a MAT file without the variable is refused with the names that are there") {
  if (compiled_out()) {
    std::puts("SKIPPED: this build reads no MAT files");
    return;
  }
  support::scratch const s;
  auto const two = s.write("two.mat", mat(variable("a", 3, 1, {1, 2, 3}) + variable("b", 1, 3, {4, 5, 6})));
  CHECK(refusal(two, {.fs_hz = 1, .channel = "c"}) ==
        two + ": there is no variable \"c\"; give --channel one of: a, b");
  CHECK(refusal(two) == two + ": more than one variable holds samples; give --channel one of: a, b");
  CHECK(refusal(s.write("none.mat", mat(variable("RPM", 1, 1, {1})))).find("no variable of samples") !=
        std::string::npos);
  CHECK(refusal(s.write("text.mat", "hello")).find("this is not a MAT file") != std::string::npos);
  CHECK(refusal(two, {.channel = "a"}).find("there is no sampling rate") != std::string::npos);
  CHECK(refusal(s.path("")).find("this is a directory") != std::string::npos);
}
