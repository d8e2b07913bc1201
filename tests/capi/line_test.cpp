// What the C program beside this one cannot see: the heap, and the bits of a stream cut otherwise.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "pdm/pdm.h"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace {

constexpr std::size_t total = 40000;

pdm_line_config settings() {
  pdm_line_config c;
  pdm_line_config_init(&c, 25600);
  c.frame_length = 512;
  c.frame_hop = 300;  // overlapping frames
  c.skip_frames = 2;
  c.learn_frames = 20;
  c.full_scale = 3;
  return c;
}

class line {
 public:
  explicit line(pdm_line_config const& c) : memory_(pdm_line_footprint(&c)) {
    REQUIRE(pdm_line_create(&c, memory_.data(), memory_.size(), &line_) == PDM_OK);
  }
  ~line() { pdm_line_destroy(line_); }
  line(line const&) = delete;
  line& operator=(line const&) = delete;
  operator pdm_line*() const noexcept { return line_; }

 private:
  std::vector<unsigned char> memory_;
  pdm_line* line_ = nullptr;
};

// A sine with noise that grows after half of it, with samples that are not finite, clipped and stuck stretches.
std::vector<float> signal() {
  std::vector<float> x(total);
  std::uint32_t draw = 7;
  for (std::size_t i = 0; i < total; ++i) {
    draw = draw * 1664525u + 1013904223u;
    double const noise = draw / 4294967296.0 - 0.5;
    double const grown = i < total / 2 ? 1.0 : 8.0;
    x[i] = static_cast<float>(1 + std::sin(0.05 * static_cast<double>(i)) + 0.3 * grown * noise);
    if (i > 30000) x[i] = x[i] > 3 ? 3 : x[i];
  }
  for (std::size_t i : {0u, 1u, 15000u, 15003u, 25555u}) x[i] = std::numeric_limits<float>::quiet_NaN();
  for (std::size_t i = 17000; i < 17100; ++i) x[i] = 0.25f;
  return x;
}

void poll_all(pdm_line* l, std::vector<pdm_event>& all) {
  pdm_event e;
  std::memset(&e, 0, sizeof e);
  e.struct_size = sizeof e;
  while (pdm_line_poll(l, &e) == 1) all.push_back(e);
}

std::vector<pdm_event> events_with_blocks_of(std::size_t size) {
  auto const c = settings();
  line const l(c);
  auto const x = signal();
  std::vector<pdm_event> all;
  for (std::size_t at = 0; at < total; at += size) {
    std::size_t const n = std::min(size, total - at);
    REQUIRE(pdm_line_process(l, x.data() + at, n) == PDM_OK);
    poll_all(l, all);
  }
  return all;
}

// In slices, with a gap of unknown length before sample 26000.
struct outcome {
  std::vector<pdm_event> events;
  std::uint64_t overruns = 0;
};
outcome run_in_slices(std::uint32_t hop, std::uint32_t sliced, std::size_t size, std::size_t budget) {
  auto c = settings();
  c.frame_hop = hop;
  c.sliced = sliced;
  line const l(c);
  auto const x = signal();
  outcome all;
  bool fine = true;
  for (std::size_t at = 0; at < total;) {
    std::size_t const bound = at < 26000 ? 26000 : total, n = std::min(size, bound - at);
    if (at == 26000) fine = pdm_line_gap(l, 0) == PDM_OK && fine;
    fine = pdm_line_process(l, x.data() + at, n) == PDM_OK && fine;
    (void)pdm_line_step(l, budget);
    poll_all(l, all.events);
    at += n;
  }
  REQUIRE(fine);
  while (pdm_line_step(l, 1000) == 1) {}
  poll_all(l, all.events);
  all.overruns = pdm_line_overruns(l);
  return all;
}

bool same_bits(pdm_event const& a, pdm_event const& b) {
  return a.kind == b.kind && a.state == b.state && a.measurement == b.measurement && a.frame == b.frame &&
         a.sample == b.sample && a.strongest == b.strongest && std::memcmp(&a.score, &b.score, sizeof a.score) == 0 &&
         std::memcmp(a.features, b.features, sizeof a.features) == 0 &&
         std::memcmp(a.contributions, b.contributions, sizeof a.contributions) == 0;
}

}  // namespace

