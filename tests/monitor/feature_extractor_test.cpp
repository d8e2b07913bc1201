#include "pdm/monitor/feature_extractor.hpp"

#include <cmath>

#include "support/catch.hpp"
#include "support/heap_counter.hpp"

namespace {

using pdm::monitor::extractor_setup;
using pdm::monitor::feature_extractor;
constexpr double pi = 3.14159265358979323846;

std::vector<double> sine(std::size_t n, double fs, double f, double amplitude) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = amplitude * std::sin(2 * pi * f * static_cast<double>(i) / fs);
  return x;
}

// A carrier whose amplitude swings by `depth` at `rate_hz`.
std::vector<double> modulated(std::size_t n, double fs, double carrier, double rate_hz, double depth) {
  auto x = sine(n, fs, carrier, 1);
  for (std::size_t i = 0; i < n; ++i) x[i] *= 1 + depth * std::cos(2 * pi * rate_hz * static_cast<double>(i) / fs);
  return x;
}

extractor_setup acceleration(std::vector<std::string> names, std::size_t n = 4096, double fs = 8192) {
  extractor_setup s;
  s.features = std::move(names);
  s.length = n;
  s.rate_hz = fs;
  s.quantity = pdm::unit::metre_per_second_squared;
  return s;
}

}  // namespace

TEST_CASE("a sine of amplitude A has RMS A/sqrt 2 and reads its frequency and peak amplitude") {
  feature_extractor e;
  REQUIRE(e.prepare(acceleration({"rms", "peak_frequency.frequency", "peak_frequency.amplitude"})).ok());
  auto const row = e.extract(sine(4096, 8192, 512, 3));
  REQUIRE(row.present.count() == 3);
  CHECK(row.values[0] == Approx(3 / std::sqrt(2.0)).epsilon(1e-12));
  CHECK(row.values[1] == Approx(512).epsilon(1e-9));
  CHECK(row.values[2] == Approx(3).epsilon(1e-9));
}

TEST_CASE("velocity follows from acceleration by 1/(2 pi f), in mm/s from m/s2 and from g") {
  double const f = 160;
  for (auto quantity : {pdm::unit::metre_per_second_squared, pdm::unit::standard_gravity}) {
    auto setup = acceleration({"velocity_rms_psd.v_rms", "integrate_acceleration.rms"}, 8192, 8192);
    setup.quantity = quantity;
    feature_extractor e;
    REQUIRE(e.prepare(setup).ok());
    auto const row = e.extract(sine(8192, 8192, f, 2));
    double const expected = 1e3 * 2 * pdm::to_mps2(quantity) / (2 * pi * f) / std::sqrt(2.0);
    CHECK(row.values[0] == Approx(expected).epsilon(1e-3));  // the Hann main lobe is divided line by line
    CHECK(row.values[1] == Approx(expected).epsilon(1e-9));
    CHECK(e.columns()[0].unit == pdm::unit::millimetre_per_second);
  }
}

TEST_CASE("without an acceleration unit, or outside the usable band, a feature is absent and says why") {
  auto setup = acceleration({"velocity_rms_psd.v_rms", "rms", "band_power.2000-3000"});
  setup.quantity = pdm::unit::unknown;
  setup.band_low = {5};
  setup.band_high = {2500};
  feature_extractor e;
  REQUIRE(e.prepare(setup).ok());
  auto const row = e.extract(sine(4096, 8192, 512, 1));
  CHECK_FALSE(row.has(0));
  CHECK(row.has(1));
  CHECK_FALSE(row.has(2));
  CHECK(e.columns()[0].absent_because == "the signal is not known to be an acceleration");
  CHECK(e.columns()[2].absent_because == "outside the usable band");
}

TEST_CASE("an unknown name is refused by name") {
  feature_extractor e;
  for (char const* name : {"rmss", "band_power.2000", "band_power.3000-2000", "fault_band_amplitudes.BPFO_1",
                           "harmonic_amplitudes.0", "spectral_shape.", ""}) {
    auto const s = e.prepare(acceleration({"rms", name}));
    REQUIRE_FALSE(s.ok());
    CHECK(s.error().what.find("\"" + std::string(name) + "\"") != std::string::npos);
  }
}

