// A ledger of repairs: one row a life (asset, installed, removed, reason, hours).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "cli/life.hpp"
#include "cli/line_output.hpp"
#include "pdm/wire/table.hpp"

namespace pdm::cli {
namespace {

using wire::input_error;
using wire::input_result;

struct ledger_row {
  std::string reason;
  double installed = 0, removed = 0, hours = 0;  // hours; NaN: not written
  std::uint64_t line = 0;
};

bool says_nothing(std::string_view text) {
  return text.empty() || text == "nan" || text == "NaN" || text == "null" || text == "NA";
}

// Hours on the calendar: of a date, or a number as it stands.
std::optional<double> calendar_hours(std::string_view text) {
  auto const t = wire::parse_time(text);
  if (!t || t->is == wire::table_time::kind::none) return std::nullopt;
  return t->is == wire::table_time::kind::wall ? t->seconds() / 3600 : t->number;
}

class ledger_reader {
 public:
  ledger_reader(std::string const& file, ledger_layout const& layout) : file_(file), layout_(layout) {}

  input_result<life_ledger> read() {
    if (auto s = open(); !s) return s.error();
    for (;;) {
      auto const more = table_->next();
      if (!more) return more.error();
      if (!*more) break;
      if (auto s = take_row(); !s) return s.error();
    }
    return lives();
  }

 private:
  input_error wrong(std::string what, std::string todo) const {
    return at(table_->line(), std::move(what), std::move(todo));
  }
  input_error at(std::uint64_t line, std::string what, std::string todo) const {
    auto e = about(file_, std::move(what), std::move(todo));
    e.line = line;
    return e;
  }
  bool has(std::string const& name) const { return std::ranges::find(names_, name) != names_.end(); }

  // Every column is read as text: a ledger has remarks, names and part numbers beside what counts.
  input_result<void> open() {
    wire::table_options how;
    how.columns = layout_.columns;
    auto first = wire::table_reader::open(file_, how);
    if (!first) return first.error();
    how.text_columns = names_ = first->columns();
    auto again = wire::table_reader::open(file_, how);
    if (!again) return again.error();
    table_.emplace(std::move(*again));
    out_.operating = layout_.clock == "operating" || (layout_.clock == "auto" && has(layout_.hours));
    std::vector<std::string> needed{layout_.reason};
    if (out_.operating) {
      needed.push_back(layout_.hours);
    } else {
      needed.insert(needed.end(), {layout_.installed, layout_.removed});
    }
    for (auto const& name : needed) {
      if (!has(name)) {
        return about(file_, "there is no column \"" + name + "\"",
                     "name the columns with --reason, --hours, --installed and --removed; hours or dates are needed");
      }
    }
    if (layout_.until.empty()) return {};
    until_ = calendar_hours(layout_.until);
    if (!until_) return about("--until", "\"" + layout_.until + "\" is no time", "give a date or a number of hours");
    return {};
  }

  std::string_view field(std::string const& name) const {
    auto const at = std::ranges::find(names_, name);
    return at == names_.end() ? std::string_view() : table_->text(static_cast<std::size_t>(at - names_.begin()));
  }

  input_result<double> time_of(std::string const& name) {
    auto const text = field(name);
    if (says_nothing(text)) return std::nan("");
    auto const t = calendar_hours(text);
    if (!t || !std::isfinite(*t))
      return wrong("\"" + std::string(text) + "\" is no time", "give a date or a number of hours");
    latest_ = std::max(latest_.value_or(*t), *t);
    return *t;
  }

  input_result<double> hours_of() {
    auto const text = field(layout_.hours);
    if (says_nothing(text)) return std::nan("");
    double v = 0;
    auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), v);
    if (failed != std::errc{} || end != text.data() + text.size() || !std::isfinite(v)) {
      return wrong("\"" + std::string(text) + "\" where a number belongs",
                   "give operating hours, or leave the field empty");
    }
    return v;
  }

  input_result<void> take_row() {
    ledger_row r;
    r.line = table_->line();
    r.reason = field(layout_.reason);
    if (r.reason != "failed" && r.reason != "replaced" && r.reason != "running") {
      return wrong("the reason \"" + r.reason + "\"", "write failed, replaced or running");
    }
    if (out_.operating) {
      auto const h = hours_of();
      if (!h) return h.error();
      r.hours = *h;
    } else {
      auto const from = time_of(layout_.installed), to = time_of(layout_.removed);
      if (!from) return from.error();
      if (!to) return to.error();
      r.installed = *from, r.removed = *to;
    }
    rows_.push_back(std::move(r));
    return {};
  }

  // NaN: the row does not say.
  double life_of(ledger_row const& r) const {
    if (out_.operating) return r.hours;
    bool const open_ended = std::isnan(r.removed) && r.reason == "running";
    return (open_ended ? until_.value_or(latest_.value_or(0)) : r.removed) - r.installed;
  }

  input_result<life_ledger> lives() {
    if (rows_.empty()) return about(file_, "holds no life", "give a row for each life");
    out_.failed = std::make_unique<bool[]>(rows_.size());
    out_.closed_at_latest = !out_.operating && !until_;
    for (auto const& r : rows_) {
      double const hours = life_of(r);
      if (std::isnan(hours)) {
        ++out_.left_out;
        continue;
      }
      if (!(hours > 0) && r.reason == "running") continue;  // just installed: nothing seen yet
      if (!(hours > 0)) return at(r.line, "a life of " + std::to_string(hours) + " hours", "give a life above 0");
      bool const failed = r.reason == "failed";
      (failed ? out_.failures : r.reason == "replaced" ? out_.replaced : out_.running) += 1;
      out_.failed[out_.log_hours.size()] = failed;
      out_.log_hours.push_back(std::log(hours));
      out_.total_hours += hours;
      out_.longest_hours = std::max(out_.longest_hours, hours);
    }
    return std::move(out_);
  }

  std::string const& file_;
  ledger_layout const& layout_;
  std::vector<std::string> names_;
  std::optional<wire::table_reader> table_;
  std::optional<double> until_, latest_;
  std::vector<ledger_row> rows_;
  life_ledger out_;
};

}  // namespace

wire::input_result<life_ledger> read_ledger(std::string const& file, ledger_layout const& layout) {
  return ledger_reader(file, layout).read();
}

}  // namespace pdm::cli
