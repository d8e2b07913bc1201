#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "pdm/core/version.hpp"
#include "report/sections.hpp"
#include "report/style.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

// "2026-01-05 06:00" of Unix seconds; civil date after H. Hinnant, chrono-compatible date algorithms.
std::string wall_text(double unix_s, bool with_seconds) {
  auto const total = static_cast<std::int64_t>(std::floor(unix_s + 0.5));
  std::int64_t days = total / 86400, rest = total % 86400;
  if (rest < 0) {
    rest += 86400;
    --days;
  }
  std::int64_t const z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
  std::int64_t const yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365,
                     doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  std::int64_t const mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
  std::int64_t const y = yoe + era * 400 + (m <= 2 ? 1 : 0);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d", static_cast<int>(y), static_cast<int>(m),
                static_cast<int>(d), static_cast<int>(rest / 3600), static_cast<int>(rest / 60 % 60),
                static_cast<int>(rest % 60));
  std::string s = text.data();
  return with_seconds ? s : s.substr(0, s.size() - 3);
}

constexpr std::array<double, 22> wall_steps{1,     2,     5,      10,     15,           30,          60,    120,
                                            300,   600,   900,    1800,   3600,         7200,        10800, 21600,
                                            43200, 86400, 172800, 604800, 2 * 604800.0, 8 * 604800.0};

std::vector<tick> wall_ticks(double start_s, double first, double last) {
  double step = wall_steps.back();
  for (std::size_t i = wall_steps.size(); i-- > 0;) {
    if ((last - first) / wall_steps[i] <= 8) step = wall_steps[i];
  }
  std::vector<tick> ticks;
  std::string day;
  double const monday = step >= 604800 ? 4 * 86400.0 : 0;  // 1970-01-05, so that weeks begin on Mondays
  for (double w = std::ceil((start_s + first - monday) / step) * step + monday;
       w <= start_s + last && ticks.size() < 60; w += step) {
    auto const text = wall_text(w, step < 60);
    std::string const date = text.substr(0, 10);
    if (step >= 86400) {
      ticks.push_back({w - start_s, date.substr(5), ticks.empty() ? date.substr(0, 4) : ""});
    } else {
      ticks.push_back({w - start_s, text.substr(11), date != day ? date : ""});
    }
    day = date;
  }
  return ticks;
}

struct axis_unit {
  double upto, size;
  message_key title;
};
constexpr std::array<axis_unit, 4> axis_units{{{180, 1, captions::axis_seconds},
                                               {3 * 3600.0, 60, captions::axis_minutes},
                                               {4 * 86400.0, 3600, captions::axis_hours},
                                               {1e300, 86400, captions::axis_days}}};

void write_head(plant_history const& plant, page& p) {
  std::size_t events = 0;
  for (auto const& a : plant.assets) events += a.events;
  p.out.raw("<header>").element("h1", p.say(captions::report_title));
  std::string sub = p.say(plant.assets.size() == 1 ? captions::report_asset : captions::report_assets,
                          static_cast<double>(plant.assets.size()));
  sub +=
      " \u00b7 " + p.say(events == 1 ? captions::report_event : captions::report_events, static_cast<double>(events));
  if (!plant.assets.empty()) {
    auto const* from = &plant.assets.front();
    auto const* to = from;
    bool one_clock = true;
    for (auto const& a : plant.assets) {
      one_clock = one_clock && a.clock == from->clock && a.wall_start_s.has_value() == from->wall_start_s.has_value();
      if (a.wall_start_s.value_or(0) + a.first < from->wall_start_s.value_or(0) + from->first) from = &a;
      if (a.wall_start_s.value_or(0) + a.last > to->wall_start_s.value_or(0) + to->last) to = &a;
    }
    auto const begin = p.when(*from, from->first), end = p.when(*to, to->last);
    if (one_clock) sub += " \u00b7 " + p.say(captions::report_period, std::string_view(begin), std::string_view(end));
  }
  p.out.element("p", sub, "sub");
  if (plant.assets.empty()) p.out.element("p", p.say(captions::report_nothing), "note");
  if (!plant.refused.empty()) {
    p.out.raw("<div class=\"refused\">").element("p", p.say(captions::report_refused));
    write_list(p, plant.refused);
    p.out.raw("</div>");
  }
  p.out.raw("</header>");
}

}  // namespace

std::string page::when(asset_history const& a, double t) const {
  if (a.clock == history_clock::rows) return say(captions::clock_row, t);
  if (a.clock == history_clock::cycles) return say(captions::clock_cycle, t);
  if (a.wall_start_s) return wall_text(*a.wall_start_s + t, a.last - a.first < 3600);
  auto const part = [&](double v) { return words_.number(v, 0); };
  auto const two = [&](double v) { return (v < 10 ? "0" : "") + part(v); };
  auto const say2 = [&](message_key k, std::string const& x, std::string const& y) {
    return say(k, std::string_view(x), std::string_view(y));
  };
  if (t < 0) return words_.number(t) + "\u00a0s";
  double const s = std::floor(t + 0.5);
  if (s < 60) return say(captions::clock_seconds, std::string_view(words_.number(t, a.last - a.first < 10 ? 2 : 0)));
  if (s < 3600) return say2(captions::clock_minutes, part(std::floor(s / 60)), two(std::fmod(s, 60)));
  double const minutes = std::floor(t / 60 + 0.5);
  if (minutes < 10 * 24 * 60) {
    return say2(captions::clock_hours, part(std::floor(minutes / 60)), two(std::fmod(minutes, 60)));
  }
  double const hours = std::floor(t / 3600 + 0.5);
  return say2(captions::clock_days, part(std::floor(hours / 24)), two(std::fmod(hours, 24)));
}

