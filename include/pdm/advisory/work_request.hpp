// work_request -- one piece of advice for each thing that is wrong: what to do, until when, and why.
//
// What      At most one open request for a failure mode of an asset. A new finding about the same mode does not make
//           another one: it may make the open one more urgent. It is repeated after `renotify`, and closes when a
//           person reports back or when all has been normal for `close_after`.
// NB        Advice, not a command: nothing is written to a machine or to another system. The reason is kept as a code
//           with numbers, and becomes a sentence (message_of) in the reader's language.
// Due       From the 10 % quantile of remaining life; without a life, what the priority allows (allowed_for). A request
//           never becomes due later while it is open.
// Cost      O(open requests); all memory its own.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/event.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::advisory {

enum class work_action : std::uint8_t { watch = 0, inspect, plan_replacement, lubricate, check_sensor, check_source };
enum class work_reason : std::uint8_t {
  unusual = 0,   // numbers: score, threshold
  life_short,    // numbers: seconds, probability
  severity,      // numbers: mm/s, zone 1 to 4
  bad_data,      // numbers: share of bad data
  sensor_silent  // numbers: seconds
};
enum class work_phase : std::uint8_t { none = 0, opened, updated, repeated, closed };
enum class work_outcome : std::uint8_t { none = 0, done, nothing_found, not_needed, normal_again };

using failure_mode = std::uint16_t;  // named by the line; 0: not said which

// What a line found and would advise. `due_s` counts from `at`; not above 0: as the priority allows.
struct work_finding {
  failure_mode mode = 0;
  work_action action = work_action::inspect;
  alarm_priority priority = alarm_priority::medium;
  work_reason reason = work_reason::unusual;
  std::array<double, 2> numbers{};
  double due_s = 0;
};

struct work_request {
  std::uint64_t number = 0;  // running number within the asset, from 1
  work_finding finding{};
  nanoseconds opened_at = no_time, due_at = no_time, told_at = no_time;
  std::uint32_t told = 0;  // how often
};

struct work_change {
  work_phase phase = work_phase::none;
  work_outcome outcome = work_outcome::none;
  work_request request{};
  explicit operator bool() const noexcept { return phase != work_phase::none; }
};

// Seconds until 10 % of such machines have failed; 0 when there is no such time within the horizon.
[[nodiscard]] inline double due_from(life_estimate const& e) noexcept {
  return e.abstained() ? 0 : e.life.quantile(0.10).value_or(0);
}

// The sentence that says why, and the one that says what to do; `place` must outlive the message.
[[nodiscard]] inline message message_of(work_finding const& f, std::string_view place) noexcept {
  constexpr std::array<std::string_view, 5> zones{"", "A", "B", "C", "D"};
  auto const [a, b] = f.numbers;
  switch (f.reason) {
    case work_reason::unusual: return message(messages::reason_unusual, a, b);
    case work_reason::life_short: return message(messages::reason_life_short, a, b);
    case work_reason::severity: {
      auto const zone = b >= 1 && b <= 4 ? static_cast<std::size_t>(b) : 0;
      return message(messages::reason_severity_zone, place, a, zones[zone], std::string_view(""));
    }
    case work_reason::bad_data: return message(messages::reason_bad_data, place, a, std::string_view(""));
    case work_reason::sensor_silent: return message(messages::reason_sensor_silent, place, a);
  }
  return {};
}
[[nodiscard]] inline message advice_of(work_request const& r, nanoseconds now, std::string_view place) noexcept {
  double const left = std::max(0.0, to_seconds(r.due_at - now));
  bool const at_once = r.finding.priority == alarm_priority::urgent;
  switch (r.finding.action) {
    case work_action::watch: return message(messages::advice_watch, place);
    case work_action::inspect:
      return at_once ? message(messages::advice_inspect_now, place)
                     : message(messages::advice_inspect_within, place, left);
    case work_action::plan_replacement: return message(messages::advice_plan_replacement, place, left);
    case work_action::lubricate: return message(messages::advice_lubricate, place, left);
    case work_action::check_sensor: return message(messages::advice_check_sensor, place);
    case work_action::check_source: return message(messages::advice_check_source, place);
  }
  return {};
}

