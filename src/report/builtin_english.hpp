// The text of docs/messages/en.json as it was when the program was configured.
#pragma once

#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
[[nodiscard]] std::string_view builtin_english() noexcept;
}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