TEST_CASE("a C line gives the same events bit for bit however its samples are cut") {
  auto const whole = events_with_blocks_of(4096);
  REQUIRE(whole.size() > 5);
  CHECK(std::any_of(whole.begin(), whole.end(), [](auto const& e) { return e.kind == PDM_EVENT_ALARM_RAISED; }));
  for (std::size_t size : {1u, 127u, 129u, 1000u}) {
    auto const cut = events_with_blocks_of(size);
    REQUIRE(cut.size() == whole.size());
    for (std::size_t i = 0; i < cut.size(); ++i) CHECK(same_bits(cut[i], whole[i]));
  }
}

TEST_CASE("a C line in slices gives the same events bit for bit, and the stated budget lets nothing overrun") {
  for (std::uint32_t hop : {100u, 300u, 512u, 900u}) {
    auto const whole = run_in_slices(hop, 0, 1000, 0);
    CHECK(whole.overruns == 0);
    CHECK(std::any_of(whole.events.begin(), whole.events.end(), [](auto& e) { return e.kind == PDM_EVENT_LEARNED; }));
    CHECK(std::any_of(whole.events.begin(), whole.events.end(),
                      [](auto& e) { return e.kind == PDM_EVENT_ALARM_RAISED; }));
    auto c = settings();
    c.frame_hop = hop;
    c.sliced = 1;
    for (std::size_t size : {1u, 64u, 100u, 250u}) {
      std::size_t const stated = pdm_line_budget(&c, size);
      for (std::size_t budget : {std::size_t{0}, std::size_t{1}, std::size_t{24}, stated, SIZE_MAX}) {
        auto const sliced = run_in_slices(hop, 1, size, budget);
        CHECK(std::equal(sliced.events.begin(), sliced.events.end(), whole.events.begin(), whole.events.end(),
                         same_bits));
        if (budget >= stated && size <= hop) CHECK(sliced.overruns == 0);
        if (budget == 0) CHECK(sliced.overruns > 20);
      }
    }
  }
}

TEST_CASE("budgets that add up to the work of a frame finish it, and those of a hop do so within the hop") {
  auto c = settings();
  c.sliced = 1;
  c.frame_hop = 512;
  CHECK(pdm_line_budget(&c, 512) == pdm_line_work(&c));
  CHECK(pdm_line_budget(&c, 128) == (pdm_line_work(&c) + 3) / 4);
  CHECK(pdm_line_budget(&c, 200) == (pdm_line_work(&c) + 1) / 2);  // two steps are sure to lie within a hop
  line const l(c);
  auto const x = signal();
  REQUIRE(pdm_line_step(l, 1000) == 0);  // nothing to do yet
  REQUIRE(pdm_line_process(l, x.data() + 100, 511) == PDM_OK);
  REQUIRE(pdm_line_step(l, 1000) == 0);
  REQUIRE(pdm_line_process(l, x.data() + 611, 1) == PDM_OK);
  std::size_t calls = 1;
  while (pdm_line_step(l, 100) == 1) ++calls;
  CHECK(calls * 100 <= pdm_line_work(&c) + 100);
  CHECK(calls * 100 > 512 * 8);
  c.frame_length = 8;
  CHECK(pdm_line_work(&c) == 0);
  CHECK(pdm_line_budget(&c, 64) == 0);
  CHECK(pdm_line_work(nullptr) == 0);
  CHECK(pdm_line_step(nullptr, 1) == 0);
  CHECK(pdm_line_overruns(nullptr) == 0);
}

