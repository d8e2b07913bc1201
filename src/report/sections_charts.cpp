// Sections that draw: trends, score, spectra, health, remaining life.
#include <cmath>
#include <tuple>

#include "report/sections.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

struct extent {
  double low = 0, high = 0;
  bool any = false;
  void take(double v) {
    low = any ? std::min(low, v) : v;
    high = any ? std::max(high, v) : v;
    any = true;
  }
};

extent extent_of(std::vector<sample> const& points) {
  extent e;
  for (auto const& s : points) e.take(s.value);
  return e;
}

double median_of(std::vector<sample> const& points) {
  std::vector<double> v;
  v.reserve(points.size());
  for (auto const& s : points) v.push_back(s.value);
  if (v.empty()) return 0;
  auto const middle = v.begin() + static_cast<std::ptrdiff_t>(v.size() / 2);
  std::nth_element(v.begin(), middle, v.end());
  return *middle;
}

// A peak that would press everything else onto the floor is better seen on a logarithmic scale.
bool wants_log(std::vector<sample> const& points) {
  auto const e = extent_of(points);
  return e.any && e.low > 0 && e.high > 25 * median_of(points);
}

std::string shown_unit(page const& p, std::string_view unit) {
  if (unit == "unknown" || unit.empty()) return p.say(captions::chart_no_unit);
  return unit == "1" ? p.say(captions::chart_ratio) : std::string(unit);
}

std::string range_words(page const& p, std::string const& name, std::vector<sample> const& points) {
  if (points.empty()) return p.say(captions::chart_gaps);
  auto const e = extent_of(points);
  auto const text = [&](double v) { return p.words().number(v); };
  auto const a = text(points.front().value), b = text(points.back().value), c = text(e.low), d = text(e.high);
  return p.say(captions::chart_range, std::string_view(name), std::string_view(a), std::string_view(b),
               std::string_view(c), std::string_view(d));
}

std::string_view without_log(std::string_view name) {
  auto const at = name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1;
  return name.substr(at, 4) == "log_" ? name.substr(at + 4) : name.substr(at);
}

// "horizontal.log_rms" of a score is the feature "horizontal.rms" of the row.
bool speaks_of(std::string_view contribution, std::string_view feature) {
  if (contribution == feature) return true;
  auto const point = [](std::string_view n) {
    return n.substr(0, n.rfind('.') == std::string_view::npos ? 0 : n.rfind('.'));
  };
  return point(contribution) == point(feature) && without_log(contribution) == without_log(feature);
}

// How far a feature went from where it usually was, in its own ups and downs.
double excursion(feature_series const& f) {
  std::vector<double> off;
  double const usual = median_of(f.points);
  for (auto const& s : f.points) off.push_back(std::abs(s.value - usual));
  if (off.size() < 8) return 0;
  auto const middle = off.begin() + static_cast<std::ptrdiff_t>(off.size() / 2);
  std::nth_element(off.begin(), middle, off.end());
  double const scale = *middle, most = *std::max_element(off.begin(), off.end());
  return scale > 0 ? most / scale : 0;
}

void write_trend(asset_history const& a, feature_series const& f, page& p, bool with_regimes, bool last) {
  auto const e = extent_of(f.points);
  if (!e.any) return;
  bool const log = wants_log(f.points);
  auto x = time_axis(a, p);
  if (!last) x.title.clear();
  chart c(last ? 150 : 136, x, value_axis(p, e.low, e.high, log));
  if (with_regimes) (void)add_regimes(c, a, p);
  c.line(f.points, "line", 5 * usual_step(a.states));
  add_alarm_marks(c, a);
  auto const name = p.words().feature(f.name);
  auto detail = shown_unit(p, f.unit);
  if (log) detail += " \u00b7 " + p.say(captions::chart_log);
  write_figure(p, c, p.unique("c"), name, detail, range_words(p, name, f.points));
}

