// particle_filter -- the hidden state of a machine from noisy readings, by the user's own physics, and the life from
// it.
//
// What      N guesses of the state go forward by the physics with its noise, are weighed by how well they explain each
//           reading, and are drawn anew by their weights (systematic resampling). The life is the distribution of steps
//           that they take to the limit of damage.
// NB        The physics has to be right: a filter without noise in a parameter cannot learn it, and a reading that no
//           particle explains leaves the few nearest. `roughening` spreads them again. For linear physics the Kalman
//           filter (kalman.hpp) is exact; for smooth physics unscented_kalman.hpp is cheaper.
// Physics   struct { static constexpr std::size_t states;
//             template <class V> void advance(V (&s)[states], V const (&w)[states]) const;  // one step; w ~ N(0, 1)
//             template <class V> void observe(V const (&s)[states], V& z) const;            // what a sensor would read
//             template <class V> void damage(V const (&s)[states], V& d) const; }           // against the limit
//           V is float, double or a vector of floats: arithmetic and comparisons, no branches. always_inline makes the
//           instruction set of the filter theirs too.
// Formulas  ln w = -(z - h(x))^2 / (2 r^2), shifted by its largest before exp: finite for any r > 0. Roughening:
//           N(0, (K E N^(-1/d))^2), E the extent of a state, d their number.
// Source    N. Gordon, D. Salmond, A. Smith, IEE Proc. F 140 (1993) 107-113; systematic resampling: G. Kitagawa, J.
// Comp.
//           Graph. Stat. 5 (1996) 1-25; prognosis: M. Orchard, G. Vachtsevanos, Trans. Inst. Meas. Control 31 (2009).
// Numbers   Particles are float. Noise is the sum of four uniforms: variance 1, no tail beyond 3.46 deviations.
// Memory    footprint() bytes from the arena. The same bits on every instruction set, for any chunking, after restore.
// Cost      O(N) a reading, O(N steps) a prediction: bench case pdm_particle.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"
#include "pdm/core/simd.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

template <class P>
concept life_physics = requires(P const& p, double (&s)[P::states], double const (&w)[P::states], double& z) {
  p.advance(s, w);
  p.observe(w, z);
  p.damage(w, z);
};

namespace detail {
inline constexpr std::size_t particle_lanes = 16;  // streams of random numbers, whatever the width of a vector

// The stream of one particle's future: xorshift must not start at 0.
[[nodiscard]] inline std::uint32_t particle_stream(std::uint32_t seed, std::size_t particle) noexcept {
  return static_cast<std::uint32_t>(random_source(seed + (static_cast<std::uint64_t>(particle) << 32)).next()) | 1U;
}
}  // namespace detail

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics

#define PDM_SIMD_BODY "pdm/prognostics/particle_kernels.inl"
#define PDM_SIMD_WIDE
#include "pdm/core/simd_variants.inl"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

#if PDM_SIMD_X86
#define PDM_PARTICLE_KERNEL(call)                             \
  (simd::best() >= simd::level::avx512 ? detail::avx512::call \
   : simd::best() >= simd::level::avx2 ? detail::avx2::call   \
                                       : detail::base::call)
#else
#define PDM_PARTICLE_KERNEL(call) detail::base::call
#endif

template <life_physics Physics>
class particle_filter {
 public:
  static constexpr std::size_t states = Physics::states;
  static constexpr std::int32_t most_steps = 1 << 14;

  struct params {
    Physics physics{};
    std::size_t particles = 1000;
    std::array<double, states> mean{}, sd{};  // of the state at the beginning
    double sensor_sd = 1;
    double roughening = 0;              // K; Gordon et al. take 0.2
    double limit = math::not_a_number;  // of damage; not finite: nobody said
    std::int32_t horizon_steps = 500;
    double step = 1;          // time of a step, of the life that comes out
    bool noise_ahead = true;  // the future has the noise of the physics too
    std::uint32_t least_readings = 1;
    std::uint64_t seed = 1;
    life_clock clock = life_clock::operating;
  };

  particle_filter() = default;
  explicit particle_filter(params const& settings) noexcept : params_(settings) {}
  [[nodiscard]] std::size_t footprint() const noexcept {
    return (2 * states + 1) * arena::bytes<float>(padded()) + arena::bytes<std::int32_t>(padded()) +
           arena::bytes<std::uint32_t>(static_cast<std::size_t>(most_steps_of(params_)) + 1);
  }
  [[nodiscard]] status prepare(arena& memory) noexcept;
  void reset() noexcept;

