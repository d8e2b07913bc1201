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

// Lane i of the result is lane At(i) of a and b side by side.
template <class T, std::size_t (*At)(std::size_t), std::size_t... I>
[[gnu::always_inline]] inline vec<T> shuffle(vec<T> a, vec<T> b, std::index_sequence<I...>) noexcept {
#if defined(__clang__) || __GNUC__ >= 12
  return __builtin_shufflevector(a, b, static_cast<int>(At(I))...);
#else
  using index = std::conditional_t<sizeof(T) == 4, vec<std::int32_t>, vec<std::int64_t>>;
  return __builtin_shuffle(
      a, b, index{static_cast<std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>>(At(I))...});
#endif
}
template <class T, std::size_t (*At)(std::size_t)>
[[gnu::always_inline]] inline vec<T> shuffle(vec<T> a, vec<T> b) noexcept {
  return shuffle<T, At>(a, b, std::make_index_sequence<lanes<T>>{});
}

// Square roots are correctly rounded by IEEE 754, so every way to compute them gives the same bits.
[[gnu::always_inline]] inline vec<float> sqrt(vec<float> v) noexcept {
#if PDM_SIMD_X86 && PDM_SIMD_BYTES == 64
  for (std::size_t i = 0; i < lanes<float>; ++i) v[i] = __builtin_sqrtf(v[i]);
  return v;
#elif PDM_SIMD_X86 && PDM_SIMD_BYTES == 32
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

// Real parts, then imaginary parts, of complex numbers side by side in two vectors.
constexpr std::size_t even_place(std::size_t i) noexcept { return 2 * i; }
constexpr std::size_t odd_place(std::size_t i) noexcept { return 2 * i + 1; }
#if PDM_SIMD_BYTES == 32
// Inside 16-byte halves first, which is what AVX2 is good at: 0 2 8 10 4 6 12 14, then 0 1 4 5 2 3 6 7.
constexpr std::size_t even_in_half(std::size_t i) noexcept { return i / 4 * 4 + i / 2 % 2 * 8 + i % 2 * 2; }
constexpr std::size_t odd_in_half(std::size_t i) noexcept { return even_in_half(i) + 1; }
constexpr std::size_t middle_swapped(std::size_t i) noexcept { return i % 2 + i / 4 * 2 + i / 2 % 2 * 4; }
[[gnu::always_inline]] inline void deinterleave(vec<float> a, vec<float> b, vec<float>& re, vec<float>& im) noexcept {
  vec<float> const r = shuffle<float, even_in_half>(a, b);
  vec<float> const i = shuffle<float, odd_in_half>(a, b);
  re = shuffle<float, middle_swapped>(r, r);
  im = shuffle<float, middle_swapped>(i, i);
}
#else
[[gnu::always_inline]] inline void deinterleave(vec<float> a, vec<float> b, vec<float>& re, vec<float>& im) noexcept {
  re = shuffle<float, even_place>(a, b);
  im = shuffle<float, odd_place>(a, b);
}
#endif

}  // namespace pdm::inline PDM_ABI_NAMESPACE::simd::PDM_SIMD_NAMESPACE
