// spectral_shape -- where the power of a spectrum lies and how it is spread.
//
// What      Centroid, spread, skewness and kurtosis of frequency weighted by power; flatness, entropy and crest of the
//           lines; the frequencies below which 85 and 95 % of the power lie.
// NB        Of a power or density spectrum, all lines with DC; weighted by amplitude the values differ. Skewness and
//           kurtosis here are those of the spectrum, not of the signal.
// Formula   q = s / sum s; c = sum f q; spread = sqrt(sum (f-c)^2 q); skewness, kurtosis = sum (f-c)^k q / spread^k;
//           flatness = exp(mean ln s) / mean s; entropy = -sum q ln q / ln K; crest = max s / mean s.
// Source    G. Peeters, CUIDADO report (IRCAM, 2004), 6; golden/README.md, spectral_shape.
// Undefined All NaN for an empty or all-zero spectrum; skewness and kurtosis NaN for a single line.
// Cost      O(K) with two logarithms a line, no memory.
#pragma once

#include <algorithm>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/features/time_features.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

struct spectral_shape {
  double centroid = math::not_a_number, spread = math::not_a_number;
  double skewness = math::not_a_number, kurtosis = math::not_a_number;
  double flatness = math::not_a_number, entropy = math::not_a_number, crest = math::not_a_number;
  double rolloff_085 = math::not_a_number, rolloff_095 = math::not_a_number;

  template <sample_type T>
  [[nodiscard]] static spectral_shape of(std::span<T const> s, double df) noexcept;
};

// Smallest k df with cumulative sum >= share of the total.
template <sample_type T>
[[nodiscard]] double rolloff(std::span<T const> s, double df, double total, double share) noexcept {
  double sum = 0;
  for (std::size_t k = 0; k < s.size(); ++k) {
    sum += static_cast<double>(s[k]);
    if (sum >= share * total) return static_cast<double>(k) * df;
  }
  return static_cast<double>(s.size() - 1) * df;
}

namespace detail {
template <sample_type T>
double flatness_of(std::span<T const> s, double mean) noexcept {
  if (std::ranges::any_of(s, [](T v) { return v == 0; })) return 0;
  double const logs = dsp::sum_of(s.size(), [s](std::size_t k) { return math::log(static_cast<double>(s[k])); });
  return math::exp(logs / static_cast<double>(s.size())) / mean;
}
template <sample_type T>
double entropy_of(std::span<T const> s, double total) noexcept {
  double const sum = dsp::sum_of(s.size(), [&](std::size_t k) {
    double const q = static_cast<double>(s[k]) / total;
    return q == 0 ? 0.0 : q * math::log(q);
  });
  return ratio(-sum, math::log(static_cast<double>(s.size())));
}
}  // namespace detail

template <sample_type T>
spectral_shape spectral_shape::of(std::span<T const> s, double df) noexcept {
  spectral_shape r;
  double const total = dsp::sum_of(s.size(), [s](std::size_t k) { return static_cast<double>(s[k]); });
  if (!(total > 0) || !math::is_finite(total)) return r;
  double const mean = total / static_cast<double>(s.size());
  auto const moment = [&](auto const& of_frequency) {
    return dsp::sum_of(
               s.size(),
               [&](std::size_t k) { return of_frequency(static_cast<double>(k) * df) * static_cast<double>(s[k]); }) /
           total;
  };
  double const c = moment([](double f) { return f; });
  r.centroid = c;
  bool const one_line = std::ranges::count_if(s, [](T v) { return v != 0; }) == 1;
  r.spread = one_line ? 0 : math::sqrt(moment([c](double f) { return (f - c) * (f - c); }));
  if (r.spread > 0) {
    double const w = r.spread;
    r.skewness = moment([c, w](double f) { return (f - c) / w * ((f - c) / w) * ((f - c) / w); });
    r.kurtosis = moment([c, w](double f) { return (f - c) / w * ((f - c) / w) * ((f - c) / w) * ((f - c) / w); });
  }
  r.flatness = detail::flatness_of(s, mean);
  r.entropy = detail::entropy_of(s, total);
  r.crest = static_cast<double>(std::ranges::max(s)) / mean;
  r.rolloff_085 = rolloff(s, df, total, 0.85);
  r.rolloff_095 = rolloff(s, df, total, 0.95);
  return r;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
