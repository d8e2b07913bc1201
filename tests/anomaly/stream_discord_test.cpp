#include "pdm/anomaly/stream_discord.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

using pdm::anomaly::stream_discord;

namespace {

struct fixture {
  explicit fixture(stream_discord::params const& settings = {.length = 32, .history = 400}) : discord(settings) {
    REQUIRE(discord.prepare(room.arena()).ok());
  }
  // A sine of 40 values with a little noise.
  double sine(int i, double offset = 0) { return offset + std::sin(i * 0.157079632679) + 0.01 * draw.normal(); }
  test::memory room;
  pdm::random_source draw{5};
  stream_discord discord;
};

// Nearest earlier piece by the definition, in the values that are still kept.
double by_definition(std::vector<double> const& all, std::size_t m, std::size_t history) {
  std::size_t const first = all.size() > history ? all.size() - history : 0, newest = all.size() - m;
  auto const normal = [&](std::size_t at) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < m; ++i) mean += all[at + i] / static_cast<double>(m);
    for (std::size_t i = 0; i < m; ++i) square += (all[at + i] - mean) * (all[at + i] - mean) / static_cast<double>(m);
    std::vector<double> z(m);
    for (std::size_t i = 0; i < m; ++i) z[i] = (all[at + i] - mean) / std::sqrt(square);
    return z;
  };
  auto const q = normal(newest);
  double best = 1e9;
  for (std::size_t at = first; at + m / 2 <= newest; ++at) {
    auto const z = normal(at);
    double d = 0;
    for (std::size_t i = 0; i < m; ++i) d += (z[i] - q[i]) * (z[i] - q[i]);
    best = std::min(best, std::sqrt(d / (2 * static_cast<double>(m))));
  }
  return best;
}

}  // namespace

TEST_CASE("the score is the distance to the nearest piece by its definition, before and after the history is full") {
  fixture f({.length = 8, .history = 60});
  std::vector<double> all;
  for (int i = 0; i < 150; ++i) {
    all.push_back(f.draw.normal());
    REQUIRE(f.discord.update(all.back()));
    CHECK(f.discord.ready() == (i >= 15));
    if (f.discord.ready()) CHECK(f.discord.score() == Approx(by_definition(all, 8, 60)).margin(1e-7));
  }
}

TEST_CASE("a periodic signal has its like one period back, a turned-over wave has none, at an offset as well") {
  for (double offset : {0.0, 1e6}) {
    fixture f;
    int i = 0;
    for (; i < 300; ++i) f.discord.update(f.sine(i, offset));
    CHECK(f.discord.score() < 0.05);
    CHECK(f.discord.nearest() % 40 == 0);
    double highest = 0;
    for (; i < 340; ++i) {
      f.discord.update(2 * offset - f.sine(i, offset) + 0.8 * std::cos(3.0 * i));
      highest = std::max(highest, f.discord.score());
    }
    CHECK(highest > 0.3);
  }
}

TEST_CASE("constant pieces are alike; what is not finite is ignored; nothing asks the heap") {
  fixture f;
  auto const calls = pdm::test::heap_calls_in([&] {
    for (int i = 0; i < 200; ++i) (void)f.discord.update(42);
  });
  CHECK(calls.all() == 0);
  CHECK(f.discord.score() == 0);
  CHECK_FALSE(f.discord.update(pdm::math::not_a_number));
  CHECK_FALSE(f.discord.update(pdm::math::infinity));
  f.discord.update(43);
  CHECK(f.discord.score() == Approx(std::sqrt(0.5)));
}

TEST_CASE("a saved one goes on bit for bit") {
  fixture a, b;
  for (int i = 0; i < 500; ++i) a.discord.update(a.sine(i));
  std::vector<std::byte> bytes(a.discord.saved_bytes());
  auto const n = a.discord.save(bytes);
  REQUIRE(n.ok());
  REQUIRE(b.discord.restore(std::span(bytes).first(*n)).ok());
  CHECK(a.discord.score() == b.discord.score());
  for (int i = 500; i < 600; ++i) {
    double const x = a.sine(i);
    a.discord.update(x);
    b.discord.update(x);
    CHECK(a.discord.score() == b.discord.score());
  }
  bytes[*n - 1] ^= std::byte{1};
  CHECK_FALSE(b.discord.restore(std::span(bytes).first(*n)).ok());
}
