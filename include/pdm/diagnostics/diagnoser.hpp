// diagnoser -- names what is wrong with a rotating machine, from physics alone.
//
// What      Takes records of one measuring point (a whole file, or snapshots of it one after the other) and says which
//           faults their lines speak for. Speed is refined on the vibration, envelope spectra of several views are
//           taken, lines of shaft and mains are notched, and each part is judged by the comb of its harmonics over the
//           local floor. Evidence of several records is averaged with forgetting before it is judged.
// NB        Nothing is learned and nothing is tuned to a machine. It says "unknown" where speed, bearing or resolution
//           are missing, and where the lines do not tell one part from another.
// Source    R. Randall, J. Antoni, Mech. Syst. Signal Process. 25 (2011) 485-520; W. Smith, R. Randall, Mech. Syst.
//           Signal Process. 64-65 (2015) 100-131; ISO 13373-3:2015.
// Units     x as recorded; Hz; dB over the local floor.
// Cost      observe: one real transform of the record, two complex ones of half its length, and the short transforms of
//           band_modulation. No heap call; all memory comes from prepare.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <array>
#include <complex>
#include <optional>
#include <span>

#include "pdm/core/machine.hpp"
#include "pdm/diagnostics/band_modulation.hpp"
#include "pdm/diagnostics/diagnosis.hpp"
#include "pdm/diagnostics/healthy_reference.hpp"
#include "pdm/diagnostics/label_check.hpp"
#include "pdm/diagnostics/shaft_speed.hpp"
#include "pdm/diagnostics/wide_envelope.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics {

struct diagnoser_params {
  std::size_t length = 0;  // samples of a record; an even number with factors 2, 3, 5 (smooth_length.hpp)
  hertz rate{};
  unit quantity = unit::unknown;
  double shaft_hz = 0;         // 0: not said
  double speed_tolerance = 0;  // relative; 0: 1 %
  std::optional<bearing_frequencies> bearing{};
  std::optional<motor_card> motor{};
  int gear_teeth = 0;       // of the gear on the shaft; 0: there is none
  double forgetting = 0.9;  // what an observation keeps of its weight when the next one comes
  comb_search search{};
  diagnostics::bearing_rules bearing_rules{};
  diagnostics::shaft_rules shaft_rules{};
  diagnostics::label_rules label_rules{};
};

class diagnoser {
 public:
  using params = diagnoser_params;
  static constexpr std::size_t views = 3;
  static constexpr double cage_turns = 8;         // that a record must hold
  static constexpr double least_lead = 1;         // dB by which a speed that was searched widely must beat all others
  static constexpr double searched_from = 0.015;  // relative tolerance from which on a speed counts as searched
  static constexpr double elsewhere = 0.06;       // relative; so far about the declared range the shaft is looked for
  static constexpr double least_elsewhere = 2;    // dB by which it must beat the declared range there

  diagnoser() = default;
  explicit diagnoser(params const& p) noexcept;

  [[nodiscard]] std::size_t footprint() const noexcept;
  [[nodiscard]] status prepare(arena& memory) noexcept;

  // One record of params.length samples. A bad one is counted and nothing is taken from it.
  void observe(std::span<float const> x, quality const& q = {}) noexcept;
  // What all records so far say together.
  [[nodiscard]] diagnosis verdict() const noexcept;
  void reset() noexcept;

  // What all records so far look like, to be compared with later; and to compare with it.
  [[nodiscard]] healthy_reference reference() const noexcept;
  void compare_with(healthy_reference const& past) noexcept { past_ = past; }

  [[nodiscard]] std::size_t records() const noexcept { return records_; }
  // The spectra of the last record, for drawing: levels of a view after notching.
  [[nodiscard]] line_levels const& view(std::size_t i) const noexcept { return levels_[i]; }

 private:
  struct sums {
    bearing_evidence bearing{};
    stranger_evidence stranger{};
    shaft_evidence shaft{};
    label_evidence label{};
    double beside_ball = 0;  // dB, beside_ball()
    double gear = 0;         // dB of the comb of the shaft in the envelope, over placebo
    double speed_hz = 0, speed_uncertainty = 0, speed_lead = 0, speed_found = 0;
    double elsewhere_hz = 0, elsewhere_lead = 0;  // of the best base beside the declared range
    double weight = 0, refined = 0;
  };

