// Sections that speak: overview, facts, advice, story, diagnosis.
#include <cmath>

#include "report/sections.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

std::string_view state_name(asset_state s) { return asset_state_names[static_cast<std::size_t>(s)]; }

// Signs after NAMUR NE 107: each state has a shape of its own, so that it is told apart in grey.
std::string_view sign(asset_state s) {
  switch (s) {
    case asset_state::failure:
      return R"(<circle cx="10" cy="10" r="9" fill="#b3261e"/><path d="M6 6l8 8M14 6l-8 8" stroke="#fff" stroke-width="2.4"/>)";
    case asset_state::check_function:
      return R"(<path d="M10 1.5L19 18.5H1z" fill="#d9730d"/><path d="M10 7v6M10 14.6v2" stroke="#fff" stroke-width="2.2"/>)";
    case asset_state::off_spec:
      return R"(<path d="M10 1.5L19 18.5H1z" fill="#ffd21f" stroke="#5c4a00"/><path d="M10 7v6M10 14.6v2" stroke="#3a2f00" stroke-width="2.2"/>)";
    case asset_state::maintenance_required:
      return R"(<path d="M10 .8L19.2 10 10 19.2.8 10z" fill="#1d5d8c"/><path d="M10 5.2v6M10 12.8v2.2" stroke="#fff" stroke-width="2.2"/>)";
    case asset_state::normal:
      return R"(<circle cx="10" cy="10" r="9" fill="#25703a"/><path d="M5.6 10.4l3 3 5.6-6.4" fill="none" stroke="#fff" stroke-width="2.2"/>)";
    case asset_state::unknown: break;
  }
  return R"(<circle cx="10" cy="10" r="8.2" fill="#fff" stroke="#6a7682" stroke-width="1.6" stroke-dasharray="3 2.4"/><path d="M6.5 10h7" stroke="#6a7682" stroke-width="2"/>)";
}

std::size_t standing_machine_alarm(asset_history const& a) {
  std::size_t number = 0, standing = 0;
  for (auto const& r : raised_alarms(a)) {
    ++number;
    if (r.ended == nullptr && r.raised->cause == event_cause::machine && standing == 0) standing = number;
  }
  return standing;
}

void write_card_row(page& p, std::string const& name, std::string const& content) {
  p.out.raw("<div class=\"row\">").element("span", name).element("span", content).raw("</div>");
}

void write_card(asset_history const& a, std::size_t number, page& p) {
  p.out.raw("<li class=\"card ").raw(state_name(a.state)).raw("\"><a href=\"#asset-").raw(std::to_string(number));
  p.out.raw("\">").text(a.id).raw("</a><div>");
  write_badge(p, a.state);
  p.out.raw("</div>");
  if (auto const n = standing_machine_alarm(a); n != 0) {
    p.out.element("p", p.say(captions::fact_standing, static_cast<double>(n)), "alarmed");
  }
  if (a.health) {
    write_card_row(p, p.say(captions::fact_health), p.words().percent(*a.health));
    double const share = std::clamp(*a.health, 0.0, 1.0);
    p.out.raw("<div class=\"bar\" aria-hidden=\"true\"><i style=\"width:")
        .raw(std::to_string(std::lround(100 * share)));
    p.out.raw("%\"></i></div>");
  }
  if (auto const* r = a.latest_prognosis(); r != nullptr && !r->abstained && r->life) {
    write_card_row(p, p.say(captions::fact_life), life_words(p, *r, r->life->p50));
  }
  if (a.operating != operating_state::unknown) {
    write_card_row(p, p.say(captions::fact_operating),
                   p.words().word("operating", operating_state_names[static_cast<std::size_t>(a.operating)]));
  }
  if (auto const* advice = a.latest_advice()) {
    p.out.element("p", advice->action);
  } else if (a.state == asset_state::normal) {
    p.out.element("p", p.say(messages::advice_none), "sub");
  } else if (!a.why.empty()) {
    p.out.element("p", a.why.front(), "sub");
  }
  p.out.raw("</li>");
}

void write_fact(page& p, message_key name, std::string const& content, std::string const& small = {}) {
  p.out.raw("<div>").element("dt", p.say(name)).raw("<dd>").text(content);
  if (!small.empty()) p.out.element("small", small);
  p.out.raw("</dd></div>");
}

void write_life_fact(asset_history const& a, page& p) {
  auto const* r = a.latest_prognosis();
  if (r == nullptr) return;
  if (r->abstained || !r->life)
    return write_fact(p, captions::fact_life, p.say(captions::fact_not_given), r->why.empty() ? "" : r->why[0]);
  auto const low = life_words(p, *r, r->life->p10), high = life_words(p, *r, r->life->p90);
  write_fact(p, captions::fact_life, life_words(p, *r, r->life->p50),
             p.say(captions::fact_life_range, std::string_view(low), std::string_view(high)));
}

