// spectral_mask -- the envelope that a machine's usual spectra stay under, line by line, and what sticks out of it.
//
// What      Learns `spectra` usual spectra in decibels: the median and the spread of every line. The mask is the
// largest
//           of median + width * spread (at least `margin` above the median) over the neighbouring lines: one line and
//           `slip` of the line's own place on each side, for slip and small changes of speed. Of a later spectrum it
//           gives the exceeded area (dB x lines) and names the lines that stick out most, each the top of its hill.
// NB        One mask a way of running: spectra of another speed or load belong to another one. Give lines in orders
//           where the speed varies by more than `slip`; a mask in hertz then smears. The area grows with broad noise as
//           well as with one line: read the named lines. Few spectra know their spread badly: margin is what holds
//           then.
// Bands     Band alarms are the same with bands in place of lines: band_levels() and slip 0, neighbours 0.
// Formula   spread = 1.4826 median absolute deviation in dB; dB of a power p: 10 log10(p), not below `floor_db`.
// Source    R. Randall, Vibration-based Condition Monitoring, 2nd ed. (2021), ch. 4 (spectrum comparison by masks of
//           constant relative bandwidth); ISO 13373-2:2016, the same by narrow-band limits.
// Cost      learn O(lines), once O(lines spectra log spectra); score O(lines). spectra + 5 numbers a line (float).
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/quantile.hpp"
#include "pdm/core/archive.hpp"
#include "pdm/core/arena.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

// A line above the mask.
struct exceeded_line {
  std::size_t line = 0;
  double db = 0;     // of the spectrum
  double above = 0;  // dB over the mask
};

// Levels of bands from a power spectrum: band b holds the lines edges[b] up to, not including, edges[b + 1].
inline void band_levels(std::span<float const> power, std::span<std::size_t const> edges,
                        std::span<float> levels) noexcept {
  for (std::size_t b = 0; b + 1 < edges.size() && b < levels.size(); ++b) {
    double sum = 0;
    for (std::size_t k = edges[b]; k < std::min(edges[b + 1], power.size()); ++k) sum += power[k];
    levels[b] = static_cast<float>(sum);
  }
}

class spectral_mask {
 public:
  static constexpr std::size_t most_named = 8, least_spectra = 5;

  struct params {
    std::size_t spectra = 30;    // that are learned
    double width = 4;            // spreads over the median
    double margin = 6;           // dB over the median, at least: a doubled amplitude
    double slip = 0.01;          // share of its place by which a line may move
    std::size_t neighbours = 1;  // lines by which it may move besides
    double floor_db = -200;      // what is less counts as this
  };

  spectral_mask() = default;
  explicit spectral_mask(params const& settings) noexcept : params_(settings) {}

  [[nodiscard]] status prepare(std::size_t lines, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t lines) const noexcept {
    return arena::bytes<float>(params_.spectra * lines) + 4 * arena::bytes<float>(lines) +
           arena::bytes<double>(params_.spectra);
  }

  // A usual power spectrum. One with a line that is not finite or below 0, or of another size, is not learned: false.
  bool learn_one(std::span<float const> power) noexcept;
  // Ends learning with the spectra there are; not_ready with fewer than least_spectra.
  [[nodiscard]] status settle() noexcept;
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] std::size_t learned() const noexcept { return held_; }

  struct verdict {
    bool ready = false;  // false: not learned yet, or no spectrum of this size
    double area = 0;     // dB x lines above the mask
    std::size_t above = 0, named = 0;
    std::array<exceeded_line, most_named> lines{};  // the largest first
  };
  [[nodiscard]] verdict score_one(std::span<float const> power) const noexcept;

  [[nodiscard]] std::span<float const> median_db() const noexcept { return median_; }
  [[nodiscard]] std::span<float const> spread_db() const noexcept { return spread_; }
  [[nodiscard]] std::span<float const> mask_db() const noexcept { return mask_; }
  void reset() noexcept {
    held_ = 0;
    ready_ = false;
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 2 * sizeof(std::uint64_t) + 1 + sizeof(float) * (held_rows().size() + 2 * lines());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'S', 'P', 'M', 'K'};
  [[nodiscard]] std::size_t lines() const noexcept { return mask_.size(); }
  [[nodiscard]] std::span<float> held_rows() const noexcept { return rows_.first(ready_ ? 0 : held_ * lines()); }
  [[nodiscard]] bool decibels(std::span<float const> power, std::span<float> into) const noexcept;
  void broaden() noexcept;
  void name(verdict& v, exceeded_line const& line) const noexcept;

  params params_{};
  std::span<float> rows_, median_, spread_, mask_;
  std::span<float> now_;  // scratch, also of const members
  std::span<double> sorting_;
  std::size_t held_ = 0;
  bool ready_ = false;
};

