// Physics for tests and timings of the filters: a level that rises by a hidden rate, and growth by a hidden share.
#pragma once

#include <cstddef>

// level += rate, both wandering; linear, so that the Kalman filter is exact. Only the level is read.
struct rising_level {
  static constexpr std::size_t states = 2;
  double level_noise = 0.02, rate_noise = 0.002;
  template <class V>
  [[gnu::always_inline]] void advance(V (&s)[2], V const (&w)[2]) const noexcept {
    s[0] += s[1] + w[0] * static_cast<float>(level_noise);
    s[1] += w[1] * static_cast<float>(rate_noise);
  }
  template <class V>
  [[gnu::always_inline]] void observe(V const (&s)[2], V& z) const noexcept {
    z = s[0];
  }
  template <class V>
  [[gnu::always_inline]] void damage(V const (&s)[2], V& d) const noexcept {
    d = s[0];
  }
};

// One state that wanders.
struct wandering_level {
  static constexpr std::size_t states = 1;
  double noise = 0.05;
  template <class V>
  [[gnu::always_inline]] void advance(V (&s)[1], V const (&w)[1]) const noexcept {
    s[0] += w[0] * static_cast<float>(noise);
  }
  template <class V>
  [[gnu::always_inline]] void observe(V const (&s)[1], V& z) const noexcept {
    z = s[0];
  }
  template <class V>
  [[gnu::always_inline]] void damage(V const (&s)[1], V& d) const noexcept {
    d = s[0];
  }
};

// The level grows by a hidden share of itself in every step; the share wanders.
struct growing_share {
  static constexpr std::size_t states = 2;
  static constexpr float level_noise = 0.005F, share_noise = 1e-4F;
  template <class V>
  [[gnu::always_inline]] void advance(V (&s)[2], V const (&w)[2]) const noexcept {
    s[0] += s[1] * s[0] + w[0] * level_noise;
    s[1] += w[1] * share_noise;
  }
  template <class V>
  [[gnu::always_inline]] void observe(V const (&s)[2], V& z) const noexcept {
    z = s[0];
  }
  template <class V>
  [[gnu::always_inline]] void damage(V const (&s)[2], V& d) const noexcept {
    d = s[0];
  }
};
