#include "pdm/acquisition/quality_gate.hpp"

#include <vector>

#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using acquisition::quality_gate;

namespace {

constexpr double rate = 1000;

quality_gate ready_gate(quality_gate::params const& p = {}, double fs = rate) {
  quality_gate g(p);
  arena none;
  REQUIRE(g.prepare({.rate = hertz{fs}, .max_block = 1u << 20}, none));
  return g;
}

// Feeds samples as blocks of `length`; the qualities that came out.
template <class T>
std::vector<quality> feed(quality_gate& g, std::vector<T> const& x, std::size_t length, std::uint64_t sequence = 0) {
  std::vector<quality> out;
  for (std::size_t at = 0; at < x.size(); at += length) {
    auto const n = std::min(length, x.size() - at);
    block_info info;
    info.sequence = sequence + at;
    info.source_time = sample_time(info.sequence, rate);
    g.process(block<T>(std::span(x).subspan(at, n), info), [&](block<T> const& b) {
      CHECK(b.samples.data() == x.data() + at);
      out.push_back(b.quality);
    });
  }
  return out;
}

quality at_once(quality_gate& g, std::vector<double> const& x) { return feed(g, x, x.size()).front(); }

std::vector<double> noise(std::size_t n, std::uint64_t seed = 1) {
  random_source draw(seed);
  std::vector<double> x(n);
  for (auto& v : x) v = draw.normal();
  return x;
}

block_info stamp(std::uint64_t sequence, double time_s) {
  block_info b;
  b.sequence = sequence;
  b.source_time = from_seconds(time_s);
  return b;
}

quality pass(quality_gate& g, block_info const& info, std::vector<double> const& x) {
  quality q;
  g.process(block<double>(x, info), [&](block<double> const& b) { q = b.quality; });
  return q;
}

}  // namespace

TEST_CASE("sound samples leave as they came") {
  auto g = ready_gate();
  for (auto const& q : feed(g, noise(5000), 256)) CHECK(q == quality{});
  CHECK(g.samples() == 5000);
  CHECK(g.bad_samples() == 0);
}

TEST_CASE("one NaN or infinity makes its block bad and no other") {
  for (double wrong : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    auto g = ready_gate();
    auto x = noise(1000);
    x[250] = wrong;
    auto const q = feed(g, x, 100);
    for (std::size_t i = 0; i < q.size(); ++i) CHECK(q[i].is_bad() == (i == 2));
    CHECK(q[2].has(quality_reason::not_finite));
    CHECK(q[2].bad_share == 0.01f);
    CHECK(g.count(quality_reason::not_finite) == 1);
  }
  auto g = ready_gate();
  CHECK(feed(g, std::vector<float>{-0.0f, 1e-42f, 1.0f}, 3).front() == quality{});  // -0 and denormals are numbers
}

TEST_CASE("fifteen equal samples are stuck and fourteen are not") {
  auto x = noise(1000);
  std::fill(x.begin() + 100, x.begin() + 114, 0.5);
  auto g = ready_gate();
  CHECK(at_once(g, x) == quality{});
  x[114] = 0.5;
  g = ready_gate();
  auto const q = at_once(g, x);
  CHECK(q.level == quality_level::uncertain);
  CHECK(q.has(quality_reason::stuck));
  CHECK(g.count(quality_reason::stuck) == 15);
  CHECK(q.bad_share == 0.015f);
  std::fill(x.begin() + 100, x.begin() + 150, 0.5);
  CHECK(at_once(g = ready_gate(), x).is_bad());
  CHECK(at_once(g = ready_gate({.stuck_run = 0}), x) == quality{});
}

TEST_CASE("a run of equal samples is found across blocks, but not across a gap") {
  std::vector<double> const flat(12, 3.0);
  auto g = ready_gate();
  CHECK(feed(g, flat, 12)[0].is_good());
  CHECK(feed(g, flat, 12, 12)[0].is_bad());
  CHECK(g.count(quality_reason::stuck) == 24);
  CHECK(g.bad_samples() == 24);
  g = ready_gate();
  CHECK(feed(g, flat, 12)[0].is_good());
  CHECK_FALSE(feed(g, flat, 12, 100)[0].has(quality_reason::stuck));
}

