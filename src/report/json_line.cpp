#include "report/json_line.hpp"

#include <nlohmann/json.hpp>

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

class tree_reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  tree_reader(json_value& root, std::size_t depth, std::size_t values) : root_(root), depth_(depth), left_(values) {}
  std::string problem;

  bool null() override { return add(json_value::type::null) != nullptr; }
  bool boolean(bool v) override {
    auto* const to = add(json_value::type::boolean);
    if (to != nullptr) to->truth = v;
    return to != nullptr;
  }
  bool number_integer(number_integer_t v) override { return number(static_cast<double>(v)); }
  bool number_unsigned(number_unsigned_t v) override { return number(static_cast<double>(v)); }
  bool number_float(number_float_t v, string_t const&) override { return number(v); }
  bool binary(binary_t&) override { return fail("holds binary data"); }
  bool string(string_t& v) override {
    auto* const to = add(json_value::type::text);
    if (to != nullptr) to->text = std::move(v);
    return to != nullptr;
  }
  bool key(string_t& v) override {
    open_.back()->names.push_back(std::move(v));
    return true;
  }
  bool start_object(std::size_t) override { return open(json_value::type::object); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t) override { return open(json_value::type::list); }
  bool end_array() override { return close(); }
  bool parse_error(std::size_t at, std::string const&, nlohmann::detail::exception const&) override {
    return fail("is not JSON at character " + std::to_string(at));
  }

 private:
  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }
  bool number(double v) {
    auto* const to = add(json_value::type::number);
    if (to != nullptr) to->number = v;
    return to != nullptr;
  }
  json_value* add(json_value::type kind) {
    if (left_ == 0) return fail("holds too many values"), nullptr;
    --left_;
    json_value* const to = open_.empty() ? &root_ : &open_.back()->items.emplace_back();
    to->kind = kind;
    return to;
  }
  // Pointers into items stay good: an open value is the last of its parent until it is closed.
  bool open(json_value::type kind) {
    if (open_.size() >= depth_) return fail("is nested too deep");
    auto* const to = add(kind);
    if (to != nullptr) open_.push_back(to);
    return to != nullptr;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  json_value& root_;
  std::size_t depth_, left_;
  std::vector<json_value*> open_;
};

}  // namespace

json_value const* json_value::find(std::string_view name) const {
  for (std::size_t i = 0; i < names.size() && i < items.size(); ++i) {
    if (names[i] == name) return &items[i];
  }
  return nullptr;
}

std::string parse_json_line(std::string_view line, std::size_t max_depth, std::size_t max_values, json_value& into) {
  into = {};
  tree_reader reader(into, max_depth, max_values);
  nlohmann::json::sax_parse(line, &reader);
  return reader.problem;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