  // One step and its reading. Not finite: the step is taken and nothing is learned from it.
  void update(double reading) noexcept;
  [[nodiscard]] double mean(std::size_t state) const noexcept;
  [[nodiscard]] double sd(std::size_t state) const noexcept;
  [[nodiscard]] std::span<float const> particles(std::size_t state) const noexcept {
    return state_[state].first(params_.particles);
  }
  // Of the last reading, relative to the largest: finite, and one of them 1.
  [[nodiscard]] std::span<float const> weights() const noexcept { return weight_.first(params_.particles); }
  [[nodiscard]] std::uint32_t readings() const noexcept { return readings_; }

  // Steps are counted in memory of the filter: not const, and not an update.
  [[nodiscard]] life_estimate predict() noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + states * params_.particles * sizeof(float) + detail::particle_lanes * 4 + 12;
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'P', 'A', 'R', 'T'};
  static constexpr std::size_t block = 64;  // of the widest kernel
  [[nodiscard]] static std::int32_t most_steps_of(params const& p) noexcept {
    return p.horizon_steps > 0 && p.horizon_steps <= most_steps ? p.horizon_steps : 0;
  }
  [[nodiscard]] std::size_t padded() const noexcept { return (params_.particles + block - 1) / block * block; }
  void resample() noexcept;
  void roughen() noexcept;
  void pad() noexcept;

  params params_{};
  std::array<std::span<float>, states> state_{}, next_{};
  std::span<float> weight_;
  std::span<std::int32_t> steps_;
  std::span<std::uint32_t> within_;  // particles that end within so many steps
  alignas(64) std::array<std::uint32_t, detail::particle_lanes> random_{};
  random_source draw_{};
  std::uint32_t readings_ = 0;
};

template <life_physics Physics>
status particle_filter<Physics>::prepare(arena& memory) noexcept {
  auto const& p = params_;
  bool const sane = p.particles >= 2 && p.particles <= 1000000 && p.sensor_sd > 0 && math::is_finite(p.sensor_sd) &&
                    p.roughening >= 0 && p.step > 0 && most_steps_of(p) > 0;
  if (!sane)
    return error{errc::invalid_argument, "particle_filter", "2 to 1e6 particles, sensor_sd, step and horizon > 0"};
  for (std::size_t k = 0; k < states; ++k) {
    if (!(p.sd[k] >= 0) || !math::is_finite(p.sd[k]) || !math::is_finite(p.mean[k])) {
      return error{errc::invalid_argument, "particle_filter", "the beginning is a finite mean and a deviation >= 0"};
    }
  }
  auto const take = [&](auto& into, std::size_t n) {
    auto got = memory.take<typename std::remove_reference_t<decltype(into)>::value_type>(n);
    if (got) into = *got;
    return got.ok();
  };
  bool taken = take(weight_, padded()) && take(steps_, padded());
  taken = taken && take(within_, static_cast<std::size_t>(p.horizon_steps) + 1);
  for (std::size_t k = 0; k < states; ++k) taken = taken && take(state_[k], padded()) && take(next_[k], padded());
  if (!taken) return error{errc::out_of_memory, "particle_filter", "give a larger arena; footprint() says how much"};
  reset();
  return {};
}

template <life_physics Physics>
void particle_filter<Physics>::reset() noexcept {
  draw_ = random_source(params_.seed);
  for (auto& r : random_) r = static_cast<std::uint32_t>(draw_.next()) | 1U;
  for (std::size_t k = 0; k < states; ++k) {
    for (auto& x : state_[k].first(params_.particles)) {
      x = static_cast<float>(params_.mean[k] + params_.sd[k] * draw_.normal());
    }
  }
  pad();
  for (auto& w : weight_) w = 1;
  readings_ = 0;
}

// Places beyond the last particle repeat it, so that kernels need not look where they end.
template <life_physics Physics>
void particle_filter<Physics>::pad() noexcept {
  std::size_t const n = params_.particles;
  for (auto& s : state_) {
    for (std::size_t i = n; i < s.size(); ++i) s[i] = s[n - 1];
  }
}

template <life_physics Physics>
void particle_filter<Physics>::update(double reading) noexcept {
  float* columns[states];
  for (std::size_t k = 0; k < states; ++k) columns[k] = state_[k].data();
  PDM_PARTICLE_KERNEL(advance(params_.physics, columns, padded(), random_.data()));
  auto const z = static_cast<float>(reading);
  if (!math::is_finite(z)) return;
  PDM_PARTICLE_KERNEL(
      weigh(params_.physics, columns, padded(), z, static_cast<float>(params_.sensor_sd), weight_.data()));
  resample();
  if (params_.roughening > 0) roughen();
  ++readings_;
}

