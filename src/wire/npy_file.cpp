// NPY: one array of float or integer samples, 1-D, 2-D [samples, channels] or 3-D [snapshots, channels, samples].
// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays" (versions 1 to 3).
#include <array>
#include <charconv>

#include "sampled_file.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

constexpr std::uint64_t longest_header = 65536;

struct npy_array {
  sample_coding coding = sample_coding::f64;
  std::endian order = std::endian::little;
  bool column_major = false;
  std::array<std::uint64_t, 3> shape{};
  std::size_t dimensions = 0;
  std::uint64_t data_at = 0;
};

input_error damaged(std::string const& file, std::uint64_t at, std::string what) {
  return bad_input_at(file, at, std::move(what), "save the array again with numpy.save");
}

input_result<std::string> read_header(file_bytes const& file, npy_array& a) {
  std::array<std::byte, 12> head{};
  if (file.size() < head.size()) return damaged(file.file(), 0, "the file is too short for an NPY header");
  if (auto const ok = file.read(0, head); !ok) return ok.error();
  std::string_view const magic = "\x93NUMPY";
  for (std::size_t i = 0; i < magic.size(); ++i) {
    if (load<char>(head, i) != magic[i]) return damaged(file.file(), 0, "this is not an NPY file");
  }
  auto const version = load<std::uint8_t>(head, 6);
  if (version < 1 || version > 3) {
    return damaged(file.file(), 6, "NPY version " + std::to_string(version) + " is not known");
  }
  std::uint64_t const begin = version == 1 ? 10 : 12;
  std::uint64_t const length = version == 1 ? load<std::uint16_t>(head, 8) : load<std::uint32_t>(head, 8);
  if (length > longest_header || length > file.size() - begin) {
    return damaged(file.file(), 8, "the header claims " + std::to_string(length) + " bytes");
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  if (auto const ok = file.read(begin, std::as_writable_bytes(std::span(text))); !ok) return ok.error();
  a.data_at = begin + length;
  return text;
}

// What stands behind 'key': in the header's dictionary, from its first character on.
std::string_view value_of(std::string_view header, std::string_view key) {
  auto const at = header.find("'" + std::string(key) + "'");
  if (at == std::string_view::npos) return {};
  auto const colon = header.find(':', at);
  if (colon == std::string_view::npos) return {};
  auto const first = header.find_first_not_of(' ', colon + 1);
  return first == std::string_view::npos ? std::string_view{} : header.substr(first);
}

bool read_coding(std::string_view descr, npy_array& a) {
  if (descr.size() < 5 || descr[0] != '\'' || descr[4] != '\'') return false;
  a.order = descr[1] == '>' ? std::endian::big : std::endian::little;
  bool const ordered = descr[1] == '<' || descr[1] == '>';
  auto const kind = descr.substr(2, 2);
  if (kind == "i1" && (ordered || descr[1] == '|')) return a.coding = sample_coding::i8, true;
  if (kind == "f4") return a.coding = sample_coding::f32, ordered;
  if (kind == "f8") return a.coding = sample_coding::f64, ordered;
  if (kind == "i2") return a.coding = sample_coding::i16, ordered;
  if (kind == "i4") return a.coding = sample_coding::i32, ordered;
  return false;
}

// "(3, 2, 100)" with one to three entries, all above 0.
bool read_shape(std::string_view text, npy_array& a) {
  if (text.empty() || text[0] != '(') return false;
  auto const close = text.find(')');
  if (close == std::string_view::npos) return false;
  text = text.substr(1, close - 1);
  while (true) {
    auto const first = text.find_first_not_of(" ,");
    if (first == std::string_view::npos) return a.dimensions > 0;
    text.remove_prefix(first);
    std::uint64_t n = 0;
    auto const [end, problem] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (problem != std::errc() || n == 0 || n > (1ull << 48) || a.dimensions == a.shape.size()) return false;
    a.shape[a.dimensions++] = n;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

input_result<npy_array> read_array(file_bytes const& file) {
  npy_array a;
  auto const header = read_header(file, a);
  if (!header) return header.error();
  if (!read_coding(value_of(*header, "descr"), a)) {
    return bad_input_at(file.file(), 10, "numbers of this type are not read", "save them as f4, f8, i1, i2 or i4");
  }
  auto const order = value_of(*header, "fortran_order");
  a.column_major = order.starts_with("True");
  if (!a.column_major && !order.starts_with("False")) return damaged(file.file(), 10, "the header has no order");
  if (!read_shape(value_of(*header, "shape"), a)) {
    return bad_input_at(file.file(), 10, "the shape is not one of samples",
                        "save (samples), (samples, channels) or (snapshots, channels, samples)");
  }
  std::uint64_t count = 1;
  for (std::size_t i = 0; i < a.dimensions; ++i) {
    if (count > file.size() / a.shape[i]) count = file.size() + 1;  // more than there can be
    if (count <= file.size()) count *= a.shape[i];
  }
  auto const there = file.size() - a.data_at, width = bytes_of(a.coding);
  if (there % width != 0 || there / width != count) {
    return bad_input_at(file.file(), a.data_at,
                        "the shape does not fit the " + std::to_string(there) + " bytes of data",
                        "give the whole file");
  }
  return a;
}

// Axes: which of the shape is snapshot, channel and sample.
struct axes {
  std::uint64_t snapshots = 1, channels = 1, samples = 1;
};
axes axes_of(npy_array const& a) noexcept {
  if (a.dimensions == 1) return {1, 1, a.shape[0]};
  if (a.dimensions == 2) return {1, a.shape[1], a.shape[0]};
  return {a.shape[0], a.shape[1], a.shape[2]};
}

sample_layout layout_of(npy_array const& a) noexcept {
  std::array<std::uint64_t, 3> step{};
  std::uint64_t distance = bytes_of(a.coding);
  for (std::size_t k = 0; k < a.dimensions; ++k) {
    auto const i = a.column_major ? k : a.dimensions - 1 - k;
    step[i] = distance;
    distance *= a.shape[i];
  }
  sample_layout l;
  l.coding = a.coding;
  l.order = a.order;
  l.start = a.data_at;
  l.sample_step = a.dimensions == 3 ? step[2] : step[0];
  l.channel_step = a.dimensions == 1 ? 0 : step[1];
  l.snapshot_step = a.dimensions == 3 ? step[0] : 0;
  return l;
}

}  // namespace

opened open_npy(std::string const& file, read_options const& options) {
  auto bytes = file_bytes::open(file);
  if (!bytes) return bytes.error();
  auto const array = read_array(*bytes);
  if (!array) return array.error();
  auto const shape = axes_of(*array);
  if (shape.channels > max_channels) {
    return bad_input(file, std::to_string(shape.channels) + " channels, more than 1024",
                     array->dimensions == 2 ? "give (samples, channels): transpose the array" : "split the array");
  }
  auto const beside = read_sidecar(file);
  if (!beside) return beside.error();
  found_in_file found;
  found.channel_count = shape.channels;
  auto info = describe(file, options, *beside, found);
  if (!info) return info.error();
  auto const cut = array->dimensions == 3 ? set_snapshots(*info, *beside, shape.snapshots, shape.samples)
                                          : cut_into_snapshots(*info, *beside, shape.samples);
  if (!cut) return cut.error();

  auto layout = layout_of(*array);
  if (array->dimensions < 3) layout.snapshot_step = info->samples * layout.sample_step;
  auto const chosen = chosen_channel(*info, options);
  if (!chosen) return chosen.error();
  if (*chosen) {
    layout.start += **chosen * layout.channel_step;
    info->channels = {info->channels[**chosen]};
  }
  return make_sampled_recording(std::move(*bytes), std::move(*info), layout);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
