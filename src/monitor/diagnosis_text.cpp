#include "diagnosis_text.hpp"

#include <algorithm>
#include <numeric>

#include "event_text.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {

using namespace diagnostics;

struct obstacle_words {
  message_key why, needs;
};
constexpr std::array<obstacle_words, obstacle_count> words_of_obstacles{{
    {messages::why_speed_missing, messages::needs_speed},
    {messages::why_bearing_missing, messages::needs_bearing},
    {messages::why_unit_missing, messages::needs_unit},
    {messages::why_above_nyquist, messages::needs_above_nyquist},
    {messages::why_record_short, messages::needs_record_short},
    {messages::why_data_bad, messages::needs_data_bad},
    {messages::why_label_wrong, messages::needs_label_wrong},
    {messages::why_speed_unclear, messages::needs_speed_unclear},
    {messages::why_lines_coincide, messages::needs_lines_coincide},
    {messages::why_rivals, messages::needs_rivals},
    {messages::why_rolling_or_cage, messages::needs_rolling_or_cage},
    {messages::why_faint, messages::needs_faint},
    {messages::why_speed_off, messages::needs_speed_off},
    {messages::why_lines_elsewhere, messages::needs_lines_elsewhere},
    {messages::why_class_missing, messages::needs_class_missing},
}};

message_key check_of(fault_kind f) noexcept {
  switch (f) {
    case fault_kind::inner_race:
    case fault_kind::outer_race:
    case fault_kind::ball: return messages::check_bearing;
    case fault_kind::cage: return messages::check_cage;
    case fault_kind::unbalance: return messages::check_unbalance;
    case fault_kind::misalignment: return messages::check_misalignment;
    case fault_kind::looseness: return messages::check_looseness;
    case fault_kind::gear: return messages::check_gear;
    default: return messages::check_other;
  }
}

bool of_shaft(fault_kind f) noexcept {
  return f == fault_kind::unbalance || f == fault_kind::misalignment || f == fault_kind::looseness;
}

// What the named fault stands on: its strongest line, or the velocity of the shaft's orders.
std::string ground_of(diagnosis const& d, report::catalogue const& words) {
  if (of_shaft(d.named)) return words.render(message(messages::text_diagnosis_velocity, d.shaft.of_orders()));
  evidence_line const* best = nullptr;
  for (std::size_t i = 0; i < d.line_count; ++i) {
    bool const own = d.lines[i].name.starts_with(to_string(d.named));
    if (own && (best == nullptr || d.lines[i].db_over_floor > best->db_over_floor)) best = &d.lines[i];
  }
  if (best == nullptr) return {};
  return words.render(message(messages::text_diagnosis_line, best->hz, best->order, best->db_over_floor));
}

void write_list(wire::json_text& out, std::string_view name, std::vector<std::string> const& sentences) {
  out.key(name).open('[');
  for (auto const& s : sentences) out.value(std::string_view(s));
  out.close(']');
}

void write_ranking(wire::json_text& out, diagnosis const& d) {
  std::array<std::size_t, fault_count> order{};
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return d.probability[a] > d.probability[b]; });
  out.key("ranking").open('[');
  for (std::size_t const f : order) {
    if (!d.judged[f]) continue;
    out.open('{').member("fault", fault_names[f]).member("score", rounded(d.score[f])).close('}');
  }
  out.close(']');
}

void write_lines(wire::json_text& out, diagnosis const& d) {
  out.key("evidence").open('[');
  for (std::size_t i = 0; i < d.line_count; ++i) {
    auto const& line = d.lines[i];
    out.open('{')
        .member("line", line.name)
        .member("hz", rounded(line.hz))
        .member("expected_hz", rounded(line.expected_hz));
    out.member("db_over_floor", rounded(line.db_over_floor)).member("order", rounded(line.order)).close('}');
  }
  out.close(']');
}

// Broad-band velocity, and its zone where the class of the machine is known.
void write_severity(wire::json_text& out, diagnosis const& d, std::optional<features::severity_table> const& table) {
  bool const known = d.shaft.known;
  out.key("severity").open('{');
  out.member("velocity_rms", known ? std::optional(rounded(d.shaft.broad)) : std::nullopt).member("unit", "mm/s");
  if (known && table) {
    if (auto const zone = features::zone_of(d.shaft.broad, *table)) {
      out.member("zone", features::to_string(*zone)).member("document", table->citation);
      out.member("machines", table->applies_to);
    }
  }
  out.close('}');
}

}  // namespace

std::string_view verdict_word(diagnosis const& d) noexcept {
  if (d.verdict == verdict_kind::fault) return to_string(d.named);
  return d.verdict == verdict_kind::normal ? "normal" : "unknown";
}

open_questions questions_of(diagnosis const& d, report::catalogue const& words) {
  open_questions q;
  for (std::size_t i = 0; i < d.obstacle_count; ++i) {
    auto const& o = d.obstacles[i];
    auto const& w = words_of_obstacles[static_cast<std::size_t>(o.what)];
    double const wanted = o.what == obstacle::above_nyquist ? 10 * o.first : o.first;
    q.why.push_back(words.render(message(w.why, o.first, o.second)));
    q.needs.push_back(words.render(message(w.needs, wanted, o.second)));
  }
  return q;
}

std::string sentences_of(diagnosis const& d, report::catalogue const& words) {
  if (d.verdict == verdict_kind::normal) return words.word(messages::text_diagnosis_normal);
  if (d.verdict == verdict_kind::unknown) {
    auto const q = questions_of(d, words);
    std::string_view const why = q.why.empty() ? std::string_view() : std::string_view(q.why.front());
    std::string_view const needs = q.needs.empty() ? std::string_view() : std::string_view(q.needs.front());
    return words.render(message(messages::text_diagnosis_unknown, why, needs));
  }
  auto const named = static_cast<std::size_t>(d.named);
  std::string text = words.render(message(messages::text_diagnosis_fault, to_string(d.named), d.probability[named]));
  for (std::size_t f = 0; f < fault_count; ++f) {
    if (f == named || !d.judged[f] || d.probability[f] <= 0.5) continue;
    text += ' ' + words.render(message(messages::text_diagnosis_also, fault_names[f], d.probability[f]));
  }
  if (auto const ground = ground_of(d, words); !ground.empty()) text += ' ' + ground;
  return text + ' ' + words.word(check_of(d.named));
}

void write_members(wire::json_text& out, diagnosis const& d, report::catalogue const& words,
                   std::optional<features::severity_table> const& table) {
  auto const q = questions_of(d, words);
  out.member("verdict", verdict_word(d)).member("abstained", d.abstained());
  write_list(out, "why", q.why);
  write_list(out, "needs", q.needs);
  out.key("probability").open('{');
  for (std::size_t f = 0; f < fault_count; ++f) out.member(fault_names[f], rounded(d.probability[f]));
  out.close('}');
  write_ranking(out, d);
  write_lines(out, d);
  out.key("speed").open('{');
  if (d.speed.source == speed_source::none) {
    out.null_member("hz").null_member("source").null_member("uncertainty");
  } else {
    out.member("hz", rounded(d.speed.hz))
        .member("source", speed_source_names[static_cast<std::size_t>(d.speed.source)]);
    out.member("uncertainty", rounded(d.speed.hz * d.speed.uncertainty));
  }
  out.close('}');
  write_severity(out, d, table);
  out.member("quality", d.quality).member("text", std::string_view(sentences_of(d, words)));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
