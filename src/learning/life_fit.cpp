#include "pdm/learning/life_fit.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "learning/band_fit.hpp"
#include "learning/design.hpp"
#include "learning/scale_fit.hpp"
#include "learning/tree_fit.hpp"
#include "learning/unit_fit.hpp"
#include "pdm/core/hash.hpp"
#include "pdm/prognostics/life_model.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {
namespace {

using prognostics::history_features;
using prognostics::life_model;
using prognostics::life_model_parts;

constexpr std::size_t most_rows = 20000, most_folds = 5;

class life_fitter {
 public:
  life_fitter(std::vector<unit_history> const& units, life_fit_options const& options)
      : units_(units), options_(options) {}

  result<life_fit> run() {
    if (auto s = check(); !s) return s.error();
    progress(0, "regimes and channels");
    scale_ = fit_scale(units_, options_.setting_names.size(), options_.channel_names.size(), horizon_, options_.seed,
                       options_.small ? scale_limits{16, 2} : scale_limits{});
    if (scale_.columns.empty()) return error{errc::invalid_argument, "life_fit", "no channel moves"};
    progress(0.05, "features of every row");
    make_design();
    fit_regressors();
    return assemble();
  }

 private:
  void progress(double share, std::string_view what) const {
    if (options_.progress) options_.progress(share, what);
  }

  status check() {
    if (units_.size() < 2) return error{errc::not_ready, "life_fit", "fewer than two units that ran to their end"};
    double longest = 0;
    for (auto const& u : units_) {
      bool fits = u.rows() > 0 && u.settings.size() == u.rows() * options_.setting_names.size() &&
                  u.channels.size() == u.rows() * options_.channel_names.size();
      for (std::size_t t = 1; t < u.rows(); ++t) fits = fits && u.age[t] > u.age[t - 1];
      if (!fits || !(u.end_age >= u.age.back())) {
        return error{errc::shape_mismatch, "life_fit", "rows do not fit the names, or ages do not rise"};
      }
      longest = std::max(longest, u.end_age - u.age.front());
      oldest_ = std::max(oldest_, u.end_age);
      lives_ += u.end_age / static_cast<double>(units_.size());
    }
    horizon_ = options_.horizon > 0 ? options_.horizon : longest;
    if (!(horizon_ > 0)) return error{errc::invalid_argument, "life_fit", "every unit has one row: no life to learn"};
    return {};
  }

  void make_design() {
    auto const& o = options_;
    std::size_t const channels = scale_.columns.size(), settings = o.setting_names.size();
    history_features history({channels, scale_.fused, o.age});
    std::vector<std::byte> memory(history.footprint() + arena::alignment);
    arena a(memory);
    (void)history.prepare(a);
    design_.features = history.count();
    design_.folds = std::min(most_folds, units_.size());
    std::size_t rows = 0;
    for (auto const& u : units_) rows += u.rows();
    std::size_t const step = std::max<std::size_t>(1, (rows + most_rows / 2) / most_rows);
    auto const view = scale_.view();
    std::vector<float> z(channels + scale_.fused), x(history.count());
    std::vector<double> row(channels);
    auto const absent = std::make_unique<bool[]>(channels);
    for (std::size_t u = 0; u < units_.size(); ++u) {
      auto const& unit = units_[u];
      history.reset();
      for (std::size_t t = 0; t < unit.rows(); ++t) {
        auto const place = view.nearest(std::span(unit.settings).subspan(t * settings, settings));
        for (std::size_t c = 0; c < channels; ++c)
          row[c] = unit.channels[t * o.channel_names.size() + scale_.columns[c]];
        auto const missing = view.scale(place.regime, row, std::span(z).first(channels), {absent.get(), channels});
        if (missing == channels) continue;
        for (std::size_t k = 0; k < scale_.fused; ++k) {
          float sum = 0;
          for (std::size_t c = 0; c < channels; ++c) sum += scale_.fusion[k * channels + c] * z[c];
          z[channels + k] = sum;
        }
        history.update(z);
        bool const early = history.rows() < std::min<std::uint64_t>(life_model::least_rows, unit.rows());
        if (early || (unit.rows() - 1 - t) % step != 0) continue;
        history.features(unit.age[t] / lives_, x);
        add_row(x, (unit.end_age - unit.age[t]) / horizon_, static_cast<std::uint32_t>(u));
      }
    }
  }

