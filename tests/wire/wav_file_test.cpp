#include "pdm/core/random.hpp"
#include "pdm/wire/recording.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using pdm::wire::open_recording;
using support::raw;

namespace {

struct wav {
  std::uint16_t tag = 1, channels = 1, bits = 16;
  std::uint32_t rate = 8000;
  bool extensible = false;
  std::string before = "";  // chunks in front of the samples
};

std::string chunk(std::string const& name, std::string const& body) {
  return name + raw(static_cast<std::uint32_t>(body.size())) + body +
         (body.size() % 2 == 1 ? std::string(1, '\0') : "");
}

std::string wav_bytes(wav const& w, std::string const& samples) {
  auto const frame = static_cast<std::uint16_t>(w.channels * w.bits / 8);
  std::string format = raw(w.extensible ? std::uint16_t{0xFFFE} : w.tag) + raw(w.channels) + raw(w.rate) +
                       raw(static_cast<std::uint32_t>(w.rate * frame)) + raw(frame) + raw(w.bits);
  if (w.extensible) {
    format += raw(std::uint16_t{22}) + raw(w.bits) + raw(std::uint32_t{0}) + raw(w.tag) +
              std::string("\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71", 14);
  }
  auto const body = "WAVE" + chunk("fmt ", format) + w.before + chunk("data", samples);
  return "RIFF" + raw(static_cast<std::uint32_t>(body.size())) + body;
}

std::vector<double> first(std::string const& file, std::size_t channel = 0) {
  auto r = open_recording(file);
  if (!r) FAIL(r.error().message());
  std::vector<double> x((*r)->info().samples);
  REQUIRE((*r)->read(0, channel, 0, x));
  return x;
}

}  // namespace

TEST_CASE("integer samples are a share of full scale, whatever their width") {
  support::scratch const s;
  CHECK(first(s.write("a.wav", wav_bytes({.bits = 8}, std::string("\x00\x80\xc0\xff", 4)))) ==
        std::vector<double>{-1, 0, 0.5, 127.0 / 128});
  CHECK(first(s.write("b.wav", wav_bytes({}, raw(std::vector<std::int16_t>{-32768, 0, 16384, 32767})))) ==
        std::vector<double>{-1, 0, 0.5, 32767.0 / 32768});
  CHECK(first(s.write("c.wav", wav_bytes({.bits = 24}, std::string("\x00\x00\x80\x00\x00\x40\xff\xff\xff", 9)))) ==
        std::vector<double>{-1, 0.5, -1.0 / 8388608});
  CHECK(first(s.write("d.wav", wav_bytes({.bits = 32}, raw(std::vector<std::int32_t>{INT32_MIN, 1 << 30})))) ==
        std::vector<double>{-1, 0.5});
}

TEST_CASE("float samples are taken as they are, plain or extensible") {
  support::scratch const s;
  CHECK(first(s.write("a.wav", wav_bytes({.tag = 3, .bits = 32}, raw(std::vector<float>{-7.5f, 3.25f})))) ==
        std::vector<double>{-7.5, 3.25});
  CHECK(first(s.write("b.wav", wav_bytes({.tag = 3, .bits = 64, .extensible = true},
                                         raw(std::vector<double>{1e9, -0.1})))) == std::vector<double>{1e9, -0.1});
}

TEST_CASE("channels stand side by side and odd chunks are padded") {
  support::scratch const s;
  auto const bytes = wav_bytes({.channels = 2, .rate = 44100, .extensible = true, .before = chunk("LIST", "odd")},
                               raw(std::vector<std::int16_t>{0, 16384, -16384, 8192}));
  auto const file = s.write("a.wav", bytes);
  CHECK(first(file, 0) == std::vector<double>{0, -0.5});
  CHECK(first(file, 1) == std::vector<double>{0.5, 0.25});
  auto r = open_recording(file, {.channel = "1"});
  REQUIRE(r);
  CHECK((*r)->info().fs_hz == 44100);
  CHECK((*r)->info().quantity == pdm::unit::unknown);
  CHECK((*r)->info().channels == std::vector<std::string>{"1"});
}

TEST_CASE("a unit beside integer samples does not hold, beside float samples it does") {
  support::scratch const s;
  auto const whole = s.write("i.wav", wav_bytes({}, raw(std::vector<std::int16_t>{1, 2})));
  auto const real = s.write("f.wav", wav_bytes({.tag = 3, .bits = 32}, raw(std::vector<float>{1, 2})));
  s.write("i.json", R"({"units":"g"})");
  s.write("f.json", R"({"units":"g"})");
  CHECK((*open_recording(whole))->info().quantity == pdm::unit::unknown);
  CHECK((*open_recording(real))->info().quantity == pdm::unit::standard_gravity);
}

TEST_CASE("a WAV file that cannot be right is refused in words") {
  support::scratch const s;
  auto const says = [&](std::string const& bytes) {
    auto const r = open_recording(s.write("x.wav", bytes));
    return r ? std::string() : r.error().message();
  };
  auto const good = wav_bytes({}, raw(std::vector<std::int16_t>{1, 2, 3, 4}));
  CHECK(says(good).empty());
  CHECK(says("hello, this is text").find("@0: this is not a WAV file; ") != std::string::npos);
  CHECK(
      says(good.substr(0, good.size() - 3)).find("@36: a chunk claims 8 bytes and 5 are there; give the whole file") !=
      std::string::npos);
  CHECK(says(wav_bytes({.tag = 2, .bits = 8}, "abcd")).find("WAV coding 2 with 8 bits is not read") !=
        std::string::npos);
  CHECK(says(wav_bytes({.channels = 0}, "abcd")).find("0 channels") != std::string::npos);
  CHECK(says(wav_bytes({.rate = 0}, "abcd")).find("there is no sampling rate") != std::string::npos);
  CHECK(says(wav_bytes({}, "abc")).find("3 bytes of samples are not whole frames of 2") != std::string::npos);
  CHECK(says(wav_bytes({}, "")).find("there is not one sample in it") != std::string::npos);
}

TEST_CASE("no bytes whatever crash the WAV reader") {
  support::scratch const s;
  auto const good = wav_bytes({.channels = 2, .extensible = true, .before = chunk("LIST", "odd")},
                              raw(std::vector<std::int16_t>{1, 2, 3, 4}));
  for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(open_recording(s.write("x.wav", good.substr(0, n))));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int bit : {0, 3, 7}) {
      auto bytes = good;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
      auto r = open_recording(s.write("x.wav", bytes));
      if (!r) continue;
      std::vector<double> x((*r)->info().samples);
      CHECK((*r)->read(0, 0, 0, x));
    }
  }
  pdm::random_source draw(11);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(static_cast<std::size_t>(draw.uniform() * 200), '\0');
    for (char& c : bytes) c = static_cast<char>(static_cast<unsigned char>(draw.uniform() * 256));
    CHECK_FALSE(open_recording(s.write("x.wav", bytes)));
    CHECK_FALSE(open_recording(s.write("x.wav", good.substr(0, 12) + bytes)));
  }
}
