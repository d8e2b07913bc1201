#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "pdm/report/section.hpp"
#include "report/pseudo_language.hpp"
#include "support/catch.hpp"

namespace {

using json = nlohmann::json;
using pdm::report::catalogue;
using pdm::report::history_reader;

json event(std::string const& asset, std::string const& kind, double t, int n) {
  return {{"schema", "pdm.event/1"},
          {"id", asset + kind + std::to_string(n)},
          {"asset", asset},
          {"t", nullptr},
          {"elapsed_s", t},
          {"seq", n},
          {"kind", kind},
          {"cause", "machine"},
          {"state", "normal"},
          {"measurement", "normal"},
          {"text", "0"},
          {"operating", {{"state", "steady"}, {"regime", "1"}, {"run_hours", t / 3600}}},
          {"quality", {{"level", "good"}, {"reasons", json::array()}, {"bad_share", 0}}}};
}

json state(std::string const& asset, double t, int n, double rms) {
  auto e = event(asset, "state", t, n);
  e["features"] = {{"h.rms", rms}, {"h.kurtosis", nullptr}};
  if (n == 1) e["units"] = {{"h.rms", "g"}};
  e.update({{"score", rms * 3}, {"threshold", 6.0}, {"p_value", 0.5}, {"health", 0.75}, {"abstained", false}});
  e.update({{"why", json::array()}, {"needs", json::array()}});
  return e;
}

json alarm(std::string const& asset, double t, int n) {
  auto e = event(asset, "alarm", t, n);
  e.update({{"rule", "anomaly"}, {"priority", "high"}, {"phase", "raised"}, {"score", 7.5}, {"threshold", 6.0}});
  e["contributions"] = {{"h.log_rms", 5.0}, {"h.kurtosis", 2.5}};
  e["reasons"] = json::array({"0"});
  std::vector<double> const lines{0, 1, 2, 3, 2, 1};
  e["spectra"] = {{"point", "h"},
                  {"unit", "g"},
                  {"scaling", "rms"},
                  {"df_hz", 50.0},
                  {"before", lines},
                  {"after", lines},
                  {"envelope", {{"df_hz", 1.0}, {"before", lines}, {"after", lines}, {"lines", {{"BPFO", 2.0}}}}}};
  return e;
}

json prognosis(std::string const& asset, double t, int n, bool abstained) {
  auto e = event(asset, "prognosis", t, n);
  e.update({{"event", "limit:h.rms"}, {"clock", "operating"}, {"health", 0.75}, {"abstained", abstained}});
  e["rul"] =
      abstained ? json() : json{{"mean", 900}, {"p05", 100},  {"p10", 200},     {"p25", 400},      {"p50", 800},
                                {"p75", 1200}, {"p90", 1600}, {"p95", nullptr}, {"horizon", 2000}, {"unit", "s"}};
  e["basis"] = {{"failures", 5}, {"censored", 1}, {"priors", json::array({"0"})}};
  e["assumes"] = json::array({"0"});
  e["why"] = abstained ? json::array({"0"}) : json::array();
  e["needs"] = e["why"];
  return e;
}

json advice(std::string const& asset, double t, int n) {
  auto e = event(asset, "advice", t, n);
  e.update(
      {{"priority", "high"}, {"action", "0"}, {"due_s", t + 600}, {"request", "00"}, {"reasons", json::array({"0"})}});
  return e;
}

json quality(std::string const& asset, double t, int n) {
  auto e = event(asset, "quality", t, n);
  e["quality"] = {{"level", "bad"}, {"reasons", json::array({"clipped"})}, {"bad_share", 0.25}};
  e["counts"] = {{"clipped", 12}};
  e["point"] = "h";
  return e;
}

// Everything that a page can show, for one asset; forty rows of a growing vibration.
std::string full_life(std::string const& asset) {
  std::string text;
  int n = 0;
  auto const add = [&](json const& e) { text += e.dump() + "\n"; };
  for (int k = 0; k < 40; ++k) {
    double const t = 100.0 * k;
    auto s = state(asset, t, ++n, 0.5 + 0.001 * k * k);
    if (k > 9 && k < 20) s["operating"] = {{"state", "off"}, {"regime", nullptr}, {"run_hours", 1}};
    add(s);
    if (k == 30) add(alarm(asset, t, ++n));
    if (k == 30) add(advice(asset, t, ++n));
    if (k == 31) add(quality(asset, t, ++n));
    if (k > 24) add(prognosis(asset, t, ++n, k % 4 == 0));
  }
  auto model = event(asset, "model", 4000, ++n);
  model["what"] = "learned";
  add(model);
  return text;
}

history_reader read(std::string const& text, std::string const& file = "0.jsonl") {
  history_reader reader;
  std::istringstream in(text);
  auto const done = reader.read(in, file);
  INFO((done ? std::string() : done.error().what));
  REQUIRE(done);
  return reader;
}

std::string page_of(std::string const& text, catalogue const& words = catalogue::english()) {
  return make_page(read(text).history(), words);
}

pdm::report::read_problem problem_of(std::string const& text, pdm::report::history_limits limits = {}) {
  history_reader reader(limits);
  std::istringstream in(text);
  auto const done = reader.read(in, "0.jsonl");
  REQUIRE(!done);
  CHECK(reader.history().assets.empty());
  return done.error();
}

std::string without(std::string const& text, char const* pattern) {
  return std::regex_replace(text, std::regex(pattern, std::regex::ECMAScript | std::regex::optimize), " ");
}

// Text between two marks, the first time.
std::string between(std::string const& text, std::string const& from, std::string const& to) {
  auto const a = text.find(from);
  if (a == std::string::npos) return {};
  auto const b = text.find(to, a + from.size());
  return text.substr(a + from.size(), b - a - from.size());
}

std::vector<double> data_values(std::string const& part) {
  std::vector<double> all;
  std::regex const form("<data value=\"([^\"]*)\">");
  for (std::sregex_iterator i(part.begin(), part.end(), form), end; i != end; ++i) all.push_back(std::stod((*i)[1]));
  return all;
}

// Every coordinate in the pictures is a number within the picture's neighbourhood.
void check_pictures(std::string const& page) {
  for (char const* bad : {"nan", "NaN", "inf\"", "inf ", "-nan", "Infinity"}) {
    for (auto at = page.find(" d=\"M"); at != std::string::npos; at = page.find(" d=\"M", at + 1)) {
      CHECK(page.substr(at, page.find('"', at + 5) - at).find(bad) == std::string::npos);
    }
  }
  std::regex const number(" (?:x|y|x1|x2|y1|y2|cx|cy|width|height)=\"([^\"]*)\"");
  auto const svg = between(page, "<main>", "</main>");
  for (std::sregex_iterator i(svg.begin(), svg.end(), number), end; i != end; ++i) {
    double const v = std::stod((*i)[1]);
    CHECK((v > -2000 && v < 3000));
  }
}

TEST_CASE("the numbers of the page's tables are those of the events, to the last bit") {
  auto const text = full_life("00");
  auto const page = page_of(text);
  std::map<double, json> by_time;
  std::istringstream lines(text);
  std::size_t rows = 0;
  double low = 1e300, high = -1e300, first = 0, last = 0;
  for (std::string line; std::getline(lines, line);) {
    auto const e = json::parse(line);
    if (e["kind"] != "state") continue;
    double const rms = e["features"]["h.rms"];
    if (rows++ == 0) first = rms;
    last = rms;
    low = std::min(low, rms);
    high = std::max(high, rms);
    by_time[e["elapsed_s"]] = e;
  }
  auto const features = data_values(between(page, "<table class=\"features\">", "</table>"));
  CHECK(features == std::vector<double>{first, last, low, high});

  auto const body = between(between(page, "<table class=\"rows\">", "</table>"), "<tbody>", "</tbody>");
  std::regex const row_form("<tr>(.*?)</tr>");
  std::size_t shown = 0;
  for (std::sregex_iterator i(body.begin(), body.end(), row_form), end; i != end; ++i, ++shown) {
    auto const v = data_values((*i)[1]);
    REQUIRE(v.size() == 5);
    auto const& e = by_time.at(v[0]);
    CHECK(std::vector<double>(v.begin() + 1, v.end()) ==
          std::vector<double>{e["score"], e["threshold"], e["health"], e["features"]["h.rms"]});
  }
  CHECK(shown == 24);
  CHECK(data_values(between(page, "<table class=\"levels\">", "</table>")) == std::vector<double>{40, 1, 0, 0, 0, 0});
  CHECK(data_values(between(page, "<table class=\"alarms\">", "</table>")) == std::vector<double>{3000, 7.5, 6});
  CHECK(data_values(between(page, "<table class=\"reasons\">", "</table>")) == std::vector<double>{1, 12});
}

TEST_CASE("in the pseudo-language no English word is left on the page but what the data say") {
  auto const words = catalogue::parse(pdm_test::pseudo_catalogue());
  REQUIRE(words);
  auto page = page_of(full_life("00") + full_life("000"), *words);
  CHECK(page.find("<html lang=\"en-XA\">") != std::string::npos);
  std::set<std::string> spoken;
  std::regex const attributes("(?:alt|aria-label|title|placeholder|summary)=\"([^\"]*)\"");
  std::string shown = between(page, "<body>", "</body>") + between(page, "<title>", "</title>");
  CHECK(!std::regex_search(shown, attributes));
  shown = without(shown, "<[^>]*>");
  shown = without(shown, "&[a-z#0-9]+;");
  // Data: names of features and points, units, lines, identities, the file and the version.
  shown = without(
      shown, "\\b00+(?:state|alarm|advice|quality|prognosis|model)[0-9]+\\b|\\bh(?:\\.(?:rms|kurtosis))?\\b|\\bg\\b");
  shown = without(shown, "\\bBPFO\\b|\\b0\\.jsonl\\b");
  std::smatch left;
  bool const found = std::regex_search(shown, left, std::regex("[A-Za-z]{2,}.{0,40}"));
  INFO(left.str());
  CHECK(!found);
}

TEST_CASE("what comes from data cannot become markup") {
  std::string const evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&\x01\xff";
  auto text = full_life("0");
  auto e = json::parse(text.substr(0, text.find('\n')));
  std::string const name = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&";
  auto const put = [&](json v) {
    v["asset"] = name;
    for (auto const* key : {"id", "text", "rule", "action", "request", "event"}) {
      if (v.contains(key)) v[key] = std::string(v[key]) + name;
    }
    for (auto const* key : {"reasons", "why", "needs", "assumes"}) v[key] = json::array({name});
    if (v.contains("features")) v["features"][name] = 1.5;
    if (v.contains("contributions")) v["contributions"][name] = 9.0;
    if (v.contains("counts")) v["counts"] = {{name, 3}};
    if (v.contains("point")) v["point"] = name;
    if (v.contains("spectra")) {
      for (auto const* key : {"point", "unit", "scaling"}) v["spectra"][key] = name;
      v["spectra"]["envelope"]["lines"] = {{name, 2.0}};
    }
    if (v.contains("basis")) v["basis"]["priors"] = json::array({name});
    v["operating"]["regime"] = name;
    v["units"] = {{"h.rms", name}, {name, name}};
    v["quality"]["reasons"] = json::array({name});
    return v;
  };
  std::istringstream lines(text);
  std::string hostile;
  for (std::string line; std::getline(lines, line);) hostile += put(json::parse(line)).dump() + "\n";
  auto reader = read(hostile, name + ".jsonl");
  reader.refuse(evil);
  auto const page = make_page(reader.history(), catalogue::english());
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find("\"'>") == std::string::npos);
  CHECK(page.find('\x01') == std::string::npos);
  CHECK(page.find('\xff') == std::string::npos);
  CHECK(page.find("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;") != std::string::npos);
  check_pictures(page);
}

