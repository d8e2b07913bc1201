// cepstrum -- families of equally spaced lines gathered into single ones, and a record with all lines made equal.
//
// What      real_cepstrum: the inverse transform of the logarithm of the magnitudes; a family of harmonics or sidebands
//           with spacing f becomes a peak at quefrency 1/f. prewhitened: magnitudes set to 1 and phases kept, which
//           takes away shaft and gear lines and resonances alike and leaves impacts visible at the full bandwidth.
// NB        Not the power cepstrum (that of |X|^2 has twice the value, its square other units). Pre-whitening lifts
//           noise where there was no signal to the level of everything else: band-limit first if the sensor does not
//           hear the whole band. The result has no unit; its mean square is 1/n a line.
// Formula   c = IDFT(ln |X|); y = IDFT(X / |X|). A line of magnitude 0, for which neither is defined, counts as the
//           smallest normal number in c and stays 0 in y.
// Source    B. Bogert, M. Healy, J. Tukey, Proc. Symp. Time Series Analysis (1963) 209-243; P. Borghesani et al., Mech.
//           Syst. Signal Process. 36 (2013) 370-384; golden/README.md, real_cepstrum.
// Shape     in: n samples, out: n values (quefrency i / rate). Any n >= 1. in and out may be the same memory.
// Cost      Two real transforms and n/2 logarithms or roots; prepare() takes n/2 + 1 complex values besides.
// Errors    prepare: invalid_argument for a length the transform refuses.
#pragma once

#include <complex>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <sample_type T, class Fft = default_fft<T>>
class cepstrum {
 public:
  [[nodiscard]] static std::size_t footprint(std::size_t n) noexcept {
    return arena::bytes<std::complex<T>>(n / 2 + 1) + Fft::footprint(n, fft_use::real);
  }
  [[nodiscard]] status prepare(std::size_t n, arena& memory) noexcept {
    auto bins = memory.take<std::complex<T>>(n / 2 + 1);
    if (!bins) return bins.error();
    bins_ = *bins;
    return fft_.prepare(n, memory, fft_use::real);
  }

  void real_cepstrum(std::span<T const> x, std::span<T> c) noexcept {
    each_line(x, c, [](std::complex<T>& z, double magnitude) noexcept {
      constexpr double smallest = 2.2250738585072014e-308;
      z = {static_cast<T>(math::log(magnitude > smallest ? magnitude : smallest)), T(0)};
    });
  }
  void prewhitened(std::span<T const> x, std::span<T> y) noexcept {
    each_line(x, y, [](std::complex<T>& z, double magnitude) noexcept {
      double const scale = magnitude > 0 ? 1 / magnitude : 0;
      z = {static_cast<T>(static_cast<double>(z.real()) * scale),
           static_cast<T>(static_cast<double>(z.imag()) * scale)};
    });
  }

 private:
  template <class F>
  void each_line(std::span<T const> x, std::span<T> out, F const& f) noexcept {
    if (!PDM_EXPECTS(fft_.size() != 0 && x.size() == fft_.size() && out.size() == x.size())) return;
    fft_.forward(x, bins_);
    for (auto& z : bins_) {
      double const re = static_cast<double>(z.real()), im = static_cast<double>(z.imag());
      f(z, math::sqrt(re * re + im * im));
    }
    fft_.inverse(bins_, out);
  }

  std::span<std::complex<T>> bins_{};
  Fft fft_{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
