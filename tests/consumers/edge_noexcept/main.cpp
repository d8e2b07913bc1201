// A window of a sine through a chain of feature stages, on static memory; the program holds no operator new and no
// malloc.
#include <array>
#include <cstdio>

#include "pdm/core/math.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/signal/chain.hpp"

namespace {
constexpr std::size_t window = 4096;
alignas(64) std::byte memory_of_device[1 << 19];
std::array<float, window> samples;
}  // namespace

int main() {
  using vector = pdm::features::window_vector<pdm::dsp::native_fft<float>>;
  pdm::features::window_vector_params settings;
  settings.length = window;
  settings.envelope_low = pdm::hertz{2000};
  settings.envelope_high = pdm::hertz{4000};
  pdm::chain line{vector(settings)};

  pdm::arena memory(memory_of_device);
  pdm::stream_spec const spec{
      .rate = pdm::hertz{25600}, .max_block = window, .quantity = pdm::unit::metre_per_second_squared};
  if (line.footprint(spec) > memory.capacity() || !line.prepare(spec, memory)) return 1;

  for (std::size_t i = 0; i < window; ++i) {
    samples[i] = static_cast<float>(2 * pdm::math::sin(2 * pdm::math::pi * static_cast<double>(i) / 64));
  }
  double rms = 0, centroid = 0;
  line.process(pdm::block<float>(samples, {}), [&](pdm::row const& r) noexcept {
    rms = r.values[vector::rms];
    centroid = r.values[vector::centroid];
  });
  std::printf("rms %.4f m/s2, centroid %.1f Hz\n", rms, centroid);
  return rms > 1.4141 && rms < 1.4143 && centroid > 399 && centroid < 401 ? 0 : 1;
}