TEST_CASE("a page needs nothing from outside") {
  auto const page = page_of(full_life("00"));
  CHECK(!std::regex_search(page, std::regex("(?:src|href)=\"(?!#)")));
  CHECK(page.find("@import") == std::string::npos);
  CHECK(page.find("url(http") == std::string::npos);
  CHECK(page.find("http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'") != std::string::npos);
  CHECK(page == page_of(full_life("00")));
}

TEST_CASE("pictures have a title, a description and finite coordinates; ids do not repeat") {
  auto const page = page_of(full_life("00"));
  check_pictures(page);
  std::set<std::string> ids;
  std::regex const form(" id=\"([^\"]*)\"");
  for (std::sregex_iterator i(page.begin(), page.end(), form), end; i != end; ++i) CHECK(ids.insert((*i)[1]).second);
  auto const count = [&](char const* what) {
    std::size_t n = 0;
    for (auto at = page.find(what); at != std::string::npos; at = page.find(what, at + 1)) ++n;
    return n;
  };
  CHECK(count("role=\"img\"") == 6);  // one feature with values, score, two spectra, health, life
  CHECK(count("role=\"img\"") == count("<desc id="));
}

TEST_CASE("values at the edge of a double do not break a picture") {
  std::string text;
  int n = 0;
  for (double const v : {1e308, -1e308, 0.0, 5e-324, 1e-300})
    text += state("00", 10.0 * n, n + 1, v).dump() + "\n", ++n;
  check_pictures(page_of(text));
}

