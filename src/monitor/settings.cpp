#include "pdm/monitor/settings.hpp"

#include <algorithm>
#include <cstdio>

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

std::string shown(double v) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", v);
  return text;
}

std::string shown(range r) {
  bool const low = std::isfinite(r.low), high = std::isfinite(r.high);
  if (low && high) return "give " + shown(r.low) + " to " + shown(r.high);
  if (low) return "give " + shown(r.low) + " or more";
  if (high) return "give " + shown(r.high) + " or less";
  return "give a finite number";
}

// A value as it stands in the file, short enough for one line.
std::string shown(json const& v) {
  if (v.is_object()) return "an object";
  if (v.is_array()) return "a list";
  std::string text = v.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

void set_range(json& schema, range allowed) {
  if (std::isfinite(allowed.low)) schema["minimum"] = allowed.low;
  if (std::isfinite(allowed.high)) schema["maximum"] = allowed.high;
}

}  // namespace

settings_reader::settings_reader(json const& object, std::string path, std::vector<setting_error>& errors)
    : object_(object), path_(std::move(path)), errors_(errors) {}

std::string settings_reader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

void settings_reader::complain_at(std::string path, std::string what) {
  if (errors_.size() < max_errors) errors_.push_back({std::move(path), std::move(what)});
}

void settings_reader::complain(char const* key, std::string what) { complain_at(path_of(key), std::move(what)); }

