// wavelet -- discrete wavelet transform and wavelet packets: bands of octaves, or of equal width, in time.
//
// What      A low-pass and a high-pass with every second output kept; of the low half again and again (wavelet_dwt), or
//           of both halves (wavelet_packets), whose energies are those of 2^level equal bands in order of frequency.
// NB        Neighbouring bands overlap widely with short wavelets. At the ends the record is extended by mode:
// symmetric
//           and zero make a few values more than half, and the energies do not add up to the signal's; periodization
//           keeps half and the energy, when the length is divisible by 2^level. The order of nodes is by frequency,
//           not by the path through the tree: children of an odd node change places.
// Formula   y[i] = sum_j f[j] x[2i + 1 - j], i < (n + F - 1)/2; periodization: x[(2i + F/2 - j) mod n], i < n/2, n made
//           even by its last sample. high[k] = (-1)^(k+1) low[F-1-k]. entropy = -sum q ln q, q = energy / sum.
// Source    I. Daubechies, Ten Lectures on Wavelets (1992), 6.4 and 10.5; golden/README.md, wavelet_packet_energies.
// Shape     in: n samples; out: sizes by wavelet_size().
// Cost      O(n F) for the transform, O(n F level) for packets; prepare() takes about 3 n (2 n) samples.
// Errors    prepare: invalid_argument for no samples, level 0 or above 20.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

enum class wavelet_kind : std::uint8_t { haar, db2, db4 };
enum class wavelet_mode : std::uint8_t { symmetric, zero, periodization };

inline constexpr std::array<std::string_view, 3> wavelet_names{"haar", "db2", "db4"};
inline constexpr std::array<std::string_view, 3> wavelet_mode_names{"symmetric", "zero", "periodization"};

struct wavelet_filter {
  std::size_t taps = 0;
  std::array<double, 8> low{}, high{};
};

[[nodiscard]] inline wavelet_filter wavelet_filter_of(wavelet_kind kind) noexcept {
  double const root_half = math::sqrt(0.5), a = math::sqrt(3.0), scale = 4 * math::sqrt(2.0);
  wavelet_filter f;
  switch (kind) {
    case wavelet_kind::haar: f = {2, {root_half, root_half}, {}}; break;
    case wavelet_kind::db2: f = {4, {(1 - a) / scale, (3 - a) / scale, (3 + a) / scale, (1 + a) / scale}, {}}; break;
    case wavelet_kind::db4:
      f = {8,
           {-0.010597401785069032, 0.0328830116668852, 0.030841381835560764, -0.18703481171909308,
            -0.027983769416859854, 0.6308807679298589, 0.7148465705529157, 0.2303778133088965},
           {}};
      break;
  }
  for (std::size_t k = 0; k < f.taps; ++k) f.high[k] = (k % 2 == 0 ? -1 : 1) * f.low[f.taps - 1 - k];
  return f;
}

// Values of either half of n samples.
[[nodiscard]] constexpr std::size_t wavelet_size(std::size_t n, std::size_t taps, wavelet_mode mode) noexcept {
  return mode == wavelet_mode::periodization ? (n + 1) / 2 : (n + taps - 1) / 2;
}

namespace detail {

// Sample at i of the extended record.
template <sample_type T>
[[nodiscard]] double extended_at(std::span<T const> x, std::ptrdiff_t i, wavelet_mode mode) noexcept {
  auto const n = static_cast<std::ptrdiff_t>(x.size());
  if (mode == wavelet_mode::periodization) {
    std::ptrdiff_t const even = n + n % 2;
    i = ((i % even) + even) % even;
    return static_cast<double>(x[static_cast<std::size_t>(i < n ? i : n - 1)]);
  }
  if (i >= 0 && i < n) return static_cast<double>(x[static_cast<std::size_t>(i)]);
  if (mode == wavelet_mode::zero) return 0;
  i = ((i % (2 * n)) + 2 * n) % (2 * n);  // half-sample reflection has period 2 n
  return static_cast<double>(x[static_cast<std::size_t>(i < n ? i : 2 * n - 1 - i)]);
}

}  // namespace detail

// One step: both halves of x, of wavelet_size() values each.
template <sample_type T>
void wavelet_step(std::span<T const> x, wavelet_filter const& f, wavelet_mode mode, std::span<T> low,
                  std::span<T> high) noexcept {
  auto const ahead = static_cast<std::ptrdiff_t>(mode == wavelet_mode::periodization ? f.taps / 2 : 1);
  for (std::size_t i = 0; i < low.size(); ++i) {
    std::ptrdiff_t const at = static_cast<std::ptrdiff_t>(2 * i) + ahead;
    bool const inside = at + 1 >= static_cast<std::ptrdiff_t>(f.taps) && at < static_cast<std::ptrdiff_t>(x.size());
    double l = 0, h = 0;
    for (std::size_t j = 0; j < f.taps; ++j) {
      std::ptrdiff_t const k = at - static_cast<std::ptrdiff_t>(j);
      double const v = inside ? static_cast<double>(x[static_cast<std::size_t>(k)]) : detail::extended_at(x, k, mode);
      l += f.low[j] * v;
      h += f.high[j] * v;
    }
    low[i] = static_cast<T>(l);
    high[i] = static_cast<T>(h);
  }
}

struct wavelet_params {
  std::size_t length = 0;
  wavelet_kind wavelet = wavelet_kind::db4;
  wavelet_mode mode = wavelet_mode::symmetric;
  std::size_t level = 3;

  [[nodiscard]] bool valid() const noexcept { return length >= 1 && level >= 1 && level <= 20; }
  [[nodiscard]] std::size_t size_at(std::size_t l) const noexcept {
    std::size_t n = length;
    for (std::size_t i = 0; i < l; ++i) n = wavelet_size(n, wavelet_filter_of(wavelet).taps, mode);
    return n;
  }
};

