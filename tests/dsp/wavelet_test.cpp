#include "pdm/dsp/wavelet.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

using namespace pdm;

namespace {

std::vector<double> noise(std::size_t n) {
  random_source draw(7);
  std::vector<double> x(n);
  for (auto& v : x) v = draw.normal();
  return x;
}

}  // namespace

TEST_CASE("every wavelet filter has unit energy, gain sqrt 2 at 0, and a high-pass that stops a constant") {
  for (auto kind : {dsp::wavelet_kind::haar, dsp::wavelet_kind::db2, dsp::wavelet_kind::db4}) {
    auto const f = dsp::wavelet_filter_of(kind);
    double sum = 0, squares = 0, high = 0, product = 0;
    for (std::size_t k = 0; k < f.taps; ++k) {
      sum += f.low[k];
      squares += f.low[k] * f.low[k];
      high += f.high[k];
      product += f.low[k] * f.high[k];
    }
    CHECK(sum == Approx(std::sqrt(2.0)).epsilon(1e-10));
    CHECK(squares == Approx(1).epsilon(1e-10));
    CHECK(std::abs(high) < 1e-10);
    CHECK(std::abs(product) < 1e-10);
  }
}

TEST_CASE("packets of a periodised record keep its energy, and most of a sine goes to the node of its frequency") {
  std::size_t const n = 1024;
  dsp::wavelet_packets<double> w({n, dsp::wavelet_kind::db4, dsp::wavelet_mode::periodization, 3});
  ::test::memory memory(w.footprint() + arena::alignment);
  REQUIRE(w.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == w.footprint());
  auto const x = noise(n);
  double energy = 0, nodes = 0;
  for (double v : x) energy += v * v;
  for (double e : w.energies(x)) nodes += e;
  CHECK(nodes == Approx(energy).epsilon(1e-10));
  for (std::size_t band = 0; band < 8; ++band) {
    std::vector<double> sine(n);
    for (std::size_t i = 0; i < n; ++i) sine[i] = math::sin_turns((64 * band + 32) * i, n);
    auto const e = w.energies(sine);
    CHECK(e[band] > 0.5 * n / 2);  // db4 overlaps its neighbours
    CHECK(dsp::energy_entropy(e) < 1);
  }
}

TEST_CASE("Haar details of a step are its height over sqrt 2, approximations its sums") {
  std::vector<double> const x{1, 1, 1, 5, 5, 5, 5, 5};
  dsp::wavelet_dwt<double> w({8, dsp::wavelet_kind::haar, dsp::wavelet_mode::periodization, 1});
  ::test::memory memory;
  REQUIRE(w.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == w.footprint());
  w.apply(x);
  CHECK(std::abs(w.detail(1)[1]) == Approx(4 / std::sqrt(2.0)));
  CHECK(std::abs(w.detail(1)[0]) < 1e-12);
  CHECK(w.approximation()[1] == Approx(6 / std::sqrt(2.0)));
  CHECK_FALSE(dsp::wavelet_dwt<float>({0}).prepare(memory.arena()).ok());
}
