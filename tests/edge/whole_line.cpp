// The whole line over a run to failure, and the C interface's line beside it; every number as its bits.
//   whole_line                          a bearing simulated here
//   whole_line FILE CHANNELS SECONDS    raw little-endian float32, snapshots of 2560 samples of each channel in turn,
//                                       one every SECONDS; the first channel is heard
#include "whole_line.hpp"

#include <cstdlib>
#include <cstring>

#include "pdm/core/random.hpp"
#include "pdm/pdm.h"

namespace {

constexpr std::size_t length = edge::whole_line::length;
alignas(64) std::byte memory_of_device[1 << 20];
alignas(64) std::byte memory_of_c_line[1 << 16];

class c_line {
 public:
  bool prepare() {
    pdm_line_config c;
    pdm_line_config_init(&c, edge::whole_line::rate);
    c.frame_length = c.frame_hop = length;
    c.skip_frames = 10;
    return pdm_line_create(&c, memory_of_c_line, sizeof memory_of_c_line, &line_) == PDM_OK;
  }
  void hear(std::span<float const> snapshot) {
    if (pdm_line_gap(line_, 0) != PDM_OK || pdm_line_process(line_, snapshot.data(), snapshot.size()) != PDM_OK) return;
    edge::print("c", std::array{pdm_line_score(line_)});
    pdm_event e;
    e.struct_size = sizeof e;
    while (pdm_line_poll(line_, &e) == 1) {
      std::printf("c event %d %d %d %" PRIu64 " %d", e.kind, e.state, e.measurement, e.frame, e.strongest);
      edge::print(e.score);
      edge::print("", e.features);
      edge::print("c parts", e.contributions);
    }
  }

 private:
  pdm_line* line_ = nullptr;
};

// What an accelerometer hears in hour h of a hundred: shaft, noise, and from hour 60 on impacts of the outer race.
void simulate(int hour, pdm::random_source& draw, std::span<float> out) {
  namespace math = pdm::math;
  constexpr double rate = edge::whole_line::rate, shaft = edge::whole_line::shaft_hz, period = rate / (5.6113 * shaft);
  double const size = hour < 60 ? 0 : 0.02 * math::exp(0.1 * (hour - 60));
  double const phase = period * draw.uniform();
  for (std::size_t i = 0; i < out.size(); ++i) {
    double const t = static_cast<double>(i), turns = (t + phase) / period;
    double const since = (turns - static_cast<double>(static_cast<int>(turns))) * period;
    double const ring = math::exp(-since / 25) * math::sin(2 * math::pi * 3500 * since / rate);
    double const slow = 0.5 * math::sin(2 * math::pi * shaft * t / rate);
    out[i] = static_cast<float>(slow + 0.3 * draw.normal() + 8 * size * ring);
  }
}

template <class Next>
int recorded(char const* name, std::size_t channels, double seconds, Next&& hear) {
  std::FILE* const file = std::fopen(name, "rb");
  if (file == nullptr || channels < 1 || channels > 4 || !(seconds > 0)) {
    std::fprintf(stderr, "whole_line: %s: cannot be read, or not 1 to 4 channels; see the head of the source\n", name);
    return 1;
  }
  std::array<float, 4 * length> samples{};
  for (int n = 0; std::fread(samples.data(), sizeof(float), channels * length, file) == channels * length; ++n) {
    hear(std::span<float const>(samples).first(length), n * seconds);
  }
  return std::fclose(file);
}

}  // namespace

int main(int count, char** words) {
  static edge::whole_line line;
  c_line beside;
  pdm::arena memory(memory_of_device);
  if (!line.prepare(memory) || !beside.prepare()) return std::fputs("whole_line: a line refused\n", stderr), 1;
  auto const hear = [&](std::span<float const> snapshot, double at) {
    line.hear(snapshot, at);
    beside.hear(snapshot);
  };
  int failed = 0;
  if (count == 4) {
    failed = recorded(words[1], static_cast<std::size_t>(std::atoi(words[2])), std::atof(words[3]), hear);
  } else {
    pdm::random_source draw(3);
    std::array<float, length> samples{};
    for (int hour = 0; hour < 100; ++hour) {
      simulate(hour, draw, samples);
      hear(samples, hour * 3600.0);
    }
  }
  line.finish();
  return failed;
}
