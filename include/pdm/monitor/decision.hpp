// decision -- one row in, one verdict out: what a line does with an observation once it has been made.
//
// What      Scores the row, judges the alarms, learns if it may, follows the degradation once an alarm stands, fuses
// the
//           states and keeps the work request. Score first, learn after; nothing is learned while an alarm stands.
// NB        Edge-clean although it lives in `monitor`, the one module that knows all others: no heap after prepare(),
// no
//           exception, no words. The C interface uses it too.
// Regimes   Every regime has its own baseline. A regime is learned during its own steady running time
//           [skip, skip + learn), and beyond it until it has least_rows; rows before are running-in.
// Growth    Natural logarithm of the level against the usual one, the largest of the level columns.
// p-value   Conformal, against the scores of up to 256 rows that followed the learning and stayed below `on`.
// Columns   D needs what monitor::any_detector offers: detector, and settle, ready, rows, usual by regime.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pdm/advisory/alarm.hpp"
#include "pdm/advisory/asset_state.hpp"
#include "pdm/advisory/work_request.hpp"
#include "pdm/anomaly/conformal.hpp"
#include "pdm/anomaly/learning_policy.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/life.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

struct decision_settings {
  anomaly::learning_mode mode = anomaly::learning_mode::warm_up;
  seconds skip{300}, learn{600};  // of steady running time in a regime
  double least_rows = 6;
  std::uint32_t learn_every = 1;  // every so many rows of a regime is learned, so that the window fits the memory
  advisory::alarm::params alarm{};
  advisory::work_requests::params requests{};
  double limit = 0;  // growth at which the machine is at its limit; 0: none
  seconds lead_time{168 * 3600.0};
  bool ungated = false;  // judge and learn whatever the machine does: for comparison only
};

// Another rule about the machine, judged by the caller. Its alarm is acted on as the detector's own, but begins no
// prognosis: what is followed towards a limit is the level.
struct other_rule {
  bool stands = false;
  double score = 0, threshold = 0;
};

// What is known beside the row.
struct decision_input {
  double regime_s = 0;     // steady running time in this regime so far
  double operating_h = 0;  // the clock of remaining life
  int severity_zone = 0;   // 1 to 4 for A to D; 0: not judged
  double severity_mm_s = 0;
  bool person_agrees = false;  // a person says that what is seen now is normal
  other_rule other{};
};

// What the line says about one row.
struct verdict {
  pdm::score score{};
  double threshold = 0;
  std::optional<double> p_value;
  std::optional<double> growth;
  double health = 1;  // 1 as new, 0 at the limit; 1 while nothing is known
  advisory::state_verdict state{};
  advisory::alarm_transitions anomaly{};  // of the machine
  advisory::alarm_transitions data{};     // of the measuring chain
  advisory::work_change request{};
  life_estimate life{};
  bool life_asked = false;             // a prognosis belongs to this row
  bool learned = false;                // the row went into the baseline
  std::optional<double> settled_rows;  // a regime has just been learned, from so many rows
};

// Failure modes of the work requests.
enum class finding : advisory::failure_mode { vibration = 1, measurement = 2 };

template <class D, class Life>
class decision {
 public:
  static constexpr std::size_t calibration_rows = 256;

  decision(decision_settings const& settings, D& detector, Life life) noexcept
      : settings_(settings), detector_(&detector), life_(std::move(life)) {}

  // `levels`: columns that hold the logarithm of a level (their growth is followed); they must outlive the decision.
  [[nodiscard]] status prepare(std::size_t columns, std::span<std::size_t const> levels, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return detector_->footprint(columns) + calibration_.footprint();
  }

  [[nodiscard]] verdict update(row const& r, decision_input const& in) noexcept;

  [[nodiscard]] advisory::alarm& anomaly_alarm() noexcept { return anomaly_alarm_; }
  [[nodiscard]] advisory::alarm const& anomaly_alarm() const noexcept { return anomaly_alarm_; }
  [[nodiscard]] advisory::work_requests const& requests() const noexcept { return requests_; }
  [[nodiscard]] D const& detector() const noexcept { return *detector_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'D', 'C', 'S', 'N'};

  void judge(row const& r, verdict& v) noexcept;
  void learn(row const& r, decision_input const& in, verdict& v) noexcept;
  void settle_when_due(row const& r, decision_input const& in, verdict& v) noexcept;
  void follow_degradation(row const& r, decision_input const& in, verdict& v) noexcept;
  void fuse(row const& r, decision_input const& in, verdict& v) noexcept;
  void advise(row const& r, decision_input const& in, verdict& v) noexcept;
  [[nodiscard]] std::optional<double> growth_of(row const& r) const noexcept;
  [[nodiscard]] bool judgeable(row const& r) const noexcept {
    return !r.quality.is_bad() && (r.operating.is_steady() || settings_.ungated);
  }

