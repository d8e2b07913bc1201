#include "pdm/dsp/biquad.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/signal/chain.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

#include "pdm/core/random.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;
using features::crest_factor;
using features::frame;
using features::kurtosis;
using features::rms;

constexpr stream_spec spec{.rate = {1000}, .max_block = 4096, .quantity = unit::metre_per_second_squared};

template <class T>
std::vector<T> noise(std::size_t n) {
  random_source draw(7);
  std::vector<T> x(n);
  for (auto& v : x) v = static_cast<T>(draw.uniform() - 0.5);
  return x;
}

struct seen_frame {
  nanoseconds time;
  std::uint64_t sequence;
  quality q;
  operating o;
  std::vector<float> samples;
  friend bool operator==(seen_frame const&, seen_frame const&) = default;
};

block_info info_at(std::uint64_t sample) {
  block_info i;
  i.source_time = sample_time(sample, 1000);
  i.sequence = sample;
  return i;
}

// Feeds x in blocks of `size` samples, starting at sample `from`.
template <class Stage, class T, class Next>
void feed(Stage& stage, std::vector<T> const& x, std::size_t size, Next&& next, std::size_t from = 0) {
  for (std::size_t at = from; at < x.size(); at += size) {
    std::size_t const n = std::min(size, x.size() - at);
    stage.process(block<T>(std::span<T const>(x).subspan(at, n), info_at(at)), next);
  }
}

std::vector<seen_frame> frames_of(frame<float>& stage, std::vector<float> const& x, std::size_t size,
                                  std::size_t from = 0) {
  std::vector<seen_frame> out;
  feed(
      stage, x, size,
      [&](block<float> const& b) noexcept {
        out.push_back({b.source_time, b.sequence, b.quality, b.operating, {b.samples.begin(), b.samples.end()}});
      },
      from);
  return out;
}

}  // namespace

TEST_CASE("the same frames come out for every block size from 1 to 4096, overlapping, adjoining or with gaps between") {
  auto const x = noise<float>(9000);
  for (std::size_t hop : {100u, 256u, 700u}) {
    ::test::memory memory;
    frame<float> whole({.length = 256, .hop = hop});
    REQUIRE(whole.prepare(spec, memory.arena()).ok());
    auto const expected = frames_of(whole, x, 4096);
    REQUIRE(expected.size() == (9000 - 256) / hop + 1);
    CHECK(expected[2].sequence == 2 * hop);
    CHECK(expected[2].time == sample_time(2 * hop, 1000));
    CHECK(expected[2].samples[0] == x[2 * hop]);
    for (std::size_t size : {1u, 2u, 3u, 7u, 64u, 255u, 256u, 257u, 1000u, 4095u}) {
      whole.reset();
      CHECK(frames_of(whole, x, size) == expected);
    }
  }
}

TEST_CASE("a chain of filter, frame and features gives the same bits for every block size") {
  auto const x = noise<float>(5000);
  auto line = chain(dsp::highpass{{.cutoff = 10_Hz}}, frame{{.length = 512, .hop = 256}},
                    features::extract<rms, kurtosis, crest_factor>{});
  ::test::memory memory(line.footprint(spec) + arena::alignment);
  REQUIRE(line.prepare(spec, memory.arena()).ok());
  CHECK(memory.arena().used() == line.footprint(spec));
  auto const rows = [&](std::size_t size) {
    std::vector<double> all;
    line.reset();
    feed(line, x, size, [&](row const& r) noexcept { all.insert(all.end(), r.values.begin(), r.values.end()); });
    return all;
  };
  auto const expected = rows(4096);
  REQUIRE(expected.size() == 3 * 18);
  for (std::size_t size : {1u, 2u, 17u, 512u, 513u, 2047u}) CHECK(rows(size) == expected);
}

