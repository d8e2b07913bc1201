#include <cmath>
#include <complex>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/core/simd.hpp"
#include "pdm/dsp/band_kurtogram.hpp"
#include "pdm/dsp/fast_kurtogram.hpp"
#include "pdm/dsp/spectral_kurtosis.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

std::vector<double> noise(std::size_t n, std::uint64_t seed = 5) {
  random_source draw(seed);
  std::vector<double> x(n);
  for (auto& v : x) v = draw.normal();
  return x;
}

// Impacts every `period` samples that ring at `share` of the sampling rate, over noise.
std::vector<double> impacts(std::size_t n, std::size_t period, double share) {
  auto x = noise(n);
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i % period);
    x[i] += 4 * std::exp(-0.05 * t) * std::sin(2 * math::pi * share * t);
  }
  return x;
}

template <class S>
::test::memory prepared(S& stage) {
  ::test::memory memory(stage.footprint() + arena::alignment);
  REQUIRE(stage.prepare(memory.arena()).ok());
  CHECK(memory.arena().used() == stage.footprint());
  return memory;
}

// The definition, straight: complex filters, every output summed from its taps.
using signal = std::vector<std::complex<double>>;

std::vector<double> low_pass(std::size_t taps, double cutoff) {
  std::vector<double> h(taps);
  double sum = 0;
  for (std::size_t i = 0; i < taps; ++i) {
    double const t = static_cast<double>(i) - static_cast<double>(taps - 1) / 2;
    h[i] = t == 0 ? cutoff : std::sin(math::pi * cutoff * t) / (math::pi * t);
    h[i] *= 0.54 - 0.46 * std::cos(2 * math::pi * static_cast<double>(i) / static_cast<double>(taps - 1));
    sum += h[i];
  }
  for (auto& v : h) v /= sum;
  return h;
}

signal filtered(signal const& h, signal const& c, std::size_t step) {
  signal out;
  for (std::size_t i = step - 1; i < c.size(); i += step) {
    std::complex<double> sum = 0;
    for (std::size_t k = 0; k < h.size() && k <= i; ++k) sum += h[k] * c[i - k];
    out.push_back(sum);
  }
  return out;
}

double straight_kurtosis(signal const& z, std::size_t skip, double normal) {
  double const n = static_cast<double>(z.size() - skip);
  std::complex<double> mean = 0;
  for (std::size_t i = skip; i < z.size(); ++i) mean += z[i] / n;
  double second = 0, fourth = 0;
  for (std::size_t i = skip; i < z.size(); ++i) {
    double const s = std::norm(z[i] - mean);
    second += s / n;
    fourth += s * s / n;
  }
  return std::max(0.0, fourth / (second * second) - normal);
}

struct straight_tree {
  std::size_t levels;
  std::vector<double> values;
  signal h, g, third[3];

  explicit straight_tree(std::size_t count) : levels(count), values(kurtogram_cells(count)) {
    auto const p17 = low_pass(17, 0.4), p25 = low_pass(25, 0.8 / 3);
    for (std::size_t i = 0; i < 17; ++i) h.push_back(std::polar(p17[i], math::pi * static_cast<double>(i) / 4));
    for (std::size_t i = 1; i <= 16; ++i) g.push_back((i % 2 == 0 ? 1.0 : -1.0) * h[(16 - i % 16) % 16]);
    for (std::size_t q = 0; q < 3; ++q) {
      double const turn = 2 * math::pi * (1.0 / 12 + static_cast<double>(q) / 6);
      for (std::size_t i = 0; i < 25; ++i) third[q].push_back(p25[i] * std::polar(1.0, turn * static_cast<double>(i)));
    }
  }
  static std::size_t kurtogram_cells(std::size_t count) { return dsp::kurtogram_grid(count, 1_Hz).cells(); }
  double& at(std::size_t row, std::size_t band) { return values[dsp::kurtogram_grid::offset(row) + band]; }

