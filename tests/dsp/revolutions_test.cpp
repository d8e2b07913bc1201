#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/discrete_random.hpp"
#include "pdm/dsp/order_tracking.hpp"
#include "pdm/dsp/tacho.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

template <class S>
::test::memory prepared(S& stage) {
  ::test::memory memory(stage.footprint() + arena::alignment);
  REQUIRE(stage.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == stage.footprint());
  return memory;
}

// A run-up from f0 Hz at r Hz a second: revolutions at time t, and when revolution k is complete.
struct run_up {
  double f0 = 10, r = 2;
  [[nodiscard]] double turns(double t) const { return f0 * t + 0.5 * r * t * t; }
  [[nodiscard]] double when(double k) const { return (std::sqrt(f0 * f0 + 2 * r * k) - f0) / r; }
  [[nodiscard]] std::vector<double> pulses(double seconds) const {
    std::vector<double> p;
    for (double k = 0; when(k) < seconds; k += 1) p.push_back(when(k));
    return p;
  }
};

}  // namespace

TEST_CASE("a not-a-knot spline gives back a cubic exactly, and lines through two points") {
  auto const cubic = [](double t) { return 1 + t * (2 + t * (-0.3 + t * 0.05)); };
  for (std::size_t n : {4u, 5u, 9u, 100u}) {
    std::vector<double> y(n), m(n);
    for (std::size_t i = 0; i < n; ++i) y[i] = cubic(static_cast<double>(i));
    dsp::spline_curvature<double>(y, m);
    for (double t = 0; t <= static_cast<double>(n - 1); t += 0.37) {
      CHECK(dsp::spline_at<double>(y, m, t) == Approx(cubic(t)).epsilon(1e-11));
    }
  }
  std::vector<double> const parabola{0, 1, 4}, two{3, 5};
  std::vector<double> m(3);
  dsp::spline_curvature<double>(parabola, m);
  CHECK(dsp::spline_at<double>(parabola, m, 1.5) == Approx(2.25));
  dsp::spline_curvature<double>(two, std::span(m).first(2));
  CHECK(dsp::spline_at<double>(two, std::span(m).first(2), 0.25) == Approx(3.5));
  CHECK(dsp::linear_at<double>(parabola, 1.5) == Approx(2.5));
  CHECK(dsp::linear_at<double>(parabola, 9) == 4);
}

TEST_CASE("the synchronous average of a pure order is that order, and noise falls with the turns") {
  run_up const shaft{20, 1};
  std::size_t const n = 40000, points = 128;
  random_source draw(8);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = std::sin(2 * math::pi * 3 * shaft.turns(static_cast<double>(i) / 8000)) + draw.normal();
  }
  dsp::synchronous_average<double> tsa({8000_Hz, points, dsp::interpolation::cubic, n});
  auto const memory = prepared(tsa);
  auto const pulses = shaft.pulses(4.9);
  std::vector<double> average(points);
  CHECK(tsa.average(average).error() == errc::not_ready);
  REQUIRE(tsa.add(x, pulses).ok());
  CHECK(tsa.revolutions() == pulses.size() - 1);
  REQUIRE(tsa.average(average).ok());
  double rest = 0;
  for (std::size_t i = 0; i < points; ++i) rest += std::pow(average[i] - math::sin_turns(3 * i, points), 2) / points;
  CHECK(std::sqrt(rest) == Approx(1 / std::sqrt(static_cast<double>(tsa.revolutions()))).epsilon(0.35));
}

TEST_CASE("revolutions of two records add up, and a bad record adds nothing") {
  std::vector<double> x(1000), y(1000), one(50), both(50);
  for (std::size_t i = 0; i < x.size(); ++i) y[i] = 3 * (x[i] = math::sin_turns(i, 100));
  std::vector<double> const pulses{0, 0.1, 0.2, 0.3, 0.4, 0.5};
  dsp::synchronous_average<double> tsa({1000_Hz, 50, dsp::interpolation::cubic, 1000});
  auto const memory = prepared(tsa);
  REQUIRE(tsa.add(x, pulses).ok());
  REQUIRE(tsa.add(y, pulses).ok());
  REQUIRE(tsa.average(both).ok());
  CHECK(tsa.revolutions() == 10);
  for (std::size_t i = 0; i < 50; ++i) CHECK(both[i] == Approx(2 * math::sin_turns(i, 50)).margin(1e-4));
  auto bad = x;
  bad[150] = math::not_a_number;
  CHECK(tsa.add(bad, pulses).error() == errc::bad_quality);
  CHECK_FALSE(tsa.add(x, std::vector<double>{0.2, 0.1}).ok());
  CHECK_FALSE(tsa.add(x, std::vector<double>{0.2, 1.1}).ok());
  REQUIRE(tsa.average(one).ok());
  CHECK(one == both);
}

