#include "pdm/core/footprint_law.hpp"

#include <cstdio>
#include <vector>

#include "footprint/anomaly.hpp"
#include "footprint/health.hpp"
#include "footprint/signal.hpp"
#include "support/catch.hpp"

namespace {

template <class Block>
void check_law(Block const& block) {
  using object = decltype(block.make());
  INFO(block.name);
  auto const law = [&](auto const&... args) {
    if constexpr (footprint::takes_memory<object, std::decay_t<decltype(args)>...>) {
      std::vector<std::byte> room(block.make().footprint(args...) + pdm::arena::alignment);
      pdm::footprint_law(
          block.make, room,
          [](bool holds, char const* claim) {
            INFO(claim);
            CHECK(holds);
          },
          args...);
    } else {
      CHECK(sizeof...(args) == 0);  // it is as the table says: nothing to prepare with, no memory
    }
  };
  std::apply(law, block.args);
}

// For sizes.py.
template <class Block>
void print(char const* list, std::size_t index, Block const& block) {
  std::size_t const arena = std::apply(
      [&](auto const&... args) -> std::size_t {
        if constexpr (footprint::takes_memory<decltype(block.make()), std::decay_t<decltype(args)>...>) {
          return block.make().footprint(args...);
        } else {
          return 0;
        }
      },
      block.args);
  std::printf("bytes|%s|%zu|%s|%s|%zu\n", list, index, block.name, block.setting, arena);
}
template <class Blocks>
void print_all(char const* list, Blocks const& blocks) {
  std::size_t i = 0;
  std::apply([&](auto const&... b) { (print(list, i++, b), ...); }, blocks);
}

template <class Blocks>
void check_all(Blocks const& blocks) {
  std::apply([](auto const&... b) { (check_law(b), ...); }, blocks);
}

}  // namespace

TEST_CASE("what footprint() says is what prepare() takes, in every building block") {
  check_all(footprint::signal_blocks);
  check_all(footprint::anomaly_blocks);
  check_all(footprint::health_blocks);
}

TEST_CASE(
    "the law sees a block that takes less or more than it says, and one that does not ask whether there is room") {
  struct liar {
    std::size_t says, takes;
    std::size_t footprint() const noexcept { return says; }
    pdm::status prepare(pdm::arena& memory) noexcept {
      auto const taken = memory.take<std::byte>(takes);
      return taken ? pdm::status{} : taken.error();
    }
  };
  auto const broken = [](liar block) {
    std::vector<std::byte> room(4096);
    int claims = 0;
    pdm::footprint_law([=] { return block; }, room, [&](bool holds, char const*) { claims += holds ? 0 : 1; });
    return claims;
  };
  CHECK(broken({128, 128}) == 0);
  CHECK(broken({192, 128}) > 0);
  CHECK(broken({128, 192}) > 0);
  CHECK(broken({8192, 128}) > 0);
}

TEST_CASE("prints what every block takes from its arena", "[.bytes]") {
  print_all("signal", footprint::signal_blocks);
  print_all("anomaly", footprint::anomaly_blocks);
  print_all("health", footprint::health_blocks);
}
