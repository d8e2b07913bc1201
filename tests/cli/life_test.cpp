#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/program.hpp"

namespace {
using nlohmann::json;
using support::pdm_says;
using support::refuses;

json life(support::scratch const& s, std::string const& ledger, std::string const& options = "") {
  auto const got = pdm_says(s, "life " + options + " " + s.write("ledger.csv", ledger));
  CAPTURE(got.err);
  REQUIRE(got.code == 0);
  REQUIRE(support::lines_of(got.out) == 1);
  return json::parse(got.out);
}

// Seals that wear out about 1000 h, or last longer.
std::string worn(int failures, int running, double spread = 8) {
  std::ostringstream text;
  text << "asset;reason;hours;remark\n";
  for (int i = 0; i < failures; ++i) text << "P" << i << ";failed;" << 1000 + spread * (i - failures / 2) << ";leaks\n";
  for (int i = 0; i < running; ++i) text << "R" << i << ";running;" << 1000 + i << ";\n";
  return text.str();
}
}  // namespace

TEST_CASE("a ledger of worn seals gives B10 with its interval and pays to replace by age") {
  support::scratch const s;
  auto const j = life(s, worn(10, 5), "--cost-planned 1 --cost-failure 20");
  CHECK(j["failures"] == 10);
  CHECK(j["running"] == 5);
  CHECK(j["clock"] == "operating");
  CHECK(j["event"] == "failure:any");
  CHECK(j["abstained"] == false);
  double const low = j["b10"]["p05"], middle = j["b10"]["p50"], high = j["b10"]["p95"];
  CHECK(low < middle);
  CHECK(middle < high);
  CHECK(low > 800);
  CHECK(high < 1000);
  CHECK(j["mtbf"]["mle"].get<double>() == Approx((10 * 1000 - 5 * 8 + 5 * 1002) / 10.0));
  CHECK(j["weibull"]["shape"]["p05"] > 5);
  CHECK(j["replace_by_age"]["advised"] == true);
  CHECK(j["replace_by_age"]["age"] < 1000);
  CHECK(j["lognormal"]["b10"]["p50"].get<double>() == Approx(middle).epsilon(0.05));
}

TEST_CASE("what fails by chance is not replaced by age, and neither is what costs as much planned") {
  support::scratch const s;
  std::string const chance = "reason,hours\nfailed,100\nfailed,300\nfailed,20\nfailed,900\nrunning,500\nrunning,400\n";
  auto const j = life(s, chance, "--cost-planned 1 --cost-failure 10");
  CHECK(j["replace_by_age"]["advised"] == false);
  CHECK(j["replace_by_age"]["age"].is_null());
  auto const dear = life(s, worn(10, 5), "--cost-planned 5 --cost-failure 5");
  CHECK(dear["replace_by_age"]["advised"] == false);
  CHECK(life(s, worn(10, 5))["replace_by_age"]["probability"].is_null());
}

TEST_CASE("none failed: it says so, gives no life, and bounds the rate of chance failures") {
  support::scratch const s;
  auto const j = life(s, "reason,hours\nrunning,1000\nreplaced,500\n", "--cost-planned 1 --cost-failure 10");
  CHECK(j["abstained"] == true);
  CHECK(j["why"][0].get<std::string>().starts_with("none of 2 lives ended in a failure"));
  CHECK(j["b10"]["p50"].is_null());
  CHECK(j["weibull"].is_null());
  CHECK(j["mtbf"]["mle"].is_null());
  CHECK(j["mtbf"]["p05"].get<double>() == Approx(1500 / -std::log(0.05)).epsilon(1e-6));
  CHECK(j["replace_by_age"]["advised"] == false);
}

TEST_CASE("one failure is answered by assumption, and equal failures alone not at all") {
  support::scratch const s;
  auto const one =
      life(s, "reason,hours\nfailed,700\nrunning,1000\nrunning,1100\n", "--cost-planned 1 --cost-failure 99");
  CHECK(one["abstained"] == false);
  CHECK(one["why"][0].get<std::string>().find("by assumption") != std::string::npos);
  CHECK(one["basis"]["priors"].size() == 1);
  CHECK(one["b10"]["p05"] < one["b10"]["p95"]);
  CHECK(one["replace_by_age"]["advised"] == false);
  auto const equal = life(s, "reason,hours\nfailed,700\nfailed,700\nfailed,700\n");
  CHECK(equal["abstained"] == true);
  CHECK(equal["b10"]["p50"].is_null());
}

TEST_CASE("without hours the calendar counts, what runs until the ledger was closed") {
  support::scratch const s;
  std::string const dates =
      "part,installed,removed,reason\nA,2024-01-01,2024-01-11,failed\nB,2024-01-01,2024-01-21,failed\n"
      "C,2024-01-11,,running\nD,,2024-01-05,replaced\n";
  auto const j = life(s, dates);
  CHECK(j["clock"] == "calendar");
  CHECK(j["total_h"] == 24 * (10 + 20 + 10));
  CHECK(j["left_out"] == 1);
  CHECK(life(s, dates, "--until 2024-02-10")["total_h"] == 24 * (10 + 20 + 30));
}

TEST_CASE("a bad ledger or option ends in exit 2 and one line that says what to do") {
  support::scratch const s;
  auto const given = [&](std::string const& text) { return "life " + s.write("l.csv", text); };
  auto const at = [&](int line) { return s.path("l.csv") + ":" + std::to_string(line) + ": "; };
  std::string const whole = s.path("l.csv") + ": ";
  refuses(s, given("reason,hours\nfailed,1\nbroken,2\n"), at(3), "\"broken\"");
  refuses(s, given("reason,hours\nfailed,x\n"), at(2), "\"x\" where a number belongs");
  refuses(s, given("reason,hours\nfailed,-4\n"), at(2), "a life of -4");
  refuses(s, given("reason,hours\nfailed,0\n"), at(2), "above 0");
  refuses(s, given("reason,hours\nfailed,inf\n"), at(2), "\"inf\"");
  refuses(s, given("reason,hours\nfailed,1,2\n"), at(2), "3 fields");
  refuses(s, given("hours\n3\n"), whole, "there is no column \"reason\"");
  refuses(s, given("reason\nfailed\n"), whole, "there is no column \"installed\"");
  refuses(s, given("reason,hours\n"), whole, "holds no life");
  refuses(s, given("reason,hours\nfailed,\n"), whole, "no row says how long it lived");
  refuses(s, given("reason,installed,removed\nfailed,2024-01-02,2024-01-01\n"), at(2), "above 0");
  refuses(s, given("reason,installed,removed\nfailed,soon,2024-01-01\n"), at(2), "\"soon\" is no time");
  refuses(s, given("reason,hours\nfailed,1\n") + " --cost-planned 1", "--cost-planned", "both costs");
  refuses(s, given("reason,hours\nfailed,1\n") + " --cost-planned -1 --cost-failure 3", "life", "above 0");
  refuses(s, "life " + s.path("none.csv"), s.path("none.csv"), "no such file");
}

TEST_CASE("of several ledgers a bad one is named and the others are done") {
  support::scratch const s;
  auto const good = s.write("good.csv", worn(3, 2)), bad = s.write("bad.csv", "reason,hours\nlost,3\n");
  auto const got = pdm_says(s, "life " + bad + " " + good);
  CHECK(got.code == 2);
  CHECK(support::lines_of(got.out) == 1);
  CHECK(got.err.find("bad.csv:2:") != std::string::npos);
}
