#include "pdm/monitor/registry.hpp"

#include <algorithm>
#include <tuple>

#include "pdm/anomaly/robust_mahalanobis.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

std::unique_ptr<any_detector> make_robust_mahalanobis(line_settings const& line) {
  anomaly::robust_mahalanobis::params p;
  p.warm_up = static_cast<std::size_t>(std::max(line.learning.max_rows, 3));
  p.prior_rows = line.anomaly.prior_rows;
  p.prior_scale = line.anomaly.prior_scale;
  p.clip = line.anomaly.clip;
  p.dead_zone = line.anomaly.dead_zone;
  p.side = line.anomaly.one_sided ? anomaly::side::upper : anomaly::side::both;
  p.any_operating_state = line.operating.by == "none";
  return std::make_unique<detector_box<anomaly::robust_mahalanobis>>(anomaly::robust_mahalanobis(p));
}

struct detector_entry {
  std::string name, about;
  make_detector make;
};

std::vector<detector_entry>& detectors() {
  static std::vector<detector_entry> entries{
      {"robust_mahalanobis",
       "Robust distance from the learned centre, columns correlated, bounded influence of one row",
       &make_robust_mahalanobis}};
  return entries;
}

}  // namespace

void register_detector(std::string name, std::string about, make_detector make) {
  auto& all = detectors();
  std::erase_if(all, [&](detector_entry const& e) { return e.name == name; });
  all.push_back({std::move(name), std::move(about), make});
}

make_detector find_detector(std::string const& name) {
  for (auto const& e : detectors()) {
    if (e.name == name) return e.make;
  }
  return nullptr;
}

bool known_life_model(std::string const& name) { return name == "wiener" || name == "none"; }

std::vector<building_block> building_blocks() {
  std::vector<building_block> all{
      {"source", "recording", "Samples on file: f32, f64, wav, csv, npy, mat; replayed at a chosen speed"},
      {"source", "table", "Slow values on file, such as shaft speed and load"},
      {"sink", "jsonl", "Events as JSON Lines to a file or standard output"},
      {"life model", "wiener", "First passage of a drifting random walk; drift learned from the first alarm on"},
      {"life model", "none", "No prognosis"},
  };
  for (auto const& e : detectors()) all.push_back({"detector", e.name, e.about});
  std::sort(all.begin(), all.end(),
            [](auto const& a, auto const& b) { return std::tie(a.kind, a.name) < std::tie(b.kind, b.name); });
  return all;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
