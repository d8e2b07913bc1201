// counted -- the lines whose instructions and times are counted, call by call.
//
//   counted LINE whole|sliced BLOCK FRAMES [ROUNDS]
// LINE      c_line: the C interface; chain: the same made of stages; window_vector: 36 numbers a frame with the native
//           FFT; learning: these, and the detector never stops learning. Frames of 4096, hop 2048.
// A call    process() of BLOCK samples and, in slices, a step() with the stated budget. It is the function
//           counted_call, which tests/ceiling/ceiling.py has valgrind count. With ROUNDS the whole run is repeated, and
//           of every call the shortest time is taken: what else the machine does is left out.
// Prints    calls, samples, events, overruns; with ROUNDS median and longest calls in ns, and which calls they were.
// PDM_LEVEL in the environment (base, avx2) keeps to narrower vectors than the processor has.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <string_view>
#include <vector>

#include "pdm/advisory/alarm.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/sliced.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/pdm.h"
#include "pdm/signal/chain.hpp"

namespace {

constexpr std::size_t length = 4096, hop = 2048;
constexpr double rate = 25600;

class line {
 public:
  virtual ~line() = default;
  virtual void call(std::span<float const> samples) noexcept = 0;
  std::uint64_t events = 0, overruns = 0;
};

class c_line : public line {
 public:
  c_line(bool sliced, std::size_t block) {
    pdm_line_config c;
    pdm_line_config_init(&c, rate);
    c.frame_length = length;
    c.frame_hop = hop;
    c.sliced = sliced ? 1 : 0;
    memory_.resize(pdm_line_footprint(&c));
    budget_ = sliced ? pdm_line_budget(&c, block) : 0;
    if (pdm_line_create(&c, memory_.data(), memory_.size(), &line_) != PDM_OK) std::exit(1);
  }
  void call(std::span<float const> samples) noexcept override {
    (void)pdm_line_process(line_, samples.data(), samples.size());
    (void)pdm_line_step(line_, budget_);
    pdm_event e;
    e.struct_size = sizeof e;
    while (pdm_line_poll(line_, &e) == 1) ++events;
    overruns = pdm_line_overruns(line_);
  }

 private:
  std::vector<unsigned char> memory_;
  std::size_t budget_ = 0;
  pdm_line* line_ = nullptr;
};

pdm::block_info info_at(std::uint64_t sample) {
  pdm::block_info i;
  i.source_time = pdm::sample_time(sample, rate);
  i.sequence = sample;
  i.operating.state = pdm::operating_state::steady;
  return i;
}

// High-pass and a frame with its stage in front of a Mahalanobis distance and an alarm.
template <class Work>
class chain_line : public line {
 public:
  chain_line(bool sliced, std::size_t block, Work work, bool learns_on = false)
      : learns_on_(learns_on),
        chain_(pdm::dsp::highpass<float>{{.cutoff = {10}}},
               pdm::features::sliced<Work>{{.length = length, .hop = hop, .at_once = !sliced}, std::move(work)}),
        detector_({.prior_rows = 20, .prior_scale = 0.15, .dead_zone = 2, .settle_in_steps = sliced}),
        memory_(1 << 20) {
    pdm::arena arena(memory_);
    pdm::stream_spec const spec{.rate = {rate}, .max_block = block};
    auto const out = chain_.prepare(spec, arena);
    if (!out || !detector_.prepare(out->max_block, arena) || !alarm_.prepare()) std::exit(1);
    budget_ = sliced ? chain_.template get<1>().budget(block) : 0;
  }
  void call(std::span<float const> samples) noexcept override {
    bool judged = false;
    auto const judge = [&](pdm::row const& r) noexcept {
      judged = true;
      auto const s = detector_.score_one(r);
      events += alarm_.update({s, r.quality, r.operating, r.source_time, r.sequence}).size();
      if ((learns_on_ || !detector_.ready()) && !detector_.settling()) detector_.learn_one(r);
    };
    chain_.process(pdm::block<float>(samples, info_at(at_)), judge);
    (void)chain_.step(budget_, judge);
    if (!judged) (void)detector_.settle_some(budget_);  // a row is enough for a call
    at_ += samples.size();
    overruns = chain_.template get<1>().overruns();
  }

