#include "pdm/dsp/cepstrum.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/spectrum.hpp"
#include "support/catch.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

dsp::cepstrum<double> prepared(std::size_t n, ::test::memory& memory) {
  dsp::cepstrum<double> c;
  REQUIRE(c.prepare(n, memory.arena()).ok());
  CHECK(memory.arena().used() == c.footprint(n));
  return c;
}

}  // namespace

TEST_CASE("an echo of strength a after d samples is a cepstral line of a/2 at d, -a^2/4 at 2 d") {
  std::size_t const n = 1024, d = 40;
  double const a = 0.5;
  std::vector<double> x(n), c(n);
  x[0] = 1;
  x[d] = a;
  ::test::memory memory;
  prepared(n, memory).real_cepstrum(x, c);
  CHECK(c[d] == Approx(a / 2).epsilon(1e-7));
  CHECK(c[2 * d] == Approx(-a * a / 4).epsilon(1e-6));
  CHECK(c[n - d] == Approx(c[d]).epsilon(1e-12));
  CHECK(std::abs(c[d + 1]) < 1e-6);
}

TEST_CASE("scaling a record moves its cepstrum at 0 alone, by the logarithm") {
  std::size_t const n = 333;
  random_source draw(3);
  std::vector<double> x(n), y(n), a(n), b(n);
  for (std::size_t i = 0; i < n; ++i) y[i] = 10 * (x[i] = draw.normal());
  ::test::memory memory;
  auto c = prepared(n, memory);
  c.real_cepstrum(x, a);
  c.real_cepstrum(y, b);
  CHECK(b[0] - a[0] == Approx(std::log(10.0)).epsilon(1e-11));
  for (std::size_t i = 1; i < n; ++i) CHECK(std::abs(b[i] - a[i]) < 1e-12);
}

TEST_CASE("pre-whitening makes every line equally strong, and leaves a single impact where it was") {
  for (std::size_t n : {512u, 511u}) {
    random_source draw(4);
    std::vector<double> x(n), y(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = draw.normal() + 20 * math::sin_turns(37 * i, n);
    ::test::memory memory;
    auto c = prepared(n, memory);
    c.prewhitened(x, y);
    dsp::spectrum<double> s({n, 1_Hz, dsp::window_kind::rect, dsp::detrend_kind::none});
    ::test::memory more;
    REQUIRE(s.prepare(more.arena()).ok());
    for (auto const& z : s.transform(y)) CHECK(std::abs(z) == Approx(1).epsilon(1e-9));
    std::vector<double> impact(n);
    impact[100] = 3;
    c.prewhitened(impact, impact);
    CHECK(impact[100] == Approx(1).epsilon(1e-12));
    CHECK(std::abs(impact[101]) < 1e-12);
  }
}

TEST_CASE("silence has a finite cepstrum and stays silent when whitened") {
  std::vector<double> x(64), y(64);
  ::test::memory memory;
  auto c = prepared(64, memory);
  c.real_cepstrum(x, y);
  for (double v : y) CHECK(math::is_finite(v));
  c.prewhitened(x, y);
  for (double v : y) CHECK(v == 0);
}
