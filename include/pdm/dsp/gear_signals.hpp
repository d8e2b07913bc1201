// gear_signals -- a turn of a gear taken apart: mesh with its sidebands, and what is left without them.
//
// What      Of the synchronous average of one gear the lines of the mesh, of its sidebands and of the shaft are known
// by
//           number. regular: mesh and sidebands. residual: without mesh and shaft. difference: without mesh, sidebands
//           and shaft. A local tooth fault lifts many lines a little, so it stays in the difference.
// NB        Exactly one revolution of the gear's own shaft, so that order k is line k. Literature and toolboxes
// disagree
//           on the sets; these are ours: shaft is orders 0, 1, 2, and `sidebands` of each mesh harmonic are removed.
// Formula   mesh {h Z < M/2, h = 1..H}; side {h Z +- j, j = 1..s} within 0 < k < M/2; shaft {0, 1, 2}.
// Source    P. McFadden, J. Vib. Acoust. 108 (1986) 165-170; golden/README.md, gear functions.
// Shape     in: M samples, one turn; out: M samples.
// Cost      Two real transforms; prepare() takes M/2 + 1 complex values twice besides.
// Errors    prepare: invalid_argument unless teeth >= 1, harmonics >= 1 and M > 2 teeth.
#pragma once

#include <complex>
#include <cstdint>
#include <span>

#include "pdm/dsp/fft.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

struct gear_lines_params {
  std::size_t teeth = 0;
  std::size_t mesh_harmonics = 5;
  std::size_t sidebands = 1;  // of each, on either side
};

enum class gear_line : std::uint8_t { other = 0, mesh = 1, side = 2, shaft = 4 };

// What order k is, as bits of gear_line; M is the length of the turn.
[[nodiscard]] inline unsigned gear_line_at(std::size_t k, std::size_t length, gear_lines_params const& p) noexcept {
  unsigned is = k <= 2 ? static_cast<unsigned>(gear_line::shaft) : 0;
  if (2 * k >= length) return is;
  for (std::size_t h = 1; h <= p.mesh_harmonics && 2 * h * p.teeth < length; ++h) {
    std::size_t const mesh = h * p.teeth, distance = k > mesh ? k - mesh : mesh - k;
    if (distance == 0) is |= static_cast<unsigned>(gear_line::mesh);
    if (distance >= 1 && distance <= p.sidebands && k > 0) is |= static_cast<unsigned>(gear_line::side);
  }
  return is;
}

template <sample_type T, class Fft = default_fft<T>>
class gear_signals {
 public:
  gear_signals() = default;
  gear_signals(std::size_t length, gear_lines_params const& p) noexcept : length_(length), params_(p) {}

  [[nodiscard]] std::size_t size() const noexcept { return length_; }
  [[nodiscard]] gear_lines_params const& lines() const noexcept { return params_; }
  [[nodiscard]] std::size_t footprint() const noexcept {
    return 2 * arena::bytes<std::complex<T>>(length_ / 2 + 1) + Fft::footprint(length_, fft_use::real);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;

  // Takes the turn that the others are made of. turn.size() is the length.
  void set(std::span<T const> turn) noexcept;
  // Orders of the turn, without factor.
  [[nodiscard]] std::span<std::complex<T> const> orders() const noexcept { return orders_; }
  // Peak amplitude of order k, as 2 |X| / M.
  [[nodiscard]] double amplitude(std::size_t k) const noexcept;

  void regular(std::span<T> out) noexcept {
    keep(out, [](unsigned is) noexcept { return (is & 3u) != 0; });
  }
  void residual(std::span<T> out) noexcept {
    keep(out, [](unsigned is) noexcept { return (is & 5u) == 0; });
  }
  void difference(std::span<T> out) noexcept {
    keep(out, [](unsigned is) noexcept { return is == 0; });
  }

 private:
  template <class Wanted>
  void keep(std::span<T> out, Wanted const& wanted) noexcept;

  std::size_t length_ = 0;
  gear_lines_params params_{};
  std::span<std::complex<T>> orders_{}, kept_{};
  Fft fft_{};
};

template <sample_type T, class Fft>
status gear_signals<T, Fft>::prepare(arena& memory) noexcept {
  if (params_.teeth < 1 || params_.mesh_harmonics < 1 || length_ <= 2 * params_.teeth) {
    return error{errc::invalid_argument, "gear_signals", "give teeth, harmonics and more than two samples a tooth"};
  }
  auto orders = memory.take<std::complex<T>>(length_ / 2 + 1);
  auto kept = memory.take<std::complex<T>>(length_ / 2 + 1);
  if (!orders || !kept) return error{errc::out_of_memory, "gear_signals", "give footprint() bytes"};
  orders_ = *orders;
  kept_ = *kept;
  return fft_.prepare(length_, memory, fft_use::real);
}

template <sample_type T, class Fft>
void gear_signals<T, Fft>::set(std::span<T const> turn) noexcept {
  if (!PDM_EXPECTS(!orders_.empty() && turn.size() == length_)) return;
  fft_.forward(turn, orders_);
}

template <sample_type T, class Fft>
double gear_signals<T, Fft>::amplitude(std::size_t k) const noexcept {
  if (k >= orders_.size()) return 0;
  double const re = static_cast<double>(orders_[k].real()), im = static_cast<double>(orders_[k].imag());
  return 2 * math::sqrt(re * re + im * im) / static_cast<double>(length_);
}

template <sample_type T, class Fft>
template <class Wanted>
void gear_signals<T, Fft>::keep(std::span<T> out, Wanted const& wanted) noexcept {
  if (!PDM_EXPECTS(!orders_.empty() && out.size() == length_)) return;
  for (std::size_t k = 0; k < orders_.size(); ++k) {
    kept_[k] = wanted(gear_line_at(k, length_, params_)) ? orders_[k] : std::complex<T>{};
  }
  fft_.inverse(kept_, out);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
