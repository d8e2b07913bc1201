#include "pdm/anomaly/run_length.hpp"

#include "pdm/anomaly/cusum.hpp"
#include "pdm/anomaly/ewma_chart.hpp"
#include "pdm/anomaly/page_hinkley.hpp"
#include "pdm/anomaly/shewhart.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {

using namespace pdm::anomaly;

// Mean run length of a chart on independent normal values.
template <class Chart>
double simulated(Chart const& fresh, double shift, int runs) {
  pdm::random_source draw(11);
  double sum = 0;
  for (int i = 0; i < runs; ++i) {
    Chart chart = fresh;
    int n = 1;
    while (!chart.update(draw.normal() + shift)) ++n;
    sum += n;
  }
  return sum / runs;
}

}  // namespace

// D. Montgomery, Introduction to Statistical Quality Control, 6th ed., tables 9.3 and 9.11.
TEST_CASE("run lengths of CUSUM and EWMA charts are those of the published tables") {
  CHECK(cusum_run_length(0.5, 4) == Approx(168).epsilon(0.01));
  CHECK(cusum_run_length(0.5, 5) == Approx(465).epsilon(0.01));
  CHECK(cusum_run_length(0.5, 5, 1) == Approx(10.4).epsilon(0.01));
  CHECK(cusum_run_length(0.5, 4, 2) == Approx(3.34).epsilon(0.01));
  CHECK(ewma_run_length(0.4, 3.054) == Approx(500).epsilon(0.01));
  CHECK(ewma_run_length(0.1, 2.814) == Approx(500).epsilon(0.01));
  CHECK(ewma_run_length(0.1, 2.814, 1) == Approx(10.3).epsilon(0.01));
  CHECK(ewma_run_length(0.05, 2.615, 0.5) == Approx(28.7).epsilon(0.015));
  CHECK(shewhart_run_length(3) == Approx(370.4).epsilon(1e-3));
}

TEST_CASE("a limit for a wanted run length has that run length") {
  for (double wanted : {100.0, 1000.0, 20000.0}) {
    CHECK(cusum_run_length(0.5, cusum_limit_for(wanted, 0.5)) == Approx(wanted).epsilon(1e-6));
    CHECK(ewma_run_length(0.2, ewma_limit_for(wanted, 0.2)) == Approx(wanted).epsilon(1e-6));
    CHECK(shewhart_run_length(shewhart_limit_for(wanted)) == Approx(wanted).epsilon(1e-9));
  }
}

TEST_CASE("the charts themselves run as long as was computed") {
  double const h = cusum_limit_for(200, 0.5), l = ewma_limit_for(200, 0.2);
  CHECK(simulated(cusum({.k = 0.5, .h = h}), 0, 4000) == Approx(200).epsilon(0.06));
  CHECK(simulated(cusum({.k = 0.5, .h = h}), 1, 4000) == Approx(cusum_run_length(0.5, h, 1)).epsilon(0.05));
  // The chart starts with narrower limits than the steady ones of the formula: a little shorter.
  CHECK(simulated(ewma_chart({.lambda = 0.2, .L = l}), 0, 4000) == Approx(200).epsilon(0.08));
  CHECK(simulated(shewhart({.L = shewhart_limit_for(200)}), 0, 4000) == Approx(200).epsilon(0.06));
}

// C. Champ, W. Woodall, Technometrics 29 (1987), table 1.
TEST_CASE("run rules shorten the Shewhart chart's run length as published") {
  CHECK(simulated(shewhart({.two_of_three = true}), 0, 6000) == Approx(225.44).epsilon(0.05));
  CHECK(simulated(shewhart({.four_of_five = true}), 0, 6000) == Approx(166.05).epsilon(0.05));
  CHECK(simulated(shewhart({.eight_in_a_row = true}), 0, 6000) == Approx(152.73).epsilon(0.05));
  shewhart const all({.two_of_three = true, .four_of_five = true, .eight_in_a_row = true});
  CHECK(simulated(all, 0, 6000) == Approx(91.75).epsilon(0.05));
}

TEST_CASE("a Page-Hinkley test sees a shift after a long usual time as quickly as a CUSUM") {
  pdm::random_source draw(3);
  double delay = 0;
  for (int run = 0; run < 200; ++run) {
    page_hinkley test({.delta = 0.5, .lambda = 12});
    bool early = false;
    for (int i = 0; i < 1000; ++i) early = test.update(draw.normal()) || early;
    int n = 1;
    while (!test.update(draw.normal() + 2)) ++n;
    delay += early ? 0 : n;
  }
  CHECK(delay / 200 == Approx(12 / 1.5).epsilon(0.25));
}
