// A building block of pdm::edge as the tables of its bytes and the law of its footprint see it: how it is made, what it
// is prepared with, and the calls that follow.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <tuple>

#include "pdm/core/arena.hpp"
#include "pdm/core/row.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/signal/stream.hpp"

namespace footprint {

// What comes out goes here, so that no compiler leaves it out; defined elsewhere.
void seen(void const* what, std::size_t bytes) noexcept;
template <class T>
void seen(T const& what) noexcept {
  seen(&what, sizeof what);
}
struct to_seen {
  template <class T>
  void operator()(T const& what) const noexcept {
    seen(what);
  }
};

// What goes in.
struct feed {
  std::span<float const> x;        // a record of 4096
  std::span<float> y;              // as long
  std::span<double const> d;       // 4096 numbers
  std::span<double> e;             // as many
  pdm::block<float> block, frame;  // 256 and 4096 samples
  pdm::row row;                    // 12 columns
  double number = 0;
};

inline constexpr double rate = 25600;
inline constexpr std::size_t length = 4096, columns = 12;
inline constexpr pdm::stream_spec stream{.rate = {rate}, .max_block = 256};
inline constexpr pdm::stream_spec frames{.rate = {rate}, .max_block = length};

template <class Make, class Run, class... Args>
struct block {
  char const* name;            // header and class
  char const* setting;         // what the bytes of the arena are for
  Make make;                   // a new one
  Run run;                     // run(object, feed): what is called after prepare()
  std::tuple<Args...> args{};  // of footprint(), and of prepare() in front of the arena
};
template <class Make, class Run, class... Args>
block(char const*, char const*, Make, Run, std::tuple<Args...>) -> block<Make, Run, Args...>;
template <class Make, class Run>
block(char const*, char const*, Make, Run) -> block<Make, Run>;

// It takes memory from an arena.
template <class Object, class... Args>
concept takes_memory = requires(Object& o, Object const& c, Args const&... args, pdm::arena& memory) {
  c.footprint(args...);
  o.prepare(args..., memory);
};

template <class Object, class... Args>
[[nodiscard]] bool prepare(Object& o, std::tuple<Args...> const& args, pdm::arena& memory) noexcept {
  if constexpr (takes_memory<Object, Args...>) {
    return std::apply([&](Args const&... a) noexcept { return static_cast<bool>(o.prepare(a..., memory)); }, args);
  } else if constexpr (requires { o.prepare(); }) {
    return static_cast<bool>(o.prepare());
  } else {
    return true;
  }
}

// The verbs of the three kinds.
inline constexpr auto run_stage = [](auto& stage, feed& f) noexcept {
  stage.process(f.block, to_seen{});
  stage.reset();
};
inline constexpr auto run_on_frame = [](auto& stage, feed& f) noexcept {
  stage.process(f.frame, to_seen{});
  stage.reset();
};
inline constexpr auto run_sliced = [](auto& stage, feed& f) noexcept {
  stage.process(f.block, to_seen{});
  seen(stage.step(256, to_seen{}));
  stage.reset();
};
inline constexpr auto run_detector = [](auto& detector, feed& f) noexcept {
  seen(detector.score_one(f.row));
  seen(detector.contributions(f.row, f.e.first(columns)));
  detector.learn_one(f.row);
};
inline constexpr auto run_apply = [](auto& kernel, feed& f) noexcept { seen(kernel.apply(f.x)); };

}  // namespace footprint
