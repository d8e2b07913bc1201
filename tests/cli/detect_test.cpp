// The verb detect from outside: its lines, its refusals, restarts from a saved state.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"

namespace {

using nlohmann::json;

std::string text_of(std::string const& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

struct outcome {
  int code = -1;
  std::string out, err;
  std::vector<json> lines;
};

outcome detect(support::scratch const& folder, std::string const& arguments) {
  std::string const command =
      std::string(PDM_BINARY_DIR) + "/pdm detect " + arguments + " >" + folder.path("out") + " 2>" + folder.path("err");
  outcome o;
  o.code = std::system(command.c_str()) / 256;
  o.err = text_of(folder.path("err"));
  o.out = text_of(folder.path("out"));
  std::istringstream out(o.out);
  for (std::string line; std::getline(out, line);) o.lines.push_back(json::parse(line));
  return o;
}

// Rows of two columns that go together and one of its own, a minute apart; a step in "b" from `step_at` on.
std::string table(int rows, int step_at, std::string const& names = "a,b,c") {
  std::string text = "time," + names + "\n";
  pdm::random_source draw(11);
  for (int i = 0; i < rows; ++i) {
    double const common = draw.normal();
    double const a = 20 + common + 0.2 * draw.normal(), b = 3 - common + 0.2 * draw.normal(), c = draw.normal();
    text += std::to_string(60 * i) + "," + std::to_string(a) + "," + std::to_string(b + (i >= step_at ? 6 : 0)) + "," +
            std::to_string(c) + "\n";
  }
  return text;
}

}  // namespace

TEST_CASE("one line a row after learning, contributions that sum to the score, an alarm and a change at the step") {
  support::scratch folder;
  auto const o = detect(folder, folder.write("t.csv", table(900, 700)) + " --learn 400 --time time");
  REQUIRE(o.code == 0);
  REQUIRE(o.lines.size() == 500);
  CHECK(o.lines[0]["row"] == 400);
  CHECK(o.lines[0]["t"] == "24000");
  CHECK(o.lines[0]["budget"]["wanted"] == 1);
  CHECK(o.lines[0]["budget"]["kept"] > 1);
  CHECK(o.lines[0]["budget"]["wanted_after_s"] == 30 * 86400 - 400 * 60);
  int alarms_before = 0, alarms_after = 0, changes = 0;
  for (auto const& r : o.lines) {
    double sum = 0;
    for (double part : r["contributions"]) sum += part;
    CHECK(std::abs(sum - r["score"].get<double>()) <= 1e-9 * r["score"].get<double>());
    CHECK((r["p_value"] > 0 && r["p_value"] <= 1));
    bool const after = r["row"] >= 700;
    (after ? alarms_after : alarms_before) += r["alarm"].get<bool>() ? 1 : 0;
    changes += after && r["row"] < 725 && r["changepoint"] ? 1 : 0;
  }
  CHECK(alarms_before == 0);
  CHECK(alarms_after > 150);
  CHECK(changes == 1);
  auto const& last = o.lines.back()["contributions"];
  CHECK((last["b"] > last["a"] && last["b"] > last["c"]));
}

TEST_CASE("causal: cutting the table changes no earlier line; same bytes each run") {
  support::scratch folder;
  auto const whole = detect(folder, folder.write("t.csv", table(900, 700)) + " --learn 400 --time time");
  auto const again = detect(folder, folder.path("t.csv") + " --learn 400 --time time");
  CHECK(whole.out == again.out);
  for (int rows : {401, 705, 730, 899}) {
    auto const cut = detect(folder, folder.write("cut.csv", table(rows, 700)) + " --learn 400 --time time");
    CHECK(whole.out.starts_with(cut.out));
    CHECK(cut.lines.size() == static_cast<std::size_t>(rows - 400));
  }
}

TEST_CASE("bad rows are answered, marked and do no lasting harm") {
  support::scratch folder;
  auto text = table(800, 9999);
  text += "48000,,,\n48060,20,nan,0\n48060,20,nan,0\n47000,20,3,0\n1000000,20,3,0\n";
  auto const o = detect(folder, folder.write("t.csv", text) + " --learn 400 --time time");
  REQUIRE(o.code == 0);
  REQUIRE(o.lines.size() == 405);
  auto const reasons = [&](std::size_t i) { return o.lines[i]["quality"]["reasons"].dump(); };
  CHECK(o.lines[400]["score"].is_null());
  CHECK(o.lines[400]["abstained"] == true);
  CHECK(o.lines[400]["contributions"] == "none");
  CHECK(reasons(400).find("not_finite") != std::string::npos);
  CHECK(reasons(401).find("not_finite") != std::string::npos);
  CHECK(reasons(402).find("duplicate") != std::string::npos);
  CHECK(o.lines[402]["abstained"] == true);
  CHECK(reasons(403).find("out_of_order") != std::string::npos);
  CHECK(reasons(404).find("gap") != std::string::npos);
  for (std::size_t i = 400; i < 405; ++i) CHECK(o.lines[i]["alarm"] == false);
}

TEST_CASE("a restart goes on as if there had been none, also with a column absent or new") {
  support::scratch folder;
  auto const whole = detect(folder, folder.write("t.csv", table(900, 700)) + " --learn 400 --time time");
  auto const state = folder.path("state");
  auto const first =
      detect(folder, folder.write("one.csv", table(600, 700)) + " --learn 400 --time time --save-state " + state);
  REQUIRE(first.code == 0);
  std::string const all = text_of(folder.path("t.csv"));
  std::size_t at = 0;
  for (int i = 0; i < 601; ++i) at = all.find('\n', at) + 1;
  std::string const rest = all.substr(at);
  auto const second = detect(folder, folder.write("two.csv", "time,a,b,c\n" + rest) + " --time time --state " + state);
  REQUIRE(second.code == 0);
  REQUIRE(second.lines.size() == 300);
  for (std::size_t i = 1; i < 300; ++i) {
    auto expected = whole.lines[200 + i], got = second.lines[i];
    expected.erase("row");
    got.erase("row");
    CHECK(expected == got);
  }
  auto const fewer = detect(folder, folder.write("x.csv", "time,a,new,c\n" + rest) + " --time time --state " + state);
  REQUIRE(fewer.code == 0);
  CHECK(fewer.lines[0]["absent_columns"] == json::array({"b"}));
  CHECK(fewer.lines[0]["new_columns"] == json::array({"new"}));
  CHECK(fewer.err.find("\"b\"") != std::string::npos);
  for (auto const& r : fewer.lines) {
    CHECK(r["quality"]["level"] != "good");
    CHECK(r["contributions"].value("b", 1.0) == 0);
  }
  CHECK(detect(folder, folder.path("two.csv") + " --time time --state " + folder.path("t.csv")).code == 2);
  CHECK(detect(folder, folder.write("z.csv", "time,x,y\n1,2,3\n") + " --time time --state " + state).code == 2);
}

TEST_CASE("told to stop, detect ends with whole lines, saves its state and exits with 0") {
  support::scratch folder;
  auto const out = folder.path("stopped.jsonl"), state = folder.path("stopped.state");
  constexpr int rows = 300000;
  auto const file = folder.write("long.csv", table(rows, 2 * rows));
  std::string const command = std::string(PDM_BINARY_DIR) + "/pdm detect " + file +
                              " --learn 400 --time time --save-state " + state + " --out " + out + " 2>" +
                              folder.path("err") + " & told=$!; until [ -s " + out +
                              " ]; do sleep 0.01; done; kill -TERM $told; wait $told";
  REQUIRE(std::system(("bash -c '" + command + "'").c_str()) == 0);
  std::string const text = text_of(out);
  REQUIRE(text.back() == '\n');
  auto const lines = std::count(text.begin(), text.end(), '\n');
  CHECK(lines < rows - 400);  // it did not wait for the end
  CHECK_NOTHROW(json::parse(text.substr(text.rfind('\n', text.size() - 2) + 1)));
  auto const next = detect(folder, folder.write("next.csv", table(300, 999)) + " --time time --state " + state);
  CHECK(next.code == 0);
  CHECK(next.lines.size() == 300);
}

TEST_CASE("rows of a regime that was not seen while learning are answered so, and not scored") {
  support::scratch folder;
  std::string text = "time,speed,x,y\n";
  pdm::random_source draw(4);
  for (int i = 0; i < 700; ++i) {
    double const speed = i >= 650 ? 3000 : i / 50 % 2 == 0 ? 900 : 1500;
    text += std::to_string(60 * i) + "," + std::to_string(speed + draw.normal()) + "," +
            std::to_string(speed / 10 + draw.normal()) + "," + std::to_string(draw.normal()) + "\n";
  }
  auto const o = detect(folder, folder.write("r.csv", text) + " --learn 600 --time time --regime speed");
  REQUIRE(o.code == 0);
  REQUIRE(o.lines.size() == 100);
  CHECK(o.err.find("2 regimes") != std::string::npos);
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(o.lines[i]["alarm"] == false);
    CHECK(o.lines[i].contains("regime") == (i < 50));
    CHECK(o.lines[i]["score"].is_null() == (i >= 50));
    if (i >= 50) CHECK(o.lines[i]["why"][0] == "regime not seen before");
  }
}

