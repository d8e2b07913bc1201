// backoff -- when to try again what did not work.
//
// What      The first try after a failure comes at once; then the pause doubles from `least` to `most`, and each is
// drawn
//           between half and whole, so that a hundred boxes do not come back in the same millisecond.
// NB        At most one try a pause, whatever the caller's pace: ready() says whether it is time.
// Source    Exponential back-off with "equal jitter": M. Brooker, "Exponential backoff and jitter", AWS 2015.
// Units     seconds in, monotonic clock out
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

struct backoff_params {
  double least_s = 0.1, most_s = 30;
  std::uint64_t seed = 0;  // different in each box; 0: from the address of the object
};

class backoff {
 public:
  using params = backoff_params;
  using clock = std::chrono::steady_clock;

  backoff() : backoff(params{}) {}
  explicit backoff(params const& p) noexcept
      : params_(p), random_(p.seed != 0 ? p.seed : reinterpret_cast<std::uintptr_t>(this)) {}

  [[nodiscard]] bool ready(clock::time_point now) const noexcept { return now >= next_; }
  [[nodiscard]] clock::time_point next() const noexcept { return next_; }
  // Failures since the last success.
  [[nodiscard]] std::uint32_t failures() const noexcept { return failures_; }

  void failed(clock::time_point now) noexcept {
    double const whole = failures_ == 0 ? 0 : std::min(params_.most_s, params_.least_s * doubled(failures_ - 1));
    if (failures_ < UINT32_MAX) ++failures_;
    auto const pause = std::chrono::duration<double>(whole * (0.5 + 0.5 * random_.uniform()));
    next_ = now + std::chrono::duration_cast<clock::duration>(pause);
  }
  void succeeded() noexcept {
    failures_ = 0;
    next_ = {};
  }

 private:
  static double doubled(std::uint32_t times) noexcept {
    return static_cast<double>(std::uint64_t{1} << std::min<std::uint32_t>(times, 40));
  }

  params params_;
  random_source random_;
  std::uint32_t failures_ = 0;
  clock::time_point next_{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
