// golden_runner -- runs a folder of golden cases against the library.
//
//   golden_runner [--fft native|fftw] [--verbose] FOLDER
//
// A case counts once: passed when double, and float where rtol_f32 is given, agree. A function without an adapter is
// skipped. The comparison is that of golden/README.md.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "golden.hpp"

namespace golden {

double number_of(json const& value) {
  if (!value.is_string()) return value.get<double>();
  auto const text = value.get<std::string>();
  double const infinity = std::numeric_limits<double>::infinity();
  if (text == "Infinity") return infinity;
  return text == "-Infinity" ? -infinity : std::numeric_limits<double>::quiet_NaN();
}

namespace {

std::vector<double> file_values(json const& value, std::filesystem::path const& folder) {
  std::size_t count = 1;
  for (auto const& n : value.at("shape")) count *= n.get<std::size_t>();
  std::vector<double> values(count);
  std::ifstream file(folder / value.at("file").get<std::string>(), std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(double)));
  if (!file) throw std::runtime_error("cannot read " + value.at("file").get<std::string>());
  return values;
}

bool is_file(json const& value) { return value.is_object() && value.contains("file"); }

void flatten(json const& value, std::vector<json>& into) {
  if (!value.is_array()) return into.push_back(value);
  for (auto const& v : value) flatten(v, into);
}

// Scalars of an output, in row-major order.
std::vector<json> scalars_of(json const& value, std::filesystem::path const& folder) {
  std::vector<json> all;
  if (is_file(value)) {
    for (double v : file_values(value, folder)) all.emplace_back(v);
  } else {
    flatten(value, all);
  }
  return all;
}

struct tolerance {
  double absolute = 0, relative = 0;
  bool exact = false;
};

bool is_number(json const& v) { return v.is_number() || v == "NaN" || v == "Infinity" || v == "-Infinity"; }

bool agrees(json const& got, json const& expected, tolerance const& t) {
  if (expected.is_object()) {  // a closed range
    return got.is_number() && got.get<double>() >= number_of(expected.at("min")) &&
           got.get<double>() <= number_of(expected.at("max"));
  }
  if (!is_number(expected)) {
    return expected.is_boolean() && got.is_number() ? (got.get<double>() != 0) == expected.get<bool>()
                                                    : got == expected;
  }
  if (!is_number(got)) return false;
  double const g = number_of(got), e = number_of(expected);
  if (std::isnan(g) || std::isnan(e)) return std::isnan(g) && std::isnan(e);
  if (std::isinf(g) || std::isinf(e) || t.exact) return g == e;
  return std::abs(g - e) <= t.absolute + t.relative * std::abs(e);
}

tolerance tolerance_of(json const& c, std::string const& name, bool single) {
  tolerance t;
  t.relative = single ? c.value("rtol_f32", 0.0) : c.value("rtol", 0.0);
  t.absolute = single ? 0.0 : c.value("atol", 0.0);
  for (auto const& n : c.value("exact", json::array())) t.exact = t.exact || n == name;
  if (!c.contains("tolerances") || !c["tolerances"].contains(name)) return t;
  auto const& own = c["tolerances"][name];
  t.absolute = single ? own.value("atol_f32", 0.0) : own.value("atol", t.absolute);
  if (!single) t.relative = own.value("rtol", t.relative);
  return t;
}

// Empty when the output agrees, else what differs.
std::string difference(json const& got, json const& expected, tolerance const& t, std::filesystem::path const& folder) {
  auto const g = scalars_of(got, folder), e = scalars_of(expected, folder);
  if (g.size() != e.size()) return std::to_string(g.size()) + " values instead of " + std::to_string(e.size());
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (!agrees(g[i], e[i], t)) return "[" + std::to_string(i) + "] " + g[i].dump() + " instead of " + e[i].dump();
  }
  return {};
}

bool all_nan(json const& outputs) {
  std::vector<json> scalars;
  for (auto const& value : outputs) flatten(value, scalars);
  for (auto const& v : scalars) {
    if (!v.is_number() || !std::isnan(v.get<double>())) return false;
  }
  return true;
}

std::string failure_of(json const& c, outputs const& got, bool single, std::filesystem::path const& folder) {
  auto const& expected = c.at("expected");
  if (expected.contains("error")) return !got || all_nan(*got) ? "" : "an answer where an error is due";
  if (!got) return "an error where an answer is due";
  for (auto const& [name, value] : expected.items()) {
    if (!got->contains(name)) return name + " is missing";
    auto const text = difference(got->at(name), value, tolerance_of(c, name, single), folder);
    if (!text.empty()) return name + " " + text;
  }
  return {};
}

template <class With>
adapters all_adapters() {
  adapters table;
  add_time<With>(table);
  add_spectrum<With>(table);
  add_envelope<With>(table);
  add_filters<With>(table);
  add_models<With>(table);
  add_impacts<With>(table);
  add_cepstra<With>(table);
  add_revolutions<With>(table);
  add_gears<With>(table);
  return table;
}