inline status spectral_mask::prepare(std::size_t lines, arena& memory) noexcept {
  bool const sane = lines > 0 && params_.spectra >= least_spectra && params_.width >= 0 && params_.margin >= 0 &&
                    params_.slip >= 0 && params_.slip < 0.5;
  if (!sane) return error{errc::invalid_argument, "spectral_mask", "give lines, and 5 spectra or more"};
  auto rows = memory.take<float>(params_.spectra * lines);
  if (!rows) return rows.error();
  rows_ = *rows;
  for (auto* part : {&median_, &spread_, &mask_, &now_}) {
    auto taken = memory.take<float>(lines);
    if (!taken) return taken.error();
    *part = *taken;
  }
  auto sorting = memory.take<double>(params_.spectra);
  if (!sorting) return sorting.error();
  sorting_ = *sorting;
  reset();
  return {};
}

inline bool spectral_mask::decibels(std::span<float const> power, std::span<float> into) const noexcept {
  if (power.size() != lines()) return false;
  for (std::size_t k = 0; k < power.size(); ++k) {
    double const p = power[k];
    if (!(p >= 0 && math::is_finite(p))) return false;
    into[k] =
        static_cast<float>(p > 0 ? std::max(params_.floor_db, 10 * math::log(p) / math::log(10.0)) : params_.floor_db);
  }
  return true;
}

inline bool spectral_mask::learn_one(std::span<float const> power) noexcept {
  if (ready_ || rows_.empty() || !decibels(power, rows_.subspan(held_ * lines(), lines()))) return false;
  if (++held_ == params_.spectra) (void)settle();
  return true;
}

inline status spectral_mask::settle() noexcept {
  if (held_ < least_spectra) return error{errc::not_ready, "spectral_mask", "learn 5 spectra or more"};
  for (std::size_t k = 0; k < lines(); ++k) {
    for (std::size_t s = 0; s < held_; ++s) sorting_[s] = rows_[s * lines() + k];
    auto const column = sorting_.first(held_);
    double const centre = median(column);
    median_[k] = static_cast<float>(centre);
    spread_[k] = static_cast<float>(mad_to_sigma * median_absolute_deviation(column, centre));
  }
  ready_ = true;
  broaden();
  return {};
}

// The mask from medians and spreads: the largest over the lines that may move here.
inline void spectral_mask::broaden() noexcept {
  auto const own = [&](std::size_t k) noexcept {
    return median_[k] + static_cast<float>(std::max(params_.margin, params_.width * static_cast<double>(spread_[k])));
  };
  for (std::size_t k = 0; k < lines(); ++k) {
    std::size_t const reach =
        params_.neighbours + static_cast<std::size_t>(params_.slip * static_cast<double>(k) + 0.5);
    float most = own(k);
    for (std::size_t j = k - std::min(k, reach); j <= std::min(k + reach, lines() - 1); ++j)
      most = std::max(most, own(j));
    mask_[k] = most;
  }
}

// Kept in falling order; the least falls off the end.
inline void spectral_mask::name(verdict& v, exceeded_line const& line) const noexcept {
  std::size_t at = std::min(v.named, most_named - 1);
  if (v.named == most_named && !(line.above > v.lines[at].above)) return;
  for (; at > 0 && v.lines[at - 1].above < line.above; --at) v.lines[at] = v.lines[at - 1];
  v.lines[at] = line;
  v.named = std::min(v.named + 1, most_named);
}

inline spectral_mask::verdict spectral_mask::score_one(std::span<float const> power) const noexcept {
  verdict v;
  if (!ready_ || !decibels(power, now_)) return v;
  v.ready = true;
  auto const over = [&](std::size_t k) noexcept { return k < lines() ? now_[k] - mask_[k] : -1e9F; };
  for (std::size_t k = 0; k < lines(); ++k) {
    float const above = over(k);
    if (!(above > 0)) continue;
    v.area += above;
    ++v.above;
    bool const top = above >= over(k + 1) && (k == 0 || above > over(k - 1));
    if (top) name(v, {k, now_[k], above});
  }
  return v;
}

inline result<std::size_t> spectral_mask::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  w.put(static_cast<std::uint64_t>(lines())).put(static_cast<std::uint64_t>(held_)).put(ready_);
  for (float v : held_rows()) w.put(v);
  if (ready_) {
    for (auto const part : {median_, spread_}) {
      for (float v : part) w.put(v);
    }
  }
  return w.finish();
}

inline status spectral_mask::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  if (opened->get<std::uint64_t>() != lines()) {
    return error{errc::shape_mismatch, "spectral_mask", "the archive has another number of lines"};
  }
  reset();
  auto const held = opened->get<std::uint64_t>();
  bool const learned = opened->get<bool>();
  if (held > params_.spectra) opened->fail();
  held_ = opened->ok() ? static_cast<std::size_t>(held) : 0;
  bool sound = opened->ok();
  auto const read = [&](std::span<float> part) noexcept {
    for (float& v : part) sound = math::is_finite(opened->get(v).ok() ? v : math::infinity) && sound;
  };
  if (learned) {
    read(median_);
    read(spread_);
    for (float v : spread_) sound = sound && v >= 0;
  } else {
    read(held_rows());
  }
  auto const end = sound ? opened->finish() : status(errc::corrupt);
  if (!end) {
    reset();
    return end;
  }
  ready_ = learned;
  if (ready_) broaden();
  return end;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
