#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/dsp/filtfilt.hpp"
#include "pdm/dsp/resample.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;
using test_memory = ::test::memory;

double gain(dsp::butterworth_params const& p, hertz rate, double f) {
  auto const filter = dsp::design_butterworth(p, rate);
  REQUIRE(filter.ok());
  auto const h = dsp::response(*filter, {f}, rate);
  return std::hypot(h.re, h.im);
}

template <class T>
std::vector<T> noise(std::size_t n) {
  random_source draw(19);
  std::vector<T> x(n);
  for (auto& v : x) v = static_cast<T>(draw.uniform() - 0.5);
  return x;
}

// What the stage makes of x in blocks of `size`.
template <class Stage, class T>
std::vector<T> filtered(Stage& stage, std::vector<T> const& x, std::size_t size, std::size_t from = 0) {
  std::vector<T> y;
  for (std::size_t at = from; at < x.size(); at += size) {
    std::size_t const n = std::min(size, x.size() - at);
    stage.process(block<T>(std::span<T const>(x).subspan(at, n), {}),
                  [&](block<T> const& b) noexcept { y.insert(y.end(), b.samples.begin(), b.samples.end()); });
  }
  return y;
}

constexpr stream_spec spec{.rate = {1000}, .max_block = 4096};

}  // namespace

TEST_CASE("a Butterworth filter has -3 dB at its edges, 1 where it passes and 0 where it does not") {
  using enum dsp::filter_band;
  double const half = 1 / std::sqrt(2.0);
  for (int order : {1, 2, 3, 4, 7, 12}) {
    CAPTURE(order);
    CHECK(gain({lowpass, order, 50_Hz, {}}, 1000_Hz, 50) == Approx(half).epsilon(1e-9));
    CHECK(gain({lowpass, order, 50_Hz, {}}, 1000_Hz, 0) == Approx(1).epsilon(1e-8));
    CHECK(gain({highpass, order, 50_Hz, {}}, 1000_Hz, 50) == Approx(half).epsilon(1e-9));
    CHECK(gain({highpass, order, 50_Hz, {}}, 1000_Hz, 0) < 1e-12);
    for (double edge : {80.0, 220.0}) {
      CHECK(gain({bandpass, order, 80_Hz, 220_Hz}, 1000_Hz, edge) == Approx(half).epsilon(1e-9));
      CHECK(gain({bandstop, order, 80_Hz, 220_Hz}, 1000_Hz, edge) == Approx(half).epsilon(1e-9));
    }
    CHECK(gain({bandstop, order, 80_Hz, 220_Hz}, 1000_Hz, 0) == Approx(1).epsilon(1e-9));
  }
}

TEST_CASE("between the edges the gain follows 1 / sqrt(1 + (tan w / tan wc)^2N)") {
  double const ratio = std::tan(math::pi * 0.12) / std::tan(math::pi * 0.05);
  CHECK(gain({dsp::filter_band::lowpass, 5, 50_Hz, {}}, 1000_Hz, 120) ==
        Approx(1 / std::sqrt(1 + std::pow(ratio, 10))).epsilon(1e-10));
}

TEST_CASE("a very wide band-pass, whose middle poles are real, still passes its middle with gain 1") {
  // w0^2 < (width/2)^2 makes the pair real.
  double const f1 = 1, f2 = 480, rate = 1000;
  double const w0 = std::sqrt(std::tan(math::pi * f1 / rate) * std::tan(math::pi * f2 / rate));
  double const centre = std::atan(w0) / math::pi * rate;
  CHECK(gain({dsp::filter_band::bandpass, 3, {f1}, {f2}}, {rate}, centre) == Approx(1).epsilon(1e-9));
  CHECK(gain({dsp::filter_band::bandpass, 3, {f1}, {f2}}, {rate}, f2) == Approx(std::sqrt(0.5)).epsilon(1e-9));
}

TEST_CASE("edges out of order, at zero or at half the rate, and silly orders are refused") {
  using enum dsp::filter_band;
  for (auto const& p : {dsp::butterworth_params{lowpass, 4, 0_Hz, {}},
                        {lowpass, 4, 500_Hz, {}},
                        {lowpass, 0, 50_Hz, {}},
                        {lowpass, 13, 50_Hz, {}},
                        {bandpass, 4, 200_Hz, 100_Hz},
                        {bandpass, 4, 100_Hz, 100_Hz},
                        {bandpass, 4, 100_Hz, 500_Hz},
                        {lowpass, 4, hertz{std::nan("")}, {}}}) {
    CHECK_FALSE(dsp::design_butterworth(p, 1000_Hz).ok());
  }
}

TEST_CASE("a filter stage gives the same bits for every block size from 1 to 4096, float and double") {
  auto const check = [](auto stage, auto const& x) {
    test_memory memory(stage.footprint(spec) + arena::alignment);
    REQUIRE(stage.prepare(spec, memory.arena()).ok());
    CHECK(memory.arena().used() == stage.footprint(spec));
    auto const expected = filtered(stage, x, 4096);
    for (std::size_t size : {1u, 2u, 3u, 31u, 64u, 1000u, 4095u}) {
      stage.reset();
      CHECK(filtered(stage, x, size) == expected);
    }
  };
  check(dsp::bandpass<float>{{.low = 80_Hz, .high = 220_Hz}}, noise<float>(5000));
  check(dsp::highpass<double>{{.cutoff = 10_Hz}}, noise<double>(5000));
}

