#include "pdm/anomaly/robust_mahalanobis.hpp"

#include <array>
#include <cmath>

#include "pdm/anomaly/laws.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using pdm::anomaly::robust_mahalanobis;
using test::steady_row;

struct fixture {
  explicit fixture(robust_mahalanobis::params const& p, std::size_t columns = 2) : detector(p) {
    REQUIRE(detector.prepare(columns, room.arena()).ok());
  }
  void learn(std::vector<double> const& v, double weight = 1) { detector.learn_one(steady_row(v), weight); }
  pdm::score score(std::vector<double> const& v) const { return detector.score_one(steady_row(v)); }

  test::memory room;
  robust_mahalanobis detector;
};

auto const check_law = [](bool holds, char const* claim) {
  INFO(claim);
  CHECK(holds);
};

}  // namespace

TEST_CASE("robust_mahalanobis obeys the laws of detectors") {
  test::memory room(4 << 20);
  pdm::anomaly::detector_laws(robust_mahalanobis({.warm_up = 100}), {}, room.bytes(), check_law);
}

TEST_CASE("robust_mahalanobis with forgetting, one side and a dead zone obeys the laws of detectors") {
  test::memory room(4 << 20);
  robust_mahalanobis const d({.warm_up = 40, .dead_zone = 2, .side = pdm::anomaly::side::upper, .memory_rows = 200});
  pdm::anomaly::detector_laws(d, {.columns = 12, .seed = 7}, room.bytes(), check_law);
}

TEST_CASE("without the drift limit a slowly growing fault is swallowed, and the law says so") {
  test::memory room(4 << 20);
  robust_mahalanobis const d({.warm_up = 40, .memory_rows = 100, .drift_limit = pdm::math::infinity});
  bool swallowed = false;
  pdm::anomaly::detector_laws(d, {}, room.bytes(), [&](bool holds, char const* claim) {
    if (!holds) swallowed = swallowed || std::string_view(claim).find("slowly growing") != std::string_view::npos;
  });
  CHECK(swallowed);
}

TEST_CASE("a column that did not vary has a thousandth of its value as scale, one that varied its own at any offset") {
  fixture f({.warm_up = 30}, 2);
  pdm::random_source draw(6);
  for (int i = 0; i < 30; ++i) f.learn({1e9 + draw.normal(), 1e9});
  CHECK(f.detector.scale()[0] < 2);
  CHECK(f.detector.scale()[1] == 1e6);
}

TEST_CASE("with shrinkage 1 the distance is the root of the sum of squared robust z") {
  fixture f({.warm_up = 5, .shrinkage = 1});
  for (double v : {1.0, 2.0, 3.0, 4.0, 100.0}) f.learn({v, 10 * v});
  REQUIRE(f.detector.ready());
  // median 3, MAD of {2, 1, 0, 1, 97} = 1
  CHECK(f.detector.centre()[0] == 3);
  CHECK(f.detector.scale()[0] == Approx(1.4826022185056018).epsilon(1e-15));
  double const z = 2 / 1.4826022185056018;
  CHECK(f.score({5, 30}).value == Approx(z).epsilon(1e-14));
  CHECK(f.score({5, 50}).value == Approx(z * std::sqrt(2.0)).epsilon(1e-14));
}

TEST_CASE("correlated columns: a row along the correlation is less unusual than one across it") {
  fixture f({.warm_up = 400, .shrinkage_rows = 1});
  pdm::random_source draw(3);
  for (int i = 0; i < 400; ++i) {
    double const common = draw.normal();
    f.learn({common + 0.3 * draw.normal(), common + 0.3 * draw.normal()});
  }
  double const along = f.score({2, 2}).value, across = f.score({2, -2}).value;
  // of the model: covariance (1.09, 1; 1, 1.09), eigenvalues 2.09 and 0.09, so that 8 / 2.09 and 8 / 0.09
  CHECK(along == Approx(std::sqrt(8 / 2.09)).epsilon(0.15));
  CHECK(across == Approx(std::sqrt(8 / 0.09)).epsilon(0.15));
}

