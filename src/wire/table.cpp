#include "pdm/wire/table.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "file_bytes.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

// Lines of a plain or compressed file, one at a time.
class line_source {
 public:
  explicit line_source(std::string file) : file_(std::move(file)) { line_.reserve(4096); }
  line_source(line_source const&) = delete;
  line_source& operator=(line_source const&) = delete;
  ~line_source() {
    if (in_ != nullptr) ::gzclose(in_);
  }

  input_result<void> open() {
    if (auto const there = file_bytes::open(file_); !there) return there.error();
    in_ = ::gzopen(file_.c_str(), "rbe");  // plain files are read as they are
    if (in_ == nullptr) return bad_input(file_, "cannot be opened", "check that this user may read it");
    return {};
  }

  // False at the end. The line stands in line(), without its end.
  input_result<bool> next() {
    line_.clear();
    ++number_;
    bool any = false;
    while (true) {
      if (at_ == filled_) {
        if (auto const ok = fill(); !ok) return ok.error();
        if (filled_ == 0) break;
      }
      any = true;
      char const* const begin = buffer_.data() + at_;
      char const* const end = std::find(begin, static_cast<char const*>(buffer_.data() + filled_), '\n');
      line_.append(begin, end);
      at_ = static_cast<std::size_t>(end - buffer_.data());
      if (line_.size() > max_table_line) {
        return bad_input_line(file_, number_, "the line has more than 1048576 characters", "this is no table of text");
      }
      if (at_ < filled_) {
        ++at_;
        break;
      }
    }
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    if (number_ == 1 && line_.starts_with("\xef\xbb\xbf")) line_.erase(0, 3);
    return any;
  }

  [[nodiscard]] std::string& line() noexcept { return line_; }
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  [[nodiscard]] std::string const& file() const noexcept { return file_; }

 private:
  input_result<void> fill() {
    at_ = 0;
    int const n = ::gzread(in_, buffer_.data(), static_cast<unsigned>(buffer_.size()));
    filled_ = static_cast<std::size_t>(std::max(n, 0));
    int code = Z_OK;
    (void)::gzerror(in_, &code);
    if (n >= 0 && code != Z_BUF_ERROR) return {};
    return bad_input_line(file_, number_, "the compressed data are damaged or cut short", "give the whole file");
  }

  std::string file_, line_;
  gzFile in_ = nullptr;
  std::array<char, 65536> buffer_{};
  std::size_t at_ = 0, filled_ = 0;
  std::uint64_t number_ = 0;
};

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

char separator_of(std::string_view line) noexcept {
  bool quoted = false;
  std::array<bool, 3> found{};
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    found[0] = found[0] || c == ';';
    found[1] = found[1] || c == '\t';
    found[2] = found[2] || c == ',';
  }
  return found[0] ? ';' : found[1] ? '\t' : found[2] ? ',' : ' ';
}

bool is_word(std::string_view text, std::string_view word) noexcept {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char c, char lower) { return static_cast<char>(c | 0x20) == lower; });
}
bool is_absent_word(std::string_view text) noexcept {
  return text.empty() || is_word(text, "nan") || is_word(text, "null") || is_word(text, "na");
}

// A finite number that is the whole text.
std::optional<double> number_of(std::string_view text) noexcept {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double v = 0;
  auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(v)) return {};
  return v;
}

std::string shown(std::string_view text) {
  std::string out(text.substr(0, 40));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return "\"" + out + (text.size() > 40 ? "...\"" : "\"");
}

}  // namespace

struct table_reader::parts {
  explicit parts(std::string const& file) : lines(file) {}

  input_result<void> begin(table_options const& options);
  input_result<void> name_columns(table_options const& options);
  input_result<std::size_t> find(std::string const& name) const;
  input_result<bool> next_line();
  input_result<void> split();
  input_result<std::size_t> split_quoted(std::size_t at, std::string& into);
  input_result<void> read_row();
  input_result<void> read_time();
  bool looks_like_data() const;
  input_error wrong(std::string what, std::string todo) const {
    return bad_input_line(lines.file(), lines.number(), std::move(what), std::move(todo));
  }