struct counts {
  int passed = 0, failed = 0, skipped = 0;
};

class runner {
 public:
  runner(adapters double_table, adapters float_table, bool verbose)
      : double_(std::move(double_table)), float_(std::move(float_table)), verbose_(verbose) {}

  void run_file(std::filesystem::path const& file) {
    auto const cases = json::parse(std::ifstream(file));
    for (auto const& c : cases.at("cases")) run_case(c, file.parent_path().parent_path());
  }
  [[nodiscard]] counts const& result() const { return counts_; }

 private:
  void run_case(json const& c, std::filesystem::path const& folder) {
    auto const function = c.at("function").get<std::string>();
    auto const id = c.at("id").get<std::string>();
    if (double_.find(function) == double_.end()) {
      ++counts_.skipped;
      if (verbose_) std::printf("skipped  %s: %s is not offered\n", id.c_str(), function.c_str());
      return;
    }
    std::string problem = attempt(double_.at(function), c, false, folder);
    bool const single = c.contains("rtol_f32") && !c["rtol_f32"].is_null();
    if (problem.empty() && single) problem = attempt(float_.at(function), c, true, folder);
    if (problem.empty()) {
      ++counts_.passed;
      if (verbose_) std::printf("passed   %s%s\n", id.c_str(), single ? " (double, float)" : " (double)");
      return;
    }
    ++counts_.failed;
    std::printf("FAILED   %s: %s\n", id.c_str(), problem.c_str());
  }

  static std::string attempt(adapter const& run, json const& c, bool single, std::filesystem::path const& folder) {
    std::string text;
    try {
      text = failure_of(c, run(input(c, folder)), single, folder);
    } catch (std::exception const& e) {
      text = e.what();
    }
    return text.empty() ? text : std::string(single ? "float: " : "double: ") + text;
  }

  adapters double_, float_;
  bool verbose_;
  counts counts_;
};

}  // namespace

std::vector<double> array_of(json const& value, std::filesystem::path const& folder) {
  if (is_file(value)) return file_values(value, folder);
  std::vector<json> scalars;
  flatten(value, scalars);
  std::vector<double> values;
  for (auto const& v : scalars) values.push_back(number_of(v));
  return values;
}

std::vector<std::vector<double>> input::rows(std::string const& name) const {
  auto const& value = case_.at("input").at(name);
  auto const flat = array_of(value, folder_);
  std::size_t const count = is_file(value) ? value.at("shape").at(0).get<std::size_t>() : value.size();
  std::vector<std::vector<double>> rows(count);
  for (std::size_t r = 0; r < count; ++r) {
    std::size_t const width = flat.size() / count;
    rows[r].assign(flat.begin() + static_cast<std::ptrdiff_t>(r * width),
                   flat.begin() + static_cast<std::ptrdiff_t>((r + 1) * width));
  }
  return rows;
}

}  // namespace golden

int main(int argc, char** argv) {
  using namespace golden;
  std::string fft = "native", folder;
  bool verbose = false;
  for (int i = 1; i < argc; ++i) {
    std::string const argument = argv[i];
    if (argument == "--fft" && i + 1 < argc) {
      fft = argv[++i];
    } else if (argument == "--verbose") {
      verbose = true;
    } else {
      folder = argument;
    }
  }
  using pdm::dsp::native_fft;
  adapters in_double = all_adapters<with<double, native_fft<double>>>();
  adapters in_float = all_adapters<with<float, native_fft<float>>>();
  if (fft == "fftw") {
#ifdef PDM_GOLDEN_FFTW
    in_double = all_adapters<with<double, pdm::dsp::fftw_fft<double>>>();
    in_float = all_adapters<with<float, pdm::dsp::fftw_fft<float>>>();
#else
    std::fprintf(stderr, "golden_runner: built without FFTW; install libfftw3-dev and configure again\n");
    return 2;
#endif
  } else if (fft != "native") {
    std::fprintf(stderr, "golden_runner: --fft is native or fftw\n");
    return 2;
  }
  std::filesystem::path const cases = std::filesystem::path(folder) / "cases";
  if (folder.empty() || !std::filesystem::is_directory(cases)) {
    std::fprintf(stderr, "golden_runner: %s: no folder of golden cases; give one with cases/*.json\n", folder.c_str());
    return 2;
  }
  std::vector<std::filesystem::path> files;
  for (auto const& entry : std::filesystem::directory_iterator(cases)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  runner run(std::move(in_double), std::move(in_float), verbose);
  for (auto const& file : files) run.run_file(file);
  auto const& c = run.result();
  std::printf("%d passed, %d failed, %d skipped\n", c.passed, c.failed, c.skipped);
  return c.failed == 0 ? 0 : 1;
}
