// The rules of a diagnosis on evidence made by hand.
#include <cmath>
#include <vector>

#include "pdm/diagnostics/bearing_rules.hpp"
#include "pdm/diagnostics/label_check.hpp"
#include "pdm/diagnostics/shaft_evidence.hpp"
#include "pdm/diagnostics/shaft_speed.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::diagnostics;

constexpr std::size_t inner = 0, outer = 1, ball = 2;

// A spectrum with lines (Hz, dB over a floor of one), each with the lobe of a Hann window.
line_levels spectrum(::test::memory& memory, double df, std::initializer_list<std::pair<double, double>> lines) {
  std::vector<float> power(4000, 1);
  for (auto const& [hz, db] : lines) {
    for (std::size_t k = 1; k < power.size(); ++k) {
      double const d = static_cast<double>(k) - hz / df;
      if (std::abs(d) > 3) continue;
      double const sinc = std::abs(d) < 1e-9 ? 1 : std::sin(math::pi * d) / (math::pi * d);
      double const lobe = std::abs(std::abs(d) - 1) < 1e-9 ? 0.5 : sinc / (1 - d * d);
      power[k] += static_cast<float>(std::pow(10, db / 10) * lobe * lobe);
    }
  }
  line_levels l;
  REQUIRE(l.prepare(power.size(), memory.arena()).ok());
  l.assign(power, df, 20 * df);
  return l;
}

bearing_evidence evidence(double in, double out, double roll) {
  bearing_evidence e{};
  e[inner] = {in, 135, 135}, e[outer] = {out, 90, 90}, e[ball] = {roll, 118, 118}, e[3] = {0, 10, 10};
  for (auto& part : e) part.carried = 20;
  e[ball].by_cage = 12;
  return e;
}

}  // namespace

TEST_CASE("decibels is ten times the logarithm, within 1e-4 dB") {
  for (float x = 1e-20f; x < 1e20f; x *= 1.37f) {
    CHECK(std::abs(decibels(x) - 10 * std::log10(static_cast<double>(x))) < 1e-4 * (1 + 1e-6 * std::abs(x)));
  }
}

TEST_CASE("the speed is found between two lines of the spectrum, to a hundredth of a line") {
  ::test::memory memory;
  double const df = 0.2;
  for (double const true_hz : {24.83, 25.0, 25.117}) {
    auto const l = spectrum(memory, df, {{true_hz, 30}, {2 * true_hz, 24}, {3 * true_hz, 20}});
    auto const s = find_speed(l, 24, 26, 25);
    CHECK(s.refined);
    CHECK(s.found == 3);
    CHECK(s.hz == Approx(true_hz).margin(0.02 * df));
    CHECK(s.lead > 2);
  }
}

TEST_CASE("where nothing stands out the declared speed is kept") {
  ::test::memory memory;
  auto const s = find_speed(spectrum(memory, 0.2, {}), 24, 26, 25);
  CHECK_FALSE(s.refined);
  CHECK(s.hz == 25);
}

TEST_CASE("a notched line goes with its flanks, its neighbour stays") {
  ::test::memory memory;
  auto l = spectrum(memory, 0.2, {{50, 60}, {51.6, 20}});
  l.notch_line(50, 0.24);
  CHECK(l.peak(50, 0.5).db <= 1);
  CHECK(l.peak(51.6, 0.2).db > 18);
}

TEST_CASE("a part is named by its lead, and two of like height are rivals") {
  CHECK(judge(evidence(20, 3, 2), {}).probability[inner] > 0.99);
  auto const o = judge(evidence(8, 7, 1), {});
  CHECK(o.finding == bearing_finding::rivals);
  CHECK(o.probability[inner] < 0.5);
}

TEST_CASE("one line has one owner: the part that lies nearer, or nobody") {
  auto e = evidence(2, 14, 16);
  e[outer].base_hz = e[ball].base_hz = 118.02;
  e[outer].expected_hz = 119.3;  // 1.1 % away, the ball on the spot
  auto const near = judge(e, {}, {25, 0.1});
  CHECK(near.probability[ball] > 0.5);
  CHECK(near.probability[outer] < 0.5);
  e[outer].expected_hz = 118.1;
  auto const nobody = judge(e, {}, {25, 0.1});
  CHECK(nobody.finding == bearing_finding::coincident);
  CHECK(nobody.probability[ball] < 0.5);
}

