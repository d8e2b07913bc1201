#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/program.hpp"

using support::pdm_says;
using support::refuses;
using support::text_of;

TEST_CASE("bad recordings end in exit 2 and one line that says what to do") {
  support::scratch const s;
  std::string const samples(4096, '\x01');
  auto const good = s.write("good.f32", samples);

  s.write("good.json", "{\"fs_hz\": 1000,\n\"units\" \"g\"}");
  refuses(s, "features " + good, s.path("good.json") + ":2: ", "not valid JSON");
  s.write("good.json", R"({"fs_hz": "fast"})");
  refuses(s, "features " + good, s.path("good.json") + ": ", "\"fs_hz\" is not a number");
  s.write("good.json", R"({"fs_hz": 0})");
  refuses(s, "features " + good, s.path("good.json") + ": ", "\"fs_hz\" is 0");
  s.write("good.json", "{\"fs_hz\": 1000, \"x\": " + std::string(200000, '[') + "}");
  refuses(s, "features " + good, s.path("good.json") + ":1: ", "nested more than 64 deep");

  refuses(s, "features --fs 1000 " + s.write("cut.f32", samples.substr(0, 1023)), s.path("cut.f32") + ": ",
          "the size 1023 is not a multiple of 4 bytes");
  refuses(s, "features --fs 1000 " + s.write("t.csv", "a,b\n1,2\n3,four\n"),
          s.path("t.csv") + ":3: ", "\"four\" where a number belongs");
  refuses(s, "features --fs 1000 " + s.write("r.csv", "a,b\n1,2\n3,4,5\n"),
          s.path("r.csv") + ":3: ", "the row has 3 fields and the table 2 columns");
  refuses(s, "features --fs 1000 " + s.write("m.mat", "no MAT file"), s.path("m.mat") + ": ", "MAT file");
  refuses(s, "features --fs 1000 --format f32 " + s.path(""), s.path("") + ": ", "this is a directory");
  refuses(s, "features --fs 1000 " + s.write("e.f32", ""), s.path("e.f32") + ": ", "the file is empty");
  refuses(s, "features --fs 1000 " + s.path("none.f32"), s.path("none.f32") + ": ", "there is no such file");
}

TEST_CASE("wrong options end in exit 2 and one line that says what to do") {
  support::scratch const s;
  auto const good = s.write("good.f32", std::string(4096, '\x01'));
  s.write("good.json", R"({"fs_hz": 1000})");
  // The sampling rate of an option is judged like that of a sidecar, above all where the sidecar has a good one.
  for (std::string const rate : {"0", "-1", "nan", "inf", "1e12"}) {
    refuses(s, "features --fs " + rate + " " + good, good + ": ", "--fs is ");
  }
  refuses(s, "features --fs fast " + good, "features: ", "--fs");
  refuses(s, "features --window 0 " + good, "--window: ", "a window of 0 samples");
  refuses(s, "features --window -1 " + good, "features: ", "\"-1\" is not a whole number");
  refuses(s, "features --window 1025 " + good, good + ": ", "longer than the recording of 1024");
  refuses(s, "features --hop 0 " + good, "--hop: ", "never ends");
  refuses(s, "features --hop -1 " + good, "features: ", "\"-1\" is not a whole number");
  refuses(s, "features --envelope-band 100:600 " + good, good + ": ", "above half the sampling rate");
  refuses(s, "features --nonsense " + good, "features: ", "--nonsense");
  refuses(s, "simulate --seed -1 --out " + s.path("new"), "simulate: ", "\"-1\" is not a whole number");
  refuses(s, "featurs " + good, "featurs: ", "no such verb");
  refuses(s, "", "pdm: ", "no verb is given");
  refuses(s, "features '" + s.path("a\n\x1b[31mb.f32") + "'", s.path("a??[31mb.f32") + ": ", "there is no such file");
}

TEST_CASE("an option with one value leaves the file behind it, and a feature asked for twice is told once") {
  support::scratch const s;
  auto const good = s.write("good.f32", std::string(4096, '\x01'));
  auto const got = pdm_says(s, "features --fs 1000 --band 10:20 --band 10:20 --features rms,rms " + good);
  CAPTURE(got.out, got.err);
  CHECK(got.code == 0);
  CHECK(got.out.find("\"rms\":") == got.out.rfind("\"rms\":"));
  CHECK(got.out.find("\"band_power.10-20\":") != std::string::npos);
  CHECK(got.out.find("\"band_power.10-20\":") == got.out.rfind("\"band_power.10-20\":"));
}

TEST_CASE("of several inputs the bad ones are named and the others are done") {
  support::scratch const s;
  auto const good = s.write("good.f32", std::string(4096, '\x01'));
  auto const also = s.write("also.f32", std::string(4096, '\x02'));
  auto const got = pdm_says(s, "features --fs 1000 --features rms " + good + " " + s.path("none.f32") + " " + also);
  CAPTURE(got.out, got.err);
  CHECK(got.code == 2);
  CHECK(std::count(got.out.begin(), got.out.end(), '\n') == 2);
  CHECK(got.err.starts_with("pdm: " + s.path("none.f32")));

  // A name that JSON cannot carry is left out of a configuration, with a word.
  s.write("good.json", R"({"fs_hz": 1000})");
  s.write("odd\xff.f32", std::string(4096, '\x01'));
  s.write("odd\xff.json", R"({"fs_hz": 1000})");
  auto const folder = pdm_says(s, "config recordings " + s.path(""));
  CHECK(folder.code == 2);
  CHECK(folder.out.find("good.f32") != std::string::npos);
  CHECK(folder.err.find("is not UTF-8") != std::string::npos);
}