  [[nodiscard]] bool bearing_possible() const noexcept {
    return params_.bearing && nominal_hz_ > 0 && !too_short_ && !above_nyquist_;
  }
  // Whether rate and speed can be checked against each other, be the lines of the bearing resolved or not.
  [[nodiscard]] bool label_possible() const noexcept { return params_.bearing && envelope_possible(); }
  [[nodiscard]] bool gear_possible() const noexcept {
    return params_.gear_teeth > 0 && envelope_possible() && seconds() * nominal_hz_ >= 16;
  }
  [[nodiscard]] bool envelope_possible() const noexcept {
    return nominal_hz_ > 0 && (params_.bearing || params_.gear_teeth > 0) && params_.length >= 64 * 64;
  }
  void check() noexcept;
  void set_range() noexcept;
  void find_shaft() noexcept;
  void look_elsewhere() noexcept;
  void notch_mains(line_levels& view) const noexcept;
  [[nodiscard]] std::array<double, 2> mains() const noexcept;
  [[nodiscard]] double notch_width(double hz) const noexcept;
  [[nodiscard]] double over_ball(double shaft_hz) const noexcept;
  [[nodiscard]] double beside_ball(double cage_hz) const noexcept;
  void notch_known_lines() noexcept;
  void observe_envelope(std::span<float const> x) noexcept;
  void observe_bearing(double share) noexcept;
  void observe_label(double share) noexcept;
  void keep(shaft_evidence const& shaft) noexcept;
  void note_obstacles(diagnosis& d) const noexcept;
  void judge_bearing(diagnosis& d) const noexcept;
  void judge_shaft(diagnosis& d) const noexcept;
  void judge_gear(diagnosis& d) const noexcept;
  [[nodiscard]] double hidden_part() const noexcept;
  void judge_label(diagnosis& d) const noexcept;
  void add_lines(diagnosis& d, std::size_t part) const noexcept;
  void decide(diagnosis& d) const noexcept;
  // A speed that was searched must be the only one, and two harmonics must agree about it.
  [[nodiscard]] bool speed_clear() const noexcept {
    return !searched_ || (sums_.refined >= 0.5 && sums_.speed_lead >= least_lead && sums_.speed_found >= 2);
  }
  [[nodiscard]] double line_width() const noexcept { return params_.rate.value / static_cast<double>(params_.length); }
  [[nodiscard]] double seconds() const noexcept { return static_cast<double>(params_.length) / params_.rate.value; }
  [[nodiscard]] double highest_line() const noexcept;  // multiple of the shaft

  params params_{};
  double nominal_hz_ = 0, low_hz_ = 0, high_hz_ = 0;  // declared, or the middle of what a motor card allows
  bool from_card_ = false, searched_ = false, too_short_ = false, above_nyquist_ = false;
  std::size_t envelope_lines_ = 0, records_ = 0, bad_records_ = 0;
  quality quality_{};
  speed_estimate speed_{}, elsewhere_{};
  sums sums_{};
  std::optional<healthy_reference> past_{};
  dsp::default_fft<float> fft_{};
  std::span<std::complex<float>> bins_{};
  std::span<float> centred_{}, low_power_{};
  wide_envelope envelope_{};
  band_modulation modulation_{};
  line_levels low_{}, open_{}, wide_{}, wide_open_{};
  std::array<line_levels, views> levels_{};
};

inline double diagnoser::highest_line() const noexcept {
  double const gear = params_.gear_teeth > 0 ? 3 : 0;  // nine harmonics of the shaft
  if (!params_.bearing) return gear;
  return std::max({params_.bearing->inner_race, params_.bearing->outer_race, params_.bearing->ball_defect, gear});
}

inline diagnoser::diagnoser(params const& p) noexcept : params_(p) { check(); }