  void add_row(std::vector<float> const& x, double life, std::uint32_t unit) {
    design_.x.insert(design_.x.end(), x.begin(), x.end());
    design_.life.push_back(life);
    design_.y.push_back(std::min(life, 1.0));
    design_.unit.push_back(unit);
  }

  // Shapes of the two profiles, chosen by folds over training units.
  [[nodiscard]] tree_settings trees() const {
    tree_settings t;
    t.trees = options_.small ? 16 : 35;
    t.leaves = options_.small ? 8 : 12;
    t.rate = options_.small ? 0.2 : 0.1;
    t.least_rows = std::clamp<std::size_t>(design_.rows() / 400, 3, 40);
    return t;
  }

  void fit_regressors() {
    bins_ = fit_bins(design_);
    unit_settings how;
    how.units = options_.small ? 300 : 600;
    progress(0.1, "smooth regression");
    regression_ = fit_units(design_, how, options_.seed);
    double done = 0.4;
    auto const step = [&] { progress(done += 0.55 / static_cast<double>(2 * design_.folds), "trees"); };
    progress(done, "trees");
    tree_settings plain = trees(), on_errors = trees();
    plain.rate *= 1.2;
    on_errors.rate *= 0.8;
    alone_ = fit_trees(design_, bins_, design_.y, plain, options_.seed + 1, step);
    std::vector<double> rest(design_.rows());
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] = design_.y[i] - regression_.held_out[i];
    correcting_ = fit_trees(design_, bins_, rest, on_errors, options_.seed + 2, step);
    blend();
  }

