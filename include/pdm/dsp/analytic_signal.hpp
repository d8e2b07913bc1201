// analytic_signal -- the complex signal whose real part is x and whose spectrum has no negative frequencies.
//
// What      Transform, double the bins 1 .. ceil(n/2) - 1, keep 0 and (n even) n/2, zero the rest, transform back.
// NB        Block-wise: the ends of the frame are neighbours to the transform. The magnitude is an envelope only of a
//           narrow band (band_envelope.hpp).
// Source    D. Gabor, J. IEE 93 (1946) 429-457; S. Marple, IEEE Trans. Signal Process. 47 (1999) 2600-2603.
// Shape     in: n samples; out: n complex values. Any n >= 1.
// Cost      One real and one complex transform; prepare() takes n + n/2 + 1 complex values besides theirs.
#pragma once

#include <algorithm>
#include <complex>
#include <span>

#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <sample_type T>
void magnitudes(std::span<std::complex<T> const> z, std::span<T> out) noexcept {
  for (std::size_t i = 0; i < z.size(); ++i) {
    out[i] = std::sqrt(z[i].real() * z[i].real() + z[i].imag() * z[i].imag());
  }
}

template <sample_type T, class Fft = default_fft<T>>
class analytic_signal {
 public:
  [[nodiscard]] static std::size_t footprint(std::size_t n) noexcept {
    return arena::bytes<std::complex<T>>(n) + arena::bytes<std::complex<T>>(n / 2 + 1) +
           Fft::footprint(n, fft_use::both);
  }
  [[nodiscard]] status prepare(std::size_t n, arena& memory) noexcept;
  // x and z have the length prepared for.
  void apply(std::span<T const> x, std::span<std::complex<T>> z) noexcept;

 private:
  std::span<std::complex<T>> bins_{}, full_{};
  Fft fft_{};
};

template <sample_type T, class Fft>
status analytic_signal<T, Fft>::prepare(std::size_t n, arena& memory) noexcept {
  auto full = memory.take<std::complex<T>>(n);
  auto bins = memory.take<std::complex<T>>(n / 2 + 1);
  if (!full || !bins) return error{errc::out_of_memory, "analytic_signal", "give footprint(n) bytes"};
  full_ = *full;
  bins_ = *bins;
  return fft_.prepare(n, memory, fft_use::both);
}

template <sample_type T, class Fft>
void analytic_signal<T, Fft>::apply(std::span<T const> x, std::span<std::complex<T>> z) noexcept {
  std::size_t const n = full_.size();
  if (!PDM_EXPECTS(n > 0 && x.size() == n && z.size() == n)) return;
  fft_.forward(x, bins_);
  std::ranges::fill(full_, std::complex<T>{});
  for (std::size_t k = 0; k < bins_.size(); ++k) {
    T const factor = k == 0 || 2 * k == n ? T{1} : T{2};
    full_[k] = {factor * bins_[k].real(), factor * bins_[k].imag()};
  }
  fft_.inverse_complex(full_, z);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