// A motor turns between its rated and its synchronous speed; half a per cent below allows for overload.
inline void diagnoser::set_range() noexcept {
  double const tolerance = params_.speed_tolerance > 0 ? params_.speed_tolerance : 0.01;
  nominal_hz_ = params_.shaft_hz;
  low_hz_ = nominal_hz_ * (1 - tolerance), high_hz_ = nominal_hz_ * (1 + tolerance);
  searched_ = tolerance > searched_from;
  auto const& m = params_.motor;
  if (nominal_hz_ > 0 || !m || m->poles < 2 || !(m->mains_hz > 0)) return;
  double const synchronous = 2 * m->mains_hz / m->poles, rated = m->rated_rpm / 60;
  from_card_ = searched_ = true;
  high_hz_ = synchronous;
  low_hz_ = (rated > 0.5 * synchronous && rated < synchronous ? rated : 0.95 * synchronous) * 0.995;
  nominal_hz_ = 0.5 * (low_hz_ + high_hz_);
}

inline void diagnoser::check() noexcept {
  if (params_.length < 64 || !(params_.rate.value > 0)) return;
  set_range();
  if (!(nominal_hz_ > 0)) return;
  if (params_.bearing) {
    double const cage = params_.bearing->cage < 0 ? -params_.bearing->cage : params_.bearing->cage;
    too_short_ = seconds() * nominal_hz_ * (cage > 0 ? cage : 0.4) < cage_turns;
    // The envelope of the upper half of the band must still carry the second harmonic of the fastest line.
    above_nyquist_ = 2.2 * highest_line() * nominal_hz_ > 0.25 * params_.rate.value;
  }
  if (!envelope_possible()) return;
  double const fs = params_.rate.value, needed = std::min(0.2 * fs, 3.4 * highest_line() * nominal_hz_);
  std::size_t window = 64;
  while (window > 16 && 2 * fs / static_cast<double>(window) < 2.2 * highest_line() * nominal_hz_) window /= 2;
  // Wide enough for the races of a machine four times as fast as declared (label_check.hpp).
  hertz const wide{std::max(needed, std::min(0.2 * fs, 4 * needed))};
  envelope_ = wide_envelope({params_.length, params_.rate, {0.04 * fs}, {0.49 * fs}, wide});
  envelope_lines_ = static_cast<std::size_t>(needed / line_width()) + 2;
  modulation_ = band_modulation({params_.length, params_.rate, window, {needed}});
}

inline std::size_t diagnoser::footprint() const noexcept {
  std::size_t const n = params_.length;
  std::size_t bytes = arena::bytes<std::complex<float>>(n / 2 + 1) + arena::bytes<float>(n) +
                      arena::bytes<float>(n / 2) + line_levels::footprint(n / 2) +
                      dsp::default_fft<float>::footprint(n, dsp::fft_use::real);
  if (envelope_possible()) {
    bytes += envelope_.footprint() + modulation_.footprint() + 2 * line_levels::footprint(modulation_.lines()) +
             2 * line_levels::footprint(envelope_lines_) + 2 * line_levels::footprint(envelope_.lines());
  }
  return bytes;
}

inline status diagnoser::prepare(arena& memory) noexcept {
  std::size_t const n = params_.length;
  if (n < 64 || n != smooth_at_most(n) || !(params_.rate.value > 0)) {
    return error{errc::invalid_argument, "diagnoser", "give a rate and an even length with factors 2, 3 and 5"};
  }
  auto bins = memory.take<std::complex<float>>(n / 2 + 1);
  auto centred = memory.take<float>(n);
  auto low = memory.take<float>(n / 2);
  if (!bins || !centred || !low) return error{errc::out_of_memory, "diagnoser", "give footprint() bytes"};
  bins_ = *bins, centred_ = *centred, low_power_ = *low;
  if (auto s = low_.prepare(low_power_.size(), memory); !s) return s;
  if (auto s = fft_.prepare(n, memory, dsp::fft_use::real); !s) return s;
  if (!envelope_possible()) return {};
  if (auto s = envelope_.prepare(memory); !s) return s;
  if (auto s = modulation_.prepare(memory); !s) return s;
  if (auto s = open_.prepare(modulation_.lines(), memory); !s) return s;
  if (auto s = wide_.prepare(envelope_.lines(), memory); !s) return s;
  if (auto s = wide_open_.prepare(envelope_.lines(), memory); !s) return s;
  if (auto s = levels_[0].prepare(modulation_.lines(), memory); !s) return s;
  if (auto s = levels_[1].prepare(envelope_lines_, memory); !s) return s;
  return levels_[2].prepare(envelope_lines_, memory);
}

