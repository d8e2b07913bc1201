#include "pdm/signal/two_level.hpp"

#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {
// n levels around `middle`, within about 10 %.
void feed(pdm::two_level_threshold& t, double middle, int n, pdm::random_source& draw) {
  for (int i = 0; i < n; ++i) t.learn_one(middle * (1 + 0.1 * (2 * draw.uniform() - 1)));
}
}  // namespace

TEST_CASE("the threshold stands at the geometric middle of standing and running") {
  pdm::two_level_threshold t;
  pdm::random_source draw(1);
  feed(t, 0.01, 20, draw);
  feed(t, 1.0, 20, draw);
  CHECK_FALSE(t.threshold());  // gone up, not yet come back
  feed(t, 0.01, 1, draw);
  REQUIRE(t.threshold());
  CHECK(*t.threshold() == Approx(0.1).epsilon(0.1));  // a bin is a quarter of an octave
}

TEST_CASE("a fault that steps up and stays is not taken for the first start") {
  pdm::two_level_threshold t;
  pdm::random_source draw(2);
  feed(t, 1.0, 500, draw);
  feed(t, 20.0, 500, draw);
  CHECK_FALSE(t.threshold());
}

TEST_CASE("one level, and a level that creeps up evenly, give no threshold") {
  pdm::random_source draw(3);
  pdm::two_level_threshold one, creeping;
  feed(one, 1.0, 500, draw);
  for (int i = 0; i < 1000; ++i) feed(creeping, pdm::math::exp(0.01 * i), 1, draw);
  for (int i = 1000; i > 0; --i) feed(creeping, pdm::math::exp(0.01 * i), 1, draw);
  CHECK_FALSE(one.threshold());
  CHECK_FALSE(creeping.threshold());
}

TEST_CASE("standing noise less than 12 dB below running gives no threshold rather than a doubtful one") {
  pdm::random_source draw(4);
  pdm::two_level_threshold close, far;
  for (int day = 0; day < 10; ++day) {
    for (double ratio : {1.0, 3.5}) feed(close, ratio, 50, draw);
    for (double ratio : {1.0, 5.0}) feed(far, ratio, 50, draw);
  }
  CHECK_FALSE(close.threshold());
  CHECK(far.threshold());
}
