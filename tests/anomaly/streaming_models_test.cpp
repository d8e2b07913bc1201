// What the fast streaming models promise beyond the laws: closed forms, long streams, every instruction set.
#include <array>
#include <cmath>
#include <vector>

#include "pdm/anomaly/adwin.hpp"
#include "pdm/anomaly/laws.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/oja_subspace.hpp"
#include "pdm/anomaly/robust_random_cut_forest.hpp"
#include "pdm/core/simd.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm::anomaly;

// Scores of a taught detector with at most this instruction set.
template <class D>
std::vector<double> scores_at(pdm::simd::level most, D d, std::size_t columns) {
  pdm::simd::limit(most);
  test::memory room(std::size_t{4} << 20);
  REQUIRE(d.prepare(columns, room.arena()).ok());
  detail::usual_rows rows(columns, 7);
  std::vector<double> scores;
  for (int i = 0; i < 1500; ++i) {
    auto r = rows.next();
    if (i % 40 == 0) r.present[1] = false;
    scores.push_back(d.score_one(r).value);
    d.learn_one(r, 1);
  }
  pdm::simd::limit(pdm::simd::level::avx2);
  return scores;
}

}  // namespace

TEST_CASE("every instruction set gives the same scores, bit for bit, also for columns that do not fill a vector") {
  for (std::size_t columns : {5, 16, 19}) {
    using pdm::simd::level;
    CHECK(scores_at(level::base, mahalanobis(), columns) == scores_at(level::avx2, mahalanobis(), columns));
    CHECK(scores_at(level::base, oja_subspace(), columns) == scores_at(level::avx2, oja_subspace(), columns));
    CHECK(scores_at(level::base, robust_random_cut_forest({.trees = 5}), columns) ==
          scores_at(level::avx2, robust_random_cut_forest({.trees = 5}), columns));
  }
}

TEST_CASE("the Mahalanobis inverse stays symmetric and near that of the true covariance over 300000 rows") {
  test::memory room;
  mahalanobis d;
  REQUIRE(d.prepare(3, room.arena()).ok());
  pdm::random_source draw(5);
  std::array<double, 3> v{};
  for (int i = 0; i < 300000; ++i) {
    double const a = draw.normal(), b = draw.normal();
    v = {a, 0.8 * a + 0.6 * b, 1e6};  // correlation 0.8, and a constant
    d.learn_one(test::steady_row(v), 1);
  }
  CHECK(d.precision(0, 1) == d.precision(1, 0));
  CHECK(d.precision(0, 0) == Approx(1 / 0.36).epsilon(0.2));
  CHECK(d.precision(0, 1) == Approx(-0.8 / 0.36).epsilon(0.2));
  CHECK(d.precision(2, 2) < 2e4);  // a constant column: bounded by the least variance
}

TEST_CASE("the subspace turns to the direction that carries the variance, and stays orthonormal") {
  test::memory room;
  oja_subspace d({.k = 1, .step = 0.003});
  REQUIRE(d.prepare(4, room.arena()).ok());
  pdm::random_source draw(6);
  std::array<double, 4> v{};
  for (int i = 0; i < 20000; ++i) {
    double const shared = draw.normal();
    for (double& x : v) x = 2 * shared + 0.5 * draw.normal();
    d.learn_one(test::steady_row(v), 1);
  }
  double norm = 0;
  for (double w : d.direction(0)) {
    CHECK(std::abs(w) == Approx(0.5).margin(0.1));  // the warm-up knows the scales to a tenth
    norm += w * w;
  }
  CHECK(norm == Approx(1).margin(1e-3));
}

TEST_CASE("an absent value is imputed from what the other columns say") {
  test::memory room(std::size_t{4} << 20);
  robust_random_cut_forest d;
  REQUIRE(d.prepare(3, room.arena()).ok());
  pdm::random_source draw(8);
  std::array<double, 3> v{}, filled{};
  for (int i = 0; i < 1000; ++i) {
    double const side = draw.uniform() < 0.5 ? -5 : 5;
    for (double& x : v) x = 100 + side + 0.3 * draw.normal();
    d.learn_one(test::steady_row(v), 1);
  }
  for (double side : {-5.0, 5.0}) {
    v = {100 + side, 100 + side, pdm::math::not_a_number};
    REQUIRE(d.impute(test::steady_row(v), filled));
    CHECK(filled[0] == v[0]);
    CHECK(filled[2] == Approx(100 + side).margin(1));
  }
}

TEST_CASE("ADWIN keeps a steady stream whole, cuts at a shift, and has the moments of its window") {
  adwin window;
  pdm::random_source draw(9);
  double sum = 0;
  for (int i = 0; i < 20000; ++i) {
    double const x = 1e9 + draw.normal();
    sum += x - 1e9;
    CHECK_FALSE(window.update(x));
  }
  CHECK(window.width() == 20000);
  CHECK(window.mean() - 1e9 == Approx(sum / 20000).margin(1e-6));
  CHECK(window.variance() == Approx(1).epsilon(0.05));
  int delay = 0;
  while (!window.update(1e9 + 1 + draw.normal())) ++delay;
  CHECK(delay < 400);
  for (int i = 0; i < 2000; ++i) (void)window.update(1e9 + 1 + draw.normal());
  CHECK(window.mean() - 1e9 == Approx(1).margin(0.15));
  CHECK(window.width() < 6000);
  CHECK_FALSE(window.update(pdm::math::not_a_number));
}

TEST_CASE("a saved ADWIN goes on where it was, and a damaged archive is refused") {
  adwin a, b;
  pdm::random_source draw(10);
  for (int i = 0; i < 5000; ++i) (void)a.update(draw.normal());
  std::vector<std::byte> bytes(a.saved_bytes());
  auto const n = a.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.restore(std::span(bytes).first(*n)).ok());
  for (int i = 0; i < 3000; ++i) {
    double const x = draw.normal() + (i > 1000 ? 1 : 0);
    CHECK(a.update(x) == b.update(x));
  }
  CHECK(a.width() == b.width());
  CHECK(a.mean() == b.mean());
  bytes[60] ^= std::byte{4};
  CHECK_FALSE(b.restore(std::span(bytes).first(*n)).ok());
}