inline void diagnoser::reset() noexcept {
  records_ = bad_records_ = 0;
  quality_ = {};
  sums_ = {};
}

inline healthy_reference diagnoser::reference() const noexcept {
  healthy_reference now;
  for (std::size_t p = 0; p < bearing_parts; ++p) now.parts[p] = sums_.bearing[p].score;
  now.stranger = sums_.stranger.score, now.gear = sums_.gear;
  now.orders_mms = sums_.shaft.of_orders(), now.has_unit = sums_.shaft.known;
  return now;
}

inline void diagnoser::observe(std::span<float const> x, quality const& q) noexcept {
  if (!PDM_EXPECTS(x.size() == params_.length && !bins_.empty())) return;
  ++records_;
  quality_ = merged(quality_, q);
  double mean = 0;
  for (float const v : x) mean += static_cast<double>(v);
  mean /= static_cast<double>(x.size());
  if (q.is_bad() || !math::is_finite(mean)) {
    ++bad_records_;
    return;
  }
  for (std::size_t i = 0; i < x.size(); ++i) centred_[i] = static_cast<float>(static_cast<double>(x[i]) - mean);
  fft_.forward(centred_, bins_);
  find_shaft();
  if (!(speed_.hz > 0)) return;
  keep(gather_orders(bins_, low_, params_.length, line_width(), speed_.hz, params_.quantity));
  if (envelope_possible()) observe_envelope(centred_);
}

// Power of the direct spectrum, Hann-weighted, up to the harmonics of a shaft at most four times the declared one.
inline void diagnoser::find_shaft() noexcept {
  speed_ = {};
  if (!(nominal_hz_ > 0)) return;
  double const df = line_width();
  auto const lines = std::min(low_power_.size(), static_cast<std::size_t>(4 * (speed_harmonics + 1) * high_hz_ / df));
  if (lines < 16) return;
  for (std::size_t k = 1; k < lines; ++k) low_power_[k] = std::norm(hann_line(bins_, k));
  low_power_[0] = 0;
  low_.assign(low_power_.first(lines), df, 0.5 * nominal_hz_);
  if (searched_) notch_mains(low_);  // four times a four-pole motor is close to twice the mains
  speed_ = find_speed(low_, low_hz_, high_hz_, nominal_hz_);
  look_elsewhere();
}

// A declared speed whose tolerance is too narrow: the shaft stands beside the range, and nothing like it inside.
inline void diagnoser::look_elsewhere() noexcept {
  elsewhere_ = {};
  double const skirt = 3 * low_.df(), far = elsewhere * nominal_hz_;
  if (searched_ || skirt > 0.5 * far) return;
  for (double const from : {low_hz_ - far, high_hz_ + skirt}) {
    auto const e = find_speed(low_, from, from + far - skirt, nominal_hz_);
    if (e.found >= 2 && e.level > elsewhere_.level) elsewhere_ = e;
  }
}

inline void diagnoser::notch_mains(line_levels& view) const noexcept {
  for (double const base : mains()) {
    for (int h = 1; h * base < view.last_hz(); ++h) view.notch_line(h * base, 1.2 * view.df());
  }
}

// Of mains that are not known both are taken out: in a plant fed with 50 Hz 60 Hz is an empty place, and the reverse.
inline std::array<double, 2> diagnoser::mains() const noexcept {
  if (params_.motor) return {params_.motor->mains_hz, params_.motor->mains_hz};
  return {50, 60};
}

inline double diagnoser::notch_width(double hz) const noexcept { return std::max(2.5 * line_width(), 0.0008 * hz); }

