// simd -- one source for several instruction sets, chosen when the program runs.
//
// What      A kernel is written once, in a file that pdm/core/simd_variants.inl includes for every instruction set
//           (16-byte vectors everywhere: SSE2, NEON or plain code; 32-byte AVX2 on x86). simd::best() says which
//           variant this processor runs; the kernel's own header calls that one. 64-byte AVX-512 where a kernel asks
//           for it (PDM_SIMD_WIDE).
// NB        The variants give the same bits: elementwise arithmetic, sums in a fixed number of lanes, no fused
//           multiply-add (build with -ffp-contract=off, as pdm::edge asks for). Tests run all of them through limit().
// Usage     #define PDM_SIMD_BODY "pdm/dsp/my_kernels.inl"
//           #include "pdm/core/simd_variants.inl"     // outside any namespace; the body opens its own,
//           ... namespace PDM_SIMD_NAMESPACE ...      // called base, avx2, avx512
// Threads   best() and limit() may be called from any thread; limit() is for tests and start-up.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "pdm/core/version.hpp"

#if (defined(__x86_64__) || defined(__i386__)) && defined(__GNUC__) && !defined(PDM_SIMD_BASE_ONLY)
#define PDM_SIMD_X86 1
#else
#define PDM_SIMD_X86 0
#endif
#if defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#endif

namespace pdm::inline PDM_ABI_NAMESPACE::simd {

enum class level : std::uint8_t { unknown, base, avx2, avx512 };

namespace detail {
inline std::atomic<level> chosen{level::unknown};

[[nodiscard]] inline level detect() noexcept {
#if PDM_SIMD_X86
  bool const avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  if (avx512) return level::avx512;
  if (__builtin_cpu_supports("avx2")) return level::avx2;
#endif
  return level::base;
}
}  // namespace detail

// The widest variant that this processor runs and limit() allows.
[[nodiscard]] inline level best() noexcept {
  level const known = detail::chosen.load(std::memory_order_relaxed);
  if (known != level::unknown) return known;
  level const found = detail::detect();
  detail::chosen.store(found, std::memory_order_relaxed);
  return found;
}

// Allows no variant above `most`. Returns what best() says from now on.
inline level limit(level most) noexcept {
  level const found = detail::detect();
  level const now = most < found ? most : found;
  detail::chosen.store(now, std::memory_order_relaxed);
  return now;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::simd

#define PDM_SIMD_BODY "pdm/core/simd_ops.inl"
#define PDM_SIMD_WIDE
#include "pdm/core/simd_variants.inl"
