// biquad -- recursive filters as cascades of second-order sections, sample by sample.
//
// What      biquad_cascade is the recursion with its state; lowpass, highpass, bandpass and bandstop are Butterworth
//           stages made of it. The state is double whatever the samples are, and one sample after the other is
//           filtered, so any chunking gives the same bits.
// NB        Causal: delays and turns phases. For zero phase on a finished block see filtfilt.hpp. After a gap the
//           filter starts anew; nothing is filtered across missing samples.
// Formula   Transposed direct form II: y = b0 x + s1; s1 = b1 x - a1 y + s2; s2 = b2 x - a2 y.
// Source    A. Oppenheim, R. Schafer, Discrete-Time Signal Processing, 3rd ed., 6.3.
// Shape     in: block<T> of at most max_block samples; out: the same, filtered.
// Cost      5 multiplications a sample and section; prepare() takes max_block samples, process() nothing.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "pdm/core/concepts.hpp"
#include "pdm/dsp/butterworth.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

class biquad_cascade {
 public:
  biquad_cascade() = default;
  explicit biquad_cascade(biquad_sections const& filter) noexcept : filter_(filter) {}

  [[nodiscard]] double filter_one(double x) noexcept {
    for (std::size_t i = 0; i < filter_.count; ++i) {
      biquad_section const& c = filter_.section[i];
      memory& s = state_[i];
      double const y = c.b0 * x + s.first;
      s.first = c.b1 * x - c.a1 * y + s.second;
      s.second = c.b2 * x - c.a2 * y;
      x = y;
    }
    return x;
  }
  // in and out have the same size and may be the same memory.
  template <sample_type T>
  void filter(std::span<T const> in, std::span<T> out) noexcept {
    if (!PDM_EXPECTS(in.size() == out.size())) return;
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = static_cast<T>(filter_one(static_cast<double>(in[i])));
  }

  void reset() noexcept { state_ = {}; }
  // As if a constant `x` had come in for ever.
  void settle(double x) noexcept;

  [[nodiscard]] biquad_sections const& sections() const noexcept { return filter_; }
  void write(archive_writer& w) const noexcept;
  // False when the archive was written with other coefficients.
  [[nodiscard]] bool read(archive_reader& r) noexcept;

 private:
  struct memory {
    double first = 0, second = 0;
  };
  biquad_sections filter_{};
  std::array<memory, max_biquad_sections> state_{};
};

