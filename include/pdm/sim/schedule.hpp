// schedule -- how fast a simulated machine turns, and under what load, at every moment.
//
// What      Points in time with speed and load, straight lines between them, the first and the last held before and
//           after. Revolutions and their inverse are closed forms, so that any moment is reached at once.
// NB        A plan, not a measurement: what a tachometer makes of it is the simulated sensor's business.
// Units     s, Hz, share of rated load.
// Cost      O(log points) a look-up. Memory: 40 bytes a point.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::sim {

struct schedule_point {
  double time_s = 0;
  double speed_hz = 0;
  double load = 1;
};

// Nights and weekends off: each working day starts once, runs at every speed in turn, and stops once.
struct working_weeks {
  int weeks = 4, days = 5;
  double start_s = 6 * 3600, stop_s = 20 * 3600;  // of the day
  double spread_s = 900;                          // starts, stops and changes vary by as much either way
  double ramp_s = 20;                             // from standing to full speed, and from speed to speed
  double least_load = 0.6;                        // each stretch has a load between this and 1
  std::uint64_t seed = 1;
};

class schedule {
 public:
  schedule() : schedule(constant(0)) {}
  [[nodiscard]] static schedule constant(double speed_hz, double load = 1);
  // invalid_argument: no point, times that do not rise, a speed or load below 0, a value that is not finite.
  [[nodiscard]] static result<schedule> make(std::vector<schedule_point> points);
  // Speeds in Hz, with a load of their own from the seed. invalid_argument where a day has no room for them.
  [[nodiscard]] static result<schedule> make(working_weeks const& weeks, std::span<double const> speeds);

  [[nodiscard]] double speed_hz(double t) const noexcept;
  [[nodiscard]] double load(double t) const noexcept;
  [[nodiscard]] double acceleration(double t) const noexcept;  // Hz/s
  [[nodiscard]] bool starting(double t) const noexcept;        // on the ramp up from standing
  // Revolutions since the first point.
  [[nodiscard]] double revolutions(double t) const noexcept;
  // The earliest time with so many revolutions; the time of the last point where the machine never gets there.
  [[nodiscard]] double time_of(double revolutions) const noexcept;
  // Seconds within [from, to] at more than `threshold_hz`.
  [[nodiscard]] double seconds_above(double threshold_hz, double from, double to) const noexcept;
  // How often the speed rises through `threshold_hz`.
  [[nodiscard]] std::size_t starts(double threshold_hz) const noexcept;
  [[nodiscard]] bool is_constant() const noexcept;
  [[nodiscard]] std::vector<schedule_point> points() const;

 private:
  struct knot {
    double t = 0, speed = 0, load = 1;
    double revolutions = 0;   // up to here
    double acceleration = 0;  // from here to the next
    double load_slope = 0;
  };
  explicit schedule(std::vector<schedule_point> const& points);
  [[nodiscard]] knot const& knot_before(double t) const noexcept;

  std::vector<knot> knots_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::sim
