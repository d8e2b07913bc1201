// learning_policy -- whether a row may be learned, and if not, why.
//
// What      One decision a row, made after it was scored: good data, steady running, no alarm standing, and what the
//           mode asks for beyond that.
// NB        A detector that keeps learning swallows the fault. `always` does exactly that and is here so that the
//           harm can be shown; even it does not learn bad data. The drift limit of the detector is the second guard:
//           a fault that grows slower than the learning never leaves "normal".
// Modes     never               nothing is learned: the model came from elsewhere
//           warm_up             rows whose running time lies in [learn_from, learn_until), then frozen; without an end,
//                               until the detector is ready
//           only_when_normal    warm_up, then rows that score at most normal_below
//           when_person_agrees  warm_up, then rows for which a person said so
//           always              every good steady row, alarm or not. Dangerous.
// Threads   Stateless after construction: safe.
#pragma once

#include <cstdint>

#include "pdm/core/math.hpp"
#include "pdm/core/operating.hpp"
#include "pdm/core/quality.hpp"
#include "pdm/core/score.hpp"
#include "pdm/core/units.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

enum class learning_mode : std::uint8_t { never = 0, warm_up, only_when_normal, when_person_agrees, always };

enum class learning_refusal : std::uint8_t {
  none = 0,       // the row may be learned
  forbidden,      // the mode learns nothing
  bad_quality,    // the data cannot be trusted
  not_steady,     // the machine is off, starting or changing, or nobody knows
  alarm_stands,   // what is happening now is not normal
  too_early,      // before the learning window
  frozen,         // after the warm-up nothing is learned
  not_normal,     // the row itself scores too high, or could not be scored
  nobody_agreed,  // a person has to say so
};

// What is known about a row when the decision is made.
struct learning_input {
  pdm::quality quality{};
  pdm::operating operating{};
  pdm::score score{};         // of this row, by the detector that wants to learn
  double running_s = 0;       // running time of the machine up to this row
  bool alarm_stands = false;  // any alarm of the machine, not only this detector's
  bool person_agrees = false;
};

class learning_policy {
 public:
  struct params {
    learning_mode mode = learning_mode::warm_up;
    seconds learn_from{0}, learn_until{math::infinity};  // of running time; the warm-up
    double normal_below = 3;                             // only_when_normal: highest score that is learned
    bool any_operating_state = false;                    // learn outside `steady` too
    bool uncertain_too = true;                           // learn data of uncertain quality; bad data never
  };

  learning_policy() = default;
  explicit constexpr learning_policy(params const& settings) noexcept : params_(settings) {}

  // `none`: learn it.
  [[nodiscard]] constexpr learning_refusal decide(learning_input const& in) const noexcept {
    if (params_.mode == learning_mode::never) return learning_refusal::forbidden;
    if (in.quality.is_bad() || (in.quality.level == quality_level::uncertain && !params_.uncertain_too)) {
      return learning_refusal::bad_quality;
    }
    if (!in.operating.is_steady() && !params_.any_operating_state) return learning_refusal::not_steady;
    if (params_.mode == learning_mode::always) return learning_refusal::none;
    if (in.alarm_stands) return learning_refusal::alarm_stands;
    if (in.running_s < params_.learn_from.value) return learning_refusal::too_early;
    return warming_up(in) ? learning_refusal::none : after_warm_up(in);
  }

  // The learning window is over: a detector that is not ready should settle() with what it has.
  [[nodiscard]] constexpr bool window_over(double running_s) const noexcept {
    return running_s >= params_.learn_until.value;
  }

 private:
  // With an end the window counts, for then the detector gets ready inside or at the end of it.
  [[nodiscard]] constexpr bool warming_up(learning_input const& in) const noexcept {
    return !window_over(in.running_s) &&
           (params_.learn_until.value < math::infinity || in.score.why == abstention::not_ready ||
            in.score.why == abstention::unseen_regime);
  }
  [[nodiscard]] constexpr learning_refusal after_warm_up(learning_input const& in) const noexcept {
    if (params_.mode == learning_mode::only_when_normal) {
      bool const normal = in.score.ready() && in.score.value <= params_.normal_below;
      return normal ? learning_refusal::none : learning_refusal::not_normal;
    }
    if (params_.mode == learning_mode::when_person_agrees) {
      return in.person_agrees ? learning_refusal::none : learning_refusal::nobody_agreed;
    }
    return learning_refusal::frozen;
  }

  params params_{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
