// Times as they stand in tables.
// Source: ISO 8601-1:2019, 5.4 (the subset of RFC 3339, with a blank or a T); days from the proleptic Gregorian
//         calendar, eras of 400 years = 146097 days.
#include <charconv>
#include <cmath>

#include "pdm/wire/table.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

// Eats digits and marks from the front of a text; the first thing that does not fit makes it false for good.
class eater {
 public:
  explicit eater(std::string_view text) noexcept : left_(text) {}
  int digits(std::size_t count) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      bool const is_digit = i < left_.size() && left_[i] >= '0' && left_[i] <= '9';
      ok_ = ok_ && is_digit;
      if (is_digit) value = value * 10 + (left_[i] - '0');
    }
    if (ok_) left_.remove_prefix(count);
    return value;
  }
  bool mark(std::string_view any_of) noexcept {
    if (!ok_ || left_.empty() || any_of.find(left_[0]) == std::string_view::npos) return false;
    left_.remove_prefix(1);
    return true;
  }
  void must(std::string_view any_of) noexcept { ok_ = mark(any_of) && ok_; }
  [[nodiscard]] bool at_end() const noexcept { return left_.empty(); }
  [[nodiscard]] bool ok() const noexcept { return ok_; }

 private:
  std::string_view left_;
  bool ok_ = true;
};

struct civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t fraction = 0, zone_s = 0;
};

bool is_possible(civil const& c) noexcept {
  constexpr int longest[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool const leap = (c.year % 4 == 0 && c.year % 100 != 0) || c.year % 400 == 0;
  if (c.year < 1900 || c.year > 2150 || c.month < 1 || c.month > 12 || c.day < 1) return false;
  if (c.day > longest[c.month - 1] || (c.month == 2 && c.day == 29 && !leap)) return false;
  return c.hour < 24 && c.minute < 60 && c.second <= 60;
}

nanoseconds since_epoch(civil const& c) noexcept {
  std::int64_t const y = c.month <= 2 ? c.year - 1 : c.year;
  std::int64_t const era = y / 400, year_of_era = y - era * 400;
  std::int64_t const day_of_year = (153 * (c.month > 2 ? c.month - 3 : c.month + 9) + 2) / 5 + c.day - 1;
  std::int64_t const days =
      era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
  std::int64_t const s = days * 86400 + c.hour * 3600 + c.minute * 60 + c.second - c.zone_s;
  return s * 1'000'000'000 + c.fraction;
}

std::int64_t fraction_of(eater& e) noexcept {
  std::int64_t value = 0, unit = 100'000'000;
  do {
    value += unit * e.digits(1);
    unit /= 10;
  } while (e.ok() && !e.at_end() && unit > 0 && [&] {
    eater ahead = e;
    ahead.digits(1);
    return ahead.ok();
  }());
  return value;
}

std::optional<civil> parse_iso(std::string_view text) noexcept {
  eater e(text);
  civil c;
  c.year = e.digits(4), e.must("-"), c.month = e.digits(2), e.must("-"), c.day = e.digits(2);
  if (e.ok() && e.at_end()) return c;
  e.must("T t"), c.hour = e.digits(2), e.must(":"), c.minute = e.digits(2);
  if (e.mark(":")) {
    c.second = e.digits(2);
    if (e.mark(".,")) c.fraction = fraction_of(e);
  }
  if (e.mark("Zz")) return e.ok() && e.at_end() ? std::optional(c) : std::nullopt;
  eater ahead = e;
  bool const behind_utc = ahead.mark("-");
  if (behind_utc || e.mark("+")) {
    if (behind_utc) e = ahead;
    c.zone_s = e.digits(2) * 3600;
    e.mark(":");
    if (!e.at_end()) c.zone_s += e.digits(2) * 60;
    if (behind_utc) c.zone_s = -c.zone_s;
  }
  return e.ok() && e.at_end() ? std::optional(c) : std::nullopt;
}

std::optional<civil> parse_dotted(std::string_view text) noexcept {
  eater e(text);
  civil c;
  c.year = e.digits(4), e.must("."), c.month = e.digits(2), e.must("."), c.day = e.digits(2), e.must(".");
  c.hour = e.digits(2), e.must("."), c.minute = e.digits(2), e.must("."), c.second = e.digits(2);
  return e.ok() && e.at_end() ? std::optional(c) : std::nullopt;
}

}  // namespace

std::optional<table_time> parse_time(std::string_view text) noexcept {
  table_time t;
  auto when = parse_iso(text);
  if (!when) when = parse_dotted(text);
  if (when) {
    if (!is_possible(*when)) return {};
    t.is = table_time::kind::wall;
    t.wall = since_epoch(*when);
    return t;
  }
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), t.number);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(t.number)) return {};
  t.is = table_time::kind::number;
  return t;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