TEST_CASE("a column 1e9 from zero, one that never moves and one that is absent at first do no harm to the others") {
  support::scratch folder;
  std::string text = "time,far,still,late,b\n";
  pdm::random_source draw(8);
  for (int i = 0; i < 700; ++i) {
    char line[200];
    std::snprintf(line, sizeof line, "%d,%.6f,42,%s,%.6f\n", 60 * i, 1e9 + draw.normal() + (i >= 600 ? 9 : 0),
                  i < 500 ? "" : "1.5", draw.normal());
    text += line;
  }
  auto const o = detect(folder, folder.write("b.csv", text) + " --learn 400 --time time");
  REQUIRE(o.code == 0);
  CHECK(o.err.find("\"still\" does not move") != std::string::npos);
  CHECK(o.err.find("\"late\" does not move") != std::string::npos);
  int before = 0, after = 0;
  for (auto const& r : o.lines) (r["row"] < 600 ? before : after) += r["alarm"].get<bool>() ? 1 : 0;
  CHECK(before == 0);
  CHECK(after > 80);
  CHECK(o.lines.back()["contributions"]["far"] > 0.9 * o.lines.back()["score"].get<double>());
}

TEST_CASE("wrong use of detect is one line and exit code 2") {
  support::scratch folder;
  auto const file = folder.write("t.csv", table(100, 999));
  for (std::string const options :
       {"", "--learn 400", "--learn 10", "--learn 50 --preset loud", "--learn 50 --budget 0", "--learn 50 --assets 0",
        "--learn 50 --time nothing", "--learn 50 --ignore nothing", "--learn 50 --ignore time,a,b,c",
        "--learn 50 --interval -1", "--learn 50 --config nowhere.json"}) {
    auto const o = detect(folder, file + " " + options);
    INFO(options);
    CHECK(o.code == 2);
    CHECK(o.err.starts_with("pdm: "));
    CHECK(std::count(o.err.begin(), o.err.end(), '\n') == 1);
    CHECK(o.out.empty());
  }
  CHECK(detect(folder, folder.path("none.csv") + " --learn 50").code == 2);
  CHECK(detect(folder, file + " --learn 50 --time time --out /dev/full").code == 3);
  auto const preset =
      detect(folder, file + " --time time --config " + folder.write("c.json", R"({"learn":60,"budget":5})"));
  CHECK(preset.code == 0);
  CHECK(preset.lines[0]["budget"]["wanted"] == 5);
}