template <life_physics Physics>
void particle_filter<Physics>::resample() noexcept {
  std::size_t const n = params_.particles;
  float sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += weight_[i];
  float const step = sum / static_cast<float>(n);
  float mark = step * static_cast<float>(draw_.uniform()), reached = weight_[0];
  std::size_t j = 0;
  for (std::size_t i = 0; i < n; ++i, mark += step) {
    while (reached < mark && j + 1 < n) reached += weight_[++j];
    for (std::size_t k = 0; k < states; ++k) next_[k][i] = state_[k][j];
  }
  std::swap(state_, next_);
  pad();
}

template <life_physics Physics>
void particle_filter<Physics>::roughen() noexcept {
  double const shrink = math::pow(static_cast<double>(params_.particles), -1.0 / static_cast<double>(states));
  for (auto& s : state_) {
    float low = s[0], high = s[0];
    for (float x : s) low = x < low ? x : low, high = x > high ? x : high;
    double const spread = params_.roughening * (static_cast<double>(high) - static_cast<double>(low)) * shrink;
    for (auto& x : s.first(params_.particles)) x = static_cast<float>(x + spread * draw_.normal());
  }
  pad();
}

template <life_physics Physics>
double particle_filter<Physics>::mean(std::size_t state) const noexcept {
  double sum = 0;
  for (float x : particles(state)) sum += static_cast<double>(x);
  return sum / static_cast<double>(params_.particles);
}

template <life_physics Physics>
double particle_filter<Physics>::sd(std::size_t state) const noexcept {
  double const m = mean(state);
  double sum = 0;
  for (float x : particles(state)) sum += (static_cast<double>(x) - m) * (static_cast<double>(x) - m);
  return math::sqrt(sum / static_cast<double>(params_.particles));
}

template <life_physics Physics>
life_estimate particle_filter<Physics>::predict() noexcept {
  life_estimate e;
  e.clock = params_.clock;
  if (!math::is_finite(params_.limit)) e.why = abstention::no_limit;
  if (math::is_finite(params_.limit) && readings_ >= params_.least_readings) e.why = abstention::none;
  if (e.abstained()) return e;
  float const* columns[states];
  for (std::size_t k = 0; k < states; ++k) columns[k] = state_[k].data();
  auto const limit = static_cast<float>(params_.limit);
  if (params_.noise_ahead) {
    PDM_PARTICLE_KERNEL(steps_to_limit<true>(params_.physics, columns, padded(), limit, params_.horizon_steps,
                                             random_.data(), steps_.data()));
  } else {
    PDM_PARTICLE_KERNEL(steps_to_limit<false>(params_.physics, columns, padded(), limit, params_.horizon_steps,
                                              random_.data(), steps_.data()));
  }
  for (auto& w : within_) w = 0;
  for (std::size_t i = 0; i < params_.particles; ++i) ++within_[static_cast<std::size_t>(steps_[i])];
  std::uint32_t sum = 0;
  for (auto& w : within_) w = sum += w;
  // A life of k steps ended somewhere in the last of them; what is alive at the horizon has no end.
  double const share = 1 / static_cast<double>(params_.particles), per_step = 1 / params_.step;
  auto const last = static_cast<std::size_t>(params_.horizon_steps) - 1;
  e.life = life_distribution::from_cdf(
      [&](double t) noexcept {
        double const x = t * per_step;
        auto const k = static_cast<std::size_t>(x);
        if (k >= last) return share * within_[last];
        double const low = within_[k], high = within_[k + 1];
        return share * (low + (high - low) * (x - static_cast<double>(k)));
      },
      params_.step * params_.horizon_steps);
  return e;
}

template <life_physics Physics>
result<std::size_t> particle_filter<Physics>::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(draw_.state()).put(readings_);
  for (auto r : random_) w.put(r);
  for (std::size_t k = 0; k < states; ++k) {
    for (float x : particles(k)) w.put(x);
  }
  return w.finish();
}

template <life_physics Physics>
status particle_filter<Physics>::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, kind, 1);
  if (!r) return r.error();
  auto const counter = r->template get<std::uint64_t>();
  auto const readings = r->template get<std::uint32_t>();
  auto random = random_;
  for (auto& v : random) r->get(v);
  for (auto& s : next_) {
    for (auto& x : s.first(params_.particles)) {
      r->get(x);
      if (!math::is_finite(x)) r->fail();
    }
  }
  auto const end = r->finish();
  if (!end) return end;
  std::swap(state_, next_);
  pad();
  draw_.set_state(counter);
  random_ = random;
  readings_ = readings;
  return {};
}

#undef PDM_PARTICLE_KERNEL

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