TEST_CASE("a page is made of no event, of one, and of prognoses that all abstain") {
  CHECK(page_of("").find("The input holds no events") != std::string::npos);
  auto const one = page_of(state("00", 5, 1, 0.5).dump());
  CHECK(one.find("1 machine · 1 event") != std::string::npos);
  check_pictures(one);
  std::string silent;
  for (int k = 0; k < 9; ++k) silent += prognosis("00", k, k, true).dump() + "\n";
  auto const page = page_of(silent);
  CHECK(page.find("No remaining life can be given at present.") != std::string::npos);
  check_pictures(page);
  for (auto const* kind : {"alarm", "advice", "quality", "model", "diagnosis"}) {
    check_pictures(page_of(event("00", kind, 5, 1).dump()));
  }
}

TEST_CASE("a quantile beyond the horizon is said as more than the horizon") {
  auto const page = page_of(prognosis("00", 5, 1, false).dump());
  auto const table = between(page, "<section class=\"life\">", "</section>");
  CHECK(data_values(table) == std::vector<double>{100, 200, 400, 800, 1200, 1600});
  CHECK(table.find("more than 33 minutes") != std::string::npos);
}

TEST_CASE("an event that comes twice counts once") {
  auto reader = read(full_life("00"));
  auto const events = reader.history().assets[0].events;
  std::istringstream again(full_life("00"));
  REQUIRE(reader.read(again, "1.jsonl"));
  CHECK(reader.history().assets[0].events == events);
  CHECK(reader.history().repeated == events);
}