std::vector<sample> of_states(asset_history const& a, std::optional<double> state_point::*member) {
  std::vector<sample> points;
  for (auto const& s : a.states) {
    if (s.*member) points.push_back({s.t, *(s.*member)});
  }
  return points;
}

std::vector<sample> as_samples(std::vector<double> const& lines, double df) {
  std::vector<sample> points;
  points.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) points.push_back({static_cast<double>(i) * df, lines[i]});
  return points;
}

sample highest(std::vector<sample> const& lines) {
  sample best{0, -1};
  for (auto const& line : lines) {
    if (line.value > best.value) best = line;
  }
  return best;
}

// "bearing.outer_race" is "outer race" where there is only one bearing to speak of.
std::string short_name(std::string const& name, std::vector<std::pair<std::string, double>> const& all) {
  auto const owner = [](std::string const& n) {
    return n.find('.') == std::string::npos ? "" : n.substr(0, n.find('.'));
  };
  bool const alone = std::all_of(all.begin(), all.end(), [&](auto const& l) {
    return owner(l.first).empty() || owner(name).empty() || owner(l.first) == owner(name);
  });
  std::string shown = alone && !owner(name).empty() ? name.substr(owner(name).size() + 1) : name;
  std::replace(shown.begin(), shown.end(), '_', ' ');
  return shown;
}

void write_spectrum(page& p, alarm_spectra const& s, spectrum_pair const& pair, std::size_t number, bool envelope) {
  auto before = as_samples(pair.before, pair.df_hz), after = as_samples(pair.after, pair.df_hz);
  auto const count = std::max(before.size(), after.size());
  if (count < 2) return;
  double const f_max = static_cast<double>(count - 1) * pair.df_hz;
  bool const kilo = f_max >= 5000;
  // The line at zero is the mean, not a vibration: it would only set the scale.
  if (!before.empty()) before.erase(before.begin());
  if (!after.empty()) after.erase(after.begin());
  extent e;
  for (auto const* lines : {&before, &after}) {
    for (auto const& l : *lines) e.take(l.value);
  }
  auto const words = [&](double v, int decimals) { return p.words().number(v, decimals); };
  chart::axis x{0, f_max, false, nice_ticks(0, kilo ? f_max / 1000 : f_max, 9, words), {}};
  if (kilo) {
    for (auto& t : x.ticks) t.at *= 1000;
  }
  x.title = p.say(kilo ? captions::axis_khz : captions::axis_hz);
  chart c(190, x, value_axis(p, std::min(0.0, e.low), e.high, false));
  if (envelope) {
    auto lines = s.lines;
    std::sort(lines.begin(), lines.end(), [](auto const& x1, auto const& x2) { return x1.second < x2.second; });
    // Names stand one below the other, so that neighbours can be read.
    double const top = value_axis(p, std::min(0.0, e.low), e.high, false).high;
    int step = 0;
    for (auto const& [name, hz] : lines) {
      if (hz > f_max) continue;
      c.mark(hz, "fault", "").note(hz, top * (0.97 - 0.1 * (step++ % 6)), "fault", short_name(name, lines));
    }
  }
  c.line(after, "line now").line(before, "line past");
  html key;
  for (auto const& [lines, kind, which] :
       {std::tuple(&before, "past", captions::chart_before), std::tuple(&after, "now", captions::chart_after)}) {
    auto const top = highest(*lines);
    if (top.value <= 0) continue;
    auto const level = words(top.value, -3) + (pair.unit.empty() ? "" : "\u00a0" + pair.unit),
               hz = words(top.t, top.t < 100 ? 1 : 0);
    key.element("span",
                p.say(which) + ": " + p.say(captions::chart_highest, std::string_view(level), std::string_view(hz)),
                kind);
  }
  auto const known = std::find(captions::scaling_words.begin(), captions::scaling_words.end(), pair.scaling);
  auto const scaling = p.words().word("scaling", known == captions::scaling_words.end() ? "unknown" : *known);
  auto const no = std::to_string(number), df = words(pair.df_hz, -4), unit = shown_unit(p, pair.unit);
  auto const title = p.say(envelope ? captions::chart_envelope : captions::chart_spectrum, std::string_view(no),
                           std::string_view(s.point), std::string_view(unit));
  auto const detail = p.say(captions::chart_spectrum_note, std::string_view(scaling), std::string_view(df));
  write_figure(p, c, p.unique("c"), title, detail, range_words(p, p.say(captions::chart_after), after), key.str());
}