std::string page::span(history_clock clock, double amount) const {
  if (clock == history_clock::seconds) return words_.duration(amount);
  auto const n = words_.number(amount, amount < 10 && amount != std::floor(amount) ? 1 : 0);
  return say(clock == history_clock::rows ? captions::clock_rows : captions::clock_cycles, std::string_view(n));
}

void page::value(double v, std::string_view unit, int decimals) {
  out.number(v, words_.number(v, decimals));
  if (!unit.empty() && unit != "1" && unit != "unknown")
    out.raw("\u00a0<span class=\"unit\">").text(unit).raw("</span>");
}

void write_list(page& p, std::vector<std::string> const& sentences, std::string_view kind) {
  if (sentences.empty()) return;
  p.out.raw(kind.empty() ? "<ul>" : "<ul class=\"" + std::string(kind) + "\">");
  for (auto const& s : sentences) p.out.element("li", sentence(s));
  p.out.raw("</ul>");
}

// Runs one section aside; what it wrote gets its frame and heading, and nothing gets nothing.
template <class Write>
void write_section(section const& s, page& p, Write write) {
  html outside = std::move(p.out);
  p.out = {};
  write();
  std::string const body = p.out.take();
  p.out = std::move(outside);
  if (body.empty()) return;
  p.out.raw("\n<section class=\"").text(s.id).raw("\">");
  if (!s.title.name.empty()) p.out.element("h3", p.say(s.title));
  p.out.raw(body).raw("</section>");
}

std::string sentence(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

chart::axis time_axis(asset_history const& a, page const& p) {
  chart::axis x{a.first, a.last, false, {}, {}};
  if (!(x.high > x.low)) {
    x.low -= 0.5;
    x.high += 0.5;
  }
  auto const number = [&](double v, int decimals) { return p.words().number(v, decimals); };
  if (a.clock != history_clock::seconds) {
    x.ticks = nice_ticks(x.low, x.high, 8, number);
    x.title = p.say(a.clock == history_clock::rows ? captions::axis_rows : captions::axis_cycles);
    return x;
  }
  if (a.wall_start_s) {
    x.ticks = wall_ticks(*a.wall_start_s, x.low, x.high);
    x.title = p.say(captions::axis_utc);
    return x;
  }
  auto const* unit = axis_units.data();
  while (std::max(std::abs(x.low), std::abs(x.high)) >= unit->upto) ++unit;
  x.ticks = nice_ticks(x.low / unit->size, x.high / unit->size, 8, number);
  for (auto& t : x.ticks) t.at *= unit->size;
  x.title = p.say(unit->title);
  return x;
}

chart::axis value_axis(page const& p, double low, double high, bool log) {
  auto const number = [&](double v, int decimals) { return p.words().number(v, decimals); };
  chart::axis y{low, high, log, {}, {}};
  if (log) {
    y.low = low * 0.9;
    y.high = high * 1.12;
    y.ticks = log_ticks(y.low, y.high, number);
    if (y.ticks.size() < 2) y.ticks = nice_ticks(y.low, y.high, 4, number);
    return y;
  }
  if (!(high > low)) {
    double const around = low == 0 ? 1 : std::abs(low) * 0.1;
    y.low = low - around;
    y.high = high + around;
  } else {
    // From zero where that costs little of the picture.
    y.low = low >= 0 && low < 0.45 * high ? 0 : low - 0.06 * (high - low);
    y.high = high + 0.06 * (high - low);
  }
  if (!std::isfinite(y.high - y.low)) y = {0, 1, false, {}, {}};
  y.ticks = nice_ticks(y.low, y.high, 5, number);
  return y;
}

double usual_step(std::vector<state_point> const& states) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < states.size(); ++i) {
    if (states[i].t > states[i - 1].t) steps.push_back(states[i].t - states[i - 1].t);
  }
  if (steps.empty()) return 0;
  auto const middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

void add_alarm_marks(chart& c, asset_history const& a) {
  std::size_t number = 0;
  for (auto const& r : raised_alarms(a)) {
    ++number;
    c.mark(r.raised->t, event_cause_names[static_cast<std::size_t>(r.raised->cause)], std::to_string(number));
  }
}