  void node(signal const& c, std::size_t level, std::size_t band) {
    using grid = dsp::kurtogram_grid;
    for (std::size_t q = 0; q < 3 && level + 2 <= levels; ++q) {
      at(grid::ternary_row(level), 3 * band + q) = straight_kurtosis(filtered(third[q], c, 3), 16, 2);
    }
    signal const low = filtered(h, c, 2);
    signal high = filtered(g, c, 2);
    for (std::size_t i = 0; i < high.size(); i += 2) high[i] = -high[i];
    at(grid::binary_row(level + 1), 2 * band) = straight_kurtosis(low, 16, 2);
    at(grid::binary_row(level + 1), 2 * band + 1) = straight_kurtosis(high, 15, 2);
    if (level + 1 == levels) return;
    node(low, level + 1, 2 * band);
    node(high, level + 1, 2 * band + 1);
  }
  std::vector<double> of(std::vector<double> const& x) {
    double mean = 0;
    for (double v : x) mean += v / static_cast<double>(x.size());
    signal c;
    for (double v : x) c.emplace_back(v - mean);
    at(0, 0) = straight_kurtosis(c, 0, 3);
    node(c, 0, 0);
    return values;
  }
};

}  // namespace

TEST_CASE("the fast kurtogram is what its filters, summed straight, give, at any length") {
  for (std::size_t n : {1024u, 1027u, 999u}) {
    auto const x = impacts(n, 100, 0.31);
    dsp::fast_kurtogram<double> k({n, 1000_Hz, 4});
    auto const memory = prepared(k);
    auto const values = k.apply(x);
    REQUIRE(values.ok());
    auto const expected = straight_tree(4).of(x);
    REQUIRE(values->size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK((*values)[i] == Approx(expected[i]).margin(1e-11));
  }
}

TEST_CASE("one pulse of either sign every 64 samples has kurtosis 64, 61 above normal") {
  std::vector<double> x(4096);
  for (std::size_t i = 0; i < x.size(); i += 64) x[i] = i % 128 == 0 ? 2 : -2;
  dsp::fast_kurtogram<double> k({x.size(), 1_Hz, 2});
  auto const memory = prepared(k);
  CHECK((*k.apply(x))[0] == Approx(61).epsilon(1e-12));
}

TEST_CASE("the band of the resonance that impacts excite is chosen, and none stands out of noise") {
  std::size_t const n = 25600;
  dsp::fast_kurtogram<float> k({n, 25600_Hz, 6});
  auto const memory = prepared(k);
  for (double share : {0.11, 0.23, 0.37}) {
    auto const x = impacts(n, 240, share);
    REQUIRE(k.apply(std::vector<float>(x.begin(), x.end())).ok());
    auto const best = k.best(640_Hz);
    CHECK(best.low.value < share * 25600);
    CHECK(best.high.value > share * 25600);
    CHECK(best.bandwidth().value >= 640);
    CHECK(best.value > 1);
  }
  auto const x = noise(n);
  REQUIRE(k.apply(std::vector<float>(x.begin(), x.end())).ok());
  CHECK(k.best(400_Hz).value < 0.5);
}

TEST_CASE("kurtograms have the same bits in every instruction set, and after other records") {
  auto const rows = [](auto type) {
    using T = decltype(type);
    std::size_t const n = 4100;
    auto const x = impacts(n, 130, 0.2), y = noise(n);
    dsp::fast_kurtogram<T> k({n, 1000_Hz, 5});
    auto const memory = prepared(k);
    REQUIRE(k.apply(std::vector<T>(y.begin(), y.end())).ok());
    auto const v = k.apply(std::vector<T>(x.begin(), x.end()));
    dsp::fast_kurtogram<T> fresh({n, 1000_Hz, 5});
    auto const memory_2 = prepared(fresh);
    auto const w = fresh.apply(std::vector<T>(x.begin(), x.end()));
    CHECK(std::vector<double>(v->begin(), v->end()) == std::vector<double>(w->begin(), w->end()));
    return std::vector<double>(v->begin(), v->end());
  };
  auto const best = simd::limit(simd::level::avx2);
  auto const in_float = rows(0.0f), in_double = rows(0.0);
  simd::limit(simd::level::base);
  CHECK(in_float == rows(0.0f));
  CHECK(in_double == rows(0.0));
  simd::limit(best);
  for (std::size_t i = 0; i < in_float.size(); ++i)
    CHECK(in_float[i] == Approx(in_double[i]).epsilon(1e-4).margin(1e-5));
}

TEST_CASE("a kurtogram of a prepared length takes no memory") {
  auto const x = impacts(4096, 100, 0.3);
  std::size_t const levels[] = {1, 3, 8};
  dsp::fast_kurtogram<double> k({4096, 1000_Hz, 5});
  dsp::band_kurtogram<double, dsp::native_fft<double>> b({4096, 1000_Hz, levels});
  auto const m1 = prepared(k), m2 = prepared(b);
  bool ok = true;
  CHECK(pdm::test::heap_calls_in([&] { ok = k.apply(x).ok() && b.apply(x).ok(); }).taken == 0);
  CHECK(ok);
}

TEST_CASE("grid rows, levels and columns are those of the published tree") {
  dsp::kurtogram_grid const g(3, 800_Hz);
  CHECK(g.rows() == 6);
  CHECK(g.columns() == 24);
  CHECK(g.cells() == 1 + 2 + 3 + 4 + 6 + 8);
  CHECK(g.level(4) == Approx(1 + std::log2(3.0)));
  CHECK(g.cell(4, 5).high.value == Approx(400));
  CHECK(g.cell(4, 5).bandwidth().value == Approx(400.0 / 6));
  std::vector<double> values(g.cells());
  values[g.offset(2) + 1] = values[g.offset(5) + 2] = 1;  // columns 8 and 6: the lower one wins
  CHECK(g.best(values).row == 5);
  CHECK(g.best(values, 100_Hz).row == 2);
}

TEST_CASE("N lines of one amplitude and phase in an ideal band have kurtosis (2 N^2 + 1) / (3 N) - 2") {
  std::size_t const n = 512;
  std::vector<double> x(n);
  std::size_t const levels[] = {1, 8};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k : {70u, 71u, 72u, 73u, 200u}) x[i] += math::cos_turns(k * i, n);  // bands 2 and 6 of 8
  }
  dsp::band_kurtogram<double> k({n, 512_Hz, levels});
  auto const memory = prepared(k);
  auto const v = k.apply(x);
  REQUIRE(v.ok());
  CHECK((*v)[1 + 2] == Approx(33.0 / 12 - 2).epsilon(1e-11));
  CHECK((*v)[1 + 6] == Approx(-1).epsilon(1e-11));  // a steady sine
}

