#include "pdm/monitor/config.hpp"

#include <filesystem>
#include <fstream>

#include "support/catch.hpp"

namespace monitor = pdm::monitor;

namespace {

// Writes a configuration to a file of its own and reads it.
auto read(std::string const& text) {
  auto const file = std::filesystem::path(PDM_BINARY_DIR) / "config_test.json";
  std::ofstream(file) << text;
  return monitor::read_config(file.string());
}

std::string first_error(std::string const& text) {
  auto const r = read(text);
  return r ? "no error" : r.error().at(0).what;
}

std::string with_line(std::string const& line) {
  return R"({"schema":"pdm.config/1","assets":[{"id":"a","sources":[{"file":"x.f32"}],"line":)" + line + "}]}";
}

}  // namespace

TEST_CASE("the twentieth pump is three lines: what a template says need not be said again") {
  auto const r = read(R"({"schema":"pdm.config/1",
    "templates":{"rotating":{"line":{"alarm":{"on":7,"off":3}}},
                 "pump":{"template":"rotating","machine":{"speed_rpm":1480},"points":[{"id":"de"},{"id":"nde"}]}},
    "assets":[{"id":"P-1","template":"pump","sources":[{"file":"a.f32"}]},
              {"id":"P-2","template":"pump","machine":{"name":"spare"},"sources":[{"file":"/b.f32"}],
               "line":{"alarm":{"off":2}}}]})");
  REQUIRE(r.ok());
  auto const& a = r->assets;
  CHECK(a[0].line.alarm.on == 7);
  CHECK(a[0].line.alarm.off == 3);
  CHECK(a[0].points.size() == 2);
  CHECK(a[1].line.alarm.on == 7);
  CHECK(a[1].line.alarm.off == 2);
  CHECK(a[1].machine.name == "spare");
  CHECK(a[1].machine.speed_rpm == 1480);
  CHECK(a[1].sources[0].file == "/b.f32");
  CHECK(std::filesystem::path(a[0].sources[0].file).is_absolute());
}

TEST_CASE("an unknown key is an error that names its path and the keys that are known") {
  auto const what = first_error(with_line(R"({"alarm":{"onn":3}})"));
  CHECK(what.find("assets[0].line.alarm.onn is not a known key") == 0);
  CHECK(what.find("on, off, k, n") != std::string::npos);
}

TEST_CASE("a value outside its range is an error that says the range") {
  CHECK(first_error(with_line(R"({"alarm":{"k":0}})")) == "assets[0].line.alarm.k is 0; give 1 to 64");
  CHECK(first_error(with_line(R"({"alarm":{"k":"two"}})")) == "assets[0].line.alarm.k is \"two\"; give a number");
  CHECK(first_error(with_line(R"({"alarm":{"k":2.5}})")) == "assets[0].line.alarm.k is 2.5; give a whole number");
  CHECK(first_error(with_line(R"({"alarm":{"k":5,"n":3}})")).find("larger than n") != std::string::npos);
  CHECK(first_error(with_line(R"({"alarm":7})")).find("give an object") != std::string::npos);
}

TEST_CASE("templates that are missing or go in a circle are named") {
  CHECK(first_error(R"({"schema":"pdm.config/1","assets":[{"id":"a","template":"t","sources":[{"file":"x"}]}]})")
            .find("names \"t\"") != std::string::npos);
  CHECK(first_error(R"({"schema":"pdm.config/1","templates":{"t":{"template":"u"},"u":{"template":"t"}},
                       "assets":[{"id":"a","template":"t","sources":[{"file":"x"}]}]})")
            .find("circle") != std::string::npos);
}

TEST_CASE("every mistake of a file is shown at once") {
  auto const r = read(with_line(R"({"alarm":{"k":0,"on":-1},"frame":{"detrend":"none at all"}})"));
  REQUIRE(!r.ok());
  CHECK(r.error().size() == 3);
}

TEST_CASE("a bearing by its geometry has the multiples of the closed form, and a wrong one is refused") {
  monitor::machine_settings s;
  s.bearings.emplace_back();
  s.bearings[0].elements = 9;
  s.bearings[0].element_diameter = 7.94;
  s.bearings[0].pitch_diameter = 39.04;
  auto const m = monitor::make_machine(s, "machine");
  REQUIRE(m.ok());
  CHECK(m->bearings[0].multiples.outer_race == Approx(9 / 2.0 * (1 - 7.94 / 39.04)));
  s.bearings[0].pitch_diameter = 5;
  CHECK(!monitor::make_machine(s, "machine").ok());
}

TEST_CASE("two assets, or two points of one, cannot have the same id") {
  CHECK(first_error(R"({"schema":"pdm.config/1","assets":[{"id":"a","sources":[{"file":"x"}]},
                        {"id":"a","sources":[{"file":"x"}]}]})")
            .find("stands twice") != std::string::npos);
}

TEST_CASE("the schema names every section with a description and a default") {
  auto const s = monitor::config_schema();
  auto const& line = s["properties"]["assets"]["items"]["properties"]["line"]["properties"];
  for (auto const* section : {"frame", "gate", "operating", "anomaly", "learning", "alarm", "prognosis", "events"}) {
    CAPTURE(section);
    CHECK(line.contains(section));
  }
  CHECK(line["alarm"]["properties"]["k"]["default"] == 2);
  CHECK(line["alarm"]["properties"]["k"]["minimum"] == 1);
  CHECK(line["alarm"]["additionalProperties"] == false);
}
