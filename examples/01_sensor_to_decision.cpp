// From a sensor to a decision, on pdm::edge alone: no heap after the first lines, no thread, no file.
// A bearing is heard once a minute for a hundred minutes. After one hour its outer race begins to spall.
#include <array>
#include <cstdio>

#include "pdm/advisory/alarm.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/core/kinematics.hpp"
#include "pdm/core/random.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/prognostics/wiener.hpp"
#include "pdm/signal/chain.hpp"

namespace {

constexpr double rate = 25600, shaft_hz = 25;
double const outer_race_hz = pdm::defect_frequencies({9, 7.94, 39.04, 0}, shaft_hz)->outer_race;
constexpr std::size_t window = 4096;

// What the accelerometer hears in minute m: shaft, noise, and impacts that grow once the spall has begun.
void listen(int m, pdm::random_source& draw, std::array<float, window>& samples) {
  double const size = m < 60 ? 0 : 0.04 * pdm::math::sqrt(m - 60);
  double const period = rate / outer_race_hz;
  for (std::size_t i = 0; i < window; ++i) {
    double const t = static_cast<double>(i), since = t - period * static_cast<double>(static_cast<int>(t / period));
    double const ring = pdm::math::exp(-since / 25) * pdm::math::sin(2 * pdm::math::pi * 3000 * since / rate);
    double const shaft = 0.5 * pdm::math::sin(2 * pdm::math::pi * shaft_hz * t / rate);
    samples[i] = static_cast<float>(shaft + 0.3 * draw.normal() + 8 * size * ring);
  }
}

alignas(64) std::byte memory_of_device[1 << 20];

}  // namespace

int main() {
  using vector = pdm::features::window_vector<>;
  pdm::features::window_vector_params settings;
  settings.length = window;
  settings.envelope_low = {2000}, settings.envelope_high = {4000};
  settings.lines[0] = pdm::hertz{outer_race_hz};

  pdm::arena memory(memory_of_device);
  pdm::chain line{vector(settings)};
  auto const spec =
      line.prepare({.rate = {rate}, .max_block = window, .quantity = pdm::unit::metre_per_second_squared}, memory);
  if (!spec) return std::puts("the line refused its settings"), 1;

  pdm::anomaly::robust_mahalanobis detector({.warm_up = 30, .side = pdm::anomaly::side::upper});
  pdm::advisory::alarm alarm({.on = 8, .off = 5, .k = 2, .n = 3});
  pdm::prognostics::wiener_degradation life(
      {.drift_mean = 1, .drift_sd = 5, .sigma = 8, .limit_mean = 300, .horizon = 240});
  if (!detector.prepare(3, memory) || !alarm.prepare() || !life.prepare()) return 1;

  pdm::random_source draw(1);
  std::array<float, window> samples{};
  for (int minute = 0; minute < 100; ++minute) {
    listen(minute, draw, samples);
    pdm::block_info info;
    info.operating = {pdm::operating_state::steady, pdm::any_regime};
    line.process(pdm::block<float>(samples, info), [&](pdm::row const& features) noexcept {
      // Level, impulsiveness and the line of the outer race in the envelope.
      std::array const chosen{features.values[vector::rms], features.values[vector::kurtosis],
                              features.values[vector::first_band + settings.bands]};
      auto row = pdm::make_row(chosen);
      row.operating = features.operating;
      auto const score = detector.score_one(row);
      pdm::advisory::alarm_input const seen{.score = score, .operating = features.operating};
      for (auto const& change : alarm.update(seen)) {
        if (change.phase != pdm::alarm_phase::raised) continue;
        std::array<double, 3> parts{};
        bool const explained = detector.contributions(row, parts);
        std::printf("minute %d: alarm, score %.1f above %.0f\n", minute, change.score, change.threshold);
        if (explained) std::printf("  of it: rms %.1f, kurtosis %.1f, outer race %.1f\n", parts[0], parts[1], parts[2]);
        life.start(minute, score.value);
      }
      if (!alarm.standing()) detector.learn_one(row);  // score first, learn after, and never while an alarm stands
      if (alarm.standing()) life.update(minute, score.value);
      if (alarm.standing() && minute % 10 == 9) {
        auto const left = life.predict();
        auto const p10 = left.life.quantile(0.1), p50 = left.life.quantile(0.5);
        if (p10 && p50)
          std::printf("minute %d: one in ten fails within %.0f min, half within %.0f min\n", minute, *p10, *p50);
      }
    });
  }
}
