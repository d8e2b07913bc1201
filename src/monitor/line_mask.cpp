#include "monitor/line_mask.hpp"

#include <algorithm>

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

status line_mask::prepare(mask_settings const& settings, std::size_t lines, double df, std::size_t regimes) {
  df_ = df;
  averages_ = settings.averages;
  least_rows_ = static_cast<std::size_t>(settings.min_rows);
  bands_ = dsp::percentage_bands({.share = settings.band});
  anomaly::spectral_mask const mask({.spectra = static_cast<std::size_t>(settings.max_rows),
                                     .width = settings.width,
                                     .margin = settings.margin_db,
                                     .slip = 0});
  masks_.assign(std::clamp<std::size_t>(regimes, 1, most_regimes), {any_regime, false, mask});
  std::size_t const bands = bands_.bands_of(lines);
  memory_.resize(bands_.footprint(lines) + masks_.size() * mask.footprint(bands) + arena::alignment);
  arena room{std::span(memory_)};
  if (auto s = bands_.prepare(lines, room); !s) return s;
  for (auto& m : masks_) {
    if (auto s = m.mask.prepare(bands, room); !s) return s;
  }
  power_.resize(lines);
  levels_.resize(bands);
  mean_.resize(bands);
  return {};
}

line_mask::learned* line_mask::find(regime_key regime) noexcept {
  auto const at =
      std::find_if(masks_.begin(), masks_.end(), [&](learned const& m) { return m.used && m.regime == regime; });
  return at == masks_.end() ? nullptr : &*at;
}

void line_mask::look(std::span<float const> power, double stretch) noexcept {
  stretch_ = stretch;
  std::copy(power.begin(), power.end(), power_.begin());
  bands_.levels(power_, levels_, stretch);
}

void line_mask::average(regime_key regime) noexcept {
  if (regime != mean_of_) averaged_ = 0;
  mean_of_ = regime;
  averaged_ = std::min(averaged_ + 1, averages_);
  for (std::size_t b = 0; b < mean_.size(); ++b) {
    double const before = averaged_ > 1 ? static_cast<double>(mean_[b]) : 0;
    mean_[b] = static_cast<float>(before + (static_cast<double>(levels_[b]) - before) / averaged_);
  }
}

void line_mask::learn(regime_key regime) noexcept {
  if (!mean_is_full()) return;
  auto* m = find(regime);
  if (m == nullptr) {
    auto const vacant = std::find_if(masks_.begin(), masks_.end(), [](learned const& x) { return !x.used; });
    if (vacant == masks_.end()) return;  // more regimes than bins were configured: this one is not masked
    m = &*vacant;
    m->regime = regime;
    m->used = true;
  }
  (void)m->mask.learn_one(mean_);  // false once it has all its rows
}

void line_mask::settle(regime_key regime) noexcept {
  auto* m = find(regime);
  if (m != nullptr && !m->mask.ready() && m->mask.learned() >= least_rows_) (void)m->mask.settle();
}

score line_mask::judge(regime_key regime, bool usable) noexcept {
  line_count_ = 0;
  if (!usable) return {0, abstention::bad_quality};
  average(regime);
  if (!mean_is_full()) return {0, abstention::not_ready};
  auto* m = find(regime);
  if (m == nullptr || !m->mask.ready()) return {0, abstention::not_ready};
  auto const v = m->mask.score_one(mean_);
  if (!v.ready) return {0, abstention::no_columns};
  for (std::size_t i = 0; i < std::min(v.named, most_lines); ++i) {
    auto const [first, last] = bands_.lines_of(v.lines[i].line, stretch_);
    auto const top = std::max_element(power_.begin() + static_cast<std::ptrdiff_t>(first),
                                      power_.begin() + static_cast<std::ptrdiff_t>(last));
    lines_[line_count_++] = {df_ * static_cast<double>(top - power_.begin()), v.lines[i].above};
  }
  return {line_count_ > 0 ? lines_[0].above_db : 0, abstention::none};
}

std::size_t line_mask::saved_bytes() const noexcept {
  std::size_t bytes = sizeof averaged_ + sizeof mean_of_ + 4 + sizeof(float) * mean_.size();
  for (auto const& m : masks_) bytes += sizeof(regime_key) + 1 + 4 + m.mask.saved_bytes();
  return bytes;
}

void line_mask::put(archive_writer& w) const noexcept {
  w.put(averaged_).put(mean_of_).put(std::span<float const>(mean_));
  for (auto const& m : masks_) w.put(m.regime).put(m.used).put_archive(m.mask);
}

void line_mask::get(archive_reader& r) noexcept {
  line_count_ = 0;
  r.get(averaged_).get(mean_of_).get(std::span<float>(mean_));
  bool const sane = averaged_ >= 0 && averaged_ <= averages_ &&
                    std::all_of(mean_.begin(), mean_.end(), [](float v) { return v >= 0 && v - v == 0; });
  if (!sane) r.fail();
  for (auto& m : masks_) {
    r.get(m.regime);
    m.used = r.get<bool>();
    r.get_archive(m.mask);
  }
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