TEST_CASE("the steps of a coarse converter are neither stuck nor clipped") {
  auto x = noise(20000);
  for (auto& v : x) v = std::round(v * 2) / 2;  // eight levels over the whole range
  auto g = ready_gate();
  for (auto const& q : feed(g, x, 500)) CHECK(q == quality{});
  for (double step : {1e-9, 1e-3, 0.05, 0.2}) {  // a sine, 50 samples a period, quantised
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = std::round(math::sin(2 * math::pi * static_cast<double>(i) / 50.3) / step) * step;
    }
    g = ready_gate();
    CAPTURE(step);
    for (auto const& q : feed(g, x, 500)) CHECK(q == quality{});
  }
}

TEST_CASE("clipping shows in the samples from one in a hundred on, and a full scale shows every sample") {
  for (double level : {2.6, 2.0, 1.3}) {  // about 1, 5 and 20 % beyond
    auto x = noise(20000);
    std::uint64_t beyond = 0;
    for (auto& v : x) {
      beyond += v >= level || v <= -level;
      v = std::clamp(v, -level, level);
    }
    auto g = ready_gate();
    auto const q = feed(g, x, 1000);
    CAPTURE(level, beyond, g.count(quality_reason::clipped));
    CHECK(g.count(quality_reason::clipped) <= beyond);
    CHECK(g.count(quality_reason::clipped) >= beyond * 9 / 10);
    CHECK(q.back().has(quality_reason::clipped));
    CHECK(q.back().is_bad() == (level == 1.3));
    g = ready_gate({.full_scale = level});
    feed(g, x, 1000);
    CHECK(g.count(quality_reason::clipped) >= beyond);
    CHECK(g.count(quality_reason::clipped) <= beyond + beyond / 10);
  }
}

TEST_CASE("clipping on one side alone is found") {
  auto x = noise(20000);
  for (auto& v : x) v = std::max(v, -2.0);
  auto g = ready_gate();
  CHECK(feed(g, x, 1000).back().has(quality_reason::clipped));
}

TEST_CASE("a slow quantised process value is not clipped") {
  random_source draw(5);
  double level = 60;
  std::vector<double> x;
  for (int i = 0; i < 20000; ++i) {
    level += 0.02 * draw.normal() - 0.0005 * (level - 60);
    x.push_back(std::round(level * 10) / 10);
  }
  auto g = ready_gate({.stuck_run = 0});
  feed(g, x, 100);
  CHECK(g.count(quality_reason::clipped) == 0);
}

TEST_CASE("values beyond the range and steps beyond the slope are marked") {
  auto x = noise(1000);
  x[10] = 40;
  auto g = ready_gate({.low = -20, .high = 20});
  auto q = at_once(g, x);
  CHECK(q.level == quality_level::uncertain);
  CHECK(q.has(quality_reason::out_of_range));
  for (std::size_t i = 0; i < 10; ++i) x[i] = -40;
  CHECK(at_once(g = ready_gate({.low = -20, .high = 20}), x).is_bad());
  g = ready_gate({.max_slope = 20 * rate});
  q = at_once(g, x);
  CHECK(q.has(quality_reason::rate_of_change));
  CHECK(g.count(quality_reason::rate_of_change) == 2);  // from -40 up to 40, and down again
}

TEST_CASE("a jump in the running number is a gap, a repeated one a duplicate") {
  auto g = ready_gate();
  auto const x = noise(100);
  CHECK(pass(g, stamp(0, 0), x) == quality{});
  CHECK(pass(g, stamp(100, 0.1), x) == quality{});
  auto const late = pass(g, stamp(300, 0.3), x);
  CHECK(late.has(quality_reason::gap));
  CHECK(late.is_good());
  auto const again = pass(g, stamp(300, 0.3), x);
  CHECK(again.has(quality_reason::duplicate));
  CHECK(again.is_bad());
  CHECK(pass(g, stamp(400, 0.4), x) == quality{});
  CHECK(pass(g, stamp(450, 0.45), x).has(quality_reason::out_of_order));
  CHECK(g.count(quality_reason::gap) == 1);
  CHECK(g.count(quality_reason::duplicate) == 1);
}

TEST_CASE("a clock that jumps by an hour or a day, either way, is a clock step and no gap") {
  for (double step : {3600.0, -3600.0, 86400.0, -86400.0, 0.01}) {
    auto g = ready_gate();
    auto const x = noise(100);
    double const begin = 1e6;
    CHECK(pass(g, stamp(0, begin), x) == quality{});
    auto const q = pass(g, stamp(100, begin + 0.1 + step), x);
    CHECK(q.has(quality_reason::clock_step));
    CHECK_FALSE(q.has(quality_reason::gap));
    CHECK(q.level == quality_level::uncertain);
    CHECK(pass(g, stamp(200, begin + 0.2 + step), x) == quality{});
  }
  auto g = ready_gate();
  auto const x = noise(100);
  pass(g, stamp(0, 0), x);
  CHECK(pass(g, stamp(100, 0.1008), x) == quality{});  // the jitter of a network
}

