#include "pdm/dsp/native_fft.hpp"

#include <algorithm>
#include <ctime>
#include <limits>

#include "dsp/fft_laws.hpp"

using pdm::dsp::fft_use;
using pdm::dsp::native_fft;
using namespace fft_laws;

TEMPLATE_TEST_CASE("native: every length from 1 to 512 agrees with the direct sum to the stated bound", "", float,
                   double) {
  double worst_smooth = 0, worst_other = 0;
  for (std::size_t n = 1; n <= 512; ++n) {
    double const e = forward_error<TestType, native_fft<TestType>>(n, n < 200 ? 1 : 7);
    INFO("n = " << n);
    CHECK(e < native_bound(n));
    auto& worst = native_bound(n) == smooth_bound ? worst_smooth : worst_other;
    worst = std::max(worst, e);
  }
  CAPTURE(worst_smooth, worst_other);
}

TEMPLATE_TEST_CASE("native: long lengths and primes agree with the direct sum to the stated bound", "", float, double) {
  for (std::size_t const n :
       {1021u, 1024u, 1331u, 2048u, 2187u, 3125u, 4093u, 4096u, 6000u, 8190u, 16384u, 30030u, 65521u, 65536u}) {
    double const e = forward_error<TestType, native_fft<TestType>>(n, n / 16 + 1);
    INFO("n = " << n << ", error " << e);
    CHECK(e < native_bound(n));
  }
}

TEMPLATE_TEST_CASE("native: two impulses give their closed form at every bin", "", float, double) {
  for (std::size_t n = 2; n <= 1300; n += n < 64 ? 1 : 29) {
    INFO("n = " << n);
    CHECK(two_impulse_error<TestType, native_fft<TestType>>(n) < native_bound(n));
  }
}

TEMPLATE_TEST_CASE("native: forward and inverse give the signal back for every length to 300", "", float, double) {
  for (std::size_t n = 1; n <= 300; ++n) {
    INFO("n = " << n);
    CHECK(round_trip_error<TestType, native_fft<TestType>>(n) < native_bound(n));
  }
}

TEST_CASE("native: prepare takes exactly what footprint says") {
  for (auto use : {fft_use::real, fft_use::complex, fft_use::both}) {
    for (std::size_t const n : {1u, 2u, 7u, 60u, 97u, 1000u, 1024u, 4099u}) {
      prepared<native_fft<float>> p(n, use);
      INFO("n = " << n << ", use " << static_cast<int>(use));
      REQUIRE(p.status.ok());
      CHECK(p.memory.used() == native_fft<float>::footprint(n, use));
    }
  }
}

TEST_CASE("native: an arena one line too small is refused with out_of_memory") {
  for (std::size_t const n : {1u, 2u, 60u, 97u, 1024u}) {
    struct alignas(64) line {
      std::byte bytes[64];
    };
    std::vector<line> lines(native_fft<double>::footprint(n) / 64 - 1);
    pdm::arena memory(std::as_writable_bytes(std::span<line>(lines)));
    native_fft<double> fft;
    auto const s = fft.prepare(n, memory);
    REQUIRE_FALSE(s.ok());
    CHECK(s.error() == pdm::errc::out_of_memory);
    CHECK(fft.size() == 0);
  }
}

TEST_CASE("native: length 0 and lengths above the limit are refused") {
  std::vector<std::byte> bytes(1024);
  pdm::arena memory(bytes);
  native_fft<float> fft;
  CHECK(fft.prepare(0, memory).error() == pdm::errc::invalid_argument);
  CHECK(fft.prepare(pdm::dsp::max_fft_length + 1, memory).error() == pdm::errc::invalid_argument);
  CHECK(memory.used() == 0);
}

TEST_CASE("native: a span of the wrong size and a use not prepared are violations that do nothing") {
  static int violations = 0;
  auto const before = pdm::on_violation([](char const*, char const*, int) noexcept { ++violations; });
  prepared<native_fft<float>> p(8, fft_use::real);
  std::vector<float> x(8, 1.0f);
  signal<float> z(8), spectrum(4, {7, 7});
  p.fft.forward(x, spectrum);  // wants 5 bins
  CHECK(violations == 1);
  CHECK(spectrum[0] == std::complex<float>(7, 7));
  p.fft.forward_complex(z, z);
  CHECK(violations == 2);
  pdm::on_violation(before);
}

TEMPLATE_TEST_CASE("native: every instruction set gives the same bits", "", float, double) {
  using pdm::simd::level;
  for (std::size_t const n :
       {4u,    6u,    16u,   20u,   24u,   30u,   64u,   120u,  131u,  135u,  200u,  256u,  450u,  500u,  640u,
        1000u, 1024u, 1250u, 1500u, 1536u, 1875u, 2000u, 2048u, 2187u, 2500u, 2560u, 3750u, 4096u, 4099u, 8192u}) {
    prepared<native_fft<TestType>> p(n);
    auto const z = noise<TestType>(n, n);
    auto const x = real_noise<TestType>(n, n + 1);
    struct results {
      signal<TestType> forward, inverse, real;
      std::vector<TestType> back;
      bool operator==(results const&) const = default;
    };
    auto const run = [&](level most) {
      if (pdm::simd::limit(most) != most) return results{};  // not on this processor
      results r{signal<TestType>(n), signal<TestType>(n), signal<TestType>(n / 2 + 1), std::vector<TestType>(n)};
      p.fft.forward_complex(z, r.forward);
      p.fft.inverse_complex(z, r.inverse);
      p.fft.forward(x, r.real);
      p.fft.inverse(r.real, r.back);
      return r;
    };
    INFO("n = " << n);
    auto const expected = run(level::base);
    REQUIRE(expected.forward.size() == n);
    for (auto wider : {level::avx2, level::avx512}) {
      auto const got = run(wider);
      CHECK((got.forward.empty() || got == expected));
    }
  }
  pdm::simd::limit(level::avx512);
}

