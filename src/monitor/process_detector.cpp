#include "pdm/monitor/process_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pdm/anomaly/event_budget.hpp"
#include "pdm/anomaly/lagged_residual.hpp"
#include "pdm/anomaly/level_cusum.hpp"
#include "pdm/anomaly/mean_shift.hpp"
#include "pdm/anomaly/regime_clusters.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {

struct named_preset {
  std::string_view name;
  double budget;  // events a month
  double unseen;  // ln of what learning has not shown, with no peak in it
  double level_k, level_least, level_guard;
};
// The quiet one keeps a tenth of the budget, and asks more of a level before it calls it gone.
constexpr std::array<named_preset, 2> presets{
    {{"process", 1.0, 0.9, 1.25, 30, 6}, {"process_quiet", 0.1, 1.1, 2, 20, 15}}};
constexpr std::array<std::string_view, 2> preset_names{"process", "process_quiet"};

constexpr double wildest = 1e4;  // deviations; one wild value stays finite squared and summed
constexpr std::size_t most_values = std::size_t{1} << 27;

// What is known of one column of the table.
struct column_state {
  double mean = 0, scale = 1, held = 0, last = 0;
  double longest = 1, run = 0;                         // rows with the same value: while learning, and now
  bool watched = false, moved = false, named = false;  // named: it tells the regime
};

}  // namespace

struct process_detector::parts {
  std::vector<std::string> names;
  process_settings settings;
  std::vector<column_state> columns;
  std::vector<std::size_t> watched;        // places of the watched columns
  std::vector<std::size_t> regime_places;  // of the columns that name the regime
  std::vector<double> regime_means;        // regimes x columns, from each column's mean
  std::vector<std::byte> regime_memory;
  anomaly::regime_clusters regimes;
  std::vector<double> learned, times;
  std::size_t rows = 0;
  bool ready = false;

  std::vector<std::byte> memory;
  anomaly::lagged_residual residual;
  anomaly::level_cusum level;
  anomaly::mean_shift shift;
  anomaly::score_tail tail;
  anomaly::event_allowance allowance;
  double limit = 1;  // of the mean residual
  double interval = 60, last_time = std::numeric_limits<double>::quiet_NaN();
  double begin_time = std::numeric_limits<double>::quiet_NaN();
  bool alarm = false;
  std::size_t quiet = 0;
  std::vector<double> z, shares, last_values;
  std::vector<char> here;

  status prepare();
  result<bool, std::string> finish_learning();
  void learn_columns();
  bool learn_regimes();
  void prepare_regimes();
  std::optional<std::size_t> regime_of(double const* values) const;
  double expected(std::size_t column, std::optional<std::size_t> regime) const {
    return columns[column].mean + (regime ? regime_means[*regime * names.size() + column] : 0);
  }
  std::vector<double> standardised() const;
  void fit_limits(std::vector<double> const& rows_z, std::vector<double>& scratch);
  void learn_interval();
  bool take(std::span<double const> values, std::optional<std::size_t> regime, quality& q);
  bool repeated(std::span<double const> values, double time_s) const;
  double elapsed(double time_s, quality& q);
  void explain(process_decision& d);
  process_decision score(std::span<double const> values, double time_s, quality q);
  double residual_score() const;
};

std::optional<process_settings> process_preset(std::string_view name) {
  for (auto const& p : presets) {
    if (p.name != name) continue;
    process_settings s;
    s.budget = p.budget;
    s.unseen = p.unseen;
    s.level_k = p.level_k;
    s.level_least = p.level_least;
    s.level_guard = p.level_guard;
    return s;
  }
  return {};
}
std::span<std::string_view const> process_preset_names() { return preset_names; }

status process_detector::parts::prepare() {
  std::size_t const d = watched.size();
  residual = anomaly::lagged_residual();
  level = anomaly::level_cusum({.k = settings.level_k, .guard = settings.level_guard, .least = settings.level_least});
  shift = anomaly::mean_shift({.above = settings.change_above});
  memory.assign(residual.footprint(d) + level.footprint(d) + shift.footprint(d) + arena::alignment, std::byte{});
  arena room(memory);
  if (auto const s = residual.prepare(d, room); !s) return s;
  if (auto const s = level.prepare(d, room); !s) return s;
  z.assign(d, 0);
  here.assign(d, 0);
  shares.assign(names.size(), 0);
  allowance = anomaly::event_allowance({.budget = settings.budget / settings.assets});
  return shift.prepare(d, room);
}

