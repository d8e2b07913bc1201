#include <array>
#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/features/band_power.hpp"
#include "pdm/features/catalogue.hpp"
#include "pdm/features/fault_bands.hpp"
#include "pdm/features/histogram_entropy.hpp"
#include "pdm/features/hjorth.hpp"
#include "pdm/features/line_picking.hpp"
#include "pdm/features/moments.hpp"
#include "pdm/features/peak_frequency.hpp"
#include "pdm/features/severity.hpp"
#include "pdm/features/spectral_shape.hpp"
#include "pdm/features/teager_kaiser.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/velocity_rms.hpp"
#include "pdm/features/zero_crossings.hpp"
#include "support/catch.hpp"

namespace {

using namespace pdm;
using namespace pdm::features;
using real = double;

std::vector<real> sine(std::size_t n, double periods, double amplitude, double offset = 0) {
  std::vector<real> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = offset + amplitude * std::sin(2 * math::pi * periods * static_cast<double>(i) / static_cast<double>(n));
  }
  return x;
}
std::span<real const> view(std::vector<real> const& x) { return x; }

}  // namespace

TEST_CASE("a sine of amplitude A has RMS A/sqrt 2, crest sqrt 2, kurtosis 3/2 and mean magnitude 2A/pi") {
  auto const x = sine(4096, 16, 3);
  auto const f = time_features::of(view(x));
  CHECK(f.rms == Approx(3 / std::sqrt(2.0)).epsilon(1e-13));
  CHECK(f.crest_factor == Approx(std::sqrt(2.0)).epsilon(1e-13));
  CHECK(f.kurtosis == Approx(1.5).epsilon(1e-12));
  CHECK(f.abs_mean == Approx(6 / math::pi).epsilon(1e-4));
  CHECK(std::abs(f.skewness) < 1e-12);
}

TEST_CASE("an offset of a million sigma leaves variance and kurtosis their digits") {
  auto const f = time_features::of(view(sine(4096, 16, 1, 1e6)));
  CHECK(f.variance == Approx(0.5).epsilon(1e-9));
  CHECK(f.kurtosis == Approx(1.5).epsilon(1e-9));
}

TEST_CASE("a constant has variance 0 exactly and no kurtosis, also where its mean rounds to another value") {
  auto const f = time_features::of(view(std::vector<real>(1000, 0.1)));
  CHECK(f.variance == 0);
  CHECK(std::isnan(f.kurtosis));
  CHECK(hjorth::of(view(std::vector<real>(1000, 0.1))).activity == 0);
}

TEST_CASE("no sample, or one that is not finite, has no features") {
  CHECK(std::isnan(time_features::of(std::span<real const>{}).rms));
  for (double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
    auto x = sine(100, 3, 1);
    x[37] = bad;
    auto const f = time_features::of(view(x));
    CHECK(std::isnan(f.mean));
    CHECK(std::isnan(f.max));
    CHECK(std::isnan(hjorth::of(view(x)).activity));
    CHECK(std::isnan(zero_crossings::of(view(x), 1, false).count));
  }
}

TEST_CASE("float samples give what double samples of the same values give") {
  random_source draw(3);
  std::vector<float> single(1001);
  std::vector<real> twice;
  for (auto& v : single) {
    v = static_cast<float>(draw.uniform());
    twice.push_back(static_cast<double>(v));
  }
  auto const a = time_features::of(std::span<float const>(single)), b = time_features::of(view(twice));
  CHECK(a.rms == b.rms);
  CHECK(a.kurtosis == b.kurtosis);
}

TEST_CASE("a sine's Hjorth mobility is 2 sin(w/2) and its complexity 1") {
  double const w = 2 * math::pi * 64 / 65536;
  auto const h = hjorth::of(view(sine(65536, 64, 1)));
  CHECK(h.mobility == Approx(2 * std::sin(w / 2)).epsilon(1e-4));
  CHECK(h.complexity == Approx(1).epsilon(1e-3));
}

TEST_CASE("a sine's Teager-Kaiser energy is A^2 sin^2 w at every sample") {
  auto const x = sine(256, 16, 2);
  double const expected = 4 * std::pow(std::sin(2 * math::pi * 16 / 256), 2);
  for (std::size_t i = 1; i + 1 < x.size(); ++i) CHECK(teager_kaiser_at(view(x), i) == Approx(expected).epsilon(1e-10));
}

TEST_CASE("a sine of f Hz crosses zero 2f times a second") {
  auto const z = zero_crossings::of(view(sine(10000, 50.25, 1, 7)), 1000, true);
  CHECK(z.rate_hz == Approx(2 * 5.025).epsilon(2e-2));
}

TEST_CASE("equally filled bins have entropy 1 after normalisation") {
  std::vector<real> x;
  for (int i = 0; i < 800; ++i) x.push_back(i);
  std::array<std::uint32_t, 8> counts{};
  auto const h = histogram_entropy::of(view(x), std::span<std::uint32_t>(counts));
  CHECK(h.entropy_normalised == Approx(1).epsilon(1e-12));
  CHECK(counts[7] == 100);
}

