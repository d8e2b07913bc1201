// What a line says: one JSON object for each thing worth saying about a row (docs/events.md).
#include <algorithm>
#include <array>
#include <bitset>

#include "monitor/line_parts.hpp"
#include "pdm/dsp/fft.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

line_sentences::line_sentences(report::catalogue const& words, prognosis_settings const& s) {
  for (std::size_t i = 1; i < reasons; ++i) {
    auto const a = static_cast<abstention>(i);
    why[i] = words.word(advisory::why_key(a));
    needs[i] = words.word(advisory::needs_key(a));
    state_unknown[i] = words.render(message(messages::text_state_unknown, std::string_view(why[i])));
    life_abstained[i] = words.render(message(messages::text_life_abstained, std::string_view(why[i])));
  }
  normal = words.word(messages::text_state_normal);
  off = words.word(messages::text_state_off);
  same_duty = words.word(messages::assumes_same_duty);
  no_repair = words.word(messages::assumes_no_repair);
  pace = words.render(message(messages::basis_pace, s.hours_to_limit * 3600, s.hours_to_limit_spread));
  limit = words.render(message(messages::basis_limit, math::exp(s.limit), math::exp(s.limit - 1.28 * s.limit_sd),
                               math::exp(s.limit + 1.28 * s.limit_sd)));
  life_event = "limit:" + s.name;
}

event asset_line::parts::event_of(event_kind kind, event_cause cause, row const& r, verdict const& v) const noexcept {
  event e;
  e.kind = kind;
  e.cause = cause;
  e.state = v.state.state;
  e.measurement = v.state.measurement;
  e.source_time = r.source_time;
  e.sequence = r.sequence;
  e.quality = r.quality;
  e.operating = r.operating;
  e.run_hours = finder.run_hours();
  e.score = v.score.value;
  e.threshold = v.threshold;
  e.health = v.health;
  return e;
}

void asset_line::parts::emit(row const& r, verdict const& v) {
  emit_quality(r, v);
  emit_model(r, v);
  for (auto const& t : v.data) emit_alarm(r, v, t, alarm_rule::data);
  for (auto const& t : v.anomaly) emit_alarm(r, v, t, alarm_rule::anomaly);
  for (auto const& t : mask_changes) emit_alarm(r, v, t, alarm_rule::mask);
  bool const due =
      last_state_event == no_time || to_seconds(r.source_time - last_state_event) >= settings.line.events.state_every_s;
  if (due || v.state.changed) {
    last_state_event = r.source_time;
    emit_state(r, v);
    if (v.life_asked) emit_prognosis(r, v);
  }
  if (v.request) emit_advice(r, v);
}

void asset_line::parts::write_why(abstention why) {
  auto& t = text.json();
  auto const i = static_cast<std::size_t>(why);
  t.key("why").open('[');
  if (why != abstention::none) t.value(std::string_view(said.why[i]));
  t.close(']').key("needs").open('[');
  if (why != abstention::none) t.value(std::string_view(said.needs[i]));
  t.close(']');
}

void asset_line::parts::emit_quality(row const& r, verdict const& v) {
  for (auto& p : points) emit_quality_of(p, p.info.quality, r, v);
}

// A source that says nothing makes no row; that it is silent is told all the same.
void asset_line::parts::say_nothing_came(point_line& p, block_info const& about) {
  row r{row_values, {}, about.source_time, row_number, about.quality, {}};
  verdict v;
  v.state.measurement = asset_state::failure;
  emit_quality_of(p, about.quality, r, v);
}

void asset_line::parts::emit_quality_of(point_line& p, quality const& q, row const& r, verdict const& v) {
  if (q.level == p.told.level && q.reasons == p.told.reasons) return;
  p.told = q;
  auto e = event_of(event_kind::quality, event_cause::measurement, r, v);
  e.quality = q;
  e.rule = static_cast<std::uint16_t>(&p - points.data());
  std::string_view reason = "";
  for (int i = 0; i < quality_reason_count && reason.empty(); ++i) {
    if ((q.reasons >> i & 1u) != 0) reason = quality_reason_names[static_cast<std::size_t>(i)];
  }
  auto& t = text.begin(e);
  t.member("point", p.point.id);
  t.key("counts").open('{');
  for (int i = 0; i < quality_reason_count; ++i) {
    auto const which = static_cast<quality_reason>(1u << i);
    if (p.gate.count(which) > 0) t.member(quality_reason_names[static_cast<std::size_t>(i)], p.gate.count(which));
  }
  t.close('}');
  message const sentence = q.is_good() ? message(messages::text_measurement_good, std::string_view(p.point.id))
                                       : message(messages::text_measurement_bad, std::string_view(p.point.id), reason,
                                                 static_cast<double>(q.bad_share));
  text.end(words->render(sentence));
  send();
}

