// MAT files through matio; without it, an error that says so.
#include "held_samples.hpp"

#if PDM_HAVE_MATIO
#include <matio.h>
#endif

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

#if !PDM_HAVE_MATIO

opened open_mat(std::string const& file, read_options const&) {
  if (auto const there = file_bytes::open(file); !there) return there.error();
  return bad_input(file, "this build reads no MAT files: it was made without matio",
                   "install libmatio-dev and build again, or convert the file to NPY or WAV");
}

#else

namespace {

struct close_mat {
  void operator()(mat_t* m) const noexcept { Mat_Close(m); }
};
struct free_variable {
  void operator()(matvar_t* v) const noexcept { Mat_VarFree(v); }
};
using mat_file = std::unique_ptr<mat_t, close_mat>;
using mat_variable = std::unique_ptr<matvar_t, free_variable>;

// Samples are a real array of numbers with one or two dimensions and more than one entry.
bool holds_samples(matvar_t const& v) noexcept {
  if (v.name == nullptr || v.rank != 2 || v.dims == nullptr || v.isComplex != 0) return false;
  bool const number = v.class_type == MAT_C_DOUBLE || v.class_type == MAT_C_SINGLE || v.class_type == MAT_C_INT16 ||
                      v.class_type == MAT_C_INT32 || v.class_type == MAT_C_INT8 || v.class_type == MAT_C_UINT8;
  if (!number || v.dims[0] == 0 || v.dims[1] == 0) return false;
  return v.dims[0] <= max_held_samples && v.dims[1] <= max_held_samples / v.dims[0] && v.dims[0] * v.dims[1] > 1;
}

std::vector<std::string> sample_variables(mat_t* m) {
  std::vector<std::string> names;
  for (int n = 0; n < 4096; ++n) {
    mat_variable const v(Mat_VarReadNextInfo(m));
    if (v == nullptr) break;
    if (holds_samples(*v)) names.emplace_back(v->name);
  }
  return names;
}

std::string listed(std::vector<std::string> const& names) {
  std::string all;
  for (std::size_t i = 0; i < names.size() && i < 16; ++i) all += (i == 0 ? "" : ", ") + names[i];
  return all + (names.size() > 16 ? ", ..." : "");
}

// By name, by the end of a name ("DE_time" for X097_DE_time), by index; without a wish the only one, or the only one
// that ends in DE_time.
input_result<std::string> choose(std::string const& file, std::vector<std::string> const& names,
                                 std::optional<std::string> const& wanted) {
  if (names.empty()) {
    return bad_input(file, "there is no variable of samples in this MAT file", "give one with a numeric vector in it");
  }
  auto const only_ending = [&](std::string const& end) {
    std::string found;
    for (auto const& n : names) {
      if (n == end) return n;
      if (!n.ends_with("_" + end)) continue;
      if (!found.empty()) return std::string();
      found = n;
    }
    return found;
  };
  if (!wanted && names.size() == 1) return names.front();
  auto const name = only_ending(wanted.value_or("DE_time"));
  if (!name.empty()) return name;
  if (!wanted)
    return bad_input(file, "more than one variable holds samples", "give --channel one of: " + listed(names));
  bool const digits = !wanted->empty() && wanted->size() < 5 && wanted->find_first_not_of("0123456789") == wanted->npos;
  if (digits && std::stoul(*wanted) < names.size()) return names[std::stoul(*wanted)];
  return bad_input(file, "there is no variable \"" + *wanted + "\"", "give --channel one of: " + listed(names));
}

double number_at(matvar_t const& v, std::size_t i) noexcept {
  switch (v.class_type) {
    case MAT_C_DOUBLE: return static_cast<double const*>(v.data)[i];
    case MAT_C_SINGLE: return static_cast<double>(static_cast<float const*>(v.data)[i]);
    case MAT_C_INT32: return static_cast<std::int32_t const*>(v.data)[i];
    case MAT_C_INT16: return static_cast<std::int16_t const*>(v.data)[i];
    case MAT_C_INT8: return static_cast<std::int8_t const*>(v.data)[i];
    default: return static_cast<std::uint8_t const*>(v.data)[i];
  }
}

// A vector is one channel; a matrix has a column a channel.
input_result<held_samples> samples_of(std::string const& file, matvar_t const& v) {
  std::size_t const rows = v.dims[0] == 1 ? v.dims[1] : v.dims[0];
  std::size_t const columns = v.dims[0] == 1 ? 1 : v.dims[1];
  std::size_t const width = Mat_SizeOfClass(v.class_type);
  if (v.data == nullptr || width == 0 || v.nbytes / width < rows * columns) {
    return bad_input(file, "the variable " + std::string(v.name) + " cannot be read", "give the whole file");
  }
  if (columns > max_channels) {
    return bad_input(file, std::to_string(columns) + " columns in " + v.name, "give a vector, or a column a channel");
  }
  held_samples held;
  held.channels.resize(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    held.channels[c].resize(rows);
    for (std::size_t i = 0; i < rows; ++i) held.channels[c][i] = number_at(v, c * rows + i);
  }
  if (columns == 1) held.found.channels = {v.name};
  return held;
}

}  // namespace

opened open_mat(std::string const& file, read_options const& options) {
  if (auto const there = file_bytes::open(file); !there) return there.error();
  mat_file const m(Mat_Open(file.c_str(), MAT_ACC_RDONLY));
  if (m == nullptr) return bad_input(file, "this is not a MAT file", "give its real format with --format");
  auto const name = choose(file, sample_variables(m.get()), options.channel);
  if (!name) return name.error();
  (void)Mat_Rewind(m.get());
  mat_variable const v(Mat_VarRead(m.get(), name->c_str()));
  if (v == nullptr || !holds_samples(*v)) {
    return bad_input(file, "the variable " + *name + " cannot be read", "give the whole file");
  }
  auto held = samples_of(file, *v);
  if (!held) return held.error();
  auto const beside = read_sidecar(file);
  if (!beside) return beside.error();
  read_options rest = options;
  rest.channel.reset();  // it named the variable
  return hold(file, std::move(*held), rest, *beside);
}

#endif

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
