#include "pdm/report/html.hpp"

#include <array>
#include <cmath>
#include <cstdint>

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

// Bytes of the well-formed UTF-8 sequence at the front, or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view s) {
  auto const byte = [&](std::size_t i) { return i < s.size() ? static_cast<std::uint8_t>(s[i]) : std::uint8_t{0}; };
  auto const tail = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  auto const b = byte(0);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF) return tail(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    bool const good = (b != 0xE0 || byte(1) >= 0xA0) && (b != 0xED || byte(1) <= 0x9F);
    return good && tail(1) && tail(2) ? 3 : 0;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    bool const good = (b != 0xF0 || byte(1) >= 0x90) && (b != 0xF4 || byte(1) <= 0x8F);
    return good && tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    auto const n = sequence_length(text);
    char const c = text[0];
    if (n == 0) {
      out += "\xEF\xBF\xBD";  // the replacement character
    } else if (n > 1) {
      out += text.substr(0, n);
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else if (c == '\'') {
      out += "&#39;";
    } else if (static_cast<std::uint8_t>(c) >= 0x20 && c != 0x7F) {
      out += c;
    } else if (c == '\n' || c == '\t') {
      out += ' ';
    }
    text.remove_prefix(n == 0 ? 1 : n);
  }
  return out;
}

html& html::element(std::string_view tag, std::string_view words, std::string_view kind) {
  raw("<").raw(tag);
  if (!kind.empty()) raw(" class=\"").text(kind).raw("\"");
  return raw(">").text(words).raw("</").raw(tag).raw(">");
}

html& html::number(double exact, std::string_view shown) {
  if (!std::isfinite(exact)) return text("\u2013");
  std::array<char, 32> digits{};
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), exact).ptr;
  raw("<data value=\"").raw({digits.data(), static_cast<std::size_t>(end - digits.data())}).raw("\">");
  return text(shown).raw("</data>");
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