TEST_CASE("output that cannot be written ends in exit 3, and a device stays a device") {
  if (!std::filesystem::is_character_file("/dev/full")) {
    std::puts("SKIPPED: there is no /dev/full here");
    return;
  }
  support::scratch const s;
  auto const good = s.write("good.f32", std::string(4096, '\x01'));
  s.write("good.json", R"({"fs_hz": 1000})");
  auto const plant =
      s.write("plant.json", R"({"schema":"pdm.config/1","assets":[{"id":"a","sources":[{"file":"good.f32"}]}]})");
  auto const events = s.path("events.jsonl");
  REQUIRE(pdm_says(s, "run " + plant + " --out " + events).code == 0);
  auto const full = [&](std::string const& arguments) {
    return std::system((std::string(PDM_BINARY_DIR) + "/pdm " + arguments + " 2>/dev/null").c_str()) / 256;
  };
  CHECK(full("features " + good + " >/dev/full") == 3);
  CHECK(full("features --out /dev/full " + good) == 3);
  CHECK(full("run " + plant + " >/dev/full") == 3);
  CHECK(full("config schema >/dev/full") == 3);
  CHECK(full("report " + events + " --out - >/dev/full") == 3);
  // Through a link, as a device node of the system must not be at risk in a test.
  std::filesystem::create_symlink("/dev/full", s.path("link"));
  CHECK(full("report " + events + " --out " + s.path("link")) == 3);
  CHECK(std::filesystem::is_symlink(s.path("link")));
  // A reader that goes away.
  std::string const gone = "( " + std::string(PDM_BINARY_DIR) + "/pdm features --window 1 " + good + " 2>" +
                           s.path("err") + "; echo $? >" + s.path("code") + " ) | head -1 >" + s.path("head");
  REQUIRE(std::system(gone.c_str()) == 0);
  CHECK(text_of(s.path("code")) == "3\n");
}

TEST_CASE("bad configurations end in exit 2 and one line that says what to do") {
  support::scratch const s;
  s.write("good.f32", std::string(4096, '\x01'));
  s.write("good.json", R"({"fs_hz": 1000})");
  std::string const begin = R"({"schema":"pdm.config/1",)";
  std::string const asset = R"({"id":"a","sources":[{"kind":"recording","file":"good.f32"}]})";
  auto const says = [&](std::string const& text, std::string const& what) {
    auto const file = s.write("plant.json", text);
    refuses(s, "run --check " + file, file + ": ", what);
    refuses(s, "run " + file, file + ": ", what);
  };
  REQUIRE(pdm_says(s, "run --check " + s.write("ok.json", begin + R"("assets":[)" + asset + "]}")).code == 0);

  says(R"({"schema":"pdm.config/1","asets":[]})", "asets is not a known key");
  says(begin + R"("assets":[{"id":"a","line":{"frame":{"lenght":5}}}]})", "line.frame.lenght is not a known key");
  says(begin + R"("templates":{"pump":{"lien":{}}},"assets":[)" + asset + "]}", "templates.pump.lien");
  says(begin + R"("templates":[],"assets":[)" + asset + "]}", "templates is no object");
  says(begin + R"("assets":[)" + asset + "," + asset + "]}", "assets[1].id stands twice");
  says(begin + R"("assets":[)" + asset + R"(],"sinks":[{"file":"a"},{"file":"b"}]})", "sinks holds 2 sinks");
  says(begin + R"("assets":[{"id":"a","sources":[{"file":"good.f32","fs_hz":0}]}]})", "fs_hz is 0");
  says(begin + R"("assets":[{"id":"a","sources":[{"file":"good.f32","fs_hz":1e12}]}]})", "fs_hz is 1e+12");
  says(begin + R"("templates":{"t":{"template":"u"},"u":{"template":"t"}},"assets":[{"id":"a","template":"t"}]})",
       "in a circle");

  auto const with = [&](std::string const& source) {
    return s.write("plant.json", begin + R"("assets":[{"id":"a","sources":[)" + source + "]}]}");
  };
  auto const of = [](std::string const& file) { return R"({"file":")" + file + R"("})"; };
  s.write("cut.f32", std::string(1023, '\x01'));
  s.write("cut.json", R"({"fs_hz": 1000})");
  refuses(s, "run --check " + with(of("cut.f32")), s.path("cut.f32") + ": ", "not a multiple of 4 bytes");
  refuses(s, "run --check " + with(of("none.f32")), s.path("none.f32") + ": ", "there is no such file");
  s.write("speed.csv", "time_s,hz\n");
  refuses(s, "run --check " + with(of("good.f32") + R"(,{"kind":"table","file":"speed.csv","speed_column":"hz"})"),
          s.path("speed.csv") + ": ", "not one row");
  s.write("speed.csv", "time_s,hz\n0,ten\n");
  refuses(s, "run --check " + with(of("good.f32") + R"(,{"kind":"table","file":"speed.csv","speed_column":"hz"})"),
          s.path("speed.csv") + ":2: ", "where a number belongs");

  refuses(s, "run --check " + s.write("deep.json", std::string(200000, '[')),
          s.path("deep.json") + ":1: ", "nested more than 64 deep");
  refuses(s, "run --check " + s.path(""), s.path(""), "this is a directory");
  refuses(s, "run --check " + s.write("empty.json", ""), s.path("empty.json"), "the file is empty");
}
