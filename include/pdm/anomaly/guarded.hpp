// guarded -- a detector that learns no further than its drift budget allows.
//
// What      Scores with the detector; a row to be learned goes to the budget first, and to the detector only when that
//           admits it. After the budget is spent the detector stays as it is until the rows come back, or a person
//           agrees().
// NB        A detector with a short memory (a window) has to have come all the way back before it learns again.
// Source    The measure against what M. Barreno et al., "The security of machine learning", Mach. Learn. 81 (2010),
//           call a boiling frog attack.
// Threads   As the detector's.
#pragma once

#include <cstddef>
#include <span>

#include "pdm/anomaly/drift_budget.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/fault.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

template <detector D>
class guarded {
 public:
  guarded() = default;
  explicit guarded(D const& prototype, drift_budget const& budget = drift_budget()) noexcept
      : detector_(prototype), budget_(budget) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept {
    if (auto const s = detector_.prepare(columns, memory); !s) return s;
    return budget_.prepare(columns, memory);
  }
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return detector_.footprint(columns) + budget_.footprint(columns);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept { return detector_.score_one(r); }
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept {
    return detector_.contributions(r, parts);
  }
  void learn_one(row const& r, double weight = 1) noexcept {
    if (budget_.admits(r, weight) || fault<"anomaly.learn_beyond_budget">()) detector_.learn_one(r, weight);
  }
  void agree() noexcept { budget_.agree(); }
  [[nodiscard]] bool ready() const noexcept { return detector_.ready(); }
  void reset() noexcept {
    detector_.reset();
    budget_.reset();
  }
  [[nodiscard]] D const& inner() const noexcept { return detector_; }
  [[nodiscard]] drift_budget const& budget() const noexcept { return budget_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + 2 * sizeof(std::uint32_t) + detector_.saved_bytes() + budget_.saved_bytes();
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind, 1);
    w.put_archive(detector_).put_archive(budget_);
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept {
    auto opened = archive_reader::open(from, kind, 1);
    if (!opened) return opened.error();
    opened->get_archive(detector_).get_archive(budget_);
    auto const end = opened->finish();
    if (!end) reset();
    return end;
  }

 private:
  static constexpr archive_kind kind{'G', 'U', 'R', 'D'};
  D detector_{};
  drift_budget budget_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