TEST_CASE("a filter restored in the middle goes on with the same bits, and not with other coefficients") {
  dsp::highpass<double> whole{{.cutoff = 10_Hz}}, again{{.cutoff = 10_Hz}}, other{{.cutoff = 11_Hz}};
  test_memory a, b, c;
  REQUIRE(whole.prepare(spec, a.arena()).ok());
  REQUIRE(again.prepare(spec, b.arena()).ok());
  REQUIRE(other.prepare(spec, c.arena()).ok());
  auto const x = noise<double>(3000);
  std::vector<double> const begin(x.begin(), x.begin() + 1234);
  (void)filtered(whole, begin, 100);
  std::vector<std::byte> saved(whole.saved_bytes());
  REQUIRE(whole.save(saved).ok());
  REQUIRE(again.restore(saved).ok());
  CHECK(filtered(again, x, 64, 1234) == filtered(whole, x, 64, 1234));
  CHECK_FALSE(other.restore(saved).ok());
  saved[30] ^= std::byte{1};
  CHECK(again.restore(saved).error() == errc::corrupt);
}

TEST_CASE("after a gap a filter starts anew, and without heap calls") {
  dsp::lowpass<double> stage{{.cutoff = 10_Hz}};
  test_memory memory;
  REQUIRE(stage.prepare(spec, memory.arena()).ok());
  auto const x = noise<double>(500);
  auto const expected = filtered(stage, x, 500);
  block_info gap;
  gap.quality.mark(quality_reason::gap, quality_level::uncertain);
  bool same = false;
  auto const calls = pdm::test::heap_calls_in([&] {
    stage.process(block<double>(x, gap),
                  [&](block<double> const& b) noexcept { same = std::ranges::equal(b.samples, expected) && b.gap(); });
  });
  CHECK(same);
  CHECK(calls.all() == 0);
}

TEST_CASE("a filter that starts settled passes a constant through a low-pass from the first sample on") {
  dsp::lowpass<double> stage{{.cutoff = 10_Hz, .start_settled = true}};
  dsp::highpass<double> high{{.cutoff = 10_Hz, .start_settled = true}};
  test_memory memory;
  REQUIRE(stage.prepare(spec, memory.arena()).ok());
  REQUIRE(high.prepare(spec, memory.arena()).ok());
  for (double y : filtered(stage, std::vector<double>(100, 9.81), 7)) CHECK(y == Approx(9.81).epsilon(1e-10));
  for (double y : filtered(high, std::vector<double>(100, 9.81), 7)) CHECK(std::abs(y) < 1e-10);
}

TEST_CASE("forward and backward filtering leaves the phase of a sine and squares the gain") {
  auto const filter = dsp::design_butterworth({dsp::filter_band::lowpass, 3, 50_Hz, {}}, 1000_Hz);
  REQUIRE(filter.ok());
  dsp::filtfilt<double> f(*filter, 300);
  test_memory memory(f.footprint(2000) + arena::alignment);
  REQUIRE(f.prepare(2000, memory.arena()).ok());
  std::vector<double> x(2000), y(2000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(2 * math::pi * 50 * static_cast<double>(i) / 1000);
  REQUIRE(f.apply(x, y).ok());
  for (std::size_t i = 500; i < 1500; ++i) CHECK(y[i] == Approx(0.5 * x[i]).margin(1e-8));
  CHECK_FALSE(f.apply(std::span(x).first(300), std::span(y).first(300)).ok());
}

TEST_CASE("resampling keeps a sine well below both Nyquist frequencies, and its length is ceil(n up / down)") {
  for (auto const& [up, down] : {std::pair<std::size_t, std::size_t>{3, 2}, {1, 4}, {5, 3}, {4, 6}}) {
    dsp::resampler r(up, down);
    test_memory memory;
    REQUIRE(r.prepare(memory.arena()).ok());
    std::vector<double> x(2001);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(0.1 * static_cast<double>(i));
    std::vector<double> y(r.size(x.size()));
    CHECK(y.size() == (2001 * up + down - 1) / down);
    REQUIRE(r.apply<double>(x, y).ok());
    double worst = 0;
    for (std::size_t i = y.size() / 4; i < 3 * y.size() / 4; ++i) {
      double const t = static_cast<double>(i * down) / static_cast<double>(up);
      worst = std::max(worst, std::abs(y[i] - std::sin(0.1 * t)));
    }
    CHECK(worst < 2e-3);
  }
}

TEST_CASE("polyphase filtering is zero stuffing, convolution and decimation") {
  auto const x = noise<double>(40);
  std::vector<double> const h = noise<double>(17);
  for (std::size_t up : {1u, 3u, 5u}) {
    for (std::size_t down : {1u, 2u, 7u}) {
      std::vector<double> full(40 * up + 17, 0.0);
      for (std::size_t k = 0; k < 40; ++k) {
        for (std::size_t j = 0; j < 17; ++j) full[k * up + j] += x[k] * h[j];
      }
      std::vector<double> y(dsp::upfirdn_size(40, 17, up, down));
      dsp::upfirdn<double>(x, h, up, down, y);
      for (std::size_t i = 0; i < y.size(); ++i) CHECK(y[i] == Approx(full[i * down]).margin(1e-14));
    }
  }
}
