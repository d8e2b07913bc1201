#include "pdm/wire/recording.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "sampled_file.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

constexpr char known_formats[] = "give --format f32, f64, wav, csv, npy or mat";

std::string ending_of(std::string file) {
  std::transform(file.begin(), file.end(), file.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (file.ends_with(".gz")) file.resize(file.size() - 3);
  auto const dot = file.find_last_of("./");
  return dot == std::string::npos || file[dot] == '/' ? "" : file.substr(dot + 1);
}

std::string format_of(std::string const& file, read_options const& options) {
  if (options.format != "auto" && !options.format.empty()) return options.format;
  auto const ending = ending_of(file);
  return ending == "txt" || ending == "tsv" ? "csv" : ending;
}

}  // namespace

opened open_recording(std::string const& file, read_options const& options) {
  auto const format = format_of(file, options);
  if (format == "f32") return open_raw(file, sample_coding::f32, options);
  if (format == "f64") return open_raw(file, sample_coding::f64, options);
  if (format == "wav") return open_wav(file, options);
  if (format == "csv") return open_csv(file, options);
  if (format == "npy") return open_npy(file, options);
  if (format == "mat") return open_mat(file, options);
  // A name that tells nothing may also be a directory or not there: say that first.
  if (auto const there = file_bytes::open(file); !there) return there.error();
  if (options.format != "auto") return bad_input(file, "\"" + format + "\" is no format", known_formats);
  return bad_input(file, "the ending of the name tells no format", known_formats);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
