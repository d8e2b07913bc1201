// commissioning_text -- a first look at a machine as JSON, with what it can see and what is missing in words.
#pragma once

#include "pdm/monitor/commissioning.hpp"
#include "pdm/report/catalogue.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// Members into an object that is open.
void write_members(wire::json_text& out, commissioning const& c, report::catalogue const& words);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
