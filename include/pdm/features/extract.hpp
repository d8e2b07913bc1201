// extract -- a row of features from every frame, the features chosen when the program is compiled.
//
// What      extract<rms, kurtosis, crest_factor> calls each kernel and hands on one row with its names. What several
//           of them share (time_features) is computed once a frame.
// NB        From a list of names known only at run time: monitor::feature_extractor. An undefined number (NaN) of a
//           kernel becomes an absent column; the row of a bad frame is handed on with the frame's quality.
// Kernel    A type with `static constexpr feature_info info` and a call operator on time_features const& or on
//           std::span<T const>, returning double. A unit::unknown in info stands for the signal's own unit.
// Shape     in: block<T>, one frame; out: row with sizeof...(Kernels) columns, valid inside next().
// Cost      The sum of the kernels; no memory from the arena.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <tuple>

#include "pdm/core/concepts.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

template <class K>
concept summary_kernel = requires(K const& k, time_features const& f) {
  { k(f) }
  noexcept->std::same_as<double>;
  { K::info } -> std::convertible_to<feature_info>;
};
template <class K, class T>
concept sample_kernel = requires(K const& k, std::span<T const> x) {
  { k(x) }
  noexcept->std::same_as<double>;
  { K::info } -> std::convertible_to<feature_info>;
};

template <class... Kernels>
class extract {
 public:
  static constexpr std::size_t size = sizeof...(Kernels);
  static_assert(size > 0 && size <= row::max_columns);

  extract() = default;
  explicit extract(Kernels... kernels) noexcept : kernels_(std::move(kernels)...) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena&) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const&) const noexcept { return 0; }
  [[nodiscard]] stream_spec output_spec(stream_spec spec) const noexcept {
    spec.rate = {};
    spec.max_block = size;
    spec.quantity = unit::unknown;
    return spec;
  }
  template <sample_type T, class Next>
  void process(block<T> const& frame, Next&& next) noexcept;
  void reset() noexcept { rows_ = 0; }

  // Names and units of the columns, in order; units of the signal are known after prepare().
  [[nodiscard]] std::span<feature_info const> columns() const noexcept { return columns_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept { return archive_header_bytes + sizeof(rows_); }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind_, 1);
    w.put(rows_);
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept {
    auto r = archive_reader::open(from, kind_, 1);
    if (!r) return r.error();
    auto const rows = r->template get<std::uint64_t>();
    if (auto s = r->finish(); !s) return s;
    rows_ = rows;
    return {};
  }

 private:
  static constexpr archive_kind kind_{'E', 'X', 'T', 'R'};

  std::tuple<Kernels...> kernels_{};
  std::array<feature_info, size> columns_{Kernels::info...};
  std::array<double, size> values_{};
  std::uint64_t rows_ = 0;
};

template <class... Kernels>
result<stream_spec> extract<Kernels...>::prepare(stream_spec const& spec, arena&) noexcept {
  columns_ = {Kernels::info...};
  for (auto& c : columns_) {
    if (c.unit == unit::unknown && c.name != "variance" && c.name != "energy") c.unit = spec.quantity;
  }
  reset();
  return output_spec(spec);
}

template <class... Kernels>
template <sample_type T, class Next>
void extract<Kernels...>::process(block<T> const& frame, Next&& next) noexcept {
  static_assert(((summary_kernel<Kernels> || sample_kernel<Kernels, T>)&&...), "a kernel takes a frame's samples");
  time_features shared;
  if constexpr ((summary_kernel<Kernels> || ...)) shared = time_features::of(frame.samples);
  auto const one = [&](auto const& kernel) noexcept {
    if constexpr (summary_kernel<std::remove_cvref_t<decltype(kernel)>>) {
      return kernel(shared);
    } else {
      return kernel(frame.samples);
    }
  };
  values_ = std::apply([&](auto const&... k) noexcept { return std::array<double, size>{one(k)...}; }, kernels_);
  row out = make_row(values_);
  out.source_time = frame.source_time;
  out.sequence = rows_++;
  out.quality = frame.quality;
  out.operating = frame.operating;
  next(out);
}

static_assert(stage_of<extract<rms, kurtosis>, stream_spec, block<float>> && archived<extract<rms>>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