void asset_line::parts::emit_model(row const& r, verdict const& v) {
  if (v.learned && !told_learning) {
    told_learning = true;
    text.begin(event_of(event_kind::model, event_cause::system, r, v)).member("what", "learning_started");
    text.json().member("rows", std::uint64_t{1});
    text.end(words->word(messages::text_learning_started));
    send();
  }
  if (!v.settled_rows) return;
  bool const one = r.operating.regime == any_regime;
  auto e = event_of(event_kind::model, event_cause::system, r, v);
  e.rule = 1;
  auto& t = text.begin(e).member("what", one ? "learned" : "regime_learned");
  t.member("rows", static_cast<std::uint64_t>(*v.settled_rows));
  std::string const regime = std::to_string(r.operating.regime);
  text.end(words->render(one ? message(messages::text_learned, *v.settled_rows)
                             : message(messages::text_regime_learned, std::string_view(regime), *v.settled_rows)));
  send();
}

std::size_t asset_line::parts::strongest_point() const noexcept {
  std::size_t best = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (contributions[i] > contributions[best]) best = i;
  }
  return columns.size() > 0 ? columns[best].point : 0;
}

// The columns that make up the score, strongest first, as a technician would say it; at most three.
std::string asset_line::parts::write_reasons(row const& r) {
  std::array<std::size_t, 3> top{};
  std::size_t n = 0;
  double sum = 0;
  for (double c : contributions) sum += c;
  std::bitset<row::max_columns> used;
  while (n < top.size()) {
    std::size_t best = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!used[i] && contributions[i] > 0.1 * sum &&
          (best == columns.size() || contributions[i] > contributions[best])) {
        best = i;
      }
    }
    if (best == columns.size()) break;
    used[best] = true;
    top[n++] = best;
  }
  auto& t = text.json();
  std::string first;
  t.key("reasons").open('[');
  for (std::size_t i = 0; i < n; ++i) {
    std::string_view const name = columns[top[i]].name;
    double const usual = detector->usual(r.operating.regime, top[i]);
    std::string reason;
    if (columns[top[i]].logarithm != 0 && usual - usual == 0) {
      double const times = math::exp((r.values[top[i]] - usual) / columns[top[i]].logarithm);
      reason = words->render(times >= 1 ? message(messages::reason_times_usual, name, times)
                                        : message(messages::reason_share_of_usual, name, times));
    } else {
      reason = words->render(message(messages::reason_contribution, name, sum > 0 ? contributions[top[i]] / sum : 0.0));
    }
    t.value(reason);
    if (i == 0) first = std::move(reason);
  }
  t.close(']');
  return first;
}

void asset_line::parts::write_spectra(std::size_t point) {
  auto& p = points[point];
  auto& t = text.json();
  if (!settings.line.events.spectra || p.learned_frames == 0) {
    t.null_member("spectra");
    return;
  }
  auto const lines = [&](char const* name, auto const& values, bool squares) {
    t.key(name).open('[');
    for (double v : values) t.value(rounded(squares ? math::sqrt(v) : v));
    t.close(']');
  };
  auto const now_rms = p.extractor.rms_spectrum(p.centred);
  t.key("spectra").open('{').member("point", p.point.id).member("unit", symbol(p.point.sensor.quantity));
  t.member("scaling", "rms").member("df_hz", now_rms.df);
  lines("before", p.usual_spectrum, true);
  lines("after", now_rms.values, false);
  auto const now_envelope = p.extractor.envelope_spectrum(p.centred, envelope_top_hz);
  t.key("envelope").open('{').member("unit", "(" + std::string(symbol(p.point.sensor.quantity)) + ")^2");
  t.member("scaling", "peak").member("df_hz", now_envelope.df);
  lines("before", p.usual_envelope, true);
  lines("after", now_envelope.values, false);
  t.key("lines").open('{');
  if (double const speed = shaft_hz(); speed > 0) {
    for (auto const& l : fault_orders(kinematics)) t.member(l.name, rounded(l.order * speed));
  }
  t.close('}').close('}').close('}');
}

std::size_t asset_line::parts::point_that_sticks_out() const noexcept {
  auto const height = [](point_line const& p) {
    return p.mask.lines().empty() ? 0.0 : p.mask.lines().front().above_db;
  };
  auto const at = std::max_element(points.begin(), points.end(),
                                   [&](auto const& a, auto const& b) { return height(a) < height(b); });
  return static_cast<std::size_t>(at - points.begin());
}

// The lines above the masks of the points, highest first at each.
void asset_line::parts::write_lines() {
  auto& t = text.json();
  t.key("lines").open('[');
  for (auto const& p : points) {
    for (auto const& l : p.mask.lines()) {
      t.open('{').member("point", p.point.id).member("hz", rounded(l.hz)).key("order");
      if (shaft_hz() > 0) {
        t.value(rounded(l.hz / shaft_hz()));
      } else {
        t.null();
      }
      t.member("above_db", rounded(l.above_db)).close('}');
    }
  }
  t.close(']');
}

