// fftw_fft -- Fourier transforms by FFTW 3.3.
//
// What      The fft concept on FFTW plans. Planning is by ESTIMATE, or by wisdom where import_fftw_wisdom() was
//           called before, so that two runs of a program take the same plan; MEASURE differs from run to run.
//           Plans are immutable, made under one process-wide lock, and shared by every object of the same length;
//           they stay until the process ends.
// NB        FFTW is GPL-2+ or paid for: what includes this header is, too. Nothing of pdm includes it unless
//           PDM_FFT_FFTW is defined. Bits may differ between types of CPU, because FFTW picks its code at run time.
// Memory    The arena gives only the scratch of inverse() (n/2 + 1 complex numbers: FFTW destroys the input of its
//           complex-to-real transform); plans are FFTW's own memory, taken in prepare(), never after.
// Errors    More than fftw_plan_limit plans in a process: limit_exceeded (enough for every even length up to 2^20 with
//           factors 2, 3, 5, real and complex, both ways: 1784). A plan FFTW cannot make: unsupported.
// Threads   prepare() locks; transforms of distinct objects run side by side.
#pragma once

#include <fftw3.h>

#include <algorithm>
#include <array>
#include <complex>
#include <cstddef>
#include <mutex>
#include <span>
#include <type_traits>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/fft_progress.hpp"
#include "pdm/dsp/fft_use.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::dsp {

inline constexpr std::size_t fftw_plan_limit = 2048;  // a precision

namespace detail {

enum class fftw_kind : unsigned char { r2c, c2r, forward, backward };

// The two precisions of FFTW's C interface under one name.
template <class T>
struct fftw_api;
template <>
struct fftw_api<float> {
  using plan = fftwf_plan;
  using complex = fftwf_complex;
  static void* allocate(std::size_t n) noexcept { return fftwf_malloc(n); }
  static void release(void* p) noexcept { fftwf_free(p); }
  static bool aligned(float* p) noexcept { return fftwf_alignment_of(p) == 0; }
  static plan make(fftw_kind kind, int n, void* in, void* out, unsigned flags) noexcept {
    auto* ci = static_cast<complex*>(in);
    auto* co = static_cast<complex*>(out);
    if (kind == fftw_kind::r2c) return fftwf_plan_dft_r2c_1d(n, static_cast<float*>(in), co, flags);
    if (kind == fftw_kind::c2r) return fftwf_plan_dft_c2r_1d(n, ci, static_cast<float*>(out), flags);
    return fftwf_plan_dft_1d(n, ci, co, kind == fftw_kind::forward ? FFTW_FORWARD : FFTW_BACKWARD, flags);
  }
  static void r2c(plan p, float* x, complex* z) noexcept { fftwf_execute_dft_r2c(p, x, z); }
  static void c2r(plan p, complex* z, float* x) noexcept { fftwf_execute_dft_c2r(p, z, x); }
  static void c2c(plan p, complex* a, complex* b) noexcept { fftwf_execute_dft(p, a, b); }
  static bool import_wisdom(char const* text) noexcept { return fftwf_import_wisdom_from_string(text) != 0; }
};
template <>
struct fftw_api<double> {
  using plan = fftw_plan;
  using complex = fftw_complex;
  static void* allocate(std::size_t n) noexcept { return fftw_malloc(n); }
  static void release(void* p) noexcept { fftw_free(p); }
  static bool aligned(double* p) noexcept { return fftw_alignment_of(p) == 0; }
  static plan make(fftw_kind kind, int n, void* in, void* out, unsigned flags) noexcept {
    auto* ci = static_cast<complex*>(in);
    auto* co = static_cast<complex*>(out);
    if (kind == fftw_kind::r2c) return fftw_plan_dft_r2c_1d(n, static_cast<double*>(in), co, flags);
    if (kind == fftw_kind::c2r) return fftw_plan_dft_c2r_1d(n, ci, static_cast<double*>(out), flags);
    return fftw_plan_dft_1d(n, ci, co, kind == fftw_kind::forward ? FFTW_FORWARD : FFTW_BACKWARD, flags);
  }
  static void r2c(plan p, double* x, complex* z) noexcept { fftw_execute_dft_r2c(p, x, z); }
  static void c2r(plan p, complex* z, double* x) noexcept { fftw_execute_dft_c2r(p, z, x); }
  static void c2c(plan p, complex* a, complex* b) noexcept { fftw_execute_dft(p, a, b); }
  static bool import_wisdom(char const* text) noexcept { return fftw_import_wisdom_from_string(text) != 0; }
};

// FFTW's planner is one for all precisions' users in a program that follows its manual: one lock for both.
inline std::mutex& fftw_planner_lock() noexcept {
  static std::mutex lock;
  return lock;
}

// One transform, planned twice: for buffers on FFTW's alignment and for any others.
template <class T>
struct fftw_shared_plan {
  std::size_t n = 0;
  fftw_kind kind = fftw_kind::r2c;
  typename fftw_api<T>::plan aligned = nullptr;
  typename fftw_api<T>::plan any = nullptr;
};

// The process's plans of one precision, found by length and kind. Call with the lock held.
template <class T>
class fftw_plan_cache {
 public:
  static fftw_plan_cache& instance() noexcept {
    static fftw_plan_cache cache;
    return cache;
  }
  result<fftw_shared_plan<T> const*> find_or_make(std::size_t n, fftw_kind kind) noexcept;

