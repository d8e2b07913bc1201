#include <cmath>
#include <nlohmann/json.hpp>

#include "pdm/core/random.hpp"
#include "pdm/wire/json.hpp"
#include "pdm/wire/recording.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using pdm::wire::open_recording;
using support::raw;

namespace {

std::vector<double> samples_of(pdm::wire::recording& r, std::uint64_t snapshot, std::size_t channel) {
  std::vector<double> x(r.info().samples);
  REQUIRE(r.read(snapshot, channel, 0, x));
  return x;
}

std::string refusal(std::string const& file, pdm::wire::read_options const& options = {}) {
  auto const r = open_recording(file, options);
  return r ? "" : r.error().message();
}

std::vector<float> ramp(int n) {
  std::vector<float> x;
  for (int i = 0; i < n; ++i) x.push_back(static_cast<float>(i));
  return x;
}

}  // namespace

TEST_CASE("a sidecar makes blocks of C rows of S samples") {
  support::scratch const s;
  auto const file = s.write("a.f32", raw(ramp(24)));
  s.write("a.json", R"({"fs_hz":100,"units":"g","channels":["h","v"],"samples_per_snapshot":4,"snapshot_interval_s":10,
    "first_snapshot_elapsed_s":20,"rpm":1800,"rpm_tolerance":0.01,"bearing":{"BPFO_x":3.5,"BSF_x":2,"designation":"x"},
    "label":"normal","unheard_of":{"deep":[1]}})");
  auto r = open_recording(file);
  REQUIRE(r);
  auto const& info = (*r)->info();
  CHECK(info.snapshots == 3);
  CHECK(info.samples == 4);
  CHECK(info.channels == std::vector<std::string>{"h", "v"});
  CHECK(info.quantity == pdm::unit::standard_gravity);
  CHECK(info.snapshot_elapsed_s(2) == 40);
  CHECK(info.shaft_hz == 30);
  CHECK(info.speed_tolerance == 0.01);
  REQUIRE(info.bearing);
  CHECK(info.bearing->outer_race == 3.5);
  CHECK(info.bearing->ball_defect == 4);
  CHECK(samples_of(**r, 1, 0) == std::vector<double>{8, 9, 10, 11});
  CHECK(samples_of(**r, 2, 1) == std::vector<double>{20, 21, 22, 23});

  std::vector<double> part(2);
  REQUIRE((*r)->read(1, 1, 2, part));
  CHECK(part == std::vector<double>{14, 15});
  CHECK_FALSE((*r)->read(1, 1, 3, part));
  CHECK_FALSE((*r)->read(3, 0, 0, part));
  CHECK_FALSE((*r)->read(0, 2, 0, part));

  auto v = open_recording(file, {.channel = "v"});
  REQUIRE(v);
  CHECK((*v)->info().channels == std::vector<std::string>{"v"});
  CHECK(samples_of(**v, 0, 0) == std::vector<double>{4, 5, 6, 7});
  auto first = open_recording(file, {.channel = "0"});
  REQUIRE(first);
  CHECK(samples_of(**first, 0, 0) == std::vector<double>{0, 1, 2, 3});
  CHECK(refusal(file, {.channel = "w"}) == file + ": there is no channel \"w\"; give one of: h, v, or an index from 0");
}

TEST_CASE("without samples_per_snapshot the channels are interleaved") {
  support::scratch const s;
  auto const file = s.write("a.f64", raw(std::vector<double>{0, 10, 1, 11, 2, 12}));
  s.write("a.json", R"({"fs_hz":100,"channels":2,"units":"furlongs"})");
  auto r = open_recording(file);
  REQUIRE(r);
  CHECK((*r)->info().snapshots == 1);
  CHECK((*r)->info().quantity == pdm::unit::unknown);
  CHECK(samples_of(**r, 0, 1) == std::vector<double>{10, 11, 12});
}

