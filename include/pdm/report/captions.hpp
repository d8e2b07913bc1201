// captions -- keys of the words that only a page of the report says.
//
// What      Headings, captions, column heads and axis words; the language's own settings; the units of durations.
//           Together with pdm/core/message.hpp these are all keys of docs/messages/LANG.json.
// NB        Not for the line: edge modules do not include this.
#pragma once

#include "pdm/core/message.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report::captions {

// The language itself.
inline constexpr message_key language_tag{"language.tag"};
inline constexpr message_key language_name{"language.name"};
inline constexpr message_key number_decimal{"number.decimal"};
inline constexpr message_key number_percent{"number.percent"};  // {0} percentage

// Spans of time: singular for exactly one, and short forms for axes.
inline constexpr message_key duration_second{"duration.second"};
inline constexpr message_key duration_seconds{"duration.seconds"};
inline constexpr message_key duration_minute{"duration.minute"};
inline constexpr message_key duration_minutes{"duration.minutes"};
inline constexpr message_key duration_hour{"duration.hour"};
inline constexpr message_key duration_hours{"duration.hours"};
inline constexpr message_key duration_day{"duration.day"};
inline constexpr message_key duration_days{"duration.days"};
inline constexpr message_key duration_week{"duration.week"};
inline constexpr message_key duration_weeks{"duration.weeks"};
inline constexpr message_key duration_month{"duration.month"};
inline constexpr message_key duration_months{"duration.months"};

// Names of features.
inline constexpr message_key feature_at{"feature_name.at"};      // {0} feature, {1} point
inline constexpr message_key feature_band{"feature_name.band"};  // {0} feature, {1} Hz, {2} Hz
inline constexpr message_key feature_log{"feature_name.log"};    // {0} feature

// The page as a whole.
inline constexpr message_key report_title{"report.title"};
inline constexpr message_key report_period{"report.period"};
inline constexpr message_key report_asset{"report.asset"};
inline constexpr message_key report_assets{"report.assets"};
inline constexpr message_key report_event{"report.event"};
inline constexpr message_key report_events{"report.events"};
inline constexpr message_key report_nothing{"report.nothing"};
inline constexpr message_key report_refused{"report.refused"};
inline constexpr message_key report_lines{"report.lines"};
inline constexpr message_key report_footer{"report.footer"};

// Facts about an asset.
inline constexpr message_key fact_measurement{"fact.measurement"};
inline constexpr message_key fact_operating{"fact.operating"};
inline constexpr message_key fact_run_hours{"fact.run_hours"};
inline constexpr message_key fact_health{"fact.health"};
inline constexpr message_key fact_life{"fact.life"};
inline constexpr message_key fact_life_range{"fact.life_range"};
inline constexpr message_key fact_watched{"fact.watched"};
inline constexpr message_key fact_watched_note{"fact.watched_note"};
inline constexpr message_key fact_first_alarm{"fact.first_alarm"};
inline constexpr message_key fact_before_end{"fact.before_end"};
inline constexpr message_key fact_none{"fact.none"};
inline constexpr message_key fact_not_given{"fact.not_given"};
inline constexpr message_key fact_more_than{"fact.more_than"};
inline constexpr message_key fact_standing{"fact.standing"};

// Headings of the sections.
inline constexpr message_key section_advice{"section.advice"};
inline constexpr message_key section_story{"section.story"};
inline constexpr message_key section_diagnosis{"section.diagnosis"};
inline constexpr message_key section_trend{"section.trend"};
inline constexpr message_key section_score{"section.score"};
inline constexpr message_key section_spectrum{"section.spectrum"};
inline constexpr message_key section_health{"section.health"};
inline constexpr message_key section_life{"section.life"};
inline constexpr message_key section_accuracy{"section.accuracy"};
inline constexpr message_key section_quality{"section.quality"};
inline constexpr message_key section_data{"section.data"};
inline constexpr message_key section_provenance{"section.provenance"};

// Advice and story.
inline constexpr message_key advice_due{"caption.due"};
inline constexpr message_key advice_priority{"caption.priority"};
inline constexpr message_key advice_why{"caption.why"};
inline constexpr message_key advice_needs{"caption.needs"};
inline constexpr message_key advice_look{"caption.look"};
inline constexpr message_key advice_request{"caption.request"};
inline constexpr message_key story_when{"caption.when"};
inline constexpr message_key story_what{"caption.what"};
inline constexpr message_key story_alarm{"caption.alarm"};
inline constexpr message_key story_more{"caption.more"};
inline constexpr message_key story_alarm_raised{"caption.alarm_raised"};
inline constexpr message_key story_now{"caption.now_state"};

