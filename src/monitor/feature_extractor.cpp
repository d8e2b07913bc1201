#include "pdm/monitor/feature_extractor.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <functional>
#include <optional>

#include "pdm/dsp/envelope_spectrum.hpp"
#include "pdm/dsp/integrate.hpp"
#include "pdm/dsp/welch.hpp"
#include "pdm/features/band_power.hpp"
#include "pdm/features/catalogue.hpp"
#include "pdm/features/fault_bands.hpp"
#include "pdm/features/histogram_entropy.hpp"
#include "pdm/features/hjorth.hpp"
#include "pdm/features/line_picking.hpp"
#include "pdm/features/peak_frequency.hpp"
#include "pdm/features/spectral_shape.hpp"
#include "pdm/features/teager_kaiser.hpp"
#include "pdm/features/velocity_rms.hpp"
#include "pdm/features/zero_crossings.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {

using namespace features;

constexpr std::size_t plot_limit = 400, histogram_bins = 32, sum_harmonics = 4;
constexpr int most_harmonics = 16;
constexpr hertz velocity_low{10}, velocity_high{1000};

// What a column is computed from; a bit each.
enum need : unsigned {
  need_time = 1,
  need_hjorth = 2,
  need_crossings = 4,
  need_histogram = 8,
  need_teager = 16,
  need_density = 32,
  need_shape = 64,
  need_amplitude = 128,
  need_envelope = 256,
  need_envelope_time = 512,
  need_velocity = 1024,
};

// Everything computed once a frame.
struct shared_results {
  time_features time, envelope_time, velocity;
  hjorth activity;
  zero_crossings crossings;
  histogram_entropy entropy;
  double teager = math::not_a_number;
  dsp::density_lines<double> density;
  double total_power = math::not_a_number;
  spectral_shape shape;
  dsp::amplitude_lines<double> amplitude;
  peak_frequency peak;
  dsp::envelope_lines<double> envelope;
  double shaft_hz = 0;
};

using compute = std::function<double(shared_results const&)>;

struct column_plan {
  compute value;
  unsigned needs = 0;
};

// A feature's function, output and its entry in the catalogue.
struct resolved {
  column_plan plan;
  std::string_view pattern;
  double low = 0, high = 0;  // band the value is made of; high 0: none in particular
  bool wants_acceleration = false;
};

std::optional<double> number(std::string_view text) {
  double value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return {};
  return value;
}

std::optional<int> harmonic(std::string_view text) {
  int value = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc{} || end != text.data() + text.size() || value < 1 || value > most_harmonics) return {};
  return value;
}

// "1000-2000"
std::optional<frequency_band> band_in(std::string_view text) {
  auto const dash = text.find('-');
  if (dash == std::string_view::npos) return {};
  auto const low = number(text.substr(0, dash)), high = number(text.substr(dash + 1));
  if (!low || !high || !(*low >= 0) || !(*high > *low)) return {};
  return frequency_band{*low, *high};
}

// Outputs that are one field of a shared result.
template <class Result>
struct field {
  std::string_view name;
  double Result::*member;
};

template <class Result, std::size_t N>
std::optional<resolved> field_of(std::string_view name, std::array<field<Result>, N> const& fields,
                                 Result shared_results::*where, unsigned needs) {
  for (auto const& f : fields) {
    if (f.name != name) continue;
    auto const member = f.member;
    return resolved{{[where, member](shared_results const& r) { return (r.*where).*member; }, needs}, f.name};
  }
  return {};
}

constexpr std::array<field<time_features>, 17> time_fields{{{"mean", &time_features::mean},
                                                            {"variance", &time_features::variance},
                                                            {"std", &time_features::std},
                                                            {"rms", &time_features::rms},
                                                            {"abs_mean", &time_features::abs_mean},
                                                            {"sqrt_amplitude", &time_features::sqrt_amplitude},
                                                            {"min", &time_features::min},
                                                            {"max", &time_features::max},
                                                            {"peak", &time_features::peak},
                                                            {"peak_to_peak", &time_features::peak_to_peak},
                                                            {"energy", &time_features::energy},
                                                            {"skewness", &time_features::skewness},
                                                            {"kurtosis", &time_features::kurtosis},
                                                            {"crest_factor", &time_features::crest_factor},
                                                            {"shape_factor", &time_features::shape_factor},
                                                            {"impulse_factor", &time_features::impulse_factor},
                                                            {"clearance_factor", &time_features::clearance_factor}}};
