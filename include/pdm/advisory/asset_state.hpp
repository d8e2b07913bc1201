// asset_state -- one word for the machine and one for the measuring chain, from all that was found.
//
// What      Machine: the most urgent of standing alarms, severity zone and what a person or the control system says;
//           unknown while data are bad or nothing can judge yet. Measuring chain: from the quality of the rows, with
//           persistence. Every verdict says why (a message) and whether it was made on this row (`judged`).
// NB        A dead sensor is measurement failure and machine unknown. Passing a limit is never machine failure: only
//           `reported_failure` is. Outside steady running nothing is judged; the last verdict is held.
// Order     normal < check_function < off_spec < maintenance_required < failure. Zone C is off_spec, zone D
//           maintenance_required; an alarm of low priority is check_function, any other maintenance_required.
// Source    Words: OPC 10000-110 device health and NAMUR NE 107; DESIGN rule 14. Zones: pdm/features/severity.hpp.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/event.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/score.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::advisory {

struct state_input {
  pdm::quality quality{};  // of the row
  pdm::operating operating{};
  pdm::score score{};  // of the detector; its `why` is handed on when nothing judges
  bool alarm_stands = false;
  alarm_priority priority = alarm_priority::low;  // the highest of the standing alarms
  int severity_zone = 0;                          // 1 to 4 for A to D; 0: not judged
  bool reported_failure = false;                  // a person or the control system says that it has failed
};

struct state_verdict {
  asset_state state = asset_state::unknown;        // the machine's
  asset_state measurement = asset_state::unknown;  // the measuring chain's
  abstention why = abstention::not_ready;          // where `state` is unknown
  bool judged = false;                             // on this row; false: unknown, or held from before
  bool changed = false;                            // either word differs from the row before
};

// The sentence that goes with an abstention, and the one that says what would help.
[[nodiscard]] constexpr message_key why_key(abstention a) noexcept {
  switch (a) {
    case abstention::none: return {};
    case abstention::not_ready: return messages::why_not_ready;
    case abstention::bad_quality: return messages::why_bad_quality;
    case abstention::not_steady: return messages::why_not_steady;
    case abstention::unseen_regime: return messages::why_unseen_regime;
    case abstention::no_trend: return messages::why_no_trend;
    case abstention::no_limit: return messages::why_no_limit;
    case abstention::no_columns: return messages::why_no_columns;
  }
  return messages::why_not_ready;
}
[[nodiscard]] constexpr message_key needs_key(abstention a) noexcept {
  switch (a) {
    case abstention::none: return {};
    case abstention::not_ready: return messages::needs_more_learning;
    case abstention::bad_quality: return messages::needs_sensor_check;
    case abstention::not_steady: return messages::needs_steady_running;
    case abstention::unseen_regime: return messages::needs_learning_in_regime;
    case abstention::no_trend: return messages::needs_more_degradation;
    case abstention::no_limit: return messages::needs_limit;
    case abstention::no_columns: return messages::needs_sensor_check;
  }
  return messages::needs_more_learning;
}

class state_fusion {
 public:
  struct params {
    int bad_rows = 3;   // bad rows in a row until the measuring chain has failed
    int good_rows = 3;  // rows without fault in a row until it is normal again
    bool any_operating_state = false;
  };

  state_fusion() = default;
  explicit state_fusion(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] state_verdict update(state_input const& in) noexcept;
  void reset() noexcept { last_ = {}, bad_ = good_ = 0; }
  [[nodiscard]] state_verdict const& verdict() const noexcept { return last_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept { return archive_header_bytes + 12; }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'A', 'S', 'T', 'S'};
  [[nodiscard]] asset_state measured(quality const& q) noexcept;
  void judge(state_input const& in, state_verdict& v) const noexcept;

  params params_{};
  state_verdict last_{};
  int bad_ = 0, good_ = 0;
};