// What the four stages share: design at prepare(), then filter.
template <sample_type T>
class butterworth_filter {
 public:
  explicit butterworth_filter(butterworth_params const& p, bool start_settled = false) noexcept
      : params_(p), start_settled_(start_settled) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(stream_spec const& spec) const noexcept {
    return arena::bytes<T>(spec.max_block);
  }
  template <class Next>
  void process(block<T> const& in, Next&& next) noexcept;
  void reset() noexcept {
    cascade_.reset();
    fresh_ = true;
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind_{'B', 'I', 'Q', 'D'};
  void write(archive_writer& w) const noexcept;

  butterworth_params params_;
  bool start_settled_ = false;
  bool fresh_ = true;
  biquad_cascade cascade_{};
  std::span<T> out_{};
};

// start_settled: begin (and begin anew after a gap) as if the first sample had stood for ever, so that an offset
// makes no transient. Default: from zero state.
struct cutoff_params {
  hertz cutoff{};
  int order = 4;
  bool start_settled = false;
};
struct band_params {
  hertz low{}, high{};
  int order = 4;
  bool start_settled = false;
};

template <sample_type T = float>
class lowpass : public butterworth_filter<T> {
 public:
  explicit lowpass(cutoff_params const& p) noexcept
      : butterworth_filter<T>({filter_band::lowpass, p.order, p.cutoff, {}}, p.start_settled) {}
};
template <sample_type T = float>
class highpass : public butterworth_filter<T> {
 public:
  explicit highpass(cutoff_params const& p) noexcept
      : butterworth_filter<T>({filter_band::highpass, p.order, p.cutoff, {}}, p.start_settled) {}
};
template <sample_type T = float>
class bandpass : public butterworth_filter<T> {
 public:
  explicit bandpass(band_params const& p) noexcept
      : butterworth_filter<T>({filter_band::bandpass, p.order, p.low, p.high}, p.start_settled) {}
};
template <sample_type T = float>
class bandstop : public butterworth_filter<T> {
 public:
  explicit bandstop(band_params const& p) noexcept
      : butterworth_filter<T>({filter_band::bandstop, p.order, p.low, p.high}, p.start_settled) {}
};

inline void biquad_cascade::settle(double x) noexcept {
  for (std::size_t i = 0; i < filter_.count; ++i) {
    biquad_section const& c = filter_.section[i];
    double const y = (c.b0 + c.b1 + c.b2) / (1 + c.a1 + c.a2) * x;
    state_[i].second = c.b2 * x - c.a2 * y;
    state_[i].first = c.b1 * x - c.a1 * y + state_[i].second;
    x = y;
  }
}

inline void biquad_cascade::write(archive_writer& w) const noexcept {
  w.put(static_cast<std::uint32_t>(filter_.count));
  for (std::size_t i = 0; i < filter_.count; ++i) {
    auto const& c = filter_.section[i];
    for (double v : {c.b0, c.b1, c.b2, c.a1, c.a2, state_[i].first, state_[i].second}) w.put(v);
  }
}

inline bool biquad_cascade::read(archive_reader& r) noexcept {
  if (r.get<std::uint32_t>() != filter_.count) return false;
  auto state = state_;
  for (std::size_t i = 0; i < filter_.count; ++i) {
    biquad_section c;
    for (double* v : {&c.b0, &c.b1, &c.b2, &c.a1, &c.a2, &state[i].first, &state[i].second}) r.get(*v);
    if (!(c == filter_.section[i])) return false;
  }
  if (r.ok()) state_ = state;
  return r.ok();
}

template <sample_type T>
result<stream_spec> butterworth_filter<T>::prepare(stream_spec const& spec, arena& memory) noexcept {
  auto design = design_butterworth(params_, spec.rate);
  if (!design) return design.error();
  auto out = memory.take<T>(spec.max_block);
  if (!out) return out.error();
  out_ = *out;
  cascade_ = biquad_cascade(*design);
  fresh_ = true;
  return spec;
}

template <sample_type T>
template <class Next>
void butterworth_filter<T>::process(block<T> const& in, Next&& next) noexcept {
  if (!PDM_EXPECTS(in.size() <= out_.size())) return;
  if (in.gap()) reset();
  if (fresh_ && in.size() > 0) {
    if (start_settled_) cascade_.settle(static_cast<double>(in.samples[0]));
    fresh_ = false;
  }
  auto const out = out_.first(in.size());
  cascade_.filter(in.samples, out);
  next(block<T>(out, in));
}

template <sample_type T>
void butterworth_filter<T>::write(archive_writer& w) const noexcept {
  w.put(fresh_);
  cascade_.write(w);
}

template <sample_type T>
std::size_t butterworth_filter<T>::saved_bytes() const noexcept {
  archive_writer w({}, kind_, 1);
  write(w);
  return w.size();
}

template <sample_type T>
result<std::size_t> butterworth_filter<T>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind_, 1);
  write(w);
  return w.finish();
}

template <sample_type T>
status butterworth_filter<T>::restore(std::span<std::byte const> from) noexcept {
  auto reader = archive_reader::open(from, kind_, 1);
  if (!reader) return reader.error();
  bool const fresh = reader->template get<bool>();
  biquad_cascade cascade = cascade_;
  if (!cascade.read(*reader)) return error{errc::wrong_kind, "biquad", "saved by a filter with other coefficients"};
  if (auto s = reader->finish(); !s) return s;
  cascade_ = cascade;
  fresh_ = fresh;
  return {};
}

static_assert(stage_of<highpass<float>, stream_spec, block<float>> && archived<highpass<float>>);
static_assert(stage_of<bandpass<double>, stream_spec, block<double>>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
