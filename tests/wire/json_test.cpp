#include "pdm/wire/json.hpp"

#include <nlohmann/json.hpp>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

using pdm::wire::parse_json;

namespace {
std::string refusal(std::string const& text, pdm::wire::json_limits const& limits = {}) {
  auto const r = parse_json(text, "x.json", limits);
  return r ? "" : r.error().message();
}
}  // namespace

TEST_CASE("a good text becomes the value that stands there") {
  auto const r = parse_json(R"({"a":[1,-2,3.5,true,null,"x"],"b":{"c":[]},"d":18446744073709551615})", "x.json");
  REQUIRE(r);
  CHECK((*r)["a"].size() == 6);
  CHECK((*r)["a"][2] == 3.5);
  CHECK((*r)["b"]["c"].is_array());
  CHECK((*r)["d"] == 18446744073709551615ull);
  CHECK(*r == nlohmann::json::parse(r->dump()));
}

TEST_CASE("JSON nested 200,000 deep is refused with its place and does not crash") {
  CHECK(refusal(std::string(200000, '[')) == "x.json:1: nested more than 64 deep; flatten it");
  std::string objects;
  for (int i = 0; i < 200000; ++i) objects += "{\"a\":";
  CHECK(refusal(objects) == "x.json:1: nested more than 64 deep; flatten it");
  CHECK(parse_json(std::string(64, '[') + std::string(64, ']'), "x.json"));
}

TEST_CASE("what is not JSON is refused with the line it stands in") {
  CHECK(refusal("{\n \"a\": 1,\n \"a\": 2\n}") ==
        "x.json:3: the key \"a\" stands twice in one object; keep one of the two");
  CHECK(refusal("{\n \"a\": NaN\n}").starts_with("x.json:2: not valid JSON: "));
  CHECK(refusal("{\n \"a\": 1e999\n}").starts_with("x.json:2: not valid JSON: "));
  CHECK(refusal("{}\n\nx").starts_with("x.json:3: not valid JSON: "));
  CHECK(refusal("[1,\n2,\n").starts_with("x.json:2: not valid JSON: "));
  CHECK(refusal("").starts_with("x.json:1: not valid JSON: "));
  CHECK(refusal("// no\n{}").starts_with("x.json:1: not valid JSON: "));
  CHECK(refusal("[\"\xff\"]").starts_with("x.json:1: not valid JSON: "));
  CHECK(refusal("[\"\x01\"]").find('\x01') == std::string::npos);
}

TEST_CASE("size and count have limits that the error names") {
  CHECK(refusal("[1,2,3,4]", {.nodes = 4}) == "x.json:1: more than 4 values; split it into smaller files");
  CHECK(refusal("[1,2,3,4]", {.nodes = 5}).empty());
  CHECK(refusal("[1,2,3,4]", {.bytes = 8}).find("more than the limit of 8") != std::string::npos);
  CHECK(refusal("\"" + std::string(100000, 'a')).size() < 300);
}

TEST_CASE("no bytes whatever crash the JSON parser") {
  std::string const good =
      R"({"fs_hz":25600.0,"channels":["a","b"],"bearing":{"BPFO_x":3.5,"x":[{"y":1e-3}]},"t":true})";
  for (std::size_t n = 0; n < good.size(); ++n) CHECK_FALSE(parse_json(good.substr(0, n), "x.json"));
  pdm::random_source draw(7);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    for (int k = 0; k < 1 + i % 4; ++k) {
      auto const at = static_cast<std::size_t>(draw.uniform() * static_cast<double>(text.size()));
      text[at] = static_cast<char>(static_cast<unsigned char>(draw.uniform() * 256));
    }
    accepted += parse_json(text, "x.json").ok() ? 1 : 0;
  }
  CHECK(accepted < 20000);
}

TEST_CASE("a file is read, or refused in the words of every file") {
  support::scratch const s;
  CHECK(pdm::wire::parse_json_file(s.write("good.json", "[1]")));
  CHECK(pdm::wire::parse_json_file(s.path("none.json")).error().what == "there is no such file");
  CHECK(pdm::wire::parse_json_file(s.path("")).error().what == "this is a directory, not a file");
  CHECK(pdm::wire::parse_json_file(s.write("empty.json", "")).error().what == "the file is empty");
}
