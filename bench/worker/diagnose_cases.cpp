// The whole diagnosis of ten seconds at 12 kHz: observe one record and give the verdict, prepared once.
#include <memory>

#include "cases.hpp"
#include "pdm/diagnostics/diagnoser.hpp"

namespace pdm::bench {

void add_diagnose() {
  constexpr std::size_t samples = 120000;
  diagnostics::diagnoser_params p{.length = samples, .rate = {12000}, .quantity = unit::standard_gravity};
  p.shaft_hz = 29.95;
  p.bearing = bearing_frequencies{3.5848, 5.4152, 2.357, 0.39828, 4.714};
  auto d = std::make_shared<diagnostics::diagnoser>(p);
  add(
      "pdm_diagnose", 1,
      [d] {
        arena memory(memory_for(d->footprint()));
        if (!d->prepare(memory)) std::abort();
      },
      [d] {
        d->reset();
        d->observe(vibration().first(samples));
        return d->verdict().speed.hz;
      });
}

}  // namespace pdm::bench