class work_requests {
 public:
  static constexpr std::size_t max_open = 16;

  struct params {
    seconds renotify{168 * 3600.0};    // tell again after; 0: never
    seconds close_after{24 * 3600.0};  // all normal for so long closes; 0: only a person closes
    seconds quiet_after_feedback{0};   // after "nothing found" or "not needed" the same mode stays quiet
    double sooner = 0.5;               // tell at once when what is left shrank to this share of what was told
    std::array<seconds, 4> allowed{{{90 * 86400.0}, {30 * 86400.0}, {7 * 86400.0}, {8 * 3600.0}}};  // low to urgent
  };

  work_requests() = default;
  explicit work_requests(params const& settings) noexcept : params_(settings) {}

  // A finding: opens, updates, repeats, or does nothing. When all places are taken it is dropped and counted.
  [[nodiscard]] work_change find(work_finding const& f, nanoseconds at) noexcept;
  // Everything is normal on this row. Closes at most one request a call; call again while it closes something.
  [[nodiscard]] work_change all_normal(nanoseconds at) noexcept;
  // A person reports back about a mode.
  [[nodiscard]] work_change feedback(failure_mode mode, work_outcome outcome, nanoseconds at) noexcept;
  void reset() noexcept;

  [[nodiscard]] std::span<work_request const> open() const noexcept { return {open_.data(), count_}; }
  [[nodiscard]] work_request const* open(failure_mode mode) const noexcept;
  [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
  [[nodiscard]] double allowed_for(alarm_priority p) const noexcept {
    return params_.allowed[static_cast<std::size_t>(p)].value;
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;  // a bound for any state
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'W', 'R', 'K', 'R'};
  struct silence {
    failure_mode mode = 0;
    nanoseconds until = no_time;
  };
  [[nodiscard]] bool silent(failure_mode mode, nanoseconds at) const noexcept;
  [[nodiscard]] nanoseconds due(work_finding const& f, nanoseconds at) const noexcept;
  [[nodiscard]] work_change open_new(work_finding const& f, nanoseconds at) noexcept;
  [[nodiscard]] work_change update(work_request& r, work_finding const& f, nanoseconds at) noexcept;
  [[nodiscard]] work_change close(std::size_t i, work_outcome outcome) noexcept;

  params params_{};
  std::array<work_request, max_open> open_{};
  std::array<silence, max_open> silences_{};
  std::size_t count_ = 0, next_silence_ = 0;
  std::uint64_t made_ = 0, dropped_ = 0;
  nanoseconds normal_since_ = no_time;
};

inline void work_requests::reset() noexcept {
  silences_ = {};
  count_ = next_silence_ = 0;
  made_ = dropped_ = 0;
  normal_since_ = no_time;
}

inline work_request const* work_requests::open(failure_mode mode) const noexcept {
  for (auto const& r : open()) {
    if (r.finding.mode == mode) return &r;
  }
  return nullptr;
}

inline bool work_requests::silent(failure_mode mode, nanoseconds at) const noexcept {
  return std::ranges::any_of(silences_, [&](silence const& s) { return s.mode == mode && at < s.until; });
}

inline nanoseconds work_requests::due(work_finding const& f, nanoseconds at) const noexcept {
  double const allowed = allowed_for(f.priority);
  bool const said = f.due_s > 0 && math::is_finite(f.due_s);
  return at + from_seconds(std::min(said ? f.due_s : allowed, 1e9));
}

inline work_change work_requests::find(work_finding const& f, nanoseconds at) noexcept {
  normal_since_ = no_time;
  for (std::size_t i = 0; i < count_; ++i) {
    if (open_[i].finding.mode == f.mode) return update(open_[i], f, at);
  }
  if (silent(f.mode, at)) return {};
  if (count_ == max_open) {
    ++dropped_;
    return {};
  }
  return open_new(f, at);
}

inline work_change work_requests::open_new(work_finding const& f, nanoseconds at) noexcept {
  work_request& r = open_[count_++];
  r = {++made_, f, at, due(f, at), at, 1};
  return {work_phase::opened, work_outcome::none, r};
}

inline work_change work_requests::update(work_request& r, work_finding const& f, nanoseconds at) noexcept {
  nanoseconds const due_now = due(f, at);
  bool const raised = f.priority > r.finding.priority;
  double const left_told = to_seconds(r.due_at - at), left = to_seconds(due_now - at);
  bool const sooner = left < params_.sooner * left_told;
  if (raised || sooner) {
    alarm_priority const priority = std::max(f.priority, r.finding.priority);
    r.finding = f;
    r.finding.priority = priority;
    r.due_at = std::min(r.due_at, due_now);
    r.told_at = at;
    ++r.told;
    return {work_phase::updated, work_outcome::none, r};
  }
  if (params_.renotify.value > 0 && to_seconds(at - r.told_at) >= params_.renotify.value) {
    r.told_at = at;
    ++r.told;
    return {work_phase::repeated, work_outcome::none, r};
  }
  return {};
}

inline work_change work_requests::all_normal(nanoseconds at) noexcept {
  if (normal_since_ == no_time) normal_since_ = at;
  bool const long_enough = params_.close_after.value > 0 && to_seconds(at - normal_since_) >= params_.close_after.value;
  return long_enough && count_ > 0 ? close(0, work_outcome::normal_again) : work_change{};
}

inline work_change work_requests::feedback(failure_mode mode, work_outcome outcome, nanoseconds at) noexcept {
  bool const false_alarm = outcome == work_outcome::nothing_found || outcome == work_outcome::not_needed;
  if (false_alarm && params_.quiet_after_feedback.value > 0) {
    silences_[next_silence_++ % max_open] = {mode, at + from_seconds(params_.quiet_after_feedback.value)};
  }
  for (std::size_t i = 0; i < count_; ++i) {
    if (open_[i].finding.mode == mode) return close(i, outcome);
  }
  return {};
}

inline work_change work_requests::close(std::size_t i, work_outcome outcome) noexcept {
  work_change const c{work_phase::closed, outcome, open_[i]};
  for (std::size_t k = i + 1; k < count_; ++k) open_[k - 1] = open_[k];
  --count_;
  return c;
}

inline std::size_t work_requests::saved_bytes() const noexcept {
  constexpr std::size_t request = 8 + (2 + 1 + 1 + 1 + 2 * 8 + 8) + 3 * 8 + 4;
  return archive_header_bytes + 4 + max_open * request + max_open * (2 + 8) + 4 + 3 * 8;
}

inline result<std::size_t> work_requests::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint32_t>(count_));
  for (auto const& r : open()) {
    auto const& f = r.finding;
    w.put(r.number).put(f.mode).put(f.action).put(f.priority).put(f.reason).put(f.numbers[0]).put(f.numbers[1]);
    w.put(f.due_s).put(r.opened_at).put(r.due_at).put(r.told_at).put(r.told);
  }
  for (auto const& s : silences_) w.put(s.mode).put(s.until);
  w.put(static_cast<std::uint32_t>(next_silence_ % max_open)).put(made_).put(dropped_).put(normal_since_);
  return w.finish();
}

inline status work_requests::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  auto const count = opened->get<std::uint32_t>();
  if (count > max_open) return error{errc::corrupt, "work_requests", "more open requests than there is room for"};
  reset();
  count_ = count;
  for (std::size_t i = 0; i < count_; ++i) {
    auto& r = open_[i];
    auto& f = r.finding;
    opened->get(r.number).get(f.mode).get(f.action).get(f.priority).get(f.reason).get(f.numbers[0]).get(f.numbers[1]);
    opened->get(f.due_s).get(r.opened_at).get(r.due_at).get(r.told_at).get(r.told);
    if (f.action > work_action::check_source || f.priority > alarm_priority::urgent) opened->fail();
    if (f.reason > work_reason::sensor_silent) opened->fail();
  }
  for (auto& s : silences_) opened->get(s.mode).get(s.until);
  next_silence_ = opened->get<std::uint32_t>() % max_open;
  opened->get(made_).get(dropped_).get(normal_since_);
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(archived<work_requests>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::advisory