// The columns that made an alarm, with the share of the score that they carry.
void write_contributions(alarm_record const& r, page& p) {
  auto parts = r.contributions;
  std::sort(parts.begin(), parts.end(), [](auto const& x, auto const& y) {
    return std::abs(x.second) != std::abs(y.second) ? std::abs(x.second) > std::abs(y.second) : x.first < y.first;
  });
  double total = 0;
  for (auto const& part : parts) total += std::abs(part.second);
  if (parts.empty() || !(total > 0)) return;
  p.out.element("h4", p.say(captions::advice_look)).raw("<ul>");
  for (std::size_t i = 0; i < parts.size() && i < 3; ++i) {
    double const share = std::abs(parts[i].second) / total;
    if (share < 0.02) break;
    auto name = parts[i].first;  // people ask for the quantity, not for its logarithm
    if (auto const log = name.rfind("log_"); log != std::string::npos && (log == 0 || name[log - 1] == '.')) {
      name.erase(log, 4);
    }
    p.out.element("li", sentence(p.say(messages::reason_contribution, std::string_view(name), share)));
  }
  p.out.raw("</ul>");
}

constexpr std::size_t story_most = 60;

std::string happening_words(happening const& h, page const& p) {
  if (!h.text.empty()) return sentence(h.text);
  if (h.kind == event_kind::alarm && h.phase == alarm_phase::raised) return p.say(captions::story_alarm_raised);
  if (h.kind == event_kind::alarm) {
    return sentence(p.words().word("phase", alarm_phase_names[static_cast<std::size_t>(h.phase)]));
  }
  auto const machine = p.words().word("state", state_name(h.state)),
             chain = p.words().word("state", state_name(h.measurement));
  return p.say(captions::story_now, std::string_view(machine), std::string_view(chain));
}

void write_happening(asset_history const& a, happening const& h, page& p) {
  p.out.raw("<tr><td class=\"when\">").text(p.when(a, h.t)).raw("</td><td>");
  if (h.alarm != 0) {
    p.out.element("span", p.say(captions::story_alarm, static_cast<double>(h.alarm)),
                  h.cause == event_cause::machine ? "alarmed" : "sub");
    p.out.raw(" \u00b7 ");
  } else if (h.kind != event_kind::state) {
    p.out.element("span", sentence(p.words().word("kind", event_kind_names[static_cast<std::size_t>(h.kind)])), "sub");
    p.out.raw(" \u00b7 ");
  }
  p.out.text(happening_words(h, p)).raw("</td></tr>");
}

}  // namespace

int urgency(asset_history const& a) {
  constexpr std::array<int, asset_state_names.size()> of_state{1, 0, 2, 3, 4, 5};
  int const alarmed = standing_machine_alarm(a) != 0 ? 1 : 0;
  return 2 * of_state[static_cast<std::size_t>(a.state)] + 3 * alarmed;
}

void write_badge(page& p, asset_state s) {
  p.out.raw("<span class=\"badge\"><svg viewBox=\"0 0 20 20\" aria-hidden=\"true\">").raw(sign(s)).raw("</svg>");
  p.out.text(sentence(p.words().word("state", state_name(s)))).raw("</span>");
}

history_clock life_clock_of(asset_history const& a, life_quantiles const& q) {
  return q.unit == "cycle"                  ? history_clock::cycles
         : a.clock == history_clock::cycles ? a.clock
                                            : history_clock::seconds;
}

std::string life_words(page const& p, prognosis_record const& r, std::optional<double> quantile) {
  if (!r.life) return p.say(captions::fact_not_given);
  auto const clock = r.life->unit == "cycle" ? history_clock::cycles : history_clock::seconds;
  if (quantile) return p.span(clock, *quantile);
  auto const horizon = r.life->horizon ? p.span(clock, *r.life->horizon) : std::string("\u2013");
  return p.say(captions::fact_more_than, std::string_view(horizon));
}

void write_overview(plant_history const& plant, page& p) {
  if (plant.assets.size() < 2) return;
  std::vector<asset_history const*> order;
  for (auto const& a : plant.assets) order.push_back(&a);
  std::stable_sort(order.begin(), order.end(), [](auto const* x, auto const* y) { return urgency(*x) > urgency(*y); });
  p.out.raw("<ul class=\"cards\">");
  for (auto const* a : order) write_card(*a, static_cast<std::size_t>(a - plant.assets.data()) + 1, p);
  p.out.raw("</ul>");
}

