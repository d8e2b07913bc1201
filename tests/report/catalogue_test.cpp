#include "pdm/report/catalogue.hpp"

#include <algorithm>
#include <filesystem>
#include <regex>
#include <set>

#include "pdm/core/event.hpp"
#include "pdm/report/captions.hpp"
#include "report/pseudo_language.hpp"
#include "support/catch.hpp"

namespace {

using pdm::message;
using pdm::message_key;
using pdm::report::catalogue;
using std::string_view;
using key_set = std::set<std::string>;

// The keys that a header declares one by one.
void add_declared(key_set& keys, std::string const& header) {
  std::string const text = pdm_test::file_text(PDM_SOURCE_DIR "/include/pdm/" + header);
  REQUIRE(!text.empty());
  std::regex const declaration("message_key\\s+\\w+\\s*\\{\\s*\"([a-z_.0-9]+)\"");
  for (std::sregex_iterator i(text.begin(), text.end(), declaration), end; i != end; ++i) keys.insert((*i)[1]);
}

template <class Names>
void add_family(key_set& keys, std::string const& family, Names const& members) {
  for (auto const& member : members) keys.insert(family + "." + std::string(member));
}

key_set declared_keys() {
  key_set keys;
  add_declared(keys, "core/message.hpp");
  add_declared(keys, "report/captions.hpp");
  add_family(keys, "state", pdm::asset_state_names);
  add_family(keys, "operating", pdm::operating_state_names);
  add_family(keys, "priority", pdm::alarm_priority_names);
  add_family(keys, "phase", pdm::alarm_phase_names);
  add_family(keys, "cause", pdm::event_cause_names);
  add_family(keys, "kind", pdm::event_kind_names);
  add_family(keys, "quality", pdm::quality_reason_names);
  add_family(keys, "level", std::array<string_view, 3>{"good", "uncertain", "bad"});
  add_family(keys, "fault", pdm::messages::fault_words);
  add_family(keys, "feature", pdm::messages::feature_words);
  add_family(keys, "scaling", pdm::report::captions::scaling_words);
  return keys;
}

key_set minus(key_set const& a, key_set const& b) {
  key_set rest;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(rest, rest.end()));
  return rest;
}

std::multiset<std::string> placeholders(std::string const& words) {
  std::multiset<std::string> found;
  std::regex const form("\\{[^}]*\\}");
  for (std::sregex_iterator i(words.begin(), words.end(), form), end; i != end; ++i) found.insert((*i)[0]);
  return found;
}

catalogue with(std::string const& key, std::string const& words) {
  return *catalogue::parse(nlohmann::json{{key, words}}.dump());
}

TEST_CASE("every declared key has words, and every key with words is declared, in every language") {
  auto const declared = declared_keys();
  std::size_t languages = 0;
  for (auto const& file : std::filesystem::directory_iterator(PDM_SOURCE_DIR "/docs/messages")) {
    INFO(file.path().filename().string());
    auto const words = catalogue::parse(pdm_test::file_text(file.path()));
    REQUIRE(words);
    key_set there;
    for (auto const& [key, text] : words->templates()) there.insert(key);
    CHECK(minus(declared, there) == key_set{});
    CHECK(minus(there, declared) == key_set{});
    CHECK(words->tag() == file.path().stem().string());
    ++languages;
  }
  CHECK(languages >= 2);
  CHECK(catalogue::english().templates().size() == declared.size());
}

TEST_CASE("every language uses the same arguments with the same formats as English") {
  for (auto const& file : std::filesystem::directory_iterator(PDM_SOURCE_DIR "/docs/messages")) {
    auto const words = catalogue::parse(pdm_test::file_text(file.path()));
    REQUIRE(words);
    for (auto const& [key, text] : words->templates()) {
      INFO(file.path().filename().string() << " " << key);
      auto const english = catalogue::english().templates().find(key);
      REQUIRE(english != catalogue::english().templates().end());
      CHECK(placeholders(text) == placeholders(english->second));
    }
  }
}

TEST_CASE("every placeholder in the catalogues has a format that is known") {
  std::regex const known("\\{[0-5](:(\\.[0-9]f|count|percent|duration|feature|@[a-z]+))?\\}");
  for (auto const& [key, text] : catalogue::english().templates()) {
    for (auto const& p : placeholders(text)) {
      INFO(key << " " << p);
      CHECK(std::regex_match(p, known));
    }
  }
}

TEST_CASE("a message becomes a sentence with its arguments in place") {
  auto const& en = catalogue::english();
  CHECK(en.render(message(pdm::messages::reason_times_usual, string_view("horizontal.rms"), 3.14159)) ==
        "vibration (RMS) at horizontal is 3.1 times its usual value");
  CHECK(en.render(message(pdm::messages::advice_inspect_within, string_view("the bearing"), 3 * 86400.0)) ==
        "Inspect the bearing within 3 days.");
  CHECK(en.render(message(pdm::messages::reason_bad_data, string_view("vertical"), 0.25, string_view("clipped"))) ==
        "25 % of the data from vertical cannot be used: the signal hits the limit of the sensor");
}

