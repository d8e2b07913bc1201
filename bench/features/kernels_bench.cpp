// Every feature kernel of a frame or its spectrum, beside the textbook's loop with the C library's functions.
// items_per_second counts samples of the frame (4096), or lines of its spectrum (2049) where the kernel reads lines.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "pdm/features/band_power.hpp"
#include "pdm/features/extract.hpp"
#include "pdm/features/fault_bands.hpp"
#include "pdm/features/frame.hpp"
#include "pdm/features/histogram_entropy.hpp"
#include "pdm/features/hjorth.hpp"
#include "pdm/features/line_picking.hpp"
#include "pdm/features/moments.hpp"
#include "pdm/features/peak_frequency.hpp"
#include "pdm/features/spectral_shape.hpp"
#include "pdm/features/teager_kaiser.hpp"
#include "pdm/features/time_features.hpp"
#include "pdm/features/velocity_rms.hpp"
#include "pdm/features/zero_crossings.hpp"
#include "pdm/signal/chain.hpp"
#include "support/measure.hpp"

namespace {

using namespace pdm::features;
using pdm::bench::measure, pdm::bench::rate, pdm::bench::vibration, pdm::bench::work_memory;

constexpr std::size_t n = 4096, lines = n / 2 + 1, bins = 64;
constexpr double df = rate.value / n;

std::span<double const> frame_samples() {
  static auto const x = vibration(n);
  return x;
}

// Amplitude and density of the frame, made once.
struct spectra {
  std::vector<double> amplitude, density;
  spectra() {
    pdm::dsp::spectrum<double> s({.length = n, .rate = rate});
    work_memory memory(s.footprint());
    if (!s.prepare(memory)) std::abort();
    auto const a = s.amplitude(frame_samples()).lines;
    amplitude.assign(a.begin(), a.end());
    auto const d = s.density(frame_samples()).lines;
    density.assign(d.begin(), d.end());
  }
  static spectra const& of_frame() {
    static spectra const s;
    return s;
  }
};
std::span<double const> amplitude() { return spectra::of_frame().amplitude; }
std::span<double const> density() { return spectra::of_frame().density; }

double mean_of(std::vector<double> const& x) {
  double sum = 0;
  for (double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}
double variance_of(std::vector<double> const& x) {
  double const mean = mean_of(x);
  double sum = 0;
  for (double v : x) sum += std::pow(v - mean, 2);
  return sum / static_cast<double>(x.size());
}
std::vector<double> differences(std::vector<double> const& x) {
  std::vector<double> d;
  for (std::size_t i = 1; i < x.size(); ++i) d.push_back(x[i] - x[i - 1]);
  return d;
}

// ---- samples ----

void time_features_double(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] { return time_features::of(x); });
}
void time_features_float(benchmark::State& state) {
  auto const x = vibration<float>(n);
  measure(state, n, [&] { return time_features::of(std::span<float const>(x)); });
}
// A loop a quantity.
void time_features_textbook(benchmark::State& state) {
  std::vector<double> const x(frame_samples().begin(), frame_samples().end());
  measure(state, n, [&] {
    double const mean = mean_of(x), variance = variance_of(x), number = static_cast<double>(n);
    double square = 0, absolute = 0, root = 0, third = 0, fourth = 0, peak = 0;
    for (double v : x) square += v * v;
    for (double v : x) absolute += std::abs(v);
    for (double v : x) root += std::sqrt(std::abs(v));
    for (double v : x) third += std::pow(v - mean, 3);
    for (double v : x) fourth += std::pow(v - mean, 4);
    for (double v : x) peak = std::max(peak, std::abs(v));
    double const rms = std::sqrt(square / number), level = absolute / number;
    return mean + third / number / std::pow(variance, 1.5) + fourth / number / variance / variance + peak / rms +
           rms / level + peak / level + peak / std::pow(root / number, 2) + *std::ranges::min_element(x) +
           *std::ranges::max_element(x);
  });
}

void moments_add(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] {
    moments m;
    for (double v : x) m.add(v);
    return m.kurtosis();
  });
}
// Sums of powers, which lose their digits where the mean is large.
void moments_textbook(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] {
    double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
    for (double v : x) s1 += v, s2 += v * v, s3 += v * v * v, s4 += v * v * v * v;
    double const k = static_cast<double>(n), m = s1 / k, variance = s2 / k - m * m;
    return (s4 / k - 4 * m * s3 / k + 6 * m * m * s2 / k - 3 * m * m * m * m) / (variance * variance);
  });
}