void write_facts(asset_history const& a, page& p) {
  p.out.raw("<dl class=\"glance\">");
  write_fact(p, captions::fact_measurement, sentence(p.words().word("state", state_name(a.measurement))));
  if (a.operating != operating_state::unknown) {
    write_fact(p, captions::fact_operating,
               sentence(p.words().word("operating", operating_state_names[static_cast<std::size_t>(a.operating)])));
  }
  if (a.run_hours) write_fact(p, captions::fact_run_hours, p.words().number(*a.run_hours, *a.run_hours < 100 ? 1 : 0));
  if (a.health) write_fact(p, captions::fact_health, p.words().percent(*a.health));
  write_life_fact(a, p);
  if (auto const watched = a.watch_coverage(); watched && a.clock == history_clock::seconds) {
    write_fact(p, captions::fact_watched, p.words().percent(*watched), p.say(captions::fact_watched_note));
  }
  if (a.clock != history_clock::cycles) {
    auto const* first = a.first_machine_alarm();
    if (first == nullptr) {
      write_fact(p, captions::fact_first_alarm, p.say(captions::fact_none));
    } else {
      auto const lead = p.span(a.clock, a.last - first->t);
      write_fact(p, captions::fact_first_alarm, p.when(a, first->t),
                 p.say(captions::fact_before_end, std::string_view(lead)));
    }
  }
  p.out.raw("</dl>");
}

void write_advice(asset_history const& a, page& p) {
  auto const* advice = a.latest_advice();
  if (advice == nullptr) {
    if (a.state == asset_state::normal) p.out.element("p", p.say(messages::advice_none));
    if (a.state == asset_state::normal || a.operating == operating_state::off) return;
    if (a.why.empty() && a.needs.empty()) return;
    write_list(p, a.why);
    if (!a.needs.empty()) p.out.element("h4", p.say(captions::advice_needs));
    write_list(p, a.needs);
    return;
  }
  auto const priority = alarm_priority_names[static_cast<std::size_t>(advice->priority)];
  auto const word = p.words().word("priority", priority);
  p.out.raw("<div class=\"do ")
      .raw(priority)
      .raw("\">")
      .element("p", advice->action, "action")
      .raw("<p class=\"sub\">");
  p.out.text(p.say(captions::advice_priority, std::string_view(word)));
  if (advice->due) {
    auto const due = p.when(a, *advice->due);
    p.out.raw(" \u00b7 ").text(p.say(captions::advice_due, std::string_view(due)));
  }
  if (!advice->request.empty()) {
    p.out.raw(" \u00b7 ").text(p.say(captions::advice_request, std::string_view(advice->request)));
  }
  p.out.raw("</p>");
  if (!advice->reasons.empty()) p.out.element("h4", p.say(captions::advice_why));
  write_list(p, advice->reasons);
  alarm_record const* cause = nullptr;
  for (auto const& r : a.alarms) {
    if (r.phase == alarm_phase::raised && r.cause == event_cause::machine && r.t <= advice->t) cause = &r;
  }
  if (cause != nullptr && advice->cause == event_cause::machine) write_contributions(*cause, p);
  p.out.raw("</div>");
}

void write_story(asset_history const& a, page& p) {
  if (a.story.empty()) return;
  p.out.raw("<div class=\"scroll\"><table><thead><tr>").element("th", p.say(captions::story_when));
  p.out.element("th", p.say(captions::story_what)).raw("</tr></thead><tbody>");
  // A long story keeps its beginning and its end.
  std::size_t const n = a.story.size(), left_out = n > story_most ? n - story_most : 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (left_out != 0 && i == story_most / 2) {
      p.out.raw("<tr><td></td><td class=\"sub\">");
      p.out.text(p.say(captions::story_more, static_cast<double>(left_out))).raw("</td></tr>");
      i += left_out;
    }
    write_happening(a, a.story[i], p);
  }
  p.out.raw("</tbody></table></div>");
}

void write_diagnosis(asset_history const& a, page& p) {
  if (a.diagnoses.empty()) return;
  auto const& d = a.diagnoses.back();
  if (!d.text.empty()) p.out.element("p", d.text);
  write_list(p, d.why);
  if (!d.needs.empty()) p.out.element("h4", p.say(captions::advice_needs));
  write_list(p, d.needs);
  auto faults = d.probability;
  if (faults.empty()) return;
  std::stable_sort(faults.begin(), faults.end(), [](auto const& x, auto const& y) { return x.second > y.second; });
  p.out.raw("<div class=\"scroll\"><table><thead><tr>").element("th", p.say(captions::table_fault));
  p.out.element("th", p.say(captions::table_probability), "n").raw("</tr></thead><tbody>");
  for (auto const& [fault, probability] : faults) {
    p.out.raw("<tr>").element("th", sentence(p.words().word("fault", fault))).raw("<td class=\"n\">");
    p.out.number(probability, p.words().percent(probability)).raw("</td></tr>");
  }
  p.out.raw("</tbody></table></div>");
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