json const* settings_reader::at(char const* key) {
  known_.emplace_back(key);
  auto const found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

json const* settings_reader::object_at(char const* key) {
  auto const* found = at(key);
  if (found == nullptr || found->is_object()) return found;
  complain(key, "is " + shown(*found) + "; give an object {...}");
  return nullptr;
}

json const* settings_reader::array_at(char const* key) {
  auto const* found = at(key);
  if (found == nullptr || found->is_array()) return found;
  complain(key, "is " + shown(*found) + "; give a list [...]");
  return nullptr;
}

void settings_reader::finish() {
  for (auto const& item : object_.items()) {
    if (std::find(known_.begin(), known_.end(), item.key()) != known_.end()) continue;
    std::string keys;
    for (auto const& k : known_) keys += (keys.empty() ? "" : ", ") + std::string(k);
    complain_at(path_of(item.key()), "is not a known key; known here: " + keys);
  }
}

bool settings_reader::number_at(char const* key, range allowed, bool whole, double& into) {
  auto const* found = at(key);
  if (found == nullptr) return false;
  if (!found->is_number()) {
    complain(key, "is " + shown(*found) + "; give a number");
    return false;
  }
  double const v = found->get<double>();
  if (!(v >= allowed.low && v <= allowed.high)) {
    complain(key, "is " + shown(v) + "; " + shown(allowed));
    return false;
  }
  if (whole && (v != std::floor(v) || std::abs(v) > 2e9)) {
    complain(key, "is " + shown(v) + "; give a whole number");
    return false;
  }
  into = v;
  return true;
}

void settings_reader::value(char const* key, double& into, char const*, range allowed) {
  number_at(key, allowed, false, into);
}

void settings_reader::value(char const* key, int& into, char const*, range allowed) {
  double v = 0;
  if (number_at(key, allowed, true, v)) into = static_cast<int>(v);
}

void settings_reader::value(char const* key, std::optional<double>& into, char const*, range allowed) {
  double v = 0;
  if (number_at(key, allowed, false, v)) into = v;
}

void settings_reader::value(char const* key, std::optional<int>& into, char const*, range allowed) {
  double v = 0;
  if (number_at(key, allowed, true, v)) into = static_cast<int>(v);
}

void settings_reader::value(char const* key, bool& into, char const*) {
  auto const* found = at(key);
  if (found == nullptr) return;
  if (found->is_boolean()) {
    into = found->get<bool>();
  } else {
    complain(key, "is " + shown(*found) + "; give true or false");
  }
}

void settings_reader::value(char const* key, std::string& into, char const*,
                            std::initializer_list<std::string_view> allowed) {
  auto const* found = at(key);
  if (found == nullptr) return;
  if (!found->is_string()) {
    complain(key, "is " + shown(*found) + "; give text");
    return;
  }
  auto const& text = found->get_ref<std::string const&>();
  if (allowed.size() > 0 && std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
    std::string choices;
    for (auto a : allowed) choices += (choices.empty() ? "" : ", ") + std::string(a);
    complain(key, "is " + shown(*found) + "; give one of: " + choices);
    return;
  }
  into = text;
}

void settings_reader::value(char const* key, std::vector<std::string>& into, char const*) {
  auto const* found = array_at(key);
  if (found == nullptr) return;
  into.clear();
  for (auto const& v : *found) {
    if (!v.is_string()) {
      complain(key, "holds " + shown(v) + "; give a list of texts");
      return;
    }
    into.push_back(v.get<std::string>());
  }
}

void settings_reader::value(char const* key, std::vector<double>& into, char const*, range allowed) {
  auto const* found = array_at(key);
  if (found == nullptr) return;
  into.clear();
  for (auto const& v : *found) {
    if (!v.is_number() || !(v.get<double>() >= allowed.low && v.get<double>() <= allowed.high)) {
      complain(key, "holds " + shown(v) + "; give a list of numbers, " + shown(allowed));
      return;
    }
    into.push_back(v.get<double>());
  }
}

void settings_reader::any(char const* key, json& into, char const*) {
  if (auto const* found = at(key)) into = *found;
}

schema_writer::schema_writer(json& into) : into_(into) {
  into_["type"] = "object";
  into_["additionalProperties"] = false;
  if (!into_.contains("properties")) into_["properties"] = json::object();
}

json& schema_writer::property(char const* key, char const* about) {
  json& p = into_["properties"][key];
  p = json::object();
  p["description"] = about;
  return p;
}

void schema_writer::value(char const* key, double& now, char const* about, range allowed) {
  json& p = property(key, about);
  p["type"] = "number";
  p["default"] = now;
  set_range(p, allowed);
}

void schema_writer::value(char const* key, int& now, char const* about, range allowed) {
  json& p = property(key, about);
  p["type"] = "integer";
  p["default"] = now;
  set_range(p, allowed);
}

void schema_writer::value(char const* key, bool& now, char const* about) {
  json& p = property(key, about);
  p["type"] = "boolean";
  p["default"] = now;
}

void schema_writer::value(char const* key, std::string& now, char const* about,
                          std::initializer_list<std::string_view> allowed) {
  json& p = property(key, about);
  p["type"] = "string";
  if (!now.empty()) p["default"] = now;
  for (auto a : allowed) p["enum"].push_back(std::string(a));
}

void schema_writer::value(char const* key, std::optional<double>& now, char const* about, range allowed) {
  json& p = property(key, about);
  p["type"] = "number";
  if (now) p["default"] = *now;
  set_range(p, allowed);
}

void schema_writer::value(char const* key, std::optional<int>& now, char const* about, range allowed) {
  json& p = property(key, about);
  p["type"] = "integer";
  if (now) p["default"] = *now;
  set_range(p, allowed);
}

void schema_writer::value(char const* key, std::vector<std::string>& now, char const* about) {
  json& p = property(key, about);
  p["type"] = "array";
  p["items"]["type"] = "string";
  if (!now.empty()) p["default"] = now;
}

void schema_writer::value(char const* key, std::vector<double>& now, char const* about, range allowed) {
  json& p = property(key, about);
  p["type"] = "array";
  p["items"]["type"] = "number";
  set_range(p["items"], allowed);
  if (!now.empty()) p["default"] = now;
}

void schema_writer::any(char const* key, json& now, char const* about) {
  property(key, about);
  if (!now.is_null()) into_["properties"][key]["default"] = now;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
