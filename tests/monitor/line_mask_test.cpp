#include <nlohmann/json.hpp>

#include "pdm/core/random.hpp"
#include "pdm/monitor/asset_line.hpp"
#include "support/catch.hpp"

namespace monitor = pdm::monitor;
using nlohmann::json;

namespace {

constexpr double fs = 4096;
constexpr std::size_t frame = 1024;

// A loud shaft line in noise; from `onset_s` on a line at 777 Hz, 30 dB below it and 11 dB above the noise of its band.
std::vector<double> machine(double seconds, double onset_s, double speed_hz = 25, std::uint64_t seed = 3) {
  pdm::random_source draw(seed);
  std::vector<double> x(static_cast<std::size_t>(seconds * fs));
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const t = static_cast<double>(i) / fs;
    x[i] = pdm::math::sin_turns(static_cast<std::int64_t>(i) * static_cast<std::int64_t>(speed_hz * 4), 16384) +
           0.05 * draw.normal();
    if (t > onset_s) x[i] += 0.0316 * pdm::math::sin_turns(static_cast<std::int64_t>(i) * 777, 4096);
  }
  return x;
}

monitor::asset_settings settings(std::optional<double> alarm_db) {
  monitor::asset_settings s;
  s.id = "pump";
  s.line.frame.length = frame;
  s.line.learning.skip_s = 2;
  s.line.learning.learn_s = 20;
  s.line.mask.alarm_db = alarm_db;
  s.line.anomaly.features = {"rms"};
  return s;
}

struct watched {
  std::vector<json> alarms, advice;
  json last_state;
  std::string text;
};

watched watch(monitor::asset_settings const& s, std::span<double const> x, std::size_t cut = 0) {
  pdm::wire::recording_info source;
  source.fs_hz = fs;
  source.quantity = pdm::unit::metre_per_second_squared;
  source.channels = {"a"};
  source.samples = 1u << 22;
  source.shaft_hz = 25;
  watched w;
  auto const make = [&] {
    auto made = monitor::asset_line::make(s, source, pdm::report::catalogue::english(), [&w](std::string_view e) {
      w.text += e;
      w.text += '\n';
      auto j = json::parse(e);
      if (j["kind"] == "alarm") w.alarms.push_back(j);
      if (j["kind"] == "advice") w.advice.push_back(j);
      if (j["kind"] == "state") w.last_state = j;
    });
    REQUIRE(made.ok());
    return std::move(*made);
  };
  auto line = make();
  for (std::size_t at = 0; at + frame <= x.size(); at += frame) {
    if (cut != 0 && at == cut) {
      std::vector<std::byte> saved(line->saved_bytes());
      auto const bytes = line->save(saved);
      REQUIRE(bytes.ok());
      line = make();
      REQUIRE(line->restore(std::span(saved).first(*bytes)).ok());
    }
    pdm::block_info info;
    info.sequence = at;
    info.source_time = pdm::sample_time(at, fs);
    line->process(0, pdm::block<double>(x.subspan(at, frame), info));
  }
  return w;
}

}  // namespace

TEST_CASE("A line far below the level of the machine raises the mask's alarm and is named; the level sees nothing",
          "[monitor]") {
  auto const x = machine(90, 60);
  auto const w = watch(settings(3.0), x);
  REQUIRE(w.alarms.size() == 1);
  auto const& a = w.alarms.front();
  CHECK(a["rule"] == "mask");
  CHECK(a["cause"] == "machine");
  CHECK(a["elapsed_s"].get<double>() > 59);
  CHECK(a["elapsed_s"].get<double>() < 62);
  REQUIRE(a["lines"].size() >= 1);
  CHECK(std::abs(a["lines"][0]["hz"].get<double>() - 777) <= 4);
  CHECK(std::abs(a["lines"][0]["order"].get<double>() - 777.0 / 25) <= 0.2);
  CHECK(a["lines"][0]["above_db"].get<double>() > 3);
  CHECK(a["reasons"][0].get<std::string>().find("776.0 Hz") != std::string::npos);
  CHECK(a["spectra"].is_object());
  // what follows from it: somebody looks at the machine; no end of life is made from a level that does not grow
  CHECK(w.last_state["state"] == "maintenance_required");
  CHECK(w.last_state["text"].get<std::string>().find("776.0 Hz") != std::string::npos);
  REQUIRE(w.advice.size() == 1);
  CHECK(w.advice.front()["priority"] == "medium");
  CHECK(w.advice.front()["action"].get<std::string>().starts_with("Inspect"));
  CHECK(w.text.find("\"rul\":{") == std::string::npos);
  auto const level_alone = watch(settings(std::nullopt), x);
  CHECK(level_alone.alarms.empty());
}

TEST_CASE("Usual spectra raise no alarm of the mask in half an hour", "[monitor]") {
  CHECK(watch(settings(3.0), machine(1800, 1e9)).alarms.empty());
}

TEST_CASE("A line with a mask that was saved and restored raises the same alarm", "[monitor]") {
  auto const x = machine(90, 60);
  auto const whole = watch(settings(3.0), x);
  for (std::size_t frames : {20, 200, 300}) {
    auto const again = watch(settings(3.0), x, frames * frame);
    REQUIRE(again.alarms.size() == whole.alarms.size());
    CHECK(again.alarms.front() == whole.alarms.front());
  }
}