TEST_CASE("options go before the sidecar, and a motor card is read") {
  support::scratch const s;
  auto const file = s.write("a.f32", raw(ramp(8)));
  s.write("a.json", R"({"fs_hz":0,"motor":{"poles":4,"mains_hz":50,"rated_rpm":1480}})");
  auto r = open_recording(file, {.fs_hz = 48000});
  REQUIRE(r);
  CHECK((*r)->info().fs_hz == 48000);
  REQUIRE((*r)->info().motor);
  CHECK((*r)->info().motor->poles == 4);
  CHECK(refusal(file) == s.path("a.json") + ": \"fs_hz\" is 0; give the samples per second, from 1e-6 to 1e9");
  CHECK(refusal(file, {.fs_hz = 0}) == file + ": --fs is 0; give the samples per second, from 1e-6 to 1e9");
  CHECK(refusal(file, {.fs_hz = NAN}).find("--fs is nan") != std::string::npos);
}

TEST_CASE("a raw file that cannot be right is refused in words") {
  support::scratch const s;
  auto const bare = s.write("bare.f32", raw(ramp(8)));
  CHECK(refusal(bare) ==
        bare + ": there is no sampling rate; give --fs HZ, or write \"fs_hz\" into " + s.path("bare.json"));
  CHECK(refusal(s.write("b.f32", "0123456789"), {.fs_hz = 1}).find("the size 10 is not a multiple of 4 bytes") !=
        std::string::npos);
  CHECK(refusal(s.write("e.f32", ""), {.fs_hz = 1}) ==
        s.path("e.f32") + ": the file is empty; give a file with data in it");
  CHECK(refusal(s.path("none.f32")).find("there is no such file") != std::string::npos);
  CHECK(refusal(s.path("")).find("this is a directory") != std::string::npos);
  CHECK(refusal(s.write("a.xyz", "abcd")).find("the ending of the name tells no format") != std::string::npos);
  CHECK(refusal(bare, {.format = "mp3"}).find("\"mp3\" is no format") != std::string::npos);

  s.write("bare.json", R"({"fs_hz":100,"samples_per_snapshot":3})");
  CHECK(refusal(bare).find("8 samples a channel are not a whole number of snapshots of 3") != std::string::npos);
  s.write("bare.json", R"({"fs_hz":100,"channels":["a","b","c"]})");
  CHECK(refusal(bare).find("the size 32 is not a multiple of 3 channels of 4 bytes") != std::string::npos);
}

TEST_CASE("a sidecar with a wrong field is refused by the field's name") {
  support::scratch const s;
  auto const file = s.write("a.f32", raw(ramp(8)));
  struct wrong {
    char const* text;
    char const* says;
  };
  for (auto const& w : std::initializer_list<wrong>{
           {R"({"fs_hz":"fast"})", "\"fs_hz\" is not a number"},
           {R"({"fs_hz":-1})", "\"fs_hz\" is -1"},
           {R"({"fs_hz":1e300})", "\"fs_hz\" is 1e+300"},
           {R"({"fs_hz":100,"channels":[]})", "\"channels\" is not a list of names"},
           {R"({"fs_hz":100,"channels":[1]})", "\"channels\" has an entry that is not a name"},
           {R"({"fs_hz":100,"channels":0})", "\"channels\" is 0"},
           {R"({"fs_hz":100,"channels":1000000000000})", "\"channels\" is 1000000000000"},
           {R"({"fs_hz":100,"samples_per_snapshot":0})", "\"samples_per_snapshot\" is 0"},
           {R"({"fs_hz":100,"samples_per_snapshot":2.5})", "\"samples_per_snapshot\" is 2.5"},
           {R"({"fs_hz":100,"samples_per_snapshot":1e18})", "\"samples_per_snapshot\" is 1e+18"},
           {R"({"fs_hz":100,"samples_per_snapshot":4,"snapshot_interval_s":0.01})", "\"snapshot_interval_s\" is 0.01"},
           {R"({"fs_hz":100,"first_snapshot_elapsed_s":-5})", "\"first_snapshot_elapsed_s\" is -5"},
           {R"({"fs_hz":100,"rpm":-5})", "\"rpm\" / 60 is -0.0833333"},
           {R"({"fs_hz":100,"rpm":1500,"rpm_tolerance":30})", "\"rpm_tolerance\" is 30"},
           {R"({"fs_hz":100,"bearing":[]})", "\"bearing\" is not an object"},
           {R"({"fs_hz":100,"bearing":{"BPFO_x":"3"}})", "\"bearing.BPFO_x\" is not a number"},
           {R"({"fs_hz":100,"motor":{"poles":3,"mains_hz":50}})", "\"motor.poles\""},
           {R"([1])", "this sidecar is not a JSON object"},
           {"{\n\"fs_hz\":100,,}", "not valid JSON"},
       }) {
    s.write("a.json", w.text);
    auto const message = refusal(file);
    CAPTURE(w.text, message);
    CHECK(message.starts_with(s.path("a.json")));
    CHECK(message.find(w.says) != std::string::npos);
    CHECK(message.find("; ") != std::string::npos);
  }
}

