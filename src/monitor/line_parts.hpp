// line_parts -- what an asset_line is made of, shared by the sources that build it, judge with it and tell of it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitor/event_text.hpp"
#include "monitor/line_columns.hpp"
#include "monitor/line_mask.hpp"
#include "pdm/acquisition/quality_gate.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/severity.hpp"
#include "pdm/monitor/asset_line.hpp"
#include "pdm/monitor/decision.hpp"
#include "pdm/monitor/feature_extractor.hpp"
#include "pdm/monitor/line_life.hpp"
#include "pdm/monitor/registry.hpp"
#include "pdm/signal/operating_state.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

using decision_type = decision<any_detector, line_life>;

// One measuring point: what happens before the points of an asset meet.
struct point_line {
  measuring_point point;
  std::size_t channel = 0;
  acquisition::quality_gate gate;
  features::frame<double> frame{{.length = 1}};
  feature_extractor extractor;
  line_mask mask;
  std::vector<double> centred;                         // the frame as the features see it
  bool delivered = false;                              // its frame of this row is here
  block_info info;                                     // of the frame
  row found;                                           // its features
  quality told;                                        // quality in the last event
  std::vector<double> usual_spectrum, usual_envelope;  // mean squares over the learned frames
  double learned_frames = 0;
};

// Sentences without numbers of the moment, rendered once, so that a row of an ordinary day makes no heap call.
struct line_sentences {
  static constexpr std::size_t reasons = 8;  // of abstention
  std::array<std::string, reasons> why, needs, state_unknown, life_abstained;
  std::string normal, off, same_duty, no_repair, pace, limit, life_event;

  line_sentences() = default;
  line_sentences(report::catalogue const& words, prognosis_settings const& s);
};

// Which rule an alarm follows; the number is the event's.
enum class alarm_rule : std::uint16_t { anomaly = 1, data = 2, mask = 3 };

struct asset_line::parts {
  asset_settings settings;
  report::catalogue const* words = nullptr;
  sink out;
  machine kinematics;
  std::vector<point_line> points;
  line_columns columns;
  operating_state_finder finder;
  std::unique_ptr<any_detector> detector;
  std::optional<decision_type> decide;
  advisory::alarm mask_alarm;
  score mask_score;
  advisory::alarm_transitions mask_changes;
  std::vector<double> row_values, contributions;
  std::vector<std::byte> memory;
  event_text text;
  line_sentences said;
  line_counts counts;
  process_values now;
  std::optional<features::severity_table> severity;
  double snapshot_interval_s = 0;
  double envelope_top_hz = 500;  // of the envelope spectra in events
  std::uint64_t row_number = 0;
  nanoseconds last_state_event = no_time;
  bool person_agrees = false, told_learning = false, told_units = false;

  wire::input_result<void> build(asset_settings const& s, wire::recording_info const& source);
  wire::input_result<void> build_point(point_settings const& p, std::size_t index, int length,
                                       wire::recording_info const& source);
  void take_frame(point_line& p, block<double> const& frame);
  void judge();
  void assemble(row& whole) noexcept;
  [[nodiscard]] operating observe_operating() noexcept;
  [[nodiscard]] double regime_seconds(regime_key key) const noexcept;
  void remember_spectra();
  void judge_masks(row const& r) noexcept;
  void learn_masks(row const& r, verdict const& v) noexcept;
  void judge_severity(decision_input& in) const;
  void count(row const& r, verdict const& v) noexcept;

  void emit(row const& r, verdict const& v);
  event event_of(event_kind kind, event_cause cause, row const& r, verdict const& v) const noexcept;
  void emit_quality(row const& r, verdict const& v);
  void emit_quality_of(point_line& p, quality const& q, row const& r, verdict const& v);
  void say_nothing_came(point_line& p, block_info const& about);
  void emit_model(row const& r, verdict const& v);
  void emit_alarm(row const& r, verdict const& v, advisory::alarm_transition const& t, alarm_rule rule);
  void emit_state(row const& r, verdict const& v);
  void emit_prognosis(row const& r, verdict const& v);
  void emit_advice(row const& r, verdict const& v);
  void write_spectra(std::size_t point);
  void write_why(abstention why);
  std::string write_reasons(row const& r);  // gives the first one
  std::string write_line_reasons();         // likewise
  [[nodiscard]] std::string line_reason(point_line const& p) const;
  [[nodiscard]] std::string state_reason(verdict const& v) const;
  void write_data_reasons();
  void write_lines();
  [[nodiscard]] std::size_t point_that_sticks_out() const noexcept;
  [[nodiscard]] double shaft_hz() const noexcept { return now.speed_hz.value_or(kinematics.nominal_speed_hz); }
  [[nodiscard]] std::size_t strongest_point() const noexcept;
  void send() {
    ++counts.events;
    out(text.view());
  }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
