// What every FFT backend is held to, against the sum that defines the transform.
#pragma once

#include <cmath>
#include <complex>
#include <cstddef>
#include <limits>
#include <vector>

#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "pdm/dsp/fft_use.hpp"
#include "pdm/dsp/native_fft_roots.hpp"
#include "support/catch.hpp"

namespace fft_laws {

using pdm::dsp::fft_use;
template <class T>
using signal = std::vector<std::complex<T>>;

// The bounds that native_fft.hpp states.
inline constexpr double smooth_bound = 4, other_bound = 12;
inline double native_bound(std::size_t n) {
  return pdm::dsp::detail::factor_length(n).rest == 1 ? smooth_bound : other_bound;
}

template <class F>
struct prepared {
  explicit prepared(std::size_t n, fft_use use = fft_use::both) : bytes(F::footprint(n, use) + 64), memory(bytes) {
    status = fft.prepare(n, memory, use);
  }
  std::vector<std::byte> bytes;
  pdm::arena memory;
  F fft;
  pdm::status status;
};

template <class T>
signal<T> noise(std::size_t n, std::uint64_t seed) {
  pdm::random_source draw(seed);
  signal<T> x(n);
  for (auto& v : x) {
    T const re = static_cast<T>(draw.uniform() - 0.5);
    v = {re, static_cast<T>(draw.uniform() - 0.5)};
  }
  return x;
}
template <class T>
std::vector<T> real_noise(std::size_t n, std::uint64_t seed) {
  std::vector<T> x(n);
  auto const z = noise<T>(n, seed);
  for (std::size_t i = 0; i < n; ++i) x[i] = z[i].real();
  return x;
}

// The sum itself, in double with exact angles.
template <class T>
std::complex<double> bin_of(signal<T> const& x, std::size_t k, signal<double> const& roots) {
  std::complex<double> sum = 0;
  std::size_t angle = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += std::complex<double>(x[i]) * roots[angle];
    angle += k;
    if (angle >= x.size()) angle -= x.size();
  }
  return sum;
}
inline signal<double> roots_of_unity(std::size_t n) {
  signal<double> roots(n);
  for (std::size_t i = 0; i < n; ++i) roots[i] = {pdm::math::cos_turns(i, n), -pdm::math::sin_turns(i, n)};
  return roots;
}

// Largest error of a bin over the root mean square of the spectrum, in eps log2(2n).
template <class T, class F>
double forward_error(std::size_t n, std::size_t step) {
  prepared<F> p(n);
  REQUIRE(p.status.ok());
  auto const z = noise<T>(n, n);
  auto const x = real_noise<T>(n, n + 1);
  signal<T> whole(n), half(n / 2 + 1), x_as_complex(x.begin(), x.end());
  p.fft.forward_complex(z, whole);
  p.fft.forward(x, half);
  auto const roots = roots_of_unity(n);
  double worst = 0, energy = 0;
  for (auto const& v : z) energy += std::norm(std::complex<double>(v));
  for (std::size_t k = 0; k < n; k += step) {
    worst = std::max(worst, std::abs(bin_of(z, k, roots) - std::complex<double>(whole[k])));
    if (k < half.size()) {
      worst = std::max(worst, std::abs(bin_of(x_as_complex, k, roots) - std::complex<double>(half[k])));
    }
  }
  return worst / std::sqrt(energy) / std::numeric_limits<T>::epsilon() / std::log2(2.0 * static_cast<double>(n));
}

// Two impulses make a closed form at every bin: a + b e^(-2 pi j k p / n).
template <class T, class F>
double two_impulse_error(std::size_t n) {
  prepared<F> p(n);
  REQUIRE(p.status.ok());
  std::size_t const first = n / 3, second = (2 * n) / 3;
  std::vector<T> x(n);
  x[first] += T(1);
  x[second] += T(0.5);
  signal<T> spectrum(n / 2 + 1);
  p.fft.forward(x, spectrum);
  double worst = 0;
  for (std::size_t k = 0; k < spectrum.size(); ++k) {
    auto const turn = [&](std::size_t at) {
      return std::complex<double>(pdm::math::cos_turns(k * at, n), -pdm::math::sin_turns(k * at, n));
    };
    worst = std::max(worst, std::abs(std::complex<double>(spectrum[k]) - turn(first) - 0.5 * turn(second)));
  }
  return worst / std::numeric_limits<T>::epsilon() / std::log2(2.0 * static_cast<double>(n));
}

// Forward and back, real and complex; the largest difference, in eps log2(2n).
template <class T, class F>
double round_trip_error(std::size_t n) {
  prepared<F> p(n);
  REQUIRE(p.status.ok());
  auto const z = noise<T>(n, n);
  auto const x = real_noise<T>(n, n + 1);
  signal<T> spectrum(n), back(n), half(n / 2 + 1);
  std::vector<T> x_back(n);
  p.fft.forward_complex(z, spectrum);
  p.fft.inverse_complex(spectrum, back);
  p.fft.forward(x, half);
  auto const kept = half;
  p.fft.inverse(half, x_back);
  CHECK(kept == half);  // the input is never modified
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    worst = std::max(worst, static_cast<double>(std::abs(z[i] - back[i])));
    worst = std::max(worst, static_cast<double>(std::abs(x[i] - x_back[i])));
  }
  return worst / std::numeric_limits<T>::epsilon() / std::log2(2.0 * static_cast<double>(n));
}

}  // namespace fft_laws
