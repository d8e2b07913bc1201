// life_model -- remaining useful life learned from units that ran to failure.
//
// What      One object a unit: rows go in (settings, channels, age), out comes the distribution of the remaining life,
// or
//           why there is none. Inside: regime_scale, fused channels, history_features, a blend of boosted_trees and
//           random_units, residual_bands. What was learned comes from one archive (`open`), written by pdm/learning.
// NB        Answers "how long until it fails as those did", not "why". It has seen only failures: where machines are
//           repaired earlier, use a degradation model to a limit. Beyond the horizon it only says "longer".
// Remarks   What makes a forecast doubtful widens it and is named (life_remark); what makes it worthless is an
// abstention:
//           fewer than 5 rows, half of what matters absent, an operating condition that was never learned.
// Memory    All from the arena, footprint(archive) says how much; no heap, and update and predict are noexcept.
// Cost      A few microseconds a row with about 20 channels.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/life.hpp"
#include "pdm/core/math.hpp"
#include "pdm/prognostics/boosted_trees.hpp"
#include "pdm/prognostics/history_features.hpp"
#include "pdm/prognostics/random_units.hpp"
#include "pdm/prognostics/regime_scale.hpp"
#include "pdm/prognostics/residual_bands.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

// Bits of life_forecast::remarks.
enum class life_remark : std::uint8_t {
  few_rows = 0,      // fewer than 5: abstains
  short_history,     // fewer than 30 rows
  late_beginning,    // the history does not begin when the unit was new
  channel_absent,    // channels that matter are absent; replaced by what the others say
  channel_stuck,     // a channel repeats one value as it never did in learning: counted as absent
  condition_unseen,  // rows under operating conditions that were never learned were left out
  older_than_any,    // older than any unit that was learned from
  by_assumption,     // too few units for calibrated bounds
};

struct life_forecast {
  life_estimate estimate;
  double point = math::not_a_number;   // best single number; NaN where there is none
  double health = math::not_a_number;  // point / horizon
  std::uint32_t remarks = 0;
  double absent_share = 0;  // of what the model looks at, 0 to 1
  std::size_t channel = 0;  // the one that is absent or stuck and matters most

  [[nodiscard]] bool has(life_remark r) const noexcept { return (remarks >> static_cast<unsigned>(r) & 1U) != 0; }
};

// What an archive holds: views, in the order they are stored.
struct life_model_parts {
  static constexpr archive_kind kind{'R', 'U', 'L', 'M'};
  static constexpr std::uint16_t version = 1;

  std::uint32_t channels = 0, fused = 0, units = 0, failures = 0, calibration_units = 0;
  bool age = true;
  double age_scale = 1, oldest = 0, weight_of_units = 0;
  std::uint64_t seed = 0, training_hash = 0;
  std::span<char const> names;  // settings, then channels, a line each
  std::span<char const> notes;  // for the program that reads its own files: layout, columns of time and unit, ...
  regime_scale scale;
  std::span<float const> fusion;               // fused x channels
  std::span<std::uint8_t const> importance;    // channels: share in 1/255
  std::span<std::uint16_t const> longest_run;  // channels: equal values in a row while learning
  feature_binning bins;
  boosted_trees trees;
  unit_regression regression;
  residual_bands bands;

  [[nodiscard]] std::size_t features() const noexcept { return history_features({channels, fused, age}).count(); }
  void put(archive_writer& w) const noexcept;
};

class life_model {
 public:
  static constexpr std::uint64_t least_rows = 5, short_rows = 30;

  // Bytes of arena that open() takes for this archive; 0 for one that cannot be read.
  [[nodiscard]] static std::size_t footprint(std::span<std::byte const> archive) noexcept;
  // Copies what it needs; the archive may go away.
  [[nodiscard]] status open(std::span<std::byte const> archive, arena& memory) noexcept;
  [[nodiscard]] life_model_parts const& parts() const noexcept { return parts_; }

  // A new unit.
  void reset() noexcept;
  // age: since new, in the unit of life. settings and channels in the order of the names; absent ones are NaN.
  void update(double age, std::span<double const> settings, std::span<double const> channels) noexcept;
  [[nodiscard]] life_forecast predict() const noexcept;

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 6 * 8 + parts_.channels * (8 + 8 + 2) + 4 + 4 + history_.saved_bytes();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind state_kind{'R', 'U', 'L', 'S'};
  template <class T>
  [[nodiscard]] static bool take(archive_reader& r, arena& memory, std::span<T const>& into) noexcept;
  [[nodiscard]] status read(archive_reader& r, arena& memory) noexcept;
  [[nodiscard]] bool sound() const noexcept;
  [[nodiscard]] status take_work(arena& memory) noexcept;
  void note_runs(std::span<double const> channels) noexcept;
  void note_absent() noexcept;
  void judge(life_forecast& f, double& widen) const noexcept;
  [[nodiscard]] double point() const noexcept;