template <sample_type T>
class wavelet_dwt {
 public:
  using params = wavelet_params;
  explicit wavelet_dwt(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t footprint() const noexcept {
    std::size_t bytes = 2 * arena::bytes<T>(params_.size_at(1));
    for (std::size_t l = 1; l <= params_.level; ++l) bytes += arena::bytes<T>(params_.size_at(l));
    return bytes;
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x.size() is params.length.
  void apply(std::span<T const> x) noexcept;
  [[nodiscard]] std::span<T const> approximation() const noexcept { return approximation_; }
  // Level 1 (the highest frequencies) to params.level.
  [[nodiscard]] std::span<T const> detail(std::size_t level) const noexcept { return detail_[level - 1]; }

 private:
  params params_;
  wavelet_filter filter_{};
  std::array<std::span<T>, 2> work_{};
  std::array<std::span<T>, 20> detail_{};
  std::span<T const> approximation_{};
};

template <sample_type T>
status wavelet_dwt<T>::prepare(arena& memory) noexcept {
  if (!params_.valid()) return error{errc::invalid_argument, "wavelet_dwt", "give a length and a level of 1 to 20"};
  filter_ = wavelet_filter_of(params_.wavelet);
  for (auto& w : work_) {
    auto taken = memory.take<T>(params_.size_at(1));
    if (!taken) return taken.error();
    w = *taken;
  }
  for (std::size_t l = 1; l <= params_.level; ++l) {
    auto taken = memory.take<T>(params_.size_at(l));
    if (!taken) return taken.error();
    detail_[l - 1] = *taken;
  }
  return {};
}

template <sample_type T>
void wavelet_dwt<T>::apply(std::span<T const> x) noexcept {
  if (!PDM_EXPECTS(filter_.taps != 0 && x.size() == params_.length)) return;
  approximation_ = x;
  for (std::size_t l = 1; l <= params_.level; ++l) {
    auto const low = work_[l % 2].first(detail_[l - 1].size());
    wavelet_step(approximation_, filter_, params_.mode, low, detail_[l - 1]);
    approximation_ = low;
  }
}

template <sample_type T>
class wavelet_packets {
 public:
  using params = wavelet_params;
  explicit wavelet_packets(params const& p) noexcept : params_(p) {}

  [[nodiscard]] std::size_t nodes() const noexcept { return std::size_t{1} << params_.level; }
  [[nodiscard]] std::size_t node_size() const noexcept { return params_.size_at(params_.level); }
  [[nodiscard]] std::size_t footprint() const noexcept {
    return 2 * arena::bytes<T>(widest()) + arena::bytes<double>(nodes());
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  // x.size() is params.length; energies of the nodes in order of frequency, valid until the next call.
  std::span<double const> energies(std::span<T const> x) noexcept;
  // Values of node i of the last call.
  [[nodiscard]] std::span<T const> node(std::size_t i) const noexcept {
    return last_.subspan(i * node_size(), node_size());
  }

 private:
  [[nodiscard]] std::size_t widest() const noexcept {
    std::size_t most = params_.length;
    for (std::size_t l = 1; l <= params_.level; ++l) most = std::max(most, params_.size_at(l) << l);
    return most;
  }

  params params_;
  wavelet_filter filter_{};
  std::array<std::span<T>, 2> work_{};
  std::span<double> energies_{};
  std::span<T const> last_{};
};

template <sample_type T>
status wavelet_packets<T>::prepare(arena& memory) noexcept {
  if (!params_.valid()) return error{errc::invalid_argument, "wavelet_packets", "give a length and a level of 1 to 20"};
  for (auto& w : work_) {
    auto taken = memory.take<T>(widest());
    if (!taken) return taken.error();
    w = *taken;
  }
  auto energies = memory.take<double>(nodes());
  if (!energies) return energies.error();
  energies_ = *energies;
  filter_ = wavelet_filter_of(params_.wavelet);
  return {};
}

template <sample_type T>
std::span<double const> wavelet_packets<T>::energies(std::span<T const> x) noexcept {
  if (!PDM_EXPECTS(filter_.taps != 0 && x.size() == params_.length)) return {};
  std::span<T const> from = x;
  for (std::size_t l = 1; l <= params_.level; ++l) {
    std::size_t const before = params_.size_at(l - 1), size = params_.size_at(l);
    auto const to = work_[l % 2];
    for (std::size_t i = 0; i < (std::size_t{1} << (l - 1)); ++i) {
      std::size_t const low = 2 * i + i % 2, high = 2 * i + 1 - i % 2;  // an odd node has its spectrum mirrored
      wavelet_step(from.subspan(i * before, before), filter_, params_.mode, to.subspan(low * size, size),
                   to.subspan(high * size, size));
    }
    from = to;
  }
  last_ = from;
  for (std::size_t i = 0; i < energies_.size(); ++i) {
    auto const v = node(i);
    energies_[i] =
        sum_of(v.size(), [&](std::size_t k) { return static_cast<double>(v[k]) * static_cast<double>(v[k]); });
  }
  return energies_;
}

// -sum q ln q of the shares q of a list of energies; NaN where they sum to 0.
[[nodiscard]] inline double energy_entropy(std::span<double const> energies) noexcept {
  double const total = sum_of(energies.size(), [&](std::size_t i) { return energies[i]; });
  if (!(total > 0)) return math::not_a_number;
  return sum_of(energies.size(), [&](std::size_t i) {
    double const q = energies[i] / total;
    return q > 0 ? -q * math::log(q) : 0.0;
  });
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
