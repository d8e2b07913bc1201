#include <sstream>
#include <string>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/program.hpp"

namespace {
using support::lines_of;
using support::text_of;
support::outcome rul_says(support::scratch const& s, std::string const& arguments) {
  return support::pdm_says(s, "rul " + arguments);
}

// Pumps that wear until their flow falls below 4; written with semicolons, words and absent values.
std::string pumps(std::uint64_t seed, int units, bool to_the_end) {
  pdm::random_source draw(seed);
  std::ostringstream text;
  text << "when;pump;place;flow;heat;label\n";
  for (int u = 0; u < units; ++u) {
    int const life = 60 + static_cast<int>(draw.index(40)), rows = to_the_end ? life + 2 : life / 2;
    for (int t = 0; t < rows; ++t) {
      double const wear = 6.0 * t * t / (life * life);
      text << t + 1 << ";P" << u << ";hall;" << 10 - wear + 0.02 * draw.normal() << ';';
      if (draw.uniform() > 0.02) text << 40 + 5 * wear + draw.normal();
      text << ";" << life << '\n';
    }
  }
  return text.str();
}

}  // namespace

TEST_CASE("a table of pumps is learned to its threshold, predicted and evaluated, the truth column unread") {
  support::scratch const s;
  auto const train = s.write("train.csv", pumps(1, 14, true)), test = s.write("test.csv", pumps(2, 6, false));
  auto const model = s.path("model");
  auto const fit = rul_says(s, "fit --layout table --train " + train + " --model " + model +
                                   " --time when --unit pump --ignore place --threshold flow=4");
  CAPTURE(fit.err);
  REQUIRE(fit.code == 0);
  CHECK(fit.err.find("2 channels") != std::string::npos);
  auto const last = rul_says(s, "predict --model " + model + " " + test);
  CHECK(last.code == 0);
  CHECK(lines_of(last.out) == 6);
  CHECK(last.out.find("\"abstained\":false") != std::string::npos);
  auto const every = rul_says(s, "predict --every --model " + model + " " + test);
  CHECK(lines_of(every.out) == lines_of(text_of(test)) - 1);
  CHECK(every.out.find("nan") == std::string::npos);
  CHECK(every.out.find(last.out.substr(0, last.out.find('\n'))) != std::string::npos);  // causal: the same last line
  auto const predictions = s.write("p.jsonl", every.out);
  auto const truth = s.write("truth.csv", "unit,rul\nP0,30\nP1,30\nP2,30\nP3,30\nP4,30\nP5,30\n");
  auto const scored = rul_says(s, "evaluate --predictions " + predictions + " --truth " + truth + " --cap 60");
  CHECK(scored.code == 0);
  for (char const* word : {"\"rmse\":", "\"mae\":", "\"score\":", "\"alpha_lambda\":", "\"prognostic_horizon\":",
                           "\"coverage\":", "\"width\":", "\"crps\":"}) {
    CHECK(scored.out.find(word) != std::string::npos);
  }
  auto const each = s.path("each.jsonl");
  CHECK(rul_says(s, "evaluate --predictions " + predictions + " --truth " + truth + " --cap 60 --each " + each).code ==
        0);
  auto const lines = text_of(each);
  CHECK(lines_of(lines) == lines_of(every.out));
  CHECK(lines.find("\"truth\":30.0") != std::string::npos);  // of the last row of every unit
  CHECK(lines.find("\"truth\":60.0") != std::string::npos);  // capped before that
  CHECK(lines.find("\"alpha\":0.2") != std::string::npos);
}

TEST_CASE("wrong rul options, models, columns and truths end in exit 2 and one line that says what to do") {
  support::scratch const s;
  auto const train = s.write("train.csv", pumps(1, 4, true));
  auto const model = s.path("model"), base = "fit --layout table --train " + train + " --model " + model;
  REQUIRE(rul_says(s, base + " --time when --unit pump --ignore place").code == 0);
  auto bytes = text_of(model);
  auto const cut = s.write("cut", bytes.substr(0, bytes.size() / 2));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  auto const flipped = s.write("flipped", bytes);
  auto const other = s.write("other.csv", "when,pump,speed\n1,A,2\n");
  auto const few = s.write("few.txt", "1\n2\n");
  auto const predictions = s.write("p.jsonl", rul_says(s, "predict --model " + model + " " + train).out);
  struct wrong {
    std::string arguments, says;
  };
  for (auto const& w : {wrong{base + " --time nosuch", "nosuch"},
                        {base + " --threshold flow", "COLUMN=NUMBER"},
                        {base + " --end a=1 --threshold flow=4", "one of the two"},
                        {base + " --cap -3", "above 0"},
                        {base + " --unit pump --time when --ignore place --end label=-1", "0 units ran to their end"},
                        {"fit --layout cmapss --train " + train + " --model " + model, "26"},
                        {"predict --model " + cut + " " + train, "cut short"},
                        {"predict --model " + flipped + " " + train, "checksum"},
                        {"predict --model " + train + " " + train, "archive"},
                        {"predict --model " + model + " " + other, "which the model was fitted on"},
                        {"evaluate --predictions " + train + " --truth " + few, "not JSON"},
                        {"evaluate --predictions " + predictions + " --truth " + few, "2 truths for 4 units"}}) {
    support::refuses(s, "rul " + w.arguments, "", w.says);
  }
}