  life_model_parts parts_;
  random_units units_;
  history_features history_;
  std::span<float> z_, x_, q_, h_;
  std::span<double> row_, last_, absent_;  // channels: as given, last value, moving share of absence
  std::span<std::uint16_t> run_;           // channels: equal values in a row
  std::span<bool> missing_;
  std::span<std::uint8_t> steps_;
  double age_ = 0, first_age_ = 0, unseen_ = 0;
  std::uint64_t rows_ = 0, used_ = 0;
  std::uint32_t stuck_ = 0;  // channels that count as stuck now
};

inline void life_model_parts::put(archive_writer& w) const noexcept {
  w.put(channels).put(fused).put(units).put(failures).put(calibration_units).put(age);
  w.put(age_scale).put(oldest).put(weight_of_units).put(seed).put(training_hash);
  w.put(trees.base).put(trees.unit).put(regression.intercept).put(bands.horizon).put(bands.assumed).put(scale.reach);
  w.put(names).put(notes).put(scale.setting_scale).put(scale.centres).put(scale.mean).put(scale.inverse);
  w.put(scale.precision).put(fusion).put(importance).put(longest_run).put(bins.low).put(bins.scale);
  w.put(trees.leaf_counts).put(trees.nodes).put(trees.leaves);
  w.put(regression.mean).put(regression.inverse).put(regression.weight).put(bands.table);
}

template <class T>
bool life_model::take(archive_reader& r, arena& memory, std::span<T const>& into) noexcept {
  auto const n = r.get<std::uint32_t>();
  if (!r.ok() || n > (1U << 24)) return false;
  auto taken = memory.take<T>(n);
  if (!taken) return false;
  for (T& v : *taken) r.get(v);
  into = *taken;
  return r.ok();
}

inline std::size_t life_model::footprint(std::span<std::byte const> archive) noexcept {
  auto r = archive_reader::open(archive, life_model_parts::kind, life_model_parts::version);
  if (!r) return 0;
  auto const channels = std::min(r->get<std::uint32_t>(), 256U), fused = std::min(r->get<std::uint32_t>(), 256U);
  auto const units = std::min(r->get<std::uint32_t>(), 65536U);
  history_features const h({channels, fused, true});
  std::size_t const parts = archive.size() + 24 * arena::alignment;
  std::size_t const work = 3 * arena::bytes<float>(h.count() + channels + fused) + arena::bytes<float>(units) +
                           arena::bytes<std::uint8_t>(h.count()) + 3 * arena::bytes<double>(channels) +
                           arena::bytes<std::uint16_t>(channels) + arena::bytes<bool>(channels);
  return parts + work + random_units::footprint(units) + h.footprint() + arena::alignment;
}

inline status life_model::open(std::span<std::byte const> archive, arena& memory) noexcept {
  auto r = archive_reader::open(archive, life_model_parts::kind, life_model_parts::version);
  if (!r) return r.error();
  if (auto s = read(*r, memory); !s) return s;
  if (!sound()) return error{errc::corrupt, "life_model", "its parts do not fit together"};
  if (auto s = units_.prepare(parts_.units, parts_.features(), parts_.seed, memory); !s) return s;
  history_ = history_features({parts_.channels, parts_.fused, parts_.age});
  if (auto s = history_.prepare(memory); !s) return s;
  if (auto s = take_work(memory); !s) return s;
  reset();
  return {};
}

inline status life_model::read(archive_reader& r, arena& memory) noexcept {
  auto& p = parts_;
  p = {};
  r.get(p.channels).get(p.fused).get(p.units).get(p.failures).get(p.calibration_units).get(p.age);
  r.get(p.age_scale).get(p.oldest).get(p.weight_of_units).get(p.seed).get(p.training_hash);
  r.get(p.trees.base).get(p.trees.unit).get(p.regression.intercept).get(p.bands.horizon).get(p.bands.assumed);
  r.get(p.scale.reach);
  p.scale.channels = p.channels;
  bool const there =
      take(r, memory, p.names) && take(r, memory, p.notes) && take(r, memory, p.scale.setting_scale) &&
      take(r, memory, p.scale.centres) && take(r, memory, p.scale.mean) && take(r, memory, p.scale.inverse) &&
      take(r, memory, p.scale.precision) && take(r, memory, p.fusion) && take(r, memory, p.importance) &&
      take(r, memory, p.longest_run) && take(r, memory, p.bins.low) && take(r, memory, p.bins.scale) &&
      take(r, memory, p.trees.leaf_counts) && take(r, memory, p.trees.nodes) && take(r, memory, p.trees.leaves) &&
      take(r, memory, p.regression.mean) && take(r, memory, p.regression.inverse) &&
      take(r, memory, p.regression.weight) && take(r, memory, p.bands.table);
  if (!there) {
    return r.ok()
               ? error{errc::out_of_memory, "life_model", "give a larger arena; footprint(archive) says how many bytes"}
               : error{errc::corrupt, "life_model", "the payload has another length"};
  }
  return r.finish();
}

