// diagnosis_text -- a diagnosis as JSON and as two or three sentences.
//
// What      Writes the members of the contract's diagnose line, and the words a technician reads, from a catalogue.
// NB        Writes members into an object that is open; file name and channel are the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdm/diagnostics/diagnosis.hpp"
#include "pdm/features/severity.hpp"
#include "pdm/report/catalogue.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// The verdict as the contract writes it: a fault, "normal" or "unknown".
[[nodiscard]] std::string_view verdict_word(diagnostics::diagnosis const& d) noexcept;

struct open_questions {
  std::vector<std::string> why, needs;
};
[[nodiscard]] open_questions questions_of(diagnostics::diagnosis const& d, report::catalogue const& words);

// Two or three sentences: what was found, on which line, and what to check.
[[nodiscard]] std::string sentences_of(diagnostics::diagnosis const& d, report::catalogue const& words);

// `table`: the limits of the machine's class, where it is known.
void write_members(wire::json_text& out, diagnostics::diagnosis const& d, report::catalogue const& words,
                   std::optional<features::severity_table> const& table = {});

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
