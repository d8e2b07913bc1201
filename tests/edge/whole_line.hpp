// whole_line -- everything an edge device runs, from samples to remaining life, written out bit by bit.
//
// What      High-pass, frame, the fast feature vector in float and the single features in double (spectrum, density,
//           envelope, time), smoothing, robust Mahalanobis over twelve of them, conformal p-value, alarm, fused state,
//           health, two degradation models and their lives; on the native FFT. Every number that comes out is printed
//           as the 16 hexadecimal digits of its bits, an absent one as "-".
// NB        A test object: two machines that print the same bytes compute the same bits.
#pragma once

#include <array>
#include <bit>
#include <cinttypes>
#include <cstdio>
#include <span>

#include "pdm/advisory/alarm.hpp"
#include "pdm/advisory/asset_state.hpp"
#include "pdm/anomaly/conformal.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/anomaly/smoothing.hpp"
#include "pdm/core/hash.hpp"
#include "pdm/core/kinematics.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/dsp/envelope_spectrum.hpp"
#include "pdm/dsp/welch.hpp"
#include "pdm/features/band_power.hpp"
#include "pdm/features/fault_bands.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/histogram_entropy.hpp"
#include "pdm/features/hjorth.hpp"
#include "pdm/features/spectral_shape.hpp"
#include "pdm/features/teager_kaiser.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/velocity_rms.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/features/zero_crossings.hpp"
#include "pdm/prognostics/exponential_degradation.hpp"
#include "pdm/prognostics/health_index.hpp"
#include "pdm/prognostics/wiener.hpp"

namespace edge {

inline void print(double v) {
  if (v == v) {
    std::printf(" %016" PRIx64, std::bit_cast<std::uint64_t>(v));
  } else {
    std::printf(" -");
  }
}
inline void print(char const* what, std::span<double const> values) {
  std::printf("%s", what);
  for (double v : values) print(v);
  std::printf("\n");
}
inline double logarithm(double v) { return v > 0 ? pdm::math::log(v) : pdm::math::not_a_number; }

class whole_line {
 public:
  static constexpr std::size_t length = 2560, judged = 12;
  static constexpr double rate = 25600, shaft_hz = 30;

  [[nodiscard]] pdm::status prepare(pdm::arena& memory) noexcept;
  // One snapshot, `at` seconds after the start; nothing is known of what was between it and the one before.
  void hear(std::span<float const> snapshot, double at);
  // Everything that was learned, as an archive says it.
  void finish();

 private:
  using vector = pdm::features::window_vector<pdm::dsp::native_fft<float>>;
  using density = pdm::dsp::welch<double, pdm::dsp::native_fft<double>>;
  using envelope = pdm::dsp::envelope_spectrum<double, pdm::dsp::native_fft<double>>;
  static constexpr std::array<double, 3> fault_orders{5.6113, 7.3887, 3.5887};  // outer race, inner race, rollers
  static vector::params vector_settings() noexcept;

  void judge(pdm::block<float> const& frame);
  void measure(std::span<float const> frame);
  void single_features(std::span<double const> x);
  void spectral_features(std::span<double const> x);
  void decide(pdm::row const& r);
  void tell(pdm::row const& r, pdm::event e);
  void predict(pdm::row const& r, double level);
  void print_life(char const* what, pdm::life_estimate const& e);

  pdm::dsp::highpass<float> highpass_{{.cutoff = pdm::hertz{10}, .order = 4, .start_settled = true}};
  pdm::features::frame<float> frame_{{.length = length}};
  vector vector_{vector_settings()};
  density density_{{.rate = {rate}, .segment = 1000, .overlap = 500}};
  envelope envelope_{{{length, {rate}, {2000}, {6000}, 0}, true}};
  pdm::anomaly::row_smoother smoother_{{.tau = pdm::seconds{300}}};
  pdm::anomaly::robust_mahalanobis detector_{
      {.warm_up = 40, .prior_rows = 20, .prior_scale = 0.15, .dead_zone = 1, .side = pdm::anomaly::side::upper}};
  pdm::anomaly::conformal_calibration usual_{{.capacity = 100}};
  pdm::advisory::alarm alarm_{{.on = 6, .off = 3.6, .k = 2, .n = 4}};
  pdm::advisory::state_fusion fusion_{};
  pdm::prognostics::health_index health_{{.healthy = 0, .failed = 60}};
  pdm::prognostics::wiener_degradation wander_{
      {.drift_mean = 5, .drift_sd = 10, .sigma = 4, .limit_mean = 60, .limit_sd = 10, .reached = 0.5, .horizon = 100}};
  pdm::prognostics::exponential_degradation grow_{
      {.prior = {1, 0.1, 1, 0.04, 0}, .var_eps = 0.04, .limit = 60, .horizon = 100, .certainty = 0.6}};

