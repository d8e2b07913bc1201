// A stage whose process() may throw is no stage.
// expect: (stage_of|static assertion failed|static_assert failed)
#include "pdm/core/concepts.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

struct doubler {
  pdm::result<pdm::stream_spec> prepare(pdm::stream_spec const& spec, pdm::arena&) noexcept { return spec; }
  std::size_t footprint(pdm::stream_spec const&) const noexcept { return 0; }
#ifdef PDM_BAD
  template <class Next>
  void process(pdm::block<float> const& in, Next&& next){
#else
  template <class Next>
  void process(pdm::block<float> const& in, Next&& next) noexcept {
#endif
      next(in);
} void reset() noexcept {}
}
;
static_assert(pdm::stage_of<doubler, pdm::stream_spec, pdm::block<float>>);
