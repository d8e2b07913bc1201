// json_line -- one line of JSON as a small tree, read within bounds.
//
// What      nlohmann's event parser (iterative, so nesting cannot exhaust the stack) fills a plain tree; depth and
// number
//           of values are limited. Accessors say which field is wrong instead of throwing.
// NB        Numbers are double. A number too large for one is refused by the parser.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

struct json_value {
  enum class type : unsigned char { null, boolean, number, text, list, object };
  type kind = type::null;
  bool truth = false;
  double number = 0;
  std::string text;  // of a text
  std::vector<json_value> items;
  std::vector<std::string> names;  // of an object: names[i] belongs to items[i]

  [[nodiscard]] json_value const* find(std::string_view name) const;
  [[nodiscard]] bool is(type t) const noexcept { return kind == t; }
};

// Empty problem when it went well.
[[nodiscard]] std::string parse_json_line(std::string_view line, std::size_t max_depth, std::size_t max_values,
                                          json_value& into);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