struct life_unit {
  double upto, size;
  message_key name;
};
constexpr std::array<life_unit, 4> life_units{{{600, 1, captions::axis_unit_seconds},
                                               {3 * 3600.0, 60, captions::axis_unit_minutes},
                                               {4 * 86400.0, 3600, captions::axis_unit_hours},
                                               {1e300, 86400, captions::axis_unit_days}}};

life_unit unit_for(asset_history const& a, life_quantiles const& q, double amount) {
  if (life_clock_of(a, q) != history_clock::seconds) return {0, 1, captions::life_cycles};
  return *std::find_if(life_units.begin(), life_units.end() - 1, [&](auto const& u) { return amount < u.upto; });
}

// The fan of one awaited event over time: quantiles that lie beyond the horizon stand at the horizon.
struct fan {
  std::vector<sample> p10, p25, p50, p75, p90;
  double horizon = 0;
  bool open = false;  // some quantile lies beyond the horizon

  void take(double t, life_quantiles const& q) {
    horizon = std::max(horizon, q.horizon.value_or(0));
    double last = 0;
    auto const put = [&](std::vector<sample>& to, std::optional<double> v) {
      open = open || !v;
      last = std::max(last, v.value_or(q.horizon.value_or(last)));
      to.push_back({t, last});
    };
    put(p10, q.p10);
    put(p25, q.p25);
    put(p50, q.p50);
    put(p75, q.p75);
    put(p90, q.p90);
  }
  void scale(double unit) {
    for (auto* s : {&p10, &p25, &p50, &p75, &p90}) {
      for (auto& v : *s) v.value /= unit;
    }
  }
};

// A height that shows the later part well: a wide guess at the start would flatten everything after it.
double fan_height(fan const& f) {
  std::vector<double> tops;
  for (std::size_t i = f.p75.size() / 4; i < f.p75.size(); ++i)
    tops.push_back(std::max(f.p75[i].value, f.p50[i].value));
  if (tops.empty()) return 1;
  auto const at = tops.begin() + static_cast<std::ptrdiff_t>((tops.size() - 1) * 9 / 10);
  std::nth_element(tops.begin(), at, tops.end());
  return std::max(*at * 1.25, 1e-9);
}

// The life that came, where it is known, with the cone of alpha-lambda: what counts as near enough to it.
struct true_rest {
  std::vector<sample> rest, least, most;
  double alpha = 0;

  void take(prognosis_record const& r, double unit) {
    if (!r.truth) return;
    alpha = r.alpha.value_or(0);
    double const v = *r.truth / unit;
    rest.push_back({r.t, v}), least.push_back({r.t, (1 - alpha) * v}), most.push_back({r.t, (1 + alpha) * v});
  }
  void draw(chart& c, double gap) const {
    if (alpha > 0) c.line(least, "cone", gap).line(most, "cone", gap);
    c.line(rest, "truth", gap);
  }
  [[nodiscard]] std::string cone_key(page const& p) const {
    auto const share = p.words().percent(alpha);
    return alpha > 0 ? key_entry("cone", p.say(captions::chart_cone, std::string_view("\u00b1" + share))) : "";
  }
};