constexpr std::array<field<hjorth>, 3> hjorth_fields{{{"hjorth.activity", &hjorth::activity},
                                                      {"hjorth.mobility", &hjorth::mobility},
                                                      {"hjorth.complexity", &hjorth::complexity}}};
constexpr std::array<field<zero_crossings>, 3> crossing_fields{{{"zero_crossings.count", &zero_crossings::count},
                                                                {"zero_crossings.rate", &zero_crossings::rate},
                                                                {"zero_crossings.rate_hz", &zero_crossings::rate_hz}}};
constexpr std::array<field<histogram_entropy>, 2> entropy_fields{
    {{"histogram_entropy.entropy", &histogram_entropy::entropy},
     {"histogram_entropy.entropy_normalised", &histogram_entropy::entropy_normalised}}};
constexpr std::array<field<spectral_shape>, 9> shape_fields{
    {{"spectral_shape.centroid", &spectral_shape::centroid},
     {"spectral_shape.spread", &spectral_shape::spread},
     {"spectral_shape.skewness", &spectral_shape::skewness},
     {"spectral_shape.kurtosis", &spectral_shape::kurtosis},
     {"spectral_shape.flatness", &spectral_shape::flatness},
     {"spectral_shape.entropy", &spectral_shape::entropy},
     {"spectral_shape.crest", &spectral_shape::crest},
     {"spectral_shape.rolloff_085", &spectral_shape::rolloff_085},
     {"spectral_shape.rolloff_095", &spectral_shape::rolloff_095}}};
constexpr std::array<field<peak_frequency>, 2> peak_fields{{{"peak_frequency.frequency", &peak_frequency::frequency},
                                                            {"peak_frequency.amplitude", &peak_frequency::amplitude}}};
constexpr std::array<field<time_features>, 3> envelope_fields{
    {{"band_envelope.rms", &time_features::rms},
     {"band_envelope.kurtosis", &time_features::kurtosis},
     {"band_envelope.crest_factor", &time_features::crest_factor}}};
constexpr std::array<field<time_features>, 2> velocity_fields{
    {{"integrate_acceleration.rms", &time_features::rms}, {"integrate_acceleration.peak", &time_features::peak}}};

std::optional<resolved> band_power_of(std::string_view output) {
  if (output == "total") {
    return resolved{{[](shared_results const& r) { return r.total_power; }, need_density}, "band_power.total"};
  }
  bool const relative = output.starts_with("relative.");
  if (relative) output.remove_prefix(9);
  auto const band = band_in(output);
  if (!band) return {};
  auto const power = [b = *band](shared_results const& r) {
    return features::band_power(r.density.lines, r.density.df(), b);
  };
  if (!relative) return resolved{{power, need_density}, "band_power.LO-HI", band->low, band->high};
  return resolved{{[power](shared_results const& r) { return ratio(power(r), r.total_power); }, need_density},
                  "band_power.relative.LO-HI",
                  band->low,
                  band->high};
}

std::optional<resolved> harmonics_of(std::string_view output, double tolerance) {
  auto const h = harmonic(output);
  if (!h && output != "thd") return {};
  auto const count = static_cast<std::size_t>(h ? *h : 5);
  bool const distortion = !h;
  auto const value = [count, distortion, tolerance](shared_results const& r) {
    if (!(r.shaft_hz > 0)) return math::not_a_number;
    double const f = static_cast<double>(count) * r.shaft_hz;
    if (!distortion) return pick(r.amplitude.lines, r.amplitude.df(), f, tolerance * f);
    std::array<double, 5> found{};
    return harmonic_amplitudes(r.amplitude.lines, r.amplitude.df(), r.shaft_hz, tolerance * r.shaft_hz,
                               std::span<double>(found));
  };
  return resolved{{value, need_amplitude}, h ? "harmonic_amplitudes.H" : "harmonic_amplitudes.thd"};
}

