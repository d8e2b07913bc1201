// golden -- one golden case seen by an adapter, and the table of adapters.
//
// What      An adapter reads parameters and arrays of a case, calls the library and returns the named outputs as JSON;
//           "no answer" (an error of the library) is an empty optional. One source file a group of functions.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pdm/core/arena.hpp"
#include "pdm/dsp/fft.hpp"
#ifdef PDM_GOLDEN_FFTW
#include "pdm/dsp/fftw_fft.hpp"
#endif

namespace golden {

using json = nlohmann::json;
using outputs = std::optional<json>;

// A number, or one of the strings NaN, Infinity, -Infinity.
double number_of(json const& value);
// An inline list or a file, row-major.
std::vector<double> array_of(json const& value, std::filesystem::path const& folder);

class input {
 public:
  input(json const& one_case, std::filesystem::path folder) : case_(one_case), folder_(std::move(folder)) {}

  [[nodiscard]] bool has(std::string const& name) const { return case_.at("params").contains(name); }
  [[nodiscard]] json const& param(std::string const& name) const { return case_.at("params").at(name); }
  [[nodiscard]] double number(std::string const& name) const { return number_of(param(name)); }
  [[nodiscard]] std::size_t size(std::string const& name) const { return param(name).get<std::size_t>(); }
  [[nodiscard]] std::string text(std::string const& name) const { return param(name).get<std::string>(); }
  [[nodiscard]] std::vector<double> numbers(std::string const& name) const { return array_of(param(name), folder_); }

  [[nodiscard]] bool has_array(std::string const& name) const { return case_.at("input").contains(name); }
  // Rounded to T.
  template <class T>
  [[nodiscard]] std::vector<T> array(std::string const& name) const {
    auto const values = array_of(case_.at("input").at(name), folder_);
    return {values.begin(), values.end()};
  }
  // Rows of a 2-D array.
  [[nodiscard]] std::vector<std::vector<double>> rows(std::string const& name) const;

 private:
  json const& case_;
  std::filesystem::path folder_;
};

using adapter = std::function<outputs(input const&)>;
using adapters = std::map<std::string, adapter>;

// Precision and backend of a run.
template <class T, class Fft>
struct with {
  using value = T;
  using fft = Fft;
};

template <class With>
void add_time(adapters& table);
template <class With>
void add_spectrum(adapters& table);
template <class With>
void add_envelope(adapters& table);
template <class With>
void add_filters(adapters& table);
template <class With>
void add_models(adapters& table);
template <class With>
void add_drift(adapters& table);
template <class With>
void add_impacts(adapters& table);
template <class With>
void add_cepstra(adapters& table);
template <class With>
void add_revolutions(adapters& table);
template <class With>
void add_gears(adapters& table);

#define PDM_GOLDEN_NATIVE(add)                                            \
  template void add<with<float, pdm::dsp::native_fft<float>>>(adapters&); \
  template void add<with<double, pdm::dsp::native_fft<double>>>(adapters&);
#ifdef PDM_GOLDEN_FFTW
#define PDM_GOLDEN_INSTANTIATE(add)                                     \
  PDM_GOLDEN_NATIVE(add)                                                \
  template void add<with<float, pdm::dsp::fftw_fft<float>>>(adapters&); \
  template void add<with<double, pdm::dsp::fftw_fft<double>>>(adapters&);
#else
#define PDM_GOLDEN_INSTANTIATE(add) PDM_GOLDEN_NATIVE(add)
#endif

// Memory for one object of the library.
class memory {
 public:
  explicit memory(std::size_t bytes) : bytes_(bytes + pdm::arena::alignment), arena_(bytes_) {}
  operator pdm::arena&() { return arena_; }  // NOLINT: handed to prepare()

 private:
  std::vector<std::byte> bytes_;
  pdm::arena arena_;
};

template <class T>
std::span<T const> view(std::vector<T> const& v) {
  return v;
}

template <class Range>
json list_of(Range const& values) {
  json list = json::array();
  for (auto v : values) list.push_back(static_cast<double>(v));
  return list;
}

}  // namespace golden