TEST_CASE("lines of a second part are its own only if they are no sideband of the first") {
  auto e = evidence(25, 14, 0);
  e[outer].base_hz = e[inner].base_hz - 2 * 25;  // 85 Hz
  CHECK(judge(e, {}, {25, 0.1}).probability[outer] < 0.5);
  e[outer].base_hz = 90;
  CHECK(judge(e, {}, {25, 0.1}).probability[outer] > 0.5);
}

TEST_CASE("higher lines of no part forbid to name one, and so does an order of the shaft") {
  CHECK(judge(evidence(15, 2, 1), {}, {25, 0.1, {22, 100}}).finding == bearing_finding::stranger);
  CHECK(judge(evidence(15, 2, 1), {}, {25, 0.1, {10, 100}}).finding == bearing_finding::named);
  auto e = evidence(15, 2, 1);
  e[inner].base_hz = 125.1;
  CHECK(judge(e, {}, {25, 0.1}).finding == bearing_finding::coincident);
}

TEST_CASE("a line whose sidebands at shaft speed stand above it is a sideband itself, and names nothing") {
  auto e = evidence(3, 20, 2);
  e[outer].carried = -3;
  auto const o = judge(e, {}, {25, 0.1});
  CHECK(o.probability[outer] < 0.5);
  CHECK(o.finding == bearing_finding::stranger);
  CHECK(o.misplaced);
  e[outer].carried = 3;
  CHECK(judge(e, {}, {25, 0.1}).probability[outer] > 0.9);
}

TEST_CASE("a rolling element is modulated by the cage; a line modulated by the shaft is none") {
  auto e = evidence(1, 2, 20);
  CHECK(judge(e, {}, {25, 0.1}).probability[ball] > 0.9);
  e[ball].sidebands = 15;
  CHECK(judge(e, {}, {25, 0.1}).finding == bearing_finding::stranger);
  e[ball].sidebands = e[ball].by_cage = 0;
  CHECK(judge(e, {}, {25, 0.1}).probability[ball] < 0.5);
}

TEST_CASE("harmonics of a loud cage are no race, and the cage is not named where balls would not be heard") {
  auto e = evidence(1, 14, 2);
  e[3] = {22, 10, 10, 25, 5};
  auto const both = judge(e, {}, {25, 0.1});
  CHECK(both.probability[outer] < 0.1);  // 90 Hz is the ninth harmonic of 10 Hz
  CHECK(both.probability[3] > 0.9);
  auto const hidden = judge(e, {}, {25, 0.1, {}, true});
  CHECK(hidden.probability[3] < 0.5);
  CHECK(hidden.finding == bearing_finding::rolling);
}

TEST_CASE("lines of no part make no machine normal") {
  CHECK(judge(evidence(1, 2, 1), {}, {25, 0.1, {6, 100}}).finding == bearing_finding::nothing);
  CHECK(judge(evidence(1, 2, 1), {}, {25, 0.1, {8, 100}}).finding == bearing_finding::stranger);
}

TEST_CASE("a slow machine whose acceleration has harmonics is no unbalance; one with 1x alone above the limit is") {
  shaft_evidence e;
  e.known = true;
  e.velocity[1] = 11, e.velocity[3] = 2.2;  // 1x and 2x; in acceleration 1 to 0.4
  CHECK(judge(e, shaft_rules{}).unbalance == 0);
  e.velocity[3] = 0.2;
  CHECK(judge(e, shaft_rules{}).unbalance > 0.5);
  e.velocity[1] = 3;
  CHECK(judge(e, shaft_rules{}).unbalance < 0.1);
}

TEST_CASE("odd harmonics of another speed vote, of the mains they do not; races need their shaft") {
  label_evidence e;
  e.odd = {0, 14, 18, 10, 0};
  CHECK(label_vote(e, {}, true) == 0.5);
  CHECK_FALSE(label_vote(e, {}, false).has_value());  // a loose machine has half orders
  e.odd = {0, 0, 4, 18, 0};
  CHECK(label_vote(e, {}, true) == 2.0);
  e.mains[3] = 1;
  CHECK_FALSE(label_vote(e, {}, true).has_value());
  e = {};
  e.races = {30, 0, 10, 0, 0};
  CHECK_FALSE(label_vote(e, {}, true).has_value());
  e.odd[0] = 8;
  CHECK(label_vote(e, {}, true) == 0.25);
  e = {};
  e.odd[2] = 15, e.races[4] = 25;  // the mesh of a gear
  CHECK(label_vote(e, {}, true) == 1.0);
}
