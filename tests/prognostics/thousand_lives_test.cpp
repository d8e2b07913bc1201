// A thousand lives of each kind, simulated step by step to the limit: does what was said part-way agree with what came?
// The lives are not drawn from the formulas of the models but walked, in steps of a tenth of a row.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/linear_degradation.hpp"
#include "pdm/prognostics/wiener.hpp"
#include "prognostics/calibration.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::prognostics;
constexpr int lives = 1000;
constexpr double fine = 0.1;

constexpr int thousands = 20;

// Twenty thousands of a kind, each with its own seed and each judged alone: uniform at the 1 % level of Kolmogorov and
// Smirnov, and 77 to 83 % of the lives inside the 80 % interval. Of a thousand that is calibrated exactly 2.8 % fail by
// chance: 1 % and 1.8 % (2.37 binomial deviations). So two of twenty may fail (three or more: 1.8 %), and all the lives
// together, which chance moves a quarter as far, have to hold 80 % within three deviations.
struct thousand {
  double gap = 0, share = 0;
  bool passes = false;
};
thousand judged_alone(calibration const& c) {
  double const share = c.covered / static_cast<double>(c.pit.size());
  return {c.worst_gap(), share, c.is_uniform() && share >= 0.77 && share <= 0.83};
}

template <class Simulate>
void judge(char const* kind, std::uint64_t seed, Simulate&& simulate) {
  calibration all;
  int failed = 0;
  double worst_gap = 0, least = 1, most = 0;
  for (std::uint64_t batch = 0; batch < thousands; ++batch) {
    pdm::random_source draw(seed + 1000 * batch);
    calibration c;
    simulate(draw, c);
    auto const one = judged_alone(c);
    failed += one.passes ? 0 : 1;
    worst_gap = std::max(worst_gap, one.gap), least = std::min(least, one.share), most = std::max(most, one.share);
    all.covered += c.covered, all.abstained += c.abstained;
    all.pit.insert(all.pit.end(), c.pit.begin(), c.pit.end());
  }
  double const n = static_cast<double>(all.pit.size()), share = all.covered / n;
  std::printf(
      "%-18s %d of %d thousands fail; worst distance %.4f (1 %%: 0.0515); 80 %% holds %.2f %%, by thousand %.1f to "
      "%.1f; "
      "abstained %d\n",
      kind, failed, thousands, worst_gap, 100 * share, 100 * least, 100 * most, all.abstained);
  CAPTURE(kind, failed, share, all.abstained);
  CHECK(failed <= 2);
  CHECK(all.covers_as_stated());
  CHECK(all.abstained < thousands * lives / 20);
}

// Walks a level by `step(dt)` and tells the model every row; asks it at `ask` rows, then goes on to the limit.
// Nothing: the limit was reached before.
template <class Model, class Step>
std::optional<double> rest_of(Model& m, double ask, double limit, Step&& step) {
  double level = 0, t = 0;
  m.start(0, 0);
  for (int i = 1; i <= static_cast<int>(ask / fine + 0.5); ++i) {
    level += step(t, fine);
    t = i * fine;
    if (level >= limit) return std::nullopt;
    if (i % 10 == 0) m.update(t, level);
  }
  double const asked = t;
  while (level < limit) level += step(t, fine), t += fine;
  return t - asked - 0.5 * fine;  // reached somewhere in the last step
}
}  // namespace

TEST_CASE("a thousand lines with noisy readings: uniform PIT, 80 % held", "[full]") {
  judge("linear", 101, [](pdm::random_source& draw, calibration& c) {
    double const mean = 1, sd = 0.15, eps = 0.5, limit = 100;
    for (int i = 0; i < lives; ++i) {
      double const a = 0.2 * draw.normal(), b = mean + sd * draw.normal();
      linear_degradation m(
          {.prior = {0, mean, 0.04, sd * sd, 0}, .var_eps = eps * eps, .limit = limit, .horizon = 500});
      REQUIRE(m.prepare().ok());
      m.start(0);
      for (int t = 1; t <= 30; ++t) m.update(t, a + b * t + eps * draw.normal());
      // The life is over when a reading at that time would be above: the noise of that reading belongs to it.
      c.add(m.predict(), (limit - a - eps * draw.normal()) / b - 30);
    }
  });
}

