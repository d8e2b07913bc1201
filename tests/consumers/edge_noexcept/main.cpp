// One window of a sine through a chain, on static memory; the program holds no operator new and no malloc.
#include <cmath>
#include <cstdio>

#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/chain.hpp"

namespace {

// Mean square of each run of `length` samples.
class mean_square {
 public:
  explicit mean_square(std::size_t length) noexcept : length_(length) {}
  pdm::result<pdm::stream_spec> prepare(pdm::stream_spec const& spec, pdm::arena& memory) noexcept {
    auto taken = memory.take<float>(length_);
    if (!taken) return taken.error();
    kept_ = *taken;
    return spec;
  }
  std::size_t footprint(pdm::stream_spec const&) const noexcept { return pdm::arena::bytes<float>(length_); }
  template <class Next>
  void process(pdm::block<float> const& in, Next&& next) noexcept {
    for (float const x : in.samples) {
      kept_[filled_++] = x * x;
      if (filled_ == length_) {
        double sum = 0;
        for (float const square : kept_) sum += static_cast<double>(square);
        filled_ = 0;
        next(sum / static_cast<double>(length_));
      }
    }
  }
  void reset() noexcept { filled_ = 0; }

 private:
  std::size_t length_, filled_ = 0;
  std::span<float> kept_;
};

alignas(64) std::byte memory_of_device[1 << 16];

}  // namespace

int main() {
  using namespace pdm::literals;
  pdm::arena memory(memory_of_device);
  pdm::chain line(mean_square(1024));
  auto const spec = line.prepare(
      {.rate = 25600_Hz, .max_block = 512, .quantity = pdm::unit::metre_per_second_squared}, memory);
  if (!spec) return 1;
  static float samples[512];
  for (int i = 0; i < 512; ++i) samples[i] = static_cast<float>(2 * pdm::math::sin(2 * 3.141592653589793 * i / 512));
  double rms = 0;
  for (int n = 0; n < 2; ++n) {
    line.process(pdm::block<float>(samples, {}), [&](double square) noexcept { rms = std::sqrt(square); });
  }
  std::printf("rms %.4f m/s2\n", rms);
  return std::fabs(rms - std::sqrt(2.0)) < 1e-4 ? 0 : 1;
}
