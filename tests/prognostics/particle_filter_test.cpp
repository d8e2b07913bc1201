#include "pdm/prognostics/particle_filter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/kalman.hpp"
#include "pdm/prognostics/laws.hpp"
#include "pdm/prognostics/unscented_kalman.hpp"
#include "prognostics/physics.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace {
using namespace pdm::prognostics;

template <class P>
struct with_memory {
  std::vector<std::byte> memory;
  particle_filter<P> filter;
  explicit with_memory(typename particle_filter<P>::params const& p) : filter(p) {
    memory.resize(filter.footprint() + pdm::arena::alignment);
    pdm::arena space(memory);
    REQUIRE(filter.prepare(space).ok());
  }
};
particle_filter<rising_level>::params const usual{
    .particles = 1000, .mean = {0, 0.1}, .sd = {0.1, 0.1}, .sensor_sd = 0.2, .limit = 10, .horizon_steps = 400};

kalman<2> exact() {
  rising_level const p;
  kalman<2>::params k;
  k.transition = {{{1, 1}, {0, 1}}};
  k.noise = {{{p.level_noise * p.level_noise, 0}, {0, p.rate_noise * p.rate_noise}}};
  k.sensor = {1, 0};
  k.sensor_sd = usual.sensor_sd;
  k.mean = {0, 0.1};
  k.covariance = {{{0.01, 0}, {0, 0.01}}};
  return kalman<2>(k);
}
// Readings of a level that rises by 0.2 a step, while the filters believe in 0.1.
std::vector<double> readings(int n) {
  pdm::random_source draw(7);
  std::vector<double> z;
  for (int i = 1; i <= n; ++i) z.push_back(0.2 * i + 0.2 * draw.normal());
  return z;
}
auto const check_law = [](bool holds, char const* claim) {
  INFO(claim);
  CHECK(holds);
};
}  // namespace

TEST_CASE("all filters move the hidden rate to the truth, the unscented one exactly as the Kalman filter") {
  auto k = exact();
  auto many = usual;
  many.particles = 20000;
  with_memory<rising_level> particles(many);
  unscented_kalman<rising_level> unscented({.mean = {0, 0.1}, .sd = {0.1, 0.1}, .sensor_sd = 0.2, .limit = 10});
  for (double z : readings(40)) {
    k.update(z);
    unscented.update(z);
    particles.filter.update(z);
    REQUIRE(unscented.mean()[0] == Approx(k.mean()[0]).margin(1e-6));  // the physics writes its noise as float
    REQUIRE(unscented.mean()[1] == Approx(k.mean()[1]).margin(1e-6));
    REQUIRE(unscented.covariance()[1][1] == Approx(k.covariance()[1][1]).epsilon(1e-5));
    double const sd = std::sqrt(k.covariance()[1][1]);
    REQUIRE(std::abs(particles.filter.mean(1) - k.mean()[1]) < 0.2 * sd);
    REQUIRE(particles.filter.sd(1) == Approx(sd).epsilon(0.15));
  }
  CHECK(k.mean()[1] == Approx(0.2).margin(0.02));
  CHECK(particles.filter.mean(1) == Approx(0.2).margin(0.02));
  CHECK(unscented.mean()[1] == Approx(0.2).margin(0.02));
}

TEST_CASE("a reading moves the hidden state, not only what is read") {
  with_memory<rising_level> a(usual), b(usual);
  a.filter.update(0.1);
  b.filter.update(0.6);
  CHECK(b.filter.mean(1) > a.filter.mean(1) + 0.02);
}

TEST_CASE("with sensor noise of 1e-6 and 1000 particles all weights are finite, and one of them is 1") {
  auto sharp = usual;
  sharp.sensor_sd = 1e-6;
  with_memory<rising_level> p(sharp);
  for (double z : readings(60)) {
    p.filter.update(z);
    float most = 0;
    for (float w : p.filter.weights()) {
      REQUIRE(std::isfinite(w));
      REQUIRE(w >= 0);
      most = std::max(most, w);
    }
    REQUIRE(most == 1);
    REQUIRE(std::isfinite(p.filter.mean(0)));
    REQUIRE(std::isfinite(p.filter.mean(1)));
    life_laws(p.filter.predict(), check_law);
  }
}