// "outer_1": harmonic 1 of the line "outer"; "outer_sum".
std::optional<resolved> fault_line_of(std::string_view output, std::vector<fault_order> const& lines,
                                      double tolerance) {
  auto const mark = output.rfind('_');
  if (mark == std::string_view::npos) return {};
  auto const line = std::ranges::find(lines, output.substr(0, mark), &fault_order::name);
  auto const last = output.substr(mark + 1);
  auto const h = harmonic(last);
  if (line == lines.end() || (!h && last != "sum")) return {};
  double const order = line->order;
  int const which = h ? *h : 0;
  auto const value = [order, which, tolerance](shared_results const& r) {
    auto const& s = r.envelope.amplitude;
    double const f = order * r.shaft_hz;
    if (!(f > 0)) return math::not_a_number;
    if (which > 0) return pick(s.lines, s.df(), which * f, tolerance * which * f);
    std::array<double, sum_harmonics> found{};
    return fault_band_amplitudes(s.lines, s.df(), f, tolerance, std::span<double>(found));
  };
  return resolved{{value, need_envelope}, h ? "fault_band_amplitudes.LINE_H" : "fault_band_amplitudes.LINE_sum"};
}

std::optional<resolved> spectral_feature_of(std::string_view name, extractor_setup const& setup) {
  auto const after = [&](std::string_view prefix) -> std::optional<std::string_view> {
    if (!name.starts_with(prefix)) return {};
    return name.substr(prefix.size());
  };
  if (auto const rest = after("band_power.")) return band_power_of(*rest);
  if (auto const rest = after("harmonic_amplitudes.")) return harmonics_of(*rest, setup.line_tolerance);
  if (auto const rest = after("fault_band_amplitudes.")) {
    return fault_line_of(*rest, setup.lines, setup.line_tolerance);
  }
  if (name == "envelope_spectrum.mean") {
    return resolved{{[](shared_results const& r) { return r.envelope.mean; }, need_envelope}, name};
  }
  if (name == "velocity_rms_psd.v_rms") {
    double const factor = to_mps2(setup.quantity);
    auto const value = [factor](shared_results const& r) {
      return factor * velocity_rms(r.density, velocity_low, velocity_high);
    };
    return resolved{{value, need_density}, name, velocity_low.value, velocity_high.value, true};
  }
  return {};
}

std::optional<resolved> resolve(std::string_view name, extractor_setup const& setup) {
  if (auto r = field_of(name, time_fields, &shared_results::time, need_time)) return r;
  if (auto r = field_of(name, hjorth_fields, &shared_results::activity, need_hjorth)) return r;
  if (auto r = field_of(name, crossing_fields, &shared_results::crossings, need_crossings)) return r;
  if (auto r = field_of(name, entropy_fields, &shared_results::entropy, need_histogram)) return r;
  if (auto r = field_of(name, shape_fields, &shared_results::shape, need_density | need_shape)) return r;
  if (auto r = field_of(name, peak_fields, &shared_results::peak, need_amplitude)) return r;
  if (auto r = field_of(name, envelope_fields, &shared_results::envelope_time, need_envelope | need_envelope_time)) {
    return r;
  }
  if (auto r = field_of(name, velocity_fields, &shared_results::velocity, need_velocity)) {
    r->low = velocity_low.value;
    r->high = velocity_high.value;
    r->wants_acceleration = true;
    return r;
  }
  if (name == "teager_kaiser.mean") {
    return resolved{{[](shared_results const& r) { return r.teager; }, need_teager}, name};
  }
  return spectral_feature_of(name, setup);
}