TEST_CASE("a line in slices that is saved while learning ends goes on with the same bits") {
  auto c = settings();
  c.sliced = 1;
  c.frame_hop = 512;
  c.max_block = 512;
  line const l(c), other(c);
  auto const x = signal();
  std::size_t at = 0;
  auto const frame = [&](pdm_line* which) { return pdm_line_process(which, x.data() + at, 512) == PDM_OK; };
  std::vector<unsigned char> saved(65536);
  std::vector<pdm_event> events;
  for (bool found = false; !found; at += 512) {
    REQUIRE(at < total - 20 * 512);
    REQUIRE(frame(l));
    bool more = true;
    while (more) {
      more = pdm_line_step(l, 1) == 1;
      std::size_t bytes = 0;
      REQUIRE(pdm_line_save(l, saved.data(), saved.size(), &bytes) == PDM_OK);
      REQUIRE(pdm_line_restore(other, saved.data(), bytes) == PDM_OK);
    }
    poll_all(l, events);
    found = std::any_of(events.begin(), events.end(), [](auto& e) { return e.kind == PDM_EVENT_LEARNED; });
  }
  REQUIRE(pdm_line_gap(l, 0) == PDM_OK);
  for (int i = 0; i < 10; ++i, at += 512) {
    REQUIRE(frame(l));
    REQUIRE(frame(other));
    REQUIRE(pdm_line_step(l, SIZE_MAX) == 0);
    REQUIRE(pdm_line_step(other, SIZE_MAX) == 0);
    double const a = pdm_line_score(l), b = pdm_line_score(other);
    CHECK(std::memcmp(&a, &b, sizeof a) == 0);
  }
  CHECK(pdm_line_score(l) >= 0);
}

TEST_CASE("a caller with the structure of the first version gets a line without slices") {
  auto c = settings();
  c.sliced = 77;  // beyond the caller's structure
  c.struct_size = static_cast<std::uint32_t>(offsetof(pdm_line_config, sliced));
  auto plain = settings();
  CHECK(pdm_line_footprint(&c) == pdm_line_footprint(&plain));
  CHECK(pdm_line_footprint(&c) > 0);
  c.struct_size -= 4;
  CHECK(pdm_line_footprint(&c) == 0);
  c = settings();
  c.reserved = 1;
  CHECK(pdm_line_footprint(&c) == 0);
  c.reserved = 0;
  c.sliced = 1;
  CHECK(pdm_line_footprint(&c) == pdm_line_footprint(&plain) + (300 * sizeof(float) + 63) / 64 * 64);
}

TEST_CASE("a C line never asks the heap, from its creation to its end") {
  auto c = settings();
  c.sliced = GENERATE(0u, 1u);
  auto const x = signal();
  std::vector<unsigned char> memory(pdm_line_footprint(&c)), saved(65536);
  int wrong = 0, polled = 0;
  auto const calls = pdm::test::heap_calls_in([&] {
    pdm_line* l = nullptr;
    wrong += pdm_line_create(&c, memory.data(), memory.size(), &l) != PDM_OK;
    pdm_event e;
    e.struct_size = sizeof e;
    for (std::size_t at = 0; at < total; at += 1000) {
      wrong += pdm_line_process(l, x.data() + at, 1000) != PDM_OK;
      (void)pdm_line_step(l, 1000);
      polled += pdm_line_poll(l, &e);
    }
    std::size_t bytes = 0;
    wrong += pdm_line_save(l, saved.data(), saved.size(), &bytes) != PDM_OK;
    wrong += pdm_line_restore(l, saved.data(), bytes) != PDM_OK;
    wrong += pdm_line_gap(l, 7) != PDM_OK;
    pdm_line_destroy(l);
  });
  CHECK(calls.all() == 0);
  CHECK(wrong == 0);
  CHECK(polled > 3);
}

TEST_CASE("aligned memory needs the footprint less 63 bytes and not one less") {
  auto const c = settings();
  std::size_t const need = pdm_line_footprint(&c) - 63;
  std::vector<unsigned char> raw(need + 64);
  std::size_t const skip = (64 - reinterpret_cast<std::uintptr_t>(raw.data()) % 64) % 64;
  pdm_line* l = nullptr;
  CHECK(pdm_line_create(&c, raw.data() + skip, need, &l) == PDM_OK);
  CHECK(pdm_line_create(&c, raw.data() + skip, need - 1, &l) == PDM_OUT_OF_MEMORY);
}