inline void diagnoser::notch_known_lines() noexcept {
  auto const [first, second] = mains();
  for (auto& view : levels_) {
    for (double const base : {speed_.hz, first, second}) {
      for (int h = 1; h * base < view.last_hz(); ++h) view.notch_line(h * base, notch_width(h * base));
    }
  }
}

// Hz of the line of shaft or mains on which that of rolling elements lies; 0: it lies on none.
inline double diagnoser::over_ball(double shaft_hz) const noexcept {
  double const hz = part_orders(*params_.bearing)[static_cast<std::size_t>(fault_kind::ball)] * shaft_hz;
  auto const [first, second] = mains();
  for (double const base : {shaft_hz, first, second}) {
    double const whole = base * static_cast<double>(static_cast<long long>(hz / base + 0.5));
    if (std::max(hz - whole, whole - hz) < notch_width(hz) + params_.bearing_rules.same * hz) return whole;
  }
  return 0;
}

// dB of the sidebands at cage speed about a line that is taken out: rolling elements show them all the same.
inline double diagnoser::beside_ball(double cage_hz) const noexcept {
  double const hz = over_ball(speed_.hz), width = notch_width(hz);
  if (!(hz > cage_hz)) return 0;
  return std::min(open_.peak(hz - cage_hz, width).db, open_.peak(hz + cage_hz, width).db);
}

inline void diagnoser::observe_envelope(std::span<float const> x) noexcept {
  double const fs = params_.rate.value, half_width = 0.5 * speed_.hz;
  double const share = 1 / sums_.weight;  // the weight already counts this record
  auto const modulation = modulation_.apply(x);
  open_.assign(modulation, modulation_.df(), half_width);
  levels_[0].copy(open_);
  levels_[2].assign(envelope_.whitened(bins_, {0.04 * fs}, {0.49 * fs}), envelope_.df(), half_width);
  auto const plain = envelope_.plain(bins_, {0.04 * fs}, {0.49 * fs});
  wide_open_.assign(plain, envelope_.df(), half_width);
  levels_[1].copy(wide_open_);
  notch_known_lines();
  if (gear_possible()) {
    comb_search shaft = params_.search;
    shaft.slip = 0, shaft.harmonics = 8;
    auto const none = placebo_of(open_, 0.55 * speed_.hz, 0.95 * speed_.hz, 1e9, {}, shaft);
    sums_.gear += share * (match_comb(open_, speed_.hz, shaft).db - none.median - sums_.gear);
  }
  if (bearing_possible()) observe_bearing(share);
  if (label_possible()) observe_label(share);
}

inline void diagnoser::observe_bearing(double share) noexcept {
  auto const all = gather(levels_, open_, *params_.bearing, speed_.hz, params_.search);
  auto const& now = all.parts;
  sums_.stranger.score += share * (all.stranger.score - sums_.stranger.score);
  sums_.beside_ball += share * (beside_ball(now[3].base_hz) - sums_.beside_ball);
  if (all.stranger.score >= sums_.stranger.score) sums_.stranger.base_hz = all.stranger.base_hz;
  for (std::size_t p = 0; p < bearing_parts; ++p) {
    auto& sum = sums_.bearing[p];
    sum.score += share * (now[p].score - sum.score);
    sum.base_hz += share * (now[p].base_hz - sum.base_hz);
    sum.expected_hz += share * (now[p].expected_hz - sum.expected_hz);
    sum.first += share * (now[p].first - sum.first);
    sum.sidebands += share * (now[p].sidebands - sum.sidebands);
    sum.carried += share * (now[p].carried - sum.carried);
    sum.by_cage += share * (now[p].by_cage - sum.by_cage);
  }
}