TEST_CASE("the score of a learned model is the closed form of its own centre, scale and shrunk correlation") {
  // Rows (+-1, +-1) weighted towards the diagonal: median 0, MAD 1, Z'Z/n computed by hand.
  fixture f({.warm_up = 8, .shrinkage_rows = 8, .clip = 3});
  for (int i = 0; i < 3; ++i) f.learn({1, 1}), f.learn({-1, -1});
  f.learn({1, -1}), f.learn({-1, 1});
  double const s = 1.4826022185056018, z = 1 / s;
  double const diagonal = 0.5 * z * z + 0.5, off = 0.5 * z * z * (6 - 2) / 8;
  double const u = 3 / s, determinant = diagonal * diagonal - off * off;
  CHECK(f.score({3, 0}).value == Approx(std::sqrt(u * u * diagonal / determinant)).epsilon(1e-13));
  CHECK(f.score({3, 3}).value == Approx(std::sqrt(2 * u * u / (diagonal + off))).epsilon(1e-13));
}

TEST_CASE("the prior scale is worth its rows") {
  fixture f({.warm_up = 7, .shrinkage = 1, .prior_rows = 20, .prior_scale = 0.15}, 1);
  for (double v : {0.0, 0.0, 0.1, 0.1, 0.1, 0.2, 0.2}) f.learn({v});
  double const mad = 0.1 * 1.4826022185056018;  // of {0.1, 0.1, 0, 0, 0, 0.1, 0.1}: 0.1
  CHECK(f.detector.scale()[0] == Approx(std::sqrt((7 * mad * mad + 20 * 0.15 * 0.15) / 27)).epsilon(1e-12));
  REQUIRE(f.detector.set_prior_scale(std::array{0.3}).ok());
  f.detector.reset();
  for (double v : {0.0, 0.0, 0.1, 0.1, 0.1, 0.2, 0.2}) f.learn({v});
  CHECK(f.detector.scale()[0] == Approx(std::sqrt((7 * mad * mad + 20 * 0.3 * 0.3) / 27)).epsilon(1e-12));
  CHECK_FALSE(f.detector.set_prior_scale(std::array{0.0}).ok());
}

TEST_CASE("deviations to the side that does not count, or inside the dead zone, score zero") {
  fixture f({.warm_up = 5, .shrinkage = 1, .dead_zone = 2, .side = pdm::anomaly::side::upper}, 1);
  for (double v : {1.0, 2.0, 3.0, 4.0, 5.0}) f.learn({v});
  double const s = f.detector.scale()[0];
  CHECK(f.score({3 - 10 * s}).value == 0);
  CHECK(f.score({3 + 1.9 * s}).value == 0);
  CHECK(f.score({3 + 5 * s}).value == Approx(3).epsilon(1e-12));
}

TEST_CASE("one wild row moves a learned centre by no more than the clipped step") {
  fixture f({.warm_up = 50, .drift_limit = pdm::math::infinity}, 1);
  pdm::random_source draw(5);
  for (int i = 0; i < 50; ++i) f.learn({draw.normal()});
  double const centre = f.detector.centre()[0], scale = f.detector.scale()[0];
  f.learn({1e9});
  CHECK(f.detector.centre()[0] == Approx(centre + 3 * scale / 51).epsilon(1e-12));
  CHECK(f.detector.scale()[0] < scale * 1.1);
}

TEST_CASE("a model that goes on learning follows a real change only as far as the drift limit") {
  fixture f({.warm_up = 50, .memory_rows = 50, .drift_limit = 1}, 1);
  pdm::random_source draw(5);
  for (int i = 0; i < 50; ++i) f.learn({draw.normal()});
  double const centre = f.detector.centre()[0], scale = f.detector.scale()[0];
  for (int i = 0; i < 2000; ++i) f.learn({20 + draw.normal()});
  CHECK(f.detector.centre()[0] == Approx(centre + scale));
  f.detector.re_anchor();
  for (int i = 0; i < 2000; ++i) f.learn({20 + draw.normal()});
  CHECK(f.detector.centre()[0] > centre + scale);
}

TEST_CASE("on-line learning of normal rows keeps scale and correlation where they belong") {
  fixture f({.warm_up = 60, .shrinkage_rows = 1, .memory_rows = 500, .drift_limit = pdm::math::infinity});
  pdm::random_source draw(11);
  for (int i = 0; i < 20000; ++i) {
    double const a = draw.normal(), b = draw.normal();
    f.learn({2 * a, 5 + 0.6 * a + 0.8 * b});
  }
  CHECK(f.detector.scale()[0] == Approx(2).epsilon(0.1));
  CHECK(f.detector.scale()[1] == Approx(1).epsilon(0.1));
  CHECK(f.detector.centre()[1] == Approx(5).margin(0.25));
}

TEST_CASE("settle ends the warm-up early, but not with fewer than three rows") {
  fixture f({.warm_up = 60}, 1);
  f.learn({1});
  f.learn({2});
  CHECK(f.detector.settle().error() == pdm::errc::not_ready);
  f.learn({3});
  CHECK(f.detector.settle().ok());
  CHECK(f.score({2}).ready());
}

