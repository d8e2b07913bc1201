// What the C program beside this one cannot see: the heap, and the bits of a stream cut otherwise.
#include <algorithm>
#include <cmath>
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

std::vector<pdm_event> events_with_blocks_of(std::size_t size) {
  auto const c = settings();
  line const l(c);
  auto const x = signal();
  std::vector<pdm_event> all;
  pdm_event e;
  std::memset(&e, 0, sizeof e);
  e.struct_size = sizeof e;
  for (std::size_t at = 0; at < total; at += size) {
    std::size_t const n = std::min(size, total - at);
    REQUIRE(pdm_line_process(l, x.data() + at, n) == PDM_OK);
    while (pdm_line_poll(l, &e) == 1) all.push_back(e);
  }
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

TEST_CASE("a C line never asks the heap, from its creation to its end") {
  auto const c = settings();
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