inline void diagnoser::observe_label(double share) noexcept {
  double const df = line_width(), tolerance = std::max(0.01, 0.5 * (high_hz_ - low_hz_) / nominal_hz_);
  if (searched_) low_.assign(low_power_.first(low_.levels().size()), df, 0.5 * nominal_hz_);  // with the mains again
  for (std::size_t i = 0; i < label_factors.size(); ++i) {
    auto const base = odd_harmonics(low_, label_factors[i] * nominal_hz_, tolerance, params_.label_rules.cap);
    double const mains = label_factors[i] != 1 && is_mains(base.hz, 1.2 * df) ? 1 : 0;  // which is no other speed
    wide_.copy(wide_open_);
    for (int h = 1; h * base.hz < wide_.last_hz(); ++h) {
      wide_.notch_line(h * base.hz, std::max(2.5 * df, 0.0008 * h * base.hz));
    }
    double const races = race_comb(wide_, *params_.bearing, base.hz, params_.search);
    sums_.label.odd[i] += share * (base.odd - sums_.label.odd[i]);
    sums_.label.mains[i] += share * (mains - sums_.label.mains[i]);
    sums_.label.races[i] += share * (races - sums_.label.races[i]);
  }
}

inline void diagnoser::keep(shaft_evidence const& shaft) noexcept {
  sums_.weight = params_.forgetting * sums_.weight + 1;
  double const share = 1 / sums_.weight;
  sums_.shaft.known = shaft.known;
  for (std::size_t i = 0; i < half_orders; ++i) {
    sums_.shaft.velocity[i] += share * (shaft.velocity[i] - sums_.shaft.velocity[i]);
    sums_.shaft.level[i] += share * (shaft.level[i] - sums_.shaft.level[i]);
  }
  sums_.shaft.broad += share * (shaft.broad - sums_.shaft.broad);
  sums_.speed_hz += share * (speed_.hz - sums_.speed_hz);
  sums_.speed_uncertainty += share * (speed_.uncertainty - sums_.speed_uncertainty);
  sums_.speed_lead += share * (speed_.lead - sums_.speed_lead);
  sums_.speed_found += share * (speed_.found - sums_.speed_found);
  sums_.elsewhere_hz += share * (elsewhere_.hz - sums_.elsewhere_hz);
  sums_.elsewhere_lead += share * (elsewhere_.level - speed_.level - sums_.elsewhere_lead);
  sums_.refined += share * ((speed_.refined ? 1.0 : 0.0) - sums_.refined);
}

inline void diagnoser::note_obstacles(diagnosis& d) const noexcept {
  if (records_ > 0 && bad_records_ == records_) d.note(obstacle::data_bad);
  if (!(nominal_hz_ > 0)) d.note(obstacle::speed_missing);
  if (!params_.bearing) d.note(obstacle::bearing_missing);
  if (too_short_) {
    double const cage = std::max(0.1, params_.bearing->cage < 0 ? -params_.bearing->cage : params_.bearing->cage);
    d.note(obstacle::record_short, seconds(), cage_turns / (cage * nominal_hz_));
  }
  if (above_nyquist_) d.note(obstacle::above_nyquist, highest_line() * nominal_hz_, 0.5 * params_.rate.value);
  if (!(velocity_scale_of(params_.quantity).factor > 0)) d.note(obstacle::unit_missing, 0, 0, false);
}

inline void diagnoser::add_lines(diagnosis& d, std::size_t part) const noexcept {
  constexpr std::array<std::array<std::string_view, 3>, bearing_parts> names{{
      {"inner_race", "inner_race x2", "inner_race x3"},
      {"outer_race", "outer_race x2", "outer_race x3"},
      {"ball", "ball x2", "ball x3"},
      {"cage", "cage x2", "cage x3"},
  }};
  double const shaft = sums_.speed_hz, order = part_orders(*params_.bearing)[part];
  for (std::size_t h = 1; h <= 3; ++h) {
    double const hz = static_cast<double>(h) * sums_.bearing[part].base_hz;
    if (hz > open_.last_hz()) break;
    auto const line = open_.peak(hz, std::max(0.0015 * hz, 1.5 * open_.df()));
    d.add({names[part][h - 1], line.hz, static_cast<double>(h) * order * shaft, line.db, line.hz / shaft});
  }
}