 private:
  std::array<fftw_shared_plan<T>, fftw_plan_limit> plans_{};
  std::size_t count_ = 0;
};

}  // namespace detail

// Takes wisdom text made elsewhere (fftw-wisdom, or a MEASURE run) for the plans made from now on.
// False: FFTW did not understand it; nothing changed.
template <class T>
[[nodiscard]] bool import_fftw_wisdom(char const* text) noexcept {
  std::lock_guard const guard(detail::fftw_planner_lock());
  return detail::fftw_api<T>::import_wisdom(text);
}

template <class T>
class fftw_fft {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);

 public:
  using value_type = T;
  using complex = std::complex<T>;

  [[nodiscard]] static std::size_t footprint(std::size_t n, fft_use use = fft_use::both) noexcept {
    return uses(use, fft_use::real) ? arena::bytes<complex>(n / 2 + 1) : 0;
  }
  [[nodiscard]] status prepare(std::size_t n, arena& memory, fft_use use = fft_use::both) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return n_; }

  void forward(std::span<T const> x, std::span<complex> spectrum) noexcept;
  void inverse(std::span<complex const> spectrum, std::span<T> x) noexcept;
  void forward_complex(std::span<complex const> in, std::span<complex> out) noexcept;
  void inverse_complex(std::span<complex const> in, std::span<complex> out) noexcept;

  // FFTW cannot stop in the middle: one piece is the whole transform, whatever the budget.
  bool forward_piece(std::span<T const> x, std::span<complex> spectrum, fft_progress&, std::size_t) noexcept {
    forward(x, spectrum);
    return true;
  }
  bool inverse_piece(std::span<complex const> spectrum, std::span<T> x, fft_progress&, std::size_t) noexcept {
    inverse(spectrum, x);
    return true;
  }
  bool forward_complex_piece(std::span<complex const> in, std::span<complex> out, fft_progress&, std::size_t) noexcept {
    forward_complex(in, out);
    return true;
  }
  bool inverse_complex_piece(std::span<complex const> in, std::span<complex> out, fft_progress&, std::size_t) noexcept {
    inverse_complex(in, out);
    return true;
  }
  // The work of that one piece, to rounding that of the native transform: n/2 or n values, log2 n / 3 passes.
  [[nodiscard]] std::size_t work(fft_use one) const noexcept {
    std::size_t passes = 1;
    for (std::size_t m = n_; m > 8; m /= 8) ++passes;
    return n_ == 0 ? 0 : (one == fft_use::real ? n_ / 2 : n_) * passes;
  }

 private:
  using api = detail::fftw_api<T>;
  using raw = typename api::complex;
  using shared = detail::fftw_shared_plan<T> const*;

  // The plan that fits the alignment of these buffers.
  static typename api::plan fitting(shared plan, T* in, T* out) noexcept {
    return api::aligned(in) && api::aligned(out) ? plan->aligned : plan->any;
  }
  static T* writable(T const* p) noexcept { return const_cast<T*>(p); }  // FFTW_PRESERVE_INPUT: read only
  static T const* parts(complex const* p) noexcept { return reinterpret_cast<T const*>(p); }
  static T* parts(complex* p) noexcept { return reinterpret_cast<T*>(p); }
  static void run(shared plan, complex const* in, complex* out) noexcept;

  std::size_t n_ = 0;
  shared r2c_ = nullptr, c2r_ = nullptr, forward_ = nullptr, backward_ = nullptr;
  std::span<complex> scratch_;
};

// ---- bodies ----

