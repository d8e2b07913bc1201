// fft -- the discrete Fourier transform, and which backend does it.
//
// What      X[k] = sum_i x[i] e^(-2 pi j k i / n), no factor; the inverses carry 1/n. Two backends model the concept
//           fft_backend: native_fft (ours, always there) and fftw_fft (FFTW 3.3, GPL-2+, only when asked for).
//           default_fft<T> is fftw_fft<T> where PDM_FFT_FFTW is defined, else native_fft<T>.
// NB        Not an amplitude spectrum: no window, no scaling to units (pdm/dsp/spectrum.hpp).
// Shapes    forward: n real in, n/2 + 1 complex out. inverse: n/2 + 1 in, n real out; the imaginary parts of bin 0
//           and, for even n, of bin n/2 are taken as zero. forward_complex, inverse_complex: n in, n out.
//           Out of place: input and output must not overlap. The input is never modified.
// Pieces    Each transform also runs a bounded piece at a time, *_piece(in, out, at, budget): fft_progress.hpp. FFTW
// does
//           the whole in one piece.
// Errors    prepare: n outside 1 .. max_fft_length is invalid_argument; too little memory is out_of_memory.
//           A span of the wrong size, or a transform that was not prepared, is a violation and does nothing.
// Threads   Distinct objects: safe. Shared objects: unsafe (the work memory is part of the object).
#pragma once

#include <complex>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/fft_progress.hpp"
#include "pdm/dsp/fft_use.hpp"
#include "pdm/dsp/native_fft.hpp"
#ifdef PDM_FFT_FFTW
#include "pdm/dsp/fftw_fft.hpp"
#endif

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

template <class F, class T>
concept fft_backend = requires(F f, F const& c, std::size_t n, arena& memory, fft_use use, std::span<T const> x_in,
                               std::span<T> x_out, std::span<std::complex<T> const> z_in,
                               std::span<std::complex<T>> z_out, fft_progress& at, std::size_t budget) {
  { F::footprint(n, use) }
  noexcept->std::same_as<std::size_t>;
  { f.prepare(n, memory, use) }
  noexcept->std::same_as<status>;
  { c.size() }
  noexcept->std::same_as<std::size_t>;
  { f.forward(x_in, z_out) }
  noexcept->std::same_as<void>;
  { f.inverse(z_in, x_out) }
  noexcept->std::same_as<void>;
  { f.forward_complex(z_in, z_out) }
  noexcept->std::same_as<void>;
  { f.inverse_complex(z_in, z_out) }
  noexcept->std::same_as<void>;
  { f.forward_piece(x_in, z_out, at, budget) }
  noexcept->std::same_as<bool>;
  { f.inverse_piece(z_in, x_out, at, budget) }
  noexcept->std::same_as<bool>;
  { f.forward_complex_piece(z_in, z_out, at, budget) }
  noexcept->std::same_as<bool>;
  { f.inverse_complex_piece(z_in, z_out, at, budget) }
  noexcept->std::same_as<bool>;
  { c.work(use) }
  noexcept->std::same_as<std::size_t>;
};

#ifdef PDM_FFT_FFTW
template <class T>
using default_fft = fftw_fft<T>;
inline constexpr std::string_view default_fft_name = "fftw";
#else
template <class T>
using default_fft = native_fft<T>;
inline constexpr std::string_view default_fft_name = "native";
#endif

static_assert(fft_backend<native_fft<float>, float> && fft_backend<native_fft<double>, double>);
static_assert(fft_backend<default_fft<float>, float> && fft_backend<default_fft<double>, double>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
