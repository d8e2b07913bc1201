// config_description -- every setting by name, with unit, range and meaning: read by settings_reader, published by
// schema_writer. One function a section, in the order of config.hpp.
#pragma once

#include "pdm/monitor/config.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

inline constexpr range positive{1e-12, 1e12};
inline constexpr range not_negative{0, 1e12};
inline constexpr range share{0, 1};

template <class V>
void describe(V& v, bearing_settings& s) {
  v.value("id", s.id, "Name of the bearing within the machine");
  v.value("shaft", s.shaft, "Shaft it carries");
  v.value("designation", s.designation, "As on the ring, for example 6205; a label");
  v.value("BPFO_x", s.bpfo_x, "Outer race frequency as a multiple of shaft speed", positive);
  v.value("BPFI_x", s.bpfi_x, "Inner race frequency as a multiple of shaft speed", positive);
  v.value("BSF_x", s.bsf_x, "Ball spin frequency as a multiple of shaft speed", positive);
  v.value("FTF_x", s.ftf_x, "Cage frequency as a multiple of shaft speed", positive);
  v.value("elements", s.elements, "Number of balls or rollers, instead of the multiples", {1, 1000});
  v.value("element_diameter", s.element_diameter, "Ball or roller diameter, any length unit", positive);
  v.value("pitch_diameter", s.pitch_diameter, "Pitch diameter, the same unit", positive);
  v.value("contact_angle_deg", s.contact_angle_deg, "Contact angle in degrees", {0, 90});
}
template <class V>
void describe(V& v, shaft_settings& s) {
  v.value("id", s.id, "Name of the shaft");
  v.value("ratio", s.ratio, "Speed of this shaft over the speed of the reference shaft", positive);
}
template <class V>
void describe(V& v, gear_settings& s) {
  v.value("id", s.id, "Name of the gear pair");
  v.value("shaft", s.shaft, "Shaft of the driving gear");
  v.value("teeth", s.teeth, "Teeth of the driving gear", {1, 10000});
  v.value("driven_teeth", s.driven_teeth, "Teeth of the driven gear", {1, 10000});
}
template <class V>
void describe(V& v, motor_settings& s) {
  v.value("poles", s.poles, "Number of poles", {2, 100});
  v.value("mains_hz", s.mains_hz, "Mains frequency in Hz", {1, 1000});
  v.value("rated_rpm", s.rated_rpm, "Rated speed in revolutions per minute", {1, 100000});
}
template <class V>
void describe(V& v, machine_settings& s) {
  v.value("name", s.name, "What people call the machine");
  v.value("speed_hz", s.speed_hz, "Nominal speed of the reference shaft in Hz", {0, 10000});
  v.value("speed_rpm", s.speed_rpm, "The same in revolutions per minute", {0, 600000});
  v.value("speed_tolerance", s.speed_tolerance, "How far the true speed may lie off, relative", share);
  v.value("power_kw", s.power_kw, "Rated power in kW; chooses the severity document", not_negative);
  v.value("severity_group", s.severity_group,
          "Machine group of the severity table, 1 or 2; absent: growth against its own past", {1, 2});
  v.value("foundation", s.foundation, "How it stands", {"rigid", "flexible"});
  v.sections("shafts", s.shafts, "Shafts of the train; none given: one shaft at ratio 1");
  v.sections("bearings", s.bearings, "Rolling-element bearings");
  v.sections("gears", s.gears, "Gear pairs");
  v.section("motor", s.motor, "Motor card, as on the nameplate");
}
template <class V>
void describe(V& v, sensor_settings& s) {
  v.value("unit", s.unit, "Unit of the samples: g, m/s2, mm/s, A, ...; absent: as the source says");
  v.value("full_scale", s.full_scale, "Largest magnitude the sensor can tell, in its unit", positive);
  v.value("noise", s.noise, "RMS of the sensor's own noise, in its unit", not_negative);
  v.value("sensitivity", s.sensitivity, "Output per unit as on its certificate; a label", positive);
}
template <class V>
void describe(V& v, point_settings& s) {
  v.value("id", s.id, "Name of the measuring point");
  v.value("channel", s.channel, "Channel of the source, by name or 0-based index; absent: its place in this list");
  v.value("place", s.place, "Where on the machine, in the plant's words");
  v.value("direction", s.direction, "Direction of the sensor",
          {"unknown", "horizontal", "vertical", "axial", "radial", "tangential"});
  v.value("mounting", s.mounting, "How it is mounted",
          {"unknown", "stud", "adhesive", "magnet", "hand_held", "integrated"});
  v.value("bearing", s.bearing, "Bearing it hears best");
  v.section("sensor", s.sensor, "The sensor");
  v.value("band_hz", s.band_hz, "Usable band of sensor and mounting: two frequencies in Hz", not_negative);
}
template <class V>
void describe(V& v, tag_settings& s) {
  v.value("name", s.name, "Name of the value");
  v.value("unit", s.unit, "Unit (slave) of the device", {0, 255});
  v.value("table", s.table, "Where it lies", {"holding_registers", "input_registers", "coils", "discrete_inputs"});
  v.value("address", s.address, "Address on the wire, counted from 0", {0, 65535});
  v.value("type", s.type, "Type of the number; bit for coils and discrete inputs",
          {"bit", "u16", "i16", "u32", "i32", "f32", "u64", "i64", "f64"});
  v.value("order", s.order, "Order of its bytes on the wire; pdm modbus probe shows them all",
          {"abcd", "cdab", "badc", "dcba"});
  v.value("scale", s.scale, "value = number * scale + offset");
  v.value("offset", s.offset, "value = number * scale + offset");
}
template <class V>
void describe(V& v, serial_line_settings& s) {
  v.value("baud", s.baud, "Bits a second", {1200, 4000000});
  v.value("parity", s.parity, "N none, E even, O odd", {"N", "E", "O"});
  v.value("stop_bits", s.stop_bits, "Stop bits", {1, 2});
}
template <class V>
void describe(V& v, source_settings& s) {
  v.value("kind", s.kind,
          "recording: samples on file; table: slow values such as speed and load; tcp: samples from a server or a "
          "serial device; udp: samples in datagrams; modbus: values polled, as speed and load where a column is named",
          {"recording", "table", "tcp", "udp", "modbus"});
  v.value("file", s.file, "File of a recording or table, relative to the configuration");
  v.value("format", s.format, "Format of a recording; of samples from tcp and udp: f32 (auto), f64, i16 or i32",
          {"auto", "f32", "f64", "wav", "csv", "npy", "mat", "i16", "i32"});
  v.value("fs_hz", s.fs_hz, "Sampling rate in Hz where the file does not tell; always for tcp and udp", {1e-6, 1e9});
  v.value("speed", s.speed, "Replay: 0 as fast as it goes, 1 real time, N times real time", not_negative);
  v.value("time", s.time, "Table: column of time, seconds since the recording's start");
  v.value("speed_column", s.speed_column, "Table: column, modbus: tag, of shaft speed in Hz");
  v.value("load_column", s.load_column, "Table: column, modbus: tag, of load");
  v.value("from", s.from, "tcp, modbus: HOST:PORT or a serial device; udp: this machine's ADDRESS:PORT to listen at");
  v.value("channels", s.channels, "tcp, udp: names of the channels, interleaved as listed; absent: one channel");
  v.value("scale", s.scale, "tcp, udp: value = number * scale");
  v.value("headers", s.headers, "tcp, udp: each run of samples has a header with its number (docs/acquisition.md)");
  v.value("silent_s", s.silent_s, "tcp, udp: seconds without data after which the source counts as silent", positive);
  v.value("overflow", s.overflow, "tcp: when more comes than is taken: the sender waits, or the oldest is dropped",
          {"wait", "drop_oldest"});
  v.section("serial", s.serial, "tcp, modbus: settings of a serial device");
  v.value("period_s", s.period_s, "modbus: seconds from poll to poll", {0.001, 86400});
  v.sections("tags", s.tags, "modbus: the values to read");
}
template <class V>
void describe(V& v, sink_settings& s) {
  v.value("kind", s.kind, "Where events go", {"jsonl"});
  v.value("file", s.file, "File for the events, - for standard output");
}
template <class V>
void describe(V& v, frame_settings& s) {
  v.value("length", s.length, "Samples in a frame; 0: one snapshot, or the power of two next to 0.25 s", {0, 1 << 20});
  v.value("hop", s.hop, "Samples from frame to frame; 0: the length", {0, 1 << 20});
  v.value("detrend", s.detrend, "mean: the mean of a frame is taken off before features", {"none", "mean"});
}
template <class V>
void describe(V& v, gate_settings& s) {
  v.value("stuck_run", s.stuck_run, "Equal samples in a row that mean a stuck sensor; 0: never", {0, 1000000});
  v.value("stuck_bad", s.stuck_bad, "Share of stuck samples that makes a block bad", share);
  v.value("clipped_bad", s.clipped_bad, "Share of clipped samples that makes a block bad", share);
  v.value("low", s.low, "Smallest value that can be true, in the unit of the samples");
  v.value("high", s.high, "Largest value that can be true, in the unit of the samples");
  v.value("out_of_range_bad", s.out_of_range_bad, "Share of samples out of range that makes a block bad", share);
  v.value("max_slope", s.max_slope, "Fastest change that can be true, per second", positive);
}
template <class V>
void describe(V& v, operating_settings& s) {
  v.value("by", s.by, "How the operating state is found; steady: always running at constant speed; none: not gated",
          {"auto", "speed", "level", "steady", "none"});
  v.value("off_below", s.off_below, "Share of the nominal speed below which the machine is off", share);
  v.value("settle_s", s.settle_s, "Seconds after a start or a change before it counts as steady", not_negative);
  v.value("steady_for_s", s.steady_for_s, "Seconds speed and load must have held to count as steady", not_negative);
  v.value("steady_band", s.steady_band, "Relative change of speed that still counts as steady", share);
  v.value("speed_bins_hz", s.speed_bins_hz, "Edges between speed regimes in Hz", not_negative);
  v.value("load_bins", s.load_bins, "Edges between load regimes, in the unit of the load", {-1e12, 1e12});
  v.value("level_off", s.level_off, "Vibration RMS below which the machine is off, in the point's unit", not_negative);
  v.value("longest_gap_s", s.longest_gap_s, "A longer gap between observations is not counted as run time", positive);
}
template <class V>
void describe(V& v, anomaly_settings& s) {
  v.value("detector", s.detector, "Detector by name; pdm config blocks lists them");
  v.value("features", s.features, "Features the detector looks at, of every point; bands:N are N equal bands");
  v.value("one_sided", s.one_sided, "Only growth counts as unusual");
  v.value("dead_zone", s.dead_zone, "Deviations below this, in robust units, count as usual", {0, 100});
  v.value("prior_scale", s.prior_scale, "Spread expected of a healthy machine, in natural logarithms of amplitude",
          {1e-6, 100});
  v.value("prior_rows", s.prior_rows, "How many rows that expectation is worth", {0, 1e6});
  v.value("clip", s.clip, "Largest influence of one learning row, in robust units", {0.5, 1000});
}
template <class V>
void describe(V& v, mask_settings& s) {
  v.value("alarm_db", s.alarm_db,
          "Decibels above the mask that count towards an alarm; without it lines are only named", {0, 100});
  v.value("width", s.width, "Robust spreads over the median of a band that its mask lies", {0, 100});
  v.value("margin_db", s.margin_db, "Least distance of the mask from the median, in decibels", {0, 100});
  v.value("band", s.band, "Relative width of a band of the spectrum; the bands move with the speed", {0.001, 1});
  v.value("averages", s.averages, "Spectra in the fading mean that is compared", {1, 1000});
  v.value("min_rows", s.min_rows, "Fewest learned spectra that make a mask", {5, 1000});
  v.value("max_rows", s.max_rows, "Most learned spectra", {5, 1000});
}
template <class V>
void describe(V& v, learning_settings& s) {
  v.value("policy", s.policy, "When the detector may learn",
          {"never", "warm_up", "only_when_normal", "when_person_agrees"});
  v.value("skip_s", s.skip_s, "Steady running time that is not learned (running-in), in seconds", not_negative);
  v.value("learn_s", s.learn_s, "Steady running time that is learned after it, in seconds", positive);
  v.value("min_rows", s.min_rows, "Fewest rows a baseline is made of; learning goes on until it has them", {2, 100000});
  v.value("max_rows", s.max_rows, "Most rows kept for the baseline", {2, 100000});
}
template <class V>
void describe(V& v, alarm_settings& s) {
  v.value("on", s.on, "Score above which a row counts towards the alarm, in robust units", positive);
  v.value("off", s.off, "Score below which a row counts towards clearing it", not_negative);
  v.value("k", s.k, "Rows above `on` that raise the alarm", {1, 64});
  v.value("n", s.n, "among so many rows; as many below `off` clear it", {1, 64});
  v.value("hold_s", s.hold_s, "Shortest time an alarm stands, in seconds", not_negative);
  v.value("latch", s.latch, "The alarm stands until a person acknowledges it");
}
template <class V>
void describe(V& v, prognosis_settings& s) {
  v.value("model", s.model, "Life model by name; none: no prognosis");
  v.value("name", s.name, "Name of the limit, as in limit:NAME");
  v.value("limit", s.limit, "Growth of the level at which the machine is at its limit, natural logarithm", {0.01, 100});
  v.value("limit_sd", s.limit_sd, "How uncertain that limit is (standard deviation)", {0, 100});
  v.value("hours_to_limit", s.hours_to_limit, "Expected time from the first alarm to the limit, in operating hours",
          {1e-6, 1e7});
  v.value("hours_to_limit_spread", s.hours_to_limit_spread, "How uncertain that pace is, relative", {0.001, 100});
  v.value("noise", s.noise, "Random part of the way to the limit, relative to the limit", {1e-3, 100});
  v.value("horizon_factor", s.horizon_factor, "How far is looked ahead, in multiples of hours_to_limit", {1, 1000});
}
template <class V>
void describe(V& v, advice_settings& s) {
  v.value("lead_time_h", s.lead_time_h, "Time needed to prepare an intervention, in hours", not_negative);
  v.value("renotify_h", s.renotify_h, "An open request is repeated after this time, in hours", positive);
}
template <class V>
void describe(V& v, events_settings& s) {
  v.value("state_every_s", s.state_every_s, "Shortest time between two state events in seconds; 0: one a row",
          not_negative);
  v.value("spectra", s.spectra, "Alarms carry the spectra before and after");
}
template <class V>
void describe(V& v, line_settings& s) {
  v.section("frame", s.frame, "How samples become frames");
  v.value("features", s.features,
          "Features of every point, by the names of pdm features --list; bands:N are N equal bands");
  v.section("gate", s.gate, "Acquisition: when samples are bad");
  v.section("operating", s.operating, "Signal: what the machine is doing");
  v.section("anomaly", s.anomaly, "State detection");
  v.section("mask", s.mask, "Spectral mask: which lines stick out of the usual spectra");
  v.section("learning", s.learning, "When the detector learns");
  v.section("alarm", s.alarm, "Advisory: from scores to an alarm");
  v.section("prognosis", s.prognosis, "Remaining life");
  v.section("events", s.events, "What is reported");
}
template <class V>
void describe(V& v, asset_settings& s) {
  v.value("id", s.id, "Name of the asset, unique in the file");
  v.value("template", s.template_name, "Template it starts from");
  v.section("machine", s.machine, "The machine");
  v.sections("points", s.points, "Measuring points; none given: one for each channel of the source");
  v.sections("sources", s.sources, "Where its data come from");
  v.section("line", s.line, "Settings of the line");
  v.section("advice", s.advice, "Settings of the advice");
}
template <class V>
void describe(V& v, limit_settings& s) {
  v.value("max_assets", s.max_assets, "Most assets in one process", {1, 100000});
  v.value("max_points", s.max_points, "Most points of one asset", {1, 64});
}
template <class V>
void describe(V& v, plant_settings& s) {
  v.value("schema", s.schema, "Always pdm.config/1", {"pdm.config/1"});
  v.value("messages", s.messages, "Message catalogue; absent: English");
  v.any("templates", s.templates, "Templates by name: parts of assets to start from");
  v.sections("assets", s.assets, "The assets");
  v.sections("sinks", s.sinks, "Where events go; none given: standard output");
  v.section("limits", s.limits, "Bounds of the process");
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
