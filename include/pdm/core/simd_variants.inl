// Includes PDM_SIMD_BODY once for every instruction set (see pdm/core/simd.hpp). No include guard: one use a kernel.
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
#endif

#undef PDM_SIMD_BODY
