// The sections of the standard report and what they share.
#pragma once

#include "pdm/report/captions.hpp"
#include "pdm/report/chart.hpp"
#include "pdm/report/section.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

// Plant: one card for each asset, the most urgent first.
void write_overview(plant_history const& plant, page& p);
// Asset, in their order on the page.
void write_facts(asset_history const& a, page& p);
void write_advice(asset_history const& a, page& p);
void write_story(asset_history const& a, page& p);
void write_diagnosis(asset_history const& a, page& p);
void write_trends(asset_history const& a, page& p);
void write_score(asset_history const& a, page& p);
void write_spectra(asset_history const& a, page& p);
void write_health(asset_history const& a, page& p);
void write_life(asset_history const& a, page& p);
void write_quality(asset_history const& a, page& p);
void write_numbers(asset_history const& a, page& p);
// Predictions whose truth is known, as pdm rul evaluate --each writes them.
void write_accuracy(plant_history const& plant, page& p);
void write_provenance(plant_history const& plant, page& p);

void write_badge(page& p, asset_state s);  // NE 107 sign and word
// A chart with its caption, and a key where kinds have to be told apart.
void write_figure(page& p, chart const& c, std::string const& id, std::string const& name, std::string const& detail,
                  std::string const& description, std::string const& key = {});
[[nodiscard]] std::string key_entry(std::string_view kind, std::string_view words);
void write_list(page& p, std::vector<std::string> const& sentences, std::string_view kind = {});
[[nodiscard]] std::string sentence(std::string text);  // first letter large

// Remaining life in words: median, or more than the horizon.
[[nodiscard]] std::string life_words(page const& p, prognosis_record const& r, std::optional<double> quantile);
[[nodiscard]] history_clock life_clock_of(asset_history const& a, life_quantiles const& q);

// The time axis of an asset, and what every chart over time carries.
[[nodiscard]] chart::axis time_axis(asset_history const& a, page const& p);
[[nodiscard]] chart::axis value_axis(page const& p, double low, double high, bool log);
void add_alarm_marks(chart& c, asset_history const& a);
[[nodiscard]] bool add_regimes(chart& c, asset_history const& a, page const& p);  // false: nothing to tell
[[nodiscard]] double usual_step(std::vector<state_point> const& states);
// Index of the features worth a picture, the most telling first.
[[nodiscard]] std::vector<std::size_t> main_features(asset_history const& a, std::size_t most);
// Raised alarms with the place where they ended.
struct raised_alarm {
  alarm_record const* raised;
  alarm_record const* ended;  // null while it stands
};
[[nodiscard]] std::vector<raised_alarm> raised_alarms(asset_history const& a);
[[nodiscard]] int urgency(asset_history const& a);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
