// html -- text for a page, with everything that comes from data escaped.
//
// What      raw() is for our own markup, text() for everything else: it escapes & < > " ' and drops control characters
//           and broken UTF-8, so that it is safe between tags and inside quoted attributes.
// NB        Not a template engine. Whoever passes data to raw() has made a hole.
#pragma once

#include <charconv>
#include <string>
#include <string_view>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

[[nodiscard]] std::string escaped(std::string_view text);

class html {
 public:
  html& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }
  html& text(std::string_view words) { return raw(escaped(words)); }
  // <tag class="kind">words</tag>
  html& element(std::string_view tag, std::string_view words, std::string_view kind = {});
  // A number as people read it, with its exact value for machines: <data value="0.53125">0.5313</data>.
  html& number(double exact, std::string_view shown);

  [[nodiscard]] std::string const& str() const noexcept { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
