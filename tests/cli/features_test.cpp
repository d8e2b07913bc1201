#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using nlohmann::json;

struct outcome {
  int code = -1;
  std::string err;
  std::vector<json> lines;
};

std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

outcome features(support::scratch const& folder, std::string const& arguments) {
  std::string const command = std::string(PDM_BINARY_DIR) + "/pdm features " + arguments + " >" + folder.path("out") +
                              " 2>" + folder.path("err");
  outcome o;
  o.code = std::system(command.c_str()) / 256;
  o.err = text_of(folder.path("err"));
  std::istringstream out(text_of(folder.path("out")));
  for (std::string line; std::getline(out, line);) o.lines.push_back(json::parse(line));
  return o;
}

// A sine of amplitude 2 at 100 Hz, 1000 Hz sampling, as .f32 with what the sidecar says.
std::string sine_file(support::scratch const& folder, std::string const& name, std::size_t n, std::string const& side) {
  std::string bytes(n * 4, '\0');
  for (std::size_t i = 0; i < n; ++i) {
    auto const v = static_cast<float>(2 * std::sin(2 * 3.14159265358979323846 * 0.1 * static_cast<double>(i)));
    std::memcpy(bytes.data() + 4 * i, &v, 4);
  }
  folder.write(name + ".json", side);
  return folder.write(name + ".f32", bytes);
}

}  // namespace

TEST_CASE("one line a window, with the times of a recording in snapshots") {
  support::scratch folder;
  auto const file = sine_file(folder, "a", 4000,
                              R"({"fs_hz":1000,"units":"m/s2","samples_per_snapshot":1000,"snapshot_interval_s":60,
                                  "first_snapshot_elapsed_s":5})");
  auto const o = features(folder, file + " --window 400 --hop 300 --band 50:150");
  CHECK(o.err.empty());
  REQUIRE(o.code == 0);
  REQUIRE(o.lines.size() == 4 * 3);
  CHECK(o.lines[4]["window"] == 4);
  CHECK(o.lines[4]["t_s"].get<double>() == Approx(65.3));
  CHECK(o.lines[4]["n"] == 400);
  CHECK(o.lines[4]["quality"]["level"] == "good");
  auto const& f = o.lines[4]["features"];
  CHECK(f["rms"].get<double>() == Approx(std::sqrt(2.0)).epsilon(1e-6));
  CHECK(f["band_power.50-150"].get<double>() == Approx(2).epsilon(1e-2));
  CHECK(f["peak_frequency.frequency"].get<double>() == Approx(100).epsilon(1e-4));
}

TEST_CASE("a unit nobody gave means no velocity, and samples that are not finite mean bad quality and no features") {
  support::scratch folder;
  auto const file = sine_file(folder, "a", 4000, R"({"fs_hz":4000})");
  auto o = features(folder, file);
  REQUIRE(o.lines.size() == 1);
  CHECK(o.lines[0]["features"]["velocity_rms_psd.v_rms"].is_null());
  CHECK_FALSE(o.lines[0]["features"]["rms"].is_null());
  std::string bytes = text_of(file);
  float const nan = std::numeric_limits<float>::quiet_NaN();
  std::memcpy(bytes.data() + 400, &nan, 4);
  folder.write("a.f32", bytes);
  o = features(folder, file);
  REQUIRE(o.lines.size() == 1);
  CHECK(o.lines[0]["quality"]["level"] == "bad");
  CHECK(o.lines[0]["quality"]["reasons"] == json::array({"not_finite"}));
  for (auto const& v : o.lines[0]["features"]) CHECK(v.is_null());
}

TEST_CASE("a bad file is named and the others are done; the exit code is 2") {
  support::scratch folder;
  auto const good = sine_file(folder, "good", 1000, R"({"fs_hz":1000})");
  auto const o = features(folder, folder.path("missing.f32") + " " + good);
  CHECK(o.code == 2);
  CHECK(o.lines.size() == 1);
  CHECK(o.err.starts_with("pdm: " + folder.path("missing.f32") + ":"));
  CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
}

TEST_CASE("wrong options and windows longer than the recording are refused with one line") {
  support::scratch folder;
  auto const file = sine_file(folder, "a", 1000, R"({"fs_hz":1000})");
  for (char const* wrong : {"--window 1001", "--band 100", "--band 200:100", "--features rmss", "--fs -1x"}) {
    auto const o = features(folder, file + " " + wrong);
    CAPTURE(wrong, o.err);
    CHECK(o.code == 2);
    CHECK(o.lines.empty());
    CHECK_FALSE(o.err.empty());
  }
  CHECK(features(folder, file + " --out /dev/full").code == 3);
}

TEST_CASE("the list names every feature with unit, definition and source") {
  support::scratch folder;
  auto const o = features(folder, "--list");
  REQUIRE(o.code == 0);
  CHECK(o.lines.size() > 40);
  for (auto const& l : o.lines) {
    for (char const* key : {"name", "unit", "definition", "source"}) CHECK_FALSE(l[key].get<std::string>().empty());
  }
}
