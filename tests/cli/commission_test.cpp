#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/program.hpp"

namespace {

using nlohmann::json;
using support::outcome;
using support::pdm_says;

constexpr double rate = 2560;

// A shaft at 24.6 Hz over coloured noise from `from` to `to` seconds, the noise of the sensor elsewhere.
std::string vibration(double seconds, double from, double to) {
  pdm::random_source draw(2);
  std::string bytes;
  double colour = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(seconds * rate); ++i) {
    double const t = static_cast<double>(i) / rate;
    double x = 0.001 * draw.normal();
    colour = 0.9 * colour + draw.normal();
    if (t >= from && t < to) {
      x += 0.05 * colour;
      for (int h = 1; h <= 8; ++h) x += 0.2 / h * std::sin(2 * std::numbers::pi * 24.6 * h * t + h);
    }
    auto const sample = static_cast<float>(x);
    bytes.append(reinterpret_cast<char const*>(&sample), sizeof sample);
  }
  return bytes;
}

json line_of(outcome const& o) {
  REQUIRE(o.code == 0);
  REQUIRE(support::lines_of(o.out) == 1);
  return json::parse(o.out);
}

}  // namespace

TEST_CASE("commission finds a running machine and its speed, and writes a configuration that --check accepts") {
  support::scratch const s;
  auto const file = s.write("pump.f32", vibration(20, 0, 20));
  auto const config = s.path("plant.json");
  auto const found = line_of(pdm_says(s, "commission --fs 2560 --config " + config + " " + file));
  CHECK(found["running"] == "running");
  CHECK(std::fabs(found["speed"]["hz"].get<double>() - 24.6) < 0.05);
  CHECK(found["mains_hz"].is_null());
  CHECK(found["level"]["unit"] == "unknown");
  CHECK(found["can_see"].size() == 2);
  CHECK(found["missing"].size() >= 3);
  auto const checked = pdm_says(s, "run --check " + config);
  CAPTURE(checked.err);
  CHECK(checked.code == 0);
  auto const plant = json::parse(support::text_of(config));
  CHECK(std::fabs(plant["assets"][0]["machine"]["speed_hz"].get<double>() - 24.6) < 0.05);
}

TEST_CASE("commission says that a machine stands, or runs for a part of the time") {
  support::scratch const s;
  auto const off = line_of(pdm_says(s, "commission --fs 2560 " + s.write("off.f32", vibration(20, 0, 0))));
  CHECK(off["running"] == "off");
  CHECK(off["speed"]["hz"].is_null());
  auto const partly = line_of(pdm_says(s, "commission --fs 2560 " + s.write("part.f32", vibration(60, 20, 45))));
  CHECK(partly["running"] == "partly");
  CHECK(std::fabs(partly["running_share"].get<double>() - 25.0 / 60) < 0.02);
  CHECK(std::fabs(partly["speed"]["hz"].get<double>() - 24.6) < 0.05);
}

TEST_CASE("commission names a bad file and looks at the others") {
  support::scratch const s;
  auto const good = s.write("good.f32", vibration(4, 0, 4)), bad = s.write("bad.f32", "xyz");
  auto const got = pdm_says(s, "commission --fs 2560 " + bad + " " + good);
  CHECK(got.code == 2);
  CHECK(support::lines_of(got.out) == 1);
  CHECK(got.err.starts_with("pdm: " + bad + ": "));
  support::refuses(s, "commission --fs 2560 " + s.write("short.f32", std::string(400, 'x')), s.path("short.f32") + ": ",
                   "fewer than 256 samples");
}