TEST_CASE("bands side by side add up to the total power") {
  random_source draw(5);
  std::vector<real> psd(129);
  for (auto& v : psd) v = draw.uniform();
  double const df = 3.7;
  double sum = 0;
  for (auto const& band : {frequency_band{0, 100}, {100, 111}, {111, 300}, {300, 128 * 3.7}}) {
    sum += band_power(view(psd), df, band);
  }
  CHECK(sum == Approx(total_power(view(psd), df)).epsilon(1e-13));
}

TEST_CASE("a flat spectrum has flatness and entropy 1 and its centroid in the middle") {
  auto const r = spectral_shape::of(view(std::vector<real>(101, 2.0)), 5);
  CHECK(r.flatness == Approx(1).epsilon(1e-12));
  CHECK(r.entropy == Approx(1).epsilon(1e-12));
  CHECK(r.centroid == Approx(250).epsilon(1e-12));
  CHECK(std::isnan(spectral_shape::of(view(std::vector<real>(5, 0.0)), 1).centroid));
}

TEST_CASE("picking finds the largest line within the tolerance, else the nearest; beyond the last line nothing") {
  std::vector<real> a(100, 0.1);
  a[50] = 2;
  CHECK(pick(view(a), 0.5, 24.7, 0.4) == 2);
  CHECK(pick(view(a), 0.5, 24.8, 0.0) == 2);  // no line within 0: nearest is 50
  CHECK(pick(view(a), 0.5, 10, 0.4) == 0.1);
  CHECK(std::isnan(pick(view(a), 0.5, 49.6, 5)));
  CHECK(std::isnan(pick(view(a), 0.5, -1, 5)));
}

TEST_CASE("distortion is the root of the squared harmonics over the first; sidebands are told from their carrier") {
  std::vector<real> a(400, 0.0);
  a[100] = 2;
  a[200] = 0.3;
  a[300] = 0.4;
  std::array<double, 6> found{};
  CHECK(harmonic_amplitudes(view(a), 1, 100, 0.5, std::span<double>(found)) == Approx(0.25));
  CHECK(std::isnan(found[4]));
  a[90] = 0.5;
  a[110] = 0.25;
  std::array<double, 1> lower{}, upper{};
  auto const s = sideband_amplitudes(view(a), 1, 100, 10, 0.5, std::span<double>(lower), std::span<double>(upper));
  CHECK(s.carrier == 2);
  CHECK(s.ratio == Approx(0.375));
  std::array<double, 3> lines{};
  CHECK(fault_band_amplitudes(view(a), 1, 100.4, 0.01, std::span<double>(lines)) == Approx(2.7));
  CHECK(dominant_fault(std::array{1.0, 3.0, 3.0}) == 1);
}

TEST_CASE("zones follow their table, a limit belongs to the lower zone, and no group has no table") {
  auto const t = severity_table_of(2, foundation::rigid);
  REQUIRE(t.ok());
  CHECK(*zone_of(1.4, *t) == severity_zone::a);
  CHECK(*zone_of(1.5, *t) == severity_zone::b);
  CHECK(*zone_of(4.5, *t) == severity_zone::c);
  CHECK(*zone_of(4.6, *t) == severity_zone::d);
  CHECK_FALSE(zone_of(std::nan(""), *t).ok());
  CHECK_FALSE(severity_table_of(3, foundation::rigid).ok());
  CHECK_FALSE(t->citation.empty());
}

TEST_CASE("streaming moments at an offset of a million sigma agree with two passes, merged or not") {
  random_source draw(11);
  std::vector<real> x;
  for (int i = 0; i < 20000; ++i) x.push_back(1e6 + draw.uniform() - draw.uniform() * draw.uniform());
  moments whole, left, right;
  for (std::size_t i = 0; i < x.size(); ++i) {
    whole.add(x[i]);
    (i < 7000 ? left : right).add(x[i]);
  }
  left.merge(right);
  auto const f = time_features::of(view(x));
  for (auto const& m : {whole, left}) {
    CHECK(m.mean() == Approx(f.mean).epsilon(1e-15));
    CHECK(m.variance() == Approx(f.variance).epsilon(1e-10));
    CHECK(m.skewness() == Approx(f.skewness).epsilon(1e-9));
    CHECK(m.kurtosis() == Approx(f.kurtosis).epsilon(1e-9));
  }
  CHECK_FALSE(whole.add(std::nan("")));
  CHECK(whole.count() == 20000);
}

TEST_CASE("every feature of the catalogue has its own name, a definition and a source") {
  for (std::size_t i = 0; i < catalogue.size(); ++i) {
    CHECK(find_feature(catalogue[i].info.name) == &catalogue[i]);
    CHECK_FALSE(catalogue[i].info.definition.empty());
    CHECK_FALSE(catalogue[i].info.source.empty());
  }
}