TEMPLATE_TEST_CASE("native: a plan made under one instruction set serves another", "", float, double) {
  for (std::size_t const n : {1024u, 1000u, 1021u}) {
    pdm::simd::limit(pdm::simd::level::base);
    prepared<native_fft<TestType>> narrow(n);
    pdm::simd::limit(pdm::simd::level::avx512);
    prepared<native_fft<TestType>> wide(n);
    auto const z = noise<TestType>(n, n);
    signal<TestType> a(n), b(n);
    narrow.fft.forward_complex(z, a);
    wide.fft.forward_complex(z, b);
    CHECK(a == b);
  }
}

TEMPLATE_TEST_CASE("native: a transform in pieces of any size gives the bits of the whole", "", float, double) {
  for (std::size_t const n : {1u, 2u, 15u, 16u, 48u, 61u, 97u, 122u, 250u, 256u, 1000u, 1024u, 2560u, 4096u}) {
    prepared<native_fft<TestType>> p(n);
    auto const z = noise<TestType>(n, n);
    auto const x = real_noise<TestType>(n, n + 1);
    signal<TestType> forward(n), inverse(n), real(n / 2 + 1);
    std::vector<TestType> back(n);
    p.fft.forward_complex(z, forward);
    p.fft.inverse_complex(z, inverse);
    p.fft.forward(x, real);
    p.fft.inverse(real, back);
    for (std::size_t const budget : {0u, 1u, 33u, 250u, 1000u, 1000000u}) {
      INFO("n = " << n << ", budget " << budget);
      signal<TestType> a(n), b(n), c(n / 2 + 1);
      std::vector<TestType> d(n);
      pdm::dsp::fft_progress at;
      std::size_t pieces = 1;
      while (!p.fft.forward_complex_piece(z, a, at, budget)) ++pieces;
      CHECK((a == forward && at == pdm::dsp::fft_progress{}));
      CHECK(pieces * (budget + 1) >= p.fft.work(fft_use::complex) / 1100);  // it does stop on the way
      while (!p.fft.inverse_complex_piece(z, b, at, budget)) continue;
      CHECK((b == inverse && at == pdm::dsp::fft_progress{}));
      while (!p.fft.forward_piece(x, c, at, budget)) continue;
      CHECK((c == real && at == pdm::dsp::fft_progress{}));
      while (!p.fft.inverse_piece(real, d, at, budget)) continue;
      CHECK((d == back && at == pdm::dsp::fft_progress{}));
    }
  }
}

TEST_CASE("native: pieces do at most their budget and one unit, and as many of them as the work takes") {
  for (std::size_t const n : {4096u, 4099u, 4095u, 1000u}) {
    prepared<native_fft<float>> p(n);
    auto const x = real_noise<float>(n, 1);
    signal<float> spectrum(n / 2 + 1);
    std::size_t const work = p.fft.work(fft_use::real), budget = work / 20;
    pdm::dsp::fft_progress at;
    std::size_t pieces = 1;
    while (!p.fft.forward_piece(x, spectrum, at, budget)) ++pieces;
    INFO("n = " << n << ", work " << work << ", pieces " << pieces);
    CHECK(pieces >= 14);
    CHECK(pieces <= 21);
  }
}

TEST_CASE("native: a piece of a transform that was not prepared is a violation and ends the loop") {
  static int violations = 0;
  auto const before = pdm::on_violation([](char const*, char const*, int) noexcept { ++violations; });
  prepared<native_fft<float>> p(8, fft_use::real);
  std::vector<float> x(8, 1.0f);
  signal<float> z(8), spectrum(5);
  pdm::dsp::fft_progress at;
  CHECK(p.fft.forward_complex_piece(z, z, at, 10));
  CHECK(violations == 1);
  CHECK(p.fft.work(fft_use::complex) == 0);
  pdm::on_violation(before);
}

TEST_CASE("native: buffers at any address give the same bits") {
  constexpr std::size_t n = 512;
  prepared<native_fft<float>> p(n);
  auto const x = real_noise<float>(n, 1);
  std::vector<float> shifted(n + 1);
  std::copy(x.begin(), x.end(), shifted.begin() + 1);
  signal<float> a(n / 2 + 1), b(n / 2 + 2);
  p.fft.forward(x, a);
  p.fft.forward(std::span<float const>(shifted).subspan(1), std::span<std::complex<float>>(b).subspan(1));
  CHECK(std::equal(a.begin(), a.end(), b.begin() + 1));
}

// Of builds as shipped only: sanitizers slow it four times. The largest prime takes 1.2 to 1.9 ms.
TEST_CASE("native: any length to 65536 is ready within 5 ms of processor time", "[full][timing]") {
  for (std::size_t const n : {65536u, 65521u, 59049u, 61440u}) {
    std::vector<std::byte> bytes(native_fft<float>::footprint(n, fft_use::real) + 64);
    double best = 1;
    for (int i = 0; i < 15; ++i) {
      pdm::arena memory(bytes);
      native_fft<float> fft;
      auto const before = std::clock();
      REQUIRE(fft.prepare(n, memory, fft_use::real).ok());
      best = std::min(best, static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    }
    INFO("n = " << n << ": " << best * 1e3 << " ms");
    CHECK(best < 5e-3);
  }
}