TEST_CASE("a thousand exponential growths with noisy readings: uniform PIT, 80 % held", "[full]") {
  judge("exponential", 102, [](pdm::random_source& draw, calibration& c) {
    double const mean = 0.05, sd = 0.01, eps = 0.1, limit = 50;
    for (int i = 0; i < lives; ++i) {
      double const a = 0.1 * draw.normal(), b = mean + sd * draw.normal();
      exponential_degradation m(
          {.prior = {0, mean, 0.01, sd * sd, 0}, .var_eps = eps * eps, .phi = 2, .limit = limit, .horizon = 1000});
      REQUIRE(m.prepare().ok());
      m.start(0);
      for (int t = 1; t <= 25; ++t) m.update(t, 2 + std::exp(a + b * t + eps * draw.normal()));
      c.add(m.predict(), (std::log(limit - 2) - a - eps * draw.normal()) / b - 25);
    }
  });
}

TEST_CASE("a thousand Wiener paths with jumps: uniform PIT, 80 % held", "[full]") {
  judge("Wiener with jumps", 103, [](pdm::random_source& draw, calibration& c) {
    // Jumps of exponential size: their mean goes to the drift, their second moment to the diffusion.
    double const mean = 0.4, sd = 0.1, sigma = 0.5, often = 0.1, size = 0.8, limit = 50;
    wiener_degradation::params const p{.drift_mean = mean + often * size,
                                       .drift_sd = sd,
                                       .sigma = std::sqrt(sigma * sigma + often * 2 * size * size),
                                       .limit_mean = limit,
                                       .horizon = 1000};
    while (c.pit.size() < lives) {
      double const drift = mean + sd * draw.normal();
      wiener_degradation w(p);
      REQUIRE(w.prepare().ok());
      auto const rest = rest_of(w, 30, limit, [&](double, double dt) {
        double step = drift * dt + sigma * std::sqrt(dt) * draw.normal();
        if (draw.uniform() < often * dt) step -= size * std::log(1 - draw.uniform());
        return step;
      });
      if (rest) c.add(w.predict(), *rest);
    }
  });
}

TEST_CASE("a thousand lives under a duty that changes, on the clock of duty: uniform PIT, 80 % held", "[full]") {
  judge("change of duty", 104, [](pdm::random_source& draw, calibration& c) {
    // The machine runs at half, full or double duty for some rows at a time. Wear goes with duty, and so does the clock
    // that the model is told; its life is in rows of full duty.
    double const mean = 0.5, sd = 0.12, sigma = 0.6, limit = 50;
    wiener_degradation::params const p{
        .drift_mean = mean, .drift_sd = sd, .sigma = sigma, .limit_mean = limit, .horizon = 1000};
    while (c.pit.size() < lives) {
      double const drift = mean + sd * draw.normal();
      wiener_degradation w(p);
      REQUIRE(w.prepare().ok());
      w.start(0, 0);
      double level = 0, clock = 0, duty = 1, asked = -1;
      for (int i = 1; level < limit; ++i) {
        if (draw.uniform() < 0.01) duty = 0.5 * std::pow(2.0, static_cast<double>(draw.index(3)));
        double const dt = duty * fine;
        level += drift * dt + sigma * std::sqrt(dt) * draw.normal();
        clock += dt;
        if (i % 10 == 0 && i <= 300 && level < limit) w.update(clock, level);
        if (i == 300 && level < limit) asked = clock;
      }
      if (asked > 0) c.add(w.predict(), clock - asked - 0.5 * fine * duty);
    }
  });
}