TEST_CASE("a bad line is named by its number, and its file leaves no trace") {
  auto const good = state("00", 5, 1, 0.5).dump() + "\n";
  CHECK(problem_of(good + "{\n").line == 2);
  CHECK(problem_of(good + "\n\nnonsense\n").line == 4);
  CHECK(problem_of("{\"a\": 1}").what == "the line is not a line of pdm run, detect, rul or diagnose");
  CHECK(problem_of("[1]").what == "the line is not a JSON object");
  CHECK(problem_of(std::string(200000, '[')).what == "the line is nested too deep");
  CHECK(problem_of("{\"kind\":\"state\"}").what == "the line has the schema \"\", not pdm.event/1");
  auto wrong = state("00", 5, 1, 0.5);
  wrong["score"] = "7";
  CHECK(problem_of(wrong.dump()).what == "the line \"score\" is not a number or null");
  wrong = state("00", 5, 1, 0.5);
  wrong["elapsed_s"] = 1e300;
  CHECK(problem_of(wrong.dump()).what == "the line stands at a time that cannot be");
  CHECK(problem_of("{\"schema\":\"pdm.event/1\",\"elapsed_s\":1e999}").line == 1);
}

TEST_CASE("every bound of the reader is kept and named") {
  auto const rows = state("00", 5, 1, 0.5).dump() + "\n" + state("01", 5, 2, 0.5).dump() + "\n";
  CHECK(problem_of(rows, {.line_bytes = 100}).what == "the line is longer than 100 bytes");
  CHECK(problem_of(rows, {.lines = 1}).what == "the file has too many lines");
  CHECK(problem_of(rows, {.assets = 1}).what == "the line names more assets than a page can hold");
  CHECK(problem_of(rows, {.features = 0}).what == "the line names more features than a page can hold");
  CHECK(problem_of(rows, {.values = 3}).what == "the line brings more values than a page can hold");
  CHECK(problem_of(rows, {.values_a_line = 10}).what == "the line holds too many values");
}

