// table -- process values from a text file, row by row.
//
// What      Fields separated by comma, semicolon, tab or blanks, whichever the first line shows; a header line or given
//           names; a time column as ISO 8601 (a blank may stand for the T), YYYY.MM.DD.hh.mm.ss, or a number. `.gz` is
//           read directly. Empty, nan, null and NA are absent values.
// NB        A first line of numbers (or times) alone is data, not a header: its columns are called 0, 1, ... Decimal
//           commas are not guessed at. Quotes keep a separator inside a field; a line break inside quotes is refused.
//           Columns that hold words are named in text_columns, or they are an error.
// Errors    input_error with file and line: text in a number, a row with more or fewer fields, a line too long.
// Cost      Memory is one line and one row; the limits are stated below.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/core/quality.hpp"
#include "pdm/core/time.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

inline constexpr std::size_t max_table_line = 1u << 20;
inline constexpr std::size_t max_table_columns = 4096;

struct table_options {
  std::vector<std::string> columns{};       // given: every line is data
  std::optional<std::string> time{};        // name or 0-based index
  std::vector<std::string> text_columns{};  // names or indices: their fields are not read as numbers
};

// A time as it stands in a table.
struct table_time {
  enum class kind : unsigned char { none, wall, number };
  kind is = kind::none;
  nanoseconds wall = no_time;  // UTC where no zone is written
  double number = 0;           // in the table's own unit

  // The same scale for either kind, for differences.
  [[nodiscard]] double seconds() const noexcept { return is == kind::wall ? to_seconds(wall) : number; }
};

// Nothing where the text is no time.
[[nodiscard]] std::optional<table_time> parse_time(std::string_view text) noexcept;

class table_reader {
 public:
  [[nodiscard]] static input_result<table_reader> open(std::string const& file, table_options const& options = {});
  table_reader(table_reader&&) noexcept;
  table_reader& operator=(table_reader&&) noexcept;
  ~table_reader();

  [[nodiscard]] std::vector<std::string> const& columns() const noexcept;
  // The place of a column by its name or 0-based index.
  [[nodiscard]] input_result<std::size_t> find(std::string const& name) const;

  // True: a row stands ready. False: the table has ended.
  [[nodiscard]] input_result<bool> next();

  [[nodiscard]] std::uint64_t row() const noexcept;   // 0-based, data rows
  [[nodiscard]] std::uint64_t line() const noexcept;  // 1-based
  // NaN where is_absent(): never to be learned from.
  [[nodiscard]] std::span<double const> values() const noexcept;
  [[nodiscard]] bool is_absent(std::size_t column) const noexcept;
  [[nodiscard]] std::string_view text(std::size_t column) const noexcept;  // as written, without quotes
  [[nodiscard]] table_time const& time() const noexcept;
  [[nodiscard]] std::string_view time_text() const noexcept;
  // uncertain with not_finite for an absent value, duplicate for a repeated time, out_of_order for a backward one.
  [[nodiscard]] pdm::quality quality() const noexcept;

 private:
  struct parts;
  explicit table_reader(std::unique_ptr<parts> p) noexcept;
  std::unique_ptr<parts> parts_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