void write_fan(asset_history const& a, prognosis_record const& latest, page& p) {
  fan f;
  for (auto const& r : a.prognoses) {
    if (r.event == latest.event && !r.abstained && r.life) f.take(r.t, *r.life);
  }
  if (f.p50.empty()) return;
  auto x = time_axis(a, p);
  double height = fan_height(f);
  auto const in = unit_for(a, *latest.life, height);
  f.scale(in.size);
  height /= in.size;
  true_rest t;
  for (auto const& r : a.prognoses) {
    if (r.event == latest.event) t.take(r, in.size);
  }
  for (auto const& v : t.rest) height = std::max(height, 1.05 * v.value);
  double gap = 0;
  {
    std::vector<state_point> times;
    for (auto const& s : f.p50) times.emplace_back().t = s.t;
    gap = 6 * usual_step(times);
  }
  chart::axis y{0, height, false, {}, {}};
  y.ticks = nice_ticks(0, height, 5, [&](double v, int d) { return p.words().number(v, d); });
  chart c(210, x, y);
  c.area(f.p10, f.p90, "wide", gap).area(f.p25, f.p75, "narrow", gap).line(f.p50, "median", gap);
  t.draw(c, gap);
  add_alarm_marks(c, a);
  auto const clock = p.say(latest.clock == "calendar" ? captions::life_calendar : captions::life_operating);
  auto const unit_word = p.say(in.name);
  bool const cycles = in.name == captions::life_cycles;
  auto const title = cycles ? p.say(captions::section_life) + ", " + unit_word
                            : p.say(captions::chart_life_axis, std::string_view(clock), std::string_view(unit_word));
  std::string key;
  for (auto const& [kind, what] :
       {std::pair("median", captions::chart_median), std::pair("narrow", captions::chart_half),
        std::pair("wide", captions::chart_eighty)}) {
    key += key_entry(kind, p.say(what));
  }
  if (!t.rest.empty()) key += key_entry("truth", p.say(captions::chart_truth)) + t.cone_key(p);
  write_figure(p, c, p.unique("c"), title, "", range_words(p, p.say(captions::chart_median), f.p50), key);
  bool const cut = std::any_of(f.p90.begin(), f.p90.end(), [&](auto const& s) { return s.value > height; });
  if (!cut && !f.open) return;
  auto const horizon = p.span(life_clock_of(a, *latest.life), f.horizon);
  p.out.element("p", p.say(captions::chart_cut, std::string_view(horizon)), "note");
}

// The quantiles in one unit, so that they can be read across; the exact value is in seconds, or cycles, as in the
// event.
void write_life_table(asset_history const& a, prognosis_record const& r, page& p) {
  auto const& q = *r.life;
  auto const quantiles = {std::pair(0.05, q.p05), std::pair(0.1, q.p10), std::pair(0.25, q.p25), std::pair(0.5, q.p50),
                          std::pair(0.75, q.p75), std::pair(0.9, q.p90), std::pair(0.95, q.p95)};
  auto const in = unit_for(a, q, q.p50.value_or(q.horizon.value_or(0)));
  auto const made = p.when(a, r.t);
  p.out.raw("<div class=\"scroll\"><table><caption>").text(p.say(captions::life_table, std::string_view(made)));
  p.out.raw("</caption><thead><tr>").element("th", p.say(captions::table_probability));
  for (auto const& [share, v] : quantiles) p.out.element("th", p.say(captions::number_percent, 100 * share), "n");
  p.out.raw("</tr></thead><tbody><tr>").element("th", p.say(captions::life_within) + " (" + p.say(in.name) + ")");
  for (auto const& [share, v] : quantiles) {
    p.out.raw("<td class=\"n\">");
    if (v) {
      p.out.number(*v, p.words().number(*v / in.size, *v / in.size < 20 ? 1 : 0));
    } else {
      p.out.text(life_words(p, r, v));
    }
    p.out.raw("</td>");
  }
  p.out.raw("</tr></tbody></table></div>");
}

std::string awaited(page const& p, std::string const& event) {
  auto const colon = event.find(':');
  auto const what = colon == std::string::npos ? event : event.substr(colon + 1);
  bool const limit = event.substr(0, colon) == "limit";
  auto const word = limit ? p.words().feature(what) : p.words().word("fault", what);
  return p.say(limit ? captions::life_until_limit : captions::life_until_failure, std::string_view(word));
}