TEST_CASE("a column that was never there in the warm-up stays out, and the others still score") {
  fixture f({.warm_up = 5, .shrinkage = 1});
  double const nan = std::numeric_limits<double>::quiet_NaN();
  for (double v : {1.0, 2.0, 3.0, 4.0, 5.0}) f.learn({v, nan});
  CHECK(f.detector.knows(0));
  CHECK_FALSE(f.detector.knows(1));
  CHECK(f.score({9, 1000}).value == f.score({9, nan}).value);
  CHECK(f.score({nan, 1000}).why == pdm::abstention::no_columns);
}

TEST_CASE("a warm-up in which no column was there in three rows begins anew") {
  fixture f({.warm_up = 3}, 3);
  double const none = pdm::math::not_a_number;
  for (int i = 0; i < 2; ++i) {
    f.learn({1, none, none});
    f.learn({none, 1, none});
    f.learn({none, none, 1});
    CHECK_FALSE(f.detector.ready());
    CHECK(f.detector.rows() == 0);
  }
  for (double v : {1.0, 2.0, 3.0}) f.learn({v, v, v});
  CHECK(f.detector.ready());
}

TEST_CASE("an absent column leaves the distance of the others, scaled up for its place") {
  fixture f({.warm_up = 5, .shrinkage = 1});
  for (double v : {1.0, 2.0, 3.0, 4.0, 5.0}) f.learn({v, v});
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(f.score({9, nan}).value == Approx(f.score({9, 9}).value).epsilon(1e-14));
}

TEST_CASE("columns that say the same do not break the distance") {
  fixture f({.warm_up = 50, .shrinkage_rows = 0});
  pdm::random_source draw(2);
  for (int i = 0; i < 50; ++i) {
    double const v = draw.normal();
    f.learn({v, v});
  }
  CHECK(std::isfinite(f.score({3, -3}).value));
  CHECK(f.score({3, -3}).value > f.score({3, 3}).value);
}

TEST_CASE("rows outside steady running are neither scored nor learned unless asked for") {
  std::array const v{1.0};
  for (bool const any : {false, true}) {
    fixture f({.warm_up = 3, .any_operating_state = any}, 1);
    for (int i = 0; i < 3; ++i) f.detector.learn_one(pdm::make_row(v));
    CHECK(f.detector.ready() == any);
  }
  fixture f({.warm_up = 3}, 1);
  for (double x : {1.0, 2.0, 3.0}) f.learn({x});
  CHECK(f.detector.score_one(pdm::make_row(v)).why == pdm::abstention::not_steady);
}

TEST_CASE("a half-finished warm-up survives saving") {
  fixture a({.warm_up = 9}), b({.warm_up = 9});
  for (double v : {1.0, 2.0, 5.0, 4.0}) a.learn({v, -v * v});
  std::vector<std::byte> bytes(a.detector.saved_bytes());
  auto const n = a.detector.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.detector.restore(std::span(bytes).first(*n)).ok());
  for (double v : {7.0, 3.0, 2.5, 6.0, 1.5}) a.learn({v, v}), b.learn({v, v});
  REQUIRE(a.detector.ready());
  CHECK(a.score({3, 3}).value == b.score({3, 3}).value);
}

TEST_CASE("an archive with other columns is refused and leaves the model as it was") {
  fixture a({.warm_up = 3}, 1), b({.warm_up = 3}, 2);
  for (double v : {1.0, 2.0, 3.0}) a.learn({v}), b.learn({v, v});
  std::vector<std::byte> bytes(a.detector.saved_bytes());
  auto const n = a.detector.save(bytes);
  double const before = b.score({9, 9}).value;
  CHECK(b.detector.restore(std::span(bytes).first(*n)).error() == pdm::errc::shape_mismatch);
  CHECK(b.score({9, 9}).value == before);
}

TEST_CASE("sixty-four columns work, sixty-five are refused") {
  fixture f({.warm_up = 20}, 64);
  pdm::random_source draw(9);
  std::vector<double> v(64);
  for (int i = 0; i < 20; ++i) {
    for (double& x : v) x = draw.normal();
    f.learn(v);
  }
  CHECK(f.score(v).ready());
  std::vector<std::byte> bytes(f.detector.saved_bytes());
  auto const n = f.detector.save(bytes);
  REQUIRE(n.ok());
  CHECK(f.detector.restore(std::span(bytes).first(*n)).ok());
  robust_mahalanobis wide;
  test::memory room;
  CHECK(wide.prepare(65, room.arena()).error() == pdm::errc::limit_exceeded);
}