// Mean, deviation and longest standstill of every column; which of them can be watched.
void process_detector::parts::learn_columns() {
  std::size_t const d = names.size();
  for (std::size_t c = 0; c < d; ++c) {
    column_state& k = columns[c];
    double low = math::infinity, high = -math::infinity, sum = 0, squares = 0, count = 0, run = 0;
    double first = 0, last = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double const x = learned[i * d + c];
      if (!math::is_finite(x)) continue;
      if (count == 0) first = x;
      run = count > 0 && x == last ? run + 1 : 1;
      k.longest = std::max(k.longest, run);
      last = x;
      low = std::min(low, x);
      high = std::max(high, x);
      sum += x - first;
      ++count;
    }
    k.mean = count > 0 ? first + sum / count : 0;
    for (std::size_t i = 0; i < rows; ++i) {
      double const x = learned[i * d + c];
      if (math::is_finite(x)) squares += (x - k.mean) * (x - k.mean);
    }
    k.scale = count > 0 ? math::sqrt(squares / count) : 0;
    k.held = 0;
    k.watched = count > 0.5 * static_cast<double>(rows) && high > low && math::is_finite(k.scale) &&
                k.scale > 1e-13 * std::max(std::abs(low), std::abs(high));
    if (std::ranges::find(regime_places, c) != regime_places.end()) k.watched = false;
    if (k.watched) watched.push_back(c);
  }
}

void process_detector::parts::prepare_regimes() {
  regimes = anomaly::regime_clusters();
  regime_memory.assign(regimes.footprint(regime_places.size()) + arena::alignment, std::byte{});
  arena room(regime_memory);
  (void)regimes.prepare(regime_places.size(), room);  // the bytes are its own footprint
}

// Nothing: the row tells no regime, or one that was not seen.
std::optional<std::size_t> process_detector::parts::regime_of(double const* values) const {
  std::array<double, 16> x{};
  for (std::size_t r = 0; r < regime_places.size(); ++r) {
    x[r] = values[regime_places[r]];
    if (!math::is_finite(x[r])) return {};
  }
  return regimes.assign(std::span<double const>(x).first(regime_places.size()));
}

// Regimes of the learning part, and the mean of every column in each; deviations are then those inside a regime.
// false: no regime came up.
bool process_detector::parts::learn_regimes() {
  std::size_t const d = names.size();
  prepare_regimes();
  std::vector<double> told;
  for (std::size_t i = 0; i < rows; ++i) {
    bool const whole = std::ranges::all_of(regime_places, [&](auto c) { return math::is_finite(learned[i * d + c]); });
    for (std::size_t c : regime_places) {
      if (whole) told.push_back(learned[i * d + c]);
    }
  }
  std::vector<double> scratch(rows);
  regimes.fit(told, scratch);
  regime_means.assign(regimes.regimes() * d, 0.0);
  std::vector<double> count(regime_means.size(), 0.0), squares(d, 0.0), all(d, 0.0);
  for (int pass = 0; pass < 2; ++pass) {
    for (std::size_t i = 0; i < rows; ++i) {
      auto const k = regime_of(&learned[i * d]);
      for (std::size_t c = 0; k && c < d; ++c) {
        double const x = learned[i * d + c] - columns[c].mean;
        double& mean = regime_means[*k * d + c];
        if (!math::is_finite(x)) continue;
        if (pass == 0) {
          mean += (x - mean) / ++count[*k * d + c];
        } else {
          squares[c] += (x - mean) * (x - mean);
          ++all[c];
        }
      }
    }
  }
  for (std::size_t c : watched) {
    double const inside = all[c] > 1 ? math::sqrt(squares[c] / all[c]) : 0;
    if (inside > 1e-6 * columns[c].scale) columns[c].scale = inside;
  }
  return regimes.regimes() > 0;
}