void hjorth_parameters(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] { return hjorth::of(x); });
}
void hjorth_textbook(benchmark::State& state) {
  std::vector<double> const x(frame_samples().begin(), frame_samples().end());
  measure(state, n, [&] {
    auto const d1 = differences(x), d2 = differences(d1);
    double const v0 = variance_of(x), v1 = variance_of(d1), v2 = variance_of(d2);
    return v0 + std::sqrt(v1 / v0) + std::sqrt(v2 / v1) / std::sqrt(v1 / v0);
  });
}

void histogram_entropy_64(benchmark::State& state) {
  std::vector<std::uint32_t> counts(bins);
  measure(state, n, [&, x = frame_samples()] { return histogram_entropy::of(x, std::span(counts)); });
}
void histogram_entropy_textbook(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] {
    auto const [low, high] = std::ranges::minmax(x);
    std::vector<double> p(bins);
    for (double v : x) {
      auto const bin = static_cast<std::size_t>(std::floor((v - low) / (high - low) * static_cast<double>(bins)));
      p[std::min(bin, bins - 1)] += 1.0 / static_cast<double>(n);
    }
    double sum = 0;
    for (double q : p) sum -= q > 0 ? q * std::log(q) : 0;
    return sum;
  });
}

void zero_crossing_rate(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] { return zero_crossings::of(x, rate.value, true); });
}
void zero_crossing_textbook(benchmark::State& state) {
  std::vector<double> const x(frame_samples().begin(), frame_samples().end());
  measure(state, n, [&] {
    double const mean = mean_of(x);
    int count = 0;
    for (std::size_t i = 1; i < n; ++i) {
      if (std::signbit(x[i] - mean) != std::signbit(x[i - 1] - mean)) ++count;
    }
    return count;
  });
}

void teager_kaiser_energy(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] { return teager_kaiser_mean(x); });
}
void teager_kaiser_textbook(benchmark::State& state) {
  measure(state, n, [x = frame_samples()] {
    double sum = 0;
    for (std::size_t i = 1; i + 1 < n; ++i) sum += x[i] * x[i] - x[i - 1] * x[i + 1];
    return sum / static_cast<double>(n - 2);
  });
}

// ---- lines ----

void band_power_8(benchmark::State& state) {
  measure(state, lines, [d = density()] {
    double sum = 0;
    for (double low = 0; low < 12800; low += 1600) sum += band_power(d, df, {low, low + 1600});
    return sum;
  });
}
// The whole spectrum is looked through for each band.
void band_power_8_textbook(benchmark::State& state) {
  measure(state, lines, [d = density()] {
    double sum = 0;
    for (double low = 0; low < 12800; low += 1600) {
      for (std::size_t k = 0; k < lines; ++k) {
        double const f = static_cast<double>(k) * df;
        if (f >= low && f < low + 1600) sum += d[k] * df;
      }
    }
    return sum;
  });
}

void spectral_shape_all(benchmark::State& state) {
  measure(state, lines, [a = amplitude()] { return spectral_shape::of(a, df); });
}
void spectral_shape_textbook(benchmark::State& state) {
  measure(state, lines, [a = amplitude()] {
    double total = 0, centroid = 0, m2 = 0, m3 = 0, m4 = 0, logs = 0, entropy = 0, sum = 0;
    for (double v : a) total += v;
    for (std::size_t k = 0; k < lines; ++k) centroid += static_cast<double>(k) * df * a[k] / total;
    for (std::size_t k = 0; k < lines; ++k) {
      double const away = static_cast<double>(k) * df - centroid, q = a[k] / total;
      m2 += std::pow(away, 2) * q;
      m3 += std::pow(away, 3) * q;
      m4 += std::pow(away, 4) * q;
      logs += std::log(a[k]);
      entropy -= q * std::log(q);
    }
    std::size_t at = 0, later = 0;
    for (; at < lines && sum < 0.85 * total; ++at) sum += a[at];
    sum = 0;
    for (; later < lines && sum < 0.95 * total; ++later) sum += a[later];
    double const number = static_cast<double>(lines), flatness = std::exp(logs / number) / (total / number);
    return centroid + std::sqrt(m2) + m3 / std::pow(m2, 1.5) + m4 / (m2 * m2) + flatness + entropy / std::log(number) +
           *std::ranges::max_element(a) / (total / number) + static_cast<double>(at + later) * df;
  });
}

void peak_frequency_log(benchmark::State& state) {
  pdm::dsp::amplitude_lines<double> const s{amplitude(), rate, n};
  measure(state, lines, [&] { return peak_frequency::of(s, peak_scale::logarithmic); });
}
void peak_frequency_textbook(benchmark::State& state) {
  measure(state, lines, [a = amplitude()] {
    auto const k = static_cast<std::size_t>(std::ranges::max_element(a) - a.begin());
    double const l = std::log(a[k - 1]), m = std::log(a[k]), r = std::log(a[k + 1]);
    return (static_cast<double>(k) + 0.5 * (l - r) / (l - 2 * m + r)) * df;
  });
}

