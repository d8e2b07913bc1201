// One judged row through the alarm, beside k-of-n counted over a list of the last n. items_per_second counts rows.
#include "pdm/advisory/alarm.hpp"

#include <algorithm>
#include <deque>
#include <vector>

#include "support/measure.hpp"

namespace {

using pdm::advisory::alarm_input;
using pdm::bench::measure;

// Scores that raise and clear the alarm now and then.
struct scores {
  std::vector<double> values;
  std::size_t at = 0;
  scores() {
    pdm::random_source draw(9);
    for (int i = 0; i < 1024; ++i) values.push_back((i / 128 % 2 == 0 ? 1 : 4.5) + draw.normal());
  }
  double next() {
    at = (at + 1) % values.size();
    return values[at];
  }
};

void alarm_row(benchmark::State& state) {
  pdm::advisory::alarm a({.on = 4, .off = 2.4, .k = 2, .n = 6});
  if (!a.prepare()) return state.SkipWithError("prepare failed");
  scores s;
  alarm_input in;
  in.operating.state = pdm::operating_state::steady;
  measure(state, 1, [&] {
    in.score = {s.next(), pdm::abstention::none};
    in.source_time += 1'000'000'000;
    ++in.sequence;
    return a.update(in).size();
  });
}

void alarm_textbook(benchmark::State& state) {
  scores s;
  std::deque<double> last;
  bool standing = false;
  measure(state, 1, [&] {
    last.push_back(s.next());
    if (last.size() > 6) last.pop_front();
    auto const above = std::ranges::count_if(last, [](double v) { return v > 4; });
    auto const below = std::ranges::count_if(last, [](double v) { return v < 2.4; });
    if (!standing && above >= 2) standing = true;
    if (standing && below == 6) standing = false;
    return standing;
  });
}

}  // namespace

BENCHMARK(alarm_row);
BENCHMARK(alarm_textbook);
BENCHMARK_MAIN();