  line_source lines;
  char separator = ' ';
  bool pending = false;  // the line at hand is the first data row
  std::vector<std::string> columns;
  std::vector<std::string> fields;  // strings are used again, so that a steady table takes no memory
  std::size_t field_count = 0;
  std::vector<double> values;
  std::vector<char> is_text, absent;
  std::optional<std::size_t> time_at;
  table_time time{};
  pdm::quality quality{};
  std::uint64_t rows = 0;
};

input_result<bool> table_reader::parts::next_line() {
  while (true) {
    auto const more = lines.next();
    if (!more || !*more) return more;
    if (!trimmed(lines.line()).empty()) return true;
  }
}

// One quoted field from its opening quote on; the place behind the closing one.
input_result<std::size_t> table_reader::parts::split_quoted(std::size_t at, std::string& into) {
  std::string_view const line = lines.line();
  for (++at; at < line.size(); ++at) {
    if (line[at] != '"') {
      into += line[at];
    } else if (at + 1 < line.size() && line[at + 1] == '"') {
      into += line[at++];
    } else {
      return at + 1;
    }
  }
  return wrong("a quote is not closed in this line", "close it");
}

input_result<void> table_reader::parts::split() {
  std::string_view const line = separator == ' ' ? trimmed(lines.line()) : std::string_view(lines.line());
  auto const shift = static_cast<std::size_t>(line.data() - lines.line().data());
  bool const blanks = separator == ' ';
  auto const ends_field = [&](char c) { return blanks ? c == ' ' || c == '\t' : c == separator; };
  field_count = 0;
  std::size_t at = 0;
  while (true) {
    if (field_count == max_table_columns) return wrong("more than 4096 fields in a row", "this is no table of text");
    if (field_count == fields.size()) fields.emplace_back();
    auto& field = fields[field_count++];
    field.clear();
    while (at < line.size() && !ends_field(line[at]) && (line[at] == ' ' || line[at] == '\t')) ++at;
    if (at < line.size() && line[at] == '"') {
      auto const after = split_quoted(at + shift, field);
      if (!after) return after.error();
      at = *after - shift;
      while (at < line.size() && !ends_field(line[at])) ++at;
    } else {
      auto const begin = at;
      while (at < line.size() && !ends_field(line[at])) ++at;
      field = trimmed(line.substr(begin, at - begin));
    }
    if (at >= line.size()) return {};
    ++at;
    while (blanks && at < line.size() && ends_field(line[at])) ++at;
  }
}

bool table_reader::parts::looks_like_data() const {
  bool any = false;
  for (std::size_t i = 0; i < field_count; ++i) {
    bool const value = number_of(fields[i]).has_value() || parse_time(fields[i]).has_value();
    if (!value && !is_absent_word(fields[i])) return false;
    any = any || value;
  }
  return any;
}

input_result<void> table_reader::parts::begin(table_options const& options) {
  if (auto const ok = lines.open(); !ok) return ok;
  auto const more = next_line();
  if (!more) return more.error();
  if (!*more) return bad_input(lines.file(), "there is not one row in it", "give a table with data");
  separator = separator_of(lines.line());
  if (auto const ok = split(); !ok) return ok;
  if (auto const ok = name_columns(options); !ok) return ok;
  values.resize(columns.size());
  absent.resize(columns.size());
  is_text.resize(columns.size());
  for (auto const& name : options.text_columns) {
    auto const at = find(name);
    if (!at) return at.error();
    is_text[*at] = 1;
  }
  if (!options.time) return {};
  auto const at = find(*options.time);
  if (!at) return at.error();
  time_at = *at;
  is_text[*at] = 1;
  return {};
}

input_result<void> table_reader::parts::name_columns(table_options const& options) {
  pending = !options.columns.empty() || looks_like_data();
  if (!options.columns.empty() && options.columns.size() != field_count) {
    return wrong(std::to_string(options.columns.size()) + " names for " + std::to_string(field_count) + " columns",
                 "give --columns one name a column");
  }
  for (std::size_t i = 0; i < field_count; ++i) {
    auto name = !options.columns.empty() ? options.columns[i] : pending ? std::string() : fields[i];
    columns.push_back(name.empty() ? std::to_string(i) : std::move(name));
  }
  auto sorted = columns;
  std::sort(sorted.begin(), sorted.end());
  auto const twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) return wrong("two columns are called " + shown(*twice), "give each its own name");
  return {};
}

