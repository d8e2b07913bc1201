// CSV as samples: one column a channel, and perhaps one of times.
#include <algorithm>
#include <array>
#include <cmath>

#include "held_samples.hpp"
#include "pdm/wire/table.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

bool is_time_name(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  constexpr std::array<std::string_view, 8> names{"t",         "time",     "t_s",  "time_s",
                                                  "timestamp", "datetime", "date", "seconds"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The name of the time column, if there is one: by its name, or because its first entry is a date.
input_result<std::optional<std::string>> time_column(std::string const& file) {
  auto table = table_reader::open(file);
  if (!table) return table.error();
  for (auto const& name : table->columns()) {
    if (is_time_name(name)) return std::optional(name);
  }
  // A date is not a number, so the first row may be refused: its fields can be looked at all the same.
  (void)table->next();
  for (std::size_t i = 0; i < table->columns().size(); ++i) {
    auto const t = parse_time(table->text(i));
    if (t && t->is == table_time::kind::wall) return std::optional(table->columns()[i]);
  }
  return std::optional<std::string>{};
}

struct times {
  table_time first{}, last{};
  double shortest = HUGE_VAL, longest = 0;  // steps
  std::uint64_t count = 0;

  void add(table_time const& t) noexcept {
    if (count == 0) first = t;
    if (count > 0) {
      // Differences of nanoseconds, which a double of seconds since 1970 cannot hold.
      double const step = t.is == table_time::kind::wall ? to_seconds(t.wall - last.wall) : t.number - last.number;
      shortest = std::min(shortest, step);
      longest = std::max(longest, step);
    }
    last = t;
    ++count;
  }
  [[nodiscard]] double span() const noexcept {
    return first.is == table_time::kind::wall ? to_seconds(last.wall - first.wall) : last.number - first.number;
  }
};

// The rate that the times tell, 0 where they are not evenly spaced to one part in ten.
double rate_of(times const& t) noexcept {
  if (t.count < 2 || !(t.span() > 0)) return 0;
  double const step = t.span() / static_cast<double>(t.count - 1);
  return t.shortest >= 0.9 * step && t.longest <= 1.1 * step ? 1 / step : 0;
}

}  // namespace

opened open_csv(std::string const& file, read_options const& options) {
  auto const time = time_column(file);
  if (!time) return time.error();
  auto table = table_reader::open(file, {.time = *time});
  if (!table) return table.error();
  auto const beside = read_sidecar(file);
  if (!beside) return beside.error();

  held_samples held;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < table->columns().size(); ++i) {
    if (*time && table->columns()[i] == **time) continue;
    places.push_back(i);
    held.found.channels.push_back(table->columns()[i]);
  }
  if (places.empty() || places.size() > max_channels) {
    return bad_input(file, std::to_string(places.size()) + " columns of samples", "give 1 to 1024 beside the time");
  }
  held.channels.resize(places.size());
  times when;
  std::uint64_t count = 0;
  auto more = table->next();
  for (; more && *more; more = table->next()) {
    count += places.size();
    if (count > max_held_samples) {
      return bad_input_line(file, table->line(), "more than 67108864 samples of text",
                            "split the file, or give it as f32, WAV or NPY");
    }
    for (std::size_t i = 0; i < places.size(); ++i) held.channels[i].push_back(table->values()[places[i]]);
    if (*time) when.add(table->time());
  }
  if (!more) return more.error();
  if (count == 0) return bad_input(file, "there is not one row in it", "give a file with data in it");
  held.found.fs_hz = rate_of(when);
  if (when.first.is == table_time::kind::wall) held.found.wall_start = when.first.wall;
  bool const told = held.found.fs_hz > 0 || options.fs_hz || beside->fs_hz;
  if (!told && when.count > 1) {
    return bad_input(file, "its times are not evenly spaced, so they tell no sampling rate", "give --fs HZ");
  }
  return hold(file, std::move(held), options, *beside);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
