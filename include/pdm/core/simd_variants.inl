// Includes PDM_SIMD_BODY once for every instruction set (see pdm/core/simd.hpp). No include guard: one use a kernel.
// PDM_SIMD_WIDE, defined before it: for AVX-512 too, where the kernel's own order of sums does not stand against it.
#define PDM_SIMD_NAMESPACE base
#define PDM_SIMD_BYTES 16
#include PDM_SIMD_BODY
#undef PDM_SIMD_NAMESPACE
#undef PDM_SIMD_BYTES

#if PDM_SIMD_X86
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2")
#endif
#define PDM_SIMD_NAMESPACE avx2
#define PDM_SIMD_BYTES 32
#include PDM_SIMD_BODY
#undef PDM_SIMD_NAMESPACE
#undef PDM_SIMD_BYTES
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#ifdef PDM_SIMD_WIDE
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512vl,avx512bw")
#endif
#define PDM_SIMD_NAMESPACE avx512
#define PDM_SIMD_BYTES 64
#include PDM_SIMD_BODY
#undef PDM_SIMD_NAMESPACE
#undef PDM_SIMD_BYTES
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif
#endif

#undef PDM_SIMD_WIDE
#undef PDM_SIMD_BODY