TEST_CASE("a sampling rate that is one percent off is found, a tenth of a percent is not") {
  for (double off : {0.01, -0.01, 0.001}) {
    auto g = ready_gate();
    auto const x = noise(100);
    bool found = false;
    for (std::uint64_t i = 0; i < 300; ++i) {
      auto const q = pass(g, stamp(100 * i, static_cast<double>(i) * 0.1 * (1 + off)), x);
      CHECK_FALSE(q.has(quality_reason::clock_step));
      found = found || q.has(quality_reason::rate_off);
    }
    CHECK(found == (std::abs(off) > 0.005));
  }
}

TEST_CASE("however the stream is cut, each sample is counted the same") {
  auto x = noise(6000, 9);
  for (auto& v : x) v = std::clamp(v, -2.0, 2.0);
  std::fill(x.begin() + 1000, x.begin() + 1100, 0.25);
  std::fill(x.begin() + 3000, x.begin() + 3040, 2.0);
  for (std::size_t i = 0; i < 20; ++i) x[4000 + 7 * i] = std::nan("");
  for (std::size_t i = 0; i < 20; ++i) x[4500 + 3 * i] = 90;
  quality_gate::params const p{.high = 50};
  auto whole = ready_gate(p);
  feed(whole, x, x.size());
  CHECK(whole.count(quality_reason::stuck) == 140);
  CHECK(whole.count(quality_reason::clipped) > 100);
  std::vector<std::byte> expected(whole.saved_bytes());
  for (std::size_t length : {1u, 2u, 7u, 14u, 15u, 64u, 333u, 4096u}) {
    auto g = ready_gate(p);
    feed(g, x, length);
    CAPTURE(length);
    CHECK(g.bad_samples() == whole.bad_samples());
    for (int bit = 4; bit <= 10; ++bit) {
      auto const reason = static_cast<quality_reason>(1u << bit);
      CHECK(g.count(reason) == whole.count(reason));
    }
  }
}

TEST_CASE("a restored gate goes on with the same marks") {
  auto x = noise(4000, 4);
  for (auto& v : x) v = std::clamp(v, -1.8, 1.8);
  std::fill(x.begin() + 1990, x.begin() + 2020, 0.25);
  std::vector<double> const front(x.begin(), x.begin() + 2000), back(x.begin() + 2000, x.end());
  auto a = ready_gate();
  feed(a, front, 100);
  std::vector<std::byte> saved(a.saved_bytes());
  REQUIRE(a.save(saved));
  auto b = ready_gate();
  REQUIRE(b.restore(saved));
  CHECK(feed(a, back, 50, 2000) == feed(b, back, 50, 2000));
  std::vector<std::byte> from_a(a.saved_bytes()), from_b(b.saved_bytes());
  REQUIRE(a.save(from_a));
  REQUIRE(b.save(from_b));
  CHECK(from_a == from_b);
  for (std::size_t i = 0; i < saved.size(); ++i) {
    auto damaged = saved;
    damaged[i] ^= std::byte{0x40};
    CHECK_FALSE(b.restore(damaged));
  }
}

TEST_CASE("settings that make no sense are refused") {
  arena none;
  stream_spec const spec{.rate = hertz{rate}};
  CHECK_FALSE(quality_gate({.low = 1, .high = -1}).prepare(spec, none));
  CHECK_FALSE(quality_gate({.clipped_bad = 2}).prepare(spec, none));
  CHECK_FALSE(quality_gate({.full_scale = -1}).prepare(spec, none));
  CHECK_FALSE(quality_gate({.stuck_run = 1}).prepare(spec, none));
}

TEST_CASE("the gate takes nothing from the heap") {
  auto g = ready_gate();
  auto const x = noise(4096);
  quality worst;
  auto const calls = test::heap_calls_in([&] {
    for (std::uint64_t i = 0; i < 50; ++i) {
      g.process(block<double>(x, stamp(i * 4096, static_cast<double>(i) * 4.096)),
                [&](block<double> const& b) { worst = merged(worst, b.quality); });
    }
  });
  CHECK(calls.all() == 0);
  CHECK(worst == quality{});
}