// Charts.
inline constexpr message_key chart_log{"chart.log"};
inline constexpr message_key chart_range{"chart.range"};
inline constexpr message_key chart_gaps{"chart.gaps"};
inline constexpr message_key chart_marks{"chart.marks"};
inline constexpr message_key chart_regimes{"chart.regimes"};
inline constexpr message_key chart_regime{"chart.regime"};
inline constexpr message_key chart_score{"chart.score"};
inline constexpr message_key chart_threshold{"chart.threshold"};
inline constexpr message_key chart_no_unit{"chart.no_unit"};
inline constexpr message_key chart_ratio{"chart.ratio"};
inline constexpr message_key chart_spectrum{"chart.spectrum"};
inline constexpr message_key chart_envelope{"chart.envelope"};
inline constexpr message_key chart_spectrum_note{"chart.spectrum_note"};
inline constexpr message_key chart_before{"chart.before"};
inline constexpr message_key chart_after{"chart.after"};
inline constexpr message_key chart_highest{"chart.highest"};
inline constexpr message_key chart_median{"chart.median"};
inline constexpr message_key chart_half{"chart.half"};
inline constexpr message_key chart_eighty{"chart.eighty"};
inline constexpr message_key chart_as_new{"chart.as_new"};
inline constexpr message_key chart_end_of_life{"chart.end_of_life"};
inline constexpr message_key chart_life_axis{"chart.life_axis"};
inline constexpr message_key chart_cut{"chart.cut"};
inline constexpr message_key chart_truth{"chart.truth"};
inline constexpr message_key chart_cone{"chart.cone"};
inline constexpr message_key chart_predicted{"chart.predicted"};
inline constexpr message_key chart_true_axis{"chart.true_axis"};
inline constexpr message_key accuracy_summary{"accuracy.summary"};

// Remaining life.
inline constexpr message_key life_until_limit{"life.until_limit"};
inline constexpr message_key life_until_failure{"life.until_failure"};
inline constexpr message_key life_operating{"life.operating"};
inline constexpr message_key life_calendar{"life.calendar"};
inline constexpr message_key life_cycles{"life.cycles"};
inline constexpr message_key life_abstains{"life.abstains"};
inline constexpr message_key life_abstained{"life.abstained"};
inline constexpr message_key life_table{"life.table"};
inline constexpr message_key life_within{"life.within"};
inline constexpr message_key life_basis{"life.basis"};
inline constexpr message_key life_priors{"life.priors"};
inline constexpr message_key life_assumes{"life.assumes"};

// What pdm life says of a ledger.
inline constexpr message_key ledger_none_failed{"ledger.none_failed"};
inline constexpr message_key ledger_needs_failures{"ledger.needs_failures"};
inline constexpr message_key ledger_no_spread{"ledger.no_spread"};
inline constexpr message_key ledger_needs_spread{"ledger.needs_spread"};
inline constexpr message_key ledger_one_failure{"ledger.one_failure"};
inline constexpr message_key ledger_needs_second{"ledger.needs_second"};
inline constexpr message_key ledger_few_failures{"ledger.few_failures"};
inline constexpr message_key ledger_needs_ten{"ledger.needs_ten"};
inline constexpr message_key ledger_left_out{"ledger.left_out"};
inline constexpr message_key ledger_needs_hours{"ledger.needs_hours"};
inline constexpr message_key ledger_needs_dates{"ledger.needs_dates"};
inline constexpr message_key ledger_assumes_one_kind{"ledger.assumes_one_kind"};
inline constexpr message_key ledger_assumes_reasons{"ledger.assumes_reasons"};
inline constexpr message_key ledger_assumes_latest{"ledger.assumes_latest"};
inline constexpr message_key ledger_assumes_shape{"ledger.assumes_shape"};
inline constexpr message_key ledger_prior_shape{"ledger.prior_shape"};
inline constexpr message_key ledger_costs_missing{"ledger.costs_missing"};
inline constexpr message_key ledger_lives_unknown{"ledger.lives_unknown"};
inline constexpr message_key ledger_wear_unseen{"ledger.wear_unseen"};
inline constexpr message_key ledger_costs_alike{"ledger.costs_alike"};
inline constexpr message_key ledger_it_pays{"ledger.it_pays"};
inline constexpr message_key ledger_no_saving{"ledger.no_saving"};
inline constexpr message_key ledger_unsure{"ledger.unsure"};
inline constexpr message_key ledger_text_none{"ledger.text_none"};
inline constexpr message_key ledger_text_equal{"ledger.text_equal"};
inline constexpr message_key ledger_text_life{"ledger.text_life"};
inline constexpr message_key ledger_text_keep{"ledger.text_keep"};
inline constexpr message_key ledger_text_replace{"ledger.text_replace"};

