// json -- JSON from outside, read within stated bounds.
//
// What      Text to a value, through an event parser that keeps no recursion: nesting, size and count have limits, and
//           what is refused is refused with its line. Stricter than the grammar in one point: a key that stands twice
//           in an object is an error, because which of the two was meant is anybody's guess.
// NB        Never nlohmann's own binary readers, and never its parser directly on what somebody gave us: a value nested
//           a hundred thousand deep overflows the stack when it is copied or printed.
// Errors    input_error with the 1-based line: what stands there, and what to do.
// Cost      O(bytes); at most limits.nodes values.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

struct json_limits {
  std::size_t depth = 64;         // objects and arrays inside one another
  std::size_t bytes = 16u << 20;  // of the text
  std::size_t nodes = 1'000'000;  // values of any kind
};

// Parses a text; `file` is what the error names.
[[nodiscard]] input_result<nlohmann::json> parse_json(std::string_view text, std::string const& file,
                                                      json_limits const& limits = {});

// Reads a file and parses it.
[[nodiscard]] input_result<nlohmann::json> parse_json_file(std::string const& file, json_limits const& limits = {});

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