void write_basis(prognosis_record const& r, page& p) {
  p.out.raw("<p class=\"note\">");
  p.out.text(p.say(captions::life_basis, static_cast<double>(r.failures), static_cast<double>(r.censored)));
  if (!r.priors.empty()) {
    std::string all;
    for (auto const& prior : r.priors) all += (all.empty() ? "" : "; ") + prior;
    p.out.raw(" ").text(p.say(captions::life_priors, std::string_view(all)));
  }
  p.out.raw("</p>");
  if (!r.assumes.empty()) p.out.element("h4", p.say(captions::life_assumes));
  write_list(p, r.assumes, "note");
}

// Which tint is which regime; a machine of very many regimes gets no key.
void write_regime_key(asset_history const& a, page& p) {
  if (a.regimes.size() < 2 || a.regimes.size() > 9) return;
  p.out.raw("<p class=\"key regimes\">");
  for (std::size_t i = 0; i < a.regimes.size(); ++i) {
    if (a.regimes[i].empty()) continue;
    p.out.raw("<span class=\"r").raw(std::to_string(i % 4)).raw("\"><i></i>");
    p.out.text(p.say(captions::chart_regime, std::string_view(a.regimes[i]))).raw("</span>");
  }
  p.out.raw("</p>");
}

}  // namespace

std::vector<std::size_t> main_features(asset_history const& a, std::size_t most) {
  std::vector<std::pair<double, std::size_t>> ranked;
  auto const* alarm = a.first_machine_alarm();
  for (std::size_t i = 0; i < a.features.size(); ++i) {
    auto const& f = a.features[i];
    if (f.points.empty()) continue;
    double weight = 1 - 1 / (1 + 0.05 * excursion(f));
    if (alarm != nullptr) {
      double total = 0, own = 0;
      for (auto const& [name, part] : alarm->contributions) {
        total += std::abs(part);
        if (speaks_of(name, f.name)) own += std::abs(part);
      }
      if (total > 0) weight += 4 * own / total;
    }
    if (without_log(f.name) == "rms" || without_log(f.name) == "velocity_rms")
      weight += 1;  // what people ask for first
    if (f.name.find(".log_") != std::string::npos) weight -= 2;
    ranked.emplace_back(weight, i);
  }
  std::stable_sort(ranked.begin(), ranked.end(), [](auto const& x, auto const& y) { return x.first > y.first; });
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < ranked.size() && i < most; ++i) chosen.push_back(ranked[i].second);
  return chosen;
}

void write_trends(asset_history const& a, page& p) {
  auto const chosen = main_features(a, 6);
  if (chosen.empty()) return;
  chart probe(10, time_axis(a, p), {});
  bool const varied = add_regimes(probe, a, p);
  std::string note;
  if (!raised_alarms(a).empty()) note = p.say(captions::chart_marks);
  if (varied) note += (note.empty() ? "" : " ") + p.say(captions::chart_regimes);
  if (!note.empty()) p.out.element("p", note, "note");
  if (varied) write_regime_key(a, p);
  for (auto const i : chosen) write_trend(a, a.features[i], p, varied, i == chosen.back());
}

