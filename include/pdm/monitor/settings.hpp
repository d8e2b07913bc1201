// settings -- one description of every setting, read twice: to fill it from JSON, and to publish its schema.
//
// What      A settings struct has one function `describe(v, s)` that names each member with its unit, range and one
//           sentence. Handed a settings_reader it fills the struct from a JSON object; handed a schema_writer it
//           makes the JSON Schema, defaults included. So the two cannot disagree.
// NB        An unknown key is an error, not a default: a typing mistake must not silence an alarm.
// Errors    Collected with their JSON path ("assets[0].line.alarm.k is 0; give 1 to 64"); reading goes on, so that
//           one run shows them all (at most `max_errors`).
#pragma once

#include <cmath>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

using json = nlohmann::ordered_json;

// Inclusive range of a number.
struct range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct setting_error {
  std::string path;  // "assets[0].line.alarm.k"
  std::string what;  // "is 0; give 1 to 64"
};
inline constexpr std::size_t max_errors = 20;

class settings_reader {
 public:
  settings_reader(json const& object, std::string path, std::vector<setting_error>& errors);
  // Complains about every key that nobody asked for.
  void finish();

  void value(char const* key, double& into, char const* about, range allowed = {});
  void value(char const* key, int& into, char const* about, range allowed = {});
  void value(char const* key, bool& into, char const* about);
  void value(char const* key, std::string& into, char const* about,
             std::initializer_list<std::string_view> allowed = {});
  void value(char const* key, std::optional<double>& into, char const* about, range allowed = {});
  void value(char const* key, std::optional<int>& into, char const* about, range allowed = {});
  void value(char const* key, std::vector<std::string>& into, char const* about);
  void value(char const* key, std::vector<double>& into, char const* about, range allowed = {});
  // Any JSON value, kept as it is.
  void any(char const* key, json& into, char const* about);

  template <class S>
  void section(char const* key, S& into, char const*) {
    if (auto const* found = object_at(key)) read_into(*found, path_of(key), into);
  }
  template <class S>
  void section(char const* key, std::optional<S>& into, char const*) {
    if (auto const* found = object_at(key)) read_into(*found, path_of(key), into.emplace());
  }
  template <class S>
  void sections(char const* key, std::vector<S>& into, char const*) {
    auto const* found = array_at(key);
    if (found == nullptr) return;
    into.clear();
    for (std::size_t i = 0; i < found->size(); ++i) {
      std::string const path = path_of(key) + "[" + std::to_string(i) + "]";
      if (!(*found)[i].is_object()) {
        complain_at(path, "is not an object; give {...}");
        continue;
      }
      read_into((*found)[i], path, into.emplace_back());
    }
  }

 private:
  template <class S>
  void read_into(json const& object, std::string path, S& into) {
    settings_reader inner(object, std::move(path), errors_);
    describe(inner, into);
    inner.finish();
  }
  json const* at(char const* key);
  json const* object_at(char const* key);
  json const* array_at(char const* key);
  [[nodiscard]] std::string path_of(std::string_view key) const;
  void complain(char const* key, std::string what);
  void complain_at(std::string path, std::string what);
  bool number_at(char const* key, range allowed, bool whole, double& into);

  json const& object_;
  std::string path_;
  std::vector<setting_error>& errors_;
  std::vector<std::string_view> known_;
};

// Makes the JSON Schema (draft 7) of a settings struct; the values it is handed are the defaults.
class schema_writer {
 public:
  explicit schema_writer(json& into);

  void value(char const* key, double& now, char const* about, range allowed = {});
  void value(char const* key, int& now, char const* about, range allowed = {});
  void value(char const* key, bool& now, char const* about);
  void value(char const* key, std::string& now, char const* about,
             std::initializer_list<std::string_view> allowed = {});
  void value(char const* key, std::optional<double>& now, char const* about, range allowed = {});
  void value(char const* key, std::optional<int>& now, char const* about, range allowed = {});
  void value(char const* key, std::vector<std::string>& now, char const* about);
  void value(char const* key, std::vector<double>& now, char const* about, range allowed = {});
  void any(char const* key, json& now, char const* about);

  template <class S>
  void section(char const* key, S& now, char const* about) {
    json& p = property(key, about);
    schema_writer inner(p);
    describe(inner, now);
  }
  template <class S>
  void section(char const* key, std::optional<S>&, char const* about) {
    S fresh{};
    section(key, fresh, about);
  }
  template <class S>
  void sections(char const* key, std::vector<S>&, char const* about) {
    json& p = property(key, about);
    p["type"] = "array";
    S fresh{};
    schema_writer inner(p["items"]);
    describe(inner, fresh);
  }

 private:
  json& property(char const* key, char const* about);
  json& into_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
