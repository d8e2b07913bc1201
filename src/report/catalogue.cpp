#include "pdm/report/catalogue.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "pdm/report/captions.hpp"
#include "report/builtin_english.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

using table = std::map<std::string, std::string, std::less<>>;
constexpr std::size_t max_bytes = 1u << 20, max_keys = 4096;

// Takes a flat object of strings and refuses everything else as soon as it comes.
class flat_reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  table words;
  std::string problem;

  bool null() override { return refuse(); }
  bool boolean(bool) override { return refuse(); }
  bool number_integer(number_integer_t) override { return refuse(); }
  bool number_unsigned(number_unsigned_t) override { return refuse(); }
  bool number_float(number_float_t, string_t const&) override { return refuse(); }
  bool binary(binary_t&) override { return refuse(); }
  bool string(string_t& text) override {
    if (!inside_) return refuse();
    if (words.size() >= max_keys) return fail("has more than 4096 keys");
    if (!words.emplace(key_, std::move(text)).second) return fail("has the key \"" + key_ + "\" twice");
    return true;
  }
  bool start_object(std::size_t) override { return inside_ ? refuse() : (inside_ = true); }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return refuse(); }
  bool end_array() override { return true; }
  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool parse_error(std::size_t at, std::string const&, nlohmann::detail::exception const&) override {
    return fail("is not JSON at byte " + std::to_string(at));
  }

 private:
  bool fail(std::string text) {
    problem = std::move(text);
    return false;
  }
  bool refuse() { return fail("wants a text for the key \"" + key_ + "\""); }

  bool inside_ = false;
  std::string key_;
};

std::string plain_number(double value, int decimals) {
  if (!std::isfinite(value)) return "\u2013";
  std::array<char, 400> text{};
  if (decimals >= 0) {
    std::snprintf(text.data(), text.size(), "%.*f", std::min(decimals, 12), value);
  } else {
    // Significant digits without an exponent where a person would not write one.
    int const digits = std::min(-decimals, 15);
    double const size = std::abs(value);
    if (size != 0 && (size < 1e-4 || size >= 1e9)) {
      std::snprintf(text.data(), text.size(), "%.*g", digits, value);
    } else {
      int const before = size < 1 ? (size == 0 ? 1 : static_cast<int>(std::floor(std::log10(size))) + 1)
                                  : static_cast<int>(std::floor(std::log10(size))) + 1;
      std::snprintf(text.data(), text.size(), "%.*f", std::max(0, digits - before), value);
      std::string s = text.data();
      if (s.find('.') != std::string::npos) {
        s.erase(s.find_last_not_of('0') + 1);
        if (s.back() == '.') s.pop_back();
      }
      return s == "-0" ? "0" : s;
    }
  }
  std::string s = text.data();
  bool const zero = s.find_first_not_of("-0.") == std::string::npos;
  return zero && s.front() == '-' ? s.substr(1) : s;
}

struct span_of_time {
  double upto, size;
  message_key one, many;
};
// A span is said in the largest unit of which there are at least about one and a half.
constexpr std::array<span_of_time, 6> spans{{
    {90, 1, captions::duration_second, captions::duration_seconds},
    {90 * 60.0, 60, captions::duration_minute, captions::duration_minutes},
    {48 * 3600.0, 3600, captions::duration_hour, captions::duration_hours},
    {14 * 86400.0, 86400, captions::duration_day, captions::duration_days},
    {60 * 86400.0, 7 * 86400.0, captions::duration_week, captions::duration_weeks},
    {1e300, 30.436875 * 86400, captions::duration_month, captions::duration_months},
}};

}  // namespace

catalogue const& catalogue::english() {
  static catalogue const words = [] {
    auto read = parse(builtin_english());
    return read ? std::move(*read) : catalogue{};
  }();
  return words;
}

result<catalogue, std::string> catalogue::parse(std::string_view json) {
  if (json.size() > max_bytes) return std::string("is larger than 1 MB");
  flat_reader reader;
  if (!nlohmann::json::sax_parse(json, &reader)) return reader.problem;
  catalogue c;
  c.templates_ = std::move(reader.words);
  return c;
}

std::string const* catalogue::find(std::string_view key) const {
  if (auto const own = templates_.find(key); own != templates_.end()) return &own->second;
  if (this == &english()) return nullptr;
  return english().find(key);
}

