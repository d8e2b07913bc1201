// quantile_sketch -- any quantile of a long stream, in a fixed memory and with a bound for the rank.
//
// What      Levels of buffers of k values; a value on level l stands for 2^l. A full buffer is sorted and every second
//           value goes one level up, the odd and the even ones in turn.
// NB        The rank is bounded, not the value: where the distribution has a gap the value can lie anywhere in it.
// Bounds    Rank error at most levels / (2 k) of the count, in practice a tenth of it; k = 512 and a million values:
//           at most 1.1 %. When the last level is full the sketch stops learning (saturated()).
// Source    J. Munro, M. Paterson, "Selection and sorting with limited storage", Theor. Comput. Sci. 12 (1980);
//           G. Manku et al., SIGMOD 1998; Z. Karnin, K. Lang, E. Liberty, FOCS 2016.
// Cost      learn_one O(log k) amortised; quantile() sorts what is held. 3 k levels doubles of the arena.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class quantile_sketch {
 public:
  static constexpr std::size_t most_levels = 32;
  struct params {
    std::size_t k = 512;      // values a buffer; even
    std::size_t levels = 14;  // k 2^(levels - 1) values before it saturates
  };

  quantile_sketch() = default;
  explicit quantile_sketch(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(arena& memory) noexcept {
    if (params_.k < 2 || params_.k % 2 != 0 || params_.levels == 0 || params_.levels > most_levels) {
      return error{errc::invalid_argument, "quantile_sketch", "give an even k and 1 to 32 levels"};
    }
    auto values = memory.take<double>(params_.k * params_.levels);
    if (!values) return values.error();
    auto scratch = memory.take<weighted>(params_.k * params_.levels);
    if (!scratch) return scratch.error();
    values_ = *values;
    scratch_ = *scratch;
    reset();
    return {};
  }
  [[nodiscard]] std::size_t footprint() const noexcept {
    return arena::bytes<double>(params_.k * params_.levels) + arena::bytes<weighted>(params_.k * params_.levels);
  }
  void reset() noexcept {
    held_.fill(0);
    odd_ = 0;
    count_ = 0;
  }

  void learn_one(double x) noexcept {
    if (!math::is_finite(x) || saturated() || values_.empty()) return;
    values_[held_[0]++] = x;
    ++count_;
    for (std::size_t l = 0; l + 1 < params_.levels && held_[l] == params_.k; ++l) compact(l);
  }
  // NaN when empty or q outside [0, 1].
  [[nodiscard]] double quantile(double q) const noexcept;
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  [[nodiscard]] bool saturated() const noexcept { return held_[params_.levels - 1] == params_.k; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 12 + params_.levels * (sizeof(std::uint32_t) + params_.k * sizeof(double));
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind, 1);
    w.put(count_).put(odd_);
    for (std::size_t l = 0; l < params_.levels; ++l) {
      w.put(static_cast<std::uint32_t>(held_[l]));
      for (double v : level(l)) w.put(v);
    }
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  struct weighted {
    double value;
    std::uint64_t weight;
  };
  static constexpr archive_kind kind{'Q', 'S', 'K', 'T'};
  [[nodiscard]] std::span<double> level(std::size_t l) const noexcept {
    return values_.subspan(l * params_.k, held_[l]);
  }
  void compact(std::size_t l) noexcept {
    auto const full = level(l);
    std::sort(full.begin(), full.end());
    for (std::size_t i = odd_ >> l & 1; i < full.size(); i += 2) {
      values_[(l + 1) * params_.k + held_[l + 1]++] = full[i];
    }
    odd_ ^= std::uint32_t{1} << l;
    held_[l] = 0;
  }

  params params_{};
  std::span<double> values_;
  std::span<weighted> scratch_;
  std::array<std::size_t, most_levels> held_{};
  std::uint32_t odd_ = 0;  // bit l: the odd values of level l go up next
  std::uint64_t count_ = 0;
};

inline double quantile_sketch::quantile(double q) const noexcept {
  if (count_ == 0 || !(q >= 0 && q <= 1)) return math::not_a_number;
  std::size_t n = 0;
  std::uint64_t total = 0;
  for (std::size_t l = 0; l < params_.levels; ++l) {
    for (double v : level(l)) scratch_[n++] = {v, std::uint64_t{1} << l};
    total += held_[l] << l;
  }
  auto const all = scratch_.first(n);
  std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) noexcept { return a.value < b.value; });
  double const wanted = q * static_cast<double>(total - 1) + 0.5;
  std::uint64_t below = 0;
  for (auto const& v : all) {
    below += v.weight;
    if (static_cast<double>(below) >= wanted) return v.value;
  }
  return all.back().value;
}

inline status quantile_sketch::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  opened->get(count_).get(odd_);
  for (std::size_t l = 0; l < params_.levels; ++l) {
    auto const n = opened->get<std::uint32_t>();
    if (n > params_.k) {
      reset();
      return error{errc::shape_mismatch, "quantile_sketch", "the archive has another k"};
    }
    held_[l] = n;
    for (double& v : level(l)) {
      opened->get(v);
      if (!math::is_finite(v)) opened->fail();
    }
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