std::string_view absence_of(resolved const& r, extractor_setup const& setup) {
  if (r.wants_acceleration && to_mps2(setup.quantity) == 0) return "the signal is not known to be an acceleration";
  if (r.high == 0) return {};
  if (r.high > 0.5 * setup.rate_hz || r.low > 0.5 * setup.rate_hz) return "above half the sampling rate";
  bool const said = setup.band_high.value > 0;
  if (said && (r.low < setup.band_low.value || r.high > setup.band_high.value)) return "outside the usable band";
  return {};
}

std::string unit_text_of(catalogue_entry const& e, unit quantity) {
  if (e.rule == unit_rule::fixed) return std::string(symbol(e.info.unit));
  std::string const signal(symbol(quantity));
  if (e.rule == unit_rule::signal || quantity == unit::unknown || quantity == unit::none) return signal;
  return "(" + signal + ")^2";
}

feature_column column_of(std::string const& name, resolved const& r, extractor_setup const& setup) {
  feature_column c;
  c.name = name;
  c.absent_because = absence_of(r, setup);
  if (auto const* e = find_feature(r.pattern)) {
    c.unit = e->rule == unit_rule::fixed ? e->info.unit : e->rule == unit_rule::signal ? setup.quantity : unit::unknown;
    c.unit_text = unit_text_of(*e, setup.quantity);
    c.definition = e->info.definition;
    c.source = e->info.source;
    c.version = e->info.version;
  }
  return c;
}

hertz envelope_edge(hertz said, double rate_hz, double eighths) {
  return said.value > 0 ? said : hertz{rate_hz * eighths / 8};
}

dsp::envelope_spectrum_params envelope_params_of(extractor_setup const& s) {
  dsp::band_envelope_params band{s.length,
                                 {s.rate_hz},
                                 envelope_edge(s.envelope_low, s.rate_hz, s.envelope_high.value > 0 ? 0 : 1),
                                 envelope_edge(s.envelope_high, s.rate_hz, 3),
                                 0};
  // The squared envelope of B lines has 2 B - 1 lines: a short transform loses nothing.
  std::size_t const bins = dsp::bins_between(band.low, band.high, band.rate, s.length).count;
  std::size_t const points = std::bit_ceil(std::max<std::size_t>(2 * bins, 16));
  if (points < s.length) band.points = points;
  return {band, true, dsp::window_kind::rect};
}

dsp::welch_params welch_params_of(extractor_setup const& s) {
  double const wanted = std::min(s.rate_hz / 4, static_cast<double>(s.length));
  std::size_t const segment =
      std::min(s.length, std::bit_ceil(std::max<std::size_t>(static_cast<std::size_t>(wanted), 64)));
  return {{s.rate_hz}, segment, segment / 2, 0, dsp::window_kind::hann, dsp::detrend_kind::constant};
}

wire::input_error wrong(std::string what, std::string todo) {
  wire::input_error e;
  e.what = std::move(what);
  e.todo = std::move(todo);
  return e;
}

}  // namespace

struct feature_extractor::parts {
  explicit parts(extractor_setup const& s)
      : setup(s),
        amplitude({s.length, {s.rate_hz}, dsp::window_kind::hann, dsp::detrend_kind::constant}),
        density(welch_params_of(s)),
        envelope(envelope_params_of(s)),
        velocity({s.length,
                  {s.rate_hz},
                  velocity_low,
                  velocity_high,
                  to_mps2(s.quantity) > 0 ? s.quantity : unit::metre_per_second_squared,
                  1}) {}

  status prepare();
  void run(std::span<double const> frame, double shaft_hz) noexcept;
  template <class Line>
  plot_lines plot(std::size_t lines, double df, Line const& line) noexcept;

  extractor_setup setup;
  std::vector<feature_column> columns;
  std::vector<column_plan> plans;
  unsigned needs = 0;

  dsp::spectrum<double> amplitude;
  dsp::welch<double> density;
  dsp::envelope_spectrum<double> envelope;
  dsp::integrate_acceleration<double> velocity;
  std::vector<std::byte> bytes;
  std::vector<double> values, plotted, work;
  std::vector<float> squares;
  std::array<std::uint32_t, histogram_bins> histogram{};
  shared_results results;
};

