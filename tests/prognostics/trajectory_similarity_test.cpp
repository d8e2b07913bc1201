#include "pdm/prognostics/trajectory_similarity.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/laws.hpp"
#include "pdm/prognostics/metrics.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace {
using namespace pdm::prognostics;

struct with_memory {
  std::vector<std::byte> memory;
  trajectory_similarity model;
  explicit with_memory(trajectory_similarity::params const& p) : model(p) {
    memory.resize(model.footprint() + pdm::arena::alignment);
    pdm::arena space(memory);
    REQUIRE(model.prepare(space).ok());
  }
};
// A health index that falls along a parabola to 0 at the end of `life` rows.
std::vector<float> fall(int life, double noise, pdm::random_source& draw) {
  std::vector<float> y;
  for (int t = 1; t <= life; ++t)
    y.push_back(static_cast<float>(1 - std::pow(t / double(life), 2) + noise * draw.normal()));
  return y;
}
}  // namespace

TEST_CASE("a unit that went exactly as one before has the life that was left there") {
  pdm::random_source draw(1);
  for (auto kind : {similarity_kind::pairwise, similarity_kind::residual}) {
    with_memory s({.window = 20, .paths = 3, .longest = 300, .kind = kind, .step = 2});
    for (int life : {150, 200, 260}) REQUIRE(s.model.learn_path(fall(life, 0, draw)).ok());
    auto const same = fall(200, 0, draw);
    for (std::size_t t = 0; t < 120; ++t) s.model.update(same[t]);
    (void)s.model.predict();
    CHECK(s.model.nearest().path == 1);
    CHECK(s.model.nearest().distance < 1e-5);
    CHECK(s.model.nearest().life == 2 * 80);
  }
}

TEST_CASE("the best place is the one that a plain search finds, on every instruction set") {
  using pdm::simd::level;
  std::vector<double> all;
  for (level l : {level::base, level::avx2, level::avx512}) {
    pdm::simd::limit(l);
    pdm::random_source again(5);
    for (int round = 0; round < 40; ++round) {
      auto const m = static_cast<std::size_t>(5 + again.index(40)), n = static_cast<std::size_t>(m + again.index(200));
      with_memory s({.window = m, .paths = 1, .longest = n});
      std::vector<float> path(n), query(m);
      for (auto& v : path) v = static_cast<float>(again.normal());
      for (auto& v : query) v = static_cast<float>(again.normal());
      REQUIRE(s.model.learn_path(path).ok());
      for (float v : query) s.model.update(v);
      (void)s.model.predict();
      double best = 1e9;
      std::size_t place = 0;
      for (std::size_t o = 0; o + m <= n; ++o) {
        float d = 0;
        for (std::size_t k = 0; k < m; ++k) d += (path[o + k] - query[k]) * (path[o + k] - query[k]);
        if (static_cast<double>(d) < best) best = static_cast<double>(d), place = o;
      }
      REQUIRE(s.model.nearest().life == static_cast<double>(n - m - place));
      REQUIRE(s.model.nearest().distance == std::sqrt(best / static_cast<double>(m)));
      all.push_back(s.model.nearest().distance);
    }
  }
  pdm::simd::limit(level::avx512);
  for (std::size_t i = 0; i < 40; ++i) CHECK((all[i] == all[40 + i] && all[i] == all[80 + i]));
}

TEST_CASE("a fleet says the life of its members, the residual kind better where readings are noisy") {
  pdm::random_source draw(3);
  double error[2] = {0, 0}, naive = 0;
  int held = 0, asked = 0;
  std::vector<std::vector<float>> fleet;
  for (int i = 0; i < 40; ++i) fleet.push_back(fall(120 + static_cast<int>(draw.index(160)), 0.15, draw));
  with_memory pair({.window = 30, .paths = 40, .longest = 300}),
      rest({.window = 30, .paths = 40, .longest = 300, .kind = similarity_kind::residual});
  for (auto const& path : fleet) REQUIRE((pair.model.learn_path(path).ok() && rest.model.learn_path(path).ok()));
  for (int i = 0; i < 60; ++i) {
    int const life = 120 + static_cast<int>(draw.index(160));
    auto const y = fall(life, 0.15, draw);
    pair.model.begin(), rest.model.begin();
    auto const now = static_cast<std::size_t>(0.6 * life);
    for (std::size_t t = 0; t < now; ++t) pair.model.update(y[t]), rest.model.update(y[t]);
    double const truth = life - static_cast<double>(now);
    auto const e = rest.model.predict();
    life_laws(e, [](bool holds, char const* claim) {
      INFO(claim);
      CHECK(holds);
    });
    error[0] += std::abs(pair.model.predict().life.mean() - truth);
    error[1] += std::abs(e.life.mean() - truth);
    naive += std::abs(200.0 - static_cast<double>(now) - truth);
    held += covers(e, 0.8, truth).value() ? 1 : 0, ++asked;
  }
  CAPTURE(error[0], error[1], naive, held);
  CHECK(error[0] < 0.7 * naive);
  CHECK(error[1] < error[0]);
  CHECK(held > 0.7 * asked);
}

TEST_CASE("fewer rows than the window, no path, a path that does not fit: abstention or refusal") {
  pdm::random_source draw(4);
  with_memory s({.window = 30, .paths = 2, .longest = 100});
  for (int i = 0; i < 50; ++i) s.model.update(0.5F);
  CHECK(s.model.predict().abstained());
  REQUIRE(s.model.learn_path(fall(80, 0.1, draw)).ok());
  CHECK_FALSE(s.model.predict().abstained());
  s.model.begin();
  for (int i = 0; i < 29; ++i) s.model.update(0.5F);
  s.model.update(std::numeric_limits<float>::quiet_NaN());
  CHECK(s.model.predict().why == pdm::abstention::not_ready);
  CHECK(s.model.learn_path(fall(29, 0, draw)).error() == pdm::errc::shape_mismatch);
  CHECK(s.model.learn_path(fall(101, 0, draw)).error() == pdm::errc::shape_mismatch);
  std::vector<float> broken(60, 1.0F);
  broken[7] = std::numeric_limits<float>::infinity();
  CHECK(s.model.learn_path(broken).error() == pdm::errc::bad_quality);
  REQUIRE(s.model.learn_path(fall(90, 0, draw)).ok());
  CHECK(s.model.learn_path(fall(90, 0, draw)).error() == pdm::errc::limit_exceeded);
}

TEST_CASE("rows and predictions of a similarity model make no heap call") {
  pdm::random_source draw(6);
  with_memory s({.window = 30, .paths = 1, .longest = 100});
  REQUIRE(s.model.learn_path(fall(80, 0.1, draw)).ok());
  auto const calls = pdm::test::heap_calls_in([&] {
    for (int i = 0; i < 200; ++i) s.model.update(0.5F), (void)s.model.predict();
  });
  CHECK(calls.taken == 0);
}
