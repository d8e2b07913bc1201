#include "pdm/prognostics/life_posterior.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/age_replacement.hpp"
#include "pdm/prognostics/weibull.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace {
using namespace pdm::prognostics;

struct lives {
  std::vector<double> log_t;
  std::unique_ptr<bool[]> failed;
  explicit lives(std::size_t n) : log_t(n), failed(std::make_unique<bool[]>(n)) {}
  [[nodiscard]] log_lives view() const { return {log_t, {failed.get(), log_t.size()}}; }
};

template <class Law>
struct posterior {
  std::vector<std::byte> memory{life_posterior<Law>::footprint() + 128};
  pdm::arena space{memory};
  life_posterior<Law> p;
  posterior() { REQUIRE(p.prepare(space).ok()); }
};

enum class stop { failure, time, own_time };  // with the r-th failure; all at one time; each at its own time

// Thirty lives with exactly r failures. scale 1.
template <class Draw>
lives drawn(pdm::random_source& draw, Draw&& life, std::size_t r, stop how) {
  constexpr std::size_t n = 30;
  lives l(n);
  std::vector<double> t(n), until(n, 1.0), ratio(n);
  for (std::size_t i = 0; i < n; ++i) {
    t[i] = life();
    if (how == stop::own_time) until[i] = 0.3 + 1.4 * draw.uniform();
    ratio[i] = t[i] / until[i];
  }
  auto sorted = ratio;
  std::sort(sorted.begin(), sorted.end());
  double const limit = how == stop::failure ? sorted[r - 1] : std::sqrt(sorted[r - 1] * sorted[r]);
  for (std::size_t i = 0; i < n; ++i) {
    l.failed[i] = ratio[i] <= limit;
    l.log_t[i] = std::log(l.failed[i] ? t[i] : limit * until[i]);
  }
  return l;
}
}  // namespace

TEST_CASE("the posterior of a Weibull life is the one that a sum over the shape gives in closed form") {
  // sigma = 1/b: p(b) ~ b^(r-2) prod t^b S^-r, S = sum t^b, and S scale^-b ~ gamma(r): quadrature over b alone.
  pdm::random_source draw(5);
  for (std::size_t r : {2, 3, 10}) {
    weibull const truth{1.7, 1};
    auto const l = drawn(
        draw, [&] { return truth.quantile(draw.uniform()); }, r, stop::own_time);
    posterior<smallest_extreme_value> made;
    REQUIRE(made.p.learn(l.view()).ok());
    for (double p : {0.05, 0.5, 0.95}) {
      double const log_b10 = made.p.log_age_quantile(0.1, p);
      double below = 0, all = 0, most = -1e300;
      for (int pass = 0; pass < 2; ++pass) {
        for (double s = -5; s < 6; s += 0.005) {
          double const b = std::exp(s);
          double power = 0, logs = 0;
          for (std::size_t i = 0; i < l.log_t.size(); ++i) {
            power += std::exp(b * l.log_t[i]);
            logs += l.failed[i] ? l.log_t[i] : 0;
          }
          double const weight = (static_cast<double>(r) - 0.85) * s  // d sigma / sigma^1.15
                                + b * logs - static_cast<double>(r) * std::log(power);
          if (pass == 0) {
            most = std::max(most, weight);
            continue;
          }
          double const w = std::exp(weight - most), c = -std::log(0.9);
          all += w;
          below += w * (1 - pdm::math::gamma_p(static_cast<double>(r), c * power * std::exp(-b * log_b10)));
        }
      }
      CAPTURE(r, p);
      CHECK(below / all == Approx(p).margin(0.001));
    }
  }
}

TEST_CASE("the maximum of likelihood is that of the Weibull fit, and of a plain log-normal sample") {
  pdm::random_source draw(8);
  weibull const truth{2.2, 3};
  auto const l = drawn(
      draw, [&] { return truth.quantile(draw.uniform()); }, 12, stop::own_time);
  std::vector<double> t(30);
  for (std::size_t i = 0; i < 30; ++i) t[i] = std::exp(l.log_t[i]);
  auto const expected = fit_weibull(t, l.view().failed).value();
  auto const found = fit_log_life<smallest_extreme_value>(l.view()).value();
  CHECK(1 / found.sigma == Approx(expected.law.shape).epsilon(1e-6));
  CHECK(std::exp(found.mu) == Approx(expected.law.scale).epsilon(1e-6));
  CHECK(found.log_likelihood == Approx(expected.log_likelihood).epsilon(1e-9));

  lives plain(50);
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    plain.log_t[i] = 2 + 0.5 * draw.normal(), plain.failed[i] = true;
    mean += plain.log_t[i] / 50, square += plain.log_t[i] * plain.log_t[i] / 50;
  }
  auto const normal = fit_log_life<standard_normal>(plain.view()).value();
  CHECK(normal.mu == Approx(mean).epsilon(1e-9));
  CHECK(normal.sigma == Approx(std::sqrt(square - mean * mean)).epsilon(1e-6));
}

TEST_CASE("with all lives known the log-normal posterior is Student's") {
  lives l(8);
  double const values[] = {1, 2, 2.5, 3, 3.1, 3.6, 4, 5.2};
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < 8; ++i) l.log_t[i] = values[i], l.failed[i] = true, mean += values[i] / 8;
  for (double v : values) square += (v - mean) * (v - mean) / 7;
  posterior<standard_normal> made;
  REQUIRE(made.p.learn(l.view()).ok());
  // d sigma / sigma^1.15 makes 7.15 degrees of freedom: 95 % quantile of Student's t, from that of F(1, 7.15).
  double const freedom = 7.15, t95 = std::sqrt(pdm::math::f_quantile(0.9, 1, freedom));
  CHECK(made.p.log_age_quantile(0.5, 0.95) == Approx(mean + t95 * std::sqrt(7 * square / freedom / 8)).epsilon(0.002));
  double const chi = pdm::math::chi_square_quantile(0.05, freedom);
  CHECK(made.p.sigma_quantile(0.95) == Approx(std::sqrt(7 * square / chi)).epsilon(0.005));
}