// Tables.
inline constexpr message_key table_quantity{"table.quantity"};
inline constexpr message_key table_name{"table.name"};
inline constexpr message_key table_unit{"table.unit"};
inline constexpr message_key table_first{"table.first"};
inline constexpr message_key table_last{"table.last"};
inline constexpr message_key table_lowest{"table.lowest"};
inline constexpr message_key table_highest{"table.highest"};
inline constexpr message_key table_state{"table.state"};
inline constexpr message_key table_score{"table.score"};
inline constexpr message_key table_health{"table.health"};
inline constexpr message_key table_features{"table.features"};
inline constexpr message_key table_rows{"table.rows"};
inline constexpr message_key table_alarms{"table.alarms"};
inline constexpr message_key table_number{"table.number"};
inline constexpr message_key table_raised{"table.raised"};
inline constexpr message_key table_ended{"table.ended"};
inline constexpr message_key table_stands{"table.stands"};
inline constexpr message_key table_cause{"table.cause"};
inline constexpr message_key table_priority{"table.priority"};
inline constexpr message_key table_threshold{"table.threshold"};
inline constexpr message_key table_identity{"table.identity"};
inline constexpr message_key table_level{"table.level"};
inline constexpr message_key table_quality{"table.quality"};
inline constexpr message_key table_row_count{"table.row_count"};
inline constexpr message_key table_share{"table.share"};
inline constexpr message_key table_reasons{"table.reasons"};
inline constexpr message_key table_point{"table.point"};
inline constexpr message_key table_reason{"table.reason"};
inline constexpr message_key table_times{"table.times"};
inline constexpr message_key table_samples{"table.samples"};
inline constexpr message_key table_whole_row{"table.whole_row"};
inline constexpr message_key table_no_reasons{"table.no_reasons"};
inline constexpr message_key table_worst_share{"table.worst_share"};
inline constexpr message_key table_fault{"table.fault"};
inline constexpr message_key table_probability{"table.probability"};
inline constexpr message_key table_kinds{"table.kinds"};
inline constexpr message_key table_kind{"table.kind"};
inline constexpr message_key table_count{"table.count"};
inline constexpr message_key table_files{"table.files"};
inline constexpr message_key table_file{"table.file"};
inline constexpr message_key table_repeated{"table.repeated"};
inline constexpr message_key table_fft{"table.fft"};
inline constexpr message_key table_printed{"table.printed"};

// Axes and the clock.
inline constexpr message_key axis_seconds{"axis.seconds"};
inline constexpr message_key axis_minutes{"axis.minutes"};
inline constexpr message_key axis_hours{"axis.hours"};
inline constexpr message_key axis_days{"axis.days"};
inline constexpr message_key axis_rows{"axis.rows"};
inline constexpr message_key axis_cycles{"axis.cycles"};
inline constexpr message_key axis_utc{"axis.utc"};
inline constexpr message_key axis_hz{"axis.hz"};
inline constexpr message_key axis_khz{"axis.khz"};
inline constexpr message_key axis_unit_seconds{"axis.unit_seconds"};
inline constexpr message_key axis_unit_minutes{"axis.unit_minutes"};
inline constexpr message_key axis_unit_hours{"axis.unit_hours"};
inline constexpr message_key axis_unit_days{"axis.unit_days"};
inline constexpr message_key clock_seconds{"clock.seconds"};
inline constexpr message_key clock_minutes{"clock.minutes"};
inline constexpr message_key clock_hours{"clock.hours"};
inline constexpr message_key clock_days{"clock.days"};
inline constexpr message_key clock_row{"clock.row"};
inline constexpr message_key clock_cycle{"clock.cycle"};
inline constexpr message_key clock_rows{"clock.rows"};
inline constexpr message_key clock_cycles{"clock.cycles"};

// Members of the family scaling.*: what the height of a line in a spectrum means.
inline constexpr std::array<std::string_view, 5> scaling_words{"rms", "peak", "power", "density", "unknown"};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report::captions
