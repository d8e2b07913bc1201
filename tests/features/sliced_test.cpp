#include "pdm/features/sliced.hpp"

#include <algorithm>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/dsp/biquad.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/window_vector.hpp"
#include "pdm/signal/chain.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"
#include "support/memory.hpp"

namespace {

using namespace pdm;
using namespace pdm::literals;

constexpr stream_spec spec{.rate = {1000}, .max_block = 4096, .quantity = unit::metre_per_second_squared};

// A kernel of somebody else, on samples, beside those that are shared.
struct first_sample {
  static constexpr feature_info info{"first_sample", unit::unknown, "x[0]", "here", 1};
  template <class T>
  double operator()(std::span<T const> x) const noexcept {
    return static_cast<double>(x[0]);
  }
};
using whole_extract = features::extract<features::rms, first_sample, features::kurtosis, features::hjorth_mobility,
                                        features::hjorth_complexity>;
using extract_in_pieces = features::stepwise_extract<float, features::rms, first_sample, features::kurtosis,
                                                     features::hjorth_mobility, features::hjorth_complexity>;
using sliced = features::sliced<extract_in_pieces>;

struct seen {
  nanoseconds time;
  std::uint64_t sequence;
  quality q;
  operating o;
  std::vector<double> values;
  friend bool operator==(seen const&, seen const&) = default;
};

std::vector<float> noise(std::size_t n) {
  random_source draw(7);
  std::vector<float> x(n);
  for (auto& v : x) v = static_cast<float>(draw.uniform() - 0.4);
  return x;
}

// The stream as blocks of `size` samples, with a gap before `gap_at` and quality and state that change.
template <class Each>
void blocks(std::vector<float> const& x, std::size_t size, std::size_t gap_at, Each&& each) {
  for (std::size_t at = 0; at < x.size();) {
    std::size_t const bound = at < gap_at ? gap_at : x.size(), n = std::min(size, bound - at);
    block_info i;
    i.source_time = sample_time(at, 1000);
    i.sequence = at;
    i.operating.state = at / 1000 % 2 == 0 ? operating_state::steady : operating_state::changing;
    std::size_t const mark_end = (at / 500 + 1) * 500;  // marks end with every 500th sample
    if (at / 500 % 3 == 1) i.quality.mark(quality_reason::clipped, quality_level::uncertain);
    if (at == gap_at) i.quality.mark(quality_reason::gap, quality_level::good);
    std::size_t const m = std::min(n, mark_end - at);
    each(block<float>(std::span(x).subspan(at, m), i));
    at += m;
  }
}

auto keep(std::vector<seen>& rows) {
  return [&rows](row const& r) noexcept {
    rows.push_back({r.source_time, r.sequence, r.quality, r.operating, {r.values.begin(), r.values.end()}});
  };
}

std::vector<seen> at_once(std::vector<float> const& x, features::frame_params const& p, std::size_t gap_at) {
  ::test::memory memory;
  auto line = chain(features::frame<float>(p), whole_extract{});
  REQUIRE(line.prepare(spec, memory.arena()).ok());
  std::vector<seen> rows;
  blocks(x, 4096, gap_at, [&](block<float> const& b) { line.process(b, keep(rows)); });
  return rows;
}

}  // namespace

TEST_CASE("rows in slices are those of a frame and its features, bit for bit, whatever blocks, hop and budget") {
  auto const x = noise(9000);
  for (std::size_t hop : {50u, 100u, 256u, 300u, 700u}) {
    features::frame_params const p{.length = 256, .hop = hop};
    auto const expected = at_once(x, p, 5130);
    REQUIRE(expected.size() > 9);
    for (std::size_t size : {1u, 7u, 64u, 255u, 1000u}) {
      for (std::size_t budget : {0u, 1u, 100u, 1u << 20}) {
        ::test::memory memory;
        sliced stage({.length = p.length, .hop = p.hop}, {});
        REQUIRE(stage.prepare(spec, memory.arena()).ok());
        REQUIRE(memory.arena().used() == stage.footprint(spec));
        std::vector<seen> rows;
        blocks(x, size, 5130, [&](block<float> const& b) {
          stage.process(b, keep(rows));
          (void)stage.step(budget, keep(rows));
        });
        while (stage.step(1000, keep(rows))) {}
        CHECK(rows == expected);
        if (budget == 0) CHECK(stage.overruns() > 0);
        if (budget > 9999 && size < 50) CHECK(stage.overruns() == 0);
      }
    }
  }
}

