// resting_fade -- remaining discharges of a cell that fades with use and recovers at rests.
//
// What      Capacity falls by some amount each discharge and gains after a pause; most of what it gained fades away
//           again within a few discharges. Fade and gain have normal priors (a sister cell) and are learned from the
//           steps between discharges; the life is the first passage below the limit of simulated futures, whose rests
//           are drawn from the rests so far.
// NB        A walk without rests takes a recovery for wandering and ends too early; a line takes it for noise. Nobody
//           says when the cell will rest next: with another use the life is another. Scatter is estimated from sums of
//           four steps, since readings scatter around the path more than the path does.
// Formulas  dC_k = -a + g (u_k - u_{k-1}) + e over blocks of four, u_k = keep u_{k-1} + 1 - exp(-(pause - usual)+ /
// hours); (a, g) by
//           conjugate normal regression with the variance of e taken as known.
// Source    Recovery at rests in these cells: B. Saha, K. Goebel, "Modeling Li-ion battery capacity depletion in a
//           particle filtering framework", PHM 2009; regression: A. Gelman et al., Bayesian Data Analysis, ch. 14.
// Units     time in hours, capacity in any one unit, life in discharges.
// Memory    No heap; rests are kept as counts in `bins` bins.
// Cost      update O(1); predict `paths` x life steps of one normal draw each: milliseconds, not for every sample.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// How a pause acts. `usual` hours between discharges gain nothing.
struct rest_response {
  double keep = 0.8, hours = 20, usual = 0;

  [[nodiscard]] double gain(double pause) const noexcept {
    return pause > usual ? 1 - math::exp(-(pause - usual) / hours) : 0;
  }
};

class resting_fade {
 public:
  static constexpr std::size_t longest = 1000, bins = 8, block = 4, long_rest = 6;

  struct params {
    double fade_mean = 0, fade_sd = 1;  // prior, a discharge
    double gain_mean = 0, gain_sd = 1;  // prior, of a long rest
    double sigma = 1;                   // of the path, a discharge; prior
    double sigma_rows = 10;             // discharges that it is worth
    rest_response rest{};
    double limit = math::not_a_number;  // the end is the first discharge below it
    std::uint32_t paths = 1000;
    std::uint64_t seed = 1;
    std::uint32_t least_rows = 3;
  };

  resting_fade() = default;
  explicit resting_fade(params const& settings) noexcept : params_(settings) {}
  [[nodiscard]] status prepare() noexcept;

  // A discharge at `hours`, of this capacity. Not finite, or not later than the last one: ignored.
  void update(double hours, double capacity) noexcept;
  void reset() noexcept { state_ = {}; }

  [[nodiscard]] life_estimate predict() const noexcept;  // in discharges, horizon `longest`

  struct belief {
    double fade = 0, gain = 0, fade_sd = 0, gain_sd = 0, correlation = 0, sigma = 0;
  };
  [[nodiscard]] belief learned() const noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 2 * 4 + 10 * sizeof(double) + bins * (4 + sizeof(double));
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'R', 'F', 'A', 'D'};
  struct state {
    std::uint32_t rows = 0;
    double hours = 0, capacity = 0, rested = 0;  // the latest; rested is u
    double from = 0, rested_from = 0;            // where the block began
    std::uint32_t blocks = 0;
    double uu = 0, u = 0, y = 0, yu = 0, yy = 0;  // sums over blocks of recovery and step
    std::array<std::uint32_t, bins> count{};      // of gains, by size
    std::array<double, bins> sum{};
  };

  void learn(double step, double moved) noexcept;
  using counts = std::array<std::uint32_t, bins>;
  [[nodiscard]] double drawn_gain(random_source& draw, counts const& seen) const noexcept;
  [[nodiscard]] counts drawn_counts(random_source& draw) const noexcept;
  [[nodiscard]] double drawn_sigma(random_source& draw, double sigma) const noexcept;
  [[nodiscard]] std::size_t one_life(random_source& draw, belief const& b) const noexcept;

  params params_{};
  state state_{};
};

inline status resting_fade::prepare() noexcept {
  auto const& p = params_;
  bool const sane = math::is_finite(p.fade_mean) && math::is_finite(p.gain_mean) && p.fade_sd > 0 && p.gain_sd > 0 &&
                    p.sigma > 0 && p.sigma_rows > 0 && p.paths > 0 && p.rest.keep >= 0 && p.rest.keep < 1 &&
                    p.rest.hours > 0 && math::is_finite(p.rest.usual);
  if (!sane) return error{errc::invalid_argument, "resting_fade", "give deviations, sigma, paths and hours above 0"};
  reset();
  return {};
}