TEST_CASE("no bytes in a sidecar crash the reader") {
  support::scratch const s;
  auto const file = s.write("a.f32", raw(ramp(8)));
  std::string const good =
      R"({"fs_hz":100,"channels":["h","v"],"samples_per_snapshot":4,"rpm":1800,"motor":{"poles":2}})";
  pdm::random_source draw(3);
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    std::string text = i < static_cast<int>(good.size()) ? good.substr(0, static_cast<std::size_t>(i)) : good;
    if (text.size() == good.size()) {
      text[static_cast<std::size_t>(draw.uniform() * static_cast<double>(text.size()))] =
          static_cast<char>(static_cast<unsigned char>(draw.uniform() * 256));
    }
    s.write("a.json", text);
    refused += open_recording(file).ok() ? 0 : 1;
  }
  CHECK(refused > static_cast<int>(good.size()));
}

TEST_CASE("every recorded file opens and its moments are those of its sidecar") {
  std::filesystem::path const shared = std::filesystem::path(PDM_SOURCE_DIR) / ".." / "shared" / "data";
  if (!std::filesystem::is_directory(shared)) {
    std::puts("SKIPPED: no recorded data beside the tree");
    return;
  }
  int opened_files = 0, checked = 0;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(shared)) {
    if (entry.path().extension() != ".f32") continue;
    auto r = open_recording(entry.path().string());
    if (!r) FAIL(r.error().message());
    ++opened_files;
    auto beside = entry.path();
    auto const said = pdm::wire::parse_json_file(beside.replace_extension(".json").string());
    REQUIRE(said);
    if (!said->contains("check")) continue;
    auto const x = samples_of(**r, 0, 0);
    double const n = static_cast<double>(x.size());
    double sum = 0, square = 0, peak = 0, m2 = 0, m4 = 0;
    for (double v : x) {
      sum += v;
      square += v * v;
      peak = std::max(peak, std::abs(v));
    }
    double const mean = sum / n;
    for (double v : x) {
      double const d = (v - mean) * (v - mean);
      m2 += d;
      m4 += d * d;
    }
    auto const& check = (*said)["check"];
    CAPTURE(entry.path().string());
    CHECK(mean == Approx(check["mean"].get<double>()).epsilon(1e-9).margin(1e-12));
    CHECK(std::sqrt(square / n) == Approx(check["rms"].get<double>()).epsilon(1e-12));
    CHECK(peak == check["peak_abs"].get<double>());
    CHECK(n * m4 / (m2 * m2) == Approx(check["kurtosis_pearson"].get<double>()).epsilon(1e-11));
    ++checked;
  }
  CHECK(opened_files > 0);
  CHECK(checked > 0);
}
