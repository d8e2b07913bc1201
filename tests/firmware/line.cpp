// A device's whole program: one channel, high-pass, frames of 4096, twelve features, robust Mahalanobis over all of
// them, and an alarm. It says what memory the line will take before it starts, and checks that it was true.
// Runs on memory of its own and on nothing else: no C library, no heap, no clock, no file (see board.hpp).
#include <array>
#include <cstddef>
#include <span>

#include "board.hpp"
#include "pdm/advisory/alarm.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/signal/chain.hpp"

namespace {

using namespace pdm::features;
using features_of_frame = extract<rms, abs_mean, sqrt_amplitude, standard_deviation, peak, peak_to_peak, skewness,
                                  kurtosis, crest_factor, shape_factor, impulse_factor, clearance_factor>;
constexpr std::size_t columns = features_of_frame::size, block = 128, arena_bytes = 28 * 1024;
static_assert(columns == 12);
constexpr int healthy_frames = 80, all_frames = 90;

alignas(64) std::byte memory_of_device[arena_bytes];
std::array<float, block> samples;

// What the converter hands over: hum with noise, and impacts once the bearing is damaged.
void acquire(std::uint32_t& draw, std::uint32_t at, bool damaged) {
  for (float& x : samples) {
    draw = draw * 1664525u + 1013904223u;
    float const noise = static_cast<float>(draw >> 8) * 0x1p-24f - 0.5f;
    float const hum = static_cast<float>(at % 1024) * 0x1p-9f - 1.0f;
    x = hum + noise + (damaged && at % 152 == 0 ? 6.0f : 0.0f);
    ++at;
  }
}

pdm::chain line{pdm::dsp::highpass<float>{{.cutoff = pdm::hertz{10}, .order = 2}},
                pdm::features::frame<float>{{.length = 4096}}, features_of_frame{}};
pdm::anomaly::robust_mahalanobis detector{
    {.warm_up = 60, .prior_rows = 20, .prior_scale = 0.1, .dead_zone = 2, .side = pdm::anomaly::side::upper}};
pdm::advisory::alarm alarm_of_bearing{{.on = 6, .off = 3, .k = 2, .n = 3}};
int frames = 0, raised_at = -1;
double last_score = 0;

void judge(pdm::row const& seen) noexcept {
  pdm::row r = seen;
  r.operating.state = pdm::operating_state::steady;
  auto const score = detector.score_one(r);
  last_score = score.value;
  for (auto const& change : alarm_of_bearing.update({score, r.quality, r.operating, r.source_time, r.sequence})) {
    if (change.phase == pdm::alarm_phase::raised && raised_at < 0) raised_at = frames;
  }
  if (!alarm_of_bearing.standing()) detector.learn_one(r);
  ++frames;
}

}  // namespace

int run() {
  pdm::stream_spec const spec{
      .rate = pdm::hertz{25600}, .max_block = block, .quantity = pdm::unit::metre_per_second_squared};
  std::size_t const said = line.footprint(spec) + detector.footprint(columns);
  board::say("arena said before start", said);
  pdm::arena memory(memory_of_device);
  if (!line.prepare(spec, memory) || !detector.prepare(columns, memory) || !alarm_of_bearing.prepare()) return 2;
  board::say("arena taken", memory.used());
  std::uint32_t draw = 1, at = 0;
  while (frames < all_frames) {
    acquire(draw, at, frames >= healthy_frames);
    line.process(pdm::block<float>(samples, {}), judge);
    at += block;
  }
  board::say("frames", static_cast<std::size_t>(frames));
  board::say("alarm raised in frame", static_cast<std::size_t>(raised_at));
  board::say("score in thousandths", static_cast<std::size_t>(last_score * 1000));
  board::say("stack used", board::stack_used());
  bool const right = memory.used() == said && raised_at > healthy_frames && raised_at < healthy_frames + 4;
  return right ? 0 : 1;
}
