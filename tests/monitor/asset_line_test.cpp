#include "pdm/monitor/asset_line.hpp"

#include <nlohmann/json.hpp>
#include <set>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace monitor = pdm::monitor;
using nlohmann::json;

namespace {

constexpr double fs = 2048;
constexpr std::size_t frame = 256;

// A shaft at 25 Hz in noise; from `onset_s` on it grows by a quarter a second.
std::vector<double> machine(double seconds, double onset_s, std::uint64_t seed = 7) {
  pdm::random_source draw(seed);
  std::vector<double> x(static_cast<std::size_t>(seconds * fs));
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const t = static_cast<double>(i) / fs;
    double const growth = t > onset_s ? pdm::math::exp(0.25 * (t - onset_s)) : 1;
    x[i] = growth * (pdm::math::sin_turns(i * 25, 2048) + 0.3 * draw.normal());
  }
  return x;
}

monitor::asset_settings settings() {
  monitor::asset_settings s;
  s.id = "pump";
  s.line.frame.length = frame;
  s.line.learning.skip_s = 2;
  s.line.learning.learn_s = 10;
  s.line.prognosis.hours_to_limit = 8.0 / 3600;
  return s;
}

pdm::wire::recording_info source(std::size_t channels = 1) {
  pdm::wire::recording_info i;
  i.fs_hz = fs;
  i.quantity = pdm::unit::metre_per_second_squared;
  for (std::size_t c = 0; c < channels; ++c) i.channels.push_back(c == 0 ? "a" : "b");
  i.samples = 1u << 20;
  i.shaft_hz = 25;
  return i;
}

struct harness {
  std::string text;
  std::unique_ptr<monitor::asset_line> line;
  std::uint64_t at = 0;

  explicit harness(monitor::asset_settings const& s = settings()) {
    auto made = monitor::asset_line::make(s, source(), pdm::report::catalogue::english(), [this](std::string_view e) {
      text += e;
      text += '\n';
    });
    REQUIRE(made.ok());
    line = std::move(*made);
  }
  void feed(std::span<double const> x, std::size_t chunk) {
    while (!x.empty()) {
      std::size_t const n = std::min({chunk, x.size(), line->max_block()});
      pdm::block_info info;
      info.sequence = at;
      info.source_time = pdm::sample_time(at, fs);
      line->process(0, pdm::block<double>(x.first(n), info));
      at += n;
      x = x.subspan(n);
    }
  }
  [[nodiscard]] std::vector<json> events(std::string const& kind) const {
    std::vector<json> out;
    std::size_t from = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; from = end + 1, end = text.find('\n', from)) {
      auto e = json::parse(text.substr(from, end - from));
      if (e["kind"] == kind) out.push_back(std::move(e));
    }
    return out;
  }
};

}  // namespace

TEST_CASE("the events of a line are the same bytes for any chunking of its samples") {
  auto const x = machine(30, 20);
  harness whole;
  whole.feed(x, frame);
  REQUIRE(whole.text.size() > 1000);
  for (std::size_t chunk : {1, 7, 100, 255}) {
    harness h;
    h.feed(x, chunk);
    CAPTURE(chunk);
    CHECK(h.text == whole.text);
  }
}

TEST_CASE("a line that was saved and restored goes on with the same bytes, before and after learning and in an alarm") {
  auto const x = machine(30, 20);
  harness whole;
  whole.feed(x, frame);
  for (std::size_t frames : {5, 60, 110, 190, 225}) {
    std::size_t const cut = frames * frame;
    harness first;
    first.feed(std::span(x).first(cut), frame);
    std::vector<std::byte> saved(first.line->saved_bytes());
    auto const bytes = first.line->save(saved);
    REQUIRE(bytes.ok());
    harness second;
    REQUIRE(second.line->restore(std::span(saved).first(*bytes)).ok());
    second.at = cut;
    second.feed(std::span(x).subspan(cut), frame);
    CAPTURE(frames);
    // program and units stand in the first state event of a process, so a restored line says them again
    auto const strip = [](std::string t) {
      auto const at = t.find(",\"program\":");
      if (at != std::string::npos) t.erase(at, t.find('}', at) + 1 - at);
      return t;
    };
    std::string const parts = strip(first.text) + strip(second.text), together = strip(whole.text);
    auto const differs = static_cast<std::size_t>(
        std::mismatch(parts.begin(), parts.end(), together.begin(), together.end()).first - parts.begin());
    INFO(parts.substr(differs > 80 ? differs - 80 : 0, 160));
    INFO(together.substr(differs > 80 ? differs - 80 : 0, 160));
    CHECK((parts == together));
  }
}