inline void resting_fade::update(double hours, double capacity) noexcept {
  auto& s = state_;
  if (!math::is_finite(hours) || !math::is_finite(capacity) || (s.rows > 0 && !(hours > s.hours))) return;
  if (s.rows > 0) {
    double const gain = params_.rest.gain(hours - s.hours), u = params_.rest.keep * s.rested + gain;
    auto const bin = static_cast<std::size_t>(gain * (bins - 1) + 0.999);  // 0: no rest at all
    ++s.count[bin < bins ? bin : bins - 1];
    s.sum[bin < bins ? bin : bins - 1] += gain;
    s.rested = u;
    if (s.rows % block == 0) {
      learn(capacity - s.from, u - s.rested_from);
      s.from = capacity, s.rested_from = u;
    }
  } else {
    s.from = capacity;
  }
  ++s.rows;
  s.hours = hours;
  s.capacity = capacity;
}

// A block is complete: its step, and by how much the recovery moved in it.
inline void resting_fade::learn(double step, double moved) noexcept {
  auto& s = state_;
  ++s.blocks;
  s.uu += moved * moved;
  s.u += moved;
  s.y += step;
  s.yu += step * moved;
  s.yy += step * step;
}

// The variance needs what was learned and the other way round: three rounds from the prior settle both.
inline resting_fade::belief resting_fade::learned() const noexcept {
  auto const& p = params_;
  auto const& s = state_;
  double const steps = block * static_cast<double>(s.blocks), worth = p.sigma_rows;
  double const pa = 1 / (p.fade_sd * p.fade_sd), pg = 1 / (p.gain_sd * p.gain_sd);
  belief b{p.fade_mean, p.gain_mean, 0, 0, 0, p.sigma};
  for (int round = 0; round < 3; ++round) {
    double const v = b.sigma * b.sigma;
    double const aa = steps / v + pa, gg = s.uu / (block * v) + pg, ag = -s.u / v, det = aa * gg - ag * ag;
    double const ya = pa * p.fade_mean - s.y / v, yg = pg * p.gain_mean + s.yu / (block * v);
    b.fade = (gg * ya - ag * yg) / det, b.gain = (aa * yg - ag * ya) / det;
    b.fade_sd = math::sqrt(gg / det), b.gain_sd = math::sqrt(aa / det);
    b.correlation = -ag / det / (b.fade_sd * b.gain_sd);
    double const fall = block * b.fade;
    double const square = s.yy + b.gain * b.gain * s.uu + fall * fall * static_cast<double>(s.blocks) -
                          2 * b.gain * s.yu + 2 * fall * s.y - 2 * fall * b.gain * s.u;
    b.sigma = math::sqrt((worth * p.sigma * p.sigma + (square > 0 ? square : 0)) / (worth + steps));
  }
  return b;
}

// As one of the pauses that were drawn for this life.
inline double resting_fade::drawn_gain(random_source& draw, counts const& seen) const noexcept {
  auto left = static_cast<std::size_t>(draw.index(state_.rows - 1));
  for (std::size_t b = 0; b < bins; ++b) {
    if (left < seen[b]) {
      bool const known = state_.count[b] > 0;
      return known ? state_.sum[b] / static_cast<double>(state_.count[b]) : static_cast<double>(b) / (bins - 1);
    }
    left -= seen[b];
  }
  return 0;
}

// How often pauses come is known no better than from those so far: drawn anew from them for every life, with half a
// pause without rest and half a long one that may have been missed (Jeffreys' prior).
inline resting_fade::counts resting_fade::drawn_counts(random_source& draw) const noexcept {
  counts seen{};
  for (std::uint32_t k = 1; k < state_.rows; ++k) {
    auto left = static_cast<std::size_t>(draw.index(2 * std::uint64_t{state_.rows}));
    std::size_t b = 0;
    if (left >= 2) {
      left = (left - 2) / 2;
      while (b + 1 < bins && left >= state_.count[b]) left -= state_.count[b++];
    } else if (left == 1) {
      b = long_rest;
    }
    ++seen[b];
  }
  return seen;
}

// Scaled inverse chi-square: the variance is known as well as the blocks and the prior tell.
inline double resting_fade::drawn_sigma(random_source& draw, double sigma) const noexcept {
  double const known = static_cast<double>(state_.blocks) + params_.sigma_rows / block;
  auto const freedom = known < 64 ? static_cast<int>(known + 0.5) : 64;
  double square = 0;
  for (int i = 0; i < (freedom > 1 ? freedom : 1); ++i) {
    double const z = draw.normal();
    square += z * z;
  }
  return sigma * math::sqrt((freedom > 1 ? freedom : 1) / square);
}