// The highest line of a point that has one.
std::string asset_line::parts::line_reason(point_line const& p) const {
  auto const& l = p.mask.lines().front();
  std::string_view const id(p.point.id);
  if (shaft_hz() > 0) {
    return words->render(message(messages::reason_order_over_mask, id, l.hz, l.above_db, l.hz / shaft_hz()));
  }
  return words->render(message(messages::reason_over_mask, id, l.hz, l.above_db));
}

std::string asset_line::parts::write_line_reasons() {
  auto& t = text.json();
  std::string first;
  t.key("reasons").open('[');
  std::size_t const most = points.empty() ? 0 : point_that_sticks_out();
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto const& p = points[(most + i) % points.size()];
    if (p.mask.lines().empty()) continue;
    std::string const reason = line_reason(p);
    t.value(reason);
    if (first.empty()) first = reason;
  }
  t.close(']');
  return first;
}

void asset_line::parts::write_data_reasons() {
  auto& t = text.json();
  t.key("reasons").open('[');
  for (auto const& p : points) {
    for (int i = 0; i < quality_reason_count; ++i) {
      if (!p.info.quality.is_bad() || (p.info.quality.reasons >> i & 1u) == 0) continue;
      t.value(words->render(message(messages::reason_bad_data, std::string_view(p.point.id),
                                    static_cast<double>(p.info.quality.bad_share),
                                    quality_reason_names[static_cast<std::size_t>(i)])));
    }
  }
  t.close(']');
}

void asset_line::parts::emit_alarm(row const& r, verdict const& v, advisory::alarm_transition const& tr,
                                   alarm_rule rule) {
  static constexpr std::array<std::string_view, 4> names{"", "anomaly", "data", "mask"};
  bool const about_data = rule == alarm_rule::data, raised = tr.phase == alarm_phase::raised;
  auto e = event_of(event_kind::alarm, about_data ? event_cause::measurement : event_cause::machine, r, v);
  e.phase = tr.phase;
  e.priority = tr.priority;
  e.rule = static_cast<std::uint16_t>(rule);
  auto& t = text.begin(e);
  t.member("rule", names[e.rule]).member("priority", to_string(tr.priority)).member("phase", to_string(tr.phase));
  t.member("score", tr.score).member("threshold", tr.threshold);
  std::string first;
  if (rule == alarm_rule::anomaly && detector->contributions(r, contributions)) {
    t.key("contributions").open('{');
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (contributions[i] != 0) t.member(columns[i].name, contributions[i]);
    }
    t.close('}');
    first = write_reasons(r);
    if (raised) write_spectra(strongest_point());
  } else {
    t.member("contributions", "none");
    if (rule == alarm_rule::mask && raised) {
      first = write_line_reasons();
      write_spectra(point_that_sticks_out());
    } else if (about_data && raised) {
      write_data_reasons();
      t.null_member("spectra");
    } else {
      t.key("reasons").open('[').close(']').null_member("spectra");
    }
  }
  if (raised && !about_data) write_lines();
  if (first.empty()) {
    first = about_data ? words->word("state", to_string(v.state.measurement))
                       : words->render(message(messages::reason_unusual, tr.score, tr.threshold));
  }
  text.end(words->render(raised ? message(messages::text_alarm_raised, std::string_view(first))
                                : message(messages::text_alarm_cleared, tr.stood_s)));
  send();
}

// Why the machine is not normal: what its detector says, else the rule whose alarm stands.
std::string asset_line::parts::state_reason(verdict const& v) const {
  if (mask_alarm.standing() && !decide->anomaly_alarm().standing()) {
    auto const& p = points[point_that_sticks_out()];
    if (!p.mask.lines().empty()) return line_reason(p);
    return words->render(message(messages::reason_unusual, mask_score.value, mask_alarm.settings().on));
  }
  return words->render(message(messages::reason_unusual, v.score.value, v.threshold));
}

