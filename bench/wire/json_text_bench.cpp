// One record of a steady line as JSON: the writer of the library, the same through a document (nlohmann), and by
// std::snprintf into a fresh string. items_per_second counts records of about 600 bytes.
#include "pdm/wire/json_text.hpp"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/measure.hpp"

namespace {

using pdm::bench::measure;

constexpr std::array<char const*, 12> names{
    "vertical.rms",   "vertical.peak",  "vertical.kurtosis", "vertical.crest_factor", "vertical.std",
    "vertical.v",     "horizontal.rms", "horizontal.peak",   "horizontal.kurtosis",   "horizontal.crest_factor",
    "horizontal.std", "horizontal.v"};
constexpr char const* sentence = "Usual: the vibration of pump P-12 is what was learned.";

struct values {
  std::vector<double> all;
  std::size_t at = 0;
  values() {
    pdm::random_source draw(13);
    for (int i = 0; i < 4096; ++i) all.push_back(draw.normal());
  }
  double next() {
    at = (at + 1) % all.size();
    return all[at];
  }
};

void json_text_record(benchmark::State& state) {
  values v;
  pdm::wire::json_text json;
  std::uint64_t sequence = 0;
  measure(state, 1, [&] {
    json.clear();
    json.open('{').member("schema", "pdm.event/1").member("id", "0123456789abcdef").member("asset", "P-12");
    json.member("elapsed_s", static_cast<double>(sequence) * 10.0).member("seq", sequence).member("kind", "state");
    json.key("features").open('{');
    for (auto const* name : names) json.member(name, v.next());
    json.close('}').member("score", v.next()).member("p_value", v.next()).null_member("health");
    json.member("quality", pdm::quality{}).member("text", sentence).close('}');
    ++sequence;
    return json.view().size();
  });
}

void json_document_record(benchmark::State& state) {
  values v;
  std::uint64_t sequence = 0;
  measure(state, 1, [&] {
    nlohmann::ordered_json json;
    json["schema"] = "pdm.event/1";
    json["id"] = "0123456789abcdef";
    json["asset"] = "P-12";
    json["elapsed_s"] = static_cast<double>(sequence) * 10.0;
    json["seq"] = sequence++;
    json["kind"] = "state";
    for (auto const* name : names) json["features"][name] = v.next();
    json["score"] = v.next();
    json["p_value"] = v.next();
    json["health"] = nullptr;
    json["quality"] = {{"level", "good"}, {"reasons", nlohmann::ordered_json::array()}, {"bad_share", 0}};
    json["text"] = sentence;
    return json.dump().size();
  });
}

void json_printf_record(benchmark::State& state) {
  values v;
  std::uint64_t sequence = 0;
  measure(state, 1, [&] {
    char number[40];
    std::string json = "{\"schema\":\"pdm.event/1\",\"id\":\"0123456789abcdef\",\"asset\":\"P-12\"";
    auto const add = [&](std::string const& name, double value) {
      std::snprintf(number, sizeof number, "%.17g", value);
      json += "\"" + name + "\":" + number + ",";
    };
    json += ",";
    add("elapsed_s", static_cast<double>(sequence) * 10.0);
    add("seq", static_cast<double>(sequence++));
    json += "\"kind\":\"state\",\"features\":{";
    for (auto const* name : names) add(name, v.next());
    json.back() = '}';
    json += ",";
    add("score", v.next());
    add("p_value", v.next());
    json += "\"health\":null,\"quality\":{\"level\":\"good\",\"reasons\":[],\"bad_share\":0},\"text\":\"";
    json += sentence;
    json += "\"}";
    return json.size();
  });
}

}  // namespace

BENCHMARK(json_text_record);
BENCHMARK(json_document_record);
BENCHMARK(json_printf_record);
BENCHMARK_MAIN();