TEST_CASE("a modulation at a fault frequency shows in that fault's lines, and only with a known speed") {
  auto setup = acceleration({"fault_band_amplitudes.outer_1", "fault_band_amplitudes.inner_1"}, 8192, 8192);
  setup.lines = {{"outer", 3.2}, {"inner", 4.8}};
  feature_extractor e;
  REQUIRE(e.prepare(setup).ok());
  auto const x = modulated(8192, 8192, 2000, 32, 0.5);
  auto const row = e.extract(x, 10);  // 3.2 x 10 Hz
  REQUIRE(row.present.count() == 2);
  CHECK(row.values[0] == Approx(2 * 0.5).epsilon(1e-6));  // (1 + d cos)^2 = 1 + 2 d cos + ...
  CHECK(row.values[1] < 1e-6);
  CHECK(e.extract(x).present.none());
}

TEST_CASE("drawn spectra have at most 400 values and keep the largest line") {
  feature_extractor e;
  REQUIRE(e.prepare(acceleration({"rms"}, 8192, 8192)).ok());
  auto const rms = e.rms_spectrum(sine(8192, 8192, 1000, 2));
  REQUIRE(rms.values.size() <= 400);
  auto const top = std::ranges::max_element(rms.values);
  CHECK(*top == Approx(2 / std::sqrt(2.0)).epsilon(1e-9));
  CHECK(std::abs(static_cast<double>(top - rms.values.begin()) * rms.df - 1000) <= rms.df);
  auto const envelope = e.envelope_spectrum(modulated(8192, 8192, 2000, 64, 0.25));
  REQUIRE(envelope.values.size() <= 400);
  CHECK(std::ranges::max(envelope.values) == Approx(0.5).epsilon(1e-6));
}

TEST_CASE("extraction and spectra make no heap call once prepared") {
  auto setup = acceleration({}, 2560, 25600);
  setup.lines = {{"BPFO", 3.58}};
  auto names = pdm::monitor::default_features(setup);
  for (char const* more :
       {"band_power.1000-2000", "band_power.relative.0-500", "teager_kaiser.mean", "zero_crossings.count",
        "histogram_entropy.entropy", "harmonic_amplitudes.thd", "integrate_acceleration.peak"}) {
    names.emplace_back(more);
  }
  setup.features = names;
  feature_extractor e;
  REQUIRE(e.prepare(setup).ok());
  auto const x = modulated(2560, 25600, 5000, 90, 0.5);
  double sum = 0;
  auto const calls = pdm::test::heap_calls_in([&] {
    auto const row = e.extract(x, 25);
    for (std::size_t i = 0; i < row.size(); ++i) sum += row.has(i) ? row.values[i] : 0;
    sum += e.rms_spectrum(x).df + e.envelope_spectrum(x).df;
  });
  CHECK(calls.all() == 0);
  CHECK(std::isfinite(sum));
  CHECK(e.extract(x, 25).present.count() == names.size());
}

TEST_CASE("a feature asked for twice is one column") {
  feature_extractor e;
  REQUIRE(e.prepare(acceleration({"rms", "kurtosis", "rms"}, 256, 25600)).ok());
  REQUIRE(e.columns().size() == 2);
  CHECK(e.columns()[0].name == "rms");
  CHECK(e.columns()[1].name == "kurtosis");
}

TEST_CASE("every default feature has a unit text, a definition and a source") {
  feature_extractor e;
  auto setup = acceleration({}, 4096);
  setup.lines = {{"BPFO", 3}};
  REQUIRE(e.prepare(setup).ok());
  for (auto const& c : e.columns()) {
    CAPTURE(c.name);
    CHECK_FALSE(c.unit_text.empty());
    CHECK_FALSE(c.definition.empty());
    CHECK_FALSE(c.source.empty());
  }
}

TEST_CASE("a frame with a sample that is not finite has no feature at all") {
  feature_extractor e;
  REQUIRE(e.prepare(acceleration({}, 512)).ok());
  auto x = sine(512, 8192, 512, 1);
  x[100] = std::nan("");
  CHECK(e.extract(x).present.none());
}

TEST_CASE("frames of one sample and of prime length are features too") {
  for (std::size_t n : {std::size_t{1}, std::size_t{2}, std::size_t{97}, std::size_t{1021}}) {
    feature_extractor e;
    REQUIRE(e.prepare(acceleration({}, n)).ok());
    auto const row = e.extract(sine(n, 8192, 512, 1));
    CHECK(row.has(e.index_of("mean")));
  }
}
