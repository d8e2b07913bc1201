#include "pdm/wire/json_text.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using pdm::wire::json_text;

TEST_CASE("a record reads back as it was written, and what is not finite is null") {
  json_text t;
  t.open('{').member("a", 0.1).member("n", std::uint64_t{18446744073709551615u}).member("b", true);
  t.member("nan", std::nan("")).member("s", "quote \" back \\ tab \t nul " + std::string(1, '\x01'));
  t.list("l", std::initializer_list<double>{1.0, 2.5}).null_member("z").close('}');
  auto const j = nlohmann::json::parse(t.view());
  CHECK(j["a"] == 0.1);
  CHECK(j["n"] == 18446744073709551615u);
  CHECK(j["nan"].is_null());
  CHECK(j["s"] == "quote \" back \\ tab \t nul " + std::string(1, '\x01'));
  CHECK(j["l"].size() == 2);
  CHECK(j["z"].is_null());
}

TEST_CASE("bytes that are no UTF-8 never reach the output") {
  for (std::string const bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "a\xe2\x82", "\xe0\x80\x80"}) {
    json_text t;
    t.value(std::string_view(bad));
    CHECK_NOTHROW(nlohmann::json::parse(t.view()));
  }
  json_text t;
  t.value("Grüße, 軸受");
  CHECK(nlohmann::json::parse(t.view()) == "Grüße, 軸受");
}

TEST_CASE("quality is written with its reasons by name") {
  pdm::quality q;
  q.mark(pdm::quality_reason::clipped, pdm::quality_level::uncertain);
  q.bad_share = 0.1f;
  json_text t;
  t.open('{').member("quality", q).close('}');
  CHECK(t.view() == R"({"quality":{"level":"uncertain","reasons":["clipped"],"bad_share":0.1}})");
}