void asset_line::parts::emit_state(row const& r, verdict const& v) {
  auto& t = text.begin(event_of(event_kind::state, event_cause::machine, r, v));
  t.key("features").open('{');
  columns.for_each_reported([&](std::string_view name, std::size_t point, std::size_t column, std::string_view) {
    auto const& p = points[point];
    if (p.found.has(column) && !p.info.quality.is_bad()) {
      t.member(name, p.found.values[column]);
    } else {
      t.null_member(name);
    }
  });
  t.close('}');
  if (!told_units) {
    told_units = true;
    t.member("program", "pdm " PDM_VERSION_STRING).member("fft", dsp::default_fft_name);
    t.key("units").open('{');
    columns.for_each_reported([&](std::string_view name, std::size_t, std::size_t, std::string_view units) {
      if (units != "unknown") t.member(name, units);
    });
    t.close('}');
  }
  bool const judged = v.score.ready();
  judged ? t.member("score", v.score.value) : t.null_member("score");
  judged ? t.member("threshold", v.threshold) : t.null_member("threshold");
  t.member("p_value", v.p_value).member("growth", v.growth);
  judged ? t.member("health", v.health) : t.null_member("health");
  t.member("watch_coverage", counts.watch_coverage());
  abstention const why = v.state.state == asset_state::unknown ? v.state.why : abstention::none;
  t.member("abstained", why != abstention::none);
  write_why(why);
  if (r.operating.state == operating_state::off) {
    text.end(said.off);
  } else if (why != abstention::none) {
    text.end(said.state_unknown[static_cast<std::size_t>(why)]);
  } else if (v.state.state == asset_state::normal) {
    text.end(said.normal);
  } else {
    std::string const because = state_reason(v);
    text.end(words->render(message(messages::text_state_changed, to_string(v.state.state), std::string_view(because))));
  }
  send();
}

void asset_line::parts::emit_prognosis(row const& r, verdict const& v) {
  auto& t = text.begin(event_of(event_kind::prognosis, event_cause::machine, r, v));
  t.member("event", std::string_view(said.life_event)).member("clock", "operating");
  bool const abstained = v.life.abstained();
  auto const& life = v.life.life;
  auto const in_seconds = [&](double p) -> std::optional<double> {
    auto const q = life.quantile(p);
    return q ? std::optional(rounded(*q * 3600)) : std::nullopt;
  };
  if (abstained) {
    t.null_member("rul");
  } else {
    t.key("rul").open('{').member("mean", rounded(life.mean() * 3600));
    static constexpr std::array<std::pair<char const*, double>, 7> levels{
        {{"p05", 0.05}, {"p10", 0.10}, {"p25", 0.25}, {"p50", 0.50}, {"p75", 0.75}, {"p90", 0.90}, {"p95", 0.95}}};
    for (auto const& [name, p] : levels) t.member(name, in_seconds(p));
    t.member("horizon", rounded(life.horizon() * 3600)).member("unit", "s").close('}');
  }
  t.member("health", v.health);
  t.key("basis").open('{').member("failures", 0).member("censored", 0).key("priors").open('[');
  t.value(std::string_view(said.pace)).value(std::string_view(said.limit)).close(']').close('}');
  t.key("assumes").open('[').value(std::string_view(said.same_duty)).value(std::string_view(said.no_repair)).close(']');
  t.member("abstained", abstained);
  write_why(v.life.why);
  if (abstained) {
    text.end(said.life_abstained[static_cast<std::size_t>(v.life.why)]);
    return send();
  }
  auto const p10 = in_seconds(0.10), p50 = in_seconds(0.50), p90 = in_seconds(0.90);
  double const horizon = life.horizon() * 3600;
  if (life.cdf(0) >= 0.5) {
    text.end(words->word(messages::text_life_reached));
  } else if (p10 && p50 && p90) {
    text.end(words->render(message(messages::text_life, *p50, *p10, *p90)));
  } else {
    text.end(words->render(p10 ? message(messages::text_life_open, *p10, horizon)
                               : message(messages::text_life_beyond, horizon)));
  }
  send();
}

void asset_line::parts::emit_advice(row const& r, verdict const& v) {
  auto const& change = v.request;
  auto const& finding = change.request.finding;
  bool const about_data = finding.mode == static_cast<advisory::failure_mode>(finding::measurement);
  auto e = event_of(event_kind::advice, about_data ? event_cause::measurement : event_cause::machine, r, v);
  e.priority = finding.priority;
  e.rule = finding.mode;
  auto const& p = points[strongest_point()].point;
  std::string const place = p.place.empty() ? settings.id + ", " + p.id : p.place;
  auto& t = text.begin(e);
  t.member("priority", to_string(finding.priority));
  bool const closed = change.phase == advisory::work_phase::closed;
  std::string const action = closed ? words->word(messages::advice_none)
                                    : words->render(advisory::advice_of(change.request, r.source_time, place));
  t.member("action", action);
  if (closed || change.request.due_at == no_time) {
    t.null_member("due_s");
  } else {
    t.member("due_s", to_seconds(change.request.due_at));
  }
  t.key("reasons").open('[').value(words->render(advisory::message_of(finding, place))).close(']');
  t.member("request", settings.id + "-" + std::to_string(change.request.number));
  t.member("change", closed                                          ? "closed"
                     : change.phase == advisory::work_phase::opened  ? "opened"
                     : change.phase == advisory::work_phase::updated ? "updated"
                                                                     : "repeated");
  text.end(action);
  send();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
