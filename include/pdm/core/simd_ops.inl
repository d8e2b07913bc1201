// Vectors of the width at hand and the few operations on them that the language has no operator for.
// Included by pdm/core/simd.hpp for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::simd::PDM_SIMD_NAMESPACE {

template <class T>
struct vector_of {
  typedef T type __attribute__((vector_size(PDM_SIMD_BYTES)));
};
template <class T>
using vec = typename vector_of<T>::type;
template <class T>
inline constexpr std::size_t lanes = PDM_SIMD_BYTES / sizeof(T);

template <class T>
[[gnu::always_inline]] inline vec<T> load(T const* p) noexcept {
  vec<T> v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
template <class T>
[[gnu::always_inline]] inline void store(T* p, vec<T> v) noexcept {
  __builtin_memcpy(p, &v, sizeof v);
}
template <class T>
[[gnu::always_inline]] inline vec<T> broadcast(T x) noexcept {
  return x - vec<T>{};
}
// first, first + 1, ...
template <class T>
[[gnu::always_inline]] inline vec<T> ramp(T first) noexcept {
  vec<T> v;
  for (std::size_t i = 0; i < lanes<T>; ++i) v[i] = first + static_cast<T>(i);
  return v;
}

// Square roots are correctly rounded by IEEE 754, so every way to compute them gives the same bits.
[[gnu::always_inline]] inline vec<float> sqrt(vec<float> v) noexcept {
#if PDM_SIMD_X86 && PDM_SIMD_BYTES == 32
  return __builtin_ia32_sqrtps256(v);
#elif PDM_SIMD_X86 && defined(__SSE2__)
  return __builtin_ia32_sqrtps(v);
#elif defined(__aarch64__) && defined(__ARM_NEON)
  return reinterpret_cast<vec<float>>(vsqrtq_f32(reinterpret_cast<float32x4_t>(v)));
#else
  for (std::size_t i = 0; i < lanes<float>; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

[[gnu::always_inline]] inline vec<float> magnitude(vec<float> v) noexcept {
  using bits = vec<std::int32_t>;
  return reinterpret_cast<vec<float>>(reinterpret_cast<bits>(v) & 0x7FFFFFFF);
}

// Shuffle indices by lane count; the 32-byte ones work inside 16-byte halves first, which is what AVX2 is good at.
#if PDM_SIMD_BYTES == 32
// Real parts, then imaginary parts, of eight complex numbers in two vectors.
[[gnu::always_inline]] inline void deinterleave(vec<float> a, vec<float> b, vec<float>& re, vec<float>& im) noexcept {
  vec<float> const r = __builtin_shufflevector(a, b, 0, 2, 8, 10, 4, 6, 12, 14);
  vec<float> const i = __builtin_shufflevector(a, b, 1, 3, 9, 11, 5, 7, 13, 15);
  re = __builtin_shufflevector(r, r, 0, 1, 4, 5, 2, 3, 6, 7);
  im = __builtin_shufflevector(i, i, 0, 1, 4, 5, 2, 3, 6, 7);
}
#else
[[gnu::always_inline]] inline void deinterleave(vec<float> a, vec<float> b, vec<float>& re, vec<float>& im) noexcept {
  re = __builtin_shufflevector(a, b, 0, 2, 4, 6);
  im = __builtin_shufflevector(a, b, 1, 3, 5, 7);
}
#endif

}  // namespace pdm::inline PDM_ABI_NAMESPACE::simd::PDM_SIMD_NAMESPACE
