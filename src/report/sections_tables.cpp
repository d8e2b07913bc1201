// Sections in columns: data quality, the numbers behind the pictures, provenance.
#include <cmath>

#include "report/sections.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

struct column {
  message_key title;
  bool numeric = false;
};

void open_table(page& p, std::string const& caption, std::initializer_list<column> columns,
                std::string_view kind = {}) {
  p.out.raw("<div class=\"scroll\"><table").raw(kind.empty() ? "" : " class=\"" + std::string(kind) + "\"").raw(">");
  if (!caption.empty()) p.out.element("caption", caption);
  p.out.raw("<thead><tr>");
  for (auto const& c : columns) {
    p.out.raw(c.numeric ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">").text(p.say(c.title)).raw("</th>");
  }
  p.out.raw("</tr></thead><tbody>");
}
void close_table(page& p) { p.out.raw("</tbody></table></div>"); }

void number_cell(page& p, double v, int decimals = -4) {
  p.out.raw("<td class=\"n\">");
  p.value(v, {}, decimals);
  p.out.raw("</td>");
}
void optional_cell(page& p, std::optional<double> v) {
  if (v) return number_cell(p, *v);
  p.out.raw("<td class=\"n\">\u2013</td>");
}

void write_levels(asset_history const& a, page& p) {
  std::size_t rows = 0;
  for (auto const n : a.rows_by_level) rows += n;
  if (rows == 0) return;
  open_table(p, p.say(captions::table_level),
             {{captions::table_quality}, {captions::table_row_count, true}, {captions::table_share, true}}, "levels");
  for (auto const level : {quality_level::good, quality_level::uncertain, quality_level::bad}) {
    auto const n = static_cast<double>(a.rows_by_level[static_cast<std::size_t>(level)]);
    p.out.raw("<tr>").element("th", sentence(p.words().word("level", to_string(level))));
    number_cell(p, n, 0);
    p.out.raw("<td class=\"n\">")
        .number(n / static_cast<double>(rows), p.words().percent(n / static_cast<double>(rows)));
    p.out.raw("</td></tr>");
  }
  close_table(p);
}

void write_features_table(asset_history const& a, page& p) {
  if (a.features.empty()) return;
  open_table(p, p.say(captions::table_features),
             {{captions::table_quantity},
              {captions::table_name},
              {captions::table_unit},
              {captions::table_first, true},
              {captions::table_last, true},
              {captions::table_lowest, true},
              {captions::table_highest, true}},
             "features");
  for (auto const& f : a.features) {
    if (f.points.empty()) continue;
    double low = f.points.front().value, high = low;
    for (auto const& s : f.points) {
      low = std::min(low, s.value);
      high = std::max(high, s.value);
    }
    p.out.raw("<tr>").element("th", sentence(p.words().feature(f.name))).element("td", f.name, "id");
    p.out.element("td", f.unit == "1" || f.unit == "unknown" || f.unit.empty() ? "\u2013" : f.unit);
    for (double const v : {f.points.front().value, f.points.back().value, low, high}) number_cell(p, v);
    p.out.raw("</tr>");
  }
  close_table(p);
}

// The value of a series at a time, where there is one.
std::optional<double> value_at(feature_series const& f, double t) {
  auto const at =
      std::lower_bound(f.points.begin(), f.points.end(), t, [](auto const& s, double v) { return s.t < v; });
  return at != f.points.end() && at->t == t ? std::optional(at->value) : std::nullopt;
}

void write_rows(asset_history const& a, page& p) {
  if (a.states.empty()) return;
  constexpr std::size_t most = 24;
  auto const features = main_features(a, 4);
  std::size_t const n = a.states.size(), shown = std::min(n, most);
  p.out.raw("<div class=\"scroll\"><table class=\"rows\">");
  p.out.element("caption", p.say(captions::table_rows, static_cast<double>(shown), static_cast<double>(n)));
  p.out.raw("<thead><tr>").element("th", p.say(captions::story_when)).element("th", p.say(captions::table_state));
  p.out.element("th", p.say(captions::table_score), "n").element("th", p.say(captions::table_threshold), "n");
  p.out.element("th", p.say(captions::table_health), "n");
  for (auto const i : features) {
    auto const& f = a.features[i];
    bool const unit = !f.unit.empty() && f.unit != "1" && f.unit != "unknown";
    p.out.element("th", f.name + (unit ? ", " + f.unit : ""), "n");
  }
  p.out.raw("</tr></thead><tbody>");
  for (std::size_t k = 0; k < shown; ++k) {
    auto const& s = a.states[shown < 2 ? 0 : k * (n - 1) / (shown - 1)];
    p.out.raw("<tr><td class=\"when\">").number(s.t, p.when(a, s.t)).raw("</td>");
    p.out.element("td", p.words().word("state", asset_state_names[static_cast<std::size_t>(s.state)]));
    for (auto const& v : {s.score, s.threshold, s.health}) optional_cell(p, v);
    for (auto const i : features) optional_cell(p, value_at(a.features[i], s.t));
    p.out.raw("</tr>");
  }
  close_table(p);
}