template <class T>
result<detail::fftw_shared_plan<T> const*> detail::fftw_plan_cache<T>::find_or_make(std::size_t n,
                                                                                    fftw_kind kind) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    if (plans_[i].n == n && plans_[i].kind == kind) return &plans_[i];
  }
  if (count_ == plans_.size()) {
    return error{errc::limit_exceeded, "fftw_fft", "too many different lengths in one process (fftw_plan_limit)"};
  }
  using api = fftw_api<T>;
  std::size_t const bytes = (n + 2) * sizeof(typename api::complex);
  void* in = api::allocate(bytes);
  void* out = api::allocate(bytes);
  unsigned const keep = kind == fftw_kind::c2r ? FFTW_DESTROY_INPUT : FFTW_PRESERVE_INPUT;
  auto& made = plans_[count_];
  made = {n, kind, nullptr, nullptr};
  if (in != nullptr && out != nullptr) {
    made.aligned = api::make(kind, static_cast<int>(n), in, out, FFTW_ESTIMATE | keep);
    made.any = api::make(kind, static_cast<int>(n), in, out, FFTW_ESTIMATE | FFTW_UNALIGNED | keep);
  }
  api::release(in);
  api::release(out);
  if (made.aligned == nullptr || made.any == nullptr) {
    return error{errc::unsupported, "fftw_fft", "FFTW made no plan for this length"};
  }
  ++count_;
  return &made;
}

template <class T>
status fftw_fft<T>::prepare(std::size_t n, arena& memory, fft_use use) noexcept {
  n_ = 0;
  r2c_ = c2r_ = forward_ = backward_ = nullptr;
  if (n == 0 || n > max_fft_length) {
    return error{errc::invalid_argument, "fftw_fft", "length must be 1 to 2^24 samples"};
  }
  if (uses(use, fft_use::real)) {
    auto scratch = memory.take<complex>(n / 2 + 1);
    if (!scratch) return scratch.error();
    scratch_ = *scratch;
  }
  std::lock_guard const guard(detail::fftw_planner_lock());
  auto& cache = detail::fftw_plan_cache<T>::instance();
  auto plan = [&](bool wanted, detail::fftw_kind kind, shared& slot) noexcept -> status {
    if (!wanted) return {};
    auto found = cache.find_or_make(n, kind);
    if (!found) return found.error();
    slot = *found;
    return {};
  };
  bool const real = uses(use, fft_use::real), complex_too = uses(use, fft_use::complex);
  if (auto s = plan(real, detail::fftw_kind::r2c, r2c_); !s) return s;
  if (auto s = plan(real, detail::fftw_kind::c2r, c2r_); !s) return s;
  if (auto s = plan(complex_too, detail::fftw_kind::forward, forward_); !s) return s;
  if (auto s = plan(complex_too, detail::fftw_kind::backward, backward_); !s) return s;
  n_ = n;
  return {};
}

template <class T>
void fftw_fft<T>::forward(std::span<T const> x, std::span<complex> spectrum) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && r2c_ != nullptr && x.size() == n_ && spectrum.size() == n_ / 2 + 1)) return;
  T* in = writable(x.data());
  T* out = parts(spectrum.data());
  api::r2c(fitting(r2c_, in, out), in, reinterpret_cast<raw*>(out));
}

template <class T>
void fftw_fft<T>::inverse(std::span<complex const> spectrum, std::span<T> x) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && c2r_ != nullptr && spectrum.size() == n_ / 2 + 1 && x.size() == n_)) return;
  std::copy(spectrum.begin(), spectrum.end(), scratch_.begin());
  scratch_[0] = complex(scratch_[0].real(), T(0));
  if (n_ % 2 == 0) scratch_[n_ / 2] = complex(scratch_[n_ / 2].real(), T(0));
  T* in = parts(scratch_.data());
  api::c2r(fitting(c2r_, in, x.data()), reinterpret_cast<raw*>(in), x.data());
  T const factor = T(1) / static_cast<T>(n_);
  for (T& v : x) v *= factor;
}

template <class T>
void fftw_fft<T>::run(shared plan, complex const* in, complex* out) noexcept {
  T* from = writable(parts(in));
  T* to = parts(out);
  api::c2c(fitting(plan, from, to), reinterpret_cast<raw*>(from), reinterpret_cast<raw*>(to));
}

template <class T>
void fftw_fft<T>::forward_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && forward_ != nullptr && in.size() == n_ && out.size() == n_)) return;
  run(forward_, in.data(), out.data());
}

template <class T>
void fftw_fft<T>::inverse_complex(std::span<complex const> in, std::span<complex> out) noexcept {
  if (!PDM_EXPECTS(n_ != 0 && backward_ != nullptr && in.size() == n_ && out.size() == n_)) return;
  run(backward_, in.data(), out.data());
  T const factor = T(1) / static_cast<T>(n_);
  T* v = parts(out.data());
  for (std::size_t i = 0; i < 2 * n_; ++i) v[i] *= factor;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::dsp