TEST_CASE("after a gap no frame spans the missing samples and the first one says so") {
  ::test::memory memory;
  frame<float> stage({.length = 100, .hop = 50});
  REQUIRE(stage.prepare(spec, memory.arena()).ok());
  auto const x = noise<float>(1000);
  std::vector<seen_frame> seen;
  auto const keep = [&](block<float> const& b) noexcept {
    seen.push_back({b.source_time, b.sequence, b.quality, b.operating, {}});
  };
  stage.process(block<float>(std::span(x).first(180), info_at(0)), keep);
  auto late = info_at(500);
  late.quality.mark(quality_reason::gap, quality_level::uncertain);
  stage.process(block<float>(std::span(x).subspan(500, 200), late), keep);
  REQUIRE(seen.size() == 2 + 3);
  CHECK_FALSE(seen[1].q.has(quality_reason::gap));
  CHECK(seen[2].sequence == 500);
  CHECK(seen[2].time == sample_time(500, 1000));
  CHECK(seen[2].q.has(quality_reason::gap));
  CHECK(seen[3].q == quality{});
}

TEST_CASE("a frame has the worst quality, all reasons, the share of bad samples and the state common to its blocks") {
  ::test::memory memory;
  frame<float> stage({.length = 100});
  REQUIRE(stage.prepare(spec, memory.arena()).ok());
  auto const x = noise<float>(100);
  seen_frame seen{};
  auto const keep = [&](block<float> const& b) noexcept { seen = {0, 0, b.quality, b.operating, {}}; };
  auto first = info_at(0), second = info_at(25);
  first.operating = second.operating = {operating_state::steady, 3};
  second.quality.mark(quality_reason::clipped, quality_level::bad);
  second.quality.bad_share = 0.4f;
  stage.process(block<float>(std::span(x).first(25), first), keep);
  stage.process(block<float>(std::span(x).subspan(25), second), keep);
  CHECK(seen.q.level == quality_level::bad);
  CHECK(seen.q.has(quality_reason::clipped));
  CHECK(static_cast<double>(seen.q.bad_share) == Approx(0.75 * 0.4));
  CHECK(seen.o == operating{operating_state::steady, 3});
  second.operating.regime = 4;
  stage.process(block<float>(std::span(x).first(50), first), keep);
  stage.process(block<float>(std::span(x).subspan(50), second), keep);
  CHECK(seen.o.state == operating_state::changing);
}

TEST_CASE("a frame stage restored in the middle goes on with the same frames") {
  auto const x = noise<float>(3000);
  ::test::memory a, b;
  frame<float> whole({.length = 256, .hop = 90}), again({.length = 256, .hop = 90});
  REQUIRE(whole.prepare(spec, a.arena()).ok());
  REQUIRE(again.prepare(spec, b.arena()).ok());
  std::vector<float> const begin(x.begin(), x.begin() + 1111);
  (void)frames_of(whole, begin, 100);
  std::vector<std::byte> saved(whole.saved_bytes());
  REQUIRE(whole.save(saved).ok());
  REQUIRE(again.restore(saved).ok());
  CHECK(frames_of(again, x, 64, 1111) == frames_of(whole, x, 64, 1111));
  frame<float> other({.length = 255, .hop = 90});
  ::test::memory c;
  REQUIRE(other.prepare(spec, c.arena()).ok());
  CHECK(other.restore(saved).error() == errc::shape_mismatch);
}

TEST_CASE("an undefined feature is absent from the row, and a steady line makes no heap call") {
  auto line = chain(frame<double>{{.length = 64}}, features::extract<rms, kurtosis>{});
  ::test::memory memory;
  REQUIRE(line.prepare(spec, memory.arena()).ok());
  std::vector<double> const flat(64, 2.0), varied = noise<double>(64);
  std::uint64_t rows = 0;
  bool kurtosis_of_flat = true, kurtosis_of_varied = false;
  auto const calls = pdm::test::heap_calls_in([&] {
    line.process(block<double>(flat, {}), [&](row const& r) noexcept { kurtosis_of_flat = r.has(1) || !r.has(0); });
    line.process(block<double>(varied, {}), [&](row const& r) noexcept {
      kurtosis_of_varied = r.has(1);
      rows = r.sequence;
    });
  });
  CHECK(calls.all() == 0);
  CHECK_FALSE(kurtosis_of_flat);
  CHECK(kurtosis_of_varied);
  CHECK(rows == 1);
  CHECK(line.get<1>().columns()[0].unit == unit::metre_per_second_squared);
}