TEST_CASE("with the stated budget beside every block nothing overruns and no row is later than a hop") {
  auto const x = noise(20000);
  for (std::size_t hop : {64u, 250u, 512u, 2000u}) {
    for (std::size_t size : {1u, 8u, 60u, 64u, 200u}) {
      if (size > hop) continue;
      features::frame_params const p{.length = 512, .hop = hop};
      ::test::memory memory;
      sliced stage({.length = p.length, .hop = p.hop}, {});
      REQUIRE(stage.prepare(spec, memory.arena()).ok());
      std::size_t now = 0, rows = 0, latest = 0;
      auto const see = [&](row const& r) noexcept {
        ++rows;
        auto const end = static_cast<std::size_t>(r.source_time / 1000000) + p.length;
        latest = std::max(latest, now - end);
      };
      blocks(x, size, 7777, [&](block<float> const& b) {
        now += b.size();
        stage.process(b, see);
        (void)stage.step(stage.budget(size), see);
      });
      CHECK(stage.overruns() == 0);
      CHECK(rows >= (7777 - 512) / hop + (20000 - 7777 - 512) / hop);
      CHECK(latest <= std::min(p.hop, p.length) + size);
    }
  }
}

TEST_CASE("a step does no more than its budget and a piece, and says when there is nothing left") {
  auto const x = noise(4096);
  for (std::size_t budget : {1u, 50u, 999u}) {
    ::test::memory memory;
    sliced stage({.length = 1024, .hop = 1024}, {});
    REQUIRE(stage.prepare(spec, memory.arena()).ok());
    std::size_t rows = 0;
    auto const count = [&](row const&) noexcept { ++rows; };
    CHECK_FALSE(stage.step(1000, count));
    stage.process(block<float>(std::span(x).first(1024), {}), count);
    CHECK(rows == 0);
    CHECK(stage.busy());
    std::size_t steps = 1;
    while (stage.step(budget, count)) ++steps;
    CHECK(rows == 1);
    std::size_t const kernel_on_samples = 4 * 1024;  // one piece
    CHECK(steps * budget <= stage.work() + budget);
    CHECK(steps * (budget + 24) + kernel_on_samples >= stage.work());
  }
}

TEST_CASE("saved in the middle of a frame's work and restored, the rows are the same") {
  auto const x = noise(6000);
  features::frame_params const p{.length = 256, .hop = 100};
  auto const expected = at_once(x, p, 6000);
  for (std::size_t stop : {255u, 256u, 300u, 1111u, 3000u}) {
    ::test::memory memory, other_memory;
    sliced stage({.length = p.length, .hop = p.hop}, {}), other({.length = p.length, .hop = p.hop}, {});
    REQUIRE(stage.prepare(spec, memory.arena()).ok());
    REQUIRE(other.prepare(spec, other_memory.arena()).ok());
    std::vector<seen> rows;
    std::size_t at = 0;
    sliced* now = &stage;
    blocks(x, 1, 6000, [&](block<float> const& b) {
      now->process(b, keep(rows));
      (void)now->step(24, keep(rows));
      if (++at != stop) return;
      std::vector<std::byte> saved(stage.saved_bytes());
      auto const bytes = stage.save(saved);
      REQUIRE(bytes.ok());
      REQUIRE(other.restore(std::span(saved).first(*bytes)).ok());
      now = &other;
    });
    while (now->step(1000, keep(rows))) {}
    CHECK(rows == expected);
  }
  sliced stage({.length = 256, .hop = 100}, {}), longer({.length = 300, .hop = 100}, {});
  ::test::memory memory, other_memory;
  REQUIRE(stage.prepare(spec, memory.arena()).ok());
  REQUIRE(longer.prepare(spec, other_memory.arena()).ok());
  std::vector<std::byte> saved(stage.saved_bytes());
  REQUIRE(stage.save(saved).ok());
  CHECK(longer.restore(saved).error().code == errc::shape_mismatch);
  saved[saved.size() / 2] ^= std::byte{1};
  CHECK(stage.restore(saved).error().code == errc::corrupt);
}

