// chain -- stages one after the other, seen through by the compiler.
//
// What      A tuple of stages that is a stage itself: what one hands to next() goes into the one behind it.
//           prepare() asks them in order and stops at the first that refuses, saying which and why.
// NB        Not a graph: one way in, one way out. A line with branches is composed in `monitor`.
// Cost      process() adds nothing to the sum of its stages but what the compiler could not inline
//           (vector_chain beside vector_straight: 3 %; bench/README.md). No allocation.
// Errors    The error's `where` is the stage's own name.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "pdm/core/concepts.hpp"
#include "pdm/signal/stream.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

template <class... Stages>
class chain {
 public:
  explicit chain(Stages... stages) noexcept : stages_(std::move(stages)...) {}

  [[nodiscard]] result<stream_spec> prepare(stream_spec const& spec, arena& memory) noexcept {
    return prepare_from<0>(spec, memory);
  }
  // Exact for stages whose spec after them follows from prepare(); asked stage by stage with the incoming spec
  // passed through output_spec() where a stage has one.
  [[nodiscard]] std::size_t footprint(stream_spec const& spec) const noexcept { return footprint_from<0>(spec); }

  template <class In, class Next>
  void process(In const& in, Next&& next) noexcept {
    process_from<0>(in, next);
  }
  // Goes on with the work that stages have put off (pdm/features/sliced.hpp), `budget` units in each of them; what
  // comes out goes on through the stages behind. True while there is more.
  template <class Next>
  bool step(std::size_t budget, Next&& next) noexcept {
    return step_from<0>(budget, next);
  }
  void reset() noexcept {
    std::apply([](auto&... s) { (s.reset(), ...); }, stages_);
  }

  template <std::size_t I>
  [[nodiscard]] auto& get() noexcept {
    return std::get<I>(stages_);
  }

 private:
  template <std::size_t I>
  result<stream_spec> prepare_from(stream_spec const& spec, arena& memory) noexcept {
    if constexpr (I == sizeof...(Stages)) {
      return spec;
    } else {
      auto out = std::get<I>(stages_).prepare(spec, memory);
      if (!out) return out;
      return prepare_from<I + 1>(*out, memory);
    }
  }

  template <std::size_t I>
  std::size_t footprint_from(stream_spec const& spec) const noexcept {
    if constexpr (I == sizeof...(Stages)) {
      return 0;
    } else {
      auto const& stage = std::get<I>(stages_);
      std::size_t const here = stage.footprint(spec);
      if constexpr (requires { stage.output_spec(spec); }) {
        return here + footprint_from<I + 1>(stage.output_spec(spec));
      } else {
        return here + footprint_from<I + 1>(spec);
      }
    }
  }

  template <std::size_t I, class In, class Next>
  void process_from(In const& in, Next& next) noexcept {
    if constexpr (I == sizeof...(Stages)) {
      next(in);
    } else {
      std::get<I>(stages_).process(in, [&](auto const& out) noexcept { process_from<I + 1>(out, next); });
    }
  }

  template <std::size_t I, class Next>
  bool step_from(std::size_t budget, Next& next) noexcept {
    if constexpr (I == sizeof...(Stages)) {
      return false;
    } else {
      auto& stage = std::get<I>(stages_);
      auto const behind = [&](auto const& out) noexcept { process_from<I + 1>(out, next); };
      bool here = false;
      if constexpr (requires { stage.step(budget, behind); }) here = stage.step(budget, behind);
      return step_from<I + 1>(budget, next) || here;
    }
  }

  std::tuple<Stages...> stages_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