namespace {
// Percent of drawn ledgers whose 90 % interval of B10 holds the truth.
template <class Law, class Life>
double held_percent(pdm::random_source& draw, posterior<Law>& made, Life&& life, double log_b10, std::size_t r,
                    stop how, int ledgers) {
  int held = 0;
  for (int i = 0; i < ledgers; ++i) {
    auto const l = drawn(draw, life, r, how);
    REQUIRE(made.p.learn(l.view()).ok());
    held += made.p.log_age_quantile(0.1, 0.05) <= log_b10 && log_b10 <= made.p.log_age_quantile(0.1, 0.95) ? 1 : 0;
  }
  return 100.0 * held / ledgers;
}
}  // namespace

TEST_CASE("90 % intervals of B10 hold the truth as often as they say, with 3, 5 and 10 failures of 30", "[full]") {
  pdm::random_source draw(2026);
  posterior<smallest_extreme_value> made;
  double low = 100, high = 0;
  for (stop how : {stop::failure, stop::time, stop::own_time}) {
    for (std::size_t r : {3, 5, 10}) {
      for (double shape : {0.8, 3.0}) {
        weibull const w{shape, 1};
        auto const life = [&] { return w.quantile(draw.uniform()); };
        double const held = held_percent(draw, made, life, std::log(w.b10()), r, how, 1000);
        CAPTURE(held, r, shape, static_cast<int>(how));
        CHECK(held > 85);
        CHECK(held < 95.5);
        low = std::min(low, held), high = std::max(high, held);
      }
    }
  }
  std::printf("90 %% intervals of B10 held the truth in %.1f to %.1f %% of 1000 ledgers\n", low, high);
}

TEST_CASE("90 % intervals of a log-normal B10 hold the truth as often as they say", "[full]") {
  pdm::random_source draw(2027);
  posterior<standard_normal> made;
  auto const life = [&] { return std::exp(0.7 * draw.normal()); };
  double const held = held_percent(draw, made, life, 0.7 * standard_normal::quantile(0.1), 5, stop::failure, 150);
  CHECK(std::abs(held - 90) < 7.4);  // three deviations of 150
}

TEST_CASE("the posterior of one failure is refused without a prior, and so is one where all lives are one") {
  lives l(3);
  posterior<smallest_extreme_value> made;
  l.log_t = {1, 2, 3};
  for (std::size_t i = 0; i < 3; ++i) l.failed[i] = i == 1;
  CHECK(made.p.learn(l.view()).error() == pdm::errc::not_ready);
  CHECK(made.p.learn(l.view(), log_scale_prior{-0.7, 0.5}).ok());
  CHECK(made.p.sigma_quantile(0.5) > 0);
  for (std::size_t i = 0; i < 3; ++i) l.failed[i] = true, l.log_t[i] = 2;
  CHECK(made.p.learn(l.view()).error() == pdm::errc::not_ready);
}

TEST_CASE("learning from lives makes no heap call") {
  pdm::random_source draw(3);
  auto const l = drawn(
      draw, [&] { return draw.uniform() + 0.1; }, 5, stop::time);
  posterior<smallest_extreme_value> made;
  bool ok = false;
  CHECK(pdm::test::heap_calls_in([&] { ok = made.p.learn(l.view()).ok(); }).taken == 0);
  CHECK(ok);
}

TEST_CASE("replacing by age saves exactly where parts wear and failures cost more") {
  // Shape 1: share(T) = (p e^-x + f (1 - e^-x)) / (f (1 - e^-x)) = 1 + p/f / (e^x - 1), above 1 at every age.
  double const x = 0.7;
  CHECK(cost_share<smallest_extreme_value>({1, 5}, 0, 1, std::log(x)) ==
        Approx(1 + 0.2 / (std::exp(x) - 1)).epsilon(1e-12));
  CHECK(best_age<smallest_extreme_value>({1, 5}, 0, 1, 3).share > 1);
  CHECK(best_age<smallest_extreme_value>({1, 5}, 0, 1 / 0.6, 3).share > 1);
  // Shape 2, scale 1: G(T) = erf(T), since the mean life is sqrt(pi)/2.
  auto const best = best_age<smallest_extreme_value>({1, 10}, 0, 0.5, 2);
  double least = 1e9, at = 0;
  for (double t = 0.01; t < 3; t += 1e-4) {
    double const s = std::exp(-t * t), share = (s + 10 * (1 - s)) / (10 * std::erf(t));
    if (share < least) least = share, at = t;
  }
  CHECK(best.share == Approx(least).epsilon(1e-6));
  CHECK(std::exp(best.log_age) == Approx(at).epsilon(1e-2));
  CHECK(best.share < 1);
  // Equal costs: nothing to gain.
  CHECK(best_age<smallest_extreme_value>({1, 1}, 0, 0.5, 0.5).share > 1);
}

TEST_CASE("the log-normal share of a life lived before an age is its integral") {
  double const sigma = 0.6;
  double area = 0, mean = std::exp(0.5 * sigma * sigma);
  for (double t = 0.0005; t < 1.4; t += 0.001) area += 0.001 * pdm::math::normal_cdf(-std::log(t) / sigma);
  CHECK(standard_normal::lived_share(std::log(1.4) / sigma, sigma) == Approx(area / mean).epsilon(1e-4));
}
