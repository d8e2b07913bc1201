// Building blocks of features, diagnostics, prognostics and advisory.
#pragma once

#include "footprint/block.hpp"
#include "pdm/advisory/alarm.hpp"
#include "pdm/advisory/asset_state.hpp"
#include "pdm/advisory/work_request.hpp"
#include "pdm/diagnostics/diagnoser.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/gear_metrics.hpp"
#include "pdm/features/rainflow.hpp"
#include "pdm/features/sliced.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/prognostics/health_index.hpp"
#include "pdm/prognostics/history_features.hpp"
#include "pdm/prognostics/life_posterior.hpp"
#include "pdm/prognostics/linear_degradation.hpp"
#include "pdm/prognostics/particle_filter.hpp"
#include "pdm/prognostics/random_units.hpp"
#include "pdm/prognostics/trajectory_similarity.hpp"
#include "pdm/prognostics/wiener.hpp"

namespace footprint {

namespace features = pdm::features;
namespace prognostics = pdm::prognostics;

using twelve =
    features::stepwise_extract<float, features::rms, features::peak, features::standard_deviation,
                               features::peak_to_peak, features::skewness, features::kurtosis, features::crest_factor,
                               features::shape_factor, features::impulse_factor, features::clearance_factor,
                               features::hjorth_mobility, features::hjorth_complexity>;
inline constexpr features::window_vector_params vector_settings{
    .length = length,
    .envelope_low = {2000},
    .envelope_high = {5000},
    .lines = {pdm::hertz{90}, pdm::hertz{133}, pdm::hertz{58}, pdm::hertz{10}}};

// The number of features and the seed are no matter of its bytes.
struct units_of_three : prognostics::random_units {
  [[nodiscard]] static std::size_t footprint() noexcept { return random_units::footprint(100); }
  [[nodiscard]] pdm::status prepare(pdm::arena& memory) noexcept { return random_units::prepare(100, 3, 1, memory); }
};

// A level that rises by a hidden rate.
struct rising {
  static constexpr std::size_t states = 2;
  template <class V>
  void advance(V (&s)[2], V const (&w)[2]) const noexcept {
    s[0] += s[1] + w[0] * 0.02F, s[1] += w[1] * 0.002F;
  }
  template <class V>
  void observe(V const (&s)[2], V& z) const noexcept {
    z = s[0];
  }
  template <class V>
  void damage(V const (&s)[2], V& d) const noexcept {
    d = s[0];
  }
};

inline constexpr auto run_degradation = [](auto& line, feed& f) noexcept {
  line.update(f.number, f.number), seen(line.predict());
};

inline constexpr std::tuple health_blocks{
    block{"features/frame.hpp frame<float>", "4096 samples, hop 2048",
          [] { return features::frame<float>({.length = length, .hop = length / 2}); }, run_stage, std::tuple{stream}},
    block{"features/extract.hpp extract", "twelve features", [] { return twelve(); }, run_on_frame, std::tuple{frames}},
    block{"features/sliced.hpp sliced<extract>", "4096 samples, hop 2048, twelve features",
          [] { return features::sliced<twelve>({.length = length, .hop = length / 2}, twelve()); }, run_sliced,
          std::tuple{stream}},
    block{"features/window_vector.hpp window_vector", "4096 samples, envelope 2 to 5 kHz, 36 numbers",
          [] { return features::window_vector<>(vector_settings); }, run_on_frame, std::tuple{frames}},
    block{"features/sliced.hpp sliced<window_vector>", "the same, hop 2048",
          [] {
            using vector = features::window_vector<>;
            return features::sliced<vector>({.length = length, .hop = length / 2}, vector(vector_settings));
          },
          run_sliced, std::tuple{stream}},
    block{"features/gear_metrics.hpp gear_metrics<float>", "1024 samples a turn",
          [] { return features::gear_metrics<float>({.length = 1024, .lines = {.teeth = 23}}); },
          [](auto& b, feed& f) noexcept { seen(b.of(f.x.first(1024))); }},
    block{"features/gear_metrics.hpp gear_na4<float>", "1024 samples a turn",
          [] { return features::gear_na4<float>(1024, {.teeth = 23}); },
          [](auto& b, feed& f) noexcept { seen(b.add(f.x.first(1024))); }},
    block{"features/gear_metrics.hpp gear_nb4<float>", "1024 samples a turn",
          [] { return features::gear_nb4<float>(1024, 23, 5); },
          [](auto& b, feed& f) noexcept { seen(b.add(f.x.first(1024))); }},
    block{"diagnostics/line_levels.hpp line_levels", "2048 lines", [] { return pdm::diagnostics::line_levels(); },
          [](auto& b, feed& f) noexcept { b.assign(f.x.first(2048), 1, 10), seen(b.peak(90, 1)); },
          std::tuple{std::size_t{2048}}},
    block{"diagnostics/band_modulation.hpp band_modulation", "8192 samples",
          [] { return pdm::diagnostics::band_modulation({.length = 8192, .rate = {rate}, .modulation = {200}}); },
          run_apply},
    block{"diagnostics/wide_envelope.hpp wide_envelope", "8192 samples, 1 to 10 kHz",
          [] {
            return pdm::diagnostics::wide_envelope(
                {.length = 8192, .rate = {rate}, .low = {1000}, .high = {10000}, .modulation = {500}});
          },
          [](auto& b, feed& f) noexcept {
            std::span const bins(reinterpret_cast<std::complex<float> const*>(f.x.data()), 4097);
            seen(b.plain(bins, {1000}, {10000})), seen(b.whitened(bins, {1000}, {10000}));
          }},
    block{"diagnostics/diagnoser.hpp diagnoser", "32768 samples, shaft at 25 Hz, a bearing",
          [] {
            pdm::diagnostics::diagnoser_params p;
            p.length = 32768;
            p.rate = {rate};
            p.shaft_hz = 25;
            p.bearing = pdm::bearing_frequencies{3.58, 5.42, 2.36, 0.4, 4.71};
            return pdm::diagnostics::diagnoser(p);
          },
          [](auto& b, feed& f) noexcept { b.observe(f.x), seen(b.verdict()); }},
    block{"prognostics/history_features.hpp history_features", "5 sensors, 1 fused",
          [] { return prognostics::history_features({.sensors = 5, .fused = 1}); },
          [](auto& b, feed& f) noexcept { b.update(f.x.first(6)), b.features(1, f.y.first(b.count())); }},
    block{"prognostics/random_units.hpp random_units", "100 units", [] { return units_of_three(); },
          [](auto& b, feed& f) noexcept { b.outputs(f.x.first(3), f.y.first(100)); }},
    block{"prognostics/life_posterior.hpp life_posterior<smallest_extreme_value>", "64 by 31 nodes",
          [] { return prognostics::life_posterior<prognostics::smallest_extreme_value>(); },
          [](auto& b, feed& f) noexcept {
            std::array<bool, 20> failed{true, true, true};
            seen(b.learn({f.d.first(20), failed})), seen(b.log_age_quantile(0.1, 0.5));
          }},
    block{"prognostics/particle_filter.hpp particle_filter", "1000 particles of 2 states, 500 steps ahead",
          [] { return prognostics::particle_filter<rising>({.limit = 1}); },
          [](auto& b, feed& f) noexcept { b.update(f.number), seen(b.predict()); }},
    block{"prognostics/trajectory_similarity.hpp trajectory_similarity", "100 paths of up to 1000 rows, window of 50",
          [] { return prognostics::trajectory_similarity(); },
          [](auto& b, feed& f) noexcept { seen(b.learn_path(f.x.first(500))), b.update(f.x[0]), seen(b.predict()); }},
    block{"prognostics/health_index.hpp health_index", "", [] { return prognostics::health_index(); },
          [](auto& b, feed& f) noexcept { seen(b.update(f.number)); }},
    block{"prognostics/linear_degradation.hpp linear_degradation", "", [] { return prognostics::linear_degradation(); },
          run_degradation},
    block{"prognostics/linear_degradation.hpp exponential_degradation", "",
          [] { return prognostics::exponential_degradation(); }, run_degradation},
    block{"prognostics/wiener.hpp wiener_degradation", "", [] { return prognostics::wiener_degradation(); },
          run_degradation},
    block{"advisory/alarm.hpp alarm", "", [] { return pdm::advisory::alarm(); },
          [](auto& b, feed& f) noexcept {
            seen(b.update({.score = {f.number, {}}}));
          }},
    block{"advisory/asset_state.hpp state_fusion", "", [] { return pdm::advisory::state_fusion(); },
          [](auto& b, feed& f) noexcept {
            seen(b.update({.score = {f.number, {}}}));
          }},
    block{"advisory/work_request.hpp work_requests", "", [] { return pdm::advisory::work_requests(); },
          [](auto& b, feed& f) noexcept {
            seen(b.find({.due_s = f.number}, 1)), seen(b.all_normal(2));
            seen(b.feedback(0, pdm::advisory::work_outcome::done, 3));
          }}};

}  // namespace footprint
