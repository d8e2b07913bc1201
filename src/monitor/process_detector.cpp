#include "pdm/monitor/process_detector.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "monitor/process_parts.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {

struct named_preset {
  std::string_view name;
  double budget;  // events a month
  double level_k, level_least, level_guard;
};
// The quiet one keeps a tenth of the budget, and asks more of a level before it calls it gone.
constexpr std::array<named_preset, 2> presets{{{"process", 1.0, 1.25, 30, 6}, {"process_quiet", 0.1, 2, 20, 15}}};
constexpr std::array<std::string_view, 2> preset_names{"process", "process_quiet"};

constexpr std::size_t most_values = std::size_t{1} << 27;

// Rows side by side whose usual course so many learning rows can tell: four of them for each number of the vector.
std::size_t lags_for(std::size_t learn, std::size_t columns) {
  return std::clamp<std::size_t>(learn / (4 * columns), 1, anomaly::lagged_residual::params{}.lags);
}

}  // namespace

std::optional<process_settings> process_preset(std::string_view name) {
  for (auto const& p : presets) {
    if (p.name != name) continue;
    process_settings s;
    s.budget = p.budget;
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
  residual = anomaly::lagged_residual({.lags = lags_for(settings.learn, d)});
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

double process_detector::parts::residual_score() const {
  double sum = 0;
  auto const p = residual.parts();
  for (double v : p) sum += v;
  return sum / static_cast<double>(p.size());
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
    process_column& k = columns[c];
    bool const present = math::is_finite(values[c]);
    absent += present ? 0 : 1;
    if (!present) continue;
    k.run = values[c] == k.last ? k.run + 1 : 1;
    k.last = values[c];
    if (k.watched) {
      stuck += k.run > std::max(60.0, 5 * k.longest) ? 1 : 0;
      double const z_now = (values[c] - expected(c, regime)) / k.scale;
      k.held = std::clamp(z_now, -wildest_deviation, wildest_deviation);
    } else if (!k.named && k.longest > 1 && k.mean != values[c]) {
      k.moved = true;
    }
    if (k.moved) q.mark(quality_reason::out_of_range, quality_level::uncertain);
  }
  for (std::size_t j = 0; j < watched.size(); ++j) {
    process_column const& k = columns[watched[j]];
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

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