inline bool life_model::sound() const noexcept {
  auto const& p = parts_;
  if (p.channels == 0 || p.channels > 256 || p.fused > 256 || p.units > 65536) return false;
  std::size_t const c = p.channels, f = p.features(), k = p.scale.regimes();
  bool const numbers = p.age_scale > 0 && math::is_finite(p.age_scale) && p.bands.horizon > 0 &&
                       math::is_finite(p.bands.horizon) && math::is_finite(p.trees.base) &&
                       math::is_finite(p.trees.unit) && math::is_finite(p.regression.intercept);
  bool const sizes = f > 0 && f <= 256 && k > 0 && p.scale.mean.size() == k * c && p.scale.inverse.size() == k * c &&
                     p.scale.centres.size() == k * p.scale.settings() && p.scale.precision.size() == c * c &&
                     p.fusion.size() == p.fused * c && p.importance.size() == c && p.longest_run.size() == c &&
                     p.bins.low.size() == f && p.bins.scale.size() == f && p.regression.mean.size() == f &&
                     p.regression.inverse.size() == f && p.regression.weight.size() == p.units + f &&
                     p.bands.table.size() == residual_bands::levels * residual_bands::knots;
  bool finite = math::is_finite(p.weight_of_units) && math::is_finite(p.oldest) &&
                math::is_finite(static_cast<double>(p.scale.reach));
  for (auto const& part :
       {p.scale.setting_scale, p.scale.centres, p.scale.mean, p.scale.inverse, p.scale.precision, p.fusion, p.bins.low,
        p.bins.scale, p.regression.mean, p.regression.inverse, p.regression.weight}) {
    for (float v : part) finite = finite && math::is_finite(static_cast<double>(v));
  }
  return numbers && sizes && finite && p.trees.sound(f);
}

inline status life_model::take_work(arena& memory) noexcept {
  std::size_t const c = parts_.channels, f = parts_.features();
  auto const part = [&memory]<class T>(std::span<T>& into, std::size_t n) noexcept {
    auto taken = memory.take<T>(n);
    if (taken) into = *taken;
    return taken.ok();
  };
  bool const all = part(z_, c + parts_.fused) && part(x_, f) && part(q_, f) && part(h_, parts_.units) &&
                   part(row_, c) && part(last_, c) && part(absent_, c) && part(run_, c) && part(missing_, c) &&
                   part(steps_, f);
  if (!all)
    return error{errc::out_of_memory, "life_model", "give a larger arena; footprint(archive) says how many bytes"};
  return {};
}

inline void life_model::reset() noexcept {
  history_.reset();
  for (auto& v : last_) v = math::not_a_number;
  for (auto& v : absent_) v = 0;
  for (auto& v : run_) v = 0;
  age_ = first_age_ = unseen_ = 0;
  rows_ = used_ = 0;
  stuck_ = 0;
}

// A channel that repeats a value far longer than it ever did is no measurement any more.
inline void life_model::note_runs(std::span<double const> channels) noexcept {
  stuck_ = 0;
  for (std::size_t c = 0; c < parts_.channels; ++c) {
    run_[c] = channels[c] == last_[c] ? static_cast<std::uint16_t>(std::min<unsigned>(run_[c] + 1U, 60000U))
                                      : std::uint16_t{1};
    last_[c] = channels[c];
    bool const stuck = math::is_finite(channels[c]) && run_[c] > 3U * parts_.longest_run[c] + 10U;
    row_[c] = stuck ? math::not_a_number : channels[c];
    stuck_ += stuck ? 1 : 0;
  }
}

inline void life_model::note_absent() noexcept {
  for (std::size_t c = 0; c < parts_.channels; ++c) {
    double const now = missing_[c] ? 1 : 0;
    absent_[c] += (now - absent_[c]) / static_cast<double>(std::min<std::uint64_t>(used_ + 1, 15));
  }
}