input_result<std::size_t> table_reader::parts::find(std::string const& name) const {
  auto const at = std::find(columns.begin(), columns.end(), name);
  if (at != columns.end()) return static_cast<std::size_t>(at - columns.begin());
  std::size_t index = 0;
  auto const [end, problem] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (problem == std::errc() && end == name.data() + name.size() && index < columns.size()) return index;
  std::string known;
  for (std::size_t i = 0; i < std::min<std::size_t>(columns.size(), 16); ++i) known += (i ? ", " : "") + columns[i];
  return bad_input(lines.file(), "there is no column " + shown(name),
                   "give one of: " + known + (columns.size() > 16 ? ", ..." : ""));
}

input_result<void> table_reader::parts::read_row() {
  quality = {};
  if (field_count != columns.size()) {
    return wrong("the row has " + std::to_string(field_count) + " fields and the table " +
                     std::to_string(columns.size()) + " columns",
                 "correct the row");
  }
  for (std::size_t i = 0; i < field_count; ++i) {
    values[i] = std::numeric_limits<double>::quiet_NaN();
    absent[i] = is_text[i] != 0 || is_absent_word(fields[i]);
    if (is_text[i] != 0) continue;
    if (absent[i] != 0) {
      quality.mark(quality_reason::not_finite, quality_level::uncertain);
      continue;
    }
    auto const v = number_of(fields[i]);
    if (!v) {
      return wrong("column " + shown(columns[i]) + " has " + shown(fields[i]) + " where a number belongs",
                   "correct the field, or leave the column out");
    }
    values[i] = *v;
  }
  return time_at ? read_time() : input_result<void>();
}

input_result<void> table_reader::parts::read_time() {
  auto const now = parse_time(fields[*time_at]);
  if (!now || (rows > 0 && now->is != time.is)) {
    return wrong("the time is " + shown(fields[*time_at]),
                 "write 2026-11-20T08:15:00, 2026.11.20.08.15.00 or a number, the same in every row");
  }
  bool const same = rows > 0 && now->wall == time.wall && now->number == time.number;
  if (same) quality.mark(quality_reason::duplicate, quality_level::uncertain);
  if (rows > 0 && now->seconds() < time.seconds()) {
    quality.mark(quality_reason::out_of_order, quality_level::uncertain);
  }
  time = *now;
  return {};
}

input_result<table_reader> table_reader::open(std::string const& file, table_options const& options) {
  auto p = std::make_unique<parts>(file);
  if (auto const ok = p->begin(options); !ok) return ok.error();
  return table_reader(std::move(p));
}

input_result<bool> table_reader::next() {
  auto& p = *parts_;
  if (!p.pending) {
    auto const more = p.next_line();
    if (!more || !*more) return more;
    if (auto const ok = p.split(); !ok) return ok.error();
  }
  p.pending = false;
  if (auto const ok = p.read_row(); !ok) return ok.error();
  ++p.rows;
  return true;
}

table_reader::table_reader(std::unique_ptr<parts> p) noexcept : parts_(std::move(p)) {}
table_reader::table_reader(table_reader&&) noexcept = default;
table_reader& table_reader::operator=(table_reader&&) noexcept = default;
table_reader::~table_reader() = default;

std::vector<std::string> const& table_reader::columns() const noexcept { return parts_->columns; }
input_result<std::size_t> table_reader::find(std::string const& name) const { return parts_->find(name); }
std::uint64_t table_reader::row() const noexcept { return parts_->rows == 0 ? 0 : parts_->rows - 1; }
std::uint64_t table_reader::line() const noexcept { return parts_->lines.number(); }
std::span<double const> table_reader::values() const noexcept { return parts_->values; }
bool table_reader::is_absent(std::size_t column) const noexcept {
  return column >= parts_->absent.size() || parts_->absent[column] != 0;
}
std::string_view table_reader::text(std::size_t column) const noexcept {
  return column < parts_->field_count ? std::string_view(parts_->fields[column]) : std::string_view();
}
table_time const& table_reader::time() const noexcept { return parts_->time; }
std::string_view table_reader::time_text() const noexcept {
  return parts_->time_at ? text(*parts_->time_at) : std::string_view();
}
pdm::quality table_reader::quality() const noexcept { return parts_->quality; }

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
