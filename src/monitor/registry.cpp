#include "pdm/monitor/registry.hpp"

#include <algorithm>
#include <tuple>

#include "pdm/anomaly/autoencoder_ensemble.hpp"
#include "pdm/anomaly/chart_bank.hpp"
#include "pdm/anomaly/cusum.hpp"
#include "pdm/anomaly/ewma_chart.hpp"
#include "pdm/anomaly/guarded.hpp"
#include "pdm/anomaly/half_space_trees.hpp"
#include "pdm/anomaly/isolation_forest.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/mewma.hpp"
#include "pdm/anomaly/oja_subspace.hpp"
#include "pdm/anomaly/page_hinkley.hpp"
#include "pdm/anomaly/pca_monitor.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "pdm/anomaly/robust_random_cut_forest.hpp"
#include "pdm/anomaly/shewhart.hpp"

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

// A detector with its own settings but for the rows of its warm-up and the gate of the operating state.
template <class D>
std::unique_ptr<any_detector> make_plain(line_settings const& line) {
  typename D::params p;
  p.warm_up = static_cast<std::size_t>(std::max(line.learning.max_rows, 3));
  p.any_operating_state = line.operating.by == "none";
  return std::make_unique<detector_box<D>>(D(p), static_cast<double>(p.warm_up));
}

// One that goes on learning, behind a drift budget.
template <class D>
std::unique_ptr<any_detector> make_guarded(line_settings const& line) {
  auto const rows = static_cast<std::size_t>(std::max(line.learning.max_rows, 3));
  bool const any_state = line.operating.by == "none";
  typename D::params p;
  p.any_operating_state = any_state;
  if constexpr (requires { p.warm_up; }) p.warm_up = rows;
  anomaly::drift_budget const budget({.reference_rows = rows, .any_operating_state = any_state});
  return std::make_unique<detector_box<anomaly::guarded<D>>>(anomaly::guarded<D>(D(p), budget),
                                                             static_cast<double>(rows));
}

struct detector_entry {
  std::string name, about;
  make_detector make;
};

std::vector<detector_entry>& detectors() {
  using namespace anomaly;
  static std::vector<detector_entry> entries{
      {"robust_mahalanobis",
       "Robust distance from the learned centre, columns correlated, bounded influence of one row",
       &make_robust_mahalanobis},
      {"mahalanobis", "Distance in a fading covariance, behind a drift budget", &make_guarded<mahalanobis>},
      {"pca_monitor", "Principal components with T2 and SPE; 1 is the limit", &make_plain<pca_monitor>},
      {"oja_subspace", "Leading directions that follow the data, behind a drift budget; 1 is the limit",
       &make_guarded<oja_subspace>},
      {"half_space_trees", "Trees of random halves with mass profiles, behind a drift budget",
       &make_guarded<half_space_trees>},
      {"robust_random_cut_forest", "Random cut trees over a window of rows, behind a drift budget",
       &make_guarded<robust_random_cut_forest>},
      {"isolation_forest", "Trees that isolate a row in few cuts; fitted on the learning part, 0 to 1",
       &make_plain<isolation_forest>},
      {"autoencoder_ensemble", "Small networks that reproduce groups of columns, behind a drift budget; 1 is usual",
       &make_guarded<autoencoder_ensemble>},
      {"mewma", "Exponentially weighted mean of all columns at once: small lasting shifts; 1 is the limit",
       &make_plain<mewma>},
      {"shewhart", "A Shewhart chart a column; 1 is the limit", &make_plain<chart_bank<shewhart>>},
      {"ewma", "A chart of the exponentially weighted mean a column; 1 is the limit",
       &make_plain<chart_bank<ewma_chart>>},
      {"cusum", "A two-sided cumulative sum a column; 1 is the limit", &make_plain<chart_bank<cusum>>},
      {"page_hinkley", "A Page-Hinkley test a column; 1 is the limit", &make_plain<chart_bank<page_hinkley>>},
  };
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