inline void life_model::update(double age, std::span<double const> settings,
                               std::span<double const> channels) noexcept {
  if (channels.size() != parts_.channels || settings.size() != parts_.scale.settings()) return;
  if (math::is_finite(age)) {
    age_ = age;
    if (rows_ == 0) first_age_ = age;
  }
  ++rows_;
  auto const where = parts_.scale.nearest(settings);
  unseen_ += ((where.seen ? 0.0 : 1.0) - unseen_) / static_cast<double>(std::min<std::uint64_t>(rows_, 10));
  if (!where.seen) return;
  note_runs(channels);
  std::size_t const c = parts_.channels;
  std::size_t const missing = parts_.scale.scale(where.regime, row_, z_.first(c), missing_);
  note_absent();
  ++used_;
  if (missing == c) return;
  for (std::size_t k = 0; k < parts_.fused; ++k) {
    float sum = 0;
    for (std::size_t i = 0; i < c; ++i) sum += parts_.fusion[k * c + i] * z_[i];
    z_[c + k] = sum;
  }
  history_.update(z_);
}

inline double life_model::point() const noexcept {
  auto const& p = parts_;
  history_.features(age_ / p.age_scale, x_);
  p.bins.bin(x_, steps_);
  double y = p.trees.predict(steps_);
  if (p.weight_of_units > 0) {
    p.regression.standardise(x_, q_);
    units_.outputs(q_, h_);
    y += p.weight_of_units * p.regression.predict(q_, h_);
  }
  return std::clamp(y, 0.0, 1.0) * p.bands.horizon;
}

inline void life_model::judge(life_forecast& f, double& widen) const noexcept {
  auto const remark = [&f](life_remark r) noexcept { f.remarks |= 1U << static_cast<unsigned>(r); };
  double most = 0;
  for (std::size_t c = 0; c < parts_.channels; ++c) {
    double const lost = absent_[c] * parts_.importance[c] / 255.0;
    f.absent_share += lost;
    if (lost > most) most = lost, f.channel = c;
  }
  if (history_.rows() < least_rows) remark(life_remark::few_rows);
  if (history_.rows() < short_rows) remark(life_remark::short_history), widen *= 1.5;
  if (first_age_ > 0.1 * parts_.bands.horizon) remark(life_remark::late_beginning), widen *= 1.25;
  if (f.absent_share > 0.001) {
    remark(stuck_ > 0 ? life_remark::channel_stuck : life_remark::channel_absent);
    widen *= 1 + 3 * f.absent_share;
  }
  if (unseen_ > 0.01) remark(life_remark::condition_unseen), widen *= 1 + 2 * unseen_;
  if (parts_.oldest > 0 && age_ > parts_.oldest) remark(life_remark::older_than_any), widen *= 1.5;
  if (parts_.bands.assumed) remark(life_remark::by_assumption);
}

inline life_forecast life_model::predict() const noexcept {
  life_forecast f;
  double widen = 1;
  judge(f, widen);
  if (unseen_ > 0.5) {
    f.estimate.why = abstention::unseen_regime;
  } else if (f.absent_share > 0.5) {
    f.estimate.why = abstention::bad_quality;
  } else if (history_.rows() < least_rows) {
    f.estimate.why = abstention::not_ready;
  } else {
    f.point = point();
    f.estimate.why = math::is_finite(f.point) ? abstention::none : abstention::bad_quality;
    if (f.estimate.abstained()) return f;  // a forged model alone can come here
    f.health = f.point / parts_.bands.horizon;
    f.estimate.life = parts_.bands.around(f.point, widen);
  }
  return f;
}

inline result<std::size_t> life_model::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, state_kind, 1);
  w.put(age_).put(first_age_).put(unseen_).put(rows_).put(used_).put(parts_.training_hash).put(stuck_);
  for (double v : last_) w.put(v);
  for (double v : absent_) w.put(v);
  for (auto v : run_) w.put(v);
  w.put_archive(history_);
  return w.finish();
}

inline status life_model::restore(std::span<std::byte const> from) noexcept {
  auto r = archive_reader::open(from, state_kind, 1);
  if (!r) return r.error();
  r->get(age_).get(first_age_).get(unseen_).get(rows_).get(used_);
  if (r->get<std::uint64_t>() != parts_.training_hash) r->fail();
  r->get(stuck_);
  for (double& v : last_) r->get(v);
  for (double& v : absent_) r->get(v);
  for (auto& v : run_) r->get(v);
  r->get_archive(history_);
  auto const end = r->finish();
  if (!end) reset();
  return end;
}

static_assert(archived<life_model>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