TEST_CASE("a healthy line learns, judges and stays silent; a fault that grows is caught, explained and followed") {
  harness healthy;
  healthy.feed(machine(60, 1e9), frame);
  CHECK(healthy.events("alarm").empty());
  CHECK(healthy.line->counts().watch_coverage() > 0.75);

  harness h;
  h.feed(machine(32, 20), frame);
  auto const alarms = h.events("alarm");
  REQUIRE(alarms.size() == 1);
  CHECK(alarms[0]["cause"] == "machine");
  CHECK(alarms[0]["elapsed_s"].get<double>() > 20);
  CHECK(alarms[0]["elapsed_s"].get<double>() < 24);
  CHECK(!alarms[0]["reasons"].empty());
  double sum = 0;
  for (auto const& [name, part] : alarms[0]["contributions"].items()) sum += part.get<double>();
  CHECK(sum == Approx(alarms[0]["score"].get<double>()).epsilon(1e-9));
  CHECK(alarms[0]["spectra"]["before"].size() == alarms[0]["spectra"]["after"].size());
  auto const lives = h.events("prognosis");
  REQUIRE(!lives.empty());
  CHECK(lives.front()["abstained"] == true);
  CHECK(!lives.front()["why"].empty());
  CHECK(lives.back()["abstained"] == false);
  auto const& rul = lives.back()["rul"];
  CHECK(rul["p10"].get<double>() <= rul["p50"].get<double>());
  REQUIRE(!h.events("advice").empty());
  CHECK(!h.events("advice")[0]["action"].get<std::string>().empty());
}

TEST_CASE("samples that are no numbers make the verdict unknown, never normal, and leave the baseline alone") {
  auto x = machine(40, 1e9);
  auto const clean = x;
  for (std::size_t i = 15 * 2048; i < 25 * 2048; ++i) x[i] = i % 3 == 0 ? pdm::math::not_a_number : 1e300;
  harness h;
  h.feed(x, frame);
  harness reference;
  reference.feed(clean, frame);
  bool unknown = false;
  for (auto const& e : h.events("state")) {
    double const t = e["elapsed_s"];
    if (t > 16 && t < 24) {
      CHECK(e["state"] == "unknown");
      CHECK(e["score"].is_null());
      unknown = true;
    }
  }
  CHECK(unknown);
  auto const alarms = h.events("alarm");
  REQUIRE(!alarms.empty());
  for (auto const& a : alarms) CHECK(a["cause"] == "measurement");
  auto const last = h.events("state").back(), expected = reference.events("state").back();
  CHECK(last["score"] == expected["score"]);
  CHECK(last["state"] == "normal");
}

TEST_CASE("judging makes no heap call once the line has settled") {
  harness h;
  auto const x = machine(40, 1e9);
  h.text.reserve(8u << 20);
  h.feed(std::span(x).first(30 * 2048), frame);
  auto const calls = pdm::test::heap_calls_in([&] { h.feed(std::span(x).subspan(30 * 2048), frame); });
  INFO(calls.taken << " calls, " << calls.bytes << " bytes");
  CHECK(calls.taken == 0);
}

TEST_CASE("ids of events depend on content and place alone") {
  harness a, b;
  auto const x = machine(25, 20);
  a.feed(x, frame);
  b.feed(x, 64);
  CHECK(a.text == b.text);
  std::set<std::string> ids;
  std::size_t n = 0;
  for (auto const* kind : {"quality", "state", "alarm", "prognosis", "advice", "model"}) {
    for (auto const& e : a.events(kind)) {
      ids.insert(e["id"].get<std::string>());
      ++n;
    }
  }
  CHECK(ids.size() == n);
}

TEST_CASE("settings that cannot work are refused in words") {
  auto s = settings();
  s.line.anomaly.detector = "crystal_ball";
  auto made = monitor::asset_line::make(s, source(), pdm::report::catalogue::english(), [](std::string_view) {});
  REQUIRE(!made.ok());
  CHECK(made.error().what.find("crystal_ball") != std::string::npos);
  s = settings();
  s.line.features = {"no_such_feature"};
  made = monitor::asset_line::make(s, source(), pdm::report::catalogue::english(), [](std::string_view) {});
  REQUIRE(!made.ok());
  CHECK(made.error().what.find("no_such_feature") != std::string::npos);
}