// Learning rows of the watched columns; an absent value, and one of no regime, is held.
std::vector<double> process_detector::parts::standardised() const {
  std::size_t const d = names.size(), w = watched.size();
  std::vector<double> out(rows * w, 0.0);
  for (std::size_t i = 0; i < rows; ++i) {
    auto const k = regime_places.empty() ? std::nullopt : regime_of(&learned[i * d]);
    bool const known = regime_places.empty() || k;
    for (std::size_t j = 0; j < w; ++j) {
      double const x = learned[i * d + watched[j]];
      double const held = i > 0 ? out[(i - 1) * w + j] : 0;
      double const deviations = (x - expected(watched[j], k)) / columns[watched[j]].scale;
      out[i * w + j] = known && math::is_finite(x) ? std::clamp(deviations, -wildest, wildest) : held;
    }
  }
  return out;
}

void process_detector::parts::learn_interval() {
  std::vector<double> steps;
  double last = std::numeric_limits<double>::quiet_NaN();
  for (double t : times) {
    if (t > last) steps.push_back(t - last);
    if (std::isfinite(t)) last = t;
  }
  if (settings.interval) {
    interval = *settings.interval;
  } else if (!steps.empty()) {
    auto const middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
    std::nth_element(steps.begin(), middle, steps.end());
    interval = *middle;
  }
}

double process_detector::parts::residual_score() const {
  double sum = 0;
  auto const p = residual.parts();
  for (double v : p) sum += v;
  return sum / static_cast<double>(p.size());
}

// Runs the fitted parts over the learning rows once more: their scores make the limits.
void process_detector::parts::fit_limits(std::vector<double> const& rows_z, std::vector<double>& scratch) {
  std::size_t const w = watched.size();
  double const learned_s = interval * static_cast<double>(rows);
  double const times_longer = anomaly::seconds_a_month * settings.assets / settings.budget / learned_s;
  std::vector<double> logs, highest(w, 0.0);
  logs.reserve(rows);
  std::size_t const from = rows > 3 * residual.settling() ? residual.settling() : residual.lags();
  for (std::size_t i = 0; i < rows; ++i) {
    auto const row = std::span(rows_z).subspan(i * w, w);
    residual.update(row);
    level.update(row, 1e6, false);
    for (std::size_t j = 0; j < w; ++j) highest[j] = std::max(highest[j], level.part(j));
    if (i >= from && residual.ready()) logs.push_back(math::log(std::max(residual_score(), 1e-6)));
  }
  tail = anomaly::score_tail({.unseen = settings.unseen});
  tail.fit(logs, residual.settling(), scratch);
  limit = math::exp(tail.level(times_longer));
  double const longer = math::exp(0.2 * std::max(0.0, math::log(times_longer)));
  for (std::size_t j = 0; j < w; ++j) {
    if (highest[j] * longer > 1) level.raise_limit(j, highest[j] * longer);
  }
  level.forget_sums();
}

result<bool, std::string> process_detector::parts::finish_learning() {
  using namespace std::string_literals;
  learn_columns();
  if (watched.empty()) return "no column moves in the learning part; learn from more rows, or check the table"s;
  if (watched.size() > anomaly::lagged_residual::max_vector) {
    return "more than 256 columns move; name some of them in --ignore"s;
  }
  if (!regime_places.empty() && !learn_regimes()) {
    return "the regime columns show no regime that lasts; name others in --regime"s;
  }
  if (!prepare()) return "the memory of the detector cannot be prepared; give fewer columns"s;
  learn_interval();
  auto const rows_z = standardised();
  std::vector<double> scratch(rows);
  if (!residual.fit(rows_z)) return "too few rows to learn from; give a larger --learn"s;
  level.fit(rows_z);
  shift.fit(rows_z, scratch);
  fit_limits(rows_z, scratch);
  allowance.begin({interval * static_cast<double>(rows)});
  for (std::size_t i = 0; i < rows; ++i)
    (void)shift.update(std::span(rows_z).subspan(i * watched.size(), watched.size()));
  for (std::size_t c = 0; c < names.size(); ++c) columns[c].last = learned[(rows - 1) * names.size() + c];
  for (std::size_t j = 0; j < watched.size(); ++j) {
    column_state& k = columns[watched[j]];
    k.held = rows_z[(rows - 1) * watched.size() + j];
  }
  last_time = times.back();
  learned = {};
  times = {};
  ready = true;
  return true;
}

