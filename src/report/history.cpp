#include "pdm/report/history.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <unordered_map>

#include "report/json_line.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

using type = json_value::type;

// The fields of one line. The first field of a wrong type is remembered; everything after it is of no interest.
class fields {
 public:
  explicit fields(json_value const& object, std::string* problem) : object_(object), problem_(problem) {}

  [[nodiscard]] bool has(std::string_view name) const { return object_.find(name) != nullptr; }
  [[nodiscard]] std::optional<double> number(std::string_view name) const {
    auto const* const v = of_type(name, type::number, "a number or null");
    return v != nullptr ? std::optional(v->number) : std::nullopt;
  }
  [[nodiscard]] std::string text(std::string_view name) const {
    auto const* const v = of_type(name, type::text, "a text or null");
    return v != nullptr ? v->text : std::string{};
  }
  [[nodiscard]] bool truth(std::string_view name) const {
    auto const* const v = of_type(name, type::boolean, "true or false");
    return v != nullptr && v->truth;
  }
  [[nodiscard]] std::optional<fields> object(std::string_view name) const {
    auto const* const v = of_type(name, type::object, "an object or null");
    return v != nullptr ? std::optional(fields(*v, problem_)) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const {
    std::vector<std::string> all;
    auto const* const v = of_type(name, type::list, "a list of texts");
    if (v == nullptr) return all;
    for (auto const& item : v->items) {
      if (!item.is(type::text)) complain(name, "a list of texts");
      all.push_back(item.text);
    }
    return all;
  }
  [[nodiscard]] std::vector<double> numbers(std::string_view name) const {
    std::vector<double> all;
    auto const* const v = of_type(name, type::list, "a list of numbers");
    if (v == nullptr) return all;
    all.reserve(v->items.size());
    for (auto const& item : v->items) {
      if (!item.is(type::number)) complain(name, "a list of numbers");
      all.push_back(item.number);
    }
    return all;
  }
  // The members of an object that are numbers; null ones are left out. A text ("none") counts as empty.
  [[nodiscard]] std::vector<std::pair<std::string, double>> pairs(std::string_view name) const {
    std::vector<std::pair<std::string, double>> all;
    auto const* const v = object_.find(name);
    if (v == nullptr || v->is(type::null) || v->is(type::text)) return all;
    if (!v->is(type::object)) return complain(name, "an object of numbers"), all;
    for (std::size_t i = 0; i < v->items.size(); ++i) {
      if (v->items[i].is(type::number)) {
        all.emplace_back(v->names[i], v->items[i].number);
      } else if (!v->items[i].is(type::null)) {
        complain(name, "an object of numbers");
      }
    }
    return all;
  }
  [[nodiscard]] json_value const& raw() const { return object_; }
  void complain(std::string_view name, std::string_view wanted) const {
    if (problem_->empty()) *problem_ = "\"" + std::string(name) + "\" is not " + std::string(wanted);
  }

 private:
  [[nodiscard]] json_value const* of_type(std::string_view name, type t, std::string_view wanted) const {
    auto const* const v = object_.find(name);
    if (v == nullptr || v->is(type::null)) return nullptr;
    if (!v->is(t)) return complain(name, wanted), nullptr;
    return v;
  }

  json_value const& object_;
  std::string* problem_;
};

// The value of an enumeration by its name; `otherwise` where the name is not known.
template <class E, std::size_t N>
E by_name(std::array<std::string_view, N> const& names, std::string_view name, E otherwise) {
  auto const at = std::find(names.begin(), names.end(), name);
  return at == names.end() ? otherwise : static_cast<E>(at - names.begin());
}

quality_level level_of(std::string_view name) {
  return name == "bad" ? quality_level::bad : name == "uncertain" ? quality_level::uncertain : quality_level::good;
}

// Unix seconds of an RFC 3339 time in UTC; days from civil after H. Hinnant, chrono-compatible date algorithms.
std::optional<double> unix_seconds(std::string const& t) {
  int y = 0, m = 0, d = 0, hh = 0, mm = 0;
  double ss = 0;
  char sep = 0;
  if (std::sscanf(t.c_str(), "%4d-%2d-%2d%c%2d:%2d:%lf", &y, &m, &d, &sep, &hh, &mm, &ss) != 7) return {};
  if (m < 1 || m > 12 || d < 1 || d > 31 || !std::isfinite(ss) || (sep != 'T' && sep != ' ')) return {};
  int const yy = m <= 2 ? y - 1 : y;
  int const era = (yy >= 0 ? yy : yy - 399) / 400;
  int const yoe = yy - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  int const doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  double const days = static_cast<double>(era) * 146097 + doe - 719468;
  return days * 86400 + hh * 3600 + mm * 60 + ss;
}

std::string stem_of(std::string const& file) {
  auto const slash = file.find_last_of("/\\");
  std::string const name = slash == std::string::npos ? file : file.substr(slash + 1);
  auto const dot = name.find_last_of('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

// Takes the lines of one file into a history.
class line_taker {
 public:
  line_taker(plant_history& plant, std::unordered_set<std::string>& seen, std::size_t& values,
             history_limits const& limits, std::string file)
      : plant_(plant), seen_(seen), values_(values), limits_(limits), file_(std::move(file)) {
    for (std::size_t i = 0; i < plant_.assets.size(); ++i) index_.emplace(plant_.assets[i].id, i);
  }

  // What is wrong with the line, or nothing.
  std::string take(json_value const& line) {
    problem_.clear();
    if (!line.is(type::object)) return "is not a JSON object";
    fields const f(line, &problem_);
    if (f.has("schema") || f.has("kind")) {
      take_event(f);
    } else if (f.has("verdict")) {
      take_diagnose_line(f);
    } else if (f.has("rul") && f.has("unit")) {
      take_rul_line(f);
    } else if (f.has("row") && f.has("score")) {
      take_detect_line(f);
    } else {
      problem_ = "is not a line of pdm run, detect, rul or diagnose";
    }
    return problem_;
  }

 private:
  void fail(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }

  asset_history* asset(std::string const& id, history_clock clock, double t) {
    if (id.empty()) return fail("\"asset\" is missing or empty"), nullptr;
    if (!(std::abs(t) <= 1e12)) return fail("stands at a time that cannot be"), nullptr;
    auto const found = index_.find(id);
    if (found == index_.end()) {
      if (plant_.assets.size() >= limits_.assets) return fail("names more assets than a page can hold"), nullptr;
      index_.emplace(id, plant_.assets.size());
      auto& a = plant_.assets.emplace_back();
      a.id = id;
      a.clock = clock;
      a.first = a.last = t;
    }
    auto& a = plant_.assets[index_.at(id)];
    if (a.clock != clock) return fail("counts time in another way than earlier lines of this asset"), nullptr;
    a.first = std::min(a.first, t);
    a.last = std::max(a.last, t);
    return &a;
  }

  void take_event(fields const& f) {
    if (auto const schema = f.text("schema"); schema != "pdm.event/1") {
      return fail("has the schema \"" + schema + "\", not pdm.event/1");
    }
    auto const kind_name = f.text("kind");
    auto const kind_at = std::find(event_kind_names.begin(), event_kind_names.end(), kind_name);
    if (kind_at == event_kind_names.end()) return fail("has an unknown kind \"" + kind_name + "\"");
    auto const kind = static_cast<event_kind>(kind_at - event_kind_names.begin());
    auto const elapsed = f.number("elapsed_s");
    if (!elapsed) return fail("\"elapsed_s\" is missing");
    auto const name = f.text("asset"), id = f.text("id");
    if (!id.empty() && problem_.empty() && !seen_.insert(name + '\n' + id).second) {
      ++plant_.repeated;
      return;
    }
    auto* const a = asset(name, history_clock::seconds, *elapsed);
    if (a == nullptr) return;
    event_head head{id, f.text("t"), f.text("text"), *elapsed, {}, {}, {}};
    head.cause = by_name(event_cause_names, f.text("cause"), event_cause::system);
    head.state = by_name(asset_state_names, f.text("state"), asset_state::unknown);
    head.measurement = by_name(asset_state_names, f.text("measurement"), asset_state::unknown);
    note_common(*a, head, kind, f);
    switch (kind) {
      case event_kind::state: take_state(*a, head, f); break;
      case event_kind::alarm: take_alarm(*a, head, f); break;
      case event_kind::prognosis: take_prognosis(*a, head, f); break;
      case event_kind::advice: take_advice(*a, head, f); break;
      case event_kind::diagnosis: take_diagnosis(*a, head, f); break;
      case event_kind::quality: take_quality(*a, head, f); break;
      case event_kind::model: tell(*a, head, kind); break;
    }
  }

  void note_common(asset_history& a, event_head const& head, event_kind kind, fields const& f) {
    ++a.events;
    ++a.kinds[static_cast<std::size_t>(kind)];
    note_wall(a, head);
    a.state = head.state;
    a.measurement = head.measurement;
    if (auto const op = f.object("operating")) {
      a.operating = by_name(operating_state_names, op->text("state"), operating_state::unknown);
      if (auto const hours = op->number("run_hours")) a.run_hours = hours;
    }
    if (auto const program = f.text("program"); !program.empty()) plant_.program = program;
    if (auto const fft = f.text("fft"); !fft.empty()) plant_.fft = fft;
  }

  // Wall time is used only where it runs evenly with the elapsed time.
  static void note_wall(asset_history& a, event_head const& head) {
    auto const wall = unix_seconds(head.wall);
    bool const first = a.events == 1;
    if (first && wall) a.wall_start_s = *wall - head.t;
    if (first || !a.wall_start_s) return;
    bool const even = wall && std::abs(*wall - head.t - *a.wall_start_s) <= 2 + 1e-3 * std::abs(head.t - a.first);
    if (!even) a.wall_start_s.reset();
  }

  static std::uint16_t regime_index(asset_history& a, std::string const& name) {
    auto const at = std::find(a.regimes.begin(), a.regimes.end(), name);
    if (at != a.regimes.end()) return static_cast<std::uint16_t>(at - a.regimes.begin());
    if (a.regimes.size() >= 1000) return 0;
    a.regimes.push_back(name);
    return static_cast<std::uint16_t>(a.regimes.size() - 1);
  }

  void take_state(asset_history& a, event_head const& head, fields const& f) {
    state_point s;
    s.t = head.t;
    s.state = head.state;
    s.measurement = head.measurement;
    s.score = f.number("score");
    s.threshold = f.number("threshold");
    s.p_value = f.number("p_value");
    s.health = f.number("health");
    s.abstained = f.truth("abstained");
    if (auto const op = f.object("operating")) {
      s.operating = by_name(operating_state_names, op->text("state"), operating_state::unknown);
      s.regime = regime_index(a, op->text("regime"));
    }
    take_row_quality(a, f, s.quality);
    if (s.health) a.health = s.health;
    a.why = f.texts("why");
    a.needs = f.texts("needs");
    take_features(a, head.t, f);
    bool const first = a.states.empty();
    bool const changed = first || a.states.back().state != s.state || a.states.back().measurement != s.measurement;
    if (++values_ > limits_.values) return fail("brings more values than a page can hold");
    a.states.push_back(s);
    if (changed) tell(a, head, event_kind::state);
  }

  void take_row_quality(asset_history& a, fields const& f, quality_level& level) {
    auto const q = f.object("quality");
    if (q) {
      level = level_of(q->text("level"));
      for (auto const& reason : q->texts("reasons")) ++tally(a, "", reason).events;
      if (auto const share = q->number("bad_share")) a.worst_bad_share = std::max(a.worst_bad_share, *share);
    }
    ++a.rows_by_level[static_cast<std::size_t>(level)];
  }

  static quality_tally& tally(asset_history& a, std::string const& point, std::string const& reason) {
    for (auto& q : a.quality) {
      if (q.point == point && q.reason == reason) return q;
    }
    bool const full = a.quality.size() >= 2000;
    if (!full) a.quality.push_back({point, reason, 0, 0});
    return a.quality.back();
  }

  void take_features(asset_history& a, double t, fields const& f) {
    for (auto const& feature : f.pairs("features")) {
      auto const named = [&](auto const& s) { return s.name == feature.first; };
      auto at = std::find_if(a.features.begin(), a.features.end(), named);
      if (at == a.features.end()) {
        if (a.features.size() >= limits_.features) return fail("names more features than a page can hold");
        a.features.push_back({feature.first, {}, {}});
        at = a.features.end() - 1;
      }
      if (++values_ > limits_.values) return fail("brings more values than a page can hold");
      at->points.push_back({t, feature.second});
    }
    auto const* const units = f.raw().find("units");
    if (units == nullptr || !units->is(type::object)) return;
    for (auto& s : a.features) {
      auto const* const u = units->find(s.name);
      if (u != nullptr && u->is(type::text)) s.unit = u->text;
    }
  }

  static void tell(asset_history& a, event_head const& head, event_kind kind) {
    a.story.push_back({head.t, kind, head.cause, head.state, head.measurement, alarm_phase::none, head.text, 0});
  }

  void take_alarm(asset_history& a, event_head const& head, fields const& f) {
    alarm_record r;
    static_cast<event_head&>(r) = head;
    r.rule = f.text("rule");
    r.priority = by_name(alarm_priority_names, f.text("priority"), alarm_priority::low);
    r.phase = by_name(alarm_phase_names, f.text("phase"), alarm_phase::none);
    r.score = f.number("score");
    r.threshold = f.number("threshold");
    r.contributions = f.pairs("contributions");
    r.reasons = f.texts("reasons");
    bool const room = static_cast<std::size_t>(std::count_if(a.alarms.begin(), a.alarms.end(), [](auto const& x) {
                        return x.spectra.has_value();
                      })) < limits_.spectra;
    if (auto const s = f.object("spectra"); s && room) r.spectra = spectra_of(*s);
    a.alarms.push_back(std::move(r));
    tell(a, head, event_kind::alarm);
    a.story.back().phase = a.alarms.back().phase;
    if (a.alarms.back().phase == alarm_phase::raised) {
      a.story.back().alarm = static_cast<std::size_t>(std::count_if(
          a.alarms.begin(), a.alarms.end(), [](auto const& x) { return x.phase == alarm_phase::raised; }));
    }
  }

  static spectrum_pair pair_of(fields const& f) {
    spectrum_pair p{f.number("df_hz").value_or(0), f.numbers("before"), f.numbers("after"), f.text("unit"),
                    f.text("scaling")};
    if (!(p.df_hz > 0)) p = {};
    return p;
  }
  static alarm_spectra spectra_of(fields const& f) {
    alarm_spectra s{f.text("point"), pair_of(f), {}, {}};
    if (auto const e = f.object("envelope")) {
      s.envelope = pair_of(*e);
      if (s.envelope.unit.empty()) s.envelope.unit = s.plain.unit;
      if (s.envelope.scaling.empty()) s.envelope.scaling = s.plain.scaling;
      s.lines = e->pairs("lines");
    }
    return s;
  }

  static life_quantiles life_of(fields const& f) {
    return {f.number("mean"), f.number("p05"), f.number("p10"), f.number("p25"),     f.number("p50"),
            f.number("p75"),  f.number("p90"), f.number("p95"), f.number("horizon"), f.text("unit")};
  }

  void take_prognosis(asset_history& a, event_head const& head, fields const& f) {
    prognosis_record r;
    static_cast<event_head&>(r) = head;
    r.event = f.text("event");
    r.clock = f.text("clock");
    if (auto const life = f.object("rul")) r.life = life_of(*life);
    r.health = f.number("health");
    r.truth = f.number("truth");
    r.alpha = f.number("alpha");
    r.abstained = f.truth("abstained") || !r.life;
    if (auto const basis = f.object("basis")) {
      r.failures = static_cast<std::size_t>(std::clamp(basis->number("failures").value_or(0), 0.0, 1e9));
      r.censored = static_cast<std::size_t>(std::clamp(basis->number("censored").value_or(0), 0.0, 1e9));
      r.priors = basis->texts("priors");
    }
    r.assumes = f.texts("assumes");
    r.why = f.texts("why");
    r.needs = f.texts("needs");
    if (r.health) a.health = r.health;
    if (++values_ > limits_.values) return fail("brings more values than a page can hold");
    a.prognoses.push_back(std::move(r));
  }

  void take_advice(asset_history& a, event_head const& head, fields const& f) {
    advice_record r;
    static_cast<event_head&>(r) = head;
    r.priority = by_name(alarm_priority_names, f.text("priority"), alarm_priority::low);
    r.action = f.text("action");
    r.request = f.text("request");
    r.due = f.number("due_s");
    r.reasons = f.texts("reasons");
    a.advices.push_back(std::move(r));
    tell(a, head, event_kind::advice);
    if (a.story.back().text.empty()) a.story.back().text = a.advices.back().action;
  }

  void take_diagnosis(asset_history& a, event_head const& head, fields const& f) {
    diagnosis_record r;
    static_cast<event_head&>(r) = head;
    r.verdict = f.text("verdict");
    r.abstained = f.truth("abstained");
    r.probability = f.pairs("probability");
    r.why = f.texts("why");
    r.needs = f.texts("needs");
    a.diagnoses.push_back(std::move(r));
    tell(a, head, event_kind::diagnosis);
  }

  void take_quality(asset_history& a, event_head const& head, fields const& f) {
    auto const point = f.text("point");
    auto const counts = f.pairs("counts");
    for (auto const& [reason, n] : counts) {
      auto& q = tally(a, point, reason);
      ++q.events;
      q.samples += n;
    }
    if (auto const q = f.object("quality")) {
      for (auto const& reason : q->texts("reasons")) {
        bool const counted =
            std::any_of(counts.begin(), counts.end(), [&](auto const& c) { return c.first == reason; });
        if (!counted) ++tally(a, point, reason).events;
      }
      if (auto const share = q->number("bad_share")) a.worst_bad_share = std::max(a.worst_bad_share, *share);
    }
    tell(a, head, event_kind::quality);
  }

  // {"row","t","score","p_value","threshold","alarm","changepoint","contributions","quality"}
  void take_detect_line(fields const& f) {
    auto const row = f.number("row");
    if (!row) return fail("\"row\" is missing");
    auto* const a = asset(stem_of(file_), history_clock::rows, *row);
    if (a == nullptr) return;
    ++a->events;
    ++a->kinds[static_cast<std::size_t>(event_kind::state)];
    bool const alarm = f.truth("alarm");
    state_point s;
    s.t = *row;
    s.score = f.number("score");
    s.threshold = f.number("threshold");
    s.p_value = f.number("p_value");
    s.operating = operating_state::steady;
    take_row_quality(*a, f, s.quality);
    s.abstained = !s.score;
    s.measurement = asset_state::normal;
    s.state = s.abstained ? asset_state::unknown : alarm ? asset_state::off_spec : asset_state::normal;
    bool const before = !a->states.empty() && a->states.back().state == asset_state::off_spec;
    if (++values_ > limits_.values) return fail("brings more values than a page can hold");
    a->states.push_back(s);
    a->state = s.state;
    a->measurement = s.measurement;
    a->operating = s.operating;
    if (alarm == before) return;
    alarm_record r;
    r.t = *row;
    r.cause = event_cause::machine;
    r.state = s.state;
    r.phase = alarm ? alarm_phase::raised : alarm_phase::cleared;
    r.score = s.score;
    r.threshold = s.threshold;
    r.contributions = f.pairs("contributions");
    a->alarms.push_back(r);
    tell(*a, r, event_kind::alarm);
    a->story.back().phase = r.phase;
    if (!alarm) return;
    a->story.back().alarm = static_cast<std::size_t>(std::count_if(
        a->alarms.begin(), a->alarms.end(), [](auto const& x) { return x.phase == alarm_phase::raised; }));
  }

  // {"unit","cycle","rul":{...},"health","abstained","why"}
  void take_rul_line(fields const& f) {
    auto const* const unit = f.raw().find("unit");
    std::string const id = unit->is(type::text)     ? unit->text
                           : unit->is(type::number) ? std::to_string(static_cast<long long>(unit->number))
                                                    : std::string{};
    auto const cycle = f.number("cycle");
    if (!cycle) return fail("\"cycle\" is missing");
    auto* const a = asset(id, history_clock::cycles, *cycle);
    if (a == nullptr) return;
    ++a->events;
    ++a->kinds[static_cast<std::size_t>(event_kind::prognosis)];
    event_head head;
    head.t = *cycle;
    take_prognosis(*a, head, f);
    if (!a->prognoses.empty() && a->prognoses.back().life) a->prognoses.back().life->unit = "cycle";
  }

  // {"file","verdict","abstained","why","needs","probability",...,"text"}
  void take_diagnose_line(fields const& f) {
    auto const id = stem_of(f.text("file"));
    auto const old = index_.find(id);
    double const t = old == index_.end() ? 0 : static_cast<double>(plant_.assets[old->second].diagnoses.size());
    auto* const a = asset(id, history_clock::rows, t);
    if (a == nullptr) return;
    ++a->events;
    ++a->kinds[static_cast<std::size_t>(event_kind::diagnosis)];
    event_head head;
    head.t = t;
    head.text = f.text("text");
    auto const verdict = f.text("verdict");
    head.state = verdict == "normal"    ? asset_state::normal
                 : verdict == "unknown" ? asset_state::unknown
                                        : asset_state::maintenance_required;
    head.measurement = asset_state::normal;
    a->state = head.state;
    a->measurement = head.measurement;
    take_diagnosis(*a, head, f);
    quality_level level{};
    take_row_quality(*a, f, level);
  }

  plant_history& plant_;
  std::unordered_set<std::string>& seen_;
  std::size_t& values_;
  history_limits const& limits_;
  std::string file_;
  std::unordered_map<std::string, std::size_t> index_;
  std::string problem_;
};

// One line without its end; false at the end of the stream. `too_long` is set instead of reading on.
bool next_line(std::istream& in, std::string& line, std::size_t limit, bool& too_long) {
  line.clear();
  auto* const buffer = in.rdbuf();
  for (int c = buffer->sbumpc(); c != std::istream::traits_type::eof(); c = buffer->sbumpc()) {
    if (c == '\n') return true;
    if (line.size() >= limit) return too_long = true;
    line.push_back(static_cast<char>(c));
  }
  return !line.empty();
}

}  // namespace

std::optional<double> asset_history::watch_coverage() const {
  std::size_t running = 0, judged = 0;
  for (auto const& s : states) {
    bool const runs = s.operating != operating_state::off && s.operating != operating_state::unknown;
    running += runs ? 1 : 0;
    judged += runs && !s.abstained && s.state != asset_state::unknown ? 1 : 0;
  }
  if (running == 0) return {};
  return static_cast<double>(judged) / static_cast<double>(running);
}

alarm_record const* asset_history::first_machine_alarm() const {
  for (auto const& a : alarms) {
    if (a.phase == alarm_phase::raised && a.cause == event_cause::machine) return &a;
  }
  return nullptr;
}

result<void, read_problem> history_reader::read(std::istream& in, std::string const& file) {
  plant_history plant = plant_;  // taken over only when the whole file was good
  auto seen = seen_;
  auto values = values_;
  line_taker taker(plant, seen, values, limits_, file);
  json_value tree;
  std::string line;
  std::uint64_t number = 0;
  bool too_long = false;
  std::size_t taken = 0;
  while (next_line(in, line, limits_.line_bytes, too_long)) {
    ++number;
    if (too_long) {
      return read_problem{file, number, "the line is longer than " + std::to_string(limits_.line_bytes) + " bytes",
                          "give JSON Lines, one event a line"};
    }
    if (number > limits_.lines) return read_problem{file, number, "the file has too many lines", "split it by asset"};
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.find_first_not_of(" \t") == std::string::npos) continue;
    auto problem = parse_json_line(line, limits_.depth, limits_.values_a_line, tree);
    if (problem.empty()) problem = taker.take(tree);
    if (!problem.empty()) {
      return read_problem{file, number, "the line " + problem,
                          "give the output of pdm run, detect, rul or diagnose as it was printed"};
    }
    ++taken;
  }
  plant.files.push_back({file, taken});
  plant_ = std::move(plant);
  seen_ = std::move(seen);
  values_ = values;
  return {};
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
