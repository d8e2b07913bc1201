// The same bits on every machine: a hash over the results of each kernel, compared with the one found on x86-64.
#include <bit>
#include <cstdint>

#include "pdm/core/hash.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"

namespace {
namespace math = pdm::math;

constexpr int draws = 20000;

// Hash of f over `draws` arguments that fill [low, high], half of them with the density of 1/x near `low`.
template <class F>
std::uint64_t bits_of(double low, double high, F&& f) {
  pdm::random_source draw(11);
  pdm::stable_hash h;
  for (int i = 0; i < draws; ++i) {
    double const u = draw.uniform();
    double const share = i % 2 == 0 ? u : u * u * u * u * u * u * u * u;
    h.add(std::bit_cast<std::uint64_t>(static_cast<double>(f(low + (high - low) * share))));
  }
  return h.value();
}
}  // namespace

TEST_CASE("every kernel of core/math gives the bits that it gives on any other machine") {
  CHECK(bits_of(-745, 710, [](double x) { return math::exp(x); }) == 0x6752375ae74ee4eaull);
  CHECK(bits_of(0x1p-1074, 1e300, [](double x) { return math::log(x); }) == 0x6d9846648023b4c5ull);
  CHECK(bits_of(0x1p-1074, 4, [](double x) { return math::log(x); }) == 0x9e7ae8f2dcefe8edull);
  CHECK(bits_of(1e-9, 1e9, [](double x) { return math::log10(x) + math::log2(x); }) == 0xfaca2747a99a8f6aull);
  CHECK(bits_of(-0.999, 2, [](double x) { return math::log1p(x); }) == 0x195cc5ac6def2ec8ull);
  CHECK(bits_of(1e-6, 1e6, [](double x) { return math::pow(x, 1.5) + math::pow(x, -0.3); }) == 0x1e150490c1cae089ull);
  CHECK(bits_of(0, 1e12, [](double x) { return math::sqrt(x); }) == 0x3474dbccc7d415b9ull);
  CHECK(bits_of(-1e5, 1e5, [](double x) { return math::sin(x); }) == 0x81f4531cdd665259ull);
  CHECK(bits_of(-1e5, 1e5, [](double x) { return math::cos(x); }) == 0x0e473ab3f0c12df3ull);
  CHECK(bits_of(1, 1e6, [](double x) { return math::sin_turns(static_cast<std::uint64_t>(x), 65521); }) ==
        0xb5ad27079614d889ull);
  CHECK(bits_of(-6, 27, [](double x) { return math::erfc(x); }) == 0x2df5c2f5e79693a2ull);
  CHECK(bits_of(-38, 8, [](double x) { return math::normal_cdf(x); }) == 0x17fc0b2e00dcc038ull);
  CHECK(bits_of(-100, 8, [](double x) { return math::normal_log_cdf(x); }) == 0x5455336ff9c006cdull);
  CHECK(bits_of(1e-300, 1, [](double x) { return math::normal_quantile(x); }) == 0xa29ceaa32685ce37ull);
  CHECK(bits_of(0.01, 1e6, [](double x) { return math::log_gamma(x); }) == 0x7e41e33868dceda3ull);
}

TEST_CASE("random draws are the same on every machine") {
  pdm::random_source draw(12);
  pdm::stable_hash h;
  for (int i = 0; i < draws; ++i) h.add(std::bit_cast<std::uint64_t>(draw.normal())).add(draw.index(1000003));
  CHECK(h.value() == 0x028f3c29fbcac41dull);
}