inline std::size_t resting_fade::one_life(random_source& draw, belief const& b) const noexcept {
  double const spread = drawn_sigma(draw, b.sigma), wider = spread / b.sigma;
  auto const seen = drawn_counts(draw);
  double const z = draw.normal(), c = b.correlation;
  double const fade = b.fade + b.fade_sd * wider * z;
  double const gain = b.gain + b.gain_sd * wider * (c * z + math::sqrt(c * c < 1 ? 1 - c * c : 0) * draw.normal());
  double level = state_.capacity, rested = state_.rested;
  for (std::size_t h = 1; h <= longest; ++h) {
    double const u = params_.rest.keep * rested + drawn_gain(draw, seen);
    level += gain * (u - rested) - fade + spread * draw.normal();
    if (level < params_.limit) return h;
    rested = u;
  }
  return longest + 1;
}

inline life_estimate resting_fade::predict() const noexcept {
  life_estimate e;
  e.why = !math::is_finite(params_.limit)                       ? abstention::no_limit
          : state_.rows < params_.least_rows || state_.rows < 2 ? abstention::not_ready
                                                                : abstention::none;
  if (e.abstained()) return e;
  std::array<std::uint32_t, longest + 2> ended{};
  random_source draw(params_.seed);
  auto const b = learned();
  for (std::uint32_t i = 0; i < params_.paths; ++i) ++ended[one_life(draw, b)];
  for (std::size_t h = 1; h < ended.size(); ++h) ended[h] += ended[h - 1];
  e.life = life_distribution::from_cdf(
      [&](double t) noexcept {  // linear within a discharge
        auto const h = static_cast<std::size_t>(t);
        double const part = t - static_cast<double>(h), below = ended[h], above = ended[h + 1 <= longest ? h + 1 : h];
        return (below + part * (above - below)) / params_.paths;
      },
      static_cast<double>(longest));
  return e;
}

inline result<std::size_t> resting_fade::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  auto const& s = state_;
  w.put(s.rows).put(s.blocks);
  for (double v : {s.hours, s.capacity, s.rested, s.from, s.rested_from, s.uu, s.u, s.y, s.yu, s.yy}) w.put(v);
  for (auto n : s.count) w.put(n);
  for (double v : s.sum) w.put(v);
  return w.finish();
}

inline status resting_fade::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind, 1);
  if (!r) return r.error();
  state s;
  r->get(s.rows).get(s.blocks);
  for (double* v : {&s.hours, &s.capacity, &s.rested, &s.from, &s.rested_from, &s.uu, &s.u, &s.y, &s.yu, &s.yy}) {
    r->get(*v);
    if (!math::is_finite(*v)) r->fail();
  }
  for (auto& n : s.count) r->get(n);
  for (double& v : s.sum) {
    r->get(v);
    if (!math::is_finite(v)) r->fail();
  }
  auto const end = r->finish();
  if (end) state_ = s;
  return end;
}

static_assert(archived<resting_fade>);

// What a cell that went to its end says of another: response to rests, fade, gain and scatter, by least squares over
// the steps for the best of a grid of responses. Doubts of a quarter of the fade and half of the gain are assumed.
[[nodiscard]] inline resting_fade::params fit_resting_fade(std::span<double const> hours,
                                                           std::span<double const> capacity,
                                                           double usual_pause) noexcept {
  resting_fade::params best;
  double least = -1;
  for (double const keep : {0.7, 0.75, 0.8, 0.85, 0.9, 0.95}) {
    for (double const tau : {5.0, 10.0, 20.0, 40.0, 80.0}) {
      rest_response const rest{keep, tau, usual_pause};
      double n = 0, uu = 0, su = 0, sy = 0, uy = 0, yy = 0, u = 0;
      for (std::size_t k = 1; k < hours.size() && k < capacity.size(); ++k) {
        double const next = keep * u + rest.gain(hours[k] - hours[k - 1]), du = next - u;
        double const y = capacity[k] - capacity[k - 1];
        u = next, n += 1, uu += du * du, su += du, sy += y, uy += du * y, yy += y * y;
      }
      double const det = n * uu - su * su;
      if (!(n > 2 && det > 0)) continue;
      double const gain = (n * uy - su * sy) / det, level = (sy - gain * su) / n;
      double const rest_of = (yy - gain * uy - level * sy) / n;
      if (least >= 0 && rest_of >= least) continue;
      least = rest_of;
      best.rest = rest;
      best.fade_mean = -level, best.fade_sd = 0.25 * (level < 0 ? -level : level);
      best.gain_mean = gain, best.gain_sd = 0.5 * (gain < 0 ? -gain : gain);
      best.sigma = math::sqrt(rest_of);
    }
  }
  resting_fade m(best);  // its scatter over blocks
  if (least >= 0 && m.prepare().ok()) {
    for (std::size_t k = 0; k < hours.size() && k < capacity.size(); ++k) m.update(hours[k], capacity[k]);
    best.sigma = m.learned().sigma;
  }
  return best;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