void velocity_rms_10_1000(benchmark::State& state) {
  pdm::dsp::density_lines<double> const psd{density(), rate, n};
  measure(state, lines, [&] { return velocity_rms(psd, {10}, {1000}); });
}
void velocity_rms_textbook(benchmark::State& state) {
  measure(state, lines, [d = density()] {
    double sum = 0;
    for (std::size_t k = 0; k < lines; ++k) {
      double const f = static_cast<double>(k) * df;
      if (f >= 10 && f <= 1000) sum += d[k] / std::pow(2 * std::numbers::pi * f, 2);
    }
    return 1e3 * std::sqrt(sum * df);
  });
}

// ---- picked lines: items are lines picked ----

constexpr std::size_t picked = 8;

void harmonics(benchmark::State& state) {
  std::vector<double> out(picked);
  measure(state, picked, [&, a = amplitude()] { return harmonic_amplitudes(a, df, 30, 12.5, std::span(out)); });
}
void sidebands(benchmark::State& state) {
  std::vector<double> lower(picked / 2), upper(picked / 2);
  measure(state, picked + 1, [&, a = amplitude()] {
    return sideband_amplitudes(a, df, 6000, 107.3, 12.5, std::span(lower), std::span(upper)).ratio;
  });
}
void fault_bands(benchmark::State& state) {
  std::vector<double> out(picked);
  measure(state, picked, [&, a = amplitude()] { return fault_band_amplitudes(a, df, 107.3, 0.02, std::span(out)); });
}
// The whole spectrum is looked through for each line.
void picked_lines_textbook(benchmark::State& state) {
  measure(state, picked, [a = amplitude()] {
    double sum = 0;
    for (std::size_t h = 1; h <= picked; ++h) {
      double best = 0;
      for (std::size_t k = 0; k < lines; ++k) {
        double const f = 107.3 * static_cast<double>(h);
        if (std::abs(static_cast<double>(k) * df - f) <= 0.02 * f) best = std::max(best, a[k]);
      }
      sum += best;
    }
    return sum;
  });
}

// ---- frames and rows ----

// Blocks of 512 samples to frames of 4096, half overlapping, to rows of five features.
void frame_extract_chain(benchmark::State& state) {
  pdm::chain line(frame<float>({.length = n, .hop = n / 2}),
                  extract<rms, kurtosis, crest_factor, peak_to_peak, shape_factor>{});
  pdm::stream_spec const stream{.rate = rate, .max_block = 512, .quantity = pdm::unit::metre_per_second_squared};
  work_memory memory(line.footprint(stream));
  if (!line.prepare(stream, memory)) return state.SkipWithError("prepare failed");
  auto const x = vibration<float>(n);
  pdm::block_info info;
  measure(state, n, [&] {
    double sum = 0;
    for (std::size_t at = 0; at < n; at += 512) {
      line.process(pdm::block<float>(std::span(x).subspan(at, 512), info),
                   [&](pdm::row const& r) noexcept { sum += r.values[1]; });
      info.sequence += 512;
      info.source_time = pdm::sample_time(info.sequence, rate.value);
    }
    return sum;
  });
}
// The kernel called straight on the same frames: two of each 4096 samples.
void frame_extract_straight(benchmark::State& state) {
  auto const x = vibration<float>(n);
  measure(state, n, [&] {
    return time_features::of(std::span<float const>(x)).kurtosis + time_features::of(std::span<float const>(x)).rms;
  });
}

}  // namespace

BENCHMARK(time_features_float);
BENCHMARK(time_features_double);
BENCHMARK(time_features_textbook);
BENCHMARK(moments_add);
BENCHMARK(moments_textbook);
BENCHMARK(hjorth_parameters);
BENCHMARK(hjorth_textbook);
BENCHMARK(histogram_entropy_64);
BENCHMARK(histogram_entropy_textbook);
BENCHMARK(zero_crossing_rate);
BENCHMARK(zero_crossing_textbook);
BENCHMARK(teager_kaiser_energy);
BENCHMARK(teager_kaiser_textbook);
BENCHMARK(band_power_8);
BENCHMARK(band_power_8_textbook);
BENCHMARK(spectral_shape_all);
BENCHMARK(spectral_shape_textbook);
BENCHMARK(peak_frequency_log);
BENCHMARK(peak_frequency_textbook);
BENCHMARK(velocity_rms_10_1000);
BENCHMARK(velocity_rms_textbook);
BENCHMARK(harmonics);
BENCHMARK(sidebands);
BENCHMARK(fault_bands);
BENCHMARK(picked_lines_textbook);
BENCHMARK(frame_extract_chain);
BENCHMARK(frame_extract_straight);
BENCHMARK_MAIN();