bool process_detector::parts::repeated(std::span<double const> values, double time_s) const {
  if (!(time_s == last_time) || last_values.empty()) return false;
  for (std::size_t c = 0; c < values.size(); ++c) {
    bool const both_absent = !std::isfinite(values[c]) && !std::isfinite(last_values[c]);
    if (!both_absent && values[c] != last_values[c]) return false;
  }
  return true;
}

// Seconds since the last row; a wide step is a gap.
double process_detector::parts::elapsed(double time_s, quality& q) {
  double const dt = time_s - last_time;
  if (!std::isfinite(dt)) return interval;
  if (dt > 10 * interval) q.mark(quality_reason::gap, quality_level::uncertain);
  return dt > 0 ? dt : 0;
}

// Standardised values of the watched columns, absent ones as they were. false: all of them are absent.
bool process_detector::parts::take(std::span<double const> values, std::optional<std::size_t> regime, quality& q) {
  bool any = false;
  std::size_t absent = 0, stuck = 0;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    column_state& k = columns[c];
    bool const present = math::is_finite(values[c]);
    absent += present ? 0 : 1;
    if (!present) continue;
    k.run = values[c] == k.last ? k.run + 1 : 1;
    k.last = values[c];
    if (k.watched) {
      stuck += k.run > std::max(60.0, 5 * k.longest) ? 1 : 0;
      double const z_now = (values[c] - expected(c, regime)) / k.scale;
      k.held = std::clamp(z_now, -wildest, wildest);
    } else if (!k.named && k.longest > 1 && k.mean != values[c]) {
      k.moved = true;
    }
    if (k.moved) q.mark(quality_reason::out_of_range, quality_level::uncertain);
  }
  for (std::size_t j = 0; j < watched.size(); ++j) {
    column_state const& k = columns[watched[j]];
    here[j] = math::is_finite(values[watched[j]]) ? 1 : 0;
    z[j] = k.held;
    any = any || here[j] != 0;
  }
  if (absent > 0) q.mark(quality_reason::not_finite, quality_level::uncertain);
  if (stuck > 0) q.mark(quality_reason::stuck, quality_level::uncertain);
  q.bad_share = std::max(q.bad_share, static_cast<float>(absent) / static_cast<float>(columns.size()));
  return any;
}

// The larger of both scores, and the columns that make it.
void process_detector::parts::explain(process_decision& d) {
  double usual = 0, present = 0;
  std::size_t top = watched.size();
  for (std::size_t j = 0; j < watched.size(); ++j) {
    if (here[j] == 0) continue;
    usual += residual.parts()[j];
    ++present;
    if (top == watched.size() || level.part(j) > level.part(top)) top = j;
  }
  std::ranges::fill(shares, 0.0);
  double const by_residual = residual.ready() ? usual / present / limit : 0, by_level = level.part(top);
  d.score = std::max(by_residual, by_level);
  if (by_level > by_residual) {
    shares[watched[top]] = by_level;
  } else {
    // A broken relation shows in the residuals of all its columns; the one that moved has the larger deviations too.
    double whole = 0;
    for (std::size_t j = 0; j < watched.size(); ++j) {
      if (here[j] == 0) continue;
      shares[watched[j]] = residual.parts()[j] * (1 + residual.energy(j));
      whole += shares[watched[j]];
    }
    for (double& share : shares) share *= whole > 0 ? d.score / whole : 0;
  }
  d.parts = shares;
  d.explained = d.score > 0;
  d.p_value = tail.p_value(math::log(std::max(d.score * limit, 1e-6)));
}

process_decision process_detector::parts::score(std::span<double const> values, double time_s, quality q) {
  process_decision d;
  d.threshold = allowance.raised();
  d.alarm = alarm;
  bool const again = repeated(values, time_s);
  double const dt = elapsed(time_s, q);
  last_values.assign(values.begin(), values.end());
  if (std::isfinite(time_s)) last_time = time_s;
  if (again) q.mark(quality_reason::duplicate, quality_level::bad);
  if (!regime_places.empty()) d.regime = regime_of(values.data());
  if (!again && !regime_places.empty() && !d.regime) {
    d.quality = q;
    d.why = "regime not seen before";
    d.needs = "learning rows of this regime";
    return d;
  }
  if (again || q.is_bad() || !take(values, d.regime, q)) {
    if (!again) q.mark(quality_reason::not_finite, quality_level::bad);
    d.quality = q;
    d.why = again ? "the row repeats the one before" : "no watched column has a value in this row";
    d.needs = again ? "a row with a new time or new values" : "a row with values";
    return d;
  }
  residual.update(z);
  level.update(z, d.threshold, q.is_good() && !alarm);
  d.abstained = false;
  d.changepoint = shift.update(z);
  explain(d);
  quiet = d.score > d.threshold ? 0 : quiet + 1;
  alarm = quiet == 0 || (alarm && quiet < settings.hold);
  d.alarm = alarm;
  d.event = allowance.update({dt}, alarm);
  d.quality = q;
  return d;
}