namespace detail {
// What one row says about the measuring chain: a signal that is gone, one that is wrong, or one that asks for a look.
[[nodiscard]] inline asset_state chain_state(quality const& q) noexcept {
  if (q.is_good()) return asset_state::normal;
  bool const gone = q.has(quality_reason::stuck) || q.has(quality_reason::not_finite) || q.has(quality_reason::gap);
  if (q.is_bad()) return gone ? asset_state::failure : asset_state::off_spec;
  bool const worn = q.has(quality_reason::clipped) || q.has(quality_reason::spikes) || q.has(quality_reason::bias);
  return worn ? asset_state::maintenance_required : asset_state::normal;
}
[[nodiscard]] inline asset_state alarm_state(alarm_priority p) noexcept {
  return p == alarm_priority::low ? asset_state::check_function : asset_state::maintenance_required;
}
}  // namespace detail

// Before a word other than normal has lasted bad_rows rows, the chain is asked to be looked at, no more.
inline asset_state state_fusion::measured(quality const& q) noexcept {
  asset_state const now = detail::chain_state(q);
  if (now == asset_state::normal) {
    bad_ = 0;
    good_ = std::min(good_ + 1, params_.good_rows);
    bool const fault_before = last_.measurement != asset_state::normal && last_.measurement != asset_state::unknown;
    return fault_before && good_ < params_.good_rows ? last_.measurement : asset_state::normal;
  }
  good_ = 0;
  bad_ = std::min(bad_ + 1, params_.bad_rows);
  if (bad_ >= params_.bad_rows) return now;
  return last_.measurement == asset_state::failure ? asset_state::failure : asset_state::check_function;
}

inline void state_fusion::judge(state_input const& in, state_verdict& v) const noexcept {
  v.state = asset_state::normal;
  if (in.alarm_stands) v.state = std::max(v.state, detail::alarm_state(in.priority));
  if (in.severity_zone == 3) v.state = std::max(v.state, asset_state::off_spec);
  if (in.severity_zone >= 4) v.state = std::max(v.state, asset_state::maintenance_required);
  bool const known = in.score.ready() || in.severity_zone > 0 || in.alarm_stands;
  v.judged = known;
  v.why = known ? abstention::none : in.score.why;
  if (!known) v.state = asset_state::unknown;
}

inline state_verdict state_fusion::update(state_input const& in) noexcept {
  state_verdict v;
  v.measurement = measured(in.quality);
  bool const comparable = in.operating.is_steady() || params_.any_operating_state;
  if (in.reported_failure) {
    v.state = asset_state::failure;
    v.why = abstention::none;
    v.judged = true;
  } else if (in.quality.is_bad()) {
    v.why = abstention::bad_quality;
  } else if (comparable) {
    judge(in, v);
  } else {
    v.state = last_.state;
    v.why = last_.state == asset_state::unknown ? abstention::not_steady : abstention::none;
  }
  v.changed = v.state != last_.state || v.measurement != last_.measurement;
  last_ = v;
  return v;
}

inline result<std::size_t> state_fusion::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(last_.state).put(last_.measurement).put(last_.why).put(last_.judged);
  w.put(static_cast<std::int32_t>(bad_)).put(static_cast<std::int32_t>(good_));
  return w.finish();
}

inline status state_fusion::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind, 1);
  if (!r) return r.error();
  state_verdict v;
  r->get(v.state).get(v.measurement).get(v.why).get(v.judged);
  auto const bad = r->get<std::int32_t>(), good = r->get<std::int32_t>();
  bool const sane = v.state <= asset_state::failure && v.measurement <= asset_state::failure &&
                    v.why <= abstention::no_columns && bad >= 0 && good >= 0;
  if (!sane) r->fail();
  auto const end = r->finish();
  if (!end) return end;
  last_ = v;
  bad_ = std::min(static_cast<int>(bad), params_.bad_rows);
  good_ = std::min(static_cast<int>(good), params_.good_rows);
  return {};
}

static_assert(archived<state_fusion>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::advisory