TEST_CASE("lines of detect, rul and diagnose make a page too") {
  std::string text;
  for (int k = 0; k < 20; ++k) {
    text += json{{"row", 100 + k},
                 {"t", nullptr},
                 {"score", k * 1.0},
                 {"p_value", 0.1},
                 {"threshold", 9.5},
                 {"alarm", k > 9},
                 {"changepoint", false},
                 {"contributions", {{"a", k * 1.0}}},
                 {"quality", {{"level", "good"}, {"reasons", json::array()}, {"bad_share", 0}}}}
                .dump() +
            "\n";
  }
  auto const detect = page_of(text);
  CHECK(data_values(between(detect, "<table class=\"alarms\">", "</table>")) == std::vector<double>{110, 10, 9.5});
  auto const rul = page_of(R"({"unit":7,"cycle":31,"rul":{"mean":90,"p05":60,"p10":70,"p25":80,"p50":90,"p75":100,)"
                           R"("p90":110,"p95":120,"horizon":125},"health":0.7,"abstained":false,"why":[]})");
  CHECK(rul.find("90 cycles") != std::string::npos);
  auto const diagnosis =
      page_of(R"({"file":"x/a.f32","verdict":"outer_race","abstained":false,"why":[],"needs":[],)"
              R"("probability":{"outer_race":0.9,"gear":0.05},"quality":{"level":"good"},"text":"T."})");
  CHECK(data_values(between(diagnosis, "<section class=\"diagnosis\">", "</section>")) ==
        std::vector<double>{0.9, 0.05});
}

std::string evaluated(int unit, int cycle, int told, int truth) {
  return R"({"unit":)" + std::to_string(unit) + R"(,"cycle":)" + std::to_string(cycle) + R"(,"rul":{"mean":)" +
         std::to_string(told) + R"(,"p05":1,"p10":)" + std::to_string(told - 10) + R"(,"p25":2,"p50":)" +
         std::to_string(told) + R"(,"p75":3,"p90":)" + std::to_string(told + 10) +
         R"(,"p95":99,"horizon":125},"abstained":false,"why":[],"alpha":0.2,"truth":)" + std::to_string(truth) + "}\n";
}

TEST_CASE("predictions with the life that came: true against predicted, the cone, and the fan with the truth in it") {
  std::string text;
  for (int cycle = 1; cycle <= 40; ++cycle) {
    for (int unit = 1; unit <= 3; ++unit) text += evaluated(unit, cycle, 70 - cycle + 5 * unit, 70 - cycle);
  }
  auto const page = page_of(text);
  auto const plot = between(page, "<section class=\"accuracy\">", "</section>");
  // Off by 5, 10 and 15 cycles; the interval of +-10 holds two of three.
  CHECK(
      plot.find("3 units, each at its last prediction: root mean square error 10.8, the 80 % interval holds the truth "
                "in 67 %.") != std::string::npos);
  std::size_t dots = 0;
  for (auto at = plot.find("<circle"); at != std::string::npos; at = plot.find("<circle", at + 1)) ++dots;
  CHECK(dots == 3);
  CHECK(plot.find("class=\"cone\"") != std::string::npos);
  auto const fan = between(page, "<section class=\"life\">", "</section>");
  CHECK(fan.find("<path class=\"truth\"") != std::string::npos);
  CHECK(fan.find("<path class=\"cone\"") != std::string::npos);
  CHECK(page_of(evaluated(1, 1, 50, 40)).find("<section class=\"accuracy\">") == std::string::npos);  // one unit
}

TEST_CASE("a section that somebody adds stands in its place, under its heading") {
  auto registry = pdm::report::section_registry::standard();
  registry.add({"trend", 140, {}, {}, [](auto const&, auto& p) { p.out.text("in its place"); }});
  registry.add({"empty", 141, pdm::messages::advice_none, {}, [](auto const&, auto&) {}});
  auto const page = make_page(read(full_life("00")).history(), catalogue::english(), registry);
  CHECK(page.find("<section class=\"trend\">in its place</section>") != std::string::npos);
  CHECK(page.find("<section class=\"empty\">") == std::string::npos);
}

TEST_CASE("a hundred thousand events give a page below two megabytes", "[full]") {
  std::string text;
  for (int k = 0; k < 100000; ++k) text += state("00", 10.0 * k, k + 1, 0.5 + 0.1 * (k % 7)).dump() + "\n";
  auto const page = page_of(text);
  CHECK(page.size() < 2'000'000);
  CHECK(page.find("100000 events") != std::string::npos);
}

}  // namespace