result<process_detector, std::string> process_detector::make(std::vector<std::string> columns,
                                                             process_settings const& settings) {
  using namespace std::string_literals;
  if (columns.empty()) return "no column is left to watch; name fewer in --ignore"s;
  if (settings.learn < 40) return "--learn below 40 rows; learn from more"s;
  if (settings.learn > most_values / columns.size()) return "--learn takes more than 1 GiB; learn from fewer rows"s;
  if (!(settings.budget > 0) || !(settings.assets >= 1)) return "the budget and the assets have to be above 0"s;
  auto p = std::make_unique<parts>();
  p->columns.resize(columns.size());
  for (auto const& name : settings.regime) {
    auto const found = std::ranges::find(columns, name);
    if (found == columns.end()) return "has no column \"" + name + "\" that could name the regime"s;
    p->regime_places.push_back(static_cast<std::size_t>(found - columns.begin()));
    p->columns[p->regime_places.back()].named = true;
  }
  if (p->regime_places.size() > 16) return "more than 16 columns name the regime; name fewer in --regime"s;
  p->names = std::move(columns);
  p->settings = settings;
  return process_detector(std::move(p));
}

process_detector::process_detector(std::unique_ptr<parts> p) noexcept : parts_(std::move(p)) {}
process_detector::process_detector(process_detector&&) noexcept = default;
process_detector& process_detector::operator=(process_detector&&) noexcept = default;
process_detector::~process_detector() = default;

bool process_detector::learning() const noexcept { return !parts_->ready; }
std::vector<std::string> const& process_detector::columns() const noexcept { return parts_->names; }

result<std::optional<process_decision>, std::string> process_detector::row(std::span<double const> values,
                                                                           double time_s, pdm::quality quality) {
  parts& p = *parts_;
  if (p.ready) return std::optional(p.score(values, time_s, quality));
  p.learned.insert(p.learned.end(), values.begin(), values.end());
  p.times.push_back(time_s);
  ++p.rows;
  if (p.rows < p.settings.learn) return std::optional<process_decision>();
  if (auto done = p.finish_learning(); !done) return done.error();
  return std::optional<process_decision>();
}

process_summary process_detector::summary() const {
  parts const& p = *parts_;
  process_summary s;
  for (auto const& k : p.columns) {
    if (!k.watched && !k.named) s.constant.push_back(p.names[static_cast<std::size_t>(&k - p.columns.data())]);
  }
  for (std::size_t j = 0; j < p.watched.size() && p.ready; ++j) {
    if (!p.level.watched(j)) s.slow.push_back(p.names[p.watched[j]]);
  }
  s.columns = p.watched.size();
  s.components = p.residual.components();
  s.regimes = p.regimes.regimes();
  s.interval_s = p.interval;
  s.learned_s = p.interval * static_cast<double>(p.settings.learn);
  s.budget = p.settings.budget / p.settings.assets;
  s.kept = p.allowance.kept();
  s.until_wanted_s = p.allowance.until_wanted().value;
  return s;
}

namespace {
constexpr archive_kind state_kind{'P', 'R', 'C', 'D'};
}