inline void diagnoser::judge_bearing(diagnosis& d) const noexcept {
  auto const past = past_.value_or(healthy_reference{});
  auto const evidence = beyond(sums_.bearing, past);
  bool const ball_hidden = over_ball(sums_.speed_hz) > 0 && sums_.beside_ball >= params_.bearing_rules.hidden;
  bearing_surroundings const about{sums_.speed_hz, line_width(), beyond(sums_.stranger, past), ball_hidden};
  auto const opinion = judge(evidence, params_.bearing_rules, about);
  for (std::size_t p = 0; p < bearing_parts; ++p) {
    d.probability[p] = opinion.probability[p];
    d.score[p] = evidence[p].score;
    d.judged[p] = true;
  }
  auto const& first = evidence[opinion.first];
  auto const& next = evidence[opinion.next];
  if (opinion.finding == bearing_finding::rivals) d.note(obstacle::rivals, first.score, next.score);
  if (opinion.finding == bearing_finding::stranger) {
    bool const own = opinion.misplaced && first.score > sums_.stranger.score;
    double const hz = own ? first.base_hz : sums_.stranger.base_hz;
    d.note(obstacle::lines_elsewhere, hz, hz / sums_.speed_hz);
  }
  if (opinion.finding == bearing_finding::coincident) {
    bool const shaft = on_shaft(first.base_hz, sums_.speed_hz, line_width(), params_.bearing_rules);
    double const order = static_cast<double>(static_cast<long long>(first.base_hz / sums_.speed_hz + 0.5));
    d.note(obstacle::lines_coincide, first.base_hz, shaft ? order * sums_.speed_hz : next.base_hz);
  }
  if (opinion.finding == bearing_finding::rolling) d.note(obstacle::rolling_or_cage, evidence[3].score);
  std::array<std::size_t, bearing_parts> order{0, 1, 2, 3};
  sort_parts(order, [&](auto a, auto b) { return d.probability[a] > d.probability[b]; });
  for (std::size_t const p : order) {
    if (sums_.bearing[p].score >= 0.5 * params_.bearing_rules.clear) add_lines(d, p);
  }
}

inline void diagnoser::judge_shaft(diagnosis& d) const noexcept {
  constexpr std::array<std::string_view, half_orders> names{"shaft x0.5", "shaft",    "shaft x1.5", "shaft x2",
                                                            "shaft x2.5", "shaft x3", "shaft x3.5", "shaft x4"};
  d.shaft = sums_.shaft;
  for (std::size_t i = 0; i < half_orders; ++i) {
    double const order = 0.5 * static_cast<double>(i + 1), hz = order * sums_.speed_hz;
    if (sums_.shaft.velocity[i] > 0) d.add({names[i], hz, hz, sums_.shaft.level[i], order});
  }
  if (!sums_.shaft.known) return;
  bool const compared = past_ && past_->has_unit;
  auto const rules = compared ? against_past(params_.shaft_rules, past_->orders_mms) : params_.shaft_rules;
  auto const opinion = judge(sums_.shaft, rules);
  double const all = sums_.shaft.of_orders();
  if (rules.watch_mms > 0 && opinion.most() <= 0.5 && all >= rules.watch_mms) {
    d.note(obstacle::class_missing, all, rules.limit_mms);
  }
  auto const set = [&](fault_kind f, double p) {
    auto const i = static_cast<std::size_t>(f);
    d.probability[i] = p, d.judged[i] = true;
    d.score[i] = p > 0 ? 20 * math::log10(all / rules.limit_mms) : 0;
  };
  set(fault_kind::unbalance, opinion.unbalance);
  set(fault_kind::misalignment, opinion.misalignment);
  set(fault_kind::looseness, opinion.looseness);
}

// Hz of the part of the bearing whose lines cannot be told from orders of the shaft; 0: there is none.
inline double diagnoser::hidden_part() const noexcept {
  if (!params_.bearing) return 0;
  auto const orders = part_orders(*params_.bearing);
  for (std::size_t p = 0; p + 1 < bearing_parts; ++p) {
    double const whole = static_cast<double>(static_cast<long long>(orders[p] + 0.5));
    double const near = std::max(0.004 * orders[p], 2.5 * line_width() / std::max(1e-9, sums_.speed_hz));
    if (std::max(orders[p] - whole, whole - orders[p]) < near) return orders[p] * sums_.speed_hz;
  }
  return 0;
}

