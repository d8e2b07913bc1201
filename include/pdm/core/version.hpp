// version -- the version of the library and the namespace that carries it.
//
// What      Every public name lives in pdm::<inline PDM_ABI_NAMESPACE>. The inline namespace is built from
//           the version and from the switches that change the layout or the meaning of a public type, so
//           that two builds that do not fit together fail to link instead of failing at the customer's.
// NB        The CMake project reads its version from the three macros below; change it here only.
#pragma once

#define PDM_VERSION_MAJOR 0
#define PDM_VERSION_MINOR 1
#define PDM_VERSION_PATCH 0
#define PDM_VERSION_STRING "0.1.0"

// PDM_HAS_EXCEPTIONS decides whether the throwing accessor result::value() exists; PDM_FAULT_SWITCHES, set in test
// builds only, whether safety measures can be switched off (pdm/core/fault.hpp).
#if defined(__cpp_exceptions) && !defined(PDM_NO_EXCEPTIONS)
#define PDM_HAS_EXCEPTIONS 1
#if defined(PDM_FAULT_SWITCHES)
#define PDM_ABI_NAMESPACE v0_1_fault
#else
#define PDM_ABI_NAMESPACE v0_1
#endif
#else
#define PDM_HAS_EXCEPTIONS 0
#if defined(PDM_FAULT_SWITCHES)
#define PDM_ABI_NAMESPACE v0_1_noexc_fault
#else
#define PDM_ABI_NAMESPACE v0_1_noexc
#endif
#endif

namespace pdm::inline PDM_ABI_NAMESPACE {

struct version_number {
  int major, minor, patch;
};

// The version this translation unit was compiled against.
inline constexpr version_number library_version{PDM_VERSION_MAJOR, PDM_VERSION_MINOR, PDM_VERSION_PATCH};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
