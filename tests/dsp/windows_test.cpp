#include "pdm/dsp/windows.hpp"

#include <vector>

#include "support/catch.hpp"

using pdm::dsp::window_kind;

TEST_CASE("a window is periodic: it is symmetric about n/2 and its first sample is not repeated") {
  for (auto kind : pdm::dsp::all_windows) {
    for (std::size_t const n : {2u, 3u, 16u, 17u, 1000u}) {
      std::vector<double> w(n);
      pdm::dsp::fill(kind, std::span(w));
      for (std::size_t j = 1; j < n; ++j) CHECK(w[j] == Approx(w[n - j]).margin(1e-15));
    }
  }
}

TEST_CASE("the Hann window of four samples is 0, 1/2, 1, 1/2") {
  std::vector<double> w(4);
  pdm::dsp::fill(window_kind::hann, std::span(w));
  CHECK(w == std::vector<double>{0, 0.5, 1, 0.5});
}

TEST_CASE("coherent gain and noise bandwidth have their published values") {
  // Harris (1978), table 1: Hann 0.50, 1.50; Hamming 0.54, 1.36; Blackman 0.42, 1.73. Flat top: 3.77.
  struct expected {
    window_kind kind;
    double gain, bandwidth;
  };
  for (auto e : {expected{window_kind::rect, 1, 1}, expected{window_kind::hann, 0.5, 1.5},
                 expected{window_kind::hamming, 0.54, 1.363}, expected{window_kind::blackman, 0.42, 1.727},
                 expected{window_kind::flattop, 0.21557895, 3.770}}) {
    std::vector<double> w(512);
    pdm::dsp::fill(e.kind, std::span(w));
    CAPTURE(pdm::dsp::to_string(e.kind));
    CHECK(pdm::dsp::coherent_gain(std::span<double const>(w)) == Approx(e.gain).epsilon(1e-12));
    CHECK(pdm::dsp::coherent_gain(e.kind, 512) == Approx(e.gain).epsilon(1e-12));
    CHECK(pdm::dsp::enbw_bins(std::span<double const>(w)) == Approx(e.bandwidth).margin(1e-3));
  }
}

TEST_CASE("a window of one sample has the gain of its only value") {
  for (auto kind : pdm::dsp::all_windows) {
    std::vector<double> w(1);
    pdm::dsp::fill(kind, std::span(w));
    CHECK(pdm::dsp::coherent_gain(kind, 1) == Approx(w[0]).margin(1e-15));
  }
  CHECK(pdm::dsp::coherent_gain(std::span<double const>()) == 0.0);
  CHECK(pdm::dsp::enbw_bins(std::span<double const>()) == 0.0);
}
