#include "pdm/wire/json.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "file_bytes.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

using nlohmann::json;

// Walks the text and leaves behind how far the parser has come.
class counting_iterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = char const*;
  using reference = char const&;

  counting_iterator() = default;
  counting_iterator(char const* at, char const** seen) noexcept : at_(at), seen_(seen) {}
  reference operator*() const noexcept { return *at_; }
  counting_iterator& operator++() noexcept {
    *seen_ = ++at_;
    return *this;
  }
  counting_iterator operator++(int) noexcept {
    auto const before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(counting_iterator const& a, counting_iterator const& b) noexcept { return a.at_ == b.at_; }

 private:
  char const* at_ = nullptr;
  char const** seen_ = nullptr;
};

// At most `limit` characters, and nothing that a terminal would obey.
std::string printable(std::string_view text, std::size_t limit = 60) {
  std::string out(text.substr(0, limit));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return text.size() > limit ? out + "..." : out;
}

// The part of nlohmann's message behind its own place: "syntax error while parsing value - ...".
std::string words_of(std::string_view message) {
  auto const column = message.find("column ");
  auto const colon = column == std::string_view::npos ? column : message.find(": ", column);
  if (colon != std::string_view::npos) {
    message.remove_prefix(colon + 2);
  } else if (auto const bracket = message.find("] "); bracket != std::string_view::npos) {
    message.remove_prefix(bracket + 2);
  }
  return printable(message, 160);
}

// Builds the value from parse events; false stops the parser.
class builder {
 public:
  explicit builder(json_limits const& limits) : limits_(limits) {}

  bool null() { return add(nullptr); }
  bool boolean(bool v) { return add(v); }
  bool number_integer(json::number_integer_t v) { return add(v); }
  bool number_unsigned(json::number_unsigned_t v) { return add(v); }
  bool number_float(json::number_float_t v, std::string const&) { return add(v); }
  bool string(std::string& v) { return add(std::move(v)); }
  bool binary(json::binary_t&) { return refuse("binary data", "write text"); }
  bool start_object(std::size_t) { return open(json::value_t::object); }
  bool start_array(std::size_t) { return open(json::value_t::array); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    if (stack_.back()->contains(name)) {
      return refuse("the key \"" + printable(name) + "\" stands twice in one object", "keep one of the two");
    }
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, std::string const&, json::exception const& e) {
    return refuse("not valid JSON: " + words_of(e.what()), "correct it there");
  }

  json root;
  std::string what, todo;

 private:
  template <class V>
  bool add(V&& v) {
    return put(std::forward<V>(v)) != nullptr;
  }
  template <class V>
  json* put(V&& v) {
    if (++nodes_ > limits_.nodes) {
      refuse("more than " + std::to_string(limits_.nodes) + " values", "split it into smaller files");
      return nullptr;
    }
    if (stack_.empty()) return &(root = std::forward<V>(v));
    json& parent = *stack_.back();
    if (parent.is_object()) return &(parent[key_] = std::forward<V>(v));
    parent.push_back(std::forward<V>(v));
    return &parent.back();
  }
  bool open(json::value_t kind) {
    if (stack_.size() >= limits_.depth) {
      return refuse("nested more than " + std::to_string(limits_.depth) + " deep", "flatten it");
    }
    json* const here = put(json(kind));
    if (here == nullptr) return false;
    stack_.push_back(here);
    return true;
  }
  bool close() {
    stack_.pop_back();
    return true;
  }
  bool refuse(std::string why, std::string advice) {
    what = std::move(why);
    todo = std::move(advice);
    return false;
  }

  json_limits limits_;
  std::vector<json*> stack_;  // open objects and arrays; their addresses hold while only the innermost grows
  std::string key_;
  std::size_t nodes_ = 0;
};

}  // namespace

input_result<json> parse_json(std::string_view text, std::string const& file, json_limits const& limits) {
  if (text.size() > limits.bytes) {
    return bad_input(
        file, std::to_string(text.size()) + " bytes of JSON, more than the limit of " + std::to_string(limits.bytes),
        "split it into smaller files");
  }
  builder build(limits);
  char const* seen = text.data();
  counting_iterator const first(text.data(), &seen), last(text.data() + text.size(), &seen);
  if (json::sax_parse(first, last, &build)) return std::move(build.root);
  // What was read last may be the end of the line behind the mistake.
  auto const read = static_cast<std::size_t>(seen - text.data());
  auto const before = text.substr(0, read == 0 ? 0 : read - 1);
  auto const line = 1 + std::count(before.begin(), before.end(), '\n');
  return bad_input_line(file, static_cast<std::uint64_t>(line), build.what, build.todo);
}

input_result<json> parse_json_file(std::string const& file, json_limits const& limits) {
  auto const text = read_text(file, limits.bytes);
  if (!text) return text.error();
  return parse_json(*text, file, limits);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
