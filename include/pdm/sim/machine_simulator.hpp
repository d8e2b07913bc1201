// machine_simulator -- a machine with a life, as an accelerometer hears it.
//
// What      Vibration of a bearing, gear or motor stand at any moment: shaft harmonics, mesh, mains hum, and faults
// that
//           start, grow with the revolutions done and end in failure; speed and load by a schedule; noise; a sensor
//           that may fail. Every sample is a function of seed, settings and its running number alone: chunks of any
//           size, a second out of any minute, any order, give the same bits on every machine.
// NB        Plausible, not calibrated: amplitudes are round numbers of a mid-sized machine. What holds exactly are
//           frequencies, growth, schedule and the truth that at() tells. Orders of the shaft have the amplitudes of a
//           machine of 25 Hz; one that is built to turn slower shakes with the same velocity, not acceleration.
// Faults    outer_race, inner_race, ball, cage  impacts exp(-a t) sin(b t), a = damping w, b = w sqrt(1 - damping^2),
//             at multiples BPFO, BPFI, 2 BSF, FTF of the shaft; periods slip randomly; inner race stronger once a
//             revolution (load zone), ball once a turn of the cage
//           unbalance     1x, amplitude with the square of speed     misalignment  2x first, 1x and 3x, with load
//           looseness     harmonics and half orders up to 4x         gear  one burst a revolution, sidebands of the
//           mesh electrical does not exist here; a motor hums at twice the mains frequency.
// Source    P. McFadden & J. Smith, J. Sound Vib. 96 (1984) 69-82 (impacts and load zone); R. Randall & J. Antoni,
//           Mech. Syst. Signal Process. 25 (2011) 485-520 (slip); R. Randall, Vibration-based Condition Monitoring,
//           2nd ed., ch. 2 (unbalance, misalignment, looseness, gears).
// Units     m/s^2 inside; out m/s^2 or g. Size of a fault: 0 none, 1 failure.
// Steps     Amplitudes follow speed, load and size in steps of 128 samples (of the running number, not of the chunk).
// Threads   const members: safe. next(): one caller at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "pdm/core/kinematics.hpp"
#include "pdm/core/machine.hpp"
#include "pdm/core/operating.hpp"
#include "pdm/core/result.hpp"
#include "pdm/core/units.hpp"
#include "pdm/sim/counter_noise.hpp"
#include "pdm/sim/schedule.hpp"
#include "pdm/sim/sensor_fault.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::sim {

enum class machine_kind : std::uint8_t { bearing = 0, gear, motor };
inline constexpr std::array<std::string_view, 3> machine_kind_names{"bearing", "gear", "motor"};

enum class fault_kind : std::uint8_t {
  outer_race = 0,
  inner_race,
  ball,
  cage,
  unbalance,
  misalignment,
  looseness,
  gear
};
inline constexpr std::array<std::string_view, 8> fault_kind_names{"outer_race", "inner_race",   "ball",      "cage",
                                                                  "unbalance",  "misalignment", "looseness", "gear"};

enum class growth : std::uint8_t { none = 0, linear, exponential };
inline constexpr std::array<std::string_view, 3> growth_names{"none", "linear", "exponential"};

struct machine_fault {
  fault_kind kind = fault_kind::outer_race;
  double start_s = 0;
  double severity = 0.5;  // size at the start, (0, 1]
  growth law = growth::none;
  double end_of_life_s = 0;  // where a growing fault reaches size 1
};

struct machine_settings {
  std::uint64_t seed = 1;
  machine_kind kind = machine_kind::bearing;
  hertz rate{25600};
  hertz nominal_speed{25};
  sim::schedule schedule = sim::schedule::constant(25);
  std::vector<machine_fault> faults;
  std::vector<sensor_fault> sensor_faults;
  std::optional<double> snr_db;  // nominal speed and load, each fault at its severity; absent: no noise
  double standing_noise = 0.2;   // share of the noise that is there when the machine stands
  double healthy_level = 1;      // scale of the vibration of the sound machine
  unit quantity = unit::metre_per_second_squared;
  std::size_t channels = 1;  // 1 or 2, the second at a right angle
  bearing_geometry bearing{9, 7.94, 39.04, 0};
  int teeth = 24;
  motor_card motor{4, 50, 0};
  double resonance_hz = 0;  // 0: 3 kHz, or 0.28 of the rate where that is lower
  double damping = 0.05;
  double slip = 0.01;      // standard deviation of an impact's period, relative
  int converter_bits = 0;  // 0: no quantisation
  double full_scale = 0;   // m/s^2; 0: no limit (with converter_bits: 500 m/s^2)
};