  decision_settings settings_;
  D* detector_;
  Life life_;
  anomaly::learning_policy policy_{};
  anomaly::conformal_calibration calibration_{{.capacity = calibration_rows}};
  advisory::alarm anomaly_alarm_{}, data_alarm_{};
  advisory::state_fusion fusion_{};
  advisory::work_requests requests_{};
  std::span<std::size_t const> levels_{};
  std::uint64_t rows_offered_ = 0;  // to learning, for learn_every
};

template <class D, class Life>
status decision<D, Life>::prepare(std::size_t columns, std::span<std::size_t const> levels, arena& memory) noexcept {
  levels_ = levels;
  double const until = settings_.skip.value + settings_.learn.value;
  policy_ = anomaly::learning_policy({.mode = settings_.mode,
                                      .learn_from = settings_.skip,
                                      .learn_until = {until},
                                      .normal_below = settings_.alarm.off,
                                      .any_operating_state = settings_.ungated});
  auto machine = settings_.alarm;
  machine.any_operating_state = settings_.ungated;
  anomaly_alarm_ = advisory::alarm(machine);
  // the measuring chain: three bad rows of five, whatever the machine is doing
  data_alarm_ = advisory::alarm(
      {.on = 0.5, .off = 0.5, .k = 3, .n = 5, .priority = alarm_priority::low, .any_operating_state = true});
  fusion_ = advisory::state_fusion({.any_operating_state = settings_.ungated});
  requests_ = advisory::work_requests(settings_.requests);
  if (auto s = anomaly_alarm_.prepare(); !s) return s;
  if (auto s = data_alarm_.prepare(); !s) return s;
  if (auto s = detector_->prepare(columns, memory); !s) return s;
  return calibration_.prepare(memory);
}

template <class D, class Life>
verdict decision<D, Life>::update(row const& r, decision_input const& in) noexcept {
  verdict v;
  settle_when_due(r, in, v);
  judge(r, v);
  learn(r, in, v);
  follow_degradation(r, in, v);
  fuse(r, in, v);
  advise(r, in, v);
  return v;
}

template <class D, class Life>
void decision<D, Life>::judge(row const& r, verdict& v) noexcept {
  v.score = detector_->score_one(r);
  v.threshold = settings_.alarm.on;
  if (v.score.ready() && calibration_.size() > 0) v.p_value = calibration_.p_value(v.score.value);
  v.anomaly = anomaly_alarm_.update({v.score, r.quality, r.operating, r.source_time, r.sequence});
  score const data{r.quality.is_bad() ? 1.0 : 0.0, abstention::none};
  v.data = data_alarm_.update({data, {}, r.operating, r.source_time, r.sequence});
  v.growth = v.score.ready() ? growth_of(r) : std::nullopt;
}

template <class D, class Life>
void decision<D, Life>::learn(row const& r, decision_input const& in, verdict& v) noexcept {
  bool const ready = detector_->ready(r.operating.regime);
  double running = in.regime_s;
  double const until = settings_.skip.value + settings_.learn.value;
  if (!ready && running >= until && running < math::infinity) {
    running = settings_.skip.value;  // the window is over, but the regime has too few rows: it goes on
  }
  auto const refused = policy_.decide(
      {r.quality, r.operating, v.score, running, anomaly_alarm_.standing() || in.other.stands, in.person_agrees});
  if (refused == anomaly::learning_refusal::none && rows_offered_++ % settings_.learn_every == 0) {
    detector_->learn_one(r, 1.0);
    v.learned = true;
    // the memory for the warm-up is full before the window's end
    if (!ready && detector_->ready(r.operating.regime)) v.settled_rows = detector_->rows(r.operating.regime);
  }
  bool const usual =
      v.score.ready() && v.score.value < settings_.alarm.on && !anomaly_alarm_.standing() && !in.other.stands;
  if (usual && judgeable(r) && calibration_.size() < calibration_rows) calibration_.learn_one(v.score.value);
}

// A window that has ended is closed before the next row is scored, so that this row already has a verdict.
template <class D, class Life>
void decision<D, Life>::settle_when_due(row const& r, decision_input const& in, verdict& v) noexcept {
  auto const regime = r.operating.regime;
  if (detector_->ready(regime) || !policy_.window_over(in.regime_s) || !judgeable(r)) return;
  if (detector_->rows(regime) < settings_.least_rows) return;
  if (detector_->settle(regime)) v.settled_rows = detector_->rows(regime);
}