status feature_extractor::parts::prepare() {
  bool const integrates = (needs & need_velocity) != 0, averages = (needs & need_density) != 0;
  bytes.resize(amplitude.footprint() + envelope.footprint() + (averages ? density.footprint() : 0) +
               (integrates ? velocity.footprint() : 0) + arena::alignment);
  arena memory{std::span(bytes)};
  values.resize(columns.size());
  plotted.resize(plot_limit);
  squares.resize(setup.length / 2 + 1);
  work.resize(setup.length);
  if (auto s = amplitude.prepare(memory); !s) return s;
  if (auto s = envelope.prepare(memory); !s) return s;
  if (averages) {
    if (auto s = density.prepare(memory); !s) return s;
  }
  return integrates ? velocity.prepare(memory) : status{};
}

void feature_extractor::parts::run(std::span<double const> x, double shaft_hz) noexcept {
  auto const asked = [this](unsigned bits) { return (needs & bits) != 0; };
  shared_results& r = results;
  r.shaft_hz = shaft_hz;
  if (asked(need_time)) r.time = time_features::of(x);
  if (asked(need_hjorth)) r.activity = hjorth::of(x);
  if (asked(need_crossings)) r.crossings = zero_crossings::of(x, setup.rate_hz, true);
  if (asked(need_histogram)) r.entropy = histogram_entropy::of(x, std::span<std::uint32_t>(histogram));
  if (asked(need_teager)) r.teager = teager_kaiser_mean(x);
  if (asked(need_density)) {
    auto const psd = density.density(x);
    if (psd) r.density = *psd;
    r.total_power = total_power(r.density.lines, r.density.df());
  }
  if (asked(need_shape)) r.shape = spectral_shape::of(r.density.lines, r.density.df());
  if (asked(need_amplitude)) {
    r.amplitude = amplitude.amplitude(x);
    r.peak = peak_frequency::of(r.amplitude, peak_scale::logarithmic);
  }
  if (asked(need_envelope)) r.envelope = envelope.apply(x);
  if (asked(need_envelope_time)) {
    auto const squared = envelope.envelope();
    auto const magnitude = std::span(work).first(squared.size());
    for (std::size_t i = 0; i < squared.size(); ++i) magnitude[i] = math::sqrt(squared[i]);
    r.envelope_time = time_features::of(std::span<double const>(magnitude));
  }
  if (asked(need_velocity)) {
    velocity.apply(x, work);
    r.velocity = time_features::of(std::span<double const>(work));
  }
}

template <class Line>
plot_lines feature_extractor::parts::plot(std::size_t lines, double df, Line const& line) noexcept {
  std::size_t const merged = std::max<std::size_t>((lines + plot_limit - 1) / plot_limit, 1);
  std::size_t const count = (lines + merged - 1) / merged;
  for (std::size_t i = 0; i < count; ++i) {
    double largest = 0;
    for (std::size_t k = i * merged; k < std::min((i + 1) * merged, lines); ++k) largest = std::max(largest, line(k));
    plotted[i] = largest;
  }
  return {df * static_cast<double>(merged), merged, std::span<double const>(plotted).first(count)};
}

feature_extractor::feature_extractor() = default;
feature_extractor::~feature_extractor() = default;
feature_extractor::feature_extractor(feature_extractor&&) noexcept = default;
feature_extractor& feature_extractor::operator=(feature_extractor&&) noexcept = default;