// What is so, whatever the sensor says.
struct truth {
  pdm::operating_state state = pdm::operating_state::unknown;
  double speed_hz = 0, load = 0;
  double size = 0;                              // of the largest fault
  double remaining_life_s = math::infinity;     // calendar; infinite where nothing grows
  double remaining_running_s = math::infinity;  // of that, time at more than 5 % of nominal speed
  [[nodiscard]] bool running() const noexcept { return state != pdm::operating_state::off; }
};

class machine_simulator {
 public:
  // invalid_argument, with what to do, for settings outside their range.
  [[nodiscard]] static result<machine_simulator> make(machine_settings settings);

  // Samples first, first + 1, ... of a channel, in settings().quantity.
  void render(std::size_t channel, std::uint64_t first, std::span<double> into) const noexcept;
  // The samples that follow the last call, of channel 0.
  void next(std::span<double> into) noexcept;
  // What stands on the time stamp of a sample, in seconds; and when it was really taken.
  [[nodiscard]] double time_stamp(std::uint64_t index) const noexcept;
  [[nodiscard]] double true_time(std::uint64_t index) const noexcept;
  [[nodiscard]] truth at(double time_s) const noexcept;

  [[nodiscard]] machine_settings const& settings() const noexcept { return settings_; }
  [[nodiscard]] bearing_frequencies const& bearing() const noexcept { return bearing_; }  // multiples of the shaft
  // RMS of the noise and of everything else at nominal speed and load, in m/s^2.
  [[nodiscard]] double noise_rms() const noexcept { return noise_rms_; }
  [[nodiscard]] double reference_rms() const noexcept { return reference_rms_; }
  [[nodiscard]] double resonance_hz() const noexcept { return resonance_hz_; }

 private:
  static constexpr std::size_t step = 128;       // samples, see "Steps"
  static constexpr std::size_t half_orders = 8;  // 0.5x to 4x

  // What varies slowly: speed, load and sizes at one moment, and the amplitudes that follow.
  struct moment {
    double speed = 0, load = 0;  // relative to nominal
    std::array<double, half_orders> cosine{}, sine{};
    double mesh = 0, mesh_modulation = 0, hum = 0, noise = 0;
  };

  explicit machine_simulator(machine_settings settings) noexcept;
  [[nodiscard]] status check() const noexcept;
  void measure_reference() noexcept;
  [[nodiscard]] double size_of(machine_fault const& f, double t) const noexcept;
  [[nodiscard]] double impact_order(fault_kind k) const noexcept;
  [[nodiscard]] moment moment_at(std::size_t channel, double t) const noexcept;
  void add_harmonics(moment& m, double amplitude, std::size_t half_order, std::size_t channel) const noexcept;
  void render_step(std::size_t channel, std::uint64_t first, std::span<double> into) const noexcept;
  void render_tones(moment const& m, std::span<double const> times, std::span<double> into) const noexcept;
  void render_impacts(std::size_t fault, std::size_t channel, std::span<double const> times,
                      std::span<double> into) const noexcept;
  [[nodiscard]] double impact_amplitude(machine_fault const& f, double t, std::int64_t number) const noexcept;
  void apply_sensor(std::size_t channel, std::uint64_t first, std::span<double> into) const noexcept;
  [[nodiscard]] double through_sensor(double value, double t, std::uint64_t index, std::size_t channel) const noexcept;

  machine_settings settings_;
  bearing_frequencies bearing_{};
  double resonance_hz_ = 0, noise_rms_ = 0, reference_rms_ = 0;
  std::array<double, half_orders> phase_cosine_{}, phase_sine_{};
  std::vector<std::array<double, 2>> held_;  // value of a stuck sensor, a fault and channel
  std::uint64_t next_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::sim