  // The weight of the corrected regression against the trees alone, by held-out errors where it matters: lives up to
  // 1.2 horizons.
  void blend() {
    double squares = 0, product = 0;
    std::size_t const n = design_.rows();
    held_out_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      double const both = regression_.held_out[i] + correcting_.held_out[i], apart = both - alone_.held_out[i];
      if (design_.life[i] > 1.2) continue;
      squares += apart * apart;
      product += apart * (design_.y[i] - alone_.held_out[i]);
    }
    weight_ = squares > 0 ? std::clamp(product / squares, 0.0, 1.0) : 0;
    double error = 0, rows = 0;
    for (std::size_t i = 0; i < n; ++i) {
      double const both = regression_.held_out[i] + correcting_.held_out[i];
      held_out_[i] = std::clamp(weight_ * both + (1 - weight_) * alone_.held_out[i], 0.0, 1.0);
      if (design_.life[i] > 1.2) continue;
      error += (held_out_[i] - design_.y[i]) * (held_out_[i] - design_.y[i]);
      rows += 1;
    }
    rmse_ = rows > 0 ? std::sqrt(error / rows) * horizon_ : 0;
  }

  // Both sums of trees as one, leaves as 16-bit numbers.
  struct joined_trees {
    std::vector<std::uint8_t> leaf_counts;
    std::vector<std::uint32_t> nodes;
    std::vector<std::int16_t> leaves;
    double base = 0, unit = 1;
  };
  joined_trees join() const {
    joined_trees j;
    std::vector<double> leaves;
    auto const add = [&](tree_sum const& t, double weight) {
      if (weight == 0) return;
      j.base += weight * t.base;
      j.leaf_counts.insert(j.leaf_counts.end(), t.leaf_counts.begin(), t.leaf_counts.end());
      j.nodes.insert(j.nodes.end(), t.nodes.begin(), t.nodes.end());
      for (double v : t.leaves) leaves.push_back(weight * v / static_cast<double>(design_.folds));
    };
    add(alone_, 1 - weight_);
    add(correcting_, weight_);
    double most = 0;
    for (double v : leaves) most = std::max(most, std::abs(v));
    j.unit = most > 0 ? most / 32767 : 1;
    for (double v : leaves) j.leaves.push_back(static_cast<std::int16_t>(std::lround(v / j.unit)));
    return j;
  }

  // Share of the trees' gain that stands on each channel; a fused channel's goes to its parts.
  std::vector<std::uint8_t> importance() const {
    std::size_t const channels = scale_.columns.size();
    history_features const shape({channels, scale_.fused, options_.age});
    std::vector<double> share(channels, 0.0);
    double total = 0;
    for (std::size_t f = 0; f < design_.features; ++f) {
      double const gain = (1 - weight_) * alone_.gain[f] + weight_ * correcting_.gain[f];
      std::size_t const c = shape.channel_of(f);
      if (c < channels) share[c] += gain;
      double parts = 0;
      for (std::size_t i = 0; c >= channels && c < shape.channels() && i < channels; ++i) {
        parts += std::abs(static_cast<double>(scale_.fusion[(c - channels) * channels + i]));
      }
      for (std::size_t i = 0; parts > 0 && i < channels; ++i) {
        share[i] += gain * std::abs(static_cast<double>(scale_.fusion[(c - channels) * channels + i])) / parts;
      }
    }
    for (double v : share) total += v;
    std::vector<std::uint8_t> out;
    for (double v : share) {
      double const part = total > 0 ? v / total : 1.0 / static_cast<double>(channels);
      out.push_back(static_cast<std::uint8_t>(std::lround(255 * part)));
    }
    return out;
  }

  [[nodiscard]] std::uint64_t data_hash() const {
    stable_hash h;
    for (auto const& u : units_) {
      h.add(u.name).add(u.end_age);
      for (auto const* part : {&u.age, &u.settings, &u.channels}) {
        for (double v : *part) h.add(v == v ? v : -1e300);
      }
    }
    return h.value();
  }

  [[nodiscard]] std::string names() const {
    std::string text;
    for (auto const& n : options_.setting_names) text += n + '\n';
    for (std::size_t c : scale_.columns) text += options_.channel_names[c] + '\n';
    return text;
  }

  result<life_fit> assemble() {
    progress(0.95, "bands");
    bool const assumed = units_.size() < least_calibration_units;
    auto const bands = fit_bands(held_out_, design_.y, design_.unit, units_.size(), assumed);
    auto const joined = join();
    auto const shares = importance();
    std::string const text = names();
    life_model_parts p;
    p.channels = static_cast<std::uint32_t>(scale_.columns.size());
    p.fused = static_cast<std::uint32_t>(scale_.fused);
    p.units = static_cast<std::uint32_t>(regression_.weight.size() - design_.features);
    p.failures = p.calibration_units = static_cast<std::uint32_t>(units_.size());
    p.age = options_.age;
    p.age_scale = lives_;
    p.oldest = options_.age ? oldest_ : 0;
    p.weight_of_units = weight_;
    p.seed = options_.seed;
    p.training_hash = data_hash();
    p.names = text;
    p.notes = options_.notes;
    p.scale = scale_.view();
    p.fusion = scale_.fusion;
    p.importance = shares;
    p.longest_run = scale_.longest_run;
    p.bins = bins_.view();
    p.trees = {joined.leaf_counts, joined.nodes, joined.leaves, joined.base, joined.unit};
    p.regression = regression_.view();
    p.bands = {bands, horizon_, assumed};
    return written(p);
  }

  result<life_fit> written(life_model_parts const& p) {
    life_fit out;
    archive_writer measure({}, life_model_parts::kind, life_model_parts::version);
    p.put(measure);
    out.archive.resize(measure.size());
    archive_writer w(out.archive, life_model_parts::kind, life_model_parts::version);
    p.put(w);
    if (auto done = w.finish(); !done) return done.error();
    out.units = units_.size();
    for (auto const& u : units_) out.all_rows += u.rows();
    out.rows = design_.rows();
    out.regimes = p.scale.regimes();
    out.features = design_.features;
    for (std::size_t c : scale_.columns) out.channels.push_back(options_.channel_names[c]);
    out.held_out_rmse = rmse_;
    out.weight_of_units = weight_;
    out.assumed = p.bands.assumed;
    progress(1, "done");
    return out;
  }

  std::vector<unit_history> const& units_;
  life_fit_options const& options_;
  double horizon_ = 1, lives_ = 0, oldest_ = 0, weight_ = 0, rmse_ = 0;
  fitted_scale scale_;
  design design_;
  fitted_bins bins_;
  fitted_units regression_;
  tree_sum alone_, correcting_;
  std::vector<double> held_out_;
};

}  // namespace

result<life_fit> fit_life_model(std::vector<unit_history> const& units, life_fit_options const& options) {
  return life_fitter(units, options).run();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