TEST_CASE("a chain passes what a slice hands on through the stages behind it, and asks no heap") {
  auto const x = noise(5000);
  auto whole = chain(dsp::highpass<float>{{.cutoff = 10_Hz}}, features::frame<float>{{.length = 512, .hop = 256}},
                     whole_extract{});
  auto line = chain(dsp::highpass<float>{{.cutoff = 10_Hz}}, sliced{{.length = 512, .hop = 256}, {}});
  ::test::memory memory, other_memory;
  REQUIRE(whole.prepare(spec, memory.arena()).ok());
  auto const out = line.prepare(spec, other_memory.arena());
  REQUIRE(out.ok());
  CHECK(out->max_block == extract_in_pieces::size);
  CHECK(other_memory.arena().used() == line.footprint(spec));
  std::vector<double> expected, got;
  expected.reserve(1000);
  got.reserve(1000);
  auto const into = [](std::vector<double>& all) {
    return [&all](row const& r) noexcept { all.insert(all.end(), r.values.begin(), r.values.end()); };
  };
  blocks(x, 100, 5000, [&](block<float> const& b) { whole.process(b, into(expected)); });
  auto const calls = ::pdm::test::heap_calls_in([&] {
    blocks(x, 100, 5000, [&](block<float> const& b) {
      line.process(b, into(got));
      (void)line.step(line.get<1>().budget(100), into(got));
    });
  });
  while (line.step(3000, into(got))) {}
  CHECK(calls.all() == 0);
  CHECK(line.get<1>().overruns() == 0);
  CHECK(got == expected);
}

TEST_CASE("window vectors in slices are those at once, bit for bit, and nothing overruns with the stated budget") {
  auto const x = noise(40000);
  using native = features::window_vector<dsp::native_fft<float>>;

  features::window_vector_params with_band{.length = 2048, .envelope_low = {100}, .envelope_high = {200}};
  with_band.lines = {hertz{5}, hertz{8.1}};
  for (auto const& p : {with_band, features::window_vector_params{.length = 2048}}) {
    auto whole = chain(features::frame<float>{{.length = 2048, .hop = 1024}}, native(p));
    ::test::memory memory;
    REQUIRE(whole.prepare(spec, memory.arena()).ok());
    std::vector<seen> expected;
    blocks(x, 4096, 9999, [&](block<float> const& b) { whole.process(b, keep(expected)); });
    REQUIRE(expected.size() > 30);
    for (std::size_t size : {1u, 64u, 333u, 1024u}) {
      for (bool stated : {true, false}) {
        features::sliced<native> stage({.length = 2048, .hop = 1024}, native(p));
        ::test::memory other_memory;
        REQUIRE(stage.prepare(spec, other_memory.arena()).ok());
        CHECK(other_memory.arena().used() == stage.footprint(spec));
        std::vector<seen> rows;
        blocks(x, size, 9999, [&](block<float> const& b) {
          stage.process(b, keep(rows));
          (void)stage.step(stated ? stage.budget(size) : 77, keep(rows));
        });
        while (stage.step(1, keep(rows))) {}
        CHECK(rows == expected);
        if (stated) CHECK(stage.overruns() == 0);
      }
    }
  }
}

TEST_CASE("set to do it at once, the stage is frame and features in one, and takes no more memory") {
  auto const x = noise(5000);
  features::frame_params const p{.length = 256, .hop = 100};
  ::test::memory memory;
  sliced stage({.length = 256, .hop = 100, .at_once = true}, {});
  REQUIRE(stage.prepare(spec, memory.arena()).ok());
  CHECK(memory.arena().used() == features::frame<float>(p).footprint(spec));
  std::vector<seen> rows;
  blocks(x, 700, 2222, [&](block<float> const& b) { stage.process(b, keep(rows)); });
  CHECK(rows == at_once(x, p, 2222));
  CHECK(stage.overruns() == 0);
  CHECK_FALSE(stage.busy());
}
