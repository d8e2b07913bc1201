// alarm -- when a score is worth disturbing somebody, and when it no longer is.
//
// What      Raises when at least k of the last n judged rows score above `on`. Clears when the last clear_rows judged
//           rows all score below `off`, the alarm has stood for `hold`, and, with `latch`, a person has acknowledged.
//           What it does is handed out as transitions, as ISA-18.2 names them.
// NB        Rows that were not judged (score not ready, bad data, machine not steady) neither raise nor clear and have
//           no place among the n: a dead sensor does not end an alarm. Shelving silences, it does not clear:
//           standing() stays true, so nothing is learned meanwhile.
// Source    ANSI/ISA-18.2-2016, alarm states and shelving; deadband and delays: EEMUA 191.
// Cost      O(1) per row; no memory but its own.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/event.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/score.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::advisory {

// One judged or unjudged row, as the alarm sees it.
struct alarm_input {
  pdm::score score{};
  pdm::quality quality{};
  pdm::operating operating{};
  nanoseconds source_time = 0;
  std::uint64_t sequence = 0;
};

struct alarm_transition {
  alarm_phase phase = alarm_phase::none;
  alarm_priority priority = alarm_priority::low;
  double score = 0, threshold = 0;  // of the row that decided; 0 where a person did
  nanoseconds source_time = 0;
  std::uint64_t sequence = 0;
  double stood_s = 0;  // how long it had stood
};

// At most two in one row: a shelf that runs out, then what the row itself does.
class alarm_transitions {
 public:
  void add(alarm_transition const& t) noexcept {
    if (PDM_EXPECTS(size_ < items_.size())) items_[size_++] = t;
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] alarm_transition const* begin() const noexcept { return items_.data(); }
  [[nodiscard]] alarm_transition const* end() const noexcept { return items_.data() + size_; }

 private:
  std::array<alarm_transition, 2> items_{};
  std::size_t size_ = 0;
};

class alarm {
 public:
  struct params {
    double on = 4, off = 2.4;  // scores; off <= on
    int k = 2, n = 6;          // raises at k of n; 1 <= k <= n <= 64
    int clear_rows = 0;        // rows below `off` that clear, at most 64; 0: as n
    seconds hold{0};           // least time it stands
    bool latch = false;        // a person has to acknowledge before it clears
    alarm_priority priority = alarm_priority::medium;
    bool any_operating_state = false;  // judge outside `steady` too
  };

  alarm() = default;
  explicit alarm(params const& settings) noexcept : params_(settings) {}
  // invalid_argument when a setting is out of its range. To be called once, before the first row.
  [[nodiscard]] status prepare() noexcept;

  [[nodiscard]] alarm_transitions update(alarm_input const& in) noexcept;
  // What a person does. Nothing (phase none) when there is nothing to do.
  [[nodiscard]] alarm_transition acknowledge(nanoseconds at) noexcept;
  [[nodiscard]] alarm_transition shelve(nanoseconds at, nanoseconds until) noexcept;
  [[nodiscard]] alarm_transition unshelve(nanoseconds at) noexcept;
  // Forgets the rows and the alarm; for a machine that was repaired.
  void reset() noexcept { state_ = {}; }

  [[nodiscard]] bool standing() const noexcept { return state_.standing; }
  [[nodiscard]] bool acknowledged() const noexcept { return state_.acknowledged; }
  [[nodiscard]] bool shelved() const noexcept { return state_.shelved_until != no_time; }
  // Standing and not shelved: what an operator's list shows.
  [[nodiscard]] bool shown() const noexcept { return standing() && !shelved(); }
  [[nodiscard]] nanoseconds raised_at() const noexcept { return state_.raised_at; }
  [[nodiscard]] params const& settings() const noexcept { return params_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'A', 'L', 'R', 'M'};
  struct state {
    std::uint64_t above = 0, below = 0;  // newest row in bit 0
    bool standing = false, acknowledged = false;
    nanoseconds raised_at = no_time, shelved_until = no_time;
  };

  [[nodiscard]] static std::uint64_t last(std::uint64_t bits, int rows) noexcept {
    return rows >= 64 ? bits : bits & ((std::uint64_t{1} << rows) - 1);
  }
  [[nodiscard]] int clear_rows() const noexcept { return params_.clear_rows > 0 ? params_.clear_rows : params_.n; }
  [[nodiscard]] bool judged(alarm_input const& in) const noexcept;
  [[nodiscard]] bool may_clear(nanoseconds now) const noexcept;
  [[nodiscard]] alarm_transition made(alarm_phase phase, alarm_input const& in, double threshold) const noexcept;