void write_alarm_table(asset_history const& a, page& p) {
  auto const all = raised_alarms(a);
  if (all.empty()) return;
  constexpr std::size_t most = 200;
  open_table(p, p.say(captions::table_alarms),
             {{captions::table_number, true},
              {captions::table_raised},
              {captions::table_ended},
              {captions::table_cause},
              {captions::table_priority},
              {captions::table_score, true},
              {captions::table_threshold, true},
              {captions::table_identity}},
             "alarms");
  for (std::size_t i = 0; i < all.size() && i < most; ++i) {
    auto const& r = *all[i].raised;
    p.out.raw("<tr><td class=\"n\">").text(std::to_string(i + 1)).raw("</td><td class=\"when\">");
    p.out.number(r.t, p.when(a, r.t)).raw("</td><td class=\"when\">");
    if (all[i].ended != nullptr) {
      p.out.number(all[i].ended->t, p.when(a, all[i].ended->t));
    } else {
      p.out.text(p.say(captions::table_stands));
    }
    p.out.raw("</td>").element("td", p.words().word("cause", event_cause_names[static_cast<std::size_t>(r.cause)]));
    p.out.element("td", p.words().word("priority", alarm_priority_names[static_cast<std::size_t>(r.priority)]));
    optional_cell(p, r.score);
    optional_cell(p, r.threshold);
    p.out.element("td", r.id, "id").raw("</tr>");
  }
  close_table(p);
}

void write_kinds(asset_history const& a, page& p) {
  open_table(p, p.say(captions::table_kinds), {{captions::table_kind}, {captions::table_count, true}}, "kinds");
  for (std::size_t i = 0; i < a.kinds.size(); ++i) {
    if (a.kinds[i] == 0) continue;
    p.out.raw("<tr>").element("th", sentence(p.words().word("kind", event_kind_names[i])));
    number_cell(p, static_cast<double>(a.kinds[i]), 0);
    p.out.raw("</tr>");
  }
  close_table(p);
}

}  // namespace

void write_quality(asset_history const& a, page& p) {
  write_levels(a, p);
  if (a.quality.empty()) {
    p.out.element("p", p.say(captions::table_no_reasons), "note");
    return;
  }
  open_table(p, p.say(captions::table_reasons),
             {{captions::table_point},
              {captions::table_reason},
              {captions::table_times, true},
              {captions::table_samples, true}},
             "reasons");
  for (auto const& q : a.quality) {
    p.out.raw("<tr>").element("th", q.point.empty() ? p.say(captions::table_whole_row) : q.point);
    p.out.element("td", sentence(p.words().word("quality", q.reason)));
    number_cell(p, static_cast<double>(q.events), 0);
    optional_cell(p, q.samples > 0 ? std::optional(q.samples) : std::nullopt);
    p.out.raw("</tr>");
  }
  close_table(p);
  if (a.worst_bad_share > 0) p.out.element("p", p.say(captions::table_worst_share, a.worst_bad_share), "note");
}

void write_numbers(asset_history const& a, page& p) {
  p.out.raw("<details><summary>").text(p.say(captions::section_data)).raw("</summary>");
  write_alarm_table(a, p);
  write_features_table(a, p);
  write_rows(a, p);
  write_kinds(a, p);
  p.out.raw("</details>");
}

void write_provenance(plant_history const& plant, page& p) {
  open_table(p, p.say(captions::table_files), {{captions::table_file}, {captions::report_lines, true}}, "files");
  for (auto const& f : plant.files) {
    p.out.raw("<tr>").element("th", f.name);
    number_cell(p, static_cast<double>(f.lines), 0);
    p.out.raw("</tr>");
  }
  close_table(p);
  if (plant.repeated != 0) {
    p.out.element("p", p.say(captions::table_repeated, static_cast<double>(plant.repeated)), "note");
  }
  if (plant.program.empty()) return;
  p.out.element("p",
                plant.fft.empty()
                    ? p.say(captions::table_printed, std::string_view(plant.program))
                    : p.say(captions::table_fft, std::string_view(plant.program), std::string_view(plant.fft)),
                "note");
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
