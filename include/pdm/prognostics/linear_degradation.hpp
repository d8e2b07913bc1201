// linear_degradation -- remaining life from a quantity that rises along a line, straight or exponential.
//
// What      linear_degradation fits s = a + b t, exponential_degradation ln(s - phi) = a + b t, each with a prior
//           (bayes_line), and turns the posterior into the distribution of the time until the limit.
// NB        Upwards is worse: hand in the negative of a quantity that falls. Time counts from start(), the onset of the
//           fault: what the machine did in good health says nothing about the slope. The exponential model cannot see
//           s <= phi and ignores such values; phi has to lie below the noise.
// Life      Independent noise: P(an observation h ahead is above the limit, given that the last was not), Gebraeel's
//           truncated distribution. Brownian noise: first passage of the path with uncertain drift (first_passage.hpp).
// Source    N. Gebraeel et al., IIE Transactions 37 (2005) 543-557; for the linear one N. Gebraeel, "Sensory-updated
//           residual life distributions", IEEE Trans. Autom. Sci. Eng. 3 (2006) 382-393.
// Cost      update O(1); predict 65 distribution functions. No memory but its own.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/prognostics/bayes_line.hpp"
#include "pdm/prognostics/first_passage.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// What the line is drawn through.
struct linear_scale {
  static constexpr archive_kind kind{'L', 'I', 'N', 'D'};
  [[nodiscard]] static double of(double s, double) noexcept { return s; }
};
struct logarithmic_scale {
  static constexpr archive_kind kind{'E', 'X', 'P', 'D'};
  // NaN for s <= phi.
  [[nodiscard]] static double of(double s, double phi) noexcept {
    return s > phi ? math::log(s - phi) : math::not_a_number;
  }
};

template <class Scale>
class degradation_line {
 public:
  struct params {
    line_belief prior{};  // of intercept and slope on the scale of the line
    line_noise noise = line_noise::independent;
    double var_eps = 1;                 // variance of the noise, per unit of time when brownian
    double phi = 0;                     // exponential only: the level without degradation
    double limit = math::not_a_number;  // in the unit of s; not finite: nobody said
    double horizon = 1;
    std::uint32_t least_rows = 3;  // observations before the first prediction
    double certainty = 0.9;        // predicts when P(slope > 0) is at least this
    life_clock clock = life_clock::operating;
  };

  degradation_line() = default;
  explicit degradation_line(params const& settings) noexcept : params_(settings) {}
  [[nodiscard]] status prepare() noexcept;

  // Onset: time is counted from t, beginning with the prior.
  void start(double t) noexcept;
  // Not finite, huge, not later than the last one, or off the scale: ignored.
  void update(double t, double s) noexcept;
  void reset() noexcept { started_ = false, line_ = {}, onset_ = 0; }

  [[nodiscard]] life_estimate predict() const noexcept;
  [[nodiscard]] bool started() const noexcept { return started_; }
  [[nodiscard]] bayes_line const& line() const noexcept { return line_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept { return archive_header_bytes + 1 + 8 * sizeof(double) + 4; }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr double largest = 1e100;
  [[nodiscard]] static bool usable(double v) noexcept { return v < largest && v > -largest; }
  [[nodiscard]] abstention refusal(double limit) const noexcept;

  params params_{};
  bayes_line line_{};
  double onset_ = 0;
  bool started_ = false;
};

using linear_degradation = degradation_line<linear_scale>;
using exponential_degradation = degradation_line<logarithmic_scale>;

template <class Scale>
status degradation_line<Scale>::prepare() noexcept {
  auto const& p = params_;
  auto const& b = p.prior;
  bool const belief = usable(b.mean0) && usable(b.mean1) && b.var0 >= 0 && usable(b.var0) && b.var1 >= 0 &&
                      usable(b.var1) && b.cov * b.cov <= b.var0 * b.var1;
  if (!belief) return error{errc::invalid_argument, "degradation", "the prior is not a covariance"};
  if (!(p.var_eps >= 0 && usable(p.var_eps) && p.horizon > 0 && usable(p.horizon) && usable(p.phi))) {
    return error{errc::invalid_argument, "degradation", "give var_eps >= 0, horizon > 0 and a finite phi"};
  }
  reset();
  return {};
}

template <class Scale>
void degradation_line<Scale>::start(double t) noexcept {
  if (!usable(t)) return;
  line_ = bayes_line(params_.prior, params_.noise, params_.var_eps);
  onset_ = t;
  started_ = true;
}

template <class Scale>
void degradation_line<Scale>::update(double t, double s) noexcept {
  if (!started_ || !usable(t) || !usable(s) || t < onset_) return;
  double const since = t - onset_;
  double const y = Scale::of(s, params_.phi);
  if (!math::is_finite(y) || (line_.rows() > 0 && !(since > line_.last_t()))) return;
  line_.update(since, y);
}

template <class Scale>
abstention degradation_line<Scale>::refusal(double limit) const noexcept {
  if (!math::is_finite(limit)) return abstention::no_limit;
  if (!started_) return abstention::no_trend;
  if (line_.rows() == 0 || line_.rows() < params_.least_rows) return abstention::not_ready;
  return line_.probability_rising() >= params_.certainty ? abstention::none : abstention::no_trend;
}

template <class Scale>
life_estimate degradation_line<Scale>::predict() const noexcept {
  double const limit = math::is_finite(params_.limit) ? Scale::of(params_.limit, params_.phi) : math::not_a_number;
  life_estimate e;
  e.clock = params_.clock;
  e.why = refusal(limit);
  if (e.abstained()) return e;
  if (params_.noise == line_noise::independent) {
    auto const cdf = [&](double h) noexcept { return line_.above_since(limit, h); };
    e.life = life_distribution::from_cdf(cdf, params_.horizon);
  } else {
    auto const& b = line_.belief();
    wiener_path const path{limit - line_.last_y(), b.mean1, math::sqrt(b.var1), math::sqrt(params_.var_eps)};
    e.life = life_distribution::from_cdf([&](double h) noexcept { return passage_cdf(path, h); }, params_.horizon);
  }
  return e;
}

template <class Scale>
result<std::size_t> degradation_line<Scale>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, Scale::kind, 1);
  w.put(started_).put(onset_);
  line_.put(w);
  return w.finish();
}

template <class Scale>
status degradation_line<Scale>::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, Scale::kind, 1);
  if (!r) return r.error();
  bool const started = r->template get<bool>();
  double const onset = r->template get<double>();
  bayes_line line(params_.prior, params_.noise, params_.var_eps);
  line.get(*r);
  if (!math::is_finite(onset)) r->fail();
  auto const end = r->finish();
  if (!end) return end;
  started_ = started;
  onset_ = onset;
  line_ = line;
  return {};
}

static_assert(archived<linear_degradation> && archived<exponential_degradation>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
