// config -- what a plant says about its machines, read once and checked whole.
//
// What      The settings of every asset (machine, points, sources, line, advice), of the sinks and the limits, with
//           templates and inheritance already resolved: the twentieth pump is three lines. Each module has its own
//           section; `describe` names every setting with unit, range and meaning, for reading and for the schema.
// NB        Settings only. What is built from them is in asset_line.hpp and run.hpp.
// Errors    Every mistake with its JSON path; unknown keys are mistakes.
// Templates An asset (or a template) with "template": NAME starts from that template; its own objects are merged in
//           member by member (RFC 7396), its own lists replace. At most 8 steps of inheritance.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pdm/core/machine.hpp"
#include "pdm/monitor/settings.hpp"
#include "pdm/wire/input_error.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// ---- machine and points ------------------------------------------------------------------------------------------

struct bearing_settings {
  std::string id = "bearing", shaft = "shaft", designation;
  std::optional<double> bpfo_x, bpfi_x, bsf_x, ftf_x;  // multiples of its shaft's speed, or
  std::optional<int> elements;                         // the geometry
  std::optional<double> element_diameter, pitch_diameter, contact_angle_deg;
};
struct shaft_settings {
  std::string id = "shaft";
  double ratio = 1;
};
struct gear_settings {
  std::string id = "gear", shaft = "shaft";
  int teeth = 1, driven_teeth = 1;
};
struct motor_settings {
  int poles = 4;
  double mains_hz = 50;
  double rated_rpm = 1450;
};
struct machine_settings {
  std::string name;
  std::optional<double> speed_hz, speed_rpm;
  double speed_tolerance = 0.02;
  std::optional<double> power_kw;
  std::optional<int> severity_group;
  std::string foundation = "rigid";
  std::vector<shaft_settings> shafts;
  std::vector<bearing_settings> bearings;
  std::vector<gear_settings> gears;
  std::optional<motor_settings> motor;
};
struct sensor_settings {
  std::string unit;
  std::optional<double> full_scale, noise, sensitivity;
};
struct point_settings {
  std::string id = "point";
  std::string channel;  // of the source: name or 0-based index; empty: the place in this list
  std::string place, direction = "unknown", mounting = "unknown", bearing;
  sensor_settings sensor;
  std::vector<double> band_hz;  // usable band, two numbers
};

// ---- sources and sinks -------------------------------------------------------------------------------------------

struct tag_settings {  // a value of a Modbus device
  std::string name;
  int unit = 1;
  std::string table = "holding_registers", type = "u16", order = "abcd";
  int address = 0;  // from 0
  double scale = 1, offset = 0;
};
struct serial_line_settings {
  int baud = 19200, stop_bits = 1;
  std::string parity = "E";
};
struct source_settings {
  std::string kind = "recording";
  std::string file, format = "auto";
  std::optional<double> fs_hz;
  double speed = 0;             // 0: as fast as it goes; 1: real time; N: N times
  std::string time = "time_s";  // table: column of time
  std::string speed_column, load_column;
  // Live ones:
  std::string from;                   // HOST:PORT or a serial device; udp: the address to listen at
  std::vector<std::string> channels;  // names; none given: one channel
  double scale = 1;
  bool headers = false;
  double silent_s = 5;
  std::string overflow = "wait";
  serial_line_settings serial;
  double period_s = 1;  // modbus
  std::vector<tag_settings> tags;

  [[nodiscard]] bool is_live() const noexcept { return kind != "recording" && kind != "table"; }
  // The others give the speed and load at which the samples were taken.
  [[nodiscard]] bool gives_samples() const noexcept {
    return kind != "table" && (kind != "modbus" || (speed_column.empty() && load_column.empty()));
  }
};
struct sink_settings {
  std::string kind = "jsonl";
  std::string file = "-";
};

// ---- the line ----------------------------------------------------------------------------------------------------

struct frame_settings {
  int length = 0;  // samples; 0: a snapshot, or a quarter of a second rounded to a power of two
  int hop = 0;     // samples; 0: the length
  std::string detrend = "mean";
};
struct gate_settings {
  int stuck_run = 15;
  double stuck_bad = 0.05, clipped_bad = 0.10, out_of_range_bad = 0.01;
  std::optional<double> low, high, max_slope;
};
struct operating_settings {
  std::string by = "auto";  // auto: speed where a source gives it, else always steady
  double off_below = 0.05;
  double settle_s = 60;
  double steady_for_s = 30;
  double steady_band = 0.05;
  std::vector<double> speed_bins_hz, load_bins;
  std::optional<double> level_off;
  double longest_gap_s = 600;
};
struct anomaly_settings {
  std::string detector = "robust_mahalanobis";
  std::vector<std::string> features{"rms", "peak", "bands:4"};
  bool one_sided = true;
  double dead_zone = 2.0;
  double prior_scale = 0.15;
  double prior_rows = 20;
  double clip = 3.0;
};
struct mask_settings {
  std::optional<double> alarm_db;  // none: the lines are named, no alarm is raised for them
  double width = 4, margin_db = 6;
  double band = 0.03;
  int averages = 8, min_rows = 20, max_rows = 60;
};
struct learning_settings {
  std::string policy = "warm_up";
  double skip_s = 300;
  double learn_s = 600;
  int min_rows = 6;
  int max_rows = 512;
};
struct alarm_settings {
  double on = 4.0, off = 2.4;
  int k = 2, n = 6;
  double hold_s = 0;
  bool latch = false;
};
struct prognosis_settings {
  std::string model = "wiener";
  std::string name = "vibration";
  double limit = 2.0, limit_sd = 0.3;  // growth of the level, natural logarithm
  double hours_to_limit = 720;
  double hours_to_limit_spread = 0.5;
  double noise = 1.4;
  double horizon_factor = 8;
};
struct advice_settings {
  double lead_time_h = 168;
  double renotify_h = 168;
};
struct events_settings {
  double state_every_s = 0;
  bool spectra = true;
};
struct line_settings {
  frame_settings frame;
  std::vector<std::string> features{
      "rms", "peak", "kurtosis", "crest_factor", "std", "bands:4", "velocity_rms_psd.v_rms"};
  gate_settings gate;
  operating_settings operating;
  anomaly_settings anomaly;
  mask_settings mask;
  learning_settings learning;
  alarm_settings alarm;
  prognosis_settings prognosis;
  events_settings events;
};

struct asset_settings {
  std::string id;
  std::string template_name;  // resolved already; kept for the record
  machine_settings machine;
  std::vector<point_settings> points;
  std::vector<source_settings> sources;
  line_settings line;
  advice_settings advice;
};

struct limit_settings {
  int max_assets = 1000;
  int max_points = 64;  // an asset
};

struct plant_settings {
  std::string schema = "pdm.config/1";
  std::string messages;  // message catalogue; empty: built-in English
  std::vector<asset_settings> assets;
  std::vector<sink_settings> sinks;
  limit_settings limits;
  json templates;
};

// Reads and checks a configuration file; file names inside are relative to it. All mistakes in one list.
[[nodiscard]] result<plant_settings, std::vector<wire::input_error>> read_config(std::string const& file);

// The JSON Schema (draft 7) of a configuration.
[[nodiscard]] json config_schema();

// The machine and the points as core knows them; kinematics resolved. The error names the path.
[[nodiscard]] result<machine, setting_error> make_machine(machine_settings const& s, std::string const& path);
[[nodiscard]] measuring_point make_point(point_settings const& s);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