  std::span<double> samples_{};
  std::array<std::uint32_t, 32> counts_{};
  std::array<double, judged> values_{};
  std::span<std::byte> archive_{};
  std::uint64_t rows_ = 0;
  double hours_ = 0;
};

// ---- bodies ----

inline whole_line::vector::params whole_line::vector_settings() noexcept {
  vector::params p;
  p.length = length;
  p.envelope_low = {2000}, p.envelope_high = {6000};
  for (std::size_t i = 0; i < fault_orders.size(); ++i) p.lines[i] = {fault_orders[i] * shaft_hz};
  return p;
}

inline pdm::status whole_line::prepare(pdm::arena& memory) noexcept {
  pdm::stream_spec const spec{.rate = {rate}, .max_block = length, .quantity = pdm::unit::metre_per_second_squared};
  if (auto const s = highpass_.prepare(spec, memory); !s) return s.error();
  if (auto const s = frame_.prepare(spec, memory); !s) return s.error();
  if (auto const s = vector_.prepare(spec, memory); !s) return s.error();
  auto const samples = memory.take<double>(length);
  auto const archive = memory.take<std::byte>(1 << 16);
  if (!samples || !archive) return pdm::errc::out_of_memory;
  samples_ = *samples;
  archive_ = *archive;
  for (auto const& s : {density_.prepare(memory), envelope_.prepare(memory), smoother_.prepare(judged, memory),
                        detector_.prepare(judged, memory), usual_.prepare(memory), alarm_.prepare(), health_.prepare(),
                        wander_.prepare(), grow_.prepare()}) {
    if (!s) return s;
  }
  return {};
}

inline void whole_line::hear(std::span<float const> snapshot, double at) {
  hours_ = at / 3600;
  pdm::block_info info;
  info.source_time = static_cast<pdm::nanoseconds>(at * 1e9);
  info.sequence = rows_ * length;
  info.operating = {pdm::operating_state::steady, pdm::any_regime};
  info.quality.mark(pdm::quality_reason::gap, pdm::quality_level::good);
  highpass_.process(pdm::block<float>(snapshot, info), [this](pdm::block<float> const& b) noexcept {
    frame_.process(b, [this](pdm::block<float> const& f) noexcept { judge(f); });
  });
}

inline void whole_line::judge(pdm::block<float> const& frame) {
  std::printf("row %" PRIu64 " %" PRId64 "\n", rows_, frame.source_time);
  measure(frame.samples);
  pdm::row r = pdm::make_row(values_);
  r.source_time = frame.source_time;
  r.sequence = rows_++;
  r.operating = frame.operating;
  pdm::row const smooth = smoother_.update(r);
  print("smooth", smooth.values);
  decide(smooth);
}

inline void whole_line::measure(std::span<float const> frame) {
  print("vector", vector_.extract(frame));
  for (std::size_t i = 0; i < length; ++i) samples_[i] = static_cast<double>(frame[i]);
  single_features(samples_);
  spectral_features(samples_);
}

inline void whole_line::single_features(std::span<double const> x) {
  auto const t = pdm::features::time_features::of(x);
  auto const h = pdm::features::hjorth::of(x);
  auto const z = pdm::features::zero_crossings::of(x, rate, true);
  auto const e = pdm::features::histogram_entropy::of(x, std::span<std::uint32_t>(counts_));
  std::array const all{t.mean,
                       t.variance,
                       t.std,
                       t.rms,
                       t.abs_mean,
                       t.sqrt_amplitude,
                       t.min,
                       t.max,
                       t.peak,
                       t.peak_to_peak,
                       t.energy,
                       t.skewness,
                       t.kurtosis,
                       t.shape_factor,
                       t.crest_factor,
                       t.impulse_factor,
                       t.clearance_factor,
                       h.activity,
                       h.mobility,
                       h.complexity,
                       z.rate_hz,
                       e.entropy,
                       e.entropy_normalised,
                       pdm::features::teager_kaiser_mean(x)};
  print("time", all);
  std::array const chosen{t.rms, t.peak, t.kurtosis, h.mobility, h.complexity, e.entropy};
  for (std::size_t i = 0; i < chosen.size(); ++i) values_[i] = logarithm(chosen[i]);
}

inline void whole_line::spectral_features(std::span<double const> x) {
  auto const psd = density_.density(x);
  if (!psd) return;
  auto const lines = psd->lines;
  auto const s = pdm::features::spectral_shape::of(lines, psd->df());
  double const velocity = pdm::features::velocity_rms(*psd, {10}, {1000});
  std::array const shape{s.centroid,
                         s.spread,
                         s.skewness,
                         s.kurtosis,
                         s.flatness,
                         s.entropy,
                         s.crest,
                         s.rolloff_085,
                         s.rolloff_095,
                         velocity,
                         pdm::features::total_power(lines, psd->df())};
  print("density", shape);
  values_[6] = logarithm(s.centroid);
  values_[7] = logarithm(s.spread);
  values_[8] = logarithm(velocity);
  auto const found = envelope_.apply(x);
  std::array<double, 3 * 4 + 1> orders{};
  for (std::size_t i = 0; i < fault_orders.size(); ++i) {
    auto const part = std::span<double>(orders).subspan(4 * i, 4);
    double const sum = pdm::features::fault_band_amplitudes(found.amplitude.lines, found.amplitude.df(),
                                                            fault_orders[i] * shaft_hz, 0.02, part);
    values_[9 + i] = logarithm(sum);
  }
  orders.back() = found.mean;
  print("envelope", orders);
}

inline void whole_line::decide(pdm::row const& r) {
  pdm::score const s = detector_.score_one(r);
  double const p = s.ready() ? usual_.p_value(s.value) : 1;
  std::array<double, judged> parts{};
  if (s.ready() && detector_.contributions(r, parts)) print("parts", parts);
  print("score", std::array{s.value, p, health_.update(s.ready() ? s.value : pdm::math::not_a_number)});
  auto const changes = alarm_.update({s, r.quality, r.operating, r.source_time, r.sequence});
  auto const verdict = fusion_.update({.quality = r.quality,
                                       .operating = r.operating,
                                       .score = s,
                                       .alarm_stands = alarm_.standing(),
                                       .priority = alarm_.settings().priority});
  pdm::event e{.state = verdict.state, .measurement = verdict.measurement, .run_hours = hours_, .p_value = p};
  e.health = health_.value().value_or(1);
  e.score = s.value;
  if (verdict.changed) tell(r, e);
  for (auto const& change : changes) {
    e.kind = pdm::event_kind::alarm;
    e.phase = change.phase;
    e.threshold = change.threshold;
    tell(r, e);
    if (change.phase != pdm::alarm_phase::raised || wander_.started()) continue;
    wander_.start(hours_, s.value);
    grow_.start(hours_);
  }
  if (alarm_.standing()) return predict(r, s.value);
  bool const calibrating = detector_.ready() && usual_.size() < 30;
  if (calibrating) usual_.learn_one(s.value);
  detector_.learn_one(r);
}

inline void whole_line::tell(pdm::row const& r, pdm::event e) {
  e.source_time = r.source_time;
  e.sequence = r.sequence;
  std::printf("event %016" PRIx64 " %s %s %s", pdm::event_id("bearing", e), to_string(e.kind).data(),
              to_string(e.state).data(), to_string(e.phase).data());
  print("", std::array{e.run_hours, e.score, e.threshold, e.p_value, e.health});
}

inline void whole_line::predict(pdm::row const&, double level) {
  wander_.update(hours_, level);
  grow_.update(hours_, level);
  print_life("wander", wander_.predict());
  print_life("grow", grow_.predict());
}

inline void whole_line::print_life(char const* what, pdm::life_estimate const& e) {
  auto const or_none = [](std::optional<double> v) { return v.value_or(pdm::math::not_a_number); };
  std::printf("life %s %d", what, static_cast<int>(e.why));
  if (e.abstained()) return print("", std::array<double, 0>{});
  auto const& d = e.life;
  print("", std::array{or_none(d.quantile(0.1)), or_none(d.quantile(0.5)), or_none(d.quantile(0.9)), d.mean(),
                       d.mass_beyond()});
}

inline void whole_line::finish() {
  auto const bytes_of = [this](char const* what, auto const& part) {
    auto const n = part.save(archive_);
    auto const bytes = std::span<std::byte const>(archive_).first(n ? *n : 0);
    std::printf("saved %s %zu %08" PRIx32 "\n", what, bytes.size(), pdm::crc32c(bytes));
  };
  bytes_of("highpass", highpass_);
  bytes_of("frame", frame_);
  bytes_of("smoother", smoother_);
  bytes_of("detector", detector_);
  bytes_of("usual", usual_);
  bytes_of("alarm", alarm_);
  bytes_of("fusion", fusion_);
  bytes_of("health", health_);
  bytes_of("wander", wander_);
  bytes_of("grow", grow_);
}

}  // namespace edge