void write_score(asset_history const& a, page& p) {
  auto const score = of_states(a, &state_point::score), threshold = of_states(a, &state_point::threshold);
  if (score.empty()) return;
  extent e = extent_of(score);
  bool const log = wants_log(score);
  for (auto const& s : threshold) {
    if (!log || s.value > 0) e.take(s.value);
  }
  chart c(170, time_axis(a, p), value_axis(p, log ? std::max(e.low, e.high * 1e-5) : e.low, e.high, log));
  double const gap = 5 * usual_step(a.states);
  c.line(score, "line", gap);
  bool const constant = !threshold.empty() && std::all_of(threshold.begin(), threshold.end(), [&](auto const& s) {
    return s.value == threshold.front().value;
  });
  if (constant) {
    auto const limit = p.words().number(threshold.front().value);
    c.level(threshold.front().value, "threshold", p.say(captions::chart_threshold, std::string_view(limit)));
  } else if (!threshold.empty()) {
    auto const limit = p.words().number(threshold.back().value);
    c.line(threshold, "line threshold", gap);
    c.note(threshold.back().t, threshold.back().value, "threshold",
           p.say(captions::chart_threshold, std::string_view(limit)), true);
  }
  add_alarm_marks(c, a);
  auto const name = p.say(captions::chart_score);
  write_figure(p, c, p.unique("c"), name, log ? p.say(captions::chart_log) : "", range_words(p, name, score));
}

void write_spectra(asset_history const& a, page& p) {
  std::size_t number = 0, drawn = 0;
  for (auto const& r : raised_alarms(a)) {
    ++number;
    if (!r.raised->spectra || drawn >= 4) continue;
    ++drawn;
    write_spectrum(p, *r.raised->spectra, r.raised->spectra->plain, number, false);
    write_spectrum(p, *r.raised->spectra, r.raised->spectra->envelope, number, true);
  }
}

void write_health(asset_history const& a, page& p) {
  auto const health = of_states(a, &state_point::health);
  if (health.empty()) return;
  auto y = chart::axis{0, 1.02, false, {}, {}};
  for (double const v : {0.0, 0.25, 0.5, 0.75, 1.0}) y.ticks.push_back({v, p.words().percent(v), {}});
  chart c(140, time_axis(a, p), y);
  c.line(health, "line", 5 * usual_step(a.states));
  add_alarm_marks(c, a);
  auto const name = p.say(captions::section_health);
  auto const detail = p.words().percent(1) + " = " + p.say(captions::chart_as_new) + ", " + p.words().percent(0) +
                      " = " + p.say(captions::chart_end_of_life);
  write_figure(p, c, p.unique("c"), name, detail, range_words(p, name, health));
}

void write_figure(page& p, chart const& c, std::string const& id, std::string const& name, std::string const& detail,
                  std::string const& description, std::string const& key) {
  p.out.raw("<figure><figcaption>").element("b", sentence(name));
  if (!detail.empty()) p.out.raw(" <span>").text(detail).raw("</span>");
  if (!key.empty()) p.out.raw("<p class=\"key\">").raw(key).raw("</p>");
  p.out.raw("</figcaption><div class=\"plot\">").raw(c.svg(id, sentence(name), description)).raw("</div></figure>");
}

std::string key_entry(std::string_view kind, std::string_view words) {
  html key;
  key.raw("<span class=\"").raw(kind).raw("\"><i></i>").text(words).raw("</span>");
  return key.take();
}

void write_life(asset_history const& a, page& p) {
  auto const* latest = a.latest_prognosis();
  if (latest == nullptr) return;
  if (!latest->event.empty()) p.out.element("p", awaited(p, latest->event));
  prognosis_record const* answered = nullptr;
  std::size_t silent = 0;
  for (auto const& r : a.prognoses) {
    silent += r.abstained ? 1 : 0;
    if (!r.abstained && r.life && r.event == latest->event) answered = &r;
  }
  if (latest->abstained) {
    p.out.element("p", p.say(captions::life_abstains));
    write_list(p, latest->why);
    if (!latest->needs.empty()) p.out.element("h4", p.say(captions::advice_needs));
    write_list(p, latest->needs);
  }
  if (answered != nullptr) {
    write_fan(a, *answered, p);
    write_life_table(a, *answered, p);
    write_basis(*answered, p);
  }
  if (silent != 0 && answered != nullptr) {
    p.out.element("p",
                  p.say(captions::life_abstained, static_cast<double>(a.prognoses.size()), static_cast<double>(silent)),
                  "note");
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
