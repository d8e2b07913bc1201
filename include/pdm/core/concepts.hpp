// concepts -- the kinds of thing that pdm is made of: stage and estimator.
//
// What      A *kernel* is a pure function over a span. A *stage* prepares, processes, resets. An *estimator* learns,
//           scores or predicts. A *service* waits for the world and takes a completion token (pdm/acquisition).
//           If something is two of these, it is split.
// Stage     prepare(spec, arena) takes all memory and returns the spec of what comes out; footprint(spec) says the
//           bytes beforehand; process(block, next) calls next(out) zero or more times and allocates nothing;
//           reset() forgets the signal and keeps the settings.
// Estimator score_one is const: scoring never learns. learn_one takes a weight (1 is one ordinary observation,
//           0 is none). Rows may have absent columns. save and restore are exact: the same scores, bit for bit.
#pragma once

#include <concepts>
#include <cstddef>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/result.hpp"
#include "pdm/core/row.hpp"
#include "pdm/core/score.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

namespace detail {
struct any_next {
  template <class Out>
  void operator()(Out const&) const noexcept {}
};
}  // namespace detail

template <class S, class Spec, class In>
concept stage_of = requires(S& s, S const& c, Spec const& spec, In const& in, arena& memory) {
  { s.prepare(spec, memory) }
  noexcept->std::same_as<result<Spec>>;
  { c.footprint(spec) }
  noexcept->std::same_as<std::size_t>;
  { s.process(in, detail::any_next{}) }
  noexcept;
  { s.reset() }
  noexcept;
};

template <class E>
concept archived = requires(E& e, E const& c, std::span<std::byte> bytes, std::span<std::byte const> saved) {
  { c.saved_bytes() }
  noexcept->std::same_as<std::size_t>;
  { c.save(bytes) }
  noexcept->std::same_as<result<std::size_t>>;
  { e.restore(saved) }
  noexcept->std::same_as<status>;
};

// Learns from rows and scores rows.
template <class D>
concept detector = archived<D> && requires(D& d, D const& c, row const& r, std::span<double> parts, arena& memory) {
  { d.prepare(std::size_t{}, memory) }
  noexcept->std::same_as<status>;  // number of columns
  { c.footprint(std::size_t{}) }
  noexcept->std::same_as<std::size_t>;
  { c.score_one(r) }
  noexcept->std::same_as<score>;
  { c.contributions(r, parts) }
  noexcept->std::same_as<bool>;  // false: "none"
  { d.learn_one(r, 1.0) }
  noexcept->std::same_as<void>;
  { d.reset() }
  noexcept;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