std::string catalogue::render(message const& m) const {
  std::string const* const words = find(m.key.name);
  if (words == nullptr) return "<" + std::string(m.key.name) + ">";
  std::string_view rest = *words;
  std::string text;
  while (!rest.empty()) {
    auto const brace = rest.find_first_of("{}");
    text += rest.substr(0, brace);
    if (brace == std::string_view::npos) break;
    rest.remove_prefix(brace);
    if (rest.size() > 1 && rest[1] == rest[0]) {  // doubled: the brace itself
      text += rest[0];
      rest.remove_prefix(2);
      continue;
    }
    auto const end = rest[0] == '{' ? rest.find('}') : std::string_view::npos;
    if (end == std::string_view::npos) {  // a stray brace stays visible
      text += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    text += placeholder(rest.substr(1, end - 1), m);
    rest.remove_prefix(end + 1);
  }
  return text;
}

std::string catalogue::placeholder(std::string_view inside, message const& m) const {
  auto const index = inside.empty() ? m.count : static_cast<std::size_t>(inside[0] - '0');
  bool const formed = inside.size() == 1 || (inside.size() > 2 && inside[1] == ':');
  if (!formed || index >= m.count) return "{" + std::string(inside) + "?}";
  auto const& argument = m.arguments[index];
  auto const format = inside.size() > 2 ? inside.substr(2) : std::string_view{};
  if (!format.empty() && format[0] == '@') return word(format.substr(1), argument.text);
  if (format == "feature") return feature(argument.text);
  if (!argument.text.empty()) return std::string(argument.text);
  if (format == "duration") return duration(argument.number);
  if (format == "percent") return percent(argument.number);
  if (format == "count") return number(argument.number, 0);
  bool const fixed = format.size() == 3 && format[0] == '.' && format[1] >= '0' && format[1] <= '9' && format[2] == 'f';
  return number(argument.number, fixed ? format[1] - '0' : -4);
}

std::string catalogue::word(std::string_view family, std::string_view member) const {
  std::string const* const words = find(std::string(family) + "." + std::string(member));
  return words != nullptr ? *words : std::string(member);
}

std::string catalogue::number(double value, int decimals) const {
  std::string text = plain_number(value, decimals);
  std::string const* const mark = find("number.decimal");
  auto const point = text.find('.');
  if (point != std::string::npos && mark != nullptr) text.replace(point, 1, *mark);
  return text;
}

std::string catalogue::percent(double share) const {
  double const p = 100 * share;
  // A share that is not nothing and not all must not look like it.
  int const decimals = p != 0 && std::abs(p) < 10 ? 1 : (p > 99 && p < 100 ? 2 : 0);
  std::string const shown = p > 0 && p < 0.05 ? "<" + number(0.1, 1) : number(p, decimals);
  return render(message(captions::number_percent, std::string_view(shown)));
}

std::string catalogue::duration(double seconds) const {
  if (!std::isfinite(seconds)) return "\u2013";
  auto const unit = std::find_if(spans.begin(), spans.end(), [&](auto const& s) { return std::abs(seconds) < s.upto; });
  double const amount = seconds / unit->size;
  double const tenths = std::round(amount * 10) / 10;
  bool const whole = std::abs(amount) >= 9.95 || tenths == std::round(tenths) || unit == spans.begin();
  double const shown = whole ? std::round(amount) : tenths;
  return render(message(shown == 1 ? unit->one : unit->many, std::string_view(number(shown, whole ? 0 : 1))));
}

// point.feature, with an optional log_ before the feature and an optional .LO-HI after it.
std::string catalogue::feature(std::string_view name) const {
  auto const known = [&](std::string_view n) { return find("feature." + std::string(n)) != nullptr; };
  auto const simple = [&](std::string_view n) -> std::optional<std::string> {
    if (known(n)) return word("feature", n);
    if (n.substr(0, 4) == "log_" && known(n.substr(4))) {
      return render(message(captions::feature_log, std::string_view(word("feature", n.substr(4)))));
    }
    auto const dot = n.find('.');
    auto const dash = n.find('-', dot == std::string_view::npos ? 0 : dot);
    if (dot == std::string_view::npos || dash == std::string_view::npos || !known(n.substr(0, dot))) return {};
    return render(message(captions::feature_band, std::string_view(word("feature", n.substr(0, dot))),
                          n.substr(dot + 1, dash - dot - 1), n.substr(dash + 1)));
  };
  if (auto const alone = simple(name)) return *alone;
  auto const dot = name.find('.');
  if (dot == std::string_view::npos) return std::string(name);
  auto const what = simple(name.substr(dot + 1));
  if (!what) return std::string(name);
  return render(message(captions::feature_at, std::string_view(*what), name.substr(0, dot)));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
