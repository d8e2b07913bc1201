#include "pdm/core/concepts.hpp"
#include "pdm/core/event.hpp"
#include "pdm/core/machine.hpp"
#include "pdm/core/random.hpp"
#include "pdm/core/ring.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/chain.hpp"
#include "support/catch.hpp"

TEST_CASE("crc32c of the standard check string is its published value") {
  std::string_view const text = "123456789";
  CHECK(pdm::crc32c(std::as_bytes(std::span(text))) == 0xE3069283u);
}

TEST_CASE("elementary functions agree with the platform's to their stated bounds") {
  pdm::random_source draw(1);
  double e_exp = 0, e_log = 0, e_sin = 0, e_erfc = 0;
  for (int i = 0; i < 200000; ++i) {
    double const x = (draw.uniform() - 0.5) * 1400;
    e_exp = std::max(e_exp, std::abs(pdm::math::exp(x) / std::exp(x) - 1));
    double const y = std::exp((draw.uniform() - 0.5) * 40);
    if (std::abs(std::log(y)) > 0) e_log = std::max(e_log, std::abs(pdm::math::log(y) / std::log(y) - 1));
    double const a = (draw.uniform() - 0.5) * 2e5;
    e_sin = std::max(e_sin, std::abs(pdm::math::sin(a) - std::sin(a)));
    e_sin = std::max(e_sin, std::abs(pdm::math::cos(a) - std::cos(a)));
    double const z = draw.uniform() * 31 - 6;
    e_erfc = std::max(e_erfc, std::abs(pdm::math::erfc(z) / std::erfc(z) - 1));
  }
  CAPTURE(e_exp, e_log, e_sin, e_erfc);
  CHECK(e_exp < 6e-16);
  CHECK(e_log < 6e-16);
  CHECK(e_sin < 4e-16);
  CHECK(e_erfc < 2e-13);
}
