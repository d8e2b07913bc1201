// extract -- a row of features from every frame, the features chosen when the program is compiled.
//
// What      extract<rms, kurtosis, crest_factor> calls each kernel and hands on one row with its names. What several
//           of them share (time_features, hjorth) is computed once a frame. stepwise_extract<float, rms, ...> is the
//           same in pieces, for sliced.hpp.
// NB        From a list of names known only at run time: monitor::feature_extractor. An undefined number (NaN) of a
//           kernel becomes an absent column; the row of a bad frame is handed on with the frame's quality.
// Kernel    A type with `static constexpr feature_info info` and a call operator on time_features const&, on hjorth
//           const& or on std::span<T const>, returning double. A unit::unknown in info stands for the signal's own
//           unit.
// Shape     in: block<T>, one frame; out: row with sizeof...(Kernels) columns, valid inside next().
// Cost      The sum of the kernels; no memory from the arena. In pieces, a kernel on samples is one piece and counts as
//           four passes.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>

#include "pdm/core/concepts.hpp"
#include "pdm/features/hjorth.hpp"
#include "pdm/features/stepwise.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

template <class K, class Summary>
concept kernel_on = requires(K const& k, Summary const& f) {
  { k(f) }
  noexcept->std::same_as<double>;
  { K::info } -> std::convertible_to<feature_info>;
};
template <class K>
concept summary_kernel = kernel_on<K, time_features> || kernel_on<K, hjorth>;
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

 protected:
  static constexpr bool on_time = (kernel_on<Kernels, time_features> || ...);
  static constexpr bool on_hjorth = (kernel_on<Kernels, hjorth> || ...);
  static constexpr std::size_t on_samples = (static_cast<std::size_t>(!summary_kernel<Kernels>) + ... + 0);

  // Kernel i on what it wants.
  template <class Kernel, sample_type T>
  [[nodiscard]] static double one(Kernel const& k, time_features const& t, hjorth const& h,
                                  std::span<T const> x) noexcept;
  template <class Next>
  void hand_on(block_info const& frame, Next& next) noexcept;

  std::tuple<Kernels...> kernels_{};
  std::array<double, size> values_{};

 private:
  static constexpr archive_kind kind_{'E', 'X', 'T', 'R'};

  std::array<feature_info, size> columns_{Kernels::info...};
  std::uint64_t rows_ = 0;
};

// extract of frames of T, in pieces.
template <sample_type T, class... Kernels>
class stepwise_extract : public extract<Kernels...> {
  using base = extract<Kernels...>;

 public:
  using base::base;

  void begin(block<T> const& frame) noexcept;
  template <class Next>
  std::size_t step(std::size_t budget, Next&& next) noexcept;
  [[nodiscard]] bool busy() const noexcept { return busy_; }
  [[nodiscard]] std::size_t work(std::size_t n) const noexcept {
    return (base::on_time ? time_features::job<T>::work(n) : 0) + (base::on_hjorth ? hjorth::job<T>::work(n) : 0) +
           base::on_samples * passes * n + base::size;
  }
  void reset() noexcept {
    base::reset();
    busy_ = false;
  }

 private:
  struct nothing {};
  static constexpr std::size_t passes = 4;  // that a kernel on samples counts as
  template <class Kernel>
  void on_samples_now(Kernel const& k, std::size_t column, std::size_t& before) noexcept;

  block<T> frame_{};
  [[no_unique_address]] std::conditional_t<base::on_time, typename time_features::job<T>, nothing> time_{};
  [[no_unique_address]] std::conditional_t<base::on_hjorth, typename hjorth::job<T>, nothing> hjorth_{};
  std::size_t kernels_done_ = 0;  // of those on samples
  bool busy_ = false;
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
template <class Kernel, sample_type T>
double extract<Kernels...>::one(Kernel const& k, time_features const& t, hjorth const& h,
                                std::span<T const> x) noexcept {
  if constexpr (kernel_on<Kernel, time_features>) {
    return k(t);
  } else if constexpr (kernel_on<Kernel, hjorth>) {
    return k(h);
  } else {
    return k(x);
  }
}

template <class... Kernels>
template <class Next>
void extract<Kernels...>::hand_on(block_info const& frame, Next& next) noexcept {
  row out = make_row(values_);
  out.source_time = frame.source_time;
  out.sequence = rows_++;
  out.quality = frame.quality;
  out.operating = frame.operating;
  next(out);
}

template <class... Kernels>
template <sample_type T, class Next>
void extract<Kernels...>::process(block<T> const& frame, Next&& next) noexcept {
  static_assert(((summary_kernel<Kernels> || sample_kernel<Kernels, T>)&&...), "a kernel takes a frame's samples");
  time_features shared;
  hjorth differences;
  if constexpr (on_time) shared = time_features::of(frame.samples);
  if constexpr (on_hjorth) differences = hjorth::of(frame.samples);
  auto const all = [&](auto const&... k) noexcept {
    return std::array<double, size>{one(k, shared, differences, frame.samples)...};
  };
  values_ = std::apply(all, kernels_);
  hand_on(frame, next);
}

template <sample_type T, class... Kernels>
void stepwise_extract<T, Kernels...>::begin(block<T> const& frame) noexcept {
  static_assert(((summary_kernel<Kernels> || sample_kernel<Kernels, T>)&&...), "a kernel takes a frame's samples");
  frame_ = frame;
  if constexpr (base::on_time) time_.begin(frame.samples);
  if constexpr (base::on_hjorth) hjorth_.begin(frame.samples);
  kernels_done_ = 0;
  busy_ = true;
}

// Computes the column when it is the next one of those on samples.
template <sample_type T, class... Kernels>
template <class Kernel>
void stepwise_extract<T, Kernels...>::on_samples_now(Kernel const& k, std::size_t column,
                                                     std::size_t& before) noexcept {
  if constexpr (!summary_kernel<Kernel>) {
    if (before++ == kernels_done_) this->values_[column] = k(frame_.samples);
  }
}

template <sample_type T, class... Kernels>
template <class Next>
std::size_t stepwise_extract<T, Kernels...>::step(std::size_t budget, Next&& next) noexcept {
  if (!busy_) return 0;
  time_features t;
  hjorth h;
  if constexpr (base::on_time) {
    if (!time_.done()) return time_.step(budget);
    t = time_.result();
  }
  if constexpr (base::on_hjorth) {
    if (!hjorth_.done()) return hjorth_.step(budget);
    h = hjorth_.result();
  }
  if constexpr (base::on_samples > 0) {
    if (kernels_done_ < base::on_samples) {
      std::size_t column = 0, before = 0;
      std::apply([&](auto const&... k) noexcept { (on_samples_now(k, column++, before), ...); }, this->kernels_);
      ++kernels_done_;
      return passes * frame_.size();
    }
  }
  std::size_t column = 0;
  auto const summary = [&]<class Kernel>(Kernel const& k) noexcept {
    if constexpr (summary_kernel<Kernel>) this->values_[column] = base::one(k, t, h, frame_.samples);
    ++column;
  };
  std::apply([&](auto const&... k) noexcept { (summary(k), ...); }, this->kernels_);
  busy_ = false;
  this->hand_on(frame_, next);
  return base::size;
}

static_assert(stage_of<extract<rms, kurtosis>, stream_spec, block<float>> && archived<extract<rms>>);
static_assert(stepwise_stage<stepwise_extract<float, rms, hjorth_mobility>, float>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
