#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

struct outcome {
  int code;
  std::string out, err;
};
outcome pdm_says(support::scratch const& s, std::string const& arguments) {
  auto const out = s.path("stdout"), err = s.path("stderr");
  std::string const command = std::string(PDM_BINARY_DIR) + "/pdm " + arguments + " >" + out + " 2>" + err;
  int const raw = std::system(command.c_str());
  return {raw / 256, text_of(out), text_of(err)};
}

// Exit 2, nothing on standard output, and one line that begins with the file and tells what to do.
void refuses(support::scratch const& s, std::string const& arguments, std::string const& begin,
             std::string const& says) {
  auto const got = pdm_says(s, arguments);
  CAPTURE(arguments, got.out, got.err);
  CHECK(got.code == 2);
  CHECK(got.out.empty());
  CHECK(got.err.starts_with("pdm: " + begin));
  CHECK(got.err.find(says) != std::string::npos);
  CHECK(got.err.find("; ") != std::string::npos);
  CHECK(std::count(got.err.begin(), got.err.end(), '\n') == 1);
}

}  // namespace

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

TEST_CASE("bad configurations end in exit 2 and one line that says what to do") {
  support::scratch const s;
  if (pdm_says(s, "--help").out.find("\n  run ") == std::string::npos) {
    std::puts("SKIPPED: this program has no verb run");
    return;
  }
  refuses(s, "run --check " + s.write("key.json", R"({"schema":"pdm.config/1","asets":[]})"), s.path("key.json"),
          "asets");
  refuses(s, "run --check " + s.write("deep.json", std::string(200000, '[')),
          s.path("deep.json") + ":1: ", "nested more than 64 deep");
  refuses(s, "run --check " + s.path(""), s.path(""), "this is a directory");
  refuses(s, "run --check " + s.write("empty.json", ""), s.path("empty.json"), "the file is empty");
}