TEST_CASE("order tracking turns a run-up into lines: order 2.5 reads its amplitude, the speed may double") {
  run_up const shaft{10, 4};
  std::size_t const n = 8000 * 4, per_rev = 64;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = 0.7 * std::cos(2 * math::pi * 2.5 * shaft.turns(static_cast<double>(i) / 8000));
  }
  auto pulses = shaft.pulses(3.99);
  if (pulses.size() % 2 == 0) pulses.pop_back();  // an even number of turns: the order lies on a line
  dsp::order_tracking<double> track(
      {8000_Hz, per_rev, dsp::interpolation::cubic, dsp::interpolation::cubic, n, pulses.size()});
  dsp::spectrum<double> orders(dsp::order_spectrum_params(per_rev, pulses.size() - 1));
  auto const m1 = prepared(track), m2 = prepared(orders);
  std::vector<double> y(track.size(pulses.size()));
  REQUIRE(track.apply(x, pulses, y).ok());
  for (std::size_t i = 0; i < y.size(); ++i) {
    CHECK(y[i] == Approx(0.7 * math::cos_turns(5 * i, 2 * per_rev)).margin(5e-4));
  }
  auto const lines = orders.amplitude(y);
  auto const k = static_cast<std::size_t>(2.5 / lines.df() + 0.5);
  CHECK(lines.lines[k] == Approx(0.7).epsilon(1e-3));
  CHECK(lines.lines[k + 4] < 1e-3);
  CHECK_FALSE(track.apply(x, pulses, std::span(y).first(5)).ok());
  bool ok = false;
  CHECK(pdm::test::heap_calls_in([&] { ok = track.apply(x, pulses, y).ok(); }).taken == 0);
  CHECK(ok);
}

TEST_CASE("pulses of a tacho sine are its rises, to a hundredth of a sample, in any chunks, saved and restored") {
  std::size_t const n = 5000;
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = std::sin(2 * math::pi * (31.3 * static_cast<double>(i) / 5000 - 0.3));
  arena none;
  dsp::tacho<double> whole({0, 0.5}), parts({0, 0.5}), other({0, 0.5});
  stream_spec const spec{.rate = 5000_Hz, .max_block = n};
  REQUIRE((whole.prepare(spec, none).ok() && parts.prepare(spec, none).ok() && other.prepare(spec, none).ok()));
  std::vector<double> a, b;
  whole.process(block<double>(x, {}), [&](double t) { a.push_back(t); });
  REQUIRE(a.size() == 31);
  for (std::size_t r = 0; r < a.size(); ++r) {
    CHECK(a[r] == Approx((static_cast<double>(r) + 0.3) / 31.3).margin(0.01 / 5000));
  }
  std::vector<std::byte> saved(parts.saved_bytes());
  for (std::size_t at = 0, size = 1; at < n; at += size, size = size * 7 % 97 + 1) {
    auto const piece = std::span(x).subspan(at, std::min(size, n - at));
    parts.process(block<double>(piece, {}), [&](double t) { b.push_back(t); });
    REQUIRE(parts.save(saved).ok());
    REQUIRE(other.restore(saved).ok());
    std::swap(parts, other);
  }
  CHECK(a == b);
  std::vector<double> times(16), speeds(16);
  CHECK(dsp::speed_between(a, 2, times, speeds) == 15);
  CHECK(speeds[3] == Approx(31.3 / 2).epsilon(1e-4));
}

TEST_CASE("no pulse is made across a gap or a sample that is not finite") {
  arena none;
  dsp::tacho<double> t({0.5, 0.1});
  REQUIRE(t.prepare({.rate = 1_Hz, .max_block = 4}, none).ok());
  int pulses = 0;
  auto const count = [&](double) noexcept { ++pulses; };
  block_info after_gap;
  after_gap.quality.mark(quality_reason::gap, quality_level::uncertain);
  t.process(block<double>(std::vector<double>{0, 0}, {}), count);
  t.process(block<double>(std::vector<double>{1, 1}, after_gap), count);
  t.process(block<double>(std::vector<double>{0, math::not_a_number, 1, 1}, {}), count);
  CHECK(pulses == 0);
  t.process(block<double>(std::vector<double>{0, 1}, {}), count);
  CHECK(pulses == 1);
}

TEST_CASE("lines go to the discrete part whole, noise and slipping impacts to the random part") {
  std::size_t const n = 1 << 16, segment = 2048, delay = 1500;
  random_source draw(12);
  std::vector<double> lines(n), noise(n), x(n), discrete(n), random(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i);
    lines[i] = std::sin(0.05 * t) + 0.5 * std::sin(0.731 * t + 1);
    noise[i] = 0.3 * draw.normal();
  }
  dsp::discrete_random<double> separate({segment, delay});
  auto const memory = prepared(separate);
  REQUIRE(separate.apply(lines, discrete, random).ok());
  for (std::size_t i = 0; i < n; ++i) REQUIRE(std::abs(random[i]) < 2e-3);
  for (std::size_t i = 0; i < n; ++i) x[i] = lines[i] + noise[i];
  REQUIRE(separate.apply(x, discrete, random).ok());
  double line_error = 0, noise_left = 0, both = 0;
  for (std::size_t i = 0; i < n; ++i) {
    line_error += std::pow(discrete[i] - lines[i], 2);
    noise_left += noise[i] * noise[i];
    both += random[i] * random[i];
  }
  CHECK(line_error / noise_left < 0.1);
  CHECK(both / noise_left == Approx(1).margin(0.1));
  CHECK_FALSE(
      separate.apply(std::span(x).first(4000), std::span(discrete).first(4000), std::span(random).first(4000)).ok());
  ::test::memory more;
  CHECK_FALSE(dsp::discrete_random<float>({1024, 100}).prepare(more.arena()).ok());
}