  params params_{};
  state state_{};
};

inline status alarm::prepare() noexcept {
  auto const& p = params_;
  bool const rows = p.k >= 1 && p.k <= p.n && p.n <= 64 && p.clear_rows >= 0 && p.clear_rows <= 64;
  if (!rows) return error{errc::invalid_argument, "alarm", "give 1 <= k <= n <= 64 and at most 64 clear_rows"};
  if (!(p.off <= p.on)) return error{errc::invalid_argument, "alarm", "give off <= on"};
  if (!(p.hold.value >= 0)) return error{errc::invalid_argument, "alarm", "give hold >= 0"};
  reset();
  return {};
}

inline bool alarm::judged(alarm_input const& in) const noexcept {
  return in.score.ready() && !in.quality.is_bad() && (in.operating.is_steady() || params_.any_operating_state);
}

inline alarm_transition alarm::made(alarm_phase phase, alarm_input const& in, double threshold) const noexcept {
  double const stood = state_.raised_at == no_time ? 0 : to_seconds(in.source_time - state_.raised_at);
  return {phase, params_.priority, in.score.value, threshold, in.source_time, in.sequence, stood};
}

inline bool alarm::may_clear(nanoseconds now) const noexcept {
  bool const quiet = std::popcount(last(state_.below, clear_rows())) == clear_rows();
  bool const held = to_seconds(now - state_.raised_at) >= params_.hold.value;
  return quiet && held && (!params_.latch || state_.acknowledged);
}

inline alarm_transitions alarm::update(alarm_input const& in) noexcept {
  alarm_transitions out;
  if (shelved() && in.source_time >= state_.shelved_until) {
    state_.shelved_until = no_time;
    out.add(made(alarm_phase::unshelved, in, 0));
  }
  if (!judged(in)) return out;
  state_.above = state_.above << 1 | static_cast<std::uint64_t>(in.score.value > params_.on);
  state_.below = state_.below << 1 | static_cast<std::uint64_t>(in.score.value < params_.off);
  if (!state_.standing && std::popcount(last(state_.above, params_.n)) >= params_.k) {
    state_.standing = true;
    state_.acknowledged = false;
    state_.raised_at = in.source_time;
    out.add(made(shelved() ? alarm_phase::suppressed : alarm_phase::raised, in, params_.on));
  } else if (state_.standing && may_clear(in.source_time)) {
    out.add(made(alarm_phase::cleared, in, params_.off));
    state_.standing = state_.acknowledged = false;
    state_.raised_at = no_time;
    state_.above = 0;  // older rows above do not raise it again
  }
  return out;
}

inline alarm_transition alarm::acknowledge(nanoseconds at) noexcept {
  if (!state_.standing || state_.acknowledged) return {};
  state_.acknowledged = true;
  return made(alarm_phase::acknowledged, {{}, {}, {}, at, 0}, 0);
}

inline alarm_transition alarm::shelve(nanoseconds at, nanoseconds until) noexcept {
  if (until <= at) return {};
  state_.shelved_until = until;
  return made(alarm_phase::shelved, {{}, {}, {}, at, 0}, 0);
}

inline alarm_transition alarm::unshelve(nanoseconds at) noexcept {
  if (!shelved()) return {};
  state_.shelved_until = no_time;
  return made(alarm_phase::unshelved, {{}, {}, {}, at, 0}, 0);
}

inline std::size_t alarm::saved_bytes() const noexcept {
  return archive_header_bytes + 4 * sizeof(std::uint64_t) + 2 * sizeof(bool);
}

inline result<std::size_t> alarm::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(state_.above).put(state_.below).put(state_.standing).put(state_.acknowledged);
  w.put(state_.raised_at).put(state_.shelved_until);
  return w.finish();
}

inline status alarm::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind, 1);
  if (!r) return r.error();
  state s;
  r->get(s.above).get(s.below).get(s.standing).get(s.acknowledged).get(s.raised_at).get(s.shelved_until);
  if (s.standing != (s.raised_at != no_time)) r->fail();
  auto const end = r->finish();
  if (end) state_ = s;
  return end;
}

static_assert(archived<alarm>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::advisory
