// json_text -- one JSON object a line, written in the order it is told, into memory that is used again.
//
// What      Appends members to a text that keeps its capacity, so that a steady stream of records makes no heap call.
//           Numbers are the shortest text that reads back to the same double; what is not finite is null.
// NB        A writer, not a document: what was written cannot be asked for. Reading is pdm/wire/json.hpp.
// Text      Strings are escaped as RFC 8259 asks; bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pdm/core/quality.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

class json_text {
 public:
  explicit json_text(std::size_t reserve = 4096) { text_.reserve(reserve); }

  void clear() noexcept {
    text_.clear();
    comma_ = false;
  }
  [[nodiscard]] std::string_view view() const noexcept { return text_; }

  json_text& open(char bracket) {
    separate();
    text_ += bracket;
    comma_ = false;
    return *this;
  }
  json_text& close(char bracket) {
    text_ += bracket;
    comma_ = true;
    return *this;
  }
  json_text& key(std::string_view name) {
    value(name);
    text_ += ':';
    comma_ = false;
    return *this;
  }

  json_text& value(double v) {
    separate();
    if (v - v != 0) {
      text_ += "null";
    } else {
      char digits[32];
      auto const [end, failed] = std::to_chars(digits, digits + sizeof digits, v);
      text_.append(digits, end);
    }
    return *this;
  }
  json_text& value(std::uint64_t v) {
    separate();
    char digits[24];
    auto const [end, failed] = std::to_chars(digits, digits + sizeof digits, v);
    text_.append(digits, end);
    return *this;
  }
  json_text& value(int v) { return v < 0 ? value(static_cast<double>(v)) : value(static_cast<std::uint64_t>(v)); }
  json_text& value(bool v) {
    separate();
    text_ += v ? "true" : "false";
    return *this;
  }
  json_text& value(char const* v) { return value(std::string_view(v)); }
  json_text& value(std::string_view v);
  json_text& null() {
    separate();
    text_ += "null";
    return *this;
  }
  json_text& value(std::optional<double> v) { return v ? value(*v) : null(); }

  template <class T>
  json_text& member(std::string_view name, T const& v) {
    return key(name).value(v);
  }
  json_text& null_member(std::string_view name) { return key(name).null(); }
  template <class T>
  json_text& list(std::string_view name, T const& values) {
    key(name).open('[');
    for (auto const& v : values) value(v);
    return close(']');
  }
  // {"level":"good","reasons":[],"bad_share":0}
  json_text& member(std::string_view name, quality const& q);

 private:
  void separate() {
    if (comma_) text_ += ',';
    comma_ = true;
  }

  std::string text_;
  bool comma_ = false;
};

// Length of the valid UTF-8 sequence at the start of `text`, 0 where there is none.
[[nodiscard]] inline std::size_t utf8_sequence(std::string_view text) noexcept {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned const lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t const n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < n) return 0;
  for (std::size_t i = 1; i < n; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  unsigned const second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return n;
}

inline json_text& json_text::value(std::string_view v) {
  separate();
  text_ += '"';
  while (!v.empty()) {
    auto const c = static_cast<unsigned char>(v[0]);
    std::size_t n = 1;
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += v[0];
    } else if (c == '\n') {
      text_ += "\\n";
    } else if (c == '\t') {
      text_ += "\\t";
    } else if (c < 0x20) {
      static constexpr char hex[] = "0123456789abcdef";
      text_ += "\\u00";
      text_ += hex[c >> 4];
      text_ += hex[c & 15];
    } else if (n = utf8_sequence(v); n > 0) {
      text_.append(v.substr(0, n));
    } else {
      text_ += "\xEF\xBF\xBD";
      n = 1;
    }
    v.remove_prefix(n);
  }
  text_ += '"';
  return *this;
}

inline json_text& json_text::member(std::string_view name, quality const& q) {
  key(name).open('{').member("level", to_string(q.level)).key("reasons").open('[');
  for (int i = 0; i < quality_reason_count; ++i) {
    if ((q.reasons >> i & 1u) != 0) value(quality_reason_names[static_cast<std::size_t>(i)]);
  }
  // bad_share is a float: written as its shortest decimal, not as a double's
  close(']').key("bad_share");
  separate();
  char digits[24];
  auto const [end, failed] = std::to_chars(digits, digits + sizeof digits, q.bad_share);
  text_.append(digits, end);
  return close('}');
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