std::vector<std::byte> process_detector::save() const {
  parts const& p = *parts_;
  std::size_t bytes = 4096 + p.residual.saved_bytes() + p.level.saved_bytes() + p.shift.saved_bytes() +
                      anomaly::score_tail::saved_bytes + anomaly::event_allowance::saved_bytes;
  for (auto const& n : p.names) bytes += n.size() + 128;
  bytes += sizeof(double) * p.regime_means.size() + p.regimes.saved_bytes();
  std::vector<std::byte> out(bytes);
  archive_writer w(out, state_kind, 1);
  w.put(static_cast<std::uint32_t>(p.names.size()));
  for (std::size_t c = 0; c < p.names.size(); ++c) {
    w.put(static_cast<std::uint32_t>(p.names[c].size()));
    for (char ch : p.names[c]) w.put(ch);
    column_state const& k = p.columns[c];
    w.put(k.mean).put(k.scale).put(k.held).put(k.last).put(k.longest).put(k.run).put(k.watched).put(k.moved).put(
        k.named);
    w.put(c < p.last_values.size() ? p.last_values[c] : 0.0);
  }
  auto const& s = p.settings;
  w.put(static_cast<std::uint64_t>(s.learn)).put(s.budget).put(s.assets).put(static_cast<std::uint64_t>(s.hold));
  w.put(s.change_above)
      .put(s.unseen)
      .put(s.level_k)
      .put(s.level_least)
      .put(s.level_guard)
      .put(p.limit)
      .put(p.interval)
      .put(p.last_time)
      .put(p.alarm);
  w.put(static_cast<std::uint64_t>(p.quiet)).put(!p.last_values.empty());
  w.put(static_cast<std::uint32_t>(p.regime_means.size()));
  for (double v : p.regime_means) w.put(v);
  if (!p.regime_places.empty()) w.put_archive(p.regimes);
  w.put_archive(p.residual).put_archive(p.level).put_archive(p.shift);
  p.tail.put(w);
  p.allowance.put(w);
  auto const written = w.finish();
  out.resize(written.value_or(0));
  return out;
}

result<process_detector, std::string> process_detector::restore(std::span<std::byte const> from) {
  using namespace std::string_literals;
  auto opened = archive_reader::open(from, state_kind, 1);
  if (!opened) return "is no saved state of pdm detect, or a damaged one"s;
  archive_reader& r = *opened;
  auto p = std::make_unique<parts>();
  auto const count = r.get<std::uint32_t>();
  for (std::uint32_t c = 0; c < count && r.ok(); ++c) {
    auto const length = r.get<std::uint32_t>();
    std::string name;
    for (std::uint32_t i = 0; i < length && r.ok(); ++i) name.push_back(r.get<char>());
    column_state k;
    r.get(k.mean).get(k.scale).get(k.held).get(k.last).get(k.longest).get(k.run).get(k.watched).get(k.moved).get(
        k.named);
    p->last_values.push_back(r.get<double>());
    if (k.watched && !(k.scale > 0)) r.fail();
    if (k.watched) p->watched.push_back(c);
    if (k.named) p->regime_places.push_back(c);
    p->columns.push_back(k);
    p->names.push_back(std::move(name));
  }
  auto& s = p->settings;
  s.learn = static_cast<std::size_t>(r.get<std::uint64_t>());
  r.get(s.budget).get(s.assets);
  s.hold = static_cast<std::size_t>(r.get<std::uint64_t>());
  r.get(s.change_above)
      .get(s.unseen)
      .get(s.level_k)
      .get(s.level_least)
      .get(s.level_guard)
      .get(p->limit)
      .get(p->interval)
      .get(p->last_time)
      .get(p->alarm);
  p->quiet = static_cast<std::size_t>(r.get<std::uint64_t>());
  if (!r.get<bool>()) p->last_values.clear();
  auto const means = r.get<std::uint32_t>();
  if (p->regime_places.size() > 16 || means > anomaly::regime_clusters::max_regimes * p->names.size()) r.fail();
  if (!r.ok() || p->watched.empty() || !(p->limit > 0) || !(s.budget > 0) || !(s.assets >= 1) || !p->prepare()) {
    return "is a damaged state"s;
  }
  p->regime_means.assign(means, 0.0);
  for (double& v : p->regime_means) r.get(v);
  if (!p->regime_places.empty()) {
    p->prepare_regimes();
    r.get_archive(p->regimes);
    if (p->regimes.regimes() * p->names.size() != means) r.fail();
  }
  r.get_archive(p->residual).get_archive(p->level).get_archive(p->shift);
  p->tail.get(r);
  p->allowance.get(r);
  if (!r.finish()) return "is a damaged state"s;
  p->rows = s.learn;
  p->ready = true;
  return process_detector(std::move(p));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
