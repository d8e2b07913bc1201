// Oracle: a table that was read, written out again, reads to the same numbers.
#include <charconv>
#include <string>
#include <vector>

#include "fuzz.hpp"
#include "pdm/wire/table.hpp"

namespace {

bool read(std::string const& file, std::size_t& columns, std::vector<double>& all) {
  auto t = pdm::wire::table_reader::open(file, {});
  if (!t) return false;
  columns = t->columns().size();
  for (;;) {
    auto const more = t->next();
    if (!more) return false;
    if (!*more) return true;
    fuzz::must(t->values().size() == columns, "a row has a value a column");
    all.insert(all.end(), t->values().begin(), t->values().end());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::memory_file const file(data, size);
  std::size_t columns = 0, again_columns = 0;
  std::vector<double> all, again;
  if (!read(file.path(), columns, all) || all.empty() || columns < 2) return 0;
  std::string text;
  for (std::size_t c = 0; c < columns; ++c) text += (c > 0 ? ",c" : "c") + std::to_string(c);
  for (std::size_t i = 0; i < all.size(); ++i) {
    text += i % columns == 0 ? '\n' : ',';
    char digits[40];
    auto const end = std::to_chars(digits, digits + sizeof digits, all[i]).ptr;
    if (all[i] == all[i]) text.append(digits, end);
  }
  text += '\n';
  fuzz::memory_file const copy(reinterpret_cast<std::uint8_t const*>(text.data()), text.size());
  fuzz::must(read(copy.path(), again_columns, again), "what was written reads");
  fuzz::must(again_columns == columns && again.size() == all.size(), "the same shape");
  for (std::size_t i = 0; i < all.size(); ++i) {
    fuzz::must(all[i] == again[i] || (all[i] != all[i] && again[i] != again[i]), "the same numbers");
  }
  return 0;
}