TEST_CASE("one state and many particles work, and two particles do") {
  with_memory<wandering_level> one({.particles = 1000, .mean = {0}, .sd = {1}, .sensor_sd = 0.1, .limit = 9});
  for (int i = 0; i < 20; ++i) one.filter.update(0.7);
  CHECK(one.filter.mean(0) == Approx(0.7).margin(0.05));
  with_memory<wandering_level> two({.particles = 2, .mean = {0}, .sd = {1}, .sensor_sd = 0.1, .limit = 9});
  for (int i = 0; i < 20; ++i) two.filter.update(0.7);
  CHECK(std::isfinite(two.filter.mean(0)));
}

TEST_CASE("resampling keeps each particle as often as its weight asks for, to one") {
  // Without noise and motion, the copies of a value tell how often its particle was drawn.
  with_memory<wandering_level> p(
      {.physics = {.noise = 0}, .particles = 500, .mean = {0}, .sd = {1}, .sensor_sd = 1, .limit = 9});
  std::vector<float> const before(p.filter.particles(0).begin(), p.filter.particles(0).end());
  p.filter.update(0.3);
  auto const w = p.filter.weights();
  double sum = 0;
  for (float v : w) sum += static_cast<double>(v);
  for (std::size_t i = 0; i < before.size(); ++i) {
    double const expected = 500 * static_cast<double>(w[i]) / sum;
    auto const after = p.filter.particles(0);
    auto const copies = static_cast<double>(std::count(after.begin(), after.end(), before[i]));
    REQUIRE(std::abs(copies - expected) < 1.001);
  }
}

TEST_CASE("roughening keeps a filter without noise from starving") {
  particle_filter<rising_level>::params still = usual;
  still.physics = {.level_noise = 0, .rate_noise = 0};
  with_memory<rising_level> starved(still);
  still.roughening = 0.1;
  with_memory<rising_level> fed(still);
  for (double z : readings(80)) starved.filter.update(z), fed.filter.update(z);
  auto const distinct = [](auto const& f) {
    std::vector<float> rates(f.particles(1).begin(), f.particles(1).end());
    std::sort(rates.begin(), rates.end());
    return std::unique(rates.begin(), rates.end()) - rates.begin();
  };
  CHECK(distinct(starved.filter) < 50);
  CHECK(distinct(fed.filter) > 900);
  CHECK(fed.filter.mean(1) == Approx(0.2).margin(0.03));
}

TEST_CASE("without noise the life is where the line meets the limit, and the unscented filter says the same") {
  particle_filter<rising_level>::params p{.physics = {.level_noise = 0, .rate_noise = 0},
                                          .particles = 100,
                                          .mean = {0, 0.25},
                                          .sd = {0, 0},
                                          .sensor_sd = 1,
                                          .limit = 10,
                                          .horizon_steps = 100,
                                          .step = 2};
  with_memory<rising_level> f(p);
  f.filter.update(0.25);
  auto const e = f.filter.predict();  // 39 steps of 2 from a level of 0.25
  CHECK(e.life.cdf(75.9) == Approx(0).margin(1e-6));
  CHECK(e.life.cdf(78) == Approx(1).margin(0.01));
  CHECK(f.filter.predict().life.cdf(77) == e.life.cdf(77));  // predicting changes nothing
  unscented_kalman<rising_level> u({.physics = p.physics, .mean = {0, 0.25}, .sd = {0, 0}, .limit = 10, .step = 2});
  u.update(0.25);
  CHECK(u.predict().life.quantile(0.5).value() == Approx(78).margin(0.1));
}

TEST_CASE("lives of both filters agree with lives that were simulated on from the truth") {
  with_memory<rising_level> f(usual);
  auto k = exact();
  unscented_kalman<rising_level> u({.mean = {0, 0.1}, .sd = {0.1, 0.1}, .sensor_sd = 0.2, .limit = 10});
  for (double z : readings(25)) f.filter.update(z), k.update(z), u.update(z);
  auto const root = cholesky<2>(k.covariance());
  pdm::random_source draw(3);
  std::vector<double> lives;
  rising_level const physics;
  for (int i = 0; i < 4000; ++i) {
    double const a = draw.normal(), b = draw.normal();
    double s[2] = {k.mean()[0] + root[0][0] * a, k.mean()[1] + root[1][0] * a + root[1][1] * b};
    int steps = 0;
    for (; steps < 400 && s[0] < 10; ++steps) {
      double const w[2] = {draw.normal(), draw.normal()};
      physics.advance(s, w);
    }
    lives.push_back(steps);
  }
  std::sort(lives.begin(), lives.end());
  auto const e = f.filter.predict();
  for (double p : {0.1, 0.5, 0.9}) {
    double const truth = lives[static_cast<std::size_t>(p * 4000)];
    CHECK(e.life.quantile(p).value() == Approx(truth).margin(2));
    CHECK(u.predict().life.quantile(p).value() == Approx(truth).margin(3));
  }
}