template <class D, class Life>
std::optional<double> decision<D, Life>::growth_of(row const& r) const noexcept {
  std::optional<double> largest;
  for (std::size_t c : levels_) {
    double const usual = detector_->usual(r.operating.regime, c);
    if (!r.has(c) || !(usual - usual == 0)) continue;
    double const g = r.values[c] - usual;
    if (!largest || g > *largest) largest = g;
  }
  return largest;
}

template <class D, class Life>
void decision<D, Life>::follow_degradation(row const& r, decision_input const& in, verdict& v) noexcept {
  v.life.why = abstention::no_limit;
  if (!(settings_.limit > 0)) return;
  if (v.growth) v.health = std::clamp(1.0 - *v.growth / settings_.limit, 0.0, 1.0);
  if (!judgeable(r)) {
    v.life.why = r.quality.is_bad() ? abstention::bad_quality : abstention::not_steady;
    return;
  }
  v.life_asked = true;
  if (!v.growth) {
    v.life.why = v.score.ready() ? abstention::no_columns : v.score.why;
    return;
  }
  if (!life_.started() && anomaly_alarm_.standing()) {
    life_.start(in.operating_h, *v.growth);
  } else if (life_.started()) {
    life_.update(in.operating_h, *v.growth);
  }
  v.life = life_.started() ? life_.predict() : life_estimate{abstention::no_trend, {}, life_clock::operating};
}

template <class D, class Life>
void decision<D, Life>::fuse(row const& r, decision_input const& in, verdict& v) noexcept {
  v.state = fusion_.update({.quality = r.quality,
                            .operating = r.operating,
                            .score = v.score,
                            .alarm_stands = anomaly_alarm_.shown() || in.other.stands,
                            .priority = settings_.alarm.priority,
                            .severity_zone = in.severity_zone});
}

template <class D, class Life>
void decision<D, Life>::advise(row const& r, decision_input const& in, verdict& v) noexcept {
  using advisory::work_action, advisory::work_reason;
  if (data_alarm_.standing()) {
    v.request = requests_.find({static_cast<advisory::failure_mode>(finding::measurement),
                                work_action::check_sensor,
                                alarm_priority::medium,
                                work_reason::bad_data,
                                {r.quality.bad_share, 0},
                                0},
                               r.source_time);
    if (v.request) return;
  }
  if (!judgeable(r)) return;
  if (bool const own = anomaly_alarm_.standing(); own || in.other.stands) {
    double const due = advisory::due_from(v.life) * 3600;
    bool const soon = due > 0 && due <= settings_.lead_time.value;
    advisory::work_finding f{static_cast<advisory::failure_mode>(finding::vibration),
                             soon ? work_action::plan_replacement : work_action::inspect,
                             soon ? alarm_priority::high : alarm_priority::medium,
                             soon ? work_reason::life_short : work_reason::unusual,
                             {own ? v.score.value : in.other.score, own ? v.threshold : in.other.threshold},
                             due};
    if (soon) f.numbers = {due, 0.10};
    v.request = requests_.find(f, r.source_time);
  } else if (in.severity_zone >= 3) {
    v.request = requests_.find({static_cast<advisory::failure_mode>(finding::vibration),
                                work_action::inspect,
                                in.severity_zone == 4 ? alarm_priority::high : alarm_priority::medium,
                                work_reason::severity,
                                {in.severity_mm_s, static_cast<double>(in.severity_zone)},
                                0},
                               r.source_time);
  } else if (v.score.ready() && !data_alarm_.standing()) {
    v.request = requests_.all_normal(r.source_time);
  }
}

template <class D, class Life>
std::size_t decision<D, Life>::saved_bytes() const noexcept {
  return archive_header_bytes + 8 + 7 * sizeof(std::uint32_t) + detector_->saved_bytes() + life_.saved_bytes() +
         calibration_.saved_bytes() + anomaly_alarm_.saved_bytes() + data_alarm_.saved_bytes() + fusion_.saved_bytes() +
         requests_.saved_bytes();
}

template <class D, class Life>
result<std::size_t> decision<D, Life>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(rows_offered_).put_archive(*detector_).put_archive(life_).put_archive(calibration_);
  w.put_archive(anomaly_alarm_).put_archive(data_alarm_).put_archive(fusion_).put_archive(requests_);
  return w.finish();
}

template <class D, class Life>
status decision<D, Life>::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  opened->get(rows_offered_);
  opened->get_archive(*detector_).get_archive(life_).get_archive(calibration_);
  opened->get_archive(anomaly_alarm_).get_archive(data_alarm_).get_archive(fusion_).get_archive(requests_);
  return opened->finish();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
