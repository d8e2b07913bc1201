// Fast kurtogram of one second at 25.6 kHz, 7 levels, prepared once.
#include <memory>

#include "cases.hpp"
#include "pdm/dsp/fast_kurtogram.hpp"

namespace pdm::bench {

void add_kurtogram() {
  auto k = std::make_shared<dsp::fast_kurtogram<float>>(
      dsp::fast_kurtogram_params{.length = 25600, .rate = {vibration_rate}, .levels = 7});
  add(
      "pdm_kurtogram", 1,
      [k] {
        arena memory(memory_for(k->footprint()));
        if (!k->prepare(memory)) std::abort();
      },
      [k] {
        if (!k->apply(vibration().first(25600))) std::abort();
        return k->best().value;
      });
}

}  // namespace pdm::bench
