#include <bit>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "pdm/wire/recording.hpp"
#include "support/catch.hpp"

namespace {
namespace fs = std::filesystem;

fs::path folder() {
  static fs::path const made = [] {
    fs::path p = fs::path(PDM_BINARY_DIR) / "Testing" / "simulate";
    fs::remove_all(p);
    fs::create_directories(p);
    return p;
  }();
  return made;
}
std::string text_of(fs::path const& p) {
  std::ifstream in(p, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}
struct outcome {
  int code = -1;
  std::string out, err;
};
outcome simulate(std::string const& arguments) {
  auto const out = folder() / "stdout", err = folder() / "stderr";
  std::string const command =
      std::string(PDM_BINARY_DIR) + "/pdm simulate " + arguments + " >" + out.string() + " 2>" + err.string();
  int const raw = std::system(command.c_str());
  return {raw / 256, text_of(out), text_of(err)};
}
std::string into(std::string const& name) { return " --out " + (folder() / name).string(); }
}  // namespace

TEST_CASE("a simulated recording reads back with what its sidecar says") {
  auto const done = simulate("--seed 7 --fault inner_race --rpm 1800 --fs 8192 --seconds 1 --channels 2" + into("a"));
  CAPTURE(done.err);
  REQUIRE(done.code == 0);
  auto const line = nlohmann::json::parse(done.out);
  auto opened = pdm::wire::open_recording(line["file"].get<std::string>());
  REQUIRE(opened);
  auto const& info = (*opened)->info();
  CHECK(info.fs_hz == 8192);
  CHECK(info.samples == 8192);
  CHECK(info.channels.size() == 2);
  CHECK(info.shaft_hz == Approx(30));
  CHECK(info.quantity == pdm::unit::metre_per_second_squared);
  REQUIRE(info.bearing);
  CHECK(info.bearing->inner_race == Approx(5.4152).epsilon(1e-3));
  auto const sidecar = nlohmann::json::parse(text_of(line["sidecar"].get<std::string>()));
  CHECK(sidecar["fault_machine"][0]["kind"] == "inner_race");
}

TEST_CASE("the same seed gives the same bytes and another seed gives others") {
  REQUIRE(simulate("--seed 5 --fault ball --seconds 0.5 --name x" + into("b")).code == 0);
  REQUIRE(simulate("--seed 5 --fault ball --seconds 0.5 --name y" + into("b")).code == 0);
  REQUIRE(simulate("--seed 6 --fault ball --seconds 0.5 --name z" + into("b")).code == 0);
  auto const x = text_of(folder() / "b/x.f32");
  CHECK(x.size() == 12800 * 4);
  CHECK(x == text_of(folder() / "b/y.f32"));
  CHECK(x != text_of(folder() / "b/z.f32"));
}

TEST_CASE("snapshots of a life hold what the continuous recording holds at that time") {
  std::string const life = "--seed 3 --fault outer_race@2 --fs 2048 --seconds 10 --channels 2 ";
  REQUIRE(simulate(life + "--name whole" + into("c")).code == 0);
  REQUIRE(simulate(life + "--snapshot-s 0.5 --interval-s 2 --name shots" + into("c")).code == 0);
  auto whole = pdm::wire::open_recording((folder() / "c/whole.f32").string());
  auto shots = pdm::wire::open_recording((folder() / "c/shots.f32").string());
  REQUIRE(whole);
  REQUIRE(shots);
  CHECK((*shots)->info().snapshots == 5);
  std::vector<double> a(1024), b(1024);
  for (std::size_t channel : {0u, 1u}) {
    REQUIRE((*whole)->read(0, channel, 3 * 2 * 2048, a));
    REQUIRE((*shots)->read(3, channel, 0, b));
    CHECK(a == b);
  }
}

TEST_CASE("a machine that stops has a speed beside its vibration, and the truth says when it stood") {
  auto const done = simulate("--stops 2 --seconds 60 --fs 256 --interval-s 1 --snapshot-s 1" + into("d"));
  REQUIRE(done.code == 0);
  auto const line = nlohmann::json::parse(done.out);
  auto const speed = text_of(line["speed"].get<std::string>());
  CHECK(speed.starts_with("time_s,speed_hz,load\n0.0,25.0,1.0\n"));
  CHECK(speed.find("\n20.0,0.0,0.0\n") != std::string::npos);
  CHECK(text_of(line["truth"].get<std::string>()).find("\n20.0,off,0.0") != std::string::npos);
}

TEST_CASE("a sensor fault reaches the file and the truth in the sidecar") {
  REQUIRE(simulate("--sensor-fault not_finite@0.5:0.2:0.5 --sensor-fault stuck@0.8 --seconds 1 --fs 1000 --name s" +
                   into("e"))
              .code == 0);
  auto const bytes = text_of(folder() / "e/s.f32");
  int bad = 0, first = -1;
  for (int i = 0; i < 1000; ++i) {
    std::uint32_t word = 0;
    for (int k = 0; k < 4; ++k)
      word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[static_cast<std::size_t>(4 * i + k)]))
              << (8 * k);
    if (std::isfinite(std::bit_cast<float>(word))) continue;
    ++bad;
    if (first < 0) first = i;
  }
  CHECK(first >= 500);
  CHECK(bad > 50);
  CHECK(nlohmann::json::parse(text_of(folder() / "e/s.json"))["fault_sensor"][1]["kind"] == "stuck");
}

TEST_CASE("what cannot be simulated is refused with exit 2 and one line that says what to do") {
  for (std::string const wrong :
       {"--fault rust", "--fault ball@x", "--sensor-fault stuck", "--sensor-fault stuck@1:2:3:4", "--rpm 0", "--fs 0",
        "--fs nan", "--seconds -1", "--fault gear", "--severity 2 --fault ball", "--snapshot-s 20 --seconds 10",
        "--schedule /nowhere.csv", "--name a/b", "--seconds 1e10", "--fault ball@9 --life-s 3"}) {
    auto const done = simulate(wrong + into("f"));
    CAPTURE(wrong, done.err);
    CHECK(done.code == 2);
    CHECK(done.out.empty());
    CHECK(done.err.starts_with("pdm: "));
    CHECK(done.err.find("; ") != std::string::npos);
    CHECK(std::count(done.err.begin(), done.err.end(), '\n') == 1);
  }
  CHECK(simulate("--out tcp:4000").code == 2);
  CHECK(simulate("--out " + (folder() / "stdout").string()).code == 2);
  CHECK_FALSE(fs::exists(folder() / "f"));
}

TEST_CASE("a schedule is read from a file, and its bad line is named") {
  std::ofstream(folder() / "plan.csv") << "time_s,speed_hz,load\n0,10,1\n5,20,0.5\n";
  CHECK(simulate("--seconds 1 --schedule " + (folder() / "plan.csv").string() + into("g")).code == 0);
  std::ofstream(folder() / "plan.csv") << "time_s,speed_hz,load\n0,10,1\n5,fast,0.5\n";
  auto const done = simulate("--seconds 1 --schedule " + (folder() / "plan.csv").string() + into("g"));
  CHECK(done.code == 2);
  CHECK(done.err.find("plan.csv:3: ") != std::string::npos);
}
