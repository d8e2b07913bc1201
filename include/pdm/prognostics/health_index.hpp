// health_index -- one number between as new (1) and end of life (0).
//
// What      Linear between the value of a healthy machine and the value at the end: (failed - x)/(failed - healthy),
//           kept in [0, 1]. x is what grows with the fault: a smoothed score, or ln(rms / usual rms).
// NB        A scale, not a probability and not a remaining life. With `monotone` it never rises: a fault that goes
//           quiet for a day (a crack edge worn smooth) has not healed. After a repair, reset().
// Cost      O(1).
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>

#include "pdm/core/archive.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/math.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::prognostics {

class health_index {
 public:
  struct params {
    double healthy = 0, failed = 1;  // values of x at the two ends; either may be the larger
    bool monotone = true;
  };

  health_index() = default;
  explicit health_index(params const& settings) noexcept : params_(settings) {}
  [[nodiscard]] status prepare() noexcept {
    bool const sane = math::is_finite(params_.healthy) && math::is_finite(params_.failed);
    if (!sane || params_.healthy == params_.failed) {
      return error{errc::invalid_argument, "health_index", "give two different finite ends"};
    }
    reset();
    return {};
  }

  // The index after x; a value that is not finite changes nothing.
  double update(double x) noexcept {
    if (!math::is_finite(x)) return last_.value_or(1);
    double const now = of(x);
    last_ = params_.monotone && last_ ? std::min(*last_, now) : now;
    return *last_;
  }
  // Without memory.
  [[nodiscard]] double of(double x) const noexcept {
    double const span = params_.failed - params_.healthy;
    return std::clamp((params_.failed - x) / span, 0.0, 1.0);
  }
  // Nothing before the first value.
  [[nodiscard]] std::optional<double> value() const noexcept { return last_; }
  void reset() noexcept { last_.reset(); }

  [[nodiscard]] std::size_t saved_bytes() const noexcept { return archive_header_bytes + 1 + sizeof(double); }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept {
    archive_writer w(into, kind, 1);
    w.put(last_.has_value()).put(last_.value_or(1));
    return w.finish();
  }
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept {
    auto r = archive_reader::open(from, kind, 1);
    if (!r) return r.error();
    bool const has = r->get<bool>();
    double const value = r->get<double>();
    if (!(value >= 0 && value <= 1)) r->fail();
    auto const end = r->finish();
    if (end) last_ = has ? std::optional<double>(value) : std::nullopt;
    return end;
  }

 private:
  static constexpr archive_kind kind{'H', 'L', 'T', 'H'};
  params params_{};
  std::optional<double> last_;
};

static_assert(archived<health_index>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics
