// The whole line of an asset: snapshots of 2560 samples at 25.6 kHz on two points, to quality, features, operating
// state, score, alarm and life, a state event and a prognosis event a snapshot, after learning. Beside it the two bare
// transforms of such a snapshot, its features alone, and a plain program: eight numbers a channel by a loop each, one
// line by snprintf. items_per_second counts rows (snapshots of the asset); samples_per_second those of one channel.
#include "pdm/monitor/asset_line.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdio>
#include <vector>

#include "pdm/dsp/fft.hpp"
#include "pdm/monitor/feature_extractor.hpp"
#include "support/measure.hpp"

namespace {

namespace monitor = pdm::monitor;
using pdm::bench::measure, pdm::bench::rate, pdm::bench::vibration, pdm::bench::work_memory;

constexpr std::size_t length = 2560, points = 2, different = 32;
constexpr double interval_s = 10;

// The same machine every time, with fresh noise: 32 snapshots of each point in turn.
struct recorded {
  std::array<std::vector<double>, points> point{vibration(length * different, 1), vibration(length* different, 2)};
  [[nodiscard]] std::span<double const> snapshot(std::size_t p, std::uint64_t at) const {
    return std::span(point[p]).subspan(at % different * length, length);
  }
};

struct running {
  recorded samples;
  std::size_t bytes = 0;
  std::unique_ptr<monitor::asset_line> line;
  std::uint64_t at = 0;

  explicit running(char const* prognosis) {
    monitor::asset_settings s;
    s.line.prognosis.model = prognosis;
    s.id = "bearing";
    pdm::wire::recording_info source;
    source.fs_hz = rate.value;
    source.quantity = pdm::unit::metre_per_second_squared;
    source.channels = {"horizontal", "vertical"};
    source.snapshots = 1u << 20;
    source.samples = length;
    source.snapshot_interval_s = interval_s;
    source.shaft_hz = 30;
    auto made = monitor::asset_line::make(s, source, pdm::report::catalogue::english(),
                                          [this](std::string_view event) { bytes += event.size(); });
    if (!made || (*made)->points() != points || (*made)->max_block() < length) std::abort();
    line = std::move(*made);
    while (line->counts().judged_rows < 10 && at < 1000) step();
    if (line->counts().judged_rows < 10) std::abort();
  }
  void step() {
    pdm::block_info info;
    info.sequence = at * length;
    info.source_time = static_cast<pdm::nanoseconds>(at) * static_cast<pdm::nanoseconds>(interval_s * 1e9);
    info.quality.mark(pdm::quality_reason::gap, pdm::quality_level::good);
    for (std::size_t p = 0; p < points; ++p) line->process(p, pdm::block<double>(samples.snapshot(p, at), info));
    ++at;
  }
};

void samples_counter(benchmark::State& state) {
  state.counters["samples_per_second"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * length, benchmark::Counter::kIsRate);
}

void asset_line(benchmark::State& state, char const* prognosis) {
  running r(prognosis);
  auto const before = r.line->counts();
  measure(
      state, 1, [&] { r.step(); }, 256);
  samples_counter(state);
  auto const after = r.line->counts();
  double const rows = static_cast<double>(after.rows - before.rows);
  state.counters["judged"] = static_cast<double>(after.judged_rows - before.judged_rows) / rows;
  state.counters["events"] = static_cast<double>(after.events - before.events) / rows;
}

void features_alone(benchmark::State& state) {
  recorded samples;
  monitor::feature_extractor extractor;
  monitor::extractor_setup setup;
  setup.features = monitor::line_settings{}.features;
  setup.length = length;
  setup.rate_hz = rate.value;
  setup.quantity = pdm::unit::metre_per_second_squared;
  std::erase_if(setup.features, [](std::string const& name) { return name.starts_with("bands:"); });
  for (char const* band :
       {"band_power.0-3200", "band_power.3200-6400", "band_power.6400-9600", "band_power.9600-12800"})
    setup.features.emplace_back(band);
  if (!extractor.prepare(setup)) return state.SkipWithError("prepare failed");
  std::uint64_t at = 0;
  measure(state, 1, [&] {
    double sum = 0;
    for (std::size_t p = 0; p < points; ++p) sum += extractor.extract(samples.snapshot(p, at), 30).values[0];
    ++at;
    return sum;
  });
  samples_counter(state);
}

void two_bare_transforms(benchmark::State& state) {
  using fft = pdm::dsp::default_fft<double>;
  recorded samples;
  work_memory memory(fft::footprint(length, pdm::dsp::fft_use::real));
  fft transform;
  if (!transform.prepare(length, memory, pdm::dsp::fft_use::real)) return state.SkipWithError("prepare failed");
  std::vector<std::complex<double>> lines(length / 2 + 1);
  std::uint64_t at = 0;
  measure(state, 1, [&] {
    for (std::size_t p = 0; p < points; ++p) transform.forward(samples.snapshot(p, at), lines);
    ++at;
  });
  samples_counter(state);
}

// RMS, peak, kurtosis, crest factor and four bands a channel, against fixed limits, printed.
void plain_program(benchmark::State& state) {
  using fft = pdm::dsp::default_fft<double>;
  recorded samples;
  work_memory memory(fft::footprint(length, pdm::dsp::fft_use::real));
  fft transform;
  if (!transform.prepare(length, memory, pdm::dsp::fft_use::real)) return state.SkipWithError("prepare failed");
  std::uint64_t at = 0;
  measure(state, 1, [&] {
    std::string json = "{\"elapsed_s\":" + std::to_string(at) + ",\"features\":{";
    bool alarm = false;
    for (std::size_t p = 0; p < points; ++p) {
      std::vector<double> const x(samples.snapshot(p, at).begin(), samples.snapshot(p, at).end());
      double mean = 0, m2 = 0, m4 = 0, square = 0, peak = 0;
      for (double v : x) mean += v / static_cast<double>(length);
      for (double v : x) m2 += std::pow(v - mean, 2) / static_cast<double>(length);
      for (double v : x) m4 += std::pow(v - mean, 4) / static_cast<double>(length);
      for (double v : x) square += v * v;
      for (double v : x) peak = std::max(peak, std::abs(v));
      std::vector<std::complex<double>> lines(length / 2 + 1);
      transform.forward(x, lines);
      std::array<double, 4> band{};
      for (std::size_t k = 0; k < lines.size(); ++k)
        band[std::min(k / (length / 8), std::size_t{3})] += std::norm(lines[k]);
      double const rms = std::sqrt(square / static_cast<double>(length));
      for (double v : {rms, peak, m4 / (m2 * m2), peak / rms, band[0], band[1], band[2], band[3]}) {
        char text[48];
        std::snprintf(text, sizeof text, "\"%zu\":%.17g,", json.size(), v);
        json += text;
      }
      alarm = alarm || rms > 5;
    }
    ++at;
    return json.size() + (alarm ? 1 : 0);
  });
  samples_counter(state);
}

}  // namespace

BENCHMARK_CAPTURE(asset_line, with_prognosis, "wiener");
BENCHMARK_CAPTURE(asset_line, without_prognosis, "none");
BENCHMARK(features_alone);
BENCHMARK(two_bare_transforms);
BENCHMARK(plain_program);
BENCHMARK_MAIN();
