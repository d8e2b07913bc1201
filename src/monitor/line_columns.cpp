#include "monitor/line_columns.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "pdm/anomaly/robust_mahalanobis.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

std::string shortest(double v) {
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), v).ptr;
  return {digits.data(), end};
}

// "bands:4" at 25600 Hz: band_power.0-3200, ... ; anything else stays.
std::vector<std::string> expanded(std::vector<std::string> const& names, double fs_hz) {
  std::vector<std::string> out;
  for (auto const& name : names) {
    int n = 0;
    bool const bands = name.starts_with("bands:");
    if (bands) std::from_chars(name.data() + 6, name.data() + name.size(), n);
    if (!bands || n < 1 || n > 64) {
      out.push_back(name);  // where it is no feature either, whoever computes it says so
      continue;
    }
    for (int i = 0; i < n; ++i) {
      out.push_back("band_power." + shortest(fs_hz / 2 * i / n) + "-" + shortest(fs_hz / 2 * (i + 1) / n));
    }
  }
  return out;
}

double logarithm_of(std::string const& feature) {
  static constexpr std::array<std::string_view, 8> signed_features{"mean",
                                                                   "min",
                                                                   "max",
                                                                   "skewness",
                                                                   "spectral_shape.skewness",
                                                                   "zero_crossings.count",
                                                                   "zero_crossings.rate",
                                                                   "histogram_entropy.entropy"};
  if (std::find(signed_features.begin(), signed_features.end(), feature) != signed_features.end()) return 0;
  bool const power = feature.starts_with("band_power.") || feature == "energy" || feature == "variance";
  return power ? 0.5 : 1;
}

}  // namespace

std::vector<std::string> wanted_features(line_settings const& line, double fs_hz) {
  auto names = expanded(line.features, fs_hz);
  for (auto const& n : expanded(line.anomaly.features, fs_hz)) {
    if (std::find(names.begin(), names.end(), n) == names.end()) names.push_back(n);
  }
  return names;
}

void line_columns::add_point(std::string const& id, std::span<feature_column const> features,
                             line_settings const& line) {
  std::size_t const point = points_++;
  bool has_level = false;
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (!features[i].absent_because.empty()) continue;
    std::string const name = id + "." + features[i].name;
    reported_.push_back({name, point, i, features[i].unit_text});
    bool const band = features[i].name.starts_with("band_power.");
    bool const wanted =
        std::any_of(line.anomaly.features.begin(), line.anomaly.features.end(),
                    [&](std::string const& n) { return n == features[i].name || (band && n.starts_with("bands:")); });
    if (!wanted) continue;
    line_column c{name, point, i, logarithm_of(features[i].name)};
    if (!has_level && c.logarithm == 1) {
      has_level = true;
      levels_.push_back(columns_.size());
    }
    columns_.push_back(std::move(c));
  }
}

wire::input_result<void> line_columns::finish() {
  if (!columns_.empty() && columns_.size() <= anomaly::robust_mahalanobis::max_columns) return {};
  wire::input_error e;
  e.what = "line.anomaly.features gives the detector " + std::to_string(columns_.size()) + " columns over all points";
  e.todo = "give 1 to 64";
  return e;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
