#include "monitor/slow_values.hpp"

#include "pdm/wire/table.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

constexpr std::size_t most_rows = 4'000'000;

// The place of a named column; nothing where none was named.
wire::input_result<std::optional<std::size_t>> place_of(wire::table_reader const& table, std::string const& name) {
  if (name.empty()) return std::optional<std::size_t>{};
  auto found = table.find(name);
  if (!found) return found.error();
  return std::optional(*found);
}

}  // namespace

std::optional<wire::input_error> slow_values::read(source_settings const& s) {
  wire::table_options options;
  options.time = s.time;
  auto table = wire::table_reader::open(s.file, options);
  if (!table) return table.error();
  auto const speed = place_of(*table, s.speed_column), load = place_of(*table, s.load_column);
  if (!speed) return speed.error();
  if (!load) return load.error();
  std::optional<double> first;  // wall times count from the first row
  for (;;) {
    auto const more = table->next();
    if (!more) return more.error();
    if (!*more && rows_.empty()) {
      wire::input_error empty;
      empty.file = s.file;
      empty.what = "there is not one row with a time in it";
      empty.todo = "give a table with data, or leave this source out";
      return empty;
    }
    if (!*more) return std::nullopt;
    if (table->time().is == wire::table_time::kind::none) continue;
    double const t = table->time().seconds();
    if (!first) first = table->time().is == wire::table_time::kind::wall ? t : 0;
    entry e{from_seconds(t - *first), {}};
    if (*speed && !table->is_absent(**speed)) e.values.speed_hz = table->values()[**speed];
    if (*load && !table->is_absent(**load)) e.values.load = table->values()[**load];
    if (!rows_.empty() && e.t <= rows_.back().t) continue;  // repeated or backward time: the first value stands
    if (rows_.size() == most_rows) {
      wire::input_error too_long;
      too_long.file = s.file;
      too_long.what = "has more than 4,000,000 rows";
      too_long.todo = "give slow values less often";
      return too_long;
    }
    rows_.push_back(e);
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