TEST_CASE("numbers are written as a person would, never as NaN or minus zero") {
  auto const& en = catalogue::english();
  CHECK(en.number(0) == "0");
  CHECK(en.number(1234567) == "1234567");
  CHECK(en.number(0.123456) == "0.1235");
  CHECK(en.number(12.0) == "12");
  CHECK(en.number(100.04) == "100");
  CHECK(en.number(-0.0001, 2) == "0.00");
  CHECK(en.number(1e-7) == "1e-07");
  CHECK(en.number(std::nan("")) == "–");
  CHECK(en.percent(0) == "0 %");
  CHECK(en.percent(0.0001) == "<0.1 %");
  CHECK(en.percent(0.9999) == "99.99 %");
  CHECK(en.percent(1) == "100 %");
}

TEST_CASE("a span of time is said in the unit that a person would choose") {
  auto const& en = catalogue::english();
  CHECK(en.duration(1) == "1 second");
  CHECK(en.duration(89) == "89 seconds");
  CHECK(en.duration(35 * 60) == "35 minutes");
  CHECK(en.duration(9.5 * 3600) == "9.5 hours");
  CHECK(en.duration(24 * 3600) == "24 hours");
  CHECK(en.duration(3 * 86400) == "3 days");
  CHECK(en.duration(21 * 86400) == "3 weeks");
  CHECK(en.duration(365.2425 * 86400) == "12 months");
}

TEST_CASE("another language has its own decimal mark and falls back to English where it has no words") {
  auto const words = catalogue::parse(R"({"number.decimal": ",", "duration.hours": "{0} Stunden"})");
  REQUIRE(words);
  CHECK(words->duration(1.6 * 3600) == "1,6 Stunden");
  CHECK(words->duration(3 * 86400) == "3 days");
}

TEST_CASE("what is missing stays visible and never fails") {
  auto const& en = catalogue::english();
  CHECK(en.render(message(message_key{"no.such_key"})) == "<no.such_key>");
  CHECK(en.render(message(pdm::messages::reason_times_usual, string_view("rms"))) ==
        "vibration (RMS) is {1:.1f?} times its usual value");
  CHECK(with("a.b", "stray } and {9} and {} and { x }").render(message(message_key{"a.b"}, 1.0)) ==
        "stray } and {9?} and {?} and { x ?}");
  CHECK(with("a.b", "open {0").render(message(message_key{"a.b"}, 1.0)) == "open {0");
  CHECK(with("a.b", "{{0}} {0:nonsense}").render(message(message_key{"a.b"}, 1.5)) == "{0} 1.5");
}

TEST_CASE("features are named in words, and an unknown one by its own name") {
  auto const& en = catalogue::english();
  CHECK(en.feature("rms") == "vibration (RMS)");
  CHECK(en.feature("vertical.kurtosis") == "impulsiveness (kurtosis) at vertical");
  CHECK(en.feature("horizontal.log_rms") == "vibration (RMS), logarithmic at horizontal");
  CHECK(en.feature("horizontal.band_power.1000-2000") == "vibration power from 1000 to 2000 Hz at horizontal");
  CHECK(en.feature("T2M.whatever") == "T2M.whatever");
}

TEST_CASE("a catalogue that is not a flat object of texts is refused with the reason") {
  auto const problem = [](std::string const& json) {
    auto const read = catalogue::parse(json);
    REQUIRE(!read);
    return read.error();
  };
  CHECK(problem("") == "is not JSON at byte 1");
  CHECK(problem("[]") == "wants a text for the key \"\"");
  CHECK(problem(R"({"a": 1})") == "wants a text for the key \"a\"");
  CHECK(problem(R"({"a": {"b": "c"}})") == "wants a text for the key \"a\"");
  CHECK(problem(R"({"a": "b", "a": "c"})") == "has the key \"a\" twice");
  CHECK(problem(std::string(200000, '[')) == "wants a text for the key \"\"");
  CHECK(problem(std::string(2u << 20, ' ')) == "is larger than 1 MB");
}

TEST_CASE("in the pseudo-language no English letter is left outside the arguments") {
  auto const words = catalogue::parse(pdm_test::pseudo_catalogue());
  REQUIRE(words);
  for (auto const& [key, text] : words->templates()) {
    if (key == "language.tag" || key == "number.decimal") continue;
    INFO(key << " " << text);
    CHECK(std::regex_replace(text, std::regex("\\{[^}]*\\}"), "")
              .find_first_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos);
  }
  CHECK(words->word(pdm::messages::advice_none) == "[Ñöţĥîñĝ ţö ðö. ~~]");
}

}  // namespace
