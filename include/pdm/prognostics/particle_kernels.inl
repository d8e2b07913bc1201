// Bodies of pdm/prognostics/particle_filter.hpp, included once for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::prognostics::detail::PDM_SIMD_NAMESPACE {

namespace pops = simd::PDM_SIMD_NAMESPACE;
using pvec = pops::vec<float>;
using pbits = pops::vec<std::uint32_t>;
using pmask = pops::vec<std::int32_t>;
inline constexpr std::size_t pwidth = pops::lanes<float>;

// Sum of four 16-bit uniforms from two words of xorshift32: mean 0, variance 1, within +-3.46.
[[gnu::always_inline]] inline pvec draw_normal(std::uint32_t* state) noexcept {
  pbits x = pops::load(state);
  x ^= x << 13, x ^= x >> 17, x ^= x << 5;
  pbits const a = x;
  x ^= x << 13, x ^= x >> 17, x ^= x << 5;
  pops::store(state, x);
  pbits const sum = (a & 0xFFFFu) + (a >> 16) + (x & 0xFFFFu) + (x >> 16);
  return (__builtin_convertvector(reinterpret_cast<pmask>(sum), pvec) - 131070.0f) * (1.7320508f / 65536.0f);
}

[[gnu::always_inline]] inline pvec choose(pmask where, pvec a, pvec b) noexcept {
  return reinterpret_cast<pvec>((reinterpret_cast<pmask>(a) & where) | (reinterpret_cast<pmask>(b) & ~where));
}

// e^x for x <= 0, relative error 3e-7; 0 below -87.
[[gnu::always_inline]] inline pvec exp_below_zero(pvec x) noexcept {
  pmask const keep = x > -87.0f;
  x = choose(keep, x, pvec{});
  pmask const k = __builtin_convertvector(x * 1.44269504f, pmask);  // towards zero
  pvec const r = x - __builtin_convertvector(k, pvec) * 0.693147180f;
  pvec p = r * (1.0f / 5040) + 1.0f / 720;
  p = p * r + 1.0f / 120;
  p = p * r + 1.0f / 24;
  p = p * r + 1.0f / 6;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  return reinterpret_cast<pvec>(reinterpret_cast<pmask>(p * reinterpret_cast<pvec>((k + 127) << 23)) & keep);
}

// One step of every particle. `n` is a multiple of particle_lanes, as many streams of numbers are in `random`.
template <class Physics>
inline void advance(Physics const& physics, float* const* state, std::size_t n, std::uint32_t* random) noexcept {
  constexpr std::size_t states = Physics::states;
  for (std::size_t i = 0; i < n; i += particle_lanes) {
    for (std::size_t part = 0; part < particle_lanes; part += pwidth) {
      pvec s[states], w[states];
      for (std::size_t k = 0; k < states; ++k) {
        s[k] = pops::load(state[k] + i + part);
        w[k] = draw_normal(random + part);
      }
      physics.advance(s, w);
      for (std::size_t k = 0; k < states; ++k) pops::store(state[k] + i + part, s[k]);
    }
  }
}

// Logarithms of the likelihood of one reading, then weights relative to the largest.
template <class Physics>
inline void weigh(Physics const& physics, float const* const* state, std::size_t n, float reading, float sd,
                  float* weight) noexcept {
  constexpr std::size_t states = Physics::states;
  float const inverse = 1 / sd;
  pvec top = pops::broadcast(-1e30f);
  for (std::size_t i = 0; i < n; i += pwidth) {
    pvec s[states], z;
    for (std::size_t k = 0; k < states; ++k) s[k] = pops::load(state[k] + i);
    physics.observe(s, z);
    pvec const off = (z - reading) * inverse;
    pvec l = off * off * -0.5f;
    l = choose(l > -1e30f, l, pops::broadcast(-1e30f));  // also where it is not a number
    top = choose(l > top, l, top);
    pops::store(weight + i, l);
  }
  float most = top[0];
  for (std::size_t k = 1; k < pwidth; ++k) most = top[k] > most ? top[k] : most;
  for (std::size_t i = 0; i < n; i += pwidth) pops::store(weight + i, exp_below_zero(pops::load(weight + i) - most));
}

// Steps until each particle's damage is at the limit, at most `most`. With noise, `random` starts every block anew.
template <bool Noise, class Physics>
inline void steps_to_limit(Physics const& physics, float const* const* state, std::size_t n, float limit,
                           std::int32_t most, std::uint32_t const* random, std::int32_t* steps) noexcept {
  constexpr std::size_t states = Physics::states, group = pwidth >= 8 ? 4 : 2, block = group * pwidth;
  for (std::size_t first = 0; first < n; first += block) {
    pvec s[group][states], damage;
    pmask alive[group], count[group] = {};
    std::uint32_t stream[block];
    for (std::size_t g = 0; g < group; ++g) {
      for (std::size_t k = 0; k < states; ++k) s[g][k] = pops::load(state[k] + first + g * pwidth);
      alive[g] = ~pmask{};
    }
    for (std::size_t i = 0; Noise && i < block; ++i)
      stream[i] = particle_stream(random[(first + i) % particle_lanes], first + i);
    for (std::int32_t t = 0; t < most;) {
      for (std::int32_t inner = 0; inner < 8 && t < most; ++inner, ++t) {
        for (std::size_t g = 0; g < group; ++g) {
          physics.damage(s[g], damage);
          alive[g] &= damage < limit;
          count[g] -= alive[g];
          pvec w[states];
          for (std::size_t k = 0; k < states; ++k) w[k] = -pvec{};  // -0: adding it is no work
          for (std::size_t k = 0; Noise && k < states; ++k) w[k] = draw_normal(stream + g * pwidth);
          physics.advance(s[g], w);
        }
      }
      pmask any = alive[0];
      for (std::size_t g = 1; g < group; ++g) any |= alive[g];
      std::int32_t left = 0;
      for (std::size_t k = 0; k < pwidth; ++k) left |= any[k];
      if (left == 0) break;
    }
    for (std::size_t g = 0; g < group; ++g) pops::store(steps + first + g * pwidth, count[g]);
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics::detail::PDM_SIMD_NAMESPACE