wire::input_result<void> feature_extractor::prepare(extractor_setup const& setup) {
  parts_.reset();
  if (setup.length < 1 || setup.length > dsp::max_fft_length || !(setup.rate_hz > 0) || !std::isfinite(setup.rate_hz)) {
    return wrong("a frame needs 1 to 16777216 samples and a rate above 0", "set the window and the sampling rate");
  }
  auto made = std::make_unique<parts>(setup);
  auto const names = setup.features.empty() ? default_features(setup) : setup.features;
  if (names.size() > row::max_columns) return wrong("more than 256 features", "ask for fewer");
  for (auto const& name : names) {
    if (std::ranges::find(made->columns, name, &feature_column::name) != made->columns.end()) continue;  // asked twice
    auto r = resolve(name, setup);
    if (!r) return wrong("there is no feature \"" + name + "\" here", "pdm features --list prints every name");
    made->columns.push_back(column_of(name, *r, setup));
    if (made->columns.back().absent_because.empty()) made->needs |= r->plan.needs;
    made->plans.push_back(std::move(r->plan));
  }
  if (auto s = made->prepare(); !s) return wrong(s.error().where + std::string(": ") + s.error().what, "");
  parts_ = std::move(made);
  return {};
}

std::span<feature_column const> feature_extractor::columns() const noexcept {
  return parts_ ? std::span<feature_column const>(parts_->columns) : std::span<feature_column const>();
}

std::size_t feature_extractor::index_of(std::string_view name) const noexcept {
  auto const all = columns();
  return static_cast<std::size_t>(std::ranges::find(all, name, &feature_column::name) - all.begin());
}

row feature_extractor::extract(std::span<double const> frame, double shaft_hz) noexcept {
  if (!PDM_EXPECTS(parts_ != nullptr && frame.size() == parts_->setup.length)) return {};
  parts& p = *parts_;
  p.run(frame, shaft_hz);
  for (std::size_t i = 0; i < p.plans.size(); ++i) {
    p.values[i] = p.columns[i].absent_because.empty() ? p.plans[i].value(p.results) : math::not_a_number;
  }
  return make_row(p.values);
}

std::span<float const> feature_extractor::mean_squares(std::span<double const> frame) noexcept {
  if (!PDM_EXPECTS(parts_ != nullptr && frame.size() == parts_->setup.length)) return {};
  auto const s = parts_->amplitude.amplitude(frame);
  for (std::size_t k = 0; k < s.lines.size(); ++k) {
    double const rms = dsp::rms_line(s, k);
    parts_->squares[k] = static_cast<float>(rms * rms);
  }
  return parts_->squares;
}

plot_lines feature_extractor::rms_spectrum(std::span<double const> frame) noexcept {
  if (!PDM_EXPECTS(parts_ != nullptr && frame.size() == parts_->setup.length)) return {};
  auto const s = parts_->amplitude.amplitude(frame);
  return parts_->plot(s.lines.size(), s.df(), [&](std::size_t k) { return dsp::rms_line(s, k); });
}

plot_lines feature_extractor::envelope_spectrum(std::span<double const> frame, double top_hz) noexcept {
  if (!PDM_EXPECTS(parts_ != nullptr && frame.size() == parts_->setup.length)) return {};
  auto const s = parts_->envelope.apply(frame).amplitude;
  std::size_t lines = s.lines.size();
  if (top_hz > 0 && top_hz < s.df() * static_cast<double>(lines)) lines = static_cast<std::size_t>(top_hz / s.df()) + 1;
  return parts_->plot(lines, s.df(), [&](std::size_t k) { return s.lines[k]; });
}

std::vector<std::string> default_features(extractor_setup const& setup) {
  std::vector<std::string> names;
  names.reserve(64);
  for (auto const& f : time_fields) names.emplace_back(f.name);
  for (auto const& f : hjorth_fields) names.emplace_back(f.name);
  names.emplace_back("zero_crossings.rate_hz");
  for (auto const& f : shape_fields) names.emplace_back(f.name);
  for (auto const& f : peak_fields) names.emplace_back(f.name);
  for (auto const& f : envelope_fields) names.emplace_back(f.name);
  names.emplace_back("envelope_spectrum.mean");
  names.emplace_back("velocity_rms_psd.v_rms");
  for (auto const& line : setup.lines) {
    for (char const* h : {"_1", "_2", "_3", "_sum"}) names.push_back("fault_band_amplitudes." + line.name + h);
  }
  return names;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