TEST_CASE("every instruction set gives the same particles and the same life") {
  using pdm::simd::level;
  std::vector<double> means, lives;
  for (level l : {level::base, level::avx2, level::avx512}) {
    pdm::simd::limit(l);
    with_memory<rising_level> f(usual);
    for (double z : readings(30)) f.filter.update(z);
    means.push_back(f.filter.mean(1));
    auto const e = f.filter.predict();
    for (int i = 0; i < 60; ++i) lives.push_back(e.life.cdf(i));
  }
  pdm::simd::limit(level::avx512);
  for (std::size_t i = 0; i < 60; ++i) CHECK((lives[i] == lives[60 + i] && lives[i] == lives[120 + i]));
  CHECK((means[0] == means[1] && means[1] == means[2]));
}

TEST_CASE(
    "a filter goes on after restoring as if nothing had been, refuses a damaged state, and ignores what is no number") {
  with_memory<rising_level> a(usual), b(usual);
  auto const z = readings(30);
  for (int i = 0; i < 15; ++i) a.filter.update(z[static_cast<std::size_t>(i)]);
  std::vector<std::byte> bytes(a.filter.saved_bytes());
  REQUIRE(a.filter.save(bytes).ok());
  REQUIRE(b.filter.restore(bytes).ok());
  for (std::size_t i = 15; i < 30; ++i) {
    a.filter.update(z[i]), b.filter.update(z[i]);
    REQUIRE(a.filter.mean(0) == b.filter.mean(0));
    REQUIRE(a.filter.predict().life.cdf(20) == b.filter.predict().life.cdf(20));
  }
  bytes[bytes.size() / 2] ^= std::byte{1};
  CHECK_FALSE(b.filter.restore(bytes).ok());
  CHECK(a.filter.mean(0) == b.filter.mean(0));
  auto const count = a.filter.readings();
  a.filter.update(std::numeric_limits<double>::quiet_NaN());
  a.filter.update(std::numeric_limits<double>::infinity());
  CHECK(a.filter.readings() == count);
  CHECK(std::isfinite(a.filter.mean(0)));
  a.filter.update(1e30);  // explained by no particle
  CHECK(std::isfinite(a.filter.mean(0)));
}

TEST_CASE("no limit, no reading: no life; a limit that is far: beyond the horizon; wrong settings are refused") {
  auto p = usual;
  with_memory<rising_level> fresh(p);
  CHECK(fresh.filter.predict().why == pdm::abstention::not_ready);
  p.limit = 1e9;
  with_memory<rising_level> far(p);
  far.filter.update(0.1);
  CHECK(far.filter.predict().life.mass_beyond() == 1);
  p.limit = std::numeric_limits<double>::quiet_NaN();
  with_memory<rising_level> unlimited(p);
  unlimited.filter.update(0.1);
  CHECK(unlimited.filter.predict().why == pdm::abstention::no_limit);
  pdm::arena none;
  CHECK(particle_filter<rising_level>(usual).prepare(none).error() == pdm::errc::out_of_memory);
  p.sensor_sd = 0;
  std::vector<std::byte> memory(1 << 20);
  pdm::arena space(memory);
  CHECK(particle_filter<rising_level>(p).prepare(space).error() == pdm::errc::invalid_argument);
}

TEST_CASE("updates and predictions of a particle filter make no heap call") {
  with_memory<rising_level> f(usual);
  auto const z = readings(20);
  auto const calls = pdm::test::heap_calls_in([&] {
    for (double v : z) f.filter.update(v), (void)f.filter.predict();
  });
  CHECK(calls.taken == 0);
}
