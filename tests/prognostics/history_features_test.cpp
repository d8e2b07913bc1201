#include "pdm/prognostics/history_features.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using prognostics::history_features;

namespace {
struct bank {
  explicit bank(history_features::params const& p) : features(p), memory(features.footprint() + arena::alignment) {
    arena a(memory);
    REQUIRE(features.prepare(a).ok());
  }
  std::vector<float> after(std::vector<float> const& z, double age = 0) {
    features.reset();
    std::size_t const c = features.channels();
    for (std::size_t t = 0; t * c < z.size(); ++t) features.update(std::span(z).subspan(t * c, c));
    std::vector<float> x(features.count());
    features.features(age, x);
    return x;
  }
  history_features features;
  std::vector<std::byte> memory;
};
}  // namespace

TEST_CASE("a straight line has its slope in every window, and averages that lag by half their span") {
  bank b({0, 1, false});
  std::vector<float> z;
  for (int t = 0; t < 400; ++t) z.push_back(0.5F * static_cast<float>(t));
  auto const x = b.after(z);
  CHECK(x[2] == Approx(0.5 * 80).epsilon(1e-5));
  CHECK(x[3] == Approx(0.5 * 30).epsilon(1e-5));
  CHECK(x[10] == Approx(0.5 * 150).epsilon(1e-5));
  CHECK(x[11] == Approx(0.5 * 400).epsilon(1e-5));
  CHECK(x[0] == Approx(0.5 * (399 - 7)).epsilon(1e-5));                    // span 15: lags (15 - 1)/2
  CHECK(x[4] == Approx(0.5 * (399 - 7 - 9.5)).epsilon(1e-5));              // against the mean of rows 0 to 19
  CHECK(x[6] == Approx(0.5 * std::sqrt((900.0 - 1) / 12)).epsilon(1e-4));  // scatter of 30 equal steps
  CHECK(x[8] == Approx(0.5 * 399));
}

TEST_CASE("a constant channel has no slope and no scatter, whatever the length of the history") {
  bank b({1, 1, true});
  for (int n : {1, 7, 8, 40, 500}) {
    auto const x = b.after(std::vector<float>(2 * static_cast<std::size_t>(n), 3.0F), 0.25);
    CHECK(x[0] == Approx(3).epsilon(1e-6));
    CHECK(std::abs(x[2]) < 1e-9);
    CHECK(std::abs(x[11]) < 1e-6);
    CHECK(x.back() == 0.25F);
    for (float v : x) CHECK(std::isfinite(v));
  }
}

TEST_CASE("the features of a history that is cut short equal those of the whole one at that row") {
  bank whole({2, 1, false}), cut({2, 1, false});
  random_source draw(4);
  std::vector<float> z(3 * 300);
  for (float& v : z) v = static_cast<float>(draw.normal());
  whole.features.reset();
  std::vector<float> x(whole.features.count());
  for (std::size_t t = 0; t < 300; ++t) {
    whole.features.update(std::span(z).subspan(3 * t, 3));
    if (t % 37 != 5) continue;
    whole.features.features(0, x);
    CHECK(x == cut.after({z.begin(), z.begin() + static_cast<std::ptrdiff_t>(3 * (t + 1))}));
  }
}

TEST_CASE("saved and restored features go on to the same bits, without a heap call") {
  bank a({2, 2, true}), b({2, 2, true});
  random_source draw(9);
  std::vector<float> z(4 * 200);
  for (float& v : z) v = static_cast<float>(draw.normal());
  (void)a.after(z);
  std::vector<std::byte> state(a.features.saved_bytes());
  auto const n = a.features.save(state).value_or(0);
  REQUIRE(b.features.restore(std::span(state).first(n)).ok());
  std::vector<float> x(a.features.count()), y(x.size());
  CHECK(test::heap_calls_in([&] {
          for (std::size_t t = 0; t < 50; ++t) {
            a.features.update(std::span(z).subspan(4 * t, 4));
            b.features.update(std::span(z).subspan(4 * t, 4));
          }
          a.features.features(1, x);
          b.features.features(1, y);
        }).all() == 0);
  CHECK(x == y);
  bank other({3, 2, true});
  CHECK_FALSE(other.features.restore(std::span(state).first(n)).ok());
}