 private:
  bool learns_on_;
  pdm::chain<pdm::dsp::highpass<float>, pdm::features::sliced<Work>> chain_;
  pdm::anomaly::robust_mahalanobis detector_;
  pdm::advisory::alarm alarm_{};
  std::vector<std::byte> memory_;
  std::size_t budget_ = 0;
  std::uint64_t at_ = 0;
};

using twelve =
    pdm::features::stepwise_extract<float, pdm::features::rms, pdm::features::peak, pdm::features::standard_deviation,
                                    pdm::features::peak_to_peak, pdm::features::skewness, pdm::features::kurtosis,
                                    pdm::features::crest_factor, pdm::features::shape_factor,
                                    pdm::features::impulse_factor, pdm::features::clearance_factor,
                                    pdm::features::hjorth_mobility, pdm::features::hjorth_complexity>;

std::unique_ptr<line> make(std::string_view name, bool sliced, std::size_t block) {
  if (name == "c_line") return std::make_unique<c_line>(sliced, block);
  if (name == "chain") return std::make_unique<chain_line<twelve>>(sliced, block, twelve{});
  if (name == "window_vector" || name == "learning") {
    using native = pdm::features::window_vector<pdm::dsp::native_fft<float>>;
    pdm::features::window_vector_params p{.length = length, .envelope_low = {2000}, .envelope_high = {5000}};
    p.lines = {pdm::hertz{90}, pdm::hertz{133}, pdm::hertz{58}, pdm::hertz{10}};
    return std::make_unique<chain_line<native>>(sliced, block, native(p), name == "learning");
  }
  return nullptr;
}

// A shaft at 25 Hz and noise; every 500 frames ten with the impacts of a fault.
std::vector<float> signal(std::size_t n, double fault) {
  std::vector<float> x(n);
  std::uint32_t draw = 1;
  auto const uniform = [&] {
    draw = draw * 1664525u + 1013904223u;
    return draw / 4294967296.0;
  };
  for (std::size_t i = 0; i < n; ++i) {
    double const t = static_cast<double>(i) / rate, since = t - std::floor(t * 90) / 90;
    double const ring = fault * std::exp(-since * 1500) * std::sin(6.283185307179586 * 3000 * since);
    double const noise = uniform() + uniform() + uniform() + uniform() - 2;
    x[i] = static_cast<float>(2 + 0.5 * std::sin(6.283185307179586 * 25 * t) + 0.3 * noise + ring);
  }
  return x;
}

}  // namespace

extern "C" __attribute__((noinline)) void counted_call(line& l, float const* samples, std::size_t n) {
  l.call({samples, n});
}

int main(int argc, char** argv) {
  if (argc < 5) return std::fputs("counted LINE whole|sliced BLOCK FRAMES [ROUNDS]\n", stderr), 2;
  if (char const* const level = std::getenv("PDM_LEVEL")) {
    bool const base = std::strcmp(level, "base") == 0;
    auto const wanted = base ? pdm::simd::level::base : pdm::simd::level::avx2;
    if (pdm::simd::limit(wanted) != wanted) return std::puts("SKIPPED: this processor has no such vectors"), 0;
  }
  bool const sliced = std::strcmp(argv[2], "sliced") == 0;
  auto const block = static_cast<std::size_t>(std::atol(argv[3])),
             frames = static_cast<std::size_t>(std::atol(argv[4]));
  int const rounds = argc > 5 ? std::atoi(argv[5]) : 0;
  std::size_t const period = std::size_t{1} << 18;
  auto const usual = signal(period, 0), faulty = signal(period, 6);
  std::size_t const calls = frames * hop / block;
  std::vector<std::int64_t> shortest(calls, INT64_MAX);
  std::unique_ptr<line> l;
  for (int round = 0; round < std::max(1, rounds); ++round) {
    l = make(argv[1], sliced, block);
    if (!l) return std::fputs("counted: no such line\n", stderr), 2;
    for (std::size_t i = 0; i < calls; ++i) {
      std::size_t const frame = i * block / hop;
      auto const& from = frame % 500 >= 110 && frame % 500 < 120 ? faulty : usual;
      float const* const samples = from.data() + i * block % period;
      if (rounds == 0) {
        counted_call(*l, samples, block);
        continue;
      }
      auto const begin = std::chrono::steady_clock::now();
      counted_call(*l, samples, block);
      auto const took = std::chrono::steady_clock::now() - begin;
      shortest[i] = std::min<std::int64_t>(shortest[i], std::chrono::nanoseconds(took).count());
    }
  }
  std::printf("calls %zu\nsamples %zu\nevents %llu\noverruns %llu\n", calls, calls * block,
              static_cast<unsigned long long>(l->events), static_cast<unsigned long long>(l->overruns));
  if (rounds > 0) {
    std::vector<std::size_t> order(calls);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return shortest[a] < shortest[b]; });
    std::printf("median_ns %lld\nlongest_ns %lld\n", static_cast<long long>(shortest[order[calls / 2]]),
                static_cast<long long>(shortest[order.back()]));
    for (std::size_t i = 1; i <= std::min<std::size_t>(calls, 5); ++i) {
      std::size_t const call = order[calls - i];
      std::printf("call %zu of frame %zu: %lld ns\n", call, call * block / hop, static_cast<long long>(shortest[call]));
    }
  }
  return 0;
}