bool add_regimes(chart& c, asset_history const& a, page const& p) {
  auto const same = [](state_point const& x, state_point const& y) {
    bool const steady = x.operating == operating_state::steady;
    return x.operating == y.operating && (!steady || x.regime == y.regime);
  };
  bool const varied =
      std::any_of(a.states.begin(), a.states.end(), [&](auto const& s) { return !same(s, a.states[0]); });
  if (!varied) return false;
  double const step = usual_step(a.states), pixel = (a.last - a.first) / chart::width;
  for (std::size_t i = 0; i < a.states.size();) {
    std::size_t end = i + 1;
    while (end < a.states.size() && same(a.states[end], a.states[i]) &&
           a.states[end].t - a.states[end - 1].t <= 5 * step) {
      ++end;
    }
    auto const& s = a.states[i];
    double const next = end < a.states.size() ? a.states[end].t : a.last;
    double const until = std::min(next, a.states[end - 1].t + 5 * step);
    bool const steady = s.operating == operating_state::steady, off = s.operating == operating_state::off;
    auto const word = p.words().word("operating", operating_state_names[static_cast<std::size_t>(s.operating)]);
    auto const& key = s.regime < a.regimes.size() ? a.regimes[s.regime] : std::string{};
    auto const label = steady && !key.empty() ? p.say(captions::chart_regime, std::string_view(key)) : word;
    std::string const kind = steady ? "r" + std::to_string(s.regime % 4) : off ? "still" : "unsteady";
    if (until - s.t >= 0.5 * pixel) {
      c.strip(s.t, until, kind, label);
      if (off) c.band(s.t, until, "off");
    }
    i = end;
  }
  return true;
}

std::vector<raised_alarm> raised_alarms(asset_history const& a) {
  std::vector<raised_alarm> all;
  std::vector<std::size_t> standing;
  for (auto const& r : a.alarms) {
    if (r.phase == alarm_phase::raised) {
      standing.push_back(all.size());
      all.push_back({&r, nullptr});
    } else if (r.phase == alarm_phase::cleared) {
      auto const at = std::find_if(standing.rbegin(), standing.rend(), [&](std::size_t i) {
        return all[i].raised->rule == r.rule && all[i].raised->cause == r.cause;
      });
      if (at == standing.rend()) continue;
      all[*at].ended = &r;
      standing.erase(std::next(at).base());
    }
  }
  return all;
}

section_registry section_registry::standard() {
  section_registry r;
  r.add({"overview", 0, {}, write_overview, {}});
  r.add({"accuracy", 10, captions::section_accuracy, write_accuracy, {}});
  r.add({"facts", 100, {}, {}, write_facts});
  r.add({"advice", 110, captions::section_advice, {}, write_advice});
  r.add({"story", 120, captions::section_story, {}, write_story});
  r.add({"diagnosis", 130, captions::section_diagnosis, {}, write_diagnosis});
  r.add({"trend", 140, captions::section_trend, {}, write_trends});
  r.add({"score", 150, captions::section_score, {}, write_score});
  r.add({"spectrum", 160, captions::section_spectrum, {}, write_spectra});
  r.add({"health", 170, captions::section_health, {}, write_health});
  r.add({"life", 180, captions::section_life, {}, write_life});
  r.add({"quality", 190, captions::section_quality, {}, write_quality});
  r.add({"numbers", 200, {}, {}, write_numbers});
  r.add({"provenance", 1000, captions::section_provenance, write_provenance, {}});
  return r;
}

std::string make_page(plant_history const& plant, catalogue const& words, section_registry const& registry) {
  page p(words);
  p.out.raw("<!DOCTYPE html>\n<html lang=\"").text(words.tag()).raw("\"><head><meta charset=\"utf-8\">");
  p.out.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">");
  p.out.raw("<meta name=\"generator\" content=\"pdm " PDM_VERSION_STRING "\">");
  p.out.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">");
  std::string title = p.say(captions::report_title);
  if (plant.assets.size() == 1) title += " \u00b7 " + plant.assets[0].id;
  p.out.element("title", title).raw("<style>").raw(page_style).raw("</style></head>\n<body>");
  write_head(plant, p);
  p.out.raw("<main>");
  auto const write_plant = [&](bool before_assets) {
    for (auto const& s : registry.sections()) {
      if (s.for_plant && (s.order < 100) == before_assets && !plant.assets.empty()) {
        write_section(s, p, [&] { s.for_plant(plant, p); });
      }
    }
  };
  write_plant(true);
  std::vector<asset_history const*> by_urgency;
  for (auto const& a : plant.assets) by_urgency.push_back(&a);
  std::stable_sort(by_urgency.begin(), by_urgency.end(),
                   [](auto const* x, auto const* y) { return urgency(*x) > urgency(*y); });
  for (auto const* a : by_urgency) {
    p.out.raw("\n<article id=\"asset-").raw(std::to_string(a - plant.assets.data() + 1)).raw("\">");
    p.out.raw("<div class=\"head\">").element("h2", a->id);
    write_badge(p, a->state);
    p.out.raw("</div>");
    for (auto const& s : registry.sections()) {
      if (s.for_asset) write_section(s, p, [&] { s.for_asset(*a, p); });
    }
    p.out.raw("</article>");
  }
  write_plant(false);
  p.out.raw("</main>\n<footer>").text(p.say(captions::report_footer, std::string_view(PDM_VERSION_STRING)));
  return p.out.raw("</footer></body></html>\n").take();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
