#include "pdm/features/window_vector.hpp"

#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/signal/chain.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm::literals;
using pdm::features::window_vector;
using pdm::features::window_vector_params;
using vector_stage = window_vector<pdm::dsp::native_fft<float>>;

namespace {

constexpr double rate = 25600;
pdm::stream_spec const spec{.rate = {rate}, .max_block = 4096, .quantity = pdm::unit::metre_per_second_squared};

window_vector_params settings(std::size_t length) {
  return {
      .length = length, .envelope_low = 4_kHz, .envelope_high = 8_kHz, .lines = {pdm::hertz{107.3}, pdm::hertz{162.2}}};
}

// A shaft line, impacts of a resonance at 6 kHz every 1/107.3 s, and noise; `offset` is added.
std::vector<float> signal(std::size_t n, double offset = 0) {
  pdm::random_source draw(3);
  std::vector<float> x(n);
  double since = 0;
  for (std::size_t i = 0; i < n; ++i, since += 1 / rate) {
    if (since > 1 / 107.3) since -= 1 / 107.3;
    double const t = static_cast<double>(i) / rate;
    double v = offset + 0.5 * pdm::math::sin(2 * pdm::math::pi * 30 * t) + 0.2 * (draw.uniform() - 0.5);
    v += 0.8 * pdm::math::exp(-800 * since) * pdm::math::sin(2 * pdm::math::pi * 6000 * since);
    x[i] = static_cast<float>(v);
  }
  return x;
}

struct prepared {
  explicit prepared(window_vector_params const& p) : stage(p), bytes(stage.footprint(spec) + 64), memory(bytes) {
    outcome = stage.prepare(spec, memory);
  }
  vector_stage stage;
  std::vector<std::byte> bytes;
  pdm::arena memory;
  pdm::result<pdm::stream_spec> outcome = pdm::errc::not_ready;
};

using spectrum = std::vector<std::complex<double>>;

spectrum transformed(std::vector<double> const& x) {
  std::vector<std::byte> bytes(pdm::dsp::native_fft<double>::footprint(x.size()) + 64);
  pdm::arena memory(bytes);
  pdm::dsp::native_fft<double> fft;
  REQUIRE(fft.prepare(x.size(), memory).ok());
  spectrum out(x.size() / 2 + 1);
  fft.forward(x, out);
  return out;
}

// The definitions, one loop a quantity, in double.
std::vector<double> by_definition(std::vector<float> const& window, window_vector_params const& p) {
  std::size_t const n = window.size(), h = n / 2;
  auto const size = static_cast<double>(n);
  auto const mean_of = [&](auto f) {
    double s = 0;
    for (float v : window) s += f(static_cast<double>(v));
    return s / size;
  };
  double const mean = mean_of([](double v) { return v; });
  auto const moment = [&](int k) { return mean_of([&](double v) { return std::pow(v - mean, k); }); };
  double const rms = std::sqrt(mean_of([](double v) { return v * v; }));
  double const absolute = mean_of([](double v) { return std::abs(v); });
  double const root = mean_of([](double v) { return std::sqrt(std::abs(v)); });
  double low = window[0], high = window[0];
  for (float v : window) {
    low = std::min(low, static_cast<double>(v));
    high = std::max(high, static_cast<double>(v));
  }
  double const peak = std::max(high, -low), m2 = moment(2);
  std::vector<double> out{mean,
                          std::sqrt(m2),
                          rms,
                          peak,
                          high - low,
                          peak / rms,
                          moment(3) / std::pow(m2, 1.5),
                          moment(4) / (m2 * m2),
                          rms / absolute,
                          peak / absolute,
                          peak / (root * root)};

  std::vector<double> tapered(n), plain(window.begin(), window.end());
  for (std::size_t i = 0; i < n; ++i) tapered[i] = plain[i] * (0.5 - 0.5 * pdm::math::cos_turns(i, n));
  auto const w = transformed(tapered);
  double const step = rate / size;
  std::vector<double> a(h + 1);
  double sum = 0, first = 0, power = 0;
  for (std::size_t k = 0; k <= h; ++k) {
    a[k] = std::abs(w[k]) * (k == 0 || k == h ? 2 : 4) / size;
    sum += a[k];
    first += a[k] * static_cast<double>(k) * step;
    power += a[k] * a[k];
  }
  double const c = first / sum;
  double v2 = 0, v4 = 0, entropy = 0, cumulated = 0, roll_off = -1;
  std::vector<double> bands(p.bands);
  for (std::size_t k = 0; k <= h; ++k) {
    double const f = static_cast<double>(k) * step - c, share = a[k] * a[k] / power;
    v2 += f * f * a[k] / sum;
    v4 += f * f * f * f * a[k] / sum;
    if (share > 0) entropy -= share * std::log(share) / std::log(static_cast<double>(h + 1));
    cumulated += share;
    if (roll_off < 0 && cumulated >= p.roll_off) roll_off = static_cast<double>(k) * step;
    bands[std::min(k / (h / p.bands), p.bands - 1)] += a[k] * a[k] / 2;
  }
  out.insert(out.end(), {c, std::sqrt(v2), v4 / (v2 * v2), entropy, roll_off});
  out.insert(out.end(), bands.begin(), bands.end());

  // The analytic band at full length: no decimation, no shift.
  auto const x = transformed(plain);
  spectrum z(n), back(n);
  for (std::size_t k = 0; k <= h; ++k) {
    double const f = static_cast<double>(k) * step;
    if (f >= p.envelope_low.value && f < p.envelope_high.value) z[k] = 2.0 * x[k];
  }
  std::vector<std::byte> bytes(pdm::dsp::native_fft<double>::footprint(n) + 64);
  pdm::arena memory(bytes);
  pdm::dsp::native_fft<double> fft;
  REQUIRE(fft.prepare(n, memory).ok());
  fft.inverse_complex(z, back);
  std::vector<double> squared(n);
  for (std::size_t i = 0; i < n; ++i) squared[i] = std::norm(back[i]);
  auto const s = transformed(squared);
  for (auto f : p.lines) {
    for (std::size_t m = 1; m <= p.harmonics && f.value > 0; ++m) {
      auto const at = static_cast<std::size_t>(std::lround(f.value * static_cast<double>(m) / step));
      double most = 0;
      for (std::size_t k = std::max<std::size_t>(at, p.reach + 1) - p.reach; k <= at + p.reach; ++k) {
        most = std::max(most, 2 * std::abs(s[k]) / size);
      }
      out.push_back(most);
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the vector of a window agrees with the definitions in double to 1e-5") {
  for (std::size_t const n : {1024u, 2048u, 4096u, 16384u, 3072u}) {
    auto const p = settings(n);
    prepared s(p);
    REQUIRE(s.outcome.ok());
    auto const x = signal(n);
    auto const got = s.stage.extract(x);
    auto const expected = by_definition(x, p);
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      INFO("n = " << n << ", column " << i << " " << s.stage.column(i).name);
      CHECK(got[i] == Approx(expected[i]).epsilon(1e-5).margin(1e-7));
    }
  }
}

TEST_CASE("a large offset costs the time features no more than the samples' own rounding") {
  auto const p = settings(4096);
  prepared s(p);
  auto const x = signal(4096, 1000);
  auto const got = s.stage.extract(x);
  auto const expected = by_definition(x, p);
  for (std::size_t i = 0; i <= vector_stage::clearance_factor; ++i) {
    INFO("column " << i);
    CHECK(got[i] == Approx(expected[i]).epsilon(1e-5));
  }
}

TEST_CASE("every instruction set gives the same bits of the vector and of both spectra") {
  prepared s(settings(4096));
  auto const x = signal(4096);
  auto const best = pdm::simd::limit(pdm::simd::level::avx2);
  auto const v = s.stage.extract(x);
  std::vector<double> const values(v.begin(), v.end());
  std::vector<float> const a(s.stage.amplitude_spectrum().begin(), s.stage.amplitude_spectrum().end());
  std::vector<float> const e(s.stage.envelope_spectrum().begin(), s.stage.envelope_spectrum().end());
  pdm::simd::limit(pdm::simd::level::base);
  auto const again = s.stage.extract(x);
  pdm::simd::limit(best);
  CHECK(std::ranges::equal(again, values));
  CHECK(std::ranges::equal(s.stage.amplitude_spectrum(), a));
  CHECK(std::ranges::equal(s.stage.envelope_spectrum(), e));
}

TEST_CASE("what has no value in a window of zeros is absent from the row") {
  prepared s(settings(1024));
  std::vector<float> const zeros(1024);
  bool seen = false;
  s.stage.process(pdm::block<float>(zeros, {}), [&](pdm::row const& r) noexcept {
    seen = r.has(vector_stage::rms) && !r.has(vector_stage::kurtosis) && !r.has(vector_stage::crest_factor) &&
           !r.has(vector_stage::entropy) && r.has(vector_stage::first_band);
  });
  CHECK(seen);
}

TEST_CASE("a frame's time, quality and operating state travel with its row") {
  prepared s(settings(1024));
  auto const x = signal(1024);
  pdm::block_info info;
  info.source_time = 123456789;
  int rows = 0;
  for (int i = 0; i < 2; ++i) {
    s.stage.process(pdm::block<float>(x, info), [&](pdm::row const& r) noexcept {
      if (r.source_time == 123456789 && r.sequence == static_cast<std::uint64_t>(i)) ++rows;
    });
  }
  CHECK(rows == 2);
}

TEST_CASE("window_vector: prepare takes exactly the footprint, and no frame asks the heap for anything") {
  prepared s(settings(4096));
  REQUIRE(s.outcome.ok());
  CHECK(s.memory.used() == s.stage.footprint(spec));
  auto const x = signal(4096);
  auto const calls = pdm::test::heap_calls_in([&] { s.stage.extract(x); });
  CHECK(calls.all() == 0);
}

TEST_CASE("window_vector refuses a length its bands do not divide and a band beyond half the rate") {
  auto odd = settings(1000);
  CHECK(prepared(odd).outcome.error() == pdm::errc::invalid_argument);
  auto high = settings(1024);
  high.envelope_high = 20_kHz;
  CHECK(prepared(high).outcome.error() == pdm::errc::rate_mismatch);
  auto none = settings(1024);
  none.envelope_low = none.envelope_high = {};
  CHECK(prepared(none).outcome.error() == pdm::errc::invalid_argument);
}