inline void diagnoser::judge_gear(diagnosis& d) const noexcept {
  auto const i = static_cast<std::size_t>(fault_kind::gear);
  d.judged[i] = true;
  double const gear = sums_.gear - (past_ ? std::max(0.0, past_->gear) : 0);
  d.score[i] = gear;
  d.probability[i] = logistic((gear - params_.bearing_rules.second) / params_.bearing_rules.softness);
  // A part whose lines lie on orders of the shaft is heard as the gear.
  auto const hidden = hidden_part();
  if (d.probability[i] > 0.5 && hidden > 0) {
    d.probability[i] = 0.45;
    d.note(obstacle::lines_coincide, hidden, sums_.speed_hz);
  }
  double const mesh = params_.gear_teeth * sums_.speed_hz;
  if (d.probability[i] > 0.5) d.add({"gear", sums_.speed_hz, sums_.speed_hz, sums_.gear, 1});
  if (mesh > low_.last_hz()) return;
  auto const line = low_.peak(mesh, 1.5 * low_.df());
  d.add({"gear mesh", line.hz, mesh, line.db, static_cast<double>(params_.gear_teeth)});
}

// A label that is wrong spoils everything: nothing is judged then.
inline void diagnoser::judge_label(diagnosis& d) const noexcept {
  bool const quiet = sums_.shaft.of_orders() < params_.shaft_rules.limit_mms;
  auto const vote = label_vote(sums_.label, params_.label_rules, quiet);
  if (!vote || *vote == 1) return;
  d.note(obstacle::label_wrong, *vote);
  d.quality.mark(quality_reason::rate_off, quality_level::bad);
  d.quality.mark(quality_reason::speed_off, quality_level::bad);
}

inline void diagnoser::decide(diagnosis& d) const noexcept {
  int best = 100;
  double most = 0;
  for (std::size_t f = 0; f < fault_count; ++f) {
    if (!d.judged[f]) continue;
    d.probability[f] = std::max(d.probability[f], diagnosis::prior);
    most = std::max(most, d.probability[f]);
    auto const kind = static_cast<fault_kind>(f);
    if (d.probability[f] > 0.5 && urgency(kind) < best) best = urgency(kind), d.named = kind;
  }
  bool stopped = false;
  for (std::size_t i = 0; i < d.obstacle_count; ++i) stopped = stopped || d.obstacles[i].stops;
  if (best < 100) {
    d.verdict = verdict_kind::fault;
  } else if (stopped) {
    d.verdict = verdict_kind::unknown;
  } else if (most > 0.25) {
    d.verdict = verdict_kind::unknown;
    d.note(obstacle::faint, most);
  } else {
    d.verdict = verdict_kind::normal;
  }
}

inline diagnosis diagnoser::verdict() const noexcept {
  diagnosis d;
  d.quality = quality_;
  bool const seen = sums_.weight > 0;
  double const half_range = nominal_hz_ > 0 ? 0.5 * (high_hz_ - low_hz_) / nominal_hz_ : 0;
  bool const refined = sums_.refined >= 0.5;
  d.speed = {seen ? sums_.speed_hz : nominal_hz_,
             !(nominal_hz_ > 0) ? speed_source::none
             : from_card_       ? speed_source::estimated
             : refined          ? speed_source::refined
                                : speed_source::given,
             seen ? sums_.speed_uncertainty : half_range};
  if (seen && label_possible()) judge_label(d);
  note_obstacles(d);
  if (!seen) return decide(d), d;
  if (!speed_clear()) {
    d.note(obstacle::speed_unclear, low_hz_, high_hz_);
    d.speed.uncertainty = half_range;
    return decide(d), d;
  }
  if (sums_.elsewhere_lead >= least_elsewhere) {
    d.note(obstacle::speed_off, sums_.elsewhere_hz, nominal_hz_);
    d.quality.mark(quality_reason::speed_off, quality_level::uncertain);
    return decide(d), d;
  }
  if (d.quality.is_bad() && d.quality.has(quality_reason::speed_off)) return decide(d), d;
  if (bearing_possible()) judge_bearing(d);
  judge_shaft(d);
  if (gear_possible()) judge_gear(d);
  decide(d);
  return d;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::diagnostics
