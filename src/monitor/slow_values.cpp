#include "monitor/slow_values.hpp"
namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
std::optional<wire::input_error> slow_values::read(source_settings const&) { return std::nullopt; }
}
