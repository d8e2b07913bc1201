// regime_bank -- one detector for each regime the machine runs in.
//
// What      A row is learned and scored by the detector of its regime key. A regime that was never learned gives
//           abstention::unseen_regime, not a score.
// NB        Not a clustering: the regime comes with the row (pdm/core/operating.hpp). When all places are taken, rows
//           of further regimes are not learned and counted in turned_away().
// Memory    max_regimes detectors, all taken in prepare().
// Threads   As the detector's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/core/concepts.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

template <detector D, std::size_t Regimes = 8>
class regime_bank {
 public:
  static constexpr std::size_t max_regimes = Regimes;

  regime_bank() noexcept : regime_bank(D{}) {}
  explicit regime_bank(D const& prototype) noexcept { places_.fill(prototype); }

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    for (D& d : places_) {
      if (auto const s = d.prepare(columns, memory); !s) return s;
    }
    reset();
    return {};
  }
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return Regimes * places_[0].footprint(columns);
  }

  [[nodiscard]] score score_one(row const& r) const noexcept {
    D const* d = find(r.operating.regime);
    return d != nullptr ? d->score_one(r) : score{0, taken_ == 0 ? abstention::not_ready : abstention::unseen_regime};
  }
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept {
    D const* d = find(r.operating.regime);
    return d != nullptr && d->contributions(r, parts);
  }
  void learn_one(row const& r, double weight = 1) noexcept {
    if (!(weight > 0) || r.quality.is_bad()) return;
    // Only steady running, or a row of which nobody said, opens a place.
    bool const opens = r.operating.is_steady() || r.operating.state == operating_state::unknown;
    if (D* d = opens ? find_or_take(r.operating.regime) : find(r.operating.regime)) {
      d->learn_one(r, weight);
    } else if (opens) {
      ++turned_away_;
    }
  }
  void reset() noexcept {
    for (D& d : places_) d.reset();
    taken_ = 0;
    turned_away_ = 0;
  }

  [[nodiscard]] std::size_t regimes() const noexcept { return taken_; }
  [[nodiscard]] std::uint64_t turned_away() const noexcept { return turned_away_; }
  // The detector of a regime, or nullptr.
  [[nodiscard]] D const* find(regime_key key) const noexcept {
    for (std::size_t i = 0; i < taken_; ++i) {
      if (keys_[i] == key) return &places_[i];
    }
    return nullptr;
  }
  [[nodiscard]] D* find(regime_key key) noexcept {
    return const_cast<D*>(static_cast<regime_bank const*>(this)->find(key));
  }
  template <class F>
  void for_each(F&& f) noexcept {
    for (std::size_t i = 0; i < taken_; ++i) f(keys_[i], places_[i]);
  }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + sizeof(std::uint32_t) + sizeof(std::uint64_t) +
           Regimes * (2 * sizeof(std::uint32_t) + places_[0].saved_bytes());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind, 1);
    w.put(static_cast<std::uint32_t>(taken_)).put(turned_away_);
    for (std::size_t i = 0; i < taken_; ++i) w.put(keys_[i]).put_archive(places_[i]);
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept {
    auto opened = archive_reader::open(from, kind, 1);
    if (!opened) return opened.error();
    auto const taken = opened->get<std::uint32_t>();
    if (taken > Regimes) return error{errc::shape_mismatch, "regime_bank", "the archive holds more regimes"};
    reset();
    opened->get(turned_away_);
    taken_ = taken;
    for (std::size_t i = 0; i < taken_; ++i) opened->get(keys_[i]).get_archive(places_[i]);
    auto const end = opened->finish();
    if (!end) reset();
    return end;
  }

 private:
  static constexpr archive_kind kind{'R', 'G', 'M', 'B'};
  [[nodiscard]] D* find_or_take(regime_key key) noexcept {
    if (D* d = find(key)) return d;
    if (taken_ == Regimes) return nullptr;
    keys_[taken_] = key;
    return &places_[taken_++];
  }

  std::array<D, Regimes> places_;
  std::array<regime_key, Regimes> keys_{};
  std::size_t taken_ = 0;
  std::uint64_t turned_away_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