TEST_CASE("a warm-up that is ended in steps learns the same bits as one that is ended at once") {
  using pdm::anomaly::robust_mahalanobis;
  for (std::size_t rows : {3u, 20u, 61u}) {
    robust_mahalanobis whole({.warm_up = rows, .prior_rows = 5}),
        steps({.warm_up = rows, .prior_rows = 5, .settle_in_steps = true});
    ::test::memory memory, other_memory;
    REQUIRE(whole.prepare(3, memory.arena()).ok());
    REQUIRE(steps.prepare(3, other_memory.arena()).ok());
    pdm::random_source draw(3);
    std::array<double, 3> x{};
    auto const next_row = [&] {
      for (double& v : x) v = draw.normal();
      x[2] += x[0];
    };
    for (std::size_t i = 0; i < rows; ++i) {
      next_row();
      CHECK_FALSE(steps.settling());
      whole.learn_one(::test::steady_row(x));
      steps.learn_one(::test::steady_row(x));
    }
    CHECK(whole.ready());
    CHECK(steps.settling());
    CHECK_FALSE(steps.score_one(::test::steady_row(x)).ready());
    std::size_t units = 0, calls = 0;
    for (; steps.settling(); ++calls) units += steps.settle_some(1);
    CHECK(calls == 3 + rows + 3);  // columns, rows, rows of the factor
    CHECK(units == steps.settle_work(3));
    for (int i = 0; i < 20; ++i) {
      next_row();
      CHECK(whole.score_one(::test::steady_row(x)).value == steps.score_one(::test::steady_row(x)).value);
      whole.learn_one(::test::steady_row(x));
      steps.learn_one(::test::steady_row(x));
    }
  }
}

TEST_CASE("a warm-up whose end is put off is ended by the next row, and saved and restored exactly in between") {
  using pdm::anomaly::robust_mahalanobis;
  robust_mahalanobis::params const p{.warm_up = 10, .settle_in_steps = true};
  robust_mahalanobis one(p), other(p), restored(p);
  ::test::memory memory, other_memory, restored_memory;
  REQUIRE(one.prepare(2, memory.arena()).ok());
  REQUIRE(other.prepare(2, other_memory.arena()).ok());
  REQUIRE(restored.prepare(2, restored_memory.arena()).ok());
  pdm::random_source draw(3);
  std::array<double, 2> x{};
  for (int i = 0; i < 11; ++i) {
    for (double& v : x) v = draw.normal();
    one.learn_one(::test::steady_row(x));
    if (i == 10) {
      (void)other.settle_some(1);  // a column is done
      std::vector<std::byte> saved(other.saved_bytes());
      auto const bytes = other.save(saved);
      REQUIRE(bytes.ok());
      REQUIRE(restored.restore(std::span(saved).first(*bytes)).ok());
      while (restored.settling()) (void)restored.settle_some(1);
      while (other.settling()) (void)other.settle_some(100);
      restored.learn_one(::test::steady_row(x));
    }
    other.learn_one(::test::steady_row(x));
  }
  CHECK(one.ready());
  CHECK(one.score_one(::test::steady_row(x)).value == other.score_one(::test::steady_row(x)).value);
  CHECK(one.score_one(::test::steady_row(x)).value == restored.score_one(::test::steady_row(x)).value);
}

TEST_CASE("the factor made in steps after learning gives the score the same bits, whatever is learned in between") {
  using pdm::anomaly::robust_mahalanobis;
  robust_mahalanobis lazy({.warm_up = 8}), ahead({.warm_up = 8});
  ::test::memory memory, other_memory;
  REQUIRE(lazy.prepare(5, memory.arena()).ok());
  REQUIRE(ahead.prepare(5, other_memory.arena()).ok());
  pdm::random_source draw(5);
  std::array<double, 5> x{};
  for (std::size_t i = 0; i < 60; ++i) {
    for (double& v : x) v = draw.normal();
    x[4] += x[0];
    lazy.learn_one(::test::steady_row(x));
    ahead.learn_one(::test::steady_row(x));
    std::size_t units = 0;
    for (std::size_t k = 0; k < i % 7; ++k) units += ahead.settle_some(1);
    if (i >= 8 && i % 7 >= 5) {
      CHECK(units == robust_mahalanobis::factor_work(5));
      CHECK(ahead.settle_some(1) == 0);
    }
    CHECK(lazy.score_one(::test::steady_row(x)).value == ahead.score_one(::test::steady_row(x)).value);
  }
}