TEST_CASE("spectral kurtosis of a sine is -1 when steady, 1/p - 2 when on for the share p of the time, 0 of noise") {
  std::size_t const segment = 64, count = 256;
  std::vector<double> steady(segment * count), bursts(segment * count);
  for (std::size_t i = 0; i < steady.size(); ++i) {
    steady[i] = math::sin_turns(10 * i, segment);
    if (i / segment % 8 == 0) bursts[i] = steady[i];
  }
  dsp::spectral_kurtosis<double> k({segment, 0, dsp::window_kind::hann});
  auto const memory = prepared(k);
  CHECK((*k.apply(steady))[10] == Approx(-1).epsilon(1e-10));
  CHECK((*k.apply(bursts))[10] == Approx(6).epsilon(1e-10));
  auto const x = noise(segment * 4096);
  auto const v = *k.apply(x);
  for (std::size_t i = 2; i + 2 < v.size(); ++i) CHECK(std::abs(v[i]) < 0.25);
}

TEST_CASE("kurtograms refuse what they cannot do") {
  ::test::memory memory;
  std::size_t const none[] = {0}, many[] = {33};
  CHECK_FALSE(dsp::fast_kurtogram<float>({1000, 1_Hz, 5}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::fast_kurtogram<float>({1024, 0_Hz, 5}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::fast_kurtogram<float>({1024, 1_Hz, 0}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::band_kurtogram<float>({64, 1_Hz, none}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::band_kurtogram<float>({64, 1_Hz, many}).prepare(memory.arena()).ok());
  CHECK_FALSE(dsp::spectral_kurtosis<float>({8, 8}).prepare(memory.arena()).ok());
  dsp::fast_kurtogram<double> k({64, 1_Hz, 1});
  auto const m = prepared(k);
  std::vector<double> x(64, 1);
  CHECK_FALSE(k.apply(std::span(x).first(63)).ok());
  CHECK((*k.apply(x))[0] == 0);
  x[7] = math::not_a_number;
  CHECK(k.apply(x).error() == errc::bad_quality);
}
