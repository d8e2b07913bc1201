// One vibration window to 36 numbers, the amplitude spectrum and the envelope spectrum.
#include <cstdio>
#include <memory>
#include <numeric>

#include "cases.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/signal/chain.hpp"
#ifdef PDM_BENCH_FFTW
#include "pdm/dsp/fftw_fft.hpp"
#endif

namespace pdm::bench {
namespace {

features::window_vector_params const settings{
    .length = window_length,
    .bands = 8,
    .roll_off = 0.85,
    .envelope_low = 4_kHz,
    .envelope_high = 8_kHz,
    .lines = {hertz{107.3}, hertz{162.2}, hertz{70.6}, hertz{11.9}},
    .harmonics = 3,
    .reach = 2,
};
stream_spec const stream{
    .rate = {vibration_rate}, .max_block = window_length, .quantity = unit::metre_per_second_squared};

// The next window, 64 in turn.
struct windows {
  std::size_t at = 0;
  std::span<float const> next() {
    auto const w = vibration().subspan(at * window_length, window_length);
    at = (at + 1) % window_count;
    return w;
  }
};

// Through the chain: frame, then vector.
template <class Fft>
struct chained {
  chain<features::frame<float>, features::window_vector<Fft>> line{
      features::frame<float>({.length = window_length, .hop = window_length}), features::window_vector<Fft>(settings)};
  std::vector<double> values;
  std::uint64_t sequence = 0;

  void prepare() {
    arena memory(memory_for(line.footprint(stream)));
    if (!line.prepare(stream, memory)) std::abort();
    values.resize(36);
  }
  std::span<double const> run(std::span<float const> window) {
    block_info info;
    info.sequence = sequence;
    info.source_time = static_cast<nanoseconds>(sequence) * 1'000'000'000 / 25600;
    sequence += window.size();
    line.process(block<float>(window, info), [&](row const& r) noexcept {
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = r.values[i];
    });
    return values;
  }
};

// The same kernels without stage, block and row.
template <class Fft>
struct straight {
  features::window_vector<Fft> vector{settings};

  void prepare() {
    arena memory(memory_for(vector.footprint(stream)));
    if (!vector.prepare(stream, memory)) std::abort();
  }
  std::span<double const> run(std::span<float const> window) { return vector.extract(window); }
};

template <class Way>
void add_way(std::string name) {
  auto way = std::make_shared<Way>();
  auto source = std::make_shared<windows>();
  add(
      std::move(name), 1,
      [way] {
        vibration();
        way->prepare();
      },
      [way, source] {
        auto const v = way->run(source->next());
        return std::accumulate(v.begin(), v.end(), 0.0);
      });
}

template <class Way>
void dump() {
  Way way;
  way.prepare();
  for (double v : way.run(vibration().first(window_length))) std::printf("%.9g ", v);
  std::puts("");
}

}  // namespace

void add_w1() {
  add_way<chained<dsp::native_fft<float>>>("pdm_w1_native");
#ifdef PDM_BENCH_FFTW
  add_way<chained<dsp::fftw_fft<float>>>("pdm_w1_fftw");
  add_way<straight<dsp::fftw_fft<float>>>("pdm_w1_straight");
#endif
}

void dump_w1() {
  dump<chained<dsp::native_fft<float>>>();
#ifdef PDM_BENCH_FFTW
  dump<chained<dsp::fftw_fft<float>>>();
  dump<straight<dsp::fftw_fft<float>>>();
#endif
}

}  // namespace pdm::bench
